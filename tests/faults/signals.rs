//! SIGINT, SIGTERM and SIGHUP, wherever a run happens to be: it stops at once, with the right code,
//! and leaves nothing.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::place::{ended, partials, program, wait_until};
use crate::support::{files_of, scratch};

/// The signals, and the exit codes that tell them.
const SIGNALS: [(&str, i32); 3] = [("-INT", 130), ("-TERM", 143), ("-HUP", 129)];

fn signal(child: &Child, signal: &str) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.expect("kill runs").success());
}

/// Asserts that a run ends at once by each signal when it is `ready`, and leaves nothing but the
/// inputs.
fn check(arguments: &[&str], prepare: impl Fn(&Path), feed: &[u8], ready: impl Fn(&Path) -> bool) {
    for (name, code) in SIGNALS {
        let place = scratch();
        prepare(place.path());
        let names = |place: &Path| files_names(place);
        let before = names(place.path());
        let temporary = scratch();
        let mut command = program(place.path(), arguments);
        command.env("TMPDIR", temporary.path()).stdin(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut held = child.stdin.take().expect("a pipe");
        held.write_all(feed).expect("taken");
        wait_until(|| ready(place.path()));
        // Whatever it does when it is ready, it now waits.
        sleep(Duration::from_millis(50));
        signal(&child, name);
        let start = Instant::now();
        let status = ended(&mut child);
        assert!(start.elapsed() < Duration::from_secs(2), "{arguments:?} {name}");
        assert_eq!(status.code(), Some(code), "{arguments:?} {name}");
        drop(held);
        assert_eq!(names(place.path()), before, "{arguments:?} {name}");
        assert!(files_of(temporary.path()).is_empty(), "{arguments:?} {name}");
    }
}

/// The names of everything in a folder and below it; pipes are not read.
fn files_names(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        names.push(entry.file_name().to_string_lossy().into_owned());
        if entry.file_type().expect("a type").is_dir() {
            names.extend(files_names(&entry.path()));
        }
    }
    names.sort();
    names
}

fn pipe(place: &Path, name: &str) {
    let made = Command::new("mkfifo").arg(place.join(name)).status().expect("mkfifo runs");
    assert!(made.success());
}

fn good(place: &Path) {
    fs::write(place.join("a.csv"), "Name,Phone\nAnn,+971501234561\n").expect("written");
}

const OUT: [&str; 4] = ["--to", "superwaba", "-o", "out"];

#[test]
fn a_signal_ends_a_run_that_waits_in_the_middle_of_its_input() {
    let arguments = [&["prepare", "-"], &OUT[..]].concat();
    let is_begun = |place: &Path| partials(place) == 1;
    let texts: [&[u8]; 4] =
        [b"", b"Name,Pho", b"Name,Phone\n\"Ann", b"\x1f\x8b\x08\x00\x00\x00\x00\x00"];
    for feed in texts {
        check(&arguments, |_| {}, feed, is_begun);
    }
    // More than the first look, so that chunks have been worked on.
    let rows = "Ann,+971501234561\n".repeat(100_000);
    check(&arguments, |_| {}, format!("Name,Phone\n{rows}").as_bytes(), is_begun);
}

#[test]
fn a_signal_ends_a_run_that_waits_for_somebody_to_open_a_pipe() {
    let is_begun = |place: &Path| partials(place) == 1;
    let make = |name: &'static str| {
        move |place: &Path| {
            good(place);
            pipe(place, name);
        }
    };
    check(&[&["prepare", "pipe.csv"], &OUT[..]].concat(), make("pipe.csv"), b"", is_begun);
    for list in ["--suppress", "--existing"] {
        let arguments = [&["prepare", "a.csv", list, "pipe.json"], &OUT[..]].concat();
        check(&arguments, make("pipe.json"), b"", is_begun);
    }
}

#[test]
fn a_signal_ends_a_check_that_writes_nothing() {
    check(
        &["check", "-"],
        |_| {},
        b"Name,Phone\n",
        |_| {
            sleep(Duration::from_millis(200));
            true
        },
    );
}

#[test]
fn a_signal_ends_a_run_that_is_busy() {
    let arguments = [&["prepare", "a.csv", "--chunk-bytes", "50"], &OUT[..]].concat();
    let make = |place: &Path| {
        let rows: String = (0..400_000).map(|at| format!("A,+9715{at:08}\n")).collect();
        fs::write(place.join("a.csv"), format!("Name,Phone\n{rows}")).expect("written");
    };
    check(&arguments, make, b"", |place| files_names(place).contains(&"rows.csv".to_owned()));
}
