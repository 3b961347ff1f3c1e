//! The whole way from a cell to a verdict: cleaning, its parts, the number in each (`one`), both
//! readings of digits without a plus (`bare`), and what is worth knowing of a valid number.
//! libphonenumber's rules are applied in between, by [`Plan::parse`]; where the result departs from
//! them, a repair or a refusal says so.

use std::borrow::Cow;

mod bare;
mod one;

use super::cell::{self, Cleaned, Damage, Repair, Repairs};
use super::fictional::Fiction;
use super::kind::Refusal;
use super::number::{Number, Phone};
use super::ordinary::read_ordinary;
use super::parting::{parts, weak_parts};
use super::plan::Plan;
use super::region::Region;
use super::trace::{Step, Trace};

pub(super) use bare::{bare_digits, other_reading, read_as_national};

/// How cells are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadRules {
    /// What digits without a plus are.
    pub digits: DigitsAs,
    /// What becomes of a cell with several numbers.
    pub several: Several,
    /// What becomes of letters.
    pub letters: Letters,
}

/// What digits without a plus are taken for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DigitsAs {
    /// As libphonenumber takes them in the home region; international where there is none.
    #[default]
    Auto,
    /// National numbers of the home region.
    National,
    /// International numbers that lost their plus.
    International,
}

/// What becomes of a cell with several numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Several {
    /// The first valid one is taken, and a note names the others.
    #[default]
    First,
    /// The cell is refused.
    Reject,
}

/// What becomes of a number with letters in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Letters {
    /// It is refused: letters are more often a mistake than a vanity number.
    #[default]
    Refuse,
    /// They are read as the keys of a telephone: 1-800-FLOWERS.
    Vanity,
}

/// What was read in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The number, or why there is none.
    pub verdict: Result<Found, Refused>,
    /// What had to be put right first.
    pub repairs: Repairs,
    /// Whether the cell was parted, and one part of it taken.
    pub parted: bool,
    /// The cell's other valid numbers, in order.
    pub others: Vec<Phone>,
    /// Whether the cell is digits without a plus, so that the home region decides.
    pub bare: bool,
    /// For a refused cell of digits without a plus: those digits, cleaned.
    pub unread: Option<String>,
    /// For a refused cell: what it may have meant, which is for a person to say.
    pub suggestion: Option<Phone>,
    /// For a refused number: the key that it may share with a valid spelling of its subscriber.
    pub variant_key: Option<u64>,
    /// For a refused number: whether it is set aside for fiction, where nobody can have it.
    pub fiction: Option<Fiction>,
    /// Whether letters were read as digits.
    pub vanity: bool,
}

/// A valid number, and what is worth knowing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Its identity.
    pub phone: Phone,
    /// The number it was read as.
    pub number: Number,
    /// The other valid reading of the cell.
    pub other_reading: Option<OtherReading>,
    /// Whether nobody can have it.
    pub fiction: Option<Fiction>,
}

/// A second valid reading of a cell, which may be what was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherReading {
    /// The number by that reading.
    pub phone: Phone,
    /// What the two readings take the digits for.
    pub choice: Choice,
}

/// What two readings of a cell differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Digits without a plus: national, not international.
    National,
    /// Digits without a plus: international, not national.
    International,
    /// `00` begins a carrier's prefix of the home region, and is not what is dialled before a
    /// calling code elsewhere.
    CarrierPrefix,
    /// The zero of `(0)` belongs to the number, and is not a trunk prefix.
    KeptZero,
    /// A slash parts two numbers, and not the digits of one.
    Parted,
}

impl Choice {
    /// What the digits were taken for, and what they were not taken for.
    #[must_use]
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Choice::National => ("national", "international"),
            Choice::International => ("international", "national"),
            Choice::CarrierPrefix => ("carrier_prefix", "international"),
            Choice::KeptZero => ("with_zero", "without_zero"),
            Choice::Parted => ("parted", "whole"),
        }
    }
}

