//! In: digits that may begin with a prefix. Out: where the prefix ends, and what its groups
//! captured. Compiled by the build script, run by the library.
//!
//! International and national prefixes are told off the front of a number by the first
//! alternative that matches, not the longest, and some capture digits that the rest of the work
//! needs. So they are matched step by step, with backtracking, and not by an automaton. That is
//! cheap: they are short, and two digits of a number tell mostly what a prefix makes of it.

use super::automaton::settle;
use super::digits::Digits;
use super::pattern::{ANY_DIGIT, Pattern, Step, push};

/// The most digits a prefix may take off a number. [`Digits`] relies on it.
pub(super) const PREFIX_DIGITS_MAX: usize = 16;

/// The most groups a prefix may capture.
const GROUPS: usize = 2;

/// A prefix pattern, compiled: where its steps begin, and the digits it can begin with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Program {
    /// The step to begin at.
    pub(super) entry: u16,
    /// For each digit that a match can begin with, the digits that can follow it, as bits.
    pub(super) begins: [u16; 16],
    /// How many digits every match takes, where two digits tell whether there is one; else 0.
    pub(super) sure: u8,
    /// How many groups it captures.
    pub(super) groups: u8,
}

/// What a prefix matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    /// How many digits it takes.
    pub(super) end: usize,
    slots: Slots,
}

/// Where each group begins and ends. A match is short, so a byte holds a position.
type Slots = [u8; 2 * (GROUPS + 1)];
const UNSET: u8 = u8::MAX;
const NO_GROUPS: Slots = [UNSET; 2 * (GROUPS + 1)];

impl Match {
    /// The range of a group, from 1; `None` where the group took no part in the match.
    pub(super) fn group(&self, group: u8) -> Option<std::ops::Range<usize>> {
        let start = *self.slots.get(2 * usize::from(group))?;
        let end = *self.slots.get(2 * usize::from(group) + 1)?;
        (end != UNSET).then_some(usize::from(start)..usize::from(end))
    }
}

impl Program {
    /// A program that never matches, for a region without such a prefix.
    pub(super) const NONE: Program = Program { entry: 0, begins: [0; 16], sure: 0, groups: 0 };

    /// Compiles a prefix pattern; its steps go to the end of `steps`.
    pub(super) fn compile(text: &str, steps: &mut Vec<Step>) -> Result<Program, String> {
        let pattern = Pattern::parse(text)?;
        if usize::from(pattern.groups) > GROUPS || pattern.digits_max() > PREFIX_DIGITS_MAX {
            return Err(format!("pattern {text:?} is too much for a prefix"));
        }
        let accept = push(steps, Step::Accept(0))?;
        let entry = pattern.emit(steps, accept)?;
        let sure = if pattern.groups == 0 { sure_length(steps, entry) } else { 0 };
        Ok(Program { entry, begins: beginnings(steps, entry), sure, groups: pattern.groups })
    }

    /// How many digits a match takes, 0 where there is none, if two digits tell. Most numbers begin
    /// with no prefix, or with a plain one such as `0`, and no step is taken for them.
    #[inline(always)]
    pub(super) fn tell(&self, digits: Digits) -> Option<usize> {
        let two = digits.leading(2);
        let then = self.begins[(two >> 4) as usize & 15];
        let begins = then >> (two & 15) & 1;
        // A product and one test, because whether there is a prefix cannot be foretold.
        let unsure = begins > u16::from(self.sure) || digits.len() < 2;
        (!unsure).then_some(usize::from(begins * u16::from(self.sure)))
    }

    /// Matches at the start of the digits.
    #[inline(never)]
    pub(super) fn find(&self, steps: &[Step], digits: Digits) -> Option<Match> {
        match self.tell(digits) {
            Some(0) => None,
            Some(end) => Some(Match { end, slots: NO_GROUPS }),
            None => self.run(steps, digits),
        }
    }

    fn run(&self, steps: &[Step], digits: Digits) -> Option<Match> {
        if digits.len() == 0 {
            return None;
        }
        let mut slots = NO_GROUPS;
        let end = follow(steps, self.entry, digits, 0, &mut slots)?;
        Some(Match { end, slots })
    }
}

