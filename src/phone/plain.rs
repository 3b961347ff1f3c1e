//! In: ordinary text. Out: its digits, as `text.rs` would read them, at a fraction of the cost; or
//! nothing, where only `text.rs` can tell. A test holds the two together.
//!
//! The more ordinary, the faster: bare digits are read eight at a time; digits with
//! separators byte by byte, without a branch, because where separators stand cannot be foretold;
//! and what has words before it, punctuation after it or other scripts in it, by characters.

use super::digits::{Digits, KEPT, PACKED_MAX};
use super::text::Plus;
use super::unicode::{digit, ends_number, is_plus, is_punctuation};
use std::hint::select_unpredictable;

/// The longest text that is taken for ordinary, in bytes.
const BYTES_MAX: usize = KEPT;
const DIGITS_MIN: usize = 3;

/// What a byte means: a digit by its value, or one of these bits.
const SEPARATOR: u8 = 0x10;
/// Begins or ends a number, or is part of a longer character.
const OTHER: u8 = 0x20;

/// `~` and `x` separate digits too, but may also begin an extension.
///
/// The bytes beyond ASCII are those of the no-break space and the soft hyphen, and of no other
/// character: all others have some byte that is not among them.
const SEPARATORS: &[u8] = b" -.()[]/*\xC2\xA0\xAD";

const CLASSES: [u8; 256] = {
    let mut classes = [OTHER | SEPARATOR; 256];
    let mut digit = 0;
    while digit < 10 {
        classes[b'0' as usize + digit] = digit as u8;
        digit += 1;
    }
    let mut index = 0;
    while index < SEPARATORS.len() {
        classes[SEPARATORS[index] as usize] = SEPARATOR;
        index += 1;
    }
    classes
};

/// Reads the most ordinary text: a plus or none, three to sixteen digits, and separators.
/// `None` for all other text.
#[inline(always)]
pub(super) fn read(text: &str) -> Option<(Plus, Digits)> {
    let (plus, number) = match text.as_bytes() {
        [b'+', number @ ..] => (Plus::Present, number),
        number => (Plus::Absent, number),
    };
    if let Some(digits) = read_bare(number) {
        return Some((plus, digits));
    }
    let (digits, count) = read_separated(number)?;
    Some((plus, Digits::packed(digits, count)))
}

/// Reads 8 to 16 digits with nothing among them: the first eight and the last eight, which may
/// overlap.
#[inline(always)]
fn read_bare(number: &[u8]) -> Option<Digits> {
    let (first, last) = (number.first_chunk()?, number.last_chunk()?);
    let after_first = number.len() - 8;
    if after_first > PACKED_MAX - 8 {
        return None;
    }
    let (first, last) = (Eight::of(*first), Eight::of(*last));
    if (first.others | last.others) & HIGHEST_BITS != 0 {
        return None;
    }
    let digits = first.packed() << (4 * after_first) | last.packed();
    Some(Digits::packed(digits, number.len()))
}

const HIGHEST_BITS: u64 = u64::from_ne_bytes([0x80; 8]);

/// Eight bytes of text, the first at the top.
struct Eight {
    /// Their values, if all are digits.
    values: u64,
    /// Some of the highest bits of the bytes are set, if not.
    others: u64,
}

impl Eight {
    #[inline(always)]
    fn of(text: [u8; 8]) -> Eight {
        let values = u64::from_be_bytes(text) ^ u64::from_ne_bytes([b'0'; 8]);
        // Adding 0x76 carries what is more than 9 into the highest bit.
        let others = values.wrapping_add(u64::from_ne_bytes([0x76; 8])) | values;
        Eight { values, others }
    }

    /// The values, four bits each.
    #[inline(always)]
    fn packed(&self) -> u64 {
        let pairs = (self.values | self.values >> 4) & 0x00FF_00FF_00FF_00FF;
        let fours = (pairs | pairs >> 8) & 0x0000_FFFF_0000_FFFF;
        (fours | fours >> 16) & 0xFFFF_FFFF
    }
}

