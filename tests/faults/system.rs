//! What the system can refuse without strace: room, files, streams, folders; inputs that change
//! while they are read; several runs at once.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::place::{
    PROGRAM, Place, RUN, Stands, ended, partials, program, shell, skipped, wait_until,
};
use crate::support::{files_of, rowcall, scratch, stderr};

/// The run as a shell takes it.
const SHELL_RUN: &str =
    "\"$0\" prepare new.csv --to superwaba -o out --batch-size 25 --force --threads 2";

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    id.stdout == b"0\n"
}

#[test]
fn a_full_disk_is_told_in_the_systems_own_words_and_nothing_stays_on_it() {
    let place = Place::with_rows(400);
    let mut full = 0;
    let mut whole = 0;
    for kilobytes in (16..400).step_by(16) {
        fs::create_dir_all(place.path().join("disk")).expect("made");
        let script = format!(
            "mount -t tmpfs -o size={kilobytes}k tmpfs disk || exit 99; cp new.csv disk || exit 98; \
             cd disk; {SHELL_RUN}; code=$?; [ $code = 0 ] && \"$0\" verify out || code=5$code; \
             ls -A; exit ${{code#5}}"
        );
        let output = Command::new("unshare")
            .args(["-rm", "sh", "-c", &script, PROGRAM])
            .current_dir(place.path())
            .output();
        let Ok(output) = output.map_err(|_| ()).and_then(|it| match it.status.code() {
            Some(99) | None => Err(()),
            _ if stderr(&it).contains("unshare") => Err(()),
            _ => Ok(it),
        }) else {
            skipped("a full disk: unshare -rm may not mount here");
            return;
        };
        let left = String::from_utf8_lossy(&output.stdout).into_owned();
        match output.status.code() {
            // The export itself has no room.
            Some(98) => {}
            Some(0) => whole += 1,
            Some(5) => {
                full += 1;
                let said = stderr(&output);
                assert!(said.contains("No space left on device"), "{said}");
                assert_eq!(left, "new.csv\n", "{kilobytes} kB");
            }
            code => panic!("{kilobytes} kB: {code:?} {}", stderr(&output)),
        }
    }
    assert!(full >= 5 && whole >= 3, "{full} full, {whole} whole");
}

#[test]
fn a_limit_on_the_size_of_files_is_an_output_error_like_any_other() {
    // The last write before the limit is a short one.
    let place = Place::with_rows(2000);
    for blocks in [0, 1, 7, 40] {
        for before in [Stands::Nothing, Stands::Old] {
            place.reset(before);
            let output = shell(place.path(), &format!("ulimit -f {blocks}; exec {SHELL_RUN}"));
            assert_eq!(output.status.code(), Some(5), "{blocks}: {}", stderr(&output));
            assert!(stderr(&output).contains("File too large"), "{}", stderr(&output));
            assert_eq!((place.stands(), place.partials()), (before, 0), "{blocks}");
        }
    }
}

#[test]
fn a_limit_on_the_number_of_files_is_an_error_or_is_enough() {
    let place = Place::with_rows(400);
    let mut whole = 0;
    for files in 3..24 {
        place.reset(Stands::Nothing);
        let output = shell(place.path(), &format!("ulimit -n {files}; exec {SHELL_RUN}"));
        place.check_after_end(Stands::Nothing, &output, &format!("{files} files"));
        whole += usize::from(output.status.success());
        // With fewer the folder cannot even be opened to be removed.
        assert!(files < 7 || place.partials() == 0, "{files} files: {}", stderr(&output));
        place.check_after_death(Stands::Nothing, &format!("{files} files"));
    }
    assert!(whole > 3, "a few files are enough");
}

#[test]
fn hundreds_of_inputs_need_no_hundreds_of_open_files() {
    let place = scratch();
    for at in 0..300 {
        let text = format!("Name,Phone\nAnn,+9715012{at:05}\n");
        fs::write(place.path().join(format!("{at}.csv")), text).expect("written");
    }
    let script = "ulimit -n 40; exec \"$0\" prepare *.csv --to superwaba -o out --quiet";
    let output = shell(place.path(), script);
    // Two files of rows for each source stay closed until their turn, too.
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let ledger = fs::read_to_string(place.path().join("out/rows.csv")).expect("the ledger");
    assert_eq!(ledger.lines().count(), 301);
}

