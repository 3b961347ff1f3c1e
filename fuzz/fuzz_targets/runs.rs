//! Runs in chunks on any bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/corpora/runs.rs"]
mod runs;

fuzz_target!(|bytes: &[u8]| runs::check(bytes));
