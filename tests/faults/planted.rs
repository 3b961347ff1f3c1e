//! Links and other things that somebody has put in the way: nothing outside of our own folders is
//! ever written, followed or removed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::place::{Place, RUN, Stands, ended, partials, program};
use crate::support::{files_of, rowcall, stderr};

/// A folder that nobody may touch.
fn precious(place: &Path) -> std::path::PathBuf {
    let folder = place.join("precious");
    fs::create_dir(&folder).expect("made");
    fs::write(folder.join("mine.txt"), "mine").expect("written");
    folder
}

fn is_untouched(folder: &Path) {
    let files = files_of(folder);
    assert_eq!(files.keys().collect::<Vec<_>>(), ["mine.txt"]);
    assert_eq!(files["mine.txt"], b"mine");
}

#[test]
fn a_link_under_the_final_name_is_refused_and_what_it_names_is_left_alone() {
    let place = Place::with_rows(20);
    for target in ["precious", "not-there"] {
        place.reset(Stands::Nothing);
        let precious = precious(place.path());
        symlink(target, place.out()).expect("linked");
        for run in [&RUN[..], &RUN[..8]] {
            let output = rowcall(place.path(), run);
            assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
            assert!(stderr(&output).contains("exists"), "{}", stderr(&output));
            is_untouched(&precious);
            assert_eq!(fs::read_link(place.out()).expect("a link"), Path::new(target));
        }
        fs::remove_file(place.out()).expect("removed");
    }
}

#[test]
fn a_link_to_a_folder_of_ours_is_not_replaced_either() {
    let place = Place::with_rows(20);
    place.reset(Stands::Old);
    fs::rename(place.out(), place.path().join("elsewhere")).expect("moved");
    symlink("elsewhere", place.out()).expect("linked");
    assert_eq!(rowcall(place.path(), &RUN).status.code(), Some(5));
    assert_eq!(place.stands(), Stands::Old, "through the link");
    fs::remove_file(place.out()).expect("removed");
}

#[test]
fn what_is_planted_under_the_name_of_a_dead_run_is_not_followed() {
    let place = Place::with_rows(20);
    place.reset(Stands::Nothing);
    let precious = precious(place.path());
    symlink("precious", place.path().join(".out.partial-1-0")).expect("linked");
    fs::write(place.path().join(".out.partial-2-0"), "a file").expect("written");
    let pipe = place.path().join(".out.partial-3-0");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    // Were the pipe opened for reading, this would never end.
    let mut child = program(place.path(), &RUN).spawn().expect("it starts");
    assert_eq!(ended(&mut child).code(), Some(0));
    assert_eq!(place.stands(), Stands::New);
    is_untouched(&precious);
}

#[test]
fn links_inside_a_dead_run_are_removed_and_what_they_name_stays() {
    let place = Place::with_rows(20);
    place.reset(Stands::Nothing);
    let precious = precious(place.path());
    let dead = place.path().join(".out.partial-1-0");
    fs::create_dir(&dead).expect("made");
    symlink(&precious, dead.join("payload")).expect("linked");
    fs::hard_link(precious.join("mine.txt"), dead.join("rows.csv")).expect("linked");
    assert_eq!(rowcall(place.path(), &RUN).status.code(), Some(0));
    assert!(!dead.exists());
    is_untouched(&precious);
}

#[test]
fn links_inside_a_folder_that_is_replaced_keep_it_from_being_replaced() {
    let place = Place::with_rows(20);
    for plant in ["payload", "rows.csv"] {
        place.reset(Stands::Old);
        let precious = precious(place.path());
        let path = place.out().join(plant);
        if plant == "payload" {
            fs::remove_dir_all(&path).expect("removed");
        } else {
            fs::remove_file(&path).expect("removed");
        }
        symlink(&precious, &path).expect("linked");
        let output = rowcall(place.path(), &RUN);
        assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
        assert!(stderr(&output).contains(plant), "{}", stderr(&output));
        is_untouched(&precious);
    }
}

#[test]
fn a_hard_link_into_a_folder_that_is_replaced_keeps_its_content() {
    let place = Place::with_rows(20);
    place.reset(Stands::Old);
    let kept = place.path().join("kept.csv");
    fs::hard_link(place.out().join("rows.csv"), &kept).expect("linked");
    let before = fs::read(&kept).expect("there");
    assert_eq!(rowcall(place.path(), &RUN).status.code(), Some(0));
    assert_eq!(place.stands(), Stands::New);
    assert_eq!(fs::read(&kept).expect("there"), before);
}

#[test]
fn a_summary_that_is_no_file_tells_no_folder_of_ours() {
    let place = Place::with_rows(20);
    for plant in ["pipe", "link"] {
        place.reset(Stands::Old);
        let summary = place.out().join("summary.json");
        fs::rename(&summary, place.path().join("real.json")).expect("moved");
        if plant == "pipe" {
            assert!(Command::new("mkfifo").arg(&summary).status().expect("it runs").success());
        } else {
            symlink(place.path().join("real.json"), &summary).expect("linked");
        }
        let mut child = program(place.path(), &RUN).spawn().expect("it starts");
        ended(&mut child);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(5), "{plant}: {}", stderr(&output));
        assert!(summary.symlink_metadata().is_ok());
    }
}

#[test]
fn a_folder_inside_that_cannot_be_read_keeps_the_old_one_from_being_replaced() {
    use crate::place::{Traced, has_strace, skipped, strace};
    if !has_strace() {
        skipped("a folder that cannot be listed: strace is not there, or may not trace");
        return;
    }
    let place = Place::with_rows(20);
    place.reset(Stands::Old);
    fs::write(place.out().join("notes.txt"), "mine").expect("written");
    // Every look into the old folder fails, and no other.
    let out = place.out();
    let inject = "inject=getdents64:error=EIO";
    let path = out.to_str().expect("a name");
    let options = ["-o", "/dev/null", "-P", path, "-e", "trace=getdents64", "-e", inject];
    let output = strace(place.path(), Traced::All, &options, &RUN).output().expect("strace runs");
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert!(stderr(&output).contains("Input/output error"), "{}", stderr(&output));
    assert_eq!(fs::read(out.join("notes.txt")).expect("there"), b"mine");
}

#[test]
fn answers_from_a_pipe_are_refused_where_waiting_for_them_could_last_for_ever() {
    let place = Place::with_rows(20);
    place.reset(Stands::New);
    let pipe = place.path().join("answers");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    for answer in ["payload/000001.json=answers", "answers"] {
        let run = ["reconcile", "out", answer, "-o", "joined"];
        let mut child = program(place.path(), &run).spawn().expect("it starts");
        ended(&mut child);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(4), "{answer}: {}", stderr(&output));
        assert_eq!(partials(place.path()), 0);
    }
}
