//! A row whose fate is settled → every file that has something to say of it.

use crate::contact::Field;
use crate::error::{Error, Result};
use crate::ingest::chunk::Malformed;
use crate::ingest::guard::{DUPLICATE_COLUMNS, REJECT_COLUMNS};
use crate::ingest::record::{Record, RecordReader};
use crate::map::Draft;
use crate::problem::{Action, Code, Fate, Level, Place};
use crate::write::batch::{IfEmpty, PAYLOAD_FOLDER, Payload, PayloadPlace, UPDATES_FOLDER};
use crate::write::contract::{Contract, Format};
use crate::write::encode::Frame;
use crate::write::follow_up::{FOLLOW_UP, FollowUp};
use crate::write::issues::{self, Issues, ProblemView, Related, RowFacts};
use crate::write::ledger::{self, Ledger};
use crate::write::outdir::{OutDir, SUMMARY};
use crate::write::rejects::RowsFile;
use crate::write::summary::Summary;
use crate::write::upload::{self, Sent, UPLOAD_SCRIPT};

use super::context::{SourceContext, View};
use super::work::{Worked, WorkedRow};
use super::{Goal, Job};

/// The files of the output folder.
pub(super) struct Writers {
    out: OutDir,
    /// What is written for the platform, and how it is sent.
    payload: Option<(Payload, Contract)>,
    /// Updates that are requests of their own; begun with the first.
    updates: Option<Payload>,
    follow_up: FollowUp,
    ledger: Ledger,
    issues: Issues,
    rejects: RowsFile,
    duplicates: RowsFile,
}

/// A row whose fate is settled.
pub(super) struct Settled<'w> {
    pub(super) worked: &'w Worked,
    pub(super) row: &'w WorkedRow,
    pub(super) index: usize,
    pub(super) place: Place,
    pub(super) sheet_row: u64,
    pub(super) fate: Fate,
    /// Another row that has to do with its phone.
    pub(super) related: Option<Related<'w>>,
}

impl Settled<'_> {
    /// The indices of the row's problems.
    pub(super) fn problems(&self) -> std::ops::Range<usize> {
        let start = self.index.checked_sub(1).map_or(0, |at| self.worked.rows[at].problems_end);
        start..self.row.problems_end
    }

    /// The row's encoded contact.
    fn contact(&self) -> &[u8] {
        let start = self.index.checked_sub(1).map_or(0, |at| self.worked.rows[at].contact_end);
        &self.worked.contacts[start..self.row.contact_end]
    }

    /// What is to be followed up.
    fn follow(&self) -> &[u8] {
        let start = self.index.checked_sub(1).map_or(0, |at| self.worked.rows[at].follow_end);
        &self.worked.follows[start..self.row.follow_end]
    }

    /// The record's bytes.
    fn raw(&self) -> &[u8] {
        &self.worked.chunk.bytes[self.row.spot.start..self.row.spot.end]
    }
}

impl Writers {
    pub(super) fn new(
        job: &Job,
        names: &[String],
        first: &SourceContext,
        mut out: OutDir,
    ) -> Result<Writers> {
        let contract = job.contract.as_ref().filter(|_| job.goal == Goal::Prepare);
        let payload = contract.zip(first.view.encoder.as_ref()).map(|(contract, encoder)| {
            let extension = contract.payload.format.extension();
            let frame = encoder.frame().clone();
            let payload = Payload::new(PAYLOAD_FOLDER, extension, job.batch_max(), frame, &out);
            payload.map(|payload| (payload, contract.clone()))
        });
        Ok(Writers {
            payload: payload.transpose()?,
            updates: None,
            follow_up: FollowUp::new(names),
            ledger: Ledger::new(names, &mut out)?,
            issues: Issues::new(&mut out)?,
            rejects: RowsFile::new("rejects", &REJECT_COLUMNS, names.len()),
            duplicates: RowsFile::new("duplicates", &DUPLICATE_COLUMNS, names.len()),
            out,
        })
    }

    /// Begins the files of a source.
    pub(super) fn begin_source(&mut self, source: u32, context: &SourceContext) -> Result<()> {
        let View { columns, originals, encoder, .. } = &context.view;
        let dialect = context.read.dialect;
        let headers = || originals.iter().map(|at| columns.headers[*at].as_str());
        if let (Some((payload, _)), Some(encoder)) = (&mut self.payload, encoder) {
            payload.set_frame(encoder.frame())?;
        }
        self.rejects.begin_source(source, dialect, headers(), &mut self.out)?;
        self.duplicates.begin_source(source, dialect, headers(), &mut self.out)
    }

