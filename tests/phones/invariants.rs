//! What holds of every text and home region, whatever the reference says of them. Shared by the
//! tests and the fuzz target; knows no table.

use rowcall::phone::{Format, Kind, Length, Number, Phone, Plan, Refusal, Region};
use std::fmt::Debug;

/// Every format, with its name for messages.
pub(crate) const FORMATS: [(Format, &str); 5] = [
    (Format::E164, "E.164"),
    (Format::Digits, "digits"),
    (Format::National, "national"),
    (Format::International, "international"),
    (Format::Rfc3966, "RFC 3966"),
];

/// A number in a format.
pub(crate) fn written(plan: &Plan, number: &Number, format: Format) -> String {
    let mut text = String::new();
    plan.format(number, format, &mut text);
    text
}

/// Reads `text` in both ways and asserts everything that must hold of the answers.
pub(crate) fn check(plan: &Plan, text: &str, home: Option<Region>) {
    let strict = plan.parse(text, home);
    let vanity = plan.parse_vanity(text, home);
    if let Ok(number) = &vanity {
        check_number(plan, number);
    }
    match (&strict, &vanity) {
        (Ok(strict), Ok(vanity)) => {
            assert_eq!(fingerprint(plan, strict), fingerprint(plan, vanity), "{text:?} {home:?}");
        }
        (Ok(number), Err(refusal)) => {
            panic!("only `parse` reads {text:?} {home:?}: {number:?}, {refusal:?}");
        }
        (Err(refusal), _) if letters(text) >= 3 && *refusal == Refusal::NotANumber => {}
        (Err(strict), vanity) => {
            assert_eq!(Some(strict), vanity.as_ref().err(), "{text:?} {home:?}");
        }
    }
    let blank = text.chars().all(char::is_whitespace);
    let missing = strict.as_ref().err() == Some(&Refusal::Missing);
    assert!(!missing || blank, "{text:?} is not missing");
    if text.chars().count() > 250 {
        assert!(strict.is_err(), "{} characters were read", text.chars().count());
    }
}

/// Asserts everything that must hold of a number that parsed.
fn check_number(plan: &Plan, number: &Number) {
    let national = number.national().to_string();
    assert!((2..=17).contains(&national.len()), "{number:?}");
    assert!(national.bytes().all(|byte| byte.is_ascii_digit()), "{number:?}");
    assert!((1..=999).contains(&number.calling_code()), "{number:?}");
    assert!(number.extension().chars().count() <= 20, "{number:?}");
    assert!(number.extension().chars().all(char::is_numeric), "{number:?}");
    assert_eq!(number.is_valid(), number.refusal().is_none(), "{number:?}");
    assert_eq!(number.is_valid(), number.kind() != Kind::Unknown, "{number:?}");
    if number.is_valid() {
        assert!(number.region().is_some(), "{number:?}");
    }
    if let Some(region) = number.region().filter(|region| *region != Region::WORLD) {
        assert_eq!(plan.calling_code(region), Some(number.calling_code()), "{number:?}");
    }
    check_refusal(number);
    check_formats(plan, number, &national);
    if let Ok(phone) = number.phone() {
        check_phone(plan, phone, number);
    }
}

/// Length and refusal tell the same story.
fn check_refusal(number: &Number) {
    let expected: &[Refusal] = match number.length() {
        _ if number.is_valid() => return,
        Length::Possible => &[Refusal::Unassigned, Refusal::NotValid],
        Length::LocalOnly => &[Refusal::LocalOnly],
        Length::TooShort => &[Refusal::TooShort],
        Length::TooLong => &[Refusal::TooLong],
        Length::WrongLength => &[Refusal::WrongLength],
    };
    assert!(number.refusal().is_some_and(|refusal| expected.contains(&refusal)), "{number:?}");
}

/// Formats append to what is there; the plain ones are plain; a valid number in a format with its
/// calling code reads back as itself from anywhere.
fn check_formats(plan: &Plan, number: &Number, national: &str) {
    for (format, name) in FORMATS {
        let mut appended = "kept ".to_owned();
        plan.format(number, format, &mut appended);
        let alone = written(plan, number, format);
        assert_eq!(appended, format!("kept {alone}"), "{name} of {number:?}");
    }
    let digits = format!("{}{national}", number.calling_code());
    assert_eq!(written(plan, number, Format::Digits), digits);
    assert_eq!(written(plan, number, Format::E164), format!("+{digits}"));
    // Some regions write an extension with a label after which no more than 9 digits are read.
    if !number.is_valid() || number.extension().chars().count() > 9 || is_one_way(number) {
        return;
    }
    for format in [Format::International, Format::Rfc3966] {
        let text = written(plan, number, format);
        let back = plan.parse(&text, None).unwrap_or_else(|refusal| {
            panic!("{text:?} of {number:?} does not read back: {refusal:?}")
        });
        assert_eq!(fingerprint(plan, &back), fingerprint(plan, number), "{text:?}");
    }
}

/// Belarus: the reference takes the 8 of `+375 810 …` for a national prefix, and reads another
/// number. Of two million valid numbers in all regions, only these are not read back.
fn is_one_way(number: &Number) -> bool {
    number.calling_code() == 375 && number.national().to_string().starts_with("810")
}

/// A phone displays as what it was read from, and reads back as itself.
fn check_phone(plan: &Plan, phone: Phone, number: &Number) {
    let text = phone.to_string();
    assert_eq!(text, written(plan, number, Format::E164));
    assert_eq!(text[1..].parse(), Ok(phone.as_u64()));
    assert!(text.len() <= 16, "{text}");
    if is_one_way(number) {
        return;
    }
    let back = plan.parse(&text, None).expect("a phone is a number");
    assert_eq!(back.phone(), Ok(phone), "{text}");
    assert_eq!((back.kind(), back.region()), (number.kind(), number.region()), "{text}");
}

/// Everything that tells two numbers apart.
pub(crate) fn fingerprint(plan: &Plan, number: &Number) -> impl PartialEq + Debug + use<> {
    let plain = (number.calling_code(), number.national().to_string());
    let judged = (number.kind(), number.region(), number.length(), number.refusal());
    let formats = FORMATS.map(|(format, _)| written(plan, number, format));
    (plain, judged, number.extension().to_owned(), formats)
}

/// How many letters of the telephone keypad a text has.
pub(crate) fn letters(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_alphabetic).count()
}
