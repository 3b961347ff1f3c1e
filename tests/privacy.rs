//! Whose data it is: nobody else can read what is written, at no moment; nothing of a cell is said
//! on stderr; and `--redact` leaves nothing of a cell in what is passed on.

mod support;

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::{csv_records, fixtures, issues, rowcall, scratch, stderr, summary};

/// An export in which every cell begins with the same words, and every kind of fate occurs.
const EXPORT: &str = "Name,Phone,Email,Country,Tags,Notes\n\
    Canaryann,+971501234567,canaryann@example.com,AE,canarytag,canarynote\n\
    Canarybob,canaryphone,canarybob@example.com,AE,,\n\
    Canarycat,+971501234567,canarycat@example.com,Canaryland,,\n\
    \"Canarydan,+971501234568,canary,,,\n\
    Canaryeve,+971501234569,canary@@,AE,,canary\"quote\n\
    Canaryfay,0501234560 / 0501234561 x77,canary,AE,\"canaryone;canarytwo\",\n\
    ,,,,,\n\
    Canarygus,+9715,,,,\n";

fn place() -> tempfile::TempDir {
    let place = scratch();
    fs::write(place.path().join("a.csv"), EXPORT).expect("written");
    place
}

const RUN: [&str; 8] = ["prepare", "a.csv", "--to", "superwaba", "--region", "AE", "-o", "out"];

