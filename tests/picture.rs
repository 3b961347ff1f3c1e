//! The picture in the README: what a run says, as a terminal shows it. `ROWCALL_BLESS=1 cargo test
//! --test picture` draws it anew.

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use support::{fixtures, scratch};

/// What is typed in the picture.
const COMMAND: &str = "rowcall prepare contacts.csv --to superwaba --region AE -o out";

/// Columns of the terminal.
const COLUMNS: usize = 88;

/// Pixels of a character and of a line.
const CHARACTER: (f64, f64) = (8.2, 18.0);

const PADDING: f64 = 16.0;

#[test]
fn the_picture_of_the_readme_is_what_a_terminal_shows() {
    let place = scratch();
    let export = fixtures().join("exports/crm/contacts.csv");
    fs::copy(export, place.path().join("contacts.csv")).expect("copied");
    let output = Command::new(env!("CARGO_BIN_EXE_rowcall"))
        .args(COMMAND.split(' ').skip(1))
        .args(["--color", "always"])
        .current_dir(place.path())
        .env_clear()
        .env("LANG", "C.UTF-8")
        .env("COLUMNS", COLUMNS.to_string())
        .output()
        .expect("the program starts");
    let said = String::from_utf8(output.stderr).expect("text");
    // The flag that makes a pipe look like a terminal is no part of what a person types.
    let drawn = draw(&said.replace(" --color always", ""));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/terminal.svg");
    if std::env::var_os("ROWCALL_BLESS").is_some() {
        fs::write(&path, &drawn).expect("blessed");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == drawn, "docs/terminal.svg is not what a run says; ROWCALL_BLESS=1 draws it");
}

/// The lines of a terminal as a picture.
fn draw(said: &str) -> String {
    let prompt = format!("\u{1b}[32m$\u{1b}[0m \u{1b}[1m{COMMAND}\u{1b}[0m");
    let lines: Vec<&str> = std::iter::once(&*prompt).chain(said.lines()).collect();
    let width = CHARACTER.0 * COLUMNS as f64 + 2.0 * PADDING;
    let height = CHARACTER.1 * lines.len() as f64 + 2.0 * PADDING;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" role=\"img\">\n\
         <title>What rowcall says of an export</title>\n\
         <style>text {{ font: 13.6px ui-monospace, Menlo, Consolas, monospace; fill: #d8dee9; \
         white-space: pre }} .b {{ font-weight: bold; fill: #ffffff }} .d {{ fill: #8a93a5 }} \
         .r {{ fill: #ff7b72 }} .g {{ fill: #7ee787 }} .y {{ fill: #e3b341 }} \
         .c {{ fill: #79c0ff }}</style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#1b1f27\"/>\n"
    );
    for (number, line) in (1..).zip(&lines) {
        let y = PADDING + CHARACTER.1 * f64::from(number) - 4.0;
        let _ = writeln!(svg, "<text x=\"{PADDING}\" y=\"{y}\">{}</text>", spans(line));
    }
    svg + "</svg>\n"
}

/// A line with its colours as spans.
fn spans(line: &str) -> String {
    let mut out = String::new();
    let mut parts = line.split('\u{1b}');
    out.push_str(&escaped(parts.next().unwrap_or_default()));
    for part in parts {
        let (sequence, text) = part.split_once('m').expect("a sequence of a colour");
        let class = match sequence.trim_start_matches('[') {
            "0" => None,
            "1" => Some("b"),
            "2" => Some("d"),
            "31" => Some("r"),
            "32" => Some("g"),
            "33" => Some("y"),
            "36" => Some("c"),
            other => panic!("no colour is known as {other}"),
        };
        match class {
            _ if text.is_empty() => {}
            None => out.push_str(&escaped(text)),
            Some(class) => {
                let _ = write!(out, "<tspan class=\"{class}\">{}</tspan>", escaped(text));
            }
        }
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
