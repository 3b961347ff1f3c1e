//! `verify`: whatever the program writes passes, whatever is damaged is found and named, and no
//! damage is too much.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::Value;

use rowcall::verify::{Check, Given, Report, verify};
use rowcall::write::contract::Contract;
use support::{files_of, rowcall, scratch, stderr};

/// Rows of every fate, with names and phones that no message may show.
const A: &str = "Name,Phone,Email,Country,Tags,Note\n\
    Annabel,+971501234561,anna@x.co,AE,\"vip,lead\",n1\n\
    Bobby,+971501234562,,,,\n\
    \n\
    Annabel,+971501234561,,,,n2\n\
    Cydney,12,,,,\n\
    Danny,\"+97150\"x,,,,\n\
    Evelyn,+971501234563,,US,,\n";
const B: &str =
    "Name,Phone\nFlorence,+971501234564\nFlorence,+971501234562\nGustav,+971501234565\n";

/// What the platform has: one contact as it is in `B`, one that changes, and one of nobody.
const STORED: &str = r#"{"success":true,"data":{"contacts":[
    {"id":"c1","name":"Florence","phone":"+971501234564","countryCode":"AE","optedIn":false},
    {"id":"c2","name":"Bob","phone":"+971501234562","countryCode":"AE","tags":["old"]},
    {"id":"c3","name":"Nobody","phone":"+971501234569"}]}}"#;

/// What stands in the rows alone.
const SECRETS: [&str; 9] =
    ["50123456", "Annabel", "Bobby", "Cydney", "Danny", "Evelyn", "Florence", "Gustav", "anna@"];

/// A folder with two exports and what the program makes of them; its output is `out`.
fn made(arguments: &[&str]) -> tempfile::TempDir {
    let place = scratch();
    fs::write(place.path().join("a.csv"), A).expect("written");
    fs::write(place.path().join("b.csv"), B).expect("written");
    fs::write(place.path().join("none.csv"), "Name,Phone\nAnn,12\n").expect("written");
    fs::write(place.path().join("stop.txt"), "+971501234565\n").expect("written");
    fs::write(place.path().join("stored.json"), STORED).expect("written");
    let output = rowcall(place.path(), &[arguments, &["-o", "out"]].concat());
    assert!(place.path().join("out").exists(), "{arguments:?}: {}", stderr(&output));
    place
}

/// What `verify` says of the output in `place`.
fn report(place: &Path) -> Report {
    verify(&place.join("out"), &Given::default()).expect("it can be read")
}

/// All that the report says, a difference a line.
fn said(report: &Report) -> String {
    let lines = report.differences.iter().flat_map(|found| {
        found.first.iter().map(|difference| format!("{}: {difference}\n", found.check))
    });
    lines.collect()
}

#[test]
fn what_the_program_writes_is_whole_and_true_for_every_platform_and_command() {
    for contract in Contract::built_in() {
        let name = contract.name.as_str();
        for arguments in [
            &["prepare", "a.csv", "--to", name][..],
            &["prepare", "a.csv", "b.csv", "a.csv", "--to", name, "--batch-size", "2"],
            &["prepare", "a.csv", "--to", name, "--batch-size", "all", "--params", "none"],
            &["prepare", "a.csv", "--to", name, "--max-rejects", "0"],
            &["prepare", "none.csv", "--to", name],
            &["prepare", "a.csv", "--to", name, "--limit", "0"],
            &["check", "a.csv", "b.csv", "--to", name],
            &["check", "a.csv"],
        ] {
            let place = made(arguments);
            let report = report(place.path());
            assert!(report.ok, "{arguments:?}:\n{}", said(&report));
            assert_eq!(report.notes, [""; 0], "{arguments:?}");
        }
    }
}

#[test]
fn a_file_of_answers_and_a_spelling_that_does_not_read_back_are_no_differences() {
    let place = made(&["prepare", "a.csv", "--to", "wawp"]);
    fs::create_dir(place.path().join("out/answers")).expect("made");
    fs::write(place.path().join("out/answers/1.json"), "{}").expect("written");
    fs::write(place.path().join("out/_SUCCESS"), "").expect("written");
    assert!(report(place.path()).ok);
    fs::write(place.path().join("a.csv"), "Name,Phone\nAnn,8 810 1234567\n").expect("written");
    let again = ["prepare", "a.csv", "--to", "superwaba", "--region", "BY", "-o", "by"];
    rowcall(place.path(), &again);
    let report = verify(&place.path().join("by"), &Given::default()).expect("read");
    assert!(report.ok && report.checked.contacts == 1, "{}", said(&report));
}

/// Writes sizes and hashes of the files as they are into the summary.
fn restamp(out: &Path) {
    let Ok(text) = fs::read(out.join("summary.json")) else { return };
    let Ok(mut summary) = serde_json::from_slice::<Value>(&text) else { return };
    for output in summary["outputs"].as_array_mut().into_iter().flatten() {
        let path = out.join(output["path"].as_str().expect("a path"));
        if let Ok(bytes) = fs::read(path) {
            output["bytes"] = bytes.len().into();
            output["blake3"] = blake3::hash(&bytes).to_hex().as_str().into();
        }
    }
    fs::write(out.join("summary.json"), summary.to_string()).expect("written");
}

