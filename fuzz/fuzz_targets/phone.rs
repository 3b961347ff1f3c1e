//! Any bytes: the first chooses the home region, the rest, as lossy UTF-8, is the text. No panic,
//! and every invariant that the tests assert.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rowcall::phone::{Plan, Region};
use std::sync::LazyLock;

#[path = "../../tests/phones/invariants.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod invariants;

static REGIONS: LazyLock<Vec<Region>> = LazyLock::new(|| Plan::builtin().regions().collect());

fuzz_target!(|bytes: &[u8]| {
    let Some((first, text)) = bytes.split_first() else { return };
    // 255 is beyond the last region: no home.
    let home = REGIONS.get(usize::from(*first)).copied();
    invariants::check(Plan::builtin(), &String::from_utf8_lossy(text), home);
});
