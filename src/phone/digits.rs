//! A number's digits while its parts are told apart: prefixes come off the front, and a few digits
//! may be put there. Nothing here knows a plan.

use super::pattern::NATIONAL_DIGITS_MAX;
use super::program::{Match, PREFIX_DIGITS_MAX};
use super::tables::Transform;

/// Digits by value, 0 to 9, four bits each, so that those of nearly every number fit a register.
///
/// Text may have 250 digits, but only the first [`KEPT`] are held. A number has an international
/// prefix, a calling code, a national prefix and a national number at most; what is longer than
/// all of these together stays too long whatever is taken off, so the rest cannot matter.
///
/// There are two integers and no more, because such a pair stays in registers wherever it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digits {
    /// The first [`FIRST`], the very first at the top; zero where there are no more.
    first: u128,
    /// Those that follow, in the same order, which hardly any text has; and in the lowest byte, how
    /// many there are in all.
    rest: u128,
}

const FIRST: usize = 32;
/// How many digits are held.
pub(super) const KEPT: usize = FIRST + 30;
const CALLING_CODE_DIGITS_MAX: usize = 3;
const _: () = assert!(
    KEPT > 2 * PREFIX_DIGITS_MAX + CALLING_CODE_DIGITS_MAX + NATIONAL_DIGITS_MAX,
    "digits that are not held could matter"
);

/// How many digits [`Digits::packed`] takes.
pub(super) const PACKED_MAX: usize = 16;

impl Digits {
    pub(super) fn new() -> Digits {
        Digits { first: 0, rest: 0 }
    }

    /// Up to [`PACKED_MAX`] digits, four bits each, the last at the bottom.
    #[inline]
    pub(super) fn packed(digits: u64, count: usize) -> Digits {
        let count = count.min(PACKED_MAX);
        let top = digits << (4 * (PACKED_MAX - count) % 64);
        Digits { first: u128::from(top) << 64, rest: count as u128 }
    }

    /// Adds a digit at the end.
    pub(super) fn push(&mut self, digit: u8) {
        let digit = u128::from(digit) << 124;
        match self.len() {
            count @ 0..FIRST => self.first |= digit >> (4 * count),
            count @ FIRST..KEPT => self.rest |= digit >> (4 * (count - FIRST)),
            _ => return,
        }
        self.rest += 1;
    }

    /// Adds a digit at the front.
    pub(super) fn put(self, digit: u8) -> Digits {
        let rest = self.rest >> 4 | self.first << 124;
        let first = self.first >> 4 | u128::from(digit) << 124;
        Digits { first, rest }.counted(KEPT.min(self.len() + 1))
    }

    /// The same digits, and how many they are.
    #[inline(always)]
    fn counted(self, count: usize) -> Digits {
        Digits { first: self.first, rest: self.rest & !0xFF | count as u128 }
    }

    #[inline(always)]
    pub(super) fn len(self) -> usize {
        usize::from(self.rest as u8)
    }

    /// The digit at a place.
    #[inline]
    pub(super) fn get(self, place: usize) -> Option<u8> {
        let half = if place < FIRST { self.first } else { self.rest };
        (place < self.len()).then(|| (half >> (124 - 4 * (place % FIRST))) as u8 & 15)
    }

    /// The first [`PACKED_MAX`] digits, the very first at the top.
    #[inline(always)]
    fn top(self) -> u64 {
        (self.first >> 64) as u64
    }

    /// The first digits, four bits each, up to [`PACKED_MAX`]; zeros where there are not so many.
    #[inline(always)]
    pub(super) fn leading(self, count: usize) -> u64 {
        self.top() >> (4 * (PACKED_MAX - count.min(PACKED_MAX)) % 64)
    }

    /// The first [`PACKED_MAX`] digits, four bits each, the very first at the top, and `mark`
    /// after the last, if there is room.
    #[inline(always)]
    pub(super) fn marked(self, mark: u64) -> u64 {
        let after_last = mark << 60 >> (4 * self.len() % 64);
        self.top() | if self.len() < PACKED_MAX { after_last } else { 0 }
    }

    /// Takes digits off the front.
    #[inline(always)]
    pub(super) fn without(self, count: usize) -> Digits {
        if self.len() > PACKED_MAX || count >= PACKED_MAX {
            return self.without_any(count);
        }
        // All are in the upper half, which shifts in one step.
        let first = u128::from(self.top() << (4 * count)) << 64;
        Digits { first, ..self }.counted(self.len().saturating_sub(count))
    }

