//! The same input and options give the same bytes: for every number of threads, every size of
//! chunks, every locale, time zone, environment and folder, and every time.

use std::fs;
use std::path::Path;

use rowcall::flow::{Goal, Job, Machine, Output, run};
use rowcall::ingest::Input;
use rowcall::write::contract::Contract;
use rowcall::write::outdir::IfExists;

use crate::support::{files_of, fixtures, rowcall, scratch, stderr};

/// An export with every fate, cells of several lines and quotes that never close.
fn export(rows: usize) -> String {
    let row = |at: usize| match at % 9 {
        0 => format!("\"Ann\n{at}\",+9715012{:05},ann{at}@example.com,AE,a|b\n", at % 70),
        1 => format!("Bob {at},050 12{:05},bob@gmial.com,,\r\n", at % 90),
        2 => format!("\"open {at},+971501234561,,,\n"),
        3 => "\n".to_owned(),
        4 => format!("Cem İ {at},{at},,Türkiye,\n"),
        5 => format!("D\"{at},1,2,3,4\n"),
        6 => format!("Eve {at},+5215512{at:06},x@y,MX,\n"),
        7 => format!("Fay {at},+97150123{:04} / +97150124{:04},,,\r", at % 40, at % 30),
        _ => format!("Gus,+1 415 555 01{:02},,US\n", at % 100),
    };
    let rows: String = (0..rows).map(row).collect();
    format!("Name,Phone,Email,Country,Tags\n{rows}")
}

fn job(place: &Path, out: &str, platform: &str, machine: Machine) -> Job {
    let inputs = ["a.csv", "b.csv"].map(|name| Input::File(place.join(name))).to_vec();
    Job {
        home: "AE".parse().ok(),
        contract: Some(Contract::find(platform).expect("built in")),
        batch_rows: Some(11),
        out: Some(Output { folder: place.join(out), if_exists: IfExists::Refuse }),
        machine,
        ..Job::new(Goal::Prepare, inputs)
    }
}

#[test]
fn every_number_of_threads_and_every_size_of_chunks_gives_the_same_bytes() {
    let place = scratch();
    fs::write(place.path().join("a.csv"), export(250)).expect("written");
    fs::write(place.path().join("b.csv"), export(120)).expect("written");
    for platform in ["superwaba", "vobiz"] {
        let mut first = None;
        for threads in [1, 2, 3, 8, 64] {
            for chunk_bytes in [1, 7, 1000, 1_000_000] {
                let out = format!("{platform}-{threads}-{chunk_bytes}");
                let machine = Machine { threads, chunk_bytes, memory_bytes: None };
                run(&job(place.path(), &out, platform, machine), &()).expect("it ends");
                let files = files_of(&place.path().join(&out));
                let first = first.get_or_insert_with(|| files.clone());
                for (name, bytes) in first.iter() {
                    assert!(files.get(name) == Some(bytes), "{out}: {name}");
                }
                assert_eq!(files.len(), first.len(), "{out}");
            }
        }
        assert!(first.expect("twenty runs").len() > 8, "{platform}");
    }
}

#[test]
fn locale_time_zone_environment_and_folder_give_the_same_bytes() {
    let text = export(150);
    let environments: [&[(&str, &str)]; 7] = [
        &[],
        &[("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8"), ("LC_NUMERIC", "de_DE.UTF-8")],
        &[("LC_ALL", "C"), ("LANGUAGE", "ar")],
        &[("TZ", "Pacific/Kiritimati"), ("SOURCE_DATE_EPOCH", "1")],
        &[("TZ", "America/Anchorage"), ("HOME", "/nowhere"), ("USER", "somebody")],
        &[("TERM", "dumb"), ("NO_COLOR", "1"), ("COLUMNS", "20"), ("RUST_BACKTRACE", "full")],
        &[
            ("RAYON_NUM_THREADS", "5"),
            ("TMPDIR", "/"),
            ("RUST_LOG", "trace"),
            ("CLICOLOR_FORCE", "1"),
        ],
    ];
    let mut first = None;
    for (at, variables) in environments.iter().enumerate() {
        let place = scratch();
        let folder = place.path().join(format!("folder {at}"));
        fs::create_dir(&folder).expect("made");
        fs::write(folder.join("a.csv"), &text).expect("written");
        let input = if at % 2 == 0 { "a.csv".into() } else { folder.join("a.csv") };
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_rowcall"))
            .arg("prepare")
            .arg(input)
            .args(["--to", "superwaba", "--region", "AE", "-o", "out"])
            .current_dir(&folder)
            .env_clear()
            .envs(variables.iter().copied())
            .output()
            .expect("the program starts");
        assert_eq!(output.status.code(), Some(0), "{variables:?}: {}", stderr(&output));
        // Which signs a terminal has, and how wide it is, changes what is shown and not what is said.
        let said = stderr(&output).replace('…', "...").replace('→', "->");
        // What is proposed names the input as it was typed.
        let typed = format!("'{}'", folder.join("a.csv").display());
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ").replace(&typed, "a.csv");
        let files = files_of(&folder.join("out"));
        let (first_files, first_said) = first.get_or_insert_with(|| (files.clone(), said.clone()));
        assert!(*first_files == files, "{variables:?}");
        assert_eq!(*first_said, said, "{variables:?}");
    }
}

#[test]
fn a_run_that_is_repeated_changes_nothing() {
    let place = scratch();
    let input = fixtures().join("exports/crm/contacts.csv");
    let input = input.to_str().expect("a name");
    let run = ["prepare", input, "--to", "superwaba", "--region", "AE", "-o", "out", "--force"];
    let mut before = None;
    for _ in 0..3 {
        let output = rowcall(place.path(), &run);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let files = files_of(place.path());
        assert!(*before.get_or_insert_with(|| files.clone()) == files);
    }
}
