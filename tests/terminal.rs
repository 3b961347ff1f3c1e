//! What people see: the summary, the commands it proposes, progress, colours, help by codes, and
//! settings from the environment.

mod support;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::time::Duration;

use support::{rowcall, scratch, stderr, summary};

/// Runs the program in `folder` with these variables and no other.
fn run_with(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rowcall"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .expect("the program starts")
}

/// A folder with an export in which rows 2 to 4, 6 and 9 have no number that can be read.
fn place() -> tempfile::TempDir {
    let place = scratch();
    let phones =
        ["+971501234561", "n/a", "n/a", "n/a", "+971501234562", "n/a", "", "+971501234563"];
    let rows: String = phones.iter().map(|phone| format!("Ann,{phone}\n")).collect();
    fs::write(place.path().join("a.csv"), format!("Name,Phone\n{rows}Ann,n/a\n")).expect("written");
    place
}

#[test]
fn each_frequent_problem_names_its_rows_and_its_remedy() {
    let place = place();
    let said = stderr(&rowcall(place.path(), &["check", "a.csv"]));
    assert!(said.contains("5  phone.not_a_number: this is not a phone number"), "{said}");
    assert!(said.contains("\n     rows 2-4, 6, 9\n"), "{said}");
    assert!(said.contains("\n     row 7\n"), "{said}");
    assert!(said.contains("-> write the number in digits"), "{said}");
}

#[test]
fn rows_of_several_inputs_are_told_by_input() {
    let place = place();
    let said = stderr(&rowcall(place.path(), &["check", "a.csv", "a.csv"]));
    assert!(said.contains("a.csv#1: rows 2-4, 6, 9; a.csv#2: rows 2-4, 6 ... 9"), "{said}");
}

#[test]
fn examples_are_shown_where_they_are_asked_for_and_masked_even_then() {
    let place = scratch();
    let text = "Name,Phone\nSecretname,+97150123456123\n";
    fs::write(place.path().join("a.csv"), text).expect("written");
    let hidden = stderr(&rowcall(place.path(), &["check", "a.csv"]));
    assert!(!hidden.contains("for example") && hidden.contains("--show-values"), "{hidden}");
    let shown = stderr(&rowcall(place.path(), &["check", "a.csv", "--show-values"]));
    assert!(shown.contains("for example +971*********23"), "{shown}");
}

#[test]
fn a_home_region_that_is_wrong_for_the_file_is_told_before_any_row() {
    let place = scratch();
    let case = support::fixtures().join("cases/wrong_region/input.csv");
    fs::copy(case, place.path().join("a.csv")).expect("copied");
    let said = stderr(&rowcall(place.path(), &["check", "a.csv", "--region", "AE"]));
    let hint = said.find("5 rejected numbers would be valid in IN").expect("a hint");
    assert!(hint < said.find("most frequent").expect("rows"), "{said}");
    let step = said.find("rowcall check a.csv --region IN").expect("what to try");
    assert!(step > hint, "{said}");
}

#[test]
fn a_column_that_has_the_phones_that_rows_lack_is_named_with_the_flag_that_takes_it() {
    let place = scratch();
    let case = support::fixtures().join("cases/not_used/input.csv");
    fs::copy(case, place.path().join("a.csv")).expect("copied");
    let said = stderr(&rowcall(place.path(), &["check", "a.csv", "--region", "PT"]));
    let named = "not used: Conttacto principal (column 3; 6 of 6 values are phone numbers)";
    assert!(said.contains(named) && said.contains("--map 'phone=Conttacto principal'"), "{said}");
    let taken = ["check", "a.csv", "--region", "PT", "--map", "phone=Conttacto principal"];
    assert!(!stderr(&rowcall(place.path(), &taken)).contains("not used:"));
}

#[test]
fn a_payload_that_is_withheld_is_told_even_where_nothing_but_errors_is() {
    let place = place();
    let run = ["prepare", "a.csv", "--to", "wati", "-o", "out", "--max-rejects", "1", "--quiet"];
    let output = rowcall(place.path(), &run);
    assert_eq!(output.status.code(), Some(6));
    let said = stderr(&output);
    assert!(said.starts_with("rowcall: the payload was withheld: ") && said.lines().count() == 1);
}

