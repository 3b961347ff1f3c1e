//! A source that others have cut into byte ranges, without regard to its records → the run of
//! records that begins in each range, exactly. Bytes come in through readers; nothing is opened.
//!
//! Where a range begins in the middle of a file, its first line is either where a record begins or
//! inside of a quoted cell. Each range is read for both states, independently of all others
//! ([`Reading::runs`]); then the runs that truly follow each other are told by where they begin ([`chain`]).
//! Where none of a range's runs begins where the run before it ends, which takes a record that
//! breaks the rules across the range's start, the range is read once more from there. So the result
//! is what the splitter says of the whole source, whatever the ranges are.

use std::io::{self, Read};
use std::ops::Range;

use super::ReadOptions;
use super::chunk::{Chunk, Splitter, line_length};
use super::encoding::Form;
use super::record::{Record, RecordReader};
use crate::error::{Error, Result};

/// How much is read at once.
const CHUNK_BYTES: usize = 256 << 10;

/// Records that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Offset of the first record in the source.
    pub start: u64,
    /// Offset of what follows the last record.
    pub end: u64,
    /// How many records there are, blank ones included.
    pub rows: u64,
    /// Physical lines that end in them.
    pub lines: u64,
}

impl Run {
    fn empty(at: u64) -> Run {
        Run { start: at, end: at, rows: 0, lines: 0 }
    }
}

/// How a source is read: its name in messages, its form, and the number of its columns.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'s> {
    /// The name in messages.
    pub display: &'s str,
    /// How its records are read.
    pub options: ReadOptions,
    /// The number of its columns.
    pub cells: usize,
}

impl Reading<'_> {
    /// Whether the source can be read from its middle: what is transcoded cannot.
    #[must_use]
    pub fn is_divisible(&self) -> bool {
        !matches!(self.options.form, Form::Transcoded(_))
    }

    /// The run of the records that begin in `range`, at whose start one begins. `reader` gives the
    /// source from there on; it is read as far as needed.
    ///
    /// # Errors
    /// [`Error::Input`] where the source cannot be read.
    pub fn run(&self, reader: impl Read, range: Range<u64>) -> Result<Run> {
        let mut run = Run::empty(range.start);
        run.lines = self.read(reader, range, |record, start, _| {
            run.end = start + record.spot().length;
            run.rows += 1;
        })?;
        Ok(run)
    }

    /// The runs with which `range` may begin, of a source that has records before it. `open` gives
    /// the source from an offset on.
    ///
    /// # Errors
    /// [`Error::Input`] where the source cannot be read.
    pub fn runs<R: Read>(&self, open: impl Fn(u64) -> R, range: Range<u64>) -> Result<Vec<Run>> {
        let fail = |cause: io::Error| Error::reading(self.display, &cause);
        // The byte before the range tells whether a line begins with it.
        let before = range.start - 1;
        let first = first_line(open(before), range.end - before).map_err(fail)?;
        let Some(first) = first.map(|length| before + length).filter(|at| *at < range.end) else {
            return Ok(Vec::new());
        };
        let outside = self.run(open(first), first..range.end)?;
        let mut runs = vec![outside];
        if let Some(quote) = self.options.dialect.quote {
            runs.extend(self.inside(quote, open(first), first..range.end)?);
        }
        Ok(runs)
    }

    /// The run behind the record that a quoted cell belongs to, in whose middle `range` begins: as
    /// if the cell's quote stood right before it. None where that record breaks the rules.
    fn inside(&self, quote: u8, rest: impl Read, range: Range<u64>) -> Result<Option<Run>> {
        let quoted = [quote];
        let reader = quoted.as_slice().chain(rest);
        let mut run = None;
        let mut lines_before = None;
        let lines = self.read(reader, range.start - 1..range.end, |record, start, lines| {
            let end = start + record.spot().length;
            match &mut run {
                _ if start < range.start => {
                    let is_broken = matches!(record, Record::Malformed(_));
                    run = (!is_broken).then(|| Run::empty(end));
                }
                Some(run) => {
                    lines_before.get_or_insert(lines);
                    (run.end, run.rows) = (end, run.rows + 1);
                }
                None => {}
            }
        })?;
        let lines = lines_before.map_or(0, |before| lines - before);
        Ok(run.map(|run| Run { lines, ..run }))
    }

    /// Gives the records that begin in `range`, at whose start one begins: each with its offset and
    /// the physical lines before it. Returns the physical lines up to the end of the last.
    fn read(
        &self,
        reader: impl Read,
        range: Range<u64>,
        mut give: impl FnMut(&Record<'_>, u64, u64),
    ) -> Result<u64> {
        let Range { start: mut next, end } = range;
        let mut splitter =
            Splitter::new(reader, self.options, CHUNK_BYTES).starting_at(0, next, self.display);
        let mut records = RecordReader::new(self.options, Some(self.cells));
        let mut chunk = Chunk::default();
        let mut lines = 0;
        while next < end && splitter.next_chunk(&mut chunk)? {
            let mut lines_beyond = None;
            let chunk_lines = records.read(&chunk.bytes, &chunk.malformed, |record| {
                let spot = record.spot();
                let start = chunk.byte + spot.byte;
                next = start + spot.length;
                if start < end {
                    give(&record, start, lines + spot.line);
                } else {
                    lines_beyond.get_or_insert(spot.line);
                }
            });
            lines += lines_beyond.unwrap_or(chunk_lines);
        }
        Ok(lines)
    }
}

