//! `docs/reference.md`, made of what clap knows of the options: `ROWCALL_BLESS=1 cargo test --bin
//! rowcall` writes it anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use clap::{Arg, Command, CommandFactory};

use crate::args::Cli;
use crate::environment::variable;

const INTRODUCTION: &str = "\
# Every option

This page is made from the program's own words; `rowcall COMMAND --help` says the same.

Each option can be set in three places. What is typed goes before the environment, and that before
a profile (`--profile FILE`, or `rowcall.toml` in the current folder, for `prepare`, `check` and
`inspect`):

| where | how it is written |
|---|---|
| command line | `--batch-size 500` |
| environment | `ROWCALL_BATCH_SIZE=500`; an option without a value takes `1` or `0`; one that may be given several times takes a line each |
| profile | `batch-size = 500` |
";

#[test]
fn the_reference_says_what_the_program_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference.md");
    let page = page();
    if std::env::var_os("ROWCALL_BLESS").is_some() {
        fs::write(&path, &page).expect("blessed");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/reference.md is not what clap knows; ROWCALL_BLESS=1 writes it");
}

fn page() -> String {
    let mut cli = Cli::command();
    cli.build();
    let mut page = INTRODUCTION.to_owned();
    for command in cli.get_subcommands().filter(|command| command.get_name() != "help") {
        push_command(&mut page, command);
    }
    page
}

fn push_command(page: &mut String, command: &Command) {
    let about = command.get_long_about().or(command.get_about());
    let about = about.map(ToString::to_string).unwrap_or_default();
    let usage = command.clone().render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage);
    let _ =
        write!(page, "\n## rowcall {}\n\n{}.\n", command.get_name(), about.trim_end_matches('.'));
    let _ = write!(page, "\n```text\n{usage}\n```\n");
    let shown = |arg: &&Arg| !arg.is_hide_set() && arg.get_long() != Some("help");
    let places: Vec<&Arg> = command.get_positionals().filter(shown).collect();
    if !places.is_empty() {
        let _ = write!(page, "\n| argument | meaning |\n|---|---|\n");
        for place in places {
            let _ = writeln!(page, "| `{}` | {} |", value_names(place), meaning(place));
        }
    }
    let options: Vec<&Arg> =
        command.get_arguments().filter(shown).filter(|arg| !arg.is_positional()).collect();
    let mut headings: Vec<&str> = Vec::new();
    for option in &options {
        let heading = option.get_help_heading().unwrap_or("Options");
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    for heading in headings {
        let _ =
            write!(page, "\n| {} | variable | meaning |\n|---|---|---|\n", heading.to_lowercase());
        let of_heading = |arg: &&&Arg| arg.get_help_heading().unwrap_or("Options") == heading;
        for option in options.iter().filter(of_heading) {
            let variable = variable(option).expect("it is shown and has a name");
            let _ = writeln!(page, "| `{}` | `{variable}` | {} |", flag(option), meaning(option));
        }
    }
}

/// `-o, --out DIR`.
fn flag(option: &Arg) -> String {
    let short = option.get_short().map(|letter| format!("-{letter}, ")).unwrap_or_default();
    let name = option.get_long().unwrap_or_default();
    let value =
        if option.get_action().takes_values() { value_names(option) } else { String::new() };
    // A table's cell would end there.
    format!("{short}--{name} {value}").trim_end().replace('|', "\\|")
}

fn value_names(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// The help, with what the value may be and is by default.
fn meaning(arg: &Arg) -> String {
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut text = help.replace('\n', " ");
    if !text.ends_with('.') {
        text.push('.');
    }
    let values = arg.get_possible_values();
    let is_shown = !values.is_empty() && !arg.is_hide_possible_values_set();
    if arg.get_action().takes_values() && is_shown {
        let names: Vec<String> =
            values.iter().map(|value| format!("`{}`", value.get_name())).collect();
        let _ = write!(text, " One of {}.", names.join(", "));
    }
    let defaults: Vec<_> = arg.get_default_values().iter().map(|it| it.to_string_lossy()).collect();
    if arg.get_action().takes_values() && !defaults.is_empty() {
        let _ = write!(text, " By default `{}`.", defaults.join(" "));
    }
    text.replace('|', "\\|")
}
