//! What stands in the folder: every file that the summary lists and nothing else, each with its
//! size and hash. The only file of this module that opens files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Component, Path, PathBuf};

use super::report::{Check, Findings, Spot};
use super::summary::{Facts, SUMMARY};
use crate::error::{Error, Result};
use crate::text::printable;

/// The most bytes of one record, one line or one contact, and of the summary: a record of 16 MiB
/// becomes six times as long where every byte is escaped, under headers as long as that. Beyond it
/// a file is damaged, and is not taken into memory.
pub(super) const ITEM_BYTES_MAX: u64 = 256 << 20;

/// The folder of a platform's answers, which `upload.sh` makes.
const ANSWERS: &str = "answers";

/// What an engine of many machines puts into a folder that is whole.
const SUCCESS: &str = "_SUCCESS";

/// A folder, and the regular files of it that the summary lists: path and size.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    files: BTreeMap<String, u64>,
}

impl Folder {
    /// The folder before anything is known of its files.
    ///
    /// # Errors
    /// [`Error::Usage`] where it is no folder, or none that a run wrote.
    pub(super) fn open(path: &Path) -> Result<Folder> {
        let shown = printable(&path.display().to_string());
        let facts = fs::metadata(path).map_err(|cause| match cause.kind() {
            io::ErrorKind::NotFound => Error::Usage(format!("{shown}: there is no such folder")),
            _ => Error::reading(&shown, &cause),
        })?;
        if !facts.is_dir() {
            return Err(Error::Usage(format!("{shown}: is no folder; name the output of a run")));
        }
        let is_there = |name: &&str| fs::symlink_metadata(path.join(name)).is_ok();
        if ![SUMMARY, "rows.csv", "issues.jsonl"].iter().any(is_there) {
            return Err(Error::Usage(format!(
                "{shown}: is no output folder of rowcall: it has no {SUMMARY}; name one that \
                 `prepare` or `check` wrote"
            )));
        }
        Ok(Folder { path: path.to_owned(), files: BTreeMap::new() })
    }

