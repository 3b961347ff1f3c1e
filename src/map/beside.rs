//! The columns that stand beside a phone column and speak of it alone: of what kind its numbers
//! are, and of what country.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::synonyms::{Rank, Strength, known, rank_of_folded};
use crate::contact::Field;
use crate::text::fold;

/// What stands beside one phone column, by index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Beside {
    /// The column that says of what kind each number is, such as `Phone 2 - Label`.
    pub(super) label: Option<usize>,
    /// The column that says of what country each number is, such as `Shipping Country`.
    pub(super) country: Option<usize>,
}

/// Headers by which columns are found.
pub(super) struct Index<'h> {
    headers: &'h [String],
    by_folded: HashMap<String, usize>,
}

impl<'h> Index<'h> {
    pub(super) fn new(headers: &'h [String]) -> Index<'h> {
        let by_folded = headers.iter().enumerate().map(|(at, header)| (fold(header), at));
        Index { headers, by_folded: by_folded.collect() }
    }

    /// What stands beside the phone column at index `phone`.
    pub(super) fn beside(&self, phone: usize) -> Beside {
        Beside { label: self.label(phone), country: self.country(phone) }
    }

    fn label(&self, phone: usize) -> Option<usize> {
        let stem = self.headers[phone].strip_suffix(" - Value")?;
        let label = [" - Label", " - Type"].map(|end| format!("{stem}{end}"));
        self.headers.iter().position(|header| label.contains(header))
    }

    /// The country column whose header has the same words before or after `Country` as the phone's
    /// has before or after `Phone`; where there are several, the one that shares most with it.
    fn country(&self, phone: usize) -> Option<usize> {
        let header = fold(&self.headers[phone]);
        let splits = header.char_indices().skip(1).map(|(at, _)| header.split_at(at));
        let found = splits.flat_map(|(before, after)| {
            let own_before = is_phone(after).then(|| self.first(|word| format!("{before}{word}")));
            let own_after = is_phone(before).then(|| self.first(|word| format!("{word}{after}")));
            let shared = [
                own_before.flatten().map(|at| (before.len(), at)),
                own_after.flatten().map(|at| (after.len(), at)),
            ];
            shared.into_iter().flatten()
        });
        found.max().map(|(_, at)| at)
    }

    /// The column with the header that `header_of` makes of the best word for a country.
    fn first(&self, header_of: impl Fn(&str) -> String) -> Option<usize> {
        COUNTRY_WORDS.iter().find_map(|(_, word)| self.by_folded.get(&header_of(word)).copied())
    }
}

fn is_phone(word: &str) -> bool {
    rank_of_folded(word, Field::Phone).is_some_and(|(strength, _)| strength != Strength::Weak)
}

/// The words for a country or its calling code, folded, the best first.
static COUNTRY_WORDS: LazyLock<Vec<(Rank, &'static str)>> = LazyLock::new(|| {
    let ranked =
        |field| known(field).filter_map(move |word| Some((rank_of_folded(word, field)?, word)));
    let mut words: Vec<_> = ranked(Field::Country).chain(ranked(Field::CallingCode)).collect();
    words.sort_unstable();
    words
});

#[cfg(test)]
mod tests {
    use super::*;

    fn beside(headers: &str, phone: usize) -> Beside {
        let headers: Vec<String> = headers.split('|').map(str::to_owned).collect();
        Index::new(&headers).beside(phone)
    }

    #[test]
    fn a_phone_column_has_the_country_column_that_shares_the_rest_of_its_header() {
        for (headers, phone, country) in [
            ("Country|Phone|Shipping Phone|Shipping Country", 2, Some(3)),
            ("Business Country/Region|Business Phone 2|Home Country/Region", 1, Some(0)),
            ("billing_phone|billing_country|shipping_country|shipping_phone", 3, Some(2)),
            ("MailingCountry|OtherCountry|OtherPhone", 2, Some(1)),
            ("Default Address Phone|Default Address Country Code|Phone", 0, Some(1)),
            ("Teléfono de envío|País|País de envío", 0, Some(2)),
            ("Phone 2|Country|Country 2", 0, Some(2)),
            ("Country|Phone|Mobile Phone|Home Phone", 3, None),
            ("Country|Shipping Country|Phone", 2, None),
        ] {
            assert_eq!(beside(headers, phone).country, country, "{headers}");
        }
    }

    #[test]
    fn a_phone_column_has_the_label_column_of_the_same_number() {
        let headers = "Phone 1 - Label|Phone 1 - Value|Phone 2 - Type|Phone 2 - Value";
        assert_eq!(beside(headers, 1).label, Some(0));
        assert_eq!(beside(headers, 3).label, Some(2));
    }
}
