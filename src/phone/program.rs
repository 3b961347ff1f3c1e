//! In: digits that may begin with a prefix. Out: where the prefix ends, and what its groups
//! captured. Compiled by the build script, run by the library.
//!
//! International and national prefixes are told off the front of a number by the first
//! alternative that matches, not the longest, and some capture digits that the rest of the work
//! needs. Two digits of a number tell mostly what a prefix makes of it. Where they do not, an
//! automaton tells. Its states are the ways through the pattern that the digits so far allow, those
//! first that are to be preferred, each with what it captured; its answers are matches.

use super::automaton::{Answer, Builder, Node, NodeRef, Root, Tail, settle, walk};
use super::digits::Digits;
use super::pattern::{ANY_DIGIT, Pattern, Step, push};
use std::collections::HashMap;

/// The most digits a prefix may take off a number. [`Digits`] relies on it.
pub(super) const PREFIX_DIGITS_MAX: usize = 16;

/// The most groups a prefix may capture.
const GROUPS: usize = 2;

/// A prefix pattern, compiled: its automaton, and the digits it can begin with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Program {
    /// Answers with the place of a match among those of the plan, from 1; 0 for none.
    pub(super) root: NodeRef,
    /// For each digit that a match can begin with, the digits that can follow it, as bits.
    pub(super) begins: [u16; 16],
    /// How many digits every match takes, where two digits tell whether there is one; else 0.
    pub(super) sure: u8,
    /// How many groups it captures.
    pub(super) groups: u8,
}

/// What a prefix matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Match {
    /// How many digits it takes.
    pub(super) end: u8,
    /// Where each group begins and ends.
    pub(super) slots: Slots,
}

/// A match is short, so a byte holds a position.
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
    /// Compiles a prefix pattern, "" for none. Its automaton is built by `automata`, and given to
    /// the program when it is laid out; its matches go to `matches`.
    pub(super) fn compile(
        text: &str,
        automata: &mut Builder,
        matches: &mut Vec<Match>,
    ) -> Result<(Program, Root), String> {
        if text.is_empty() {
            let never = automata.build(&[], &[], &|_, _| 0);
            return Ok((Program { root: 0, begins: [0; 16], sure: 0, groups: 0 }, never));
        }
        let pattern = Pattern::parse(text)?;
        if usize::from(pattern.groups) > GROUPS || pattern.digits_max() > PREFIX_DIGITS_MAX {
            return Err(format!("pattern {text:?} is too much for a prefix"));
        }
        let mut steps = Vec::new();
        let accept = push(&mut steps, Step::Accept(0))?;
        let entry = pattern.emit(&mut steps, accept)?;
        let sure = if pattern.groups == 0 { sure_length(&steps, entry) } else { 0 };
        let begins = beginnings(&steps, entry);
        let program = Program { root: 0, begins, sure, groups: pattern.groups };
        let mut run = Run { steps: &steps, automata, matches, built: HashMap::new() };
        let root = run.state(vec![Way { step: entry, slots: NO_GROUPS }], None, 0)?;
        Ok((program, root))
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
    #[inline(always)]
    pub(super) fn find<'m>(
        &self,
        nodes: &[Node],
        tails: &[Tail],
        matches: &'m [Match],
        digits: Digits,
    ) -> Option<&'m Match> {
        let place = walk(nodes, tails, self.root, digits);
        matches.get(usize::from(place).checked_sub(1)?)
    }
}

/// A way through a pattern: the step that is next, and what was captured before.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Way {
    step: u16,
    slots: Slots,
}

/// Whether the digits end here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Here {
    Ends,
    GoesOn,
}

/// The automaton of a prefix while it is built.
struct Run<'b> {
    steps: &'b [Step],
    automata: &'b mut Builder,
    matches: &'b mut Vec<Match>,
    /// The states that have their node already.
    built: HashMap<(Vec<Way>, Option<Match>, usize), Root>,
}

