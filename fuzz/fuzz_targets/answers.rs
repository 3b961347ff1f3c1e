//! `reconcile` on any bytes as answers.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/corpora/answers.rs"]
mod answers;

fuzz_target!(|bytes: &[u8]| answers::check(bytes));