/// The runs that follow each other from offset `start` on, one a range. A range is its end, and the
/// runs with which it may begin. `again` reads the run of a range anew, from a place that was not
/// thought of.
///
/// # Errors
/// What `again` says.
pub fn chain(
    start: u64,
    ranges: &[(u64, Vec<Run>)],
    mut again: impl FnMut(Range<u64>) -> Result<Run>,
) -> Result<Vec<Run>> {
    let mut next = start;
    let mut chained = Vec::with_capacity(ranges.len());
    for (end, runs) in ranges {
        let run = match runs.iter().find(|run| run.start == next) {
            _ if next >= *end => Run::empty(next),
            Some(run) => *run,
            None => again(next..*end)?,
        };
        next = run.end;
        chained.push(run);
    }
    Ok(chained)
}

/// The records of a run, in chunks.
pub struct RunReader<R> {
    splitter: Splitter<R>,
    end: u64,
}

impl<R: Read> RunReader<R> {
    /// The records of `run` of the source with that index; `reader` gives it from the run's start on,
    /// and goes on behind its end: what a quote means may be told there.
    #[must_use]
    pub fn new(reading: &Reading<'_>, source: u32, run: Run, reader: R) -> RunReader<R> {
        let splitter = Splitter::new(reader, reading.options, CHUNK_BYTES);
        let splitter = splitter.starting_at(source, run.start, reading.display);
        RunReader { splitter, end: run.end }
    }

    /// Fills `chunk` with the next records; `false` at the end.
    ///
    /// # Errors
    /// [`Error::Input`] where the source cannot be read.
    pub fn next_chunk(&mut self, chunk: &mut Chunk) -> Result<bool> {
        if !self.splitter.next_chunk(chunk)? || chunk.byte >= self.end {
            return Ok(false);
        }
        let left = usize::try_from(self.end - chunk.byte).unwrap_or(usize::MAX);
        chunk.bytes.truncate(left);
        chunk.malformed.retain(|line| line.start < left);
        Ok(true)
    }
}

