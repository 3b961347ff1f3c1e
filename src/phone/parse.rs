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
use super::program::Match;
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
pub(super) fn parse(
    tables: &Tables,
    text: &str,
    home: Option<Region>,
    vanity: Vanity,
) -> Result<Number, Refusal> {
    let home = home.and_then(|region| tables.region(region));
    let mut digits = Digits::new();
    if let Some(plus) = plain::read(text, &mut digits) {
        return resolve(tables, plus, &mut digits, home, Extension::NONE);
    }
    let Reading { plus, mut digits, letters, extension } = match text::read(text) {
        Err(Refusal::NotANumber) if text.trim().is_empty() => return Err(Refusal::Missing),
        reading => reading?,
    };
    if plus == Plus::Absent && home.is_none() {
        return Err(Refusal::NoRegion);
    }
    if letters == Letters::Present && vanity == Vanity::Refused {
        return Err(Refusal::NotANumber);
    }
    resolve(tables, plus, &mut digits, home, extension)
}

/// A number's calling code, and the region by whose rules its national prefix comes off.
type Code<'t> = (&'t CodeRow, &'t RegionRow);

/// Tells the parts of a number apart, and judges it.
fn resolve(
    tables: &Tables,
    plus: Plus,
    digits: &mut Digits,
    home: Option<&RegionRow>,
    extension: Extension,
) -> Result<Number, Refusal> {
    let (code, rules) = match (plus, home) {
        (Plus::Present, home) => take_code_after_plus(tables, digits, home)?,
        (Plus::Absent, None) => return Err(Refusal::NoRegion),
        (Plus::Absent, Some(home)) => take_code_at_home(tables, digits, home)?
            .unwrap_or_else(|| (&tables.codes[usize::from(home.code)], home)),
    };
    if digits.len() < NATIONAL_DIGITS_MIN {
        return Err(Refusal::TooShort);
    }
    let mut answer = None;
    if let Some(trunk) = find_trunk(tables, rules, digits)
        && let length = compare(rules, trunk.length_after(rules, digits))
        && matches!(length, Length::Possible | Length::TooLong)
    {
        trunk.take_off(rules, digits);
        // Mostly the walk that tried the prefix has judged the number too.
        answer = (rules.general == code.judge).then_some(trunk.answer);
    }
    if digits.len() < NATIONAL_DIGITS_MIN {
        return Err(Refusal::TooShort);
    }
    if digits.len() > NATIONAL_DIGITS_MAX {
        return Err(Refusal::TooLong);
    }
    let judge = || walk(&tables.nodes, &tables.tails, code.judge, digits.as_slice());
    let judgement = Judgement(answer.unwrap_or_else(judge));
    let region = |place| tables.regions[usize::from(code.main + place)].id;
    Ok(Number {
        e164: E164::new(code, digits),
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
#[inline]
fn take_code<'t>(tables: &'t Tables, digits: &mut Digits) -> Result<Code<'t>, Refusal> {
    let &[a, b, c, ..] = digits.as_slice() else {
        return Err(Refusal::TooShort);
    };
    let leading = usize::from(a) * 100 + usize::from(b) * 10 + usize::from(c);
    let row = tables.code_by_digits.get(leading).copied().unwrap_or(0);
    let code = row.checked_sub(1).and_then(|row| tables.codes.get(usize::from(row)));
    let code = code.ok_or(Refusal::UnknownCallingCode)?;
    digits.skip(usize::from(code.digits));
    Ok((code, &tables.regions[usize::from(code.main)]))
}

/// Takes the calling code off a number dialled from the home region, if it has one: after an
/// international prefix, or where the number is better without the region's own calling code.
fn take_code_at_home<'t>(
    tables: &'t Tables,
    digits: &mut Digits,
    home: &RegionRow,
) -> Result<Option<Code<'t>>, Refusal> {
    let slice = digits.as_slice();
    if home.idd.may_match(slice)
        && let Some(found) = home.idd.run(&tables.steps, slice)
        // No calling code begins with zero, so what does was no international prefix.
        && slice.get(found.end) != Some(&0)
    {
        digits.skip(found.end);
        return take_code(tables, digits).map(Some);
    }
    let code = &tables.codes[usize::from(home.code)];
    if !begins_with_code(slice, code) {
        return Ok(None);
    }
    let mut national = *digits;
    national.skip(usize::from(code.digits));
    if let Some(trunk) = find_trunk(tables, home, &national) {
        trunk.take_off(home, &mut national);
    }
    let better = compare(home, digits.len()) == Length::TooLong
        || !is_general(tables, home, slice) && is_general(tables, home, national.as_slice());
    if !better {
        return Ok(None);
    }
    *digits = national;
    Ok(Some((code, &tables.regions[usize::from(code.main)])))
}