#[test]
fn a_redacted_report_holds_nothing_of_a_cell_and_is_still_true() {
    let place = place();
    let output = rowcall(place.path(), &[&RUN[..], &["--redact"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let out = place.path().join("out");
    assert_eq!(summary(&out)["settings"]["redact"], true);
    for name in [
        "issues.jsonl",
        "rejects.csv",
        "duplicates.csv",
        "summary.json",
        "upload.sh",
        "report.html",
    ] {
        let text = fs::read_to_string(out.join(name)).expect("a file").to_lowercase();
        assert!(!text.contains("canary"), "{name}: {text}");
        for digits in ["50123", "01234", "12345", "0501", "x77"] {
            assert!(!text.contains(digits), "{name} has {digits}: {text}");
        }
    }
    assert_eq!(rowcall(place.path(), &["verify", "out"]).status.code(), Some(0));
    // The payload and the ledger are what they are without it.
    let plain: Vec<&str> = RUN.iter().map(|it| if *it == "out" { "plain" } else { *it }).collect();
    assert_eq!(rowcall(place.path(), &plain).status.code(), Some(0));
    for name in ["rows.csv", "payload/000001.json"] {
        let file = |folder: &str| fs::read(place.path().join(folder).join(name)).expect("there");
        assert_eq!(file("out"), file("plain"), "{name}");
    }
}

#[test]
fn what_is_masked_keeps_its_form_and_the_last_digits_of_a_phone() {
    let place = place();
    let output = rowcall(place.path(), &[&RUN[..], &["--redact"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let out = place.path().join("out");
    let shown = issues(&out);
    let duplicate = shown.iter().find(|it| it["code"] == "phone.duplicate").expect("one");
    assert_eq!(duplicate["phone"], "+97150*****67");
    let letters = shown.iter().find(|it| it["row"] == 2).expect("one");
    assert_eq!(letters["value"], "***********");
    let rejects = csv_records(&fs::read(out.join("rejects.csv")).expect("there"));
    assert_eq!(rejects[0][..2], ["Name", "Phone"], "headers are shown");
    assert_eq!(rejects[1][0], "*********");
    let counted = |folder: &Path| summary(folder)["counts"].clone();
    let checked = ["check", "a.csv", "--region", "AE", "--redact", "-o", "checked"];
    assert_eq!(rowcall(place.path(), &checked).status.code(), Some(3));
    assert_eq!(counted(&place.path().join("checked")), counted(&out));
    assert_eq!(rowcall(place.path(), &["verify", "checked"]).status.code(), Some(0));
}

#[test]
fn verify_tells_a_folder_that_is_said_to_be_redacted_and_is_not() {
    let place = place();
    assert_eq!(rowcall(place.path(), &RUN).status.code(), Some(0));
    let path = place.path().join("out/summary.json");
    let text = fs::read_to_string(&path).expect("there");
    let said = text.replace("\"cell_bytes_max\"", "\"redact\": true,\n    \"cell_bytes_max\"");
    fs::write(&path, said).expect("written");
    let output = rowcall(place.path(), &["verify", "out"]);
    assert_eq!(output.status.code(), Some(7));
    assert!(stderr(&output).contains("issues.row"), "{}", stderr(&output));
}

/// Every export of the fixtures, redacted: no cell of a row that was not accepted stands in what is
/// passed on.
#[test]
fn no_long_cell_of_any_fixture_outlives_its_redaction() {
    let cases = fs::read_dir(fixtures().join("problems")).expect("a folder");
    let mut looked_at = 0;
    for case in cases {
        let input = case.expect("an entry").path().join("input.csv");
        if !input.exists() {
            continue;
        }
        let place = scratch();
        let input = input.to_str().expect("a name");
        let run = ["check", input, "--redact", "-o", "out", "--quiet"];
        let output = rowcall(place.path(), &run);
        if !matches!(output.status.code(), Some(0 | 3)) {
            continue;
        }
        for issue in issues(&place.path().join("out")) {
            let digits = |c: char| c.is_alphanumeric();
            for key in ["value", "phone"] {
                let left = issue[key].as_str().unwrap_or_default().matches(digits).count();
                let most = if key == "phone" { 7 } else { 2 };
                assert!(left <= most, "{input}: {issue}");
            }
            looked_at += 1;
        }
    }
    assert!(looked_at > 50, "{looked_at}");
}

#[test]
fn nothing_of_a_cell_is_said_on_stderr_by_any_command() {
    let place = place();
    assert_eq!(rowcall(place.path(), &RUN).status.code(), Some(0));
    fs::write(place.path().join("answer.json"), "{\"some\": \"canaryann\", \"+971501234567\": 1}")
        .expect("written");
    fs::write(place.path().join("stored.json"), "{\"canary\": [\"canaryann\"]}").expect("written");
    let broken = place.path().join("broken");
    fs::create_dir_all(broken.join("payload")).expect("made");
    for (name, bytes) in support::files_of(&place.path().join("out")) {
        let text = String::from_utf8(bytes).expect("text").replace("Canary", "Canarx");
        fs::write(broken.join(name), text).expect("written");
    }
    let runs: [&[&str]; 9] = [
        &["check", "a.csv"],
        &["check", "a.csv", "--no-header", "--map", "phone=#2"],
        &["check", "a.csv", "--max-rejects", "0"],
        &["prepare", "a.csv", "--to", "superwaba", "-o", "x", "--existing", "stored.json"],
        &["prepare", "a.csv", "--to", "superwaba", "-o", "x", "--suppress", "a.csv"],
        &["inspect", "a.csv"],
        &["verify", "out"],
        &["verify", "broken"],
        &["reconcile", "out", "answer.json", "-o", "joined"],
    ];
    for run in runs {
        let said = stderr(&rowcall(place.path(), run)).to_lowercase();
        assert!(!said.contains("canary"), "{run:?}: {said}");
        assert!(!said.contains("501234"), "{run:?}: {said}");
    }
}

#[test]
fn files_and_folders_are_for_their_owner_alone_while_they_are_written() {
    let place = scratch();
    fs::write(place.path().join("stored.csv"), "Phone\n+971501234561\n").expect("written");
    // Every bit that is not withheld would be given.
    let script = "umask 000; exec \"$0\" prepare - --to superwaba -o out --batch-size 1 \
                  --existing stored.csv --chunk-bytes 100";
    let mut child = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_rowcall")])
        .current_dir(place.path())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sh runs");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(b"Name,Phone\n").expect("taken");
    let rows = "Ann,+971501234562\nBob,+971501234563\n".repeat(40_000);
    input.write_all(rows.as_bytes()).expect("taken");
    let start = Instant::now();
    let mut seen = Vec::new();
    while !seen.iter().any(|name: &String| name.ends_with(".json")) {
        assert!(start.elapsed() < Duration::from_secs(20), "{seen:?}");
        seen.clear();
        check_modes(place.path(), &mut seen);
    }
    drop(input);
    assert!(child.wait().expect("it ends").success());
    seen.clear();
    check_modes(place.path(), &mut seen);
    assert!(seen.len() >= 8, "{seen:?}");
}

/// Asserts the modes of everything that a run has made below a folder.
fn check_modes(folder: &Path, seen: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // It may go away meanwhile.
        let Ok(facts) = entry.metadata() else { continue };
        if name == "stored.csv" {
            continue;
        }
        let expected = if facts.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(facts.permissions().mode() & 0o777, expected, "{name}");
        seen.push(name);
        if facts.is_dir() {
            check_modes(&entry.path(), seen);
        }
    }
}
