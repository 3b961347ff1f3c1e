//! Which row of a phone is kept: each policy against a plain reading of the same rows, whatever
//! the threads, the chunks, the memory and the kind of input.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use proptest::prelude::*;

use rowcall::flow::{Goal, Job, Machine, Output, Progress, Watch, run};
use rowcall::ingest::Input;
use rowcall::unique::OnDuplicate;
use rowcall::verify::{Given, verify};
use rowcall::write::contract::Contract;
use rowcall::write::outdir::IfExists;
use support::{contacts, csv_records, files_of, issues, scratch};

const POLICIES: [OnDuplicate; 4] =
    [OnDuplicate::First, OnDuplicate::Last, OnDuplicate::Merge, OnDuplicate::Reject];

const USUAL: Machine = Machine { threads: 1, chunk_bytes: 256 << 10, memory_bytes: None };

/// A row as it is generated: the phone of the person with that number, who may have another
/// spelling, or no phone at all.
#[derive(Debug, Clone)]
struct Person {
    number: Option<u32>,
    spelling: bool,
    name: &'static str,
    email: &'static str,
    tags: &'static str,
    note: &'static str,
}

impl Person {
    fn line(&self) -> String {
        let phone = match (self.number, self.spelling) {
            (None, _) => "none".to_owned(),
            (Some(number), true) => format!("050 723 45{number:02}"),
            (Some(number), false) => format!("+97150723 45{number:02}"),
        };
        let Person { name, email, tags, note, .. } = self;
        format!("{name},{phone},{email},\"{tags}\",{note}\n")
    }
}

fn person() -> impl Strategy<Value = Person> {
    let number = prop_oneof![9 => (0u32..12).prop_map(Some), 1 => Just(None)];
    let name = prop_oneof![Just("Ann"), Just("Ann Smith"), Just("")];
    let email = prop_oneof![2 => Just(""), 1 => Just("a@x.org"), 1 => Just("b@x.org")];
    let tags = prop_oneof![Just(""), Just("vip"), Just("vip,lead"), Just("a"), Just("\"\"")];
    let note = prop_oneof![2 => Just(""), 1 => Just("one"), 1 => Just("two")];
    (number, any::<bool>(), name, email, tags, note).prop_map(
        |(number, spelling, name, email, tags, note)| Person {
            number,
            spelling,
            name,
            email,
            tags,
            note,
        },
    )
}

fn export(people: &[Person]) -> String {
    let lines: String = people.iter().map(Person::line).collect();
    format!("Name,Phone,Email,Tags,Note\n{lines}")
}

fn prepare(folder: &Path, inputs: &[&str], out: &str, policy: OnDuplicate, machine: Machine) {
    let inputs = inputs.iter().map(|name| Input::File(folder.join(name))).collect();
    let out = Output { folder: folder.join(out), if_exists: IfExists::Refuse };
    let job = Job {
        home: "AE".parse().ok(),
        contract: Some(Contract::find("superwaba").expect("built in")),
        on_duplicate: policy,
        out: Some(out),
        batch_rows: Some(5),
        machine,
        ..Job::new(Goal::Prepare, inputs)
    };
    run(&job, &()).expect("the run finishes");
}

/// Fate and kept row of each row, told without any cleverness.
fn expected(people: &[Person], policy: OnDuplicate) -> Vec<(&'static str, String)> {
    let mut rows: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, person) in people.iter().enumerate() {
        if let Some(number) = person.number {
            rows.entry(number).or_default().push(at);
        }
    }
    let fate = |(at, person): (usize, &Person)| {
        let Some(number) = person.number else { return ("rejected", String::new()) };
        let rows = &rows[&number];
        let (first, last) = (rows[0], rows[rows.len() - 1]);
        let row = |at: usize| (at + 1).to_string();
        match policy {
            OnDuplicate::First if at != first => ("duplicate", row(first)),
            OnDuplicate::Last if at != last => ("duplicate", row(last)),
            OnDuplicate::Merge if at != first => ("merged", row(first)),
            OnDuplicate::Reject if rows.len() > 1 => ("rejected", String::new()),
            _ => ("accepted", String::new()),
        }
    };
    people.iter().enumerate().map(fate).collect()
}

/// Name, e-mail, tags and note of each contact after merging, in order of its first row.
fn merged(people: &[Person]) -> Vec<(String, String, Vec<String>, String)> {
    let mut order = Vec::new();
    let mut found: BTreeMap<u32, (String, String, Vec<String>, String)> = BTreeMap::new();
    for person in people {
        let Some(number) = person.number else { continue };
        let (name, email, tags, note) = found.entry(number).or_insert_with(|| {
            order.push(number);
            Default::default()
        });
        for (slot, text) in [(name, person.name), (email, person.email), (note, person.note)] {
            if slot.is_empty() {
                *slot = text.to_owned();
            }
        }
        // In the file a quote is doubled.
        let cell = person.tags.replace("\"\"", "\"");
        for tag in cell.split(',').filter(|tag| !tag.is_empty()) {
            if !tags.iter().any(|known| known == tag) {
                tags.push(tag.to_owned());
            }
        }
    }
    order.iter().map(|number| found.remove(number).expect("in the list")).collect()
}

