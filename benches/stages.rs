//! The reading of records beside its peers: `cargo bench --bench stages [-- --quick]`.
//!
//! The measure is a bare pass of the crate `csv` over `ByteRecord`s. It splits cells and writes
//! their quotes out, but neither says what is malformed nor checks that cells are text. Ours does
//! both, in chunks, as a run does: the splitter finds the record ends, then a record reader gives
//! the cells, as text. Every lane must see as many records and cells as the others.
//!
//! The exports are made here, from a fixed seed, and read from memory and from a file. Lanes
//! alternate within each round, so that a noisy machine is noisy for all. *Detection* looks at
//! the first MiB, once a file; its figure is spread over that sample's rows.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "stages/exports.rs"]
mod exports;
#[path = "stages/hostile.rs"]
mod hostile;
#[path = "support/random.rs"]
mod random;

use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::time::Instant;

use exports::{Export, From, SEED};
use rowcall::ingest::chunk::{Chunk, Splitter};
use rowcall::ingest::detect::{self, detect};
use rowcall::ingest::encoding::Encoding;
use rowcall::ingest::record::{Record, RecordReader};

/// Bytes of a chunk, as a run has them.
const CHUNK_BYTES: usize = 256 << 10;
const SAMPLE_BYTES: usize = 1 << 20;

const EXPORTS: [fn(usize) -> Export; 4] =
    [Export::plain, Export::all_quoted, Export::windows_1252, Export::escaped];

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (rows, rounds, hostile_bytes) =
        if quick { (100_000, 5, 1 << 20) } else { (500_000, 11, 8 << 20) };
    println!("{rows} rows, {rounds} rounds, seed {SEED}");
    for make in EXPORTS {
        let export = make(rows);
        race(&export, From::Memory, rounds);
        race(&export, From::File, rounds);
    }
    hostile::measure(hostile_bytes, rounds.min(5));
}

// --- the race -------------------------------------------------------------------------------

/// Nanoseconds a row, or a byte, round by round.
#[derive(Default)]
struct Times(Vec<f64>);

impl Times {
    /// Times `work` on so many rows or bytes.
    fn add<T>(&mut self, count: usize, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let seen = work();
        self.0.push(started.elapsed().as_secs_f64() * 1e9 / count as f64);
        seen
    }

    fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    }

    fn least(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }
}

/// What a lane saw; the splitter alone and detection see no cells.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    records: usize,
    cells: usize,
}

/// A contestant: its name, what it does, and its times.
struct Lane(&'static str, fn(&Export, From) -> Option<Seen>, Times);

/// Times every lane in turn, round after round, and prints nanoseconds a row. The first lane is
/// the measure of the others.
fn race(export: &Export, from: From, rounds: usize) {
    let mut lanes = [
        Lane("csv, bare", csv_bare, Times::default()),
        Lane("csv, every cell looked at", csv_cells, Times::default()),
        Lane("csv-core", csv_core, Times::default()),
        Lane("rowcall, splitting", splitting, Times::default()),
        Lane("rowcall, splitting and reading", reading, Times::default()),
    ];
    let expected = Seen { records: export.rows, cells: export.rows * export.columns() };
    for _ in 0..rounds {
        for Lane(name, work, times) in &mut lanes {
            let seen = times.add(export.rows, || work(export, from));
            assert!(seen.is_none_or(|seen| seen == expected), "{name} reads something else");
        }
    }
    let row_bytes = export.bytes.len() as f64 / export.rows as f64;
    let place = if from == From::File { "file" } else { "memory" };
    let title = format!("{}, {place}, {row_bytes:.1} bytes a row", export.name);
    println!("\n{title:40} {:>9} {:>9} {:>9}", "median ns", "min ns", "ratio");
    let measure = lanes[0].2.median();
    for Lane(name, _, times) in &lanes {
        print_times(name, times, measure);
    }
    if from == From::Memory {
        print_times("rowcall, detection", &detection(export, rounds), measure);
    }
}

fn print_times(name: &str, times: &Times, measure: f64) {
    let (median, least, ratio) = (times.median(), times.least(), times.median() / measure);
    println!("{name:40} {median:>9.1} {least:>9.1} {ratio:>9.2}");
}

// --- the lanes ------------------------------------------------------------------------------

fn csv_records(export: &Export, from: From, mut look: impl FnMut(&csv::ByteRecord)) -> Seen {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .escape(export.options.dialect.escape)
        .from_reader(export.open(from));
    let mut record = csv::ByteRecord::new();
    let mut seen = Seen::default();
    while reader.read_byte_record(&mut record).expect("a regular export") {
        seen.records += 1;
        seen.cells += record.len();
        look(&record);
    }
    seen
}

fn csv_bare(export: &Export, from: From) -> Option<Seen> {
    Some(csv_records(export, from, |record| {
        black_box(record);
    }))
}

fn csv_cells(export: &Export, from: From) -> Option<Seen> {
    Some(csv_records(export, from, |record| {
        for cell in record {
            black_box(cell);
        }
    }))
}

fn csv_core(export: &Export, from: From) -> Option<Seen> {
    let escape = export.options.dialect.escape;
    let mut reader = csv_core::ReaderBuilder::new().escape(escape).build();
    let mut input = BufReader::with_capacity(CHUNK_BYTES, export.open(from));
    let (mut cells, mut ends) = (vec![0; 64 << 10], vec![0; 64]);
    let (mut written, mut ended) = (0, 0);
    let mut seen = Seen::default();
    loop {
        let bytes = input.fill_buf().expect("it can be read");
        let (result, read, wrote, found) =
            reader.read_record(bytes, &mut cells[written..], &mut ends[ended..]);
        input.consume(read);
        (written, ended) = (written + wrote, ended + found);
        match result {
            csv_core::ReadRecordResult::InputEmpty => {}
            csv_core::ReadRecordResult::Record => {
                seen.records += 1;
                seen.cells += ended;
                black_box(&cells[..written]);
                (written, ended) = (0, 0);
            }
            csv_core::ReadRecordResult::End => return Some(seen),
            full => unreachable!("rows are short: {full:?}"),
        }
    }
}

fn splitting(export: &Export, from: From) -> Option<Seen> {
    let mut splitter = Splitter::new(export.open(from), export.options, CHUNK_BYTES);
    let mut chunk = Chunk::default();
    while splitter.next_chunk(&mut chunk).expect("it can be read") {
        black_box(&chunk);
    }
    None
}

fn reading(export: &Export, from: From) -> Option<Seen> {
    let mut splitter = Splitter::new(export.open(from), export.options, CHUNK_BYTES);
    let mut reader = RecordReader::new(export.options, Some(export.columns()));
    let mut chunk = Chunk::default();
    let mut seen = Seen::default();
    while splitter.next_chunk(&mut chunk).expect("it can be read") {
        reader.read(&chunk.bytes, &chunk.malformed, |record| {
            let Record::Row(row) = record else { return };
            seen.records += 1;
            seen.cells += row.len();
            for cell in row.cells() {
                black_box(cell);
            }
        });
    }
    Some(seen)
}

/// What is found out before the first record is read.
fn detection(export: &Export, rounds: usize) -> Times {
    let sample = export.sample(SAMPLE_BYTES);
    let rows = sample.len() * export.rows / export.bytes.len();
    let mut times = Times::default();
    for _ in 0..rounds {
        times.add(rows, || {
            black_box(Encoding::detect(black_box(&sample)));
            black_box(detect(black_box(&sample), false, &detect::Given::default()));
        });
    }
    times
}
