//! What was found: differences, bounded in memory, and what was looked at.
//! It must not know how a difference is found.

use std::fmt::{self, Display};

use serde::Serialize;

use crate::text::printable;

/// The version of the report's form.
pub const SCHEMA: &str = "rowcall.verify/1";

/// How many differences of a kind are kept; the rest are counted.
pub const KEPT_MAX: usize = 20;

/// What was asked of the folder, a kind of difference each. An id never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// `summary.json` is what this version reads.
    SummaryForm,
    /// The counts of the summary add up.
    SummaryCounts,
    /// The list of the outputs names what the run must have written.
    FileList,
    /// Every listed file is there.
    FileMissing,
    /// Nothing else is there.
    FileExtra,
    /// Files are files, and folders folders.
    FileKind,
    /// Files have the size that the summary says.
    FileSize,
    /// Files have the hash that the summary says.
    FileHash,
    /// The ledger is CSV with its header, and every cell of it can be read.
    LedgerForm,
    /// Sources, rows and lines stand in order and without gaps.
    LedgerOrder,
    /// The ledger counts what the summary counts.
    LedgerCounts,
    /// Accepted rows name a contact each, in order, and no other row does.
    LedgerPlace,
    /// Phones are valid, and of the region and kind that stand beside them.
    LedgerPhone,
    /// No phone is accepted twice.
    LedgerUnique,
    /// A duplicate or merged row names the row that keeps its phone.
    LedgerKept,
    /// Every line of the issues can be read, and its codes are known.
    IssuesForm,
    /// Every issue stands in order and agrees with its row.
    IssuesRow,
    /// Every row that was not accepted has an issue that says why.
    IssuesSilent,
    /// The issues are as many as the summary counts.
    IssuesCounts,
    /// The files of rejects and duplicates are CSV in the form of their source.
    RejectsForm,
    /// They hold the rows that the ledger says, in order.
    RejectsRow,
    /// The report page can be read, is no larger than it may be, and allows no request.
    ReportForm,
    /// The report page says the numbers that the summary says.
    ReportCounts,
    /// The payload is in the platform's format, numbered without gaps.
    PayloadForm,
    /// No file of the payload is larger than was asked for.
    PayloadBatch,
    /// The contacts are those that the ledger names, in order.
    PayloadOrder,
    /// A contact has the keys that the platform knows, each once.
    ContactKey,
    /// A contact has what the platform requires.
    ContactMissing,
    /// A contact has the phone of its row, as the platform spells it.
    ContactPhone,
    /// Every other value is one that the platform takes.
    ContactValue,
}

/// The one list of all checks, in the order of the enum: id, and what a difference means.
const CHECKS: [(Check, &str, &str); 30] = [
    (Check::SummaryForm, "summary.form", "the summary cannot be read"),
    (Check::SummaryCounts, "summary.counts", "the counts of the summary do not add up"),
    (Check::FileList, "file.list", "the list of outputs is not what such a run writes"),
    (Check::FileMissing, "file.missing", "a file of the run is not there"),
    (Check::FileExtra, "file.extra", "something is there that the run did not write"),
    (Check::FileKind, "file.kind", "something else stands in the place of a file or folder"),
    (Check::FileSize, "file.size", "a file has another size than the run wrote"),
    (Check::FileHash, "file.hash", "a file has another content than the run wrote"),
    (Check::LedgerForm, "ledger.form", "a line of the ledger cannot be read"),
    (Check::LedgerOrder, "ledger.order", "the rows of the ledger have gaps or are out of order"),
    (Check::LedgerCounts, "ledger.counts", "the ledger does not count what the summary counts"),
    (Check::LedgerPlace, "ledger.place", "a row names another contact than its own, or none"),
    (Check::LedgerPhone, "ledger.phone", "a phone is not valid, or not of its region and kind"),
    (Check::LedgerUnique, "ledger.unique", "a phone is accepted twice"),
    (Check::LedgerKept, "ledger.kept", "a duplicate names a row that does not keep its phone"),
    (Check::IssuesForm, "issues.form", "an issue cannot be read"),
    (Check::IssuesRow, "issues.row", "an issue does not agree with its row"),
    (Check::IssuesSilent, "issues.silent", "a row was lost without a word"),
    (Check::IssuesCounts, "issues.counts", "the issues are not as many as the summary counts"),
    (Check::RejectsForm, "rejects.form", "a file of rows cannot be read as its source was"),
    (Check::RejectsRow, "rejects.row", "a file of rows holds others than the ledger says"),
    (Check::ReportForm, "report.form", "the report page is not what a run writes"),
    (Check::ReportCounts, "report.counts", "the report page does not say what the summary says"),
    (Check::PayloadForm, "payload.form", "a file is not what the platform reads"),
    (Check::PayloadBatch, "payload.batch", "a file holds more than was asked for"),
    (Check::PayloadOrder, "payload.order", "the contacts are not those that the ledger names"),
    (Check::ContactKey, "contact.key", "a contact has a key that the platform does not know"),
    (Check::ContactMissing, "contact.missing", "a contact lacks what the platform requires"),
    (Check::ContactPhone, "contact.phone", "a contact does not have the phone of its row"),
    (Check::ContactValue, "contact.value", "a contact has a value that the platform does not take"),
];

