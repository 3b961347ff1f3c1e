//! In: the [`Facts`] of a numbering plan. Out: its [`Tables`]. Shared with the build script.

use super::automaton::{Builder, Root};
use super::error::PlanError;
use super::facts::{Facts, Lengths, RegionFacts};
use super::judge;
use super::kind::Length;
use super::pattern::{Pattern, Step};
use super::program::{Match, Program};
use super::region::Region;
use super::tables::{
    CodeRow, Judgement, LENGTHS, RegionRow, ShortText, TRANSFORM_LITERALS_MAX, Tables, Transform,
    WritingRow, pack,
};
use super::writing;

/// Derives the tables of a plan from its facts.
pub(super) fn compile(facts: &Facts) -> Result<Tables, PlanError> {
    Compiler::default().compile(facts)
}

/// The tables while they grow.
#[derive(Default)]
struct Compiler {
    automata: Builder,
    /// The general automaton of each region, which for a main region is that of its calling code.
    region_roots: Vec<Root>,
    /// Two automata of each calling code: one judges, one chooses a writing.
    code_roots: Vec<Root>,
    /// Two automata of each region: its international prefix, its national prefix.
    prefix_roots: Vec<Root>,
    matches: Vec<Match>,
    regions: Vec<RegionRow>,
    codes: Vec<CodeRow>,
    writings: Vec<WritingRow>,
}

impl Compiler {
    fn compile(mut self, facts: &Facts) -> Result<Tables, PlanError> {
        let mut code_by_digits = vec![0; pack(999) + 1];
        let mut region_by_letters = vec![0; Region::LETTER_INDICES];
        for group in facts.regions.chunk_by(|a, b| a.calling_code == b.calling_code) {
            self.calling_code(group, &mut code_by_digits)?;
            for (place, facts) in group.iter().enumerate() {
                let general_bit = self.general(facts, place).map_err(|text| facts.error(&text))?;
                let region = self.region(facts, general_bit);
                let region = region.map_err(|problem| facts.error(&problem))?;
                if let Some(index) = region.id.letter_index() {
                    region_by_letters[index] = self.regions.len() as u16 + 1;
                }
                self.regions.push(region);
            }
        }
        let roots = [self.region_roots, self.prefix_roots, self.code_roots].concat();
        let layout = self.automata.finish(&roots).map_err(|what| PlanError::TooLarge { what })?;
        let (general, others) = layout.roots.split_at(self.regions.len());
        let (prefixes, of_codes) = others.split_at(2 * self.regions.len());
        for (place, region) in self.regions.iter_mut().enumerate() {
            region.general = general[place];
            (region.idd.root, region.trunk.root) = (prefixes[2 * place], prefixes[2 * place + 1]);
        }
        for (code, roots) in self.codes.iter_mut().zip(of_codes.chunks_exact(2)) {
            (code.judge, code.choose) = (roots[0], roots[1]);
        }
        Ok(Tables {
            version: facts.version.clone().into(),
            nodes: layout.nodes.into(),
            tails: layout.tails.into(),
            matches: self.matches.into(),
            regions: self.regions.into(),
            codes: self.codes.into(),
            code_by_digits: code_by_digits.into(),
            region_by_letters: region_by_letters.into(),
            writings: self.writings.into(),
        })
    }

