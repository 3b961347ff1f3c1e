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

use super::automaton::{Answer, NodeRef, walk};
use super::digits::Digits;
use super::kind::{Length, Refusal};
use super::number::{E164, Extension, Number};
use super::pattern::NATIONAL_DIGITS_MAX;
use super::plain;
use super::region::Region;
use super::tables::{CodeRow, Judgement, LENGTHS, RegionRow, Tables};
use super::text::{self, Letters, Plus};
use std::hint::select_unpredictable;

/// The fewest digits of a national number.
const NATIONAL_DIGITS_MIN: usize = 2;

/// A calling code is told by so many digits, and nothing shorter has one.
const CODE_DIGITS_READ: usize = 3;

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
    // What is rare fills in an extension; else nothing of it is ever moved.
    let mut extension = Extension::Absent;
    let (plus, digits) = match plain::read(text) {
        Some(read) => read,
        None => read_any(tables, text, home, vanity, &mut extension)?,
    };
    resolve(tables, plus, digits, home, extension)
}

/// Reads the most ordinary text as if a plus stood before it, and the digits of a calling code, if
/// one is given; nothing where the text is other than that, or has a plus of its own.
pub(super) fn parse_after(
    tables: &Tables,
    code: Option<u16>,
    text: &str,
) -> Option<Result<Number, Refusal>> {
    let (Plus::Absent, mut digits) = plain::read(text)? else { return None };
    let mut code = code.unwrap_or(0);
    while code > 0 {
        digits = digits.put((code % 10) as u8);
        code /= 10;
    }
    Some(resolve(tables, Plus::Present, digits, None, Extension::Absent))
}

/// Reads digits with nothing before them or among them.
pub(super) fn parse_digits(
    tables: &Tables,
    digits: Digits,
    home: Option<Region>,
) -> Result<Number, Refusal> {
    resolve(tables, Plus::Absent, digits, home, Extension::Absent)
}

/// Reads text that is not the most ordinary.
#[cold]
#[inline(never)]
fn read_any(
    tables: &Tables,
    text: &str,
    home: Option<Region>,
    vanity: Vanity,
    extension: &mut Extension,
) -> Result<(Plus, Digits), Refusal> {
    if let Some(read) = plain::read_characters(text) {
        return Ok(read);
    }
    let reading = match text::read(text) {
        Err(Refusal::NotANumber) if text.trim().is_empty() => return Err(Refusal::Missing),
        reading => reading?,
    };
    if reading.plus == Plus::Absent && home.and_then(|home| tables.region(home)).is_none() {
        return Err(Refusal::NoRegion);
    }
    if reading.letters == Letters::Present && vanity == Vanity::Refused {
        return Err(Refusal::NotANumber);
    }
    *extension = reading.extension;
    Ok((reading.plus, reading.digits))
}

/// What stands after a number's calling code, the code, and the region by whose rules the national
/// prefix comes off.
type Taken<'t> = (Digits, &'t CodeRow, &'t RegionRow);

/// Tells the parts of a number apart, and judges it.
#[inline(always)]
fn resolve(
    tables: &Tables,
    plus: Plus,
    digits: Digits,
    home: Option<Region>,
    extension: Extension,
) -> Result<Number, Refusal> {
    let taken = match plus {
        Plus::Present => match take_code(tables, digits) {
            Some(taken) => Some(taken),
            None => take_code_in_spite_of_plus(tables, digits, home),
        },
        Plus::Absent => {
            let home = home.and_then(|home| tables.region(home)).ok_or(Refusal::NoRegion)?;
            let national = (digits, &tables.codes[usize::from(home.code)], home);
            take_code_at_home(tables, digits, home, Some(national))
        }
    };
    let (digits, code, rules) = taken.ok_or_else(|| refusal_of_code(tables, plus, digits, home))?;
    if digits.len() < NATIONAL_DIGITS_MIN {
        return Err(Refusal::TooShort);
    }
    let (digits, answer) = judge(tables, code, rules, digits);
    if digits.len() < NATIONAL_DIGITS_MIN {
        return Err(Refusal::TooShort);
    }
    if digits.len() > NATIONAL_DIGITS_MAX {
        return Err(Refusal::TooLong);
    }
    let judgement = Judgement(answer);
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

/// Takes the calling code off what follows a plus or an international prefix.
#[inline(always)]
fn take_code(tables: &Tables, digits: Digits) -> Option<Taken<'_>> {
    if digits.len() < CODE_DIGITS_READ {
        return None;
    }
    let row = *tables.code_by_digits.get(digits.leading(CODE_DIGITS_READ) as usize)?;
    let code = tables.codes.get(usize::from(row.checked_sub(1)?))?;
    let rules = &tables.regions[usize::from(code.main)];
    Some((digits.without(usize::from(code.digits)), code, rules))
}

/// Takes the calling code off a number whose plus is one too many: it stands before an international
/// prefix or the home region's calling code, and does not count.
#[cold]
#[inline(never)]
fn take_code_in_spite_of_plus(
    tables: &Tables,
    digits: Digits,
    home: Option<Region>,
) -> Option<Taken<'_>> {
    let home = home.and_then(|home| tables.region(home));
    let home = home.filter(|_| digits.len() >= CODE_DIGITS_READ)?;
    take_code_at_home(tables, digits, home, None)
}