impl Check {
    /// Every check, in the order in which they are reported.
    pub fn all() -> impl Iterator<Item = Check> {
        CHECKS.iter().map(|(check, _, _)| *check)
    }

    /// The check as reports name it, `file.hash`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        CHECKS[self as usize].1
    }

    /// What a difference means, as a sentence without its full stop.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        CHECKS[self as usize].2
    }
}

/// One difference. It names places and keys, and never holds what a row says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The file, relative to the folder.
    pub file: String,
    /// The line in that file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The index of the contact in that file, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// The source of the row that is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The number of that row in its source, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// The key or column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What stands there.
    pub seen: String,
    /// What should stand there.
    pub expected: String,
}

impl Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Taken apart without `..`, so that a new part is thought of here.
        let Difference { file, line, index, source, row, key, seen, expected } = self;
        f.write_str(&printable(file))?;
        if let Some(line) = line {
            write!(f, ", line {line}")?;
        }
        if let Some(index) = index {
            write!(f, ", contact {index}")?;
        }
        if let (Some(source), Some(row)) = (source, row) {
            write!(f, " (row {row} of {})", printable(source))?;
        }
        if let Some(key) = key {
            write!(f, ", {}", printable(key))?;
        }
        write!(f, ": {}; expected {}", printable(seen), printable(expected))
    }
}

/// Where a difference is, as far as that is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot<'s> {
    file: &'s str,
    line: Option<u64>,
    index: Option<u64>,
    row: Option<(&'s str, u64)>,
    key: Option<&'s str>,
}

impl<'s> Spot<'s> {
    pub(super) fn file(file: &'s str) -> Spot<'s> {
        Spot { file, line: None, index: None, row: None, key: None }
    }

    pub(super) fn line(self, line: u64) -> Spot<'s> {
        Spot { line: Some(line), ..self }
    }

    pub(super) fn index(self, index: u64) -> Spot<'s> {
        Spot { index: Some(index), ..self }
    }

    pub(super) fn row(self, source: &'s str, row: u64) -> Spot<'s> {
        Spot { row: Some((source, row)), ..self }
    }

    pub(super) fn key(self, key: &'s str) -> Spot<'s> {
        Spot { key: Some(key), ..self }
    }
}

/// The differences of a kind: how many, and the first of them.
#[derive(Debug, Clone, Serialize)]
pub struct Found {
    /// The id of the check.
    pub check: &'static str,
    /// What a difference means.
    pub meaning: &'static str,
    /// How many there are.
    pub count: u64,
    /// The first of them, at most [`KEPT_MAX`].
    pub first: Vec<Difference>,
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Files whose size and hash were compared.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Lines of the ledger.
    pub rows: u64,
    /// Lines of the issues.
    pub issues: u64,
    /// Contacts of the payload.
    pub contacts: u64,
}

/// What there is to say of a folder.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The form of this object.
    pub schema: &'static str,
    /// Whether the folder is whole, true, and what the platform takes: there is no difference.
    pub ok: bool,
    /// How much was looked at.
    pub checked: Checked,
    /// How many differences there are.
    pub count: u64,
    /// The differences by kind, in the order of the checks.
    pub differences: Vec<Found>,
    /// What could not be asked, and why.
    pub notes: Vec<String>,
}