impl Run<'_> {
    /// Builds the state in which these ways are open after so many digits, in this order, and after
    /// all of them the match that was found.
    fn state(&mut self, ways: Vec<Way>, found: Option<Match>, read: usize) -> Result<Root, String> {
        let (open, found_here) = self.advance(&ways, read, Here::GoesOn);
        let found_on = found_here.or(found);
        if open.is_empty() {
            // Only a `$` can still make a difference, where the digits end here.
            let (_, at_end) = self.advance(&ways, read, Here::Ends);
            if at_end.or(found) == found_on {
                let answer = self.answer(found_on)?;
                return Ok(self.automata.constant(answer));
            }
        }
        let key = (ways, found, read);
        if let Some(&root) = self.built.get(&key) {
            return Ok(root);
        }
        let mut next = [self.automata.constant(0); 10];
        for (digit, next) in next.iter_mut().enumerate() {
            let after = open.iter().filter_map(|way| match self.steps[usize::from(way.step)] {
                Step::Digit(set, step) if set >> digit & 1 == 1 => Some(Way { step, ..*way }),
                _ => None,
            });
            let after: Vec<Way> = after.collect();
            *next = self.state(after, found_on, read + 1)?;
        }
        let (_, at_end) = self.advance(&key.0, read, Here::Ends);
        let answer = self.answer(at_end.or(found))?;
        let root = self.automata.node(&next, answer, read);
        self.built.insert(key, root);
        Ok(root)
    }

    /// Follows ways up to the digit that each waits for, and to the first match, after which none
    /// counts.
    fn advance(&self, ways: &[Way], read: usize, here: Here) -> (Vec<Way>, Option<Match>) {
        let mut open = Vec::new();
        let mut pending: Vec<Way> = ways.iter().rev().copied().collect();
        while let Some(mut way) = pending.pop() {
            match self.steps[usize::from(way.step)] {
                Step::Digit(..) => open.push(way),
                Step::Either(first, second) => {
                    pending.push(Way { step: second, ..way });
                    pending.push(Way { step: first, ..way });
                }
                Step::Mark(slot, step) => {
                    way.slots[usize::from(slot)] = read as u8;
                    pending.push(Way { step, ..way });
                }
                Step::End(step) if here == Here::Ends => pending.push(Way { step, ..way }),
                Step::End(_) => {}
                Step::Accept(_) => {
                    return (open, Some(Match { end: read as u8, slots: way.slots }));
                }
            }
        }
        (open, None)
    }

    /// The place of a match among those of the plan, from 1; 0 for none.
    fn answer(&mut self, found: Option<Match>) -> Result<Answer, String> {
        let Some(found) = found else {
            return Ok(0);
        };
        let known = self.matches.iter().position(|known| *known == found);
        let place = known.unwrap_or_else(|| {
            self.matches.push(found);
            self.matches.len() - 1
        });
        Answer::try_from(place + 1).map_err(|_| "too many prefixes".to_owned())
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

/// What a pattern matches, for tests.
#[cfg(test)]
pub(super) fn find(pattern: &str, digits: Digits) -> Option<Match> {
    let (mut automata, mut matches) = (Builder::default(), Vec::new());
    let (program, root) = Program::compile(pattern, &mut automata, &mut matches).unwrap();
    let layout = automata.finish(&[root]).unwrap();
    let program = Program { root: layout.roots[0], ..program };
    let found = program.find(&layout.nodes, &layout.tails, &matches, digits).copied();
    if let Some(end) = program.tell(digits) {
        assert_eq!(found.map_or(0, |found| usize::from(found.end)), end);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compile(pattern: &str) -> Result<Program, String> {
        Program::compile(pattern, &mut Builder::default(), &mut Vec::new()).map(|it| it.0)
    }

    fn run(pattern: &str, text: &str) -> Option<(usize, Option<std::ops::Range<usize>>)> {
        let found = find(pattern, Digits::from(text))?;
        Some((usize::from(found.end), found.group(1)))
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
            assert_eq!(compile(pattern).unwrap().sure, sure, "{pattern}");
        }
        for pattern in ["011", "00?", "0|11", "0$", "(0)", "0?"] {
            assert_eq!(compile(pattern).unwrap().sure, 0, "{pattern}");
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
        assert_eq!(run("", "00"), None);
        assert_eq!(run("", "0"), None);
    }

    #[test]
    fn a_prefix_that_could_outgrow_the_digit_buffer_is_refused() {
        assert!(compile(r"0\d{16}").is_err());
        assert!(compile(r"(0)(0)(0)").is_err());
    }
}
