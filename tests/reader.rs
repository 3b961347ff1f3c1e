//! The splitter and the record reader against two others: a plain reader that goes byte by byte
//! and knows no chunks, and the crate `csv` on input without faults.

use proptest::prelude::*;

use rowcall::ingest::dialect::Dialect;
use rowcall::ingest::encoding::Encoding;
use rowcall::ingest::{Limits, ReadOptions};

#[path = "reader/plain.rs"]
mod plain;

use plain::{What, ours, places, plain, plain_record};

/// A dialect with an escape.
const ESCAPED: Dialect = Dialect { delimiter: b',', quote: Some(b'"'), escape: Some(b'\\') };

/// Bytes that matter to a reader, dense enough to collide.
fn alphabet() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => Just(b'"'), 4 => Just(b','), 3 => Just(b'\n'), 2 => Just(b'\r'), 4 => Just(b'a'),
        2 => Just(b'='), 1 => Just(b' '), 1 => Just(0xc3), 1 => Just(0xa9), 1 => Just(0), 2 => Just(b'\\'),
    ];
    proptest::collection::vec(byte, 0..200)
}

#[test]
fn every_short_text_is_read_as_the_plain_reader_reads_it_at_every_chunk_size() {
    check_short_texts(b"\",\n\ra=", 6, Dialect::default());
}

#[test]
fn with_an_escape_every_short_text_is_read_as_the_plain_reader_reads_it() {
    check_short_texts(b"\",\n\ra=\\", 6, ESCAPED);
    check_short_texts(b"\",\n\ra\\", 5, Dialect { quote: None, ..ESCAPED });
    // An escape that stands at the start of a formula.
    check_short_texts(b"\",\na=", 5, Dialect { escape: Some(b'='), ..ESCAPED });
}

#[test]
fn every_short_text_among_regular_records_is_read_as_the_plain_reader_reads_it() {
    // On both sides of a border between blocks of 64 bytes, outside and inside quotes.
    let after = "\"a\"\"b\",c\r\n".repeat(12);
    for text in texts(b"\",\n\ra=", 3) {
        for length in 58..=64 {
            for opening in ["\"b\"\r\n", "c,\""] {
                let before = [opening, &"x".repeat(length - opening.len())].concat();
                let text = [before.as_bytes(), &text, after.as_bytes()].concat();
                check_text(&text, ReadOptions::default(), &[7, 1 << 10]);
                let text = [before.as_bytes(), b"x,", &text, after.as_bytes()].concat();
                check_text(&text, ReadOptions::default(), &[1 << 10]);
            }
        }
    }
}

/// A fuzzer found that the chunk decided whether the end of such a cell was seen.
#[test]
fn a_formula_longer_than_a_cell_may_be_is_too_long_at_every_chunk_size() {
    for length in 1..20 {
        let text = format!("=\"{}\",b\nc,d\n", "1".repeat(length));
        let limits = Limits { cell_bytes_max: 9, ..Limits::default() };
        let options = ReadOptions { limits, ..ReadOptions::default() };
        let whole = ours(text.as_bytes(), options, 1 << 20);
        let is_long = matches!(whole[0].what, What::Malformed(_));
        assert_eq!(is_long, length + 3 > 9, "{text:?} {whole:?}");
        for chunk_bytes in 1..30 {
            assert_eq!(ours(text.as_bytes(), options, chunk_bytes), whole, "{text:?}");
        }
    }
}

fn check_short_texts(alphabet: &[u8], length_max: u32, dialect: Dialect) {
    let options = ReadOptions { dialect, ..ReadOptions::default() };
    for text in texts(alphabet, length_max) {
        check_text(&text, options, &[1, 2, 3, 64]);
    }
}

/// Every text of these bytes up to a length.
fn texts(alphabet: &[u8], length_max: u32) -> impl Iterator<Item = Vec<u8>> {
    (0..=length_max).flat_map(move |length| {
        (0..alphabet.len().pow(length)).map(move |number| {
            let digit = |place| number / alphabet.len().pow(place) % alphabet.len();
            (0..length).map(|place| alphabet[digit(place)]).collect()
        })
    })
}

fn check_text(text: &[u8], options: ReadOptions, chunk_sizes: &[usize]) {
    let expected = plain(text, options);
    for &chunk_bytes in chunk_sizes {
        let got = ours(text, options, chunk_bytes);
        assert_eq!(got, expected, "{:?}", String::from_utf8_lossy(text));
    }
}

