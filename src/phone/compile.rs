//! In: the [`Facts`] of a numbering plan. Out: its [`Tables`]. Shared with the build script.

use super::automaton::{Builder, Root};
use super::error::PlanError;
use super::facts::{Facts, Lengths, RegionFacts, Writing};
use super::kind::{Kind, Length};
use super::pattern::{ANY_DIGIT, Pattern, Step, push};
use super::program::Program;
use super::tables::{
    Assigned, Choice, CodeRow, Judgement, LENGTHS, RegionRow, ShortText, TRANSFORM_LITERALS_MAX,
    Tables, Transform, WritingRow,
};
use std::ops::RangeInclusive;

/// Derives the tables of a plan from its facts.
pub(super) fn compile(facts: &Facts) -> Result<Tables, PlanError> {
    Compiler::default().compile(facts)
}

/// The tables while they grow.
#[derive(Default)]
struct Compiler {
    automata: Builder,
    /// The general automaton of each region, then two automata of each calling code.
    region_roots: Vec<Root>,
    code_roots: Vec<Root>,
    steps: Vec<Step>,
    regions: Vec<RegionRow>,
    codes: Vec<CodeRow>,
    writings: Vec<WritingRow>,
}

impl Compiler {
    fn compile(mut self, facts: &Facts) -> Result<Tables, PlanError> {
        let mut code_by_digits = vec![0; 1000];
        let mut region_by_letters = vec![0; 26 * 26];
        for group in facts.regions.chunk_by(|a, b| a.calling_code == b.calling_code) {
            self.calling_code(group, &mut code_by_digits)?;
            for facts in group {
                let region = self.region(facts).map_err(|problem| facts.error(&problem))?;
                if let Some(index) = region.id.letter_index() {
                    region_by_letters[index] = self.regions.len() as u16 + 1;
                }
                self.regions.push(region);
            }
        }
        let roots = [self.region_roots, self.code_roots].concat();
        let layout = self.automata.finish(&roots).map_err(|what| PlanError::TooLarge { what })?;
        let (general, of_codes) = layout.roots.split_at(self.regions.len());
        for (region, &root) in self.regions.iter_mut().zip(general) {
            region.general = root;
        }
        for (code, roots) in self.codes.iter_mut().zip(of_codes.chunks_exact(2)) {
            (code.judge, code.choose) = (roots[0], roots[1]);
        }
        Ok(Tables {
            version: facts.version.clone().into(),
            nodes: layout.nodes.into(),
            tails: layout.tails.into(),
            steps: self.steps.into(),
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
        for row in &mut code_by_digits[code * width..(code + 1) * width] {
            if *row != 0 {
                return Err(main.error(&"its calling code begins like another"));
            }
            *row = self.codes.len() as u16 + 1;
        }
        let judge = judge(&mut self.automata, group)?;
        let writings = self.writings.len() as u16;
        let choose = self.choose(main).map_err(|problem| main.error(&problem))?;
        self.code_roots.extend([judge, choose]);
        let extension = if main.extension.is_empty() { " ext. " } else { &main.extension };
        self.codes.push(CodeRow {
            code: main.calling_code,
            digits: digits as u8,
            text: code_text(main.calling_code),
            main: self.regions.len() as u16,
            judge: 0,
            choose: 0,
            writings,
            extension: ShortText::new(extension.as_bytes()).map_err(|text| main.error(&text))?,
        });
        Ok(())
    }

    /// Makes the row of a region, and its automaton.
    fn region(&mut self, facts: &RegionFacts) -> Result<RegionRow, String> {
        let mut general = vec![Step::Accept(0)];
        let entry = Pattern::parse(&facts.general)?.emit(&mut general, 0)?;
        let root = self.automata.build(&general, &[entry], &|matched, _| matched.len() as u16);
        self.region_roots.push(root);
        Ok(RegionRow {
            id: facts.region().map_err(|error| error.to_string())?,
            code: self.codes.len() as u16 - 1,
            general: 0,
            idd: self.prefix(&facts.idd)?,
            trunk: self.prefix(&facts.trunk)?,
            transform: transform(&facts.trunk_transform)?,
            lengths: compare_lengths(facts.possible, facts.local)?,
        })
    }

    fn prefix(&mut self, pattern: &str) -> Result<Program, String> {
        if pattern.is_empty() {
            return Ok(Program::NONE);
        }
        Program::compile(pattern, &mut self.steps)
    }

    /// Adds the writings of a calling code, and the automaton that chooses among them: the first
    /// whose leading digits and length fit. As in the reference, only those of the main region
    /// count, and those from abroad are the national ones where none are stated.
    fn choose(&mut self, facts: &RegionFacts) -> Result<Root, String> {
        let mut choices = Choices { first_row: self.writings.len(), ..Choices::default() };
        for writing in &facts.national {
            choices.add(WritingRow::new(writing, &writing.rule)?, writing, &mut self.writings)?;
        }
        let abroad =
            if facts.international.is_empty() { &facts.national } else { &facts.international };
        let nationals = facts.national.len();
        for writing in abroad {
            choices.add(WritingRow::new(writing, "")?, writing, &mut self.writings)?;
        }
        Ok(self.automata.build(&choices.steps, &choices.entries, &|matched, length| {
            let choose = |numbers: &[u16]| {
                let mut fitting = numbers.iter().map(|&number| &choices.of[usize::from(number)]);
                fitting.find(|(lengths, _)| lengths.contains(&length)).map_or(0, |&(_, row)| row)
            };
            let (at_home, abroad) =
                matched.split_at(matched.partition_point(|&n| usize::from(n) < nationals));
            Choice::new(choose(at_home), choose(abroad)).0
        }))
    }
}

/// The writings of one calling code, as an automaton chooses among them.
#[derive(Default)]
struct Choices {
    first_row: usize,
    steps: Vec<Step>,
    entries: Vec<u16>,
    /// The lengths that each writing suits, and its row, from 1.
    of: Vec<(RangeInclusive<usize>, u8)>,
}

impl Choices {
    /// Adds a writing. Many are the same at home and abroad, and share a row.
    fn add(
        &mut self,
        row: WritingRow,
        writing: &Writing,
        rows: &mut Vec<WritingRow>,
    ) -> Result<(), String> {
        let place = rows[self.first_row..].iter().position(|known| *known == row);
        let place = place.unwrap_or_else(|| {
            rows.push(row);
            rows.len() - 1 - self.first_row
        });
        let least = row.groups.iter().map(|group| usize::from(group.0)).sum();
        let most = row.groups.iter().map(|group| usize::from(group.1)).sum();
        let row = u8::try_from(place + 1).map_err(|_| "it has too many formats")?;
        let number = self.of.len() as u16;
        self.entries.push(emit_leading(&writing.leading, number, &mut self.steps)?);
        self.of.push((least..=most, row));
        Ok(())
    }
}

/// A plus and the digits of a calling code, at the end of four bytes.
fn code_text(code: u16) -> [u8; 4] {
    let text = format!("+{code}");
    let mut bytes = [0; 4];
    bytes[4 - text.len()..].copy_from_slice(text.as_bytes());
    bytes
}

/// Builds the automaton that judges the numbers of a calling code.
fn judge(automata: &mut Builder, group: &[RegionFacts]) -> Result<Root, PlanError> {
    let mut steps = Vec::new();
    let mut entries = Vec::new();
    for (region, facts) in group.iter().enumerate() {
        let mut emit = |slot, text: &str| {
            let accept = push(&mut steps, Step::Accept(pattern_number(region, slot)))?;
            entries.push(Pattern::parse(text)?.emit(&mut steps, accept)?);
            Ok(())
        };
        facts
            .kinds
            .iter()
            .try_for_each(|(kind, _, pattern)| emit(Slot::Kind(*kind), pattern))
            .and_then(|()| emit(Slot::General, &facts.general))
            .map_err(|problem: String| facts.error(&problem))?;
        if !facts.leading.is_empty() {
            let number = pattern_number(region, Slot::Leading);
            let entry = emit_leading(&facts.leading, number, &mut steps);
            entries.push(entry.map_err(|problem| facts.error(&problem))?);
        }
    }
    Ok(automata.build(&steps, &entries, &|matched, length| judgement(group, matched, length).0))
}

/// What a pattern tells of a region.
#[derive(Clone, Copy)]
enum Slot {
    Kind(Kind),
    General,
    Leading,
}

/// The number of a pattern among all those of a calling code.
fn pattern_number(region: usize, slot: Slot) -> u16 {
    let slot = match slot {
        Slot::Kind(kind) => kind as u16,
        Slot::General => 14,
        Slot::Leading => 15,
    };
    region as u16 * 16 + slot
}

/// Appends the steps of a pattern that leading digits match, whatever follows them.
fn emit_leading(pattern: &str, number: u16, steps: &mut Vec<Step>) -> Result<u16, String> {
    let leading = Pattern::parse(pattern)?;
    let accept = push(steps, Step::Accept(number))?;
    let any = push(steps, Step::Digit(ANY_DIGIT, accept + 2))?;
    let rest = push(steps, Step::Either(any, accept))?;
    leading.emit(steps, rest)
}

/// The order in which the reference asks for kinds: the first that matches is the number's kind.
/// Fixed line and mobile, which may overlap, come after all of these.
const KINDS_BY_PRIORITY: [Kind; 8] = [
    Kind::PremiumRate,
    Kind::TollFree,
    Kind::SharedCost,
    Kind::Voip,
    Kind::PersonalNumber,
    Kind::Pager,
    Kind::Uan,
    Kind::Voicemail,
];

/// What to say of a number of so many digits that these patterns match.
fn judgement(group: &[RegionFacts], matched: &[u16], length: usize) -> Judgement {
    let matches = |region, slot| matched.binary_search(&pattern_number(region, slot)).is_ok();
    let kind_of = |region| {
        let facts: &RegionFacts = &group[region];
        let is = |kind| {
            matches(region, Slot::Kind(kind))
                && facts.lengths_of(kind).is_some_and(|lengths| lengths.contain(length))
        };
        if !matches(region, Slot::General) || !facts.possible.contain(length) {
            return Kind::Unknown;
        }
        if let Some(kind) = KINDS_BY_PRIORITY.into_iter().find(|&kind| is(kind)) {
            return kind;
        }
        // Where fixed line and mobile have one pattern, only the fixed line's lengths count.
        let same = facts.pattern_of(Kind::FixedLine) == facts.pattern_of(Kind::Mobile);
        match (is(Kind::FixedLine), !same && is(Kind::Mobile)) {
            (true, mobile) if same || mobile => Kind::FixedLineOrMobile,
            (true, _) => Kind::FixedLine,
            (false, true) => Kind::Mobile,
            (false, false) => Kind::Unknown,
        }
    };
    // A region with leading digits claims all numbers that have them, valid or not; a calling
    // code's only region claims every number.
    let claims = |&region: &usize| {
        if group.len() == 1 {
            true
        } else if group[region].leading.is_empty() {
            kind_of(region) != Kind::Unknown
        } else {
            matches(region, Slot::Leading)
        }
    };
    let region = (0..group.len()).find(claims);
    let assigned = (0..group.len()).any(|region| matches(region, Slot::General));
    Judgement::new(
        region,
        region.map_or(Kind::Unknown, kind_of),
        if assigned { Assigned::Yes } else { Assigned::No },
    )
}

impl RegionFacts {
    fn lengths_of(&self, kind: Kind) -> Option<Lengths> {
        self.kinds.iter().find(|(known, ..)| *known == kind).map(|(_, lengths, _)| *lengths)
    }

    fn pattern_of(&self, kind: Kind) -> Option<&str> {
        self.kinds.iter().find(|(known, ..)| *known == kind).map(|(.., pattern)| pattern.as_str())
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

impl WritingRow {
    /// Compiles a writing. The rule stands for the first group that the template writes, whichever
    /// group that is.
    fn new(writing: &Writing, rule: &str) -> Result<WritingRow, String> {
        let Writing { groups: pattern, template, rule: _, leading: _ } = writing;
        let parts = Pattern::parse(pattern)?.digit_groups();
        let parts = parts.filter(|parts| parts.len() <= WritingRow::GROUPS_MAX);
        let parts = parts.ok_or_else(|| format!("format {pattern:?} is not a row of groups"))?;
        let mut groups = [(0, 0); WritingRow::GROUPS_MAX];
        for (group, part) in groups.iter_mut().zip(&parts) {
            *group = (part.0 as u8, part.1 as u8);
        }
        let mut text = template.clone();
        if !rule.is_empty() {
            let first = text.find('\\').filter(|&at| text.is_char_boundary(at + 2));
            let first = first.ok_or_else(|| format!("template {text:?} has no group"))?;
            let group = text[first..first + 2].to_owned();
            text.replace_range(first..first + 2, &rule.replace("\\1", &group));
        }
        let template = ShortText::new(&compile_template(&text, parts.len())?)?;
        Ok(WritingRow { groups, template })
    }
}

/// Turns `\1` to `\5` into the bytes 1 to 5, and leaves all else as it is.
fn compile_template(text: &str, groups: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'\\' => {
                let group = rest.next().map_or(0, |digit| digit.wrapping_sub(b'0'));
                if !(1..=groups).contains(&usize::from(group)) {
                    return Err(format!("template {text:?} names a group that is not there"));
                }
                group
            }
            b' '..=b'~' => byte,
            _ => return Err(format!("template {text:?} is not plain text")),
        });
    }
    Ok(bytes)
}
