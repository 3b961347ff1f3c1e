//! A row whose fate is settled → every file that has something to say of it.

use std::fmt::Write as _;

use crate::contact::Field;
use crate::error::{Error, Result};
use crate::ingest::guard::{DUPLICATE_COLUMNS, REJECT_COLUMNS};
use crate::ingest::record::RecordReader;
use crate::map::Draft;
use crate::problem::{Action, Code, Fate, Level, Place};
use crate::unique::Differences;
use crate::write::batch::{IfEmpty, PAYLOAD_FOLDER, Payload, PayloadPlace, UPDATES_FOLDER};
use crate::write::contract::{Contract, Format};
use crate::write::encode::Frame;
use crate::write::follow_up::{FOLLOW_UP, FollowUp};
use crate::write::html::{Beside, PAGE, Page};
use crate::write::issues::{self, Issues, ProblemView, Related, Role, RowFacts};
use crate::write::ledger::{self, Ledger};
use crate::write::outdir::{OutDir, SUMMARY};
use crate::write::rejects::RowsFile;
use crate::write::summary::Summary;
use crate::write::upload::{self, Sent, UPLOAD_SCRIPT};

use super::context::{SourceContext, View};
use super::work::{Ends, Worked, WorkedRow};
use super::{Goal, Job};

mod part;

/// The files of the output folder.
pub(super) struct Writers {
    names: Vec<String>,
    /// What is written for the platform, and how it is sent.
    payload: Option<(Payload, Contract)>,
    /// Updates that are requests of their own; begun with the first.
    updates: Option<Payload>,
    follow_up: FollowUp,
    ledger: Ledger,
    issues: Issues,
    rejects: RowsFile,
    duplicates: RowsFile,
    /// Reads the records of duplicates once more: which rows are such, no worker knows.
    reader: Option<RecordReader>,
    /// What is said of a duplicate of which there is no more to say, by what differs, in the form
    /// of the source.
    plain_duplicates: Vec<((Fate, Differences), Vec<u8>)>,
    /// Kept from row to row for their memory.
    own: OwnCells,
    /// Goes last: where the run fails, the files in it are closed before it is removed, and their
    /// numbers are free for that.
    out: OutDir,
}

/// A row whose fate is settled.
pub(super) struct Settled<'w> {
    pub(super) worked: &'w Worked,
    pub(super) row: &'w WorkedRow,
    /// Where what was made of it begins.
    pub(super) begins: Ends,
    pub(super) place: Place,
    pub(super) sheet_row: u64,
    pub(super) fate: Fate,
    /// Another row that has to do with its phone.
    pub(super) related: Option<Related>,
}

impl<'w> Settled<'w> {
    /// The row's problems.
    pub(super) fn problems(&self) -> impl Iterator<Item = ProblemView<'w>> + use<'w> {
        let problems = &self.worked.problems;
        (self.begins.problems..self.row.ends.problems).map(|index| problems.get(index))
    }

    /// The row's encoded contact.
    fn contact(&self) -> &'w [u8] {
        &self.worked.contacts[self.begins.contacts..self.row.ends.contacts]
    }

    /// What is to be followed up.
    fn follow(&self) -> &'w [u8] {
        &self.worked.follows[self.begins.follows..self.row.ends.follows]
    }

    /// What the ledger says of it.
    fn cells(&self) -> &'w [u8] {
        &self.worked.cells[self.begins.cells..self.row.ends.cells]
    }

    /// The record's bytes.
    pub(super) fn raw(&self) -> &'w [u8] {
        self.worked.raw(self.row)
    }
}

/// Plain rows of a chunk that follow each other, and with which no other row has to do.
#[derive(Clone, Copy)]
pub(super) struct Run<'w> {
    pub(super) worked: &'w Worked,
    pub(super) rows: &'w [WorkedRow],
    /// Where what was made of the first begins.
    pub(super) begins: Ends,
    pub(super) source: u32,
    /// The number of the first row, from 1.
    pub(super) first: u64,
    /// Lines of the source before those of the chunk.
    pub(super) lines_before: u64,
}

impl<'w> Run<'w> {
    /// Each row's encoded contact.
    fn contacts(&self) -> impl Iterator<Item = &[u8]> {
        let begins = self.rows.iter().scan(self.begins.contacts, |begin, row| {
            Some(std::mem::replace(begin, row.ends.contacts))
        });
        begins.zip(self.rows).map(|(begin, row)| &self.worked.contacts[begin..row.ends.contacts])
    }

