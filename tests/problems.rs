//! Each folder in `fixtures/problems` is named after a code. In its `input.csv` the last row has
//! that problem and no other, and every row before it is accepted without any; `arguments` has
//! what the command line needs beyond the usual. Where a problem never comes alone, `found` lists
//! every row that has one. Every code has a folder, a row in the README, and a place in
//! `docs/codes.md`, which `ROWCALL_BLESS=1 cargo test --test problems` writes anew.

mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use rowcall::problem::{Code, Level};
use rowcall::text::printable;
use serde_json::Value;
use support::{files_of, fixtures, issues, rowcall, scratch, stderr};

#[test]
fn every_code_has_a_fixture_in_which_the_last_row_and_no_other_has_it() {
    for code in Code::all() {
        check(code, &fixtures().join("problems").join(code.as_str()));
    }
}

fn check(code: Code, folder: &Path) {
    let place = scratch();
    for (name, bytes) in files_of(folder) {
        fs::write(place.path().join(name), bytes).expect("copied");
    }
    let own = place.path().join("platform.toml").exists();
    let platform = if own { "platform.toml" } else { "superwaba" };
    let mut arguments = vec!["prepare", "input.csv", "--to", platform, "-o", "out"];
    // So that a fixture of a limit stays small.
    arguments.extend(["--cell-bytes-max", "40", "--record-bytes-max", "60"]);
    arguments.extend(["--record-cells-max", "5"]);
    let more = fs::read_to_string(folder.join("arguments")).unwrap_or_default();
    arguments.extend(more.split_whitespace());
    let output = rowcall(place.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{code}: {}", stderr(&output));
    let found: Vec<_> = issues(&place.path().join("out"));
    let ledger = fs::read_to_string(place.path().join("out/rows.csv")).expect("rows.csv");
    let rows: Vec<&str> = ledger.lines().skip(1).collect();
    let (last, before) = rows.split_last().expect("a row");
    let named =
        |line: &Value| format!("{} {}\n", line["row"], line["code"].as_str().expect("a code"));
    let codes: String = found.iter().map(named).collect();
    if let Ok(listed) = fs::read_to_string(folder.join("found")) {
        assert_eq!(codes, listed, "{code}");
        assert!(codes.contains(code.as_str()), "{code}");
        return;
    }
    assert_eq!(codes, format!("{} {code}\n", rows.len()), "{code}");
    assert!(before.iter().all(|row| row.contains(",accepted,")), "{code}: {ledger}");
    assert_eq!(found[0]["level"], code.level().as_str());
    let lost = !last.contains(",accepted,");
    let harmless = [Code::PhoneDuplicate, Code::PhoneSuppressed, Code::PhoneUnchanged];
    assert_eq!(lost, code.level() == Level::Error || harmless.contains(&code), "{code}");
    // The example that is told is the fixture's own.
    let input = fs::read(folder.join("input.csv")).expect("input.csv");
    let shown = printable(&String::from_utf8_lossy(&input));
    assert!(shown.contains(code.example()), "{code}: {:?} is not in {shown}", code.example());
}

#[test]
fn every_fixture_is_named_after_a_code() {
    let codes: BTreeSet<String> = Code::all().map(|code| code.to_string()).collect();
    let folders: BTreeSet<String> = fs::read_dir(fixtures().join("problems"))
        .expect("fixtures/problems")
        .map(|entry| entry.expect("an entry").file_name().to_str().expect("text").to_owned())
        .collect();
    assert_eq!(codes, folders);
}

#[test]
fn the_readme_has_every_code_with_its_own_words() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"))
        .expect("README.md");
    let rows: Vec<String> = Code::all()
        .map(|code| {
            let level = code.level().as_str();
            format!("| `{code}` | {level} | {} | {} |", code.sentence(), code.remedy())
        })
        .collect();
    let lost: Vec<&String> = rows.iter().filter(|row| !readme.contains(*row)).collect();
    assert!(lost.is_empty(), "README.md lacks:\n{lost:#?}");
}

#[test]
fn the_page_of_the_codes_says_what_the_program_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/codes.md");
    let page = page();
    if std::env::var_os("ROWCALL_BLESS").is_some() {
        fs::write(&path, &page).expect("blessed");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/codes.md is not what the codes say; ROWCALL_BLESS=1 writes it");
}

/// Every code with all its words, by category.
fn page() -> String {
    let mut page = "# Problem codes\n\n\
        What stands under `code` in `issues.jsonl` and `rejects.csv`, and in the summary. \
        `rowcall codes CODE`\nsays the same. An error costs the row, a warning a field at most, \
        and an info nothing. A code never\nchanges its meaning. This page is made from the \
        program's own words.\n"
        .to_owned();
    let mut codes: Vec<Code> = Code::all().collect();
    let all = codes.clone();
    codes.sort_by_key(|code| all.iter().position(|other| other.category() == code.category()));
    for of_category in codes.chunk_by(|a, b| a.category() == b.category()) {
        let _ = write!(page, "\n## {}\n", of_category[0].category());
        for code in of_category {
            let parts = [
                ("What it means", code.sentence().to_owned()),
                ("Why it matters", code.why().to_owned()),
                // A literal that holds what Markdown would take for its own.
                ("Example", format!("`` {} ``", code.example())),
                ("What to do", code.remedy().to_owned()),
            ];
            let _ = write!(page, "\n### {code}\n\nLevel: {}\n\n", code.level().as_str());
            for (name, text) in parts {
                let _ = writeln!(page, "- {name}: {text}");
            }
        }
    }
    page
}
