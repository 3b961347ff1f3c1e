//! In: ordinary text. Out: its digits, as `text.rs` would read them, at a fraction of the cost; or
//! nothing, where only `text.rs` can tell. A test holds the two together.

use super::digits::{Digits, KEPT};
use super::text::Plus;
use super::unicode::{digit, ends_number, is_plus, is_punctuation};

/// The longest text that is taken for ordinary, in bytes.
const BYTES_MAX: usize = KEPT;
const DIGITS_MIN: usize = 3;

/// What a byte means: a digit by its value, or one of these.
const SEPARATOR: u8 = 10;
/// Begins or ends a number, or is part of a longer character.
const OTHER: u8 = 11;

/// `~` and `x` separate digits too, but may also begin an extension.
const SEPARATORS: &[u8] = b" -.()[]/*";

const CLASSES: [u8; 256] = {
    let mut classes = [OTHER; 256];
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

/// Reads ordinary text: any words, a plus or none, three digits or more with separators among
/// them, and nothing after them but punctuation. `None` for all other text, whose digits, as far as
/// they were read, mean nothing.
#[inline]
pub(super) fn read(text: &str, digits: &mut Digits) -> Option<Plus> {
    if text.len() > BYTES_MAX {
        return None;
    }
    let (plus, number) = match text.as_bytes() {
        [b'+', ..] => (Plus::Present, &text[1..]),
        [b'0'..=b'9', ..] => (Plus::Absent, text),
        _ => skip_words(text)?,
    };
    let mut read = digits.extend(number.as_bytes(), &CLASSES, OTHER);
    while read < number.len() {
        read = read_other(number, read, digits)?;
        read += digits.extend(&number.as_bytes()[read..], &CLASSES, OTHER);
    }
    (digits.len() >= DIGITS_MIN).then_some(plus)
}

/// Skips what stands before a number.
#[cold]
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

/// Reads a character that is neither an ASCII digit nor a plain separator; returns where to go on:
/// after it, or, where the number ends with it, at the end.
#[cold]
fn read_other(number: &str, at: usize, digits: &mut Digits) -> Option<usize> {
    let rest = &number[at..];
    let c = rest.chars().next()?;
    if let Some(digit) = digit(c) {
        digits.push(digit);
    } else if c.is_ascii() || !is_punctuation(c) || c == '\u{FF5E}' {
        return (!rest.contains(ends_number)).then_some(number.len());
    }
    Some(at + c.len_utf8())
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
            "\u{301}", "\n", "\0", "ext", "½",
        ];
        let (mut state, mut plain) = (1_u64, 0);
        for _ in 0..200_000 {
            let mut text = String::new();
            for _ in 0..9 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
            }
            let mut digits = Digits::new();
            let Some(plus) = read(&text, &mut digits) else {
                continue;
            };
            let complete =
                text::read(&text).unwrap_or_else(|problem| panic!("{text:?}: {problem:?}"));
            assert_eq!(
                (complete.plus, complete.digits.as_slice()),
                (plus, digits.as_slice()),
                "{text:?}"
            );
            assert_eq!(complete.extension, super::super::number::Extension::NONE, "{text:?}");
            plain += 1;
        }
        assert!(plain > 1_000, "only {plain} texts were ordinary");
    }
}