#[test]
fn what_cannot_be_written_to_stdout_is_never_passed_over_in_silence() {
    let place = Place::with_rows(20);
    place.reset(Stands::New);
    for command in [
        "check new.csv --format json",
        "prepare new.csv --to superwaba -o other --format json",
        "inspect new.csv",
        "inspect new.csv --format json",
        "inspect new.csv --records",
        "explain +971501234561",
        "explain +971501234561 --format json",
        "platforms",
        "platforms vobiz",
        "platforms vobiz --toml",
        "platforms --format json",
        "template --to vobiz",
        "verify out --format json",
        "--help",
        "prepare --help",
        "--version",
    ] {
        let output = shell(place.path(), &format!("exec \"$0\" {command} >/dev/full"));
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(5), "{command}: {said}");
        assert!(said.contains("No space left on device"), "{command}: {said}");
        assert!(!said.contains("panicked"), "{command}: {said}");
    }
}

#[test]
fn a_full_stderr_changes_neither_the_output_nor_the_code() {
    let place = Place::with_rows(20);
    place.reset(Stands::Nothing);
    let output = shell(place.path(), &format!("exec {SHELL_RUN} 2>/dev/full"));
    assert_eq!((output.status.code(), place.stands()), (Some(0), Stands::New));
}

#[test]
fn a_reader_that_goes_away_is_no_fault_and_no_panic() {
    let place = Place::with_rows(2000);
    place.reset(Stands::Nothing);
    for command in ["inspect new.csv --records", "inspect new.csv --sample 500", "platforms"] {
        let script = format!("{{ \"$0\" {command}; echo \"code $?\" >&2; }} | head -c 1");
        let output = shell(place.path(), &script);
        let said = stderr(&output);
        assert!(!said.contains("panicked"), "{command}: {said}");
        assert!(said.ends_with("code 0\n"), "{command}: {said}");
    }
    // And where stderr is what nobody reads.
    let mut child = program(place.path(), &RUN).spawn().expect("it starts");
    drop(child.stderr.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert_eq!(place.stands(), Stands::New);
}

#[test]
fn closed_streams_change_nothing_and_no_file_takes_their_place() {
    let place = Place::with_rows(150);
    for closed in ["<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"] {
        place.reset(Stands::Nothing);
        let output = shell(place.path(), &format!("exec {SHELL_RUN} --format json {closed}"));
        assert_eq!(output.status.code(), Some(0), "{closed}: {}", stderr(&output));
        assert_eq!(place.stands(), Stands::New, "{closed}");
    }
    place.reset(Stands::Nothing);
    let output = shell(place.path(), "exec \"$0\" prepare - --to superwaba -o out <&-");
    assert!(matches!(output.status.code(), Some(2 | 4)), "{}", stderr(&output));
    assert_eq!((place.stands(), place.partials()), (Stands::Nothing, 0));
}

#[test]
fn without_home_or_a_folder_for_temporary_files_nothing_is_missed() {
    let place = Place::with_rows(150);
    let more = [&RUN[..], &["--existing", "stored.json"]].concat();
    fs::write(place.path().join("stored.json"), "{\"data\":{\"contacts\":[]}}").expect("written");
    for temporary in ["/nowhere/at/all", "", "/dev/null"] {
        for run in [&RUN[..], &more] {
            place.reset(Stands::Nothing);
            let mut command = program(place.path(), run);
            let output = command.env("TMPDIR", temporary).output().expect("it runs");
            assert_eq!(output.status.code(), Some(0), "{temporary}: {}", stderr(&output));
            assert!(matches!(place.out().try_exists(), Ok(true)));
        }
        let mut command = program(place.path(), &["check", "new.csv"]);
        let output = command.env("TMPDIR", temporary).output().expect("it runs");
        assert_eq!(output.status.code(), Some(3), "{temporary}: {}", stderr(&output));
    }
}

#[test]
fn a_folder_that_may_not_be_written_is_noticed_before_anything_is_read() {
    let place = scratch();
    let parent = place.path().join("parent");
    fs::create_dir(&parent).expect("made");
    let pipe = Command::new("mkfifo").arg(parent.join("new.csv")).status().expect("it runs");
    assert!(pipe.success());
    for folder in [place.path(), &parent] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o555)).expect("set");
    }
    let mut command = program(&parent, &RUN);
    if is_root() {
        // To root no folder is closed. The program may stand where only root looks.
        let copy = place.path().join("rowcall");
        // By another program, or a process that another test starts just then has it open to write.
        let copied = Command::new("cp").arg(PROGRAM).arg(&copy).status().expect("cp runs");
        assert!(copied.success());
        command = Command::new(copy);
        command.args(RUN).current_dir(&parent).stdin(Stdio::null()).stderr(Stdio::piped());
        command.uid(65534).gid(65534);
    }
    // Nobody writes to the pipe: were it read, this would never end.
    let mut child = command.spawn().expect("it starts");
    ended(&mut child);
    let output = child.wait_with_output().expect("it ends");
    for folder in [place.path(), &parent] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("set");
    }
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert!(stderr(&output).contains("Permission denied"), "{}", stderr(&output));
}

