//! `issues.jsonl`: every line agrees with its row, and no row is lost without one.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Context;
use super::ledger::{Ledger, Row, spot};
use super::lines::Lines;
use super::phones;
use super::report::{Check, Findings, Spot};
use crate::contact::Field;
use crate::error::Result;
use crate::problem::{Code, Fate, Level};

/// The issues.
pub(super) const ISSUES: &str = "issues.jsonl";

/// A line of the issues: what is compared, and the names of the rest.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Issue {
    row: u64,
    line: u64,
    byte: u64,
    length: u64,
    cell: Option<String>,
    index: u64,
    column: Option<String>,
    column_number: Option<usize>,
    field: Option<String>,
    code: String,
    category: String,
    level: String,
    fate: String,
    phone: Option<String>,
    #[serde(rename = "value")]
    _value: Option<IgnoredAny>,
    error: String,
    #[serde(rename = "suggestion")]
    _suggestion: Option<IgnoredAny>,
    #[serde(rename = "readings")]
    _readings: Option<IgnoredAny>,
    #[serde(default)]
    related: Vec<Related>,
    source: String,
    payload: Option<Payload>,
}

/// Another row that has to do with it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Related {
    source: Option<String>,
    row: u64,
    role: String,
    #[serde(rename = "differs")]
    _differs: Option<IgnoredAny>,
}

/// Where the contact of the row stands.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    file: String,
    index: u64,
}

/// Holds the issues against the ledger.
pub(super) fn check(context: Context<'_>, found: &mut Findings) -> Result<()> {
    if context.folder.bytes_of(ISSUES).is_none() {
        return Ok(());
    }
    let Some(ledger) = Ledger::open(context)? else { return Ok(()) };
    let mut lines = Lines::new(context.folder.open_file(ISSUES)?);
    let mut merge = Merge::new(context, ledger);
    let unreadable = |cause| context.folder.unreadable(ISSUES, &cause);
    while let Some(read) = lines.read().map_err(unreadable)? {
        found.checked.issues += 1;
        let spot = Spot::file(ISSUES).line(lines.line());
        let issue = read.map_err(str::to_owned).and_then(|()| parse(lines.text()));
        match issue {
            Ok(issue) => merge.take(&issue, spot, found)?,
            Err(seen) => found.say(Check::IssuesForm, spot, seen, "an issue as JSON"),
        }
    }
    merge.finish(found)
}

fn parse(line: &[u8]) -> std::result::Result<Issue, String> {
    serde_json::from_slice(line).map_err(|cause| match cause.classify() {
        // Its own words would say what stands there.
        serde_json::error::Category::Data => "other keys than an issue has".to_owned(),
        _ => format!("this is no JSON: {cause}"),
    })
}

/// The issues and the ledger, side by side.
struct Merge<'c> {
    context: Context<'c>,
    ledger: Ledger<'c>,
    /// The row whose issues are being read, and what they have said of it.
    row: Option<(Row, Said)>,
    /// The source and the ends of the last record that an issue spoke of.
    last: (usize, u64, u64),
    counts: BTreeMap<&'static str, u64>,
    /// For each source, how many records a spreadsheet shows before its first row.
    before: BTreeMap<usize, u64>,
}

/// What the issues of a row have said.
#[derive(Debug, Default)]
struct Said {
    /// Anything at all.
    any: bool,
    /// An error among them.
    error: bool,
    /// Which row keeps its phone.
    kept: Option<(usize, u64)>,
}

