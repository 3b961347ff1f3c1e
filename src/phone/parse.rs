//! In: text and a home region. Out: a [`Number`], or a [`Refusal`].
//!
//! Ordinary text, which is digits with separators, takes a short way to its digits (`plain.rs`);
//! all other text takes the complete one (`text.rs`). Both go on here, by the reference's rules:
//!
//! 1. **Calling code.** After `+` or the home region's international prefix it comes first. Without
//!    either the number is national, unless it begins with the home region's own calling code and
//!    makes a better number without it.
//! 2. **National prefix.** It comes off, unless that spoils a number that was good before, or
//!    leaves a number of an impossible length.
//! 3. **Judgement.** One walk over the national number tells region, kind and validity.

use super::automaton::{Answer, walk};
use super::digits::Digits;
use super::kind::{Length, Refusal};
use super::number::{E164, Extension, Number};
use super::pattern::NATIONAL_DIGITS_MAX;
use super::plain;
use super::region::Region;
use super::tables::{CodeRow, Judgement, LENGTHS, RegionRow, Tables};
use super::text::{self, Letters, Plus, Reading};

/// The fewest digits of a national number.
const NATIONAL_DIGITS_MIN: usize = 2;

/// What to do with a number that was written with letters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Vanity {
    /// Refuse it.
    Refused,
    /// Read each letter as the digit on whose key it stands.
    Read,
}

/// Reads text, and judges the number in it.
#[inline(always)]
pub(super) fn parse(
    tables: &Tables,
    text: &str,
    home: Option<Region>,
    vanity: Vanity,
) -> Result<Number, Refusal> {
    let home = home.and_then(|region| tables.region(region));
    match plain::read(text) {
        Some((plus, digits)) => resolve(tables, plus, digits, home, Extension::Absent),
        None => parse_any(tables, text, home, vanity),
    }
}

/// As [`parse`], for text that is not the most ordinary.
#[cold]
#[inline(never)]
fn parse_any(
    tables: &Tables,
    text: &str,
    home: Option<&RegionRow>,
    vanity: Vanity,
) -> Result<Number, Refusal> {
    let (plus, digits, extension) = match plain::read_characters(text) {
        Some((plus, digits)) => (plus, digits, Extension::Absent),
        None => read_any(text, home, vanity)?,
    };
    resolve(tables, plus, digits, home, extension)
}

/// Reads text that is not ordinary.
fn read_any(
    text: &str,
    home: Option<&RegionRow>,
    vanity: Vanity,
) -> Result<(Plus, Digits, Extension), Refusal> {
    let Reading { plus, digits, letters, extension } = match text::read(text) {
        Err(Refusal::NotANumber) if text.trim().is_empty() => return Err(Refusal::Missing),
        reading => reading?,
    };
    if plus == Plus::Absent && home.is_none() {
        return Err(Refusal::NoRegion);
    }
    if letters == Letters::Present && vanity == Vanity::Refused {
        return Err(Refusal::NotANumber);
    }
    Ok((plus, digits, extension))
}

/// A number's calling code, and the region by whose rules its national prefix comes off.
type Code<'t> = (&'t CodeRow, &'t RegionRow);

/// Tells the parts of a number apart, and judges it.
#[inline(always)]
fn resolve(
    tables: &Tables,
    plus: Plus,
    mut digits: Digits,
    home: Option<&RegionRow>,
    extension: Extension,
) -> Result<Number, Refusal> {
    let (code, rules) = match (plus, home) {
        (Plus::Present, home) => take_code_after_plus(tables, &mut digits, home)?,
        (Plus::Absent, None) => return Err(Refusal::NoRegion),
        (Plus::Absent, Some(home)) => take_code_at_home(tables, &mut digits, home)?
            .unwrap_or_else(|| (&tables.codes[usize::from(home.code)], home)),
    };
    if digits.len() < NATIONAL_DIGITS_MIN {
        return Err(Refusal::TooShort);
    }
    let mut answer = None;
    if let Some(trunk) = find_trunk(tables, rules, &digits)
        && let length = compare(rules, trunk.rest.len())
        && matches!(length, Length::Possible | Length::TooLong)
    {
        digits = trunk.rest;
        // Mostly the walk that tried the prefix has judged the number too.
        answer = (rules.general == code.judge).then_some(trunk.answer);
    }
    if digits.len() < NATIONAL_DIGITS_MIN {
        return Err(Refusal::TooShort);
    }
    if digits.len() > NATIONAL_DIGITS_MAX {
        return Err(Refusal::TooLong);
    }
    let judge = || walk(&tables.nodes, &tables.tails, code.judge, &digits);
    let judgement = Judgement(answer.unwrap_or_else(judge));
    let region = |place| tables.regions[usize::from(code.main + place)].id;
    Ok(Number {
        e164: E164::new(code, &digits),
        calling_code: code.code,
        region: judgement.region().map(region),
        kind: judgement.kind(),
        length: compare(&tables.regions[usize::from(code.main)], digits.len()),
        assigned: judgement.assigned(),
        extension,
    })
}

