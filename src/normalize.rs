//! Stage 3: [`Draft`] → [`Contact`] or [`Problem`]s. Every field is judged, every problem kept.
//! It must not know the other rows, nor the platform beyond what it requires.

use std::borrow::Cow;

use avatar::AvatarRules;
use limits::FieldLimits;
use tags::TagRules;

use crate::contact::{Contact, Country, Field};
use crate::map::Draft;
use crate::phone::{Kind, Plan, ReadRules, Region};
use crate::problem::{Code, Level, Problem};
use crate::text::trim;

use country::Homes;
use phone::UnreadDigits;

pub mod avatar;
mod consent;
mod country;
mod email;
pub mod limits;
mod mojibake;
mod name;
pub mod phone;
pub mod tags;

/// What a field is judged by.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The numbering plan.
    pub plan: &'static Plan,
    /// The region of rows without a country of their own.
    pub home: Option<Region>,
    /// How phone cells are read, and which phones are wanted.
    pub phone: PhoneRules,
    /// Whether the platform refuses a contact without a name.
    pub name: Need,
    /// The fields that the platform requires beside the phone and the name.
    pub required: Vec<Field>,
    /// What becomes of a row without a name; `None` leaves it to the platform's need.
    pub missing_name: Option<MissingName>,
    /// Whether a row that does not say that its contact agreed is rejected.
    pub opt_in: Need,
    /// What the platform takes in each field.
    pub limits: FieldLimits,
    /// How the platform takes tags.
    pub tags: TagRules,
    /// What the platform takes as a picture; `None` where it takes none.
    pub avatar: Option<AvatarRules>,
    /// Whether the platform knows favorites.
    pub favorite: bool,
}

impl Rules {
    /// The rules where no platform is named and nothing is required.
    #[must_use]
    pub fn new(plan: &'static Plan, home: Option<Region>) -> Rules {
        Rules {
            plan,
            home,
            phone: PhoneRules::default(),
            name: Need::Optional,
            required: Vec::new(),
            missing_name: None,
            opt_in: Need::Optional,
            limits: FieldLimits::default(),
            tags: TagRules::default(),
            avatar: None,
            favorite: false,
        }
    }
}

/// What becomes of a row without a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MissingName {
    /// It is rejected.
    Reject,
    /// Its phone is its name.
    Phone,
    /// This is its name.
    Text(String),
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
    let given_country = given_country.and_then(Country::of_region);
    let found = phone::read(draft, rules, homes, problems);
    let names = name::read(draft, rules, problems);
    let email =
        rules.limits.keep(draft, Field::Email, email::read(draft, problems).into(), problems);
    let address = joined(draft, rules, Field::Address, problems);
    let description = joined(draft, rules, Field::Description, problems);
    let favorite = favorite(draft, rules, problems);
    let avatar = rules.avatar.as_ref().and_then(|rules| avatar::read(draft, rules, problems));
    let tags = tags::read(draft);
    rules.tags.check(draft, &tags, problems);
    let filler = filler(draft, rules, &names.whole, problems);
    let opt_in = consent::read(draft, rules.opt_in, problems);
    mojibake::check(draft, problems);
    let region = found.as_ref().ok().and_then(|line| line.region);
    let phone_country = region.and_then(Country::of_region);
    require(draft, rules, problems, |field| match field {
        Field::Email => !email.is_empty(),
        Field::Country => given_country.or(phone_country).is_some(),
        Field::Address => !address.is_empty(),
        Field::Description => !description.is_empty(),
        Field::Tags => !tags.is_empty(),
        Field::OptIn => opt_in.is_some(),
        Field::Favorite => favorite.is_some(),
        Field::Avatar => avatar.is_some(),
        _ => true,
    });
    if problems[before..].iter().any(|problem| problem.code.level() == Level::Error) {
        return Err(found.err().unwrap_or_default());
    }
    let found = found?;
    let phone::Line { phone, calling_code, region, kind } = found;
    country::compare(draft, given_country, phone_country, problems);
    let is_name_filled = filler.is_some();
    let name = match filler {
        Some(MissingName::Phone) => phone.to_string().into(),
        Some(MissingName::Text(text)) => text.clone().into(),
        _ => names.whole,
    };
    Ok(Contact {
        phone,
        calling_code,
        region,
        kind,
        name,
        is_name_filled,
        first_name: names.first,
        last_name: names.last,
        email,
        country: given_country.or(phone_country),
        states_country: given_country.is_some(),
        address,
        tags,
        opt_in,
        description,
        favorite,
        avatar,
    })
}

/// Says which fields are missing that the platform requires, the phone and the name apart.
fn require<'r>(
    draft: &Draft<'r>,
    rules: &Rules,
    problems: &mut Vec<Problem<'r>>,
    has: impl Fn(Field) -> bool,
) {
    for field in rules.required.iter().filter(|field| !has(**field)) {
        problems.push(problem(draft, *field, Code::FieldMissing));
    }
}

/// What stands in for a name that is missing, with a note; or the problem that it is missing.
fn filler<'r, 'p>(
    draft: &Draft<'r>,
    rules: &'p Rules,
    name: &str,
    problems: &mut Vec<Problem<'r>>,
) -> Option<&'p MissingName> {
    if !name.is_empty() {
        return None;
    }
    let detail: Cow<'static, str> = match (&rules.missing_name, rules.name) {
        (None, Need::Optional) => return None,
        (None, Need::Required) | (Some(MissingName::Reject), _) => {
            problems.push(problem(draft, Field::Name, Code::NameMissing));
            return None;
        }
        (Some(MissingName::Phone), _) => "the phone".into(),
        (Some(MissingName::Text(text)), _) => format!("\"{text}\"").into(),
    };
    problems.push(Problem { detail, ..problem(draft, Field::Name, Code::NameFilled) });
    rules.missing_name.as_ref()
}

/// The text of a field that is put together of its columns.
#[inline(always)]
fn joined<'r>(
    draft: &Draft<'r>,
    rules: &Rules,
    field: Field,
    problems: &mut Vec<Problem<'r>>,
) -> Cow<'r, str> {
    if !draft.columns().has(field) {
        return "".into();
    }
    joined_of_columns(draft, rules, field, problems)
}

#[inline(never)]
fn joined_of_columns<'r>(
    draft: &Draft<'r>,
    rules: &Rules,
    field: Field,
    problems: &mut Vec<Problem<'r>>,
) -> Cow<'r, str> {
    rules.limits.keep(draft, field, draft.joined(field, ", "), problems)
}

/// Whether the contact is a favorite, where the platform asks.
fn favorite<'r>(draft: &Draft<'r>, rules: &Rules, problems: &mut Vec<Problem<'r>>) -> Option<bool> {
    if !rules.favorite {
        return None;
    }
    let cell = draft.get(Field::Favorite);
    if trim(cell).is_empty() {
        return None;
    }
    let said = consent::read_cell(cell);
    if said.is_none() {
        problems.push(problem(draft, Field::Favorite, Code::FavoriteUnknown));
    }
    said
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
