//! A payload file → its contacts, as they stand there, byte for byte.

use super::prepared::Prepared;
use super::record::{Facts, RecordEnd, Records};
use crate::error::Result;
use crate::write::contract::Contract;

/// Reads a payload file.
#[derive(Debug)]
pub(super) struct PayloadFile {
    records: Records,
    facts: Facts,
    /// What stands round the contacts, where something does.
    frame: Frame,
    /// How many contacts have been read.
    read: u64,
}

/// What stands round the contacts of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Frame {
    /// Before the first contact.
    pub(super) opening: Vec<u8>,
    /// Between two contacts.
    pub(super) between: &'static str,
    /// After the last one.
    pub(super) closing: Vec<u8>,
}

impl PayloadFile {
    pub(super) fn open(
        prepared: &Prepared,
        path: &str,
        contract: &Contract,
    ) -> Result<PayloadFile> {
        let facts = prepared.facts(path)?.clone();
        let full = prepared.path(path);
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        let end = if extension == "csv" { RecordEnd::LineOutsideQuotes } else { RecordEnd::Line };
        let mut records = Records::open(&full, end)?;
        let frame = match (extension, &contract.payload.envelope) {
            ("json", Some(envelope)) => {
                let opening = format!("{}\n", envelope.opening).into_bytes();
                let closing = format!("\n{}\n", envelope.closing).into_bytes();
                if records.take(opening.len())? != opening {
                    return Err(not_its_contract(&records, contract));
                }
                Frame { opening, between: ",\n", closing }
            }
            ("csv", _) => {
                let opening = records.next()?.unwrap_or_default().to_vec();
                Frame { opening, between: "\n", closing: b"\n".to_vec() }
            }
            ("jsonl", _) => Frame { opening: Vec::new(), between: "\n", closing: b"\n".to_vec() },
            _ => return Err(not_its_contract(&records, contract)),
        };
        Ok(PayloadFile { records, facts, frame, read: 0 })
    }

    /// How many contacts have been read.
    pub(super) fn read(&self) -> u64 {
        self.read
    }

    /// The next contact, without what stands between two, and what stands round all.
    pub(super) fn next(&mut self) -> Result<(&Frame, &[u8])> {
        if self.records.next()?.is_none() {
            return Err(self.records.changed());
        }
        let record = self.records.current();
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        let contact = match self.frame.between {
            ",\n" => record.strip_suffix(b",").unwrap_or(record),
            _ => record,
        };
        self.read += 1;
        Ok((&self.frame, contact))
    }

    /// All contacts that the ledger knows have been read: is it the file that was prepared?
    pub(super) fn finish(mut self) -> Result<()> {
        // The line end before the closing was read with the last contact.
        let rest = self.frame.closing.strip_prefix(b"\n").unwrap_or_default().to_vec();
        let found = self.records.take(rest.len() + 1)?;
        if found != rest {
            return Err(self.records.changed());
        }
        self.records.check(&self.facts)
    }
}

fn not_its_contract(records: &Records, contract: &Contract) -> crate::error::Error {
    crate::error::Error::mismatch(
        &records.shown,
        format!(
            "is no payload of the platform `{}`; give the contract that it was prepared for by --to",
            contract.name
        ),
    )
}
