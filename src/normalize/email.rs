//! The e-mail cell → a valid address, or nothing.

use email_address::{EmailAddress, Options};
use wide::u8x16;

use super::problem;
use crate::contact::Field;
use crate::map::Draft;
use crate::pieces::{is, marks, within};
use crate::problem::{Code, Confidence, Problem, Suggestion};
use crate::text::trim;

/// The row's first valid e-mail address; an invalid one is left out with a warning.
pub(super) fn read<'r>(draft: &Draft<'r>, problems: &mut Vec<Problem<'r>>) -> &'r str {
    let Some((_, cell)) = draft.first(Field::Email) else {
        return draft.columns().constant(Field::Email);
    };
    // Mostly the first cell holds a valid address and nothing else.
    let cell = trim(cell);
    match plain_domain(cell) {
        Some(domain) => kept(cell, domain, draft, problems),
        None => read_any(draft, problems),
    }
}

/// The same for a row whose first cell is none of the most ordinary addresses.
fn read_any<'r>(draft: &Draft<'r>, problems: &mut Vec<Problem<'r>>) -> &'r str {
    // Exports put several addresses in a cell, with these between them.
    let mut is_bad = false;
    for (at, cell) in draft.filled(Field::Email) {
        let parts = cell.split(":::").flat_map(|part| part.split([';', ','])).map(trim);
        let mut parts = parts.filter(|part| !part.is_empty());
        let whole = Some(trim(cell)).filter(|whole| is_valid(whole));
        let Some(address) = whole.or_else(|| parts.by_ref().find(|part| is_valid(part))) else {
            is_bad = true;
            continue;
        };
        let is_other = |part: &&str| !part.eq_ignore_ascii_case(address) && is_valid(part);
        let others = if whole.is_some() { 0 } else { parts.filter(is_other).count() };
        if others > 0 {
            let detail = format!("{others} more in the cell").into();
            problems.push(Problem {
                column: u32::try_from(at).ok(),
                value: cell.into(),
                detail,
                ..problem(draft, Field::Email, Code::EmailSeveral)
            });
        }
        let (_, domain) = address.rsplit_once('@').expect("a valid address has one");
        return kept(address, domain, draft, problems);
    }
    if is_bad {
        problems.push(problem(draft, Field::Email, Code::EmailInvalid));
        return "";
    }
    draft.columns().constant(Field::Email)
}

/// A valid address, with a note where its domain looks like a slip.
fn kept<'r>(
    address: &'r str,
    domain: &str,
    draft: &Draft<'r>,
    problems: &mut Vec<Problem<'r>>,
) -> &'r str {
    if let Some(meant) = meant_domain(domain) {
        let local = &address[..address.len() - domain.len()];
        let value = format!("{local}{meant}");
        let suggestion = Some(Suggestion { value, confidence: Confidence::Medium });
        problems.push(Problem { suggestion, ..problem(draft, Field::Email, Code::EmailTypo) });
    }
    address
}

/// Domains that most private addresses have, and some that are near to them and no slips.
const USUAL: [&str; 22] = [
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "live.com",
    "yahoo.co.uk",
    "hotmail.co.uk",
    "aol.com",
    "msn.com",
    "gmx.de",
    "gmx.net",
    "web.de",
    "mail.ru",
    "yandex.ru",
    "proton.me",
    "protonmail.com",
    "hotmail.fr",
    "yahoo.fr",
    "orange.fr",
    "rediffmail.com",
];
const ALIKE: [&str; 9] = [
    "mail.com",
    "ymail.com",
    "email.com",
    "gmx.com",
    "gmx.at",
    "gmx.ch",
    "yahoo.com.br",
    "live.co.uk",
    "outlook.de",
];

/// Of shorter domains than this too many others are near.
const LONG: usize = 8;

/// A bit for the last five bits of each letter that a long usual domain begins with.
const FIRST_LETTERS: u32 = {
    let mut letters = 0;
    let mut at = 0;
    while at < USUAL.len() {
        if USUAL[at].len() > LONG {
            letters |= 1 << (USUAL[at].as_bytes()[0] & 31);
        }
        at += 1;
    }
    letters
};

/// The usual domain that a domain is a slip of: one letter more, less, other, or two changed about.
fn meant_domain(domain: &str) -> Option<&'static str> {
    // A slip seldom touches the first letter, and comparing is not for free.
    let first = *domain.as_bytes().first()?;
    if FIRST_LETTERS >> (first & 31) & 1 == 0
        || USUAL.iter().any(|usual| usual.eq_ignore_ascii_case(domain))
    {
        return None;
    }
    let near = |usual: &&str| {
        usual.len() > LONG
            && usual.as_bytes()[..1].eq_ignore_ascii_case(&domain.as_bytes()[..1])
            && usual.len().abs_diff(domain.len()) <= 1
    };
    let mut near = USUAL.into_iter().filter(near).peekable();
    near.peek()?;
    let domain = domain.to_ascii_lowercase();
    if ALIKE.contains(&domain.as_str()) {
        return None;
    }
    near.find(|usual| strsim::osa_distance(usual, &domain) == 1)
}