    /// Adds a calling code, given its regions.
    fn calling_code(
        &mut self,
        group: &[RegionFacts],
        code_by_digits: &mut [u16],
    ) -> Result<(), PlanError> {
        let main = &group[0];
        let code = usize::from(main.calling_code);
        let digits = code.checked_ilog10().map_or(0, |log| log as usize + 1);
        if !(1..=3).contains(&digits) || group.len() >= usize::from(Judgement::NO_REGION) {
            return Err(main.error(&"it has an impossible calling code"));
        }
        let width = 10_usize.pow(3 - digits as u32);
        for three in code * width..(code + 1) * width {
            let row = &mut code_by_digits[pack(three)];
            if *row != 0 {
                return Err(main.error(&"its calling code begins like another"));
            }
            *row = self.codes.len() as u16 + 1;
        }
        let judge = judge::judge(&mut self.automata, group)?;
        let too_large = |_| PlanError::TooLarge { what: "too many formats" };
        let writings = u16::try_from(self.writings.len()).map_err(too_large)?;
        let choose = writing::choose(&mut self.automata, &mut self.writings, main)
            .map_err(|problem| main.error(&problem))?;
        self.code_roots.extend([judge, choose]);
        let extension = if main.extension.is_empty() { " ext. " } else { &main.extension };
        self.codes.push(CodeRow {
            code: main.calling_code,
            digits: digits as u8,
            packed: pack(code) as u16,
            main: self.regions.len() as u16,
            judge: 0,
            choose: 0,
            writings,
            extension: ShortText::new(extension.as_bytes()).map_err(|text| main.error(&text))?,
        });
        Ok(())
    }

    /// Adds the general automaton of a region; returns the bit of its answers that counts.
    fn general(&mut self, facts: &RegionFacts, place: usize) -> Result<u16, String> {
        if let (0, [.., judge, _choose]) = (place, self.code_roots.as_slice()) {
            self.region_roots.push(*judge);
            return Ok(Judgement::MAIN_GENERAL);
        }
        let mut steps = vec![Step::Accept(0)];
        let entry = Pattern::parse_unanchored(&facts.general)?.emit(&mut steps, 0)?;
        let root = self.automata.build(&steps, &[entry], &|matched, _| matched.len() as u16);
        self.region_roots.push(root);
        Ok(1)
    }

    /// Makes the row of a region.
    fn region(&mut self, facts: &RegionFacts, general_bit: u16) -> Result<RegionRow, String> {
        Ok(RegionRow {
            id: facts.region().map_err(|error| error.to_string())?,
            code: self.codes.len() as u16 - 1,
            general: 0,
            general_bit,
            idd: self.prefix(&facts.idd)?,
            trunk: self.prefix(&facts.trunk)?,
            transform: transform(&facts.trunk_transform)?,
            lengths: compare_lengths(facts.possible, facts.local)?,
        })
    }

    fn prefix(&mut self, pattern: &str) -> Result<Program, String> {
        let (program, root) = Program::compile(pattern, &mut self.automata, &mut self.matches)?;
        self.prefix_roots.push(root);
        Ok(program)
    }
}

/// Compares each length with those of a region.
fn compare_lengths(possible: Lengths, local: Lengths) -> Result<[Length; LENGTHS], String> {
    let (shortest, longest) = possible.range().ok_or("it has no possible lengths")?;
    if longest >= LENGTHS - 1 {
        return Err("its numbers are too long".to_owned());
    }
    Ok(std::array::from_fn(|length| match length {
        _ if local.contain(length) => Length::LocalOnly,
        _ if possible.contain(length) => Length::Possible,
        _ if length < shortest => Length::TooShort,
        _ if length > longest => Length::TooLong,
        _ => Length::WrongLength,
    }))
}

/// Reads a transformation: `9\1` puts a 9 before what the first group captured.
fn transform(text: &str) -> Result<Transform, String> {
    let mut transform = Transform { group: 0, literals: 0, literal: [0; TRANSFORM_LITERALS_MAX] };
    if text.is_empty() {
        return Ok(transform);
    }
    let parts = text.split_once('\\').and_then(|(literal, group)| {
        transform.group = group.parse().ok().filter(|group| (1..=2).contains(group))?;
        transform.literals = literal.len() as u8;
        let digits = literal.bytes().map(|byte| byte.wrapping_sub(b'0'));
        for (place, digit) in digits.enumerate() {
            *transform.literal.get_mut(place).filter(|_| digit < 10)? = digit;
        }
        Some(transform)
    });
    parts.ok_or_else(|| format!("transformation {text:?} is not understood"))
}
