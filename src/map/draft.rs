//! A record seen as fields.

use std::borrow::Cow;

use super::denial::{is_label_of_another, is_no_phone};
use super::synonyms::{Meaning, Strength, meanings};
use super::{Columns, Origin};
use crate::contact::Field;
use crate::ingest::guard::unguard;
use crate::ingest::record::Row;
use crate::text::{is_blank, trim};

/// A record seen as fields.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'r> {
    row: Row<'r>,
    columns: &'r Columns,
}

/// What a row says of the kind of one of its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PhoneKind {
    /// It is the very kind that is wanted.
    Best,
    /// Nothing, or nothing that matters.
    Usual,
    /// It takes no messages, or reaches somebody else.
    None,
}

impl<'r> Draft<'r> {
    /// `row` has as many cells as the header that `columns` were decided from.
    #[must_use]
    pub fn new(row: Row<'r>, columns: &'r Columns) -> Draft<'r> {
        Draft { row, columns }
    }

    /// The text of the first of a field's columns that is not empty, and the column; else what the
    /// field always is, and the column that might have said so.
    #[must_use]
    #[inline(always)]
    pub fn find(&self, field: Field) -> (Option<usize>, &'r str) {
        match self.columns.origin(field) {
            Origin::Nowhere => (None, ""),
            Origin::Column(at) => (Some(at), self.cell(at)),
            Origin::Any => self.find_any(field),
        }
    }

    #[inline(never)]
    fn find_any(&self, field: Field) -> (Option<usize>, &'r str) {
        let constant = self.columns.constant(field);
        match (self.filled(field).next(), self.columns.of(field)) {
            (Some((at, cell)), _) => (Some(at), cell),
            (None, Some(first)) if constant.is_empty() => (Some(first), self.cell(first)),
            (None, first) => (first, constant),
        }
    }

    /// The text of the first of a field's columns that is not empty, and the column.
    #[must_use]
    #[inline(always)]
    pub fn first(&self, field: Field) -> Option<(usize, &'r str)> {
        match self.columns.origin(field) {
            Origin::Nowhere => None,
            Origin::Column(at) => Some((at, self.cell(at))).filter(|(_, cell)| !is_blank(cell)),
            Origin::Any => self.first_of_any(field),
        }
    }

    #[inline(never)]
    fn first_of_any(&self, field: Field) -> Option<(usize, &'r str)> {
        self.filled(field).next()
    }

    /// The text of a field, as [`Draft::find`] finds it.
    #[must_use]
    #[inline(always)]
    pub fn get(&self, field: Field) -> &'r str {
        self.find(field).1
    }

    /// The texts of a field's columns that are not empty, in order of preference.
    pub fn filled(&self, field: Field) -> impl Iterator<Item = (usize, &'r str)> {
        let columns = self.columns.all_of(field);
        columns.map(|at| (at, self.cell(at))).filter(|(_, cell)| !is_blank(cell))
    }

    /// The phone cells that are not empty, in order of preference. Where the row says of what kind
    /// each is, mobile numbers come first, and faxes, pagers and what is somebody else's not at all.
    pub fn phones(&self) -> impl Iterator<Item = (usize, &'r str)> {
        let of_kind = |kind: PhoneKind| {
            self.filled(Field::Phone).filter(move |(at, _)| self.phone_kind(*at) == kind)
        };
        of_kind(PhoneKind::Best).chain(of_kind(PhoneKind::Usual))
    }

    /// What the row says of the kind of a phone column's number.
    fn phone_kind(&self, at: usize) -> PhoneKind {
        let Some(label) = self.columns.beside(at).label.map(|label| self.cell(label)) else {
            return PhoneKind::Usual;
        };
        let best =
            |meaning: &Meaning| meaning.field == Field::Phone && meaning.rank.0 == Strength::Best;
        match label {
            label if is_no_phone(label) || is_label_of_another(label) => PhoneKind::None,
            label if meanings(label).iter().any(best) => PhoneKind::Best,
            _ => PhoneKind::Usual,
        }
    }

    /// The texts of a field's columns in one, with `separator` between them; else what the field
    /// always is.
    #[must_use]
    #[inline(always)]
    pub fn joined(&self, field: Field, separator: &str) -> Cow<'r, str> {
        match self.columns.origin(field) {
            Origin::Nowhere => "".into(),
            Origin::Column(at) => trim(self.cell(at)).into(),
            Origin::Any => self.joined_columns(field, separator),
        }
    }

    #[inline(never)]
    fn joined_columns(&self, field: Field, separator: &str) -> Cow<'r, str> {
        let mut filled = self.filled(field).map(|(_, cell)| trim(cell));
        let Some(first) = filled.next() else { return self.columns.constant(field).into() };
        let mut whole = Cow::Borrowed(first);
        for part in filled {
            let whole = whole.to_mut();
            whole.push_str(separator);
            whole.push_str(part);
        }
        whole
    }

    /// About how many bytes all cells have together; what stands between them is counted, too.
    #[must_use]
    #[inline]
    pub fn bytes(&self) -> usize {
        self.row.spot.end - self.row.spot.start
    }

    /// Whether no cell holds more than ASCII.
    #[must_use]
    #[inline]
    pub fn is_ascii(&self) -> bool {
        self.row.is_ascii()
    }

    /// The text of a column.
    #[must_use]
    #[inline(always)]
    pub fn cell(&self, at: usize) -> &'r str {
        let cell = self.row.cell(at);
        if self.columns.ours { unguard(cell) } else { cell }
    }

    /// The columns that the row is seen through.
    #[must_use]
    pub fn columns(&self) -> &'r Columns {
        self.columns
    }
}
