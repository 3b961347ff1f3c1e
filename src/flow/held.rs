//! Chunks that are held back until all rows are known, in a nameless private file.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use crate::ingest::chunk::{Chunk, Malformed};
use crate::ingest::record::Spot;
use crate::problem::Code;
use crate::unique::by_row::ByRow;

/// Bytes of a place: offset in the file and length.
const PLACE_BYTES: usize = 16;

/// The chunks, as they come.
#[derive(Debug)]
pub(super) struct Held {
    file: File,
    bytes: u64,
    /// Where each row's record stands in the file, if single rows will be asked for.
    places: Option<ByRow<PLACE_BYTES>>,
    head: Vec<u8>,
}

/// Whether single rows will be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// The chunks alone.
    Chunks,
    /// The chunks, and the place of each row. Then the first row of the run must be held.
    Rows,
}

impl Held {
    /// No chunk yet; the file is made in `folder`.
    pub(super) fn new(keep: Keep, folder: &Path) -> io::Result<Held> {
        let places = (keep == Keep::Rows).then(|| ByRow::new(folder));
        Ok(Held { file: tempfile::tempfile_in(folder)?, bytes: 0, places, head: Vec::new() })
    }

    /// Adds a chunk, whose rows stand at `spots`.
    pub(super) fn push(
        &mut self,
        chunk: &Chunk,
        spots: impl Iterator<Item = Spot>,
    ) -> io::Result<()> {
        // Taken apart without `..`, so that nothing of a chunk is lost.
        let Chunk { source, byte, bytes, malformed } = chunk;
        self.head.clear();
        let numbers = [u64::from(*source), *byte, bytes.len() as u64, malformed.len() as u64];
        self.head.extend(numbers.into_iter().flat_map(u64::to_le_bytes));
        for Malformed { start, code, dropped } in malformed {
            let numbers = [*start as u64, *code as u64, *dropped];
            self.head.extend(numbers.into_iter().flat_map(u64::to_le_bytes));
        }
        self.file.write_all(&self.head)?;
        self.file.write_all(bytes)?;
        self.bytes += self.head.len() as u64;
        if let Some(places) = &mut self.places {
            let place = |spot: Spot| {
                [self.bytes + spot.start as u64, (spot.end - spot.start) as u64]
                    .map(u64::to_le_bytes)
            };
            places.append(spots.flat_map(place).collect::<Vec<_>>().as_flattened())?;
        }
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// The record of the row with that ordinal, from 0, as it came.
    pub(super) fn row(&self, ordinal: u64) -> io::Result<Vec<u8>> {
        let places = self.places.as_ref().expect("rows were to be kept");
        let place = places.get(ordinal)?;
        let [offset, length] = [0, 8].map(|at| number(&place[at..at + 8]));
        let mut bytes = vec![0; size(length)];
        self.file.read_exact_at(&mut bytes, offset)?;
        Ok(bytes)
    }

    /// Begins to read the chunks.
    pub(super) fn reader(self: &Arc<Held>) -> HeldReader {
        HeldReader { held: Arc::clone(self), offset: 0 }
    }
}

/// Gives the chunks in the order in which they came.
pub(super) struct HeldReader {
    held: Arc<Held>,
    offset: u64,
}

impl HeldReader {
    /// Reads the next chunk into `chunk`; `false` after the last.
    pub(super) fn next_chunk(&mut self, chunk: &mut Chunk) -> io::Result<bool> {
        if self.offset == self.held.bytes {
            return Ok(false);
        }
        let [source, byte, bytes, faults] = self.numbers()?;
        chunk.source = u32::try_from(source).expect("as it was written");
        chunk.byte = byte;
        chunk.malformed.clear();
        for _ in 0..faults {
            let [start, code, dropped] = self.numbers()?;
            let code = Code::all().nth(size(code)).expect("as it was written");
            chunk.malformed.push(Malformed { start: size(start), code, dropped });
        }
        chunk.bytes.clear();
        chunk.bytes.resize(size(bytes), 0);
        self.held.file.read_exact_at(&mut chunk.bytes, self.offset)?;
        self.offset += bytes;
        Ok(true)
    }

    fn numbers<const N: usize>(&mut self) -> io::Result<[u64; N]> {
        let mut bytes = [[0; 8]; N];
        self.held.file.read_exact_at(bytes.as_flattened_mut(), self.offset)?;
        self.offset += bytes.as_flattened().len() as u64;
        Ok(bytes.map(u64::from_le_bytes))
    }
}

fn number(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes.try_into().expect("8 bytes"))
}

fn size(number: u64) -> usize {
    usize::try_from(number).expect("it was a size in memory")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_and_rows_come_back_as_they_were() {
        let mut held = Held::new(Keep::Rows, &std::env::temp_dir()).expect("a file");
        let chunk = |number: u64| Chunk {
            source: u32::try_from(number % 3).expect("small"),
            byte: number << 33,
            bytes: format!("a,{number}\nbb,{number}\n").into_bytes(),
            malformed: (0..number % 2)
                .map(|at| Malformed { start: 4, code: Code::RecordTooLong, dropped: at + 7 })
                .collect(),
        };
        let spots = |bytes: &[u8]| {
            let middle = bytes.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
            [(0, middle), (middle, bytes.len())].map(|(start, end)| Spot {
                start,
                end,
                ..Spot::default()
            })
        };
        for number in 0..100 {
            let chunk = chunk(number);
            held.push(&chunk, spots(&chunk.bytes).into_iter()).expect("written");
        }
        let held = Arc::new(held);
        assert_eq!(held.row(2 * 37).expect("read"), b"a,37\n");
        assert_eq!(held.row(2 * 99 + 1).expect("read"), b"bb,99\n");
        let mut reader = held.reader();
        let mut got = Chunk::default();
        for number in 0..100 {
            assert!(reader.next_chunk(&mut got).expect("read"));
            let expected = chunk(number);
            assert_eq!((got.source, got.byte), (expected.source, expected.byte));
            assert_eq!((&got.bytes, &got.malformed), (&expected.bytes, &expected.malformed));
        }
        assert!(!reader.next_chunk(&mut got).expect("read"));
    }
}
