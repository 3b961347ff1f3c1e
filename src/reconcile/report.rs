//! The output folder of a reconciliation: the ledger with what became of each row, what was not
//! taken, what may be tried again, and the summary.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ledger::{Ledger, LedgerRow};
use super::outcome::{Counts, Told};
use super::payload::Frame;
use super::prepared::{LEDGER, Prepared};
use super::retry::Retry;
use crate::error::Result;

use crate::write::cell::csv_cell;
use crate::write::contract::Contract;
use crate::write::mask::Values;
use crate::write::outdir::{OutDir, OutFile, OutputFacts, SUMMARY};
use crate::write::rejects::{REFUSED_COLUMNS, RowsFile};

/// The version of the summary's form.
pub const SCHEMA: &str = "rowcall.reconcile/1";

/// The columns that the ledger gets.
const OWN_COLUMNS: &[u8] = b",outcome,status,id,message\n";
/// How many stretches of rows without an answer are kept.
const STRETCHES_MAX: usize = 100;

/// What a reconciliation found. Nothing in it depends on time or place.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// The form of this object.
    pub schema: &'static str,
    /// The version of rowcall.
    pub rowcall: &'static str,
    /// `reconcile`.
    pub command: &'static str,
    /// The platform.
    pub platform: String,
    /// How many contacts had which outcome.
    pub counts: Counts,
    /// The same as a sentence that balances.
    pub equation: String,
    /// Whether a contact that was there already counts as taken: where the platform skips or
    /// updates such contacts, it does.
    pub exists_is_taken: bool,
    /// How many contacts had which status of HTTP; `none` where it is not known.
    pub statuses: BTreeMap<String, u64>,
    /// How many contacts were joined with their answer by what.
    pub joined: BTreeMap<&'static str, u64>,
    /// The rows without an answer.
    pub unanswered: Vec<Stretch>,
    /// How many rows without an answer are beyond those.
    pub unanswered_more: u64,
    /// What is worth knowing.
    pub notes: Vec<String>,
    /// The hash of the ledger that was reconciled.
    pub ledger_blake3: String,
    /// Every other file of the folder.
    pub outputs: Vec<OutputFacts>,
}

/// Rows of a source without an answer: no accepted row between the first and the last has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// The source.
    pub source: String,
    /// The first row.
    pub first: u64,
    /// The last row.
    pub last: u64,
    /// How many contacts.
    pub contacts: u64,
}

impl Summary {
    /// Whether the platform has taken every contact.
    #[must_use]
    pub fn is_all_taken(&self) -> bool {
        let Counts { exists, refused, retry, unanswered, .. } = self.counts;
        let exists = if self.exists_is_taken { 0 } else { exists };
        exists + refused + retry + unanswered == 0
    }

    /// The bytes of `summary.json`.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).expect("plain values");
        json.push(b'\n');
        json
    }
}

/// Gathers the rows without an answer.
#[derive(Debug, Default)]
pub(super) struct Unanswered {
    pub(super) stretches: Vec<Stretch>,
    pub(super) more: u64,
    /// Whether the last accepted row had none.
    goes_on: bool,
}

impl Unanswered {
    /// Hears of an accepted row.
    pub(super) fn hear(&mut self, row: &LedgerRow<'_>, is_unanswered: bool) {
        let went_on = std::mem::replace(&mut self.goes_on, is_unanswered);
        if !is_unanswered {
            return;
        }
        let (source, number) = (row.source(), row.row());
        let is_full = self.stretches.len() == STRETCHES_MAX;
        match self.stretches.last_mut() {
            Some(last) if went_on && self.more == 0 && last.source == source => {
                last.last = number;
                last.contacts += 1;
            }
            _ if is_full => self.more += 1,
            _ => {
                let source = source.into_owned();
                let stretch = Stretch { source, first: number, last: number, contacts: 1 };
                self.stretches.push(stretch);
            }
        }
    }
}

/// A contact as it stands in the payload.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contact<'p> {
    pub(super) file: &'p str,
    pub(super) frame: &'p Frame,
    pub(super) bytes: &'p [u8],
}

/// Writes the output folder.
pub(super) struct Report {
    out: OutDir,
    ledger: OutFile,
    header: Vec<u8>,
    rejects: RowsFile,
    retry: Retry,
    exists_is_taken: bool,
}

impl Report {
    pub(super) fn new(
        mut out: OutDir,
        prepared: &Prepared,
        exists_is_taken: bool,
    ) -> Result<Report> {
        let header = Ledger::header(prepared)?;
        let mut ledger = out.create_file(LEDGER)?;
        ledger.append(&[&header[..], OWN_COLUMNS].concat())?;
        let mut rejects = RowsFile::new("rejects", &[], 1, Values::Shown);
        rejects.begin_source(0, Default::default(), REFUSED_COLUMNS.into_iter(), &mut out)?;
        Ok(Report { out, ledger, header, rejects, retry: Retry::default(), exists_is_taken })
    }

    /// A row that has no contact in the payload.
    pub(super) fn pass(&mut self, row: &LedgerRow<'_>) -> Result<()> {
        self.ledger.append(&[row.line_text(), b",,,,\n"].concat())
    }

    /// A row whose contact is in the payload.
    pub(super) fn write(
        &mut self,
        row: &LedgerRow<'_>,
        told: &Told,
        contact: Contact<'_>,
    ) -> Result<()> {
        let Told { outcome, status, id, message, joined: _ } = told;
        let status = status.map_or(String::new(), |status| status.to_string());
        let own =
            format!(",{},{status},{},{}\n", outcome.as_str(), csv_cell(id), csv_cell(message));
        self.ledger.append(&[row.line_text(), own.as_bytes()].concat())?;
        if outcome.may_be_tried_again() {
            let Contact { file, frame, bytes } = contact;
            return self.retry.push(file, frame, bytes, row, &self.header, &mut self.out);
        }
        if super::is_refused(*outcome, self.exists_is_taken) {
            let index = row.index().map_or(String::new(), |index| index.to_string());
            let bytes = String::from_utf8_lossy(contact.bytes);
            let number = row.row().to_string();
            let (source, line, phone) = (row.source(), row.line(), row.phone());
            let cells: [&str; REFUSED_COLUMNS.len()] = [
                &source,
                &number,
                &line,
                &phone,
                outcome.as_str(),
                &status,
                message,
                contact.file,
                &index,
                &bytes,
            ];
            self.rejects.write(cells.into_iter(), std::iter::empty())?;
        }
        Ok(())
    }

    /// Ends the files, adds the summary and gives the folder its name.
    pub(super) fn commit(
        self,
        summary: &mut Summary,
        prepared: &Prepared,
        contract: &Contract,
    ) -> Result<()> {
        let Report { mut out, ledger, header: _, rejects, retry, exists_is_taken: _ } = self;
        summary.outputs.push(ledger.finish()?);
        summary.outputs.extend(rejects.finish()?.0);
        summary.outputs.extend(retry.finish(prepared, contract, &mut out)?);
        let mut file = out.create_file(SUMMARY)?;
        file.append(&summary.to_json())?;
        file.finish()?;
        out.commit()
    }
}
