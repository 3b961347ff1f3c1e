//! The exact scan, from quote to quote: what each of them means, and which lines are malformed.

use std::io::Read;

use memchr::{memchr, memrchr2};

use super::{LineEnd, Malformed, Splitter, line_end};
use crate::ingest::dialect::Dialect;
use crate::problem::Code;

/// How far the current buffer has been understood. Offsets are into the buffer.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// The next byte to look at.
    pub(super) pos: usize,
    /// The first byte of the record that `pos` is in.
    pub(super) record_start: usize,
    /// The quote that opened the cell that `pos` is in.
    pub(super) open: Option<usize>,
    /// The record is malformed, and its first line's end is not in the buffer yet.
    pub(super) pending: Option<Code>,
}

/// What a look at the next bytes gave.
enum Step {
    Go,
    NeedMore,
    /// The record is malformed; the offset up to which it was looked at.
    Fault(Code, usize),
}

impl<R: Read> Splitter<R> {
    /// Understands the buffer as far as it can be without more bytes. After a long look ahead that
    /// ended in a malformed line it stops there: `false`.
    pub(super) fn scan(&mut self, bytes: &[u8], malformed: &mut Vec<Malformed>) -> bool {
        if let Some(code) = self.scan.pending.take() {
            let scanned = self.scan.pos;
            self.resume_after_first_line(bytes, code, scanned, malformed);
        }
        let mut unusual_up_to = self.scan.pos;
        while self.scan.pending.is_none() {
            if self.scan.pos >= unusual_up_to {
                unusual_up_to = self.scan.pass_regular(bytes, &self.options);
            }
            let step = match self.scan.open {
                None => self.scan_outside(bytes),
                Some(open) => self.scan_quoted(bytes, open),
            };
            match step {
                Step::Go => {}
                Step::NeedMore => return true,
                Step::Fault(code, scanned) => {
                    self.resume_after_first_line(bytes, code, scanned, malformed);
                    if bytes.len() > self.chunk_bytes && self.scan.record_start < bytes.len() {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// From `pos`, outside quotes, to the next quote.
    fn scan_outside(&mut self, bytes: &[u8]) -> Step {
        let Scan { pos, .. } = self.scan;
        let quote = self.options.dialect.quote;
        let found = quote.and_then(|quote| memchr(quote, &bytes[pos..])).map(|at| pos + at);
        // A CR at the very end may be half of a CRLF.
        let undecided = found.is_none() && !self.at_end() && bytes.last() == Some(&b'\r');
        let end = found.unwrap_or(bytes.len() - usize::from(undecided));
        if end > pos
            && let Some(at) = memrchr2(b'\n', b'\r', &bytes[pos..end])
        {
            self.scan.record_start = pos + at + 1;
        }
        let Some(quote_at) = found else {
            self.scan.pos = end.max(pos);
            return Step::NeedMore;
        };
        let dialect = self.options.dialect;
        if dialect.is_escaped(bytes, quote_at) {
            self.scan.pos = quote_at + 1;
            return Step::Go;
        }
        if !self.begins_cell(bytes, quote_at) {
            return self.scan_formula(bytes, quote_at);
        }
        self.scan.open = Some(quote_at);
        self.scan.pos = quote_at + 1;
        Step::Go
    }

    /// Whether a cell of the current record begins at `at`.
    fn begins_cell(&self, bytes: &[u8], at: usize) -> bool {
        let dialect = self.options.dialect;
        at == self.scan.record_start
            || dialect.ends_cell(bytes[at - 1]) && !dialect.is_escaped(bytes, at - 1)
    }

    /// At a quote inside an unquoted cell, which only `="0501234567"` may have: spreadsheets write
    /// cells so that are to stay text. Its quotes are text.
    fn scan_formula(&mut self, bytes: &[u8], quote_at: usize) -> Step {
        let fault = Step::Fault(Code::RecordStrayQuote, quote_at);
        self.scan.pos = quote_at;
        let dialect = self.options.dialect;
        if bytes[quote_at - 1] != b'=' || !self.begins_cell(bytes, quote_at - 1) {
            return fault;
        }
        let inside = &bytes[quote_at + 1..];
        let quote = bytes[quote_at];
        let ends = |at: &usize| {
            let byte = inside[*at];
            Dialect::ends_line(byte)
                || (byte == quote || byte == dialect.delimiter) && !dialect.is_escaped(inside, *at)
        };
        // No farther than the limit, however much is there: else the chunk would decide.
        let cell_bytes_max = self.options.limits.cell_bytes_max;
        let Some(at) = (0..inside.len().min(cell_bytes_max.saturating_add(1))).find(ends) else {
            return match inside.len() > cell_bytes_max {
                true => Step::Fault(Code::RecordCellTooLong, quote_at),
                false if self.at_end() => fault,
                false => Step::NeedMore,
            };
        };
        match inside.get(at + 1) {
            None if inside[at] == quote && !self.at_end() => Step::NeedMore,
            next if inside[at] == quote && next.is_none_or(|&next| dialect.ends_cell(next)) => {
                self.scan.pos = quote_at + 1 + at + 1;
                Step::Go
            }
            _ => fault,
        }
    }

    /// From `pos`, inside the quoted cell that begins at `open`, to its next quote.
    fn scan_quoted(&mut self, bytes: &[u8], open: usize) -> Step {
        let dialect = self.options.dialect;
        let quote = bytes[open];
        let Scan { pos, .. } = self.scan;
        let found = memchr(quote, &bytes[pos..]).map(|at| pos + at);
        let end = found.unwrap_or(bytes.len());
        if end - (open + 1) > self.options.limits.cell_bytes_max {
            return Step::Fault(Code::RecordCellTooLong, end);
        }
        let Some(at) = found else {
            self.scan.pos = bytes.len();
            return if self.at_end() {
                Step::Fault(Code::RecordUnclosedQuote, bytes.len())
            } else {
                Step::NeedMore
            };
        };
        if dialect.is_escaped(bytes, at) {
            self.scan.pos = at + 1;
            return Step::Go;
        }
        match bytes.get(at + 1) {
            Some(&next) if next == quote => self.scan.pos = at + 2,
            None if !self.at_end() => {
                self.scan.pos = at;
                return Step::NeedMore;
            }
            Some(&next) if !dialect.ends_cell(next) => {
                return Step::Fault(Code::RecordTextAfterQuote, at + 1);
            }
            _ => {
                self.scan.open = None;
                self.scan.pos = at + 1;
            }
        }
        Step::Go
    }

    /// Declares the first line of the current record malformed and resumes at the next, or
    /// leaves that pending until the line's end has been read.
    pub(super) fn resume_after_first_line(
        &mut self,
        bytes: &[u8],
        code: Code,
        scanned: usize,
        malformed: &mut Vec<Malformed>,
    ) {
        let start = self.scan.record_start;
        let next_line = match line_end(bytes, start) {
            LineEnd::At(next_line) => next_line,
            LineEnd::Unknown if self.at_end() => bytes.len(),
            LineEnd::Unknown => {
                self.scan.pending = Some(code);
                self.scan.pos = scanned.max(self.scan.pos);
                return;
            }
        };
        // Text after a quote that was opened lines before: on its first line it is not closed.
        let beyond = code == Code::RecordTextAfterQuote && scanned > next_line;
        let code = if beyond { Code::RecordUnclosedQuote } else { code };
        malformed.push(Malformed { start, code, dropped: 0 });
        self.scan = Scan { pos: next_line, record_start: next_line, open: None, pending: None };
    }
}
