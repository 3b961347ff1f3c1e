//! What reading yields: a [`Number`], valid or not, and a [`Phone`], which is always valid.

use super::digits::{Digits, LEADING};
use super::kind::{Kind, Length, Refusal};
use super::region::Region;
use super::tables::{Assigned, CodeRow};
use std::fmt;
use std::num::NonZeroU64;

/// A valid number in E.164: calling code and national number, 15 digits at most.
///
/// Held as the digits in one integer, so it is eight bytes, orders and hashes at once, and
/// displays as `+971501234567`. A calling code never begins with zero, so no digit is lost.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(NonZeroU64);

/// The most digits of a number in E.164.
const E164_DIGITS_MAX: usize = 15;

impl Phone {
    /// The digits, read as one integer.
    #[must_use]
    pub fn as_u64(self) -> u64 {
        self.0.get()
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({self})")
    }
}

/// A number that parsed, valid or not. It holds all its text, so it can be copied and kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Number {
    pub(super) e164: E164,
    pub(super) calling_code: u16,
    pub(super) region: Option<Region>,
    pub(super) kind: Kind,
    pub(super) length: Length,
    pub(super) assigned: Assigned,
    pub(super) extension: Extension,
}

/// A number as `+`, calling code and national number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct E164 {
    /// The calling code ends, and the national number begins, at a fixed place.
    text: [u8; NATIONAL + LEADING],
    start: u8,
    end: u8,
    /// All digits as one integer, if E.164 allows so many.
    pub(super) value: Option<NonZeroU64>,
}

/// Where the national number begins: after a plus and a calling code of up to three digits.
const NATIONAL: usize = 4;

/// The powers of ten up to the longest national number that E.164 allows.
const TENS: [u64; E164_DIGITS_MAX] = {
    let mut tens = [1; E164_DIGITS_MAX];
    let mut power = 1;
    while power < tens.len() {
        tens[power] = 10 * tens[power - 1];
        power += 1;
    }
    tens
};

impl E164 {
    /// Puts a calling code before a national number, which is no longer than [`LEADING`].
    #[inline]
    pub(super) fn new(code: &CodeRow, national: &Digits) -> E164 {
        let mut text = [0; NATIONAL + LEADING];
        text[..NATIONAL].copy_from_slice(&code.text);
        text[NATIONAL..].copy_from_slice(&national.leading_text());
        let start = NATIONAL - 1 - usize::from(code.digits.min(3));
        let end = NATIONAL + national.len().min(LEADING);
        let value = E164::value(code, national);
        E164 { text, start: start as u8, end: end as u8, value }
    }

    fn bytes(&self, from: usize) -> &[u8] {
        &self.text[from..usize::from(self.end)]
    }

    /// The digits, read as one integer.
    fn value(code: &CodeRow, national: &Digits) -> Option<NonZeroU64> {
        let shift = TENS
            .get(national.len())
            .filter(|_| usize::from(code.digits) + national.len() <= E164_DIGITS_MAX)?;
        NonZeroU64::new(u64::from(code.code) * shift + national.value()?)
    }

    fn slice(&self, from: usize) -> &str {
        std::str::from_utf8(self.bytes(from)).expect("a plus and digits are ASCII")
    }

    pub(super) fn as_str(&self) -> &str {
        self.slice(usize::from(self.start))
    }

    pub(super) fn calling_code_with_plus(&self) -> &str {
        &self.as_str()[..NATIONAL - usize::from(self.start)]
    }

    pub(super) fn digits(&self) -> &str {
        self.slice(usize::from(self.start) + 1)
    }

    pub(super) fn national(&self) -> &str {
        self.slice(NATIONAL)
    }
}

/// The digits of an extension, as typed: up to 20, of any script.
#[allow(clippy::large_enum_variant, reason = "nothing is to be allocated for a number")]
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extension {
    Absent,
    Present { text: [u8; Extension::BYTES_MAX], bytes: u8 },
}

impl Extension {
    /// No label allows more digits than this.
    pub(super) const DIGITS_MAX: usize = 20;
    const BYTES_MAX: usize = 4 * Extension::DIGITS_MAX;

    /// The extension with these digits; those past the twentieth are left out.
    pub(super) fn new(digits: &[char]) -> Extension {
        let (mut text, mut bytes) = ([0; Extension::BYTES_MAX], 0);
        for digit in digits.iter().take(Extension::DIGITS_MAX) {
            bytes += digit.encode_utf8(&mut text[bytes..]).len();
        }
        Extension::Present { text, bytes: bytes as u8 }
    }

    fn as_str(&self) -> &str {
        let text = match self {
            Extension::Absent => &[],
            Extension::Present { text, bytes } => &text[..usize::from(*bytes)],
        };
        std::str::from_utf8(text).expect("it was encoded from characters")
    }
}

impl Number {
    /// The country calling code: 971 for the United Arab Emirates.
    #[must_use]
    pub fn calling_code(&self) -> u16 {
        self.calling_code
    }

    /// The national (significant) number: all digits after the calling code, with the leading
    /// zeros that belong to it, as in Italy.
    #[must_use]
    pub fn national(&self) -> &str {
        self.e164.national()
    }

    /// The region that the number belongs to (libphonenumber's `region_code_for_number`). A number
    /// that is not valid may still have one, where its calling code has only one region, or where
    /// its leading digits tell.
    #[must_use]
    #[inline]
    pub fn region(&self) -> Option<Region> {
        self.region
    }

    /// What the number is for; unknown when it is not valid (`number_type`).
    #[must_use]
    #[inline]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How its length compares with its calling code's (`is_possible_number_with_reason`).
    #[must_use]
    pub fn length(&self) -> Length {
        self.length
    }

    /// Whether its region has such numbers (`is_valid_number`). Valid is not reachable: the number
    /// may be unassigned or switched off.
    #[must_use]
    #[inline]
    pub fn is_valid(&self) -> bool {
        self.kind != Kind::Unknown
    }

    /// The extension, its digits as typed; "" where there is none.
    #[must_use]
    pub fn extension(&self) -> &str {
        self.extension.as_str()
    }

    /// Why the number is not valid; `None` when it is.
    #[must_use]
    #[inline]
    pub fn refusal(&self) -> Option<Refusal> {
        if self.is_valid() {
            return None;
        }
        Some(match self.length {
            Length::TooShort => Refusal::TooShort,
            Length::TooLong => Refusal::TooLong,
            Length::WrongLength => Refusal::WrongLength,
            Length::LocalOnly => Refusal::LocalOnly,
            Length::Possible if self.assigned == Assigned::No => Refusal::Unassigned,
            Length::Possible => Refusal::NotValid,
        })
    }

    /// The number as a [`Phone`].
    ///
    /// # Errors
    /// The [`Refusal`] of a number that is not valid; [`Refusal::TooLong`] for a valid one that is
    /// too long for E.164.
    #[inline]
    pub fn phone(&self) -> Result<Phone, Refusal> {
        if let Some(refusal) = self.refusal() {
            return Err(refusal);
        }
        self.e164.value.map(Phone).ok_or(Refusal::TooLong)
    }
}

impl fmt::Debug for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Number { e164, calling_code: _, region, kind, length, assigned, extension } = self;
        f.debug_struct("Number")
            .field("e164", &e164.as_str())
            .field("region", region)
            .field("kind", kind)
            .field("length", length)
            .field("assigned", assigned)
            .field("extension", extension)
            .finish()
    }
}
