//! The layout's own laws, read off the `use` lines.

use std::fs;
use std::path::{Path, PathBuf};

/// The stages in flow order: none may name a later one, nor `flow`.
const STAGES: [&str; 6] = ["ingest", "map", "normalize", "unique", "write", "flow"];

/// Every source file below `folder`, with its path relative to `src` and its text without
/// comments.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    let mut open: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(place) = open.pop() {
        for entry in fs::read_dir(&place).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).expect("below src").display().to_string();
                let text = fs::read_to_string(&path).expect("a source");
                let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
                all.push((name, code.collect::<Vec<_>>().join("\n")));
            }
        }
    }
    all.sort();
    all
}

fn all_sources() -> Vec<(String, String)> {
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

/// Whether the code names something, as a whole word.
fn names(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        let ends_open = word.ends_with(part) && after.is_some_and(part);
        !before.is_some_and(part) && !ends_open
    })
}

/// The first part of a path: `ingest` for `ingest.rs` and `ingest/chunk.rs`.
fn room(path: &str) -> &str {
    path.split(['/', '.']).next().unwrap_or(path)
}

#[test]
fn no_stage_names_a_later_stage() {
    for (path, code) in all_sources() {
        let Some(own) = STAGES.iter().position(|stage| *stage == room(&path)) else {
            continue;
        };
        for later in &STAGES[own + 1..] {
            let named = format!("crate::{later}");
            assert!(!names(&code, &named), "{path} names {named}");
        }
    }
}

#[test]
fn reconcile_knows_what_was_written_and_not_how_it_came_about() {
    for (path, code) in all_sources() {
        if room(&path) == "reconcile" {
            for stranger in ["ingest", "map", "normalize", "unique", "flow", "contact", "problem"] {
                let named = format!("crate::{stranger}");
                assert!(!names(&code, &named), "{path} names {named}");
            }
        } else if !path.starts_with("bin/") && path != "lib.rs" {
            assert!(!names(&code, "crate::reconcile"), "{path} names crate::reconcile");
        }
    }
}

#[test]
fn reconcile_names_no_platform() {
    let contracts = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/write/contracts");
    for entry in fs::read_dir(contracts).expect("the contracts") {
        let path = entry.expect("an entry").path();
        let platform = path.file_stem().expect("a name").to_string_lossy().into_owned();
        for (path, code) in all_sources() {
            let is_named = room(&path) == "reconcile" && code.to_lowercase().contains(&platform);
            assert!(!is_named, "{path} names {platform}");
        }
    }
}

#[test]
fn the_phone_engine_knows_nothing_of_csv_or_contacts() {
    for (path, code) in all_sources() {
        if room(&path) == "phone" {
            for stranger in STAGES.into_iter().chain(["contact", "problem"]) {
                let named = format!("crate::{stranger}");
                assert!(!names(&code, &named), "{path} names {named}");
            }
        }
    }
}

/// `verify` would find no fault of the writers if it were made of them.
#[test]
fn verify_knows_the_platforms_and_none_of_the_code_that_writes() {
    for (path, code) in all_sources().iter().filter(|(path, _)| room(path) == "verify") {
        for stranger in ["flow", "unique", "normalize", "map", "ingest"] {
            let named = format!("crate::{stranger}");
            assert!(!names(code, &named), "{path} names {named}");
        }
        let others = code.replace("crate::write::contract", "");
        assert!(!names(&others, "crate::write"), "{path} names a writer");
        // A path could begin with a part of the crate that was brought in alone.
        assert!(!names(code, "crate::{") && !names(code, "crate::*"), "{path} hides a path");
    }
    for (path, code) in all_sources() {
        let may = matches!(room(&path), "verify" | "bin" | "lib");
        assert!(may || !names(&code, "crate::verify"), "{path} names verify");
    }
}

/// Only files for which `allowed` is true may name the word.
fn only(word: &str, allowed: impl Fn(&str) -> bool) {
    for (path, code) in all_sources() {
        assert!(allowed(&path) || !names(&code, word), "{path} names {word}");
    }
}

#[test]
fn threads_are_made_in_one_file_only() {
    for word in ["rayon", "thread::spawn", "std::thread", "thread::scope"] {
        only(word, |path| path == "flow.rs");
    }
}

#[test]
fn csv_is_named_by_the_reader_and_the_csv_writers_only() {
    for word in ["csv::", "csv_core"] {
        only(word, |path| {
            // What `verify` reads is held against the crate in its tests.
            room(path) == "ingest"
                || path == "verify/table.rs"
                || ["write/cell.rs", "write/records.rs"].contains(&path)
                // As the oracle of a test.
                || (path == "reconcile/record.rs" && word == "csv::")
        });
    }
}

#[test]
fn the_crate_phonenumber_is_named_in_the_phone_engine_only() {
    only("phonenumber::", |path| room(path) == "phone");
}

#[test]
fn the_terminal_is_known_to_the_binary_only() {
    for word in ["clap", "indicatif", "anyhow", "println", "eprintln", "process::exit"] {
        only(word, |path| path.starts_with("bin/"));
    }
    only("indicatif", |path| path == "bin/rowcall/progress.rs");
}

#[test]
fn every_module_says_what_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (path, _) in all_sources() {
        let text = fs::read_to_string(root.join(&path)).expect("a source");
        assert!(text.starts_with("//! "), "{path} has no module doc");
    }
}
