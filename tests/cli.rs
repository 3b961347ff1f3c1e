//! What the program does with its surroundings: folders, pipes, signals.

mod support;

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use support::{contacts, files_of, rowcall, scratch, stderr, summary};

const GOOD: &str = "Name,Phone\nAnn,+971501234561\nBob,+971501234562\nAnn,+971501234561\n";

/// A folder with `a.csv` in it.
fn place() -> tempfile::TempDir {
    let place = scratch();
    fs::write(place.path().join("a.csv"), GOOD).expect("written");
    place
}

const PREPARE: [&str; 6] = ["prepare", "a.csv", "--to", "superwaba", "-o", "out"];

fn prepare(place: &Path, more: &[&str]) -> std::process::Output {
    rowcall(place, &[&PREPARE, more].concat())
}

/// Starts the program with a pipe for its stdin.
fn start(place: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_rowcall"))
        .args(arguments)
        .current_dir(place)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

#[test]
fn an_existing_folder_is_refused_and_stays_as_it_is() {
    let place = place();
    fs::create_dir(place.path().join("out")).expect("made");
    fs::write(place.path().join("out/mine.txt"), "mine").expect("written");
    for more in [&[][..], &["--force"]] {
        let output = prepare(place.path(), more);
        assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
        assert!(stderr(&output).contains("exists"), "{}", stderr(&output));
        let files = files_of(place.path());
        assert_eq!(files.keys().collect::<Vec<_>>(), ["a.csv", "out/mine.txt"]);
    }
}

#[test]
fn force_replaces_a_folder_that_rowcall_wrote_and_nothing_of_the_old_one_stays() {
    let place = place();
    assert_eq!(prepare(place.path(), &["--batch-size", "1"]).status.code(), Some(0));
    assert!(place.path().join("out/payload/000002.json").exists());
    fs::write(place.path().join("a.csv"), "Phone\n+971501234569\n").expect("written");
    let output = prepare(place.path(), &["--force"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(contacts(&place.path().join("out")).len(), 1);
    assert!(!place.path().join("out/payload/000002.json").exists());
    assert_eq!(fs::read_dir(place.path()).expect("a folder").count(), 2, "a.csv and out");
}

#[test]
fn a_folder_that_cannot_be_written_is_an_output_error_before_anything_is_read() {
    let place = place();
    let output = rowcall(
        place.path(),
        &["prepare", "a.csv", "--to", "superwaba", "-o", "/proc/rowcall-out"],
    );
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert!(stderr(&output).contains("/proc"), "{}", stderr(&output));
}

#[test]
fn what_a_dead_run_left_is_removed_and_what_a_living_run_holds_is_not() {
    let place = place();
    let dead = place.path().join(".out.partial-99999-0");
    fs::create_dir_all(dead.join("payload")).expect("made");
    let mut living = start(place.path(), &["prepare", "-", "--to", "superwaba", "-o", "out"]);
    wait_until(|| partials(place.path()) == 1 && !dead.exists());
    assert_eq!(prepare(place.path(), &[]).status.code(), Some(0));
    assert_eq!(partials(place.path()), 1, "the living run's folder stays");
    let mut stdin = living.stdin.take().expect("a pipe");
    stdin.write_all(GOOD.as_bytes()).expect("taken");
    drop(stdin);
    let output = living.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(5), "its folder was taken meanwhile");
    assert_eq!(partials(place.path()), 0);
    assert_eq!(contacts(&place.path().join("out")).len(), 2);
}

/// How many partial folders there are.
fn partials(place: &Path) -> usize {
    let entries = fs::read_dir(place).expect("a folder").map(|entry| entry.expect("an entry"));
    entries.filter(|entry| entry.file_name().to_string_lossy().contains(".partial-")).count()
}

fn wait_until(mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(20), "it does not happen");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn force_leaves_a_folder_alone_in_which_something_was_added_or_mended() {
    let longer = "mended, and longer than it was. ".repeat(100);
    let changes = [
        ("notes.txt", "mine"),
        ("rejects.csv", "mended"),
        ("rejects.csv", &longer),
        ("payload/x", ""),
    ];
    for (name, text) in changes {
        let place = place();
        assert_eq!(prepare(place.path(), &[]).status.code(), Some(0));
        fs::write(place.path().join("out").join(name), text).expect("written");
        let before = files_of(&place.path().join("out"));
        let output = prepare(place.path(), &["--force"]);
        assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
        assert!(stderr(&output).contains(name), "{}", stderr(&output));
        assert_eq!(files_of(&place.path().join("out")), before);
    }
}

#[test]
fn an_input_inside_the_folder_to_be_replaced_is_refused() {
    let place = place();
    assert_eq!(prepare(place.path(), &[]).status.code(), Some(0));
    let arguments = ["prepare", "out/rejects.csv", "--to", "superwaba", "-o", "out", "--force"];
    let output = rowcall(place.path(), &arguments);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("out/rejects.csv"), "{}", stderr(&output));
}

#[test]
fn folders_that_only_look_like_ours_stay() {
    let place = place();
    for name in [".out.partial-notes", ".out.partial-1-2-3", ".other.partial-1-0"] {
        fs::create_dir(place.path().join(name)).expect("made");
    }
    assert_eq!(prepare(place.path(), &[]).status.code(), Some(0));
    assert_eq!(partials(place.path()), 3);
}

#[test]
fn a_header_longer_than_the_first_look_is_read_whole() {
    let place = scratch();
    let columns: Vec<String> = (0..50_000).map(|at| format!("column {at}")).collect();
    let cells = ",".repeat(50_000);
    let text = format!("Phone,{}\n+971501234561{cells}\n", columns.join(","));
    fs::write(place.path().join("a.csv"), text).expect("written");
    let output = prepare(place.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(contacts(&place.path().join("out")).len(), 1);
    let output = prepare(place.path(), &["--record-bytes-max", "90000", "--force"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("longer than the limit"), "{}", stderr(&output));
}

#[test]
fn a_file_that_grows_while_it_is_read_is_an_input_error_and_nothing_is_written() {
    let place = scratch();
    let path = place.path().join("a.csv");
    let rows: String = (0..300_000).map(|n| format!("+9715012{:05}\n", n % 100_000)).collect();
    fs::write(&path, format!("Phone\n{rows}")).expect("written");
    let arguments = ["prepare", "a.csv", "--to", "superwaba", "-o", "out", "--chunk-bytes", "100"];
    let mut child = start(place.path(), &arguments);
    // The ledger is begun when the inputs have been opened.
    wait_until(|| files_of(place.path()).keys().any(|name| name.ends_with("rows.csv")));
    let mut file = fs::OpenOptions::new().append(true).open(&path).expect("opened");
    file.write_all(b"+971501234561\n").expect("appended");
    assert_eq!(child.wait().expect("it ends").code(), Some(4));
    assert!(!place.path().join("out").exists());
}

#[test]
fn memory_stays_bounded_where_one_broken_record_holds_millions() {
    let place = scratch();
    let mut text = b"Phone,N\n1,\"a\n".to_vec();
    text.extend(b"\",\"\n".repeat(4_000_000));
    text.extend(b"1,b\n");
    fs::write(place.path().join("a.csv"), text).expect("written");
    // The shell's limit on address space would hold without the system's own accounting.
    let script = "ulimit -v 1200000; exec \"$0\" check a.csv --threads 2";
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_rowcall")])
        .current_dir(place.path())
        .output()
        .expect("sh runs");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
}

#[test]
fn a_file_that_is_malformed_from_end_to_end_takes_no_longer_in_one_chunk_than_in_many() {
    let place = scratch();
    fs::write(place.path().join("a.csv"), format!("Phone\n{}", "a\"\n".repeat(150_000)))
        .expect("written");
    let time = |out: &str, chunk_bytes: &str| {
        let start = Instant::now();
        let arguments = ["prepare", "a.csv", "--to", "superwaba", "-o", out, "--chunk-bytes"];
        let output = rowcall(place.path(), &[&arguments[..], &[chunk_bytes]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        start.elapsed()
    };
    let many = time("many", "10000");
    let one = time("one", "1000000");
    // What was quadratic took some hundred times as long; a noisy machine does not.
    assert!(one < many * 8, "{one:?} in one chunk, {many:?} in many");
}

#[test]
fn stdin_gives_the_same_payload_as_the_file() {
    let place = place();
    assert_eq!(prepare(place.path(), &[]).status.code(), Some(0));
    let arguments = ["prepare", "-", "--to", "superwaba", "-o", "piped"];
    let mut child = start(place.path(), &arguments);
    let mut stdin = child.stdin.take().expect("a pipe");
    for byte in GOOD.as_bytes() {
        stdin.write_all(&[*byte]).expect("taken");
    }
    drop(stdin);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    let payload = |out: &str| files_of(&place.path().join(out).join("payload"));
    assert_eq!(payload("out"), payload("piped"));
    assert_eq!(summary(&place.path().join("piped"))["sources"][0]["source"], "stdin");
}

#[test]
fn a_signal_ends_a_run_that_waits_for_input_and_leaves_nothing() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        let place = place();
        let mut child = start(place.path(), &["prepare", "-", "--to", "superwaba", "-o", "out"]);
        // Waiting would close it.
        let held = child.stdin.take();
        wait_until(|| partials(place.path()) == 1);
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
        let start = Instant::now();
        let status = child.wait().expect("it ends");
        drop(held);
        assert_eq!(status.code(), Some(code), "{signal}");
        assert!(start.elapsed() < Duration::from_secs(2), "{signal}");
        assert_eq!(files_of(place.path()).keys().collect::<Vec<_>>(), ["a.csv"]);
        assert_eq!(partials(place.path()), 0);
    }
}

#[test]
fn outputs_are_for_their_owner_alone() {
    let place = place();
    assert_eq!(prepare(place.path(), &[]).status.code(), Some(0));
    let out = place.path().join("out");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&out), 0o700);
    assert_eq!(mode(&out.join("payload")), 0o700);
    for name in files_of(&out).keys() {
        assert_eq!(mode(&out.join(name)), 0o600, "{name}");
    }
}

#[test]
fn the_summary_names_every_other_file_with_its_size_and_hash() {
    let place = place();
    assert_eq!(prepare(place.path(), &["--batch-size", "1"]).status.code(), Some(0));
    let out = place.path().join("out");
    let mut files = files_of(&out);
    files.remove("summary.json").expect("the summary");
    let summary = summary(&out);
    let outputs = summary["outputs"].as_array().expect("outputs");
    assert_eq!(outputs.len(), files.len());
    for output in outputs {
        let bytes = &files[output["path"].as_str().expect("a path")];
        assert_eq!(output["bytes"], bytes.len());
        assert_eq!(output["blake3"], blake3::hash(bytes).to_hex().as_str());
    }
}

#[test]
fn nothing_of_a_cell_is_said_on_stderr() {
    let place = scratch();
    let text = "Name,Phone,Email\nSecretname,Secretphone,Secret@\n\"Secretquote,1,2\n";
    fs::write(place.path().join("a.csv"), text).expect("written");
    let output = prepare(place.path(), &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(!stderr(&output).contains("Secret"), "{}", stderr(&output));
}

#[test]
fn json_goes_to_stdout_where_it_is_asked_for_and_nothing_else_does() {
    let place = place();
    let output = rowcall(place.path(), &["check", "a.csv", "--format", "json", "--quiet"]);
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(said["counts"]["accepted"], 2);
    assert!(output.stderr.is_empty());
    assert!(rowcall(place.path(), &["check", "a.csv"]).stdout.is_empty());
}

#[test]
fn the_version_names_the_numbering_plan() {
    let place = scratch();
    let output = rowcall(place.path(), &["--version"]);
    let said = String::from_utf8(output.stdout).expect("text");
    let plan = rowcall::phone::Plan::builtin().version();
    assert!(said.trim_end().ends_with(&format!("(numbering plan {plan})")), "{said}");
}

#[test]
fn hostile_file_names_are_shown_escaped() {
    let place = scratch();
    let output = rowcall(place.path(), &["check", "\u{1b}[31m\u{202e}.csv"]);
    assert_eq!(output.status.code(), Some(4));
    let said = stderr(&output);
    assert!(!said.contains('\u{1b}') && !said.contains('\u{202e}'), "{said}");
}
