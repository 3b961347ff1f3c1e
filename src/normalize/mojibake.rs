//! Text that was decoded wrongly before it came to us: `JosÃ©` for `José`. It is never put right by
//! us; a person is told what it may have been.

use std::sync::LazyLock;

use encoding_rs::{WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1256};

use super::problem;
use crate::contact::Field;
use crate::map::Draft;
use crate::pieces::{is, marks};
use crate::problem::{Code, Confidence, Problem, Suggestion};

/// The fields that hold people's own words.
const FIELDS: [Field; 5] =
    [Field::Name, Field::FirstName, Field::LastName, Field::Address, Field::Tags];

/// Looks at the cells of the row that hold words. ASCII costs no more than a look.
pub(super) fn check<'r>(draft: &Draft<'r>, problems: &mut Vec<Problem<'r>>) {
    if draft.is_ascii() && !draft.columns().has_constants() {
        return;
    }
    for field in FIELDS {
        let cell = draft.get(field);
        if cell.is_ascii() {
            continue;
        }
        let repaired = repair(cell);
        if repaired.is_some() || has_replacement(cell) {
            let suggestion =
                repaired.map(|value| Suggestion { value, confidence: Confidence::Medium });
            let found = problem(draft, field, Code::TextMojibake);
            problems.push(Problem { suggestion, ..found });
        }
    }
}

/// A single-byte encoding, backwards: every character beyond ASCII and its byte, sorted.
struct Backwards {
    bytes: Vec<(char, u8)>,
    /// So many characters must have come of UTF-8 before it is believed.
    least: usize,
}

impl Backwards {
    fn new(encoding: &'static encoding_rs::Encoding, least: usize) -> Backwards {
        let character = |byte: u8| {
            let (text, _) = encoding.decode_without_bom_handling(std::slice::from_ref(&byte));
            text.chars().next().map(|c| (c, byte))
        };
        let mut bytes: Vec<(char, u8)> = (0x80..=0xff).filter_map(character).collect();
        bytes.sort_unstable();
        Backwards { bytes, least }
    }

    fn byte(&self, c: char) -> Option<u8> {
        if c.is_ascii() {
            return u8::try_from(c).ok();
        }
        let at = self.bytes.binary_search_by_key(&c, |(c, _)| *c).ok()?;
        Some(self.bytes[at].1)
    }

    /// The text whose UTF-8 was read in this encoding, if the cell looks like that.
    fn undo(&self, cell: &str) -> Option<String> {
        let [first, second] = first_two(cell)?;
        let first = self.byte(first)?;
        if !(0xc2..0xf5).contains(&first) || !(0x80..0xc0).contains(&self.byte(second)?) {
            return None;
        }
        let bytes: Vec<u8> = cell.chars().map(|c| self.byte(c)).collect::<Option<_>>()?;
        let text = String::from_utf8(bytes).ok()?;
        let mut others = text.chars().filter(|c| !c.is_ascii());
        let count = others.clone().count();
        (count >= self.least && others.all(is_likely)).then_some(text)
    }
}

/// Whether a character is likely in a name: by chance two letters may make any other.
fn is_likely(c: char) -> bool {
    matches!(u32::from(c), 0xa0..0x180 | 0x386..0x460 | 0x490..0x4f0 | 0x5b0..0x5f5 | 0x600..0x700 | 0x900..)
}

/// The encodings in which UTF-8 is read by mistake. In the Western one a single accent is evidence
/// enough; in the others two letters of a short name may look like it.
static ENCODINGS: LazyLock<[Backwards; 4]> = LazyLock::new(|| {
    [
        Backwards::new(WINDOWS_1252, 1),
        Backwards::new(WINDOWS_1250, 2),
        Backwards::new(WINDOWS_1251, 2),
        Backwards::new(WINDOWS_1256, 2),
    ]
});

/// The first two letters beyond ASCII, which a single letter of UTF-8 makes side by side.
fn first_two(cell: &str) -> Option<[char; 2]> {
    let first = cell.bytes().position(|byte| !byte.is_ascii())?;
    let mut beyond_ascii = cell[first..].chars();
    let two = [beyond_ascii.next()?, beyond_ascii.next()?];
    (!two[1].is_ascii()).then_some(two)
}

