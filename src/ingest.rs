//! Stage 1: bytes → records. Opens files and stdin, finds the header, cuts the stream at record
//! ends ([`chunk`]) and reads the records of a chunk ([`record`]).
//! It must not know what a column means.

use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub mod chunk;
pub mod detect;
pub mod dialect;
pub mod guard;
pub mod record;
mod structure;

use crate::error::{Error, Result};
use crate::text::printable;
use chunk::{Chunk, Splitter, count_line_ends};
use dialect::Dialect;
use record::{Record, RecordReader};

/// The limits on what is read. Each is a number of bytes or cells that still passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one cell, as they stand in the source.
    pub cell_bytes_max: usize,
    /// Bytes of one record, its line end included.
    pub record_bytes_max: usize,
    /// Cells of one record.
    pub record_cells_max: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { cell_bytes_max: 1 << 20, record_bytes_max: 16 << 20, record_cells_max: 100_000 }
    }
}

/// What the user says of how to read.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadOptions {
    /// How records and cells are told apart.
    pub dialect: Dialect,
    /// The limits on what is read.
    pub limits: Limits,
}

/// An input as the user named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl Input {
    /// The input that a command-line argument names; `-` is standard input.
    #[must_use]
    pub fn from_argument(argument: &Path) -> Input {
        if argument.as_os_str() == "-" { Input::Stdin } else { Input::File(argument.to_owned()) }
    }

    /// The name in messages: as the user gave it, control characters escaped.
    #[must_use]
    pub fn display(&self) -> String {
        match self {
            Input::Stdin => "standard input".to_owned(),
            Input::File(path) => printable(&path.to_string_lossy()),
        }
    }

    /// The name in reports: the file's own name, without its folder.
    fn short_name(&self) -> String {
        match self {
            Input::Stdin => "stdin".to_owned(),
            Input::File(path) => {
                path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
            }
        }
    }

    /// Says at once what can be said without reading: that it is there, and no folder.
    ///
    /// # Errors
    /// [`Error::Input`] where it is missing, a folder, or not ours to read.
    pub fn check(&self) -> Result<()> {
        let Input::File(path) = self else {
            return Ok(());
        };
        let facts = fs::metadata(path).map_err(|cause| self.unreadable(&cause))?;
        if facts.is_dir() {
            let what = "is a folder; name the files in it".to_owned();
            return Err(Error::Input { input: self.display(), what });
        }
        if facts.is_file() {
            File::open(path).map_err(|cause| self.unreadable(&cause))?;
        }
        Ok(())
    }

    /// The number of bytes to expect, where the system knows it.
    #[must_use]
    pub fn bytes_expected(&self) -> Option<u64> {
        let Input::File(path) = self else { return None };
        fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|facts| facts.len())
    }

    fn open(&self) -> Result<Box<dyn Read + Send>> {
        Ok(match self {
            Input::Stdin => Box::new(io::stdin()),
            Input::File(path) => {
                Box::new(File::open(path).map_err(|cause| self.unreadable(&cause))?)
            }
        })
    }

    fn unreadable(&self, cause: &io::Error) -> Error {
        Error::reading(&self.display(), cause)
    }
}

/// The names of the inputs in reports: each the file's own name, numbered where names repeat.
#[must_use]
pub fn source_names(inputs: &[Input]) -> Vec<String> {
    let short: Vec<String> = inputs.iter().map(Input::short_name).collect();
    let mut names: Vec<String> = Vec::with_capacity(short.len());
    for (at, name) in short.iter().enumerate() {
        let repeats = short.iter().filter(|other| *other == name).count() > 1;
        let mut number = short[..=at].iter().filter(|other| *other == name).count();
        let mut unique = if repeats { format!("{name}#{number}") } else { name.clone() };
        while names.contains(&unique) {
            number += 1;
            unique = format!("{name}#{number}");
        }
        names.push(unique);
    }
    names
}

/// An input that was opened and whose header was read.
pub struct Source {
    /// Index of the source, from 0.
    pub index: u32,
    /// The name in messages.
    pub display: String,
    /// The header's cells, as they stand in the file.
    pub header: Vec<String>,
    /// How it is read.
    pub options: ReadOptions,
    /// Bytes before the first record: byte order mark, blank lines and header.
    pub header_bytes: u64,
    /// Physical lines before the first record.
    pub header_lines: u64,
    /// Records before the first one that counts: blank lines and the header.
    pub header_records: u64,
    rest: Rest,
}

