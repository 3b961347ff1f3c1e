//! The output folder: whole under its name, or not there at all.
//!
//! Everything is written into `.<name>.partial-<id>` beside it, which a lock holds while the run
//! lives. At the commit all files are synced, then the folder is renamed in one step that does
//! not replace anything, then the parent is synced. A partial folder whose lock is free was left
//! by a run that died: the next run removes it.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{CWD, FlockOperation, Mode, OFlags, RenameFlags, flock, open, renameat_with};
use rustix::io::{Errno, retry_on_intr};

use crate::error::{Error, Result};
use crate::text::printable;

/// What to do where the output folder exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfExists {
    /// Refuse, before anything is read.
    Refuse,
    /// Put the new folder in its place, if rowcall wrote it.
    Exchange,
}

/// An output folder that is being written.
#[derive(Debug)]
pub struct OutDir {
    name: PathBuf,
    partial: PathBuf,
    if_exists: IfExists,
    /// The partial folder, open and locked.
    lock: Option<File>,
    /// How many files were made.
    files: usize,
    /// The buffers of finished files, to use again.
    spare: Arc<Mutex<Vec<Vec<u8>>>>,
}

/// The file that tells a folder of ours.
pub const SUMMARY: &str = "summary.json";

/// The first characters of a summary of ours, in every version: of a prepared folder, and of a
/// reconciled one. All of them list their outputs with their sizes.
const SUMMARY_MARKS: [&str; 2] =
    ["{\n  \"schema\": \"rowcall.summary/", "{\n  \"schema\": \"rowcall.reconcile/"];

/// More files than this are synced by one call for the whole file system: a call a file would
/// take longer than the run.
const FILES_SYNCED_ONE_BY_ONE_MAX: usize = 64;

impl OutDir {
    /// Makes the partial folder for `name`, and removes those that dead runs left.
    ///
    /// # Errors
    /// [`Error::Output`] where the folder exists or its parent cannot be written.
    pub fn create(name: &Path, if_exists: IfExists) -> Result<OutDir> {
        let parent = parent_of(name);
        let Some(file_name) = name.file_name() else {
            let what = "is no name for a new folder".to_owned();
            return Err(Error::Output { path: shown(name), what });
        };
        refuse_existing(name, if_exists)?;
        if !parent.is_dir() {
            let what = format!("its parent {} is no folder; make it first", parent.display());
            return Err(Error::Output { path: shown(name), what });
        }
        let mut prefix = OsString::from(".");
        prefix.push(file_name);
        prefix.push(".partial-");
        remove_dead(parent, &prefix);
        let (partial, lock) = make_locked(parent, &prefix)?;
        let (name, lock, spare) = (name.to_owned(), Some(lock), Arc::default());
        Ok(OutDir { name, partial, if_exists, lock, files: 0, spare })
    }

    /// Where files are written until the commit; a place for private files, too.
    #[must_use]
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// Makes a folder inside.
    ///
    /// # Errors
    /// [`Error::Output`] where it cannot be made.
    pub fn make_folder(&self, path: &str) -> Result<()> {
        let full = self.partial.join(path);
        let made = fs::DirBuilder::new().mode(0o700).create(&full);
        made.map_err(|cause| Error::writing(&self.name.join(path), "make the folder", &cause))
    }

    /// Makes a file inside, under its path relative to the folder, with `/`.
    ///
    /// # Errors
    /// [`Error::Output`] where it cannot be made.
    pub fn create_file(&mut self, path: &str) -> Result<OutFile> {
        self.files += 1;
        let shown = self.name.join(path);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let file = options
            .open(self.partial.join(path))
            .map_err(|cause| Error::writing(&shown, "make the file", &cause))?;
        let buffer = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Ok(OutFile {
            path: path.to_owned(),
            shown,
            file,
            buffer: buffer.unwrap_or_else(|| Vec::with_capacity(BUFFER_BYTES + SURPLUS_BYTES)),
            spare: Arc::clone(&self.spare),
            hasher: blake3::Hasher::new(),
            bytes: 0,
        })
    }

