//! The numbering plan as it is stated, before anything is derived from it: [`Facts`]. They come
//! from `plan.txt` in the build script (`plan_text.rs`), and from XML at run time (`xml.rs`).

use super::error::PlanError;
use super::kind::Kind;
use super::region::{NotARegion, Region};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The facts of a whole numbering plan.
#[derive(Debug)]
pub(super) struct Facts {
    /// The version of libphonenumber's metadata.
    pub(super) version: String,
    /// All regions. Those of one calling code stand together, its main region first, the others
    /// in the order in which they claim numbers.
    pub(super) regions: Vec<RegionFacts>,
}

/// The facts of one region. Patterns are as in the plan, unparsed.
#[derive(Debug, Default, PartialEq)]
pub(super) struct RegionFacts {
    /// Its id: two letters, or `001` for a calling code that belongs to no country.
    pub(super) id: String,
    /// Its country calling code.
    pub(super) calling_code: u16,
    /// The international prefix (international direct dialling).
    pub(super) idd: String,
    /// The national prefix as dialled, and its transformation.
    pub(super) trunk: String,
    /// What the transformation makes of a prefix with groups: literal digits, then one `\n`.
    pub(super) trunk_transform: String,
    /// The leading digits that mark the region among those that share its calling code.
    pub(super) leading: String,
    /// The text before an extension, where it is not the default.
    pub(super) extension: String,
    /// The lengths of its national numbers.
    pub(super) possible: Lengths,
    /// The lengths that are dialled only within an area.
    pub(super) local: Lengths,
    /// The pattern of all its national numbers.
    pub(super) general: String,
    /// The lengths and patterns of each kind of number it has.
    pub(super) kinds: Vec<(Kind, Lengths, String)>,
    /// How its numbers are written within the region.
    pub(super) national: Vec<Writing>,
    /// How they are written from abroad; empty where the same way, without national prefix.
    pub(super) international: Vec<Writing>,
}

/// One way to write the numbers of a region.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Writing {
    /// The groups of digits: `(\d{2})(\d{3,4})`.
    pub(super) groups: String,
    /// How the groups are written: `\1 \2`.
    pub(super) template: String,
    /// What becomes of the first group within the region: `(0\1)`. Empty: nothing.
    pub(super) rule: String,
    /// The leading digits of the numbers that are written so. Empty: all.
    pub(super) leading: String,
}

/// A set of lengths, from 0 to 31.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lengths(pub u32);

impl Lengths {
    /// Whether a length is in the set.
    pub(super) fn contain(self, length: usize) -> bool {
        length < 32 && self.0 >> length & 1 == 1
    }

    /// The shortest and the longest length; `None` of an empty set.
    pub(super) fn range(self) -> Option<(usize, usize)> {
        (self.0 != 0).then(|| (self.0.trailing_zeros() as usize, self.0.ilog2() as usize))
    }
}

impl FromIterator<u16> for Lengths {
    fn from_iter<I: IntoIterator<Item = u16>>(lengths: I) -> Lengths {
        let bits = lengths.into_iter().filter(|&length| length < 32).map(|length| 1 << length);
        Lengths(bits.fold(0, |set, bit: u32| set | bit))
    }
}

impl RegionFacts {
    /// The region that the id names.
    pub(super) fn region(&self) -> Result<Region, PlanError> {
        self.id.parse().map_err(|problem: NotARegion| self.error(&problem))
    }

    /// An error that names this region.
    pub(super) fn error(&self, problem: &dyn ToString) -> PlanError {
        PlanError::Region { region: self.id.clone(), problem: problem.to_string() }
    }
}

/// The SHA-256 of bytes, in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string takes what is written to it");
        hex
    })
}
