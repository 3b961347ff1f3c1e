//! One input, opened: its header is known, and its records can be cut into chunks.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use memchr::memmem::find;

use super::chunk::{Chunk, Splitter};
use super::compressed::{Compression, UnpackLimits, unpack};
use super::detect::{Detected, detect};
use super::dialect::Dialect;
use super::encoding::transcode::{Transcoder, transcode};
use super::encoding::{Encoding, Form};
use super::header::{self, Head, HeaderLine};
use super::{Given, Input, ReadOptions};
use crate::error::{Error, Result};

/// An input that was opened and whose header was read.
pub struct Source {
    /// Index of the source, from 0.
    pub index: u32,
    /// The name in messages.
    pub display: String,
    /// The header's cells, as they stand in the file, or the columns' numbers.
    pub header: Vec<String>,
    /// Whether the header stands in the file.
    pub header_line: HeaderLine,
    /// How records, cells and lines are told apart, and how that is known.
    pub layout: Detected,
    /// Physical lines before the header that are no rows.
    pub skipped_lines: u64,
    /// How it is compressed; its bytes are counted after it was unpacked.
    pub compression: Option<Compression>,
    /// Its text encoding.
    pub encoding: Encoding,
    /// How that is known.
    pub encoding_by: Evidence,
    /// What speaks for it.
    pub encoding_why: &'static str,
    /// Whether the text is well-formed UTF-8, and yet another encoding was given.
    pub encoding_is_doubtful: bool,
    /// How it is read.
    pub options: ReadOptions,
    /// Bytes before the first record: byte order mark, skipped lines, blank lines and header.
    pub header_bytes: u64,
    /// Physical lines before the first record.
    pub header_lines: u64,
    /// What a spreadsheet counts as rows before the first one: skipped and blank lines, the header.
    pub header_records: u64,
    /// Its first rows, cell by cell.
    pub sample: Vec<Vec<String>>,
    rest: Rest,
}

/// An input that was opened, and what is wrong with its header, if anything is: then it has no
/// columns.
pub struct Look {
    /// The source.
    pub source: Source,
    /// Why it cannot be read any further.
    pub fault: Option<Error>,
}

/// How a fact about a source is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The user said so.
    Given,
    /// Its first bytes say so.
    Detected,
}

impl Evidence {
    /// The name in every report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Evidence::Given => "given",
            Evidence::Detected => "detected",
        }
    }
}

/// What follows the header of a source.
enum Rest {
    /// A stream, which is open: what was read of it, and the rest.
    Stream(Box<dyn Read + Send>),
    /// A file, which is opened anew when its turn comes, so that a thousand inputs need no
    /// thousand open files.
    File(FileState, UnpackLimits),
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

/// How much of an input is read at first, as evidence of its encoding and to find its header.
const SAMPLE_BYTES: usize = 1 << 20;

impl Source {
    /// Opens `input` and reads its header.
    ///
    /// # Errors
    /// [`Error::Input`] where it cannot be read or is no CSV; [`Error::Usage`] where it has no
    /// header.
    pub fn open(input: &Input, index: u32, given: &Given) -> Result<Source> {
        let opened = Source::look(input, index, given)?;
        match opened.fault {
            None => Ok(opened.source),
            Some(fault) => Err(fault),
        }
    }

    /// Opens `input` and says all that its first bytes say, even where it has no header that can
    /// be read.
    ///
    /// # Errors
    /// [`Error::Input`] where it cannot be read or is no CSV at all.
    pub fn look(input: &Input, index: u32, given: &Given) -> Result<Look> {
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
        Source::look_in(input.open()?, state, display, index, given)
    }

    /// What the first bytes of a source say of it, which nobody opens here: a MiB of text is enough
    /// unless its header is longer. It has no records to give.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn of_head(head: Vec<u8>, input: &Input, index: u32, given: &Given) -> Result<Source> {
        let head = Box::new(Cursor::new(head));
        let Look { source, fault } = Source::look_in(head, None, input.display(), index, given)?;
        fault.map_or(Ok(source), Err)
    }

