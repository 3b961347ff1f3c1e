//! What holds for every input: each row has one fate, the counts add up, nothing depends on the
//! number of threads or the size of chunks, and what was accepted is acceptable again.

mod support;

#[path = "laws/accounting.rs"]
mod accounting;
#[path = "laws/determinism.rs"]
mod determinism;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;

use rowcall::flow::{Goal, Job, Machine, Output, run};
use rowcall::ingest::Input;
use rowcall::map::{MapOptions, Params};
use rowcall::verify::{Given, verify};
use rowcall::write::contract::Contract;
use rowcall::write::outdir::IfExists;
use rowcall::write::summary::Counts;
use support::{contacts, csv_records, files_of, issues, scratch};

/// A run over `inputs` in `folder`; its output folder is `out` there.
fn prepare(folder: &Path, inputs: &[&str], out: &str, machine: Machine) -> Counts {
    let out = Output { folder: folder.join(out), if_exists: IfExists::Refuse };
    let job = Job { out: Some(out), ..job(folder, inputs, machine) };
    run(&job, &()).expect("the run finishes").counts
}

/// The same, without an output.
fn job(folder: &Path, inputs: &[&str], machine: Machine) -> Job {
    let inputs = inputs.iter().map(|name| Input::File(folder.join(name))).collect();
    Job {
        home: "AE".parse().ok(),
        contract: Some(Contract::find("superwaba").expect("built in")),
        batch_rows: Some(7),
        machine,
        ..Job::new(Goal::Prepare, inputs)
    }
}

const ONE: Machine = Machine { threads: 1, chunk_bytes: 256 << 10, memory_bytes: None };

/// Cells as they come: good and bad phones, e-mails, countries, quotes and line ends.
fn record() -> impl Strategy<Value = String> {
    let phone = prop_oneof![
        6 => (0u32..60).prop_map(|n| format!("+9715012345{n:02}")),
        2 => (0u32..60).prop_map(|n| format!("050 12345 {n:02}")),
        1 => "[0-9+() .x-]{0,14}",
        1 => Just(String::new()),
    ];
    let text = prop_oneof![
        4 => "[a-z ]{0,8}",
        1 => "\"[a-z,]{0,5}(\"\")?\n?[a-z]{0,3}\"",
        1 => "[a-z]{0,3}\"[a-z]{0,3}",
        1 => Just("\"open".to_owned()),
        1 => "\\PC{0,5}",
    ];
    let email =
        prop_oneof![3 => Just(String::new()), 2 => "[a-z]{1,4}@x\\.(co|org)", 1 => "[a-z@]{0,6}"];
    let country = prop_oneof![3 => Just(""), 3 => Just("AE"), 1 => Just("US"), 1 => Just("Mars")];
    let tail = prop_oneof![9 => Just(""), 1 => Just(",")];
    let line =
        (text, phone, email, country, tail).prop_map(|(text, phone, email, country, tail)| {
            format!("{text},{phone},{email},{country}{tail}")
        });
    let end = prop_oneof![5 => Just("\n"), 2 => Just("\r\n"), 1 => Just("\r"), 1 => Just("\n\n")];
    (line, end).prop_map(|(line, end)| line + end)
}

fn export() -> impl Strategy<Value = String> {
    proptest::collection::vec(record(), 0..60)
        .prop_map(|records| format!("Name,Phone,Email,Country\n{}", records.concat()))
}

/// The ledger's lines as maps from column to value.
fn ledger(out: &Path) -> Vec<BTreeMap<String, String>> {
    let records = csv_records(&fs::read(out.join("rows.csv")).expect("rows.csv"));
    let (header, rows) = records.split_first().expect("a header");
    rows.iter().map(|row| header.iter().cloned().zip(row.iter().cloned()).collect()).collect()
}

/// A JSON number as text.
fn number(value: &Value) -> String {
    value.to_string()
}

/// Everything that must hold between the files of one output folder.
fn check_folder(out: &Path, counts: Counts) {
    let ledger = ledger(out);
    let of = |fate: &str| ledger.iter().filter(|row| row["fate"] == fate).count() as u64;
    assert!(counts.balances(), "{}", counts.equation());
    let report = verify(out, &Given::default()).expect("it can be read");
    assert!(report.ok, "{:#?}", report.differences);
    assert_eq!(ledger.len() as u64, counts.rows);
    for (fate, count) in [
        ("blank", counts.blank),
        ("malformed", counts.malformed),
        ("rejected", counts.rejected),
        ("duplicate", counts.duplicate),
        ("accepted", counts.accepted),
    ] {
        assert_eq!(of(fate), count, "{fate}");
    }
    check_payload(out, &ledger);
    let lines = issues(out);
    for row in &ledger {
        let own: Vec<&Value> =
            lines.iter().filter(|line| number(&line["row"]) == row["row"]).collect();
        let lost = !matches!(row["fate"].as_str(), "accepted" | "blank");
        assert!(!(lost && own.is_empty()), "row {} is lost without a word", row["row"]);
        assert!(own.iter().all(|line| line["fate"] == row["fate"].as_str()));
        assert!(own.iter().all(|line| number(&line["line"]) == row["line"]));
    }
    let rejects = csv_records(&fs::read(out.join("rejects.csv")).expect("rejects.csv"));
    assert_eq!(rejects.len() as u64, 1 + counts.rejected + counts.malformed);
    let duplicates = csv_records(&fs::read(out.join("duplicates.csv")).expect("duplicates.csv"));
    assert_eq!(duplicates.len() as u64, 1 + counts.duplicate);
}