    /// Removes a folder inside with all its files, if it is there.
    ///
    /// # Errors
    /// [`Error::Output`] where it cannot be removed.
    pub fn remove_folder_if_there(&mut self, path: &str) -> Result<()> {
        match fs::remove_dir_all(self.partial.join(path)) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                Err(Error::writing(&self.name.join(path), "remove the folder", &cause))
            }
            _ => Ok(()),
        }
    }

    /// Removes a file inside, if it is there.
    ///
    /// # Errors
    /// [`Error::Output`] where it cannot be removed.
    pub fn remove_file_if_there(&mut self, path: &str) -> Result<()> {
        match fs::remove_file(self.partial.join(path)) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                Err(Error::writing(&self.name.join(path), "remove the file", &cause))
            }
            _ => Ok(()),
        }
    }

    /// Writes a finished file anew, each of its lines changed.
    ///
    /// # Errors
    /// [`Error::Output`] where it cannot be read or written.
    pub fn rewrite_lines(
        &mut self,
        path: &str,
        change: impl Fn(&[u8]) -> Vec<u8>,
    ) -> Result<OutputFacts> {
        let shown = self.name.join(path);
        let fail = |cause: io::Error| Error::writing(&shown, "write the file anew", &cause);
        let old = self.partial.join(format!("{path}.old"));
        fs::rename(self.partial.join(path), &old).map_err(fail)?;
        let mut lines = BufReader::new(File::open(&old).map_err(fail)?);
        let mut file = self.create_file(path)?;
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).map_err(fail)? > 0 {
            file.append(&change(&line))?;
            line.clear();
        }
        fs::remove_file(&old).map_err(fail)?;
        file.finish()
    }

    /// Gives the folder its name, for somebody who takes its files elsewhere at once: nothing is
    /// synced.
    ///
    /// # Errors
    /// [`Error::Output`] where the system refuses, or the name was taken meanwhile.
    pub fn hand_over(mut self) -> Result<()> {
        rename_new(&self.partial, &self.name)?;
        self.lock = None;
        Ok(())
    }

    /// Syncs everything and gives the folder its name.
    ///
    /// # Errors
    /// [`Error::Output`] where the system refuses, or the name was taken meanwhile; then nothing
    /// stands under the name that did not stand there before.
    pub fn commit(mut self) -> Result<()> {
        self.sync().map_err(|cause| Error::writing(&self.name, "sync the files", &cause))?;
        let exists = fs::symlink_metadata(&self.name).is_ok();
        let is_exchanged = exists && self.if_exists == IfExists::Exchange;
        if is_exchanged {
            refuse_existing(&self.name, self.if_exists)?;
            self.exchange()?;
            // What is left under the partial name is now the old folder.
        } else {
            rename_new(&self.partial, &self.name)?;
        }
        let synced = File::open(parent_of(&self.name)).and_then(|parent| parent.sync_all());
        if let Err(cause) = synced {
            // What may be lost with the next breakdown was not done: it is taken back.
            if is_exchanged {
                self.exchange()?;
            } else {
                rename_new(&self.name, &self.partial)?;
            }
            return Err(Error::writing(&self.name, "sync the parent folder", &cause));
        }
        if !is_exchanged {
            self.lock = None;
        }
        Ok(())
    }

    /// Exchanges the names of the partial folder and of the one that is there.
    fn exchange(&self) -> Result<()> {
        let exchanged = renameat_with(CWD, &self.partial, CWD, &self.name, RenameFlags::EXCHANGE);
        exchanged.map_err(|errno| Error::writing(&self.name, "exchange the folder", &errno.into()))
    }

    fn sync(&self) -> io::Result<()> {
        let folder = self.lock.as_ref().expect("held until the commit");
        if self.files > FILES_SYNCED_ONE_BY_ONE_MAX && sync_file_system(folder)? {
            return Ok(());
        }
        sync_tree(&self.partial)
    }
}

