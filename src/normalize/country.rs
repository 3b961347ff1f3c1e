//! The country cell → an ISO 3166-1 country; what it and the phone say of each other.

use super::problem;
use crate::contact::{Country, Field};
use crate::map::Draft;
use crate::phone::Region;
use crate::problem::{Code, Confidence, Problem, Suggestion};

/// The row's country; one that cannot be read is left out with a warning.
/// The number is then read in the home region, as the warning says.
pub(super) fn read<'r>(
    draft: &Draft<'r>,
    home: Option<Region>,
    problems: &mut Vec<Problem<'r>>,
) -> Option<Country> {
    let cell = draft.get(Field::Country).trim();
    if cell.is_empty() {
        return None;
    }
    let country = Country::from_alpha2(cell);
    if country.is_none() {
        let found = problem(draft, Field::Country, Code::CountryUnknown);
        let detail = home.map_or_else(String::new, |home| {
            format!("a number without a calling code is read in {home}")
        });
        problems.push(Problem { detail: detail.into(), ..found });
    }
    country
}

/// The region in which numbers of the country are read.
pub(super) fn region(country: Country) -> Option<Region> {
    country.as_str().parse().ok()
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
