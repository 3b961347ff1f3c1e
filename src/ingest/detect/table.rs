//! The head of a sample as a table: what one dialect makes of it, and how well that fits.

use super::super::dialect::Dialect;
use super::kind::{Kind, is_header_word};
use super::scan::{Cell, Ending, scan};

/// How many bytes of the sample a dialect is tried on.
const BYTES_MAX: usize = 128 << 10;

/// How many records a dialect is tried on.
const RECORDS_MAX: usize = 1000;

/// How many cells are looked at for what they hold.
const CELLS_LOOKED_AT_MAX: usize = 4000;

/// The records of the head of a sample, as one dialect tells them.
#[derive(Debug)]
pub(super) struct Table<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) dialect: Dialect,
    pub(super) rows: Vec<Row>,
    cells: Vec<Cell>,
}

/// A record of a [`Table`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// Physical lines before it.
    pub(super) line: u64,
    /// Offset of its first byte.
    pub(super) start: usize,
    /// Its quotes do not fit.
    pub(super) malformed: bool,
    /// Nothing but white space.
    pub(super) blank: bool,
    first_cell: usize,
    /// Cells.
    pub(super) width: usize,
}

/// How well a dialect fits, as numbers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fit {
    /// Records looked at: neither blank nor before the table.
    pub(super) records: usize,
    /// The number of cells that most records have.
    pub(super) columns: usize,
    /// Records that have so many.
    pub(super) agreeing: usize,
    /// Records whose quotes do not fit.
    pub(super) malformed: usize,
    /// Records before the table: titles, comments.
    pub(super) before: usize,
    /// Agreement of the records, from 0 to 1; a few cells too few or too many count in part.
    pub(super) agreement: f64,
    /// How much the cells look like cells and not like pieces of cells, from 0 to 1.
    pub(super) sense: f64,
    /// Cells that hold some format, of those that hold anything, from 0 to 1.
    pub(super) data: f64,
    /// Cells that quotes enclose.
    pub(super) wrapped: usize,
    /// The first record has words of headers.
    pub(super) named: bool,
}

impl Fit {
    /// Whether a smaller share of the records is malformed. Shares are compared, as two dialects
    /// tell records apart in different places.
    pub(super) fn has_fewer_malformed_than(&self, other: &Fit) -> bool {
        self.malformed * other.records < other.malformed * self.records
    }
}

impl<'b> Table<'b> {
    /// What `dialect` makes of the head of `sample`. `whole`: no byte follows the sample.
    pub(super) fn read(sample: &'b [u8], whole: bool, dialect: Dialect) -> Table<'b> {
        let bytes = &sample[..sample.len().min(BYTES_MAX)];
        let whole = whole && bytes.len() == sample.len();
        let mut table = Table { bytes, dialect, rows: Vec::new(), cells: Vec::new() };
        scan(bytes, dialect, whole, |record| {
            // The last record of a part may go on beyond it.
            if record.ending == Ending::None && !whole && !table.rows.is_empty() {
                return false;
            }
            let blank = record.cells.len() == 1
                && bytes[record.cells[0].start..record.cells[0].end].trim_ascii().is_empty();
            table.rows.push(Row {
                line: record.line,
                start: record.start,
                malformed: record.malformed,
                blank,
                first_cell: table.cells.len(),
                width: record.cells.len(),
            });
            table.cells.extend_from_slice(record.cells);
            table.rows.len() < RECORDS_MAX
        });
        table
    }

    /// The same records as columns that spaces pad, where any number of spaces separates two cells.
    /// `None` where one space is the rule, as in a sentence, and where quotes tell cells apart.
    pub(super) fn padded(&self) -> Option<Table<'b>> {
        let (mut gaps, mut wide) = (0, 0);
        let mut rows = Vec::with_capacity(self.rows.len());
        let mut cells: Vec<Cell> = Vec::new();
        for row in &self.rows {
            let first_cell = cells.len();
            for cell in self.cells(row).iter().filter(|cell| cell.start < cell.end) {
                if let Some(before) = cells[first_cell..].last() {
                    gaps += 1;
                    wide += usize::from(cell.start > before.end + 1);
                }
                cells.push(*cell);
            }
            let width = cells.len() - first_cell;
            rows.push(Row { first_cell, width, blank: width == 0, ..*row });
        }
        let padded = wide * 4 >= gaps * 3 && !self.cells.iter().any(|cell| cell.wrapped);
        padded.then_some(Table { bytes: self.bytes, dialect: self.dialect, rows, cells })
    }

    /// Whether a cell without quotes holds another delimiter twice in a row. What separates the
    /// items of a list stands alone; two in a row enclose an empty cell.
    pub(super) fn holds_empty_cells(&self) -> bool {
        const PAIRS: [&[u8; 2]; 4] = [b",,", b";;", b"\t\t", b"||"];
        let holds = |cell: &Cell| {
            let others = PAIRS.iter().filter(|pair| pair[0] != self.dialect.delimiter);
            others.into_iter().any(|pair| memchr::memmem::find(self.text(*cell), *pair).is_some())
        };
        self.cells.iter().any(|cell| !cell.wrapped && holds(cell))
    }

