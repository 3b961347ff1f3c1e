//! `summary.json` as this module reads it: what the other files are held against.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;

use super::report::{Check, Findings, Spot};
use crate::contact::Field;
use crate::problem::Code;

/// The file that tells a folder of ours.
pub(super) const SUMMARY: &str = "summary.json";

/// The form that this version reads.
const SCHEMA: &str = "rowcall.summary/1";

/// What the summary says, as far as another file can bear witness to it. Further keys are allowed:
/// they say what was found and asked for, and no file repeats it.
#[derive(Debug, Deserialize)]
pub(super) struct Facts {
    pub(super) command: String,
    pub(super) numbering_plan: String,
    pub(super) counts: BTreeMap<String, u64>,
    equation: String,
    pub(super) actions: Actions,
    pub(super) withheld: Option<String>,
    pub(super) sources: Vec<Source>,
    pub(super) settings: Settings,
    pub(super) problems: BTreeMap<String, u64>,
    pub(super) regions: BTreeMap<String, u64>,
    pub(super) kinds: BTreeMap<String, u64>,
    pub(super) outputs: Vec<Output>,
}

/// How many accepted contacts are made and updated.
#[derive(Debug, Deserialize)]
pub(super) struct Actions {
    pub(super) create: u64,
    pub(super) update: u64,
}

/// The first thing to know of a summary.
#[derive(Debug, Deserialize)]
struct Schema {
    schema: String,
}

/// What was read.
#[derive(Debug, Deserialize)]
pub(super) struct Source {
    #[serde(rename = "source")]
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) rows: u64,
    pub(super) delimiter: String,
    pub(super) quote: Option<String>,
    pub(super) escape: Option<String>,
    pub(super) header: Vec<String>,
    columns: Vec<Column>,
    pub(super) params: Vec<String>,
}

/// Which column feeds a field.
#[derive(Debug, Deserialize)]
struct Column {
    field: String,
    column: String,
    column_number: usize,
}

/// What was asked for.
#[derive(Debug, Deserialize)]
pub(super) struct Settings {
    pub(super) on_duplicate: Option<String>,
    pub(super) to: Option<String>,
    pub(super) contract_blake3: Option<String>,
    #[serde(default)]
    pub(super) tag_id: Vec<String>,
    #[serde(default)]
    pub(super) redact: bool,
    #[serde(default)]
    pub(super) no_page: bool,
    batch_size: Option<String>,
    pub(super) batch_bytes: Option<u64>,
}

/// A file of the folder.
#[derive(Debug, Deserialize)]
pub(super) struct Output {
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) blake3: String,
}

/// The schema of a summary that another command wrote.
pub(super) fn other_schema(bytes: &[u8]) -> Option<&'static str> {
    let schema = serde_json::from_slice::<Schema>(bytes).ok()?.schema;
    ["rowcall.retry/1", "rowcall.reconcile/1"].into_iter().find(|other| *other == schema)
}

impl Facts {
    /// Reads the summary; `None` where nothing can be held against it.
    pub(super) fn read(bytes: &[u8], found: &mut Findings) -> Option<Facts> {
        let spot = Spot::file(SUMMARY);
        // Another schema has other keys, which would be missed one by one.
        let schema = serde_json::from_slice::<Schema>(bytes).map(|other| other.schema);
        if let Some(other) = schema.as_ref().ok().filter(|schema| *schema != SCHEMA) {
            let seen = format!("the schema is {other}");
            let expected = format!("{SCHEMA}, or the version of rowcall that wrote it");
            found.say(Check::SummaryForm, spot, seen, expected);
            return None;
        }
        match schema.and_then(|_| serde_json::from_slice::<Facts>(bytes)) {
            Ok(facts) if facts.sources.is_empty() => {
                found.say(Check::SummaryForm, spot.key("sources"), "none", "one or more");
                None
            }
            Ok(facts) => {
                facts.check(found);
                Some(facts)
            }
            Err(cause) => {
                let spot = spot.line(cause.line() as u64);
                found.say(Check::SummaryForm, spot, cause, "the summary of a run, as JSON");
                None
            }
        }
    }

    /// How many rows had a fate; all rows under `rows`.
    pub(super) fn count(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or(0)
    }

    /// Whether the run left a payload.
    pub(super) fn has_payload(&self) -> bool {
        self.command == "prepare" && self.settings.to.is_some() && self.withheld.is_none()
    }

    /// Contacts a payload file at most; `None` where it is not said as it must be.
    pub(super) fn batch_rows(&self) -> Option<u64> {
        match self.settings.batch_size.as_deref()? {
            "all" => Some(u64::MAX),
            number => number.parse().ok(),
        }
    }

