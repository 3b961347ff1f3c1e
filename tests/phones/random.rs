//! Seeded random texts: soups of the pieces that phone numbers are made of, bytes, mutations.

use rowcall::phone::{Plan, Region};
use std::hash::{BuildHasher, RandomState};

/// Pieces of a soup; digits are frequent, or little would be viable.
const PIECES: [&str; 96] = [
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "00",
    "011",
    "12",
    "345",
    "6789",
    "0501234567",
    "+",
    "+1",
    "+44",
    "+971",
    "++",
    "\u{ff0b}",
    " ",
    "  ",
    "-",
    "(",
    ")",
    ".",
    "/",
    "[",
    "]",
    "~",
    "*",
    "#",
    ",",
    ",,",
    ";",
    ":",
    "_",
    "'",
    "\"",
    "\\",
    "&",
    "=",
    "@",
    "x",
    "X",
    "a",
    "E",
    "z",
    "ext",
    " ext. ",
    " extn ",
    "extension",
    "extensi\u{f3}n",
    "extensio\u{301}n",
    "int",
    "anexo",
    "\u{434}\u{43e}\u{431}",
    ";ext=",
    ";isub=",
    "tel:",
    ";phone-context=",
    ";phone-context=+1",
    ";phone-context=a.b",
    "/x",
    "\\ x",
    "\u{660}",
    "\u{6f5}",
    "\u{967}",
    "\u{ff19}",
    "\u{1d7d8}",
    "\u{2013}",
    "\u{2212}",
    "\u{30fc}",
    "\u{a0}",
    "\u{ad}",
    "\u{200b}",
    "\u{3000}",
    "\u{202c}",
    "\u{ff58}",
    "\u{ff5e}",
    "\0",
    "\n",
    "\u{bd}",
    "\u{1f4de}",
];

/// A small generator (SplitMix64): fast, seeded, and no dependency.
pub(crate) struct Random(u64);

impl Random {
    /// Seeded anew, or by `ROWCALL_SEED`; a failed test shows the seed.
    pub(crate) fn announced() -> Random {
        let given = std::env::var("ROWCALL_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| RandomState::new().hash_one(0));
        println!("ROWCALL_SEED={seed}");
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("it is below a usize")
    }

    /// One of some items.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// A home region, or none.
    pub(crate) fn home(&mut self, plan: &Plan) -> Option<Region> {
        let place = self.below(300);
        plan.regions().nth(place)
    }

    /// Pieces of phone numbers in any order; sometimes near or over the limit of 250 characters.
    pub(crate) fn soup(&mut self) -> String {
        let pieces = if self.below(50) == 0 { 200 } else { 20 };
        (0..self.below(pieces)).map(|_| *self.pick(&PIECES)).collect()
    }

    /// Any bytes, as the text they make.
    pub(crate) fn bytes(&mut self) -> String {
        let bytes: Vec<u8> = (0..self.below(40)).map(|_| self.next().to_le_bytes()[0]).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// A text with a few characters dropped, doubled, or replaced by pieces.
    pub(crate) fn mutated(&mut self, text: &str) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        for _ in 0..=self.below(3) {
            let place = self.below(characters.len() + 1);
            let until = (place + self.below(2)).min(characters.len());
            let piece = if self.below(3) == 0 { "" } else { *self.pick(&PIECES) };
            characters.splice(place..until, piece.chars());
        }
        characters.into_iter().collect()
    }
}

/// How many rounds a random test makes: fewer where the code is not optimised.
pub(crate) fn rounds(optimised: u32) -> u32 {
    if cfg!(debug_assertions) { optimised / 10 } else { optimised }
}
