//! How many instructions a row costs, stage by stage: `cargo bench --bench instructions [-- --rows N]`.
//!
//! Instructions are the same on a busy machine and on an idle one, so two commits can be compared
//! wherever valgrind is installed; where it is not, this says so and ends. They are no time: what
//! waits for memory costs more than they tell, and `--bench flow` has the last word.
//!
//! Each stage is a process of its own under callgrind, which does all that the stages before it do
//! and one thing more, so that a stage's own cost is a difference. Each runs on two exports of one
//! kind; the rows that one has more tell the cost of a row, the rest is start-up.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "flow/contacts.rs"]
mod contacts;
#[path = "support/random.rs"]
mod random;

use std::fs::File;
use std::hint::black_box;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rowcall::ingest::record::{Record, Row};
use rowcall::ingest::{Given, Input, Source};
use rowcall::map::{Columns, Draft, Look, MapOptions};
use rowcall::normalize::{Rules, normalize};
use rowcall::phone::{Plan, ReadRules, read};

/// The region of numbers without a calling code, as in `--bench flow`.
const HOME: &str = "AE";

/// The small export has a row for each of so many of the large one.
const LARGE: usize = 4;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |flag: &str| {
        let at = arguments.iter().position(|argument| argument == flag)?;
        arguments.get(at + 1)
    };
    if let Some(stage) = after("--stage") {
        let stage = STAGES.iter().find(|(name, _)| name == stage).expect("a stage");
        match stage.1 {
            Stage::Library(run) => run(Path::new(arguments.last().expect("a file"))),
            Stage::Program(_) => unreachable!("the program runs by itself"),
        }
        return;
    }
    let rows = after("--rows").map_or(40_000, |rows| rows.parse().expect("a number"));
    if Command::new("valgrind").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("valgrind is not installed: no instructions can be counted here");
        return;
    }
    let place = tempfile::tempdir().expect("a folder");
    let [small, large] = [rows / LARGE, rows].map(|rows| export(place.path(), rows));
    println!("{:>10} {:>18} {:>18}", "", "instructions a row", "start-up, millions");
    for (name, stage) in &STAGES {
        let count = |file: &Path| instructions(name, *stage, file, place.path()) as f64;
        let (few, many) = (count(&small), count(&large));
        let of_row = (many - few) / (rows - rows / LARGE) as f64;
        let start = (many - of_row * rows as f64) / 1e6;
        println!("{name:>10} {of_row:>18.0} {start:>18.1}");
    }
}

#[derive(Clone, Copy)]
enum Stage {
    /// A part of the library, run on a file.
    Library(fn(&Path)),
    /// The program, by the arguments that stand before the file.
    Program(&'static [&'static str]),
}

/// What is counted, each with all that it needs.
const STAGES: [(&str, Stage); 6] = [
    ("csv", Stage::Library(csv)),
    ("reading", Stage::Library(reading)),
    ("phones", Stage::Library(phones)),
    ("fields", Stage::Library(fields)),
    ("check", Stage::Program(&["check", "--to", "superwaba"])),
    ("prepare", Stage::Program(&["prepare", "--to", "superwaba"])),
];

/// A bare pass of the crate `csv`.
fn csv(file: &Path) {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(file).expect("the file");
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).expect("a record") {
        black_box(&record);
    }
}

/// Splitting and strict reading, cells as text.
fn reading(file: &Path) {
    each_row(open(file), |row| {
        black_box(&row);
    });
}

/// The same, and every phone cell read.
fn phones(file: &Path) {
    const PHONE_COLUMN: usize = 1;
    let (plan, home) = (Plan::builtin(), HOME.parse().ok());
    each_row(open(file), |row| {
        black_box(read(plan, row.cell(PHONE_COLUMN), home, ReadRules::default()).verdict.is_ok());
    });
}

/// Reading, and every row seen as fields and judged.
fn fields(file: &Path) {
    let source = open(file);
    let rules = Rules::new(Plan::builtin(), HOME.parse().ok());
    let Rules { plan, home, .. } = rules;
    let look = Look { sample: &source.sample, plan, home, source: "contacts" };
    let columns = Columns::decide(source.header.clone(), &MapOptions::default(), &look);
    let columns = columns.expect("columns that can be told");
    each_row(source, |row| {
        let mut problems = Vec::new();
        let _ = black_box(normalize(&Draft::new(row, &columns), &rules, &mut problems));
        black_box(&problems);
    });
}

fn open(file: &Path) -> Source {
    Source::open(&Input::File(file.to_owned()), 0, &Given::default()).expect("an export")
}

fn each_row(source: Source, mut give: impl FnMut(Row<'_>)) {
    let read = source.read_rows(u64::MAX, |_, record| {
        if let Record::Row(row) = record {
            give(*row);
        }
    });
    read.expect("an export that can be read");
}

fn export(folder: &Path, rows: usize) -> PathBuf {
    let path = folder.join(format!("contacts-{rows}.csv"));
    let file = File::create(&path).expect("a place to write");
    contacts::write(rows, &mut BufWriter::new(file)).expect("written");
    path
}

/// The instructions of a stage on a file.
fn instructions(name: &str, stage: Stage, file: &Path, folder: &Path) -> u64 {
    let mut command = Command::new("valgrind");
    let counts = folder.join("callgrind.out");
    let out = folder.join("out");
    command.arg("--tool=callgrind");
    command.arg(format!("--callgrind-out-file={}", counts.display()));
    match stage {
        Stage::Library(_) => {
            command.arg(std::env::current_exe().expect("this program")).args(["--stage", name]);
        }
        Stage::Program(arguments) => {
            command.arg(env!("CARGO_BIN_EXE_rowcall")).args(arguments);
            command.args(["--region", HOME, "--threads", "1", "--quiet", "--force", "-o"]).arg(out);
        }
    }
    let output = command.arg(file).output().expect("valgrind runs");
    let said = String::from_utf8_lossy(&output.stderr);
    let count = said.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, it)| it);
    count.and_then(|it| it.trim().parse().ok()).unwrap_or_else(|| panic!("{name}: {said}"))
}