    /// What the summary says of itself.
    fn check(&self, found: &mut Findings) {
        let spot = Spot::file(SUMMARY);
        if !["prepare", "check"].contains(&self.command.as_str()) {
            let seen = format!("the command {}", self.command);
            found.say(Check::SummaryForm, spot, seen, "prepare or check");
        }
        if self.has_payload() && self.batch_rows().is_none() {
            let spot = spot.key("settings.batch_size");
            found.say(Check::SummaryForm, spot, "no number of contacts", "a number, or all");
        }
        for code in self.problems.keys().filter(|code| !Code::all().any(|it| it.as_str() == **code))
        {
            found.say(Check::SummaryForm, spot.key("problems"), code, "a code that is known");
        }
        self.check_counts(found);
        self.check_sources(found);
    }

    fn check_counts(&self, found: &mut Findings) {
        let spot = Spot::file(SUMMARY);
        let fates = || self.counts.iter().filter(|(name, _)| *name != "rows");
        let sum = |counts: &mut dyn Iterator<Item = u64>| counts.map(u128::from).sum::<u128>();
        let rows = u128::from(self.count("rows"));
        let by_fate = sum(&mut fates().map(|(_, count)| *count));
        found.compare(Check::SummaryCounts, spot.key("counts"), by_fate, rows);
        let by_source = sum(&mut self.sources.iter().map(|source| source.rows));
        found.compare(Check::SummaryCounts, spot.key("sources"), by_source, rows);
        let accepted = u128::from(self.count("accepted"));
        let actions = u128::from(self.actions.create) + u128::from(self.actions.update);
        found.compare(Check::SummaryCounts, spot.key("actions"), actions, accepted);
        for (key, shares) in [("regions", &self.regions), ("kinds", &self.kinds)] {
            let shares = sum(&mut shares.values().copied());
            found.compare(Check::SummaryCounts, spot.key(key), shares, accepted);
        }
        if equation(&self.equation).as_ref() != Some(&self.nonzero()) {
            let spot = spot.key("equation");
            found.say(Check::SummaryCounts, spot, "other numbers than the counts", "the same");
        }
    }

    /// The counts as an equation has them: of the fates, those that occurred, and accepted.
    pub(super) fn nonzero(&self) -> BTreeMap<String, u64> {
        let always = |name: &str| ["rows", "accepted"].contains(&name);
        let kept = self.counts.iter().filter(|(name, count)| **count > 0 || always(name));
        kept.map(|(name, count)| (name.clone(), *count)).collect()
    }

    fn check_sources(&self, found: &mut Findings) {
        let spot = Spot::file(SUMMARY).key("sources");
        let mut names = HashSet::new();
        for source in &self.sources {
            if !names.insert(&source.name) {
                let seen = format!("{} twice", source.name);
                found.say(Check::SummaryForm, spot, seen, "a name for each source");
            }
            for Column { field, column, column_number } in &source.columns {
                if Field::from_name(field).is_none() {
                    found.say(Check::SummaryForm, spot, field, "a field");
                }
                let header = column_number.checked_sub(1).and_then(|at| source.header.get(at));
                if header != Some(column) {
                    let seen = format!("column {column_number} has another name in the header");
                    found.say(Check::SummaryForm, spot, seen, column);
                }
            }
        }
    }
}

/// The numbers of `1000 rows = 930 accepted + 70 duplicate` by their names; `None` where it is no
/// such text, or has a name twice.
pub(super) fn equation(text: &str) -> Option<BTreeMap<String, u64>> {
    let (rows, parts) = text.split_once(" = ")?;
    let mut numbers = BTreeMap::new();
    for part in std::iter::once(rows).chain(parts.split(" + ")) {
        let (number, name) = part.split_once(' ')?;
        if numbers.insert(name.to_owned(), number.parse().ok()?).is_some() {
            return None;
        }
    }
    Some(numbers)
}

/// Rows by source and number, and by ordinal, from 0 over all sources.
impl Facts {
    /// The ordinal of the first row of a source.
    fn first_ordinal(&self, source: usize) -> u64 {
        self.sources[..source].iter().fold(0, |sum, source| sum.saturating_add(source.rows))
    }

    /// The ordinal of a row.
    pub(super) fn ordinal(&self, source: usize, number: u64) -> u64 {
        self.first_ordinal(source).saturating_add(number.saturating_sub(1))
    }

    /// The source, by index, and the number of the row with an ordinal.
    pub(super) fn row_of(&self, ordinal: u64) -> (usize, u64) {
        let mut left = ordinal;
        for (source, facts) in self.sources.iter().enumerate() {
            if left < facts.rows || source + 1 == self.sources.len() {
                return (source, left.saturating_add(1));
            }
            left -= facts.rows;
        }
        (0, left)
    }

    /// The row itself if its source has so many, else the first one of the sources that follow.
    pub(super) fn row_at_or_after(&self, (mut source, mut number): (usize, u64)) -> (usize, u64) {
        while self.sources.get(source).is_some_and(|it| number > it.rows) {
            (source, number) = (source + 1, 1);
        }
        (source, number)
    }
}
