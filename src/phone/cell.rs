//! What spreadsheets, contact programs and people do to a number before libphonenumber's rules
//! apply. In: the text of a cell. Out: the text of a number, with a note of every repair; or what
//! destroyed it. Nothing is repaired unless all digits are there.

use std::borrow::Cow;

use super::trace::{Step, Trace};
use super::unicode::digit;

/// Something that was taken off or put right, without which the number could not be read or would
/// be read as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Repair {
    /// Direction marks, zero-width characters, control characters.
    Invisible,
    /// A formula that only holds the number: `="0501234567"`, `=+971…`.
    Formula,
    /// The `'` that makes a spreadsheet take a cell for text.
    Apostrophe,
    /// A link or an address of WhatsApp: `tel:`, `whatsapp:`, `https://wa.me/…`, `…@c.us`.
    Link,
    /// Scientific notation that still has all digits: `3.108207129E9`.
    Exponent,
    /// The `.0` of a number that went through floating point.
    DecimalTail,
    /// A trunk zero before the plus: `0+44…`, `(0)+44…`.
    ZeroBeforePlus,
    /// `00` or `011`, where the home region dials another prefix: read as `+`.
    ForeignPrefix,
    /// Digits without a plus that were read as an international number.
    PlusAdded,
    /// Mexico's `1` after `+52`, which mobiles had until 2019 and WhatsApp's addresses still have.
    MexicoOne,
    /// Benin's `01`, which every number of eight digits got in 2024.
    BeninPrefix,
}

impl Repair {
    /// Every repair.
    pub const ALL: [Repair; 11] = [
        Repair::Invisible,
        Repair::Formula,
        Repair::Apostrophe,
        Repair::Link,
        Repair::Exponent,
        Repair::DecimalTail,
        Repair::ZeroBeforePlus,
        Repair::ForeignPrefix,
        Repair::PlusAdded,
        Repair::MexicoOne,
        Repair::BeninPrefix,
    ];
}

/// A set of repairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Repairs(u16);

impl Repairs {
    /// Adds a repair.
    pub fn add(&mut self, repair: Repair) {
        self.0 |= 1 << repair as u16;
    }

    /// Whether nothing was repaired.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether that repair was made.
    #[must_use]
    pub fn has(self, repair: Repair) -> bool {
        self.0 & (1 << repair as u16) != 0
    }

    /// The repairs, in the order in which they are made.
    pub fn iter(self) -> impl Iterator<Item = Repair> {
        Repair::ALL.into_iter().filter(move |repair| self.has(*repair))
    }
}

/// What destroyed a number beyond repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Damage {
    /// Scientific notation with too few digits, `9.71501E+11`.
    DigitsLost,
    /// An error value of a spreadsheet, `#REF!`, or anything else after a `#`.
    ErrorValue,
    /// Decimals, as a calculation leaves them: `501234561.5`.
    Fraction,
    /// The `########` of a column that was too narrow.
    Hashes,
    /// A date: `21/11/2026`, `2026-11-21`.
    Date,
    /// The address of a WhatsApp group, channel, list or hidden account, which holds no number.
    OtherAddress,
}

/// The text of a number, and what was done to get at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cleaned<'t> {
    pub(super) text: Cow<'t, str>,
    pub(super) repairs: Repairs,
    /// The text names a WhatsApp account, and so is an international number even without a plus.
    pub(super) account: bool,
}

/// Whether the text is made of digits, plus, and the separators that people type, and so needs no
/// cleaning. Most texts are; this is their only cost here.
pub(super) fn is_ordinary(text: &str) -> bool {
    const DASH: u8 = 1;
    const OTHER: u8 = 2;
    const CLASSES: [u8; 256] = {
        let mut table = [OTHER; 256];
        let bytes = b"0123456789 ()";
        let mut at = 0;
        while at < bytes.len() {
            table[bytes[at] as usize] = 0;
            at += 1;
        }
        table[b'-' as usize] = DASH;
        table
    };
    // A plus after the start may have a zero before it, and what is short may be a date.
    const DATE_BYTES_MAX: usize = 10;
    let number = text.strip_prefix('+').unwrap_or(text);
    let seen = number.bytes().fold(0, |seen, byte| seen | CLASSES[usize::from(byte)]);
    seen == 0 || (seen == DASH && text.len() > DATE_BYTES_MAX)
}

