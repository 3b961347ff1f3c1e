//! A number's digits while its parts are told apart: prefixes come off the front, and a few digits
//! may be put there. Nothing here knows a plan.

use super::pattern::NATIONAL_DIGITS_MAX;
use super::program::{Match, PREFIX_DIGITS_MAX};
use super::tables::Transform;

/// Digits by value, 0 to 9, four bits each, so that those of a number fit a register.
///
/// Text may have 250 digits, but only the first [`KEPT`] are held. A number has an international
/// prefix, a calling code, a national prefix and a national number at most; what is longer than
/// all of these together stays too long whatever is taken off, so the rest cannot matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digits {
    /// The first [`HALF`], the very first at the top; zero where there are no more.
    first: u128,
    /// Those that follow, in the same order. Hardly any text has so many.
    rest: u128,
    count: usize,
}

const HALF: usize = 32;
/// How many digits are held.
pub(super) const KEPT: usize = 2 * HALF;
const CALLING_CODE_DIGITS_MAX: usize = 3;
const _: () = assert!(
    KEPT > 2 * PREFIX_DIGITS_MAX + CALLING_CODE_DIGITS_MAX + NATIONAL_DIGITS_MAX,
    "digits that are not held could matter"
);

/// How many digits [`Digits::packed`] takes.
pub(super) const PACKED_MAX: usize = 16;

impl Digits {
    pub(super) fn new() -> Digits {
        Digits { first: 0, rest: 0, count: 0 }
    }

    /// Up to [`PACKED_MAX`] digits, four bits each, the last at the bottom.
    #[inline]
    pub(super) fn packed(digits: u64, count: usize) -> Digits {
        let count = count.min(PACKED_MAX);
        let top = digits << (4 * (PACKED_MAX - count) % 64);
        Digits { first: u128::from(top) << 64, rest: 0, count }
    }

    /// Adds a digit at the end.
    pub(super) fn push(&mut self, digit: u8) {
        let digit = u128::from(digit) << 124 >> (4 * (self.count % HALF));
        match self.count {
            0..HALF => self.first |= digit,
            HALF..KEPT => self.rest |= digit,
            _ => return,
        }
        self.count += 1;
    }

    /// Adds a digit at the front.
    fn put(&mut self, digit: u8) {
        self.rest = self.rest >> 4 | self.first << 124;
        self.first = self.first >> 4 | u128::from(digit) << 124;
        self.count = KEPT.min(self.count + 1);
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The digit at a place.
    #[inline]
    pub(super) fn get(&self, place: usize) -> Option<u8> {
        let half = if place < HALF { self.first } else { self.rest };
        (place < self.count).then(|| (half >> (124 - 4 * (place % HALF))) as u8 & 15)
    }

    /// The first digits, four bits each, up to [`PACKED_MAX`]; zeros where there are not so many.
    #[inline]
    pub(super) fn leading(&self, count: usize) -> u64 {
        (self.first >> 64) as u64 >> (4 * (PACKED_MAX - count.min(PACKED_MAX)) % 64)
    }

    /// The first [`HALF`] digits, four bits each, the very first at the top.
    #[inline]
    pub(super) fn to_bits(self) -> u128 {
        self.first
    }

    /// Takes digits off the front.
    #[inline]
    pub(super) fn skip(&mut self, count: usize) {
        if self.count <= PACKED_MAX && count < PACKED_MAX {
            // All are in the upper half, which shifts in one step.
            let top = (self.first >> 64) as u64;
            self.first = u128::from(top << (4 * count)) << 64;
            self.count = self.count.saturating_sub(count);
        } else {
            self.skip_any(count);
        }
    }

    #[cold]
    fn skip_any(&mut self, count: usize) {
        for _ in 0..count.min(self.count) {
            self.first = self.first << 4 | self.rest >> 124;
            self.rest <<= 4;
            self.count -= 1;
        }
    }

    /// Puts the literal digits and the captured group in place of a prefix.
    pub(super) fn transform(&mut self, prefix: &Match, transform: Transform) {
        let group = prefix.group(transform.group).unwrap_or(0..0);
        let literal = &transform.literal[..usize::from(transform.literals)];
        let before = *self;
        self.skip(prefix.end);
        let captured = group.rev().filter_map(|place| before.get(place));
        captured.chain(literal.iter().rev().copied()).for_each(|digit| self.put(digit));
    }

    /// The first digits as text, `0` where there are no more.
    #[inline]
    pub(super) fn leading_text(&self) -> [u8; LEADING] {
        let mut text = [b'0'; LEADING];
        let [a, b, c] = [96, 64, 32].map(|place| eight_as_text((self.first >> place) as u32));
        text[..8].copy_from_slice(&a);
        text[8..16].copy_from_slice(&b);
        text[16..].copy_from_slice(&c[..LEADING - 16]);
        text
    }

    /// All digits as one integer, if they are no more than [`PACKED_MAX`].
    ///
    /// Neighbours are joined to pairs, these to fours, and so on: where two stand together as
    /// 16 a + b, taking 6 a away leaves 10 a + b.
    #[inline]
    pub(super) fn value(&self) -> Option<u64> {
        if self.count > PACKED_MAX {
            return None;
        }
        let digits = self.leading(self.count);
        let pairs = digits - 6 * (digits >> 4 & 0x0F0F_0F0F_0F0F_0F0F);
        let fours = pairs - 156 * (pairs >> 8 & 0x00FF_00FF_00FF_00FF);
        let eights = fours - 55_536 * (fours >> 16 & 0x0000_FFFF_0000_FFFF);
        Some(eights - 4_194_967_296 * (eights >> 32))
    }
}

/// Eight digits of four bits each, as text: they are moved apart in halves, quarters and eighths.
#[inline]
fn eight_as_text(digits: u32) -> [u8; 8] {
    let digits = u64::from(digits);
    let fours = (digits | digits << 16) & 0x0000_FFFF_0000_FFFF;
    let pairs = (fours | fours << 8) & 0x00FF_00FF_00FF_00FF;
    let single = (pairs | pairs << 4) & 0x0F0F_0F0F_0F0F_0F0F;
    (single | 0x3030_3030_3030_3030).to_be_bytes()
}

/// Room for a national number, and a few digits more.
pub(super) const LEADING: usize = 20;
const _: () = assert!(LEADING >= NATIONAL_DIGITS_MAX);

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
    use super::super::program::Program;
    use super::*;

