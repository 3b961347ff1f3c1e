//! In: two letters or `001`. Out: a [`Region`]. Knows no numbering plan, so a region here may be
//! one that no plan contains.

use std::fmt;
use std::str::FromStr;

/// A region of the numbering plan: an ISO 3166-1 alpha-2 code such as `AE`, or `001` for numbers
/// that belong to no country (international freephone, satellite networks).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(pub(super) [u8; 3]);

impl Region {
    /// The region of the non-geographic calling codes, by its UN M.49 number.
    pub const WORLD: Region = Region(*b"001");

    /// The code, in capitals.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let length = if self.0[2] == 0 { 2 } else { 3 };
        std::str::from_utf8(&self.0[..length]).expect("a region code is ASCII")
    }

    /// The two capital letters; `None` for [`Region::WORLD`].
    #[must_use]
    #[inline]
    pub fn letters(self) -> Option<[u8; 2]> {
        let [first, second, 0] = self.0 else { return None };
        Some([first, second])
    }

    /// Where this region stands among all pairs of letters, five bits each; `None` for
    /// [`Region::WORLD`].
    #[inline]
    pub(super) fn letter_index(self) -> Option<usize> {
        let [first, second] = self.letters()?;
        Some(usize::from(first & 31) << 5 | usize::from(second & 31))
    }

    /// The number of places by [`Region::letter_index`].
    pub(super) const LETTER_INDICES: usize = 1 << 10;
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Prints as an expression that makes the same region, which the build script writes into tables.
impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({:?})", self.0)
    }
}

/// Text that is not a region code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a region code: give two letters such as \"AE\", or \"001\"")]
pub struct NotARegion(String);

impl FromStr for Region {
    type Err = NotARegion;

    /// Accepts small letters too. Whether a plan knows the region is for the plan to say.
    fn from_str(text: &str) -> Result<Region, NotARegion> {
        match *text.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(Region([a.to_ascii_uppercase(), b.to_ascii_uppercase(), 0]))
            }
            [b'0', b'0', b'1'] => Ok(Region::WORLD),
            _ => Err(NotARegion(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_two_letters_in_either_case_or_the_world() {
        assert_eq!("ae".parse::<Region>().unwrap().as_str(), "AE");
        assert_eq!("001".parse::<Region>().unwrap(), Region::WORLD);
        for text in ["", "A", "A1", "ARE", "002", "Ä"] {
            assert!(text.parse::<Region>().is_err(), "{text:?}");
        }
    }
}