impl Drop for OutDir {
    /// Without a commit nothing stays; after an exchange the old folder goes.
    fn drop(&mut self) {
        if self.lock.is_some() {
            // A failure here leaves a partial folder that the next run removes.
            let _ = fs::remove_dir_all(&self.partial);
        }
    }
}

/// Syncs the whole file system; `false` where there is no such call.
#[cfg(target_os = "linux")]
fn sync_file_system(folder: &File) -> io::Result<bool> {
    match rustix::fs::syncfs(folder) {
        Ok(()) => Ok(true),
        Err(Errno::NOSYS | Errno::OPNOTSUPP) => Ok(false),
        Err(errno) => Err(errno.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn sync_file_system(_folder: &File) -> io::Result<bool> {
    Ok(false)
}

/// Syncs every file and folder, the innermost first.
fn sync_tree(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        } else {
            File::open(entry.path())?.sync_all()?;
        }
    }
    File::open(folder)?.sync_all()
}

/// A rename that never replaces. Where the file system has none, a look and then a plain rename,
/// which can replace nothing but an empty folder.
fn rename_new(from: &Path, to: &Path) -> Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            refuse_existing(to, IfExists::Refuse)?;
            fs::rename(from, to).map_err(|cause| Error::writing(to, "rename the folder", &cause))
        }
        Err(errno) => Err(Error::writing(to, "rename the folder", &errno.into())),
    }
}

fn refuse_existing(name: &Path, if_exists: IfExists) -> Result<()> {
    if fs::symlink_metadata(name).is_err() {
        return Ok(());
    }
    let what = match if_exists {
        IfExists::Refuse => {
            "exists; name another folder, or give --force to replace one that rowcall wrote"
                .to_owned()
        }
        IfExists::Exchange => match why_not_replaced(name) {
            None => return Ok(()),
            Some(why) => format!("{why}, so --force leaves it alone; name another folder"),
        },
    };
    Err(Error::Output { path: shown(name), what })
}

/// A path for messages.
fn shown(path: &Path) -> String {
    printable(&path.display().to_string())
}

/// Why the folder must not be replaced: it is none of ours, or holds something that would be lost.
fn why_not_replaced(folder: &Path) -> Option<String> {
    let is = |path: &Path, kind: fn(&fs::Metadata) -> bool| {
        fs::symlink_metadata(path).is_ok_and(|facts| kind(&facts))
    };
    let path = folder.join(SUMMARY);
    let mut text = Vec::new();
    if is(folder, fs::Metadata::is_dir) && is(&path, fs::Metadata::is_file) {
        match fs::read(&path) {
            Ok(read) => text = read,
            Err(cause) => {
                return Some(format!("exists, and {SUMMARY} in it cannot be read: {cause}"));
            }
        }
    }
    let is_marked = SUMMARY_MARKS.iter().any(|mark| text.starts_with(mark.as_bytes()));
    let summary = is_marked.then(|| serde_json::from_slice::<serde_json::Value>(&text).ok());
    let Some(summary) = summary.flatten() else {
        return Some("exists and was not written by rowcall".to_owned());
    };
    let mut known: HashMap<PathBuf, Option<u64>> = HashMap::from([(folder.join(SUMMARY), None)]);
    for output in summary["outputs"].as_array().into_iter().flatten() {
        let path = folder.join(output["path"].as_str().unwrap_or_default());
        known.insert(path, output["bytes"].as_u64());
    }
    match first_unknown(folder, &known) {
        Ok(None) => None,
        Ok(Some(changed)) => {
            Some(format!("exists, and {} in it was added or changed since", shown(&changed)))
        }
        // What cannot be seen may be anything, and would be lost.
        Err(cause) => Some(format!("exists, and cannot be looked through: {cause}")),
    }
}

