//! Stage 1: bytes → records. Opens files and stdin, finds the header, cuts the stream at record
//! ends ([`chunk`]) and reads the records of a chunk ([`record`]).
//! It must not know what a column means.

use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

pub mod chunk;
pub mod dialect;
pub mod guard;
pub mod record;
mod structure;

use crate::error::{Error, Result};
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

/// Text for a terminal: every control and direction character shown as an escape.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let direction = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if c.is_control() || direction {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
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
    /// What follows the header.
    rest: Box<dyn Read + Send>,
}

/// How much of an input is read to find its header; a header must end within it.
pub const SAMPLE_BYTES_MAX: usize = 1 << 20;

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
        let mut reader = input.open()?;
        let mut sample = Vec::new();
        read_full(&mut reader, &mut sample, SAMPLE_BYTES_MAX)
            .map_err(|cause| Error::reading(&display, &cause))?;
        if let Some(what) = foreign_format(&sample) {
            return Err(Error::Input { input: display, what: what.to_owned() });
        }
        let bom = if sample.starts_with(BOM) { BOM.len() } else { 0 };
        let Header { cells: header, end, lines, records } =
            read_header(&sample[bom..], &display, options)?;
        let end = bom + end;
        let header_bytes = end as u64;
        let mut sample = Cursor::new(sample);
        sample.set_position(header_bytes);
        let rest = Box::new(sample.chain(reader));
        Ok(Source {
            index,
            display,
            header,
            options,
            header_bytes,
            header_lines: lines,
            header_records: records,
            rest,
        })
    }

    /// The splitter that cuts the records after the header into chunks of about `chunk_bytes`.
    #[must_use]
    pub fn into_splitter(self, chunk_bytes: usize) -> Splitter<Box<dyn Read + Send>> {
        Splitter::new(self.rest, self.options, chunk_bytes).starting_at(
            self.index,
            self.header_bytes,
            &self.display,
        )
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
    let end = usize::try_from(end).expect("an offset into the sample");
    Ok(Header { cells, end, lines: count_line_ends(&sample[..end]), records })
}
