//! What the fuzz targets have found worth keeping, tried again: every file of `fuzz/corpus` through
//! the same checks.

use std::fs;
use std::path::Path;

#[path = "corpora/answers.rs"]
mod answers;
#[path = "corpora/contract.rs"]
mod contract;
#[path = "phones/invariants.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod invariants;
#[path = "corpora/phone.rs"]
mod phone;
#[path = "reader/plain.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod plain;
#[cfg(feature = "cli")]
#[path = "corpora/profile.rs"]
mod profiles;
#[path = "corpora/runs.rs"]
mod runs;

// The loader of profiles is a part of the program, whose files are taken as they are.
#[cfg(feature = "cli")]
#[path = "../src/bin/rowcall"]
#[allow(dead_code, unreachable_pub, reason = "the program uses more of it")]
mod program {
    pub(crate) mod args;
    pub(crate) mod profile;
    pub(crate) mod style;
}
#[cfg(feature = "cli")]
use program::{args, profile, style};

/// Tries every file of a corpus.
fn replay(corpus: &str, check: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(corpus);
    let mut tried = 0;
    for entry in fs::read_dir(folder).expect("a corpus") {
        let path = entry.expect("an entry").path();
        let bytes = fs::read(&path).expect("a file");
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(&bytes)));
        assert!(done.is_ok(), "{}", path.display());
        tried += 1;
    }
    assert!(tried >= 10, "{corpus}: {tried} files");
}

#[test]
fn the_corpus_of_the_record_reader_holds() {
    replay("reader", plain::check);
}

#[test]
fn the_corpus_of_runs_in_chunks_holds() {
    replay("runs", runs::check);
}

#[test]
fn the_corpus_of_the_phone_engine_holds() {
    replay("phone", phone::check);
}

#[test]
fn the_corpus_of_the_contract_loader_holds() {
    replay("contract", contract::check);
}

#[cfg(feature = "cli")]
#[test]
fn the_corpus_of_the_profile_loader_holds() {
    replay("profile", profiles::check);
}

#[test]
fn the_corpus_of_answers_holds() {
    replay("answers", answers::check);
}
