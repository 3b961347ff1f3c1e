//! A whole `prepare` beside a bare pass of the crate `csv`:
//! `cargo bench --bench flow [-- --rows N] [--rounds N] [--threads N] [--more] [--growth N]`.
//!
//! The export is made here, from a fixed seed, and lies in a file. Each lane is a process of its
//! own, so that what is measured is what a user pays: user time, wall time and peak memory of the
//! program. Lanes alternate within each round, so that a noisy machine is noisy for all.
//!
//! `-- --more` adds what else a run can be, on one thread: input from a pipe, compressed input, the
//! policies for duplicates that take every row twice, and a limit on memory.
//!
//! `-- --growth N` takes exports of `--rows` and of N rows in turn, each from a pipe, and says what a
//! row costs in either.
//!
//! `-- --write FILE --rows N` writes the export and does nothing else.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "flow/contacts.rs"]
mod contacts;
#[path = "support/random.rs"]
mod random;

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What the command line says.
struct Wishes {
    rows: usize,
    rounds: usize,
    threads: Vec<usize>,
    more: bool,
    growth: Option<usize>,
    write: Option<String>,
    csv_pass: Option<String>,
}

fn main() {
    let wishes = wishes();
    if let Some(path) = &wishes.csv_pass {
        csv_pass(path);
        return;
    }
    if let Some(path) = &wishes.write {
        write(Path::new(path), wishes.rows);
        return;
    }
    let place = tempfile::tempdir().expect("a folder");
    if let Some(rows) = wishes.growth {
        grow(&wishes, rows, &place.path().join("out"));
        return;
    }
    let file = place.path().join("contacts.csv");
    write(&file, wishes.rows);
    let bytes = fs::metadata(&file).expect("just written").len();
    println!(
        "{} rows, {} MB, {} rounds, seed {}",
        wishes.rows,
        bytes / 1_000_000,
        wishes.rounds,
        contacts::SEED
    );
    race(&wishes, &file);
}

fn wishes() -> Wishes {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |flag: &str| {
        let at = arguments.iter().position(|argument| argument == flag)?;
        arguments.get(at + 1).cloned()
    };
    let number = |flag: &str| value(flag).map(|text| text.parse().expect("a number"));
    Wishes {
        rows: number("--rows").unwrap_or(1_000_000),
        rounds: number("--rounds").unwrap_or(5),
        threads: number("--threads").map_or(vec![1, 2], |threads| vec![threads]),
        more: arguments.iter().any(|argument| argument == "--more"),
        growth: number("--growth"),
        write: value("--write"),
        csv_pass: value("--csv-pass"),
    }
}

fn write(path: &Path, rows: usize) {
    let file = File::create(path).expect("a place to write");
    contacts::write(rows, &mut BufWriter::with_capacity(1 << 20, file)).expect("written");
}

/// The peer: every record of the file, and nothing done with it.
fn csv_pass(path: &str) {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path).expect("the file");
    let mut record = csv::ByteRecord::new();
    let (mut rows, mut cells) = (0_u64, 0);
    while reader.read_byte_record(&mut record).expect("a record") {
        rows += 1;
        cells += record.len();
    }
    println!("{rows} {cells}");
}

/// What a process cost.
#[derive(Debug, Clone, Copy)]
struct Cost {
    user: Duration,
    wall: Duration,
    peak_kib: u64,
}

/// A way to go through the file, and what each round of it cost.
struct Lane<'f> {
    name: String,
    command: Box<dyn Fn() -> Command + 'f>,
    costs: Vec<Cost>,
}

impl<'f> Lane<'f> {
    fn new(name: impl Into<String>, command: impl Fn() -> Command + 'f) -> Lane<'f> {
        Lane { name: name.into(), command: Box::new(command), costs: Vec::new() }
    }
}

#[expect(clippy::zombie_processes, reason = "what feeds the pipe ends when its reader does")]
fn lanes<'f>(wishes: &Wishes, file: &'f Path) -> Vec<Lane<'f>> {
    let mut lanes = vec![Lane::new("csv pass", || peer(file))];
    for &threads in &wishes.threads {
        lanes
            .push(Lane::new(format!("prepare, threads {threads}"), move || prepare(file, threads)));
    }
    if !wishes.more {
        return lanes;
    }
    lanes.push(Lane::new("from a pipe", move || {
        let mut command = prepare(Path::new("-"), 1);
        let file = File::open(file).expect("just written");
        let mut cat = Command::new("cat").stdin(file).stdout(Stdio::piped()).spawn().expect("cat");
        command.stdin(cat.stdout.take().expect("a pipe"));
        command
    }));
    let packed = file.with_extension("csv.gz");
    pack(file, &packed);
    lanes.push(Lane::new("from gzip", move || prepare(&packed, 1)));
    for policy in ["last", "merge", "reject"] {
        lanes.push(Lane::new(format!("--on-duplicate {policy}"), move || {
            let mut command = prepare(file, 1);
            command.args(["--on-duplicate", policy]);
            command
        }));
    }
    lanes.push(Lane::new("--memory 96M", || {
        let mut command = prepare(file, 1);
        command.args(["--memory", "96M"]);
        command
    }));
    lanes
}

