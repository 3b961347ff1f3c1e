//! The e-mail cell → a valid address, or nothing.

use email_address::{EmailAddress, Options};

use super::problem;
use crate::contact::Field;
use crate::map::Draft;
use crate::problem::{Code, Confidence, Problem, Suggestion};

/// The row's first valid e-mail address; an invalid one is left out with a warning.
pub(super) fn read<'r>(draft: &Draft<'r>, problems: &mut Vec<Problem<'r>>) -> &'r str {
    let mut bad = None;
    let cells = draft.filled(Field::Email).map(|(_, cell)| cell);
    // Exports put several addresses in a cell, with these between them.
    for cell in cells.flat_map(|cell| cell.split(":::").flat_map(|part| part.split(';'))) {
        let cell = cell.trim();
        if cell.is_empty() {
            continue;
        }
        if !is_valid(cell) {
            bad = bad.or(Some(cell));
            continue;
        }
        if let Some(meant) = meant_domain(cell) {
            let (local, _) = cell.rsplit_once('@').expect("a valid address has one");
            let value = format!("{local}@{meant}");
            let suggestion = Some(Suggestion { value, confidence: Confidence::Medium });
            problems.push(Problem { suggestion, ..problem(draft, Field::Email, Code::EmailTypo) });
        }
        return cell;
    }
    if bad.is_some() {
        problems.push(problem(draft, Field::Email, Code::EmailInvalid));
        return "";
    }
    draft.columns().constant(Field::Email)
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

/// The usual domain that a domain is a slip of: one letter more, less, other, or two changed about.
fn meant_domain(address: &str) -> Option<&'static str> {
    let (_, domain) = address.rsplit_once('@')?;
    // A slip seldom touches the first letter, and comparing is not for free.
    const LONG: usize = 8;
    let near = |usual: &&str| {
        usual.len() > LONG
            && usual.as_bytes()[..1].eq_ignore_ascii_case(&domain.as_bytes()[..1])
            && usual.len().abs_diff(domain.len()) <= 1
    };
    let mut near = USUAL.into_iter().filter(near).peekable();
    near.peek()?;
    let domain = domain.to_ascii_lowercase();
    if USUAL.contains(&domain.as_str()) || ALIKE.contains(&domain.as_str()) {
        return None;
    }
    near.find(|usual| strsim::osa_distance(usual, &domain) == 1)
}

/// An address as people have one: no display name, and a domain of two labels or more.
fn is_valid(text: &str) -> bool {
    let options =
        Options { minimum_sub_domains: 2, allow_domain_literal: false, allow_display_text: false };
    EmailAddress::parse_with_options(text, options).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_usual_domains_are_seen_and_other_domains_are_not() {
        for (address, meant) in [
            ("a@gmial.com", "gmail.com"),
            ("a@Gmail.co", "gmail.com"),
            ("a@hotmial.com", "hotmail.com"),
            ("a@yaho.com", "yahoo.com"),
            ("a@outlok.com", "outlook.com"),
        ] {
            assert_eq!(meant_domain(address), Some(meant), "{address}");
        }
        for address in ["a@gmail.com", "a@mail.com", "a@ymail.com", "a@example.com", "a@gmx.at"] {
            assert_eq!(meant_domain(address), None, "{address}");
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
}
