//! Encoded contacts → payload files of so many contacts each.

use crate::error::Result;

use super::contract::Contract;
use super::encode::json_string;
use super::outdir::{OutDir, OutFile, OutputFacts};

/// The folder of the payload, inside the output folder.
pub const PAYLOAD_FOLDER: &str = "payload";

/// Where a contact stands in the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PayloadPlace {
    /// The number of the file, from 1.
    pub file: u64,
    /// The contact's index in the file, from 0: the one that the platform's answers name.
    pub index: u64,
}

impl PayloadPlace {
    /// The path of the file, relative to the output folder.
    #[must_use]
    pub fn path(self) -> String {
        format!("{PAYLOAD_FOLDER}/{:06}.json", self.file)
    }
}

/// Writes the payload.
#[derive(Debug)]
pub struct Payload {
    /// What stands before the first contact of a file.
    opening: String,
    /// Contacts a file.
    batch_rows: u64,
    /// Where the next contact goes.
    next: PayloadPlace,
    file: Option<OutFile>,
    finished: Vec<OutputFacts>,
    /// Contacts written.
    written: u64,
}

const SEPARATOR: &[u8] = b",\n";
const CLOSING: &[u8] = b"\n]}\n";

impl Payload {
    /// No contact yet. `batch_rows` overrides the contract's own limit.
    ///
    /// # Errors
    /// Where the folder of the payload cannot be made.
    pub fn new(contract: &Contract, batch_rows: Option<u64>, out: &OutDir) -> Result<Payload> {
        out.make_folder(PAYLOAD_FOLDER)?;
        Ok(Payload {
            opening: format!("{{{}:[", json_string(&contract.request.envelope)),
            batch_rows: batch_rows.unwrap_or(contract.batch.rows as u64),
            next: PayloadPlace { file: 1, index: 0 },
            file: None,
            finished: Vec::new(),
            written: 0,
        })
    }

    /// Appends an encoded contact and says where it stands.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn push(&mut self, contact: &[u8], out: &mut OutDir) -> Result<PayloadPlace> {
        if self.next.index == self.batch_rows {
            self.close()?;
            self.next = PayloadPlace { file: self.next.file + 1, index: 0 };
        }
        let place = self.next;
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(open(&self.opening, place, out)?),
        };
        let before: &[u8] = if place.index == 0 { b"\n" } else { SEPARATOR };
        file.buffer().extend_from_slice(before);
        file.append(contact)?;
        self.next.index += 1;
        self.written += 1;
        Ok(place)
    }

    fn close(&mut self) -> Result<()> {
        if let Some(mut file) = self.file.take() {
            file.append(CLOSING)?;
            self.finished.push(file.finish()?);
        }
        Ok(())
    }

    /// Ends the last file; with no contact at all there is one file without any. Returns the
    /// files, and the number of contacts in them.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn finish(mut self, out: &mut OutDir) -> Result<(Vec<OutputFacts>, u64)> {
        if self.written == 0 {
            self.file = Some(open(&self.opening, self.next, out)?);
        }
        self.close()?;
        Ok((self.finished, self.written))
    }
}

fn open(opening: &str, place: PayloadPlace, out: &mut OutDir) -> Result<OutFile> {
    let mut file = out.create_file(&place.path())?;
    file.append(opening.as_bytes())?;
    Ok(file)
}
