//! Where input comes from: files and standard input, and what they are called.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::compressed::Compression;
use crate::error::{Error, Result};
use crate::text::printable;

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
    #[must_use]
    pub fn short_name(&self) -> String {
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

    /// The number of bytes to expect, where the system knows it and the file is not compressed.
    #[must_use]
    pub fn bytes_expected(&self) -> Option<u64> {
        let Input::File(path) = self else { return None };
        let facts = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        let mut magic = Vec::new();
        File::open(path).ok()?.take(4).read_to_end(&mut magic).ok()?;
        Compression::detect(&magic).is_none().then_some(facts.len())
    }

    pub(super) fn open(&self) -> Result<Box<dyn Read + Send>> {
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
