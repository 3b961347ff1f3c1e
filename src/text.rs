//! Text for terminals, and text to compare.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Text for a terminal: every control and direction character shown as an escape.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let direction = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if c.is_control() || direction {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Text as it is compared: letters and digits alone, without case, accents and other marks.
#[must_use]
pub fn fold(text: &str) -> String {
    let plain = text.nfkd().flat_map(char::to_lowercase);
    // Small letters with marks of their own appear only once capitals are gone.
    let bare = plain.filter(|c| c.is_alphanumeric() && canonical_combining_class(*c) == 0);
    bare.map(|c| if c == 'ı' { 'i' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn what_would_act_on_a_terminal_is_shown_escaped() {
        assert_eq!(printable("é\u{1b}[31m\u{202e}x\n"), "é\\u{1b}[31m\\u{202e}x\\u{a}");
    }
}