/// The domain of an address that is surely valid, as is nearly every one that is: letters, digits
/// and usual signs of ASCII with single points among them, and a domain of two labels or more. It is
/// so short that no part of it is too long.
#[inline]
fn plain_domain(text: &str) -> Option<&str> {
    let [letters, points, dashes, ats, signs] = marks(text.as_bytes(), |bytes| {
        // A bit is all that tells a capital letter from a small one.
        let letter = within(bytes | u8x16::splat(0x20), b'a', b'z');
        let sign = is(bytes, b'_') | is(bytes, b'+') | is(bytes, b'\'');
        let digit = within(bytes, b'0', b'9');
        [letter | digit, is(bytes, b'.'), is(bytes, b'-'), is(bytes, b'@'), sign]
    })?;
    let all = letters | points | dashes | ats | signs;
    // The bits are as many as the bytes, and the last one is of a letter or a digit.
    let is_whole =
        all.count_ones() as usize == text.len() && all.leading_zeros() == letters.leading_zeros();
    if !is_whole || !ats.is_power_of_two() {
        return None;
    }
    let ends = points | ats;
    let domain = !(ats | (ats - 1));
    let domain_dashes = dashes & domain;
    // No part begins or ends with a point, none has two in a row, and no label of the domain begins
    // or ends with a dash.
    let is_plain = ends & (ends << 1 | 1) == 0
        && ends & (domain_dashes << 1 | domain_dashes >> 1) == 0
        && points & domain != 0
        && signs & domain == 0;
    is_plain.then(|| &text[ats.trailing_zeros() as usize + 1..])
}

/// An address as people have one: no display name, and a domain of two labels or more.
fn is_valid(text: &str) -> bool {
    let options =
        Options { minimum_sub_domains: 2, allow_domain_literal: false, allow_display_text: false };
    EmailAddress::parse_with_options(text, options).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn slips_of_usual_domains_are_seen_and_other_domains_are_not() {
        for (domain, meant) in [
            ("gmial.com", "gmail.com"),
            ("Gmail.co", "gmail.com"),
            ("hotmial.com", "hotmail.com"),
            ("yaho.com", "yahoo.com"),
            ("outlok.com", "outlook.com"),
        ] {
            assert_eq!(meant_domain(domain), Some(meant), "{domain}");
        }
        for domain in ["gmail.com", "mail.com", "ymail.com", "example.com", "gmx.at"] {
            assert_eq!(meant_domain(domain), None, "{domain}");
        }
    }

    #[test]
    fn an_address_has_a_local_part_and_a_domain_of_two_labels() {
        for address in ["a@b.co", "first.last+tag@sub.example.com", "用户@例子.中国"] {
            assert!(is_valid(address), "{address}");
        }
        for not_one in
            ["a", "a@", "@b.co", "a@b", "a b@c.de", "A <a@b.co>", "a@b..co", "a@[1.2.3.4]"]
        {
            assert!(!is_valid(not_one), "{not_one}");
        }
    }

    #[test]
    fn what_is_plainly_valid_is_valid() {
        let mut plain = 0;
        for byte in 0..0x80_u8 {
            let c = char::from(byte);
            for address in [
                format!("a{c}b@example.com"),
                format!("{c}a@example.com"),
                format!("a{c}@example.com"),
                format!("a@{c}b.com"),
                format!("a@b{c}.com"),
                format!("a@b.{c}com"),
                format!("a@b.com{c}"),
                format!("a@b{c}c.co"),
            ] {
                assert!(plain_domain(&address).is_none() || is_valid(&address), "{address:?}");
                plain += usize::from(plain_domain(&address).is_some());
            }
        }
        assert!(plain > 500, "only {plain} were plain");
        for address in ["anna.smith+tag@mail.example-shop.co.uk", "o'neill_1@gmail.com"] {
            assert!(plain_domain(address).is_some(), "{address}");
        }
        for length in [62, 63, 64, 65] {
            let long = "a".repeat(length);
            for address in [format!("{long}@b.co"), format!("a@{long}.co"), format!("a@b.{long}")] {
                assert!(plain_domain(&address).is_none() || is_valid(&address), "{address}");
            }
        }
    }

    proptest! {
        #[test]
        fn an_address_that_is_plainly_valid_is_valid(
            address in r"[a-zA-Z0-9.+_\-' é]{0,6}@?[a-zA-Z0-9.\-@_]{0,8}(\.[a-z0-9\-]{0,3})?",
        ) {
            prop_assert!(plain_domain(&address).is_none() || is_valid(&address), "{}", address);
        }
    }
}
