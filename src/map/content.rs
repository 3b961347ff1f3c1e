//! What the values of a column look like: the proof beside its header, and the only one without.

use std::collections::HashSet;

use crate::contact::Field;
use crate::country::region_of;
use crate::phone::Plan;
use crate::text::fold;

/// The first rows of a source, cell by cell, from which columns are judged.
pub type Sample = [Vec<String>];

/// How many of a column's values read as something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looks {
    /// Values that are not empty.
    pub values: usize,
    /// Values that may be names: words without digits, and neither yes nor no.
    pub words: usize,
    /// How many different values there are.
    pub distinct: usize,
    /// Values with as many digits as a phone number.
    pub digits: usize,
    /// Values that read as valid phone numbers.
    pub phones: usize,
    /// Those of them that are written as only phones are: with a plus or separators.
    pub written_phones: usize,
    /// Values that look like e-mail addresses.
    pub emails: usize,
    /// Values that name a country, by whatever name or code.
    pub countries: usize,
    /// Those of them that are calling codes.
    pub calling_codes: usize,
    /// Those of them that are names, which little else is; `CA` and `44` are much else.
    pub country_names: usize,
}

impl Looks {
    /// How the values of the column at index `column` look, where `is_phone` says of a row and its
    /// value whether that is a valid phone number.
    #[must_use]
    pub fn of(
        sample: &Sample,
        column: usize,
        plan: &Plan,
        is_phone: impl Fn(&[String], &str) -> bool,
    ) -> Looks {
        let mut looks = Looks::default();
        let mut seen = HashSet::new();
        for row in sample {
            let Some(value) = row.get(column).map(|cell| cell.trim()) else { continue };
            if value.is_empty() {
                continue;
            }
            looks.values += 1;
            looks.words += usize::from(is_words(value));
            looks.distinct += usize::from(seen.insert(value));
            looks.emails += usize::from(is_like_email(value));
            if may_be_phone(value) {
                looks.digits += 1;
                if is_phone(row, value) {
                    looks.phones += 1;
                    looks.written_phones += usize::from(is_written_as_phone(value));
                }
            } else if region_of(value, plan).is_some() {
                looks.countries += 1;
                looks.calling_codes += usize::from(value.contains(|c: char| c.is_ascii_digit()));
                looks.country_names += usize::from(is_name(value));
            }
        }
        looks
    }

    /// Whether most values are phone numbers.
    #[must_use]
    pub fn are_phones(self) -> bool {
        self.phones > 0 && self.phones * 10 >= self.values * 6
    }

    /// Whether nearly all values, and not too few, are phone numbers.
    #[must_use]
    pub fn are_all_phones(self) -> bool {
        self.phones >= Looks::ENOUGH && self.phones * 10 >= self.values * 9
    }

    /// Whether most values are phone numbers, and written as nothing else is.
    #[must_use]
    pub fn are_written_as_phones(self) -> bool {
        self.written_phones > 0 && self.written_phones * 10 >= self.values * 6
    }

    /// Whether the values may be names: most are words, they are more than a few kinds of something,
    /// and nothing else that is known.
    #[must_use]
    pub fn may_be_names(self) -> bool {
        const MANY: usize = 10;
        const KINDS_MAX: usize = 4;
        let are_words = self.words * 2 >= self.values;
        // Of first names many are the same, of memberships nearly all.
        let are_many =
            self.values < MANY || (self.distinct > KINDS_MAX && self.distinct * 20 >= self.values);
        are_words && are_many && !self.are_phones() && !self.are_emails()
    }

    /// Whether nearly all values are e-mail addresses.
    #[must_use]
    pub fn are_emails(self) -> bool {
        self.emails > 0 && self.emails * 10 >= self.values * 8
    }

    /// Whether nearly all values name countries.
    #[must_use]
    pub fn are_countries(self) -> bool {
        self.countries * 10 >= self.values * 8 && self.country_names * 2 > self.values
    }

    /// Whether nearly all values are calling codes.
    #[must_use]
    pub fn are_calling_codes(self) -> bool {
        self.calling_codes > 0 && self.calling_codes * 10 >= self.values * 8
    }

    /// Whether there are values enough to say that none is a phone number.
    #[must_use]
    pub fn are_surely_no_phones(self) -> bool {
        self.values >= Looks::ENOUGH && self.phones == 0
    }

    /// Whether there are values enough to say that none was ever meant as a phone number.
    #[must_use]
    pub fn are_something_else(self) -> bool {
        self.values >= Looks::ENOUGH && self.digits == 0
    }

    /// Values from which a column can be denied what its header says.
    const ENOUGH: usize = 5;

