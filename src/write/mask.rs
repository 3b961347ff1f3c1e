//! A cell's text → the same with its letters and digits covered, for reports that others see. What
//! is left is its form: length, spaces, punctuation. It must not know what a field is.

use std::borrow::Cow;

use crate::phone::Phone;

/// Whether reports show what cells hold. The payload and the ledger always do: the one is what is
/// sent, the other joins it with the rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Values {
    /// As they are.
    #[default]
    Shown,
    /// Covered.
    Masked,
}

/// So many of the last digits are left, by which somebody who has the number knows it again.
const DIGITS_LEFT: usize = 2;

/// A text with fewer digits may be something else than a phone, and keeps none.
const PHONE_DIGITS_MIN: usize = 9;

/// Digits of a phone that are covered at least.
const COVERED_MIN: usize = 5;

/// Digits of a phone that are left before those at most.
const DIGITS_BEFORE_MAX: usize = 5;

impl Values {
    /// What a report has of a cell's text.
    #[must_use]
    pub fn of(self, text: &str) -> Cow<'_, str> {
        match self {
            Values::Shown => text.into(),
            Values::Masked => masked(text).into(),
        }
    }

    /// What a report has of a valid phone: `+97150*****67`.
    #[must_use]
    pub fn of_phone(self, phone: Phone) -> String {
        match self {
            Values::Shown => phone.to_string(),
            Values::Masked => masked_phone(&phone.as_u64().to_string()),
        }
    }
}

/// The digits of a phone behind a plus, those in the middle covered.
fn masked_phone(digits: &str) -> String {
    let left = digits.len().saturating_sub(COVERED_MIN + DIGITS_LEFT).min(DIGITS_BEFORE_MAX);
    let end = digits.len().saturating_sub(DIGITS_LEFT).max(COVERED_MIN.min(digits.len()));
    format!("+{}{}{}", &digits[..left], "*".repeat(end - left), &digits[end..])
}

/// The text with a star for everything but white space and punctuation in ASCII.
fn masked(text: &str) -> String {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let mut to_cover = digits;
    if digits >= PHONE_DIGITS_MIN {
        to_cover -= DIGITS_LEFT;
    }
    let mut seen = 0;
    let cover = |c: char| {
        seen += usize::from(c.is_ascii_digit());
        let is_left = c.is_ascii_digit() && seen > to_cover;
        let is_form = c.is_ascii() && !c.is_ascii_alphanumeric();
        if is_left || is_form { c } else { '*' }
    };
    text.chars().map(cover).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_cell_its_form_is_left_and_of_a_long_number_two_digits() {
        for (cell, left) in [
            ("", ""),
            ("Ann O'Hara", "*** *'****"),
            ("ann@example.com", "***@*******.***"),
            ("آن", "**"),
            ("050 123 45 67", "*** *** ** 67"),
            ("+971-50-1234567 (x)", "+***-**-*****67 (*)"),
            ("12345678", "********"),
            ("a,\"b\"\n", "*,\"*\"\n"),
            ("٠٥٠١٢٣٤٥٦٧", "**********"),
        ] {
            assert_eq!(Values::Masked.of(cell), left);
            assert_eq!(Values::Shown.of(cell), cell);
        }
    }

    #[test]
    fn of_a_phone_at_least_five_digits_are_covered() {
        for (phone, left) in [
            ("971501234567", "+97150*****67"),
            ("14155550123", "+1415*****23"),
            ("4915123456789", "+49151******89"),
            ("999999999999999", "+99999********99"),
            ("2902215", "+*****15"),
            ("290221", "+*****1"),
            ("29022", "+*****"),
            ("1", "+*"),
        ] {
            assert_eq!(masked_phone(phone), left);
        }
    }
}