#[test]
fn verify_says_of_rejects_that_were_mended_what_to_do() {
    let place = place();
    let run = ["prepare", "a.csv", "--to", "wati", "-o", "out", "--quiet"];
    assert_eq!(rowcall(place.path(), &run).status.code(), Some(0));
    let path = place.path().join("out/rejects.csv");
    let mended = fs::read_to_string(&path).expect("rejects").replace("n/a", "+971501234569");
    fs::write(&path, mended).expect("mended");
    let output = rowcall(place.path(), &["verify", "out"]);
    assert_eq!(output.status.code(), Some(7));
    assert!(stderr(&output).contains("nothing but the rejects was changed"), "{}", stderr(&output));
    fs::write(place.path().join("out/rows.csv"), "").expect("written");
    let said = stderr(&rowcall(place.path(), &["verify", "out"]));
    assert!(!said.contains("nothing but the rejects"), "{said}");
}

/// The commands under `next:`.
fn proposed(said: &str) -> Vec<String> {
    let next = said.split("\nnext:\n").nth(1).unwrap_or_default();
    next.lines().filter_map(|line| line.strip_prefix("    ")).map(str::to_owned).collect()
}

/// Runs a command as a person would who copies it.
fn paste(folder: &Path, command: &str) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_rowcall")).parent().expect("a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(program.to_owned()).chain(std::env::split_paths(&path));
    Command::new("sh")
        .args(["-c", command])
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::join_paths(folders).expect("a path"))
        .output()
        .expect("sh runs")
}

#[test]
fn what_is_proposed_next_can_be_pasted() {
    let place = place();
    fs::rename(place.path().join("a.csv"), place.path().join("my list.csv")).expect("renamed");
    let arguments = ["prepare", "my list.csv", "--to", "superwaba", "--out", "out"];
    let said = stderr(&rowcall(place.path(), &arguments));
    let commands = proposed(&said);
    assert_eq!(
        commands,
        [
            "rowcall prepare 'my list.csv' out/rejects.csv --to superwaba --out out2",
            "rowcall verify out && sh out/upload.sh",
            "rowcall reconcile out -o reconciled",
        ]
    );
    let mended = fs::read_to_string(place.path().join("out/rejects.csv")).expect("rejects");
    fs::write(place.path().join("out/rejects.csv"), mended.replace("n/a", "+971501234569"))
        .expect("mended");
    let output = paste(place.path(), &commands[0]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(summary(&place.path().join("out2"))["counts"]["accepted"], 4);
    let said = stderr(&output);
    let again = proposed(&said);
    // What is left to be mended stands in the rejects of the rejects, and nowhere else.
    assert!(again[0].contains(" out/rejects.csv out2/rejects-2.csv --to"), "{said}");
    assert!(again[0].ends_with("--out out3"), "{said}");
    let third = stderr(&paste(place.path(), &again[0]));
    assert!(proposed(&third)[0].contains(" out2/rejects-2.csv out3/rejects-3.csv --to"), "{third}");
    // Its first half holds; the second asks for credentials before it does anything.
    let output = paste(place.path(), &again[1]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("SUPERWABA_TOKEN"), "{}", stderr(&output));
}

#[test]
fn a_check_without_a_folder_proposes_one() {
    let place = place();
    let said = stderr(&rowcall(place.path(), &["check", "a.csv"]));
    let commands = proposed(&said);
    assert_eq!(commands, ["rowcall check a.csv -o report"]);
    assert_eq!(paste(place.path(), &commands[0]).status.code(), Some(3));
    assert!(place.path().join("report/rejects.csv").exists());
    let said = stderr(&rowcall(place.path(), &["check", "a.csv", "--report", "a.html"]));
    assert_eq!(proposed(&said), Vec::<String>::new(), "the rows stand in the page: {said}");
}

#[test]
fn a_check_that_finds_every_row_good_proposes_to_write_the_payload() {
    let place = scratch();
    fs::write(place.path().join("good.csv"), "Name,Phone\nAnn,+971501234561\n").expect("written");
    let check = ["check", "good.csv", "--report", "a.html", "--limit", "5"];
    let said = stderr(&rowcall(place.path(), &check));
    assert_eq!(proposed(&said), ["rowcall prepare good.csv --to PLATFORM --out out"], "{said}");
    let said = stderr(&rowcall(place.path(), &["check", "good.csv", "--to", "wati"]));
    let commands = proposed(&said);
    assert_eq!(commands, ["rowcall prepare good.csv --to wati --out out"]);
    assert_eq!(paste(place.path(), &commands[0]).status.code(), Some(0));
    assert_eq!(summary(&place.path().join("out"))["counts"]["accepted"], 1);
}

/// Starts the program in `folder`, and what it reads.
fn on_a_pipe(folder: &Path, arguments: &[&str]) -> (Child, ChildStdin) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rowcall"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let stdin = child.stdin.take().expect("a pipe");
    (child, stdin)
}

