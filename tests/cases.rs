//! Each folder in `fixtures/cases` is one behaviour: `case.toml` says how the program is run and
//! what it must say; `expected/`, where it is there, is the output folder to the byte, but for
//! `summary.json`, whose counts stand in `case.toml`, `upload.sh`, which `platforms.rs` runs, and
//! `report.html`, at which `report_page.rs` looks.
//!
//! `ROWCALL_BLESS=1 cargo test --test cases` writes the expected outputs anew; read the diff.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use support::{files_of, fixtures, rowcall, scratch, stderr, summary};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The behaviour, as a sentence.
    fact: String,
    /// The arguments; the case's own files stand in the current folder, outputs go to `out`.
    arguments: Vec<String>,
    /// The exit code.
    exit: i32,
    /// What stderr must contain.
    #[serde(default)]
    stderr: Vec<String>,
    /// The counts in `summary.json` that are not 0.
    #[serde(default)]
    counts: BTreeMap<String, u64>,
}

#[test]
fn every_case_gives_what_it_says() {
    let mut folders: Vec<_> = fs::read_dir(fixtures().join("cases"))
        .expect("fixtures/cases")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    folders.sort();
    assert!(folders.len() >= 20, "only {} cases were found", folders.len());
    let failures: Vec<String> = folders.iter().filter_map(|folder| failure_of(folder)).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// What is wrong with a case, if anything.
fn failure_of(folder: &Path) -> Option<String> {
    let text = fs::read_to_string(folder.join("case.toml")).expect("case.toml");
    let case: Case = toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let place = scratch();
    for (name, bytes) in files_of(folder) {
        if !name.starts_with("expected/") {
            fs::write(place.path().join(name), bytes).expect("copied");
        }
    }
    let output = rowcall(place.path(), &case.arguments);
    let said = stderr(&output);
    let say = |what: String| {
        let name = folder.file_name().expect("a name").display();
        Some(format!("{name}: {}\n  {what}\n  stderr: {said}", case.fact))
    };
    if output.status.code() != Some(case.exit) {
        return say(format!("exit {:?}, expected {}", output.status.code(), case.exit));
    }
    if let Some(missing) = case.stderr.iter().find(|part| !said.contains(*part)) {
        return say(format!("stderr lacks {missing:?}"));
    }
    let out = place.path().join("out");
    if case.exit == 0
        && out.is_dir()
        && let Some(what) = untrue(place.path(), &case.arguments)
    {
        return say(what);
    }
    let mut written = files_of(&out);
    written.remove("upload.sh");
    written.remove("report.html");
    if written.remove("summary.json").is_some() {
        let counts = summary(&out)["counts"].clone();
        let counts: BTreeMap<String, u64> = serde_json::from_value(counts).expect("counts");
        let counts = counts.into_iter().filter(|(_, count)| *count > 0).collect();
        if case.counts != counts {
            return say(format!("counts {counts:?}, expected {:?}", case.counts));
        }
    }
    let expected = folder.join("expected");
    if std::env::var_os("ROWCALL_BLESS").is_some() && !written.is_empty() {
        bless(&expected, &written);
    }
    compare(&expected, &written).and_then(say)
}

/// What `verify` says of the output, if it is not true: every behaviour that is pinned down here
/// must hold against a second pair of eyes, too.
fn untrue(place: &Path, arguments: &[String]) -> Option<String> {
    let mut all = vec!["verify", "out"];
    if let Some(own) = arguments.iter().find(|argument| argument.ends_with(".toml")) {
        all.extend(["--to", own]);
    }
    let output = rowcall(place, &all);
    (output.status.code() != Some(0)).then(|| format!("verify says:\n{}", stderr(&output)))
}

fn bless(expected: &Path, written: &BTreeMap<String, Vec<u8>>) {
    let _ = fs::remove_dir_all(expected);
    for (name, bytes) in written {
        let path = expected.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("blessed");
    }
}

/// The first difference between the expected files and those that were written.
fn compare(expected: &Path, written: &BTreeMap<String, Vec<u8>>) -> Option<String> {
    let expected = files_of(expected);
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    if names(&expected) != names(written) {
        return Some(format!("files {:?}, expected {:?}", names(written), names(&expected)));
    }
    for (name, bytes) in written {
        let (got, wanted) =
            (String::from_utf8_lossy(bytes), String::from_utf8_lossy(&expected[name]));
        if let Some((line, (got, wanted))) = (1..)
            .zip(got.split('\n').zip(wanted.split('\n')))
            .find(|(_, (got, wanted))| got != wanted)
        {
            return Some(format!("{name}, line {line}:\n  got      {got}\n  expected {wanted}"));
        }
        if bytes != &expected[name] {
            return Some(format!(
                "{name}: {} bytes, expected {}",
                bytes.len(),
                expected[name].len()
            ));
        }
    }
    None
}
