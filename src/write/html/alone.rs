//! A page that is written without a folder: whole under its name, or not there at all.

use std::ffi::OsString;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use crate::error::{Error, Result};
use crate::text::printable;
use crate::write::outdir::IfExists;

/// How a page of ours begins; one that `--force` may replace.
const BEGINNING: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
                         <meta http-equiv=\"Content-Security-Policy\"";

/// How much of a file tells whether a run of ours wrote it.
const LOOKED_AT_BYTES: u64 = 2000;

/// A file for a page.
#[derive(Debug, Clone)]
pub struct PageFile {
    /// Its path.
    pub path: PathBuf,
    /// What to do where it exists.
    pub if_exists: IfExists,
}

impl PageFile {
    /// Refuses, before anything is read, what could not be written in the end.
    ///
    /// # Errors
    /// [`Error::Output`] where the file exists, or its folder cannot be written.
    pub fn check(&self) -> Result<()> {
        let fail = |what: String| Error::Output { path: self.shown(), what };
        if self.path.file_name().is_none() || self.path == Path::new("-") {
            return Err(fail("is no name for a file".to_owned()));
        }
        if let Ok(facts) = fs::symlink_metadata(&self.path) {
            let is_ours = facts.is_file() && is_page(&self.path);
            match self.if_exists {
                IfExists::Refuse => {
                    let what = "exists; name another file, or give --force to replace a report page \
                                that rowcall wrote";
                    return Err(fail(what.to_owned()));
                }
                IfExists::Exchange if !is_ours => {
                    let what = "exists and is no report page of rowcall, so --force leaves it \
                                alone; name another file";
                    return Err(fail(what.to_owned()));
                }
                IfExists::Exchange => {}
            }
        }
        let folder = self.folder();
        if !folder.is_dir() {
            return Err(fail(format!(
                "its parent {} is no folder; make it first",
                folder.display()
            )));
        }
        access(folder, Access::WRITE_OK | Access::EXEC_OK)
            .map_err(|errno| Error::writing(&self.path, "make the file", &errno.into()))
    }

    /// Writes the page: beside its name first, and then under it.
    ///
    /// # Errors
    /// [`Error::Output`] where the system refuses, or the name was taken meanwhile; then nothing
    /// stands under the name that did not stand there before.
    pub fn write(&self, page: &[u8]) -> Result<()> {
        let fail = |cause: std::io::Error| Error::writing(&self.path, "write the file", &cause);
        self.check()?;
        // Readable for its owner alone from the beginning, and gone where the run ends before.
        let mut prefix = OsString::from(".");
        prefix.push(self.path.file_name().unwrap_or_default());
        prefix.push(".partial-");
        let file = tempfile::Builder::new().prefix(&prefix).tempfile_in(self.folder());
        let mut file = file.map_err(fail)?;
        file.write_all(page).map_err(fail)?;
        file.as_file().sync_all().map_err(fail)?;
        match self.if_exists {
            IfExists::Refuse => file.persist_noclobber(&self.path),
            IfExists::Exchange => file.persist(&self.path),
        }
        .map_err(|cause| fail(cause.error))?;
        fs::File::open(self.folder()).and_then(|folder| folder.sync_all()).map_err(fail)
    }

    /// The folder that it is to stand in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        }
    }

    fn shown(&self) -> String {
        printable(&self.path.display().to_string())
    }
}

/// Whether a file begins as a page of ours does.
fn is_page(path: &Path) -> bool {
    let mut begin = Vec::new();
    let read =
        fs::File::open(path).and_then(|file| file.take(LOOKED_AT_BYTES).read_to_end(&mut begin));
    let begin = String::from_utf8_lossy(&begin);
    read.is_ok() && begin.starts_with(BEGINNING) && begin.contains("content=\"rowcall ")
}