/// Takes the calling code off a number that was written with a plus. The plus may be one too many,
/// before an international prefix or the home region's calling code; then it does not count.
#[inline(always)]
fn take_code_after_plus<'t>(
    tables: &'t Tables,
    digits: &mut Digits,
    home: Option<&RegionRow>,
) -> Result<Code<'t>, Refusal> {
    match (take_code(tables, digits), home) {
        (Err(Refusal::UnknownCallingCode), Some(home)) => {
            take_code_at_home(tables, digits, home)?.ok_or(Refusal::UnknownCallingCode)
        }
        (code, _) => code,
    }
}

/// Takes the calling code off what follows a plus or an international prefix.
#[inline(always)]
fn take_code<'t>(tables: &'t Tables, digits: &mut Digits) -> Result<Code<'t>, Refusal> {
    if digits.len() < 3 {
        return Err(Refusal::TooShort);
    }
    let row = tables.code_by_digits.get(digits.leading(3) as usize).copied().unwrap_or(0);
    let code = row.checked_sub(1).and_then(|row| tables.codes.get(usize::from(row)));
    let code = code.ok_or(Refusal::UnknownCallingCode)?;
    digits.skip(usize::from(code.digits));
    Ok((code, &tables.regions[usize::from(code.main)]))
}

/// Takes the calling code off a number dialled from the home region, if it has one: after an
/// international prefix, or where the number is better without the region's own calling code.
#[inline(always)]
fn take_code_at_home<'t>(
    tables: &'t Tables,
    digits: &mut Digits,
    home: &RegionRow,
) -> Result<Option<Code<'t>>, Refusal> {
    if let Some(found) = home.idd.find(&tables.steps, digits)
        // No calling code begins with zero, so what does was no international prefix.
        && digits.get(found.end) != Some(0)
    {
        digits.skip(found.end);
        return take_code(tables, digits).map(Some);
    }
    let code = &tables.codes[usize::from(home.code)];
    if !begins_with_code(digits, code) {
        return Ok(None);
    }
    let mut national = *digits;
    national.skip(usize::from(code.digits));
    if let Some(trunk) = find_trunk(tables, home, &national) {
        national = trunk.rest;
    }
    let better = compare(home, digits.len()) == Length::TooLong
        || !is_general(tables, home, digits) && is_general(tables, home, &national);
    if !better {
        return Ok(None);
    }
    *digits = national;
    Ok(Some((code, &tables.regions[usize::from(code.main)])))
}

fn begins_with_code(digits: &Digits, code: &CodeRow) -> bool {
    let length = usize::from(code.digits);
    digits.len() >= length && digits.leading(length) == u64::from(code.packed)
}

/// A number without its national prefix.
struct Trunk {
    /// What is left; what the prefix stands for has taken its place.
    rest: Digits,
    /// What the region's general automaton says of it.
    answer: Answer,
}

/// Finds the national prefix. It must stay, and is not found, where the number matches the general
/// pattern of its region and would not without the prefix.
#[inline(always)]
fn find_trunk(tables: &Tables, rules: &RegionRow, digits: &Digits) -> Option<Trunk> {
    let prefix = rules.trunk.find(&tables.steps, digits)?;
    // A transformation applies only where the last group took part in the match.
    let transforms = rules.transform.group > 0 && prefix.group(rules.trunk.groups).is_some();
    let mut rest = *digits;
    if transforms {
        rest.transform(&prefix, rules.transform);
    } else {
        rest.skip(prefix.end);
    }
    let answer = ask_general(tables, rules, &rest);
    let spoilt = answer & rules.general_bit == 0 && is_general(tables, rules, digits);
    (!spoilt).then_some(Trunk { rest, answer })
}

/// What the general automaton of a region says of a number; its general bit tells whether the
/// number matches the general pattern.
#[inline]
fn ask_general(tables: &Tables, region: &RegionRow, digits: &Digits) -> Answer {
    walk(&tables.nodes, &tables.tails, region.general, digits)
}

fn is_general(tables: &Tables, region: &RegionRow, digits: &Digits) -> bool {
    ask_general(tables, region, digits) & region.general_bit != 0
}

/// How the length of a national number compares with those of a region.
#[inline]
fn compare(region: &RegionRow, length: usize) -> Length {
    region.lengths[length.min(LENGTHS - 1)]
}