#[test]
fn standard_input_cannot_be_read_again_and_no_command_says_so() {
    let place = place();
    let (child, mut stdin) =
        on_a_pipe(place.path(), &["prepare", "-", "--to", "superwaba", "-o", "out"]);
    stdin.write_all(b"Phone\n+971501234561\nx\n").expect("taken");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let commands = proposed(&stderr(&output));
    assert_eq!(commands[0], "rowcall verify out && sh out/upload.sh", "{commands:?}");
}

#[test]
fn colours_and_signs_beyond_ascii_stand_only_where_they_are_wanted() {
    let place = place();
    let say = |variables: &[(&str, &str)], more: &[&str]| {
        stderr(&run_with(place.path(), variables, &[&["check", "a.csv"], more].concat()))
    };
    for (variables, more, colored) in [
        (&[][..], &[][..], false),
        (&[], &["--color", "always"], true),
        (&[("NO_COLOR", "1")], &["--color", "always"], true),
        (&[("ROWCALL_COLOR", "always")], &[], true),
        (&[("ROWCALL_COLOR", "always")], &["--color", "never"], false),
    ] {
        let said = say(variables, more);
        assert_eq!(said.contains("\u{1b}["), colored, "{variables:?} {more:?}: {said}");
    }
    assert!(say(&[], &[]).is_ascii());
    assert!(say(&[("LANG", "en_GB.UTF-8")], &[]).contains("rows 2–4"));
}

#[test]
fn progress_is_a_line_now_and_then_even_while_nothing_comes() {
    let place = scratch();
    let (child, mut stdin) = on_a_pipe(place.path(), &["check", "-", "--progress", "plain"]);
    stdin.write_all(b"Name,Phone\nAnn,+971501234561\nBob,n/a\n").expect("taken");
    stdin.flush().expect("taken");
    std::thread::sleep(Duration::from_millis(2600));
    drop(stdin);
    let said = stderr(&child.wait_with_output().expect("it ends"));
    let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("rowcall: ")).collect();
    assert!(lines.len() >= 2, "one while it waits, and the last: {said}");
    let last = lines[lines.len() - 1];
    assert!(last.ends_with(": 1 accepted, 1 rejected") && last.contains("done in"), "{said}");
    assert!(last.contains("2 rows, ") && last.contains(" rows/s"), "{said}");
}

#[test]
fn nobody_hears_of_progress_who_wants_quiet_or_reads_a_pipe() {
    let place = place();
    let said = stderr(&rowcall(place.path(), &["check", "a.csv"]));
    assert!(!said.contains("rows/s"), "{said}");
    let quiet = rowcall(place.path(), &["check", "a.csv", "--progress", "plain", "--quiet"]);
    assert_eq!(stderr(&quiet), "");
}

#[test]
fn what_is_typed_goes_before_the_environment_and_that_before_the_profile() {
    let place = scratch();
    fs::write(place.path().join("a.csv"), "Name,Phone\nAnn,9812345670\n").expect("written");
    let region = |variables: &[(&str, &str)], more: &[&str]| {
        let arguments = [&["check", "a.csv", "--format", "json", "--quiet"], more].concat();
        let output = run_with(place.path(), variables, &arguments);
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        said["settings"]["region"].as_str().map(str::to_owned)
    };
    let environment = [("ROWCALL_REGION", "IN")];
    assert_eq!(region(&[], &[]), None);
    assert_eq!(region(&environment, &[]).as_deref(), Some("IN"));
    fs::write(place.path().join("rowcall.toml"), "region = \"AE\"\n").expect("written");
    assert_eq!(region(&[], &[]).as_deref(), Some("AE"));
    assert_eq!(region(&environment, &[]).as_deref(), Some("IN"));
    assert_eq!(region(&environment, &["--region", "US"]).as_deref(), Some("US"));
    let other = [("ROWCALL_PROFILE", "none")];
    assert_eq!(region(&other, &[]), None);
}

