//! In: how the numbers of a calling code are written. Out: [`WritingRow`]s, and the automaton that
//! chooses among them for each number. Shared with the build script.

use super::automaton::{Builder, Root};
use super::facts::{RegionFacts, Writing};
use super::pattern::{Pattern, Step, emit_leading};
use super::tables::{Choice, ShortText, WritingRow};
use std::ops::RangeInclusive;

/// Adds the writings of a calling code, and the automaton that chooses among them: the first
/// whose leading digits and length fit. As in the reference, only those of the main region
/// count, and those from abroad are the national ones where none are stated.
pub(super) fn choose(
    automata: &mut Builder,
    rows: &mut Vec<WritingRow>,
    facts: &RegionFacts,
) -> Result<Root, String> {
    let mut choices = Choices { first_row: rows.len(), ..Choices::default() };
    for writing in &facts.national {
        choices.add(WritingRow::new(writing, &writing.rule)?, writing, rows)?;
    }
    let abroad =
        if facts.international.is_empty() { &facts.national } else { &facts.international };
    let nationals = facts.national.len();
    for writing in abroad {
        choices.add(WritingRow::new(writing, "")?, writing, rows)?;
    }
    Ok(automata.build(&choices.steps, &choices.entries, &|matched, length| {
        let choose = |numbers: &[u16]| {
            let mut fitting = numbers.iter().map(|&number| &choices.of[usize::from(number)]);
            fitting.find(|(lengths, _)| lengths.contains(&length)).map_or(0, |&(_, row)| row)
        };
        let (at_home, abroad) =
            matched.split_at(matched.partition_point(|&n| usize::from(n) < nationals));
        Choice::new(choose(at_home), choose(abroad)).0
    }))
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