/// A cell longer than this holds no number that anybody can mean, and is not looked at.
pub(super) const CELL_BYTES_MAX: usize = 2000;

/// Writes the characters of other scripts as ASCII where they mean the same in a number, as
/// libphonenumber does: digits, plus, dashes, points, spaces. Takes out what shows nothing. Line
/// ends stay, because they part numbers.
pub(super) fn normalize<'t>(text: &'t str, repairs: &mut Repairs) -> Cow<'t, str> {
    if text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_control()) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => plain.push('\n'),
            '\t' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' => {
                repairs.add(Repair::Invisible);
                plain.push(' ');
            }
            '\u{a0}' | '\u{3000}' => plain.push(' '),
            // The mark of a long vowel in Japanese is typed for a dash.
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}' | '\u{30fc}' => plain.push('-'),
            '\u{ff0b}' => plain.push('+'),
            '\u{ff0e}' | '\u{66b}' => plain.push('.'),
            '\u{ff08}' => plain.push('('),
            '\u{ff09}' => plain.push(')'),
            c if is_hidden(c) => repairs.add(Repair::Invisible),
            c => plain.push(digit(c).map_or(c, |digit| char::from(b'0' + digit))),
        }
    }
    Cow::Owned(plain)
}

/// Whether a character shows nothing.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{3164}'
            | '\u{ffa0}' | '\u{e0000}'..='\u{e007f}')
}

/// Takes off what surrounds one number.
pub(super) fn clean<'t>(
    text: &'t str,
    mut repairs: Repairs,
    trace: &mut impl Trace,
) -> Result<Cleaned<'t>, Damage> {
    let mut repaired = |repair, text: &str| {
        repairs.add(repair);
        trace.note(|| Step::Repaired(repair, text.to_owned()));
    };
    // Each layer may lie under another: `'="+971…"`. Every step makes the text shorter.
    let mut account = false;
    let mut inside = text.trim();
    if is_other_address(inside) {
        return Err(Damage::OtherAddress);
    }
    while let Some(layer) = unwrap_layer(inside) {
        account |= layer.account;
        inside = layer.inner.trim();
        if let Some(repair) = layer.repair {
            repaired(repair, inside);
        }
    }
    let mut text = Cow::Borrowed(inside);
    if text.starts_with('#') {
        let all = text.len() > 1 && text.bytes().all(|byte| byte == b'#');
        return Err(if all { Damage::Hashes } else { Damage::ErrorValue });
    }
    if is_date(&text) {
        return Err(Damage::Date);
    }
    if let Some(outcome) = exponent(&text) {
        text = Cow::Owned(outcome?);
        repaired(Repair::Exponent, &text);
    }
    if let Some(whole) = without_decimal_tail(&text) {
        text = Cow::Owned(whole.to_owned());
        repaired(Repair::DecimalTail, &text);
    } else if has_fraction(&text) {
        return Err(Damage::Fraction);
    }
    if let Some(rest) = after_zero_before_plus(&text) {
        text = Cow::Owned(rest.to_owned());
        repaired(Repair::ZeroBeforePlus, &text);
    }
    Ok(Cleaned { text, repairs, account })
}

/// A layer around a number.
struct Layer<'t> {
    inner: &'t str,
    /// What it is to take it off.
    repair: Option<Repair>,
    /// It says that the number is a WhatsApp account.
    account: bool,
}

/// The outermost layer around a number, if there is one.
fn unwrap_layer(text: &str) -> Option<Layer<'_>> {
    let layer = |inner, repair| Some(Layer { inner, repair, account: false });
    let unquoted = |text: &'_ str| -> Option<usize> {
        (text.len() > 1 && text.starts_with('"') && text.ends_with('"')).then(|| text.len() - 1)
    };
    if let Some(inner) = text.strip_prefix(['\'', '‘', '’']) {
        return layer(inner, Some(Repair::Apostrophe));
    }
    if let Some(inner) = text.strip_prefix('=') {
        return layer(unquoted(inner).map_or(inner, |end| &inner[1..end]), Some(Repair::Formula));
    }
    // Quotes around a number are no part of it, and libphonenumber passes over them, too.
    if let Some(end) = unquoted(text) {
        return layer(&text[1..end], None);
    }
    unwrap_link(text)
}

