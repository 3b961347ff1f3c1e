//! In: any text. Out: a [`Reading`], the digits, plus sign and extension in it, or that it is no
//! number. Knows no numbering plan. These are the reference's steps, in its order:
//!
//! 1. RFC 3966: where there is a `;phone-context=`, the number is what stands before it, and a
//!    context such as `+971` goes in front. Else the number begins at the first digit or plus, ends
//!    with the last letter or digit, and a second number (`…/x302`) is cut off.
//! 2. The number must be viable: digits, with punctuation between, letters only after the third
//!    digit, and an extension at the end or none.
//! 3. The extension comes off, and what is left is normalised to digits. Three letters or more make
//!    it a vanity number, whose letters are the digits on their keys; fewer are dropped.

use super::digits::Digits;
use super::extension::Tail;
use super::kind::Refusal;
use super::number::Extension;
use super::unicode::{digit, ends_number, is_letter, is_plus, is_punctuation, keypad_digit};

/// A number as it was written, before a numbering plan is asked.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) plus: Plus,
    pub(super) digits: Digits,
    pub(super) letters: Letters,
    pub(super) extension: Extension,
}

/// Whether a number was written with the sign of an international number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plus {
    Absent,
    Present,
}

/// Whether some digits of a number were written as the letters on their keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Letters {
    Absent,
    Present,
}

/// The longest text that may be a number, in characters.
const CHARACTERS_MAX: usize = 250;
const LETTERS_OF_VANITY_NUMBER: usize = 3;
const VIABLE_DIGITS_MIN: usize = 3;

const PHONE_CONTEXT: &str = ";phone-context=";
const ISDN_SUBADDRESS: &str = ";isub=";
const SCHEME: &str = "tel:";

/// Characters on the stack, so that every step can go over them in both directions.
struct Characters {
    cells: [char; CHARACTERS_MAX],
    count: usize,
}

impl Characters {
    fn new() -> Characters {
        Characters { cells: ['\0'; CHARACTERS_MAX], count: 0 }
    }

    /// Adds characters; fails when they are too many to be a number.
    fn extend(&mut self, text: &str) -> Result<(), Refusal> {
        for c in text.chars() {
            *self.cells.get_mut(self.count).ok_or(Refusal::TooLong)? = c;
            self.count += 1;
        }
        Ok(())
    }

    /// Adds characters of a text that fitted as a whole.
    fn append(&mut self, part: &[char]) {
        self.cells[self.count..self.count + part.len()].copy_from_slice(part);
        self.count += part.len();
    }

    fn as_slice(&self) -> &[char] {
        &self.cells[..self.count]
    }
}

/// Reads any text.
pub(super) fn read(text: &str) -> Result<Reading, Refusal> {
    let mut characters = Characters::new();
    characters.extend(text)?;
    let text = characters.as_slice();
    // A parameter of RFC 3966 begins with a semicolon, which is rare.
    if !text.contains(&';') {
        return read_candidate(possible_number(text));
    }
    let Some(context_start) = find(text, PHONE_CONTEXT) else {
        return read_candidate(without_subaddress(possible_number(text)));
    };
    let context = &text[context_start + PHONE_CONTEXT.len()..];
    let context_end = context.iter().position(|&c| c == ';').unwrap_or(context.len());
    let context = &context[..context_end];
    if !is_phone_context(context) {
        return Err(Refusal::NotANumber);
    }
    // The number begins at `tel:`; where that comes after the context, nothing is between the two.
    let number_start = find(text, SCHEME).map_or(0, |scheme| scheme + SCHEME.len());
    let number = text.get(number_start..context_start).unwrap_or(&[]);
    let mut whole = Characters::new();
    if context.first() == Some(&'+') {
        whole.append(context);
    }
    whole.append(number);
    read_candidate(without_subaddress(whole.as_slice()))
}

/// Where a part of ASCII begins in a text.
fn find(text: &[char], part: &str) -> Option<usize> {
    text.windows(part.len()).position(|window| window.iter().copied().eq(part.chars()))
}

fn read_candidate(candidate: &[char]) -> Result<Reading, Refusal> {
    if !is_viable(candidate) {
        return Err(Refusal::NotANumber);
    }
    let (number, extension) = split_extension(candidate);
    let national = trim_pluses(number);
    let plus = if national.len() < number.len() { Plus::Present } else { Plus::Absent };
    let letter_count = national.iter().filter(|c| c.is_ascii_alphabetic()).count();
    let mut digits = Digits::new();
    let letters = if letter_count >= LETTERS_OF_VANITY_NUMBER {
        national.iter().filter_map(|&c| keypad_digit(c)).for_each(|digit| digits.push(digit));
        Letters::Present
    } else {
        national.iter().filter_map(|&c| digit(c)).for_each(|digit| digits.push(digit));
        Letters::Absent
    };
    Ok(Reading { plus, digits, letters, extension })
}

/// The part of a text that could be a number.
fn possible_number(text: &[char]) -> &[char] {
    let start = text.iter().position(|&c| is_plus(c) || digit(c).is_some()).unwrap_or(text.len());
    let text = &text[start..];
    let end = text.iter().rposition(|&c| ends_number(c)).map_or(0, |last| last + 1);
    let text = &text[..end];
    &text[..second_number(text).unwrap_or(text.len())]
}

