//! What a platform takes in a field: its length and its characters.

use std::borrow::Cow;

use super::problem;
use crate::contact::Field;
use crate::map::Draft;
use crate::problem::{Code, Problem};

/// What a platform takes in one field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limit {
    /// The most characters.
    pub chars_max: Option<usize>,
    /// Letters and spaces only.
    pub letters_only: bool,
}

/// What a platform takes in each field.
#[derive(Debug, Clone, Copy, Default)]
pub struct FieldLimits([Limit; Field::COUNT]);

impl FieldLimits {
    /// Sets the limit of a field.
    pub fn set(&mut self, field: Field, limit: Limit) {
        self.0[field as usize] = limit;
    }

    /// The limit of a field.
    #[must_use]
    pub fn of(&self, field: Field) -> Limit {
        self.0[field as usize]
    }

    /// The value, or nothing and a warning where the platform would not take it.
    pub(super) fn keep<'r>(
        &self,
        draft: &Draft<'r>,
        field: Field,
        value: Cow<'r, str>,
        problems: &mut Vec<Problem<'r>>,
    ) -> Cow<'r, str> {
        let Limit { chars_max, letters_only } = self.of(field);
        if chars_max.is_none() && !letters_only {
            return value;
        }
        // Characters are no more than bytes.
        let too_long =
            chars_max.is_some_and(|max| value.len() > max && value.chars().count() > max);
        let foreign = |c: &char| !(c.is_alphabetic() || c.is_whitespace());
        let stray = if letters_only { value.chars().find(foreign) } else { None };
        let (code, detail) = match (too_long, stray) {
            (true, _) => {
                let (seen, max) = (value.chars().count(), chars_max.unwrap_or(0));
                (Code::FieldTooLong, format!("{seen} characters, the platform takes {max}"))
            }
            (false, Some(_)) => {
                (Code::FieldBadCharacters, "the platform takes letters and spaces".to_owned())
            }
            (false, None) => return value,
        };
        problems.push(Problem { detail: detail.into(), ..problem(draft, field, code) });
        "".into()
    }
}
