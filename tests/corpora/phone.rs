//! Any bytes: the first chooses the home region, the rest, as lossy UTF-8, is the text. No panic,
//! and every invariant that the tests assert.

use std::sync::LazyLock;

use rowcall::phone::{DigitsAs, Letters, Plan, ReadRules, Region, Several, explain};

use crate::invariants;

static REGIONS: LazyLock<Vec<Region>> = LazyLock::new(|| Plan::builtin().regions().collect());

/// Reads the text in every way.
pub(crate) fn check(bytes: &[u8]) {
    let Some((first, text)) = bytes.split_first() else { return };
    // 255 is beyond the last region: no home.
    let home = REGIONS.get(usize::from(*first)).copied();
    let text = String::from_utf8_lossy(text);
    invariants::check(Plan::builtin(), &text, home);
    // The same text as a cell, by every rule.
    for digits in [DigitsAs::Auto, DigitsAs::National, DigitsAs::International] {
        for letters in [Letters::Refuse, Letters::Vanity] {
            let rules = ReadRules { digits, letters, several: Several::First };
            let told = explain(Plan::builtin(), &text, home, rules);
            assert!(told.reading.verdict.is_err() || !told.steps.is_empty(), "{text:?}");
        }
    }
}