#[test]
fn a_limit_on_cells_holds_wherever_two_quotes_stand_in_one() {
    let limits = Limits { cell_bytes_max: 70, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    for before in 0..140 {
        for after in [0, 1, 2, 30, 64, 65] {
            let (before, after) = ("x".repeat(before), "y".repeat(after));
            let text = format!("a,\"{before}\"\"\n{after}\"\nb,c\n").repeat(3);
            let got = ours(text.as_bytes(), options, 1 << 20);
            assert_eq!(got, plain(text.as_bytes(), options), "{text}");
            assert_eq!(got, ours(text.as_bytes(), options, 1), "{text}");
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
        escape in prop_oneof![Just(Some(b'\\')), Just(None)],
    ) {
        let dialect = Dialect { quote, escape, ..Dialect::default() };
        let options = ReadOptions { dialect, ..ReadOptions::default() };
        prop_assert_eq!(ours(&text, options, chunk_bytes), plain(&text, options));
    }

    #[test]
    fn mostly_regular_bytes_are_read_as_the_plain_reader_reads_them(
        pieces in proptest::collection::vec(prop_oneof![
            20 => Just(&b"\"a\","[..]), 10 => Just(&b"\"b\"\r\n"[..]), 10 => Just(&b"c,"[..]),
            10 => Just(&b"\"\","[..]), 10 => Just(&b"\"\"\"d\"\"\"\"\","[..]), 5 => Just(&b"e\n"[..]),
            5 => Just(&b"\"a,\r\n\",\"\"\r"[..]), 5 => Just(&[b'x'; 50][..]),
            5 => Just("é日".as_bytes()), 1 => Just(&b"\""[..]), 1 => Just(&b"=\"1\","[..]),
        ], 0..150),
        chunk_bytes in 1usize..2000,
        cell_bytes_max in prop_oneof![Just(1usize << 20), 60usize..200],
        form in prop_oneof![Just("utf-8"), Just("windows-1252"), Just("windows-1253")],
    ) {
        let form = Encoding::from_label(form).expect("a label").form(Dialect::default());
        let text = pieces.concat();
        let options = ReadOptions { form, ..ReadOptions::default() };
        prop_assert_eq!(ours(&text, options, chunk_bytes), plain(&text, options));
        let limits = Limits { cell_bytes_max, ..Limits::default() };
        let options = ReadOptions { limits, ..ReadOptions::default() };
        let got = ours(&text, options, chunk_bytes);
        prop_assert_eq!(got, ours(&text, options, 1));
    }

    #[test]
    fn transcoded_text_has_the_place_that_it_has_in_its_source(
        pieces in proptest::collection::vec(prop_oneof![
            4 => Just(&b"\""[..]), 4 => Just(&b","[..]), 3 => Just(&b"\n"[..]),
            2 => Just(&b"\r"[..]), 4 => Just(&b"a"[..]), 2 => Just(&b"\\"[..]),
            1 => Just(&b"\xff"[..]), 2 => Just("é".as_bytes()), 2 => Just("日".as_bytes()),
            2 => Just("\u{1f600}".as_bytes()),
        ], 0..100),
        chunk_bytes in 1usize..200,
        label in prop_oneof![Just("utf-16le"), Just("utf-32be"), Just("gb18030")],
        record_bytes_max in prop_oneof![1 => Just(1usize << 20), 2 => 4usize..40],
    ) {
        let text = pieces.concat();
        let dialect = Dialect { delimiter: b'|', ..ESCAPED };
        let form = Encoding::from_label(label).expect("a label").form(dialect);
        let limits = Limits { record_bytes_max, ..Limits::default() };
        let options = ReadOptions { dialect, form, limits, ..ReadOptions::default() };
        let got = ours(&text, options, chunk_bytes);
        prop_assert_eq!(&got, &ours(&text, options, 1));
        let covered: u64 = got.iter().map(|seen| seen.length).sum();
        prop_assert_eq!(covered, form.source_length(&text), "every byte belongs to one record");
        if record_bytes_max > text.len() {
            prop_assert_eq!(got, plain(&text, options));
        }
    }

    #[test]
    fn cells_in_another_encoding_are_read_as_the_plain_reader_reads_them(
        text in proptest::collection::vec(prop_oneof![
            4 => Just(b'"'), 4 => Just(b','), 3 => Just(b'\n'), 2 => Just(b'\r'), 4 => Just(b'a'),
            2 => Just(b'='), 4 => 0x80u8..=0xff, 1 => 0x30u8..0x80,
        ], 0..200),
        chunk_bytes in 1usize..200,
        label in prop_oneof![
            Just("windows-1253"), Just("shift_jis"), Just("gb18030"), Just("euc-jp"),
        ],
    ) {
        let form = Encoding::from_label(label).expect("a label").form(Dialect::default());
        let options = ReadOptions { form, ..ReadOptions::default() };
        prop_assert_eq!(ours(&text, options, chunk_bytes), plain(&text, options));
    }

    #[test]
    fn a_limit_on_quoted_cells_costs_the_first_line_at_every_chunk_size(
        text in alphabet(),
        chunk_bytes in 1usize..400,
        cell_bytes_max in 1usize..12,
        escape in prop_oneof![Just(Some(b'\\')), Just(None)],
    ) {
        let dialect = Dialect { escape, ..Dialect::default() };
        let limits = Limits { cell_bytes_max, ..Limits::default() };
        let options = ReadOptions { dialect, limits, ..ReadOptions::default() };
        // Cells without quotes cannot carry the reader away; they are left out here.
        let got = places(&ours(&text, options, chunk_bytes));
        prop_assert_eq!(got, places(&plain(&text, options)));
    }

    #[test]
    fn a_limit_on_records_gives_the_same_at_every_chunk_size(
        text in alphabet(),
        chunk_bytes in 1usize..400,
        record_bytes_max in 1usize..30,
        escape in prop_oneof![Just(Some(b'\\')), Just(None)],
    ) {
        let dialect = Dialect { escape, ..Dialect::default() };
        let limits = Limits { record_bytes_max, ..Limits::default() };
        let options = ReadOptions { dialect, limits, ..ReadOptions::default() };
        let got = ours(&text, options, chunk_bytes);
        prop_assert_eq!(&got, &ours(&text, options, 1));
        let covered: u64 = got.iter().map(|seen| seen.length).sum();
        prop_assert_eq!(covered, text.len() as u64, "every byte belongs to one record");
    }

    #[test]
    fn the_body_of_the_fuzz_target_holds_for_any_bytes(
        choice in proptest::array::uniform4(0u8..),
        text in alphabet(),
    ) {
        plain::check(&[&choice[..], &text].concat());
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