    /// How many values speak for a field; nothing speaks for most.
    #[must_use]
    pub fn found(self, field: Field) -> usize {
        match field {
            Field::Phone => self.phones,
            Field::Email => self.emails,
            Field::Country | Field::Region | Field::CallingCode => self.countries,
            _ => 0,
        }
    }

    /// What the values say for a field, in words: `3 of 5 values are phone numbers`.
    #[must_use]
    pub fn evidence(self, field: Field) -> String {
        let values = self.values;
        let what = match field {
            _ if values == 0 => return "no values".to_owned(),
            Field::Phone => "are phone numbers",
            Field::Email => "are e-mail addresses",
            Field::Country | Field::Region | Field::CallingCode => "name a country",
            _ => return format!("{values} values"),
        };
        format!("{} of {values} values {what}", self.found(field))
    }
}

/// Whether a value has as many digits as a phone number, before it is read in earnest.
fn may_be_phone(value: &str) -> bool {
    const DIGITS_MIN: usize = 5;
    value.chars().filter(|c| c.is_numeric()).count() >= DIGITS_MIN
}

/// Whether a value that reads as a phone is more than bare digits, with zeros before them or not, or
/// an IP address, which may be anything.
fn is_written_as_phone(value: &str) -> bool {
    value.starts_with(['+', '(']) || value.contains([' ', '-', '/'])
}

/// Whether what names a country is more than a code, which may stand for anything.
fn is_name(value: &str) -> bool {
    const CODE_CHARS_MAX: usize = 3;
    value.chars().count() > CODE_CHARS_MAX || !value.is_ascii()
}

fn is_like_email(value: &str) -> bool {
    let Some((local, domain)) = value.split_once('@') else { return false };
    !local.is_empty()
        && !value.contains(char::is_whitespace)
        && domain.contains('.')
        && !domain.contains('@')
        && !domain.starts_with('.')
}

/// Whether a value has letters and no digit, and says neither yes nor no.
fn is_words(value: &str) -> bool {
    const YES_OR_NO: [&str; 16] = [
        "yes", "no", "true", "false", "si", "sim", "nao", "oui", "non", "ja", "nein", "evet",
        "hayir", "ya", "tidak", "vip",
    ];
    value.contains(char::is_alphabetic)
        && !value.contains(|c: char| c.is_ascii_digit())
        && value.chars().count() > 1
        && !YES_OR_NO.contains(&fold(value).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::{ReadRules, read};

    fn looks(cells: &[&str]) -> Looks {
        let rows: Vec<Vec<String>> = cells.iter().map(|cell| vec![(*cell).to_owned()]).collect();
        let plan = Plan::builtin();
        let is_phone = |_: &[String], value: &str| {
            read(plan, value, "AE".parse().ok(), ReadRules::default()).verdict.is_ok()
        };
        Looks::of(&rows, 0, plan, is_phone)
    }

    #[test]
    fn a_column_is_known_by_most_of_its_values() {
        let phones = looks(&["+971501234567", "050 1234568", "n/a"]);
        assert!(phones.are_phones() && phones.are_written_as_phones() && !phones.are_emails());
        let emails = looks(&["a@b.co", "b@c.co", "-"]);
        assert_eq!((emails.values, emails.phones, emails.emails), (3, 0, 2));
        assert_eq!(looks(&["x", "", "y"]), Looks { values: 2, distinct: 2, ..Looks::default() });
        assert_eq!(looks(&[]), Looks::default());
    }

    #[test]
    fn bare_digits_may_be_phones_and_are_not_written_as_only_phones_are() {
        for cells in [
            ["501234567", "501234568"],
            ["0501234567", "0501234568"],
            ["97.150.123.4567", "97.150.123.4568"],
        ] {
            let looks = looks(&cells);
            assert!(looks.are_phones() && !looks.are_written_as_phones(), "{cells:?}");
        }
    }

    #[test]
    fn countries_are_known_by_their_names_and_not_by_codes_that_mean_much_else() {
        assert!(looks(&["India", "Deutschland", "AE", "مصر"]).are_countries());
        for other in [&["CA", "IN", "DE"][..], &["44", "1", "7"], &["Dubai", "Cairo"], &[]] {
            assert!(!looks(other).are_countries(), "{other:?}");
        }
    }

    #[test]
    fn the_evidence_is_a_share_of_the_values() {
        let looks = looks(&["+971501234567", "India", "a@b.co", "x"]);
        assert_eq!(looks.evidence(Field::Phone), "1 of 4 values are phone numbers");
        assert_eq!(looks.evidence(Field::Country), "1 of 4 values name a country");
        assert_eq!(looks.evidence(Field::Tags), "4 values");
    }
}
