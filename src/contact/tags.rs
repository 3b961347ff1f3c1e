//! The labels of a contact. Few are held as they stand in its cells; many, and those that have to be
//! made of what stands there, are found anew each time that they are asked for, so that a contact
//! owns none.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::pieces::{is, marks};
use crate::text::trim;

/// The labels of a contact: trimmed, not empty, each once, in the order of its cells.
#[derive(Debug, Clone, Copy)]
pub struct Tags<'r> {
    texts: [&'r str; Tags::CELLS_MAX],
    /// How many of the texts are there.
    count: usize,
    /// What the texts are.
    form: Form,
    separator: &'r str,
    /// Labels that begin so are those of the program that wrote them.
    own: Option<&'r str>,
}

/// What a contact's labels are kept as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Labels,
    Cells,
}

impl<'r> Tags<'r> {
    /// How many cells a contact's labels come from at most.
    pub const CELLS_MAX: usize = 8;

    /// How many columns feed them at most: what every contact has comes like a cell of its own.
    pub const COLUMNS_MAX: usize = Tags::CELLS_MAX - 1;

    /// The labels in the first cells of those given, which `separator` divides, but for those that
    /// begin with `own`.
    #[must_use]
    pub fn new(
        given: impl IntoIterator<Item = &'r str>,
        separator: &'r str,
        own: Option<&'r str>,
    ) -> Tags<'r> {
        let mut texts = [""; Tags::CELLS_MAX];
        let mut count = 0;
        for cell in given.into_iter().filter(|cell| !cell.is_empty()) {
            let Some(slot) = texts.get_mut(count) else { break };
            *slot = cell;
            count += 1;
        }
        let form = if count == 0 { Form::Labels } else { Form::Cells };
        let mut tags = Tags { texts, count, form, separator, own };
        if count > 0 {
            tags.hold_labels();
        }
        tags
    }

    /// Holds the labels themselves, if they are few and stand in the cells as they are.
    #[inline(never)]
    fn hold_labels(&mut self) {
        let [separator] = self.separator.as_bytes() else { return };
        let mut texts = [""; Tags::CELLS_MAX];
        let mut count = 0;
        for cell in &self.texts[..self.count] {
            let found = marks(cell.as_bytes(), |bytes| [is(bytes, *separator), is(bytes, b'"')]);
            // In quotes a separator is text.
            let Some([mut ends, 0]) = found else { return };
            let mut rest = *cell;
            loop {
                let length = ends.trailing_zeros() as usize;
                let (label, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
                let label = trim(label);
                if !label.is_empty() && !self.is_own(label) && !texts[..count].contains(&label) {
                    let Some(slot) = texts.get_mut(count) else { return };
                    *slot = label;
                    count += 1;
                }
                if ends == 0 {
                    break;
                }
                rest = &after[1..];
                ends = ends.unbounded_shr(length as u32 + 1);
            }
        }
        (self.texts, self.count, self.form) = (texts, count, Form::Labels);
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let mut empty = true;
        self.for_each(|_| empty = false);
        empty
    }

    /// Gives each label once, in order.
    #[inline]
    pub fn for_each(&self, mut give: impl FnMut(&str)) {
        let texts = &self.texts[..self.count];
        match self.form {
            Form::Labels => texts.iter().for_each(|label| give(label)),
            Form::Cells => self.for_each_of_cells(texts, &mut give),
        }
    }

    fn is_own(&self, label: &str) -> bool {
        self.own.is_some_and(|own| label.starts_with(own))
    }

    /// The same, where they are to be found. Few labels are compared with each other without a
    /// heap; from 16 labels on a set keeps the time linear whatever the cells hold.
    #[inline(never)]
    fn for_each_of_cells(&self, cells: &[&'r str], give: &mut dyn FnMut(&str)) {
        let mut few = [""; Self::FEW];
        let mut count = 0;
        // Labels beyond the few, and those that had to be made.
        let mut many: Option<HashSet<Cow<'r, str>>> = None;
        let mut split = |label: Cow<'r, str>| {
            if label.is_empty()
                || self.is_own(&label)
                || few[..count].contains(&&*label)
                || many.as_ref().is_some_and(|many| many.contains(&label))
            {
                return;
            }
            give(&label);
            match (label, few.get_mut(count)) {
                (Cow::Borrowed(label), Some(free)) => {
                    *free = label;
                    count += 1;
                }
                (label, _) => {
                    many.get_or_insert_default().insert(label);
                }
            }
        };
        // One character is found much faster than a text.
        let mut characters = self.separator.chars();
        let alone = characters.next().filter(|_| characters.next().is_none());
        for &cell in cells {
            let is_quoted = memchr::memchr(b'"', cell.as_bytes()).is_some();
            match alone {
                // Nothing ends a label in quotes where nothing stands between two.
                _ if is_quoted && !self.separator.is_empty() => {
                    split_quoted(cell, self.separator, &mut split);
                }
                Some(character) => {
                    cell.split(character).for_each(|label| split(trim(label).into()));
                }
                None => cell.split(self.separator).for_each(|label| split(trim(label).into())),
            }
        }
    }

    /// How many labels are remembered without a heap.
    const FEW: usize = 16;
}

