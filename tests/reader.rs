//! The splitter and the record reader against two others: a plain reader that goes byte by byte
//! and knows no chunks, and the crate `csv` on input without faults.

use proptest::prelude::*;

use rowcall::ingest::chunk::{Chunk, Splitter, count_line_ends};
use rowcall::ingest::dialect::Dialect;
use rowcall::ingest::record::{Record, RecordReader};
use rowcall::ingest::{Limits, ReadOptions};
use rowcall::problem::Code;

/// What a reader says of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    byte: u64,
    length: u64,
    line: u64,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Blank,
    Cells(Vec<String>),
    Malformed(Code),
}

/// Ours: chunks of about `chunk_bytes`.
fn ours(input: &[u8], options: ReadOptions, chunk_bytes: usize) -> Vec<Seen> {
    let mut splitter = Splitter::new(input, options, chunk_bytes);
    let mut chunk = Chunk::default();
    let mut reader = RecordReader::new(options, None);
    let mut all = Vec::new();
    let mut line = 0;
    while splitter.next_chunk(&mut chunk).expect("memory can be read") {
        line += reader.read(&chunk.bytes, &chunk.malformed, |record| {
            let (spot, what) = match record {
                Record::Blank(spot) => (spot, What::Blank),
                Record::Malformed(fault) => (fault.spot, What::Malformed(fault.code)),
                Record::Row(row) => {
                    (row.spot, What::Cells(row.cells().map(str::to_owned).collect()))
                }
            };
            let byte = chunk.byte + spot.byte;
            all.push(Seen { byte, length: spot.length, line: line + spot.line, what });
        });
    }
    all
}

/// The cells of a record, as bytes.
type Cells = Vec<Vec<u8>>;

/// The plain reader: from each record's start, byte by byte, to its end or its first fault.
fn plain(input: &[u8], options: ReadOptions) -> Vec<Seen> {
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
        all.push(Seen { byte: start as u64, length: (end - start) as u64, line, what });
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
fn plain_record(bytes: &[u8], options: ReadOptions) -> Result<(usize, Cells), (usize, Code)> {
    let Dialect { delimiter, quote, escape: _ } = options.dialect;
    let mut cells = vec![Vec::new()];
    let mut at = 0;
    let mut cell_start = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let ends_line = byte == b'\n' || byte == b'\r';
        if Some(byte) == quote && at == cell_start {
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
        } else if let Some(length) =
            formula(&bytes[at..], options.dialect).filter(|_| at == cell_start)
        {
            cells.last_mut().expect("one").extend_from_slice(&bytes[at..at + length]);
            at += length;
        } else if Some(byte) == quote {
            return Err((at, Code::RecordStrayQuote));
        } else {
            cells.last_mut().expect("one").push(byte);
            at += 1;
        }
    }
    Ok((at, cells))
}

/// The length of `="…"` at the start of the bytes, if that is a whole cell.
fn formula(bytes: &[u8], dialect: Dialect) -> Option<usize> {
    let Dialect { delimiter, quote, escape: _ } = dialect;
    let inside = bytes.strip_prefix(b"=")?.strip_prefix(&[quote?][..])?;
    let ends = |b: u8| b == delimiter || b == b'\n' || b == b'\r';
    let close = inside.iter().position(|&b| Some(b) == quote || ends(b))?;
    let whole = inside.get(close + 1).is_none_or(|&b| ends(b));
    (Some(inside[close]) == quote && whole).then_some(close + 3)
}

/// What is said of a record whose cells can be told.
fn judge(raw: &[u8], cells: &Cells, options: ReadOptions) -> What {
    let blank = cells.iter().all(|cell| cell.iter().all(u8::is_ascii_whitespace));
    let text: Option<Vec<String>> =
        cells.iter().map(|cell| String::from_utf8(cell.clone()).ok()).collect();
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

/// Bytes that matter to a reader, dense enough to collide.
fn alphabet() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => Just(b'"'), 4 => Just(b','), 3 => Just(b'\n'), 2 => Just(b'\r'), 4 => Just(b'a'),
        2 => Just(b'='), 1 => Just(b' '), 1 => Just(0xc3), 1 => Just(0xa9), 1 => Just(0),
    ];
    proptest::collection::vec(byte, 0..200)
}

