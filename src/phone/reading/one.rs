//! A text with one number → a reading of it: letters, what digits without a plus are, spellings of the
//! past, and what a refused text may have meant.

use std::borrow::Cow;

use super::super::cell::{Repair, Repairs};
use super::super::fictional::{fiction, reserved};
use super::super::identity::{modern_spelling, variant_key, with_ninth_digit};
use super::super::kind::Refusal;
use super::super::number::{Number, Phone};
use super::super::trace::{Attempt, Step, Trace};
use super::bare::{bare_digits, begins_with_code, is_grouped_by_code, reading_of_bare};
use super::{Choice, DigitsAs, Found, Letters, OtherReading, Reader, Reading, Refused};

/// Fewer letters than this are no vanity number, for libphonenumber as well.
const VANITY_LETTERS_MIN: usize = 3;

impl<T: Trace> Reader<'_, T> {
    /// A text that names a WhatsApp account, which is an international number even without a plus;
    /// but people also write national numbers into addresses.
    pub(super) fn read_account(&mut self, text: &str, repairs: Repairs) -> Reading {
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
    pub(super) fn read_one(&mut self, text: &str, repairs: Repairs) -> Reading {
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
    pub(super) fn tried(
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