impl<'c> Merge<'c> {
    fn new(context: Context<'c>, ledger: Ledger<'c>) -> Merge<'c> {
        let (counts, before) = (BTreeMap::new(), BTreeMap::new());
        Merge { context, ledger, row: None, last: (0, 0, 0), counts, before }
    }

    /// Takes the next issue.
    fn take(&mut self, issue: &Issue, spot: Spot<'_>, found: &mut Findings) -> Result<()> {
        let facts = self.context.facts;
        let Some(source) = facts.sources.iter().position(|it| it.name == issue.source) else {
            let seen = "a source that the summary lacks";
            found.say(Check::IssuesRow, spot.key("source"), seen, "a source of the run");
            return Ok(());
        };
        let spot = spot.row(&facts.sources[source].name, issue.row);
        let code = self.check_words(issue, source, spot, found);
        self.check_bytes(issue, source, spot, found);
        let wanted = (source, issue.row);
        self.pass_rows(Some(wanted), found)?;
        let own = |(row, _): &&mut (Row, Said)| (row.source, row.number) == wanted;
        let Some((row, said)) = self.row.as_mut().filter(own) else {
            let expected = "a row of the ledger, in its order";
            found.say(Check::IssuesRow, spot, "a row that does not come there", expected);
            return Ok(());
        };
        said.any = true;
        said.error |= code.is_some_and(|code| code.level() == Level::Error);
        if matches!(code, Some(Code::PhoneDuplicate | Code::PhoneMerged)) {
            let kept = issue.related.iter().find(|it| it.role == "kept");
            said.kept = kept.and_then(|it| Some((facts.source(it, source)?, it.row)));
        }
        check_row(self.context, issue, row, spot, found);
        Ok(())
    }

    /// Leaves the rows before `until` behind, or all of them, and says which are silent.
    fn pass_rows(&mut self, until: Option<(usize, u64)>, found: &mut Findings) -> Result<()> {
        loop {
            if let (Some((row, _)), Some(until)) = (&self.row, until)
                && (row.source, row.number) >= until
            {
                return Ok(());
            }
            if let Some((row, said)) = self.row.take() {
                check_said(self.context, &row, &said, found);
            }
            self.row = self.ledger.next(|_| true)?.map(|row| (row, Said::default()));
            if self.row.is_none() {
                return Ok(());
            }
        }
    }

    /// Code, category, level, field and column: words that must fit each other.
    fn check_words(
        &mut self,
        issue: &Issue,
        source: usize,
        spot: Spot<'_>,
        found: &mut Findings,
    ) -> Option<Code> {
        let header = &self.context.facts.sources[source].header;
        let code = Code::all().find(|code| code.as_str() == issue.code);
        let mut form = |key: &str, holds: bool, expected: &str| {
            if !holds {
                found.say(Check::IssuesForm, spot.key(key), "another value", expected);
            }
        };
        form("code", code.is_some(), "a code that is known");
        if let Some(code) = code {
            *self.counts.entry(code.as_str()).or_default() += 1;
            form("category", issue.category == code.category(), code.category());
            form("level", issue.level == code.level().as_str(), code.level().as_str());
        }
        let field = issue.field.as_deref();
        form("field", field.is_none_or(|it| Field::from_name(it).is_some()), "a field");
        form("error", !issue.error.is_empty(), "a sentence");
        let at = issue.column_number.map(|number| number.wrapping_sub(1));
        let name = at.map(|at| header.get(at).map(String::as_str));
        let holds = match (name, issue.column.as_deref(), issue.cell.as_deref()) {
            (None, None, None) => true,
            (Some(name), Some(column), Some(_)) => name == Some(column),
            _ => false,
        };
        form("column", holds, "the header of the column of that number, and its cell");
        if let (Some(at), Some(cell)) = (at, issue.cell.as_deref()) {
            let digits = cell.trim_start_matches(|c: char| c.is_ascii_uppercase());
            let sheet_row: Option<u64> = digits.parse().ok();
            let before = sheet_row.and_then(|sheet_row| sheet_row.checked_sub(issue.row));
            let own = self.before.entry(source).or_insert(before.unwrap_or(0));
            let holds = cell[..cell.len() - digits.len()] == letters(at) && before == Some(*own);
            form("cell", holds, "the cell of that column, as a spreadsheet names it");
        }
        code
    }

    /// Where the record stands in its source: in it, and after the records before.
    fn check_bytes(&mut self, issue: &Issue, source: usize, spot: Spot<'_>, found: &mut Findings) {
        let (last_source, last_row, last_end) = self.last;
        let end = issue.byte.saturating_add(issue.length);
        if end > self.context.facts.sources[source].bytes || issue.length == 0 {
            let expected = "bytes of the source";
            found.say(Check::IssuesRow, spot.key("byte"), "bytes that it lacks", expected);
        }
        let is_same = (source, issue.row) == (last_source, last_row);
        let is_after = source != last_source || issue.byte >= last_end;
        if if is_same { end != last_end } else { !is_after } {
            let expected = "one record after the other";
            found.say(Check::IssuesRow, spot.key("byte"), "other bytes", expected);
        }
        self.last = (source, issue.row, end);
    }

    /// Leaves the last rows behind, and compares the counts.
    fn finish(mut self, found: &mut Findings) -> Result<()> {
        self.pass_rows(None, found)?;
        let listed = &self.context.facts.problems;
        for code in Code::all().map(Code::as_str) {
            let count = |count: Option<&u64>| format!("{} {code}", count.copied().unwrap_or(0));
            let (seen, expected) = (count(self.counts.get(code)), count(listed.get(code)));
            found.compare(Check::IssuesCounts, Spot::file(ISSUES), seen, expected);
        }
        Ok(())
    }
}

