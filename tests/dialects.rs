//! The same contacts in every dialect are each told for what they are, and no bytes make that
//! fail. `fixtures/dialects/make.py` writes the files and the truth.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

mod support;

use proptest::prelude::*;
use rowcall::ingest::ReadOptions;
use rowcall::ingest::chunk::{Chunk, Splitter};
use rowcall::ingest::detect::{Detected, Given, LineEnds, Origin, detect};
use rowcall::ingest::dialect::Dialect;
use rowcall::ingest::record::{Record, RecordReader};
use serde::Deserialize;
use support::{fixtures, rowcall, scratch, stderr};

#[derive(Deserialize)]
struct Truth {
    delimiter: char,
    quote: Option<char>,
    escape: Option<char>,
    header: bool,
    preamble_lines: u64,
    columns: usize,
    records: usize,
    mixed_line_ends: bool,
    line_end: String,
}

impl Truth {
    fn dialect(&self) -> Dialect {
        let byte = |mark: char| u8::try_from(mark).expect("one byte");
        Dialect {
            delimiter: byte(self.delimiter),
            quote: self.quote.map(byte),
            escape: self.escape.map(byte),
        }
    }
}

/// Every dialect's file: its name, its bytes, and what it is.
fn dialects() -> Vec<(String, Vec<u8>, Truth)> {
    let folder = fixtures().join("dialects");
    let text = fs::read_to_string(folder.join("truth.json")).expect("the truth");
    let truth: BTreeMap<String, Truth> = serde_json::from_str(&text).expect("the truth as JSON");
    truth
        .into_iter()
        .map(|(name, truth)| {
            let bytes = fs::read(folder.join(&name)).expect("a file that the truth names");
            (name, bytes, truth)
        })
        .collect()
}

fn found(bytes: &[u8]) -> Detected {
    detect(bytes, true, &Given::default())
}

#[test]
fn every_dialect_is_told_for_what_it_is() {
    for (name, bytes, truth) in dialects() {
        let seen = found(&bytes);
        assert_eq!(seen.dialect, truth.dialect(), "{name}");
        assert_eq!(seen.preamble_lines, truth.preamble_lines, "{name}");
        assert_eq!(seen.has_header, truth.header, "{name}: {}", seen.evidence.header_reason);
        assert_eq!(seen.evidence.columns, truth.columns, "{name}");
    }
}

#[test]
fn by_what_is_found_the_strict_reader_reads_every_record() {
    for (name, bytes, truth) in dialects() {
        let seen = found(&bytes);
        // A dialect with an escape is for the reader's own tests.
        if seen.dialect.escape.is_some() {
            continue;
        }
        let options = ReadOptions { dialect: seen.dialect, ..ReadOptions::default() };
        let mut splitter = Splitter::new(&bytes[..], options, 1 << 20);
        let mut reader = RecordReader::new(options, None);
        let mut chunk = Chunk::default();
        let mut records = 0;
        while splitter.next_chunk(&mut chunk).expect("bytes in memory") {
            reader.read(&chunk.bytes, &chunk.malformed, |record| {
                let spot = match &record {
                    Record::Row(row) => row.spot,
                    Record::Blank(_) => return,
                    Record::Malformed(fault) => fault.spot,
                };
                if spot.line >= seen.preamble_lines {
                    assert!(
                        matches!(&record, Record::Row(row) if row.len() == truth.columns),
                        "{name}"
                    );
                    records += 1;
                }
            });
        }
        assert_eq!(records, truth.records, "{name}");
    }
}

#[test]
fn line_ends_are_told_and_those_inside_cells_do_not_count() {
    for (name, bytes, truth) in dialects() {
        let ends = found(&bytes).line_ends;
        assert_eq!(ends.is_mixed(), truth.mixed_line_ends, "{name}: {ends:?}");
        let main = match truth.line_end.as_str() {
            "lf" => ends.lf,
            "crlf" => ends.crlf,
            _ => ends.cr,
        };
        assert!(main >= ends.lf.max(ends.crlf).max(ends.cr), "{name}: {ends:?}");
    }
}

#[test]
fn a_dialect_is_told_from_the_head_of_a_file_too() {
    for (name, bytes, truth) in dialects() {
        // What nine tenths of a file leave out may be the one record that tells an escape.
        let at = bytes.len() * 9 / 10;
        if truth.quote == Some('"') && truth.escape.is_none() && truth.records > 2 {
            let seen = detect(&bytes[..at], false, &Given::default());
            assert_eq!(seen.dialect, truth.dialect(), "{name}");
            assert_eq!(seen.preamble_lines, truth.preamble_lines, "{name}");
        }
    }
}

#[test]
fn no_fixture_of_the_project_is_taken_for_another_dialect() {
    let mut open = vec![fixtures().join("cases"), fixtures().join("exports")];
    let mut files = 0;
    while let Some(place) = open.pop() {
        for entry in fs::read_dir(&place).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            if path.extension().is_none_or(|extension| extension != "csv") {
                continue;
            }
            let bytes = fs::read(&path).expect("a file");
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            let line = bytes.split(|byte| b"\r\n".contains(byte)).find(|line| !line.is_empty());
            let plain = line.is_some_and(|line| {
                line.contains(&b',') && !line.iter().any(|byte| b";|\t'".contains(byte))
            });
            let plain = plain && !bytes.windows(2).any(|pair| pair == b"\\\"");
            // A file whose first line has another delimiter is one of another dialect.
            if !plain {
                continue;
            }
            let seen = found(bytes);
            assert_eq!(seen.dialect, Dialect::default(), "{}", path.display());
            files += 1;
        }
    }
    assert!(files > 50, "{files} files");
}

