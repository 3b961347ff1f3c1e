//! One subscriber in two spellings. WhatsApp's addresses kept what numbering plans gave up, so the
//! same person stands in exports under two numbers. Where the rule is certain the number is
//! repaired; where it is not, two numbers share a variant key, which is a hint and no more.

#![allow(
    clippy::inconsistent_digit_grouping,
    clippy::zero_prefixed_literal,
    reason = "digits stand in the groups of telephone numbers"
)]

use super::cell::Repair;
use super::number::Number;

/// The number that a spelling of the past stands for: the E.164 text to read instead, and the
/// repair that this is. Only for numbers that are not valid as they are.
pub(super) fn modern_spelling(number: &Number) -> Option<(String, Repair)> {
    match (number.calling_code(), number.national_bytes().len()) {
        // Mexico dropped the 1 before mobile numbers in 2019; WhatsApp's addresses have it still.
        (52, 11) => {
            let rest = number.national().strip_prefix('1')?;
            Some((format!("+52{rest}"), Repair::MexicoOne))
        }
        // Benin put 01 before every number on 30 November 2024.
        (229, 8) => Some((format!("+22901{}", number.national()), Repair::BeninPrefix)),
        _ => None,
    }
}

/// What a Brazilian mobile number of eight digits may be today: the ninth digit, a 9, went before
/// them by 2016. A person should look, because the account may be known under the old form.
pub(super) fn with_ninth_digit(number: &Number) -> Option<String> {
    if number.calling_code() != 55 {
        return None;
    }
    let (area, subscriber) = number.national().split_at_checked(2)?;
    let mobile = subscriber.len() == 8 && subscriber.starts_with(['6', '7', '8', '9']);
    mobile.then(|| format!("+55{area}9{subscriber}"))
}

/// A key that two numbers share which may be one subscriber; `None` where the country has no such
/// spellings.
///
/// - Argentina: with and without the 9 of mobiles. Without it the number may as well be a
///   landline, so this is possible and not certain.
/// - Brazil: mobiles with and without the ninth digit.
/// - Côte d'Ivoire: numbers whose last eight digits are alike, which was all of them before 2021.
///
/// `digits` are the calling code and the national number, which need not be valid: a spelling of
/// the past mostly is not.
#[must_use]
pub fn variant_key(digits: u64) -> Option<u64> {
    match digits {
        54_00_0000_0000..=54_99_9999_9999 => Some(digits),
        54_900_0000_0000..=54_999_9999_9999 => Some(54 * 10u64.pow(10) + digits % 10u64.pow(10)),
        // Eight digits after the area code; a landline begins with 2 to 5 and has no variant.
        55_00_0000_0000..=55_99_9999_9999 => {
            let subscriber = digits % 10u64.pow(8);
            (subscriber >= 60_000_000).then_some(digits)
        }
        55_00_9_0000_0000..=55_99_9_9999_9999 => {
            let area = digits / 10u64.pow(9);
            let ninth = digits / 10u64.pow(8) % 10;
            (ninth == 9).then(|| area * 10u64.pow(8) + digits % 10u64.pow(8))
        }
        225_00_0000_0000..=225_99_9999_9999 => Some(225 * 10u64.pow(8) + digits % 10u64.pow(8)),
        225_0000_0000..=225_9999_9999 => Some(digits),
        _ => None,
    }
}

/// The other spellings under which the subscriber of a number may be known, as [`variant_key`] says
/// for Argentina and Brazil.
pub fn other_spellings(digits: u64) -> impl Iterator<Item = u64> {
    let key = variant_key(digits);
    let longer = key.and_then(|key| match key {
        54_00_0000_0000..=54_99_9999_9999 => Some(549 * 10u64.pow(10) + key % 10u64.pow(10)),
        55_00_0000_0000..=55_99_9999_9999 => {
            let (area, subscriber) = (key / 10u64.pow(8), key % 10u64.pow(8));
            Some(area * 10u64.pow(9) + 9 * 10u64.pow(8) + subscriber)
        }
        _ => None,
    });
    let shorter = longer.and(key);
    longer.into_iter().chain(shorter).filter(move |other| *other != digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_subscriber_share_a_variant_key() {
        for (one, other) in [
            (5491123456789, 541123456789),
            (5511987654321, 551187654321),
            (2250712345678, 2250512345678),
            (2250712345678, 22512345678),
        ] {
            assert!(variant_key(one).is_some(), "{one}");
            assert_eq!(variant_key(one), variant_key(other), "{one} {other}");
        }
    }

    #[test]
    fn a_number_has_the_other_spellings_of_its_subscriber() {
        let others = |digits| other_spellings(digits).collect::<Vec<u64>>();
        assert_eq!(others(5491123456789), [541123456789]);
        assert_eq!(others(541123456789), [5491123456789]);
        assert_eq!(others(551187654321), [5511987654321]);
        assert_eq!(others(5511987654321), [551187654321]);
        assert!(others(971501234561).is_empty());
    }

    #[test]
    fn numbers_without_a_second_spelling_have_no_variant_key() {
        for digits in [971501234561, 551131234567, 14155552671, 5215512345678, 2290197123456] {
            assert_eq!(variant_key(digits), None, "{digits}");
        }
    }

    #[test]
    fn different_subscribers_have_different_keys() {
        assert_ne!(variant_key(5491123456789), variant_key(5491123456788));
        assert_ne!(variant_key(5511987654321), variant_key(5521987654321));
    }
}