/// Whether somebody before us replaced what was no text. Its first byte is rare, and soon looked
/// for.
fn has_replacement(cell: &str) -> bool {
    let first = marks(cell.as_bytes(), |bytes| [is(bytes, 0xef)]);
    first != Some([0]) && cell.contains(char::REPLACEMENT_CHARACTER)
}

/// The bytes that single-byte encodings have for a letter in which a character of UTF-8 may begin,
/// and those in which it goes on: a bit for each encoding, by the letter's number. All such letters
/// have a number below this, but for signs that stand in the second place.
const LETTERS: usize = 0x700;
static PARTS: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let of = |range: std::ops::Range<u8>| {
        let mut letters = vec![0; LETTERS];
        for (at, encoding) in ENCODINGS.iter().enumerate() {
            for (c, _) in encoding.bytes.iter().filter(|(_, byte)| range.contains(byte)) {
                if let Some(letter) = letters.get_mut(*c as usize) {
                    *letter |= 1 << at;
                }
            }
        }
        letters
    };
    [of(0xc2..0xf5), of(0x80..0xc0)]
});

/// Whether the first two letters beyond ASCII may be the bytes of one. Most text fails here: a
/// first byte of UTF-8 is never followed by another.
fn may_be_bytes([first, second]: [char; 2]) -> bool {
    let [firsts, seconds] = &*PARTS;
    let first = firsts.get(first as usize).copied().unwrap_or(0);
    first & seconds.get(second as usize).copied().unwrap_or(u8::MAX) != 0
}

/// What the cell may have been.
fn repair(cell: &str) -> Option<String> {
    first_two(cell).filter(|two| may_be_bytes(*two))?;
    ENCODINGS.iter().find_map(|encoding| encoding.undo(cell))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_that_was_read_as_something_else_is_seen() {
        for (cell, text) in [
            ("JosÃ© PÃ©rez", "José Pérez"),
            ("Zo\u{c3}\u{ab}", "Zoë"),
            ("Ø¹Ù„ÙŠ", "علي"),
            ("ط¹ظ„ظٹ", "علي"),
            ("MÃ¼ller", "Müller"),
            ("å±±ç”°", "山田"),
        ] {
            assert_eq!(repair(cell).as_deref(), Some(text), "{cell}");
        }
        let (wrong, _) = WINDOWS_1251.decode_without_bom_handling("Ольга".as_bytes());
        assert_eq!(repair(&wrong).as_deref(), Some("Ольга"));
    }

    #[test]
    fn what_cannot_be_bytes_is_repaired_in_no_encoding() {
        let beyond_ascii = |c: &char| !c.is_ascii();
        let mut impossible = 0;
        // Every letter that is a byte somewhere, and some that are none.
        let letters = ENCODINGS.iter().flat_map(|encoding| encoding.bytes.iter().map(|(c, _)| *c));
        let letters: std::collections::BTreeSet<char> = letters
            .chain(['明', 'ش', 'प', '\u{6ff}', '\u{700}', '😀'])
            .filter(beyond_ascii)
            .collect();
        for first in &letters {
            for second in &letters {
                let cell = format!("{first}{second}");
                if !may_be_bytes([*first, *second]) {
                    assert!(ENCODINGS.iter().all(|it| it.undo(&cell).is_none()), "{cell}");
                    impossible += 1;
                }
            }
        }
        assert!(impossible > letters.len() * letters.len() / 4);
    }

    #[test]
    fn text_as_it_should_be_is_left_alone() {
        for cell in [
            "José",
            "Ångström",
            "CAFÉ’S",
            "«CAFÉ»",
            "Лі",
            "Ві",
            "Їжак",
            "Ольга",
            "علي رضا",
            "گلپر",
            "山田太郎",
            "Đặng",
            "Šime",
            "ÄÖÜ",
            "Δημήτρης",
            "São Tomé",
            "Ñ",
            "א׳",
            "Ёлкин",
            "",
        ] {
            assert_eq!(repair(cell), None, "{cell}");
        }
    }
}
