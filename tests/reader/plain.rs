//! Two readers of the same input, for the tests and the fuzz target: ours, in chunks, and a plain
//! one that goes byte by byte and knows no chunks.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rowcall::ingest::chunk::{Chunk, Splitter, count_line_ends};
use rowcall::ingest::dialect::Dialect;
use rowcall::ingest::encoding::{Encoding, Form};
use rowcall::ingest::record::{Record, RecordReader};
use rowcall::ingest::{Limits, Ragged, ReadOptions};
use rowcall::problem::Code;

/// What a reader says of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) byte: u64,
    pub(crate) length: u64,
    pub(crate) line: u64,
    pub(crate) what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Blank,
    Cells(Vec<String>),
    Malformed(Code),
}

/// Ours: chunks of about `chunk_bytes`. That so many cells are wanted as some record has changes
/// nothing but that others are malformed, or made as many.
pub(crate) fn ours(input: &[u8], options: ReadOptions, chunk_bytes: usize) -> Vec<Seen> {
    const COUNTS_TRIED_MAX: usize = 2;
    let all = read(input, options, chunk_bytes, None);
    let counts = all.iter().filter_map(|seen| match &seen.what {
        What::Cells(cells) => Some(cells.len()),
        What::Blank | What::Malformed(_) => None,
    });
    for wanted in counts.collect::<BTreeSet<usize>>().into_iter().take(COUNTS_TRIED_MAX) {
        for ragged in [Ragged::Reject, Ragged::Pad] {
            let mut expected = all.clone();
            expected.iter_mut().for_each(|seen| make_cells(seen, wanted, ragged));
            let options = ReadOptions { ragged, ..options };
            let got = read(input, options, chunk_bytes, Some(wanted));
            assert_eq!(got, expected, "{wanted} cells wanted, {ragged:?}");
        }
    }
    all
}

/// What becomes of a record where so many cells are wanted.
fn make_cells(seen: &mut Seen, wanted: usize, ragged: Ragged) {
    let What::Cells(cells) = &mut seen.what else { return };
    let may_be_padded = ragged == Ragged::Pad && cells.iter().skip(wanted).all(String::is_empty);
    if cells.len() == wanted || may_be_padded {
        cells.resize(wanted, String::new());
    } else {
        seen.what = What::Malformed(Code::RecordCellCount);
    }
}

fn read(
    input: &[u8],
    options: ReadOptions,
    chunk_bytes: usize,
    cells_wanted: Option<usize>,
) -> Vec<Seen> {
    let mut splitter = Splitter::new(input, options, chunk_bytes);
    let mut chunk = Chunk::default();
    let mut reader = RecordReader::new(options, cells_wanted);
    let mut all = Vec::new();
    let mut line = 0;
    while splitter.next_chunk(&mut chunk).expect("memory can be read") {
        line += reader.read(&chunk.bytes, &chunk.malformed, |record| {
            let (spot, what) = match record {
                Record::Blank(spot) => (spot, What::Blank),
                Record::Malformed(fault) => (fault.spot, What::Malformed(fault.code)),
                Record::Row(row) => {
                    let holds_line_ends = row.cells().any(|cell| cell.contains(['\n', '\r']));
                    assert!(row.may_hold_line_ends() || !holds_line_ends);
                    assert!(!row.is_ascii() || row.cells().all(str::is_ascii));
                    (row.spot, What::Cells(row.cells().map(str::to_owned).collect()))
                }
            };
            let byte = chunk.byte + spot.byte;
            all.push(Seen { byte, length: spot.length, line: line + spot.line, what });
        });
    }
    all
}

