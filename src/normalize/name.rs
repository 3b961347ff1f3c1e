//! The name cells → one tidy name, and its parts where the row has them apart.

use std::borrow::Cow;

use super::Rules;
use crate::contact::Field;
use crate::map::Draft;
use crate::problem::Problem;

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
    let mut part =
        |field: Field| rules.limits.keep(draft, field, tidied(draft.joined(field, " ")), problems);
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

fn tidied(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => tidy(text),
        Cow::Owned(text) => tidy(&text).into_owned().into(),
    }
}

/// Runs of white space made one space, none at either end; control characters and direction marks
/// taken out. Joiners stay: some scripts need them.
fn tidy(cell: &str) -> Cow<'_, str> {
    let cell = cell.trim();
    if is_tidy(cell) {
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
    fn tidying_twice_changes_nothing_more() {
        for cell in ["a  b", "\u{2003}x \u{1}\u{2} y", "\u{85}", "plain"] {
            let once = tidy(cell).into_owned();
            assert_eq!(tidy(&once), once, "{cell:?}");
        }
    }
}
