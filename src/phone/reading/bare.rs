//! Digits without a plus → the number that they are: a national one, or an international one that lost
//! its plus or has a prefix that is dialled elsewhere; and whether both readings are valid.

use super::super::cell::{Repair, Repairs};
use super::super::identity::modern_spelling;
use super::super::kind::Refusal;
use super::super::number::{Number, Phone};
use super::super::plan::Plan;
use super::super::region::Region;
use super::super::trace::{Attempt, Trace};
use super::{Choice, DigitsAs, OtherReading, Reader, Refused};

impl<T: Trace> Reader<'_, T> {
    /// Digits without a plus.
    pub(super) fn read_bare(
        &mut self,
        text: &str,
        repairs: &mut Repairs,
    ) -> Result<Number, Refused> {
        let (attempt, number) = match (self.rules.digits, self.home) {
            (DigitsAs::International, _) | (DigitsAs::Auto, None) => {
                return self.read_international(text, repairs);
            }
            (DigitsAs::Auto, home) => (Attempt::Reference, self.plan.parse(text, home)),
            (DigitsAs::National, Some(home)) => {
                (Attempt::National, read_as_national(self.plan, text, home))
            }
            (DigitsAs::National, None) => (Attempt::National, Err(Refusal::NoRegion)),
        };
        let number = self.tried(attempt, text, number);
        // `00` and `011` are no beginning of a national number anywhere they are not dialled.
        if !number.as_ref().is_ok_and(Number::is_valid)
            && let Some(number) = self.after_foreign_prefix(text)
        {
            repairs.add(Repair::ForeignPrefix);
            return Ok(number);
        }
        number.map_err(Refused::Number)
    }

    /// Digits that lost their plus.
    fn read_international(&mut self, text: &str, repairs: &mut Repairs) -> Result<Number, Refused> {
        if let Some(number) = self.after_foreign_prefix(text) {
            repairs.add(Repair::ForeignPrefix);
            return Ok(number);
        }
        let number = self.parse_international(text);
        let number = self.tried(Attempt::International, text, number);
        match number {
            Ok(number) if is_usable(&number) || self.rules.digits == DigitsAs::International => {
                repairs.add(Repair::PlusAdded);
                Ok(number)
            }
            // What cannot be read without a region is no bad number.
            Ok(_) => Err(Refused::Number(Refusal::NoRegion)),
            Err(Refusal::UnknownCallingCode) if self.rules.digits == DigitsAs::Auto => {
                Err(Refused::Number(Refusal::NoRegion))
            }
            Err(refusal) => Err(Refused::Number(refusal)),
        }
    }

    /// The number after an international prefix that the home region does not dial.
    fn after_foreign_prefix(&mut self, text: &str) -> Option<Number> {
        let rest = ["00", "011"].iter().find_map(|prefix| text.strip_prefix(prefix))?;
        let number = self.parse_international(rest);
        let number = self.tried(Attempt::AfterForeignPrefix, rest, number).ok()?;
        // Every digit counts: a parser that drops one has read another number.
        let digits = rest.bytes().filter(u8::is_ascii_digit);
        let value = digits
            .fold(0u64, |all, digit| all.wrapping_mul(10).wrapping_add(u64::from(digit - b'0')));
        let whole = number.as_u64() == Some(value);
        (whole && is_usable(&number) && !self.is_nearly_national(text)).then_some(number)
    }

    /// Whether digits are a national number but for one too few or two too many: then what they
    /// begin with is the beginning of that.
    fn is_nearly_national(&self, text: &str) -> bool {
        const SURPLUS_MAX: usize = 2;
        if self.home.is_none() {
            return false;
        }
        let is_valid = |text: &str| {
            let number = self.plan.parse(text, self.home);
            number.is_ok_and(|number| number.is_valid() && is_national(text, &number))
        };
        let mut digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let shorter = |less: usize| digits.get(..digits.len() - less).is_some_and(is_valid);
        (1..=SURPLUS_MAX).any(shorter)
            || ('0'..='9').any(|digit| {
                digits.push(digit);
                let longer = is_valid(&digits);
                digits.pop();
                longer
            })
    }

    pub(super) fn parse_international(&self, text: &str) -> Result<Number, Refusal> {
        self.plan.parse_after_plus(text)
    }
}

