//! What the values of a column look like: the proof beside its header, and the only one without.

use crate::phone::{Plan, ReadRules, Region, read};

/// The first rows of a source, cell by cell, from which columns are judged.
pub type Sample = [Vec<String>];

/// How many of a column's values read as something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looks {
    /// Values that are not empty.
    pub values: usize,
    /// Values that read as valid phone numbers.
    pub phones: usize,
    /// Values that look like e-mail addresses.
    pub emails: usize,
}

impl Looks {
    /// How the values of the column at index `column` look, where numbers without a calling code
    /// are of `home`.
    #[must_use]
    pub fn of(sample: &Sample, column: usize, plan: &Plan, home: Option<Region>) -> Looks {
        let mut looks = Looks::default();
        for value in sample.iter().filter_map(|row| row.get(column)).map(|cell| cell.trim()) {
            if value.is_empty() {
                continue;
            }
            looks.values += 1;
            looks.emails += usize::from(is_like_email(value));
            let read = || read(plan, value, home, ReadRules::default()).verdict.is_ok();
            looks.phones += usize::from(may_be_phone(value) && read());
        }
        looks
    }

    /// Whether most values are phone numbers.
    #[must_use]
    pub fn are_phones(self) -> bool {
        self.phones > 0 && self.phones * 10 >= self.values * 6
    }

    /// Whether nearly all values are e-mail addresses.
    #[must_use]
    pub fn are_emails(self) -> bool {
        self.emails > 0 && self.emails * 10 >= self.values * 8
    }

    /// Whether there are values enough to say that none is a phone number.
    #[must_use]
    pub fn are_surely_no_phones(self) -> bool {
        const ENOUGH: usize = 5;
        self.values >= ENOUGH && self.phones == 0
    }
}

/// Whether a value has as many digits as a phone number, before it is read in earnest.
fn may_be_phone(value: &str) -> bool {
    const DIGITS_MIN: usize = 5;
    value.chars().filter(|c| c.is_numeric()).count() >= DIGITS_MIN
}

fn is_like_email(value: &str) -> bool {
    let Some((local, domain)) = value.split_once('@') else { return false };
    !local.is_empty()
        && !value.contains(char::is_whitespace)
        && domain.contains('.')
        && !domain.contains('@')
        && !domain.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_known_by_most_of_its_values() {
        let rows =
            [["+971501234567", "a@b.co", "x"], ["0501234568", "b@c.co", ""], ["n/a", "-", "y"]];
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
        let of = |at| Looks::of(&rows, at, Plan::builtin(), "AE".parse().ok());
        assert!(of(0).are_phones() && !of(0).are_emails());
        assert_eq!(of(1), Looks { values: 3, phones: 0, emails: 2 });
        assert_eq!(of(2), Looks { values: 2, phones: 0, emails: 0 });
        assert_eq!(of(9), Looks::default());
    }
}
