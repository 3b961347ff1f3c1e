//! A row beside the earlier row that has to do with its phone: what differs, column by column.
//!
//! Only where the earlier row is among those that were kept in memory is there such a pair; which
//! these are depends on the order of the rows alone. The page says of how many pairs it shows how
//! many.

use serde::Serialize;

use crate::contact::Field;
use crate::phone::Phone;
use crate::unique::{COMPARED, Compared, Differences};
use crate::write::issues::Role;
use crate::write::mask::Values;

use super::{label, shown, weight};

/// The most pairs of a role.
const PAIRS_MAX: usize = 150;

/// The most bytes of them in the page.
const PAIRS_BYTES_MAX: usize = 350_000;

/// The bytes of a pair, and of a column of one, beside its texts.
const PAIR_BYTES: usize = 700;
const COLUMN_BYTES: usize = 250;

/// The most columns of a pair.
const COLUMNS_MAX: usize = 12;

/// A row and the earlier row that has to do with its phone.
#[derive(Debug)]
pub struct Pair<'c> {
    /// What the earlier row is to the other.
    pub role: Role,
    /// The phone of the later row, if it has a valid one.
    pub phone: Option<Phone>,
    /// The earlier row: source, by index, and number.
    pub other: (u32, u64),
    /// The later row.
    pub own: (u32, u64),
    /// The cells of both, those of the earlier row first.
    pub cells: [Vec<PairColumn<'c>>; 2],
}

/// A cell of a row of a pair.
#[derive(Debug, Clone, Copy)]
pub struct PairColumn<'c> {
    /// The header.
    pub header: &'c str,
    /// What it feeds: a field; `None` for the params.
    pub field: Option<Field>,
    /// The cell.
    pub cell: &'c str,
}

/// How the cells of two rows stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// They mean different things.
    Differs,
    /// They are written differently, and come to the same.
    Same,
    /// They are written differently, and what they mean is not compared.
    Open,
}

/// The pairs of a role, as far as they are shown.
#[derive(Debug)]
pub(super) struct Pairs {
    values: Values,
    pub(super) shown: Vec<Shown>,
    bytes: usize,
    is_full: bool,
}

/// A pair as the page has it.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    phone: String,
    other: String,
    own: String,
    differs: Vec<&'static str>,
    columns: Vec<Column>,
    /// How many differing columns are not shown.
    more: usize,
}

#[derive(Debug, Serialize)]
struct Column {
    header: String,
    other: String,
    own: String,
    side: Side,
}

impl Pairs {
    /// No pair yet.
    pub(super) fn new(values: Values) -> Pairs {
        Pairs { values, shown: Vec::new(), bytes: 0, is_full: false }
    }

    pub(super) fn has_room(&self) -> bool {
        !self.is_full
    }

    /// Adds a pair whose rows have these names, that of the earlier first.
    pub(super) fn add(&mut self, pair: &Pair<'_>, [other, own]: [String; 2]) {
        let differences = match pair.role {
            Role::Kept(it) | Role::Merged(it) | Role::Repeats(it) => Some(it),
            Role::Variant => None,
        };
        let differing = differing(&pair.cells);
        let more = differing.len().saturating_sub(COLUMNS_MAX);
        let columns: Vec<Column> = differing
            .into_iter()
            .take(COLUMNS_MAX)
            .map(|(column, other, own)| Column {
                header: label(column.header),
                other: shown(&self.values.of(other)),
                own: shown(&self.values.of(own)),
                side: differences.map_or(Side::Open, |it| side(column, &pair.cells[1], it)),
            })
            .collect();
        let texts = columns.iter().flat_map(|it| [&it.header, &it.other, &it.own]);
        let texts = texts.chain([&other, &own]).map(|text| weight(text)).sum::<usize>();
        self.bytes += PAIR_BYTES + COLUMN_BYTES * columns.len() + texts;
        if self.bytes > PAIRS_BYTES_MAX {
            self.is_full = true;
            return;
        }
        let differs = differences.into_iter().flat_map(Differences::iter);
        self.shown.push(Shown {
            phone: pair.phone.map(|phone| shown(&self.values.of_phone(phone))).unwrap_or_default(),
            other,
            own,
            differs: differs.map(Compared::as_str).collect(),
            columns,
            more,
        });
        self.is_full = self.shown.len() == PAIRS_MAX;
    }
}

/// The columns whose cells differ, with both cells, that of the earlier row first. Rows of two
/// sources are compared by their headers.
fn differing<'c>(
    [others, owns]: &[Vec<PairColumn<'c>>; 2],
) -> Vec<(PairColumn<'c>, &'c str, &'c str)> {
    let is_same_header =
        |(one, other): (&PairColumn<'_>, &PairColumn<'_>)| one.header == other.header;
    let is_same_source = others.len() == owns.len() && others.iter().zip(owns).all(is_same_header);
    let mut pairs = Vec::new();
    let mut taken = vec![false; others.len()];
    for (at, own) in owns.iter().enumerate() {
        let found = if is_same_source {
            Some(at)
        } else {
            (0..others.len()).find(|at| !taken[*at] && others[*at].header == own.header)
        };
        if let Some(at) = found {
            taken[at] = true;
        }
        pairs.push((*own, found.map_or("", |at| others[at].cell), own.cell));
    }
    let alone = others.iter().zip(taken).filter(|(_, taken)| !taken);
    pairs.extend(alone.map(|(other, _)| (*other, other.cell, "")));
    pairs.retain(|(_, other, own)| other.trim() != own.trim());
    pairs
}

/// What it means that the cells of a column differ. Of several columns of one field only the first
/// that says something counts, and which that was is not known here.
fn side(column: PairColumn<'_>, row: &[PairColumn<'_>], differences: Differences) -> Side {
    let compared = match column.field {
        None | Some(Field::Description | Field::Avatar | Field::Favorite) => Compared::Params,
        Some(Field::FirstName | Field::LastName) => Compared::Field(Field::Name),
        Some(field) => Compared::Field(field),
    };
    let is_only = || row.iter().filter(|other| other.field == column.field).count() == 1;
    let is_joined = matches!(column.field, None | Some(Field::Tags));
    let is_compared = COMPARED.contains(&compared) || column.field == Some(Field::Phone);
    if !is_compared || !(is_joined || is_only()) {
        return Side::Open;
    }
    if differences.iter().any(|it| it == compared) { Side::Differs } else { Side::Same }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_two_sources_are_compared_by_their_headers() {
        let cell = |header, cell| PairColumn { header, field: None, cell };
        let others = vec![cell("Name", "Ann"), cell("Note", "x"), cell("Old", "1")];
        let owns = vec![cell("Note", "y"), cell("Name", "Ann "), cell("New", "2")];
        let found: Vec<_> = differing(&[others, owns])
            .into_iter()
            .map(|(column, other, own)| (column.header, other, own))
            .collect();
        assert_eq!(found, [("Note", "x", "y"), ("New", "", "2"), ("Old", "1", "")]);
    }

    #[test]
    fn of_two_columns_with_one_header_each_is_compared_with_its_own() {
        let cell = |cell| PairColumn { header: "Phone", field: Some(Field::Phone), cell };
        let found = differing(&[vec![cell("1"), cell("2")], vec![cell("1"), cell("3")]]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].1, found[0].2), ("2", "3"));
    }
}
