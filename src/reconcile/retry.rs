//! What may be tried again → `retry/`: a folder like the one that was sent, with those contacts
//! alone, that can be sent and reconciled in the same way.
//!
//! Each payload file gives at most one, so that no limit that it kept is broken.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use super::ledger::LedgerRow;
use super::payload::Frame;
use super::prepared::{LEDGER, Prepared, RETRY_SCHEMA};
use crate::error::Result;
use crate::write::batch::{PAYLOAD_FOLDER, UPDATES_FOLDER};
use crate::write::contract::Contract;
use crate::write::outdir::{OutDir, OutFile, OutputFacts, SUMMARY};
use crate::write::upload::{self, Sent, UPLOAD_SCRIPT};

/// The folder, inside the output folder.
pub const RETRY_FOLDER: &str = "retry";

/// Writes `retry/`; nothing where there is nothing to try again.
#[derive(Debug, Default)]
pub(super) struct Retry {
    /// The ledger of `retry/`, from the first contact on.
    ledger: Option<OutFile>,
    /// The files of each folder of the payload.
    lanes: BTreeMap<String, Lane>,
    finished: Vec<OutputFacts>,
    contacts: u64,
}

/// The files of a folder: they are numbered anew.
#[derive(Debug, Default)]
struct Lane {
    number: u64,
    contacts: u64,
    open: Option<Open>,
}

/// The file that is being written.
#[derive(Debug)]
struct Open {
    /// The payload file that its contacts come from.
    from: String,
    path: String,
    file: OutFile,
    frame: Frame,
    contacts: u64,
}

impl Retry {
    /// Adds a contact of the payload file `from`.
    pub(super) fn push(
        &mut self,
        from: &str,
        frame: &Frame,
        contact: &[u8],
        row: &LedgerRow<'_>,
        header: &[u8],
        out: &mut OutDir,
    ) -> Result<()> {
        let (folder, name) = from.rsplit_once('/').expect("files that are sent stand in folders");
        if self.ledger.is_none() {
            out.make_folder(RETRY_FOLDER)?;
            let mut ledger = out.create_file(&format!("{RETRY_FOLDER}/{LEDGER}"))?;
            ledger.append(&[header, b"\n"].concat())?;
            self.ledger = Some(ledger);
        }
        if !self.lanes.contains_key(folder) {
            out.make_folder(&format!("{RETRY_FOLDER}/{folder}"))?;
        }
        let lane = self.lanes.entry(folder.to_owned()).or_default();
        if let Some(open) = lane.open.take_if(|open| open.from != from) {
            self.finished.push(open.finish()?);
        }
        let open = match &mut lane.open {
            Some(open) => open,
            none => {
                lane.number += 1;
                let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
                let path = format!("{folder}/{:06}.{extension}", lane.number);
                let mut file = out.create_file(&format!("{RETRY_FOLDER}/{path}"))?;
                file.append(&frame.opening)?;
                let (from, frame) = (from.to_owned(), frame.clone());
                none.insert(Open { from, path, file, frame, contacts: 0 })
            }
        };
        if open.contacts > 0 {
            open.file.append(open.frame.between.as_bytes())?;
        }
        open.file.append(contact)?;
        let line = [&row.with_place(&open.path, open.contacts)[..], b"\n"].concat();
        open.contacts += 1;
        lane.contacts += 1;
        self.contacts += 1;
        self.ledger.as_mut().expect("made above").append(&line)
    }

    /// Ends the files, and adds the script that sends them and a summary of their own.
    pub(super) fn finish(
        mut self,
        prepared: &Prepared,
        contract: &Contract,
        out: &mut OutDir,
    ) -> Result<Vec<OutputFacts>> {
        let Some(ledger) = self.ledger else { return Ok(Vec::new()) };
        let sent = |folder: &str| {
            let lane = self.lanes.get(folder);
            lane.map_or(Sent::default(), |lane| Sent {
                files: lane.number,
                contacts: lane.contacts,
            })
        };
        let script = upload::script(contract, sent(PAYLOAD_FOLDER), sent(UPDATES_FOLDER));
        for lane in self.lanes.into_values() {
            if let Some(open) = lane.open {
                self.finished.push(open.finish()?);
            }
        }
        self.finished.push(ledger.finish()?);
        if let Some(script) = script {
            let mut file = out.create_file(&format!("{RETRY_FOLDER}/{UPLOAD_SCRIPT}"))?;
            file.append(script.as_bytes())?;
            self.finished.push(file.finish()?);
        }
        self.finished.sort_by(|a, b| a.path.cmp(&b.path));
        let summary = Summary {
            schema: RETRY_SCHEMA,
            rowcall: env!("CARGO_PKG_VERSION"),
            counts: json!({ "accepted": self.contacts }),
            sources: prepared.sources.iter().map(|source| json!({ "source": source })).collect(),
            settings: json!({ "to": contract.name }),
            outputs: self.finished.iter().map(without_folder).collect(),
        };
        let mut text = serde_json::to_vec_pretty(&summary).expect("plain values");
        text.push(b'\n');
        let mut file = out.create_file(&format!("{RETRY_FOLDER}/{SUMMARY}"))?;
        file.append(&text)?;
        self.finished.push(file.finish()?);
        Ok(self.finished)
    }
}

impl Open {
    fn finish(mut self) -> Result<OutputFacts> {
        self.file.append(&self.frame.closing)?;
        self.file.finish()
    }
}

/// What the summary of `retry/` says: as much as reading the folder again needs.
#[derive(Debug, Serialize)]
struct Summary {
    schema: &'static str,
    rowcall: &'static str,
    counts: serde_json::Value,
    sources: Vec<serde_json::Value>,
    settings: serde_json::Value,
    outputs: Vec<OutputFacts>,
}

/// The same file, as `retry/` sees it.
fn without_folder(facts: &OutputFacts) -> OutputFacts {
    let path = facts.path.strip_prefix(RETRY_FOLDER).and_then(|path| path.strip_prefix('/'));
    OutputFacts { path: path.unwrap_or(&facts.path).to_owned(), ..facts.clone() }
}
