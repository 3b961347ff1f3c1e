//! What several test files need: running the program, folders that vanish, reading outputs.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder with the fixtures.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// A new folder that is removed when it goes out of scope.
pub fn scratch() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder for the test")
}

/// Runs the program in `folder`, without a terminal and without any setting of the environment.
pub fn rowcall<S: AsRef<std::ffi::OsStr>>(folder: &Path, arguments: &[S]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rowcall"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output()
        .expect("the program starts")
}

/// What the program said on stderr.
pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

/// Every file below `folder`: path relative to it → content.
pub fn files_of(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    collect(folder, "", &mut files);
    files
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let entry = entry.expect("an entry");
        let name = format!("{prefix}{}", entry.file_name().to_str().expect("a name"));
        if entry.file_type().expect("a type").is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(entry.path()).expect("a file"));
        }
    }
}

/// The lines of `issues.jsonl` in an output folder.
pub fn issues(folder: &Path) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(folder.join("issues.jsonl")).expect("issues.jsonl");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// `summary.json` in an output folder.
pub fn summary(folder: &Path) -> serde_json::Value {
    let text = fs::read(folder.join("summary.json")).expect("summary.json");
    serde_json::from_slice(&text).expect("JSON")
}

/// The contacts of a payload in the SuperWABA form, in order.
pub fn contacts(folder: &Path) -> Vec<serde_json::Value> {
    let mut contacts = Vec::new();
    for (path, bytes) in files_of(&folder.join("payload")) {
        let file: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        let list = file["contacts"].as_array().unwrap_or_else(|| panic!("{path} has contacts"));
        contacts.extend(list.iter().cloned());
    }
    contacts
}

/// The records of a CSV text, header first.
pub fn csv_records(text: &[u8]) -> Vec<Vec<String>> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text)
        .records()
        .map(|record| record.expect("a record").iter().map(str::to_owned).collect())
        .collect()
}
