//! Finds the dialect of a sample: delimiter, quote, escape, the lines before the table, whether
//! it has a header, and how its lines end. Whatever the user gives is taken; what cannot be told
//! is a comma, `"` and no escape. No bytes make it fail, and its time is linear.

mod delimiter;
mod header;
mod kind;
mod quote;
mod scan;
mod table;

use super::dialect::Dialect;
use scan::{Ending, scan_keeping};
use table::{Fit, Table};

/// What the user said; `None`: to be found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Given {
    /// What stands between two cells.
    pub delimiter: Option<u8>,
    /// What encloses cells; `Some(None)`: nothing does.
    pub quote: Option<Option<u8>>,
    /// What takes the next byte as text; `Some(None)`: nothing does.
    pub escape: Option<Option<u8>>,
    /// Whether the first record names the columns.
    pub has_header: Option<bool>,
    /// Physical lines before the header, or before the first record where there is none.
    pub preamble_lines: Option<u64>,
}

/// Where an answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The user gave it.
    Given,
    /// The file says it in a line `sep=`.
    Declared,
    /// It was found in the sample.
    Detected,
    /// Nothing in the sample tells; it is what is usual.
    Assumed,
}

impl Origin {
    /// The name in every report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Origin::Given => "given",
            Origin::Declared => "declared",
            Origin::Detected => "detected",
            Origin::Assumed => "assumed",
        }
    }
}

/// Line ends outside quotes in the sample.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LineEnds {
    /// Line feeds that no carriage return precedes.
    pub lf: u64,
    /// Carriage returns with a line feed.
    pub crlf: u64,
    /// Carriage returns that no line feed follows.
    pub cr: u64,
}

impl LineEnds {
    /// How lines end, in a word; `None` where none ends.
    #[must_use]
    pub fn as_str(self) -> Option<&'static str> {
        match self {
            _ if self.is_mixed() => Some("mixed"),
            LineEnds { crlf: 1.., .. } => Some("CRLF"),
            LineEnds { lf: 1.., .. } => Some("LF"),
            LineEnds { cr: 1.., .. } => Some("CR"),
            LineEnds { .. } => None,
        }
    }

    /// Whether lines end in more than one way.
    #[must_use]
    pub fn is_mixed(self) -> bool {
        [self.lf, self.crlf, self.cr].iter().filter(|count| **count > 0).count() > 1
    }
}

/// Why the answer is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// Records that were looked at, the header among them.
    pub records: usize,
    /// Cells that most of them have.
    pub columns: usize,
    /// Records that have so many.
    pub agreeing: usize,
    /// Records whose quotes do not fit.
    pub malformed: usize,
    /// Where the delimiter comes from.
    pub delimiter: Origin,
    /// Where the quote comes from.
    pub quote: Origin,
    /// Where the escape comes from.
    pub escape: Origin,
    /// Where the lines before the table come from.
    pub preamble: Origin,
    /// Where the answer on the header comes from.
    pub header: Origin,
    /// Why there is a header, or none.
    pub header_reason: &'static str,
}

impl Evidence {
    /// The reason in one sentence, without a full stop.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Evidence { records, columns, agreeing, .. } = self;
        let delimiter = match self.delimiter {
            Origin::Given => "the delimiter is as given",
            Origin::Declared => "a line sep= names the delimiter",
            Origin::Detected => "the delimiter fits best of those that occur",
            Origin::Assumed => "no delimiter separates cells, so it is taken for a comma",
        };
        let noun = if *columns == 1 { "cell" } else { "cells" };
        format!("{delimiter}: {agreeing} of {records} records looked at have {columns} {noun}")
    }
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    /// How records and cells are told apart.
    pub dialect: Dialect,
    /// Physical lines before the header, or before the first record where there is none: titles,
    /// comments, blank lines, a line `sep=`.
    pub preamble_lines: u64,
    /// Whether the first record names the columns.
    pub has_header: bool,
    /// How lines end outside quotes.
    pub line_ends: LineEnds,
    /// Why.
    pub evidence: Evidence,
}

