//! The arguments → which file answers which payload file.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::lines::{Lines, file_text, own_name};
use super::prepared::Prepared;
use crate::error::{Error, Result};
use crate::text::printable;

/// The folder in which `upload.sh` leaves the answers.
const ANSWERS_FOLDER: &str = "answers";

/// What holds the answers to a payload file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// Lines as `upload.sh` leaves them.
    Lines(PathBuf),
    /// The body of one answer.
    Body(PathBuf),
}

impl Source {
    fn path(&self) -> &Path {
        match self {
            Source::Lines(path) | Source::Body(path) => path,
        }
    }
}

/// The answers that were given.
#[derive(Debug, Default)]
pub(super) struct Given {
    /// By payload file.
    sources: BTreeMap<String, Source>,
    /// What is worth knowing.
    pub(super) notes: Vec<String>,
}

impl Given {
    /// Finds the files that the arguments name; without arguments, those of `upload.sh`.
    pub(super) fn find(arguments: &[PathBuf], prepared: &Prepared) -> Result<Given> {
        let mut given = Given::default();
        if arguments.is_empty() {
            let usual = prepared.path(ANSWERS_FOLDER);
            if !usual.is_dir() {
                let what = "holds no answers/ as upload.sh leaves it; name the files of answers";
                let folder = printable(&prepared.folder.display().to_string());
                return Err(Error::Usage(format!("{folder} {what}")));
            }
            given.add_folder(&usual, prepared)?;
        }
        for argument in arguments {
            match pair(argument, prepared)? {
                Some((file, path)) if is_lines(path) => {
                    given.add_lines(path, Some(file), prepared)?;
                }
                Some((file, path)) => given.add(file, Source::Body(path.to_owned()))?,
                None if argument.is_dir() => given.add_folder(argument, prepared)?,
                None if is_lines(argument) => given.add_lines(argument, None, prepared)?,
                None => {
                    given.add(only_file(argument, prepared)?, Source::Body(argument.clone()))?;
                }
            }
        }
        Ok(given)
    }

    /// The answers to a payload file; they are not given twice.
    pub(super) fn take(&mut self, file: &str) -> Option<Source> {
        self.sources.remove(file)
    }

    /// Whose answers were not taken.
    pub(super) fn left(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(String::as_str)
    }

    fn add(&mut self, file: &str, source: Source) -> Result<()> {
        let shown = printable(&source.path().display().to_string());
        if let Some(other) = self.sources.insert(file.to_owned(), source) {
            let other = printable(&other.path().display().to_string());
            let what = format!("and {other} both answer {file}; give one of them");
            return Err(Error::mismatch(shown, what));
        }
        Ok(())
    }

    /// Adds every `.jsonl` file below a folder.
    fn add_folder(&mut self, folder: &Path, prepared: &Prepared) -> Result<()> {
        let shown = printable(&folder.display().to_string());
        let fail = |cause| Error::reading(&shown, &cause);
        let entries: io::Result<Vec<_>> = fs::read_dir(folder).map_err(fail)?.collect();
        let mut entries = entries.map_err(fail)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        let before = self.sources.len();
        for entry in &entries {
            let path = entry.path();
            // What is hidden is the script's own: its lock, and what it has not finished.
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            if path.is_dir() {
                self.add_folder(&path, prepared)?;
            } else if is_lines(&path) {
                self.add_lines(&path, None, prepared)?;
            }
        }
        if self.sources.len() == before {
            self.notes.push(format!("{} holds no answers", own_name(folder)));
        }
        Ok(())
    }

    /// Adds a file of lines; its first line says what it answers.
    fn add_lines(&mut self, path: &Path, file: Option<&str>, prepared: &Prepared) -> Result<()> {
        let mut lines = Lines::open(path)?;
        let Some(first) = lines.next()? else {
            self.notes.extend(lines.note());
            return Ok(());
        };
        let named = first.place.file.clone();
        if !prepared.is_sent(&named) {
            let what = format!(
                "answers {}, which {} does not have: this is the answer of another run; give the \
                 folder that was sent",
                file_text(&named),
                printable(&prepared.folder.display().to_string())
            );
            return Err(first.place.mismatch(what));
        }
        if let Some(file) = file.filter(|file| *file != named) {
            let what = format!("answers {}, and was given for {file}", file_text(&named));
            return Err(first.place.mismatch(what));
        }
        self.add(&named, Source::Lines(path.to_owned()))
    }
}

fn is_lines(path: &Path) -> bool {
    path.extension() == Some(OsStr::new("jsonl"))
}

/// `payload/000002.json=answer.json`: the payload file and the file of its answer.
fn pair<'a>(argument: &'a Path, prepared: &Prepared) -> Result<Option<(&'a str, &'a Path)>> {
    let Some((left, right)) = argument.to_str().and_then(|text| text.split_once('=')) else {
        return Ok(None);
    };
    // As a shell completes it: with the folder before it.
    let below = Path::new(left).strip_prefix(&prepared.folder).ok().and_then(Path::to_str);
    let file = below.unwrap_or(left);
    if prepared.is_sent(file) {
        return Ok(Some((file, Path::new(right))));
    }
    if argument.exists() {
        return Ok(None);
    }
    Err(Error::Usage(format!(
        "{}: there is no payload file {}; {}",
        printable(&argument.display().to_string()),
        printable(left),
        files_text(prepared)
    )))
}

/// The payload file that an answer speaks of where there is one only.
fn only_file<'p>(argument: &Path, prepared: &'p Prepared) -> Result<&'p str> {
    let mut files = prepared.sent();
    if let (Some(file), None) = (files.next(), files.next()) {
        return Ok(file);
    }
    let shown = printable(&argument.display().to_string());
    Err(Error::Usage(format!(
        "{shown}: which payload file is this the answer to? give it as FILE={shown}; {}",
        files_text(prepared)
    )))
}

fn files_text(prepared: &Prepared) -> String {
    const SHOWN_MAX: usize = 3;
    let all: Vec<&str> = prepared.sent().collect();
    match &all[..] {
        [] => "the folder has none".to_owned(),
        few if few.len() <= SHOWN_MAX => format!("the files are {}", few.join(", ")),
        [first, .., last] => format!("the files are {first} to {last}"),
        [_] => unreachable!("one is few"),
    }
}
