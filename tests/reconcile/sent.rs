//! A folder that was prepared and sent, and the answers to it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use crate::support::{csv_records, files_of, rowcall, scratch, stderr};

/// The phone of the contact with that index.
pub(crate) fn phone(index: usize) -> String {
    format!("+971501234{index:03}")
}

/// A prepared folder `out`, in a place of its own.
pub(crate) struct Sent {
    pub(crate) place: tempfile::TempDir,
}

impl Sent {
    /// Prepares so many contacts for a platform.
    pub(crate) fn new(platform: &str, contacts: usize) -> Sent {
        Sent::with(platform, contacts, &[])
    }

    /// The same, with more arguments. Between the contacts stand rows that are not sent.
    pub(crate) fn with(platform: &str, contacts: usize, more: &[&str]) -> Sent {
        let place = scratch();
        let rows: String = (0..contacts)
            .map(|index| {
                format!("Name {index},{},\"x, \"\"y\"\"\nz\"\nNone,no phone,\n", phone(index))
            })
            .collect();
        fs::write(place.path().join("a.csv"), format!("Name,Phone,Note\n{rows}")).expect("written");
        let arguments = [&["prepare", "a.csv", "--to", platform, "-o", "out"], more].concat();
        let output = rowcall(place.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        Sent { place }
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.place.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    /// Writes answers to the payload file with this number as `upload.sh` leaves them.
    pub(crate) fn answer(&self, number: usize, answers: &[(u64, u16, Value)]) {
        let answers: Vec<(u64, u16, String)> =
            answers.iter().map(|(at, status, body)| (*at, *status, body.to_string())).collect();
        self.answer_text(number, &answers);
    }

    /// The same, with bodies that may be no JSON.
    pub(crate) fn answer_text(&self, number: usize, answers: &[(u64, u16, String)]) {
        let file = self.payload(number);
        let lines: String = answers
            .iter()
            .map(|(request, status, body)| line(&file, *request, *status, body))
            .collect();
        self.write(&format!("out/answers/{number:06}.jsonl"), &lines);
    }

    /// The payload file with this number.
    pub(crate) fn payload(&self, number: usize) -> String {
        let mut files = files_of(&self.path("out/payload")).into_keys();
        format!("payload/{}", files.nth(number - 1).expect("a payload file"))
    }

    /// Changes a file of the prepared folder, and what the summary says of it.
    pub(crate) fn forge(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path("out").join(path)).expect("text");
        let forged = text.replace(from, to);
        assert_ne!(text, forged, "the change changes something");
        fs::write(self.path("out").join(path), &forged).expect("written");
        let mut summary = crate::support::summary(&self.path("out"));
        let outputs = summary["outputs"].as_array_mut().expect("a list");
        let facts = outputs.iter_mut().find(|facts| facts["path"] == path).expect("it is listed");
        facts["bytes"] = json!(forged.len());
        facts["blake3"] = json!(blake3::hash(forged.as_bytes()).to_hex().as_str());
        self.write("out/summary.json", &summary.to_string());
    }

    /// Reconciles with `-o rec`; `arguments` follow the folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let all = [&["reconcile", "out"], arguments, &["-o", "rec"]].concat();
        rowcall(self.place.path(), &all)
    }

    /// Reconciles, and says what became of each contact: outcome, id and message.
    pub(crate) fn outcomes(&self, arguments: &[&str], exit: i32) -> Vec<[String; 3]> {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(exit), "{}", stderr(&output));
        balances(&self.path("rec"));
        let of = |row: &BTreeMap<String, String>| {
            ["outcome", "id", "message"].map(|column| row[column].clone())
        };
        ledger(&self.path("rec")).iter().filter(|row| row["fate"] == "accepted").map(of).collect()
    }

    /// The outcomes alone, by their first letters.
    pub(crate) fn letters(&self, arguments: &[&str], exit: i32) -> String {
        let outcomes = self.outcomes(arguments, exit);
        outcomes.iter().filter_map(|[outcome, ..]| outcome.chars().next()).collect()
    }

    /// Reconciles and finds that it is refused: nothing is written, nothing is changed, and the
    /// error names these words and no contact.
    pub(crate) fn refused(&self, arguments: &[&str], exit: i32, words: &[&str]) {
        let before = files_of(self.place.path());
        let arguments = [arguments, &["--format", "json"]].concat();
        let output = self.run(&arguments);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(exit), "{said}");
        for word in words {
            assert!(said.contains(word), "{word:?} is not in: {said}");
        }
        assert!(!said.contains("50123"), "a phone is in: {said}");
        assert!(output.stdout.is_empty(), "nothing is said of rows that do not fit");
        assert!(files_of(self.place.path()) == before, "something was written or changed");
        assert!(!self.path("rec").exists(), "there is an output");
    }
}

/// A line of answers.
pub(crate) fn line(file: &str, request: u64, status: u16, body: &str) -> String {
    let line = json!({ "file": file, "request": request, "status": status, "body": body });
    format!("{line}\n")
}

/// The ledger of a folder, as maps from column to value.
pub(crate) fn ledger(folder: &Path) -> Vec<BTreeMap<String, String>> {
    table(&folder.join("rows.csv"))
}

/// A CSV file with a header, as maps from column to value.
pub(crate) fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = fs::read(path).expect("a table");
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text);
    let records = csv_records(text);
    let (header, rows) = records.split_first().expect("a header");
    rows.iter().map(|row| header.iter().cloned().zip(row.iter().cloned()).collect()).collect()
}

/// The summary's counts add up, and are those of the ledger.
pub(crate) fn balances(folder: &Path) {
    let summary = crate::support::summary(folder);
    let rows = ledger(folder);
    let count = |name: &str| summary["counts"][name].as_u64().expect("a count");
    let outcomes = ["created", "updated", "taken", "exists", "refused", "retry", "unanswered"];
    for outcome in outcomes {
        let of = rows.iter().filter(|row| row["outcome"] == outcome).count() as u64;
        assert_eq!(count(outcome), of, "{outcome}");
    }
    assert_eq!(count("accepted"), outcomes.map(count).iter().sum::<u64>());
    assert_eq!(count("rows"), rows.len() as u64);
    for row in &rows {
        assert_eq!(row["fate"] == "accepted", !row["outcome"].is_empty(), "{row:?}");
    }
}

/// A SuperWABA answer: each contact's index with `None` where it was created, or the error.
pub(crate) fn superwaba(contacts: &[(usize, Option<&str>)]) -> Value {
    let mut errors = Vec::new();
    let mut created = Vec::new();
    for (index, (contact, error)) in contacts.iter().enumerate() {
        match error {
            Some(error) => {
                errors.push(json!({ "index": index, "phone": phone(*contact), "error": error }));
            }
            None => created.push(
                json!({ "id": format!("c{contact}"), "phone": phone(*contact), "status": "created" }),
            ),
        }
    }
    json!({ "success": true, "data": {
        "imported": created.len(), "skipped": errors.len(), "errors": errors, "contacts": created,
    }})
}
