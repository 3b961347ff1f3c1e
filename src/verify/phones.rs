//! Phones: whether one is valid, how a platform spells it, and who keeps it.

use sha2::{Digest, Sha256};

use super::Context;
use super::ledger::{Accepted, Ledger, Row, spot};
use super::report::{Check, Findings, Spot};
use crate::error::Result;
use crate::phone::{Number, Plan};
use crate::problem::Fate;
use crate::write::contract::PhoneStyle;

/// The digits of a number in E.164, as one number.
pub(super) fn digits(text: &str) -> Option<u64> {
    const DIGITS_MAX: usize = 15;
    let digits = text.strip_prefix('+')?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    (plain && digits.len() <= DIGITS_MAX && !digits.starts_with('0'))
        .then(|| digits.parse().ok())?
}

/// Whether a text is a phone in E.164 with five digits or more covered.
pub(super) fn is_masked(shown: &str, phone: u64) -> bool {
    const COVERED_MIN: usize = 5;
    let phone = format!("+{phone}");
    let same = |(shown, own): (char, char)| shown == own || shown == '*' && own != '+';
    shown.len() == phone.len()
        && shown.matches('*').count() >= COVERED_MIN
        && shown.chars().zip(phone.chars()).all(same)
}

/// The valid number with these digits in E.164.
///
/// libphonenumber reads a few valid numbers of Belarus, whose national number begins with 810, as
/// others when their own E.164 is read again: it takes the 8 for a national prefix. So a number is
/// valid where any spelling of it reads as itself: its E.164, or its national number after a
/// national prefix of one digit, in the main region of its calling code.
pub(super) fn read(plan: &Plan, phone: u64) -> Option<Number> {
    let is_it = |number: &Number| number.phone().is_ok_and(|it| it.as_u64() == phone);
    let e164 = plan.parse(&format!("+{phone}"), None).ok()?;
    if is_it(&e164) {
        return Some(e164);
    }
    let code = e164.calling_code();
    let region = plan.main_region(code)?;
    let digits = phone.to_string();
    let national = digits.strip_prefix(&code.to_string())?;
    let spelled = ["8", "0", "1"].into_iter().map(|prefix| format!("{prefix}{national}"));
    spelled.filter_map(|text| plan.parse(&text, Some(region)).ok()).find(is_it)
}

/// A phone as a platform spells it; `None` where its calling code is not known.
pub(super) fn spelled(style: PhoneStyle, phone: u64, plan: &Plan) -> Option<String> {
    let code = || plan.parse(&format!("+{phone}"), None).ok().map(|it| it.calling_code());
    Some(match style {
        PhoneStyle::PlusDigits => format!("+{phone}"),
        PhoneStyle::Digits => phone.to_string(),
        PhoneStyle::ChatId => format!("{phone}@c.us"),
        PhoneStyle::PlusCallingCode => format!("+{}", code()?),
        PhoneStyle::CallingCode => code()?.to_string(),
        PhoneStyle::National => phone.to_string().strip_prefix(&code()?.to_string())?.to_owned(),
        PhoneStyle::HashedDigits => hash(&phone.to_string()),
        PhoneStyle::HashedPlusDigits => hash(&format!("+{phone}")),
    })
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// No phone is kept twice, and every duplicate names the row that keeps its phone: an earlier one,
/// or a later one where the last was to be kept.
pub(super) fn check(context: Context<'_>, accepted: Accepted, found: &mut Findings) -> Result<()> {
    let facts = context.facts;
    let Accepted(mut accepted) = accepted;
    accepted.sort_unstable();
    for pair in accepted.windows(2) {
        let [(phone, first), (other, again)] = [pair[0], pair[1]];
        if phone == other {
            let (first, number) = facts.row_of(first);
            let (source, row) = facts.row_of(again);
            let spot = Spot::file(super::ledger::LEDGER).row(&facts.sources[source].name, row);
            let seen = format!("the phone of row {number} of {}", facts.sources[first].name);
            found.say(Check::LedgerUnique, spot, seen, "a phone of its own");
        }
    }
    let Some(mut ledger) = Ledger::open(context)? else { return Ok(()) };
    let last = facts.settings.on_duplicate.as_deref() == Some("last");
    let side = if last { "later" } else { "earlier" };
    let has_kept = |row: &Row| matches!(row.fate, Fate::Duplicate | Fate::Merged);
    while let Some(row) = ledger.next(has_kept)? {
        let (Some(phone), Some((source, number))) = (row.phone, row.kept) else { continue };
        let kept = facts.ordinal(source, number);
        let own = facts.ordinal(row.source, row.number);
        let is_there = if last { kept > own } else { kept < own };
        if !is_there || accepted.binary_search(&(phone, kept)).is_err() {
            let seen = format!("row {number} of {}", facts.sources[source].name);
            let expected = format!("the {side} accepted or unchanged row with the same phone");
            found.say(Check::LedgerKept, spot(&row, facts), seen, expected);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_e164_has_digits() {
        assert_eq!(digits("+971501234567"), Some(971_501_234_567));
        for text in ["971501234567", "+", "+0971501234567", "+97150123456x", "+1234567890123456"] {
            assert_eq!(digits(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_is_valid_if_a_spelling_of_it_reads_as_itself() {
        let plan = Plan::builtin();
        assert!(read(plan, 971_501_234_567).is_some());
        assert!(read(plan, 971_501_234).is_none());
        let belarus = plan.parse("8 810 1234567", "BY".parse().ok()).expect("it parses");
        let phone = belarus.phone().expect("it is valid").as_u64();
        assert_eq!(phone, 3_758_101_234_567);
        let again = plan.parse(&format!("+{phone}"), None).expect("it parses");
        assert!(again.phone().is_err(), "its own E.164 reads as another number");
        assert_eq!(read(plan, phone), Some(belarus));
    }

    #[test]
    fn a_phone_is_spelled_in_every_style() {
        for (style, text) in [
            (PhoneStyle::PlusDigits, "+16505551212"),
            (PhoneStyle::Digits, "16505551212"),
            (PhoneStyle::ChatId, "16505551212@c.us"),
            (PhoneStyle::PlusCallingCode, "+1"),
            (PhoneStyle::CallingCode, "1"),
            (PhoneStyle::National, "6505551212"),
            (
                PhoneStyle::HashedDigits,
                "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176",
            ),
        ] {
            let spelled = spelled(style, 16_505_551_212, Plan::builtin());
            assert_eq!(spelled.as_deref(), Some(text), "{}", style.as_str());
        }
    }
}
