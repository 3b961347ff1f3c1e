//! The columns that stand beside a phone column and speak of it alone: of what kind its numbers
//! are, and of what country.

use std::sync::LazyLock;

use super::headers::Headers;
use super::synonyms::{Rank, Strength, known, rank_of_folded};
use crate::contact::Field;

/// What stands beside one phone column, by index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Beside {
    /// The column that says of what kind each number is, such as `Phone 2 - Label`.
    pub(super) label: Option<usize>,
    /// The column that says of what country each number is, such as `Shipping Country`.
    pub(super) country: Option<usize>,
}

/// What stands beside the phone column at index `phone`.
pub(super) fn beside(headers: &Headers<'_>, phone: usize) -> Beside {
    Beside { label: label(headers, phone), country: country(headers, phone) }
}

fn label(headers: &Headers<'_>, phone: usize) -> Option<usize> {
    let stem = headers.folded[phone].strip_suffix("value")?;
    ["label", "type"].into_iter().find_map(|end| headers.find(&format!("{stem}{end}")))
}

/// The country column whose header has the same words before or after `Country` as the phone's has
/// before or after `Phone`; where there are several, the one that shares most with it.
fn country(headers: &Headers<'_>, phone: usize) -> Option<usize> {
    let header = &headers.folded[phone];
    // The column with the header that is made of the best word for a country.
    let first = |header_of: &dyn Fn(&str) -> String| {
        COUNTRY_WORDS.iter().find_map(|(_, word)| headers.find(&header_of(word)))
    };
    let splits = header.char_indices().skip(1).map(|(at, _)| header.split_at(at));
    let found = splits.flat_map(|(before, after)| {
        let own_before = is_phone(after).then(|| first(&|word| format!("{before}{word}")));
        let own_after = is_phone(before).then(|| first(&|word| format!("{word}{after}")));
        let own_before = own_before.flatten().map(|at| (before.len(), at));
        let own_after = own_after.flatten().map(|at| (after.len(), at));
        own_before.into_iter().chain(own_after)
    });
    found.max().map(|(_, at)| at)
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
        super::beside(&Headers::new(&headers), phone)
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
