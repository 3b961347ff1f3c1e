//! The country cell → an ISO 3166-1 country; what it and the phone say of each other.

use super::problem;
use crate::contact::{Country, Field};
use crate::map::Draft;
use crate::phone::{Plan, Region};
use crate::problem::{Code, Confidence, Problem, Suggestion};

mod names;

/// The region of the row's country, in which its numbers without a calling code are read; one that
/// cannot be read is left out with a warning, which says where they are read then.
pub(super) fn read<'r>(
    draft: &Draft<'r>,
    plan: &Plan,
    home: Option<Region>,
    problems: &mut Vec<Problem<'r>>,
) -> Option<Region> {
    let cell = draft.get(Field::Country).trim();
    if cell.is_empty() {
        return None;
    }
    let region = names::region_of(cell, plan);
    if region.is_none() {
        let found = problem(draft, Field::Country, Code::CountryUnknown);
        let detail = match home {
            Some(home) => format!("a number without a calling code is read in {home}"),
            None => "a number without a calling code cannot be read".to_owned(),
        };
        let suggestion = names::similar(cell)
            .map(|region| Suggestion { value: region.to_string(), confidence: Confidence::Medium });
        problems.push(Problem { detail: detail.into(), suggestion, ..found });
    }
    region
}

/// The region in which the row's numbers without a calling code are read, as far as the row says:
/// by the calling code that stands apart from its number, by its region, or by its country.
pub(super) fn home<'r>(
    draft: &Draft<'r>,
    plan: &Plan,
    country: Option<Region>,
    problems: &mut Vec<Problem<'r>>,
) -> Option<Region> {
    for field in [Field::CallingCode, Field::Region] {
        let cell = draft.get(field).trim();
        if cell.is_empty() {
            continue;
        }
        match names::region_of(cell, plan) {
            Some(region) => return Some(region),
            None => problems.push(problem(draft, field, Code::RegionUnknown)),
        }
    }
    country
}

/// The ISO country of a region; `XK` is none, and `001` neither.
pub(super) fn of_region(region: Region) -> Option<Country> {
    Country::from_alpha2(region.as_str())
}

/// Warns where the column says one country and the phone another.
pub(super) fn compare<'r>(
    draft: &Draft<'r>,
    given: Option<Country>,
    of_phone: Option<Country>,
    problems: &mut Vec<Problem<'r>>,
) {
    if let (Some(given), Some(of_phone)) = (given, of_phone)
        && given != of_phone
    {
        let found = problem(draft, Field::Country, Code::CountryMismatch);
        let value = of_phone.as_str().to_owned();
        problems.push(Problem {
            detail: format!("the row says {given}, the phone is of {of_phone}").into(),
            suggestion: Some(Suggestion { value, confidence: Confidence::Medium }),
            ..found
        });
    }
}