/// Splits a cell some of whose labels are in quotes, as Mailchimp writes them; in quotes a separator
/// is text. A quote that opens no whole label is text, too.
fn split_quoted<'r>(cell: &'r str, separator: &str, give: &mut impl FnMut(Cow<'r, str>)) {
    let mut rest = Some(cell);
    while let Some(text) = rest {
        let (label, after) =
            quoted_label(text.trim_start(), separator).unwrap_or_else(|| {
                match text.split_once(separator) {
                    Some((label, after)) => (label.trim().into(), Some(after)),
                    None => (text.trim().into(), None),
                }
            });
        give(label);
        rest = after;
    }
}

/// The label in quotes that a text begins with, and what follows the separator behind it.
fn quoted_label<'r>(text: &'r str, separator: &str) -> Option<(Cow<'r, str>, Option<&'r str>)> {
    let inner = text.strip_prefix('"')?;
    let mut quotes = inner.match_indices('"').map(|(at, _)| at).peekable();
    let mut doubled = 0;
    while let Some(at) = quotes.next() {
        // Two quotes are one of the label's own.
        if quotes.next_if_eq(&(at + 1)).is_some() {
            doubled += 1;
            continue;
        }
        let rest = &inner[at + 1..];
        let after =
            rest.strip_prefix(separator).or_else(|| rest.trim_start().strip_prefix(separator));
        if after.is_none() && !rest.trim_start().is_empty() {
            return None;
        }
        let label = inner[..at].trim();
        let label = if doubled > 0 { label.replace("\"\"", "\"").into() } else { label.into() };
        return Some((label, after));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(cell: &str) -> Vec<String> {
        let mut labels = Vec::new();
        Tags::new([cell], ",", None).for_each(|label| labels.push(label.to_owned()));
        labels
    }

    #[test]
    fn tags_are_trimmed_and_unique_and_keep_their_order() {
        assert_eq!(tags(" vip, lead ,,vip,VIP"), ["vip", "lead", "VIP"]);
        assert!(tags("").is_empty());
        assert!(tags(" , ").is_empty());
    }

    #[test]
    fn tags_in_quotes_are_whole_whatever_is_in_them() {
        for (cell, labels) in [
            (r#""VIP","Blog""#, &["VIP", "Blog"][..]),
            (r#""VIP, gold","Blog""#, &["VIP, gold", "Blog"]),
            (r#" "VIP" , Blog,"VIP""#, &["VIP", "Blog"]),
            (r#""a" b,c"#, &[r#""a" b"#, "c"]),
            (r#"5" pipe,"open"#, &[r#"5" pipe"#, r#""open"#]),
            (r#""say ""hi"", please",x"#, &[r#"say "hi", please"#, "x"]),
            (r#""",a"#, &["a"]),
        ] {
            assert_eq!(tags(cell), labels, "{cell}");
        }
    }

    #[test]
    fn tags_come_from_several_cells_by_any_separator_without_the_program_s_own() {
        let mut labels = Vec::new();
        let cells = ["* myContacts ::: Work ::: Friends", "Work", "spring"];
        Tags::new(cells, ":::", Some("* ")).for_each(|label| labels.push(label.to_owned()));
        assert_eq!(labels, ["Work", "Friends", "spring"]);
    }

    #[test]
    fn few_labels_are_those_that_are_found_in_the_cells() {
        let mut few = 0;
        let pieces = ["vip", "lead", "* own", " ", "\t", ",", ",", ";", "\"", "a:b", "é", ""];
        let mut state = 1_u64;
        let mut piece = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            pieces[(state >> 33) as usize % pieces.len()]
        };
        for round in 0..20_000 {
            let cells: [String; 2] = std::array::from_fn(|_| (0..9).map(|_| piece()).collect());
            let cells = &cells.each_ref().map(String::as_str)[..=round % 2];
            for (separator, own) in [(",", None), (";", Some("* ")), (":::", None), ("", None)] {
                let tags = Tags::new(cells.iter().copied(), separator, own);
                let (mut given, mut found) = (Vec::new(), Vec::new());
                tags.for_each(|label| given.push(label.to_owned()));
                tags.for_each_of_cells(cells, &mut |label| found.push(label.to_owned()));
                assert_eq!(given, found, "{cells:?} by {separator:?}");
                few += usize::from(tags.form == Form::Labels);
            }
        }
        assert!(few > 10_000, "only {few} were few");
    }

    #[test]
    fn a_hundred_thousand_tags_are_unique_too() {
        let names: Vec<String> = (0..100_000).map(|n| n.to_string()).collect();
        let cell = format!("{},{}", names.join(","), names.join(","));
        assert_eq!(tags(&cell), names);
    }
}