fn fates(out: &Path) -> Vec<(String, String)> {
    let records = csv_records(&fs::read(out.join("rows.csv")).expect("rows.csv"));
    let column = |name: &str| records[0].iter().position(|it| it == name).expect("a column");
    let (fate, kept) = (column("fate"), column("kept_row"));
    records[1..].iter().map(|row| (row[fate].clone(), row[kept].clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, ..ProptestConfig::default() })]

    #[test]
    fn each_policy_keeps_the_rows_that_it_says_whatever_the_machine(
        people in proptest::collection::vec(person(), 0..80),
        chunk_bytes in 1usize..300,
        threads in 1usize..4,
    ) {
        let place = scratch();
        fs::write(place.path().join("in.csv"), export(&people)).expect("written");
        for policy in POLICIES {
            let name = policy.as_str();
            prepare(place.path(), &["in.csv"], name, policy, USUAL);
            let out = place.path().join(name);
            let got = fates(&out);
            let wanted = expected(&people, policy);
            prop_assert_eq!(got.len(), wanted.len());
            for (row, (got, wanted)) in got.iter().zip(&wanted).enumerate() {
                prop_assert_eq!((got.0.as_str(), &got.1), (wanted.0, &wanted.1), "{} {}", name, row);
            }
            let report = verify(&out, &Given::default()).expect("a folder");
            prop_assert!(report.ok, "{}: {:?}", name, report.differences);
            // With no memory for phones at all, every claim goes to a file.
            let machines = [
                Machine { threads, chunk_bytes, memory_bytes: None },
                Machine { threads, chunk_bytes, memory_bytes: Some(0) },
            ];
            for (at, machine) in machines.into_iter().enumerate() {
                let again = format!("{name}-{at}");
                prepare(place.path(), &["in.csv"], &again, policy, machine);
                prop_assert!(files_of(&out) == files_of(&place.path().join(&again)), "{}", again);
            }
        }
    }

    #[test]
    fn a_merged_contact_has_what_its_rows_have_together(
        people in proptest::collection::vec(person(), 0..60),
    ) {
        let place = scratch();
        fs::write(place.path().join("in.csv"), export(&people)).expect("written");
        prepare(place.path(), &["in.csv"], "out", OnDuplicate::Merge, USUAL);
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let tags = |value: &serde_json::Value| -> Vec<String> {
            value.as_array().into_iter().flatten().map(text).collect()
        };
        let got: Vec<_> = contacts(&place.path().join("out"))
            .iter()
            .map(|it| {
                let note = text(&it["params"]["Note"]);
                (text(&it["userName"]), text(&it["email"]), tags(&it["tags"]), note)
            })
            .collect();
        prop_assert_eq!(got, merged(&people));
    }
}

/// So many rows that the phones grow beyond their first memory in the middle of the run.
#[test]
fn phones_that_outgrow_their_memory_on_the_way_change_nothing() {
    let place = scratch();
    let mut text = "Name,Phone\n".to_owned();
    for row in 0..20_000_u64 {
        // Brazilian mobiles with and without the ninth digit, each person about three times.
        let person = row * 7_919 % 6_600;
        let ninth = if row % 3 == 0 { "" } else { "9" };
        text.push_str(&format!("N,+5511{ninth}8765{person:04}\n"));
    }
    fs::write(place.path().join("in.csv"), &text).expect("written");
    for (policy, chunk_bytes) in POLICIES.into_iter().zip([4096, 5000, 777, 4096]) {
        let name = policy.as_str();
        prepare(place.path(), &["in.csv"], name, policy, USUAL);
        let machine = Machine { threads: 2, chunk_bytes, memory_bytes: None };
        // Room for a few thousand phones beyond what the run takes by itself.
        let room = machine.memory_bytes_min() - (16 << 20) + (300 << 10);
        let machine = Machine { memory_bytes: Some(room), ..machine };
        prepare(place.path(), &["in.csv"], "again", policy, machine);
        let (out, again) = (place.path().join(name), place.path().join("again"));
        assert!(files_of(&out) == files_of(&again), "{name}");
        assert!(issues(&out).iter().any(|it| it["code"] == "phone.possible_variant"), "{name}");
        fs::remove_dir_all(again).expect("removed");
    }
}