/// Whether a number is valid, or would be if it were spelled as it is today.
fn is_usable(number: &Number) -> bool {
    number.is_valid() || modern_spelling(number).is_some()
}

/// Whether digits without a plus were read as a national number: none became the calling code.
fn is_national(text: &str, number: &Number) -> bool {
    !begins_with_code(text, number)
}

/// Whether digits without a plus begin with the calling code that they were read with.
pub(super) fn begins_with_code(text: &str, number: &Number) -> bool {
    let digits = || text.bytes().filter(u8::is_ascii_digit);
    // Those of the extension come last.
    let own = digits().count().saturating_sub(number.extension().len());
    let mut digits = digits().take(own).skip_while(|digit| *digit == b'0');
    let code = number.calling_code_digits();
    let begins = code.bytes().all(|digit| digits.next() == Some(digit));
    begins && code.len() + digits.count() > number.national_bytes().len()
}

/// Whether the separators in digits without a plus do not deny that they begin with a calling code:
/// the first group is the code, or holds more than a national group does.
pub(super) fn is_grouped_by_code(text: &str, number: &Number) -> bool {
    let group: String =
        text.trim_start_matches(['(', ' ']).chars().take_while(char::is_ascii_digit).collect();
    let all = text.bytes().filter(u8::is_ascii_digit).count();
    let code = number.calling_code().to_string();
    group.len() == all || group == code || group.len() > code.len() + 3
}

/// The other reading of digits without a plus, if it is valid and of another phone than the one
/// that they were read as.
pub(in super::super) fn other_reading(
    plan: &Plan,
    home: Option<Region>,
    text: &str,
    number: &Number,
    phone: Phone,
) -> Option<OtherReading> {
    reading_of_bare(plan, home, text, number).filter(|other| other.phone != phone)
}

/// The valid reading of digits without a plus beside the one by which they are `number`.
pub(super) fn reading_of_bare(
    plan: &Plan,
    home: Option<Region>,
    text: &str,
    number: &Number,
) -> Option<OtherReading> {
    let start = text.trim_start_matches(['(', ' ', '-']);
    let (other, choice) = if let Some(rest) = start.strip_prefix("00") {
        (plan.parse_after_plus(rest), Choice::CarrierPrefix)
    } else if start.starts_with('0') {
        // No calling code begins with 0.
        return None;
    } else if is_national(text, number) && is_of(plan, home, number) {
        (plan.parse_after_plus(text), Choice::National)
    } else {
        (read_as_national(plan, text, home?), Choice::International)
    };
    let phone = other.and_then(|other| other.phone()).ok()?;
    Some(OtherReading { phone, choice })
}

/// Whether a number has the calling code of the home region.
fn is_of(plan: &Plan, home: Option<Region>, number: &Number) -> bool {
    let code = home.and_then(|home| plan.calling_code(home));
    code == Some(number.calling_code())
}

/// Digits as a national number of a region, even if they begin with its calling code.
pub(in super::super) fn read_as_national(
    plan: &Plan,
    text: &str,
    home: Region,
) -> Result<Number, Refusal> {
    let number = plan.parse(text, Some(home));
    if number.as_ref().is_ok_and(|number| is_national(text, number)) {
        return number;
    }
    plan.parse_after_code(plan.calling_code(home).ok_or(Refusal::NoRegion)?, text)
}

/// The part of a text from its first digit on, where no plus and no context says whether that is
/// national or international. What stands before is passed over, as libphonenumber does.
pub(in super::super) fn bare_digits(text: &str) -> Option<&str> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return (!text.is_empty()).then_some(text);
    }
    let start = text.find(|c: char| c.is_ascii_digit() || c == '+')?;
    // A bracket belongs to its group.
    let open = text[..start].ends_with('(');
    let at = start - usize::from(open);
    let context = text.contains(";phone-context");
    let glued = text[..at].chars().next_back().is_some_and(char::is_alphabetic);
    (!text[start..].starts_with('+') && !context && !glued).then(|| &text[at..])
}