    /// What the ledger is told: each row's line, and where in the cells its own stand.
    fn lines(&self) -> impl ExactSizeIterator<Item = (u64, usize, usize)> + Clone {
        let rows = self.rows;
        (0..rows.len()).map(move |at| {
            let begin = at.checked_sub(1).map_or(self.begins.cells, |at| rows[at].ends.cells);
            (self.lines_before + rows[at].spot.line + 1, begin, rows[at].ends.cells)
        })
    }

    /// The first rows, and those behind them.
    fn split(self, rows: usize) -> (Run<'w>, Run<'w>) {
        let (first, rest) = self.rows.split_at(rows);
        let begins = first.last().map_or(self.begins, |row| row.ends);
        let behind = Run { rows: rest, begins, first: self.first + rows as u64, ..self };
        (Run { rows: first, ..self }, behind)
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
            let payload = Payload::new(PAYLOAD_FOLDER, extension, job.batch_max(), frame);
            (payload, contract.clone())
        });
        let ledger = Ledger::new(names, &mut out)?;
        Writers::with(job, names, payload, ledger, FollowUp::new(names), out)
    }

    /// The files of which a run and a part of one begin alike, beside those that are given.
    fn with(
        job: &Job,
        names: &[String],
        payload: Option<(Payload, Contract)>,
        ledger: Ledger,
        follow_up: FollowUp,
        mut out: OutDir,
    ) -> Result<Writers> {
        Ok(Writers {
            names: names.to_vec(),
            payload,
            updates: None,
            follow_up,
            ledger,
            issues: Issues::new(names, &mut out)?,
            rejects: RowsFile::new("rejects", &REJECT_COLUMNS, names.len(), job.values),
            duplicates: RowsFile::new("duplicates", &DUPLICATE_COLUMNS, names.len(), job.values),
            reader: None,
            plain_duplicates: Vec::new(),
            own: OwnCells::default(),
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
        self.reader = Some(context.reader());
        self.plain_duplicates.clear();
        self.rejects.begin_source(source, dialect, headers(), &mut self.out)?;
        self.duplicates.begin_source(source, dialect, headers(), &mut self.out)
    }

    /// Ends all files, compares what they hold with what was counted, and commits the folder.
    pub(super) fn finish(self, mut summary: Summary, page: Option<&Page>) -> Result<Summary> {
        let Writers { mut out, payload, updates, follow_up, ledger, issues, .. } = self;
        let (rejects, duplicates) = (self.rejects, self.duplicates);
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
                out.remove_folder_if_there(PAYLOAD_FOLDER)?;
                out.remove_folder_if_there(UPDATES_FOLDER)?;
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
        compare("duplicates", counts.duplicate + counts.merged, written)?;
        if let Some(script) = script {
            let mut file = out.create_file(UPLOAD_SCRIPT)?;
            file.append(script.as_bytes())?;
            outputs.push(file.finish()?);
        }
        if let Some(page) = page {
            let mut file = out.create_file(PAGE)?;
            file.append(&page.render(&summary, Beside::Folder)?)?;
            summary.outputs.push(file.finish()?);
        }
        let mut file = out.create_file(SUMMARY)?;
        file.append(&summary.to_json())?;
        file.finish()?;
        out.commit()?;
        Ok(summary)
    }

    /// Writes what there is to say of many plain rows.
    pub(super) fn write_run(&mut self, mut run: Run<'_>) -> Result<()> {
        // So many that the room made for them is small.
        const ROWS_AT_ONCE: usize = 64;
        while !run.rows.is_empty() {
            let (payload, sent) = match &mut self.payload {
                Some((payload, _)) => {
                    let contacts = run.contacts().take(ROWS_AT_ONCE);
                    let (place, sent) = payload.push_run(contacts, &mut self.out)?;
                    (Some(place), sent)
                }
                None => (None, run.rows.len().min(ROWS_AT_ONCE)),
            };
            let (here, behind) = run.split(sent);
            let Run { worked, source, first, .. } = here;
            let (cells, rows) = (worked.cells.as_slice(), here.lines());
            self.ledger.write_run(ledger::Run { source, first, cells, rows, payload })?;
            run = behind;
        }
        Ok(())
    }

    /// Writes what there is to say of a row.
    pub(super) fn write(&mut self, row: &Settled<'_>, context: &SourceContext) -> Result<()> {
        let Settled { place, sheet_row, fate, related, .. } = row;
        let (sheet_row, fate) = (*sheet_row, *fate);
        let action = row.row.action.filter(|_| fate == Fate::Accepted);
        let payload = match (&mut self.payload, action) {
            (Some((payload, _)), Some(action)) => {
                let apart = action == Action::Update && context.updates_apart();
                let updates = apart.then_some(&mut self.updates);
                Some(send(row.contact(), payload, updates, &mut self.out)?)
            }
            _ => None,
        };
        let facts = RowFacts { place, sheet_row, fate, action, payload };
        let kept = related.as_ref().filter(|_| matches!(fate, Fate::Duplicate | Fate::Merged));
        let kept = kept.map(|kept| (kept.source, kept.row));
        self.ledger.write(&facts, (row.row.fate, row.row.action), row.cells(), kept)?;
        for problem in row.problems() {
            self.issues.write(problem, &facts)?;
        }
        if let Some(related) = *related {
            let View { columns, keys, .. } = &context.view;
            let phone = row.row.phone.map(|(phone, _, _)| phone);
            let column = columns.of(Field::Phone).and_then(|at| u32::try_from(at).ok());
            self.issues.write_related(&facts, phone, column, keys, related)?;
        }
        if self.payload.is_some() && matches!(fate, Fate::Accepted | Fate::Unchanged) {
            self.follow_up.write(place, row.follow(), &mut self.out)?;
        }
        match (fate, *related) {
            (Fate::Rejected, Some(Related { role: Role::Repeats(differs), .. })) => {
                self.write_repeated(row, differs, context)
            }
            (Fate::Malformed | Fate::Rejected, _) => self.write_reject(row),
            (
                Fate::Duplicate | Fate::Merged,
                Some(Related {
                    role: Role::Kept(differs) | Role::Merged(differs),
                    source,
                    row: kept,
                }),
            ) => self.write_duplicate(row, differs, (source, kept), context),
            _ => Ok(()),
        }
    }

    fn write_reject(&mut self, row: &Settled<'_>) -> Result<()> {
        let own = &mut self.own;
        own.begin(row);
        if let Some(related) = &row.related {
            own.add(related.role.code());
            // A text takes whatever is written to it.
            let _ = write!(own.problems, ": row {}", related.row);
        }
        let source = &self.names[row.place.source as usize];
        let encoded = row.worked.rejects.get(row.begins.rejects);
        self.rejects.write_encoded(encoded, own.values(source).into_iter())
    }

    /// A row that is refused because of another one.
    fn write_repeated(
        &mut self,
        row: &Settled<'_>,
        differs: Differences,
        context: &SourceContext,
    ) -> Result<()> {
        let Writers { names, rejects, reader, own, .. } = self;
        own.begin(row);
        own.add(Code::PhoneRepeated);
        if let Some(related) = &row.related {
            // A text takes whatever is written to it.
            let _ =
                write!(own.problems, ": row {} of {}", related.row, names[related.source as usize]);
        }
        own.add_differences(differs);
        let source = &names[row.place.source as usize];
        let reader = reader.as_mut().expect("a source was begun");
        // Its record could be read, so that nothing stands in the last column.
        with_cells(row, context, reader, |cells| {
            rejects.write(cells, own.values(source).into_iter().chain([""]))
        })
    }

    fn write_duplicate(
        &mut self,
        row: &Settled<'_>,
        differs: Differences,
        (kept_source, kept_row): (u32, u64),
        context: &SourceContext,
    ) -> Result<()> {
        let Writers { names, duplicates, reader, own, plain_duplicates, .. } = self;
        let mut say = || {
            own.begin(row);
            own.add(if row.fate == Fate::Merged {
                Code::PhoneMerged
            } else {
                Code::PhoneDuplicate
            });
            own.add_differences(differs);
            duplicates.encode(own.words().into_iter())
        };
        let several;
        let words = if row.problems().next().is_none() {
            // There are few kinds of them.
            let kind = (row.fate, differs);
            let known = plain_duplicates.iter().position(|(known, _)| *known == kind);
            let at = known.unwrap_or_else(|| {
                plain_duplicates.push((kind, say()));
                plain_duplicates.len() - 1
            });
            &plain_duplicates[at].1
        } else {
            several = say();
            &several
        };
        let (mut row_number, mut line, mut kept_number) = Default::default();
        let numbers = [
            (&mut row_number, row.place.row),
            (&mut line, row.place.line),
            (&mut kept_number, kept_row),
        ];
        let [row_number, line, kept_number] =
            numbers.map(|(buffer, number)| itoa::Buffer::format(buffer, number));
        let source = names[row.place.source as usize].as_str();
        let kept = [names[kept_source as usize].as_str(), kept_number];
        let reader = reader.as_mut().expect("a source was begun");
        with_cells(row, context, reader, |cells| {
            let place = [source, row_number, line].into_iter();
            duplicates.write_around(cells, place, words, kept.into_iter())
        })
    }
}

/// Gives the cells of a row, whose record is read once more.
fn with_cells(
    row: &Settled<'_>,
    context: &SourceContext,
    reader: &mut RecordReader,
    mut give: impl FnMut(&mut dyn Iterator<Item = &str>) -> Result<()>,
) -> Result<()> {
    let mut result = Ok(());
    context.reread(row.raw(), reader, |row, view| {
        let draft = Draft::new(row, &view.columns);
        result = give(&mut view.originals.iter().map(|at| draft.cell(*at)));
    });
    result
}

/// Puts a contact where it is sent from: with the updates where those are requests of their own.
fn send<'p>(
    contact: &[u8],
    payload: &'p mut Payload,
    updates: Option<&'p mut Option<Payload>>,
    out: &mut OutDir,
) -> Result<PayloadPlace<'p>> {
    let Some(updates) = updates else { return payload.push(contact, out) };
    let updates = match updates {
        Some(updates) => updates,
        none => {
            let frame = Frame::lines(String::new());
            let form = Format::Requests.extension();
            none.insert(Payload::new(UPDATES_FOLDER, form, payload.max(), frame))
        }
    };
    updates.push(contact, out)
}

