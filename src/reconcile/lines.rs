//! A file of answers as `upload.sh` leaves it → one answer a line:
//! `{"file": "payload/000001.json", "request": 0, "status": 200, "body": "…"}`.

use std::borrow::Cow;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::text::printable;

/// No platform's answer is longer.
const ANSWER_BYTES_MAX: u64 = 256 << 20;

/// Where an answer stands, and what it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The file of the answer, as messages name it.
    pub(super) shown: String,
    /// Its line, where it has lines.
    pub(super) line: Option<u64>,
    /// The payload file that is answered.
    pub(super) file: String,
    /// The request that is answered, in that file.
    pub(super) request: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.shown)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, " (request {} of {})", self.request, file_text(&self.file))
    }
}

impl Place {
    /// The error of an answer that does not fit.
    pub(super) fn mismatch(&self, what: impl Into<String>) -> Error {
        Error::mismatch(self.to_string(), what)
    }
}

/// An answer as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) place: Place,
    /// The status of HTTP, where it is known.
    pub(super) status: Option<u16>,
    pub(super) body: String,
}

/// A line as it stands in the file. Keys beyond these are passed over.
#[derive(Debug, Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    file: Cow<'a, str>,
    request: u64,
    status: u16,
    #[serde(borrow)]
    body: Cow<'a, str>,
}

/// Reads a file of answers.
#[derive(Debug)]
pub(super) struct Lines {
    shown: String,
    /// The file's own name, for notes: they stand in outputs, where no folder of this machine does.
    name: String,
    reader: BufReader<File>,
    line: Vec<u8>,
    /// The number of the line that was read last.
    number: u64,
    /// The payload file, and the request that was answered last.
    last: Option<(String, u64)>,
    /// Whether the last line has no end.
    torn: bool,
}

impl Lines {
    pub(super) fn open(path: &Path) -> Result<Lines> {
        let shown = printable(&path.display().to_string());
        let file = open_file(path).map_err(|cause| Error::reading(&shown, &cause))?;
        let reader = BufReader::new(file);
        let name = own_name(path);
        Ok(Lines { shown, name, reader, line: Vec::new(), number: 0, last: None, torn: false })
    }

    /// The next answer. A last line without its end was never finished, and counts for nothing.
    pub(super) fn next(&mut self) -> Result<Option<Answer>> {
        self.line.clear();
        let limited = &mut (&mut self.reader).take(ANSWER_BYTES_MAX);
        let read = limited.read_until(b'\n', &mut self.line);
        if read.map_err(|cause| Error::reading(&self.shown, &cause))? == 0 {
            return Ok(None);
        }
        if self.line.len() as u64 >= ANSWER_BYTES_MAX {
            return Err(too_long(&self.shown));
        }
        self.number += 1;
        if self.line.last() != Some(&b'\n') {
            self.torn = true;
            return Ok(None);
        }
        let place = format!("{}, line {}", self.shown, self.number);
        let Line { file, request, status, body } =
            serde_json::from_slice(&self.line).map_err(|cause| {
                // The parser's own words may quote the text.
                let kind = if cause.is_data() { "another object" } else { "no JSON" };
                let what = format!(
                    "is {kind}, and not an answer as upload.sh writes it (file, request, status, \
                     body); give its file as it was left, or a platform's own answer as .json"
                );
                Error::mismatch(&place, what)
            })?;
        let mismatch = |what: String| Err(Error::mismatch(&place, what));
        if let Some((last_file, last)) = &self.last {
            if *last_file != file {
                return mismatch(format!(
                    "answers {}, and the line before {}; keep the answers to each in a file",
                    file_text(&file),
                    file_text(last_file)
                ));
            }
            if *last == request {
                return mismatch(format!(
                    "is a second answer to request {request} of {}; keep the one that counts",
                    file_text(&file)
                ));
            }
            if *last > request {
                return mismatch(format!(
                    "answers request {request}, and the line before request {last}; put them in \
                     order"
                ));
            }
        }
        self.last = Some((file.clone().into_owned(), request));
        let place = Place {
            shown: self.shown.clone(),
            line: Some(self.number),
            file: file.into_owned(),
            request,
        };
        Ok(Some(Answer { place, status: Some(status), body: body.into_owned() }))
    }

    /// What is worth knowing when all has been read.
    pub(super) fn note(&self) -> Option<String> {
        self.torn.then(|| {
            format!(
                "{}, line {}: the line has no end, so it was never finished, and is not counted",
                self.name, self.number
            )
        })
    }
}

/// A payload file as an answer names it, which may be any text.
pub(super) fn file_text(file: &str) -> String {
    const CHARS_MAX: usize = 60;
    printable(&file.chars().take(CHARS_MAX).collect::<String>())
}

/// The last part of a path.
pub(super) fn own_name(path: &Path) -> String {
    path.file_name().map_or(String::new(), |name| printable(&name.to_string_lossy()))
}

/// Opens a file. A pipe could keep the run waiting where no signal reaches it.
pub(super) fn open_file(path: &Path) -> io::Result<File> {
    if fs::metadata(path)?.is_file() {
        return File::open(path);
    }
    Err(io::Error::other("this is no file; save it as one, and give that"))
}

/// Reads the body of one answer, whose status is not known.
pub(super) fn read_body(path: &Path, file: &str) -> Result<Answer> {
    let shown = printable(&path.display().to_string());
    let fail = |cause| Error::reading(&shown, &cause);
    let mut bytes = Vec::new();
    let opened = open_file(path).map_err(fail)?;
    opened.take(ANSWER_BYTES_MAX).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 >= ANSWER_BYTES_MAX {
        return Err(too_long(&shown));
    }
    let place = Place { shown, line: None, file: file.to_owned(), request: 0 };
    let text = String::from_utf8(bytes).map_err(|cause| {
        let at = cause.utf8_error().valid_up_to();
        place.mismatch(format!("is no text in UTF-8 (byte {at}), so it is no answer"))
    })?;
    let body = text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned);
    Ok(Answer { place, status: None, body })
}

fn too_long(shown: &str) -> Error {
    let what = format!("holds an answer of more than {ANSWER_BYTES_MAX} bytes; send smaller files");
    Error::Limit { input: shown.to_owned(), what }
}
