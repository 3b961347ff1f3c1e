//! What stands in a chunk: records, their cells and their places. [`RecordReader`] finds them.

use std::borrow::Cow;

mod reader;

use super::encoding::Form;
use crate::problem::Code;

pub use reader::RecordReader;

/// Where a record stands in its chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spot {
    /// Offset of the record's first byte from the chunk's, in the source, from 0.
    pub byte: u64,
    /// The record's length in bytes of the source, its line end included.
    pub length: u64,
    /// Offset of the record's first byte in the chunk's bytes, which may be transcoded.
    pub start: usize,
    /// Offset of what follows it there.
    pub end: usize,
    /// Physical lines of the chunk before the record.
    pub line: u64,
}

/// What stands at a place where a record is expected.
#[derive(Debug)]
pub enum Record<'c> {
    /// Nothing but white space, delimiters and empty quotes.
    Blank(Spot),
    /// A record whose cells can be told.
    Row(Row<'c>),
    /// Bytes that are no record.
    Malformed(Fault<'c>),
}

impl Record<'_> {
    /// Where it stands in its chunk.
    #[must_use]
    pub fn spot(&self) -> Spot {
        match self {
            Record::Blank(spot) => *spot,
            Record::Row(row) => row.spot,
            Record::Malformed(fault) => fault.spot,
        }
    }

    /// The same, standing at another place.
    #[must_use]
    pub fn at(self, spot: Spot) -> Self {
        match self {
            Record::Blank(_) => Record::Blank(spot),
            Record::Row(row) => Record::Row(Row { spot, ..row }),
            Record::Malformed(fault) => Record::Malformed(Fault { spot, ..fault }),
        }
    }
}

/// A record: its cells and its place.
#[derive(Debug, Clone, Copy)]
pub struct Row<'c> {
    /// Where it stands in its chunk.
    pub spot: Spot,
    cells: &'c [&'c str],
    /// The number of cells that stand in the source.
    cells_seen: usize,
    may_hold_line_ends: bool,
    is_ascii: bool,
}

impl<'c> Row<'c> {
    /// The number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// The number of cells that stand in the source, where that is not [`Row::len`]: missing ones
    /// were taken for empty, or surplus ones, which are empty, were left out.
    #[must_use]
    pub fn cells_before_padding(&self) -> Option<usize> {
        (self.cells_seen != self.cells.len()).then_some(self.cells_seen)
    }

    /// Whether a line end may stand in one of the cells. In most records none does.
    #[must_use]
    pub fn may_hold_line_ends(&self) -> bool {
        self.may_hold_line_ends
    }

    /// Whether the record's bytes are ASCII, and so its cells.
    #[must_use]
    #[inline]
    pub fn is_ascii(&self) -> bool {
        self.is_ascii
    }

    /// Whether the record has no cell; it never has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The cell at index `at`, from 0: quotes taken off, doubled quotes made one.
    #[must_use]
    #[inline]
    pub fn cell(&self, at: usize) -> &'c str {
        self.cells[at]
    }

    /// The cells in order.
    pub fn cells(&self) -> impl Iterator<Item = &'c str> {
        self.cells.iter().copied()
    }
}

/// Bytes that are no record, and why.
#[derive(Debug)]
pub struct Fault<'c> {
    /// Where they stand in the chunk.
    pub spot: Spot,
    /// Why they are no record.
    pub code: Code,
    /// What was seen, beyond the code's sentence.
    pub detail: Cow<'static, str>,
    /// The bytes without their line end.
    pub raw: &'c [u8],
    /// What the bytes are.
    pub form: Form,
}

impl<'c> Fault<'c> {
    /// The bytes as text, as far as they are text.
    #[must_use]
    pub fn text(&self) -> Cow<'c, str> {
        self.form.decode_lossily(self.raw)
    }
}
