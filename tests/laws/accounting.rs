//! Where every byte and every row is: in the source, in the ledger, in the payload. Over random
//! exports; proptest prints what breaks a law.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use rowcall::flow::{Goal, Job, Output, run};
use rowcall::ingest::chunk::{Chunk, count_line_ends};
use rowcall::ingest::record::{Record, RecordReader};
use rowcall::ingest::{Given, HeaderLine, Input, Source};
use rowcall::write::outdir::IfExists;

use crate::support::{contacts, issues, scratch, summary};
use crate::{ONE, check_folder, job, ledger, prepare, record};

/// What stands before the first record.
#[derive(Debug, Clone)]
struct Beginning {
    mark: &'static str,
    preamble: Vec<&'static str>,
    header: &'static str,
}

fn beginning() -> impl Strategy<Value = Beginning> {
    let line = prop_oneof![Just("Contacts of May\n"), Just("\n"), Just("a;b\r\n"), Just("x\r")];
    (
        prop_oneof![Just(""), Just("\u{feff}")],
        proptest::collection::vec(line, 0..4),
        prop_oneof![Just("Name,Phone,Email,Country\n"), Just("Name,Phone,Email,Country\r\n")],
    )
        .prop_map(|(mark, preamble, header)| Beginning { mark, preamble, header })
}

/// Writes the export; returns its text and how it is to be read.
fn written(place: &Path, beginning: &Beginning, records: &[String]) -> (String, Given) {
    let Beginning { mark, preamble, header } = beginning;
    let text = format!("{mark}{}{header}{}", preamble.concat(), records.concat());
    fs::write(place.join("a.csv"), &text).expect("written");
    let lines = count_line_ends(preamble.concat().as_bytes());
    let read = Given {
        skip_lines: Some(lines),
        header: Some(HeaderLine::Present),
        delimiter: Some(b','),
        quote: Some(Some(b'"')),
        escape: Some(None),
        ..Given::default()
    };
    (text, read)
}