/// Where a second number begins: a slash of either kind, spaces, and an `x`.
fn second_number(text: &[char]) -> Option<usize> {
    let mut slash = None;
    for (place, &c) in text.iter().enumerate() {
        match c {
            '/' | '\\' => slash = Some(place),
            'x' if slash.is_some() => return slash,
            ' ' => {}
            _ => slash = None,
        }
    }
    None
}

/// The number before an ISDN subaddress. One at the very beginning leaves nothing to read and
/// stays.
fn without_subaddress(number: &[char]) -> &[char] {
    let subaddress = find(number, ISDN_SUBADDRESS).filter(|&at| at > 0);
    &number[..subaddress.unwrap_or(number.len())]
}

fn trim_pluses(number: &[char]) -> &[char] {
    let pluses = number.iter().take_while(|&&c| is_plus(c)).count();
    &number[pluses..]
}

/// Whether this is a number, with an extension at its end or without. Two digits and nothing else
/// are one too: there are such short numbers.
fn is_viable(number: &[char]) -> bool {
    if let [a, b] = *number
        && digit(a).is_some()
        && digit(b).is_some()
    {
        return true;
    }
    let pluses = number.len() - trim_pluses(number).len();
    let mut digits = 0;
    let mut third_digit = None;
    let mut end = pluses;
    for &c in &number[pluses..] {
        if digit(c).is_some() {
            digits += 1;
            if digits == VIABLE_DIGITS_MIN {
                third_digit = Some(end);
            }
        } else if !(is_punctuation(c) || third_digit.is_some() && is_letter(c)) {
            break;
        }
        end += 1;
    }
    // The number may end anywhere after its third digit and before what no number contains.
    let Some(third_digit) = third_digit else {
        return false;
    };
    end == number.len()
        || Tail::of(number).is_some_and(|tail| tail.starts_within(&(third_digit + 1..=end)))
}

/// Takes the extension off, where what is left is still a number.
fn split_extension(number: &[char]) -> (&[char], Extension) {
    let split = Tail::of(number).and_then(|tail| {
        let shorter = &number[..tail.first_start()?];
        is_viable(shorter).then(|| (shorter, Extension::new(tail.digits)))
    });
    split.unwrap_or((number, Extension::Absent))
}

/// Whether this is a phone context of RFC 3966: an international prefix, or a domain name.
fn is_phone_context(context: &[char]) -> bool {
    if let ['+', prefix @ ..] = context {
        let is_separator = |c| matches!(c, '-' | '.' | '(' | ')');
        return prefix.iter().any(|&c| digit(c).is_some())
            && prefix.iter().all(|&c| digit(c).is_some() || is_separator(c));
    }
    let name = if let [name @ .., '.'] = context { name } else { context };
    let top = name.rsplit(|&c| c == '.').next().unwrap_or(&[]);
    top.first().is_some_and(char::is_ascii_alphabetic)
        && name.split(|&c| c == '.').all(is_domain_label)
}

fn is_domain_label(label: &[char]) -> bool {
    let is_alphanumeric = |&c: &char| c.is_ascii_alphabetic() || digit(c).is_some();
    label.first().is_some_and(is_alphanumeric)
        && label.last().is_some_and(is_alphanumeric)
        && label.iter().all(|c| *c == '-' || is_alphanumeric(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_digits(text: &str) -> Option<(String, Plus)> {
        let reading = read(text).ok()?;
        let digits = (0..).map_while(|place| reading.digits.get(place));
        Some((digits.map(|digit| char::from(b'0' + digit)).collect(), reading.plus))
    }

    #[test]
    fn a_number_is_found_amid_junk_and_a_second_number_is_cut_off() {
        for text in ["Tel: 530-583-6985.", "(530) 583 6985 x302/x2303", "５３０ 583٦٩٨٥ -_-"]
        {
            assert_eq!(read_digits(text), Some(("5305836985".to_owned(), Plus::Absent)), "{text}");
        }
        for text in ["", "abc", "+", "1", "1 2", "12 ext 5", "123\u{0}456", "1a23"] {
            assert_eq!(read_digits(text), None, "{text}");
        }
        assert!(read_digits("12").is_some());
    }

    #[test]
    fn rfc_3966_parameters_are_honoured() {
        let local = |digits: &str, plus| Some((digits.to_owned(), plus));
        assert_eq!(read_digits("tel:123-45;phone-context=+971"), local("97112345", Plus::Present));
        assert_eq!(read_digits("tel:123-45;phone-context=a.example"), local("12345", Plus::Absent));
        assert_eq!(read_digits("tel:12345;isub=678"), local("12345", Plus::Absent));
        assert_eq!(read_digits("123;phone-context=+1;tel:2"), None);
        for context in ["", "+", "-a", "a-", "1", "a..b", ".", "a b"] {
            assert_eq!(read_digits(&format!("12345;phone-context={context}")), None, "{context}");
        }
    }

    #[test]
    fn three_letters_make_a_vanity_number_and_fewer_are_dropped() {
        let reading = read("1-800-FLOWERS").unwrap();
        assert_eq!(reading.letters, Letters::Present);
        assert_eq!(reading.digits, Digits::from("18003569377"));
        assert_eq!(read("1-800-FL").unwrap().digits.len(), 4);
    }
}
