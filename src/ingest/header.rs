//! The head of a source: lines to skip, blank lines, and the header's cells, or where there is no
//! header, how many cells a record has.

use super::ReadOptions;
use super::chunk::{Chunk, Splitter, count_line_ends, line_length};
use super::guard::is_ours;
use super::record::{Record, RecordReader};
use crate::error::{Error, Result};

/// Whether a source has a header line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HeaderLine {
    /// The first record has the names of the columns.
    #[default]
    Present,
    /// The first record is a row; the columns are named `Column 1`, `Column 2` and so on.
    Absent,
}

/// What was found at the head of a source.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// The names of the columns.
    pub(super) names: Vec<String>,
    pub(super) line: HeaderLine,
    /// The physical lines that were skipped.
    pub(super) skipped: u64,
    /// The offset of what follows it.
    end: usize,
    /// The bytes up to there, in the source.
    pub(super) bytes: u64,
    /// The offset up to which the sample was needed; where it is the sample's end, what was found
    /// may go on beyond it.
    pub(super) needed: usize,
    /// The physical lines up to `end`.
    pub(super) lines: u64,
    /// What a spreadsheet counts as rows up to there: skipped lines, blank lines, which are passed
    /// over, and the header.
    pub(super) records: u64,
    /// The first rows after it.
    pub(super) sample: Vec<Vec<String>>,
}

/// How many rows are looked at before the run, and within how many bytes.
const SAMPLE_ROWS_MAX: usize = 200;
const SAMPLE_BYTES_MAX: usize = 256 << 10;

/// Finds the head of a source whose text begins with `sample`, of which `skip_lines` physical lines
/// come before the header or the first row. A file that we wrote for people has
/// a header in its first line, whatever was said of the source that it came from.
pub(super) fn read(
    sample: &[u8],
    display: &str,
    options: ReadOptions,
    line: HeaderLine,
    skip_lines: u64,
) -> Result<Head> {
    if sample.is_empty() {
        return Err(Error::Usage(format!(
            "{display}: the file is empty; a header line with the column names is needed"
        )));
    }
    if line == HeaderLine::Absent || skip_lines > 0 {
        let ours = read_header(sample, 0, display, options);
        if let Ok(head) = ours
            && is_ours(&head.names)
        {
            let rows = first_rows(&sample[head.end..], options, head.names.len());
            return Ok(Head { sample: rows, ..head });
        }
    }
    let start = after_lines(sample, skip_lines).ok_or_else(|| {
        let lines = count_line_ends(sample);
        Error::Usage(format!(
            "{display}: --skip-lines {skip_lines}: the input ends after line {lines}"
        ))
    })?;
    let text = &sample[start..];
    let head = match line {
        HeaderLine::Present => read_header(text, skip_lines, display, options)?,
        HeaderLine::Absent => without_header(text, display, options)?,
    };
    let end = start + head.end;
    let rows = first_rows(&sample[end..], options, head.names.len());
    Ok(Head {
        sample: rows,
        skipped: skip_lines,
        end,
        bytes: options.form.source_length(&sample[..end]),
        needed: start + head.needed,
        lines: skip_lines + head.lines,
        records: skip_lines + head.records,
        ..head
    })
}

/// The first rows of a text. Its last record may be cut off, and is left out for that.
fn first_rows(text: &[u8], options: ReadOptions, cells: usize) -> Vec<Vec<String>> {
    let text = &text[..text.len().min(SAMPLE_BYTES_MAX)];
    let mut splitter = Splitter::new(text, options, SAMPLE_BYTES_MAX);
    let mut chunk = Chunk::default();
    let mut reader = RecordReader::new(options, Some(cells));
    let mut rows: Vec<Vec<String>> = Vec::new();
    while rows.len() < SAMPLE_ROWS_MAX && splitter.next_chunk(&mut chunk).is_ok_and(|more| more) {
        reader.read(&chunk.bytes, &chunk.malformed, |record| {
            if let Record::Row(row) = record
                && rows.len() < SAMPLE_ROWS_MAX
            {
                rows.push(row.cells().map(str::to_owned).collect());
            }
        });
    }
    if text.len() == SAMPLE_BYTES_MAX && rows.len() < SAMPLE_ROWS_MAX {
        rows.pop();
    }
    rows
}

/// The offset after so many physical lines.
fn after_lines(text: &[u8], lines: u64) -> Option<usize> {
    let mut at = 0;
    for _ in 0..lines {
        at += line_length(&text[at..])?;
    }
    Some(at)
}

