//! Stage 3: [`Draft`] → [`Contact`] or [`Problem`]s. Every field is judged, every problem kept.
//! It must not know the other rows, nor the platform beyond what it requires.

use crate::contact::{Contact, Country, Field, Tags};
use crate::map::Draft;
use crate::phone::{Plan, Region};
use crate::problem::{Level, Problem};

mod country;
mod email;
mod name;
mod phone;

/// What a field is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// The numbering plan.
    pub plan: &'static Plan,
    /// The region of rows without a country of their own.
    pub home: Option<Region>,
    /// Whether a row without a name is rejected.
    pub name: Need,
}

/// Whether a field must have a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The platform takes a contact without it.
    Optional,
    /// A row without it is rejected.
    Required,
}

/// What stands between two labels of a cell.
const TAG_SEPARATOR: char = ',';

/// Judges a row. The contact is there if and only if no problem is an error; every problem found
/// is pushed, whether it costs the row or not.
pub fn normalize<'r>(
    draft: &Draft<'r>,
    rules: &Rules,
    problems: &mut Vec<Problem<'r>>,
) -> Option<Contact<'r>> {
    let before = problems.len();
    let given_country = country::read(draft, problems);
    let home = given_country.and_then(country::region).or(rules.home);
    let number = phone::read(draft, rules.plan, home, problems);
    let name = name::read(draft, rules.name, problems);
    let email = email::read(draft, problems);
    if problems[before..].iter().any(|problem| problem.code.level() == Level::Error) {
        return None;
    }
    let (phone, number) = number?;
    let region = number.region();
    let phone_country = region.and_then(|region| Country::from_alpha2(region.as_str()));
    country::compare(draft, given_country, phone_country, problems);
    Some(Contact {
        phone,
        region,
        kind: number.kind(),
        name,
        email,
        country: given_country.or(phone_country),
        address: draft.get(Field::Address).trim(),
        tags: Tags::new(draft.get(Field::Tags), TAG_SEPARATOR),
    })
}

/// A problem with the cell that feeds `field`.
fn problem<'r>(draft: &Draft<'r>, field: Field, code: crate::problem::Code) -> Problem<'r> {
    Problem {
        code,
        column: draft.columns().of(field).and_then(|at| u32::try_from(at).ok()),
        field: Some(field),
        value: draft.get(field).into(),
        detail: "".into(),
        suggestion: None,
    }
}
