//! Every file of `fixtures/encodings`, which `make.py` there makes: read as detected and as given,
//! from a file and from a pipe, it gives the one payload of its set, and every byte is accounted
//! for.
//!
//! `ROWCALL_BLESS=1 cargo test --test encodings` writes the expected payloads anew; read the diff.

mod support;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{fixtures, rowcall, scratch, stderr, summary};

/// A file and what its name says: `SET.LABEL[.bom][.END].csv[.PACKED]`.
struct Sample {
    path: PathBuf,
    name: String,
    set: String,
    label: String,
}

fn samples() -> Vec<Sample> {
    let entries = fs::read_dir(fixtures().join("encodings")).expect("fixtures/encodings");
    let mut all: Vec<Sample> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_str().is_some_and(|path| path.contains(".csv")))
        .map(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).expect("text").to_owned();
            let mut parts = name.split('.');
            let mut part = || parts.next().expect("a set and a label").to_owned();
            Sample { set: part(), label: part(), name: name.clone(), path }
        })
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(all.len() > 50, "only {} files were found", all.len());
    all
}

/// The payload of a sample, and the facts of its source.
fn read(sample: &Sample, more: &[&str]) -> (String, serde_json::Value) {
    let place = scratch();
    let input = sample.path.to_str().expect("text");
    let mut arguments = vec!["prepare", input, "--to", "superwaba", "-o", "out"];
    arguments.extend(more);
    let output = rowcall(place.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}: {}", sample.name, stderr(&output));
    facts(&place.path().join("out"), sample)
}

fn facts(out: &Path, sample: &Sample) -> (String, serde_json::Value) {
    let payload = fs::read_to_string(out.join("payload/000001.json"));
    let payload = payload.unwrap_or_else(|e| panic!("{}: {e}", sample.name));
    let summary = summary(out);
    assert_eq!(summary["problems"], serde_json::json!({}), "{}", sample.name);
    assert_eq!(summary["counts"]["accepted"], 10, "{}", sample.name);
    (payload, summary["sources"][0].clone())
}

fn expected(set: &str) -> PathBuf {
    fixtures().join("encodings/expected").join(format!("{set}.json"))
}

/// What is expected of a set is what its UTF-8 file gives.
fn bless() {
    fs::create_dir_all(fixtures().join("encodings/expected")).expect("made");
    for sample in samples().iter().filter(|it| it.name == format!("{}.utf-8.csv", it.set)) {
        let (payload, _) = read(sample, &[]);
        fs::write(expected(&sample.set), payload).expect("blessed");
    }
}

#[test]
fn every_file_gives_the_payload_of_its_set_where_its_encoding_is_given() {
    if std::env::var_os("ROWCALL_BLESS").is_some() {
        bless();
    }
    for sample in samples() {
        let (payload, source) = read(&sample, &["--encoding", &sample.label]);
        let wanted = fs::read_to_string(expected(&sample.set)).expect("an expected payload");
        assert_eq!(payload, wanted, "{}", sample.name);
        assert_eq!(source["evidence"]["encoding"], "given", "{}", sample.name);
        assert!(source["encoding_is_doubtful"].is_null(), "{}", sample.name);
        if source["compression"].is_null() {
            let length = fs::metadata(&sample.path).expect("a file").len();
            assert_eq!(source["bytes"], length, "{}", sample.name);
        }
    }
}

#[test]
fn an_encoding_that_was_given_is_doubted_where_the_text_is_well_formed_utf_8() {
    let of_utf_8 = samples().into_iter().filter(|it| it.name == format!("{}.utf-8.csv", it.set));
    let mut doubted = 0;
    for sample in of_utf_8 {
        let input = sample.path.to_str().expect("text");
        let input = [input, "--encoding", "windows-1252"];
        let arguments = [&["check"], &input[..], &["--region", "AE"]].concat();
        let said = stderr(&rowcall(Path::new("."), &arguments)).replace(['\n', ' '], "");
        let doubt = "warning:thetextiswell-formedUTF-8,and--encodingsayswindows-1252;";
        assert!(said.contains(doubt), "{}: {said}", sample.name);
        let arguments = [&["inspect"], &input[..], &["--format", "json"]].concat();
        let output = rowcall(Path::new("."), &arguments);
        let facts: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let warning = facts["warnings"][0].as_str().unwrap_or_default();
        assert!(warning.ends_with("leave --encoding out"), "{}: {facts}", sample.name);
        doubted += 1;
    }
    assert!(doubted > 5, "only {doubted} files were tried");
}

/// Ten rows in these are too little, or too much like another encoding, to be told from it.
const NOT_DETECTED: [&str; 1] = ["latin.macintosh.csv as \"windows-1252\""];

#[test]
fn every_file_gives_the_payload_of_its_set_where_its_encoding_is_detected() {
    let mut wrong = Vec::new();
    for sample in samples() {
        let (payload, source) = read(&sample, &[]);
        let wanted = fs::read_to_string(expected(&sample.set)).expect("an expected payload");
        assert_eq!(source["evidence"]["encoding"], "detected", "{}", sample.name);
        if payload != wanted {
            wrong.push(format!("{} as {}", sample.name, source["encoding"]));
        }
    }
    assert_eq!(wrong, NOT_DETECTED);
}

#[test]
fn what_comes_from_a_pipe_or_in_small_chunks_is_the_same() {
    for sample in samples().iter().filter(|sample| sample.set == "latin") {
        let given = ["--encoding", sample.label.as_str()];
        let (whole, mut source) = read(sample, &given);
        let small = [&given[..], &["--chunk-bytes", "7", "--threads", "3"]].concat();
        assert_eq!(read(sample, &small), (whole.clone(), source.clone()), "{}", sample.name);
        let place = scratch();
        let output = Command::new(env!("CARGO_BIN_EXE_rowcall"))
            .args(["prepare", "-", "--to", "superwaba", "-o", "out"])
            .args(given)
            .current_dir(place.path())
            .env_clear()
            .stdin(File::open(&sample.path).expect("a file"))
            .output()
            .expect("the program starts");
        assert_eq!(output.status.code(), Some(0), "{}: {}", sample.name, stderr(&output));
        source["source"] = "stdin".into();
        assert_eq!(facts(&place.path().join("out"), sample), (whole, source), "{}", sample.name);
    }
}
