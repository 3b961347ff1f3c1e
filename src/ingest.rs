//! Stage 1: bytes → records. Opens files and stdin, finds the header, cuts the stream at record
//! ends ([`chunk`]) and reads the records of a chunk ([`record`]).
//! It must not know what a column means.

pub mod chunk;
pub mod compressed;
pub mod detect;
pub mod dialect;
pub mod encoding;
pub mod guard;
mod header;
mod input;
pub mod ranges;
pub mod record;
pub mod rows;
mod source;
mod structure;

use compressed::UnpackLimits;
use dialect::Dialect;
use encoding::{Encoding, Form};

pub use header::HeaderLine;
pub use input::{Input, source_names};
pub use source::{Evidence, Look, Source, SourceReader};

/// The limits on what is read. Each is a number of bytes or cells that still passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one cell, its doubled quotes and escapes included; of a source that is transcoded,
    /// here and below, as UTF-8.
    pub cell_bytes_max: usize,
    /// Bytes of one record, its line end included.
    pub record_bytes_max: usize,
    /// Cells of one record.
    pub record_cells_max: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { cell_bytes_max: 1 << 20, record_bytes_max: 16 << 20, record_cells_max: 100_000 }
    }
}

/// What becomes of a record whose number of cells is not the header's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ragged {
    /// It is malformed.
    #[default]
    Reject,
    /// Missing cells are taken for empty, and surplus cells that are empty are left out; with
    /// other surplus cells it is malformed.
    Pad,
}

/// What the user says of how to read. `None` is found in the input, or is as usual.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given {
    /// What stands between two cells.
    pub delimiter: Option<u8>,
    /// What encloses a cell, or that nothing does.
    pub quote: Option<Option<u8>>,
    /// What takes a quote, a delimiter or itself as text, or that nothing does.
    pub escape: Option<Option<u8>>,
    /// Whether there is a header line.
    pub header: Option<HeaderLine>,
    /// Physical lines before the header that are no rows.
    pub skip_lines: Option<u64>,
    /// The text encoding; a byte order mark goes before it.
    pub encoding: Option<Encoding>,
    /// What becomes of a record whose number of cells is not the header's.
    pub ragged: Ragged,
    /// The limits on what is read.
    pub limits: Limits,
    /// The limits on what comes out of compressed input.
    pub unpack: UnpackLimits,
}

impl Given {
    /// What of this `detect` must not find otherwise.
    fn layout(&self) -> detect::Given {
        detect::Given {
            delimiter: self.delimiter,
            quote: self.quote,
            escape: self.escape,
            has_header: self.header.map(|line| line == HeaderLine::Present),
            preamble_lines: self.skip_lines,
        }
    }
}

/// How the records of a source are read.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadOptions {
    /// How records and cells are told apart.
    pub dialect: Dialect,
    /// What the bytes of a chunk are.
    pub form: Form,
    /// What becomes of a record whose number of cells is not the header's.
    pub ragged: Ragged,
    /// The limits on what is read.
    pub limits: Limits,
}
