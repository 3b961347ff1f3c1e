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
    /// Bytes that it has if it ends here, where bytes have a limit.
    pub bytes: u64,
}

impl Filled {
    /// How far it has come with so many contacts more, of which a file holds `rows_max`.
    #[must_use]
    pub fn with(self, more: u64, rows_max: u64) -> Filled {
        if more == 0 {
            return self;
        }
        let Filled { files, contacts, bytes } = self;
        let all = contacts + more;
        let begun = all.div_ceil(rows_max);
        Filled {
            files: files - u64::from(contacts > 0) + begun,
            contacts: all - (begun - 1) * rows_max,
            bytes,
        }
    }

    /// How far it has come with a contact of so many bytes more.
    #[must_use]
    pub fn with_bytes(self, contact_bytes: u64, max: BatchMax, frame: &Frame) -> Filled {
        let Filled { files, contacts, bytes } = self;
        if contacts == 0 || is_full(contacts, bytes, contact_bytes, max, frame) {
            let bytes = frame.empty_bytes() + frame.more_bytes(true, contact_bytes);
            return Filled { files: files + 1, contacts: 1, bytes };
        }
        let bytes = bytes + frame.more_bytes(false, contact_bytes);
        Filled { files, contacts: contacts + 1, bytes }
    }
}

/// Whether a file with so many contacts and bytes takes no other one of so many bytes.
fn is_full(contacts: u64, bytes: u64, contact_bytes: u64, max: BatchMax, frame: &Frame) -> bool {
    let more = frame.more_bytes(false, contact_bytes);
    contacts == max.rows || bytes.saturating_add(more) > max.bytes
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

    /// The same, where others have written so much before.
    ///
    /// # Errors
    /// Where a file cannot be made.
    pub fn continued(mut self, before: Filled, out: &mut OutDir) -> Result<Payload> {
        let Filled { files, contacts, bytes } = before;
        self.ended_before = usize::try_from(files - u64::from(contacts > 0)).expect("in memory");
        if contacts > 0 {
            let file = self.make_file(out)?;
            self.file = Some(OpenFile { file, contacts, bytes });
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
        if self.is_full(contact) {
            self.close()?;
        }
        if self.file.is_none() {
            self.file = Some(self.begin_file(out)?);
        }
        let index = self.append(contact)?;
        let open = self.file.as_ref().expect("it has taken a contact");
        Ok(PayloadPlace { path: open.file.path(), index })
    }

    /// Appends encoded contacts as far as one file takes them, at least the first. Says where the
    /// first of them stands, and how many they are.
    ///
    /// # Errors
    /// Where a file cannot be written.
    ///
    /// # Panics
    /// Where there is no contact.
    pub fn push_run<'c>(
        &mut self,
        mut contacts: impl Iterator<Item = &'c [u8]>,
        out: &mut OutDir,
    ) -> Result<(PayloadPlace<'_>, usize)> {
        let first = contacts.next().expect("there is a first contact");
        let index = self.push(first, out)?.index;
        let mut count = 1;
        for contact in contacts {
            if self.is_full(contact) {
                break;
            }
            self.append(contact)?;
            count += 1;
        }
        let open = self.file.as_ref().expect("it has taken a contact");
        Ok((PayloadPlace { path: open.file.path(), index }, count))
    }

    /// Appends a contact to the open file, which takes it; returns its index there.
    #[inline]
    fn append(&mut self, contact: &[u8]) -> Result<u64> {
        let Frame { opening: _, first, between, closing: _, after } = self.frame;
        let open = self.file.as_mut().expect("just begun");
        let before = if open.contacts == 0 { first } else { between };
        let buffer = open.file.buffer();
        // They are shorter than a call to copy them.
        before.bytes().for_each(|byte| buffer.push(byte));
        buffer.extend_from_slice(contact);
        after.bytes().for_each(|byte| buffer.push(byte));
        open.bytes += self.frame.more_bytes(open.contacts == 0, contact.len() as u64);
        debug_assert!(open.bytes <= self.max.bytes, "the workers reject what alone is too large");
        open.file.flush_if_full()?;
        let index = open.contacts;
        open.contacts += 1;
        self.written += 1;
        Ok(index)
    }

    /// Whether the open file, if there is one, takes no such contact.
    #[inline]
    fn is_full(&self, contact: &[u8]) -> bool {
        let bytes = contact.len() as u64;
        let is_full =
            |open: &OpenFile| is_full(open.contacts, open.bytes, bytes, self.max, &self.frame);
        self.file.as_ref().is_some_and(is_full)
    }

    /// The next file, with what stands before all contacts.
    fn begin_file(&self, out: &mut OutDir) -> Result<OpenFile> {
        let mut file = self.make_file(out)?;
        file.append(self.frame.opening.as_bytes())?;
        Ok(OpenFile { file, contacts: 0, bytes: self.frame.empty_bytes() })
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
    use super::super::outdir::IfExists;
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

    #[test]
    fn a_payload_that_others_go_on_with_has_the_files_of_one_piece() {
        let frame = Frame {
            opening: "<".to_owned(),
            first: "_",
            between: ", ",
            closing: ">".to_owned(),
            after: ";",
        };
        let lengths: [usize; 12] = [1, 5, 2, 2, 9, 1, 1, 1, 1, 14, 3, 0];
        let (private, contact) = (tempfile::tempdir().expect("a folder"), [b'x'; 14]);
        let pieces_of = |name: &str, max: BatchMax, cut: usize| {
            let mut pieces = std::collections::BTreeMap::<String, Vec<u8>>::new();
            let mut filled = Filled::default();
            for (at, part) in [&lengths[..cut], &lengths[cut..]].into_iter().enumerate() {
                let folder = private.path().join(format!("{name}-{at}"));
                let mut out = OutDir::create(&folder, IfExists::Refuse).expect("made");
                let payload = Payload::new(PAYLOAD_FOLDER, "txt", max, frame.clone());
                let mut payload = payload.continued(filled, &mut out).expect("made");
                for bytes in part {
                    payload.push(&contact[..*bytes], &mut out).expect("written");
                    filled = filled.with_bytes(*bytes as u64, max, &frame);
                }
                let (files, _) = if at == 0 {
                    payload.leave_open().expect("written")
                } else {
                    payload.finish(IfEmpty::NoFile, &mut out).expect("written")
                };
                out.hand_over().expect("named");
                for OutputFacts { path, .. } in files {
                    let piece = std::fs::read(folder.join(&path)).expect("it is there");
                    pieces.entry(path).or_default().extend(piece);
                }
            }
            assert_eq!(filled.files, pieces.len() as u64);
            pieces
        };
        for (rows, bytes) in [(u64::MAX, 18), (3, 18), (2, 25), (1, 18), (4, 30)] {
            let max = BatchMax { rows, bytes };
            let expected = pieces_of(&format!("{rows}-{bytes}"), max, lengths.len());
            assert!(expected.values().all(|file| file.len() as u64 <= bytes), "{expected:?}");
            for cut in 0..lengths.len() {
                let name = format!("{rows}-{bytes}-{cut}");
                assert_eq!(pieces_of(&name, max, cut), expected, "cut at {cut}, {max:?}");
            }
        }
    }
}
