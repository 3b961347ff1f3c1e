//! In: the facts of the regions of a calling code. Out: the automaton that judges its numbers. The
//! reference's rules on which region claims a number, and which kind it is, are here and nowhere
//! else. Shared with the build script.

use super::automaton::{Builder, Root};
use super::error::PlanError;
use super::facts::{Lengths, RegionFacts};
use super::kind::Kind;
use super::pattern::{Pattern, Step, emit_leading, push};
use super::tables::Judgement;

/// Builds the automaton that judges the numbers of a calling code.
pub(super) fn judge(automata: &mut Builder, group: &[RegionFacts]) -> Result<Root, PlanError> {
    let mut steps = Vec::new();
    let mut entries = Vec::new();
    for (region, facts) in group.iter().enumerate() {
        let mut emit = |slot, text: &str| {
            let accept = push(&mut steps, Step::Accept(pattern_number(region, slot)))?;
            entries.push(Pattern::parse_unanchored(text)?.emit(&mut steps, accept)?);
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
    let general = (0..group.len()).filter(|&region| matches(region, Slot::General));
    let general: Vec<usize> = general.collect();
    Judgement::new(region, region.map_or(Kind::Unknown, kind_of), &general)
}

impl RegionFacts {
    fn lengths_of(&self, kind: Kind) -> Option<Lengths> {
        self.kinds.iter().find(|(known, ..)| *known == kind).map(|(_, lengths, _)| *lengths)
    }

    fn pattern_of(&self, kind: Kind) -> Option<&str> {
        self.kinds.iter().find(|(known, ..)| *known == kind).map(|(.., pattern)| pattern.as_str())
    }
}
