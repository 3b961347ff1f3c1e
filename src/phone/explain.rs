//! The steps of [`read`](super::read), told one by one: for a person who wonders why a cell was
//! read as it was.

use super::identity::variant_key;
use super::kind::Refusal;
use super::number::Number;
use super::plan::Plan;
use super::reading::{ReadRules, Reading, bare_digits, read_aloud, read_as_national};
use super::region::Region;
use super::trace::Step;

/// How a cell was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Every step, in the order in which they were made.
    pub steps: Vec<Step>,
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
    let (reading, steps) = read_aloud(plan, text, home, rules);
    let digits = steps.iter().find_map(|step| match step {
        Step::Read(_, text, _) => bare_digits(text).map(str::to_owned),
        _ => None,
    });
    let home = home.filter(|home| plan.calling_code(*home).is_some());
    let national = digits.as_ref().zip(home);
    let valid = reading.verdict.as_ref().ok();
    Explanation {
        national: national.map(|(digits, home)| read_as_national(plan, digits, home)),
        international: digits.map(|digits| plan.parse(&format!("+{digits}"), None)),
        variant_key: valid.map_or(reading.variant_key, |found| variant_key(found.phone.as_u64())),
        steps,
        reading,
    }
}

#[cfg(test)]
mod tests {
    use super::super::cell::Repair;
    use super::super::trace::Attempt;
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
        let text = || "+971501234561".to_owned();
        assert_eq!(told.steps[0], Step::Repaired(Repair::Apostrophe, text()));
        assert!(matches!(&told.steps[1..], [Step::Read(Attempt::Reference, read, Ok(_))]
            if *read == text()));
        assert_eq!((told.national, told.international), (None, None));
        assert!(told.reading.verdict.is_ok());
    }

    #[test]
    fn the_steps_tell_parts_and_prefixes_in_order() {
        let told = of("=\"0044 20 7946 1234\" / 2125552671", "US");
        let names: Vec<&str> = told
            .steps
            .iter()
            .map(|step| match step {
                Step::Plain(_) => "plain",
                Step::Parted(_) => "parted",
                Step::Part(_) => "part",
                Step::Whole(_) => "whole",
                Step::Repaired(..) => "repaired",
                Step::Damaged(_) => "damaged",
                Step::Read(Attempt::Reference, ..) => "read",
                Step::Read(Attempt::AfterForeignPrefix, ..) => "after prefix",
                Step::Read(..) => "read otherwise",
            })
            .collect();
        let first = ["parted", "part", "repaired", "read", "after prefix"];
        assert_eq!(names, [&first[..], &["part", "read"]].concat());
    }
}
