//! The numbering plan, and the questions that can be asked of it.

use super::automaton;
use super::compile;
use super::digits::Digits;
use super::error::PlanError;
use super::format::{self, Format};
use super::kind::Refusal;
use super::number::Number;
use super::parse::{self, Vanity};
use super::pattern::NATIONAL_DIGITS_MAX;
use super::program::{Match, Program};
use super::region::Region;
use super::tables::{CodeRow, RegionRow, Tables, pack};
use super::xml;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// The numbering plan of the world: which numbers are valid, and how they are written.
///
/// [`Plan::builtin`] is compiled in. [`Plan::load`] reads a newer one.
#[derive(Debug)]
pub struct Plan {
    pub(super) tables: Tables,
}

/// The tables that the build script made of `plan.txt`.
mod builtin {
    use super::super::automaton::Node;
    use super::super::kind::Length::{LocalOnly, Possible, TooLong, TooShort, WrongLength};
    use super::super::program::{Match, Program};
    use super::super::region::Region;
    use super::super::tables::{CodeRow, RegionRow, ShortText, Tables, Transform, WritingRow};
    use super::Plan;
    use std::borrow::Cow;

    pub(super) static PLAN: Plan = Plan { tables: include!(concat!(env!("OUT_DIR"), "/plan.rs")) };
}

impl Plan {
    /// The plan that was compiled in. It is part of the program: nothing is read or built.
    #[must_use]
    pub fn builtin() -> &'static Plan {
        &builtin::PLAN
    }

    /// Reads a `PhoneNumberMetadata.xml` of libphonenumber, as its releases have it.
    ///
    /// # Errors
    /// A [`PlanError`] when this is no such file, or when its rules are not understood in full.
    pub fn load(xml: impl BufRead) -> Result<Plan, PlanError> {
        let facts = xml::facts(xml)?;
        Ok(Plan { tables: compile::compile(&facts)? })
    }

    /// As [`Plan::load`], from a file.
    ///
    /// # Errors
    /// As [`Plan::load`], and when the file cannot be read.
    pub fn open(path: &Path) -> Result<Plan, PlanError> {
        Plan::load(BufReader::new(File::open(path)?))
    }

    /// The version of libphonenumber's metadata, such as `9.0.43`. A loaded file states none, so
    /// it goes by its hash: `sha256:` and twelve digits.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.tables.version
    }

    /// All geographic regions, sorted.
    pub fn regions(&self) -> impl Iterator<Item = Region> {
        let regions = self.tables.regions.iter().map(|region| region.id);
        let sorted: BTreeSet<Region> = regions.filter(|&id| id != Region::WORLD).collect();
        sorted.into_iter()
    }

    /// The country calling code of a geographic region.
    #[must_use]
    pub fn calling_code(&self, region: Region) -> Option<u16> {
        let region = self.tables.region(region)?;
        Some(self.tables.codes[usize::from(region.code)].code)
    }

    /// The main region of a country calling code; `None` where no geographic region has it.
    #[must_use]
    pub fn main_region(&self, code: u16) -> Option<Region> {
        let code = self.tables.codes.iter().find(|known| known.code == code)?;
        let main = self.tables.regions[usize::from(code.main)].id;
        Some(main).filter(|region| *region != Region::WORLD)
    }

    /// Reads `text` as libphonenumber's `parse` does, then judges the number, which may be valid
    /// or not. Digits without `+` or an international prefix are national to the `home` region; a
    /// home region that the plan does not have is as good as none.
    ///
    /// Departs from libphonenumber in one thing: it refuses numbers written with letters, which
    /// are more often a mistake than a vanity number. [`Plan::parse_vanity`] reads them.
    ///
    /// Takes time linear in the length of the text, and allocates nothing.
    ///
    /// # Errors
    /// The [`Refusal`] of text that does not parse.
    #[inline]
    pub fn parse(&self, text: &str, home: Option<Region>) -> Result<Number, Refusal> {
        parse::parse(&self.tables, text, home, Vanity::Refused)
    }

    /// Reads up to 16 digits, four bits each, the last at the bottom, as [`Plan::parse`] reads their
    /// text.
    pub(crate) fn parse_digits(
        &self,
        digits: u64,
        count: usize,
        home: Region,
    ) -> Result<Number, Refusal> {
        parse::parse_digits(&self.tables, Digits::packed(digits, count), Some(home))
    }

    /// Reads text as [`Plan::parse`] reads it behind a plus.
    pub(super) fn parse_after_plus(&self, text: &str) -> Result<Number, Refusal> {
        let ordinary = parse::parse_after(&self.tables, None, text);
        ordinary.unwrap_or_else(|| self.parse(&format!("+{text}"), None))
    }

    /// Reads text as [`Plan::parse`] reads it behind a plus and a calling code.
    pub(super) fn parse_after_code(&self, code: u16, text: &str) -> Result<Number, Refusal> {
        let ordinary = parse::parse_after(&self.tables, Some(code), text);
        ordinary.unwrap_or_else(|| self.parse(&format!("+{code} {text}"), None))
    }

    /// As [`Plan::parse`], and reads letters as the digits on whose keys they stand, where there
    /// are three or more: `1-800-FLOWERS`.
    ///
    /// # Errors
    /// The [`Refusal`] of text that does not parse.
    pub fn parse_vanity(&self, text: &str, home: Option<Region>) -> Result<Number, Refusal> {
        parse::parse(&self.tables, text, home, Vanity::Read)
    }

    /// Appends the number to `out`, written as libphonenumber's `format_number` writes it.
    #[inline]
    pub fn format(&self, number: &Number, format: Format, out: &mut String) {
        format::format(&self.tables, number, format, out);
    }

    /// Numbers in E.164 which together take every transition of every automaton of the plan, and,
    /// where only the number of digits matters, have every number at which the answer changes.
    /// Whoever agrees on all of these agrees on the plan.
    #[doc(hidden)]
    pub fn transition_numbers(&self) -> impl Iterator<Item = String> {
        let tables = &self.tables;
        let roots = tables.codes.iter().flat_map(|code| [(code, code.judge), (code, code.choose)]);
        let general =
            tables.regions.iter().map(|row| (&tables.codes[usize::from(row.code)], row.general));
        roots.chain(general).flat_map(|(code, root)| {
            automaton::transitions(&tables.nodes, &tables.tails, root, NATIONAL_DIGITS_MAX)
                .into_iter()
                .map(|national| format!("+{}{national}", code.code))
        })
    }
}

