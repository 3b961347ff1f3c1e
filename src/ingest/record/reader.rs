//! A chunk's bytes → its records, cell by cell, without copying. The splitter has said which
//! lines are no record; what is checked here is what it cannot see: the number of cells, their
//! length, and whether the bytes are text.

use std::borrow::Cow;

mod regular;
mod text;

use super::super::chunk::Malformed;
use super::super::dialect::Dialect;
use super::super::encoding::Form;
use super::super::encoding::single_byte::{Decoded, Whole};
use super::super::structure::{CellEnds, Structure};
use super::super::{Ragged, ReadOptions};
use super::{Fault, Record, Row, Spot};
use crate::problem::Code;
use regular::Marked;
use text::{CellKind, CellSpan, bad_byte};

/// Reads records; its buffers are used again from chunk to chunk.
#[derive(Debug)]
pub struct RecordReader {
    options: ReadOptions,
    /// The number of cells that a record must have; `None`: any.
    cells_expected: Option<usize>,
    cells: Vec<CellSpan>,
    /// Of a record that is read the regular way, the cells that hold doubled quotes.
    marked: Vec<Marked>,
    scratch: String,
    /// The text of one cell, before its quotes and escapes are written out.
    decoded: String,
    /// The text of the chunk, where its encoding has one byte a character.
    chunk: Decoded,
}

/// The record that is being read.
#[derive(Debug, Default, Clone, Copy)]
struct Current {
    start: usize,
    /// Offset of `start` from the chunk's, in the source.
    byte: u64,
    cell_start: usize,
    /// Cells that are not kept, because there are too many.
    cells_dropped: usize,
    /// Where what stands between the cell's quotes begins and ends, once seen.
    inside: Option<(usize, usize)>,
    /// The cell holds doubled quotes or escapes.
    marked: bool,
    /// Some cell of the record does.
    any_marked: bool,
    /// Physical lines of the chunk before the record, and line ends inside it.
    line: u64,
    lines_inside: u64,
}

impl Current {
    /// The record that begins at offset `start`, which is `byte` in the source, behind so many lines.
    #[inline]
    fn at(start: usize, byte: u64, line: u64) -> Current {
        Current { start, byte, cell_start: start, line, ..Current::default() }
    }
}

impl RecordReader {
    /// A reader of records that have `cells_expected` cells each; `None`: any number.
    #[must_use]
    pub fn new(options: ReadOptions, cells_expected: Option<usize>) -> RecordReader {
        RecordReader {
            options,
            cells_expected,
            cells: Vec::with_capacity(cells_expected.map_or(0, |cells| cells + 1)),
            marked: Vec::new(),
            scratch: String::new(),
            decoded: String::new(),
            chunk: Decoded::default(),
        }
    }

