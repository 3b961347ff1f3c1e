//! Bytes → records and cells by one dialect, for a guess: it never fails, forgives spaces around
//! quotes, and splits at its delimiters a line whose quotes do not fit. What reads for real is
//! [`crate::ingest::record`], which forgives nothing.

use memchr::{memchr2, memchr3};

use super::super::dialect::Dialect;

/// How far a quoted cell is followed: a quote that is not closed by then is taken for text.
const QUOTED_BYTES_MAX: usize = 16 << 10;

/// How often a byte may be looked at on average before quotes are no longer followed, so that
/// time stays linear whatever the quotes are.
const LOOKS_MAX: usize = 6;

/// A cell, as a guess sees it. Offsets are into the bytes that were scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    /// The first byte inside the quotes, or of the cell.
    pub(super) start: usize,
    /// The byte after the last one inside the quotes, or of the cell.
    pub(super) end: usize,
    /// Quotes enclose it.
    pub(super) wrapped: bool,
}

/// How a record ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Lf,
    CrLf,
    Cr,
    /// With the bytes.
    None,
}

/// A record and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'s> {
    /// Offset of its first byte.
    pub(super) start: usize,
    /// Physical lines before it.
    pub(super) line: u64,
    pub(super) ending: Ending,
    /// Its quotes do not fit: it was cut at every delimiter of its first line.
    pub(super) malformed: bool,
    pub(super) cells: &'s [Cell],
}

/// Gives every record of `bytes` until `give` says `false`. `whole`: no byte follows them.
pub(super) fn scan(
    bytes: &[u8],
    dialect: Dialect,
    whole: bool,
    give: impl FnMut(Record<'_>) -> bool,
) {
    scan_keeping(usize::MAX, bytes, dialect, whole, give);
}

/// The same, where a record is given with at most `cells_max` of its cells.
pub(super) fn scan_keeping(
    cells_max: usize,
    bytes: &[u8],
    dialect: Dialect,
    whole: bool,
    mut give: impl FnMut(Record<'_>) -> bool,
) {
    let mut scanner = Scanner {
        bytes,
        dialect,
        whole,
        cells_max,
        cells: Vec::new(),
        looks_left: bytes.len().saturating_mul(LOOKS_MAX),
    };
    let (mut start, mut line) = (0, 0);
    while start < bytes.len() {
        scanner.cells.clear();
        let read = if scanner.looks_left > 0 { scanner.record(start) } else { None };
        let malformed = read.is_none();
        let end = read.unwrap_or_else(|| scanner.split_line(start));
        let (next, ending) = line_end(bytes, end);
        scanner.looks_left = scanner.looks_left.saturating_sub(next - start);
        let record = Record { start, line, ending, malformed, cells: &scanner.cells };
        if !give(record) {
            return;
        }
        line += count_lines(&bytes[start..next]);
        start = next;
    }
}

struct Scanner<'b> {
    bytes: &'b [u8],
    dialect: Dialect,
    whole: bool,
    /// How many cells of a record are kept.
    cells_max: usize,
    cells: Vec<Cell>,
    /// Bytes that may still be looked at with quotes in mind.
    looks_left: usize,
}

impl Scanner<'_> {
    /// Reads the record at `start` and returns where its content ends; `None` where its quotes do
    /// not fit.
    fn record(&mut self, start: usize) -> Option<usize> {
        let mut pos = start;
        loop {
            let opening = self.skip_spaces(pos);
            let quoted =
                self.dialect.quote.is_some_and(|quote| self.bytes.get(opening) == Some(&quote));
            let end = if quoted {
                let close = self.closing_quote(opening)?;
                self.keep(opening + 1, close, true);
                self.skip_spaces(close + 1).min(self.bytes.len())
            } else {
                let end = self.plain_end(pos);
                self.keep(pos, end, false);
                end
            };
            match self.bytes.get(end) {
                Some(&byte) if byte == self.dialect.delimiter => pos = end + 1,
                Some(&byte) if !Dialect::ends_line(byte) => return None,
                _ => return Some(end),
            }
        }
    }

    fn keep(&mut self, start: usize, end: usize, wrapped: bool) {
        if self.cells.len() < self.cells_max {
            self.cells.push(Cell { start, end, wrapped });
        }
    }

    /// Where the cell ends that `opening` opens; `None` where nothing closes it.
    fn closing_quote(&mut self, opening: usize) -> Option<usize> {
        let quote = self.bytes[opening];
        let escape = self.dialect.escape.unwrap_or(quote);
        let stop = self.bytes.len().min(opening + 1 + QUOTED_BYTES_MAX);
        let mut pos = opening + 1;
        let found = loop {
            let Some(at) = memchr2(quote, escape, &self.bytes[pos..stop]).map(|at| pos + at) else {
                break None;
            };
            let next = self.bytes.get(at + 1);
            let taken = self.dialect.escape == Some(self.bytes[at]) && self.bytes[at] != quote;
            if taken {
                pos = (at + 1 + usize::from(next.is_some_and(|&b| self.escapable(b)))).min(stop);
            } else if next == Some(&quote) {
                pos = (at + 2).min(stop);
            } else {
                break Some(at);
            }
        };
        let looked = found.unwrap_or(stop) - opening;
        self.looks_left = self.looks_left.saturating_sub(looked);
        // Where the sample ends inside a cell, the cell may well be closed beyond.
        let cut_off = found.is_none() && stop == self.bytes.len() && !self.whole;
        if cut_off { Some(stop) } else { found }
    }

    fn escapable(&self, byte: u8) -> bool {
        let Dialect { delimiter, quote, escape } = self.dialect;
        byte == delimiter || Some(byte) == quote || Some(byte) == escape
    }

    /// Where the unquoted cell at `pos` ends.
    fn plain_end(&self, mut pos: usize) -> usize {
        let cell = pos;
        loop {
            let rest = &self.bytes[pos..];
            let found = memchr3(self.dialect.delimiter, b'\n', b'\r', rest);
            let end = found.map_or(self.bytes.len(), |at| pos + at);
            let escaped = self.bytes.get(end) == Some(&self.dialect.delimiter)
                && self.dialect.escape.is_some_and(|escape| {
                    let run = self.bytes[cell..end].iter().rev();
                    run.take_while(|&&byte| byte == escape).take(64).count() % 2 == 1
                });
            if !escaped {
                return end;
            }
            pos = end + 1;
        }
    }

    /// Cuts the line at `start` at every delimiter, and returns where its content ends.
    fn split_line(&mut self, start: usize) -> usize {
        self.cells.clear();
        let mut pos = start;
        loop {
            let found = memchr3(self.dialect.delimiter, b'\n', b'\r', &self.bytes[pos..]);
            let end = found.map_or(self.bytes.len(), |at| pos + at);
            self.keep(pos, end, false);
            if self.bytes.get(end) != Some(&self.dialect.delimiter) {
                return end;
            }
            pos = end + 1;
        }
    }

    fn skip_spaces(&self, pos: usize) -> usize {
        let blank = |&&byte: &&u8| byte == b' ' && byte != self.dialect.delimiter;
        let rest = self.bytes.get(pos..).unwrap_or_default();
        pos + rest.iter().take_while(blank).count()
    }
}