/// Finds what `given` leaves open. `sample` is the head of a source in UTF-8, without a byte order
/// mark, and may end anywhere; `sample_is_whole` says that nothing follows it. The dialect, the lines
/// before the table and the header are told by the first 128 KiB and 1000 records; line ends are
/// counted in all of it.
#[must_use]
pub fn detect(sample: &[u8], sample_is_whole: bool, given: &Given) -> Detected {
    let declared = declared_delimiter(sample);
    let skipped = match given.preamble_lines {
        Some(lines) => skip_lines(sample, lines),
        None => declared.map_or((0, 0), |_| skip_lines(sample, 1)),
    };
    let body = &sample[skipped.0..];
    let declared = declared.filter(|_| given.delimiter.is_none());
    let (dialect, origins) = find_dialect(body, sample_is_whole, given, declared);
    let table = Table::read(body, sample_is_whole, dialect);
    let fit = table.fit();
    let first = match given.preamble_lines {
        Some(_) => table.rows.iter().position(|row| !row.blank).unwrap_or(0),
        None => header::first_row(&table, fit.columns),
    };
    let before = table.rows.get(first).map_or(0, |row| row.line);
    let (has_header, header_reason) = match given.has_header {
        Some(has) => (has, "it is as given"),
        None => header::is_header(&table, first),
    };
    let no_reason = has_header && fit.records < 2;
    let evidence = Evidence {
        records: fit.records,
        columns: fit.columns,
        agreeing: fit.agreeing,
        malformed: fit.malformed,
        delimiter: origins[0],
        quote: origins[1],
        escape: origins[2],
        preamble: given.preamble_lines.map_or(Origin::Detected, |_| Origin::Given),
        header: match given.has_header {
            Some(_) => Origin::Given,
            None if no_reason => Origin::Assumed,
            None => Origin::Detected,
        },
        header_reason,
    };
    Detected {
        dialect,
        preamble_lines: given.preamble_lines.unwrap_or(skipped.1 + before),
        has_header,
        line_ends: line_ends(sample, skipped.0, sample_is_whole, dialect),
        evidence,
    }
}

/// The dialect, and where delimiter, quote and escape come from.
fn find_dialect(
    body: &[u8],
    whole: bool,
    given: &Given,
    declared: Option<u8>,
) -> (Dialect, [Origin; 3]) {
    let escape = given.escape.flatten();
    let usual = Dialect::default();
    let named = given.delimiter.or(declared);
    let found: Option<(u8, Fit)> = match named {
        Some(_) => None,
        None => delimiter::find(body, whole, given.quote, given.escape),
    };
    let delimiter = named.or(found.map(|(delimiter, _)| delimiter)).unwrap_or(usual.delimiter);
    let mut dialect = Dialect { delimiter, escape, ..usual };
    let mut quote_origin = Origin::Given;
    if let Some(quote) = given.quote {
        dialect.quote = quote;
    } else {
        let mark = quote::find_mark(body, whole, dialect, given.escape.is_none());
        dialect.quote = Some(mark);
        if quote::are_text(body, whole, dialect) {
            dialect.quote = None;
        }
        let seen = dialect.quote.is_none_or(|quote| memchr::memchr(quote, body).is_some());
        quote_origin = if seen { Origin::Detected } else { Origin::Assumed };
    }
    let mut escape_origin = Origin::Given;
    if given.escape.is_none() {
        dialect.escape = quote::find_escape(body, whole, dialect);
        escape_origin = dialect.escape.map_or(Origin::Assumed, |_| Origin::Detected);
    }
    let delimiter_origin = match (given.delimiter, declared, found) {
        (Some(_), ..) => Origin::Given,
        (None, Some(_), _) => Origin::Declared,
        (None, None, Some(_)) => Origin::Detected,
        (None, None, None) => Origin::Assumed,
    };
    (dialect, [delimiter_origin, quote_origin, escape_origin])
}

/// The delimiter that the first line names, as spreadsheets write it: `sep=;`.
fn declared_delimiter(sample: &[u8]) -> Option<u8> {
    let head = &sample[..sample.len().min(16)];
    let end = memchr::memchr2(b'\n', b'\r', head)?;
    let line = head[..end].trim_ascii_start();
    let line =
        line.strip_prefix(b"\"").map_or(line, |line| line.strip_suffix(b"\"").unwrap_or(line));
    let (word, rest) = line.split_at_checked(4)?;
    let &[delimiter] = rest else { return None };
    let fits = delimiter.is_ascii() && !delimiter.is_ascii_alphanumeric() && delimiter != b'"';
    (word.eq_ignore_ascii_case(b"sep=") && fits).then_some(delimiter)
}

