//! In: a number as written. Out: where an extension may begin at its end, and its digits.
//!
//! The reference finds extensions with one regular expression of six alternatives, tied to the end
//! of the text. Here it is read from that end: the digits first, then what may stand before them.
//! In every alternative the digits are a whole run, and what stands before them is a label with
//! blanks round it, so each alternative matches from a range of places: with or without the blanks
//! in front. Two questions are asked of these ranges: which place is the first, where the number
//! ends; and whether any lies where a viable number may end.

use super::unicode::{digit, fold};
use std::ops::RangeInclusive;

/// The most digits after a label that says what it is (`ext.`).
const AFTER_EXPLICIT_LABEL: usize = 20;
/// After `;` or `,,`, which phones dial as a pause before an extension.
const AFTER_AUTO_DIALLING: usize = 15;
/// After a label that may mean something else (`x`, `#`, a comma).
const AFTER_AMBIGUOUS_LABEL: usize = 9;
/// Where only the `#` at the end tells (`- 503#`).
const BEFORE_HASH_ONLY: usize = 6;

/// Spellings of "extension": a letter that may be left out, what follows it, and one that may come
/// at the end.
const WORDS: [(char, &str, char); 5] = [
    ('e', "xt", 'n'),
    ('e', "xtensio", 'n'),
    ('e', "xtensio\u{301}", 'n'),
    ('e', "xtensi\u{F3}", 'n'),
    ('\u{FF45}', "\u{FF58}\u{FF54}", '\u{FF4E}'),
];
const EXPLICIT_LABELS: [&str; 2] = ["доб", "anexo"];
const AMBIGUOUS_LABELS: [&str; 8] =
    ["x", "\u{FF58}", "#", "\u{FF03}", "~", "\u{FF5E}", "int", "\u{FF49}\u{FF4E}\u{FF54}"];

/// The digits at the end of a text that an extension would have.
pub(super) struct Tail<'t> {
    before: &'t [char],
    pub(super) digits: &'t [char],
    hash: Hash,
}

#[derive(PartialEq)]
enum Hash {
    Follows,
    Absent,
}