    #[cold]
    #[inline(never)]
    fn without_any(mut self, count: usize) -> Digits {
        for _ in 0..count.min(self.len()) {
            let first = self.first << 4 | self.rest >> 124;
            self = Digits { first, rest: (self.rest & !0xFF) << 4 }.counted(self.len() - 1);
        }
        self
    }

    /// Puts the literal digits and the captured group in place of a prefix.
    pub(super) fn transformed(self, prefix: &Match, transform: Transform) -> Digits {
        let group = prefix.group(transform.group).unwrap_or(0..0);
        let literal = &transform.literal[..usize::from(transform.literals)];
        let captured = group.rev().filter_map(|place| self.get(place));
        let digits = captured.chain(literal.iter().rev().copied());
        digits.fold(self.without(usize::from(prefix.end)), Digits::put)
    }

    /// These digits after the `count` digits of `code`: the first sixteen, and the eight after
    /// them, the very first at the top.
    #[inline(always)]
    pub(super) fn after(self, code: u64, count: usize) -> (u64, u32) {
        let (down, up) = (4 * count % 64, (64 - 4 * count % 64) % 64);
        let next = self.top() << up | self.first as u64 >> down;
        (code << up | self.top() >> down, (next >> 32) as u32)
    }
}

/// Eight digits of four bits each, as text: they are moved apart in halves, quarters and eighths,
/// after their bytes are put in the order of text.
#[inline(always)]
pub(super) fn eight_as_text(digits: u32) -> [u8; 8] {
    let digits = u64::from(digits.swap_bytes());
    let fours = (digits | digits << 16) & 0x0000_FFFF_0000_FFFF;
    let pairs = (fours | fours << 8) & 0x00FF_00FF_00FF_00FF;
    let single = (pairs >> 4 | pairs << 8) & 0x0F0F_0F0F_0F0F_0F0F;
    (single | 0x3030_3030_3030_3030).to_le_bytes()
}

/// The digits of a text of digits, for tests.
#[cfg(test)]
impl From<&str> for Digits {
    fn from(text: &str) -> Digits {
        let mut digits = Digits::new();
        text.bytes().for_each(|byte| digits.push(byte - b'0'));
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::super::program::find;
    use super::*;

    #[test]
    fn a_transformation_may_add_more_digits_than_the_prefix_had() {
        for (text, expected) in [("0345151234", "93451234"), ("345151234", "93451234")] {
            let digits = Digits::from(text);
            let found = find(r"0?(\d{3})15", digits).unwrap();
            let transform = Transform { group: 1, literals: 1, literal: [9, 0, 0, 0] };
            assert_eq!(digits.transformed(&found, transform), Digits::from(expected));
        }
        let digits = Digits::from("555");
        let found = find(r"(\d{3})$", digits).unwrap();
        let transform = Transform { group: 1, literals: 4, literal: [1, 4, 8, 1] };
        assert_eq!(digits.transformed(&found, transform), Digits::from("1481555"));
    }

    #[test]
    fn digits_past_the_last_are_dropped_and_too_many_cannot_be_skipped() {
        let digits = Digits::from(&*"7".repeat(300));
        assert_eq!(digits.len(), KEPT);
        let digits = digits.put(1);
        assert_eq!((digits.len(), digits.get(0), digits.get(KEPT - 1)), (KEPT, Some(1), Some(7)));
        assert_eq!(digits.without(1000), Digits::new());
        assert_eq!(Digits::from("123").without(5), Digits::new());
    }

    #[test]
    fn many_digits_are_handled_as_few_are() {
        let text: String = "1234567890".repeat(5);
        for start in 0..40 {
            let digits = Digits::from(&*text).without(start);
            assert_eq!(digits, Digits::from(&text[start..]), "{start}");
            assert_eq!(digits.get(3), Some(text.as_bytes()[start + 3] - b'0'));
            let before = text[..start].bytes().rev().map(|byte| byte - b'0');
            assert_eq!(before.fold(digits, Digits::put), Digits::from(&*text), "{start}");
        }
    }

    #[test]
    fn digits_stand_after_a_calling_code() {
        for (code, width) in [(1, 1), (0x44, 2), (0x971, 3)] {
            let (first, next) = Digits::from("23456789012345678").after(code, width);
            let all = format!("{code:x}23456789012345678{:0<8}", "");
            assert_eq!(format!("{first:016x}{next:08x}"), all[..24]);
        }
    }

    #[test]
    fn a_mark_stands_after_the_last_digit_if_there_is_room() {
        assert_eq!(Digits::from("12").marked(10), 0x12A << 52);
        assert_eq!(Digits::new().marked(10), 10 << 60);
        assert_eq!(Digits::from("1234567890123456").marked(10), 0x1234_5678_9012_3456);
    }
}
