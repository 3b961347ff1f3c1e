//! The steps of [`read`](super::read), told one by one: for a person who wonders why a cell was
//! read as it was.

use super::cell::{self, Cleaned, Repairs};
use super::identity::variant_key;
use super::kind::Refusal;
use super::number::Number;
use super::plan::Plan;
use super::reading::{ReadRules, Reading, is_bare_digits, read, read_as_national};
use super::region::Region;

/// How a cell was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What was left after cleaning, where that changed the text; nothing where it was destroyed.
    pub cleaned: Option<String>,
    /// For digits without a plus: what they are as a national number of the home region.
    pub national: Option<Result<Number, Refusal>>,
    /// For digits without a plus: what they are as an international number.
    pub international: Option<Result<Number, Refusal>>,
    /// The verdict, and all that was found on the way.
    pub reading: Reading,
    /// The key that spellings of the same subscriber may share, where the country has such.
    pub variant_key: Option<u64>,
}

/// Explains how the cell `text` is read in the region `home`.
#[must_use]
pub fn explain(plan: &Plan, text: &str, home: Option<Region>, rules: ReadRules) -> Explanation {
    let mut repairs = Repairs::default();
    let plain = cell::normalize(text, &mut repairs);
    let small = plain.len() <= cell::CELL_BYTES_MAX && !cell::is_ordinary(text);
    let cleaned = if small { cell::clean(&plain, repairs).ok() } else { None };
    let cleaned = cleaned.map(|Cleaned { text, .. }| text.into_owned());
    let number = cleaned.as_deref().unwrap_or(text).trim();
    let bare = is_bare_digits(number);
    let home_known = home.filter(|home| bare && plan.calling_code(*home).is_some());
    let reading = read(plan, text, home, rules);
    Explanation {
        national: home_known.map(|home| read_as_national(plan, number, home)),
        international: bare.then(|| plan.parse(&format!("+{number}"), None)),
        variant_key: reading.verdict.as_ref().ok().and_then(|found| variant_key(found.phone)),
        cleaned: cleaned.filter(|cleaned| cleaned != text),
        reading,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, home: &str) -> Explanation {
        explain(Plan::builtin(), text, home.parse().ok(), ReadRules::default())
    }

    #[test]
    fn both_readings_of_digits_are_told() {
        let told = of("6062642190", "US");
        let e164 = |number: Option<Result<Number, Refusal>>| {
            number.and_then(Result::ok).and_then(|it| it.phone().ok()).map(|it| it.to_string())
        };
        assert_eq!(e164(told.national).as_deref(), Some("+16062642190"));
        assert_eq!(e164(told.international).as_deref(), Some("+6062642190"));
    }

    #[test]
    fn a_number_with_a_plus_has_one_reading() {
        let told = of("'+971501234561", "US");
        assert_eq!(told.cleaned.as_deref(), Some("+971501234561"));
        assert_eq!((told.national, told.international), (None, None));
        assert!(told.reading.verdict.is_ok());
    }
}
