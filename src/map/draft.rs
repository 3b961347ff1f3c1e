//! A record seen as fields.

use std::borrow::Cow;

use super::Columns;
use super::synonyms::{Strength, is_no_phone, meanings};
use crate::contact::Field;
use crate::ingest::guard::unguard;
use crate::ingest::record::Row;

/// A record seen as fields.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'r> {
    row: Row<'r>,
    columns: &'r Columns,
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
    pub fn find(&self, field: Field) -> (Option<usize>, &'r str) {
        let mut filled = self.columns.all_of(field).map(|at| (at, self.cell(at)));
        match filled.find(|(_, cell)| !cell.trim().is_empty()) {
            Some((at, cell)) => (Some(at), cell),
            None => {
                let first = self.columns.of(field);
                let constant = self.columns.constant(field);
                let cell = first.filter(|_| constant.is_empty()).map(|at| self.cell(at));
                (first, cell.unwrap_or(constant))
            }
        }
    }

    /// The text of a field, as [`Draft::find`] finds it.
    #[must_use]
    pub fn get(&self, field: Field) -> &'r str {
        self.find(field).1
    }

    /// The texts of a field's columns that are not empty, in order of preference.
    pub fn filled(&self, field: Field) -> impl Iterator<Item = (usize, &'r str)> {
        let draft = *self;
        let columns = self.columns.all_of(field);
        columns.map(move |at| (at, draft.cell(at))).filter(|(_, cell)| !cell.trim().is_empty())
    }

    /// The phone cells that are not empty, in order of preference. Where the row says of what kind
    /// each is, mobile numbers come first, and faxes and pagers not at all.
    #[must_use]
    pub fn phones(&self) -> Vec<(usize, &'r str)> {
        let mut phones: Vec<(usize, &str)> = self.filled(Field::Phone).collect();
        if self.columns.labels.is_empty() {
            return phones;
        }
        let label = |at: usize| {
            let known = self.columns.labels.iter().find(|(phone, _)| *phone == at);
            known.map_or("", |(_, label)| self.cell(*label))
        };
        phones.retain(|(at, _)| !is_no_phone(label(*at)));
        let is_best = |at: usize| meanings(label(at)).contains(&(Field::Phone, Strength::Best));
        phones.sort_by_key(|(at, _)| !is_best(*at));
        phones
    }

    /// The texts of a field's columns in one, with `separator` between them; else what the field
    /// always is.
    #[must_use]
    pub fn joined(&self, field: Field, separator: &str) -> Cow<'r, str> {
        let mut filled = self.filled(field).map(|(_, cell)| cell.trim());
        let Some(first) = filled.next() else { return self.columns.constant(field).into() };
        let mut whole = Cow::Borrowed(first);
        for part in filled {
            let whole = whole.to_mut();
            whole.push_str(separator);
            whole.push_str(part);
        }
        whole
    }

    /// The text of a column.
    #[must_use]
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
