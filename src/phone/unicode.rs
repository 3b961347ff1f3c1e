//! Which characters the reference takes for digits, for punctuation of a number, for letters, and
//! for the ends of words. Its tables are Unicode's; case is ignored as its regular expressions
//! ignore it, which lets a few letters beyond ASCII through.

use unicode_general_category::{GeneralCategory as Category, get_general_category};

/// The value of a decimal digit of any script (general category Nd).
pub(super) fn digit(c: char) -> Option<u8> {
    if c.is_ascii() {
        return c.is_ascii_digit().then(|| c as u8 - b'0');
    }
    let code = c as u32;
    let zero = ZEROS[..ZEROS.partition_point(|&zero| zero <= code)].last()?;
    u8::try_from(code - zero).ok().filter(|&value| value < 10)
}

/// `+`, also full-width.
pub(super) fn is_plus(c: char) -> bool {
    matches!(c, '+' | '\u{FF0B}')
}

/// What may stand between the digits of a number. `x` is here because it may stand for a carrier
/// code, `*` because it can be dialled.
pub(super) fn is_punctuation(c: char) -> bool {
    matches!(c,
        // ASCII; then spaces, dashes and tildes; then full-width forms.
        ' ' | '(' | ')' | '*' | '-'..='/' | '[' | ']' | 'X' | 'x' | '~'
        | '\u{A0}' | '\u{AD}' | '\u{200B}' | '\u{2060}' | '\u{3000}'
        | '\u{2010}'..='\u{2015}' | '\u{2053}' | '\u{2212}' | '\u{223C}' | '\u{30FC}'
        | '\u{FF08}' | '\u{FF09}' | '\u{FF0D}'..='\u{FF0F}' | '\u{FF3B}' | '\u{FF3D}' | '\u{FF5E}'
    )
}

/// A letter that may stand in a number: ASCII, and what equals ASCII when case is ignored.
pub(super) fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '\u{130}' | '\u{131}' | '\u{17F}' | '\u{212A}')
}

/// The digit on whose key a letter stands (ITU-T E.161), or the ASCII digit itself. Only what has
/// an ASCII capital counts, so not all letters of [`is_letter`] do.
pub(super) fn keypad_digit(c: char) -> Option<u8> {
    let capital = match c {
        '\u{131}' => 'I',
        '\u{17F}' => 'S',
        _ => c.to_ascii_uppercase(),
    };
    match capital {
        '0'..='9' => Some(capital as u8 - b'0'),
        'A'..='C' => Some(2),
        'D'..='F' => Some(3),
        'G'..='I' => Some(4),
        'J'..='L' => Some(5),
        'M'..='O' => Some(6),
        'P'..='S' => Some(7),
        'T'..='V' => Some(8),
        'W'..='Z' => Some(9),
        _ => None,
    }
}

/// Whether a number may end here: a letter or a number of any script, or `#`.
pub(super) fn ends_number(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '#';
    }
    matches!(
        get_general_category(c),
        Category::UppercaseLetter
            | Category::LowercaseLetter
            | Category::TitlecaseLetter
            | Category::ModifierLetter
            | Category::OtherLetter
            | Category::DecimalNumber
            | Category::LetterNumber
            | Category::OtherNumber
    )
}

/// A character of a label such as `ext`, without case.
pub(super) fn fold(c: char) -> char {
    match c {
        '\u{130}' | '\u{131}' => 'i',
        '\u{17F}' => 's',
        'Ó' => 'ó',
        'Д' | '\u{1C81}' => 'д',
        'О' | '\u{1C82}' => 'о',
        'Б' => 'б',
        'Ｅ' => 'ｅ',
        'Ｉ' => 'ｉ',
        'Ｎ' => 'ｎ',
        'Ｔ' => 'ｔ',
        'Ｘ' => 'ｘ',
        _ => c.to_ascii_lowercase(),
    }
}

/// The zeros of all scripts beyond ASCII; each is followed by its nine other digits.
const ZEROS: [u32; 75] = [
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6,
    0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50,
    0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
    0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0,
    0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50, 0x11D50,
    0x11DA0, 0x11F50, 0x16130, 0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8,
    0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_are_the_decimal_digits_of_unicode() {
        for c in ('\u{80}'..=char::MAX).filter(|&c| digit(c).is_some()) {
            assert_eq!(get_general_category(c), Category::DecimalNumber, "{c:?}");
        }
        let known = ('\0'..=char::MAX)
            .filter(|&c| get_general_category(c) == Category::DecimalNumber)
            .filter(|&c| digit(c).is_none());
        assert_eq!(known.collect::<Vec<_>>(), []);
        assert_eq!(digit('٣'), Some(3));
        assert_eq!(digit('\u{1D7FF}'), Some(9));
    }

    #[test]
    fn a_number_ends_in_letters_and_numbers_but_not_in_marks() {
        assert!(['a', '7', '#', 'é', '字', '½', 'Ⅷ'].into_iter().all(ends_number));
        assert!(![' ', '_', '-', '\u{301}', '\u{903}', '\u{24B6}'].into_iter().any(ends_number));
    }
}
