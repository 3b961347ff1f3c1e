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
pub struct PayloadPlace<'p> {
    /// The path of the file, relative to the output folder.
    pub path: &'p str,
    /// The contact's index in the file, from 0: the one that the platform's answers name.
    pub index: u64,
}

/// How much a payload file holds at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchMax {
    /// Contacts.
    pub rows: u64,
    /// Bytes.
    pub bytes: u64,
}

/// How far a payload has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Filled {
    /// Files that were begun.
    pub files: u64,
    /// Contacts of the last of them, where it is still open.
    pub contacts: u64,
}

impl Filled {
    /// How far it has come with so many contacts more, of which a file holds `rows_max`.
    #[must_use]
    pub fn with(self, more: u64, rows_max: u64) -> Filled {
        if more == 0 {
            return self;
        }
        let Filled { files, contacts } = self;
        let all = contacts + more;
        let begun = all.div_ceil(rows_max);
        Filled {
            files: files - u64::from(contacts > 0) + begun,
            contacts: all - (begun - 1) * rows_max,
        }
    }
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
    folder: &'static str,
    extension: &'static str,
    max: BatchMax,
    /// What stands around the contacts.
    frame: Frame,
    /// How many files were ended before.
    ended_before: usize,
    file: Option<OpenFile>,
    finished: Vec<OutputFacts>,
    /// Contacts written.
    written: u64,
}

/// The file that is being written.
#[derive(Debug)]
struct OpenFile {
    file: OutFile,
    /// Contacts in it.
    contacts: u64,
    /// How many bytes it will have if it ends here.
    bytes: u64,
}

impl Payload {
    /// No contact yet. The files stand in `folder`, which comes with the first of them and begins
    /// with `frame`.
    #[must_use]
    pub fn new(
        folder: &'static str,
        extension: &'static str,
        max: BatchMax,
        frame: Frame,
    ) -> Payload {
        let (file, finished) = (None, Vec::new());
        Payload { folder, extension, max, frame, ended_before: 0, file, finished, written: 0 }
    }

    /// The same, where others have written so much before. Bytes must have no limit.
    ///
    /// # Errors
    /// Where a file cannot be made.
    pub fn continued(mut self, before: Filled, out: &mut OutDir) -> Result<Payload> {
        let Filled { files, contacts } = before;
        self.ended_before = usize::try_from(files - u64::from(contacts > 0)).expect("in memory");
        if contacts > 0 {
            let file = self.make_file(out)?;
            self.file = Some(OpenFile { file, contacts, bytes: 0 });
        }
        Ok(self)
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
    #[inline]
    pub fn push(&mut self, contact: &[u8], out: &mut OutDir) -> Result<PayloadPlace<'_>> {
        let Frame { opening: _, first, between, closing: _, after } = self.frame;
        let more = (between.len() + contact.len() + after.len()) as u64;
        let is_full = |open: &OpenFile| {
            open.contacts == self.max.rows || open.bytes.saturating_add(more) > self.max.bytes
        };
        if self.file.as_ref().is_some_and(is_full) {
            self.close()?;
        }
        if self.file.is_none() {
            self.file = Some(self.begin_file(out)?);
        }
        let open = self.file.as_mut().expect("just begun");
        let before = if open.contacts == 0 { first } else { between };
        let buffer = open.file.buffer();
        // They are shorter than a call to copy them.
        before.bytes().for_each(|byte| buffer.push(byte));
        buffer.extend_from_slice(contact);
        after.bytes().for_each(|byte| buffer.push(byte));
        open.bytes += (before.len() + contact.len() + after.len()) as u64;
        debug_assert!(open.bytes <= self.max.bytes, "the workers reject what alone is too large");
        open.file.flush_if_full()?;
        let index = open.contacts;
        open.contacts += 1;
        self.written += 1;
        Ok(PayloadPlace { path: open.file.path(), index })
    }

    /// The next file, with what stands before all contacts.
    fn begin_file(&self, out: &mut OutDir) -> Result<OpenFile> {
        let mut file = self.make_file(out)?;
        file.append(self.frame.opening.as_bytes())?;
        let bytes = self.frame.opening.len() + self.frame.closing.len();
        Ok(OpenFile { file, contacts: 0, bytes: bytes as u64 })
    }

    fn make_file(&self, out: &mut OutDir) -> Result<OutFile> {
        if self.finished.is_empty() {
            out.make_folder(self.folder)?;
        }
        let number = self.ended_before + self.finished.len() + 1;
        out.create_file(&format!("{}/{number:06}.{}", self.folder, self.extension))
    }

    /// Leaves the last file open, for others to go on with. Returns the files, and the number of
    /// contacts that were written here.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn leave_open(mut self) -> Result<(Vec<OutputFacts>, u64)> {
        if let Some(OpenFile { file, .. }) = self.file.take() {
            self.finished.push(file.finish()?);
        }
        Ok((self.finished, self.written))
    }

    fn close(&mut self) -> Result<()> {
        if let Some(OpenFile { mut file, .. }) = self.file.take() {
            file.append(self.frame.closing.as_bytes())?;
            self.finished.push(file.finish()?);
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
            self.file = Some(self.begin_file(out)?);
        }
        self.close()?;
        Ok((self.finished, self.written))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_filled_as_contacts_come_one_by_one_or_many_at_once() {
        for rows_max in 1..5 {
            let mut filled = Filled::default();
            for contacts in 1..20 {
                filled = filled.with(1, rows_max);
                assert_eq!(filled, Filled::default().with(contacts, rows_max), "of {rows_max}");
                let before = (filled.files - 1) * rows_max;
                assert_eq!(before + filled.contacts, contacts, "of {rows_max}");
                assert_eq!(filled.with(0, rows_max), filled);
            }
        }
    }
}