/// Why a cell holds no number that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refused {
    /// The number, by libphonenumber's rules.
    Number(Refusal),
    /// A spreadsheet destroyed it.
    Damage(Damage),
    /// There are letters in it.
    Letters,
    /// There are several numbers in the cell, and that was to be refused.
    Several,
}

/// Reads the cell `text`, whose numbers without a calling code belong to `home`.
#[must_use]
pub fn read(plan: &Plan, text: &str, home: Option<Region>, rules: ReadRules) -> Reading {
    match read_ordinary(plan, text, home, rules) {
        Some(found) => Reading { bare: !text.starts_with('+'), ..Reading::of(Ok(found)) },
        None => read_at_length(plan, text, home, rules),
    }
}

/// Reads a cell as [`read`] does, without looking first whether it is one that [`read_ordinary`]
/// reads.
#[must_use]
pub fn read_at_length(plan: &Plan, text: &str, home: Option<Region>, rules: ReadRules) -> Reading {
    Reader { plan, home, rules, trace: &mut () }.read(text)
}

/// Reads a cell as [`read`] does, and notes the steps.
pub(super) fn read_aloud(
    plan: &Plan,
    text: &str,
    home: Option<Region>,
    rules: ReadRules,
) -> (Reading, Vec<Step>) {
    let mut steps = Vec::new();
    let reading = Reader { plan, home, rules, trace: &mut steps }.read(text);
    (reading, steps)
}

impl Reading {
    fn refused(why: Refused, repairs: Repairs) -> Reading {
        Reading { repairs, ..Reading::of(Err(why)) }
    }

    /// A verdict of which nothing else is to be said.
    fn of(verdict: Result<Found, Refused>) -> Reading {
        Reading {
            verdict,
            repairs: Repairs::default(),
            parted: false,
            others: Vec::new(),
            bare: false,
            unread: None,
            suggestion: None,
            variant_key: None,
            fiction: None,
            vanity: false,
        }
    }
}

/// From so many digits on a text is a number of its own, and no extension.
const LONG_DIGITS_MIN: usize = 8;

/// How many other numbers of a cell are named.
const OTHERS_MAX: usize = 20;

struct Reader<'p, T> {
    plan: &'p Plan,
    home: Option<Region>,
    rules: ReadRules,
    trace: &'p mut T,
}

