//! The phone cell → the phone that is the contact's identity, and everything worth saying of it.

use std::borrow::Cow;

use super::country::Homes;
use super::{PhoneRules, Refusal, Rules, problem};
use crate::contact::Field;
use crate::map::Draft;
use crate::phone::{
    Damage, Fiction, Found, Kind, Phone, Plan, Reading, Refusal as Reason, Refused, Region, Repair,
    read_at_length, read_ordinary,
};
use crate::problem::{Code, Confidence, Level, Problem, Suggestion};
use crate::text::trim;

/// A phone, and what is known of its line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) phone: Phone,
    pub(super) calling_code: u16,
    pub(super) region: Option<Region>,
    pub(super) kind: Kind,
}

impl From<Found> for Line {
    #[inline]
    fn from(found: Found) -> Line {
        let Found { phone, number, other_reading: _, fiction: _ } = found;
        Line {
            phone,
            calling_code: number.calling_code(),
            region: number.region(),
            kind: number.kind(),
        }
    }
}

/// The row's phone; or what is known of the number that was refused. Of several columns the first
/// with a valid number wins.
pub(super) fn read<'r>(
    draft: &Draft<'r>,
    rules: &Rules,
    homes: Homes,
    problems: &mut Vec<Problem<'r>>,
) -> Result<Line, Refusal> {
    if draft.columns().only_phone().is_some() {
        let (at, cell) = draft.find(Field::Phone);
        return Cell { draft, rules, homes, at: at.unwrap_or(0), cell }.line(problems);
    }
    read_several(draft, rules, homes, problems).map(Line::from)
}

/// The same for a row that may have several phones.
fn read_several<'r>(
    draft: &Draft<'r>,
    rules: &Rules,
    homes: Homes,
    problems: &mut Vec<Problem<'r>>,
) -> Result<Found, Refusal> {
    let mut cells = draft.phones();
    let Some((first, cell)) = cells.next() else {
        if let Some((at, cell)) = draft.first(Field::Phone) {
            problems.push(Problem {
                column: u32::try_from(at).ok(),
                value: cell.into(),
                ..problem(draft, Field::Phone, Code::PhoneLabelRefused)
            });
            return Err(Refusal::default());
        }
        let (at, cell) = draft.find(Field::Phone);
        return Cell { draft, rules, homes, at: at.unwrap_or(0), cell }.judge(problems).1;
    };
    let Some(second) = cells.next() else {
        return Cell { draft, rules, homes, at: first, cell }.judge(problems).1;
    };
    let judge = |(at, cell)| {
        let mut said = Vec::new();
        let (reading, found) = Cell { draft, rules, homes, at, cell }.judge(&mut said);
        (at, reading, found, said)
    };
    let judged: Vec<_> = [(first, cell), second].into_iter().chain(cells).map(judge).collect();
    let Some(taken) = judged.iter().position(|(_, _, found, _)| found.is_ok()) else {
        let first = judged.iter().find_map(|(_, _, found, _)| (*found).err());
        problems.extend(judged.into_iter().flat_map(|(_, _, _, said)| said));
        return Err(first.unwrap_or_default());
    };
    let phone = judged[taken].2.as_ref().map(|found| found.phone).ok();
    let mut result = Err(Refusal::default());
    for (index, (at, reading, found, said)) in judged.into_iter().enumerate() {
        if index == taken {
            problems.extend(said);
            result = found;
            continue;
        }
        let other = reading.verdict.as_ref().ok().map(|found| found.phone);
        let (code, detail) = match other {
            Some(other) if Some(other) == phone => continue,
            Some(other) => (Code::PhoneOtherColumn, format!("not taken: {other}")),
            None if index < taken => {
                let why = said.first().map_or("", |problem| problem.code.sentence());
                (Code::PhoneColumnSkipped, why.to_owned())
            }
            None => continue,
        };
        problems.push(Problem {
            column: u32::try_from(at).ok(),
            value: draft.cell(at).into(),
            detail: detail.into(),
            ..problem(draft, Field::Phone, code)
        });
    }
    result
}