    /// The bytes of the summary; `None` and a difference where there is none.
    pub(super) fn summary(&self, found: &mut Findings) -> Result<Option<Vec<u8>>> {
        if self.regular(SUMMARY, found)?.is_none() {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        let mut file = self.open_file(SUMMARY)?.take(ITEM_BYTES_MAX + 1);
        file.read_to_end(&mut bytes).map_err(|cause| self.unreadable(SUMMARY, &cause))?;
        if bytes.len() as u64 > ITEM_BYTES_MAX {
            let seen = format!("more than {ITEM_BYTES_MAX} bytes");
            found.say(Check::SummaryForm, Spot::file(SUMMARY), seen, "the summary of a run");
            return Ok(None);
        }
        Ok(Some(bytes))
    }

    /// Compares what is there with what the summary lists.
    pub(super) fn check(&mut self, facts: &Facts, found: &mut Findings) -> Result<()> {
        let mut folders = BTreeSet::new();
        let mut listed = BTreeSet::new();
        for output in &facts.outputs {
            let spot = Spot::file(SUMMARY).key("outputs");
            if !is_plain(&output.path) {
                let seen = format!("{} is no path of an output", output.path);
                found.say(Check::FileList, spot, seen, "names with / between them");
                continue;
            }
            if !listed.insert(output.path.as_str()) {
                let seen = format!("{} twice", output.path);
                found.say(Check::FileList, spot, seen, "each file once");
                continue;
            }
            folders.extend(output.path.match_indices('/').map(|(at, _)| &output.path[..at]));
            if let Some(bytes) = self.regular(&output.path, found)? {
                self.check_content(&output.path, bytes, (output.bytes, &output.blake3), found)?;
                self.files.insert(output.path.clone(), bytes);
            }
        }
        listed.insert(SUMMARY);
        self.check_entries("", &folders, &listed, found)
    }

    /// Size and hash of a file.
    fn check_content(
        &self,
        path: &str,
        bytes: u64,
        (bytes_listed, hash_listed): (u64, &str),
        found: &mut Findings,
    ) -> Result<()> {
        found.checked.files += 1;
        found.checked.bytes += bytes;
        let spot = Spot::file(path);
        if bytes != bytes_listed {
            let (seen, expected) = (format!("{bytes} bytes"), format!("{bytes_listed} bytes"));
            found.say(Check::FileSize, spot, seen, expected);
        }
        let mut hasher = blake3::Hasher::new();
        let read = hasher.update_reader(self.open_file(path)?);
        read.map_err(|cause| self.unreadable(path, &cause))?;
        let hash = hasher.finalize().to_hex();
        if hash.as_str() != hash_listed {
            let (seen, expected) = (format!("BLAKE3 {hash}"), format!("BLAKE3 {hash_listed}"));
            found.say(Check::FileHash, spot, seen, expected);
        }
        Ok(())
    }

    /// The size of a regular file; `None` and a difference where it is none.
    fn regular(&self, path: &str, found: &mut Findings) -> Result<Option<u64>> {
        let spot = Spot::file(path);
        match fs::symlink_metadata(self.path.join(path)) {
            Ok(facts) if facts.is_file() => Ok(Some(facts.len())),
            Ok(facts) => {
                found.say(Check::FileKind, spot, kind(facts.file_type()), "a file");
                Ok(None)
            }
            Err(cause) if is_absent(&cause) => {
                found.say(Check::FileMissing, spot, "nothing is there", "a file");
                Ok(None)
            }
            Err(cause) => Err(self.unreadable(path, &cause)),
        }
    }

    /// Looks for what nobody listed, in the folder `below` (empty, or with its last `/`).
    fn check_entries(
        &self,
        below: &str,
        folders: &BTreeSet<&str>,
        listed: &BTreeSet<&str>,
        found: &mut Findings,
    ) -> Result<()> {
        let fail = |cause: io::Error| self.unreadable(below, &cause);
        let mut entries = Vec::new();
        for entry in fs::read_dir(self.path.join(below)).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let name = format!("{below}{}", entry.file_name().to_string_lossy());
            entries.push((name, entry.file_type().map_err(fail)?));
        }
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (name, file_type) in entries {
            let spot = Spot::file(&name);
            if folders.contains(name.as_str()) {
                if file_type.is_dir() {
                    self.check_entries(&format!("{name}/"), folders, listed, found)?;
                } else {
                    found.say(Check::FileKind, spot, kind(file_type), "a folder");
                }
                continue;
            }
            let is_answers = name == ANSWERS && file_type.is_dir();
            let is_mark = name == SUCCESS && file_type.is_file();
            if !is_answers && !is_mark && !listed.contains(name.as_str()) {
                found.say(Check::FileExtra, spot, kind(file_type), "nothing");
            }
        }
        Ok(())
    }

    /// The size of a listed file that is there.
    pub(super) fn bytes_of(&self, path: &str) -> Option<u64> {
        self.files.get(path).copied()
    }

    /// Opens a file of the folder.
    pub(super) fn open_file(&self, path: &str) -> Result<BufReader<File>> {
        let file =
            File::open(self.path.join(path)).map_err(|cause| self.unreadable(path, &cause))?;
        Ok(BufReader::with_capacity(64 << 10, file))
    }

    /// The error of a file that the system does not let us read.
    pub(super) fn unreadable(&self, path: &str, cause: &io::Error) -> Error {
        Error::reading(&printable(&self.path.join(path).display().to_string()), cause)
    }
}

/// Whether a path stays below the folder, whatever it names.
fn is_plain(path: &str) -> bool {
    let normal = |part: Component<'_>| matches!(part, Component::Normal(_));
    !path.is_empty()
        && path != SUMMARY
        && Path::new(path).components().all(normal)
        && path.split('/').all(|part| !part.is_empty() && part != "." && !part.contains('\0'))
}

fn is_absent(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn kind(file_type: fs::FileType) -> &'static str {
    if file_type.is_symlink() {
        "a symbolic link"
    } else if file_type.is_dir() {
        "a folder"
    } else if file_type.is_file() {
        "a file"
    } else {
        "a special file"
    }
}
