//! Hostile in content: bytes that are no text, numbers of ten thousand digits, cells made for
//! terminals, spreadsheets, browsers and readers of JSON.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::measure::{check_linear, measured};
use crate::support::{contacts, csv_records, files_of, issues, rowcall, scratch, stderr, summary};

const RUN: [&str; 8] = ["prepare", "a.csv", "--to", "superwaba", "--region", "AE", "-o", "out"];

/// Prepares these bytes; the output folder is `out`.
fn prepared(bytes: &[u8], more: &[&str]) -> (tempfile::TempDir, i32, String) {
    let place = scratch();
    fs::write(place.path().join("a.csv"), bytes).expect("written");
    let output = rowcall(place.path(), &[&RUN[..], more].concat());
    let code = output.status.code().expect("it ends by itself");
    if code == 0 {
        let verified = rowcall(place.path(), &["verify", "out"]);
        assert_eq!(verified.status.code(), Some(0), "{}", stderr(&verified));
    }
    (place, code, stderr(&output))
}

/// How many rows had a problem.
fn count(place: &Path, code: &str) -> u64 {
    summary(&place.join("out"))["problems"][code].as_u64().unwrap_or(0)
}

#[test]
fn bytes_that_are_no_text_cost_their_row_and_never_become_another_character() {
    let bad: [&[u8]; 8] = [
        b"\xff",
        b"\xc3",
        b"\xe2\x28\xa1",
        // Surrogates, alone and as a pair.
        b"\xed\xa0\x80",
        b"\xed\xa0\xbd\xed\xb8\x80",
        // More bytes than are needed, and beyond the last character.
        b"\xc0\xaf",
        b"\xf4\x90\x80\x80",
        b"\xf8\x88\x80\x80\x80",
    ];
    let mut text = "Name,Phone\n".as_bytes().to_vec();
    // What speaks for UTF-8.
    (0..50u32).for_each(|at| text.extend(format!("Zoë {at},+9715012345{at:02}\n").as_bytes()));
    for (at, bytes) in bad.iter().enumerate() {
        text.extend(b"Bad ");
        text.extend(*bytes);
        text.extend(format!(",+9715012346{at:02}\n").as_bytes());
    }
    let (place, code, said) = prepared(&text, &["--encoding", "utf-8"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(count(place.path(), "record.bad_bytes"), bad.len() as u64);
    for (name, bytes) in files_of(&place.path().join("out/payload")) {
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert!(!text.contains('\u{fffd}') && !text.contains("Bad"), "{name}");
    }
}

#[test]
fn half_a_pair_of_surrogates_in_utf_16_costs_its_row() {
    let line = |name: &[u16], phone: &str| {
        let mut units = name.to_vec();
        units.extend(format!(",{phone}\n").encode_utf16());
        units.into_iter().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
    };
    let text = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(line(&text("Name"), "Phone"));
    bytes.extend(line(&text("Ann \u{1f600}"), "+971501234561"));
    bytes.extend(line(&[0xd83d], "+971501234562"));
    bytes.extend(line(&[0xde00, 0xd83d], "+971501234563"));
    bytes.extend(line(&text("Bob"), "+971501234564"));
    // And half a character at the end.
    bytes.push(b'x');
    let (place, code, said) = prepared(&bytes, &[]);
    assert_eq!(code, 0, "{said}");
    let counts = summary(&place.path().join("out"))["counts"].clone();
    assert_eq!((&counts["accepted"], &counts["malformed"]), (&2.into(), &3.into()), "{counts}");
}

#[test]
fn a_file_in_two_encodings_loses_the_rows_of_the_other() {
    let mut bytes = "Name,Phone\nZoë,+971501234561\nRené,+971501234562\n".as_bytes().to_vec();
    bytes.extend(b"Ren\xe9,+971501234563\n\x80\x81\x82,+971501234564\n");
    let (place, code, said) = prepared(&bytes, &["--encoding", "utf-8"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(count(place.path(), "record.bad_bytes"), 2);
    assert_eq!(contacts(&place.path().join("out")).len(), 2);
}

#[test]
fn phones_of_ten_thousand_characters_take_time_in_proportion() {
    let cells: [(&str, &str); 8] = [
        ("digits", "9"),
        ("plus signs", "+"),
        ("numbers without end", "+971501234561;"),
        ("numbers parted by slashes", "0501234561 / "),
        ("brackets", "(0)"),
        ("letters", "x"),
        ("Arabic digits", "٠"),
        ("marks of direction", "\u{202e}1"),
    ];
    let usual = ["prepare", "-", "--to", "superwaba", "--region", "AE", "-o", "out"];
    for (name, piece) in cells {
        check_linear(name, &usual, 0, 6, |out, n| {
            out.write_all(b"Name,Phone\n")?;
            let cell = piece.repeat(10_000 / piece.len());
            for _ in 0..n {
                writeln!(out, "Ann,\"{cell}\"")?;
            }
            Ok(())
        });
    }
    // The cell itself grows.
    for (name, piece) in cells {
        check_linear(name, &usual, 0, 10_000, |out, n| {
            writeln!(out, "Name,Phone\nAnn,\"{}\"", piece.repeat(n / piece.len()))
        });
    }
}

/// What a terminal would obey, and what turns text round.
const TERMINAL: &str =
    "\u{1b}[2J\u{1b}]0;x\u{7}\u{8}\u{9b}31m\u{202e}\u{2066}\u{200f}\u{61c}\u{2028}\u{e0041}";

/// Asserts that text for a terminal holds nothing that it would obey.
fn is_harmless(text: &str, what: &str) {
    let obeyed = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}'
                | '\u{61c}' | '\u{2028}' | '\u{2029}' | '\u{e0000}'..='\u{e007f}')
    };
    assert!(!text.contains(obeyed), "{what}: {text:?}");
}

#[test]
fn what_terminals_obey_is_shown_escaped_wherever_it_stands() {
    let place = scratch();
    let name = format!("{}.csv", TERMINAL.replace('\0', ""));
    let text = format!(
        "Name,Phone,{TERMINAL}\nAnn{TERMINAL},+971501234561,{TERMINAL}\n{TERMINAL},{TERMINAL},\n"
    );
    fs::write(place.path().join(&name), &text).expect("written");
    let contract = fs::read_to_string("src/write/contracts/superwaba.toml").expect("there");
    let escaped = "\\u001b[2J\\u202e";
    let mine = contract.replacen("title = \"", &format!("title = \"{escaped}"), 1);
    assert_ne!(mine, contract);
    fs::write(place.path().join("mine.toml"), mine).expect("written");
    fs::write(place.path().join("bad.toml"), format!("\"{escaped}\" = 1\n")).expect("written");
    let missing = format!("phone={TERMINAL}x");
    let number = format!("050 123 45 67{TERMINAL}");
    let runs: Vec<Vec<&str>> = vec![
        vec!["check", &name],
        vec!["check", &name, "-o", TERMINAL],
        vec!["prepare", &name, "--to", "superwaba", "-o", "out"],
        vec!["prepare", &name, "--to", "mine.toml", "-o", "out2"],
        vec!["prepare", &name, "--to", "bad.toml", "-o", "out3"],
        vec!["prepare", &name, "--to", TERMINAL, "-o", "out3"],
        vec!["check", &name, "--map", &missing],
        vec!["check", &name, "--profile", "bad.toml"],
        vec!["check", &name, "--suppress", &name],
        vec!["check", &name, "--region", TERMINAL],
        vec!["inspect", &name],
        vec!["inspect", &name, "--full"],
        vec!["explain", &number, "--region", "AE"],
        vec!["platforms", "mine.toml"],
        vec!["verify", "out"],
        vec!["verify", TERMINAL],
        vec!["reconcile", "out", &name],
        vec![TERMINAL],
        vec!["check", TERMINAL],
        vec!["check", &name, "--threads", TERMINAL],
    ];
    for run in runs {
        let done = measured(place.path(), &run, |_| Ok(()));
        let what = format!("{run:?}");
        is_harmless(&done.stderr, &what);
        is_harmless(&done.stdout, &what);
    }
}

/// Cells that a spreadsheet takes for formulas, a browser for a script, a reader of JSON for its
/// own signs.
const CELLS: [&str; 22] = [
    "=1+1",
    "=cmd|'/c calc'!A0",
    "@SUM(A1)",
    "-1+1",
    "+1+1",
    "\t=1",
    "\r=1",
    "'=1",
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "<!-- ",
    "]]>",
    "&lt;b&gt;",
    "\\",
    "\\\"",
    "\"}],\"contacts\":[{",
    "\u{2028}\u{2029}",
    "\u{1}\u{1f}",
    "{{7*7}}",
    "${HOME}$(touch x)`touch y`",
    "%s%n%x",
    "a\\u0000b",
];

#[test]
fn cells_made_for_other_programs_are_text_and_nothing_else() {
    let mut text = "Name,Phone,Notes\n".to_owned();
    let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    for (at, cell) in CELLS.iter().enumerate() {
        let cell = quoted(cell);
        // Accepted, rejected, and a duplicate.
        text += &format!("{cell},+9715012345{at:02},{cell}\n");
        text += &format!("{cell},12,{cell}\n");
        text += &format!("{cell},+9715012345{at:02},{cell}\n");
        text += &format!("Ann,{cell},{cell}\n");
    }
    let (place, code, said) = prepared(text.as_bytes(), &["--preset", "none"]);
    assert_eq!(code, 0, "{said}");
    let out = place.path().join("out");
    let sent = contacts(&out);
    assert_eq!(sent.len(), CELLS.len());
    for (contact, cell) in sent.iter().zip(CELLS) {
        // As it stands, but for white space at its ends.
        assert_eq!(contact["params"]["Notes"].as_str().unwrap_or_default().trim(), cell.trim());
    }
    for (name, bytes) in files_of(&out.join("payload")) {
        let text = String::from_utf8(bytes).expect("text");
        assert!(serde_json::from_str::<Value>(&text).is_ok(), "{name}");
    }
    assert!(issues(&out).len() >= CELLS.len());
    for name in ["rejects.csv", "duplicates.csv"] {
        for record in csv_records(&fs::read(out.join(name)).expect("there")) {
            for cell in &record {
                let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
                assert!(!formula, "{name}: {cell:?}");
            }
        }
    }
    for name in ["x", "y"] {
        assert!(!place.path().join(name).exists());
    }
}

#[test]
fn rejects_that_come_back_are_what_they_were() {
    let mut text = "Name,Phone,Notes\n".to_owned();
    for cell in CELLS {
        text += &format!("\"{0}\",12,\"{0}\"\n", cell.replace('"', "\"\""));
    }
    let (place, code, said) = prepared(text.as_bytes(), &["--preset", "none"]);
    assert_eq!(code, 0, "{said}");
    let again = |input: &str, out: &str| {
        let run = ["check", input, "--preset", "none", "--header", "-o", out];
        assert_eq!(rowcall(place.path(), &run).status.code(), Some(3));
        let records =
            csv_records(&fs::read(place.path().join(out).join("rejects.csv")).expect("it"));
        records.into_iter().map(|it| it[..3].to_vec()).collect::<Vec<_>>()
    };
    let first = again("out/rejects.csv", "again");
    assert_eq!(first.len(), CELLS.len() + 1);
    assert_eq!(first, again("again/rejects.csv", "thrice"));
}