/// What follows the header of a source.
enum Rest {
    /// A stream, which is open: what was read of it, and the rest.
    Stream(Box<dyn Read + Send>),
    /// A file, which is opened anew when its turn comes, so that a thousand inputs need no
    /// thousand open files.
    File(FileState),
}

/// A regular file and what it was like when it was opened first.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FileState {
    path: PathBuf,
    bytes: u64,
    modified: Option<SystemTime>,
}

impl FileState {
    fn of(path: &Path) -> io::Result<FileState> {
        let facts = fs::metadata(path)?;
        let modified = facts.modified().ok();
        Ok(FileState { path: path.to_owned(), bytes: facts.len(), modified })
    }
}

/// How much of an input is read at first to find its header.
const SAMPLE_BYTES: usize = 64 << 10;

/// The UTF-8 byte order mark.
const BOM: &[u8] = b"\xef\xbb\xbf";

impl Source {
    /// Opens `input` and reads its header.
    ///
    /// # Errors
    /// [`Error::Input`] where it cannot be read or is no CSV; [`Error::Usage`] where it has no
    /// header.
    pub fn open(input: &Input, index: u32, options: ReadOptions) -> Result<Source> {
        let display = input.display();
        let fail = |cause: io::Error| Error::reading(&display, &cause);
        let state = match input {
            // A file that says it is empty and is not, as in /proc, is read like a stream.
            Input::File(path)
                if fs::metadata(path).is_ok_and(|facts| facts.is_file() && facts.len() > 0) =>
            {
                Some(FileState::of(path).map_err(fail)?)
            }
            _ => None,
        };
        let mut reader = input.open()?;
        let mut sample = Vec::new();
        let mut wanted = SAMPLE_BYTES;
        let (bom, header) = loop {
            read_full(&mut reader, &mut sample, wanted).map_err(fail)?;
            if let Some(what) = foreign_format(&sample) {
                return Err(Error::Input { input: display, what: what.to_owned() });
            }
            let bom = if sample.starts_with(BOM) { BOM.len() } else { 0 };
            let header = read_header(&sample[bom..], &display, options);
            // A header that ends where the sample does may go on beyond it.
            let whole = header.as_ref().is_ok_and(|header| bom + header.end < sample.len());
            if whole || sample.len() < wanted {
                break (bom, header?);
            }
            if wanted > options.limits.record_bytes_max {
                return Err(Error::Usage(format!(
                    "{display}: no header ends within {wanted} bytes, the limit on a record"
                )));
            }
            wanted =
                (wanted * 2).min(options.limits.record_bytes_max.saturating_add(1)).max(wanted + 1);
        };
        let header_bytes = (bom + header.end) as u64;
        let rest = match state {
            Some(state) => Rest::File(state),
            None => {
                let mut sample = Cursor::new(sample);
                sample.set_position(header_bytes);
                Rest::Stream(Box::new(sample.chain(reader)))
            }
        };
        Ok(Source {
            index,
            display,
            header: header.cells,
            options,
            header_bytes,
            header_lines: header.lines,
            header_records: header.records,
            rest,
        })
    }

    /// The reader that cuts the records after the header into chunks of about `chunk_bytes`.
    ///
    /// # Errors
    /// [`Error::Input`] where the file cannot be opened again.
    pub fn into_splitter(self, chunk_bytes: usize) -> Result<SourceReader> {
        let fail = |cause: io::Error| Error::reading(&self.display, &cause);
        let (rest, state): (Box<dyn Read + Send>, _) = match self.rest {
            Rest::Stream(rest) => (rest, None),
            Rest::File(state) => {
                let mut file = File::open(&state.path).map_err(fail)?;
                file.seek(SeekFrom::Start(self.header_bytes)).map_err(fail)?;
                (Box::new(file), Some(state))
            }
        };
        let splitter = Splitter::new(rest, self.options, chunk_bytes).starting_at(
            self.index,
            self.header_bytes,
            &self.display,
        );
        Ok(SourceReader { splitter, state, display: self.display })
    }
}

/// The records of a source, in chunks.
pub struct SourceReader {
    splitter: Splitter<Box<dyn Read + Send>>,
    state: Option<FileState>,
    display: String,
}

