//! Phones that nobody wants written to, in whatever spelling WhatsApp knew them under.

use std::collections::HashSet;

use crate::phone::{Phone, variant_key};

/// A set of subscribers, each known by the key that all its spellings share.
#[derive(Debug, Clone, Default)]
pub struct Suppressed(HashSet<u64>);

impl Suppressed {
    /// Adds the subscriber of a number, given as the digits of its E.164 form. The number need not
    /// be valid: a list may be older than a numbering plan.
    pub fn add(&mut self, digits: u64) {
        self.0.insert(key(digits));
    }

    /// Whether the phone is one of the subscribers, or may be one in another spelling: who asked
    /// not to be written to is not written to in case of doubt.
    #[must_use]
    pub fn has(&self, phone: Phone) -> bool {
        !self.0.is_empty() && self.0.contains(&key(phone.as_u64()))
    }

    /// How many subscribers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn key(digits: u64) -> u64 {
    variant_key(digits).unwrap_or(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::{Plan, ReadRules, read};

    fn phone(text: &str) -> Phone {
        read(Plan::builtin(), text, None, ReadRules::default()).verdict.expect("valid").phone
    }

    #[test]
    fn a_subscriber_is_known_in_every_spelling() {
        let mut list = Suppressed::default();
        for digits in [5491123456789, 551187654321, 22505012345] {
            list.add(digits);
        }
        for spelling in ["+541123456789", "+5491123456789", "+5511987654321"] {
            assert!(list.has(phone(spelling)), "{spelling}");
        }
        assert!(!list.has(phone("+5511987654322")));
        assert_eq!((list.len(), list.is_empty()), (3, false));
        assert!(Suppressed::default().is_empty());
        assert!(!Suppressed::default().has(phone("+971501234567")));
    }
}
