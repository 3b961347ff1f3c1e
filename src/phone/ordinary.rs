//! In: a cell. Out: its number, where that is valid, in ordinary writing, and nothing else is to be
//! said of it, as is true of most; or nothing, where only `reading.rs` can tell. A test holds the
//! two together.

use super::cell::is_ordinary;
use super::fictional::{fiction, is_plainly_real};
use super::plan::Plan;
use super::reading::{DigitsAs, Found, ReadRules, other_reading};
use super::region::Region;

/// Reads a cell as [`read`](super::read) does, if it is a valid number, and there is neither a
/// repair nor another reading nor fiction to speak of.
#[must_use]
#[inline(always)]
pub fn read_ordinary(
    plan: &Plan,
    text: &str,
    home: Option<Region>,
    rules: ReadRules,
) -> Option<Found> {
    let bare = match text.as_bytes() {
        [b'+', .., b'0'..=b'9'] => false,
        [b'0'..=b'9', .., b'0'..=b'9'] | [b'(', b'0'..=b'9', .., b'0'..=b'9'] => true,
        _ => return None,
    };
    // Where digits without a plus are international, it is a repair that they are.
    if !is_ordinary(text) || bare && (rules.digits != DigitsAs::Auto || home.is_none()) {
        return None;
    }
    let parsed = plan.parse(text, home);
    // It is large, and not to be moved.
    let number = parsed.as_ref().ok()?;
    let phone = number.phone().ok()?;
    let is_open = bare && other_reading(plan, home, text, number, phone).is_some();
    // The zero of `(0)` may be no part of the number.
    let has_zero = number.national_bytes().starts_with(b"0") && text.contains('(');
    let is_real = is_plainly_real(phone) || fiction(phone.as_u64()).is_none();
    let is_sure = !is_open && !has_zero && is_real;
    is_sure.then_some(Found { phone, number: *number, other_reading: None, fiction: None })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::cell::Repairs;
    use super::super::reading::{Letters, Several, read_at_length};
    use super::*;

    /// What `read_ordinary` finds is all that there is to say of the cell.
    fn check(text: &str, home: Option<Region>, rules: ReadRules) -> bool {
        let plan = Plan::builtin();
        let Some(found) = read_ordinary(plan, text, home, rules) else { return false };
        let reading = read_at_length(plan, text, home, rules);
        let whole = reading.repairs == Repairs::default() && !reading.parted && !reading.vanity;
        assert!(whole && reading.others.is_empty(), "{text:?}: {reading:?}");
        assert_eq!(reading.verdict, Ok(found), "{text:?}");
        assert_eq!(reading.bare, !text.starts_with('+'), "{text:?}");
        let of_refused =
            (&reading.unread, reading.suggestion, reading.variant_key, reading.fiction);
        assert_eq!(of_refused, (&None, None, None, None), "{text:?}");
        true
    }

    const HOMES: [Option<&str>; 8] =
        [None, Some("AE"), Some("US"), Some("IT"), Some("BR"), Some("MX"), Some("IN"), Some("001")];

    fn home(at: usize) -> Option<Region> {
        HOMES[at].map(|region| region.parse().expect("a region"))
    }

    fn rules(at: usize) -> ReadRules {
        let digits = [DigitsAs::Auto, DigitsAs::National, DigitsAs::International][at % 3];
        let letters = if at < 3 { Letters::Refuse } else { Letters::Vanity };
        ReadRules { digits, several: Several::First, letters }
    }

    #[test]
    fn numbers_in_ordinary_writing_are_read_as_all_cells_are() {
        let mut ordinary = 0;
        for number in [
            "971501234561",
            "919812345678",
            "4915112345670",
            "12125551234",
            "390612345670",
            "5511987654321",
            "525512345670",
            "447911234560",
            "2250712345670",
            "2290197123456",
        ] {
            let (code, national) = number.split_at(if number.starts_with('1') { 1 } else { 2 });
            for text in [
                format!("+{number}"),
                number.to_owned(),
                format!("00{number}"),
                format!("011{number}"),
                format!("+{code} ({}) {}", &national[..2], &national[2..]),
                format!("+{code} (0) {national}"),
                format!("0{national}"),
                format!("(0{}) {}-{}", &national[..2], &national[2..4], &national[4..]),
                national.to_owned(),
            ] {
                for at in 0..HOMES.len() * 6 {
                    ordinary += usize::from(check(&text, home(at / 6), rules(at % 6)));
                }
            }
        }
        assert!(ordinary > 500, "only {ordinary} were ordinary");
    }

    proptest! {
        #[test]
        fn an_ordinary_cell_is_read_as_all_cells_are(
            text in "[+(0]{0,2}(971|91|49|1|39|55|52|44|225|00|011)?[ ()-]{0,2}[0-9]{2,6}[ ()+-]{0,2}[0-9]{2,8}[ x/;.]?",
            at in 0..HOMES.len(),
            rule in 0_usize..6,
        ) {
            check(&text, home(at), rules(rule));
        }
    }
}
