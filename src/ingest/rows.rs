//! A source from its first record to its last, each with its place: for whoever needs no workers.

use super::chunk::Chunk;
use super::record::{Record, RecordReader, Spot};
use super::{HeaderLine, Source};
use crate::error::Result;
use crate::problem::Place;

/// Bytes that are read at once.
const CHUNK_BYTES: usize = 256 << 10;

/// What was read of a source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Records, blank and malformed ones included, the header not.
    pub rows: u64,
    /// Records of nothing but white space and delimiters.
    pub blank: u64,
    /// Lines and records that could not be read.
    pub malformed: u64,
    /// Bytes, those before the first record included.
    pub bytes: u64,
    /// Whether that is all of the source.
    pub whole: bool,
}

impl Source {
    /// Gives each record and its place, until the end or until `rows_max` records were given.
    ///
    /// # Errors
    /// [`Error::Input`](crate::error::Error::Input) where the source cannot be read, or has changed
    /// since it was opened.
    pub fn read_rows(
        self,
        rows_max: u64,
        mut give: impl FnMut(Place, &Record<'_>),
    ) -> Result<Totals> {
        let mut totals = Totals { bytes: self.header_bytes, ..Totals::default() };
        let mut lines_before = self.header_lines;
        let (source, options) = (self.index, self.options);
        let mut reader = RecordReader::new(options, Some(self.header.len()));
        let mut chunks = self.into_splitter(CHUNK_BYTES)?;
        let mut chunk = Chunk::default();
        while totals.rows < rows_max && chunks.next_chunk(&mut chunk)? {
            let lines = reader.read(&chunk.bytes, &chunk.malformed, |record| {
                if totals.rows == rows_max {
                    return;
                }
                totals.rows += 1;
                let Spot { byte, length, line, .. } = record.spot();
                totals.blank += u64::from(matches!(record, Record::Blank(_)));
                totals.malformed += u64::from(matches!(record, Record::Malformed(_)));
                totals.bytes += length;
                let place = Place {
                    source,
                    row: totals.rows,
                    line: lines_before + line + 1,
                    byte: chunk.byte + byte,
                    length,
                };
                give(place, &record);
            });
            lines_before += lines;
        }
        totals.whole = totals.rows < rows_max;
        if totals.whole {
            totals.bytes = chunks.finish()?;
        }
        Ok(totals)
    }

    /// The header's cells, where a header stands in the source.
    #[must_use]
    pub fn header_cells(&self) -> Option<&[String]> {
        (self.header_line == HeaderLine::Present).then_some(&self.header)
    }
}