/// The k-th contact of the payload is the k-th accepted row, and no phone stands there twice; a
/// duplicate names an earlier accepted row of its phone.
fn check_payload(out: &Path, ledger: &[BTreeMap<String, String>]) {
    let accepted: Vec<_> = ledger.iter().filter(|row| row["fate"] == "accepted").collect();
    let contacts = contacts(out);
    assert_eq!(contacts.len(), accepted.len());
    let mut seen = BTreeMap::new();
    for (contact, row) in contacts.iter().zip(accepted) {
        assert_eq!(contact["userNumber"], row["phone"].as_str());
        assert_eq!(seen.insert(row["phone"].clone(), row["row"].clone()), None);
        let file: Value = serde_json::from_slice(
            &fs::read(out.join(&row["file"])).expect("the file that the ledger names"),
        )
        .expect("JSON");
        let index: usize = row["index"].parse().expect("an index");
        assert_eq!(&file["contacts"][index], contact);
    }
    for row in ledger.iter().filter(|row| row["fate"] == "duplicate") {
        assert_eq!(seen.get(&row["phone"]), Some(&row["kept_row"]), "row {}", row["row"]);
        let number = |key: &str| row[key].parse::<u64>().expect("a number");
        assert!(number("kept_row") < number("row"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn every_row_has_one_fate_and_all_files_agree(text in export()) {
        let place = scratch();
        fs::write(place.path().join("a.csv"), &text).expect("written");
        let counts = prepare(place.path(), &["a.csv"], "out", ONE);
        check_folder(&place.path().join("out"), counts);
    }

    #[test]
    fn the_output_does_not_depend_on_threads_or_chunks(
        a in export(),
        b in export(),
        threads in 1usize..5,
        chunk_bytes in prop_oneof![Just(1usize), 2usize..200, Just(1 << 20)],
    ) {
        let place = scratch();
        fs::write(place.path().join("a.csv"), &a).expect("written");
        fs::write(place.path().join("b.csv"), &b).expect("written");
        prepare(place.path(), &["a.csv", "b.csv"], "one", ONE);
        prepare(place.path(), &["a.csv", "b.csv"], "other", Machine { threads, chunk_bytes, ..ONE });
        let (one, other) = (files_of(&place.path().join("one")), files_of(&place.path().join("other")));
        for (name, bytes) in &one {
            let got = other.get(name).map(|bytes| String::from_utf8_lossy(bytes));
            prop_assert_eq!(got, Some(String::from_utf8_lossy(bytes)), "{}", name);
        }
        prop_assert_eq!(one.len(), other.len());
    }

    #[test]
    fn a_file_made_of_an_accepted_payload_is_accepted_whole(text in export()) {
        let place = scratch();
        fs::write(place.path().join("a.csv"), &text).expect("written");
        prepare(place.path(), &["a.csv"], "out", ONE);
        let before = contacts(&place.path().join("out"));
        let mut again = csv::Writer::from_writer(Vec::new());
        again.write_record(["Phone", "Name", "Email", "Country"]).expect("memory");
        for contact in &before {
            let text = |key: &str| contact[key].as_str().unwrap_or_default().to_owned();
            again
                .write_record([text("userNumber"), text("userName"), text("email"), text("countryCode")])
                .expect("memory");
        }
        fs::write(place.path().join("b.csv"), again.into_inner().expect("memory")).expect("written");
        let counts = prepare(place.path(), &["b.csv"], "again", ONE);
        prop_assert_eq!(counts.accepted, before.len() as u64);
        prop_assert_eq!(counts.rows, counts.accepted);
        let after = contacts(&place.path().join("again"));
        prop_assert_eq!(before, after);
    }

    #[test]
    fn the_same_file_twice_adds_duplicates_and_nothing_else(text in export()) {
        let place = scratch();
        fs::write(place.path().join("a.csv"), &text).expect("written");
        let once = prepare(place.path(), &["a.csv"], "once", ONE);
        let twice = prepare(place.path(), &["a.csv", "a.csv"], "twice", ONE);
        prop_assert_eq!(twice.accepted, once.accepted);
        prop_assert_eq!(twice.rows, 2 * once.rows);
        prop_assert_eq!(twice.duplicate, 2 * once.duplicate + once.accepted);
    }
}

/// Headers of an export with several phone and tag columns, and a country beside one of them.
const HEADERS: [&str; 9] = [
    "Full Name",
    "Mobile Phone",
    "WhatsApp",
    "Shipping Phone",
    "Shipping Country",
    "E-mail",
    "Country",
    "Tags",
    "Groups",
];

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 40, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn the_payload_does_not_depend_on_column_order_extra_columns_or_header_spelling(
        order in Just((0..HEADERS.len()).collect::<Vec<usize>>()).prop_shuffle(),
        extra in 0usize..=HEADERS.len(),
        spelling in 0usize..4,
        phones in proptest::collection::vec((100_000u32..999_999, 0u8..8), 1..20),
    ) {
        let place = scratch();
        let spelled = |header: &str| match spelling {
            0 => header.to_owned(),
            1 => header.to_uppercase(),
            2 => header.replace([' ', '-'], "_").to_lowercase(),
            _ => format!("  {header} "),
        };
        let line = |cells: Vec<String>| {
            let cells: Vec<String> = cells.iter().map(|cell| format!("\"{cell}\"")).collect();
            cells.join(",") + "\n"
        };
        let mix = |cells: &[String]| {
            let mut cells: Vec<String> = order.iter().map(|at| cells[*at].clone()).collect();
            cells.insert(extra, "more".to_owned());
            line(cells)
        };
        let mut plain = line(HEADERS.map(str::to_owned).to_vec());
        let mut mixed = mix(&HEADERS.map(spelled));
        for (number, filled) in &phones {
            let phone = |bit: u8, phone: String| {
                if filled & bit == 0 { String::new() } else { phone }
            };
            let cells = [
                format!("N{number}"),
                phone(1, format!("050 1{number}")),
                phone(2, format!("+97152 1{number}")),
                phone(4, format!("98765 {:05}", number % 100_000)),
                "India".to_owned(),
                format!("a{number}@example.com"),
                "AE".to_owned(),
                "a,b".to_owned(),
                "c,a".to_owned(),
            ];
            plain += &line(cells.to_vec());
            mixed += &mix(&cells);
        }
        let mut payloads = Vec::new();
        for (name, text) in [("plain", plain), ("mixed", mixed)] {
            let input = format!("{name}.csv");
            fs::write(place.path().join(&input), text).expect("written");
            let out = Output { folder: place.path().join(name), if_exists: IfExists::Refuse };
            let map = MapOptions { params: Params::None, ..MapOptions::default() };
            let job = Job { out: Some(out), map, ..job(place.path(), &[&input], ONE) };
            run(&job, &()).expect("it ends");
            payloads.push(contacts(&place.path().join(name)));
        }
        prop_assert_eq!(payloads[0].len(), payloads[1].len());
        prop_assert_eq!(&payloads[0], &payloads[1]);
    }
}

#[test]
fn a_trial_run_reads_the_first_rows_whatever_the_chunks_and_its_counts_add_up() {
    let place = scratch();
    let row = |n: usize| match n % 5 {
        3 => "\"x\"y,1\n".to_owned(),
        4 => "\n".to_owned(),
        _ => format!("\"A\n{n}\",+9715012345{n:02}\n"),
    };
    let text: String = (0..50).map(row).collect();
    for name in ["a.csv", "b.csv"] {
        fs::write(place.path().join(name), format!("Name,Phone\n{text}")).expect("written");
    }
    for limit in [0, 1, 7, 50, 51, 99, 100, 200] {
        let mut ledgers = Vec::new();
        for chunk_bytes in [1, 30, 1 << 20] {
            let out = format!("out-{limit}-{chunk_bytes}");
            let folder = Output { folder: place.path().join(&out), if_exists: IfExists::Refuse };
            let machine = Machine { threads: 2, chunk_bytes, ..ONE };
            let job = Job {
                out: Some(folder),
                rows_max: Some(limit),
                ..job(place.path(), &["a.csv", "b.csv"], machine)
            };
            let summary = run(&job, &()).expect("it ends");
            assert_eq!(summary.counts.rows, limit.min(100), "{limit}");
            assert_eq!(summary.settings.limit, Some(limit));
            ledgers.push(fs::read(place.path().join(out).join("rows.csv")).expect("rows.csv"));
        }
        assert!(ledgers.windows(2).all(|pair| pair[0] == pair[1]), "{limit}");
    }
}

/// A worker that looked in vain for the next chunk while another put it down left it to nobody: the
/// window is a few instructions wide, so it takes many chunks to fall into it.
#[test]
fn workers_on_tiny_chunks_never_wait_for_each_other_for_ever() {
    let place = scratch();
    let rows: String = (0..20_000).map(|n| format!("A{n},+97150{n:07}\n")).collect();
    fs::write(place.path().join("a.csv"), format!("Name,Phone\n{rows}")).expect("written");
    for _ in 0..8 {
        let machine = Machine { threads: 4, chunk_bytes: 4, ..ONE };
        let counts = run(&job(place.path(), &["a.csv"], machine), &()).expect("it ends").counts;
        assert_eq!(counts.rows, 20_000);
    }
}
