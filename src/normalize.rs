//! Stage 3: [`Draft`] → [`Contact`] or [`Problem`]s. Every field is judged, every problem kept.
//! It must not know the other rows, nor the platform beyond what it requires.

use limits::FieldLimits;

use crate::contact::{Contact, Field, Tags};
use crate::map::Draft;
use crate::phone::{Kind, Plan, ReadRules, Region};
use crate::problem::{Level, Problem};

use country::Homes;
use phone::UnreadDigits;

mod consent;
mod country;
mod email;
pub mod limits;
mod mojibake;
mod name;
pub mod phone;

/// What a field is judged by.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The numbering plan.
    pub plan: &'static Plan,
    /// The region of rows without a country of their own.
    pub home: Option<Region>,
    /// How phone cells are read, and which phones are wanted.
    pub phone: PhoneRules,
    /// Whether a row without a name is rejected.
    pub name: Need,
    /// Whether a row that does not say that its contact agreed is rejected.
    pub opt_in: Need,
    /// What the platform takes in each field.
    pub limits: FieldLimits,
}

/// How phone cells are read, and which phones are wanted.
#[derive(Debug, Clone, Default)]
pub struct PhoneRules {
    /// How cells are read.
    pub read: ReadRules,
    /// The kinds of line that are wanted.
    pub kinds: Wanted<Kind>,
    /// The regions that are wanted.
    pub regions: Wanted<Region>,
}

/// Which of some values are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Wanted<T> {
    /// All.
    #[default]
    Any,
    /// These.
    Only(Vec<T>),
    /// All but these.
    Not(Vec<T>),
}

impl<T: PartialEq> Wanted<T> {
    /// Whether the value is wanted; where there is none, only a positive list refuses it.
    #[must_use]
    pub fn has(&self, value: Option<&T>) -> bool {
        match self {
            Wanted::Any => true,
            Wanted::Only(list) => value.is_some_and(|value| list.contains(value)),
            Wanted::Not(list) => !value.is_some_and(|value| list.contains(value)),
        }
    }
}

/// Whether a field must have a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The platform takes a contact without it.
    Optional,
    /// A row without it is rejected.
    Required,
}

/// A row that cannot be accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The digits of its phone cell, where they are all that the cell holds and were refused as a
    /// number of the home region: they may be right in another.
    pub unread: Option<UnreadDigits>,
    /// The key that its refused number may share with a valid spelling of the same subscriber
    /// ([`variant_key`](crate::phone::variant_key)).
    pub variant_key: Option<u64>,
}

/// Judges a row. The contact is there if and only if no problem is an error; every problem found
/// is pushed, whether it costs the row or not.
pub fn normalize<'r>(
    draft: &Draft<'r>,
    rules: &Rules,
    problems: &mut Vec<Problem<'r>>,
) -> Result<Contact<'r>, Refusal> {
    let before = problems.len();
    let given_country = country::read(draft, rules.plan, rules.home, problems);
    let homes = Homes::read(draft, rules.plan, given_country, rules.home, problems);
    let given_country = given_country.and_then(country::of_region);
    let found = phone::read(draft, rules, homes, problems);
    let name = name::read(draft, rules, problems);
    let email =
        rules.limits.keep(draft, Field::Email, email::read(draft, problems).into(), problems);
    let address = draft.joined(Field::Address, ", ");
    let address = rules.limits.keep(draft, Field::Address, address, problems);
    let opt_in = consent::read(draft, rules.opt_in, problems);
    mojibake::check(draft, problems);
    if problems[before..].iter().any(|problem| problem.code.level() == Level::Error) {
        return Err(found.err().unwrap_or_default());
    }
    let found = found?;
    let region = found.number.region();
    let phone_country = region.and_then(country::of_region);
    country::compare(draft, given_country, phone_country, problems);
    Ok(Contact {
        phone: found.phone,
        region,
        kind: found.number.kind(),
        name,
        email,
        country: given_country.or(phone_country),
        address,
        tags: tags(draft),
        opt_in,
    })
}

/// The labels of the row's cells, and those that every row has.
fn tags<'r>(draft: &Draft<'r>) -> Tags<'r> {
    let columns = draft.columns();
    let mut cells = [""; Tags::CELLS_MAX];
    let filled = draft.filled(Field::Tags).map(|(_, cell)| cell);
    let constant = Some(columns.constant(Field::Tags));
    for (slot, cell) in cells.iter_mut().zip(constant.into_iter().chain(filled)) {
        *slot = cell;
    }
    // The row's own come first.
    cells.rotate_left(1);
    let own = columns.preset.and_then(|preset| preset.own_tags.as_deref());
    Tags::new(cells, &columns.tag_separator, own)
}

/// A problem with the cell that feeds `field`.
fn problem<'r>(draft: &Draft<'r>, field: Field, code: crate::problem::Code) -> Problem<'r> {
    let (column, value) = draft.find(field);
    Problem {
        code,
        column: column.and_then(|at| u32::try_from(at).ok()),
        field: Some(field),
        value: value.into(),
        detail: "".into(),
        suggestion: None,
        readings: Vec::new(),
    }
}
