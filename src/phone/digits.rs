//! A number's digits while its parts are told apart: prefixes come off the front, and a few digits
//! may be put there. Nothing here knows a plan.

use super::pattern::NATIONAL_DIGITS_MAX;
use super::program::{Match, PREFIX_DIGITS_MAX};
use super::tables::{TRANSFORM_LITERALS_MAX, Transform};

/// Digits by value, 0 to 9, with room in front for what a transformation adds.
///
/// Text may have 250 digits, but only the first [`KEPT`] are held. A number has an international
/// prefix, a calling code, a national prefix and a national number at most; what is longer than
/// all of these together stays too long whatever is taken off, so the rest cannot matter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digits {
    cells: [u8; CELLS],
    start: usize,
    end: usize,
}

const CELLS: usize = 64;
/// A national prefix can be transformed twice: once while a calling code is looked for, once after.
const HEADROOM: usize = 2 * TRANSFORM_LITERALS_MAX;
/// How many digits are held.
pub(super) const KEPT: usize = CELLS - HEADROOM;
const CALLING_CODE_DIGITS_MAX: usize = 3;
const _: () = assert!(
    KEPT > 2 * PREFIX_DIGITS_MAX + CALLING_CODE_DIGITS_MAX + NATIONAL_DIGITS_MAX,
    "digits that are not held could matter"
);

impl Digits {
    pub(super) fn new() -> Digits {
        Digits { cells: [0; CELLS], start: HEADROOM, end: HEADROOM }
    }

    /// Adds a digit at the end.
    #[inline]
    pub(super) fn push(&mut self, digit: u8) {
        if let Some(cell) = self.cells.get_mut(self.end) {
            *cell = digit;
            self.end += 1;
        }
    }

    /// Adds the digits among bytes, as far as `classes` knows them: it gives each byte its digit, a
    /// separator something from 10 on, and what it does not know `stop`. Returns how many bytes it
    /// has read. There must be room: a text no longer than [`KEPT`] has it.
    ///
    /// Where separators stand cannot be foretold, so each byte is written as if it were a digit,
    /// and the next one overwrites it if it was not.
    #[inline]
    pub(super) fn extend(&mut self, bytes: &[u8], classes: &[u8; 256], stop: u8) -> usize {
        let mut end = self.end;
        let mut read = bytes.len();
        for (index, &byte) in bytes.iter().enumerate() {
            let class = classes[usize::from(byte)];
            if class == stop {
                read = index;
                break;
            }
            self.cells[end % CELLS] = class;
            end += usize::from(class < 10);
        }
        self.cells[end % CELLS] = 0;
        self.end = end;
        read
    }

    #[inline]
    pub(super) fn as_slice(&self) -> &[u8] {
        self.cells.get(self.start..self.end).unwrap_or(&[])
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Takes digits off the front.
    #[inline]
    pub(super) fn skip(&mut self, count: usize) {
        self.start = self.end.min(self.start + count);
    }

    /// Puts the literal digits and the captured group in place of a prefix.
    pub(super) fn transform(&mut self, prefix: &Match, transform: Transform) {
        let group = prefix.group(transform.group).unwrap_or(0..0);
        let rest = self.start + prefix.end;
        let group_start = rest - group.len();
        self.cells.copy_within(self.start + group.start..self.start + group.end, group_start);
        let literal = &transform.literal[..usize::from(transform.literals)];
        self.start = group_start - literal.len();
        self.cells[self.start..group_start].copy_from_slice(literal);
    }

    /// The first digits as text, `0` where there are no more. A block of fixed size costs less
    /// than as many digits as there are.
    #[inline]
    pub(super) fn leading_text(&self) -> [u8; LEADING] {
        let block = self.cells[self.start.min(CELLS - LEADING)..].first_chunk::<LEADING>();
        block.expect("it is not too near the end").map(|digit| b'0' + digit)
    }
}

/// Room for a national number, and a few digits more.
pub(super) const LEADING: usize = 20;
const _: () = assert!(LEADING >= NATIONAL_DIGITS_MAX);

#[cfg(test)]
mod tests {
    use super::super::program::Program;
    use super::*;

    fn digits(text: &str) -> Digits {
        let mut digits = Digits::new();
        text.bytes().for_each(|byte| digits.push(byte - b'0'));
        digits
    }

    #[test]
    fn a_transformation_may_add_more_digits_than_the_prefix_had() {
        let mut steps = Vec::new();
        let program = Program::compile(r"0?(\d{3})15", &mut steps).unwrap();
        for (text, expected) in [("0345151234", "93451234"), ("345151234", "93451234")] {
            let mut digits = digits(text);
            let found = program.run(&steps, digits.as_slice()).unwrap();
            digits.transform(&found, Transform { group: 1, literals: 1, literal: [9, 0, 0, 0] });
            assert_eq!(digits.as_slice(), super::tests::digits(expected).as_slice());
        }
        let program = Program::compile(r"(\d{3})$", &mut steps).unwrap();
        let mut digits = digits("555");
        let found = program.run(&steps, digits.as_slice()).unwrap();
        digits.transform(&found, Transform { group: 1, literals: 4, literal: [1, 4, 8, 1] });
        assert_eq!(digits.as_slice(), [1, 4, 8, 1, 5, 5, 5]);
    }

    #[test]
    fn digits_past_the_last_cell_are_dropped_and_too_many_cannot_be_skipped() {
        let mut digits = digits(&"7".repeat(300));
        assert_eq!(digits.len(), KEPT);
        digits.skip(1000);
        assert_eq!((digits.len(), digits.as_slice()), (0, &[][..]));
    }
}
