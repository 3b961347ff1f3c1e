//! The records of a chunk that is text as it stands, in a dialect without escapes: where cells end is
//! told by the parity of the quotes before it, 64 bytes at a time, and the cells are pieces of the
//! text. What is unusual in any other way than by doubled quotes and line ends inside quotes, and what
//! may be blank, is left to the complete way.

use super::text::push_meaning;
use super::{Current, RecordReader, after_line_end};
use crate::ingest::Ragged;
use crate::ingest::chunk::count_line_ends;
use crate::ingest::dialect::Dialect;
use crate::ingest::record::{Record, Row, Spot};
use crate::ingest::structure::CellEnds;

/// A cell that holds doubled quotes: its index, and where in the scratch its meaning ends.
pub(super) type Marked = (usize, usize);

/// A record that was cut into cells.
struct Cut {
    /// The offset of its line end, or that of the end of all.
    end: usize,
    /// Line ends inside quotes.
    lines_inside: u64,
    /// How many cells it has.
    cells: usize,
}

impl RecordReader {
    /// Reads the record at `now`, gives it, and goes on to the next; `false`, and the record is still
    /// to be read, where only the complete way will do; then `ends` stands anywhere. `texts` has a
    /// place for each of its cells.
    #[inline]
    pub(super) fn read_regular<'b>(
        &mut self,
        text: &'b str,
        ends: &mut CellEnds<'b>,
        texts: &mut [&'b str],
        now: &mut Current,
        give: &mut impl FnMut(Record<'_>),
    ) -> bool {
        let bytes = text.as_bytes();
        let (dialect, limits) = (self.options.dialect, &self.options.limits);
        self.marked.clear();
        let Some(cut) = cut(text, now.start, dialect, ends, texts, &mut self.marked) else {
            return false;
        };
        let Cut { end, lines_inside, cells: cells_seen } = cut;
        if cells_seen < texts.len() {
            if self.options.ragged != Ragged::Pad {
                return false;
            }
            texts[cells_seen..].fill("");
        }
        let next = if end < bytes.len() { after_line_end(bytes, end) } else { end };
        if next > end + 1 {
            // The line feed of a CRLF.
            ends.next();
        }
        let raw = &bytes[now.start..end];
        let is_short =
            next - now.start <= limits.record_bytes_max && raw.len() <= limits.cell_bytes_max;
        let is_usual = is_short && texts.len() <= limits.record_cells_max;
        if !is_usual || raw.iter().all(|byte| dialect.may_be_blank(*byte)) {
            return false;
        }
        let length = self.options.form.source_length(&bytes[now.start..next]);
        let spot = Spot { byte: now.byte, length, start: now.start, end: next, line: now.line };
        let (is_ascii, may_hold_line_ends) = (raw.is_ascii(), lines_inside > 0);
        let row = |cells| Row { spot, cells, cells_seen, may_hold_line_ends, is_ascii };
        if self.marked.is_empty() {
            give(Record::Row(row(texts)));
        } else {
            give(Record::Row(row(&self.with_meanings(texts))));
        }
        let line = now.line + lines_inside + u64::from(next > end);
        *now = Current::at(next, now.byte + length, line);
        true
    }

    /// The cells, those that hold doubled quotes as they are meant.
    fn with_meanings<'t>(&'t mut self, texts: &[&'t str]) -> Vec<&'t str> {
        self.scratch.clear();
        for (at, end) in &mut self.marked {
            push_meaning(&mut self.scratch, texts[*at], true, self.options.dialect);
            *end = self.scratch.len();
        }
        let mut meant = texts.to_vec();
        let mut start = 0;
        for (at, end) in &self.marked {
            meant[*at] = &self.scratch[start..*end];
            start = *end;
        }
        meant
    }
}

/// Cuts the record that begins at `start` into cells; `None` where `texts` has too few places for
/// them. Lists in `marked` those that hold doubled quotes.
#[inline(never)]
fn cut<'b>(
    text: &'b str,
    mut start: usize,
    dialect: Dialect,
    ends: &mut CellEnds<'b>,
    texts: &mut [&'b str],
    marked: &mut Vec<Marked>,
) -> Option<Cut> {
    let bytes = text.as_bytes();
    // No byte is 256.
    let quote = dialect.quote.map_or(256, u16::from);
    // What is read from on its own copy stays in registers.
    let mut own = ends.clone();
    let mut lines_inside = 0;
    let places = texts.len();
    let mut slots = texts.iter_mut();
    let end = loop {
        let (at, is_special) = own.next();
        let is_quoted = at > start + 1 && u16::from(bytes[start]) == quote;
        let around = usize::from(is_quoted);
        let cell = text.get(start + around..at - around)?;
        *slots.next()? = cell;
        if is_special && is_quoted {
            lines_inside += count_line_ends(cell.as_bytes());
            if cell.as_bytes().contains(&bytes[start]) {
                marked.push((places - slots.len() - 1, 0));
            }
        }
        if bytes.get(at) != Some(&dialect.delimiter) {
            break at;
        }
        start = at + 1;
    };
    *ends = own;
    Some(Cut { end, lines_inside, cells: places - slots.len() })
}
