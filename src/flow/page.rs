//! A row whose fate is settled → what the report page shows of it. The records of the first rows
//! are kept in memory, so that a later row can be shown beside the one that has to do with its
//! phone; which these are depends on the order of the rows alone.

use crate::contact::Field;
use crate::map::Draft;
use crate::problem::Fate;
use crate::write::html::{Page, Pair, PairColumn};
use crate::write::issues::{Related, Role};
use crate::write::mask::Values;

use super::context::{Contexts, SourceContext};
use super::report::{Run, Settled};

/// Bytes of records that are kept: tens of thousands of rows.
const KEPT_BYTES_MAX: usize = 8 << 20;

/// The most columns of a row that are compared with another's.
const COLUMNS_MAX: usize = 200;

/// What the page is made of.
pub(super) struct PageRows {
    page: Page,
    first: FirstRows,
}

/// The records of the first rows that hold a phone.
#[derive(Default)]
struct FirstRows {
    bytes: Vec<u8>,
    /// Each row, and where its record ends; it begins where the one before ends.
    ends: Vec<((u32, u64), usize)>,
    is_full: bool,
}

impl FirstRows {
    #[inline]
    fn keep(&mut self, row: (u32, u64), raw: &[u8]) {
        if self.is_full {
            return;
        }
        if self.bytes.len() + raw.len() > KEPT_BYTES_MAX {
            self.is_full = true;
            return;
        }
        self.bytes.extend_from_slice(raw);
        self.ends.push((row, self.bytes.len()));
    }

    fn get(&self, row: (u32, u64)) -> Option<&[u8]> {
        let at = self.ends.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before].1);
        Some(&self.bytes[start..self.ends[at].1])
    }
}

impl PageRows {
    pub(super) fn new(names: &[String], values: Values) -> PageRows {
        PageRows { page: Page::new(names, values), first: FirstRows::default() }
    }

    /// The page, once all rows have been taken.
    pub(super) fn page(self) -> Page {
        self.page
    }

    /// Takes the next row.
    #[inline]
    pub(super) fn take(&mut self, row: &Settled<'_>, contexts: &Contexts) {
        for problem in row.problems() {
            self.page.add(problem, &row.place, row.fate);
        }
        if let Some(related) = &row.related {
            self.take_related(row, related, contexts);
        }
        let repeats = row.related.is_some_and(|it| matches!(it.role, Role::Repeats(_)));
        if repeats || matches!(row.fate, Fate::Accepted | Fate::Unchanged) {
            self.first.keep((row.place.source, row.place.row), row.raw());
        }
    }

    /// Takes rows of which there is nothing to say but that they are accepted.
    pub(super) fn take_run(&mut self, run: &Run<'_>) {
        for (number, row) in (run.first..).zip(run.rows) {
            if self.first.is_full {
                return;
            }
            self.first.keep((run.source, number), run.worked.raw(row));
        }
    }

    fn take_related(&mut self, row: &Settled<'_>, related: &Related, contexts: &Contexts) {
        let own = (row.place.source, row.place.row);
        let other = (related.source, related.row);
        let [own_context, other_context] =
            [own, other].map(|(source, _)| &contexts[source as usize]);
        let columns = &own_context.view.columns;
        let header = columns.of(Field::Phone).map_or("", |at| &columns.headers[at]);
        self.page.add_related(related, &row.place, row.fate, header);
        if !self.page.has_room(&related.role) {
            return;
        }
        let Some(raw) = self.first.get(other) else { return };
        let page = &mut self.page;
        with_cells(raw, other_context, |others| {
            with_cells(row.raw(), own_context, |owns| {
                page.add_pair(&Pair {
                    role: related.role,
                    phone: row.row.phone.map(|(phone, _, _)| phone),
                    other,
                    own,
                    cells: [others.to_vec(), owns],
                });
            });
        });
    }
}

/// Reads a record once more.
fn with_cells(raw: &[u8], context: &SourceContext, mut give: impl FnMut(Vec<PairColumn<'_>>)) {
    context.reread(raw, &mut context.reader(), |row, view| {
        let draft = Draft::new(row, &view.columns);
        let decided = |at| view.columns.decided().find(|(_, of, _)| *of == at);
        let cell = |at: &usize| PairColumn {
            header: &view.columns.headers[*at],
            field: decided(*at).map(|(field, _, _)| field),
            cell: draft.cell(*at),
        };
        give(view.originals.iter().take(COLUMNS_MAX).map(cell).collect());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rows_are_kept_until_one_finds_no_room() {
        let mut first = FirstRows::default();
        let record = vec![b'x'; KEPT_BYTES_MAX / 4];
        for row in 1..=5 {
            first.keep((0, 2 * row), &record[usize::try_from(row).expect("small")..]);
        }
        first.keep((1, 1), b"small");
        let lengths = |row| first.get((0, row)).map(<[u8]>::len);
        assert_eq!([2, 4, 6, 8].map(lengths), [1, 2, 3, 4].map(|less| Some(record.len() - less)));
        assert_eq!((lengths(3), lengths(10), first.get((1, 1))), (None, None, None));
    }
}
