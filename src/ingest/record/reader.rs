//! A chunk's bytes → its records, cell by cell, without copying. The splitter has said which
//! lines are no record; what is checked here is what it cannot see: the number of cells, their
//! length, and whether the bytes are text.

use std::borrow::Cow;
use std::ops::Range;

use super::super::chunk::Malformed;
use super::super::dialect::Dialect;
use super::super::encoding::{Form, append_decoded, decode};
use super::super::structure::Structure;
use super::super::{Ragged, ReadOptions};
use super::{CellKind, CellSpan, Fault, Record, Row, Spot};
use crate::problem::Code;

/// Reads records; its buffers are used again from chunk to chunk.
#[derive(Debug)]
pub struct RecordReader {
    options: ReadOptions,
    /// The number of cells that a record must have; `None`: any.
    cells_expected: Option<usize>,
    cells: Vec<CellSpan>,
    scratch: String,
    /// The text of one cell, before its quotes and escapes are written out.
    decoded: String,
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

impl RecordReader {
    /// A reader of records that have `cells_expected` cells each; `None`: any number.
    #[must_use]
    pub fn new(options: ReadOptions, cells_expected: Option<usize>) -> RecordReader {
        RecordReader {
            options,
            cells_expected,
            cells: Vec::new(),
            scratch: String::new(),
            decoded: String::new(),
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
        // In an encoding of its own only ASCII is text as it stands.
        let is_text = !matches!(self.options.form, Form::Cells(_)) || bytes.is_ascii();
        // Most chunks are text as a whole, which is told faster than that every record is.
        let whole = is_text.then(|| simdutf8::basic::from_utf8(bytes).ok()).flatten();
        let mut faults = malformed.iter().peekable();
        let mut structure = Structure::new(bytes, self.options.dialect);
        let mut now = Current::default();
        self.cells.clear();
        while now.start < bytes.len() {
            if let Some(fault) = faults.next_if(|fault| fault.start == now.start) {
                now = self.give_malformed(bytes, *fault, now, &mut give);
                structure.skip_to(now.start);
                continue;
            }
            let end = self.read_cells(bytes, &mut structure, &mut now);
            let next = if end < bytes.len() { after_line_end(bytes, end) } else { end };
            structure.skip_to(next);
            now = self.end_record(bytes, whole, now, end, next, &mut give);
        }
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
        while let Some(at) = structure.next() {
            let byte = bytes[at];
            if byte == dialect.delimiter {
                self.end_cell(now, at);
            } else if Dialect::ends_line(byte) {
                return at;
            } else if Some(byte) == dialect.escape {
                now.marked |= take_escaped(bytes, at, dialect, structure);
            } else if at == now.cell_start {
                self.read_quoted_cells(bytes, structure, now, at);
            }
            // Any other quote is one of `="…"`, whose quotes are text.
        }
        bytes.len()
    }

    /// At the quote that opens a cell: reads to the one that closes it, and on through quoted cells
    /// that follow it.
    #[inline]
    fn read_quoted_cells(
        &mut self,
        bytes: &[u8],
        structure: &mut Structure<'_>,
        now: &mut Current,
        mut open: usize,
    ) {
        let dialect = self.options.dialect;
        loop {
            let close = read_quoted(bytes, dialect, structure, now);
            let joint = [dialect.delimiter, bytes[open]];
            if bytes.get(close + 1..close + 3) != Some(&joint) {
                now.inside = Some((open + 1, close));
                return;
            }
            let kind = if now.marked { CellKind::Marked { quoted: true } } else { CellKind::Plain };
            now.any_marked |= now.marked;
            now.marked = false;
            self.push(now, CellSpan { start: open + 1, end: close, kind });
            now.cell_start = close + 2;
            open = close + 2;
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

    /// The record ends before `end`, the next begins at `next`: gives it, and returns the next.
    #[inline]
    fn end_record(
        &mut self,
        bytes: &[u8],
        whole: Option<&str>,
        mut now: Current,
        end: usize,
        next: usize,
        give: &mut impl FnMut(Record<'_>),
    ) -> Current {
        self.end_cell(&mut now, end);
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
            match self.text(bytes, whole, raw, &now) {
                Err(at) => give(fault((Code::RecordBadBytes, bad_byte(form, raw, at)))),
                Ok((text, text_start)) => match wrong {
                    Some(wrong) => give(fault(wrong)),
                    None => {
                        self.pad(text_start);
                        let (cells, scratch) = (&self.cells[..], &self.scratch[..]);
                        let row = Row { spot, text, text_start, scratch, cells, cells_seen };
                        give(Record::Row(row));
                    }
                },
            }
        }
        self.cells.clear();
        let line = now.line + now.lines_inside + u64::from(next > end);
        let byte = now.byte + length;
        Current { start: next, byte, cell_start: next, line, ..Current::default() }
    }

    /// The text that the record's plain cells are spans of, and where in the chunk it begins; the
    /// others are written out in the scratch. Else the offset in the record of a byte that is no
    /// text.
    #[inline]
    fn text<'b>(
        &mut self,
        bytes: &'b [u8],
        whole: Option<&'b str>,
        raw: &'b [u8],
        now: &Current,
    ) -> Result<(&'b str, usize), usize> {
        let (text, text_start) = match (whole, self.options.form) {
            (Some(text), _) => (text, 0),
            (None, Form::Cells(encoding)) if !raw.is_ascii() => {
                let record = now.start..now.start + raw.len();
                self.decode_cells(encoding, bytes, record).map_err(|at| at - now.start)?;
                return Ok(("", 0));
            }
            (None, _) => {
                (simdutf8::compat::from_utf8(raw).map_err(|bad| bad.valid_up_to())?, now.start)
            }
        };
        if now.any_marked {
            self.write_out(text, text_start);
        }
        Ok((text, text_start))
    }

    /// Whether every cell of the record is empty or white space. Most records say no by their
    /// first byte.
    fn is_blank(&self, bytes: &[u8], raw: &[u8]) -> bool {
        let dialect = self.options.dialect;
        let may_be_blank = |&byte: &u8| {
            byte == dialect.delimiter || Some(byte) == dialect.quote || byte.is_ascii_whitespace()
        };
        raw.iter().all(may_be_blank)
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
    fn pad(&mut self, start: usize) {
        if let Some(expected) = self.cells_expected {
            let empty = CellSpan { start, end: start, kind: CellKind::Plain };
            self.cells.resize(expected, empty);
        }
    }

    /// Writes the cells that hold doubled quotes or escapes out, in the scratch.
    fn write_out(&mut self, text: &str, text_start: usize) {
        self.scratch.clear();
        for cell in &mut self.cells {
            let CellKind::Marked { quoted } = cell.kind else { continue };
            let marked = &text[cell.start - text_start..cell.end - text_start];
            cell.start = self.scratch.len();
            push_meaning(&mut self.scratch, marked, quoted, self.options.dialect);
            cell.end = self.scratch.len();
        }
    }

    /// Writes the record out in the scratch, decoded, with what its cells mean. Else the offset in
    /// the chunk of a byte that is no text. Mostly one cell is not ASCII; what stands before and
    /// after such cells goes over in one piece, delimiters and all.
    fn decode_cells(
        &mut self,
        encoding: &'static encoding_rs::Encoding,
        bytes: &[u8],
        record: Range<usize>,
    ) -> Result<(), usize> {
        self.scratch.clear();
        let mut piece = record.start;
        let mut ascii_end = piece;
        for cell in &mut self.cells {
            let CellSpan { start, end, kind } = *cell;
            cell.kind = CellKind::Marked { quoted: false };
            if ascii_end < end && ascii_end <= start {
                ascii_end =
                    start + encoding_rs::Encoding::ascii_valid_up_to(&bytes[start..record.end]);
            }
            if kind == CellKind::Plain && end <= ascii_end {
                cell.start = self.scratch.len() + (start - piece);
                cell.end = self.scratch.len() + (end - piece);
                continue;
            }
            append_decoded(encoding, &bytes[piece..start], &mut self.scratch)
                .map_err(|at| piece + at)?;
            piece = end;
            cell.start = self.scratch.len();
            let raw = &bytes[start..end];
            if let CellKind::Marked { quoted } = kind {
                decode(encoding, raw, &mut self.decoded).map_err(|at| start + at)?;
                push_meaning(&mut self.scratch, &self.decoded, quoted, self.options.dialect);
            } else {
                append_decoded(encoding, raw, &mut self.scratch).map_err(|at| start + at)?;
            }
            cell.end = self.scratch.len();
        }
        append_decoded(encoding, &bytes[piece..record.end], &mut self.scratch)
            .map_err(|at| piece + at)
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
        let byte = now.byte + length;
        let line = now.line + lines;
        Current { start: next, byte, cell_start: next, line, ..Current::default() }
    }
}

/// What was seen where a record's byte at `at` is no text.
fn bad_byte(form: Form, raw: &[u8], at: usize) -> String {
    match form {
        Form::Utf8 => format!("byte {:#04x} at offset {at} of the record", raw[at]),
        Form::Cells(encoding) => {
            let name = encoding.name();
            format!("byte {:#04x} at offset {at} of the record is no {name}", raw[at])
        }
        Form::Transcoded(encoding) => {
            let at = form.source_length(&raw[..at]);
            format!("what stands at offset {at} of the record is no {}", encoding.name())
        }
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

/// Writes out what a cell means: where it is quoted, two quotes are one; an escape before a byte
/// that it takes as text is left out.
fn push_meaning(out: &mut String, marked: &str, quoted: bool, dialect: Dialect) {
    let bytes = marked.as_bytes();
    let mark = if quoted { dialect.quote.or(dialect.escape) } else { dialect.escape };
    let (Some(mark), escape) = (mark, dialect.escape) else {
        out.push_str(marked);
        return;
    };
    let mut from = 0;
    while let Some(at) = memchr::memchr2(mark, escape.unwrap_or(mark), &bytes[from..]) {
        let at = from + at;
        let escapes = Some(bytes[at]) == escape;
        let stands_for_next = match bytes.get(at + 1) {
            Some(next) if escapes => dialect.is_escapable(*next),
            Some(_) => true,
            None => false,
        };
        out.push_str(&marked[from..at]);
        let meant = at + usize::from(stands_for_next);
        out.push_str(&marked[meant..=meant]);
        from = meant + 1;
    }
    out.push_str(&marked[from..]);
}

/// The offset of the byte after the line end at `at`: LF, CR, or CRLF.
fn after_line_end(bytes: &[u8], at: usize) -> usize {
    let crlf = bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n');
    at + 1 + usize::from(crlf)
}
