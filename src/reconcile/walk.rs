//! The ledger, the payload and the answers, walked in step.

use std::collections::{BTreeMap, BTreeSet};

use super::given::Given;
use super::join::{FileAnswers, Opening};
use super::ledger::{Ahead, Ledger, LedgerRow};
use super::outcome::{Counts, Outcome, Told};
use super::payload::PayloadFile;
use super::prepared::{LEDGER, Prepared};
use super::report::{Contact, Report, SCHEMA, Summary, Unanswered};
use super::{Listener, Row};
use crate::error::{Error, Result};
use crate::text::printable;
use crate::write::contract::{Answers, Contract};
use crate::write::outdir::SUMMARY;

/// How many rows are read between two looks at the signals.
const ROWS_BETWEEN_LOOKS: u64 = 4096;

/// Everything that is walked in step.
pub(super) struct Walk<'w> {
    prepared: &'w Prepared,
    contract: &'w Contract,
    answers: &'w Answers,
    given: Given,
    /// The payload file that is being read in each folder of the payload.
    lanes: BTreeMap<String, Lane<'w>>,
    /// The payload files that have been opened.
    seen: BTreeSet<String>,
    report: Option<Report>,
    tally: Tally,
}

/// A payload file and its answers.
struct Lane<'w> {
    file: String,
    payload: PayloadFile,
    answers: FileAnswers<'w>,
}

impl<'w> Walk<'w> {
    pub(super) fn new(
        prepared: &'w Prepared,
        contract: &'w Contract,
        answers: &'w Answers,
        given: Given,
        report: Option<Report>,
    ) -> Walk<'w> {
        Walk {
            prepared,
            contract,
            answers,
            given,
            lanes: BTreeMap::new(),
            seen: BTreeSet::new(),
            report,
            tally: Tally::default(),
        }
    }

    /// Walks through all rows.
    pub(super) fn rows(&mut self, listener: &mut dyn Listener) -> Result<()> {
        let mut ledger = Ledger::open(self.prepared)?;
        let ahead = ledger.ahead();
        while let Some(row) = ledger.next()? {
            if self.tally.counts.rows.is_multiple_of(ROWS_BETWEEN_LOOKS)
                && let Some(signal) = listener.cancelled()
            {
                return Err(Error::Interrupted(signal));
            }
            self.tally.counts.rows += 1;
            if row.is_accepted() {
                self.accepted(&row, &ahead, listener)?;
            } else if let Some(report) = &mut self.report {
                report.pass(&row)?;
            }
        }
        for lane in std::mem::take(&mut self.lanes).into_values() {
            self.tally.notes.extend(lane.finish()?);
        }
        for file in self.given.left() {
            // Every file with contacts has been opened.
            let what = format!("{file} has no contacts, so its answer was not looked at");
            self.tally.notes.insert(what);
        }
        Ok(())
    }

    /// A row whose contact is in the payload.
    fn accepted(
        &mut self,
        row: &LedgerRow<'_>,
        ahead: &Ahead,
        listener: &mut dyn Listener,
    ) -> Result<()> {
        let file = row.file();
        let prepared = self.prepared;
        let contradicts = |what: String| {
            let what = format!("row {} {what}; give the folder as it was prepared", row.row());
            Error::mismatch(prepared.shown(LEDGER), what)
        };
        let Some((folder, _)) = file.rsplit_once('/') else {
            return Err(contradicts("is accepted, and has no place in the payload".to_owned()));
        };
        if self.lanes.get(folder).is_none_or(|lane| lane.file != file) {
            if let Some(lane) = self.lanes.remove(folder) {
                self.tally.notes.extend(lane.finish()?);
            }
            if !self.seen.insert(file.clone().into_owned()) {
                return Err(contradicts(format!("goes back to {}", printable(&file))));
            }
            let lane = self.open(&file, row, ahead)?;
            self.lanes.insert(folder.to_owned(), lane);
        }
        let lane = self.lanes.get_mut(folder).expect("opened above");
        let index = lane.payload.read();
        if row.index() != Some(index) {
            return Err(contradicts(format!("is not at the index {index}, which comes next")));
        }
        let told = lane.answers.told(index, row)?;
        let (frame, bytes) = lane.payload.next()?;
        if let Some(report) = &mut self.report {
            report.write(row, &told, Contact { file: &file, frame, bytes })?;
        }
        self.tally.add(row, &told);
        let (source, phone) = (row.source(), row.phone());
        let source = (prepared.sources.len() > 1).then_some(&*source);
        listener.row(Row { source, row: row.row(), phone: &phone, told: &told })
    }

    /// Opens a payload file and its answers.
    fn open(&mut self, file: &str, first: &LedgerRow<'_>, ahead: &Ahead) -> Result<Lane<'w>> {
        let payload = PayloadFile::open(self.prepared, file, self.contract)?;
        let source = self.given.take(file);
        let opening = Opening { answers: self.answers, file, first: *first, ahead };
        let (answers, note) = FileAnswers::open(source, opening)?;
        self.tally.notes.extend(note);
        Ok(Lane { file: file.to_owned(), payload, answers })
    }

    /// All rows have been walked through: what was found, and what there is to commit.
    pub(super) fn finish(self, exists_is_taken: bool) -> Result<(Summary, Option<Report>)> {
        let Walk { prepared, contract, given, report, tally, .. } = self;
        let summary = tally.summary(prepared, contract, exists_is_taken, given.notes)?;
        Ok((summary, report))
    }
}

