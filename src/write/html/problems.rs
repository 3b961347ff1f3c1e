//! Problems as they go by → of each code in which rows it stands, and the first rows.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::problem::{Code, Fate, Place};
use crate::unique::Compared;
use crate::write::issues::{ProblemView, Related, Role};

use super::{label, shown, weight};

/// The most rows of a code.
const ROWS_MAX: usize = 200;

/// The most bytes of all rows in the page. Every code has the same share, so that what is shown of
/// one does not hang on the others.
const ROWS_BYTES_MAX: usize = 2_700_000;

/// The bytes that a row has in the page beside its texts.
const ROW_BYTES: usize = 90;

/// The most ranges of rows of a code.
const RANGES_MAX: usize = 40;

/// The problems by code.
#[derive(Debug)]
pub(super) struct Problems {
    groups: Vec<Group>,
    /// The bytes that the name of each source has in a row.
    names_bytes: Vec<usize>,
}

/// A code, as far as it is shown.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) rows: Vec<Row>,
    bytes: usize,
    is_full: bool,
    ranges: Vec<Range>,
    last: Option<(u32, u64)>,
    /// How many rows have it.
    pub(super) rows_counted: u64,
    /// How many of those are in no range.
    pub(super) rows_beyond: u64,
}

/// A row with a problem.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    /// Its source, by index.
    pub(super) source: u32,
    pub(super) row: u64,
    pub(super) line: u64,
    /// The header; empty where the whole record is meant.
    pub(super) column: String,
    pub(super) value: String,
    /// What was seen; where it is empty, the code says it all.
    pub(super) reason: String,
    pub(super) suggestion: String,
    pub(super) fate: &'static str,
}

/// Rows of a source one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) source: u32,
    pub(super) first: u64,
    pub(super) last: u64,
}

/// What is taken from an encoded problem.
#[derive(Deserialize)]
struct Keys {
    #[serde(default)]
    column: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    readings: Vec<Reading>,
}

#[derive(Deserialize)]
struct Reading {
    r#as: String,
    phone: String,
}

impl Problems {
    /// No problem yet, of sources with these names.
    pub(super) fn new(sources: &[String]) -> Problems {
        let groups = Code::all().map(|_| Group::default()).collect();
        let is_named = sources.len() > 1;
        let bytes = |name: &String| if is_named { weight(name) } else { 0 };
        Problems { groups, names_bytes: sources.iter().map(bytes).collect() }
    }

    pub(super) fn of(&self, code: Code) -> &Group {
        &self.groups[code as usize]
    }

    /// Counts a problem; whether its row may be shown, too.
    #[inline]
    pub(super) fn count(&mut self, code: Code, place: &Place) -> bool {
        let group = &mut self.groups[code as usize];
        group.count(place.source, place.row);
        !group.is_full
    }

    /// Adds a problem that a worker found.
    pub(super) fn add(&mut self, problem: ProblemView<'_>, place: &Place, fate: Fate) {
        let keys: Keys = serde_json::from_slice(&problem.object()).expect("we wrote it");
        let suggestion = match (problem.suggestion(), &keys.readings[..]) {
            ("", readings) => readings_text(readings),
            (suggestion, _) => suggestion.to_owned(),
        };
        let row = Row {
            column: label(&keys.column),
            value: shown(&keys.value),
            reason: shown(problem.detail()),
            suggestion: shown(&suggestion),
            ..Row::at(place, fate)
        };
        self.push(problem.code(), row);
    }

    /// Adds that a row has to do with another, which has that name.
    pub(super) fn add_related(
        &mut self,
        related: &Related,
        other: &str,
        place: &Place,
        fate: Fate,
        column: &str,
    ) {
        let mut reason = String::new();
        match related.role {
            Role::Variant => reason.push_str(other),
            Role::Kept(differs) | Role::Merged(differs) | Role::Repeats(differs) => {
                let differing: Vec<&str> = differs.iter().map(Compared::as_str).collect();
                let differing =
                    if differing.is_empty() { "nothing".into() } else { differing.join(", ") };
                // A text takes whatever is written to it.
                let _ = write!(reason, "{other} has it, and differs in {differing}");
            }
        }
        let column = label(column);
        self.push(related.role.code(), Row { column, reason, ..Row::at(place, fate) });
    }

    fn push(&mut self, code: Code, row: Row) {
        let bytes = row.weight() + self.names_bytes[row.source as usize];
        self.groups[code as usize].push(row, bytes);
    }
}

/// How the cell can be read, where there are two ways.
fn readings_text(readings: &[Reading]) -> String {
    let texts: Vec<String> =
        readings.iter().map(|Reading { r#as, phone }| format!("{phone} ({as})")).collect();
    texts.join(" or ")
}

impl Row {
    fn at(place: &Place, fate: Fate) -> Row {
        Row {
            source: place.source,
            row: place.row,
            line: place.line,
            column: String::new(),
            value: String::new(),
            reason: String::new(),
            suggestion: String::new(),
            fate: fate.as_str(),
        }
    }

    /// The bytes that it has in the page at most, but for its source's name.
    fn weight(&self) -> usize {
        let Row { source: _, row: _, line: _, column, value, reason, suggestion, fate: _ } = self;
        let texts = [column, value, reason, suggestion].map(|text| weight(text));
        ROW_BYTES + texts.into_iter().sum::<usize>()
    }
}

impl Group {
    fn push(&mut self, row: Row, bytes: usize) {
        self.bytes += bytes;
        if self.bytes > ROWS_BYTES_MAX / Code::COUNT {
            self.is_full = true;
            return;
        }
        self.rows.push(row);
        self.is_full = self.rows.len() == ROWS_MAX;
    }

    fn count(&mut self, source: u32, row: u64) {
        // A row may have a problem twice.
        if self.last.replace((source, row)) == Some((source, row)) {
            return;
        }
        self.rows_counted += 1;
        if let Some(range) = self.ranges.last_mut()
            && range.source == source
            && range.last + 1 == row
        {
            range.last = row;
        } else if self.ranges.len() < RANGES_MAX {
            self.ranges.push(Range { source, first: row, last: row });
        } else {
            self.rows_beyond += 1;
        }
    }

    /// The rows that have it, as far as they are kept.
    pub(super) fn ranges(&self) -> &[Range] {
        &self.ranges
    }
}