    /// The cells of a row.
    pub(super) fn cells(&self, row: &Row) -> &[Cell] {
        &self.cells[row.first_cell..row.first_cell + row.width]
    }

    /// The text of a cell, without its quotes.
    pub(super) fn text(&self, cell: Cell) -> &'b [u8] {
        &self.bytes[cell.start..cell.end]
    }

    /// The kinds of a row's cells.
    pub(super) fn kinds(&self, row: &Row) -> impl Iterator<Item = Kind> {
        self.cells(row).iter().map(|cell| Kind::of(self.text(*cell)))
    }

    /// Cells of a row that hold something.
    pub(super) fn filled(&self, row: &Row) -> usize {
        let holds = |cell: &&Cell| !self.text(**cell).trim_ascii().is_empty();
        self.cells(row).iter().filter(holds).count()
    }

    /// Whether one of a row's first cells has a word that headers have.
    pub(super) fn has_header_words(&self, row: &Row) -> bool {
        const CELLS: usize = 200;
        self.cells(row).iter().take(CELLS).any(|cell| is_header_word(self.text(*cell)))
    }

    /// How well the dialect fits.
    pub(super) fn fit(&self) -> Fit {
        let rows: Vec<&Row> = self.rows.iter().filter(|row| !row.blank).collect();
        let columns = usual_width(&rows);
        let begin = rows.iter().position(|row| row.width == columns).unwrap_or(0);
        // A record that is nearly as wide belongs to the table, as a header may that lacks a cell.
        let begin =
            rows[..begin].iter().position(|row| row.width * 3 > columns * 2).unwrap_or(begin);
        let inside = &rows[begin..];
        let credit = |row: &&Row| match row.width {
            _ if row.malformed => 0.0,
            width if width == columns => 1.0,
            1 => 0.0,
            width if width < columns => 0.5,
            _ => 0.3,
        };
        let agreeing = inside.iter().filter(|row| row.width == columns && !row.malformed).count();
        let (sense, data) = self.sense(inside, columns);
        Fit {
            records: inside.len(),
            columns,
            agreeing,
            malformed: inside.iter().filter(|row| row.malformed).count(),
            before: begin,
            agreement: inside.iter().map(credit).sum::<f64>() / inside.len().max(1) as f64,
            sense,
            data,
            wrapped: self.cells.iter().filter(|cell| cell.wrapped).count(),
            named: inside.first().is_some_and(|row| self.has_header_words(row)),
        }
    }

    /// How much the cells of the rows that have `columns` of them look like cells.
    fn sense(&self, rows: &[&Row], columns: usize) -> (f64, f64) {
        let fitting = rows.iter().filter(|row| row.width == columns && !row.malformed);
        let mut seen = 0;
        let mut sum = 0.0;
        let mut data = 0;
        for cell in fitting.flat_map(|row| self.cells(row)).take(CELLS_LOOKED_AT_MAX) {
            let text = self.text(*cell);
            let kind = Kind::of(text);
            if kind == Kind::Empty && !cell.wrapped {
                continue;
            }
            seen += 1;
            data += usize::from(kind.is_data());
            sum += match kind {
                _ if cell.wrapped => 1.0,
                Kind::Text => self.text_sense(text),
                _ => 1.0,
            };
        }
        if seen == 0 {
            return (0.5, 0.0);
        }
        (sum / f64::from(seen), data as f64 / f64::from(seen))
    }

    /// How much free text looks like one cell: not where it holds a lonely quote, and hardly where
    /// it holds another delimiter, unless that is a comma within prose.
    fn text_sense(&self, text: &[u8]) -> f64 {
        let text = &text[..text.len().min(512)];
        let foreign = |byte: u8| byte != self.dialect.delimiter && text.contains(&byte);
        let quotes = text.iter().filter(|byte| **byte == b'"').count();
        let begins_or_ends =
            text.trim_ascii().starts_with(b"\"") || text.trim_ascii().ends_with(b"\"");
        let formula = text.trim_ascii().starts_with(b"=\"");
        if quotes % 2 == 1 || (quotes > 0 && begins_or_ends && !formula) {
            return 0.0;
        }
        if foreign(b';') || foreign(b'\t') || foreign(b'|') {
            return 0.25;
        }
        let mut commas = memchr::memchr_iter(b',', text);
        match commas.all(|at| text.get(at + 1) == Some(&b' ')) {
            _ if !foreign(b',') => 0.7,
            true => 0.6,
            false => 0.25,
        }
    }
}

/// The number of cells that most rows have that have more than one, or 1. Of two that are as
/// frequent it is the first row's, or else the larger.
fn usual_width(rows: &[&Row]) -> usize {
    let first = rows.first().map_or(0, |row| row.width);
    let mut widths: Vec<usize> =
        rows.iter().filter(|row| !row.malformed).map(|row| row.width).collect();
    widths.sort_unstable();
    let runs = widths.chunk_by(|a, b| a == b);
    let wide = runs.filter(|run| run[0] > 1);
    wide.max_by_key(|run| (run.len(), run[0] == first, run[0])).map_or(1, |run| run[0])
}