/// What the fuzz target does with any bytes: the first four choose how the rest is read, and both
/// readers must agree on it.
pub(crate) fn check(bytes: &[u8]) {
    let Some((choice, input)) = bytes.split_first_chunk::<4>() else { return };
    let [dialect, encoding, chunk_bytes, limit] = *choice;
    let dialect = Dialect {
        delimiter: [b',', b';', b'\t', b'|'][usize::from(dialect & 3)],
        quote: (dialect & 4 == 0).then_some(b'"'),
        escape: (dialect & 8 != 0).then_some(b'\\'),
    };
    let labels =
        ["utf-8", "utf-8", "utf-16le", "utf-32be", "windows-1256", "shift_jis", "gb18030", "big5"];
    let encoding = Encoding::from_label(labels[usize::from(encoding & 7)]).expect("a label");
    let form = encoding.form(dialect);
    // What a transcoder gives is UTF-8 but for 0xFF.
    let transcoded: Vec<u8>;
    let input = match form {
        Form::Transcoded(_) => {
            transcoded = input
                .utf8_chunks()
                .flat_map(|chunk| {
                    let bad = chunk.invalid().iter().map(|_| 0xff);
                    chunk.valid().bytes().chain(bad).collect::<Vec<u8>>()
                })
                .collect();
            &transcoded[..]
        }
        _ => input,
    };
    let cell_bytes_max = if limit & 1 == 0 { 1 << 20 } else { usize::from(limit) };
    let limits = Limits { cell_bytes_max, ..Limits::default() };
    let options = ReadOptions { dialect, form, limits, ..ReadOptions::default() };
    let expected = plain(input, options);
    let got = ours(input, options, usize::from(chunk_bytes) + 1);
    assert_eq!(places(&got), places(&expected));
    if cell_bytes_max > input.len() {
        // A limit on cells without quotes is not the splitter's, and the plain reader has none.
        assert_eq!(got, expected);
    }
    assert_eq!(got, ours(input, options, 1 << 20));
    let covered: u64 = got.iter().map(|seen| seen.length).sum();
    assert_eq!(covered, form.source_length(input), "every byte belongs to one record");
}

/// Where the records stand.
pub(crate) fn places(seen: &[Seen]) -> Vec<(u64, u64)> {
    seen.iter().map(|seen| (seen.byte, seen.length)).collect()
}

/// The cells of a record, as bytes.
pub(crate) type Cells = Vec<Vec<u8>>;

/// The plain reader: from each record's start, byte by byte, to its end or its first fault.
pub(crate) fn plain(input: &[u8], options: ReadOptions) -> Vec<Seen> {
    let mut all = Vec::new();
    let (mut start, mut line) = (0, 0);
    while start < input.len() {
        let (end, what) = match plain_record(&input[start..], options) {
            Ok((length, cells)) => {
                let end = start + length;
                (end, judge(&input[start..end], &cells, options))
            }
            Err((at, code)) => {
                let end = start + first_line(&input[start..]);
                let later = code == Code::RecordTextAfterQuote && start + at > end;
                (end, What::Malformed(if later { Code::RecordUnclosedQuote } else { code }))
            }
        };
        let byte = options.form.source_length(&input[..start]);
        let length = options.form.source_length(&input[start..end]);
        all.push(Seen { byte, length, line, what });
        line += count_line_ends(&input[start..end]);
        start = end;
    }
    all
}

