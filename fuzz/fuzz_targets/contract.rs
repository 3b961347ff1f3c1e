//! The loader of platform files on any bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/corpora/contract.rs"]
mod contract;

fuzz_target!(|bytes: &[u8]| contract::check(bytes));