/// The number in a link or an address.
fn unwrap_link(text: &str) -> Option<Layer<'_>> {
    let account = |inner| Some(Layer { inner, repair: Some(Repair::Link), account: true });
    /// Links whose rest is a number as a person types it.
    const DIALLED: [&str; 3] = ["sms:", "callto:", "tel:"];
    /// Links whose rest is an international number without a plus.
    const ACCOUNTS: [&str; 7] = [
        "whatsapp://send",
        "whatsapp:",
        "wa.me/c/",
        "wa.me/",
        "api.whatsapp.com/send",
        "web.whatsapp.com/send",
        "chat.whatsapp.com/send",
    ];
    let after = |text: &str, prefix: &str| -> Option<usize> {
        let head = text.as_bytes().get(..prefix.len())?;
        head.eq_ignore_ascii_case(prefix.as_bytes()).then_some(prefix.len())
    };
    let site = ["https://", "http://", "www."]
        .iter()
        .fold(text, |rest, prefix| after(rest, prefix).map_or(rest, |at| &rest[at..]));
    for prefix in ACCOUNTS {
        if let Some(at) = after(site, prefix) {
            let ends: &[char] = if prefix == "whatsapp:" { &['?'] } else { &['?', '&', '/', '#'] };
            let rest = &site[at..];
            let parameter = rest.find("phone=").map(|at| &rest[at + "phone=".len()..]);
            let number = parameter.unwrap_or(rest).split(ends).next().unwrap_or_default();
            return account(without_escaped_plus(number));
        }
    }
    for suffix in ["@c.us", "@s.whatsapp.net"] {
        let at = text.len().saturating_sub(suffix.len());
        if text.as_bytes()[at..].eq_ignore_ascii_case(suffix.as_bytes()) {
            // A device number may follow the account: 971501234567:12@s.whatsapp.net.
            return account(text[..at].split(':').next().unwrap_or_default());
        }
    }
    let at = DIALLED.iter().find_map(|prefix| after(text, prefix))?;
    let rest = &text[at..];
    // The parameters of RFC 3966 are for the parser, which knows them by its prefix.
    let is_rfc3966 = after(text, "tel:").is_some() && rest.contains(';');
    let inner = rest.trim_start_matches('/');
    (!is_rfc3966).then_some(Layer { inner, repair: Some(Repair::Link), account: false })
}

/// The number, without the plus as a web address writes it.
fn without_escaped_plus(number: &str) -> &str {
    number.strip_prefix("%2B").or(number.strip_prefix("%2b")).unwrap_or(number)
}

/// The digits of scientific notation; `None` where the text is none.
fn exponent(text: &str) -> Option<Result<String, Damage>> {
    let text = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text);
    let (mantissa, power) = text.split_once(['e', 'E'])?;
    let (mantissa, power) = (mantissa.trim(), power.trim());
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let bare = whole.trim_start_matches(['+', '-']);
    let bare_power = power.trim_start_matches(['+', '-']);
    if !digits(bare) || !digits(bare_power) || !(fraction.is_empty() || digits(fraction)) {
        return None;
    }
    // All digits are there only if the point stands exactly that far from the last one.
    let exact = bare_power.trim_start_matches('0').parse().unwrap_or(0) == fraction.len();
    if !exact || whole.starts_with('-') || power.starts_with('-') {
        return Some(Err(Damage::DigitsLost));
    }
    Some(Ok(format!("{whole}{fraction}")))
}