impl<'t> Tail<'t> {
    /// The digits at the end, with at most one `#` after them.
    pub(super) fn of(text: &'t [char]) -> Option<Tail<'t>> {
        let (text, hash) = match text {
            [text @ .., '#'] => (text, Hash::Follows),
            _ => (text, Hash::Absent),
        };
        let before = trim_end(text, |c| digit(c).is_some());
        let digits = &text[before.len()..];
        let plausible = (1..=AFTER_EXPLICIT_LABEL).contains(&digits.len()) && !before.is_empty();
        plausible.then_some(Tail { before, digits, hash })
    }

    /// The first place from which an extension reaches to the end.
    pub(super) fn first_start(&self) -> Option<usize> {
        let mut first = None;
        self.each_start(&mut |starts| {
            first = Some(first.map_or(*starts.start(), |first: usize| first.min(*starts.start())));
        });
        first
    }

    /// Whether an extension that reaches to the end begins in a range.
    pub(super) fn starts_within(&self, range: &RangeInclusive<usize>) -> bool {
        let mut found = false;
        self.each_start(&mut |starts| {
            found |= starts.start() <= range.end() && range.start() <= starts.end();
        });
        found
    }

    /// Gives each range of places from which an extension reaches to the end.
    fn each_start(&self, give: &mut dyn FnMut(RangeInclusive<usize>)) {
        let Tail { before, digits, hash } = self;
        let count = digits.len();
        if *hash == Hash::Absent && ends_with(before, ";ext=") {
            give(before.len() - 5..=before.len() - 5);
        }
        let dashes = trim_end(before, |c| matches!(c, '-' | ' ')).len();
        if *hash == Hash::Follows && count <= BEFORE_HASH_ONLY && dashes < before.len() {
            give(dashes..=before.len() - 1);
        }
        let label = trim_end(before, |c| is_blank(c) || matches!(c, ',' | '-'));
        labels(label, count, give);
        comma(before, label.len(), count, give);
        comma_pair(before, label.len(), count, give);
        if let [label @ .., ':' | '.' | '\u{FF0E}'] = label {
            labels(label, count, give);
            comma(label, trim_end(label, |c| c == ',').len(), count, give);
            comma_pair(label, label.len().saturating_sub(2), count, give);
        }
    }
}

/// The first comma from `from` on, which will do as the label of a short extension.
fn comma(text: &[char], from: usize, count: usize, give: &mut dyn FnMut(RangeInclusive<usize>)) {
    let comma = text[from..].iter().position(|&c| c == ',');
    if let Some(comma) = comma.filter(|_| count <= AFTER_AMBIGUOUS_LABEL) {
        give(trim_end(&text[..from + comma], is_blank).len()..=from + comma);
    }
}

/// The first two commas from `from` on that stand together: a pause, then the extension.
fn comma_pair(
    text: &[char],
    from: usize,
    count: usize,
    give: &mut dyn FnMut(RangeInclusive<usize>),
) {
    let pair = text[from..].windows(2).position(|pair| pair == [',', ',']);
    if let Some(pair) = pair.filter(|_| count <= AFTER_AUTO_DIALLING) {
        give(trim_end(&text[..from + pair], is_blank).len()..=from + pair);
    }
}

/// Labels at the end of a text.
fn labels(text: &[char], count: usize, give: &mut dyn FnMut(RangeInclusive<usize>)) {
    // Mostly a digit of the number stands here, which ends no label.
    if text.last().is_none_or(|&last| digit(last).is_some()) {
        return;
    }
    let mut with_blanks = |first: usize, last: usize| {
        give(trim_end(&text[..first], |c| is_blank(c) || c == ',').len()..=last);
    };
    if count <= AFTER_EXPLICIT_LABEL {
        for (lead, stem, last) in WORDS {
            let text = strip_last(text, last).unwrap_or(text);
            if let Some(start) = start_of(text, stem) {
                let whole = strip_last(&text[..start], lead).map_or(start, <[char]>::len);
                with_blanks(whole, start);
            }
        }
        for start in EXPLICIT_LABELS.iter().filter_map(|label| start_of(text, label)) {
            with_blanks(start, start);
        }
    }
    if count <= AFTER_AMBIGUOUS_LABEL {
        for start in AMBIGUOUS_LABELS.iter().filter_map(|label| start_of(text, label)) {
            with_blanks(start, start);
        }
    }
    if let Some(before) = strip_last(text, ';').filter(|_| count <= AFTER_AUTO_DIALLING) {
        give(trim_end(before, is_blank).len()..=before.len());
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\u{A0}' | '\t')
}

/// The text without the characters at its end that are of a kind.
fn trim_end(text: &[char], of_kind: impl Fn(char) -> bool) -> &[char] {
    let kept = text.iter().rposition(|&c| !of_kind(c)).map_or(0, |last| last + 1);
    &text[..kept]
}

/// The text without its last character, where that is the given one in any case.
fn strip_last(text: &[char], expected: char) -> Option<&[char]> {
    let (&last, rest) = text.split_last()?;
    (fold(last) == expected).then_some(rest)
}

/// Where a label begins that the text ends with, in any case.
fn start_of(text: &[char], label: &str) -> Option<usize> {
    label.chars().rev().try_fold(text, strip_last).map(<[char]>::len)
}

fn ends_with(text: &[char], label: &str) -> bool {
    start_of(text, label).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number before the extension, and the extension.
    fn split(text: &str) -> Option<(String, String)> {
        let text: Vec<char> = text.chars().collect();
        let tail = Tail::of(&text)?;
        let start = tail.first_start()?;
        Some((text[..start].iter().collect(), tail.digits.iter().collect()))
    }

    #[test]
    fn every_spelling_of_an_extension_is_told_from_the_number() {
        for text in [
            "123;ext=45",
            "123 ext 45",
            "123ext.45",
            "123 EXTN: 45#",
            "123 xt45",
            "123, ext, 45",
            "123 extension 45",
            "123 extensió 45",
            "123 extensio\u{301}n 45",
            "123 ｅｘｔ４5",
            "123 доб. 45",
            "123 ДОБ 45",
            "123 anexo 45",
            "123x45",
            "123 X - 45",
            "123 # 45",
            "123~45",
            "123 int 45",
            "123 İNT 45",
            "123 ｉｎｔ 45",
            "123,45",
            "123,,45",
            "123,,, 45",
            "123;45",
            "123 ;: 45",
            "123,:45",
            "123 - 45#",
        ] {
            let (number, extension) = split(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(number, "123", "{text}");
            assert!(extension.ends_with('5'), "{text}");
        }
        for text in ["12345", "123-45", "123 y 45", "123 ext", "123;ext=45#", "123 ext/ 45"] {
            assert_eq!(split(text), None, "{text}");
        }
    }

    #[test]
    fn the_clearer_the_label_the_longer_the_extension_may_be() {
        let limits =
            [(";ext=", 20), (" ext ", 20), (",,", 15), (";", 15), ("x", 9), (",", 9), (" int ", 9)];
        for (label, most) in limits {
            assert!(split(&format!("123{label}{}", "7".repeat(most))).is_some(), "{label}");
            assert!(split(&format!("123{label}{}", "7".repeat(most + 1))).is_none(), "{label}");
        }
        assert!(split("123 777777#").is_some());
        assert!(split("123 7777777#").is_none());
    }
}
