//! The ledger of a prepared folder → its rows, in order.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;

use super::prepared::{LEDGER, Prepared};
use super::record::{Facts, RecordEnd, Records, cell_text, split_cells};
use crate::error::Result;

/// Reads the ledger.
#[derive(Debug)]
pub(super) struct Ledger {
    records: Records,
    facts: Facts,
    path: PathBuf,
    columns: Columns,
    cells: Vec<Range<usize>>,
    /// Where the current row begins.
    row_byte: u64,
}

/// Where the columns stand that are needed here.
#[derive(Debug, Clone, Copy)]
struct Columns {
    source: usize,
    row: usize,
    line: usize,
    fate: usize,
    action: usize,
    phone: usize,
    file: usize,
    index: usize,
    /// How many there are.
    all: usize,
}

impl Columns {
    fn of(header: &[u8]) -> Option<Columns> {
        let mut cells = Vec::new();
        split_cells(header, &mut cells);
        let names: Vec<_> = cells.iter().map(|cell| cell_text(&header[cell.clone()])).collect();
        let at = |name: &str| names.iter().position(|known| known == name);
        Some(Columns {
            source: at("source")?,
            row: at("row")?,
            line: at("line")?,
            fate: at("fate")?,
            action: at("action")?,
            phone: at("phone")?,
            file: at("file")?,
            index: at("index")?,
            all: names.len(),
        })
    }
}

/// A row of the ledger.
#[derive(Debug, Clone, Copy)]
pub(super) struct LedgerRow<'l> {
    record: &'l [u8],
    cells: &'l [Range<usize>],
    columns: Columns,
    /// Where the row begins in the ledger.
    pub(super) byte: u64,
}

impl<'l> LedgerRow<'l> {
    fn cell(&self, at: usize) -> &'l [u8] {
        &self.record[self.cells[at].clone()]
    }

    /// The line without its end.
    pub(super) fn line_text(&self) -> &'l [u8] {
        self.record.strip_suffix(b"\n").unwrap_or(self.record)
    }

    pub(super) fn source(&self) -> Cow<'l, str> {
        cell_text(self.cell(self.columns.source))
    }

    /// The row's number; 0 in a ledger that was changed, which its hash will tell.
    pub(super) fn row(&self) -> u64 {
        cell_text(self.cell(self.columns.row)).parse().unwrap_or(0)
    }

    pub(super) fn line(&self) -> Cow<'l, str> {
        cell_text(self.cell(self.columns.line))
    }

    pub(super) fn is_accepted(&self) -> bool {
        self.cell(self.columns.fate) == b"accepted"
    }

    /// Whether its request updates a contact that is there.
    pub(super) fn is_update(&self) -> bool {
        self.cell(self.columns.action) == b"update"
    }

    pub(super) fn phone(&self) -> Cow<'l, str> {
        cell_text(self.cell(self.columns.phone))
    }

    pub(super) fn file(&self) -> Cow<'l, str> {
        cell_text(self.cell(self.columns.file))
    }

    pub(super) fn index(&self) -> Option<u64> {
        cell_text(self.cell(self.columns.index)).parse().ok()
    }

    /// The line with another place in the payload, without its end.
    pub(super) fn with_place(&self, file: &str, index: u64) -> Vec<u8> {
        let mut line = Vec::with_capacity(self.record.len() + 8);
        for at in 0..self.cells.len() {
            if at > 0 {
                line.push(b',');
            }
            if at == self.columns.file {
                line.extend_from_slice(file.as_bytes());
            } else if at == self.columns.index {
                line.extend_from_slice(index.to_string().as_bytes());
            } else {
                line.extend_from_slice(self.cell(at));
            }
        }
        line
    }
}

impl Ledger {
    /// Opens the ledger and reads its header.
    pub(super) fn open(prepared: &Prepared) -> Result<Ledger> {
        let path = prepared.path(LEDGER);
        let facts = prepared.facts(LEDGER)?.clone();
        let mut records = Records::open(&path, RecordEnd::LineOutsideQuotes)?;
        let columns = records.next()?.and_then(Columns::of).ok_or_else(|| records.changed())?;
        Ok(Ledger { records, facts, path, columns, cells: Vec::new(), row_byte: 0 })
    }

    /// The header, without its line end.
    pub(super) fn header(prepared: &Prepared) -> Result<Vec<u8>> {
        let mut records = Records::open(&prepared.path(LEDGER), RecordEnd::LineOutsideQuotes)?;
        let header = records.next()?.unwrap_or_default();
        Ok(header.strip_suffix(b"\n").unwrap_or(header).to_vec())
    }

    /// The next row; after the last one the ledger is held against its hash.
    pub(super) fn next(&mut self) -> Result<Option<LedgerRow<'_>>> {
        self.row_byte = self.records.bytes();
        // Read in two steps, because the error needs the reader that the record borrows.
        let read = match self.records.next()? {
            None => None,
            Some(record) => {
                split_cells(record, &mut self.cells);
                Some(self.cells.len() == self.columns.all)
            }
        };
        match read {
            None => self.records.check(&self.facts).map(|()| None),
            Some(false) => Err(self.records.changed()),
            Some(true) => Ok(Some(LedgerRow {
                record: self.records.current(),
                cells: &self.cells,
                columns: self.columns,
                byte: self.row_byte,
            })),
        }
    }

    /// The folder's ledger, to look ahead in.
    pub(super) fn ahead(&self) -> Ahead {
        Ahead { path: self.path.clone(), columns: self.columns }
    }
}

/// Looks at rows that are still to come.
#[derive(Debug, Clone)]
pub(super) struct Ahead {
    path: PathBuf,
    columns: Columns,
}

impl Ahead {
    /// The phones at these indexes of a payload file whose first row begins at `byte`. An index
    /// that the file does not have is not in the result.
    pub(super) fn phones(
        &self,
        byte: u64,
        file: &str,
        indexes: &BTreeSet<u64>,
    ) -> Result<BTreeMap<u64, String>> {
        let mut records = Records::open_at(&self.path, RecordEnd::LineOutsideQuotes, byte)?;
        let folder = |file: &str| file.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let own_folder = folder(file);
        let (mut cells, mut found) = (Vec::new(), BTreeMap::new());
        while found.len() < indexes.len() {
            let Some(record) = records.next()? else { break };
            split_cells(record, &mut cells);
            if cells.len() != self.columns.all {
                return Err(records.changed());
            }
            let row = LedgerRow { record, cells: &cells, columns: self.columns, byte: 0 };
            let its = row.file();
            if its == file {
                let index = row.index().filter(|index| indexes.contains(index));
                found.extend(index.map(|index| (index, row.phone().into_owned())));
            } else if row.is_accepted() && folder(&its) == own_folder {
                // The files of a folder follow each other.
                break;
            }
        }
        Ok(found)
    }
}
