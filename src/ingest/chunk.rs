//! Bytes → chunks that hold whole records. The splitter is the one authority on where records
//! end; it knows quotes and line ends, and neither cells nor text.
//!
//! A quote opens a cell only at the cell's first byte; inside, two quotes stand for one. Where the
//! dialect has an escape, a quote or delimiter behind it is text, wherever it stands. A record
//! that breaks this rule, runs into a limit or is cut off by the end of input is **malformed as
//! far as its first line**, and reading resumes at the line after it: one stray quote costs a
//! row, not the file. The splitter hands the list of such lines on with each chunk, so that
//! whoever reads the records need not find them again, and a chunk's end changes nothing.
//!
//! Time is linear whatever the input holds. Reading goes far beyond a line only where the line has
//! an odd number of quotes (those that are escaped do not count, and whether one is, its line alone
//! decides), and then no farther than the next line that has an odd number, where
//! the record ends; so what is looked at again after one malformed line never overlaps what is
//! looked at again after another.

use std::io::Read;

mod regular;
mod scan;

use memchr::memchr2;

use super::ReadOptions;
use super::dialect::Dialect;
use crate::error::{Error, Result};
use crate::problem::Code;
use scan::Scan;

/// Whole records of one source, as they came.
#[derive(Debug, Default)]
pub struct Chunk {
    /// Index of the source, from 0.
    pub source: u32,
    /// Offset of the first byte in the source, from 0.
    pub byte: u64,
    /// The records.
    pub bytes: Vec<u8>,
    /// The lines that are no record, in order.
    pub malformed: Vec<Malformed>,
}

impl Chunk {
    /// How many lines it has, where they all end in the same way; and not fewer than half of them.
    #[must_use]
    pub fn lines_about(&self) -> usize {
        let ends = |end: u8| memchr::memchr_iter(end, &self.bytes).count();
        ends(b'\n').max(ends(b'\r'))
    }
}

/// A physical line that is no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed {
    /// Offset of the line's first byte in the chunk.
    pub start: usize,
    /// Why it is no record.
    pub code: Code,
    /// Bytes of the line, in the source, that were read and not kept, because it is longer than a
    /// record may be.
    pub dropped: u64,
}

/// Cuts a stream into chunks at record ends.
pub struct Splitter<R> {
    reader: R,
    options: ReadOptions,
    /// How many bytes a chunk has, but for its last record.
    chunk_bytes: usize,
    source: u32,
    /// The source's name in messages.
    display: String,
    /// Offset in the source of the next chunk's first byte.
    byte: u64,
    /// What was read beyond the last chunk; the bytes before `carry_pos` have been used.
    carry: Vec<u8>,
    carry_pos: usize,
    scan: Scan,
    ended: bool,
    /// Offset in the source of the next byte to read.
    bytes_read: u64,
}

impl<R: Read> Splitter<R> {
    /// A splitter over `reader`, which is source 0 from its first byte on.
    pub fn new(reader: R, options: ReadOptions, chunk_bytes: usize) -> Splitter<R> {
        Splitter {
            reader,
            options,
            chunk_bytes: Self::within(chunk_bytes, options),
            source: 0,
            display: String::new(),
            byte: 0,
            carry: Vec::new(),
            carry_pos: 0,
            scan: Scan::default(),
            ended: false,
            bytes_read: 0,
        }
    }

    /// The same, where `reader` begins at offset `byte` of source `source`, which messages call
    /// `display`.
    #[must_use]
    pub fn starting_at(mut self, source: u32, byte: u64, display: &str) -> Splitter<R> {
        self.source = source;
        self.byte = byte;
        self.bytes_read = byte;
        display.clone_into(&mut self.display);
        self
    }

    /// Fills `chunk`, whose buffers are used again, with the next records; `false` at the end.
    ///
    /// # Errors
    /// [`Error::Input`] where the source cannot be read.
    pub fn next_chunk(&mut self, chunk: &mut Chunk) -> Result<bool> {
        chunk.source = self.source;
        chunk.byte = self.byte;
        chunk.malformed.clear();
        chunk.bytes.clear();
        // Mostly the carry is the head of one record, and its memory can go round.
        if self.carry_pos == 0 && self.carry.len() <= self.chunk_bytes {
            std::mem::swap(&mut chunk.bytes, &mut self.carry);
        }
        let record_max = self.options.limits.record_bytes_max;
        let beyond = record_max.saturating_add(1);
        // At least what has been looked at, and a byte more.
        let mut wanted = self.chunk_bytes.max(chunk.bytes.len() + 1).max(self.scan.pos + 1);
        loop {
            self.fill(&mut chunk.bytes, wanted)?;
            let all_seen = self.scan(&chunk.bytes, &mut chunk.malformed);
            if all_seen && self.at_end() {
                self.byte += self.options.form.source_length(&chunk.bytes);
                self.scan = Scan::default();
                return Ok(!chunk.bytes.is_empty());
            }
            if self.scan.record_start > 0 {
                self.cut(chunk);
                return Ok(true);
            }
            if chunk.bytes.len() > record_max {
                let code = self.scan.pending.unwrap_or(Code::RecordTooLong);
                if memchr2(b'\n', b'\r', &chunk.bytes[..record_max]).is_some() {
                    let scanned = self.scan.pos;
                    self.resume_after_first_line(&chunk.bytes, code, scanned, &mut chunk.malformed);
                    self.cut(chunk);
                } else {
                    self.drop_line(chunk, code)?;
                }
                return Ok(true);
            }
            // Small steps, so that few records follow a long one into its chunk.
            wanted = (chunk.bytes.len() + chunk.bytes.len() / 4 + self.chunk_bytes).min(beyond);
        }
    }

