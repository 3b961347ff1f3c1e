//! The phone engine: any text in, a judged number out. A library in itself, which knows nothing of
//! CSV or contacts.
//!
//! Its answers are those of Google's libphonenumber at the same metadata version, for every input:
//! what parses, calling code, national number, extension, region, kind, validity, and how the
//! number is written. `tests/phones.rs` holds it to that; [`Plan::parse`] names the engine's one departure.
//!
//! ```
//! use rowcall::phone::{Format, Kind, Plan, Refusal};
//!
//! let plan = Plan::builtin();
//! let home = Some("AE".parse()?);
//! let number = plan.parse("050 123-4567 ext. 12", home).expect("it parses");
//! assert_eq!((number.calling_code(), number.national()), (971, "501234567"));
//! assert_eq!((number.kind(), number.extension()), (Kind::Mobile, "12"));
//! assert_eq!(number.phone().map(|phone| phone.to_string()), Ok("+971501234567".to_owned()));
//!
//! let mut written = String::new();
//! plan.format(&number, Format::International, &mut written);
//! assert_eq!(written, "+971 50 123 4567 ext. 12");
//!
//! let short = plan.parse("+1 650 253", None).expect("it parses, and is not valid");
//! assert_eq!(short.refusal(), Some(Refusal::TooShort));
//! # Ok::<(), rowcall::phone::NotARegion>(())
//! ```
//!
//! # Terms
//!
//! - **E.164**, the ITU's recommendation for numbers of the public telephone network: `+`, the
//!   country calling code, the national number; 15 digits at most.
//! - **Country calling code**: one to three digits, no code the beginning of another. Some are
//!   shared by several regions (1, 7, 44, …), whose first in the plan is the *main region*; nine
//!   belong to no country (800, 808, 870, 878, 881, 882, 883, 888, 979), and to region `001`.
//! - **National (significant) number**: all digits after the calling code. Leading zeros may belong
//!   to it, as in Italy and Côte d'Ivoire.
//! - **International prefix** (international direct dialling, IDD): what is dialled before a
//!   calling code, such as `00` or `011`, where `+` is written.
//! - **National prefix** (trunk prefix): what is dialled before a national number within the
//!   country, such as `0`. It may hold a carrier code, and may stand for something: in Argentina
//!   the `15` after the area code is written as a `9` before it from abroad.
//! - **Home region**: the region in which a number without `+` is to be read.
//! - **Numbering plan**: which numbers each region has, of which kinds, and how they are written.
//!
//! # How it works
//!
//! The numbering plan states patterns: for each region, one for all its numbers and one for each
//! kind of number, about 3,300 facts. They are settled once, not asked one by one for each number.
//! For each calling code the patterns of all its regions run side by side in one **automaton** over
//! the digits; a number's walk through it ends at the finished answer: its region, its kind, and so
//! whether it is valid, with the order of regions and kinds applied. A second automaton chooses how
//! to write it. Whether a number looks like one of its region at all, on which the removal of
//! national prefixes depends, the first tells for the main region, and a small third one for each
//! other region. Each prefix has an automaton as well, which tells where it ends and what its groups
//! captured. All of it is some 400 KiB of tables for the whole world.
//!
//! The tables are made by the same code in two places. The build script compiles `plan.txt` to
//! statics, so [`Plan::builtin`] costs nothing. [`Plan::load`] compiles a newer plan at run time.
//!
//! ```text
//! plan.py ──► plan.txt ──► plan_text ─┐                     ┌─► statics   (build script)
//!                                     ├─► facts ─► compile ─┤
//! PhoneNumberMetadata.xml ──► xml ────┘                     └─► a Plan    (run time)
//!
//! text ──► plain, or text with extension ──► digits ──► parse ──► Number ──► format
//! ```
//!
//! - `plan.rs` the questions that can be asked of a plan; `tables.rs` what it holds; `facts.rs`
//!   what it states; `plan_text.rs`, `xml.rs` where the facts come from;
//! - `compile.rs` facts to tables, with `judge.rs` for what numbers are and `writing.rs` for how
//!   they are written; `pattern.rs` a pattern to steps; `automaton.rs` steps to automata, and the
//!   walk; `program.rs` prefixes to automata, with captures;
//! - `plain.rs` ordinary text to digits; `text.rs` any text to digits, with `extension.rs` and
//!   `unicode.rs`; `digits.rs` the digits;
//! - `parse.rs` digits to a judged number; `number.rs`, `kind.rs`, `region.rs` what comes out;
//!   `format.rs` a number to text.
//!
//! Around the engine stands what a cell needs and libphonenumber does not know: `reading.rs` goes the
//! whole way from a cell to a verdict, by way of `cell.rs` (what spreadsheets and people do to a
//! number), `parting.rs` (several numbers in a cell), `identity.rs` (two spellings of one subscriber)
//! and `fictional.rs` (numbers that nobody has); `ordinary.rs` is a short cut for most cells;
//! `explain.rs` tells the way step by step, as `trace.rs` notes it. Where the verdict departs from
//! libphonenumber stands in `docs/departures.md`, and a test reads it there.
//!
//! # What always holds
//!
//! - Reading allocates nothing, takes no lock, and never panics, whatever the text. Its time grows
//!   with the length of the text and no faster, and no text over 250 characters is read at all.
//! - A [`Phone`] is a valid number of 15 digits at most; nothing else makes one.
//! - A pattern that is not understood in full is refused when the plan is compiled: the engine has
//!   no pattern that it matches differently from the plan.
//! - Answers depend on the text, the home region and the plan, and on nothing else.

mod automaton;
mod cell;
mod compile;
mod digits;
mod error;
mod explain;
mod extension;
mod facts;
mod fictional;
mod format;
mod identity;
mod judge;
mod kind;
mod number;
mod ordinary;
mod parse;
mod parting;
mod pattern;
mod plain;
mod plan;
#[cfg(test)]
mod plan_text;
mod program;
mod reading;
mod region;
mod tables;
mod text;
mod trace;
mod unicode;
mod writing;
mod xml;

pub use cell::{Damage, Repair, Repairs};
pub use error::PlanError;
pub use explain::{Explanation, explain};
pub use fictional::{Fiction, fiction};
pub use format::Format;
pub use identity::{other_spellings, variant_key};
pub use kind::{Kind, Length, Refusal};
pub use number::{Number, Phone};
pub use ordinary::read_ordinary;
pub use plan::Plan;
pub use reading::{
    Choice, DigitsAs, Found, Letters, OtherReading, ReadRules, Reading, Refused, Several, read,
    read_at_length,
};
pub use region::{NotARegion, Region};
pub use trace::{Attempt, Step};