impl<T: Trace> Reader<'_, T> {
    fn read(&mut self, text: &str) -> Reading {
        // Most cells need no cleaning and hold one number.
        if cell::is_ordinary(text) {
            let reading = self.read_one(text, Repairs::default());
            return self.apart_if_refused(text, Repairs::default(), reading);
        }
        if text.len() > cell::CELL_BYTES_MAX {
            return Reading::refused(Refused::Number(Refusal::TooLong), Repairs::default());
        }
        let mut repairs = Repairs::default();
        let plain = cell::normalize(text, &mut repairs);
        if plain != text {
            self.trace.note(|| Step::Plain(plain.trim().to_owned()));
        }
        self.read_cell(plain.trim(), repairs)
    }

    /// A cell in plain characters, which may hold several numbers.
    fn read_cell(&mut self, text: &str, mut repairs: Repairs) -> Reading {
        let parts = parts(text);
        if parts.len() < 2 {
            // One number beside a separator, as in `+971…;`, or none at all.
            let alone = parts.first().map_or(text, AsRef::as_ref);
            let reading = self.read_part(alone, repairs);
            return self.apart_if_refused(alone, repairs, reading);
        }
        let readings = self.read_parts(&parts, repairs);
        // Where every part is destroyed, the first one says how.
        let destroyed = |it: &Reading| matches!(it.verdict, Err(Refused::Damage(_)));
        if readings.iter().all(destroyed) {
            return readings[0].clone();
        }
        let valid = |it: &Reading| it.verdict.is_ok();
        // A whole number in another reading is no extension of the one before it.
        let long = |part: &str| part.bytes().filter(u8::is_ascii_digit).count() >= LONG_DIGITS_MIN;
        let is_number = |(it, part): (&Reading, &Cow<'_, str>)| {
            valid(it) || destroyed(it) || (long(part) && it.suggestion.is_some())
        };
        // Other separators also stand inside one number, before an extension for example.
        let marked = text.contains(":::") || text.contains('\n');
        let any = readings.iter().any(valid);
        if any && (marked || readings.iter().zip(&parts).all(is_number)) {
            let parted = self.first_of(&readings, repairs);
            return self.with_whole(text, &parts, repairs, parted);
        }
        self.trace.note(|| Step::Whole(text.to_owned()));
        if text.contains('\n') {
            repairs.add(Repair::Invisible);
        }
        self.read_part(text, repairs)
    }

    /// Names the number that the whole cell would be, where a part of a number was taken for the
    /// end of another.
    fn with_whole(
        &mut self,
        text: &str,
        parts: &[Cow<'_, str>],
        repairs: Repairs,
        mut parted: Reading,
    ) -> Reading {
        let ending = parts.iter().any(|part| matches!(part, Cow::Owned(_)));
        if let (true, Ok(found)) = (ending, &mut parted.verdict)
            && let Ok(whole) = self.read_part(text, repairs).verdict
            && whole.phone != found.phone
        {
            let other = OtherReading { phone: whole.phone, choice: Choice::Parted };
            found.other_reading = Some(other);
        }
        parted
    }

    fn read_parts<S: AsRef<str>>(&mut self, parts: &[S], repairs: Repairs) -> Vec<Reading> {
        let texts = || parts.iter().map(|part| part.as_ref().to_owned());
        self.trace.note(|| Step::Parted(texts().collect()));
        let mut readings = Vec::with_capacity(parts.len());
        for part in parts {
            self.trace.note(|| Step::Part(part.as_ref().to_owned()));
            readings.push(self.read_part(part.as_ref(), repairs));
        }
        readings
    }

    /// What a refused text is as several numbers, if that is what each of its parts is.
    fn apart_if_refused(&mut self, text: &str, repairs: Repairs, whole: Reading) -> Reading {
        let parted = matches!(
            whole.verdict,
            Err(Refused::Letters | Refused::Number(Refusal::TooLong | Refusal::NotANumber))
        );
        let parts = if parted { weak_parts(text) } else { Vec::new() };
        if parts.len() < 2 {
            return whole;
        }
        let readings = self.read_parts(&parts, repairs);
        if readings.iter().all(|reading| reading.verdict.is_ok()) {
            return self.first_of(&readings, repairs);
        }
        self.trace.note(|| Step::Whole(text.to_owned()));
        whole
    }

    /// The first valid number of several, with the others; or the first reading if none is valid.
    fn first_of(&self, readings: &[Reading], repairs: Repairs) -> Reading {
        let phone = |reading: &Reading| reading.verdict.as_ref().ok().map(|found| found.phone);
        let Some(first) = readings.iter().find(|reading| reading.verdict.is_ok()) else {
            return readings[0].clone();
        };
        let mut others: Vec<Phone> = Vec::new();
        let meant = |it: &Reading| phone(it).or(it.suggestion);
        for other in readings.iter().filter_map(meant) {
            if Some(other) != phone(first) && !others.contains(&other) && others.len() < OTHERS_MAX
            {
                others.push(other);
            }
        }
        if self.rules.several == Several::Reject && !others.is_empty() {
            return Reading::refused(Refused::Several, repairs);
        }
        Reading { parted: true, others, ..first.clone() }
    }

    /// A part of a cell, with what may surround a number.
    fn read_part(&mut self, text: &str, repairs: Repairs) -> Reading {
        match cell::clean(text, repairs, self.trace) {
            Ok(Cleaned { text, repairs, account }) => {
                let text = text.replace('\n', " ");
                let text = text.trim();
                if account {
                    self.read_account(text, repairs)
                } else {
                    self.read_one(text, repairs)
                }
            }
            Err(damage) => {
                self.trace.note(|| Step::Damaged(damage));
                Reading::refused(Refused::Damage(damage), repairs)
            }
        }
    }
}
