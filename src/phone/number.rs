//! What reading yields: a [`Number`], valid or not, and a [`Phone`], which is always valid.

use super::digits::{Digits, PACKED_MAX, eight_as_text};
use super::kind::{Kind, Length, Refusal};
use super::region::Region;
use super::tables::{Assigned, CodeRow};
use std::fmt;
use std::num::NonZeroU64;

/// A valid number in E.164: calling code and national number, 15 digits at most.
///
/// Held as digits of four bits each in one integer, so it is eight bytes, orders and hashes at
/// once, and displays as `+971501234567`. A calling code never begins with zero, so no digit is
/// lost.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(pub(super) NonZeroU64);

/// The most digits of a number in E.164.
const E164_DIGITS_MAX: usize = 15;

impl Phone {
    /// The digits, read as one integer.
    ///
    /// Neighbours are joined to pairs, these to fours, and so on: where two stand together as
    /// 16 a + b, taking 6 a away leaves 10 a + b.
    #[must_use]
    pub fn as_u64(self) -> u64 {
        let digits = self.0.get();
        let pairs = digits - 6 * (digits >> 4 & 0x0F0F_0F0F_0F0F_0F0F);
        let fours = pairs - 156 * (pairs >> 8 & 0x00FF_00FF_00FF_00FF);
        let eights = fours - 55_536 * (fours >> 16 & 0x0000_FFFF_0000_FFFF);
        eights - 4_194_967_296 * (eights >> 32)
    }

    /// The first two digits, four bits each; it has no fewer.
    #[inline]
    pub(super) fn first_two_digits(self) -> u8 {
        let places_before = self.0.leading_zeros() / 4;
        (self.0.get() << (4 * places_before) >> 56) as u8
    }

    /// The last three digits, the very last first.
    #[inline]
    pub(super) fn last_digits(self) -> [u8; 3] {
        [0, 4, 8].map(|bits| (self.0.get() >> bits) as u8 & 15)
    }

    /// A plus, the digits, and zeros; and how many bytes of it are the plus and the digits. The
    /// place before the first digit is free, because there are 15 at most.
    #[inline]
    pub(crate) fn text(self) -> ([u8; 16], usize) {
        let places_before = self.0.leading_zeros() as usize / 4;
        let digits = self.0.get() << (4 * (places_before - 1));
        let mut text = [0; 16];
        text[..8].copy_from_slice(&eight_as_text((digits >> 32) as u32));
        text[8..].copy_from_slice(&eight_as_text(digits as u32));
        text[0] = b'+';
        (text, E164::BYTES_ALLOWED + 1 - places_before)
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As hexadecimals, digits of four bits each are written as they are.
        write!(f, "+{:x}", self.0)
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
    /// A plus, the digits, and zeros, in pieces that fit a register.
    text: [[u8; 8]; 3],
    /// How many digits the calling code has.
    code_digits: u8,
    /// How many digits there are.
    digits: u8,
    /// All digits, four bits each, if E.164 allows so many.
    packed: Option<NonZeroU64>,
}

impl E164 {
    /// What E.164 allows, with its plus: two pieces.
    const BYTES_ALLOWED: usize = 1 + E164_DIGITS_MAX;

    /// Puts a calling code before a national number.
    #[inline(always)]
    pub(super) fn new(code: &CodeRow, national: Digits) -> E164 {
        let (first, next) = national.after(u64::from(code.packed), usize::from(code.digits));
        // The plus takes the place of one digit.
        let pieces = [(first >> 36) as u32, (first >> 4) as u32, (first << 28) as u32 | next >> 4];
        let mut text = pieces.map(eight_as_text);
        text[0][0] = b'+';
        let digits = usize::from(code.digits) + national.len();
        let spare = PACKED_MAX.saturating_sub(digits);
        let packed = if spare > 0 { NonZeroU64::new(first >> (4 * spare)) } else { None };
        E164 { text, code_digits: code.digits, digits: digits as u8, packed }
    }

    fn bytes(&self, from: usize) -> &[u8] {
        &self.text.as_flattened()[from..=usize::from(self.digits)]
    }

    fn slice(&self, from: usize) -> &str {
        std::str::from_utf8(self.bytes(from)).expect("a plus and digits are ASCII")
    }

    /// A plus and the digits.
    pub(super) fn as_str(&self) -> &str {
        self.slice(0)
    }

    pub(super) fn calling_code_with_plus(&self) -> &str {
        &self.as_str()[..=usize::from(self.code_digits)]
    }

    pub(super) fn digits(&self) -> &str {
        self.slice(1)
    }

    pub(super) fn national(&self) -> &str {
        self.slice(1 + usize::from(self.code_digits))
    }

    /// The first pieces of the text, and how many of their bytes are the number, if that is all of
    /// it. Whoever copies all and then cuts is faster than who copies just enough.
    #[inline(always)]
    pub(super) fn allowed(&self) -> Option<([[u8; 8]; 2], usize)> {
        let bytes = 1 + usize::from(self.digits);
        (bytes <= E164::BYTES_ALLOWED).then_some(([self.text[0], self.text[1]], bytes))
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

    /// The digits of the calling code.
    pub(super) fn calling_code_digits(&self) -> &str {
        &self.e164.calling_code_with_plus()[1..]
    }

    /// The digits of the national number, as bytes, which are had faster than text.
    #[inline]
    pub(super) fn national_bytes(&self) -> &[u8] {
        self.e164.bytes(1 + usize::from(self.e164.code_digits))
    }

    /// All digits as one integer, leading zeros of the national number included, if it is not too
    /// large.
    pub(super) fn as_u64(&self) -> Option<u64> {
        let mut digits = self.e164.bytes(1).iter().map(|byte| u64::from(byte - b'0'));
        digits.try_fold(0u64, |all, digit| all.checked_mul(10)?.checked_add(digit))
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
        self.e164.packed.map(Phone).ok_or(Refusal::TooLong)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_of_any_length_is_appended_as_it_is_displayed() {
        let mut digits = String::new();
        for digit in "123456789012345".chars() {
            digits.push(digit);
            let packed = u64::from_str_radix(&digits, 16).expect("digits");
            let phone = Phone(NonZeroU64::new(packed).expect("not zero"));
            let mut text = b"so: ".to_vec();
            let (digits, bytes) = phone.text();
            text.extend_from_slice(&digits[..bytes]);
            assert_eq!(text, format!("so: {phone}").as_bytes());
        }
    }
}
