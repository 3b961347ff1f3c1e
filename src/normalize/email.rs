//! The e-mail cell → a valid address, or nothing.

use email_address::{EmailAddress, Options};

use super::problem;
use crate::contact::Field;
use crate::map::Draft;
use crate::problem::{Code, Problem};

/// The row's e-mail address; an invalid one is left out with a warning.
pub(super) fn read<'r>(draft: &Draft<'r>, problems: &mut Vec<Problem<'r>>) -> &'r str {
    let cell = draft.get(Field::Email).trim();
    if cell.is_empty() || is_valid(cell) {
        return cell;
    }
    problems.push(problem(draft, Field::Email, Code::EmailInvalid));
    ""
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