#[test]
fn every_short_text_is_read_as_the_plain_reader_reads_it_at_every_chunk_size() {
    const BYTES: [u8; 6] = [b'"', b',', b'\n', b'\r', b'a', b'='];
    for length in 0..=6u32 {
        for number in 0..BYTES.len().pow(length) {
            let text: Vec<u8> = (0..length)
                .map(|place| BYTES[number / BYTES.len().pow(place) % BYTES.len()])
                .collect();
            let expected = plain(&text, ReadOptions::default());
            for chunk_bytes in [1, 2, 3, 64] {
                let got = ours(&text, ReadOptions::default(), chunk_bytes);
                assert_eq!(got, expected, "{:?}", String::from_utf8_lossy(&text));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_as_the_plain_reader_reads_them(
        text in alphabet(),
        chunk_bytes in prop_oneof![1usize..20, 20usize..400],
        quote in prop_oneof![4 => Just(Some(b'"')), 1 => Just(None)],
    ) {
        let dialect = Dialect { quote, ..Dialect::default() };
        let options = ReadOptions { dialect, ..ReadOptions::default() };
        prop_assert_eq!(ours(&text, options, chunk_bytes), plain(&text, options));
    }

    #[test]
    fn a_limit_on_quoted_cells_costs_the_first_line_at_every_chunk_size(
        text in alphabet(),
        chunk_bytes in 1usize..400,
        cell_bytes_max in 1usize..12,
    ) {
        let limits = Limits { cell_bytes_max, ..Limits::default() };
        let options = ReadOptions { limits, ..ReadOptions::default() };
        // Cells without quotes cannot carry the reader away; they are left out here.
        let quoted = |seen: Vec<Seen>| -> Vec<(u64, u64)> {
            seen.into_iter().map(|seen| (seen.byte, seen.length)).collect()
        };
        let got = quoted(ours(&text, options, chunk_bytes));
        prop_assert_eq!(got, quoted(plain(&text, options)));
    }

    #[test]
    fn a_limit_on_records_gives_the_same_at_every_chunk_size(
        text in alphabet(),
        chunk_bytes in 1usize..400,
        record_bytes_max in 1usize..30,
    ) {
        let limits = Limits { record_bytes_max, ..Limits::default() };
        let options = ReadOptions { limits, ..ReadOptions::default() };
        let got = ours(&text, options, chunk_bytes);
        prop_assert_eq!(&got, &ours(&text, options, 1));
        let covered: u64 = got.iter().map(|seen| seen.length).sum();
        prop_assert_eq!(covered, text.len() as u64, "every byte belongs to one record");
    }

    #[test]
    fn what_the_crate_csv_writes_is_read_as_it_was(
        records in proptest::collection::vec(
            proptest::collection::vec("[a\"',;\n\r é]{0,6}", 1..6), 1..20),
        chunk_bytes in 1usize..300,
    ) {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for record in &records {
            writer.write_record(record).expect("memory");
        }
        let text = writer.into_inner().expect("memory");
        let options = ReadOptions::default();
        let blank = |cells: &Vec<String>| cells.iter().all(|cell| {
            cell.bytes().all(|byte| byte.is_ascii_whitespace())
        });
        let expected: Vec<What> = records.iter().map(|cells| {
            if blank(cells) { What::Blank } else { What::Cells(cells.clone()) }
        }).collect();
        let got: Vec<What> = ours(&text, options, chunk_bytes).into_iter().map(|s| s.what).collect();
        prop_assert_eq!(got, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 30, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn a_long_input_is_read_the_same_under_small_limits(
        pieces in proptest::collection::vec((alphabet(), 1usize..3000), 1..60),
        chunk_bytes in 1usize..5000,
        record_bytes_max in 50usize..300,
    ) {
        // More than is read at once after a line that is too long.
        let text: Vec<u8> = pieces.iter().flat_map(|(piece, times)| {
            piece.iter().copied().cycle().take(piece.len().max(1) * (times % 40)).chain([b'\n'])
        }).collect();
        let limits = Limits { record_bytes_max, ..Limits::default() };
        let options = ReadOptions { limits, ..ReadOptions::default() };
        let got = ours(&text, options, chunk_bytes);
        prop_assert_eq!(&got, &ours(&text, options, 1 << 20));
        let covered: u64 = got.iter().map(|seen| seen.length).sum();
        prop_assert_eq!(covered, text.len() as u64);
        for seen in got {
            // Whatever was read as a record is what stands there.
            if let What::Cells(cells) = seen.what {
                let end = usize::try_from(seen.byte + seen.length).expect("in memory");
                let start = usize::try_from(seen.byte).expect("in memory");
                let (_, alone) = plain_record(&text[start..end], options).expect("a record");
                let alone: Vec<String> = alone.into_iter()
                    .map(|cell| String::from_utf8(cell).expect("text")).collect();
                prop_assert_eq!(cells, alone);
            }
        }
    }
}