/// A phone cell of a row.
struct Cell<'c, 'r> {
    draft: &'c Draft<'r>,
    rules: &'c Rules,
    homes: Homes,
    at: usize,
    cell: &'r str,
}

impl<'r> Cell<'_, 'r> {
    /// The area code that stands apart from the cell; a cell with a plus or a zero before its
    /// digits has its own.
    #[inline]
    fn area(&self) -> &'r str {
        if !self.draft.columns().has(Field::AreaCode) {
            return "";
        }
        let area = trim(self.draft.get(Field::AreaCode));
        let has_own = || self.cell.trim_start().starts_with(['+', '0']);
        if area.is_empty() || has_own() { "" } else { area }
    }

    /// The line of a cell beside which the row has no other; all there is to say is pushed.
    fn line(&self, problems: &mut Vec<Problem<'r>>) -> Result<Line, Refusal> {
        let Cell { draft, rules, homes, at, cell } = *self;
        let home = homes.of_phone(draft, rules.plan, at, problems);
        if self.area().is_empty()
            && let Some(found) = read_ordinary(rules.plan, cell, home, rules.phone.read)
            && rules.phone.kinds.has(Some(&found.number.kind()))
            && rules.phone.regions.has(found.number.region().as_ref())
        {
            // Most cells are such, and nothing needs to be said of them.
            return Ok(found.into());
        }
        self.judge_in(home, problems).1.map(Line::from)
    }

    /// How the cell is read, behind the area code that stands apart from it, if that makes a number
    /// of it. A mobile needs none.
    fn reading(&self, home: Option<Region>) -> Reading {
        let Cell { rules, cell, .. } = *self;
        let read = |text: &str| read_at_length(rules.plan, text, home, rules.phone.read);
        let area = self.area();
        let alone = read(cell);
        if area.is_empty() {
            return alone;
        }
        let is_mobile = |found: &Found| found.number.kind() == Kind::Mobile;
        if alone.verdict.as_ref().is_ok_and(|it| is_mobile(it) || begins_with(cell, area)) {
            return alone;
        }
        let whole = read(&format!("{area} {cell}"));
        if whole.verdict.is_ok() { whole } else { alone }
    }

    /// What the cell is read as, and whether it is wanted; all there is to say is pushed.
    fn judge(&self, problems: &mut Vec<Problem<'r>>) -> (Reading, Result<Found, Refusal>) {
        let home = self.homes.of_phone(self.draft, self.rules.plan, self.at, problems);
        self.judge_in(home, problems)
    }

    /// The same, where the cell is read in `home`.
    fn judge_in(
        &self,
        home: Option<Region>,
        problems: &mut Vec<Problem<'r>>,
    ) -> (Reading, Result<Found, Refusal>) {
        let Cell { draft, rules, homes: _, at, cell } = *self;
        let reading = self.reading(home);
        let mut wanted = true;
        for Finding { code, detail } in findings(&reading, home, &rules.phone) {
            wanted &= code.level() != Level::Error;
            let readings = if code == Code::PhoneAmbiguous { both(&reading) } else { Vec::new() };
            let suggestion = reading
                .suggestion
                .filter(|_| code.level() == Level::Error && reading.verdict.is_err())
                .map(|phone| Suggestion {
                    value: phone.to_string(),
                    confidence: Confidence::Medium,
                });
            problems.push(Problem {
                column: draft.columns().of(Field::Phone).and(u32::try_from(at).ok()),
                value: cell.into(),
                detail,
                suggestion,
                readings,
                ..problem(draft, Field::Phone, code)
            });
        }
        let found = match &reading.verdict {
            Ok(found) if wanted => Ok(*found),
            Err(Refused::Number(reason)) if *reason != Reason::Missing => Err(Refusal {
                unread: reading.unread.as_deref().and_then(|it| {
                    let read_by_run = self.homes.are_of_run(draft, rules.plan, at);
                    UnreadDigits::of(it, reading.suggestion.is_some(), read_by_run)
                }),
                variant_key: reading.variant_key,
            }),
            _ => Err(Refusal::default()),
        };
        (reading, found)
    }
}