    /// Ends all files, compares what they hold with what was counted, and commits the folder.
    pub(super) fn finish(self, mut summary: Summary) -> Result<Summary> {
        let Writers { mut out, payload, updates, follow_up, ledger, issues, rejects, duplicates } =
            self;
        let counts = summary.counts;
        let outputs = &mut summary.outputs;
        let withheld = summary.withheld.is_some();
        let mut script = None;
        if let Some((payload, contract)) = payload {
            let empty = if counts.accepted == 0 { IfEmpty::OneFile } else { IfEmpty::NoFile };
            let (mut files, created) = payload.finish(empty, &mut out)?;
            let sent = Sent { files: files.len() as u64, contacts: created };
            let updates = updates.map(|updates| updates.finish(IfEmpty::NoFile, &mut out));
            let (more, updated) = updates.transpose()?.unwrap_or_default();
            let updates = Sent { files: more.len() as u64, contacts: updated };
            files.extend(more);
            let written = created + updated;
            compare("accepted contacts", counts.accepted, written)?;
            files.extend(follow_up.finish()?);
            if withheld {
                out.remove_folder(PAYLOAD_FOLDER)?;
                if updated > 0 {
                    out.remove_folder(UPDATES_FOLDER)?;
                }
                out.remove_file_if_there(FOLLOW_UP)?;
            } else {
                script = upload::script(&contract, sent, updates);
                outputs.extend(files);
            }
        }
        let (file, written) = ledger.finish()?;
        compare("rows in the ledger", counts.rows, written)?;
        let issues = issues.finish()?;
        if withheld {
            outputs.push(out.rewrite_lines(&file.path, ledger::without_payload)?);
            outputs.push(out.rewrite_lines(&issues.path, issues::without_payload)?);
        } else {
            outputs.extend([file, issues]);
        }
        let (files, written) = rejects.finish()?;
        outputs.extend(files);
        compare("rejected rows", counts.rejected + counts.malformed, written)?;
        let (files, written) = duplicates.finish()?;
        outputs.extend(files);
        compare("duplicates", counts.duplicate, written)?;
        if let Some(script) = script {
            let mut file = out.create_file(UPLOAD_SCRIPT)?;
            file.append(script.as_bytes())?;
            outputs.push(file.finish()?);
        }
        let mut file = out.create_file(SUMMARY)?;
        file.append(&summary.to_json())?;
        file.finish()?;
        out.commit()?;
        Ok(summary)
    }

    /// Writes what there is to say of a row.
    pub(super) fn write(
        &mut self,
        row: &Settled<'_>,
        source: &str,
        context: &SourceContext,
    ) -> Result<()> {
        let action = row.row.action.filter(|_| row.fate == Fate::Accepted);
        let payload = self.send(row, action, context)?;
        if self.payload.is_some() && matches!(row.fate, Fate::Accepted | Fate::Unchanged) {
            self.follow_up.write(row.place, row.follow(), &mut self.out)?;
        }
        let facts = RowFacts {
            place: row.place,
            sheet_row: row.sheet_row,
            fate: row.fate,
            action,
            source,
            payload,
        };
        let kept = row.related.as_ref().filter(|_| row.fate == Fate::Duplicate);
        self.ledger.write(&facts, row.row.phone, kept.map(|kept| (kept.source, kept.row)))?;
        for index in row.problems() {
            self.issues.write(row.worked.problems.get(index), &facts)?;
        }
        if let Some(related) = &row.related {
            let phone = row.row.phone.map(|(phone, _, _)| phone);
            let columns = &context.view.columns;
            let column = columns.of(Field::Phone).and_then(|at| {
                let number = u32::try_from(at).ok()?;
                Some((number, columns.headers[at].as_str()))
            });
            self.issues.write_related(&facts, phone, column, related)?;
        }
        match (row.fate, kept) {
            (Fate::Malformed | Fate::Rejected, _) => self.write_reject(row, source, context),
            (Fate::Duplicate, Some(kept)) => self.write_duplicate(row, source, kept, context),
            _ => Ok(()),
        }
    }

    /// Puts the contact of an accepted row where it is sent from.
    fn send(
        &mut self,
        row: &Settled<'_>,
        action: Option<Action>,
        context: &SourceContext,
    ) -> Result<Option<PayloadPlace>> {
        let (Some((payload, _)), Some(action)) = (&mut self.payload, action) else {
            return Ok(None);
        };
        if action == Action::Create || !context.updates_apart() {
            return payload.push(row.contact(), &mut self.out).map(Some);
        }
        let updates = match &mut self.updates {
            Some(updates) => updates,
            none => {
                let frame = Frame::lines(String::new());
                let form = Format::Requests.extension();
                let max = payload.max();
                none.insert(Payload::new(UPDATES_FOLDER, form, max, frame, &self.out)?)
            }
        };
        updates.push(row.contact(), &mut self.out).map(Some)
    }

