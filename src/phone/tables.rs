//! The numbering plan as [`Tables`], from which every question about a number is answered. Those
//! of the built-in plan are statics, written by the build script; those of a loaded plan are made
//! at run time, by the same code (`compile.rs`).
//!
//! Each calling code has two automata: one whose answer is a [`Judgement`] of the number, one
//! whose answer is a [`Choice`] of how to write it. The first also tells whether digits match the
//! general pattern of the main region, and each other region has an automaton that tells this of
//! its own: the reference removes a national prefix only if that does not spoil a number that was
//! good before.

use super::automaton::{DEPTH, Node, NodeRef, Tail};
use super::kind::{Kind, Length};
use super::program::{Match, Program};
use super::region::Region;
use std::borrow::Cow;

/// What a walk over a national number finds, packed into an answer: bits 0 to 3 the kind, 4 to 8
/// the region's place in its calling code, bit 9 whether any region's general pattern matches, bit
/// 10 whether the main region's does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Judgement(pub u16);

impl Judgement {
    /// Stands for no region; a calling code must have fewer.
    pub(super) const NO_REGION: u16 = 31;

    /// Set where the main region's general pattern matches.
    pub(super) const MAIN_GENERAL: u16 = 1 << 10;

    /// Packs a judgement; `general` has the places of the regions whose general pattern matches.
    pub(super) fn new(region: Option<usize>, kind: Kind, general: &[usize]) -> Judgement {
        let region = region.map_or(Judgement::NO_REGION, |region| region as u16);
        let main = if general.contains(&0) { Judgement::MAIN_GENERAL } else { 0 };
        Judgement(kind as u16 | region << 4 | u16::from(!general.is_empty()) << 9 | main)
    }

    /// The kind of the number; unknown when it is not valid.
    #[inline]
    pub(super) fn kind(self) -> Kind {
        Kind::ALL.get(usize::from(self.0 & 15)).copied().unwrap_or(Kind::Unknown)
    }

    /// The place of the number's region among those of its calling code.
    #[inline]
    pub(super) fn region(self) -> Option<u16> {
        let region = self.0 >> 4 & 31;
        (region != Judgement::NO_REGION).then_some(region)
    }

    /// Whether the number matches the general pattern of some region.
    #[inline]
    pub(super) fn assigned(self) -> Assigned {
        if self.0 >> 9 & 1 == 1 { Assigned::Yes } else { Assigned::No }
    }
}

/// Whether a number matches the general pattern of some region of its calling code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Assigned {
    /// It matches none.
    No,
    /// It matches one.
    Yes,
}

/// How to write a number, packed into an answer: the place, from 1, of the national and the
/// international writing among those of the calling code; 0 for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice(pub u16);

impl Choice {
    /// Packs a choice.
    pub(super) fn new(national: u8, international: u8) -> Choice {
        Choice(u16::from(national) | u16::from(international) << 8)
    }

    /// The place of the writing within the region, from 1.
    pub(super) fn national(self) -> u16 {
        self.0 & 0xff
    }

    /// The place of the writing from abroad, from 1.
    pub(super) fn international(self) -> u16 {
        self.0 >> 8
    }
}

/// A numbering plan, compiled.
#[derive(Debug)]
pub(super) struct Tables {
    /// The version of the plan.
    pub(super) version: Cow<'static, str>,
    /// The nodes of all automata.
    pub(super) nodes: Cow<'static, [Node]>,
    /// The tails of all automata.
    pub(super) tails: Cow<'static, [Tail]>,
    /// What prefixes can match.
    pub(super) matches: Cow<'static, [Match]>,
    /// All regions; those of one calling code together, its main region first.
    pub(super) regions: Cow<'static, [RegionRow]>,
    /// All calling codes.
    pub(super) codes: Cow<'static, [CodeRow]>,
    /// The calling code that the first three digits of a number begin with, four bits each: its
    /// row, plus 1.
    pub(super) code_by_digits: Cow<'static, [u16]>,
    /// The row of a region, plus 1, by [`Region::letter_index`].
    pub(super) region_by_letters: Cow<'static, [u16]>,
    /// How numbers are written.
    pub(super) writings: Cow<'static, [WritingRow]>,
}

/// What parsing needs to know of a region.
#[derive(Clone, Copy, Debug)]
pub(super) struct RegionRow {
    /// The region.
    pub(super) id: Region,
    /// The row of its calling code.
    pub(super) code: u16,
    /// Answers with `general_bit` set to a number that matches its general pattern. For the main
    /// region of a calling code, the automaton that judges does this too.
    pub(super) general: NodeRef,
    /// The bit of that answer.
    pub(super) general_bit: u16,
    /// The international prefix.
    pub(super) idd: Program,
    /// The national prefix.
    pub(super) trunk: Program,
    /// What stands in place of the national prefix, once it is removed.
    pub(super) transform: Transform,
    /// How a national number of each length compares; the last is for all that are longer.
    pub(super) lengths: [Length; LENGTHS],
}

/// Lengths past this one are judged alike.
pub(super) const LENGTHS: usize = DEPTH + 1;

/// What stands in place of a national prefix that captured a group: literal digits, then the group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transform {
    /// The group, from 1; 0 where nothing is transformed.
    pub(super) group: u8,
    /// How many literal digits.
    pub(super) literals: u8,
    /// The literal digits.
    pub(super) literal: [u8; TRANSFORM_LITERALS_MAX],
}

/// The most literal digits that a transformation may add.
pub(super) const TRANSFORM_LITERALS_MAX: usize = 4;

/// Three digits, four bits each.
pub(super) fn pack(three: usize) -> usize {
    let (hundreds, tens, ones) = (three / 100, three / 10 % 10, three % 10);
    (hundreds * 16 + tens) * 16 + ones
}

/// What judging and formatting need to know of a calling code.
#[derive(Clone, Copy, Debug)]
pub(super) struct CodeRow {
    /// The calling code.
    pub(super) code: u16,
    /// How many digits it has.
    pub(super) digits: u8,
    /// Its digits, four bits each.
    pub(super) packed: u16,
    /// The row of its main region; its other regions follow.
    pub(super) main: u16,
    /// Judges its national numbers: a [`Judgement`].
    pub(super) judge: NodeRef,
    /// Tells how to write them: a [`Choice`].
    pub(super) choose: NodeRef,
    /// The row of its first writing.
    pub(super) writings: u16,
    /// What stands before an extension.
    pub(super) extension: ShortText,
}

/// How to write a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WritingRow {
    /// The fewest and most digits of each group; unused groups have none.
    pub(super) groups: [(u8, u8); WritingRow::GROUPS_MAX],
    /// The text, in which bytes 1 to 5 stand for the groups.
    pub(super) template: ShortText,
}

impl WritingRow {
    /// The most groups a number is written in.
    pub(super) const GROUPS_MAX: usize = 5;
}

/// A few bytes of text, held in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShortText {
    /// How many bytes.
    pub(super) length: u8,
    /// The bytes.
    pub(super) bytes: [u8; ShortText::BYTES_MAX],
}

impl ShortText {
    const BYTES_MAX: usize = 15;

    /// Holds a text, if it is short enough.
    pub(super) fn new(text: &[u8]) -> Result<ShortText, String> {
        let mut bytes = [0; ShortText::BYTES_MAX];
        let place = bytes.get_mut(..text.len()).filter(|_| text.is_ascii());
        let place = place.ok_or("a template is too long, or not plain text")?;
        place.copy_from_slice(text);
        Ok(ShortText { length: text.len() as u8, bytes })
    }

    /// The text.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or(&self.bytes)
    }
}