/// Whether the digits of a number begin with those of an area code, whatever zero is before them.
fn begins_with(number: &str, area: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    digits(number).starts_with(digits(area).trim_start_matches('0'))
}

/// Something worth saying of a phone cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// What was seen, beyond the code's sentence; may be empty.
    pub detail: Cow<'static, str>,
}

/// Everything worth saying of a cell that was read in `home`, the worst first.
#[must_use]
pub fn findings(reading: &Reading, home: Option<Region>, rules: &PhoneRules) -> Vec<Finding> {
    let mut all = Vec::new();
    let mut say = |code: Code, detail: Cow<'static, str>| all.push(Finding { code, detail });
    match &reading.verdict {
        Err(refused) => {
            say(code_of(*refused), refusal_detail(*refused, home.filter(|_| reading.bare)));
            if reading.fiction.is_some() {
                say(Code::PhoneReserved, "".into());
            }
        }
        Ok(found) => {
            let (number, region) = (&found.number, found.number.region());
            if !rules.kinds.has(Some(&number.kind())) {
                say(Code::PhoneKindRefused, number.kind().as_str().into());
            }
            if !rules.regions.has(region.as_ref()) {
                let shown = region.map_or_else(|| "unknown".to_owned(), |it| it.to_string());
                say(Code::PhoneRegionRefused, shown.into());
            }
            if let Some(other) = found.other_reading {
                let (taken, not) = other.choice.names();
                let (taken, not) = (taken.replace('_', " "), not.replace('_', " "));
                let detail =
                    format!("taken as {}, {taken}, not {}, {not}", found.phone, other.phone);
                say(Code::PhoneAmbiguous, detail.into());
            }
            match found.fiction {
                Some(Fiction::Reserved) => say(Code::PhoneReserved, "".into()),
                Some(Fiction::Placeholder) => say(Code::PhonePlaceholder, "".into()),
                None => {}
            }
            if reading.vanity {
                say(Code::PhoneVanity, "".into());
            }
            if !number.extension().is_empty() {
                say(Code::PhoneExtension, format!("extension {}", number.extension()).into());
            }
        }
    }
    if reading.parted {
        let others: Vec<String> = reading.others.iter().map(ToString::to_string).collect();
        say(
            Code::PhoneSeveral,
            match others.len() {
                0 => "the rest of the cell is no other number".into(),
                _ => format!("not taken: {}", others.join(", ")).into(),
            },
        );
    }
    for repair in repairs_worth_saying(reading) {
        say(code_of_repair(repair), "".into());
    }
    all
}

/// A repair of a number that was refused all the same is no news, but for one without which the
/// text could be taken for a number.
fn repairs_worth_saying(reading: &Reading) -> impl Iterator<Item = Repair> {
    let read = reading.verdict.is_ok();
    let telling = |repair: &Repair| matches!(repair, Repair::DecimalTail | Repair::Link);
    reading.repairs.iter().filter(move |repair| read || telling(repair))
}

/// Both valid readings, the one that was taken first.
fn both(reading: &Reading) -> Vec<(&'static str, crate::phone::Phone)> {
    let Ok(found) = &reading.verdict else { return Vec::new() };
    let Some(other) = found.other_reading else { return Vec::new() };
    let (first, second) = other.choice.names();
    vec![(first, found.phone), (second, other.phone)]
}

fn refusal_detail(refused: Refused, home: Option<Region>) -> Cow<'static, str> {
    match (refused, home) {
        (
            Refused::Number(
                Reason::TooShort
                | Reason::TooLong
                | Reason::WrongLength
                | Reason::LocalOnly
                | Reason::Unassigned
                | Reason::NotValid,
            ),
            Some(home),
        ) => format!("read as a number of {home}").into(),
        _ => "".into(),
    }
}

