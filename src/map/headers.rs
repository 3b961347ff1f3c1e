//! The headers of a source as they are compared, and what each means.
//! It must not know any row.

use std::collections::HashMap;

use super::synonyms::{Meaning, meanings, meanings_of_folded};
use crate::contact::Field;
use crate::text::fold;

/// The headers of a source.
pub(super) struct Headers<'h> {
    /// As they stand there.
    pub(super) given: &'h [String],
    /// Folded.
    pub(super) folded: Vec<String>,
    by_folded: HashMap<String, usize>,
    /// Bytes that all begin with, and that say nothing.
    shared: usize,
}

impl<'h> Headers<'h> {
    pub(super) fn new(given: &'h [String]) -> Headers<'h> {
        let folded: Vec<String> = given.iter().map(|header| fold(header)).collect();
        let by_folded = folded.iter().enumerate().map(|(at, header)| (header.clone(), at));
        Headers {
            given,
            by_folded: by_folded.collect(),
            shared: shared_prefix(given).len(),
            folded,
        }
    }

    /// The column with this header, folded; the last one, if there are several.
    pub(super) fn find(&self, folded: &str) -> Option<usize> {
        self.by_folded.get(folded).copied()
    }

    /// What a header means, or else what it means without what all begin with.
    pub(super) fn meanings(&self, at: usize) -> &'static [Meaning] {
        match meanings_of_folded(&self.folded[at]) {
            [] if self.shared > 0 => meanings(&self.given[at][self.shared..]),
            found => found,
        }
    }
}

/// What all headers begin with, up to a separator, as in `Person - Name` and `Person - Phone`: it
/// says nothing of any.
fn shared_prefix(headers: &[String]) -> &str {
    let Some((first, rest)) = headers.split_first().filter(|(_, rest)| rest.len() > 1) else {
        return "";
    };
    let shared = |prefix: &&str| rest.iter().all(|header| header.starts_with(prefix));
    let separators = first.char_indices().filter(|(_, c)| !c.is_alphanumeric());
    let prefixes = separators.map(|(at, c)| &first[..at + c.len_utf8()]);
    let says_nothing = |prefix: &&str| {
        let tells = |meaning: &Meaning| matches!(meaning.field, Field::Phone | Field::Email);
        !meanings(prefix).iter().any(tells)
    };
    prefixes.take_while(shared).filter(says_nothing).last().unwrap_or_default()
}