/// The offset after that many physical lines, and how many there are.
fn skip_lines(sample: &[u8], lines: u64) -> (usize, u64) {
    let (mut pos, mut seen) = (0, 0);
    while seen < lines {
        let Some(at) = memchr::memchr2(b'\n', b'\r', &sample[pos..]) else {
            return (sample.len(), seen + u64::from(pos < sample.len()));
        };
        pos = scan::line_end(sample, pos + at).0;
        seen += 1;
    }
    (pos, seen)
}

/// Counts the line ends: every one of the first `skipped` bytes, and those outside quotes of the
/// rest.
fn line_ends(sample: &[u8], skipped: usize, whole: bool, dialect: Dialect) -> LineEnds {
    let mut ends = LineEnds::default();
    let (head, body) = sample.split_at(skipped);
    for (bytes, whole, quote) in [(head, true, None), (body, whole, dialect.quote)] {
        let end_of_sample = bytes.len() == body.len() && !whole;
        scan_keeping(0, bytes, Dialect { quote, ..dialect }, whole, |record| {
            match record.ending {
                Ending::Lf => ends.lf += 1,
                Ending::CrLf => ends.crlf += 1,
                Ending::Cr => ends.cr += 1,
                Ending::None => {}
            }
            true
        });
        // A carriage return that ends a part may be half of a pair.
        if end_of_sample && bytes.last() == Some(&b'\r') && ends.cr > 0 {
            ends.cr -= 1;
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Detected {
        detect(text.as_bytes(), true, &Given::default())
    }

    #[test]
    fn a_line_sep_names_the_delimiter_and_is_before_the_table() {
        let seen = found("sep=;\r\nName;Phone\r\nDoe, J;+971501234567\r\n");
        assert_eq!(seen.dialect.delimiter, b';');
        assert_eq!(seen.preamble_lines, 1);
        assert_eq!(seen.evidence.delimiter, Origin::Declared);
        assert_eq!(seen.line_ends, LineEnds { lf: 0, crlf: 3, cr: 0 });
        assert_eq!(found("\"sep=|\"\nName|Phone\n").dialect.delimiter, b'|');
        assert_eq!(found("sep=\t\nName\tPhone\n").dialect.delimiter, b'\t');
    }

    #[test]
    fn a_given_delimiter_overrules_a_line_sep() {
        let given = Given { delimiter: Some(b','), ..Given::default() };
        let seen = detect(b"sep=;\na,b\n", true, &given);
        assert_eq!((seen.dialect.delimiter, seen.preamble_lines), (b',', 1));
        assert_eq!(seen.evidence.delimiter, Origin::Given);
    }

    #[test]
    fn nothing_to_tell_by_gives_what_is_usual() {
        for text in ["", "\n", "\r\n\r\n", "Name", "Phone\n+971501234567\n", "\"", "\u{0}\u{1}"] {
            let seen = found(text);
            assert_eq!(seen.dialect, Dialect::default(), "{text:?}");
            assert_eq!(seen.evidence.delimiter, Origin::Assumed, "{text:?}");
        }
    }

    #[test]
    fn mixed_line_ends_are_told() {
        assert!(found("a,b\r\nc,d\ne,f\r").line_ends.is_mixed());
        assert!(!found("a,b\n\"c\r\nd\",e\n").line_ends.is_mixed());
        let half = detect(b"a,b\r\nc,d\r", false, &Given::default());
        assert_eq!(half.line_ends, LineEnds { lf: 0, crlf: 1, cr: 0 });
    }

    #[test]
    fn the_reason_can_be_read() {
        let reason = found("Name;Phone\nAna;+971501234567\n").evidence.sentence();
        let said = "the delimiter fits best of those that occur: 2 of 2 records looked at have \
                    2 cells";
        assert_eq!(reason, said);
    }

    #[test]
    fn given_lines_are_passed_over_as_they_are() {
        let given = Given { preamble_lines: Some(1), ..Given::default() };
        let seen = detect(b"Name,Phone\nAna;+971501234567\nBo;+971501234568\n", true, &given);
        assert_eq!((seen.dialect.delimiter, seen.preamble_lines), (b';', 1));
        assert!(!seen.has_header);
    }
}
