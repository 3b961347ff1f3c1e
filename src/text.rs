//! Text for terminals, text to compare, and white space around text.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Text for a terminal: every control and direction character shown as an escape.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        // Marks of direction, line ends that are no control characters, and what nobody can see.
        let direction = matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
        if c.is_control() || direction {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// A bit for each byte that may be the first of white space, and another for each that may be the
/// last.
const MAY_BEGIN: u8 = 1;
const MAY_END: u8 = 2;

const ENDS: [u8; 256] = {
    let mut ends = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        if matches!(byte, 0..=0x20 | 0xc2 | 0xe1..=0xe3) {
            ends[byte] |= MAY_BEGIN;
        }
        if matches!(byte, 0..=0x20 | 0x80..=0x8a | 0x9f | 0xa0 | 0xa8 | 0xa9 | 0xaf) {
            ends[byte] |= MAY_END;
        }
        byte += 1;
    }
    ends
};

/// The text without white space at its ends, as [`str::trim`] has it. Most cells have none there,
/// which their outermost bytes tell.
#[must_use]
#[inline]
pub fn trim(text: &str) -> &str {
    let class = |byte: Option<&u8>| byte.map_or(0, |byte| ENDS[usize::from(*byte)]);
    let bytes = text.as_bytes();
    if (class(bytes.first()) & MAY_BEGIN) | (class(bytes.last()) & MAY_END) == 0 {
        return text;
    }
    trim_any(text)
}

/// The same for a text whose outermost bytes leave it open.
#[inline(never)]
fn trim_any(text: &str) -> &str {
    let bytes = text.as_bytes();
    let may_begin = bytes.first().is_some_and(|first| ENDS[usize::from(*first)] & MAY_BEGIN != 0);
    // Beyond ASCII, the last byte but one of white space is one of these.
    let may_end = match bytes {
        [.., before_last, 0x80..=0xff] => matches!(before_last, 0xc2 | 0x80 | 0x81 | 0x9a),
        [.., last] => *last <= b' ',
        [] => false,
    };
    if may_begin || may_end { text.trim() } else { text }
}

/// Whether a text is nothing but white space. Mostly its first byte says no.
#[must_use]
#[inline]
pub fn is_blank(text: &str) -> bool {
    match text.as_bytes() {
        [] => true,
        [..=b' ' | 0xc2 | 0xe1..=0xe3, ..] => text.trim_start().is_empty(),
        _ => false,
    }
}

/// Text as it is compared: letters and digits alone, without case, accents and other marks.
#[must_use]
pub fn fold(text: &str) -> String {
    // ASCII has neither accents nor letters that fold to several.
    if text.is_ascii() {
        let kept = text.bytes().filter(u8::is_ascii_alphanumeric);
        return kept.map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    }
    fold_any(text)
}

/// The name of a country as it is compared: `&` is a word, too.
#[must_use]
pub fn fold_country(name: &str) -> String {
    if name.contains('&') { fold(&name.replace('&', " and ")) } else { fold(name) }
}

fn fold_any(text: &str) -> String {
    let plain = text.nfkd().flat_map(char::to_lowercase);
    // Small letters with marks of their own appear only once capitals are gone.
    let bare = plain.filter(|c| c.is_alphanumeric() && canonical_combining_class(*c) == 0);
    bare.map(|c| if c == 'ı' { 'i' } else { c }).collect()
}

/// A number with its thousands apart.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let all = [0, 12, 123, 1234, 123_456, 1_234_567].map(grouped);
        assert_eq!(all, ["0", "12", "123", "1,234", "123,456", "1,234,567"]);
    }

    #[test]
    fn folding_leaves_letters_and_digits_without_case_and_marks() {
        for (text, folded) in [
            ("E-Mail Address", "emailaddress"),
            ("Téléphone", "telephone"),
            ("İSİM", "isim"),
            ("NUMARASI", "numarasi"),
            ("numarası", "numarasi"),
            ("هَاتِف", "هاتف"),
            ("Ｐｈｏｎｅ１", "phone1"),
            ("電話-番号", "電話番号"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
            assert_eq!(fold(folded), folded, "{text}");
        }
    }

    #[test]
    fn ascii_is_folded_as_all_text_is() {
        let ascii: String = (0..0x80).map(char::from).collect();
        assert_eq!(fold(&ascii), fold_any(&ascii));
    }

    #[test]
    fn text_is_trimmed_as_the_standard_library_trims_it() {
        let pieces: Vec<String> = (char::MIN..=char::MAX).map(String::from).collect();
        for piece in &pieces {
            for text in
                [piece.clone(), format!("{piece}x"), format!("x{piece}"), format!("é{piece}")]
            {
                assert_eq!(trim(&text), text.trim(), "{text:?}");
                assert_eq!(is_blank(&text), text.trim().is_empty(), "{text:?}");
            }
        }
        assert_eq!(trim(" \u{2003} a b\u{85}\r\n"), "a b");
    }

    #[test]
    fn what_would_act_on_a_terminal_is_shown_escaped() {
        assert_eq!(printable("é\u{1b}[31m\u{202e}x\n"), "é\\u{1b}[31m\\u{202e}x\\u{a}");
    }
}
