//! A file of a prepared folder → its records, as they stand there; held against the size and the
//! hash that the folder's summary gives. It must not know what a record means.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use super::lines::open_file;
use crate::error::{Error, Result};
use crate::text::printable;

/// A record that is longer was not written by us.
const RECORD_BYTES_MAX: usize = 1 << 30;

/// How much is read at once.
const BUFFER_BYTES: usize = 256 << 10;

/// What ends a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordEnd {
    /// A line end.
    Line,
    /// A line end that stands in no quotes.
    LineOutsideQuotes,
}

/// What the summary says of a file.
#[derive(Debug, Clone, serde::Deserialize)]
pub(super) struct Facts {
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) blake3: String,
}

/// Reads a file of ours, record by record.
#[derive(Debug)]
pub(super) struct Records {
    /// The file as messages name it.
    pub(super) shown: String,
    reader: BufReader<File>,
    end: RecordEnd,
    hasher: blake3::Hasher,
    /// Bytes read so far.
    bytes: u64,
    record: Vec<u8>,
}

impl Records {
    pub(super) fn open(path: &Path, end: RecordEnd) -> Result<Records> {
        let shown = printable(&path.display().to_string());
        let file = open_file(path).map_err(|cause| Error::reading(&shown, &cause))?;
        Ok(Records {
            shown,
            reader: BufReader::with_capacity(BUFFER_BYTES, file),
            end,
            hasher: blake3::Hasher::new(),
            bytes: 0,
            record: Vec::new(),
        })
    }

    /// The same file from a byte on; its hash cannot be told.
    pub(super) fn open_at(path: &Path, end: RecordEnd, byte: u64) -> Result<Records> {
        let mut records = Records::open(path, end)?;
        let sought = records.reader.seek(SeekFrom::Start(byte));
        sought.map_err(|cause| Error::reading(&records.shown, &cause))?;
        records.bytes = byte;
        Ok(records)
    }

    /// How many bytes have been read.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next record with its line end; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>> {
        self.record.clear();
        let mut quotes = 0;
        loop {
            let from = self.record.len();
            let limited = &mut (&mut self.reader).take(RECORD_BYTES_MAX as u64);
            let read = limited
                .read_until(b'\n', &mut self.record)
                .map_err(|cause| Error::reading(&self.shown, &cause))?;
            if self.record.len() >= RECORD_BYTES_MAX {
                return Err(self.changed());
            }
            if self.end == RecordEnd::LineOutsideQuotes {
                quotes += memchr::memchr_iter(b'"', &self.record[from..]).count();
            }
            if read == 0 || quotes % 2 == 0 {
                break;
            }
        }
        self.hasher.update(&self.record);
        self.bytes += self.record.len() as u64;
        Ok((!self.record.is_empty()).then_some(&self.record[..]))
    }

    /// The record that was read last.
    pub(super) fn current(&self) -> &[u8] {
        &self.record
    }

    /// The next bytes, whatever they are; fewer where the file ends.
    pub(super) fn take(&mut self, bytes: usize) -> Result<Vec<u8>> {
        let mut taken = Vec::with_capacity(bytes);
        let limited = &mut (&mut self.reader).take(bytes as u64);
        limited.read_to_end(&mut taken).map_err(|cause| Error::reading(&self.shown, &cause))?;
        self.hasher.update(&taken);
        self.bytes += taken.len() as u64;
        Ok(taken)
    }

    /// The file has been read to its end: is it the one that was prepared?
    pub(super) fn check(&mut self, facts: &Facts) -> Result<()> {
        let is_same =
            self.bytes == facts.bytes && self.hasher.finalize().to_hex().as_str() == facts.blake3;
        if is_same { Ok(()) } else { Err(self.changed()) }
    }

    /// The error of a file that is not the one that was prepared.
    pub(super) fn changed(&self) -> Error {
        Error::mismatch(
            &self.shown,
            "was changed since it was prepared, so the answers cannot be joined with it; put the \
             folder back as it was, or prepare and send it anew",
        )
    }
}

/// Finds the cells of a record of CSV, quotes included and the line end not.
pub(super) fn split_cells(record: &[u8], cells: &mut Vec<Range<usize>>) {
    cells.clear();
    let end = record.strip_suffix(b"\n").unwrap_or(record).len();
    let (mut from, mut quoted) = (0, false);
    for at in memchr::memchr2_iter(b'"', b',', &record[..end]) {
        match record[at] {
            b'"' => quoted = !quoted,
            _ if quoted => {}
            _ => {
                cells.push(from..at);
                from = at + 1;
            }
        }
    }
    cells.push(from..end);
}

/// The text of a cell, without the quotes round it.
pub(super) fn cell_text(cell: &[u8]) -> Cow<'_, str> {
    let inner = cell.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    match inner {
        None => String::from_utf8_lossy(cell),
        Some(inner) => String::from_utf8_lossy(inner).replace("\"\"", "\"").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_as_the_crate_csv_writes_them() {
        for cells in
            [&["a", "", "+1"][..], &["x,y", "say \"hi\"", "\"", " z "], &["a\nb", "\r", "é"]]
        {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(cells).expect("memory");
            let line = writer.into_inner().expect("memory");
            let mut found = Vec::new();
            split_cells(&line, &mut found);
            let texts: Vec<_> = found.iter().map(|cell| cell_text(&line[cell.clone()])).collect();
            assert_eq!(texts, cells);
        }
    }

    #[test]
    fn a_line_end_in_quotes_ends_no_record() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "a,\"x\ny\"\"\n\",b\nc\n").expect("written");
        let mut records = Records::open(file.path(), RecordEnd::LineOutsideQuotes).expect("opened");
        assert_eq!(records.next().expect("read"), Some(&b"a,\"x\ny\"\"\n\",b\n"[..]));
        assert_eq!(records.next().expect("read"), Some(&b"c\n"[..]));
        assert_eq!(records.next().expect("read"), None);
    }
}
