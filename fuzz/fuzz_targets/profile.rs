//! The loader of profiles on any bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/corpora/profile.rs"]
mod profiles;

// The loader is a part of the program, whose files are taken as they are.
#[path = "../../src/bin/rowcall"]
#[allow(dead_code, unreachable_pub, reason = "the program uses more of it")]
mod program {
    pub(crate) mod args;
    pub(crate) mod profile;
    pub(crate) mod style;
}
use program::{args, profile, style};

fuzz_target!(|bytes: &[u8]| profiles::check(bytes));