#[test]
fn policies_go_across_files_and_name_the_file_of_the_other_row() {
    let place = scratch();
    let write = |name: &str, text: &str| fs::write(place.path().join(name), text).expect("written");
    write("a.csv", "Name,Phone\nAnn,+971507234501\nBob,+971507234502\n");
    write("b.csv", "Phone,Name,Email,Note\n+971507234501,Ann,ann@x.org,call\n");
    let rows = |policy: OnDuplicate| {
        prepare(place.path(), &["a.csv", "b.csv"], policy.as_str(), policy, USUAL);
        let out = place.path().join(policy.as_str());
        let report = verify(&out, &Given::default()).expect("a folder");
        assert!(report.ok, "{:?}", report.differences);
        fs::read_to_string(out.join("rows.csv")).expect("rows.csv")
    };
    assert!(
        rows(OnDuplicate::Last).contains("a.csv,1,2,duplicate,,+971507234501,AE,mobile,,,b.csv,1")
    );
    assert!(
        rows(OnDuplicate::Merge).contains("b.csv,1,2,merged,,+971507234501,AE,mobile,,,a.csv,1")
    );
    let merged = place.path().join("merge");
    assert_eq!(contacts(&merged)[0]["email"], "ann@x.org");
    // The first file has no column for the note: it is named, and not lost without a word.
    let found = issues(&merged);
    let note = found.iter().find(|it| it["code"] == "phone.merge_conflict").expect("a conflict");
    assert_eq!((&note["row"], &note["source"]), (&1.into(), &"a.csv".into()));
    assert_eq!(note["related"][0]["source"], "b.csv");
    assert!(note["error"].as_str().expect("text").contains("\"call\""));
}

#[test]
fn standard_input_gives_what_the_file_gives() {
    let place = scratch();
    let mut text = "Name,Phone,Email\n".to_owned();
    for row in 0..500 {
        text.push_str(&format!("N{row},+97150723{:04},{row}@x.org\n", row % 170));
    }
    fs::write(place.path().join("-"), &text).expect("written");
    for policy in POLICIES.map(OnDuplicate::as_str) {
        for (input, out) in [("./-", "file"), ("-", "pipe")] {
            let mut child = Command::new(env!("CARGO_BIN_EXE_rowcall"))
                .current_dir(place.path())
                .args(["prepare", input, "--to", "superwaba", "--region", "AE", "--quiet"])
                .args(["--on-duplicate", policy, "--force", "-o", out])
                .stdin(Stdio::piped())
                .spawn()
                .expect("it starts");
            let mut stdin = child.stdin.take().expect("a pipe");
            // The run that reads the file closes its input unread.
            let _ = stdin.write_all(text.as_bytes());
            drop(stdin);
            assert!(child.wait().expect("it ends").success());
        }
        let payload = |out: &str| files_of(&place.path().join(out).join("payload"));
        assert!(payload("file") == payload("pipe"), "{policy}");
        assert!(fates(&place.path().join("file")) == fates(&place.path().join("pipe")), "{policy}");
    }
}

/// Before, each tag beyond the limit copied all those before it.
#[test]
fn a_hundred_thousand_tags_of_one_phone_are_united_as_far_as_a_cell_goes() {
    let place = scratch();
    let mut text = "Name,Phone,Tags\n".to_owned();
    for row in 0..100_000 {
        text.push_str(&format!("N,+971507234501,a tag of many {row:07}\n"));
    }
    fs::write(place.path().join("in.csv"), text).expect("written");
    prepare(place.path(), &["in.csv"], "out", OnDuplicate::Merge, USUAL);
    let out = place.path().join("out");
    let tags = contacts(&out)[0]["tags"].as_array().expect("tags").len();
    assert!((40_000..60_000).contains(&tags), "{tags} tags are about a MiB");
    let conflicts = issues(&out).iter().filter(|it| it["code"] == "phone.merge_conflict").count();
    assert_eq!(conflicts, 101, "the first hundred values, and how many more");
}

/// Notes how far a run has come.
#[derive(Default)]
struct Heard(Mutex<Vec<Progress>>);

impl Watch for Heard {
    fn progress(&self, progress: Progress) {
        self.0.lock().expect("nobody panicked").push(progress);
    }
}

#[test]
fn a_run_comes_on_with_every_chunk_and_ends_at_the_end_of_its_input() {
    let place = scratch();
    let path = place.path().join("a.csv");
    let rows: String = (0..300).map(|at| format!("Ann,+971501234{:03}\n", at % 200)).collect();
    fs::write(&path, format!("Name,Phone\n{rows}")).expect("written");
    let length = fs::metadata(&path).expect("there").len();
    for policy in POLICIES {
        let heard = Heard::default();
        let job = Job {
            on_duplicate: policy,
            machine: Machine { chunk_bytes: 100, ..USUAL },
            ..Job::new(Goal::Check, vec![Input::File(path.clone())])
        };
        run(&job, &heard).expect("the run finishes");
        let heard = heard.0.into_inner().expect("nobody panicked");
        // Chunks that are worked twice count for half each time.
        let times = if policy == OnDuplicate::First { 1 } else { 2 };
        assert!(heard.len() > times * 10, "{policy:?}");
        assert!(heard.is_sorted_by(|one, next| one.bytes < next.bytes), "{policy:?}");
        let half = heard[heard.len() / 2 - 1];
        assert!(half.bytes.abs_diff(length / 2) < 200, "{policy:?}: {half:?} of {length}");
        let last = heard.last().expect("some");
        assert_eq!((last.bytes, last.counts.rows), (length, 300), "{policy:?}");
    }
}