/// The byte after the line end at `end`, and what the line end is.
pub(super) fn line_end(bytes: &[u8], end: usize) -> (usize, Ending) {
    match (bytes.get(end), bytes.get(end + 1)) {
        (Some(b'\r'), Some(b'\n')) => (end + 2, Ending::CrLf),
        (Some(b'\r'), _) => (end + 1, Ending::Cr),
        (Some(_), _) => (end + 1, Ending::Lf),
        (None, _) => (bytes.len(), Ending::None),
    }
}

/// The number of physical lines that end in `bytes`, which do not end inside a CRLF.
fn count_lines(bytes: &[u8]) -> u64 {
    let mut lines = 0;
    let mut pos = 0;
    while let Some(at) = memchr2(b'\n', b'\r', &bytes[pos..]) {
        lines += 1;
        pos = line_end(bytes, pos + at).0;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The records as text: cells joined by `|`, quotes shown as `«»`, malformed ones marked `!`.
    fn shown(text: &str, dialect: Dialect, whole: bool) -> Vec<String> {
        let mut all = Vec::new();
        scan(text.as_bytes(), dialect, whole, |record| {
            let cells: Vec<String> = record
                .cells
                .iter()
                .map(|cell| {
                    let inner = &text[cell.start..cell.end];
                    if cell.wrapped { format!("«{inner}»") } else { inner.to_owned() }
                })
                .collect();
            all.push(format!("{}{}", if record.malformed { "!" } else { "" }, cells.join("|")));
            true
        });
        all
    }

    #[test]
    fn cells_are_told_apart_by_delimiters_outside_quotes() {
        let seen = shown("a,\"b,\"\"c\"\nd\" , \"e\"\r\n\rf,", Dialect::default(), true);
        assert_eq!(seen, ["a|«b,\"\"c»", "d\" |«e»", "", "f|"]);
    }

    #[test]
    fn an_escape_takes_what_follows_as_text() {
        let escaped = Dialect { escape: Some(b'\\'), ..Dialect::default() };
        assert_eq!(shown(r#"a\,b,"c\"d","e\\""#, escaped, true), [r#"a\,b|«c\"d»|«e\\»"#]);
    }

    #[test]
    fn a_quote_that_does_not_fit_costs_its_line_alone() {
        assert_eq!(
            shown("\"a\" b,c\nd,e\n\"f,g\n", Dialect::default(), true),
            ["!\"a\" b|c", "d|e", "!\"f|g"]
        );
    }

    #[test]
    fn a_quoted_cell_at_the_end_of_a_sample_is_taken_as_going_on() {
        assert_eq!(shown("a,\"b", Dialect::default(), false), ["a|«b»"]);
        assert_eq!(shown("a,\"b", Dialect::default(), true), ["!a|\"b"]);
    }

    #[test]
    fn lines_and_line_ends_are_told() {
        let mut seen = Vec::new();
        scan(b"a\n\"b\r\nc\"\r\nd\re", Dialect::default(), true, |record| {
            seen.push((record.line, record.ending));
            true
        });
        assert_eq!(seen, [(0, Ending::Lf), (1, Ending::CrLf), (3, Ending::Cr), (4, Ending::None)]);
    }
}
