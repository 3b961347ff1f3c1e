//! The country cell → an ISO 3166-1 country; what it and the phone say of each other.

use super::problem;
use crate::contact::{Country, Field};
use crate::country::{region_of, similar};
use crate::map::Draft;
use crate::phone::{Plan, Region};
use crate::problem::{Code, Confidence, Problem, Suggestion};
use crate::text::trim;

/// The region of the row's country, in which its numbers without a calling code are read; one that
/// cannot be read is left out with a warning, which says where they are read then.
pub(super) fn read<'r>(
    draft: &Draft<'r>,
    plan: &Plan,
    home: Option<Region>,
    problems: &mut Vec<Problem<'r>>,
) -> Option<Region> {
    let cell = trim(draft.get(Field::Country));
    if cell.is_empty() {
        return None;
    }
    let region = region_of(cell, plan);
    if region.is_none() {
        let found = problem(draft, Field::Country, Code::CountryUnknown);
        let detail = match home {
            Some(home) => format!("a number without a calling code is read in {home}"),
            None => "a number without a calling code cannot be read".to_owned(),
        };
        let suggestion = similar(cell)
            .map(|region| Suggestion { value: region.to_string(), confidence: Confidence::Medium });
        problems.push(Problem { detail: detail.into(), suggestion, ..found });
    }
    region
}

/// Where the numbers of a row without a calling code are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Homes {
    /// The region that the row names for all its numbers: by the calling code that stands apart
    /// from them, or in a column of its own.
    named: Option<Region>,
    /// That of the row's country.
    country: Option<Region>,
    /// The run's.
    run: Option<Region>,
}

impl Homes {
    /// What the row says, where its country is of `country`, and the run's home is `home`.
    pub(super) fn read<'r>(
        draft: &Draft<'r>,
        plan: &Plan,
        country: Option<Region>,
        home: Option<Region>,
        problems: &mut Vec<Problem<'r>>,
    ) -> Homes {
        let columns = draft.columns();
        // Most files have neither.
        if !columns.has(Field::CallingCode) && !columns.has(Field::Region) {
            return Homes { named: None, country, run: home };
        }
        for field in [Field::CallingCode, Field::Region] {
            let cell = trim(draft.get(field));
            if cell.is_empty() {
                continue;
            }
            let named = region_of(cell, plan);
            if named.is_some() {
                return Homes { named, country, run: home };
            }
            problems.push(problem(draft, field, Code::RegionUnknown));
        }
        Homes { named: None, country, run: home }
    }

    /// The region in which a number of the phone column at index `phone` is read: of the country
    /// that stands beside it, unless the row names one for all its numbers.
    #[inline]
    pub(super) fn of_phone<'r>(
        self,
        draft: &Draft<'r>,
        plan: &Plan,
        phone: usize,
        problems: &mut Vec<Problem<'r>>,
    ) -> Option<Region> {
        let beside = || {
            let column = draft.columns().country_of_phone(phone)?;
            beside_phone(draft, plan, column, problems)
        };
        self.named.or_else(beside).or(self.country).or(self.run)
    }

    /// Whether the row names no region for that column, so that the run's counts.
    pub(super) fn are_of_run(self, draft: &Draft<'_>, plan: &Plan, phone: usize) -> bool {
        let beside = draft.columns().country_of_phone(phone);
        self.named.or(self.country).is_none()
            && beside.is_none_or(|column| region_of(draft.cell(column), plan).is_none())
    }
}

/// The region of the country that stands beside a phone, in the column at this index.
fn beside_phone<'r>(
    draft: &Draft<'r>,
    plan: &Plan,
    column: usize,
    problems: &mut Vec<Problem<'r>>,
) -> Option<Region> {
    let cell = draft.cell(column);
    let region = region_of(cell, plan);
    // Of the row's own country cell it is said already.
    let said = draft.find(Field::Country).0 == Some(column);
    if region.is_none() && !said && !cell.trim().is_empty() {
        problems.push(Problem {
            column: u32::try_from(column).ok(),
            value: cell.into(),
            ..problem(draft, Field::Region, Code::RegionUnknown)
        });
    }
    region
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
