//! The consent cells → whether the contact agreed to be written to. Never assumed.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Need, problem};
use crate::contact::Field;
use crate::map::Draft;
use crate::problem::{Code, Problem};
use crate::text::{fold, trim};

/// Words for yes and for no in the languages of exports.
const YES: [&str; 55] = [
    "s",
    "j",
    "autorizo",
    "autorizado",
    "autorise",
    "consiento",
    "consinto",
    "acconsento",
    "zugestimmt",
    "verdadero",
    "verdadeiro",
    "acepto",
    "aceito",
    "accepte",
    "accetto",
    "kabul",
    "setuju",
    "согласен",
    "موافقة",
    "yes",
    "y",
    "true",
    "t",
    "1",
    "on",
    "x",
    "optin",
    "optedin",
    "subscribed",
    "agreed",
    "accepted",
    "active",
    "granted",
    "نعم",
    "موافق",
    "صحيح",
    "हां",
    "हाँ",
    "si",
    "sim",
    "oui",
    "vrai",
    "ja",
    "wahr",
    "vero",
    "evet",
    "dogru",
    "ya",
    "benar",
    "да",
    "истина",
    "是",
    "同意",
    "✓",
    "✔",
];
const NO: [&str; 56] = [
    "noautorizo",
    "naoautorizo",
    "noautorizado",
    "naoautorizado",
    "noacepto",
    "naoaceito",
    "nonaccetto",
    "nonautorise",
    "noconsiento",
    "naoconsinto",
    "nonacconsento",
    "nichtzugestimmt",
    "neversubscribed",
    "notsubscribed",
    "refused",
    "rechazado",
    "recusado",
    "refuse",
    "rifiuto",
    "abgelehnt",
    "ret",
    "menolak",
    "отказ",
    "不同意",
    "拒绝",
    "غير موافق",
    "no",
    "n",
    "false",
    "f",
    "0",
    "off",
    "optout",
    "optedout",
    "unsubscribed",
    "declined",
    "denied",
    "inactive",
    "none",
    "never",
    "لا",
    "خطا",
    "नहीं",
    "nao",
    "non",
    "faux",
    "nein",
    "falsch",
    "falso",
    "hayir",
    "yanlis",
    "tidak",
    "salah",
    "нет",
    "ложь",
    "否",
];

/// The words, folded once, with what they say. A mark, which folds to nothing, stands for itself.
static KNOWN: LazyLock<HashMap<String, bool>> = LazyLock::new(|| {
    let said = |word: &str, yes| [(fold(word), yes), (word.to_owned(), yes)];
    let words = NO.iter().map(|word| (word, false)).chain(YES.iter().map(|word| (word, true)));
    words.flat_map(|(word, yes)| said(word, yes)).filter(|(word, _)| !word.is_empty()).collect()
});

/// What a cell says that holds yes or no.
pub(super) fn read_cell(cell: &str) -> Option<bool> {
    let folded = fold(cell);
    // Marks are no letters, and fold to nothing.
    let word = if folded.is_empty() { cell.trim() } else { &folded };
    KNOWN.get(word).copied()
}

/// Whether the contact agreed; `None` where the row does not say. Who asked not to be written to
/// did not agree, whatever another column says.
pub(super) fn read<'r>(
    draft: &Draft<'r>,
    need: Need,
    problems: &mut Vec<Problem<'r>>,
) -> Option<bool> {
    let columns = draft.columns();
    // Most files say nothing of it.
    if need == Need::Optional && !columns.has(Field::OptIn) && !columns.has(Field::OptOut) {
        return None;
    }
    let mut opt_in = None;
    for field in [Field::OptIn, Field::OptOut] {
        let said = trim(draft.get(field));
        if said.is_empty() {
            continue;
        }
        match read_cell(said) {
            Some(yes) if field == Field::OptIn => opt_in = Some(yes),
            // An opt-out column that says no says only that nobody complained.
            Some(true) => opt_in = Some(false),
            Some(false) => {}
            None => problems.push(problem(draft, field, Code::ConsentUnknown)),
        }
    }
    if need == Need::Required && opt_in != Some(true) {
        let field = if opt_in.is_none() { Field::OptIn } else { said_no(draft) };
        problems.push(problem(draft, field, Code::ConsentMissing));
    } else if opt_in == Some(false) {
        problems.push(problem(draft, said_no(draft), Code::ConsentDeclined));
    }
    opt_in
}

/// The field that says no.
fn said_no(draft: &Draft<'_>) -> Field {
    if read_cell(draft.get(Field::OptOut)) == Some(true) { Field::OptOut } else { Field::OptIn }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_and_no_are_known_in_the_languages_of_exports() {
        for yes in ["Yes", " TRUE ", "1", "Sí", "oui", "Ja", "evet", "Да", "是", "نعم", "हाँ", "✓"]
        {
            assert_eq!(read_cell(yes), Some(true), "{yes}");
        }
        for no in ["No", "false", "0", "não", "non", "Nein", "hayır", "нет", "否", "لا", "नहीं"]
        {
            assert_eq!(read_cell(no), Some(false), "{no}");
        }
        // As databases hold them: sim, sí and ja beside não, no and nein.
        for (yes, no) in [("S", "N"), ("J", "N"), ("Autorizo", "Não autorizo")] {
            assert_eq!((read_cell(yes), read_cell(no)), (Some(true), Some(false)), "{yes}");
        }
        for unknown in ["maybe", "", "2024-01-01", "?"] {
            assert_eq!(read_cell(unknown), None, "{unknown}");
        }
    }
}