    fn look_in(
        reader: Box<dyn Read + Send>,
        state: Option<FileState>,
        display: String,
        index: u32,
        given: &Given,
    ) -> Result<Look> {
        let fail = |cause: io::Error| Error::reading(&display, &cause);
        let (mut reader, compression) = unpack(reader, given.unpack).map_err(fail)?;
        let mut sample = Vec::new();
        let mut wanted = SAMPLE_BYTES;
        read_full(&mut reader, &mut sample, wanted).map_err(fail)?;
        let again = compression.and_then(|_| Compression::detect(&sample));
        if let Some(what) = foreign_format(&sample).or(again.map(|_| TWICE)) {
            return Err(Error::Input { input: display, what: what.to_owned() });
        }
        let whole = sample.len() < wanted;
        let decided = Decided::of(&sample, whole, given);
        let Decided { encoding, encoding_by, why, is_doubtful, mark, layout, options } = decided;
        let line = if layout.has_header { HeaderLine::Present } else { HeaderLine::Absent };
        let skip_lines = layout.preamble_lines;
        let head = loop {
            let ended = sample.len() < wanted;
            let text = text_of(&sample[mark..], ended, options);
            let head = header::read(&text, &display, options, line, skip_lines);
            let whole = head.as_ref().is_ok_and(|head| head.needed < text.len());
            if whole || ended {
                break head;
            }
            if wanted > options.limits.record_bytes_max {
                break Err(Error::Usage(format!(
                    "{display}: no header ends within the first {wanted} bytes; look for a quote that is \
                     never closed, or raise --record-bytes-max"
                )));
            }
            wanted =
                (wanted * 2).min(options.limits.record_bytes_max.saturating_add(1)).max(wanted + 1);
            read_full(&mut reader, &mut sample, wanted).map_err(fail)?;
        };
        let (head, fault) = match head {
            Ok(head) => (head, None),
            Err(fault) => (Head::default(), Some(fault)),
        };
        let header_bytes = mark as u64 + head.bytes;
        let rest = match state {
            Some(state) => Rest::File(state, given.unpack),
            None => {
                let mut sample = Cursor::new(sample);
                sample.set_position(header_bytes);
                Rest::Stream(Box::new(sample.chain(reader)))
            }
        };
        let source = Source {
            index,
            display,
            header: head.names,
            header_line: head.line,
            layout,
            skipped_lines: head.skipped,
            compression,
            encoding,
            encoding_by,
            encoding_why: why,
            encoding_is_doubtful: is_doubtful,
            options,
            header_bytes,
            header_lines: head.lines,
            header_records: head.records,
            sample: head.sample,
            rest,
        };
        Ok(Look { source, fault })
    }

    /// The reader that cuts the records after the header into chunks of about `chunk_bytes`.
    ///
    /// # Errors
    /// [`Error::Input`] where the file cannot be opened again.
    pub fn into_splitter(self, chunk_bytes: usize) -> Result<SourceReader> {
        let fail = |cause: io::Error| Error::reading(&self.display, &cause);
        let (rest, state): (Box<dyn Read + Send>, _) = match self.rest {
            Rest::Stream(rest) => (rest, None),
            Rest::File(state, limits) => {
                let mut file = File::open(&state.path).map_err(fail)?;
                let rest = if self.compression.is_none() {
                    file.seek(SeekFrom::Start(self.header_bytes)).map_err(fail)?;
                    Box::new(file)
                } else {
                    let (mut rest, _) = unpack(Box::new(file), limits).map_err(fail)?;
                    let mut header = rest.by_ref().take(self.header_bytes);
                    io::copy(&mut header, &mut io::sink()).map_err(fail)?;
                    rest
                };
                (rest, Some(state))
            }
        };
        let (text, transcoded): (Box<dyn Read + Send>, _) = match self.options.form {
            // Nothing stands between the splitter and a file, which fills memory without clearing
            // it first.
            Form::Utf8 | Form::Cells(_) => (rest, None),
            Form::Transcoded(encoding) => {
                let bytes = Arc::new(AtomicU64::new(self.header_bytes));
                let counted = Counted { reader: rest, bytes: Arc::clone(&bytes) };
                (Box::new(Transcoder::new(counted, encoding)), Some(bytes))
            }
        };
        let splitter = Splitter::new(text, self.options, chunk_bytes).starting_at(
            self.index,
            self.header_bytes,
            &self.display,
        );
        let is_packed = self.compression.is_some();
        Ok(SourceReader { splitter, transcoded, state, is_packed, display: self.display })
    }
}

/// What the first bytes of an input and the user decide.
struct Decided {
    encoding: Encoding,
    encoding_by: Evidence,
    why: &'static str,
    is_doubtful: bool,
    /// The length of the byte order mark.
    mark: usize,
    layout: Detected,
    options: ReadOptions,
}

