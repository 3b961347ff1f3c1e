//! Inputs that are made to take long: four times the bytes must take about four times as long.

use std::hint::black_box;

use rowcall::ingest::ReadOptions;
use rowcall::ingest::chunk::{Chunk, Splitter};
use rowcall::ingest::dialect::Dialect;
use rowcall::ingest::record::RecordReader;

use super::{CHUNK_BYTES, Times};

/// What an input begins with, and what follows again and again.
struct Hostile(&'static str, &'static str, &'static str, Dialect);

const COMMON: Dialect = Dialect { delimiter: b',', quote: Some(b'"'), escape: None };
const ESCAPE: Dialect = Dialect { escape: Some(b'\\'), ..COMMON };

const INPUTS: [Hostile; 17] = [
    Hostile("an unclosed quote, then text", "\"", "text, and text\n", COMMON),
    Hostile("an unclosed quote, then one line", "\"", "text, and text ", COMMON),
    Hostile("an unclosed quote on every line", "", "a,\"b,c\n", COMMON),
    Hostile("only quotes", "", "\"", COMMON),
    Hostile("quotes after one letter", "a", "\"", COMMON),
    Hostile("stray quotes", "", "a\"", COMMON),
    Hostile("stray quotes on lines", "", "a\"\n", COMMON),
    Hostile("records that break at their end", "", LONG_RECORD, COMMON),
    Hostile("formulas that do not end", "", "=\"a,", COMMON),
    Hostile("one formula that does not end", "=\"", "a", COMMON),
    Hostile("only delimiters", "", ",", COMMON),
    Hostile("only line feeds", "", "\n", COMMON),
    Hostile("only carriage returns", "", "\r", COMMON),
    Hostile("only NULs", "", "\0", COMMON),
    Hostile("only backslashes, an escape", "", "\\", ESCAPE),
    Hostile("backslash and quote, an escape", "\"", "\\\"", ESCAPE),
    Hostile("backslashes, then a quote, an escape", "", "\\\\\\\\\\\\\\\",\n", ESCAPE),
];

/// Many lines inside quotes, and text after the last one.
const LONG_RECORD: &str = "a,\"b\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\no\np\nq\nr\ns\nt\nu\"v\n";

/// Prints how long each takes, of `bytes` and of four times as many.
pub(super) fn measure(bytes: usize, rounds: usize) {
    println!("\n{:40} {:>9} {:>9} {:>9}", "hostile", "ns/byte", "of 4n", "time");
    for Hostile(name, head, body, dialect) in INPUTS {
        let options = ReadOptions { dialect, ..ReadOptions::default() };
        let [small, large] = [bytes, 4 * bytes].map(|bytes| {
            let body = body.bytes().cycle().take(bytes - head.len());
            head.bytes().chain(body).collect::<Vec<u8>>()
        });
        let [mut once, mut fourfold] = [Times::default(), Times::default()];
        for _ in 0..rounds {
            once.add(small.len(), || read(&small, options));
            fourfold.add(large.len(), || read(&large, options));
        }
        // The least is what the machine's noise has changed least.
        let (once, fourfold) = (once.least(), fourfold.least());
        println!("{name:40} {once:>9.2} {fourfold:>9.2} {:>8.1}x", 4.0 * fourfold / once);
    }
}

/// Splits and reads all of it.
fn read(input: &[u8], options: ReadOptions) {
    let mut splitter = Splitter::new(input, options, CHUNK_BYTES);
    let mut reader = RecordReader::new(options, Some(8));
    let mut chunk = Chunk::default();
    while splitter.next_chunk(&mut chunk).expect("memory can be read") {
        reader.read(&chunk.bytes, &chunk.malformed, |record| {
            black_box(record);
        });
    }
}