fn pack(file: &Path, packed: &Path) {
    let out = File::create(packed).expect("a place to write");
    let mut out = flate2::write::GzEncoder::new(out, flate2::Compression::default());
    std::io::copy(&mut File::open(file).expect("just written"), &mut out).expect("packed");
    out.finish().expect("packed");
}

fn race(wishes: &Wishes, file: &Path) {
    let out = file.with_file_name("out");
    let mut lanes = lanes(wishes, file);
    for _ in 0..wishes.rounds {
        for lane in &mut lanes {
            let _ = fs::remove_dir_all(&out);
            lane.costs.push(cost((lane.command)().arg("-o").arg(&out)));
        }
    }
    println!(
        "{:>22} {:>12} {:>12} {:>10} {:>10}",
        "", "user ns/row", "wall ns/row", "peak MiB", "ratio"
    );
    let floor = median(&lanes[0].costs, |cost| cost.user);
    for Lane { name, costs, .. } in &lanes {
        let per_row = |time: Duration| time.as_secs_f64() * 1e9 / wishes.rows as f64;
        let (user, wall) = (median(costs, |cost| cost.user), median(costs, |cost| cost.wall));
        let peak = costs.iter().map(|cost| cost.peak_kib).max().unwrap_or(0);
        println!(
            "{name:>22} {:>12.1} {:>12.1} {:>10.1} {:>10.2}",
            per_row(user),
            per_row(wall),
            peak as f64 / 1024.0,
            user.as_secs_f64() / floor.as_secs_f64()
        );
    }
}

/// What a row costs in an export of so many rows beside one of `more` rows. None of them lies on
/// disk: what makes them feeds the program.
fn grow(wishes: &Wishes, more: usize, out: &Path) {
    let feed = |rows: usize| {
        let mut feeder = Command::new(std::env::current_exe().expect("this program"));
        feeder.args(["--write", "/dev/stdout", "--rows", &rows.to_string()]);
        feeder.stdout(Stdio::piped()).spawn().expect("this program starts")
    };
    println!("{:>12} {:>12} {:>10} {:>10}", "rows", "user ns/row", "peak MiB", "ratio");
    for _ in 0..wishes.rounds {
        let mut first = None;
        for rows in [wishes.rows, more] {
            let mut command = prepare(Path::new("-"), 1);
            command.arg("-o").arg(out).stdin(feed(rows).stdout.expect("a pipe"));
            let Cost { user, peak_kib, .. } = cost(&mut command);
            let _ = fs::remove_dir_all(out);
            let per_row = user.as_secs_f64() * 1e9 / rows as f64;
            let ratio = per_row / *first.get_or_insert(per_row);
            println!("{rows:>12} {per_row:>12.1} {:>10.1} {ratio:>10.2}", peak_kib as f64 / 1024.0);
        }
    }
}

fn peer(file: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.arg("--csv-pass").arg(file);
    command
}

fn prepare(file: &Path, threads: usize) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rowcall"));
    command.arg("prepare").arg(file).args(["--to", "superwaba", "--region", "AE", "--quiet"]);
    command.args(["--threads", &threads.to_string()]);
    command
}

fn median(costs: &[Cost], of: impl Fn(&Cost) -> Duration) -> Duration {
    let mut sorted: Vec<Duration> = costs.iter().map(of).collect();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

/// Runs a process to its end. Its user time is what the system adds to that of our children; its
/// peak is read while it runs.
fn cost(command: &mut Command) -> Cost {
    let before = children_user();
    let started = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn().expect("the program starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0;
    let ended = loop {
        if let Some(ended) = child.try_wait().expect("it can be waited for") {
            break ended;
        }
        peak_kib = peak_kib.max(peak_of(&status).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(2));
    };
    assert!(ended.success(), "{command:?} ended with {ended}");
    Cost { user: children_user() - before, wall: started.elapsed(), peak_kib }
}

fn peak_of(status: &str) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The user time of all children that have ended.
fn children_user() -> Duration {
    /// The kernel tells time to user programs in hundredths of a second.
    const TICKS_PER_SECOND: u64 = 100;
    let text = fs::read_to_string("/proc/self/stat").expect("Linux");
    let after_name = text.rsplit_once(')').expect("the name stands in brackets").1;
    let ticks: u64 =
        after_name.split_whitespace().nth(13).expect("the 16th field").parse().expect("ticks");
    Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND)
}
