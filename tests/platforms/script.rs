//! Running `upload.sh`, and reading what it leaves.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::documents::{CREDENTIALS, credential};
use crate::http::Server;
use crate::support::files_of;

/// Whether a program is not installed; then it says which test is not run.
pub(crate) fn is_missing(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let is_there = std::env::split_paths(&folders).any(|folder| folder.join(program).exists());
    if !is_there {
        let thread = std::thread::current();
        let test = thread.name().unwrap_or("a test");
        let _ = writeln!(std::io::stderr(), "{program} is not installed: {test} is not run");
    }
    !is_there
}

/// The shells that are installed.
pub(crate) fn every_shell() -> Vec<Vec<&'static str>> {
    let shells = [&["sh"][..], &["dash"], &["bash", "--posix"], &["busybox", "sh"]];
    shells.iter().filter(|shell| !is_missing(shell[0])).map(|shell| shell.to_vec()).collect()
}

/// A way to run the script of an output folder.
#[derive(Clone)]
pub(crate) struct Upload {
    /// The folder in which the command is given, and the name of the script in it.
    folder: PathBuf,
    script: PathBuf,
    shell: Vec<&'static str>,
    environment: Vec<(String, String)>,
}

impl Upload {
    /// With every credential, and nothing else in the environment but the path.
    pub(crate) fn of(out: &Path, platform: &str, server: &Server) -> Upload {
        Upload::at(out, platform, &server.url())
    }

    pub(crate) fn at(out: &Path, platform: &str, url: &str) -> Upload {
        let mut upload = Upload::without_credentials(out);
        for (name, value) in CREDENTIALS {
            upload = upload.with(name, value);
        }
        upload
            .with(&format!("{}_BASE_URL", platform.to_uppercase()), url)
            .with("ROWCALL_PACE_SECONDS", "0")
            .with("ROWCALL_RETRY_SECONDS", "0")
    }

    pub(crate) fn without_credentials(out: &Path) -> Upload {
        let folder = out.parent().expect("a parent").to_owned();
        Upload { folder, script: out.join("upload.sh"), shell: vec!["sh"], environment: Vec::new() }
    }

    pub(crate) fn with(&self, name: &str, value: &str) -> Upload {
        let mut upload = self.clone();
        upload.environment.push((name.to_owned(), value.to_owned()));
        upload
    }

    /// With the pause that the platform's limit asks for.
    pub(crate) fn paced(mut self) -> Upload {
        self.environment.retain(|(name, _)| name != "ROWCALL_PACE_SECONDS");
        self
    }

    pub(crate) fn called(mut self, folder: &Path, script: &str) -> Upload {
        self.folder = folder.to_owned();
        self.script = script.into();
        self
    }

    pub(crate) fn shell(mut self, shell: &[&'static str]) -> Upload {
        self.shell = shell.to_vec();
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.shell[0]);
        command
            .args(&self.shell[1..])
            .arg(&self.script)
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self) -> Output {
        self.start().end()
    }

    pub(crate) fn start(&self) -> Run {
        // A file and no pipe: what a broken script leaves running would hold a pipe open.
        let said = tempfile::NamedTempFile::new().expect("a file");
        let mut command = self.command();
        command.stdout(Stdio::null()).stderr(said.reopen().expect("the file"));
        Run { child: command.spawn().expect("the shell starts"), said }
    }
}

/// A script that runs.
pub(crate) struct Run {
    child: Child,
    said: tempfile::NamedTempFile,
}

impl Run {
    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let arguments = ["-c", "kill -s \"$1\" \"$2\"", "sh", signal, &id];
        let status = Command::new("sh").args(arguments).status().expect("sh starts");
        assert!(status.success());
    }

    /// Its exit code and what it said, once it has ended.
    pub(crate) fn end(mut self) -> Output {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                let stderr = fs::read(self.said.path()).expect("the file");
                return Output { status, stdout: Vec::new(), stderr };
            }
            if start.elapsed() > Duration::from_secs(60) {
                let _ = self.child.kill();
                panic!("the script does not end");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The answers that were kept, each checked for its form and its place.
pub(crate) fn answers(out: &Path) -> Vec<Value> {
    let mut all = Vec::new();
    for (name, bytes) in files_of(&out.join("answers")) {
        let text = String::from_utf8(bytes).unwrap_or_else(|_| panic!("{name} is no UTF-8"));
        let number = name.strip_suffix(".jsonl").unwrap_or_else(|| panic!("{name} is left"));
        for (index, line) in text.lines().enumerate() {
            let answer: Value = serde_json::from_str(line).expect(line);
            let keys: Vec<&String> = answer.as_object().expect("an object").keys().collect();
            assert_eq!(keys, ["body", "file", "request", "status"], "{line}");
            assert!(line.starts_with("{\"file\":\"payload/"), "{line}");
            let file = answer["file"].as_str().expect("a text");
            assert!(file.starts_with(&format!("payload/{number}.")), "{line} stands in {name}");
            assert!(out.join(file).is_file(), "{line}");
            assert_eq!(answer["request"], index, "{line}");
            assert!(answer["body"].is_string(), "{line}");
            all.push(answer);
        }
        assert!(text.is_empty() || text.ends_with('\n'), "{name}: the last line is whole");
    }
    all
}

/// The statuses of the answers that were kept.
pub(crate) fn statuses(out: &Path) -> Vec<u16> {
    let status = |answer: &Value| answer["status"].as_u64().and_then(|it| u16::try_from(it).ok());
    answers(out).iter().map(|answer| status(answer).expect("a status")).collect()
}

/// The command line of every process.
pub(crate) fn process_list() -> Vec<String> {
    let entries = fs::read_dir("/proc").expect("/proc").flatten();
    let lines = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " ")).collect()
}

/// A program finds no fault in a script.
pub(crate) fn check(program: &[&str], options: &[&str], script: &Path) {
    let mut command = Command::new(program[0]);
    let output = command.args(&program[1..]).args(options).arg(script).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let more = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program:?} {}: {said}{more}", script.display());
}

/// Runs commands as the README shows them, with these credentials of the environment alone.
pub(crate) fn commands<'n>(
    folder: &Path,
    commands: &[&str],
    platform: &str,
    names: impl Iterator<Item = &'n str>,
    server: &Server,
) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_rowcall")).parent().expect("a folder");
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(
        std::iter::once(program.to_owned()).chain(std::env::split_paths(&folders)),
    );
    Command::new("sh")
        .args([OsStr::new("-ec"), OsStr::new(&commands.join("\n"))])
        .current_dir(folder)
        .env_clear()
        .env("PATH", path.expect("a path"))
        .envs(names.map(|name| (name, credential(name))))
        .env(format!("{}_BASE_URL", platform.to_uppercase()), server.url())
        .env("ROWCALL_PACE_SECONDS", "0")
        .stdin(Stdio::null())
        .output()
        .expect("sh starts")
}