#[test]
fn what_is_given_is_never_overruled() {
    for (name, bytes, _) in dialects() {
        for delimiter in *b",;|" {
            for quote in [Some(b'"'), Some(b'\''), None] {
                for escape in [Some(b'\\'), None] {
                    let given = Given {
                        delimiter: Some(delimiter),
                        quote: Some(quote),
                        escape: Some(escape),
                        has_header: Some(false),
                        preamble_lines: Some(1),
                    };
                    let seen = detect(&bytes, true, &given);
                    assert_eq!(seen.dialect, Dialect { delimiter, quote, escape }, "{name}");
                    assert!(!seen.has_header, "{name}");
                    assert_eq!(seen.preamble_lines, 1, "{name}");
                    assert_eq!(seen.evidence.delimiter, Origin::Given, "{name}");
                }
            }
        }
    }
}

#[test]
fn hostile_samples_take_no_time_to_speak_of() {
    const BYTES: usize = 256 << 10;
    let repeated =
        |piece: &[u8]| -> Vec<u8> { piece.iter().copied().cycle().take(BYTES).collect() };
    let columns = [vec![b','; 100_000], vec![b'\n']].concat();
    for piece in [
        &b"a"[..],
        b"\"",
        b"'",
        b",",
        b"\n",
        b"\r",
        b"\"\n",
        b"\"a\n",
        b"\\,",
        b"\"\\\"\\,\n",
        b",;\t|^~#:& \x1f",
        b"'a','b',\"c\"\n",
        b"\"\"\"a\n\"\"b\n,\"c\"d\n",
        &columns,
    ] {
        let sample = repeated(piece);
        for whole in [true, false] {
            let start = Instant::now();
            let _ = detect(&sample, whole, &Given::default());
            // Tests run without optimization and side by side; what takes squared time takes hours.
            let seconds = start.elapsed();
            let head = String::from_utf8_lossy(&piece[..piece.len().min(20)]);
            assert!(seconds < Duration::from_secs(10), "{head:?}: {seconds:?}");
        }
    }
}

/// Bytes that make dialects, more often than chance would.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let marks = prop::sample::select(b",;\t|^~#:& \"'\\\r\n=+@.-/abc0123456789".to_vec());
    let piece = prop_oneof![8 => marks, 1 => any::<u8>()];
    prop::collection::vec(piece, 0..400)
}

fn given() -> impl Strategy<Value = Given> {
    let mark = || prop::option::of(any::<u8>());
    (mark(), prop::option::of(mark()), prop::option::of(mark()), any::<Option<bool>>(), 0_u64..6)
        .prop_map(|(delimiter, quote, escape, has_header, lines)| Given {
            delimiter,
            quote,
            escape,
            has_header,
            preamble_lines: lines.checked_sub(1),
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_fail_and_the_answer_is_always_the_same(
        sample in bytes(),
        whole in any::<bool>(),
        given in given(),
    ) {
        let seen = detect(&sample, whole, &given);
        prop_assert_eq!(detect(&sample, whole, &given), seen);
        prop_assert!(given.delimiter.is_none_or(|delimiter| seen.dialect.delimiter == delimiter));
        prop_assert!(given.quote.is_none_or(|quote| seen.dialect.quote == quote));
        prop_assert!(given.escape.is_none_or(|escape| seen.dialect.escape == escape));
        prop_assert!(given.has_header.is_none_or(|has| seen.has_header == has));
        prop_assert!(given.preamble_lines.is_none_or(|lines| seen.preamble_lines == lines));
        let LineEnds { lf, crlf, cr } = seen.line_ends;
        prop_assert!(lf + crlf + cr <= sample.len() as u64);
        prop_assert!(!seen.evidence.sentence().is_empty());
    }
}

/// Files whose ten contacts are not those of the others to the letter: they are there for what a
/// delimiter, a quote or a line end inside a cell does, or have fewer rows or no header.
const OTHER_CONTACTS: [&str; 18] = [
    "formulas",
    "header_only",
    "header_only_semicolon",
    "last_comma_first",
    "line_ends_inside_cells",
    "lists_in_cells",
    "no_header",
    "no_header_semicolon",
    "one_column_names",
    "one_column_of_lists",
    "one_column_phones",
    "one_column_phones_no_header",
    "one_contact",
    "quotes_are_text",
    "times_and_urls",
    "title_above_one_contact",
    "title_as_wide",
    "unquoted",
];

#[test]
fn the_same_contacts_in_every_dialect_give_one_payload() {
    let mut payloads: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, _, _) in dialects() {
        let stem = name.trim_end_matches(".csv");
        if OTHER_CONTACTS.iter().any(|other| stem == *other || stem.ends_with("_unquoted")) {
            continue;
        }
        let place = scratch();
        let input = fixtures().join("dialects").join(&name);
        let input = input.to_str().expect("text");
        let output = rowcall(place.path(), &["prepare", input, "--to", "superwaba", "-o", "out"]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", stderr(&output));
        let payload = fs::read_to_string(place.path().join("out/payload/000001.json"));
        payloads.entry(payload.expect("a payload")).or_default().push(name);
    }
    assert_eq!(payloads.len(), 1, "{payloads:#?}");
    let (payload, names) = payloads.into_iter().next().expect("one");
    assert!(names.len() >= 40, "{names:?}");
    // Two of the ten have no number that can be read without a region.
    assert_eq!(payload.matches("userNumber").count(), 8, "{payload}");
}