/// The first file below the folder that is not known, or has another size.
fn first_unknown(
    folder: &Path,
    known: &HashMap<PathBuf, Option<u64>>,
) -> io::Result<Option<PathBuf>> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let facts = entry.metadata()?;
        if facts.is_dir() {
            if let Some(unknown) = first_unknown(&path, known)? {
                return Ok(Some(unknown));
            }
            continue;
        }
        let same = known.get(&path).is_some_and(|bytes| bytes.is_none_or(|it| it == facts.len()));
        if !same {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// Removes the partial folders of dead runs: ours by their names, and their locks free. What cannot
/// be opened or removed is somebody else's business and no reason to fail.
fn remove_dead(parent: &Path, prefix: &OsString) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(id) = name.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes()) else {
            continue;
        };
        let ours = id.split(|&byte| byte == b'-').count() == 2
            && id.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-');
        // The lock is held until the folder is gone: a run that starts now cannot take it.
        if ours
            && let Ok(Some(lock)) = lock_folder(&entry.path())
            && is_same(&lock, &entry.path())
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Makes a folder with a new name and locks it.
fn make_locked(parent: &Path, prefix: &OsString) -> Result<(PathBuf, File)> {
    let fail = |cause: &io::Error| Error::writing(parent, "make a folder there", cause);
    for attempt in 0..1000u32 {
        let mut name = prefix.clone();
        name.push(format!("{}-{attempt}", std::process::id()));
        let path = parent.join(name);
        match fs::DirBuilder::new().mode(0o700).create(&path) {
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => continue,
            made => made.map_err(|cause| fail(&cause))?,
        }
        // Another run may have found the folder before it was locked, and removed it.
        let locked = lock_folder(&path).inspect_err(|_| {
            // Nobody could tell later that it is nobody's.
            let _ = fs::remove_dir(&path);
        });
        if let Some(lock) = locked.map_err(|cause| fail(&cause))?
            && is_same(&lock, &path)
        {
            return Ok((path, lock));
        }
    }
    Err(fail(&io::Error::from(io::ErrorKind::AlreadyExists)))
}

/// The folder, open and locked; `None` where somebody else holds the lock or it went away.
fn lock_folder(path: &Path) -> io::Result<Option<File>> {
    // What somebody has put there under such a name is not followed, and not waited for.
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = retry_on_intr(|| open(path, flags, Mode::empty()));
    let folder = match opened {
        Err(Errno::NOENT) => return Ok(None),
        opened => File::from(opened?),
    };
    match retry_on_intr(|| flock(&folder, FlockOperation::NonBlockingLockExclusive)) {
        Ok(()) => Ok(Some(folder)),
        Err(Errno::WOULDBLOCK) => Ok(None),
        Err(errno) => Err(errno.into()),
    }
}

fn is_same(open: &File, path: &Path) -> bool {
    let id = |facts: fs::Metadata| (facts.dev(), facts.ino());
    open.metadata().ok().map(id) == fs::metadata(path).ok().map(id)
}

fn parent_of(name: &Path) -> &Path {
    match name.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// How much of a file is kept before it is written. Pieces of a power of two are hashed fastest.
const BUFFER_BYTES: usize = 256 << 10;

/// How much more a buffer holds without growing: more than most of what is appended at once.
const SURPLUS_BYTES: usize = 16 << 10;

/// A file of the output folder: counted and hashed on its way.
#[derive(Debug)]
pub struct OutFile {
    path: String,
    shown: PathBuf,
    file: File,
    buffer: Vec<u8>,
    /// Where the buffer goes in the end.
    spare: Arc<Mutex<Vec<Vec<u8>>>>,
    hasher: blake3::Hasher,
    bytes: u64,
}

/// What summary.json says of a file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OutputFacts {
    /// The path relative to the folder.
    pub path: String,
    /// The size in bytes.
    pub bytes: u64,
    /// The BLAKE3 hash in hexadecimal.
    pub blake3: String,
}

