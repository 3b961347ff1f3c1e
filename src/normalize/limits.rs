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

impl Limit {
    /// Whether a value is plainly within the limit: characters are no more than bytes.
    #[inline]
    fn surely_takes(self, value: &str) -> bool {
        !self.letters_only && self.chars_max.is_none_or(|max| value.len() <= max)
    }
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
    #[inline]
    pub fn of(&self, field: Field) -> Limit {
        self.0[field as usize]
    }

    /// Whether the platform takes the value in the field.
    #[must_use]
    pub fn take(&self, field: Field, value: &str) -> bool {
        self.fault(field, value).is_none()
    }

    /// The value, or nothing and a warning where the platform would not take it.
    #[inline(always)]
    pub(super) fn keep<'r>(
        &self,
        draft: &Draft<'r>,
        field: Field,
        value: Cow<'r, str>,
        problems: &mut Vec<Problem<'r>>,
    ) -> Cow<'r, str> {
        if self.of(field).surely_takes(&value) {
            return value;
        }
        self.keep_counted(draft, field, value, problems)
    }

    #[cold]
    fn keep_counted<'r>(
        &self,
        draft: &Draft<'r>,
        field: Field,
        value: Cow<'r, str>,
        problems: &mut Vec<Problem<'r>>,
    ) -> Cow<'r, str> {
        let Some((code, detail)) = self.fault(field, &value) else { return value };
        problems.push(Problem { detail: detail.into(), ..problem(draft, field, code) });
        "".into()
    }

    /// Why the platform would not take the value.
    fn fault(&self, field: Field, value: &str) -> Option<(Code, String)> {
        let Limit { chars_max, letters_only } = self.of(field);
        if let Some(max) = chars_max.filter(|max| value.len() > *max) {
            let seen = value.chars().count();
            if seen > max {
                let detail = format!("{seen} characters, the platform takes {max}");
                return Some((Code::FieldTooLong, detail));
            }
        }
        let foreign = |c: char| !(c.is_alphabetic() || c.is_whitespace());
        (letters_only && value.contains(foreign))
            .then(|| (Code::FieldBadCharacters, "the platform takes letters and spaces".to_owned()))
    }
}