/// What an issue says of its row.
fn check_row(context: Context<'_>, issue: &Issue, row: &Row, spot: Spot<'_>, found: &mut Findings) {
    let mut agrees = |key: &str, holds: bool| {
        if !holds {
            found.say(Check::IssuesRow, spot.key(key), "another value", "that of the ledger");
        }
    };
    agrees("line", issue.line == row.line);
    agrees("index", issue.index.checked_add(1) == Some(issue.row));
    agrees("fate", issue.fate == row.fate.as_str());
    agrees(
        "phone",
        match (issue.phone.as_deref(), row.phone) {
            (Some(shown), Some(phone)) if context.facts.settings.redact => {
                phones::is_masked(shown, phone)
            }
            (shown, phone) => shown.map(phones::digits) == phone.map(Some),
        },
    );
    let place = row.place.zip(context.contract);
    let place = place.map(|(place, contract)| (place.part.path(place.file, contract), place.index));
    let own = issue.payload.as_ref();
    agrees("payload", own.map(|it| (it.file.clone(), it.index)) == place);
}

/// What all issues of a row must have said.
fn check_said(context: Context<'_>, row: &Row, said: &Said, found: &mut Findings) {
    let spot = spot(row, context.facts);
    match row.fate {
        Fate::Malformed | Fate::Rejected if !said.error => {
            let expected = format!("an error in {ISSUES} that says why");
            found.say(
                Check::IssuesSilent,
                spot,
                format!("{} without a word", row.fate.as_str()),
                expected,
            );
        }
        Fate::Duplicate | Fate::Merged if said.kept.is_none() || said.kept != row.kept => {
            let expected = format!("the kept row in {ISSUES}, too");
            found.say(
                Check::IssuesSilent,
                spot,
                "a duplicate of another row, or of none",
                expected,
            );
        }
        Fate::Suppressed | Fate::Unchanged if !said.any => {
            let expected = format!("a line in {ISSUES} that says why");
            let seen = format!("{} without a word", row.fate.as_str());
            found.say(Check::IssuesSilent, spot, seen, expected);
        }
        Fate::Accepted
        | Fate::Duplicate
        | Fate::Merged
        | Fate::Suppressed
        | Fate::Unchanged
        | Fate::Blank
            if said.error =>
        {
            let expected = format!("no error in {ISSUES}");
            found.say(
                Check::IssuesRow,
                spot,
                format!("{} with an error", row.fate.as_str()),
                expected,
            );
        }
        _ => {}
    }
}

impl super::summary::Facts {
    /// The source of a related row, which is named where it is another one.
    fn source(&self, related: &Related, own: usize) -> Option<usize> {
        match &related.source {
            None => Some(own),
            Some(name) => self.sources.iter().position(|source| source.name == *name),
        }
    }
}

/// The letters of a column as a spreadsheet names it.
fn letters(mut index: usize) -> String {
    let mut letters = String::new();
    loop {
        let letter = u8::try_from(index % 26).expect("less than 26");
        letters.insert(0, char::from(b'A' + letter));
        if index < 26 {
            return letters;
        }
        index = index / 26 - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_letters_of_a_spreadsheet() {
        let all = [0, 25, 26, 51, 52, 701, 702].map(letters);
        assert_eq!(all, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
        let largest = letters(usize::MAX);
        assert!(largest.len() < 20, "{largest}");
    }
}