/// The first match from a step on, in the order of the alternatives. Steps form no cycle, so the
/// recursion is no deeper than the alternatives of one pattern.
fn follow(
    steps: &[Step],
    mut step: u16,
    digits: Digits,
    mut at: usize,
    slots: &mut Slots,
) -> Option<usize> {
    loop {
        match steps[usize::from(step)] {
            Step::Digit(set, next) => {
                let digit = digits.get(at)?;
                if set >> (digit & 15) & 1 == 0 {
                    return None;
                }
                at += 1;
                step = next;
            }
            Step::Either(first, second) => {
                let before = *slots;
                if let Some(end) = follow(steps, first, digits, at, slots) {
                    return Some(end);
                }
                *slots = before;
                step = second;
            }
            Step::Mark(slot, next) => {
                slots[usize::from(slot)] = at as u8;
                step = next;
            }
            Step::End(next) if at == digits.len() => step = next,
            Step::End(_) => return None,
            Step::Accept(_) => return Some(at),
        }
    }
}

/// For each digit that a match from `entry` on can begin with, the digits that can follow it: any,
/// where the match may end. A match of no digits changes no number, so it does not count.
fn beginnings(steps: &[Step], entry: u16) -> [u16; 16] {
    let mut begins = [0; 16];
    for step in settle(steps, &[entry]) {
        let Step::Digit(set, next) = steps[usize::from(step)] else {
            continue;
        };
        let then = settle(steps, &[next]).into_iter().fold(0, |then, step| {
            then | match steps[usize::from(step)] {
                Step::Digit(set, _) => set,
                _ => ANY_DIGIT,
            }
        });
        for (digit, follows) in begins.iter_mut().enumerate().take(10) {
            *follows |= if set >> digit & 1 == 1 { then } else { 0 };
        }
    }
    begins
}

/// How many digits every match from `entry` on takes, where that is one or two, and the digits that
/// can begin it tell all; else 0.
fn sure_length(steps: &[Step], entry: u16) -> u8 {
    let mut level = vec![entry];
    for length in 1..=2 {
        let mut next = Vec::new();
        // A step to the end of the number would be lost to `settle`.
        while let Some(step) = level.pop() {
            match steps[usize::from(step)] {
                Step::Digit(_, after) => next.push(after),
                Step::Either(first, second) => level.extend([first, second]),
                Step::Mark(..) | Step::End(_) | Step::Accept(_) => return 0,
            }
        }
        if next.iter().all(|&step| matches!(steps[usize::from(step)], Step::Accept(_))) {
            return length;
        }
        level = next;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(pattern: &str, text: &str) -> Option<(usize, Option<std::ops::Range<usize>>)> {
        let mut steps = Vec::new();
        let program = Program::compile(pattern, &mut steps).unwrap();
        program.find(&steps, Digits::from(text)).map(|found| (found.end, found.group(1)))
    }

    #[test]
    fn the_first_alternative_wins_even_if_another_is_longer() {
        assert_eq!(run("0|00", "0012"), Some((1, None)));
        assert_eq!(run("00?", "0012"), Some((2, None)));
    }

    #[test]
    fn groups_tell_what_they_captured_and_are_unset_where_they_took_no_part() {
        assert_eq!(run(r"([457]\d{2})$|1", "412"), Some((3, Some(0..3))));
        assert_eq!(run(r"([457]\d{2})$|1", "1412"), Some((1, None)));
        assert_eq!(run(r"([457]\d{2})$|1", "4120"), None);
        assert_eq!(run(r"0?(?:(1|12)5)?", "0125"), Some((4, Some(1..3))));
        assert_eq!(run(r"0?(?:(1|12)5)?", "0126"), Some((1, None)));
    }

    #[test]
    fn two_digits_tell_of_plain_prefixes_all() {
        for (pattern, sure) in [("0", 1), ("00", 2), ("[08]", 1), ("0[09]|11", 2)] {
            assert_eq!(Program::compile(pattern, &mut Vec::new()).unwrap().sure, sure, "{pattern}");
        }
        for pattern in ["011", "00?", "0|11", "0$", "(0)", "0?"] {
            assert_eq!(Program::compile(pattern, &mut Vec::new()).unwrap().sure, 0, "{pattern}");
        }
        let found = [
            ("0[09]|11", "09", Some(2)),
            ("0[09]|11", "01", None),
            ("00", "0", None),
            ("0", "", None),
        ];
        for (pattern, text, end) in found {
            assert_eq!(run(pattern, text).map(|found| found.0), end, "{pattern} {text}");
        }
        assert_eq!(run("0", "0"), Some((1, None)));
        assert_eq!(Program::NONE.find(&[Step::Accept(0)], Digits::from("00")), None);
    }

    #[test]
    fn a_prefix_that_could_outgrow_the_digit_buffer_is_refused() {
        assert!(Program::compile(r"0\d{16}", &mut Vec::new()).is_err());
        assert!(Program::compile(r"(0)(0)(0)", &mut Vec::new()).is_err());
    }
}