#[test]
fn a_wrong_value_in_the_environment_is_told_with_its_variable() {
    let place = place();
    for (name, value, words) in [
        ("ROWCALL_DIGITS", "some", "from the environment: ROWCALL_DIGITS"),
        ("ROWCALL_VANITY", "some", "ROWCALL_VANITY: `some` is neither yes nor no"),
        ("ROWCALL_REGON", "AE", "did you mean ROWCALL_REGION?"),
    ] {
        let output = run_with(place.path(), &[(name, value)], &["check", "a.csv"]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    }
}

#[test]
fn names_that_are_a_slip_away_are_proposed() {
    let place = place();
    for (typed, words) in [
        (&["codes", "phone.to_short"][..], "did you mean phone.too_short?"),
        (&["codes", "digits_lots"], "did you mean phone.digits_lost?"),
        (&["check", "a.csv", "--regoin", "AE"], "--region"),
        (&["chekc", "a.csv"], "'check'"),
        (&["check", "a.csv", "--to", "superwabba"], "did you mean superwaba?"),
        (&["check", "a.csv", "--map", "phone=Phoen"], "did you mean \"Phone\"?"),
        (&["check", "a.csv", "--map", "phoen=Phone"], "did you mean phone?"),
        (&["check", "a.csv", "--preset", "hubsopt"], "did you mean hubspot?"),
        (&["check", "a.csv", "--kinds", "mobiel"], "did you mean mobile?"),
        (&["man", "prepaer"], "did you mean prepare?"),
    ] {
        let output = rowcall(place.path(), typed);
        assert_eq!(output.status.code(), Some(2), "{typed:?}");
        assert!(stderr(&output).contains(words), "{typed:?}: {}", stderr(&output));
    }
}

#[test]
fn a_code_a_category_and_all_are_told() {
    let place = scratch();
    let say = |more: &[&str]| {
        let output = rowcall(place.path(), &[&["codes"], more].concat());
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).expect("text")
    };
    let one = say(&["phone.digits_lost"]);
    for part in ["(error)", "why      ", "example  9.71501E+11", "to do    "] {
        assert!(one.contains(part), "{one}");
    }
    let codes = |text: &str| text.lines().filter(|line| line.contains("  error  ")).count();
    let (all, some) = (say(&[]), say(&["record"]));
    assert!(codes(&all) > codes(&some) && codes(&some) > 5, "{some}");
    assert!(!some.contains("phone."), "{some}");
}