/// What happens to an input.
type Change<'c> = &'c dyn Fn(&Path);

/// Runs over a large export, to which `change` happens while it is read.
fn changed(change: impl Fn(&Path)) -> (tempfile::TempDir, Output) {
    let place = scratch();
    let path = place.path().join("a.csv");
    let rows: String = (0..300_000).map(|at| format!("+97150{at:07}\n")).collect();
    fs::write(&path, format!("Phone\n{rows}")).expect("written");
    let arguments = ["prepare", "a.csv", "--to", "superwaba", "-o", "out", "--chunk-bytes", "100"];
    let child = program(place.path(), &arguments).spawn().expect("it starts");
    // The ledger is begun when the inputs have been opened.
    wait_until(|| files_of(place.path()).keys().any(|name| name.ends_with("rows.csv")));
    change(&path);
    (place, child.wait_with_output().expect("it ends"))
}

#[test]
fn an_input_that_changes_while_it_is_read_is_an_input_error() {
    let grow = |path: &Path| {
        let mut file = fs::OpenOptions::new().append(true).open(path).expect("opened");
        file.write_all(b"+971501234561\n").expect("appended");
    };
    let truncate = |path: &Path| {
        let file = fs::OpenOptions::new().write(true).open(path).expect("opened");
        file.set_len(1_000_000).expect("truncated");
    };
    let empty = |path: &Path| drop(fs::File::create(path).expect("emptied"));
    let replace = |path: &Path| {
        fs::write(path.with_extension("new"), "Phone\n").expect("written");
        fs::rename(path.with_extension("new"), path).expect("replaced");
    };
    let remove = |path: &Path| fs::remove_file(path).expect("removed");
    let changes: [(&str, Change<'_>); 5] = [
        ("grows", &grow),
        ("is cut off", &truncate),
        ("is emptied", &empty),
        ("is replaced", &replace),
        ("is removed", &remove),
    ];
    for (name, change) in changes {
        let (place, output) = changed(change);
        assert_eq!(output.status.code(), Some(4), "{name}: {}", stderr(&output));
        assert!(stderr(&output).contains("changed while it was read"), "{}", stderr(&output));
        assert!(!place.path().join("out").exists(), "{name}");
        assert_eq!(partials(place.path()), 0, "{name}");
    }
}

#[test]
fn of_several_runs_into_one_folder_one_wins_and_the_others_say_so() {
    let place = Place::with_rows(400);
    for round in 0..5 {
        place.reset(Stands::Nothing);
        let run = &RUN[..8];
        let start = |_| program(place.path(), run).spawn().expect("it starts");
        let children: Vec<_> = (0..6).map(start).collect();
        let outputs: Vec<Output> =
            children.into_iter().map(|it| it.wait_with_output().expect("it ends")).collect();
        let won = outputs.iter().filter(|output| output.status.success()).count();
        assert_eq!(won, 1, "round {round}");
        for output in outputs.iter().filter(|output| !output.status.success()) {
            assert_eq!(output.status.code(), Some(5), "{}", stderr(output));
        }
        assert_eq!((place.stands(), place.partials()), (Stands::New, 0));
    }
}

#[test]
fn several_runs_that_replace_one_folder_leave_it_whole() {
    let place = Place::with_rows(400);
    place.reset(Stands::Old);
    for round in 0..5 {
        let start = |_| program(place.path(), &RUN).spawn().expect("it starts");
        let children: Vec<_> = (0..6).map(start).collect();
        for child in children {
            let output = child.wait_with_output().expect("it ends");
            let code = output.status.code();
            assert!(matches!(code, Some(0 | 5)), "round {round}: {code:?} {}", stderr(&output));
        }
        assert_eq!(place.stands(), Stands::New, "round {round}");
        assert_eq!(rowcall(place.path(), &RUN).status.code(), Some(0));
        assert_eq!(place.partials(), 0, "round {round}");
    }
}
