//! The folder that was prepared and sent: what its summary says of it. It is read, never written.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::lines::open_file;
use super::record::Facts;
use crate::error::{Error, Result};
use crate::text::printable;
use crate::write::outdir::SUMMARY;

/// The summaries of folders that have a payload to be answered.
const SCHEMAS: [&str; 2] = ["rowcall.summary/1", RETRY_SCHEMA];

/// The form of the summary of a folder with what is to be tried again.
pub(super) const RETRY_SCHEMA: &str = "rowcall.retry/1";

/// The ledger of a folder.
pub(super) const LEDGER: &str = "rows.csv";

/// A folder that was prepared.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) folder: PathBuf,
    /// The platform.
    pub(super) to: Option<String>,
    /// How many contacts its payload has.
    pub(super) accepted: u64,
    /// The names of its sources.
    pub(super) sources: Vec<String>,
    outputs: BTreeMap<String, Facts>,
}

/// The parts of a summary that are needed here.
#[derive(Debug, Deserialize)]
struct Given {
    schema: String,
    counts: GivenCounts,
    withheld: Option<String>,
    sources: Vec<GivenSource>,
    settings: GivenSettings,
    outputs: Vec<Facts>,
}

#[derive(Debug, Deserialize)]
struct GivenCounts {
    accepted: u64,
}

#[derive(Debug, Deserialize)]
struct GivenSource {
    source: String,
}

#[derive(Debug, Deserialize)]
struct GivenSettings {
    to: Option<String>,
}

impl Prepared {
    /// Reads the summary.
    pub(super) fn open(folder: &Path) -> Result<Prepared> {
        let path = folder.join(SUMMARY);
        let shown = printable(&path.display().to_string());
        let wrong = |what: String| Error::Input { input: shown.clone(), what };
        let remedy = "give the folder that rowcall prepare wrote";
        let mut text = Vec::new();
        open_file(&path)
            .and_then(|mut file| file.read_to_end(&mut text))
            .map_err(|cause| wrong(format!("cannot be read: {cause}; {remedy}")))?;
        let given: Given = serde_json::from_slice(&text)
            .map_err(|_| wrong(format!("is no summary of a prepared folder; {remedy}")))?;
        let Given { schema, counts, withheld, sources, settings, outputs } = given;
        if !SCHEMAS.contains(&schema.as_str()) {
            let schema = printable(&schema);
            return Err(wrong(format!("is of the form {schema}, which has no payload; {remedy}")));
        }
        if withheld.is_some() {
            let what = "says that the payload was withheld, so nothing of it was sent";
            return Err(Error::mismatch(&shown, what));
        }
        let outputs = outputs.into_iter().map(|facts| (facts.path.clone(), facts)).collect();
        Ok(Prepared {
            folder: folder.to_owned(),
            to: settings.to,
            accepted: counts.accepted,
            sources: sources.into_iter().map(|source| source.source).collect(),
            outputs,
        })
    }

    /// What the summary says of a file; the summary must name it.
    pub(super) fn facts(&self, path: &str) -> Result<&Facts> {
        self.outputs.get(path).ok_or_else(|| {
            let what =
                format!("names no file {}; give the folder as it was prepared", printable(path));
            Error::mismatch(self.shown(SUMMARY), what)
        })
    }

    /// The files that are sent, in order: those in folders.
    pub(super) fn sent(&self) -> impl Iterator<Item = &str> {
        self.outputs.keys().map(String::as_str).filter(|path| path.contains('/'))
    }

    /// Whether this is a file that is sent.
    pub(super) fn is_sent(&self, path: &str) -> bool {
        path.contains('/') && self.outputs.contains_key(path)
    }

    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// A file of the folder, for messages.
    pub(super) fn shown(&self, path: &str) -> String {
        printable(&self.path(path).display().to_string())
    }
}