/// Reads 3 to 16 digits with separators anywhere: four bits each, and how many.
#[inline(never)]
fn read_separated(number: &[u8]) -> Option<(u64, usize)> {
    if number.len() > BYTES_MAX {
        return None;
    }
    let (mut digits, mut count, mut seen) = (0_u64, 0, 0);
    let mut add = |eight: &[u8; 8]| {
        let found = separate(eight);
        digits = digits << (4 * found.count) | found.digits;
        count += found.count;
        seen |= found.seen;
    };
    let (eights, others) = number.as_chunks();
    eights.iter().for_each(&mut add);
    if !others.is_empty() {
        let mut eight = [b' '; 8];
        match number.last_chunk::<8>() {
            // The bytes that were read already are pushed out by separators.
            Some(&last) => {
                let pushed = u128::from(u64::from_be_bytes(last)) << 64 | u128::from(SPACES);
                eight = ((pushed << (8 * (8 - others.len())) >> 64) as u64).to_be_bytes();
            }
            None => eight.iter_mut().zip(others).for_each(|(place, &byte)| *place = byte),
        }
        add(&eight);
    }
    let ordinary = seen & OTHER == 0 && (DIGITS_MIN..=PACKED_MAX).contains(&count);
    ordinary.then_some((digits, count))
}

const SPACES: u64 = u64::from_be_bytes([b' '; 8]);

/// What eight bytes hold: their digits, four bits each, how many, and all classes together.
struct Separated {
    digits: u64,
    count: usize,
    seen: u8,
}

#[inline(always)]
fn separate(eight: &[u8; 8]) -> Separated {
    // A bit before the first digit tells at the end how many there were.
    let (mut digits, mut seen) = (1_u64, 0);
    for &byte in eight {
        let class = CLASSES[usize::from(byte)];
        let longer = digits << 4 | u64::from(class);
        digits = select_unpredictable(class < SEPARATOR, longer, digits);
        seen |= class;
    }
    let bits = digits.ilog2();
    Separated { digits: digits ^ 1 << bits, count: (bits / 4) as usize, seen }
}

/// Reads ordinary text character by character: any words, a plus or none, three digits or more with
/// punctuation among them, and nothing after them but punctuation. `None` for all other text.
pub(super) fn read_characters(text: &str) -> Option<(Plus, Digits)> {
    if text.len() > BYTES_MAX {
        return None;
    }
    let (plus, number) = skip_words(text)?;
    let mut digits = Digits::new();
    for (at, c) in number.char_indices() {
        if let Some(digit) = digit(c) {
            digits.push(digit);
        } else if !is_punctuation(c) || matches!(c, 'x' | 'X' | '~' | '\u{FF5E}') {
            if number[at..].contains(ends_number) {
                return None;
            }
            break;
        }
    }
    (digits.len() >= DIGITS_MIN).then_some((plus, digits))
}

/// Skips what stands before a number.
fn skip_words(text: &str) -> Option<(Plus, &str)> {
    for (at, c) in text.char_indices() {
        if is_plus(c) {
            return Some((Plus::Present, &text[at + c.len_utf8()..]));
        }
        if digit(c).is_some() {
            return Some((Plus::Absent, &text[at..]));
        }
        // Parameters of RFC 3966 may stand here.
        if c == ';' {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::text;
    use super::*;

    #[test]
    fn ordinary_text_is_read_as_the_complete_reader_reads_it() {
        let pieces = [
            "+", "＋", "0", "12", "345", "٣", "７", " ", "-", ".", "/", "(", ")", "*", "~", "x",
            "#", ",", ";", ":", "\u{A0}", "\u{2013}", "\u{FF5E}", "\u{202A}", "_", "tel:", "é",
            "\u{301}", "\n", "\u{AD}", "\u{80}", "à", "\u{22D}", "\0", "ext", "½",
        ];
        let (mut state, mut plain) = (1_u64, 0);
        for _ in 0..200_000 {
            let mut text = String::new();
            for _ in 0..9 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
            }
            let Some((plus, digits)) = read(&text).or_else(|| read_characters(&text)) else {
                continue;
            };
            let complete =
                text::read(&text).unwrap_or_else(|problem| panic!("{text:?}: {problem:?}"));
            assert_eq!((complete.plus, complete.digits), (plus, digits), "{text:?}");
            assert_eq!(complete.extension, super::super::number::Extension::Absent, "{text:?}");
            plain += 1;
        }
        assert!(plain > 1_000, "only {plain} texts were ordinary");
    }
}
