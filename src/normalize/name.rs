//! The name cells → one tidy name, and its parts where the row has them apart.

use std::borrow::Cow;

use super::Rules;
use crate::contact::Field;
use crate::map::Draft;
use crate::pieces::{is, marks, within};
use crate::problem::Problem;
use crate::text::trim;

/// The names of a row; an empty text means none.
pub(super) struct Names<'r> {
    pub(super) whole: Cow<'r, str>,
    pub(super) first: Cow<'r, str>,
    pub(super) last: Cow<'r, str>,
}

/// The whole name, or the first and the last one put together.
pub(super) fn read<'r>(
    draft: &Draft<'r>,
    rules: &Rules,
    problems: &mut Vec<Problem<'r>>,
) -> Names<'r> {
    let mut part = |field: Field| match draft.columns().has(field) {
        true => part(draft, rules, field, problems),
        false => "".into(),
    };
    let (first, last) = (part(Field::FirstName), part(Field::LastName));
    let mut whole = tidy(draft.get(Field::Name));
    if whole.is_empty() {
        whole = match (first.is_empty(), last.is_empty()) {
            (_, true) => first.clone(),
            (true, false) => last.clone(),
            (false, false) => format!("{first} {last}").into(),
        };
    }
    let whole = rules.limits.keep(draft, Field::Name, whole, problems);
    Names { whole, first, last }
}

/// A part of the name that stands apart.
#[inline(never)]
fn part<'r>(
    draft: &Draft<'r>,
    rules: &Rules,
    field: Field,
    problems: &mut Vec<Problem<'r>>,
) -> Cow<'r, str> {
    let joined = draft.joined(field, " ");
    if joined.is_empty() {
        return joined;
    }
    rules.limits.keep(draft, field, tidied(joined), problems)
}

fn tidied(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => tidy(text),
        Cow::Owned(text) => tidy(&text).into_owned().into(),
    }
}

/// Runs of white space made one space, none at either end; control characters and direction marks
/// taken out. Joiners stay: some scripts need them.
fn tidy(cell: &str) -> Cow<'_, str> {
    let cell = trim(cell);
    if is_plainly_tidy(cell) || is_tidy(cell) {
        return cell.into();
    }
    let mut tidied = String::with_capacity(cell.len());
    for word in cell.split_whitespace() {
        if !tidied.is_empty() && !tidied.ends_with(' ') {
            tidied.push(' ');
        }
        tidied.extend(word.chars().filter(|c| !is_stray(*c)));
    }
    tidied.trim_end().to_owned().into()
}

/// Whether a character has no place in a name.
fn is_stray(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Whether a cell is surely tidy, which its bytes tell for nearly every name.
#[inline]
fn is_plainly_tidy(cell: &str) -> bool {
    let found = marks(cell.as_bytes(), |bytes| {
        let control = within(bytes, 0, 0x1f) | is(bytes, 0x7f);
        // Other characters than letters begin so, and those of few scripts.
        let other = [0xe1, 0xe2, 0xe3, 0xef].map(|first| is(bytes, first));
        let other = other.into_iter().fold(is(bytes, 0xc2), |all, it| all | it);
        // U+061C is a mark of direction.
        [control | other, is(bytes, b' '), is(bytes, 0xd8), is(bytes, 0x9c)]
    });
    found.is_some_and(|[other, spaces, d8, after_d8]| {
        other | (spaces & spaces << 1) | (d8 << 1 & after_d8) == 0
    })
}

fn is_tidy(cell: &str) -> bool {
    let mut space_before = false;
    cell.chars().all(|c| {
        let space = c == ' ';
        let stray = if space { space_before } else { is_stray(c) || c.is_whitespace() };
        space_before = space;
        !stray
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_letters_and_loses_stray_space_and_control_characters() {
        for (cell, name) in [
            ("  Ana  María\u{a0}Núñez ", "Ana María Núñez"),
            ("محمد علي", "محمد علي"),
            ("a\tb\r\nc", "a b c"),
            ("x\u{0}y", "xy"),
            (" \u{7} ", ""),
            ("a \u{7} b", "a b"),
            ("\u{202b}محمد\u{202c} \u{200e}", "محمد"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("O'Brien-Smith, Jr.", "O'Brien-Smith, Jr."),
        ] {
            assert_eq!(tidy(cell), name, "{cell:?}");
        }
    }

    #[test]
    fn what_is_plainly_tidy_is_tidy() {
        let mut plain = 0;
        for c in char::MIN..=char::MAX {
            for cell in [c.to_string(), format!("{c}{c}"), format!("a {c}"), format!("ع{c} b")] {
                assert!(!is_plainly_tidy(&cell) || is_tidy(&cell), "{cell:?}");
                plain += usize::from(is_plainly_tidy(&cell));
            }
        }
        assert!(plain > 3_000_000, "only {plain} cells were plain");
        assert!(is_plainly_tidy("Ana María O'Neill") && is_plainly_tidy("محمد علي"));
    }

    #[test]
    fn tidying_twice_changes_nothing_more() {
        for cell in ["a  b", "\u{2003}x \u{1}\u{2} y", "\u{85}", "plain"] {
            let once = tidy(cell).into_owned();
            assert_eq!(tidy(&once), once, "{cell:?}");
        }
    }
}