    fn write_reject(
        &mut self,
        row: &Settled<'_>,
        source: &str,
        context: &SourceContext,
    ) -> Result<()> {
        let mut own = OwnCells::of(row, source);
        if let Some(related) = &row.related {
            let code = related.role.code();
            own.add(code, &format!("{}: row {}", code.sentence(), related.row), code.remedy());
        }
        let rejects = &mut self.rejects;
        with_record(row, context, |record, view| match record {
            Record::Row(record) => {
                let draft = Draft::new(record, &view.columns);
                let cells = view.originals.iter().map(|at| draft.cell(*at));
                rejects.write(cells, own.values().into_iter().chain([""]))
            }
            Record::Malformed(fault) => {
                let raw = fault.text();
                let values = own.values().into_iter().chain([&*raw]);
                rejects.write(view.originals.iter().map(|_| ""), values)
            }
            Record::Blank(_) => Ok(()),
        })
    }

    fn write_duplicate(
        &mut self,
        row: &Settled<'_>,
        source: &str,
        kept: &Related<'_>,
        context: &SourceContext,
    ) -> Result<()> {
        let mut own = OwnCells::of(row, source);
        let code = kept.role.code();
        let message = format!("{}; differs in {}", code.sentence(), kept.difference());
        own.add(code, &message, code.remedy());
        let kept_row = kept.row.to_string();
        let duplicates = &mut self.duplicates;
        with_record(row, context, |record, view| {
            let Record::Row(record) = record else { return Ok(()) };
            let draft = Draft::new(record, &view.columns);
            let cells = view.originals.iter().map(|at| draft.cell(*at));
            let values = own.values().into_iter().chain([kept.source_name, kept_row.as_str()]);
            duplicates.write(cells, values)
        })
    }
}

/// What was counted against what was written.
fn compare(what: &str, counted: u64, written: u64) -> Result<()> {
    if counted == written {
        return Ok(());
    }
    Err(Error::Internal(format!("{counted} {what} were counted and {written} written")))
}

/// Reads the record of a row once more.
fn with_record(
    row: &Settled<'_>,
    context: &SourceContext,
    mut give: impl FnMut(Record<'_>, &View) -> Result<()>,
) -> Result<()> {
    let start = row.row.spot.start;
    let malformed = &row.worked.chunk.malformed;
    // The list is in order: a chunk may be malformed from end to end.
    let own = malformed.binary_search_by_key(&start, |fault| fault.start).ok();
    let own = own.map(|at| Malformed { start: 0, ..malformed[at] });
    let mut result = Ok(());
    let cells = context.view.columns.headers.len();
    let mut reader = RecordReader::new(context.read, Some(cells));
    reader.read(row.raw(), own.as_slice(), |record| {
        context.resolve(record, &mut |record, view| result = give(record, view));
    });
    result
}

/// What our own columns say of a row.
struct OwnCells<'s> {
    source: &'s str,
    row: String,
    line: String,
    codes: String,
    problems: String,
    suggestions: String,
}

impl<'s> OwnCells<'s> {
    fn of(row: &Settled<'_>, source: &'s str) -> OwnCells<'s> {
        let mut own = OwnCells {
            source,
            row: row.place.row.to_string(),
            line: row.place.line.to_string(),
            codes: String::new(),
            problems: String::new(),
            suggestions: String::new(),
        };
        // What cost the row comes first.
        let views = || row.problems().map(|index| row.worked.problems.get(index));
        let is_error = |problem: &ProblemView<'_>| problem.code().level() == Level::Error;
        for problem in views().filter(is_error).chain(views().filter(|it| !is_error(it))) {
            own.add(problem.code(), problem.message(), problem.advice());
        }
        own
    }

    fn add(&mut self, code: Code, message: &str, advice: &str) {
        let parts = [
            (&mut self.codes, code.as_str()),
            (&mut self.problems, message),
            (&mut self.suggestions, advice),
        ];
        for (text, part) in parts {
            if !text.is_empty() {
                text.push_str(" | ");
            }
            text.push_str(part);
        }
    }

    fn values(&self) -> [&str; 6] {
        [self.source, &self.row, &self.line, &self.codes, &self.problems, &self.suggestions]
    }
}