impl Tables {
    /// The row of a geographic region.
    #[inline]
    pub(super) fn region(&self, region: Region) -> Option<&RegionRow> {
        let row = *self.region_by_letters.get(region.letter_index()?)?;
        self.regions.get(usize::from(row.checked_sub(1)?))
    }

    /// What a prefix matches at the start of the digits.
    #[inline(never)]
    pub(super) fn find(&self, prefix: &Program, digits: Digits) -> Option<&Match> {
        prefix.find(&self.nodes, &self.tails, &self.matches, digits)
    }

    /// The row of a calling code.
    pub(super) fn code(&self, code: u16) -> Option<&CodeRow> {
        let digits = code.checked_ilog10()?.min(2);
        let leading = usize::from(code) * 10_usize.pow(2 - digits);
        let row = *self.code_by_digits.get(pack(leading))?;
        self.codes.get(usize::from(row.checked_sub(1)?)).filter(|row| row.code == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_behind_a_plus_and_a_code_as_if_they_stood_there() {
        let plan = Plan::builtin();
        for text in [
            "971501234561",
            "50 123 4561",
            "(0)50-1234561",
            "+971501234561",
            " 2125551234",
            "1",
            "",
            "12",
            "1234567890123456",
            "123456789012345678",
            "2125551234x5",
            "x",
            "٠٥٠١٢٣٤٥٦١",
            "--1--",
        ] {
            assert_eq!(
                plan.parse_after_plus(text),
                plan.parse(&format!("+{text}"), None),
                "{text}"
            );
            for code in [1, 7, 39, 49, 225, 888, 971] {
                let whole = plan.parse(&format!("+{code} {text}"), None);
                assert_eq!(plan.parse_after_code(code, text), whole, "{code} {text}");
            }
        }
    }

    #[test]
    fn the_tables_of_the_world_fit_in_512_kib() {
        let Tables {
            version: _,
            nodes,
            tails,
            matches,
            regions,
            codes,
            code_by_digits,
            region_by_letters,
            writings,
        } = &Plan::builtin().tables;
        let sizes = [
            ("nodes", size_of_val(&**nodes)),
            ("tails", size_of_val(&**tails)),
            ("matches", size_of_val(&**matches)),
            ("regions", size_of_val(&**regions)),
            ("codes", size_of_val(&**codes)),
            ("code_by_digits", size_of_val(&**code_by_digits)),
            ("region_by_letters", size_of_val(&**region_by_letters)),
            ("writings", size_of_val(&**writings)),
        ];
        let bytes: usize = sizes.iter().map(|(_, bytes)| bytes).sum();
        assert!(bytes <= 512 * 1024, "{bytes} bytes: {sizes:?}");
    }
}