/// What is done to a file.
enum Act {
    /// The first of a text becomes another.
    Change(&'static str, &'static str),
    /// A line, from 1, is taken out.
    Drop(usize),
    /// A line stands twice.
    Repeat(usize),
    /// A line changes places with the next.
    Swap(usize),
    /// The file ends after so many bytes.
    Cut(usize),
    /// Something stands after its end.
    Append(&'static str),
    /// It is not there.
    Remove,
    /// It is there, with this in it.
    Make(&'static str),
    /// A link to a file of the same content stands in its place.
    Link,
    /// A folder stands in its place.
    Folder,
    /// A file stands in the place of a folder.
    File,
}

impl Act {
    fn on(&self, path: &Path) {
        let text = || fs::read_to_string(path).expect("text");
        let lines = || text().split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>();
        let write = |text: String| fs::write(path, text).expect("written");
        match *self {
            Act::Change(from, to) => {
                assert!(text().contains(from), "{}: no {from} in {}", path.display(), text());
                write(text().replacen(from, to, 1));
            }
            Act::Drop(line) => {
                let mut lines = lines();
                lines.remove(line - 1);
                write(lines.concat());
            }
            Act::Repeat(line) => {
                let mut lines = lines();
                lines.insert(line, lines[line - 1].clone());
                write(lines.concat());
            }
            Act::Swap(line) => {
                let mut lines = lines();
                lines.swap(line - 1, line);
                write(lines.concat());
            }
            Act::Cut(bytes) => write(text()[..bytes].to_owned()),
            Act::Append(more) => write(text() + more),
            Act::Remove => fs::remove_file(path).expect("removed"),
            Act::Make(text) => {
                fs::create_dir_all(path.parent().expect("a parent")).expect("made");
                write(text.to_owned());
            }
            Act::Link => {
                let away = path.parent().expect("a parent").join("../../away");
                let away = PathBuf::from(away.display().to_string().replace("payload/../", ""));
                fs::rename(path, &away).expect("moved");
                std::os::unix::fs::symlink(away, path).expect("linked");
            }
            Act::File => {
                fs::remove_dir_all(path).expect("removed");
                write(String::new());
            }
            Act::Folder => {
                fs::remove_file(path).expect("removed");
                fs::create_dir(path).expect("made");
            }
        }
    }
}

/// Whether sizes and hashes are made to fit the damage.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stamp {
    Old,
    New,
}

use Act::{Append, Change, Cut, Drop, File, Folder, Link, Make, Remove, Repeat, Swap};
use Stamp::{New, Old};

/// A damage: the file, what is done to it, whether the summary is made to fit, and what is said.
type Damage = (&'static str, Act, Stamp, &'static [&'static str]);

/// Does each damage to an output of its own, and looks for what is said of it.
fn find(arguments: &[&str], damages: &[Damage]) {
    let place = made(arguments);
    let out = place.path().join("out");
    let whole = files_of(&out);
    for (at, (file, act, stamp, expected)) in damages.iter().enumerate() {
        fs::remove_dir_all(&out).expect("removed");
        for (path, bytes) in &whole {
            let path = out.join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(path, bytes).expect("written");
        }
        act.on(&out.join(file));
        if *stamp == New {
            restamp(&out);
        }
        let report = report(place.path());
        let said = said(&report);
        let _ = fs::remove_file(place.path().join("away"));
        assert!(!report.ok, "damage {at} to {file} is not found");
        for part in *expected {
            let found = said.lines().any(|line| part.split(" … ").all(|part| line.contains(part)));
            assert!(found, "damage {at} to {file}: {part:?} is not in\n{said}");
        }
        for secret in SECRETS {
            assert!(!said.contains(secret), "damage {at} to {file} tells {secret}:\n{said}");
        }
    }
}

/// Two sources, files of two contacts.
const WABA: [&str; 7] = ["prepare", "a.csv", "b.csv", "--to", "superwaba", "--batch-size", "2"];

#[test]
#[rustfmt::skip]
fn a_damaged_folder_is_found_and_the_place_is_named() {
    find(&WABA, &[
        ("rows.csv", Change("blank", "Blank"), Old, &["file.hash: rows.csv: BLAKE3"]),
        ("issues.jsonl", Change("row", "roW"), Old, &["file.hash: issues.jsonl"]),
        ("rejects-1.csv", Change("n", "m"), Old, &["file.hash: rejects-1.csv"]),
        ("rejects-2.csv", Change("N", "n"), Old, &["file.hash: rejects-2.csv"]),
        ("duplicates-1.csv", Change("n", "m"), Old, &["file.hash: duplicates-1.csv"]),
        ("duplicates-2.csv", Change("N", "n"), Old, &["file.hash: duplicates-2.csv"]),
        ("report.html", Change("n", "m"), Old, &["file.hash: report.html"]),
        ("payload/000001.json", Change("n", "m"), Old, &["file.hash: payload/000001.json"]),
        ("payload/000003.json", Cut(9), Old, &["file.size: payload/000003.json: 9 bytes", "file.hash"]),
        ("rows.csv", Remove, Old, &["file.missing: rows.csv"]),
        ("payload/000002.json", Remove, Old, &["file.missing: payload/000002.json"]),
        ("notes.txt", Make(""), Old, &["file.extra: notes.txt: a file"]),
        ("payload/000004.json", Make("{}"), Old, &["file.extra: payload/000004.json"]),
        ("more/x", Make(""), Old, &["file.extra: more: a folder"]),
        ("answers", Make(""), Old, &["file.extra: answers"]),
        ("issues.jsonl", Link, Old, &["file.kind: issues.jsonl: a symbolic link"]),
        ("rows.csv", Folder, Old, &["file.kind: rows.csv: a folder"]),
        ("payload", File, Old, &["file.kind: payload: a file; expected a folder", "file.missing: payload/000001.json"]),
        ("payload/000003.json", Remove, Old, &["payload.order: payload: the end; expected 1 more contacts"]),
        ("summary.json", Link, Old, &["file.kind: summary.json: a symbolic link"]),
        ("summary.json", Remove, Old, &["file.missing: summary.json"]),
        ("summary.json", Cut(100), Old, &["summary.form: summary.json, line"]),
        ("summary.json", Make("not JSON"), Old, &["summary.form: summary.json, line 1"]),
        ("summary.json", Make("{}"), Old, &["missing field"]),
    ]);
}

#[test]
#[rustfmt::skip]
fn a_summary_that_does_not_hold_is_found() {
    let s = "summary.json";
    find(&WABA, &[
        (s, Change("summary/1", "summary/2"), Old, &["summary.form: … rowcall.summary/2"]),
        (s, Change("\"prepare\"", "\"repair\""), Old, &["summary.form: … the command repair"]),
        (s, Change("\"accepted\": 5", "\"accepted\": 6"), Old, &["summary.counts: summary.json, counts: 11; expected 10", "summary.counts: summary.json, regions: 5; expected 6", "summary.counts: summary.json, kinds", "equation", "ledger.counts: rows.csv, fate: 5 accepted; expected 6"]),
        (s, Change("= 5 accepted", "= 4 accepted"), Old, &["summary.counts: summary.json, equation"]),
        (s, Change("rows = 5 accepted", "rows = 5 accepted + 5 accepted"), Old, &["summary.counts: summary.json, equation"]),
        (s, Change("\"rows\": 7", "\"rows\": 6"), Old, &["summary.counts: summary.json, sources: 9", "ledger.order: rows.csv, line 8 (row 7 of a.csv): row 7 of a.csv; expected row 1 of b.csv"]),
        (s, Change("\"rows\": 3", "\"rows\": 4"), Old, &["ledger.order: rows.csv: the end; expected row 4 of b.csv"]),
        (s, Change("\"source\": \"b.csv\"", "\"source\": \"a.csv\""), Old, &["summary.form: summary.json, sources: a.csv twice"]),
        (s, Change("\"sources\": [", "\"sources\": [], \"x\": ["), Old, &["summary.form: summary.json, sources: none"]),
        (s, Change("\"column_number\": 2", "\"column_number\": 0"), Old, &["summary.form: … column 0 has another name"]),
        (s, Change("\"field\": \"phone\"", "\"field\": \"fone\""), Old, &["summary.form: … sources: fone"]),
        (s, Change("\"phone.duplicate\"", "\"phone.duplicity\""), Old, &["summary.form: … problems: phone.duplicity", "issues.counts: issues.jsonl: 2 phone.duplicate; expected 0"]),
        (s, Change("\"phone.duplicate\": 2", "\"phone.duplicate\": 3"), Old, &["issues.counts: issues.jsonl: 2 phone.duplicate; expected 3"]),
        (s, Change("\"AE\": 5", "\"OM\": 5"), Old, &["ledger.counts: rows.csv, region"]),
        (s, Change("\"mobile\": 5", "\"pager\": 5"), Old, &["ledger.counts: rows.csv, kind"]),
        (s, Change("\"batch_size\": \"2\"", "\"batch_size\": \"1\""), Old, &["payload.batch: payload/000001.json: 2 contacts"]),
        (s, Change("\"batch_size\": \"2\"", "\"batch_size\": \"x\""), Old, &["summary.form: … settings.batch_size"]),
        (s, Change("\"batch_size\": \"2\"", "\"batch_bytes\": 9"), Old, &["payload.batch: payload/000001.json: … bytes"]),
        (s, Change("\"path\": \"rows.csv\"", "\"path\": \"../a.csv\""), Old, &["file.list: … ../a.csv is no path", "file.list: … no rows.csv", "file.extra: rows.csv"]),
        (s, Change("\"path\": \"rows.csv\"", "\"path\": \"issues.jsonl\""), Old, &["file.list: … issues.jsonl twice"]),
        (s, Change("payload/000002.json", "payload/000009.json"), Old, &["file.list: … payload/000009.json; expected payload/000002.json"]),
        (s, Change("\"outputs\": [", "\"withheld\": \"x\", \"outputs\": ["), Old, &["file.list: … expected no payload", "ledger.place: rows.csv, line 2", "issues.row: issues.jsonl … payload"]),
        (s, Change("\"delimiter\": \",\"", "\"delimiter\": \"ab\""), Old, &["rejects.form: rejects-1.csv: no such dialect"]),
        (s, Change("\"bytes\": ", "\"bytes\": 1, \"x\": "), Old, &["issues.row: … byte: bytes that it lacks"]),
        (s, Change("\"Note\"", "\"Noted\""), Old, &["rejects.form: rejects-1.csv, line 1: another header"]),
        (s, Change("\"params\": [\n        \"Note\"", "\"params\": [\n        \"Noted\""), Old, &["contact.value: … params"]),
    ]);
}

#[test]
#[rustfmt::skip]
fn a_ledger_that_does_not_hold_is_found_whatever_its_hash() {
    let r = "rows.csv";
    find(&WABA, &[
        (r, Change("source,row", "row,source"), New, &["ledger.form: rows.csv, line 1: another header"]),
        (r, Change("a.csv,3,4,blank,,", "a.csv,3,4,blank,"), New, &["ledger.form: rows.csv, line 4: another number of cells"]),
        (r, Change("a.csv,3,", "c.csv,3,"), New, &["ledger.form: rows.csv, line 4, source"]),
        (r, Change("a.csv,3,", "a.csv,03,"), New, &["ledger.form: rows.csv, line 4, row"]),
        (r, Change("a.csv,3,4,", "a.csv,3,x,"), New, &["ledger.form: rows.csv, line 4, line"]),
        (r, Change("blank", "blanc"), New, &["ledger.form: rows.csv, line 4, fate"]),
        (r, Change("create", "remove"), New, &["ledger.form: rows.csv, line 2, action"]),
        (r, Change("accepted,create", "accepted,"), New, &["ledger.form: rows.csv, line 2 (row 1 of a.csv), action"]),
        (r, Change("+971501234561", "0501234561"), New, &["ledger.form: rows.csv, line 2, phone"]),
        (r, Change(",AE,", ",ae,"), New, &["ledger.form: rows.csv, line 2, region"]),
        (r, Change("mobile", "mobil"), New, &["ledger.form: rows.csv, line 2, kind"]),
        (r, Change("payload/000001.json,0", "payload/1.json,0"), New, &["ledger.form: rows.csv, line 2, file"]),
        (r, Change("payload/000001.json,0", ",0"), New, &["ledger.form: rows.csv, line 2, index"]),
        (r, Change("a.csv,3,", "\"a.csv\"x,3,"), New, &["ledger.form: rows.csv, line 4: text follows a closing quote"]),
        (r, Drop(4), New, &["ledger.order: rows.csv, line 4 (row 4 of a.csv): row 4 of a.csv; expected row 3 of a.csv", "ledger.counts: rows.csv: 9; expected 10", "0 blank; expected 1 blank"]),
        (r, Drop(11), New, &["ledger.order: rows.csv: the end; expected row 3 of b.csv", "payload.order: payload/000003.json, contact 0"]),
        (r, Drop(6), New, &["issues.row: issues.jsonl, line 2 (row 5 of a.csv)", "rejects.row: rejects-1.csv, line 2"]),
        (r, Repeat(4), New, &["ledger.order: rows.csv, line 5"]),
        (r, Swap(2), New, &["ledger.order: rows.csv, line 2", "ledger.place: rows.csv, line 2"]),
        (r, Change("a.csv,3,4,", "a.csv,3,3,"), New, &["ledger.order: rows.csv, line 4 (row 3 of a.csv), line"]),
        (r, Cut(80), New, &["ledger.form: rows.csv, line 2: the last line does not end"]),
        (r, Change("payload/000001.json,1", "payload/000001.json,2"), New, &["ledger.place: rows.csv, line 3 (row 2 of a.csv): contact 2 of file 1; expected contact 1 of file 1", "payload.order: payload/000001.json, contact 1"]),
        (r, Change("payload/000001.json,1", "payload/000001.csv,1"), New, &["ledger.place: rows.csv, line 3 … another kind of file"]),
        (r, Change("payload/000001.json,1", ","), New, &["ledger.place: rows.csv, line 3 … no contact"]),
        (r, Change("a.csv,3,4,blank,,,,,,", "a.csv,3,4,blank,,,,,payload/000001.json,1"), New, &["ledger.place: rows.csv, line 4 … the row has no contact"]),
        (r, Change("a.csv,3,4,blank,,,", "a.csv,3,4,blank,,+971501234561,"), New, &["ledger.phone: rows.csv, line 4 … none: the row is blank"]),
        (r, Change("+971501234562,AE,mobile", ",,"), New, &["ledger.phone: rows.csv, line 3 … no phone"]),
        (r, Change("+971501234562", "+971501"), New, &["ledger.phone: rows.csv, line 3 (row 2 of a.csv), phone: no valid number", "contact.phone: payload/000001.json, contact 1 (row 2 of a.csv), userNumber"]),
        (r, Change(",AE,", ",OM,"), New, &["ledger.phone: rows.csv, line 2 … region: OM; expected AE"]),
        (r, Change("mobile", "pager"), New, &["ledger.phone: rows.csv, line 2 … kind: pager; expected mobile"]),
        (r, Change("+971501234563", "+971501234561"), New, &["ledger.unique: rows.csv (row 7 of a.csv): the phone of row 1 of a.csv"]),
        (r, Change(",a.csv,1\n", ",a.csv,2\n"), New, &["ledger.kept: rows.csv, line 5 (row 4 of a.csv): row 2 of a.csv", "duplicates-1.csv, line 2 (row 4 of a.csv), _kept_row", "issues.silent: rows.csv, line 5"]),
        (r, Change(",a.csv,1\n", ",,\n"), New, &["ledger.kept: rows.csv, line 5 … without a kept row"]),
        (r, Change("a.csv,3,4,blank,,,,,,,,", "a.csv,3,4,blank,,,,,,,a.csv,1"), New, &["ledger.kept: rows.csv, line 4 … with a kept row"]),
    ]);
}

#[test]
#[rustfmt::skip]
fn issues_that_do_not_hold_are_found_whatever_their_hash() {
    let i = "issues.jsonl";
    find(&WABA, &[
        (i, Drop(2), New, &["issues.silent: rows.csv, line 6 (row 5 of a.csv)", "issues.counts: issues.jsonl: 0 phone"]),
        (i, Drop(1), New, &["issues.silent: rows.csv, line 5 (row 4 of a.csv)"]),
        (i, Swap(2), New, &["issues.row: issues.jsonl, line 3 (row 5 of a.csv)"]),
        (i, Repeat(1), New, &["issues.counts: issues.jsonl: 3 phone.duplicate; expected 2"]),
        (i, Cut(100), New, &["issues.form: issues.jsonl, line 1: the last line does not end"]),
        (i, Append("[]\n"), New, &["issues.form: issues.jsonl … other keys"]),
        (i, Append("{\n"), New, &["issues.form: issues.jsonl … no JSON"]),
        (i, Change("{\"row\":4,", "{\"row\":3,"), New, &["issues.row: issues.jsonl, line 1 (row 3 of a.csv), line", "issues.row: … fate", "issues.row: … index", "issues.row: … phone"]),
        (i, Change("{\"row\":4,", "{\"row\":99,"), New, &["issues.row: issues.jsonl, line 1 (row 99 of a.csv): a row that does not come there"]),
        (i, Change("phone.duplicate", "phone.duplicity"), New, &["issues.form: issues.jsonl, line 1 … code"]),
        (i, Change("\"category\":\"phone\"", "\"category\":\"name\""), New, &["issues.form: issues.jsonl, line 1 … category"]),
        (i, Change("\"level\":\"info\"", "\"level\":\"warning\""), New, &["issues.form: issues.jsonl, line 1 … level"]),
        (i, Change("\"field\":\"phone\"", "\"field\":\"fone\""), New, &["issues.form: issues.jsonl, line 1 … field"]),
        (i, Change("\"error\":\"another row has the same phone number and is kept\"", "\"error\":\"\""), New, &["issues.form: issues.jsonl, line 1 … error"]),
        (i, Change("\"column_number\":2", "\"column_number\":3"), New, &["issues.form: … column:", "issues.form: … cell:"]),
        (i, Change("\"cell\":\"B5\"", "\"cell\":\"C5\""), New, &["issues.form: issues.jsonl, line 1 … cell:"]),
        (i, Change("\"cell\":\"B6\"", "\"cell\":\"B7\""), New, &["issues.form: issues.jsonl, line 2 … cell:"]),
        (i, Change("\"fate\":\"duplicate\"", "\"fate\":\"accepted\""), New, &["issues.row: issues.jsonl, line 1 (row 4 of a.csv), fate"]),
        (i, Change("\"source\":\"a.csv\"", "\"source\":\"c.csv\""), New, &["issues.row: issues.jsonl, line 1, source"]),
        (i, Change("\"byte\":", "\"byte\":9999"), New, &["issues.row: issues.jsonl, line 1 … byte: bytes that it lacks"]),
        (i, Change("\"length\":28", "\"length\":31"), New, &["issues.row: issues.jsonl … byte: other bytes"]),
        (i, Change("\"role\":\"kept\"", "\"role\":\"lost\""), New, &["issues.silent: rows.csv, line 5"]),
        (i, Change("\"related\":[{\"row\":1", "\"related\":[{\"row\":2"), New, &["issues.silent: rows.csv, line 5"]),
        (i, Change("\"code\":\"country.mismatch\",\"category\":\"country\",\"level\":\"warning\"", "\"code\":\"phone.missing\",\"category\":\"phone\",\"level\":\"error\""), New, &["issues.row: rows.csv, line 8 (row 7 of a.csv): accepted with an error"]),
        (i, Change("\"payload\":{\"file\":\"payload/000002.json\",\"index\":0}", "\"payload\":{\"file\":\"payload/000002.json\",\"index\":1}"), New, &["issues.row: issues.jsonl … (row 7 of a.csv), payload"]),
    ]);
}

#[test]
#[rustfmt::skip]
fn a_report_page_that_does_not_hold_is_found_whatever_its_hash() {
    let r = "report.html";
    find(&WABA, &[
        (r, Change("\"accepted\":5", "\"accepted\":6"), New, &["report.counts: report.html, counts"]),
        (r, Change("\"phone.duplicate\":2", "\"phone.duplicate\":3"), New, &["report.counts: report.html, problems"]),
        (r, Change("\"command\":\"prepare\"", "\"command\":\"check\""), New, &["report.counts: report.html, command: check; expected prepare"]),
        (r, Change("10 rows = 5 accepted", "10 rows = 6 accepted"), New, &["report.counts: report.html, equation"]),
        (r, Change("<p class=\"equation\">", "<p>"), New, &["report.counts: report.html, equation"]),
        (r, Change("default-src 'none'", "default-src *"), New, &["report.form: report.html: another beginning"]),
        (r, Change("<!doctype html>", "<!-- -->"), New, &["report.form: report.html: another beginning"]),
        (r, Change("rowcall.report/1", "rowcall.report/2"), New, &["report.form: … no facts … rowcall.report/1"]),
        (r, Change("id=\"facts\"", "id=\"fact\""), New, &["report.form: … no facts"]),
        (r, Remove, Old, &["file.missing: report.html"]),
        ("summary.json", Change("\"path\": \"report.html\"", "\"path\": \"rows.csv\""), Old, &["file.list: … no report.html"]),
    ]);
}

#[test]
#[rustfmt::skip]
fn files_of_rows_that_do_not_hold_are_found_whatever_their_hash() {
    let (r, d) = ("rejects-1.csv", "duplicates-1.csv");
    find(&WABA, &[
        (r, Drop(2), New, &["rejects.row: rows.csv, line 6 (row 5 of a.csv)"]),
        (r, Drop(3), New, &["rejects.row: rows.csv, line 7 (row 6 of a.csv)"]),
        (r, Repeat(2), New, &["rejects.row: rejects-1.csv, line 3: a row that does not come there"]),
        (r, Repeat(3), New, &["rejects.row: rejects-1.csv, line 4: a row too many"]),
        (r, Change("\u{feff}", ""), New, &["rejects.form: rejects-1.csv, line 1: no byte order mark"]),
        (r, Change("_codes", "_code"), New, &["rejects.form: rejects-1.csv, line 1: another header"]),
        (r, Make(""), New, &["rejects.form: rejects-1.csv: nothing"]),
        (r, Change("Cydney,", "Cydney"), New, &["rejects.form: rejects-1.csv, line 2: 12 cells"]),
        (r, Change("Cydney", "Cyd\"ney"), New, &["rejects.form: rejects-1.csv, line 2: a quote inside"]),
        (r, Change("a.csv,5,6,", "b.csv,5,6,"), New, &["rejects.row: rejects-1.csv, line 2 (row 5 of a.csv), _source"]),
        (r, Change("a.csv,5,6,", "a.csv,x,6,"), New, &["rejects.row: rejects-1.csv, line 2"]),
        (r, Change("a.csv,5,6,", "a.csv,5,7,"), New, &["rejects.row: rejects-1.csv, line 2 (row 5 of a.csv), _line"]),
        (r, Change(",phone.", ",fone."), New, &["rejects.row: … _codes"]),
        (r, Change("a.csv,6,7,record.text_after_quote,text follows the quote that closes a cell", "a.csv,6,7,record.text_after_quote,"), New, &["rejects.row: … _problems"]),
        (r, Change("\"double the quotes inside the cell, or remove the text after it\"", ""), New, &["rejects.row: … _suggestion"]),
        (r, Change("\"Danny,\"\"+97150\"\"x,,,,\"", ""), New, &["rejects.row: … _raw"]),
        (d, Drop(2), New, &["rejects.row: rows.csv, line 5 (row 4 of a.csv): duplicate and not there"]),
        (d, Change(",a.csv,1\n", ",a.csv,2\n"), New, &["rejects.row: duplicates-1.csv, line 2 (row 4 of a.csv), _kept_row"]),
        (d, Change(",a.csv,1\n", ",b.csv,1\n"), New, &["rejects.row: duplicates-1.csv, line 2 (row 4 of a.csv), _kept_source"]),
        ("duplicates-2.csv", Append("x,y,b.csv,3,4,phone.duplicate,p,s,a.csv,1\n"), New, &["rejects.row: duplicates-2.csv, line 3"]),
    ]);
}

#[test]
#[rustfmt::skip]
fn a_payload_of_json_that_does_not_hold_is_found_whatever_its_hash() {
    let p = "payload/000001.json";
    find(&WABA, &[
        (p, Change("{\"contacts\":", "{\"contact\":"), New, &["payload.form: payload/000001.json, line 1: something else stands around", "payload.order: payload/000001.json: 0 contacts; expected 2 more"]),
        (p, Cut(60), New, &["payload.form: payload/000001.json, line 2: this is no JSON"]),
        (p, Append("x"), New, &["payload.form: payload/000001.json, line 5: this is no JSON"]),
        (p, Drop(2), New, &["contact.phone: payload/000001.json, contact 0 (row 1 of a.csv), userNumber", "payload.order: payload/000001.json: 1 contacts; expected 1 more"]),
        (p, Repeat(2), New, &["payload.order: payload/000001.json, contact 2: a contact; expected none", "payload.batch: payload/000001.json: 3 contacts"]),
        (p, Make("{\"contacts\":[]}"), New, &["payload.batch: payload/000001.json: no contact", "payload.order: … 2 more"]),
        (p, Make("{\"contacts\":[1,[]]}"), New, &["contact.key: payload/000001.json, contact 0 … a number; expected an object"]),
        (p, Change("+971501234561", "+971501234569"), New, &["contact.phone: payload/000001.json, contact 0 (row 1 of a.csv), userNumber"]),
        (p, Change("\"+971501234561\"", "971501234561"), New, &["contact.value: … userNumber"]),
        (p, Change("\"userNumber\":\"+971501234562\",", ""), New, &["contact.missing: payload/000001.json, contact 1 (row 2 of a.csv), userNumber"]),
        (p, Change("userName", "username"), New, &["contact.key: payload/000001.json, contact 0 (row 1 of a.csv), username: an unknown key"]),
        (p, Change("\"userName\":", "\"userName\":\"x\",\"userName\":"), New, &["contact.key: … userName: a key twice"]),
        (p, Change("\"userName\":\"Annabel\"", "\"userName\":\"\""), New, &["contact.value: … userName"]),
        (p, Change("\"userName\":\"Annabel\"", "\"userName\":null"), New, &["contact.value: … userName"]),
        (p, Change("anna@x.co", "anna.x.co"), New, &["contact.value: payload/000001.json, contact 0 (row 1 of a.csv), email"]),
        (p, Change("\"AE\"", "\"XX\""), New, &["contact.value: … countryCode"]),
        (p, Change("\"AE\"", "\"ae\""), New, &["contact.value: … countryCode"]),
        (p, Change("[\"vip\",\"lead\"]", "[\"vip\",\"vip\"]"), New, &["contact.value: … tags"]),
        (p, Change("[\"vip\",\"lead\"]", "[\"vip\",\" \"]"), New, &["contact.value: … tags"]),
        (p, Change("[\"vip\",\"lead\"]", "\"vip\""), New, &["contact.value: … tags"]),
        (p, Change("[\"vip\",\"lead\"]", "[]"), New, &["contact.value: … tags"]),
        (p, Change("{\"Note\":\"n1\"}", "{\"Other\":\"n1\"}"), New, &["contact.value: … params"]),
        (p, Change("{\"Note\":\"n1\"}", "{\"Note\":\"\"}"), New, &["contact.value: … params"]),
        (p, Change("{\"Note\":\"n1\"}", "{\"Note\":\"n1\",\"Note\":\"n1\"}"), New, &["contact.value: … params"]),
        (p, Change("{\"Note\":\"n1\"}", "[{\"name\":\"Note\",\"value\":\"n1\"}]"), New, &["contact.value: … params"]),
        (p, Change("{\"Note\":\"n1\"}", "{}"), New, &["contact.value: … params"]),
    ]);
    let two = ["prepare", "a.csv", "--to", "meta-audience"];
    find(&two, &[
        (p, Change("\"PHONE\"", "\"EMAIL\""), New, &["payload.form: payload/000001.json, line 1: something else"]),
        (p, Change("[\"", "[\"0"), New, &["payload.form: payload/000001.json"]),
        (p, Change("\n[\"", "\n[\"0"), New, &["contact.phone: payload/000001.json, contact 0 (row 1 of a.csv), PHONE"]),
        (p, Change("\n[", "\n[\"\","), New, &["contact.key: … 2 values; expected 1 values", "contact.missing: … PHONE"]),
    ]);
}

#[test]
#[rustfmt::skip]
fn requests_that_do_not_hold_are_found_whatever_their_hash() {
    let p = "payload/000001.jsonl";
    find(&["prepare", "a.csv", "--to", "wawp"], &[
        (p, Drop(1), New, &["contact.phone: payload/000001.jsonl, line 1, contact 0 (row 1 of a.csv), path", "payload.order: … 2 contacts; expected 1 more"]),
        (p, Swap(1), New, &["contact.phone: payload/000001.jsonl, line 1, contact 0 (row 1 of a.csv), path"]),
        (p, Cut(60), New, &["payload.form: payload/000001.jsonl, line 1 … the last line does not end"]),
        (p, Change("{\"method\"", "{\"method\":1,\"method\""), New, &["payload.form: … other keys"]),
        (p, Change("{\"method\"", "[{\"method\""), New, &["payload.form: … no JSON"]),
        (p, Append("[]\n"), New, &["payload.form: … an array; expected a request", "payload.order: payload/000001.jsonl, contact 3: a contact"]),
        (p, Change("PUT", "PET"), New, &["payload.form: payload/000001.jsonl, line 1, contact 0 (row 1 of a.csv), method"]),
        (p, Change("/v2/", "/v1/"), New, &["payload.form: … path: another path"]),
        (p, Change("%40", "@"), New, &["payload.form: … path: another path"]),
        (p, Change("\"query\":{}", "\"query\":{\"token\":\"x\"}"), New, &["payload.form: … query"]),
        (p, Change("application/json", "text/plain"), New, &["payload.form: … headers"]),
        (p, Change("\"firstName\":\"Annabel\"", ""), New, &["contact.missing: … firstName"]),
        (p, Change("\"firstName\":\"Annabel\"", "\"firstName\":true"), New, &["contact.value: … firstName: another value; expected a text"]),
    ]);
    find(&["prepare", "a.csv", "--to", "whatsbizapi"], &[
        (p, Change("\"path\":\"/", "\"path\":\"/x/"), New, &["payload.form: … path: another path"]),
        (p, Change("\"Annabel\"", "\"Anna\\u0001bel\""), New, &["contact.value: … name: another value; expected no control characters"]),
        (p, Change("\"phone\":\"9", "\"phone\":\"+9"), New, &["contact.phone: … phone"]),
    ]);
    find(&["prepare", "a.csv", "--to", "wati"], &[
        (p, Change("[{\"name\":\"", "[{\"nam\":\""), New, &["contact.value: … customParams"]),
        (p, Change("\"body\":{", "\"body\":[{"), New, &["payload.form: … no JSON"]),
    ]);
}

#[test]
#[rustfmt::skip]
fn updates_and_what_is_to_be_followed_up_are_held_against_the_ledger_and_the_contract() {
    let lists = ["--existing", "stored.json", "--suppress", "stop.txt", "--set", "opt_in=yes"];
    let made_with = ["prepare", "a.csv", "b.csv", "--to", "superwaba"];
    let arguments = [&made_with[..], &lists].concat();
    let (r, u, f) = ("rows.csv", "updates/000001.jsonl", "follow-up.csv");
    let place = made(&arguments);
    let ledger = fs::read_to_string(place.path().join("out/rows.csv")).expect("the ledger");
    for fate in [",accepted,update,", ",unchanged,,", ",suppressed,,", ",duplicate,,"] {
        assert!(ledger.contains(fate), "{fate} is not in\n{ledger}");
    }
    assert!(report(place.path()).ok, "{}", said(&report(place.path())));
    find(
        &arguments,
        &[
            (r, Change(",update,", ",create,"), New, &["ledger.place: rows.csv", "ledger.counts: rows.csv, action"]),
            (r, Change("updates/000001", "payload/000001"), New, &["ledger.place: rows.csv"]),
            (r, Change("unchanged", "suppressed"), New, &["ledger.counts: rows.csv, fate"]),
            (r, Change("suppressed,,+971501234565", "suppressed,,"), New, &["ledger.phone: rows.csv"]),
            ("issues.jsonl", Change("phone.unchanged", "phone.suppressed"), New, &["issues.counts"]),
            (u, Remove, Old, &["file.missing: updates/000001.jsonl"]),
            (u, Make(""), New, &["payload.order: updates: the end", "payload.batch: updates/000001.jsonl"]),
            (u, Repeat(1), New, &["payload.order: updates/000001.jsonl, contact 1"]),
            (u, Change("PATCH", "POST"), New, &["payload.form: updates/000001.jsonl, contact 0"]),
            (u, Change("contacts/c2", "contacts/"), New, &["payload.form: updates/000001.jsonl, contact 0"]),
            (u, Change("\"name\"", "\"userName\""), New, &["contact.key: updates/000001.jsonl, contact 0, userName"]),
            (u, Change("\"name\"", "\"opted_in\""), New, &["contact.key: updates/000001.jsonl, contact 0, opted_in"]),
            (u, Cut(20), New, &["payload.form: updates/000001.jsonl, contact 0"]),
            ("updates/000002.jsonl", Make("{}"), Old, &["file.extra: updates/000002.jsonl"]),
            (f, Swap(2), New, &["payload.order: follow-up.csv"]),
            (f, Change(",true", ",yes"), New, &["payload.form: follow-up.csv, line 2"]),
            (f, Change("phone", "fone"), New, &["payload.form: follow-up.csv, line 1"]),
            (f, Change("+97150123456", "+97150123459"), New, &["payload.order: follow-up.csv, line 2"]),
            ("summary.json", Change("\"update\": 1", "\"update\": 2"), Old, &["summary.counts: summary.json, actions"]),
        ],
    );
}

#[test]
fn ids_flags_and_pictures_that_do_not_hold_are_found_whatever_their_hash() {
    let p = "payload/000001.jsonl";
    let awalchat =
        "Name,Phone,Tags,Favorite,Avatar\nAnnabel,+971501234561,vip,yes,https://x.co/a.png\n";
    let place = scratch();
    fs::write(place.path().join("a.csv"), awalchat).expect("written");
    let arguments =
        ["prepare", "a.csv", "--to", "awalchat", "--tag-id", "branch_id=vip=12", "-o", "out"];
    let output = rowcall(place.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let out = place.path().join("out");
    assert!(report(place.path()).ok, "{}", said(&report(place.path())));
    let whole = fs::read_to_string(out.join(p)).expect("written");
    for (from, to, key) in [
        ("\"branch_id\":\"12\"", "\"branch_id\":\"13\"", "branch_id"),
        ("\"branch_id\":\"12\"", "\"contact_group_id\":\"12\"", "contact_group_id"),
        ("\"is_favorite\":\"true\"", "\"is_favorite\":\"yes\"", "is_favorite"),
        ("\"is_favorite\":\"true\"", "\"is_favorite\":true", "is_favorite"),
        ("https://x.co/a.png", "ftp://x.co/a.png", "avatar"),
        ("\"avatar\":\"https://x.co/a.png\"", "\"file\":\"a.png\"", "file"),
    ] {
        assert!(whole.contains(from), "{from} is not in {whole}");
        fs::write(out.join(p), whole.replace(from, to)).expect("written");
        restamp(&out);
        let said = said(&report(place.path()));
        let expected = format!("contact.value: {p}, line 1, contact 0 (row 1 of a.csv), {key}: ");
        assert!(said.contains(&expected), "{to}:\n{said}");
    }
}

#[test]
#[rustfmt::skip]
fn a_payload_of_csv_that_does_not_hold_is_found_whatever_its_hash() {
    let p = "payload/000001.csv";
    find(&["prepare", "a.csv", "b.csv", "--to", "chatwoot"], &[
        (p, Change("phone_number", "phone"), New, &["payload.form: payload/000001.csv, line 1: another header"]),
        (p, Make(""), New, &["payload.form: payload/000001.csv, line 1: nothing; expected a header"]),
        (p, Drop(2), New, &["contact.phone: payload/000001.csv, line 2, contact 0 (row 1 of a.csv), phone_number"]),
        (p, Change("Bobby,", "Bobby"), New, &["payload.form: payload/000001.csv, line 3, contact 1 (row 2 of a.csv): 5 cells"]),
        (p, Change("Bobby", "Bob\"by"), New, &["payload.form: payload/000001.csv, line 3, contact 1 (row 2 of a.csv): a quote inside"]),
        (p, Change("+971501234562", ""), New, &["contact.missing: payload/000001.csv, line 3, contact 1 (row 2 of a.csv), phone_number"]),
        (p, Change("+971501234562", "971501234562"), New, &["contact.phone: … phone_number"]),
        (p, Change("\"vip,lead\"", "\"vip,,lead\""), New, &["contact.value: payload/000001.csv, line 2, contact 0 (row 1 of a.csv), labels"]),
        (p, Change("anna@x.co", "anna"), New, &["contact.value: … email"]),
        ("payload/000002.csv", Change("name,", "nam,"), New, &["payload.form: payload/000002.csv, line 1: another header"]),
    ]);
}

/// A platform of a user's own, with everything that the built-in ones do not have.
const MINE: &str = r#"
name = "mine"
title = "Mine"
[payload]
format = "json"
envelope = '{"v":[1,{"list":["$contacts"]}],"end":true}'
[[field]]
field = "phone"
key = "phone.code"
style = "+calling_code"
[[field]]
field = "phone"
key = "phone.rest"
style = "national"
[[field]]
field = "name"
key = "name"
chars_max = 8
letters_only = true
[[field]]
field = "opt_in"
key = "agreed"
[[field]]
value = "rowcall"
key = "from.program"
[[field]]
field = "tags"
key = "tags"
form = "joined"
separator = "i"
[params]
key = "more.params"
form = "list"
"#;

#[test]
fn a_platform_of_one_s_own_is_held_against_its_file() {
    let place = scratch();
    let at = |name: &str| place.path().join(name);
    let export = "Name,Phone,Opt in,Tags,Note\nAnn,+971501234561,yes,i;vip,n1\n";
    fs::write(at("a.csv"), export).expect("written");
    fs::write(at("mine.toml"), MINE).expect("written");
    let prepare = ["prepare", "a.csv", "--to", "mine.toml", "--tags-sep", ";", "-o", "out"];
    assert_eq!(rowcall(place.path(), &prepare).status.code(), Some(0));
    let run = |arguments: &[&str]| {
        let output = rowcall(place.path(), arguments);
        (output.status.code(), stderr(&output))
    };
    let mine = &["verify", "out", "--to", "mine.toml"];
    let (code, said) = run(mine);
    assert!(code == Some(0) && said.contains("whole and true"), "{said}");
    let (code, said) = run(&["verify", "out"]);
    assert!(code == Some(2) && said.contains("--to ./mine.toml"), "{said}");
    let (code, said) = run(&["verify", "out", "--to", "wati"]);
    assert!(code == Some(2) && said.contains("made for mine"), "{said}");
    fs::write(at("mine.toml"), format!("# a remark{MINE}")).expect("written");
    let (code, said) = run(mine);
    assert!(code == Some(0) && said.contains("not the one that the run used"), "{said}");
    let p = "out/payload/000001.json";
    let whole = fs::read_to_string(at(p)).expect("written");
    for (from, to, expected) in [
        ("\"rest\":\"50", "\"rest\":\"050", "phone.rest: another phone"),
        ("\"code\":\"+971", "\"code\":\"+97", "phone.code: another phone"),
        ("\"name\":\"Ann\"", "\"name\":\"Ann Maria\"", "name: another value; expected no more"),
        ("\"name\":\"Ann\"", "\"name\":\"Ann 2\"", "name: another value; expected letters"),
        ("\"agreed\":true", "\"agreed\":\"true\"", "agreed: another value"),
        ("\"program\":\"rowcall\"", "\"program\":\"other\"", "from.program: another value"),
        (",\"from\":{\"program\":\"rowcall\"}", "", "from.program: nothing"),
        ("{\"program\":\"rowcall\"}", "{}", "an empty object"),
        ("{\"program\":\"rowcall\"}", "\"rowcall\"", "from: an unknown key"),
        ("\"value\":\"n1\"", "\"value\":1", "more.params: another value"),
        ("\"end\":true", "\"end\":false", "something else stands around"),
        ("{\"v\":[1,", "{\"v\":[2,", "something else stands around"),
        ("\n]}],\"end", "\n]},3],\"end", "something else stands around"),
    ] {
        assert!(whole.contains(from), "{from} is not in {whole}");
        fs::write(at(p), whole.replacen(from, to, 1)).expect("written");
        restamp(&at("out"));
        let (code, said) = run(mine);
        assert!(code == Some(7) && said.contains(expected), "{to}: {said}");
    }
}

#[test]
fn the_exit_code_and_both_forms_of_the_report_say_the_same() {
    let place = made(&WABA);
    let run = |arguments: &[&str]| {
        let output = rowcall(place.path(), &[&["verify"], arguments].concat());
        let stdout = String::from_utf8(output.stdout.clone()).expect("text");
        (output.status.code(), stdout, stderr(&output))
    };
    let (code, out, said) = run(&["out"]);
    assert_eq!((code, out.as_str()), (Some(0), ""));
    assert!(said.starts_with("out: whole and true; 11 files, "), "{said}");
    assert!(said.contains(" 10 rows, ") && said.contains(", 5 contacts were checked"), "{said}");
    let ledger = fs::read_to_string(place.path().join("out/rows.csv")).expect("the ledger");
    let damaged = ledger.replace(",AE,", ",OM,");
    fs::write(place.path().join("out/rows.csv"), damaged).expect("written");
    let (code, _, said) = run(&["out"]);
    assert_eq!(code, Some(7));
    assert!(said.contains("file.hash: ") && said.ends_with(" were checked\n"), "{said}");
    assert!(said.contains("ledger.phone: ") && said.contains("(7)"), "{said}");
    let (code, out, said) = run(&["out", "--format", "json", "--quiet"]);
    assert_eq!((code, said.as_str()), (Some(7), ""));
    let report: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(report["schema"], "rowcall.verify/1");
    assert_eq!((&report["ok"], &report["checked"]["rows"]), (&false.into(), &10.into()));
    let kinds: Vec<&str> = report["differences"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|found| found["check"].as_str().expect("a name"))
        .collect();
    assert_eq!(kinds, ["file.hash", "ledger.counts", "ledger.phone"]);
    let first = &report["differences"][2]["first"][0];
    assert_eq!((&first["file"], &first["line"]), (&"rows.csv".into(), &2.into()));
    assert_eq!(
        (&first["source"], &first["row"], &first["key"]),
        (&"a.csv".into(), &1.into(), &"region".into())
    );
    for (folder, word) in
        [("nowhere", "no such folder"), ("a.csv", "no folder"), (".", "no output folder")]
    {
        let (code, _, said) = run(&[folder]);
        assert!(code == Some(2) && said.contains(word), "{folder}: {said}");
    }
}

#[test]
fn a_plan_that_we_do_not_have_is_noted_and_its_numbers_are_not_judged() {
    let place = made(&["prepare", "a.csv", "--to", "superwaba"]);
    let summary = place.path().join("out/summary.json");
    Act::Change("\"numbering_plan\": \"9", "\"numbering_plan\": \"8").on(&summary);
    Act::Change(",AE,", ",OM,").on(&place.path().join("out/rows.csv"));
    restamp(&place.path().join("out"));
    let report = report(place.path());
    assert!(report.notes[0].contains("numbers were not judged again"), "{:?}", report.notes);
    assert!(!said(&report).contains("ledger.phone"), "{}", said(&report));
}

#[test]
fn many_differences_are_counted_and_the_first_are_shown() {
    let place = scratch();
    let rows: String = (0..50).map(|n| format!("A,+9715012345{n:02}\n")).collect();
    fs::write(place.path().join("a.csv"), format!("Name,Phone\n{rows}")).expect("written");
    rowcall(place.path(), &["prepare", "a.csv", "--to", "superwaba", "-o", "out"]);
    let path = place.path().join("out/rows.csv");
    let ledger = fs::read_to_string(&path).expect("the ledger").replace("mobile", "pager");
    fs::write(path, ledger).expect("written");
    let said = stderr(&rowcall(place.path(), &["verify", "out"]));
    assert!(said.contains("(50)\n") && said.contains("  and 30 more\n"), "{said}");
}

/// Every byte of every file, one at a time, has one bit turned round.
#[test]
fn a_change_of_any_byte_is_found_by_its_hash_but_for_what_the_summary_alone_knows() {
    let place = made(&["prepare", "a.csv", "--to", "generic-csv"]);
    let out = place.path().join("out");
    for (path, bytes) in files_of(&out) {
        if path == "summary.json" {
            continue;
        }
        for at in (0..bytes.len()).step_by(13) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            fs::write(out.join(&path), &damaged).expect("written");
            assert!(!report(place.path()).ok, "byte {at} of {path}");
        }
        fs::write(out.join(&path), &bytes).expect("written");
    }
    assert!(report(place.path()).ok);
}

/// No other file repeats what these keys of the summary say; nor is white space in it anything.
const SUMMARY_ALONE: [&str; 18] = [
    "batch_size",
    "bytes",
    "cell_bytes_max",
    "compression",
    "delimiter",
    "encoding",
    "escape",
    "evidence",
    "has_header",
    "line_ends",
    "quote",
    "record_bytes_max",
    "record_cells_max",
    "rowcall",
    "skipped_lines",
    "tag_separator",
    "unpacked_bytes_max",
    "unpacked_ratio_max",
];

#[test]
fn a_change_of_the_summary_is_found_but_for_what_it_alone_knows() {
    let place = made(&["prepare", "a.csv", "--to", "superwaba"]);
    let path = place.path().join("out/summary.json");
    let whole = fs::read_to_string(&path).expect("the summary");
    let mut key = "";
    let mut unseen = BTreeSet::new();
    let mut start = 0;
    for line in whole.split_inclusive('\n') {
        let own = line.trim().split('"').nth(1).filter(|_| line.contains("\":"));
        key = own.unwrap_or(key);
        let text = line.trim_start();
        let value = text.find("\": ").map_or(0, |at| at + 3);
        for at in start + line.len() - text.len() + value..start + line.len() - 1 {
            let mut damaged = whole.clone().into_bytes();
            damaged[at] ^= 1;
            fs::write(&path, &damaged).expect("written");
            let is_found = verify(&place.path().join("out"), &Given::default())
                .map_or(true, |report| !report.ok || !report.notes.is_empty());
            if !is_found {
                unseen.insert(key.to_owned());
            }
        }
        start += line.len();
    }
    let known: BTreeSet<String> = SUMMARY_ALONE.iter().map(ToString::to_string).collect();
    assert_eq!(unseen, known);
}

#[test]
fn a_change_of_any_byte_of_the_ledger_is_found_whatever_its_hash() {
    let place = made(&WABA);
    let out = place.path().join("out");
    let whole = fs::read(out.join("rows.csv")).expect("the ledger");
    let summary = fs::read(out.join("summary.json")).expect("the summary");
    for at in (0..whole.len()).step_by(3) {
        let mut damaged = whole.clone();
        damaged[at] ^= 1 << (at % 8);
        fs::write(out.join("rows.csv"), &damaged).expect("written");
        restamp(&out);
        assert!(!report(place.path()).ok, "byte {at}: {}", String::from_utf8_lossy(&damaged));
        fs::write(out.join("summary.json"), &summary).expect("written");
    }
}

/// Where in a text the byte at an offset stands: the key before it in JSON, the index of the column
/// in CSV, or the word for what stands outside of both.
fn place_of(path: &str, text: &str, at: usize) -> String {
    let at = text.floor_char_boundary(at);
    let line = &text[text[..at].rfind('\n').map_or(0, |end| end + 1)..at];
    if path.contains(".csv") {
        let outside = line.split('"').step_by(2);
        return outside.map(|part| part.matches(',').count()).sum::<usize>().to_string();
    }
    let keys: Vec<&str> = line.split("\":").collect();
    let before = keys.len().checked_sub(2).and_then(|at| keys[at].rsplit('"').next());
    before.unwrap_or("").to_owned()
}

/// Only what the rows themselves say can be changed together with the hash and stay unseen: a check
/// without the inputs has nothing to hold it against. What the platform reads has its rules still.
#[test]
fn a_change_of_any_byte_is_found_whatever_its_hash_but_for_what_rows_say() {
    let place = made(&["prepare", "a.csv", "--to", "superwaba"]);
    let out = place.path().join("out");
    let summary = fs::read(out.join("summary.json")).expect("the summary");
    for (path, free) in [
        (
            "issues.jsonl",
            &["byte", "confidence", "differs", "error", "length", "suggestion", "value"][..],
        ),
        ("payload/000001.json", &["Note", "countryCode", "email", "tags", "userName"]),
        // The columns of the source that are filled, then `_problems`, `_suggestion` and `_raw`.
        ("rejects.csv", &["0", "1", "10", "11", "12"]),
        ("duplicates.csv", &["0", "1", "5", "10", "11"]),
    ] {
        let whole = fs::read_to_string(out.join(path)).expect("text");
        let mut unseen = BTreeSet::new();
        for at in 0..whole.len() {
            let mut damaged = whole.clone().into_bytes();
            damaged[at] ^= 1;
            fs::write(out.join(path), &damaged).expect("written");
            restamp(&out);
            if report(place.path()).ok {
                unseen.insert(place_of(path, &whole, at));
            }
            fs::write(out.join("summary.json"), &summary).expect("written");
        }
        fs::write(out.join(path), &whole).expect("written");
        let known: BTreeSet<String> = free.iter().map(ToString::to_string).collect();
        assert_eq!(unseen, known, "{path}");
    }
}

#[test]
fn every_check_stands_in_the_documentation() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/verify.md")).expect("docs/verify.md");
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| `")).collect();
    let all: Vec<Check> = Check::all().collect();
    assert_eq!(rows.len(), all.len());
    for (row, check) in rows.iter().zip(all) {
        let words = [&format!("| `{}` |", check.as_str()), check.sentence()];
        assert!(words.into_iter().all(|word| row.contains(word)), "{}: {row}", check.as_str());
    }
}

/// The names of files of a run, and others.
const NAMES: [&str; 9] = [
    "summary.json",
    "rows.csv",
    "issues.jsonl",
    "rejects.csv",
    "rejects-1.csv",
    "duplicates-2.csv",
    "payload/000001.json",
    "payload",
    "x",
];

/// A value in the place of another.
fn odd() -> impl Strategy<Value = Value> {
    let number = prop_oneof![Just(0), Just(1), Just(u64::MAX), Just(u64::MAX / 2), any::<u64>()];
    prop_oneof![
        3 => number.prop_map(Value::from),
        1 => Just(Value::Null),
        1 => "\\PC{0,8}".prop_map(Value::from),
        1 => Just(Value::Array(Vec::new())),
        1 => Just(serde_json::json!({"a": [{}]})),
    ]
}

/// Puts a value in the place of the n-th below `value`, counted round.
fn replace(value: &mut Value, n: &mut usize, by: &Value) {
    if *n == 0 {
        *value = by.clone();
    }
    *n = n.wrapping_sub(1);
    match value {
        Value::Array(list) => list.iter_mut().for_each(|inner| replace(inner, n, by)),
        Value::Object(map) => map.values_mut().for_each(|inner| replace(inner, n, by)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_folder_of_garbage_is_too_much(
        files in proptest::collection::vec((0..NAMES.len(), proptest::collection::vec(any::<u8>(), 0..200)), 0..8),
    ) {
        let place = scratch();
        fs::create_dir(place.path().join("out")).expect("made");
        for (name, bytes) in files {
            let path = place.path().join("out").join(NAMES[name]);
            let _ = path.parent().map(fs::create_dir_all);
            let _ = fs::write(path, bytes);
        }
        let report = verify(&place.path().join("out"), &Given::default());
        prop_assert!(report.map_or(true, |report| !report.ok));
    }

    #[test]
    fn no_splice_into_a_file_is_too_much(
        file in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        length in 0usize..40,
        bytes in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..12),
            "[\",\n0-9{}:a-f/]{0,12}".prop_map(String::into_bytes),
            Just(b"18446744073709551615".to_vec()),
        ],
        stamp in any::<bool>(),
    ) {
        let place = made(&WABA);
        let out = place.path().join("out");
        let files: Vec<(String, Vec<u8>)> = files_of(&out).into_iter().collect();
        let (path, mut content) = files[file.index(files.len())].clone();
        let start = at.index(content.len() + 1);
        let end = content.len().min(start + length);
        content.splice(start..end, bytes);
        fs::write(out.join(path), content).expect("written");
        if stamp {
            restamp(&out);
        }
        let _ = verify(&out, &Given::default());
    }

    #[test]
    fn no_value_in_the_summary_is_too_much(n in 0usize..400, by in odd()) {
        let place = made(&WABA);
        let path = place.path().join("out/summary.json");
        let mut summary = support::summary(&place.path().join("out"));
        let mut n = n;
        replace(&mut summary, &mut n, &by);
        fs::write(path, summary.to_string()).expect("written");
        let _ = verify(&place.path().join("out"), &Given::default());
    }
}
