//! A platform's answers → the rows they speak of. A prepared folder and answers go in; what became
//! of every accepted row comes out. It must not know how rows were judged before they were sent,
//! nor the name of any platform.
//!
//! The ledger, the payload and the answers are walked in step, so that no more than one answer is
//! held at a time. An answer is joined by its place in the payload and, where it names a phone, by
//! that too; where the two disagree the whole reconciliation is refused. Nothing is written under
//! the output's name until everything has fitted: the places, the phones, the platform's own
//! counts, and the size and hash of each file of the folder that was read.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::text::printable;
use crate::write::contract::{Contract, Existing};
use crate::write::outdir::{IfExists, OutDir};

mod bulk;
mod given;
mod join;
mod judge;
mod ledger;
mod lines;
mod outcome;
mod payload;
mod prepared;
mod record;
mod report;
mod retry;
mod walk;

pub use outcome::{Counts, Joined, Outcome, Told};
pub use report::{SCHEMA, Stretch, Summary};
pub use retry::RETRY_FOLDER;

use given::Given;
use prepared::Prepared;
use report::Report;
use walk::Walk;

/// What is to be reconciled.
#[derive(Debug, Clone)]
pub struct Job {
    /// The folder that was prepared and sent. Nothing in it is changed.
    pub folder: PathBuf,
    /// Folders and files of answers, or `payload file=answer` pairs; none means `answers/` in the
    /// folder.
    pub answers: Vec<PathBuf>,
    /// The platform, where it is not the one that the folder's summary names.
    pub to: Option<String>,
    /// The folder to make.
    pub out: Option<PathBuf>,
    /// What to do where it exists.
    pub if_exists: IfExists,
}

/// An accepted row, and what became of its contact.
#[derive(Debug, Clone, Copy)]
pub struct Row<'r> {
    /// The source, where the folder was made of several.
    pub source: Option<&'r str>,
    /// The row's number in its source.
    pub row: u64,
    /// The phone.
    pub phone: &'r str,
    /// What became of it.
    pub told: &'r Told,
}

/// Hears of each accepted row, in the ledger's order. What is heard holds only when the run has
/// come to its end.
pub trait Listener {
    /// Hears of a row.
    ///
    /// # Errors
    /// Where the listener fails; the run ends with its error.
    fn row(&mut self, row: Row<'_>) -> Result<()>;

    /// The signal that asks the run to end, if there is one.
    fn cancelled(&self) -> Option<u8> {
        None
    }
}

/// Joins the answers with the rows.
///
/// # Errors
/// [`Error::Mismatch`] where anything does not fit; the others as everywhere.
pub fn run(job: &Job, listener: &mut dyn Listener) -> Result<Summary> {
    let prepared = Prepared::open(&job.folder)?;
    let contract = contract(job, &prepared)?;
    let answers = contract.answers.as_ref().ok_or_else(|| {
        Error::Usage(format!(
            "the contract of {} does not say what the platform answers; add [answers] to a copy of \
             it and give that by --to",
            contract.title
        ))
    })?;
    let exists_is_taken = matches!(contract.existing, Existing::Skip | Existing::Upsert);
    let report = match &job.out {
        None => None,
        Some(out) => {
            is_apart(out, job)?;
            let out = OutDir::create(out, job.if_exists)?;
            Some(Report::new(out, &prepared, exists_is_taken)?)
        }
    };
    let given = Given::find(&job.answers, &prepared)?;
    let mut walk = Walk::new(&prepared, &contract, answers, given, report);
    walk.rows(listener)?;
    let (mut summary, report) = walk.finish(exists_is_taken)?;
    if let Some(report) = report {
        report.commit(&mut summary, &prepared, &contract)?;
    }
    Ok(summary)
}

/// Whether the platform has not taken a contact, and will not.
fn is_refused(outcome: Outcome, exists_is_taken: bool) -> bool {
    outcome == Outcome::Refused || outcome == Outcome::Exists && !exists_is_taken
}

/// The contract of the folder's platform.
fn contract(job: &Job, prepared: &Prepared) -> Result<Contract> {
    match job.to.as_deref().or(prepared.to.as_deref()) {
        Some(name) => Contract::find(name),
        None => Err(Error::Usage(format!(
            "{} was made for no platform, so nothing of it was sent; give a folder of prepare",
            printable(&job.folder.display().to_string())
        ))),
    }
}

/// The output must not touch what was sent, nor what came back.
fn is_apart(out: &Path, job: &Job) -> Result<()> {
    let Some(name) = out.file_name() else { return Ok(()) };
    let parent = out.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    let Ok(own) = parent.canonicalize().map(|parent| parent.join(name)) else { return Ok(()) };
    let stands = |path: &Path| path.canonicalize().ok();
    let wrong = |path: &Path, what: &str| {
        let (path, out) = (path.display().to_string(), out.display().to_string());
        Err(Error::Usage(format!(
            "{} {what} {}, which would change; name another folder with -o",
            printable(&path),
            printable(&out)
        )))
    };
    if let Some(folder) = stands(&job.folder) {
        if own.starts_with(&folder) {
            return wrong(&job.folder, "holds the output folder");
        }
        if folder.starts_with(&own) {
            return wrong(&job.folder, "stands in the output folder");
        }
    }
    match job.answers.iter().find(|path| stands(path).is_some_and(|path| path.starts_with(&own))) {
        Some(path) => wrong(path, "stands in the output folder"),
        None => Ok(()),
    }
}
