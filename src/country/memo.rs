//! The answers to texts that were asked for lately. A column repeats few values, and what is found
//! for one costs more than to look it up again. Answers depend on the text alone, so nobody can
//! tell whether one was remembered.

use rapidhash::v3::{DEFAULT_RAPID_SECRETS, rapidhash_v3_nano_inline};

/// How many answers are remembered at most.
const SLOTS: usize = 256;

/// Longer texts are not remembered.
const TEXT_BYTES_MAX: usize = 64;

/// The answers to some texts, each at the place that its text has by its hash.
pub(super) struct Memo<T> {
    slots: Vec<Option<(Box<str>, T)>>,
}

impl<T: Copy> Memo<T> {
    pub(super) const fn new() -> Memo<T> {
        Memo { slots: Vec::new() }
    }

    /// The answer that `find` gives, or gave, to the text.
    pub(super) fn get(&mut self, text: &str, find: impl FnOnce(&str) -> T) -> T {
        if text.len() > TEXT_BYTES_MAX {
            return find(text);
        }
        if self.slots.is_empty() {
            self.slots.resize_with(SLOTS, || None);
        }
        let hash =
            rapidhash_v3_nano_inline::<false, false>(text.as_bytes(), &DEFAULT_RAPID_SECRETS);
        let slot = &mut self.slots[hash as usize % SLOTS];
        match slot {
            Some((known, answer)) if **known == *text => *answer,
            _ => {
                let answer = find(text);
                *slot = Some((text.into(), answer));
                answer
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_that_to_its_own_text_however_many_are_asked_for() {
        let mut memo = Memo::new();
        let mut found = 0;
        for round in 0..3 {
            for number in 0..10 * SLOTS {
                let text = format!("{number}{}", "x".repeat(number % (2 * TEXT_BYTES_MAX)));
                let answer = memo.get(&text, |text| {
                    found += 1;
                    text.len()
                });
                assert_eq!(answer, text.len(), "{text} in round {round}");
            }
        }
        let before = found;
        for _ in 0..10 {
            memo.get("AE", str::len);
        }
        assert!(memo.slots.len() == SLOTS && found == before);
        assert_eq!(memo.get("AE", |_| 9), 2);
    }
}
