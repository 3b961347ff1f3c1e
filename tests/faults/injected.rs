//! The system refuses a call, or interrupts it: every call that matters, at every n-th time, by
//! strace.

use std::process::Output;

use crate::place::{Place, RUN, Stands, Traced, calls, has_strace, skipped, strace};
use crate::support::stderr;

/// The same run on one thread, so that a call has the same number in every run.
fn run() -> Vec<&'static str> {
    [&RUN[..], &["--threads", "1"]].concat()
}

/// Runs, and has the n-th call of each thread do something else.
fn disturbed(place: &Place, traced: Traced, call: &str, what: &str, n: usize) -> Output {
    let trace = format!("trace={call}");
    let inject = format!("inject={call}:{what}:when={n}");
    let options = ["-o", "/dev/null", "-e", &trace, "-e", &inject];
    strace(place.path(), traced, &options, &run()).output().expect("strace runs")
}

/// Has a call fail at every n-th time; returns how many runs failed.
fn fail_at_every(place: &Place, call: &str, error: &str, words: &str) -> usize {
    let mut failed = 0;
    for traced in [Traced::All, Traced::First] {
        let before = if traced == Traced::All { Stands::Old } else { Stands::Nothing };
        place.reset(before);
        for n in 1..=calls(place, traced, call, &run()) {
            place.reset(before);
            let output = disturbed(place, traced, call, &format!("error={error}"), n);
            let how = format!("{call} number {n} with {error}");
            place.check_after_end(before, &output, &how);
            if !output.status.success() {
                failed += 1;
                let said = stderr(&output);
                let is_unsaid = call == "write" && said.is_empty();
                assert!(is_unsaid || said.contains(words), "{how}: the system's words in {said}");
                assert_eq!(place.partials(), 0, "{how}: no trace");
            }
        }
    }
    failed
}

#[test]
fn a_call_that_the_system_refuses_ends_the_run_with_its_words_and_without_a_trace() {
    if !has_strace() {
        skipped("refusing system calls: strace is not there, or may not trace");
        return;
    }
    let place = Place::with_rows(150);
    for (call, error, words) in [
        ("read", "EIO", "Input/output error"),
        ("write", "EIO", "Input/output error"),
        ("write", "ENOSPC", "No space left on device"),
        ("write", "EDQUOT", "quota"),
        ("fsync", "EIO", "Input/output error"),
        ("mkdir", "ENOSPC", "No space left on device"),
        ("renameat2", "EIO", "Input/output error"),
        ("flock", "ENOLCK", "No locks available"),
    ] {
        let failed = fail_at_every(&place, call, error, words);
        assert!(failed > 0, "no run failed by {call} with {error}");
    }
}

#[test]
fn a_failed_sync_is_fatal_in_every_way_of_syncing() {
    if !has_strace() {
        skipped("failing syncs: strace is not there, or may not trace");
        return;
    }
    let place = Place::with_rows(150);
    let syncs = calls(&place, Traced::All, "fsync", &run());
    place.reset(Stands::Nothing);
    let mut refused = 0;
    for n in 1..=syncs {
        let output = disturbed(&place, Traced::All, "fsync", "error=EIO", n);
        if n < syncs {
            assert_eq!(output.status.code(), Some(5), "{n}: {}", stderr(&output));
            refused += 1;
        }
        place.reset(Stands::Nothing);
    }
    assert!(refused >= 8, "every file and folder is synced: {refused}");
    // So many files that the whole file system is synced at once.
    let many = [&run()[..], &["--batch-size", "1"]].concat();
    let options = ["-o", "/dev/null", "-e", "trace=syncfs", "-e", "inject=syncfs:error=EIO"];
    let output = strace(place.path(), Traced::All, &options, &many).output().expect("it runs");
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert_eq!((place.stands(), place.partials()), (Stands::Nothing, 0));
}

#[test]
fn interrupted_calls_are_made_again_and_the_bytes_are_the_same() {
    if !has_strace() {
        skipped("interrupting system calls: strace is not there, or may not trace");
        return;
    }
    let place = Place::with_rows(150);
    // Looking through the old folder is not begun again: the run says so, and changes nothing.
    for (call, may_fail) in [
        ("read", &[0, 127][..]),
        ("write", &[0]),
        ("fsync", &[0]),
        ("flock", &[0]),
        ("openat", &[0, 5, 127]),
        ("getdents64", &[0, 5]),
    ] {
        place.reset(Stands::Old);
        for n in 1..=calls(&place, Traced::All, call, &run()) {
            place.reset(Stands::Old);
            let output = disturbed(&place, Traced::All, call, "error=EINTR", n);
            let how = format!("{call} number {n}");
            place.check_after_end(Stands::Old, &output, &how);
            let said = stderr(&output);
            let code = output.status.code().unwrap_or(-1);
            assert!(may_fail.contains(&code), "{how}: {code} {said}");
        }
    }
}

#[test]
fn neither_a_connection_nor_another_program_is_ever_made() {
    if !has_strace() {
        skipped("watching for connections and programs: strace is not there, or may not trace");
        return;
    }
    let place = Place::with_rows(150);
    place.reset(Stands::Nothing);
    let runs: [&[&str]; 6] = [
        &RUN,
        &["check", "new.csv", "--redact"],
        &["inspect", "new.csv"],
        &["explain", "+971501234561"],
        &["verify", "out"],
        &["platforms", "vobiz"],
    ];
    for arguments in runs {
        let log = crate::support::scratch();
        let log = log.path().join("log");
        let options = [
            "-o",
            log.to_str().expect("a name"),
            "-e",
            "trace=network,execve,fork,vfork,clone,clone3",
        ];
        let output =
            strace(place.path(), Traced::All, &options, arguments).output().expect("strace runs");
        assert!(matches!(output.status.code(), Some(0 | 3)), "{}", stderr(&output));
        let text = std::fs::read_to_string(log).expect("a log");
        let is_thread = |line: &str| line.contains("clone") && line.contains("CLONE_THREAD");
        let made = |line: &&str| {
            !is_thread(line)
                && !line.contains("resumed")
                && line.contains('(')
                && !line.contains("+++")
        };
        let others: Vec<&str> = text.lines().filter(made).skip(1).collect();
        assert!(text.contains("execve("), "the start is seen: {text}");
        assert!(others.is_empty(), "{arguments:?}: {others:#?}");
    }
}
