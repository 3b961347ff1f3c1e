//! The name cells → one tidy name.

use std::borrow::Cow;

use super::{Need, problem};
use crate::contact::Field;
use crate::map::Draft;
use crate::problem::{Code, Problem};

/// The whole name, or the first and the last one put together.
pub(super) fn read<'r>(
    draft: &Draft<'r>,
    need: Need,
    problems: &mut Vec<Problem<'r>>,
) -> Cow<'r, str> {
    let mut name = tidy(draft.get(Field::Name));
    if name.is_empty() {
        let first = tidy(draft.get(Field::FirstName));
        let last = tidy(draft.get(Field::LastName));
        name = match (first.is_empty(), last.is_empty()) {
            (_, true) => first,
            (true, false) => last,
            (false, false) => format!("{first} {last}").into(),
        };
    }
    if name.is_empty() && need == Need::Required {
        problems.push(problem(draft, Field::Name, Code::NameMissing));
    }
    name
}

/// Runs of white space made one space, none at either end; control characters taken out.
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
        tidied.extend(word.chars().filter(|c| !c.is_control()));
    }
    tidied.trim_end().to_owned().into()
}

fn is_tidy(cell: &str) -> bool {
    let mut space_before = false;
    cell.chars().all(|c| {
        let space = c == ' ';
        let stray = if space { space_before } else { c.is_control() || c.is_whitespace() };
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