impl SourceReader {
    /// Fills `chunk` with the next records; `false` at the end.
    ///
    /// # Errors
    /// [`Error::Input`] where the source cannot be read.
    pub fn next_chunk(&mut self, chunk: &mut Chunk) -> Result<bool> {
        self.splitter.next_chunk(chunk)
    }

    /// The offset in the source up to which was read.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.splitter.bytes_read()
    }

    /// The bytes of the source, at its end.
    ///
    /// # Errors
    /// [`Error::Input`] where a file has changed since it was opened.
    pub fn finish(self) -> Result<u64> {
        let bytes = self.bytes_read();
        let now = self.state.as_ref().and_then(|state| FileState::of(&state.path).ok());
        if now != self.state || self.state.is_some_and(|state| state.bytes != bytes) {
            let what = "changed while it was read; run again when nobody writes to it".to_owned();
            return Err(Error::Input { input: self.display, what });
        }
        Ok(bytes)
    }
}

/// Reads until `buffer` holds `wanted` bytes or the input ends.
fn read_full(reader: &mut dyn Read, buffer: &mut Vec<u8>, wanted: usize) -> io::Result<()> {
    let missing = wanted.saturating_sub(buffer.len()) as u64;
    reader.take(missing).read_to_end(buffer).map(|_| ())
}

/// What to say of a file that is plainly no CSV.
fn foreign_format(sample: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 7] = [
        (
            b"PK\x03\x04",
            "is an Excel workbook (.xlsx) or another zip archive; in Excel choose Save As, \
             CSV UTF-8 (Comma delimited), and give that file",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "is an old Excel workbook (.xls); in Excel choose Save As, CSV UTF-8 \
             (Comma delimited), and give that file",
        ),
        (b"\x1f\x8b", "is compressed with gzip; unpack it first: gzip -dc FILE | rowcall … -"),
        (
            b"\x28\xb5\x2f\xfd",
            "is compressed with zstd; unpack it first: zstd -dc FILE | rowcall … -",
        ),
        (b"%PDF", "is a PDF; export the contacts as CSV"),
        (b"\xff\xfe", "is UTF-16; convert it first: iconv -f UTF-16 -t UTF-8 FILE | rowcall … -"),
        (b"\xfe\xff", "is UTF-16; convert it first: iconv -f UTF-16 -t UTF-8 FILE | rowcall … -"),
    ];
    KNOWN.iter().find(|(magic, _)| sample.starts_with(magic)).map(|(_, what)| *what)
}

/// What was found at the head of a source.
struct Header {
    cells: Vec<String>,
    /// The offset of what follows it.
    end: usize,
    /// The physical lines up to there.
    lines: u64,
    /// The records up to there: blank lines, which are passed over, and the header.
    records: u64,
}

fn read_header(sample: &[u8], display: &str, options: ReadOptions) -> Result<Header> {
    if sample.is_empty() {
        return Err(Error::Usage(format!(
            "{display}: the file is empty; a header line with the column names is needed"
        )));
    }
    let mut splitter = Splitter::new(sample, options, 1).starting_at(0, 0, display);
    let mut chunk = Chunk::default();
    let mut reader = RecordReader::new(options, None);
    let mut found: Option<Result<(Vec<String>, u64)>> = None;
    let mut records = 0;
    while found.is_none() && splitter.next_chunk(&mut chunk)? {
        reader.read(&chunk.bytes, &chunk.malformed, |record| {
            if found.is_some() {
                return;
            }
            records += 1;
            found = match record {
                Record::Blank(_) => None,
                Record::Row(row) => Some(Ok((
                    row.cells().map(str::to_owned).collect(),
                    chunk.byte + row.spot.byte + row.spot.length,
                ))),
                Record::Malformed(fault) => Some(Err(Error::Usage(format!(
                    "{display}: the header cannot be read: {}; {}",
                    fault.code.sentence(),
                    fault.code.remedy()
                )))),
            };
        });
    }
    let (cells, end) = found.unwrap_or_else(|| {
        Err(Error::Usage(format!(
            "{display}: only blank lines; a header line with the column names is needed"
        )))
    })?;
    if cells.iter().any(|cell| cell.contains('\0')) {
        let what = "has NUL bytes in its header, so it is no UTF-8; export it as CSV UTF-8";
        return Err(Error::Input { input: display.to_owned(), what: what.to_owned() });
    }
    let end = usize::try_from(end).expect("an offset into the sample");
    Ok(Header { cells, end, lines: count_line_ends(&sample[..end]), records })
}