impl Decided {
    /// A byte order mark goes before what the user says: `rejects.csv` has one, and comes back by
    /// the command that read its source.
    fn of(sample: &[u8], whole: bool, given: &Given) -> Decided {
        const MARK: &str = "a byte order mark says so";
        let evidence = &sample[..sample.len().min(SAMPLE_BYTES)];
        let (encoding, encoding_by, why, mark) = match (Encoding::from_mark(sample), given.encoding)
        {
            (Some((encoding, mark)), said) => {
                let given = said == Some(encoding);
                let by = if given { Evidence::Given } else { Evidence::Detected };
                (encoding, by, MARK, mark)
            }
            (None, Some(said)) => (said, Evidence::Given, "it is as given", 0),
            (None, None) => {
                let (encoding, why) = Encoding::detect(evidence);
                (encoding, Evidence::Detected, why, 0)
            }
        };
        // What a mark says is beyond doubt, and needs no look.
        let is_doubtful =
            encoding_by == Evidence::Given && mark == 0 && encoding.is_doubtful(evidence);
        // The layout is found in text; of what it consists depends on the encoding alone.
        let limits = given.limits;
        let usual = Dialect::default();
        let as_usual = ReadOptions {
            dialect: usual,
            form: encoding.form(usual),
            ragged: given.ragged,
            limits,
        };
        let text = text_of(&sample[mark..], whole, as_usual);
        let text = match as_usual.form {
            Form::Cells(_) => {
                Cow::Owned(as_usual.form.decode_lossily(&text).into_owned().into_bytes())
            }
            Form::Utf8 | Form::Transcoded(_) => text,
        };
        let layout = detect(&text, whole, &given.layout());
        let dialect = layout.dialect;
        let options = ReadOptions { dialect, form: encoding.form(dialect), ..as_usual };
        Decided { encoding, encoding_by, why, is_doubtful, mark, layout, options }
    }
}

/// The sample as chunks of the source will have it.
fn text_of(sample: &[u8], ended: bool, options: ReadOptions) -> Cow<'_, [u8]> {
    match options.form {
        Form::Utf8 | Form::Cells(_) => sample.into(),
        Form::Transcoded(encoding) => {
            let mut text = Vec::new();
            transcode(encoding, sample, ended, &mut text);
            text.into()
        }
    }
}

/// Counts the bytes that pass.
struct Counted<R> {
    reader: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.reader.read(buffer)?;
        self.bytes.fetch_add(got as u64, Ordering::Relaxed);
        Ok(got)
    }
}

/// The records of a source, in chunks.
pub struct SourceReader {
    splitter: Splitter<Box<dyn Read + Send>>,
    /// Bytes of the source that were read, where they are transcoded before they are split.
    transcoded: Option<Arc<AtomicU64>>,
    state: Option<FileState>,
    /// The file's own length says nothing of the bytes that are read.
    is_packed: bool,
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

    /// How many bytes the next chunks have, about.
    pub fn aim_at(&mut self, chunk_bytes: usize) {
        self.splitter.aim_at(chunk_bytes);
    }

    /// The offset in the source up to which was read.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        let before = self.transcoded.as_ref().map(|bytes| bytes.load(Ordering::Relaxed));
        before.unwrap_or_else(|| self.splitter.bytes_read())
    }

    /// The bytes of the source, at its end.
    ///
    /// # Errors
    /// [`Error::Input`] where a file has changed since it was opened.
    pub fn finish(self) -> Result<u64> {
        let bytes = self.bytes_read();
        let now = self.state.as_ref().and_then(|state| FileState::of(&state.path).ok());
        let other_length = self.state.as_ref().is_some_and(|state| state.bytes != bytes);
        if now != self.state || other_length && !self.is_packed {
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

/// What to say of a file that is compressed and compressed again.
const TWICE: &str = "is compressed twice; unpack it once and give what comes out";

/// What to say of a file that is plainly no CSV.
fn foreign_format(sample: &[u8]) -> Option<&'static str> {
    const UNPACK: &str = "is compressed in a way that is not read here; unpack it first, and give what \
                          comes out";
    const PICTURE: &str = "is a picture; export the contacts as CSV";
    const KNOWN: [(&[u8], &str); 11] = [
        (b"\xfd7zXZ\x00", UNPACK),
        (b"BZh", UNPACK),
        (b"7z\xbc\xaf\x27\x1c", UNPACK),
        (b"\x04\x22\x4d\x18", UNPACK),
        (b"Rar!", UNPACK),
        (b"\x89PNG", PICTURE),
        (b"\xff\xd8\xff", PICTURE),
        (b"SQLite format 3", "is a database; export the contacts as CSV"),
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
        (b"%PDF", "is a PDF; export the contacts as CSV"),
    ];
    let known = KNOWN.iter().find(|(magic, _)| sample.starts_with(magic)).map(|(_, what)| *what);
    // What looks like ASCII with escapes in it.
    let shifts = || [&b"\x1b$B"[..], b"\x1b$@"].into_iter().any(|it| find(sample, it).is_some());
    known.or_else(|| {
        (sample.is_ascii() && shifts()).then_some(
            "is ISO-2022-JP, which is not read here; convert it: iconv -f ISO-2022-JP -t UTF-8",
        )
    })
}
