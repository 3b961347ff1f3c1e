//! Paths in data, profiles, platform files and archives lead nowhere but into the output folder.

use std::fs;
use std::path::Path;

use crate::support::{files_of, rowcall, scratch, stderr};

const TRAVERSALS: [&str; 6] =
    ["../../evil", "/tmp/rowcall-evil", "..", "a/../../evil", "..\\..\\evil", "evil\\u0000.json"];

/// Everything below the folder's parent but what a run should have made.
fn strangers(root: &Path) -> Vec<String> {
    let known = ["place/a.csv", "place/mine.toml", "place/rowcall.toml", "place/out/"];
    let is_known = |name: &String| known.iter().any(|it| name.starts_with(it));
    files_of(root).into_keys().filter(|name| !is_known(name)).collect()
}

#[test]
fn a_platform_file_cannot_name_a_place_outside_of_the_folder() {
    let contract = fs::read_to_string("src/write/contracts/superwaba.toml").expect("there");
    let mut loaded = 0;
    for key in ["name", "title", "format", "path", "envelope"] {
        for value in TRAVERSALS {
            let root = scratch();
            let place = root.path().join("place");
            fs::create_dir(&place).expect("made");
            fs::write(place.join("a.csv"), "Name,Phone\nAnn,+971501234561\n").expect("written");
            let changed: Vec<String> = contract
                .lines()
                .map(|line| match line.split_once(" = ") {
                    Some((own, _)) if own == key => format!("{key} = '{value}'"),
                    _ => line.to_owned(),
                })
                .collect();
            fs::write(place.join("mine.toml"), changed.join("\n")).expect("written");
            let output = rowcall(&place, &["prepare", "a.csv", "--to", "mine.toml", "-o", "out"]);
            let code = output.status.code();
            assert!(matches!(code, Some(0 | 2)), "{key} = {value}: {}", stderr(&output));
            loaded += usize::from(code == Some(0));
            assert_eq!(strangers(root.path()), Vec::<String>::new(), "{key} = {value}");
            assert!(!Path::new("/tmp/rowcall-evil").exists());
        }
    }
    assert!(loaded > 0, "titles may hold anything");
}

#[test]
fn cells_cannot_name_a_picture_outside_of_the_folder_of_pictures() {
    let root = scratch();
    let place = root.path().join("place");
    fs::create_dir_all(place.join("pictures")).expect("made");
    let picture = include_bytes!("../../fixtures/cases/awalchat/square.png");
    fs::write(root.path().join("secret.png"), picture).expect("written");
    fs::write(place.join("secret.png"), picture).expect("written");
    std::os::unix::fs::symlink("../secret.png", place.join("pictures/link.png")).expect("linked");
    let outside = root.path().join("secret.png");
    let cells = [
        "../secret.png",
        "../../secret.png",
        "pictures/../secret.png",
        outside.to_str().expect("a name"),
        "link.png",
        "./../secret.png",
        "..\\secret.png",
    ];
    let rows: String =
        (0..).zip(cells).map(|(at, cell)| format!("Ann,+97150123456{at},{cell},x\n")).collect();
    fs::write(place.join("a.csv"), format!("Name,Phone,Avatar,Tags\n{rows}")).expect("written");
    let run = [
        "prepare",
        "a.csv",
        "--to",
        "awalchat",
        "--avatar-dir",
        "pictures",
        "--set",
        "country=AE",
        "--tag-id",
        "contact_group_id=x=1",
        "-o",
        "out",
    ];
    let output = rowcall(&place, &run);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for (name, bytes) in files_of(&place.join("out/payload")) {
        let text = String::from_utf8(bytes).expect("text");
        assert!(!text.contains("secret") && !text.contains("link.png"), "{name}: {text}");
    }
}

#[test]
fn a_profile_can_neither_end_the_run_early_nor_name_another_command() {
    let place = scratch();
    fs::write(place.path().join("a.csv"), "Name,Phone\nAnn,+971501234561\n").expect("written");
    let run = ["prepare", "a.csv", "--to", "superwaba", "-o", "out"];
    for text in [
        "help = true",
        "version = true",
        "\"help=x\" = 1",
        "\"\" = true",
        "\"-h\" = true",
        "inputs = [\"b.csv\"]",
        "\"map\\n--help\" = true",
        "region = \"AE\\n--help\"",
        "limit = \"1 --help\"",
        "profile = \"rowcall.toml\"",
    ] {
        fs::write(place.path().join("rowcall.toml"), text).expect("written");
        let output = rowcall(place.path(), &run);
        let made = place.path().join("out").exists();
        // Either it is refused, or everything is there.
        let code = output.status.code();
        assert!(matches!((code, made), (Some(2), false) | (Some(0), true)), "{text}: {code:?}");
        if made {
            fs::remove_dir_all(place.path().join("out")).expect("removed");
        }
    }
}

#[test]
fn a_profile_or_platform_file_without_end_is_refused() {
    let place = scratch();
    fs::write(place.path().join("a.csv"), "Name,Phone\nAnn,+971501234561\n").expect("written");
    std::os::unix::fs::symlink("/dev/zero", place.path().join("zero.toml")).expect("linked");
    for run in
        [["check", "a.csv", "--profile", "zero.toml"], ["check", "a.csv", "--to", "zero.toml"]]
    {
        let done = crate::measure::measured(place.path(), &run, |_| Ok(()));
        assert_eq!(done.code, Some(2), "{}", done.stderr);
    }
}
