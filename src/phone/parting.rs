//! Cells with several numbers. In: the text of a cell. Out: its parts. Whether each part is a
//! number, and so whether the cell may be parted at all, is for the reader to say.

use std::borrow::Cow;

/// The parts of a cell by the separators that exports put between numbers; one part where it has
/// none of them. A part of one or two digits after a slash stands for a number of its own:
/// `030 1234567/8` are the numbers that end in 7 and in 8.
pub(super) fn parts(text: &str) -> Vec<Cow<'_, str>> {
    // The separator of Google Contacts first: the others may stand inside its parts.
    const SEPARATORS: [&str; 6] = [":::", ";", " / ", "\n", "|", ","];
    if !text.bytes().any(|byte| b":;/\n|,".contains(&byte)) {
        return vec![text.into()];
    }
    let separator = SEPARATORS.into_iter().find(|separator| text.contains(separator));
    let separator = separator.or_else(|| ends_in_short_part(text).then_some("/"));
    let Some(separator) = separator else { return vec![text.into()] };
    let pieces = text.split(separator).map(str::trim).filter(|piece| !piece.is_empty());
    let mut parts: Vec<Cow<'_, str>> = Vec::new();
    for piece in pieces {
        let ending = parts.first().filter(|_| separator.contains('/') && is_ending(piece));
        let part = ending.and_then(|first| with_ending(first, piece)).map(Cow::Owned);
        parts.push(part.unwrap_or(piece.into()));
    }
    parts
}

/// Words for *and* and *or*, as people write them between two numbers.
const WORDS: [&str; 26] = [
    "and", "or", "und", "oder", "et", "ou", "y", "o", "e", "и", "или", "ve", "veya", "dan", "atau",
    "و", "أو", "او", "और", "या", "和", "或", "&", "/", "ja", "en",
];

/// The parts of a cell by what also stands inside one number or its remarks: `/`, `&`, words, a
/// plus after a space, spaces. Only for a text that is no number as a whole; one part where none
/// of these parts it.
pub(super) fn weak_parts(text: &str) -> Vec<String> {
    let spaced = text.replace('/', " / ").replace('&', " & ");
    let mut parts: Vec<String> = vec![String::new()];
    for token in spaced.split_whitespace() {
        let last = parts.last_mut().expect("never empty");
        if WORDS.contains(&token.to_lowercase().as_str()) {
            parts.push(String::new());
        } else if token.starts_with('+') && last.contains(|c: char| c.is_ascii_digit()) {
            parts.push(token.to_owned());
        } else {
            let space = if last.is_empty() { "" } else { " " };
            last.push_str(space);
            last.push_str(token);
        }
    }
    parts.retain(|part| !part.is_empty());
    if parts.len() > 1 {
        return parts;
    }
    // Two whole numbers with nothing but a space between them.
    const DIGITS_MIN: usize = 7;
    let tokens: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let is_long = |token: &String| digits(token) >= DIGITS_MIN;
    if tokens.iter().all(is_long) { tokens } else { vec![text.to_owned()] }
}

fn digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// Whether a text is the last one or two digits of a number.
fn is_ending(text: &str) -> bool {
    (1..=2).contains(&text.len()) && digits(text) == text.len()
}

fn ends_in_short_part(text: &str) -> bool {
    text.rsplit_once('/').is_some_and(|(_, ending)| is_ending(ending.trim()))
}

/// The number, with other last digits; nothing where they are no others, or where the number ends
/// in something else, such as an extension.
fn with_ending(number: &str, ending: &str) -> Option<String> {
    if number.contains(|c: char| c.is_alphabetic() || "#;,".contains(c)) {
        return None;
    }
    let head = number.get(..number.len().checked_sub(ending.len())?)?;
    let tail = &number[head.len()..];
    (digits(tail) == tail.len() && tail != ending).then(|| format!("{head}{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_parted_by_the_separators_of_exports() {
        assert_eq!(parts("+1 415 ::: +1 416"), ["+1 415", "+1 416"]);
        assert_eq!(parts("1; 2;"), ["1", "2"]);
        assert_eq!(parts("030/1234"), ["030/1234"]);
        assert_eq!(parts("a / b"), ["a", "b"]);
    }

    #[test]
    fn one_or_two_digits_after_a_slash_are_the_end_of_another_number() {
        assert_eq!(parts("030 1234567/8"), ["030 1234567", "030 1234568"]);
        assert_eq!(parts("030 1234567 / 68 / 9"), ["030 1234567", "030 1234568", "030 1234569"]);
        assert_eq!(parts("030 1234567/"), ["030 1234567/"]);
        assert_eq!(parts("x/8"), ["x", "8"]);
        assert_eq!(parts("030 12345 x12/3"), ["030 12345 x12", "3"]);
        assert_eq!(parts("030 1234567/7"), ["030 1234567", "7"]);
    }

    #[test]
    fn words_and_signs_part_what_is_no_number_as_a_whole() {
        for text in [
            "0501234561 and 0527654321",
            "0501234561/0527654321",
            "0501234561&0527654321",
            "0501234561 UND 0527654321",
            "0501234561 أو 0527654321",
            "0501234561 0527654321",
        ] {
            assert_eq!(weak_parts(text), ["0501234561", "0527654321"], "{text}");
        }
        assert_eq!(weak_parts("+971 50 1 +971 52 2"), ["+971 50 1", "+971 52 2"]);
        assert_eq!(weak_parts("050 123 4561"), ["050 123 4561"]);
        assert_eq!(weak_parts(""), [""; 0]);
    }
}
