//! A folder in which a run is disturbed, and what may stand in it afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::support::{files_of, rowcall, scratch, stderr};

/// The program.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_rowcall");

/// The run that is disturbed: it replaces a folder of ours, or makes one.
pub(crate) const RUN: [&str; 9] =
    ["prepare", "new.csv", "--to", "superwaba", "-o", "out", "--batch-size", "25", "--force"];

/// What a folder holds: path → content.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// What stands under the final name before the run, or after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stands {
    Nothing,
    Old,
    New,
}

/// A folder with two exports, and what runs make of them.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    old: Files,
    new: Files,
}

impl Place {
    /// A folder with a new export of so many rows.
    pub(crate) fn with_rows(rows: usize) -> Place {
        let folder = scratch();
        fs::write(folder.path().join("old.csv"), export(40)).expect("written");
        fs::write(folder.path().join("new.csv"), export(rows)).expect("written");
        let mut made = Vec::new();
        for name in ["old.csv", "new.csv"] {
            let arguments = RUN.map(|it| if it == "new.csv" { name } else { it });
            let output = rowcall(folder.path(), &arguments);
            assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
            made.push(files_of(&folder.path().join("out")));
        }
        let new = made.pop().expect("two were made");
        let old = made.pop().expect("two were made");
        assert_ne!(old, new);
        Place { folder, old, new }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn out(&self) -> PathBuf {
        self.path().join("out")
    }

    /// Puts the folder into the state before a run.
    pub(crate) fn reset(&self, before: Stands) {
        for entry in fs::read_dir(self.path()).expect("a folder") {
            let entry = entry.expect("an entry");
            if entry.file_type().expect("a type").is_dir() {
                fs::remove_dir_all(entry.path()).expect("removed");
            }
        }
        let files = match before {
            Stands::Nothing => return,
            Stands::Old => &self.old,
            Stands::New => &self.new,
        };
        fs::create_dir_all(self.out().join("payload")).expect("made");
        for (name, bytes) in files {
            fs::write(self.out().join(name), bytes).expect("written");
        }
    }

    /// What stands under the final name, which must be whole.
    pub(crate) fn stands(&self) -> Stands {
        if fs::symlink_metadata(self.out()).is_err() {
            return Stands::Nothing;
        }
        let there = files_of(&self.out());
        match () {
            () if there == self.new => Stands::New,
            () if there == self.old => Stands::Old,
            () => panic!("neither old nor new: {:?}", there.keys().collect::<Vec<_>>()),
        }
    }

    /// How many partial folders there are.
    pub(crate) fn partials(&self) -> usize {
        partials(self.path())
    }

    /// Asserts what must hold after a run that began with `before` was killed: what stands is
    /// whole, and the next run cleans up and gives the same bytes. Returns what stood.
    pub(crate) fn check_after_death(&self, before: Stands, how: &str) -> Stands {
        let stands = self.stands();
        assert!(stands == before || stands == Stands::New, "{how}: {before:?} became {stands:?}");
        let output = rowcall(self.path(), &RUN);
        assert_eq!(output.status.code(), Some(0), "{how}: {}", stderr(&output));
        assert_eq!(self.stands(), Stands::New, "{how}");
        assert_eq!(self.partials(), 0, "{how}: the next run cleans up");
        stands
    }

    /// Asserts what must hold after a run that began with `before` ended by itself: 0 only with
    /// everything there; otherwise a word, nothing new under the final name, and no trace.
    pub(crate) fn check_after_end(&self, before: Stands, output: &Output, how: &str) {
        let said = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code();
        assert!(!said.contains("panicked"), "{how}: {said}");
        match code {
            Some(0) => assert_eq!(self.stands(), Stands::New, "{how}"),
            // What the loader says where it is let down, before the program begins.
            Some(127) => assert!(said.contains("error while loading"), "{how}: {said}"),
            // Where writing is what fails, saying so may fail, too.
            Some(5) if said.is_empty() => assert!(how.starts_with("write "), "{how}"),
            Some(2 | 4 | 5) => assert!(said.starts_with("rowcall: "), "{how}: {said}"),
            _ => panic!("{how}: {:?} {said}", output.status),
        }
        if said.contains("the folder is whole") {
            assert_eq!(self.stands(), Stands::New, "{how}: {said}");
        } else if code != Some(0) {
            assert_eq!(self.stands(), before, "{how}: {said}");
        }
    }
}

/// An export with good rows, duplicates, and rows that are refused.
fn export(rows: usize) -> String {
    let row = |at: usize| match at % 10 {
        7 => "\"x\"y,1\n".to_owned(),
        8 => format!("Bob {at},12\n"),
        9 => format!("Ann again,+9715012{:05}\n", at - 9),
        _ => format!("Ann {at},+9715012{at:05}\n"),
    };
    let rows: String = (0..rows).map(row).collect();
    format!("Name,Phone\n{rows}")
}

/// How many partial folders there are in a folder.
pub(crate) fn partials(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    entries.filter(|entry| entry.file_name().to_string_lossy().contains(".partial-")).count()
}

/// A command for the program in `folder`, without any setting of the environment.
pub(crate) fn program<S: AsRef<std::ffi::OsStr>>(folder: &Path, arguments: &[S]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).current_dir(folder).env_clear();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a shell makes of a script in `folder`; the program is `$0`.
pub(crate) fn shell(folder: &Path, script: &str) -> Output {
    Command::new("sh")
        .args(["-c", script, PROGRAM])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("sh runs")
}

/// How a run ended; one that does not end is killed.
pub(crate) fn ended(child: &mut Child) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("it can be asked") {
            return status;
        }
        if start.elapsed() > Duration::from_secs(20) {
            child.kill().expect("killed");
            child.wait().expect("it ends");
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Waits until something has come about.
pub(crate) fn wait_until(mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(20), "it does not happen");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Says that something was not tried, past the harness, which shows nothing of a test that passes.
pub(crate) fn skipped(what: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {what}");
}

/// Whether strace is there and may trace.
pub(crate) fn has_strace() -> bool {
    static HAS: OnceLock<bool> = OnceLock::new();
    *HAS.get_or_init(|| {
        let tried = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).output();
        tried.is_ok_and(|output| output.status.success())
    })
}

/// Whether all threads of a program are traced, or the first alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Traced {
    All,
    First,
}

/// A command that runs the program under strace, which does `options`.
pub(crate) fn strace(folder: &Path, traced: Traced, options: &[&str], run: &[&str]) -> Command {
    let mut command = Command::new("strace");
    command.args(if traced == Traced::All { &["-qq", "-f"][..] } else { &["-qq"] });
    command.args(options).arg(PROGRAM).args(run).current_dir(folder);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// How often a thread of a run makes a system call, at most.
pub(crate) fn calls(place: &Place, traced: Traced, call: &str, run: &[&str]) -> usize {
    let log = scratch();
    let log = log.path().join("log");
    let trace = format!("trace={call}");
    let options = ["-o", log.to_str().expect("a name"), "-e", &trace];
    let output = strace(place.path(), traced, &options, run).output().expect("strace runs");
    assert!(output.status.success(), "{}", stderr(&output));
    let text = fs::read_to_string(log).expect("a log");
    let mut by_thread: BTreeMap<&str, usize> = BTreeMap::new();
    for thread in text.lines().filter_map(|line| line.split_once(&format!("{call}("))) {
        *by_thread.entry(thread.0).or_default() += 1;
    }
    by_thread.into_values().max().unwrap_or(0)
}