/// The length of the line, its end included.
fn first_line(bytes: &[u8]) -> usize {
    let Some(at) = bytes.iter().position(|&b| b == b'\n' || b == b'\r') else {
        return bytes.len();
    };
    at + 1 + usize::from(bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n'))
}

/// The record's length and cells, or where its first fault is.
pub(crate) fn plain_record(
    bytes: &[u8],
    options: ReadOptions,
) -> Result<(usize, Cells), (usize, Code)> {
    let Dialect { delimiter, quote, escape: _ } = options.dialect;
    let mut cells = vec![Vec::new()];
    let mut at = 0;
    let mut cell_start = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let ends_line = byte == b'\n' || byte == b'\r';
        if let Some(text) = escaped(&bytes[at..], options.dialect) {
            cells.last_mut().expect("one").push(text);
            at += 2;
        } else if Some(byte) == quote && at == cell_start {
            at += 1;
            let open = at;
            loop {
                let next = bytes.get(at);
                if at - open > options.limits.cell_bytes_max {
                    return Err((at, Code::RecordCellTooLong));
                }
                if at >= options.limits.record_bytes_max
                    && bytes.len() > options.limits.record_bytes_max
                {
                    return Err((at, Code::RecordTooLong));
                }
                if let Some(text) = escaped(&bytes[at..], options.dialect) {
                    cells.last_mut().expect("one").push(text);
                    at += 2;
                    continue;
                }
                match next {
                    None => return Err((at, Code::RecordUnclosedQuote)),
                    Some(b) if Some(*b) == quote && bytes.get(at + 1) == next => {
                        cells.last_mut().expect("one").push(*b);
                        at += 2;
                    }
                    Some(b) if Some(*b) == quote => break,
                    Some(b) => {
                        cells.last_mut().expect("one").push(*b);
                        at += 1;
                    }
                }
            }
            at += 1;
            match bytes.get(at) {
                None => {}
                Some(b) if *b == delimiter || *b == b'\n' || *b == b'\r' => {}
                Some(_) => return Err((at, Code::RecordTextAfterQuote)),
            }
        } else if byte == delimiter {
            cells.push(Vec::new());
            at += 1;
            cell_start = at;
        } else if ends_line {
            return Ok((at + first_line(&bytes[at..]), cells));
        } else if let Some(length) = formula(&bytes[at..], options.dialect).filter(|length| {
            // What stands between its quotes, and no more than a cell may have.
            at == cell_start && length - 3 <= options.limits.cell_bytes_max
        }) {
            let end = at + length;
            while at < end {
                let text = escaped(&bytes[at..], options.dialect);
                cells.last_mut().expect("one").push(text.unwrap_or(bytes[at]));
                at += if text.is_some() { 2 } else { 1 };
            }
        } else if Some(byte) == quote {
            return Err((at, Code::RecordStrayQuote));
        } else {
            cells.last_mut().expect("one").push(byte);
            at += 1;
        }
    }
    Ok((at, cells))
}

/// The byte that the escape at the start of the bytes takes as text, if one does.
fn escaped(bytes: &[u8], dialect: Dialect) -> Option<u8> {
    let Dialect { delimiter, quote, escape } = dialect;
    let &[first, next, ..] = bytes else { return None };
    let takes = Some(next) == quote || next == delimiter || Some(next) == escape;
    (Some(first) == escape && takes).then_some(next)
}

/// The length of `="…"` at the start of the bytes, if that is a whole cell.
fn formula(bytes: &[u8], dialect: Dialect) -> Option<usize> {
    let Dialect { delimiter, quote, escape: _ } = dialect;
    let inside = bytes.strip_prefix(b"=")?.strip_prefix(&[quote?][..])?;
    let ends = |b: u8| b == delimiter || b == b'\n' || b == b'\r';
    let mut close = 0;
    loop {
        if escaped(&inside[close..], dialect).is_some() {
            close += 2;
            continue;
        }
        let byte = *inside.get(close)?;
        if Some(byte) == quote || ends(byte) {
            break;
        }
        close += 1;
    }
    let whole = inside.get(close + 1).is_none_or(|&b| ends(b));
    (Some(inside[close]) == quote && whole).then_some(close + 3)
}

/// A cell as text.
fn decoded(cell: &[u8], form: Form) -> Option<String> {
    let text = match form {
        Form::Utf8 | Form::Transcoded(_) => std::str::from_utf8(cell).ok().map(Cow::Borrowed),
        Form::Cells(encoding) => encoding.decode_without_bom_handling_and_without_replacement(cell),
    };
    text.map(Cow::into_owned)
}

/// What is said of a record whose cells can be told.
fn judge(raw: &[u8], cells: &Cells, options: ReadOptions) -> What {
    let escape = options.dialect.escape;
    let blank = cells.iter().all(|cell| cell.iter().all(u8::is_ascii_whitespace))
        && !raw.iter().any(|byte| Some(*byte) == escape);
    let text: Option<Vec<String>> = cells.iter().map(|cell| decoded(cell, options.form)).collect();
    if blank {
        return What::Blank;
    }
    let Some(text) = text else {
        return What::Malformed(Code::RecordBadBytes);
    };
    if raw.len() > options.limits.record_bytes_max {
        return What::Malformed(Code::RecordTooLong);
    }
    if text.len() > options.limits.record_cells_max {
        return What::Malformed(Code::RecordTooManyCells);
    }
    What::Cells(text)
}
