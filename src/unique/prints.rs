//! The prints of all rows: the newest in memory, the rest in a nameless private file.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::Print;

/// Bytes of prints that stay in memory before the older half goes to the file.
const MEMORY_BYTES_MAX: usize = 8 << 20;

/// An append-only list of prints.
pub(super) struct Prints {
    folder: PathBuf,
    file: Option<File>,
    file_bytes: u64,
    memory: Vec<u8>,
}

impl Prints {
    /// No prints. The file, if one is needed, is made in `folder` and has no name there.
    pub(super) fn new(folder: &Path) -> Prints {
        Prints { folder: folder.to_owned(), file: None, file_bytes: 0, memory: Vec::new() }
    }

    /// Appends a buffer of prints.
    pub(super) fn append(&mut self, prints: &[u8]) -> io::Result<()> {
        if self.memory.len() + prints.len() > MEMORY_BYTES_MAX {
            let file = match &mut self.file {
                Some(file) => file,
                none => none.insert(tempfile::tempfile_in(&self.folder)?),
            };
            file.write_all(&self.memory)?;
            self.file_bytes += self.memory.len() as u64;
            self.memory.clear();
        }
        self.memory.extend_from_slice(prints);
        Ok(())
    }

    /// The print of the row with that ordinal.
    pub(super) fn get(&self, ordinal: u64) -> io::Result<Print> {
        let start = ordinal * Print::BYTES as u64;
        let mut bytes = [0; Print::BYTES];
        match (start.checked_sub(self.file_bytes), &self.file) {
            (Some(start), _) => {
                let start = usize::try_from(start).expect("within memory");
                bytes.copy_from_slice(&self.memory[start..start + Print::BYTES]);
            }
            (None, Some(file)) => file.read_exact_at(&mut bytes, start)?,
            (None, None) => unreachable!("without a file every print is in memory"),
        }
        Ok(Print::from_bytes(&bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_come_back_from_memory_and_from_the_file() {
        let mut prints = Prints::new(&std::env::temp_dir());
        let rows = u32::try_from(3 * MEMORY_BYTES_MAX / Print::BYTES).expect("a few") + 7;
        let print = |row: u32| Print([row, 1, 2, 3, 4, !row]);
        for first in (0..rows).step_by(1000) {
            let mut buffer = Vec::new();
            (first..rows.min(first + 1000)).for_each(|row| print(row).append_to(&mut buffer));
            prints.append(&buffer).expect("written");
        }
        assert!(prints.file.is_some());
        for row in (0..rows).step_by(997).chain([rows - 1]) {
            assert_eq!(prints.get(row.into()).expect("read"), print(row));
        }
    }
}