    #[test]
    fn a_transformation_may_add_more_digits_than_the_prefix_had() {
        let mut steps = Vec::new();
        let program = Program::compile(r"0?(\d{3})15", &mut steps).unwrap();
        for (text, expected) in [("0345151234", "93451234"), ("345151234", "93451234")] {
            let mut digits = Digits::from(text);
            let found = program.find(&steps, &digits).unwrap();
            digits.transform(&found, Transform { group: 1, literals: 1, literal: [9, 0, 0, 0] });
            assert_eq!(digits, Digits::from(expected));
        }
        let program = Program::compile(r"(\d{3})$", &mut steps).unwrap();
        let mut digits = Digits::from("555");
        let found = program.find(&steps, &digits).unwrap();
        digits.transform(&found, Transform { group: 1, literals: 4, literal: [1, 4, 8, 1] });
        assert_eq!(digits, Digits::from("1481555"));
    }

    #[test]
    fn digits_past_the_last_are_dropped_and_too_many_cannot_be_skipped() {
        let mut digits = Digits::from(&*"7".repeat(300));
        assert_eq!(digits.len(), KEPT);
        digits.put(1);
        assert_eq!((digits.len(), digits.get(0), digits.get(KEPT - 1)), (KEPT, Some(1), Some(7)));
        digits.skip(1000);
        assert_eq!(digits, Digits::new());
        let mut digits = Digits::from("123");
        digits.skip(5);
        assert_eq!(digits, Digits::new());
    }

    #[test]
    fn many_digits_are_handled_as_few_are() {
        let text: String = "1234567890".repeat(5);
        for start in 0..40 {
            let mut digits = Digits::from(&*text);
            digits.skip(start);
            assert_eq!(digits, Digits::from(&text[start..]), "{start}");
            assert_eq!(digits.get(3), Some(text.as_bytes()[start + 3] - b'0'));
            text[..start].bytes().rev().for_each(|byte| digits.put(byte - b'0'));
            assert_eq!(digits, Digits::from(&*text), "{start}");
        }
    }

    #[test]
    fn digits_are_read_as_one_integer_and_as_text() {
        let text = "98765432101234569";
        for count in 1..=16 {
            let digits = Digits::from(&text[..count]);
            assert_eq!(digits.value(), text[..count].parse().ok());
            assert_eq!(&digits.leading_text()[..count], &text.as_bytes()[..count]);
            assert_eq!(digits, Digits::packed(digits.leading(count), count));
        }
        assert_eq!((Digits::from(text).value(), Digits::new().value()), (None, Some(0)));
        assert_eq!(&Digits::from(text).leading_text(), b"98765432101234569000");
    }
}