impl OutFile {
    /// The path relative to the folder.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// [`Error::Output`] where the system does not take them.
    pub fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.buffer.extend_from_slice(bytes);
        self.flush_if_full()
    }

    /// The buffer, to append to directly; [`OutFile::flush_if_full`] must follow.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Writes the buffer where it is full.
    ///
    /// # Errors
    /// [`Error::Output`] where the system does not take it.
    #[inline]
    pub fn flush_if_full(&mut self) -> Result<()> {
        if self.buffer.len() < BUFFER_BYTES {
            return Ok(());
        }
        self.write_out(self.buffer.len() - self.buffer.len() % BUFFER_BYTES)
    }

    /// Writes the first bytes of the buffer.
    #[cold]
    fn write_out(&mut self, bytes: usize) -> Result<()> {
        self.hasher.update(&self.buffer[..bytes]);
        self.bytes += bytes as u64;
        let written = self.file.write_all(&self.buffer[..bytes]);
        self.buffer.drain(..bytes);
        written.map_err(|cause| Error::writing(&self.shown, "write the file", &cause))
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// [`Error::Output`] where the system does not take it.
    pub fn finish(mut self) -> Result<OutputFacts> {
        self.write_out(self.buffer.len())?;
        // After a very long record the memory is let go.
        if self.buffer.capacity() <= BUFFER_BYTES + SURPLUS_BYTES {
            self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(self.buffer);
        }
        let blake3 = self.hasher.finalize().to_hex().to_string();
        Ok(OutputFacts { path: self.path, bytes: self.bytes, blake3 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder, and the name of an output folder in it.
    fn place() -> (tempfile::TempDir, PathBuf) {
        let place = tempfile::tempdir().expect("a folder");
        let name = place.path().join("out");
        (place, name)
    }

    fn create(name: &Path) -> OutDir {
        OutDir::create(name, IfExists::Refuse).expect("made")
    }

    /// Writes a file inside.
    fn write(out: &mut OutDir, path: &str, text: &str) -> OutputFacts {
        let mut file = out.create_file(path).expect("made");
        file.append(text.as_bytes()).expect("taken");
        file.finish().expect("written")
    }

    #[test]
    fn what_is_removed_is_gone_and_need_not_have_been_there() {
        let (_place, name) = place();
        let mut out = create(&name);
        out.make_folder("payload").expect("made");
        write(&mut out, "payload/a", "a");
        write(&mut out, "b", "b");
        for _ in 0..2 {
            out.remove_folder_if_there("payload").expect("removed");
            out.remove_file_if_there("b").expect("removed");
            assert_eq!(fs::read_dir(out.partial()).expect("read").count(), 0);
        }
        out.make_folder("payload").expect("made");
        write(&mut out, "b", "b");
        out.remove_file_if_there("payload").expect_err("a folder is no file");
        out.remove_folder_if_there("b").expect_err("a file is no folder");
    }

    #[test]
    fn a_file_that_is_written_anew_has_each_of_its_lines_changed() {
        let (_place, name) = place();
        let mut out = create(&name);
        write(&mut out, "a", "one\ntwo\nthree");
        let facts = out.rewrite_lines("a", |line| [b">", line].concat()).expect("written");
        let written = fs::read(out.partial().join("a")).expect("there");
        assert_eq!(written, b">one\n>two\n>three");
        let blake3 = blake3::hash(&written).to_hex().to_string();
        assert_eq!(facts, OutputFacts { path: "a".to_owned(), bytes: 16, blake3 });
        assert_eq!(fs::read_dir(out.partial()).expect("read").count(), 1);
    }

    #[test]
    fn a_folder_that_is_handed_over_stands_under_its_name_alone() {
        let (place, name) = place();
        let mut out = create(&name);
        write(&mut out, "a", "a");
        out.hand_over().expect("named");
        assert_eq!(fs::read(name.join("a")).expect("there"), b"a");
        assert_eq!(fs::read_dir(place.path()).expect("read").count(), 1);
    }

    #[test]
    fn a_partial_folder_stands_beside_its_name_until_it_is_given_up() {
        let (place, name) = place();
        let out = create(&name);
        assert_eq!(out.partial().parent(), Some(place.path()));
        drop(out);
        assert_eq!(fs::read_dir(place.path()).expect("read").count(), 0);
        assert_eq!(parent_of(Path::new("out")), Path::new("."));
        assert_eq!(parent_of(Path::new("/")), Path::new("."));
    }

    #[test]
    fn two_runs_have_partial_folders_of_their_own_and_the_first_to_end_gets_the_name() {
        let (place, name) = place();
        let (mut first, second) = (create(&name), create(&name));
        assert_ne!(first.partial(), second.partial());
        write(&mut first, "a", "a");
        first.commit().expect("named");
        second.commit().expect_err("the name is taken");
        assert_eq!(fs::read(name.join("a")).expect("there"), b"a");
        assert_eq!(fs::read_dir(place.path()).expect("read").count(), 1);
    }

    #[test]
    fn a_name_that_the_system_refuses_is_refused_in_its_words() {
        let (place, _) = place();
        let long = place.path().join("n".repeat(250));
        let error = OutDir::create(&long, IfExists::Refuse).expect_err("too long");
        assert!(error.to_string().contains("File name too long"), "{error}");
    }

    #[test]
    fn only_folders_with_names_of_dead_runs_are_removed() {
        let (place, name) = place();
        let others = ["1", "a-b", "1-b", "1-2-3", "-x"].map(|id| format!(".out.partial-{id}"));
        for other in &others {
            fs::create_dir(place.path().join(other)).expect("made");
        }
        let dead = place.path().join(".out.partial-0-7");
        fs::create_dir(&dead).expect("made");
        fs::write(dead.join("a"), "a").expect("written");
        let out = create(&name);
        assert!(!dead.exists());
        assert!(others.iter().all(|other| place.path().join(other).exists()));
        drop(out);
        assert_eq!(fs::read_dir(place.path()).expect("read").count(), others.len());
    }

    #[test]
    fn whole_buffers_are_written_when_they_are_full_and_the_rest_in_the_end() {
        let (_place, name) = place();
        let mut out = create(&name);
        for (more, written) in [(0, 1), (1, 1), (BUFFER_BYTES - 1, 1), (BUFFER_BYTES, 2)] {
            let text = vec![b'a'; BUFFER_BYTES + more];
            let path = more.to_string();
            let mut file = out.create_file(&path).expect("made");
            file.append(&text[1..]).expect("taken");
            let on_disk = || fs::metadata(out.partial().join(&path)).expect("there").len() as usize;
            assert_eq!(on_disk(), (text.len() - 1) / BUFFER_BYTES * BUFFER_BYTES);
            file.append(&text[..1]).expect("taken");
            assert_eq!(on_disk(), written * BUFFER_BYTES);
            let facts = file.finish().expect("written");
            assert_eq!((facts.bytes, on_disk()), (text.len() as u64, text.len()));
            assert_eq!(facts.blake3, blake3::hash(&text).to_hex().to_string());
        }
    }

    #[test]
    fn buffers_are_used_again_but_those_of_very_long_records() {
        let (_place, name) = place();
        let mut out = create(&name);
        write(&mut out, "usual", "a");
        let spare = |out: &OutDir| out.spare.lock().expect("nobody panicked").len();
        assert_eq!(spare(&out), 1);
        let mut file = out.create_file("long").expect("made");
        assert_eq!(spare(&out), 0);
        file.append(&vec![b'a'; 2 * (BUFFER_BYTES + SURPLUS_BYTES)]).expect("taken");
        file.finish().expect("written");
        assert_eq!(spare(&out), 0);
    }
}