#[test]
fn every_command_has_a_manual_page_and_every_shell_a_script() {
    let place = scratch();
    let output = rowcall(place.path(), &["man", "-o", "."]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let pages = support::files_of(place.path());
    for command in ["rowcall", "rowcall-prepare", "rowcall-codes", "rowcall-reconcile"] {
        let page = &pages[&format!("{command}.1")];
        let one = match command.strip_prefix("rowcall-") {
            None => rowcall(place.path(), &["man"]),
            Some(name) => rowcall(place.path(), &["man", name]),
        };
        assert_eq!(&one.stdout, page, "{command}");
        assert!(String::from_utf8_lossy(page).contains("Examples"), "{command}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = rowcall(place.path(), &["completions", shell]);
        let script = String::from_utf8(output.stdout).expect("text");
        assert!(script.contains("max-rejects") && script.contains("reconcile"), "{shell}");
    }
}

#[test]
fn what_stops_a_run_names_the_file_the_place_and_what_to_do() {
    let place = scratch();
    let write =
        |name: &str, text: &[u8]| fs::write(place.path().join(name), text).expect("written");
    write("quote.csv", b"Export of May\n\nName,Phone \"mobile\n+971501234561,Ann\n");
    write("nul.csv", b"Name,Ph\0one\nAnn,+971501234561\n");
    for (arguments, words) in [
        (&["quote.csv", "--skip-lines", "1"][..], "quote.csv, line 3: the header cannot be read"),
        (&["nul.csv", "--encoding", "utf-8"], "nul.csv: has NUL bytes in column 2 of its header"),
        (&["none.csv"], "none.csv: cannot be read: No such file or directory (os error 2); check"),
    ] {
        let output = rowcall(place.path(), &[&["check"], arguments].concat());
        assert!(stderr(&output).contains(words), "{arguments:?}: {}", stderr(&output));
        assert_eq!(stderr(&output).lines().count(), 1, "and nothing of rows");
    }
}

#[test]
fn a_file_whose_contacts_get_no_name_says_so() {
    let place = scratch();
    let write = |name: &str, text: &str| fs::write(place.path().join(name), text).expect("written");
    write("a.csv", "Quem,Phone\nAnn,+971501234561\n");
    write("b.csv", "Phone\n+971501234561\n");
    let told = |arguments: &[&str]| {
        let said = stderr(&rowcall(place.path(), &[&["check"], arguments].concat()));
        said.contains("--map name=COLUMN says which")
    };
    assert!(told(&["a.csv"]));
    assert!(!told(&["a.csv", "--map", "name=Quem"]));
    assert!(!told(&["a.csv", "--set", "name=Friend"]));
    assert!(!told(&["b.csv"]), "no column could have it");
}

#[test]
fn a_few_numbers_that_are_wrong_make_no_other_region_likely() {
    let place = scratch();
    let good: String = (0..60).map(|n| format!("Ann,07{}\n", 12_000_000 + n)).collect();
    let text = format!("Name,Phone\n{good}Bob,712345\nBob,712346\nBob,712347\n");
    fs::write(place.path().join("a.csv"), text).expect("written");
    let said = stderr(&rowcall(place.path(), &["check", "a.csv", "--region", "KE"]));
    assert!(said.contains("3  rejected") && !said.contains("would be valid"), "{said}");
}

/// What is said of other regions when an export with these phones is checked with these arguments.
fn said_of_regions(phones: &[&str], arguments: &[&str]) -> String {
    let place = scratch();
    let rows: String = phones.iter().map(|phone| format!("Ann,{phone}\n")).collect();
    fs::write(
        place.path().join("a.csv"),
        format!("Name,Phone,Country\n{}", rows.replace('|', ",")),
    )
    .expect("written");
    let said = stderr(&rowcall(place.path(), &[&["check", "a.csv"], arguments].concat()));
    said.lines().filter(|line| line.contains("would be valid")).map(str::to_owned).collect()
}

#[test]
fn a_region_that_the_file_has_numbers_of_is_proposed_before_one_that_fits_more_digits() {
    // All four that are refused are numbers of Serbia, three are numbers of France.
    let known = ["+33612345678|", "+33612345679|", "+33612345671|"];
    let phones =
        [&known[..], &["0612345678|", "0612345679|", "0612345670|", "061234567|"]].concat();
    let said = said_of_regions(&phones, &[]);
    assert!(said.contains("3 rejected numbers would be valid in FR; try --region FR"), "{said}");
}

#[test]
fn one_foreign_number_makes_no_region_likely_that_fits_fewer_digits() {
    let indian = ["9812345671|", "7012345672|", "8876543217|", "6235685165|", "9415551234|"];
    for foreign in ["+12125552368|", "+8613812345678|", "+971501234561|"] {
        let said = said_of_regions(&[&indian[..], &[foreign]].concat(), &["--region", "SG"]);
        assert!(said.contains("5 rejected numbers would be valid in IN"), "{foreign}: {said}");
    }
}

#[test]
fn where_no_region_is_likelier_than_others_none_is_proposed() {
    // Valid in several regions, and the file has numbers of none of these.
    let foreign = ["+12125550123|", "+442071838750|", "0612345678|", "0612345679|", "0612345670|"];
    assert_eq!(said_of_regions(&foreign, &[]), "");
    let alone = ["061234567|", "061234568|", "061234569|"];
    assert_eq!(said_of_regions(&alone, &[]), "");
}

#[test]
fn no_region_is_proposed_for_rows_that_name_their_own() {
    let rows = ["09812345671|AE", "07012345672|AE", "08876543217|AE", "+971501234561|"];
    assert_eq!(said_of_regions(&rows, &["--region", "AE"]), "");
    let rows = rows.map(|row| row.replace("AE", ""));
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    assert!(said_of_regions(&rows, &["--region", "AE"]).contains("3 rejected numbers"));
}

#[test]
fn what_is_suggested_is_tried_in_another_folder() {
    let place = scratch();
    let case = support::fixtures().join("cases/wrong_region/input.csv");
    fs::copy(case, place.path().join("a.csv")).expect("copied");
    let run = ["prepare", "a.csv", "--to", "generic-csv", "--region", "AE", "-o", "out"];
    let said = stderr(&rowcall(place.path(), &run));
    let commands = proposed(&said);
    assert_eq!(commands[0], "rowcall prepare a.csv --to generic-csv --region IN -o out2", "{said}");
    assert_eq!(paste(place.path(), &commands[0]).status.code(), Some(0));
    fs::write(place.path().join("stop.csv"), "Phone\n0501234567\n").expect("written");
    let run = [&run[..7], &["out3", "--suppress", "stop.csv"]].concat();
    let said = stderr(&rowcall(place.path(), &run));
    assert!(!proposed(&said)[0].contains("--region IN"), "the list is read by it, too: {said}");
}