/// Gives the records of the text with their offsets, until `take` has found what it wants.
fn find_record<T>(
    text: &[u8],
    display: &str,
    options: ReadOptions,
    mut take: impl FnMut(Record<'_>, usize) -> Option<T>,
) -> Result<Option<T>> {
    let mut splitter = Splitter::new(text, options, 1).starting_at(0, 0, display);
    let mut start = 0;
    let mut chunk = Chunk::default();
    let mut reader = RecordReader::new(options, None);
    let mut found = None;
    while found.is_none() && splitter.next_chunk(&mut chunk)? {
        reader.read(&chunk.bytes, &chunk.malformed, |record| {
            if found.is_none() {
                found = take(record, start);
            }
        });
        start += chunk.bytes.len();
    }
    Ok(found)
}

/// The head of a text whose first record that is not blank is the header; so many lines of the
/// source stand before it.
fn read_header(
    text: &[u8],
    lines_before: u64,
    display: &str,
    options: ReadOptions,
) -> Result<Head> {
    let mut records = 0;
    let line_at = |end: usize| lines_before + count_line_ends(&text[..end]) + 1;
    let found = find_record(text, display, options, |record, start| {
        records += 1;
        match record {
            Record::Blank(_) => None,
            Record::Row(row) => {
                let spot = row.spot;
                Some(Ok((row.cells().map(str::to_owned).collect(), end_of(start, spot))))
            }
            Record::Malformed(fault) => Some(Err(Error::Usage(format!(
                "{display}, line {}: the header cannot be read: {}; {}",
                line_at(start + fault.spot.start),
                fault.code.sentence(),
                fault.code.remedy()
            )))),
        }
    })?;
    let (names, end): (Vec<String>, usize) = found.unwrap_or_else(|| {
        Err(Error::Usage(format!(
            "{display}: only blank lines; a header line with the column names is needed"
        )))
    })?;
    if let Some(at) = names.iter().position(|cell| cell.contains('\0')) {
        let what = format!(
            "has NUL bytes in column {} of its header, so it is no CSV in this encoding; give the \
             right --encoding, or export it as CSV UTF-8",
            at + 1
        );
        return Err(Error::Input { input: display.to_owned(), what });
    }
    let lines = count_line_ends(&text[..end]);
    let line = HeaderLine::Present;
    let bytes = options.form.source_length(&text[..end]);
    Ok(Head {
        names,
        line,
        skipped: 0,
        end,
        bytes,
        needed: end,
        lines,
        records,
        sample: Vec::new(),
    })
}

/// The head of a text whose first record is a row: nothing, and as many columns as that row has.
fn without_header(text: &[u8], display: &str, options: ReadOptions) -> Result<Head> {
    let found = find_record(text, display, options, |record, start| match record {
        Record::Row(row) => Some((row.len(), end_of(start, row.spot))),
        _ => None,
    })?;
    let Some((cells, needed)) = found else {
        return Err(Error::Usage(format!(
            "{display}: --no-header needs a row from which to tell the columns, and none can be read"
        )));
    };
    let names = (1..=cells).map(|number| format!("Column {number}")).collect();
    let line = HeaderLine::Absent;
    Ok(Head {
        names,
        line,
        skipped: 0,
        end: 0,
        bytes: 0,
        needed,
        lines: 0,
        records: 0,
        sample: Vec::new(),
    })
}

/// The offset of what follows a record of a chunk that begins at `start`.
fn end_of(start: usize, spot: super::record::Spot) -> usize {
    start + spot.end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str, line: HeaderLine, skip_lines: u64) -> Result<Head> {
        read(text.as_bytes(), "a.csv", ReadOptions::default(), line, skip_lines)
    }

    #[test]
    fn lines_to_skip_and_blank_lines_are_counted_and_are_no_rows() {
        let text = "\"an open quote\r\nExport of May\r\n\nName,Phone\r\nAnn,1\r\n";
        let head = head(text, HeaderLine::Present, 2).expect("found");
        assert_eq!(head.names, ["Name", "Phone"]);
        assert_eq!((head.lines, head.records, head.skipped), (4, 4, 2));
        assert_eq!(&text[head.end..], "Ann,1\r\n");
    }

    #[test]
    fn without_a_header_the_first_row_tells_the_number_of_columns() {
        let text = "preamble\na\"b,\n\nAnn,1,x\n";
        let head = head(text, HeaderLine::Absent, 1).expect("found");
        assert_eq!(head.names, ["Column 1", "Column 2", "Column 3"]);
        assert_eq!((head.end, head.needed, head.lines, head.records), (9, 23, 1, 1));
    }

    #[test]
    fn a_file_of_ours_has_its_header_whatever_was_said_of_its_source() {
        let text = "Phone,_source,_row,_line,_codes,_problems,_suggestion,_raw\n1,a,1,1,x,x,x,\n";
        let head = head(text, HeaderLine::Absent, 3).expect("found");
        assert_eq!((head.names[0].as_str(), head.line), ("Phone", HeaderLine::Present));
        assert_eq!((head.lines, head.records, head.skipped), (1, 1, 0));
    }

    #[test]
    fn more_lines_to_skip_than_there_are_is_an_error_that_counts_them() {
        let message = head("a\nb\n", HeaderLine::Present, 3).expect_err("too many").to_string();
        assert!(message.contains("--skip-lines 3: the input ends after line 2"), "{message}");
    }
}
