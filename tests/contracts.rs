//! The built-in platforms against what their documents show. Each folder in `fixtures/contracts` is
//! one platform: `case.toml` has a sentence, `input.csv` an export, and `payload/` what the platform
//! must get of it, to the byte, written by hand from its documents. `bad/` has platform files that
//! must be refused; the first line of each has the words that the error must have.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rowcall::write::contract::Contract;
use serde::Deserialize;
use support::{csv_records, files_of, fixtures, rowcall, scratch, stderr};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the payload proves, as a sentence.
    fact: String,
    /// A platform file in the folder; without it the folder is named after the platform.
    platform: Option<String>,
    /// What the command line needs beyond the usual.
    #[serde(default)]
    arguments: Vec<String>,
}

fn folder() -> PathBuf {
    fixtures().join("contracts")
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect()
}

#[test]
fn every_platform_gets_what_its_documents_show() {
    let cases: Vec<String> = names_in(&folder()).into_iter().filter(|it| it != "bad").collect();
    for contract in Contract::built_in() {
        assert!(cases.contains(&contract.name), "{} has no fixture", contract.name);
    }
    let failures: Vec<String> = cases.iter().filter_map(|name| failure_of(name)).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// What is wrong with a case, if anything.
fn failure_of(name: &str) -> Option<String> {
    let folder = folder().join(name);
    let text = fs::read_to_string(folder.join("case.toml")).expect("case.toml");
    let case: Case = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let say = |what: String| Some(format!("{name}: {}\n  {what}", case.fact));
    let own = case.platform.as_ref().map(|file| folder.join(file).display().to_string());
    let input = folder.join("input.csv").display().to_string();
    let place = scratch();
    let mut arguments =
        vec!["prepare", &input, "--to", own.as_deref().unwrap_or(name), "-o", "out"];
    arguments.extend(case.arguments.iter().map(String::as_str));
    let output = rowcall(place.path(), &arguments);
    if output.status.code() != Some(0) {
        return say(format!("exit {:?}: {}", output.status.code(), stderr(&output)));
    }
    let (got, wanted) =
        (files_of(&place.path().join("out/payload")), files_of(&folder.join("payload")));
    let shown = |files: &std::collections::BTreeMap<String, Vec<u8>>| -> String {
        files.iter().map(|(name, it)| format!("{name}:\n{}", String::from_utf8_lossy(it))).collect()
    };
    if got != wanted {
        return say(format!("got\n{}expected\n{}", shown(&got), shown(&wanted)));
    }
    // Where the document's own sample is quoted in another way, the records are the same.
    let documented = fs::read(folder.join("documented.csv")).ok()?;
    let records = csv_records(got.values().next().expect("a file"));
    (records != csv_records(&documented)).then(|| format!("{name}: not the documented records"))
}

#[test]
fn every_bad_platform_file_is_refused_with_the_line_and_what_to_do() {
    let bad = folder().join("bad");
    let names = names_in(&bad);
    assert!(names.len() >= 50, "only {} were found", names.len());
    let mut failures = Vec::new();
    for name in names {
        let bytes = fs::read(bad.join(&name)).expect("a file");
        let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let words = std::str::from_utf8(first).expect("text").trim_start_matches("# ");
        let output = rowcall(&bad, &["platforms", &name]);
        let said = stderr(&output);
        let words = words.split(" | ").chain([name.as_str()]);
        let lost: Vec<&str> = words.filter(|word| !said.contains(word)).collect();
        if output.status.code() != Some(2) || !lost.is_empty() || said.lines().count() != 1 {
            failures.push(format!("{:?} {lost:?}: {said}", output.status.code()));
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.concat());
}

#[test]
fn a_platform_file_that_cannot_be_read_says_why() {
    let place = scratch();
    fs::create_dir(place.path().join("folder.toml")).expect("made");
    let large = fs::File::create(place.path().join("large.toml")).expect("made");
    large.set_len(2 << 20).expect("grown");
    for (name, words) in [
        ("missing.toml", "is not there"),
        ("folder.toml", "is a folder"),
        ("large.toml", "more than 1048576 bytes"),
        ("missing", "there is no platform `missing`"),
    ] {
        let output = rowcall(place.path(), &["template", "--to", name]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(stderr(&output).contains(words), "{name}: {}", stderr(&output));
    }
}

#[test]
fn a_platform_file_may_begin_with_a_byte_order_mark_and_end_in_capitals() {
    let place = scratch();
    let file = rowcall(place.path(), &["platforms", "vobiz", "--toml"]).stdout;
    let marked = [b"\xef\xbb\xbf", &file[..]].concat();
    let crlf = String::from_utf8(marked).expect("text").replace('\n', "\r\n");
    fs::write(place.path().join("MINE.TOML"), crlf).expect("written");
    let output = rowcall(place.path(), &["platforms", "MINE.TOML"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}