    /// How many bytes the next chunks have, but for their last records. It changes no record.
    pub fn aim_at(&mut self, chunk_bytes: usize) {
        self.chunk_bytes = Self::within(chunk_bytes, self.options);
    }

    /// A record that is too long must not fit into a chunk, or it would go unnoticed.
    fn within(chunk_bytes: usize, options: ReadOptions) -> usize {
        chunk_bytes.clamp(1, options.limits.record_bytes_max)
    }

    /// The offset in the source up to which was read.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// Ends the chunk at the start of the record that is still open, and keeps the rest.
    fn cut(&mut self, chunk: &mut Chunk) {
        let end = self.scan.record_start;
        if self.carry_pos < self.carry.len() {
            // The whole chunk came out of the carry, where the rest still stands.
            self.carry_pos -= chunk.bytes.len() - end;
        } else {
            self.carry.clear();
            self.carry.extend_from_slice(&chunk.bytes[end..]);
            self.carry_pos = 0;
        }
        chunk.bytes.truncate(end);
        self.byte += self.options.form.source_length(&chunk.bytes);
        self.scan.pos -= end;
        self.scan.open = self.scan.open.map(|open| open - end);
        self.scan.record_start = 0;
    }

    /// Takes from the carry, then reads, until `buffer` holds `wanted` bytes or the input ends.
    fn fill(&mut self, buffer: &mut Vec<u8>, wanted: usize) -> Result<()> {
        let missing = wanted.saturating_sub(buffer.len());
        let carried = &self.carry[self.carry_pos..];
        let carried = &carried[..carried.len().min(missing)];
        buffer.extend_from_slice(carried);
        self.carry_pos += carried.len();
        if self.carry_pos < self.carry.len() || self.ended || buffer.len() >= wanted {
            return Ok(());
        }
        self.carry.clear();
        self.carry_pos = 0;
        let missing = wanted - buffer.len();
        buffer.reserve(missing);
        let got = self
            .reader
            .by_ref()
            .take(missing as u64)
            .read_to_end(buffer)
            .map_err(|cause| Error::reading(&self.display, &cause))?;
        self.bytes_read += got as u64;
        self.ended = got < missing;
        Ok(())
    }

    /// Whether no byte will follow those in the buffer.
    fn at_end(&self) -> bool {
        self.ended && self.carry_pos == self.carry.len()
    }

    /// The chunk is one line longer than a record may be: reads on to its end without keeping
    /// the bytes.
    fn drop_line(&mut self, chunk: &mut Chunk, code: Code) -> Result<()> {
        const STEP: usize = 64 << 10;
        let form = self.options.form;
        let mut dropped = 0;
        // The line's end may be the last byte that was read.
        let mut rest = chunk.bytes.split_off(form.boundary(&chunk.bytes, chunk.bytes.len() - 1));
        loop {
            let end = match line_end(&rest, 0) {
                LineEnd::At(end) => end,
                LineEnd::Unknown if self.at_end() => rest.len(),
                LineEnd::Unknown => {
                    // What may be half of a CRLF or a part of a character is kept.
                    let half = usize::from(rest.last() == Some(&b'\r'));
                    let end = form.boundary(&rest, rest.len() - half);
                    let end =
                        if half == 0 { form.boundary(&rest, end.saturating_sub(1)) } else { end };
                    dropped += form.source_length(&rest[..end]);
                    rest.drain(..end);
                    self.fill(&mut rest, STEP)?;
                    continue;
                }
            };
            dropped += form.source_length(&rest[..end]);
            rest.drain(..end);
            break;
        }
        self.byte += form.source_length(&chunk.bytes) + dropped;
        rest.extend_from_slice(&self.carry[self.carry_pos..]);
        self.carry = rest;
        self.carry_pos = 0;
        chunk.malformed.push(Malformed { start: 0, code, dropped });
        self.scan = Scan::default();
        Ok(())
    }
}

/// Where the line after `start` begins.
enum LineEnd {
    At(usize),
    /// Not in these bytes, or not to be told from half a CRLF.
    Unknown,
}

fn line_end(bytes: &[u8], start: usize) -> LineEnd {
    match memchr2(b'\n', b'\r', &bytes[start..]).map(|at| start + at) {
        None => LineEnd::Unknown,
        Some(at) if bytes[at] == b'\n' => LineEnd::At(at + 1),
        Some(at) => match bytes.get(at + 1) {
            Some(b'\n') => LineEnd::At(at + 2),
            Some(_) => LineEnd::At(at + 1),
            None => LineEnd::Unknown,
        },
    }
}

/// The length of the first physical line, its end included; `None` where it does not end.
pub(super) fn line_length(bytes: &[u8]) -> Option<usize> {
    match line_end(bytes, 0) {
        LineEnd::At(end) => Some(end),
        LineEnd::Unknown => bytes.ends_with(b"\r").then_some(bytes.len()),
    }
}

/// The number of physical lines that end in `bytes`: at LF, CRLF or CR.
#[must_use]
pub fn count_line_ends(bytes: &[u8]) -> u64 {
    let mut ends = 0;
    let mut before = 0;
    for &byte in bytes {
        ends += u64::from(Dialect::ends_line(byte) && !(byte == b'\n' && before == b'\r'));
        before = byte;
    }
    ends
}