/// Collects differences.
#[derive(Debug)]
pub(super) struct Findings {
    found: Vec<(u64, Vec<Difference>)>,
    pub(super) checked: Checked,
    notes: Vec<String>,
}

impl Findings {
    pub(super) fn new() -> Findings {
        let found = CHECKS.iter().map(|_| (0, Vec::new())).collect();
        Findings { found, checked: Checked::default(), notes: Vec::new() }
    }

    /// Notes a difference. What was seen must not say what stands in a row.
    pub(super) fn say(
        &mut self,
        check: Check,
        spot: Spot<'_>,
        seen: impl Display,
        expected: impl Display,
    ) {
        let (count, first) = &mut self.found[check as usize];
        *count += 1;
        if first.len() < KEPT_MAX {
            let Spot { file, line, index, row, key } = spot;
            first.push(Difference {
                file: file.to_owned(),
                line,
                index,
                source: row.map(|(source, _)| source.to_owned()),
                row: row.map(|(_, row)| row),
                key: key.map(shortened),
                seen: shortened(&seen.to_string()),
                expected: shortened(&expected.to_string()),
            });
        }
    }

    /// Notes a difference where two things are not the same.
    pub(super) fn compare<T: Display + PartialEq>(
        &mut self,
        check: Check,
        spot: Spot<'_>,
        seen: T,
        expected: T,
    ) {
        if seen != expected {
            self.say(check, spot, seen, expected);
        }
    }

    /// Notes something that could not be asked.
    pub(super) fn note(&mut self, what: String) {
        self.notes.push(what);
    }

    pub(super) fn report(self) -> Report {
        let Findings { found, checked, notes } = self;
        let differences: Vec<Found> = Check::all()
            .zip(found)
            .filter(|(_, (count, _))| *count > 0)
            .map(|(check, (count, first))| Found {
                check: check.as_str(),
                meaning: check.sentence(),
                count,
                first,
            })
            .collect();
        let count = differences.iter().map(|found| found.count).sum();
        Report { schema: SCHEMA, ok: count == 0, checked, count, differences, notes }
    }
}

/// A damaged file may have a key of any length.
fn shortened(text: &str) -> String {
    const SHOWN_BYTES_MAX: usize = 200;
    text[..text.floor_char_boundary(SHOWN_BYTES_MAX)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_stands_at_its_own_place_in_the_list_and_has_words_of_its_own() {
        for (at, check) in Check::all().enumerate() {
            assert_eq!(check as usize, at, "{}", check.as_str());
            assert!(!check.sentence().ends_with('.'), "{}", check.as_str());
            assert_eq!(Check::all().filter(|it| it.as_str() == check.as_str()).count(), 1);
        }
    }

    #[test]
    fn of_many_differences_the_first_are_kept_and_all_are_counted() {
        let mut found = Findings::new();
        for line in 1..=50 {
            found.say(Check::LedgerForm, Spot::file("rows.csv").line(line), "x".repeat(999), "y");
        }
        let report = found.report();
        assert_eq!((report.ok, report.count), (false, 50));
        let [ledger] = &report.differences[..] else { panic!("one kind") };
        assert_eq!((ledger.count, ledger.first.len()), (50, KEPT_MAX));
        assert_eq!(ledger.first[0].seen.len(), 200);
    }
}