/// The length of what stands before the first line that begins behind the first byte; `None` where
/// the first `bytes` have no line end.
fn first_line(mut reader: impl Read, bytes: u64) -> io::Result<Option<u64>> {
    const STEP_BYTES: u64 = 4 << 10;
    let mut passed = 0;
    let mut buffer = Vec::new();
    while passed < bytes {
        buffer.clear();
        let got = reader.by_ref().take(STEP_BYTES).read_to_end(&mut buffer)?;
        // A CR at the end may be half of a CRLF.
        if buffer.ends_with(b"\r") {
            reader.by_ref().take(1).read_to_end(&mut buffer)?;
        }
        if let Some(length) = line_length(&buffer) {
            return Ok(Some(passed + length as u64));
        }
        if got == 0 {
            break;
        }
        passed += buffer.len() as u64;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::super::dialect::Dialect;
    use super::*;

    /// A record: where it begins and ends, its physical line, and what it is.
    type Told = (u64, u64, u64, String);

    fn reading(dialect: Dialect) -> Reading<'static> {
        let options = ReadOptions { dialect, ..ReadOptions::default() };
        Reading { display: "a.csv", options, cells: 2 }
    }

    fn told(chunk: &Chunk, reading: &Reading<'_>, lines: u64, all: &mut Vec<Told>) -> u64 {
        let mut reader = RecordReader::new(reading.options, Some(reading.cells));
        reader.read(&chunk.bytes, &chunk.malformed, |record| {
            let spot = record.spot();
            let start = chunk.byte + spot.byte;
            let what = match record {
                Record::Blank(_) => "blank".to_owned(),
                Record::Malformed(fault) => format!("{} {:?}", fault.code, fault.raw),
                Record::Row(row) => format!("{:?}", row.cells().collect::<Vec<_>>()),
            };
            all.push((start, start + spot.length, lines + spot.line, what));
        })
    }

    /// What the splitter says of the whole.
    fn whole(text: &[u8], reading: &Reading<'_>) -> Vec<Told> {
        let mut splitter = Splitter::new(text, reading.options, 1 << 20);
        let (mut chunk, mut all, mut lines) = (Chunk::default(), Vec::new(), 0);
        while splitter.next_chunk(&mut chunk).expect("memory can be read") {
            lines += told(&chunk, reading, lines, &mut all);
        }
        all
    }

    /// What is said of the same in ranges of `size` bytes, and how many of them were read once more.
    fn ranged(text: &[u8], size: usize, reading: &Reading<'_>) -> (Vec<Told>, usize) {
        let rest = |at: u64| &text[usize::try_from(at).expect("small")..];
        let length = text.len() as u64;
        let mut ranges = Vec::new();
        for start in (0..length).step_by(size) {
            let range = start..(start + size as u64).min(length);
            let end = range.end;
            let runs = match start {
                0 => reading.run(text, range).map(|run| vec![run]),
                _ => reading.runs(rest, range),
            };
            ranges.push((end, runs.expect("memory can be read")));
        }
        let mut again = 0;
        let runs = chain(0, &ranges, |range| {
            again += 1;
            reading.run(rest(range.start), range)
        })
        .expect("memory can be read");
        let (mut all, mut lines) = (Vec::new(), 0);
        for run in runs {
            let mut reader = RunReader::new(reading, 0, run, rest(run.start));
            let (mut chunk, before) = (Chunk::default(), (all.len() as u64, lines));
            while reader.next_chunk(&mut chunk).expect("memory can be read") {
                lines += told(&chunk, reading, lines, &mut all);
            }
            let seen = (all.len() as u64 - before.0, lines - before.1);
            let text = String::from_utf8_lossy(text);
            assert_eq!(seen, (run.rows, run.lines), "{text:?} in {size}: {run:?}");
        }
        (all, again)
    }

    fn every_text(alphabet: &[u8], length_max: usize, mut give: impl FnMut(&[u8])) {
        for length in 0..=length_max {
            for code in 0..alphabet.len().pow(u32::try_from(length).expect("small")) {
                let digits = (0..length).scan(code, |rest, _| {
                    let digit = *rest % alphabet.len();
                    *rest /= alphabet.len();
                    Some(alphabet[digit])
                });
                give(&digits.collect::<Vec<u8>>());
            }
        }
    }

    fn ranges_say_what_the_whole_says(dialect: Dialect, alphabet: &[u8], length_max: usize) {
        let reading = reading(dialect);
        every_text(alphabet, length_max, |text| {
            let expected = whole(text, &reading);
            for size in 1..=text.len() {
                let (got, _) = ranged(text, size, &reading);
                assert_eq!(got, expected, "{:?} in {size}", String::from_utf8_lossy(text));
            }
        });
    }

    #[test]
    fn every_short_text_is_the_same_in_ranges_of_every_size() {
        ranges_say_what_the_whole_says(Dialect::default(), b"a,\"\n\r", 6);
    }

    #[test]
    fn the_same_with_an_escape_and_without_quotes() {
        let escaped = Dialect { escape: Some(b'\\'), ..Dialect::default() };
        ranges_say_what_the_whole_says(escaped, b",\"\n\\", 6);
        let plain = Dialect { quote: None, ..Dialect::default() };
        ranges_say_what_the_whole_says(plain, b",\"\n\r", 6);
    }

    /// The crate `csv` agrees where a text breaks no rule; a blank line is no record to it.
    #[test]
    fn every_short_text_that_breaks_no_rule_is_what_the_crate_csv_reads() {
        let reading = reading(Dialect::default());
        let mut compared = 0;
        every_text(b"a,\"\n\r", 6, |text| {
            let (got, _) = ranged(text, 3, &reading);
            let mut csv = csv::ReaderBuilder::new();
            csv.has_headers(false).flexible(true);
            let records: Vec<String> = csv
                .from_reader(text)
                .into_records()
                .map(|record| format!("{:?}", record.expect("text").iter().collect::<Vec<_>>()))
                .collect();
            let rows = got.iter().map(|(_, _, _, what)| what);
            if got.iter().all(|(_, _, _, what)| what.starts_with('[')) && !got.is_empty() {
                compared += 1;
                assert!(rows.eq(&records), "{:?}: {got:?}", String::from_utf8_lossy(text));
            }
        });
        assert!(compared > 100, "{compared} texts");
    }

    #[test]
    fn a_record_longer_than_its_range_and_one_that_breaks_the_rules_are_read_from_their_starts() {
        let reading = reading(Dialect::default());
        let long = format!("a,b\n\"{}\",c\nd,e\n", "x\ny,z\n".repeat(40));
        for size in 1..long.len() {
            let (got, again) = ranged(long.as_bytes(), size, &reading);
            assert_eq!(got, whole(long.as_bytes(), &reading), "{size}");
            assert_eq!(got.len(), 3);
            assert!(again <= 3, "{again} of the ranges of {size} bytes were read again");
        }
        let broken = format!("a,b\n\"{}", "x\ny,z\n".repeat(40));
        for size in [1, 2, 3, 7, 50, 100] {
            let (got, _) = ranged(broken.as_bytes(), size, &reading);
            assert_eq!(got, whole(broken.as_bytes(), &reading), "{size}");
        }
    }

    #[test]
    fn well_formed_records_need_no_second_look() {
        let reading = reading(Dialect::default());
        let text = "\"a\nb\",c\nd,\"e \"\"f\"\"\"\ng,h\r\n".repeat(50);
        for size in [20, 33, 64, 101] {
            let (got, again) = ranged(text.as_bytes(), size, &reading);
            assert_eq!((got.len(), again), (150, 0), "{size}");
        }
    }
}
