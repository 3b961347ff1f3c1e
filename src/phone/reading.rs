//! The whole way from a cell to a verdict: cleaning, both readings of digits without a plus,
//! spellings of the past, and what is worth knowing of a valid number. libphonenumber's rules are
//! applied in between, by [`Plan::parse`]; where the result departs from them, a repair or a
//! refusal says so.

use std::borrow::Cow;

use super::cell::{self, Cleaned, Damage, Repair, Repairs};
use super::fictional::{Fiction, fiction, reserved};
use super::identity::{modern_spelling, variant_key, with_ninth_digit};
use super::kind::Refusal;
use super::number::{Number, Phone};
use super::ordinary::read_ordinary;
use super::parting::{parts, weak_parts};
use super::plan::Plan;
use super::region::Region;
use super::trace::{Attempt, Step, Trace};

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

/// Fewer letters than this are no vanity number, for libphonenumber as well.
const VANITY_LETTERS_MIN: usize = 3;

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

    /// A text that names a WhatsApp account, which is an international number even without a plus;
    /// but people also write national numbers into addresses.
    fn read_account(&mut self, text: &str, repairs: Repairs) -> Reading {
        if text.contains('+') {
            return self.read_one(text, repairs);
        }
        // No calling code begins with 0.
        if text.trim_start_matches(['(', ' ']).starts_with('0') && self.home.is_some() {
            return self.read_one(text, repairs);
        }
        self.read_one(&format!("+{text}"), repairs)
    }

    /// A text with one number.
    fn read_one(&mut self, text: &str, repairs: Repairs) -> Reading {
        let text = text.trim();
        let mut reading = Reading::refused(Refused::Number(Refusal::Missing), repairs);
        reading.vanity = self.is_vanity(text);
        let digits = bare_digits(text).filter(|_| !reading.vanity);
        reading.bare = digits.is_some();
        let number = match digits {
            Some(digits) => self.read_bare(digits, &mut reading.repairs),
            None => self.read_marked(text, reading.vanity),
        };
        let text = digits.unwrap_or(text);
        let number = if reading.vanity || !self.has_letters(text, &number) {
            number
        } else {
            Err(Refused::Letters)
        };
        let number = match number {
            Ok(number) => number,
            Err(refused) => return self.refuse(text, refused, reading),
        };
        match self.settle(text, reading.bare, number, &mut reading.repairs) {
            Ok((phone, number)) => self.accept(text, phone, number, reading),
            Err(refused) => {
                let digits = number.as_u64();
                reading.variant_key = digits.and_then(variant_key);
                reading.fiction = digits.and_then(reserved);
                self.refuse(text, refused, reading)
            }
        }
    }

    fn accept(&mut self, text: &str, phone: Phone, number: Number, reading: Reading) -> Reading {
        // Where the home region decided, the other reading may be valid too.
        let repairs = reading.repairs;
        let settled = repairs.has(Repair::PlusAdded) || repairs.has(Repair::ForeignPrefix);
        let open = reading.bare && !settled && self.rules.digits == DigitsAs::Auto;
        let other = if open { reading_of_bare(self.plan, self.home, text, &number) } else { None };
        let other = other.or_else(|| self.without_zero(text, &number));
        let other_reading = other.filter(|other| other.phone != phone);
        let fiction = fiction(phone.as_u64());
        let found = Found { phone, number, other_reading, fiction };
        Reading { verdict: Ok(found), ..reading }
    }

    fn refuse(&mut self, text: &str, refused: Refused, reading: Reading) -> Reading {
        Reading {
            verdict: Err(refused),
            unread: reading.bare.then(|| text.to_owned()),
            suggestion: self.suggestion(text, reading.bare, refused),
            ..reading
        }
    }

    /// Notes what a text was read as.
    fn tried(
        &mut self,
        attempt: Attempt,
        text: &str,
        outcome: Result<Number, Refusal>,
    ) -> Result<Number, Refusal> {
        self.trace.note(|| Step::Read(attempt, text.to_owned(), outcome));
        outcome
    }

    /// A text that says what it is by a plus, a link or letters.
    fn read_marked(&mut self, text: &str, vanity: bool) -> Result<Number, Refused> {
        if vanity {
            let number = self.plan.parse_vanity(text, self.home);
            return self.tried(Attempt::Vanity, text, number).map_err(Refused::Number);
        }
        let number = self.plan.parse(text, self.home);
        self.tried(Attempt::Reference, text, number).map_err(Refused::Number)
    }

    /// Whether letters were asked for and are there to be dialled. A run of one letter stands for
    /// digits that somebody hid.
    fn is_vanity(&self, text: &str) -> bool {
        if self.rules.letters != Letters::Vanity {
            return false;
        }
        let letters: Vec<char> =
            text.chars().filter(|c| c.is_alphabetic()).map(|c| c.to_ascii_lowercase()).collect();
        letters.len() >= VANITY_LETTERS_MIN && letters.iter().any(|letter| *letter != letters[0])
    }

    /// Whether letters stand in or after the number, but for the label of its extension.
    fn has_letters(&self, text: &str, number: &Result<Number, Refused>) -> bool {
        if !text.bytes().any(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii()) {
            return false;
        }
        let extended = |number: &Number| !number.extension().is_empty();
        // Without a region the label is seen all the same, by the rules of any.
        let anywhere = || self.plan.parse(text, self.home.or("US".parse().ok()));
        let extension = match number {
            Ok(number) => extended(number),
            Err(_) => anywhere().as_ref().is_ok_and(extended),
        };
        has_letters(text, extension)
    }

    /// Digits without a plus.
    fn read_bare(&mut self, text: &str, repairs: &mut Repairs) -> Result<Number, Refused> {
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

    fn parse_international(&self, text: &str) -> Result<Number, Refusal> {
        self.plan.parse_after_plus(text)
    }

    /// The number's identity, where need be by its spelling of today.
    fn settle(
        &mut self,
        text: &str,
        bare: bool,
        number: Number,
        repairs: &mut Repairs,
    ) -> Result<(Phone, Number), Refused> {
        let refusal = match number.phone() {
            Ok(phone) => return Ok((phone, number)),
            Err(refusal) => refusal,
        };
        // Digits that begin with 1 in Mexico are as likely a number of North America.
        let open = |repair| repair == Repair::MexicoOne && bare && !begins_with_code(text, &number);
        if let Some((text, repair)) = modern_spelling(&number)
            && !open(repair)
            && let text = with_extension(text, number.extension())
            && let modern = self.plan.parse(&text, None)
            && let Ok(modern) = self.tried(Attempt::Modern, &text, modern)
            && let Ok(phone) = modern.phone()
        {
            repairs.add(repair);
            return Ok((phone, modern));
        }
        Err(Refused::Number(refusal))
    }

    /// What `+39 (0)331 …` is if the zero is no part of the number, where it was taken for one.
    fn without_zero(&self, text: &str, number: &Number) -> Option<OtherReading> {
        if !number.national_bytes().starts_with(b"0") || !text.contains("(0)") {
            return None;
        }
        let other = self.plan.parse(&without_trunk_zero(text), self.home);
        let phone = other.and_then(|other| other.phone()).ok()?;
        Some(OtherReading { phone, choice: Choice::KeptZero })
    }

    /// What a refused text may have meant: the digits as an international number, the spelling of
    /// today, or what stands before the letters.
    fn suggestion(&self, text: &str, bare: bool, refused: Refused) -> Option<Phone> {
        let valid = |number: Result<Number, Refusal>| number.and_then(|it| it.phone()).ok();
        let international = self.rules.digits == DigitsAs::International;
        match refused {
            Refused::Letters => {
                let start = text.find(|c: char| c.is_numeric() || c == '+')?;
                let number = text[start..].split(char::is_alphabetic).next()?;
                let home = self.home.filter(|_| !international);
                valid(self.plan.parse(number.trim_end_matches(['(', ' ', '-']), home))
            }
            Refused::Number(_) => {
                let number = if bare && !international {
                    self.parse_international(text).ok().filter(|it| is_grouped_by_code(text, it))
                } else {
                    None
                };
                let modern = |number: &Number| {
                    let modern = with_ninth_digit(number)
                        .or_else(|| modern_spelling(number).map(|(text, _)| text))?;
                    valid(self.plan.parse(&modern, None))
                };
                let of_national = || {
                    let national = self.plan.parse(text, self.home);
                    let without_zero = || match without_trunk_zero(text) {
                        Cow::Owned(text) => self.plan.parse(&text, self.home),
                        Cow::Borrowed(_) => national,
                    };
                    let spelled_anew = national.as_ref().ok().and_then(modern);
                    spelled_anew.or_else(|| valid(without_zero()))
                };
                number.and_then(|it| it.phone().ok().or_else(|| modern(&it))).or_else(of_national)
            }
            _ => None,
        }
    }
}