/// Takes the calling code off a number dialled from the home region, if it has one: after an
/// international prefix, or where the number is better without the region's own calling code.
/// Else it is what it is as a `national` number.
#[inline(always)]
fn take_code_at_home<'t>(
    tables: &'t Tables,
    digits: Digits,
    home: &RegionRow,
    national: Option<Taken<'t>>,
) -> Option<Taken<'t>> {
    if let Some(rest) = without_idd(tables, home, digits) {
        return take_code(tables, rest);
    }
    let code = &tables.codes[usize::from(home.code)];
    let length = usize::from(code.digits);
    if digits.len() < length || digits.leading(length) != u64::from(code.packed) {
        return national;
    }
    match without_own_code(tables, home, code, digits) {
        Some(rest) => Some((rest, code, &tables.regions[usize::from(code.main)])),
        None => national,
    }
}

/// Takes off the international prefix, if there is one.
#[inline(always)]
fn without_idd(tables: &Tables, home: &RegionRow, digits: Digits) -> Option<Digits> {
    let end = match home.idd.tell(digits) {
        Some(0) => return None,
        Some(sure) => sure,
        None => usize::from(tables.find(&home.idd, digits)?.end),
    };
    // No calling code begins with zero, so what does was no international prefix.
    (digits.get(end) != Some(0)).then(|| digits.without(end))
}

/// Why a number has no calling code.
#[cold]
#[inline(never)]
fn refusal_of_code(tables: &Tables, plus: Plus, digits: Digits, home: Option<Region>) -> Refusal {
    let home = home.and_then(|home| tables.region(home));
    let rest = home.and_then(|home| without_idd(tables, home, digits)).unwrap_or(digits);
    if rest.len() < CODE_DIGITS_READ || plus == Plus::Present && digits.len() < CODE_DIGITS_READ {
        Refusal::TooShort
    } else {
        Refusal::UnknownCallingCode
    }
}

/// Takes the home region's own calling code off, and the national prefix after it, if the number is
/// better so.
#[inline(never)]
fn without_own_code(
    tables: &Tables,
    home: &RegionRow,
    code: &CodeRow,
    digits: Digits,
) -> Option<Digits> {
    let is_general = |answer: Answer| answer & home.general_bit != 0;
    let national = digits.without(usize::from(code.digits));
    let (national, answer, _) = take_trunk(tables, home, home.general, national);
    let better = compare(home, digits.len()) == Length::TooLong
        || is_general(answer) && !is_general(ask(tables, home.general, digits));
    better.then_some(national)
}

/// Takes the national prefix off, unless that leaves a number of an impossible length, and judges
/// the number.
#[inline(always)]
fn judge(tables: &Tables, code: &CodeRow, rules: &RegionRow, digits: Digits) -> (Digits, Answer) {
    let (rest, answer, asked) = take_trunk(tables, rules, code.judge, digits);
    let fits = matches!(compare(rules, rest.len()), Length::Possible | Length::TooLong);
    if !fits && rest != digits {
        return (digits, ask(tables, code.judge, digits));
    }
    // Mostly the walk that tried the prefix has judged the number too.
    (rest, if asked == code.judge { answer } else { ask(tables, code.judge, rest) })
}

/// Takes the national prefix off. It must stay where the number matches the general pattern of its
/// region and would not without the prefix.
///
/// The general automaton of the region is asked about what is left; `root` where nothing is taken.
/// Which of the two it will be cannot be foretold, so both are one way. Yields what is left, the
/// answer, and the root that gave it.
#[inline(always)]
fn take_trunk(
    tables: &Tables,
    rules: &RegionRow,
    root: NodeRef,
    digits: Digits,
) -> (Digits, Answer, NodeRef) {
    let (rest, taken) = match rules.trunk.tell(digits) {
        Some(sure) => (digits.without(sure), sure > 0),
        None => without_trunk(tables, rules, digits),
    };
    let asked = select_unpredictable(taken, rules.general, root);
    let answer = walk(&tables.nodes, &tables.tails, asked, rest);
    if answer & rules.general_bit == 0 && taken {
        let before = ask(tables, rules.general, digits);
        if before & rules.general_bit != 0 {
            return (digits, before, rules.general);
        }
    }
    (rest, answer, asked)
}

/// Takes off a national prefix of which two digits do not tell enough, if there is one.
#[inline(never)]
fn without_trunk(tables: &Tables, rules: &RegionRow, digits: Digits) -> (Digits, bool) {
    let Some(prefix) = tables.find(&rules.trunk, digits) else {
        return (digits, false);
    };
    // A transformation applies only where the last group took part in the match.
    if rules.transform.group > 0 && prefix.group(rules.trunk.groups).is_some() {
        return (digits.transformed(prefix, rules.transform), true);
    }
    (digits.without(usize::from(prefix.end)), true)
}

/// Asks an automaton about a number as it is. Seldom needed.
#[cold]
#[inline(never)]
fn ask(tables: &Tables, root: NodeRef, digits: Digits) -> Answer {
    walk(&tables.nodes, &tables.tails, root, digits)
}

/// How the length of a national number compares with those of a region.
#[inline]
fn compare(region: &RegionRow, length: usize) -> Length {
    region.lengths[length.min(LENGTHS - 1)]
}
