//! The text of a record: its bytes as text, and what cells mean that hold quotes or escapes.

use std::ops::Range;

use super::{Current, RecordReader};
use crate::ingest::dialect::Dialect;
use crate::ingest::encoding::{Form, append_decoded, decode, single_byte::Whole};

/// Where a cell stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct CellSpan {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: CellKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellKind {
    /// While the record is being read the span is into the chunk, then into the record's text.
    Plain,
    /// The cell holds doubled quotes or escapes, or must be decoded. While the record is being read
    /// the span is into the chunk, then into the scratch, where what it means is written out.
    Marked {
        /// It is enclosed in quotes, so that those inside it are doubled.
        quoted: bool,
    },
}

impl RecordReader {
    /// The text that the record's plain cells are spans of from now on; the others are written out in
    /// the scratch. Else the offset in the record of a byte that is no text.
    #[inline]
    pub(super) fn text<'b>(
        &mut self,
        bytes: &'b [u8],
        whole: Option<&mut Whole<'b>>,
        raw: &'b [u8],
        now: &Current,
    ) -> Result<&'b str, usize> {
        let text = match (whole, self.options.form) {
            (Some(whole), _) => {
                if whole.is_longer() {
                    self.move_cells(|at| whole.place(at));
                }
                whole.text
            }
            (None, Form::Cells(encoding)) if !raw.is_ascii() => {
                let record = now.start..now.start + raw.len();
                self.decode_cells(encoding, bytes, record).map_err(|at| at - now.start)?;
                return Ok("");
            }
            (None, _) => {
                let text = simdutf8::compat::from_utf8(raw).map_err(|bad| bad.valid_up_to())?;
                self.move_cells(|at| at - now.start);
                text
            }
        };
        if now.any_marked {
            self.write_out(text);
        }
        Ok(text)
    }

    /// The cells of a record some of which are written out in the scratch.
    pub(super) fn texts_and_meanings<'t>(&'t self, text: &'t str) -> Vec<&'t str> {
        let of = |cell: &CellSpan| match cell.kind {
            CellKind::Plain => &text[cell.start..cell.end],
            CellKind::Marked { .. } => &self.scratch[cell.start..cell.end],
        };
        self.cells.iter().map(of).collect()
    }

    fn move_cells(&mut self, mut place: impl FnMut(usize) -> usize) {
        for cell in &mut self.cells {
            cell.start = place(cell.start);
            cell.end = place(cell.end);
        }
    }

    /// Writes the cells that hold doubled quotes or escapes out, in the scratch.
    fn write_out(&mut self, text: &str) {
        self.scratch.clear();
        for cell in &mut self.cells {
            let CellKind::Marked { quoted } = cell.kind else { continue };
            let marked = &text[cell.start..cell.end];
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
}

/// What was seen where a record's byte at `at` is no text.
pub(super) fn bad_byte(form: Form, raw: &[u8], at: usize) -> String {
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

/// Writes out what a cell means: where it is quoted, two quotes are one; an escape before a byte
/// that it takes as text is left out.
pub(super) fn push_meaning(out: &mut String, marked: &str, quoted: bool, dialect: Dialect) {
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
