//! Encoded contacts → payload files, each with so many contacts and so many bytes at most.

use crate::error::Result;

use super::encode::Frame;
use super::outdir::{OutDir, OutFile, OutputFacts};

/// The folder of the payload, inside the output folder.
pub const PAYLOAD_FOLDER: &str = "payload";

/// The folder of the requests that update contacts, where they are requests of their own.
pub const UPDATES_FOLDER: &str = "updates";

/// Where a contact stands in the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PayloadPlace {
    /// The folder of the file, inside the output folder.
    pub folder: &'static str,
    /// The number of the file, from 1.
    pub file: u64,
    /// The contact's index in the file, from 0: the one that the platform's answers name.
    pub index: u64,
    /// The extension of the file.
    pub extension: &'static str,
}

impl PayloadPlace {
    /// The path of the file, relative to the output folder.
    #[must_use]
    pub fn path(self) -> String {
        format!("{}/{:06}.{}", self.folder, self.file, self.extension)
    }
}

/// How much a payload file holds at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchMax {
    /// Contacts.
    pub rows: u64,
    /// Bytes.
    pub bytes: u64,
}

/// What is written where there is no contact at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfEmpty {
    /// One file without contacts.
    OneFile,
    /// No file.
    NoFile,
}

/// Writes the payload.
#[derive(Debug)]
pub struct Payload {
    max: BatchMax,
    /// What stands around the contacts.
    frame: Frame,
    /// Where the next contact goes.
    next: PayloadPlace,
    /// The file that is being written, and how many bytes it will have if it ends here.
    file: Option<(OutFile, u64)>,
    finished: Vec<OutputFacts>,
    /// Contacts written.
    written: u64,
}

impl Payload {
    /// No contact yet. The files stand in `folder`, and the first begins with `frame`.
    ///
    /// # Errors
    /// Where the folder cannot be made.
    pub fn new(
        folder: &'static str,
        extension: &'static str,
        max: BatchMax,
        frame: Frame,
        out: &OutDir,
    ) -> Result<Payload> {
        out.make_folder(folder)?;
        Ok(Payload {
            max,
            frame,
            next: PayloadPlace { folder, file: 1, index: 0, extension },
            file: None,
            finished: Vec::new(),
            written: 0,
        })
    }

    /// How much a file holds at most.
    #[must_use]
    pub fn max(&self) -> BatchMax {
        self.max
    }

    /// The contacts that follow stand in another frame, if it is another: then in a new file.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn set_frame(&mut self, frame: &Frame) -> Result<()> {
        if *frame != self.frame {
            self.close()?;
            self.frame = frame.clone();
        }
        Ok(())
    }

    /// Appends an encoded contact and says where it stands.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn push(&mut self, contact: &[u8], out: &mut OutDir) -> Result<PayloadPlace> {
        let after = self.frame.after.len() as u64;
        let more = (self.frame.between.len() + contact.len()) as u64 + after;
        let is_full = |bytes: u64| {
            self.next.index == self.max.rows || bytes.saturating_add(more) > self.max.bytes
        };
        if self.file.as_ref().is_some_and(|(_, bytes)| is_full(*bytes)) {
            self.close()?;
        }
        let place = self.next;
        let (file, bytes) = match &mut self.file {
            Some((file, bytes)) => {
                file.buffer().extend_from_slice(self.frame.between.as_bytes());
                *bytes += more;
                (file, bytes)
            }
            none => {
                let mut file = out.create_file(&place.path())?;
                file.buffer().extend_from_slice(self.frame.opening.as_bytes());
                file.buffer().extend_from_slice(self.frame.first.as_bytes());
                let (file, bytes) = none.insert((file, 0));
                *bytes = self.frame.bytes_around(contact.len());
                (file, bytes)
            }
        };
        debug_assert!(*bytes <= self.max.bytes, "the workers reject what alone is too large");
        file.buffer().extend_from_slice(contact);
        file.append(self.frame.after.as_bytes())?;
        self.next.index += 1;
        self.written += 1;
        Ok(place)
    }

    fn close(&mut self) -> Result<()> {
        if let Some((mut file, _)) = self.file.take() {
            file.append(self.frame.closing.as_bytes())?;
            self.finished.push(file.finish()?);
            self.next = PayloadPlace { file: self.next.file + 1, index: 0, ..self.next };
        }
        Ok(())
    }

    /// Ends the last file; with no contact at all there is one file without any, if that is
    /// wanted. Returns the files, and the number of contacts in them.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn finish(mut self, empty: IfEmpty, out: &mut OutDir) -> Result<(Vec<OutputFacts>, u64)> {
        if self.written == 0 && empty == IfEmpty::OneFile {
            let mut file = out.create_file(&self.next.path())?;
            file.append(self.frame.opening.as_bytes())?;
            self.file = Some((file, 0));
        }
        self.close()?;
        Ok((self.finished, self.written))
    }
}
