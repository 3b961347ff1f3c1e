//! The steps from a cell to its verdict, noted where they are made, for whoever asks how a cell was
//! read. Who does not ask passes `()`, and nothing is noted.

use super::cell::{Damage, Repair};
use super::kind::Refusal;
use super::number::Number;

/// A step on the way from a cell to its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The digits and signs of other scripts were written in ASCII, and what shows nothing was
    /// taken out; the text after that.
    Plain(String),
    /// The cell has separators between numbers; its parts.
    Parted(Vec<String>),
    /// One of the parts begins.
    Part(String),
    /// Not every part is a number, so the cell is read as a whole.
    Whole(String),
    /// A repair, and the text after it.
    Repaired(Repair, String),
    /// A spreadsheet destroyed the number.
    Damaged(Damage),
    /// The text was read, and what it was read as.
    Read(Attempt, String, Result<Number, Refusal>),
}

/// A way in which a text is read as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// By libphonenumber's rules, in the home region if there is one.
    Reference,
    /// The same, with letters as digits.
    Vanity,
    /// As a national number of the home region.
    National,
    /// As an international number that lost its plus.
    International,
    /// As what follows an international prefix that the home region does not dial.
    AfterForeignPrefix,
    /// As the spelling of today of a number that is written as in the past.
    Modern,
}

/// Who listens to the steps.
pub(super) trait Trace {
    /// A step was made. It is put into words only where somebody listens.
    fn note(&mut self, step: impl FnOnce() -> Step);
}

impl Trace for () {
    fn note(&mut self, _: impl FnOnce() -> Step) {}
}

impl Trace for Vec<Step> {
    fn note(&mut self, step: impl FnOnce() -> Step) {
        self.push(step());
    }
}