/// A text without the first zero that stands in it in brackets.
fn without_trunk_zero(text: &str) -> Cow<'_, str> {
    match text.as_bytes().windows(3).position(|three| three == b"(0)") {
        Some(at) => format!("{}{}", &text[..at], &text[at + 3..]).into(),
        None => text.into(),
    }
}

/// A number's text with the extension that another spelling of it has.
fn with_extension(text: String, extension: &str) -> String {
    if extension.is_empty() { text } else { format!("{text} ext. {extension}") }
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
fn begins_with_code(text: &str, number: &Number) -> bool {
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
fn is_grouped_by_code(text: &str, number: &Number) -> bool {
    let group: String =
        text.trim_start_matches(['(', ' ']).chars().take_while(char::is_ascii_digit).collect();
    let all = text.bytes().filter(u8::is_ascii_digit).count();
    let code = number.calling_code().to_string();
    group.len() == all || group == code || group.len() > code.len() + 3
}

/// The other reading of digits without a plus, if it is valid and of another phone than the one
/// that they were read as.
pub(super) fn other_reading(
    plan: &Plan,
    home: Option<Region>,
    text: &str,
    number: &Number,
    phone: Phone,
) -> Option<OtherReading> {
    reading_of_bare(plan, home, text, number).filter(|other| other.phone != phone)
}

/// The valid reading of digits without a plus beside the one by which they are `number`.
fn reading_of_bare(
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
pub(super) fn read_as_national(plan: &Plan, text: &str, home: Region) -> Result<Number, Refusal> {
    let number = plan.parse(text, Some(home));
    if number.as_ref().is_ok_and(|number| is_national(text, number)) {
        return number;
    }
    plan.parse_after_code(plan.calling_code(home).ok_or(Refusal::NoRegion)?, text)
}

/// The part of a text from its first digit on, where no plus and no context says whether that is
/// national or international. What stands before is passed over, as libphonenumber does.
pub(super) fn bare_digits(text: &str) -> Option<&str> {
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

/// Whether letters stand in or after the number. What stands before its first digit or plus is
/// passed over, as libphonenumber does; the label of an extension is one run of letters.
fn has_letters(text: &str, extension: bool) -> bool {
    let Some(start) = text.find(|c: char| c.is_numeric() || c == '+' || c == '\u{ff0b}') else {
        return false;
    };
    // Brazilians write the carrier's two digits as xx.
    let carrier = text[start..].get(..3).is_some_and(|it| it.eq_ignore_ascii_case("0xx"));
    let text = if carrier { &text[start + 3..] } else { text };
    let start = if carrier { 0 } else { start };
    // A letter that touches the first digit is a slip: `S0501234561`.
    if text[..start].chars().next_back().is_some_and(char::is_alphabetic) {
        return true;
    }
    // The parameters of RFC 3966 have names, which are no part of the number.
    let rfc3966 = text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("tel:"));
    let end = text.find(';').filter(|end| rfc3966 && *end > start).unwrap_or(text.len());
    let mut runs = 0;
    let mut inside = false;
    for c in text[start..end].chars() {
        // A dot may stand in a label: `e.xt` does not occur, `ext.` does, and ends it.
        let letter = c.is_alphabetic();
        runs += usize::from(letter && !inside);
        inside = letter;
    }
    runs > usize::from(extension)
}