/// Whether a text is a date of this century or the last, day, month and year in any usual order.
fn is_date(text: &str) -> bool {
    let Some(separator) = text.chars().find(|c| "/-.".contains(*c)) else { return false };
    let parts: Vec<&str> = text.split(separator).collect();
    let [first, middle, last] = parts[..] else { return false };
    let within = |part: &str, range: std::ops::RangeInclusive<u16>, digits: usize| {
        (1..=digits).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse().is_ok_and(|number| range.contains(&number))
    };
    let year = |part: &str| part.len() == 4 && within(part, 1900..=2099, 4);
    let (day, month) = (|part: &str| within(part, 1..=31, 2), |part: &str| within(part, 1..=12, 2));
    let day_and_month = |a: &str, b: &str| (day(a) && month(b)) || (month(a) && day(b));
    (day_and_month(first, middle) && year(last)) || (year(first) && day_and_month(middle, last))
}

/// Whether a text is an address of WhatsApp that names no number.
fn is_other_address(text: &str) -> bool {
    if memchr::memchr2(b'@', b'/', text.as_bytes()).is_none() {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    ["@g.us", "@lid", "@newsletter", "@broadcast"].iter().any(|end| lower.ends_with(end))
        || ["wa.me/message/", "wa.me/qr/", "chat.whatsapp.com/", "whatsapp.com/channel/"]
            .iter()
            .any(|part| lower.contains(part))
}

/// The number before a `.0`, or several, where that is no group of its digits: no other point or
/// comma stands in it, and the zeros are few.
fn without_decimal_tail(text: &str) -> Option<&str> {
    const DIGITS_MIN: usize = 4;
    const ZEROS_MAX: usize = 3;
    let mut whole = text;
    loop {
        let before = whole.trim_end_matches('0');
        let zeros = whole.len() - before.len();
        let before = before.trim_end();
        let Some(rest) =
            before.strip_suffix(['.', ',']).filter(|_| (1..=ZEROS_MAX).contains(&zeros))
        else {
            break;
        };
        whole = rest.trim_end();
    }
    let digits = whole.bytes().filter(u8::is_ascii_digit).count();
    (whole.len() < text.len() && digits >= DIGITS_MIN && !whole.contains(['.', ',']))
        .then_some(whole)
}

/// Whether digits that stand together are followed by one or two decimals, as a calculation leaves
/// them.
fn has_fraction(text: &str) -> bool {
    const DIGITS_MIN: usize = 7;
    let Some((whole, decimals)) = text.split_once(['.', ',']) else { return false };
    let whole = whole.strip_prefix('+').unwrap_or(whole);
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    whole.len() >= DIGITS_MIN
        && digits(whole)
        && (1..=2).contains(&decimals.len())
        && digits(decimals)
}

/// What follows the zeros before a plus: `0+44…`, `(0) +44…`.
fn after_zero_before_plus(text: &str) -> Option<&str> {
    let at = text.find('+')?;
    let before = &text[..at];
    let only_zeros = before.contains('0') && before.chars().all(|c| "0 ()-".contains(c));
    only_zeros.then(|| &text[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &str) -> (String, Vec<Repair>) {
        let mut repairs = Repairs::default();
        let plain = normalize(text, &mut repairs);
        let cleaned =
            clean(&plain, repairs, &mut ()).unwrap_or_else(|it| panic!("{text:?}: {it:?}"));
        (cleaned.text.into_owned(), cleaned.repairs.iter().collect())
    }

    #[test]
    fn what_surrounds_a_number_is_taken_off_and_noted() {
        use Repair::{Apostrophe, DecimalTail, Exponent, Formula, Invisible, Link, ZeroBeforePlus};
        for (text, number, repairs) in [
            ("050 123 4561", "050 123 4561", &[][..]),
            ("\u{202a}+971501234561\u{202c}", "+971501234561", &[Invisible]),
            ("\u{feff}050\u{200b}1234561", "0501234561", &[Invisible]),
            ("050\t123 4561", "050 123 4561", &[Invisible]),
            ("=\"0501234561\"", "0501234561", &[Formula]),
            ("=+1 (555) 555-1212", "+1 (555) 555-1212", &[Formula]),
            ("'+573001112233", "+573001112233", &[Apostrophe]),
            ("'=\"+971501234561\"", "+971501234561", &[Formula, Apostrophe]),
            ("tel:+971501234561", "+971501234561", &[Link]),
            ("TEL:0501234561", "0501234561", &[Link]),
            ("whatsapp:+14155552671", "+14155552671", &[Link]),
            ("https://wa.me/971501234561", "971501234561", &[Link]),
            ("wa.me/+971501234561?text=hi", "+971501234561", &[Link]),
            ("https://api.whatsapp.com/send?phone=971501234561&text=x", "971501234561", &[Link]),
            ("971501234561@c.us", "971501234561", &[Link]),
            ("971501234561:7@s.whatsapp.net", "971501234561", &[Link]),
            ("3.108207129E9", "3108207129", &[Exponent]),
            ("+9,71501234561e+11", "+971501234561", &[Exponent]),
            ("(9.71501234561E+011)", "971501234561", &[Exponent]),
            ("97.1501234561E+10", "971501234561", &[Exponent]),
            ("‘0501234561", "0501234561", &[Apostrophe]),
            ("wa.me/c/971501234561", "971501234561", &[Link]),
            (
                "https://api.whatsapp.com/send?text=hi&phone=%2B971501234561",
                "971501234561",
                &[Link],
            ),
            ("03ー1234ー5670", "03-1234-5670", &[]),
            ("971501234561.0", "971501234561", &[DecimalTail]),
            ("501234561,00", "501234561", &[DecimalTail]),
            ("+39 02 1234 5283.0", "+39 02 1234 5283", &[DecimalTail]),
            ("+4930123385.0.0", "+4930123385", &[DecimalTail]),
            ("+4930123385 . 000", "+4930123385", &[DecimalTail]),
            ("٠٥٠١٢٣٤٥٦١٫٠", "0501234561", &[DecimalTail]),
            ("\"+971501234561\"", "+971501234561", &[]),
            ("050\u{a0}123\u{2013}4561", "050 123-4561", &[]),
            ("06\u{202f}12", "06 12", &[Invisible]),
            ("971501234561@C.US", "971501234561", &[Link]),
            ("whatsapp:14155552671", "14155552671", &[Link]),
            ("0+44 20 7946 0123", "+44 20 7946 0123", &[ZeroBeforePlus]),
            ("(0)+44 20 7946 0123", "+44 20 7946 0123", &[ZeroBeforePlus]),
        ] {
            assert_eq!(cleaned(text), (number.to_owned(), repairs.to_vec()), "{text:?}");
        }
    }

    #[test]
    fn what_lost_digits_is_never_repaired() {
        for (text, damage) in [
            ("9.71501E+11", Damage::DigitsLost),
            ("4.41E+11", Damage::DigitsLost),
            ("5E8", Damage::DigitsLost),
            ("9.715012345678E+11", Damage::DigitsLost),
            ("97.1501E+10", Damage::DigitsLost),
            ("9.7E-11", Damage::DigitsLost),
            ("-9.71501234561E+11", Damage::DigitsLost),
            ("1.5E+184467440737095516", Damage::DigitsLost),
            ("21/11/2026", Damage::Date),
            ("11-21-2026", Damage::Date),
            ("2026-11-21", Damage::Date),
            ("120363040000000000@g.us", Damage::OtherAddress),
            ("https://wa.me/message/ABCDEF", Damage::OtherAddress),
            ("9.71501 E+11", Damage::DigitsLost),
            ("01711234568.5", Damage::Fraction),
            ("#REF!", Damage::ErrorValue),
            ("#N/A", Damage::ErrorValue),
            ("#1 (555) 555 1212", Damage::ErrorValue),
            ("########", Damage::Hashes),
        ] {
            assert_eq!(clean(text, Repairs::default(), &mut ()), Err(damage), "{text:?}");
        }
    }

    #[test]
    fn separators_that_only_look_like_damage_stay() {
        for text in [
            "050.123.00",
            "04.12.0",
            "12.0",
            "+1.415.555.2671",
            "030/1234567",
            "415-555.0000",
            "21 11 20 26",
        ] {
            assert_eq!(cleaned(text), (text.to_owned(), vec![]), "{text:?}");
        }
    }

    #[test]
    fn an_rfc_3966_number_with_parameters_is_left_to_the_parser() {
        let text = "tel:7042;phone-context=example.com";
        assert_eq!(cleaned(text), (text.to_owned(), vec![]));
    }
}
