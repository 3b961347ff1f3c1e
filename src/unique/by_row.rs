//! So many bytes for every row: the newest in memory, the rest in a nameless private file.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Bytes that stay in memory before the older ones go to the file.
const MEMORY_BYTES_MAX: usize = 4 << 20;

/// An append-only list of records of `BYTES` bytes, one a row, named by the row's ordinal.
#[derive(Debug)]
pub struct ByRow<const BYTES: usize> {
    folder: PathBuf,
    file: Option<File>,
    file_bytes: u64,
    memory: Vec<u8>,
}

impl<const BYTES: usize> ByRow<BYTES> {
    /// No rows. The file, if one is needed, is made in `folder` and has no name there.
    #[must_use]
    pub fn new(folder: &Path) -> ByRow<BYTES> {
        ByRow { folder: folder.to_owned(), file: None, file_bytes: 0, memory: Vec::new() }
    }

    /// Appends the records of the next rows.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn append(&mut self, records: &[u8]) -> io::Result<()> {
        if self.memory.len() + records.len() > MEMORY_BYTES_MAX {
            let file = match &mut self.file {
                Some(file) => file,
                none => none.insert(tempfile::tempfile_in(&self.folder)?),
            };
            file.write_all(&self.memory)?;
            self.file_bytes += self.memory.len() as u64;
            self.memory.clear();
        }
        self.memory.extend_from_slice(records);
        Ok(())
    }

    /// The record of the row with that ordinal, from 0.
    ///
    /// # Errors
    /// The file cannot be read.
    ///
    /// # Panics
    /// Where no such row was appended.
    pub fn get(&self, ordinal: u64) -> io::Result<[u8; BYTES]> {
        let start = ordinal * BYTES as u64;
        let mut bytes = [0; BYTES];
        match (start.checked_sub(self.file_bytes), &self.file) {
            (Some(start), _) => {
                let start = usize::try_from(start).expect("within memory");
                bytes.copy_from_slice(&self.memory[start..start + BYTES]);
            }
            (None, Some(file)) => file.read_exact_at(&mut bytes, start)?,
            (None, None) => unreachable!("without a file every record is in memory"),
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_stays_in_memory_than_may() {
        let mut list = ByRow::<1>::new(&std::env::temp_dir());
        list.append(&[7; MEMORY_BYTES_MAX]).expect("kept");
        assert!(list.file.is_none());
        list.append(&[8]).expect("written");
        assert_eq!((list.file.is_some(), list.memory.len()), (true, 1));
        assert_eq!((list.get(0).expect("read"), list.get(1 << 22).expect("read")), ([7], [8]));
    }

    #[test]
    fn records_come_back_from_memory_and_from_the_file() {
        let mut list = ByRow::<12>::new(&std::env::temp_dir());
        let rows = u32::try_from(3 * MEMORY_BYTES_MAX / 12).expect("a few") + 7;
        let record = |row: u32| -> [u8; 12] {
            let mut bytes = [7; 12];
            bytes[..4].copy_from_slice(&row.to_le_bytes());
            bytes
        };
        for first in (0..rows).step_by(1000) {
            let records: Vec<u8> = (first..rows.min(first + 1000)).flat_map(record).collect();
            list.append(&records).expect("written");
        }
        assert!(list.file.is_some());
        for row in (0..rows).step_by(997).chain([rows - 1]) {
            assert_eq!(list.get(row.into()).expect("read"), record(row));
        }
    }
}