/// The lengths of the records, as the reader gives them.
fn lengths(source: Source) -> Vec<u64> {
    let (options, cells) = (source.options, source.header.len());
    let mut splitter = source.into_splitter(100).expect("it opens again");
    let mut chunk = Chunk::default();
    let mut all = Vec::new();
    while splitter.next_chunk(&mut chunk).expect("it can be read") {
        let mut reader = RecordReader::new(options, Some(cells));
        reader.read(&chunk.bytes, &chunk.malformed, |record| {
            all.push(match record {
                Record::Blank(spot) => spot.length,
                Record::Malformed(fault) => fault.spot.length,
                Record::Row(row) => row.spot.length,
            });
        });
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 40, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn mark_preamble_header_blank_lines_and_records_are_the_whole_file(
        beginning in beginning(),
        records in proptest::collection::vec(record(), 0..40),
    ) {
        let place = scratch();
        let (text, read) = written(place.path(), &beginning, &records);
        let input = Input::File(place.path().join("a.csv"));
        let source = Source::open(&input, 0, &read).expect("it opens");
        let before = beginning.mark.len() + beginning.preamble.concat().len();
        prop_assert!(source.header_bytes >= (before + beginning.header.len()) as u64);
        let header_bytes = source.header_bytes;
        let lengths = lengths(source);
        prop_assert_eq!(header_bytes + lengths.iter().sum::<u64>(), text.len() as u64);

        let out = Output { folder: place.path().join("out"), if_exists: IfExists::Refuse };
        let job = Job { read, out: Some(out), ..job(place.path(), &["a.csv"], ONE) };
        let counts = run(&job, &()).expect("it ends").counts;
        prop_assert_eq!(counts.rows, lengths.len() as u64);
        let out = place.path().join("out");
        check_folder(&out, counts);
        prop_assert_eq!(summary(&out)["sources"][0]["bytes"].as_u64(), Some(text.len() as u64));
        // Every issue names its bytes and its line.
        for issue in issues(&out) {
            let number = |key: &str| issue[key].as_u64().expect("a number");
            let start: u64 = lengths[..number("index") as usize].iter().sum::<u64>() + header_bytes;
            prop_assert_eq!(number("byte"), start);
            prop_assert_eq!(number("length"), lengths[number("index") as usize]);
            let lines = count_line_ends(&text.as_bytes()[..start as usize]);
            prop_assert_eq!(number("line"), lines + 1);
        }
    }

    #[test]
    fn the_ledger_has_every_row_of_every_source_once_and_in_order(
        a in proptest::collection::vec(record(), 0..30),
        b in proptest::collection::vec(record(), 0..30),
    ) {
        let place = scratch();
        for (name, records) in [("a.csv", &a), ("b.csv", &b)] {
            let text = format!("Name,Phone,Email,Country\n{}", records.concat());
            fs::write(place.path().join(name), text).expect("written");
        }
        let counts = prepare(place.path(), &["a.csv", "b.csv"], "out", ONE);
        let rows = ledger(&place.path().join("out"));
        prop_assert_eq!(rows.len() as u64, counts.rows);
        let mut next: BTreeMap<String, u64> = BTreeMap::new();
        let mut sources = Vec::new();
        for row in &rows {
            let number = next.entry(row["source"].clone()).or_insert(1);
            prop_assert_eq!(row["row"].parse::<u64>().expect("a number"), *number);
            *number += 1;
            if sources.last() != Some(&row["source"]) {
                sources.push(row["source"].clone());
            }
        }
        prop_assert!(sources.len() <= 2 && sources.is_sorted());
    }

    #[test]
    fn in_any_order_the_same_phones_are_accepted_and_as_many_rows_have_each_fate(
        rows in proptest::collection::vec((0u32..25, 0usize..4), 1..60),
        seed in any::<u64>(),
    ) {
        let line = |(phone, how): &(u32, usize)| match how {
            0 => format!("Ann,+9715012345{phone:02}\n"),
            1 => format!("Bob,050 12345{phone:02}\n"),
            2 => format!("Cem,{phone}\n"),
            _ => ",\n".to_owned(),
        };
        let mut shuffled = rows.clone();
        let mut state = seed | 1;
        for at in (1..shuffled.len()).rev() {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            shuffled.swap(at, state as usize % (at + 1));
        }
        let place = scratch();
        let outcome = |name: &str, rows: &[(u32, usize)]| {
            let text: String = rows.iter().map(line).collect();
            let input = format!("{name}.csv");
            fs::write(place.path().join(&input), format!("Name,Phone\n{text}")).expect("written");
            let counts = prepare(place.path(), &[&input], name, ONE);
            check_folder(&place.path().join(name), counts);
            let contacts = contacts(&place.path().join(name));
            let phones = contacts.iter().map(|it| it["userNumber"].to_string());
            (counts, phones.collect::<BTreeSet<String>>())
        };
        prop_assert_eq!(outcome("one", &rows), outcome("other", &shuffled));
    }

    #[test]
    fn check_judges_as_prepare_does_and_twice_the_same_file_adds_nothing(
        records in proptest::collection::vec(record(), 0..40),
    ) {
        let place = scratch();
        let text = format!("Name,Phone,Email,Country\n{}", records.concat());
        fs::write(place.path().join("a.csv"), text).expect("written");
        let judged = |inputs: &[&str]| {
            let job = Job { goal: Goal::Check, ..job(place.path(), inputs, ONE) };
            run(&job, &()).expect("it ends").counts
        };
        let once = judged(&["a.csv"]);
        prop_assert_eq!(once, prepare(place.path(), &["a.csv"], "out", ONE));
        let twice = judged(&["a.csv", "a.csv"]);
        prop_assert!(twice.balances());
        prop_assert_eq!(twice.accepted, once.accepted);
        prop_assert_eq!(twice.duplicate, 2 * once.duplicate + once.accepted);
        for (one, both) in [
            (once.rows, twice.rows),
            (once.blank, twice.blank),
            (once.malformed, twice.malformed),
            (once.rejected, twice.rejected),
        ] {
            prop_assert_eq!(2 * one, both);
        }
    }
}
