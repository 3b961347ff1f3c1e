//! What can be typed on how an input is read, and how much of it.

use clap::{Args, ValueEnum};

use rowcall::ingest::compressed::UnpackLimits;
use rowcall::ingest::encoding::Encoding;
use rowcall::ingest::{Given, HeaderLine, Limits, Ragged};

use super::values::{at_least_one, delimiter, escape, quote};

/// How much is read at most.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitArgs {
    /// Bytes of a cell at most; a longer one makes its record malformed.
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 20, value_parser = at_least_one)]
    pub(crate) cell_bytes_max: usize,
    /// Bytes of a record at most.
    #[arg(long, value_name = "BYTES", default_value_t = 16 << 20, value_parser = at_least_one)]
    pub(crate) record_bytes_max: usize,
    /// Cells of a record at most.
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = at_least_one)]
    pub(crate) record_cells_max: usize,
    /// Bytes that may come out of a compressed input; more end the run with exit code 6.
    #[arg(long, value_name = "BYTES", default_value_t = UnpackLimits::default().bytes_max)]
    pub(crate) unpacked_bytes_max: u64,
    /// Bytes that may come out of a compressed input for each that goes in, after the first 64 MiB.
    #[arg(long, value_name = "N", default_value_t = UnpackLimits::default().ratio_max)]
    pub(crate) unpacked_ratio_max: u64,
}

impl LimitArgs {
    fn records(&self) -> Limits {
        Limits {
            cell_bytes_max: self.cell_bytes_max,
            record_bytes_max: self.record_bytes_max,
            record_cells_max: self.record_cells_max,
        }
    }

    fn unpack(&self) -> UnpackLimits {
        UnpackLimits {
            bytes_max: self.unpacked_bytes_max,
            ratio_max: self.unpacked_ratio_max,
            ..UnpackLimits::default()
        }
    }
}

/// How the input is read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct ReadArgs {
    /// What stands between two cells: one ASCII character, or `tab`; by default it is found.
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    pub(crate) delimiter: Option<u8>,
    /// What encloses a cell: one ASCII character, or `none` where quotes are text; by default it is
    /// found.
    #[arg(long, value_name = "CHAR|none", value_parser = quote)]
    pub(crate) quote: Option<ByteOrNone>,
    /// What takes a quote, a delimiter or itself as text where it stands before it: one ASCII
    /// character, for example a backslash, or `none`; by default it is found.
    #[arg(long, value_name = "CHAR|none", value_parser = escape)]
    pub(crate) escape: Option<ByteOrNone>,
    /// The first record has the names of the columns; by default that is found.
    #[arg(long, conflicts_with = "no_header")]
    pub(crate) header: bool,
    /// The first record is a row; the columns are named `Column 1`, `Column 2` and so on.
    #[arg(long)]
    pub(crate) no_header: bool,
    /// Lines before the header that are no rows; by default they are found.
    #[arg(long, value_name = "N")]
    pub(crate) skip_lines: Option<u64>,
    /// The text encoding, as the web names it, for example utf-16le, windows-1256 or shift_jis; by
    /// default it is detected. A byte order mark goes before it.
    #[arg(long, value_name = "auto|NAME", value_parser = encoding)]
    pub(crate) encoding: Option<EncodingWish>,
    /// What becomes of a record whose number of cells is not the header's: it is malformed, or it
    /// is padded with empty cells, and loses surplus cells that are empty.
    #[arg(long, value_enum, default_value_t = RaggedWish::Reject)]
    pub(crate) ragged: RaggedWish,
}

impl ReadArgs {
    fn header(&self) -> Option<HeaderLine> {
        match (self.header, self.no_header) {
            (_, true) => Some(HeaderLine::Absent),
            (true, false) => Some(HeaderLine::Present),
            (false, false) => None,
        }
    }

    /// What these arguments say.
    pub(crate) fn given(&self, limits: &LimitArgs) -> Given {
        Given {
            delimiter: self.delimiter,
            quote: self.quote.map(|quote| quote.0),
            escape: self.escape.map(|escape| escape.0),
            header: self.header(),
            skip_lines: self.skip_lines,
            encoding: self.encoding.and_then(|wish| wish.0),
            ragged: match self.ragged {
                RaggedWish::Reject => Ragged::Reject,
                RaggedWish::Pad => Ragged::Pad,
            },
            limits: limits.records(),
            unpack: limits.unpack(),
        }
    }
}

/// What becomes of a record with another number of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RaggedWish {
    Reject,
    Pad,
}

/// A quote or an escape, or none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ByteOrNone(pub(crate) Option<u8>);

/// An encoding, or that it is to be detected.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EncodingWish(Option<Encoding>);

fn encoding(text: &str) -> Result<EncodingWish, String> {
    match text {
        "auto" => Ok(EncodingWish(None)),
        _ => Encoding::from_label(text).map(|encoding| EncodingWish(Some(encoding))),
    }
}
