//! Any bytes: the first few choose the dialect, the form and the chunk size, the rest is the input.
//! Our splitter and record reader, in chunks, say what the plain sequential reader says.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/reader/plain.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod plain;

fuzz_target!(|bytes: &[u8]| plain::check(bytes));
