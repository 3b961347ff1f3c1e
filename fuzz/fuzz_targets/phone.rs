//! The phone engine on any bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/phones/invariants.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod invariants;
#[path = "../../tests/corpora/phone.rs"]
mod phone;

fuzz_target!(|bytes: &[u8]| phone::check(bytes));