/// What was counted against what was written.
fn compare(what: &str, counted: u64, written: u64) -> Result<()> {
    if counted == written {
        return Ok(());
    }
    Err(Error::Internal(format!("{counted} {what} were counted and {written} written")))
}

/// What our own columns say of a row.
#[derive(Default)]
struct OwnCells {
    row: String,
    line: String,
    codes: String,
    problems: String,
    suggestions: String,
}

impl OwnCells {
    /// What there is to say of a row without regard to others.
    fn begin(&mut self, row: &Settled<'_>) {
        let OwnCells { row: number, line, codes, problems, suggestions } = self;
        for text in [&mut *number, line, codes, problems, suggestions] {
            text.clear();
        }
        number.push_str(itoa::Buffer::new().format(row.place.row));
        self.line.push_str(itoa::Buffer::new().format(row.place.line));
        // What cost the row comes first.
        let is_error = |problem: &ProblemView<'_>| problem.code().level() == Level::Error;
        let (errors, others) = (row.problems().filter(is_error), row.problems());
        for problem in errors.chain(others.filter(|it| !is_error(it))) {
            self.add(problem.code());
            if !problem.detail().is_empty() {
                self.problems.push_str(": ");
                self.problems.push_str(problem.detail());
            }
            if !problem.suggestion().is_empty() {
                self.suggestions.push_str(" (perhaps ");
                self.suggestions.push_str(problem.suggestion());
                self.suggestions.push(')');
            }
        }
    }

    /// What differs from another row.
    fn add_differences(&mut self, differs: Differences) {
        self.problems.push_str("; differs in ");
        let before = self.problems.len();
        for compared in differs.iter() {
            self.problems.push_str(if self.problems.len() == before { "" } else { ", " });
            self.problems.push_str(compared.as_str());
        }
        if self.problems.len() == before {
            self.problems.push_str("nothing");
        }
    }

    /// A problem, and what to do about it.
    fn add(&mut self, code: Code) {
        let parts = [
            (&mut self.codes, code.as_str()),
            (&mut self.problems, code.sentence()),
            (&mut self.suggestions, code.remedy()),
        ];
        for (text, part) in parts {
            if !text.is_empty() {
                text.push_str(" | ");
            }
            text.push_str(part);
        }
    }

    fn values<'s>(&'s self, source: &'s str) -> [&'s str; 6] {
        let [codes, problems, suggestions] = self.words();
        [source, &self.row, &self.line, codes, problems, suggestions]
    }

    /// Codes, problems and suggestions.
    fn words(&self) -> [&str; 3] {
        [&self.codes, &self.problems, &self.suggestions]
    }
}