    /// Gives every record in `bytes`, in order, and returns the number of physical lines that end
    /// there. `malformed` lists the lines that are no record, as the splitter found them.
    pub fn read(
        &mut self,
        bytes: &[u8],
        malformed: &[Malformed],
        mut give: impl FnMut(Record<'_>),
    ) -> u64 {
        let mut decoded = std::mem::take(&mut self.chunk);
        // Most chunks are text as a whole, which is told faster than that every record is.
        let mut whole = match self.options.form {
            // In an encoding of its own only ASCII is text as it stands.
            Form::Cells(encoding) if !bytes.is_ascii() => decoded.fill(encoding, bytes),
            _ => simdutf8::basic::from_utf8(bytes).ok().map(Whole::from),
        };
        let mut faults = malformed.iter().peekable();
        // Most records are pieces of such a text, as many as the header has.
        let plain = whole.as_ref().filter(|whole| !whole.is_longer()).map(|whole| whole.text);
        let mut regular = plain.zip(self.cells_expected).and_then(|(text, cells)| {
            let ends = CellEnds::new(text.as_bytes(), self.options.dialect)?;
            Some((text, ends, vec![""; cells]))
        });
        let mut structure = None;
        let mut now = Current::default();
        self.cells.clear();
        let mut texts = Vec::new();
        while now.start < bytes.len() {
            if let Some(fault) = faults.next_if(|fault| fault.start == now.start) {
                now = self.give_malformed(bytes, *fault, now, &mut give);
                if let Some((_, ends, _)) = &mut regular {
                    ends.start_at(now.start);
                }
                continue;
            }
            if let Some((text, ends, texts)) = &mut regular
                && self.read_regular(text, ends, texts, &mut now, &mut give)
            {
                continue;
            }
            let structure =
                structure.get_or_insert_with(|| Structure::new(bytes, self.options.dialect));
            structure.skip_to(now.start);
            let end = self.read_cells(bytes, structure, &mut now);
            let next = if end < bytes.len() { after_line_end(bytes, end) } else { end };
            self.end_record(bytes, whole.as_mut(), &mut texts, &mut now, (end, next), &mut give);
            if let Some((_, ends, _)) = &mut regular {
                ends.start_at(now.start);
            }
        }
        self.chunk = decoded;
        now.line
    }

    /// Reads cells up to the record's end, and returns its offset: that of a line end or of the
    /// end of the chunk. The last cell is still to be ended.
    #[inline]
    fn read_cells(
        &mut self,
        bytes: &[u8],
        structure: &mut Structure<'_>,
        now: &mut Current,
    ) -> usize {
        let dialect = self.options.dialect;
        let cells_max = self.options.limits.record_cells_max;
        // What is read from on its own copy stays in registers.
        let mut places = structure.clone();
        let mut cell_start = now.cell_start;
        // Nothing but text was seen of the cell.
        let mut is_plain = true;
        let end = loop {
            let Some(at) = places.next() else { break bytes.len() };
            let byte = bytes[at];
            if byte == dialect.delimiter {
                if is_plain && self.cells.len() <= cells_max {
                    // Most cells are such.
                    let kind = CellKind::Plain;
                    self.cells.push(CellSpan { start: cell_start, end: at, kind });
                    cell_start = at + 1;
                } else {
                    now.cell_start = cell_start;
                    self.end_cell(now, at);
                    (cell_start, is_plain) = (now.cell_start, true);
                }
            } else if Dialect::ends_line(byte) {
                break at;
            } else if Some(byte) == dialect.escape {
                now.marked |= take_escaped(bytes, at, dialect, &mut places);
                is_plain &= !now.marked;
            } else if at == cell_start {
                now.cell_start = cell_start;
                self.read_quoted_cells(bytes, &mut places, now, at);
                cell_start = now.cell_start;
                is_plain = now.inside.is_none() && !now.marked;
            }
            // Any other quote is one of `="…"`, whose quotes are text.
        };
        now.cell_start = cell_start;
        *structure = places;
        end
    }

    /// At the quote that opens a cell: reads to the one that closes it and the delimiter behind that,
    /// and on through quoted cells that follow it.
    #[inline]
    fn read_quoted_cells(
        &mut self,
        bytes: &[u8],
        structure: &mut Structure<'_>,
        now: &mut Current,
        mut open: usize,
    ) {
        let dialect = self.options.dialect;
        let quote = bytes[open];
        loop {
            let close = read_quoted(bytes, dialect, structure, now);
            if bytes.get(close + 1) != Some(&dialect.delimiter) {
                now.inside = Some((open + 1, close));
                return;
            }
            let kind = if now.marked { CellKind::Marked { quoted: true } } else { CellKind::Plain };
            now.any_marked |= now.marked;
            now.marked = false;
            self.push(now, CellSpan { start: open + 1, end: close, kind });
            now.cell_start = close + 2;
            open = close + 2;
            if bytes.get(open) != Some(&quote) {
                structure.skip_to(open);
                return;
            }
            structure.skip_to(open + 1);
        }
    }

    /// The cell that `now` is in ends before `end`.
    #[inline]
    fn end_cell(&mut self, now: &mut Current, end: usize) {
        let span = match now.inside {
            None if !now.marked => CellSpan { start: now.cell_start, end, kind: CellKind::Plain },
            inside => {
                let quoted = inside.is_some();
                let kind = if now.marked { CellKind::Marked { quoted } } else { CellKind::Plain };
                let (start, end) = inside.unwrap_or((now.cell_start, end));
                now.any_marked |= now.marked;
                (now.inside, now.marked) = (None, false);
                CellSpan { start, end, kind }
            }
        };
        self.push(now, span);
        now.cell_start = end + 1;
    }

    #[inline]
    fn push(&mut self, now: &mut Current, span: CellSpan) {
        if self.cells.len() <= self.options.limits.record_cells_max {
            self.cells.push(span);
        } else {
            now.cells_dropped += 1;
        }
    }

    /// The record ends before `end`, the next begins at `next`: gives it, and goes on to the next.
    /// `texts` is for the texts of its cells.
    #[inline]
    fn end_record<'b>(
        &mut self,
        bytes: &'b [u8],
        whole: Option<&mut Whole<'b>>,
        texts: &mut Vec<&'b str>,
        now: &mut Current,
        (end, next): (usize, usize),
        give: &mut impl FnMut(Record<'_>),
    ) {
        self.end_cell(now, end);
        let cells_seen = self.cells.len() + now.cells_dropped;
        let raw = &bytes[now.start..end];
        let form = self.options.form;
        let length = form.source_length(&bytes[now.start..next]);
        let spot = Spot { byte: now.byte, length, start: now.start, end: next, line: now.line };
        let fault = |(code, detail): (Code, String)| {
            Record::Malformed(Fault { spot, code, detail: detail.into(), raw, form })
        };
        if self.is_blank(bytes, raw) {
            give(Record::Blank(spot));
        } else {
            let wrong = self.check(raw.len(), next - now.start, cells_seen);
            match self.text(bytes, whole, raw, now) {
                Err(at) => give(fault((Code::RecordBadBytes, bad_byte(form, raw, at)))),
                Ok(text) => match wrong {
                    Some(wrong) => give(fault(wrong)),
                    None => {
                        self.pad();
                        // Those between quotes are counted; an escape may hide one.
                        let escaped = self.options.dialect.escape.is_some() && now.any_marked;
                        let may_hold_line_ends = now.lines_inside > 0 || escaped;
                        let is_ascii = raw.is_ascii();
                        let row =
                            |cells| Row { spot, cells, cells_seen, may_hold_line_ends, is_ascii };
                        // A record that was decoded by itself has no text but the scratch.
                        if now.any_marked || text.is_empty() {
                            give(Record::Row(row(&self.texts_and_meanings(text))));
                        } else {
                            texts.clear();
                            texts.extend(self.cells.iter().map(|cell| &text[cell.start..cell.end]));
                            give(Record::Row(row(texts)));
                        }
                    }
                },
            }
        }
        self.cells.clear();
        let line = now.line + now.lines_inside + u64::from(next > end);
        *now = Current::at(next, now.byte + length, line);
    }

    /// Whether every cell of the record is empty or white space. Most records say no by their
    /// first byte.
    fn is_blank(&self, bytes: &[u8], raw: &[u8]) -> bool {
        let dialect = self.options.dialect;
        raw.iter().all(|byte| dialect.may_be_blank(*byte))
            && self.cells.iter().all(|cell| {
                cell.kind == CellKind::Plain
                    && bytes[cell.start..cell.end].iter().all(u8::is_ascii_whitespace)
            })
    }

    /// What is wrong with a record that the splitter let pass.
    #[inline]
    fn check(&self, raw_length: usize, length: usize, cells_seen: usize) -> Option<(Code, String)> {
        let limits = &self.options.limits;
        if length > limits.record_bytes_max {
            let seen = format!("{length} bytes, the limit is {}", limits.record_bytes_max);
            return Some((Code::RecordTooLong, seen));
        }
        if cells_seen > limits.record_cells_max {
            let seen = format!("{cells_seen} cells, the limit is {}", limits.record_cells_max);
            return Some((Code::RecordTooManyCells, seen));
        }
        if raw_length > limits.cell_bytes_max {
            let longest = self.cells.iter().map(|cell| cell.end - cell.start).max().unwrap_or(0);
            if longest > limits.cell_bytes_max {
                let seen = format!("{longest} bytes, the limit is {}", limits.cell_bytes_max);
                return Some((Code::RecordCellTooLong, seen));
            }
        }
        match self.cells_expected {
            Some(expected) if expected != cells_seen && !self.may_be_padded(expected) => {
                let seen = format!("{cells_seen} cells, the header has {expected}");
                Some((Code::RecordCellCount, seen))
            }
            _ => None,
        }
    }

    /// Whether the record's cells can be made as many as are expected without losing text.
    fn may_be_padded(&self, expected: usize) -> bool {
        let surplus = self.cells.iter().skip(expected);
        self.options.ragged == Ragged::Pad && surplus.into_iter().all(|it| it.start == it.end)
    }

    /// Makes the record's cells as many as are expected; those that are missing stand, empty, at
    /// the start of the text.
    fn pad(&mut self) {
        if let Some(expected) = self.cells_expected.filter(|it| *it != self.cells.len()) {
            let empty = CellSpan { start: 0, end: 0, kind: CellKind::Plain };
            self.cells.resize(expected, empty);
        }
    }

    /// Gives the line that the splitter declared malformed, and returns the next record.
    fn give_malformed(
        &mut self,
        bytes: &[u8],
        fault: Malformed,
        now: Current,
        give: &mut impl FnMut(Record<'_>),
    ) -> Current {
        let line = &bytes[now.start..];
        let content = memchr::memchr2(b'\n', b'\r', line).unwrap_or(line.len());
        let end = now.start + content;
        let next = if end < bytes.len() { after_line_end(bytes, end) } else { end };
        let form = self.options.form;
        let length = form.source_length(&bytes[now.start..next]) + fault.dropped;
        let spot = Spot { byte: now.byte, length, start: now.start, end: next, line: now.line };
        let detail = if fault.dropped > 0 {
            format!("{length} bytes, only the first {content} are shown").into()
        } else {
            Cow::Borrowed("")
        };
        let raw = &line[..content];
        give(Record::Malformed(Fault { spot, code: fault.code, detail, raw, form }));
        let lines = u64::from(next > end || fault.dropped > 0);
        Current::at(next, now.byte + length, now.line + lines)
    }
}

/// From an opening quote to the one that closes it, whose offset it returns. The splitter has seen
/// that there is one.
#[inline]
fn read_quoted(
    bytes: &[u8],
    dialect: Dialect,
    structure: &mut Structure<'_>,
    now: &mut Current,
) -> usize {
    while let Some(at) = structure.next() {
        let byte = bytes[at];
        if Some(byte) == dialect.quote {
            if bytes.get(at + 1) != Some(&byte) {
                return at;
            }
            now.marked = true;
            structure.skip_to(at + 2);
        } else if Dialect::ends_line(byte) {
            now.lines_inside += 1;
            structure.skip_to(after_line_end(bytes, at));
        } else if Some(byte) == dialect.escape {
            now.marked |= take_escaped(bytes, at, dialect, structure);
        }
    }
    bytes.len()
}

/// At an escape: whether it takes the byte after it as text; that is then passed over.
#[inline]
fn take_escaped(bytes: &[u8], at: usize, dialect: Dialect, structure: &mut Structure<'_>) -> bool {
    let takes = bytes.get(at + 1).is_some_and(|next| dialect.is_escapable(*next));
    if takes {
        structure.skip_to(at + 2);
    }
    takes
}

/// The offset of the byte after the line end at `at`: LF, CR, or CRLF.
fn after_line_end(bytes: &[u8], at: usize) -> usize {
    let crlf = bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n');
    at + 1 + usize::from(crlf)
}