impl Lane<'_> {
    /// All rows of the file have been read; what is worth knowing.
    fn finish(self) -> Result<Option<String>> {
        let contacts = self.payload.read();
        self.payload.finish()?;
        self.answers.finish(contacts)
    }
}

/// What is counted on the way.
#[derive(Debug, Default)]
struct Tally {
    counts: Counts,
    statuses: BTreeMap<String, u64>,
    joined: BTreeMap<&'static str, u64>,
    unanswered: Unanswered,
    /// Each once.
    notes: BTreeSet<String>,
}

impl Tally {
    fn add(&mut self, row: &LedgerRow<'_>, told: &Told) {
        self.counts.add(told.outcome);
        let status = told.status.map_or_else(|| "none".to_owned(), |status| status.to_string());
        *self.statuses.entry(status).or_default() += 1;
        *self.joined.entry(told.joined.as_str()).or_default() += 1;
        self.unanswered.hear(row, told.outcome == Outcome::Unanswered);
    }

    /// The counts are held against what the folder says of itself.
    fn summary(
        self,
        prepared: &Prepared,
        contract: &Contract,
        exists_is_taken: bool,
        given_notes: Vec<String>,
    ) -> Result<Summary> {
        let Tally { counts, statuses, joined, unanswered, mut notes } = self;
        if counts.accepted != prepared.accepted {
            let what = format!(
                "says that {} rows were accepted, and the ledger has {}; give the folder as it was \
                 prepared",
                prepared.accepted, counts.accepted
            );
            return Err(Error::mismatch(prepared.shown(SUMMARY), what));
        }
        if !counts.balances() {
            return Err(Error::Internal(format!("the counts do not add up: {counts:?}")));
        }
        notes.extend(given_notes);
        Ok(Summary {
            schema: SCHEMA,
            rowcall: env!("CARGO_PKG_VERSION"),
            command: "reconcile",
            platform: contract.name.clone(),
            counts,
            equation: counts.equation(),
            exists_is_taken,
            statuses,
            joined,
            unanswered: unanswered.stretches,
            unanswered_more: unanswered.more,
            notes: notes.into_iter().collect(),
            ledger_blake3: prepared.facts(LEDGER)?.blake3.clone(),
            outputs: Vec::new(),
        })
    }
}