fn code_of(refused: Refused) -> Code {
    match refused {
        Refused::Letters => Code::PhoneLetters,
        Refused::Several => Code::PhoneSeveralRefused,
        Refused::Damage(damage) => code_of_damage(damage),
        Refused::Number(refusal) => match refusal {
            Reason::Missing => Code::PhoneMissing,
            Reason::NotANumber => Code::PhoneNotANumber,
            Reason::NoRegion => Code::PhoneNoRegion,
            Reason::UnknownCallingCode => Code::PhoneUnknownCallingCode,
            Reason::TooShort => Code::PhoneTooShort,
            Reason::TooLong => Code::PhoneTooLong,
            Reason::WrongLength => Code::PhoneWrongLength,
            Reason::LocalOnly => Code::PhoneLocalOnly,
            Reason::Unassigned => Code::PhoneUnassigned,
            Reason::NotValid => Code::PhoneNotValid,
        },
    }
}

/// The code of a damage.
#[must_use]
pub fn code_of_damage(damage: Damage) -> Code {
    match damage {
        Damage::DigitsLost => Code::PhoneDigitsLost,
        Damage::ErrorValue => Code::PhoneErrorValue,
        Damage::Hashes => Code::PhoneHashes,
        Damage::Fraction => Code::PhoneFraction,
        Damage::Date => Code::PhoneDate,
        Damage::OtherAddress => Code::PhoneOtherAddress,
    }
}

/// The code of a repair.
#[must_use]
pub fn code_of_repair(repair: Repair) -> Code {
    match repair {
        Repair::Invisible => Code::PhoneInvisible,
        Repair::Formula => Code::PhoneFormula,
        Repair::Apostrophe => Code::PhoneApostrophe,
        Repair::Link => Code::PhoneLink,
        Repair::Exponent => Code::PhoneExponent,
        Repair::DecimalTail => Code::PhoneDecimalTail,
        Repair::ZeroBeforePlus => Code::PhoneZeroBeforePlus,
        Repair::ForeignPrefix => Code::PhoneForeignPrefix,
        Repair::PlusAdded => Code::PhonePlusAdded,
        Repair::MexicoOne => Code::PhoneMexicoOne,
        Repair::BeninPrefix => Code::PhoneBeninPrefix,
    }
}

/// Digits without a plus that no number of the home region has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct UnreadDigits {
    /// Four bits each, behind a 1 that keeps leading zeros.
    digits: u64,
    /// As an international number they would be valid.
    pub valid_as_international: bool,
    /// The row names no region, so that they were read in the home region of the run.
    pub read_by_run: bool,
}

impl UnreadDigits {
    /// The digits of a cell that holds nothing but at most 15 digits and separators.
    fn of(cell: &str, valid_as_international: bool, read_by_run: bool) -> Option<UnreadDigits> {
        const DIGITS_MAX: u32 = 15;
        let mut digits = 1u64;
        for byte in cell.trim().bytes() {
            match byte {
                b'0'..=b'9' if digits >> (4 * DIGITS_MAX) == 0 => {
                    digits = digits << 4 | u64::from(byte - b'0');
                }
                b' ' | b'-' | b'.' | b'(' | b')' => {}
                _ => return None,
            }
        }
        (digits > 1).then_some(UnreadDigits { digits, valid_as_international, read_by_run })
    }

    /// The kind of valid number of the region that they are.
    #[must_use]
    pub fn kind_in(self, plan: &Plan, region: Region) -> Option<Kind> {
        let count = self.digits.ilog2() / 4;
        let digits = self.digits ^ 1 << (4 * count);
        let number = plan.parse_digits(digits, count as usize, region).ok()?;
        (number.is_valid() && number.region() == Some(region)).then(|| number.kind())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unread_digits_keep_their_leading_zeros_and_find_their_region() {
        let plan = Plan::builtin();
        let of = |cell| UnreadDigits::of(cell, false, true);
        let region = |text: &str| text.parse::<Region>().expect("a region");
        let indian = of("098765 43210").expect("digits");
        assert_eq!(indian.kind_in(plan, region("IN")), Some(Kind::Mobile));
        assert_eq!(indian.kind_in(plan, region("AE")), None);
        for none in ["", "+919876543210", "call 1", "1234567890123456"] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