fn begins_with_code(digits: &[u8], code: &CodeRow) -> bool {
    let leading = digits.iter().take(usize::from(code.digits));
    let value = leading.fold(0, |value, &digit| value * 10 + u16::from(digit));
    value == code.code
}

/// A national prefix that may come off a number.
struct Trunk {
    prefix: Match,
    effect: Effect,
    /// What the region's general automaton says of the number without the prefix.
    answer: Answer,
}

/// What becomes of a national prefix.
enum Effect {
    /// It only comes off.
    Removed,
    /// It stands for something, which takes its place.
    Transformed,
}

impl Trunk {
    /// The length of the number that [`Trunk::take_off`] leaves.
    fn length_after(&self, rules: &RegionRow, digits: &Digits) -> usize {
        let rest = digits.len() - self.prefix.end;
        match self.effect {
            Effect::Removed => rest,
            Effect::Transformed => {
                let group = self.prefix.group(rules.transform.group).map_or(0, |group| group.len());
                usize::from(rules.transform.literals) + group + rest
            }
        }
    }

    fn take_off(&self, rules: &RegionRow, digits: &mut Digits) {
        match self.effect {
            Effect::Removed => digits.skip(self.prefix.end),
            Effect::Transformed => digits.transform(&self.prefix, rules.transform),
        }
    }
}

/// Finds the national prefix. It must stay, and is not found, where the number matches the general
/// pattern of its region and would not without the prefix.
#[inline]
fn find_trunk(tables: &Tables, rules: &RegionRow, digits: &Digits) -> Option<Trunk> {
    if rules.trunk.may_match(digits.as_slice()) { match_trunk(tables, rules, digits) } else { None }
}

fn match_trunk(tables: &Tables, rules: &RegionRow, digits: &Digits) -> Option<Trunk> {
    let slice = digits.as_slice();
    let prefix = rules.trunk.run(&tables.steps, slice)?;
    // A transformation applies only where the last group took part in the match.
    let transforms = rules.transform.group > 0 && prefix.group(rules.trunk.groups).is_some();
    let (effect, answer) = if transforms {
        let mut after = *digits;
        after.transform(&prefix, rules.transform);
        (Effect::Transformed, ask_general(tables, rules, after.as_slice()))
    } else {
        (Effect::Removed, ask_general(tables, rules, &slice[prefix.end..]))
    };
    let spoilt = answer & rules.general_bit == 0 && is_general(tables, rules, slice);
    (!spoilt).then_some(Trunk { prefix, effect, answer })
}

/// What the general automaton of a region says of a number; its general bit tells whether the
/// number matches the general pattern.
#[inline]
fn ask_general(tables: &Tables, region: &RegionRow, digits: &[u8]) -> Answer {
    walk(&tables.nodes, &tables.tails, region.general, digits)
}

fn is_general(tables: &Tables, region: &RegionRow, digits: &[u8]) -> bool {
    ask_general(tables, region, digits) & region.general_bit != 0
}

/// How the length of a national number compares with those of a region.
#[inline]
fn compare(region: &RegionRow, length: usize) -> Length {
    region.lengths[length.min(LENGTHS - 1)]
}
