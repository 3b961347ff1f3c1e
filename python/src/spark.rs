//! A run in parts, as the tasks of an engine and its driver call it: bytes come from Python's files,
//! keys go out as columns.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::builder::{Int8Builder, Int32Builder, Int64Builder};
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use pyo3::prelude::*;
use pyo3_arrow::PyArray;
use rowcall::error::Error;
use rowcall::flow::part::{self, Begin, Chunks, Key, Known, Placed, Sending, Tally};
use rowcall::flow::{Goal, Job};
use rowcall::ingest::chunk::Chunk;
use rowcall::ingest::ranges::{self, Run, RunReader};
use rowcall::ingest::{Input, Source};
use rowcall::unique::{Differences, Relation};
use rowcall::write::outdir::OutputFacts;

use crate::errors::{exception, usage};
use crate::run::table;
use crate::table::Table;

/// Rows of a batch of keys.
const BATCH_ROWS: usize = 1 << 16;

/// A run as Python has it: start, end, rows, lines.
type RunFacts = (u64, u64, u64, u64);

fn run_of((start, end, rows, lines): RunFacts) -> Run {
    Run { start, end, rows, lines }
}

fn facts_of(Run { start, end, rows, lines }: Run) -> RunFacts {
    (start, end, rows, lines)
}

/// The flags of `prepare` that settings as JSON stand for, those of their profile included.
#[pyfunction]
pub(crate) fn flags(settings: &str) -> PyResult<Vec<OsString>> {
    let settings = table(settings)?;
    rowcall_cli::embedded::flags(Goal::Prepare, &settings).map_err(|it| exception(&it))
}

fn job(paths: &[OsString], flags: Vec<OsString>) -> PyResult<Job> {
    rowcall_cli::embedded::job_of_flags(Goal::Prepare, paths, flags).map_err(|it| exception(&it))
}

/// JSON of ours.
fn parsed<T: serde::de::DeserializeOwned>(json: &str) -> PyResult<T> {
    serde_json::from_str(json).map_err(|cause| usage(format!("this is not what was told: {cause}")))
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("plain values")
}

/// A source from an offset on, read by an object of Python's with `read_at(bytes, offset)`.
struct Bytes<'f> {
    file: &'f Py<PyAny>,
    next: u64,
}

impl Read for Bytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = Python::attach(|py| -> PyResult<usize> {
            let bytes = self.file.call_method1(py, "read_at", (buffer.len(), self.next))?;
            let bytes: &[u8] = bytes.extract(py)?;
            let length = bytes.len().min(buffer.len());
            buffer[..length].copy_from_slice(&bytes[..length]);
            Ok(length)
        });
        let got = got.map_err(|cause| io::Error::other(cause.to_string()))?;
        self.next += got as u64;
        Ok(got)
    }
}

/// Where the bytes of a part come from.
#[derive(FromPyObject)]
enum Place {
    /// The path of a copy of the whole source, which cannot be read from its middle.
    Copy(PathBuf),
    /// An object with `read_at(bytes, offset)`.
    File(Py<PyAny>),
}

/// What fills a chunk with the next records, and says whether there are any.
type Next<'n> = Box<dyn FnMut(&mut Chunk) -> Result<bool, Error> + 'n>;

/// One source, as a task knows it.
#[pyclass(frozen, module = "rowcall")]
pub(crate) struct Part {
    part: part::Part,
    job: Job,
    source: u32,
}

#[pymethods]
impl Part {
    /// The source with that index among the paths, whose bytes begin with `head`.
    #[new]
    fn new(
        py: Python<'_>,
        paths: Vec<OsString>,
        flags: Vec<OsString>,
        source: u32,
        head: Vec<u8>,
    ) -> PyResult<Part> {
        let job = job(&paths, flags)?;
        let part = py.detach(|| part::Part::open(job.clone(), source, head));
        Ok(Part { part: part.map_err(|error| exception(&error))?, job, source })
    }

    /// Whether it can be read from its middle.
    #[getter]
    fn is_divisible(&self) -> bool {
        self.part.is_divisible()
    }

    /// Bytes before its first record.
    #[getter]
    fn header_bytes(&self) -> u64 {
        self.part.header_bytes()
    }

    /// The runs with which the range may begin.
    fn runs(&self, py: Python<'_>, file: Py<PyAny>, range: (u64, u64)) -> PyResult<Vec<RunFacts>> {
        let (reading, (start, end)) = (self.part.reading(), range);
        let open = |next| Bytes { file: &file, next };
        let runs = py.detach(|| match start {
            _ if start == self.part.header_bytes() => {
                reading.run(open(start), start..end).map(|run| vec![run])
            }
            _ => reading.runs(open, start..end),
        });
        Ok(runs.map_err(|error| exception(&error))?.into_iter().map(facts_of).collect())
    }

    /// The run of the records that begin in the range, at whose start one begins.
    fn run(&self, py: Python<'_>, file: Py<PyAny>, range: (u64, u64)) -> PyResult<RunFacts> {
        let (reading, (start, end)) = (self.part.reading(), range);
        let run = py.detach(|| reading.run(Bytes { file: &file, next: start }, start..end));
        run.map(facts_of).map_err(|error| exception(&error))
    }

    /// The run of a whole source that cannot be divided.
    fn whole(&self, py: Python<'_>, path: PathBuf) -> PyResult<RunFacts> {
        let place = Place::Copy(path);
        let none = Run { start: 0, end: 0, rows: 0, lines: 0 };
        let work = || self.with_chunks(&place, none, |chunks| self.part.whole(chunks));
        py.detach(work).map(|(run, _)| facts_of(run)).map_err(|error| exception(&error))
    }

    /// The keys of the part with that number, whose first row has that ordinal, as columns; what
    /// was counted, as JSON; and the hash of what was read.
    fn keys(
        &self,
        py: Python<'_>,
        place: Place,
        run: RunFacts,
        part: i32,
        first: i64,
    ) -> PyResult<(Table, String, String)> {
        let mut keys = Keys::new(part, first);
        let work = || {
            self.with_chunks(&place, run_of(run), |chunks| {
                self.part.keys(chunks, &mut |key| keys.push(&key))
            })
        };
        let (keyed, hash) = py.detach(work).map_err(|error| exception(&error))?;
        Ok((keys.finish(), json(&keyed), hash))
    }

    /// Writes the part's files into the new folder. `begin` and `first_ordinals` are what
    /// [`Whole::begins`] says, `ordinals` and `words` the rows that others matter to and what those
    /// are. Returns what was counted and the files, as JSON, and the hash of what was read.
    #[expect(clippy::too_many_arguments, reason = "what a task is told, one by one")]
    fn write(
        &self,
        py: Python<'_>,
        place: Place,
        run: RunFacts,
        begin: &str,
        first_ordinals: Vec<u64>,
        ordinals: PyArray,
        words: PyArray,
        folder: PathBuf,
    ) -> PyResult<(String, String, String)> {
        let begin: Begin = parsed(begin)?;
        let numbers = |array: &PyArray| array.array().as_primitive::<Int64Type>().values().clone();
        let (ordinals, words) = (numbers(&ordinals), numbers(&words));
        let pairs = ordinals.iter().zip(words.iter());
        let relations: Vec<_> =
            pairs.map(|(at, word)| (at.cast_unsigned(), relation(*word))).collect();
        let (source, start) = (self.source, run.0);
        let work = || {
            let placed = Placed { source, begin: &begin, first_ordinals: &first_ordinals, start };
            self.with_chunks(&place, run_of(run), |chunks| {
                self.part.write(&placed, relations, chunks, &folder)
            })
        };
        let ((tally, outputs), hash) = py.detach(work).map_err(|error| exception(&error))?;
        Ok((json(&tally), json(&outputs), hash))
    }
}

impl Part {
    /// Gives the chunks of a run to whoever works them; returns the hash of their bytes, too.
    fn with_chunks<T>(
        &self,
        place: &Place,
        run: Run,
        work: impl FnOnce(Chunks<'_>) -> Result<T, Error>,
    ) -> Result<(T, String), Error> {
        let reading = self.part.reading();
        let mut next: Next<'_> = match place {
            Place::File(file) => {
                let bytes = Bytes { file, next: run.start };
                let mut reader = RunReader::new(&reading, self.source, run, bytes);
                Box::new(move |chunk| reader.next_chunk(chunk))
            }
            Place::Copy(path) => {
                let input = Input::File(path.clone());
                let mut source = Source::open(&input, self.source, &self.job.read)?;
                reading.display.clone_into(&mut source.display);
                let mut reader = source.into_splitter(256 << 10)?;
                Box::new(move |chunk| reader.next_chunk(chunk))
            }
        };
        let mut hasher = blake3::Hasher::new();
        let done = work(&mut |chunk| {
            let is_there = next(chunk)?;
            if is_there {
                hasher.update(&chunk.bytes);
            }
            Ok(is_there)
        })?;
        Ok((done, hasher.finalize().to_hex().to_string()))
    }
}

/// What another row is to a row: the kind in the bits from 60 on, what differs from 48 on, and below
/// the ordinal of that row.
fn relation(word: i64) -> Relation {
    const ORDINAL_BITS: u32 = 48;
    let word = word.cast_unsigned();
    let other = word & ((1 << ORDINAL_BITS) - 1);
    let differs = Differences::from_bits((word >> ORDINAL_BITS & 0xff) as u8);
    match word >> 60 {
        0 => Relation::Keeps { kept: other, differs },
        1 => Relation::Repeats { other, differs },
        _ => Relation::MayBeSame { variant: other },
    }
}

/// The columns of keys.
struct Keys {
    part: i32,
    first: i64,
    batches: Vec<RecordBatch>,
    columns: KeyColumns,
}

#[derive(Default)]
struct KeyColumns {
    part: Int32Builder,
    /// Ordinal, phone, subscriber.
    numbers: [Int64Builder; 3],
    sent: Int8Builder,
    bytes: Int32Builder,
    prints: [Int32Builder; 6],
    rows: usize,
}

impl Keys {
    fn new(part: i32, first: i64) -> Keys {
        Keys { part, first, batches: Vec::new(), columns: KeyColumns::default() }
    }

    fn push(&mut self, key: &Key) {
        let Key { row, phone, subscriber, sent, bytes, prints } = *key;
        let columns = &mut self.columns;
        columns.part.append_value(self.part);
        let ordinal = self.first + row.cast_signed();
        let numbers = [ordinal, phone.cast_signed(), subscriber.cast_signed()];
        for (column, number) in columns.numbers.iter_mut().zip(numbers) {
            column.append_value(number);
        }
        columns.sent.append_value(match sent {
            Sending::Payload => 0,
            Sending::Updates => 1,
            Sending::Nowhere => 2,
        });
        columns.bytes.append_value(bytes.cast_signed());
        for (column, print) in columns.prints.iter_mut().zip(prints) {
            column.append_value(print.cast_signed());
        }
        columns.rows += 1;
        if columns.rows == BATCH_ROWS {
            self.end_batch();
        }
    }

    fn end_batch(&mut self) {
        let KeyColumns { mut part, mut numbers, mut sent, mut bytes, mut prints, rows: _ } =
            std::mem::take(&mut self.columns);
        let mut columns: Vec<ArrayRef> = vec![Arc::new(part.finish())];
        columns.extend(numbers.iter_mut().map(|it| Arc::new(it.finish()) as ArrayRef));
        columns.push(Arc::new(sent.finish()));
        columns.push(Arc::new(bytes.finish()));
        columns.extend(prints.iter_mut().map(|it| Arc::new(it.finish()) as ArrayRef));
        let batch = RecordBatch::try_new(key_schema(), columns).expect("columns of one length");
        self.batches.push(batch);
    }

    fn finish(mut self) -> Table {
        self.end_batch();
        Table::new(key_schema(), self.batches)
    }
}

fn key_schema() -> SchemaRef {
    let field = |name: &str, kind| Field::new(name, kind, true);
    let mut fields = vec![field("part", DataType::Int32)];
    fields.extend(["ordinal", "phone", "subscriber"].map(|name| field(name, DataType::Int64)));
    fields.push(field("sent", DataType::Int8));
    fields.push(field("bytes", DataType::Int32));
    fields.extend((0..6).map(|at| field(&format!("print{at}"), DataType::Int32)));
    Arc::new(Schema::new(fields))
}

/// All sources, as the driver knows them.
#[pyclass(frozen, module = "rowcall")]
pub(crate) struct Whole(part::Whole);

#[pymethods]
impl Whole {
    /// The sources at the paths, whose bytes begin with `heads`.
    #[new]
    fn new(
        py: Python<'_>,
        paths: Vec<OsString>,
        flags: Vec<OsString>,
        heads: Vec<Vec<u8>>,
    ) -> PyResult<Whole> {
        let job = job(&paths, flags)?;
        py.detach(|| part::Whole::open(job, heads)).map(Whole).map_err(|error| exception(&error))
    }

    /// The name of the row that keeps a phone which several have.
    #[getter]
    fn on_duplicate(&self) -> &'static str {
        self.0.on_duplicate().as_str()
    }

    /// Whether the bytes of payload files have a limit.
    #[getter]
    fn has_bytes_max(&self) -> bool {
        self.0.has_bytes_max()
    }

    /// What stands before each part, as JSON, and the number of rows before each source.
    fn begins(&self, known: &str) -> PyResult<(Vec<String>, Vec<u64>)> {
        let known: Vec<Known> = parsed(known)?;
        let (begins, first_ordinals) = self.0.begins(&known);
        Ok((begins.iter().map(json).collect(), first_ordinals))
    }

    /// The summary as JSON, and the script that sends the payload if it is to be written still.
    fn summary(&self, tallies: Vec<String>, outputs: &str) -> PyResult<(String, Option<String>)> {
        let tallies = tallies.iter().map(|it| parsed(it)).collect::<PyResult<Vec<Tally>>>()?;
        let outputs: Vec<OutputFacts> = parsed(outputs)?;
        let (summary, script) =
            self.0.summary(&tallies, outputs).map_err(|error| exception(&error))?;
        Ok((String::from_utf8(summary.to_json()).expect("JSON is UTF-8"), script))
    }

    /// What stands at the beginning of a file, before what the parts have of it.
    #[staticmethod]
    fn header(path: &str) -> &'static [u8] {
        part::Whole::header(path)
    }
}

/// The runs that follow each other from `start` on; `again` is called for ranges whose run was not
/// thought of.
#[pyfunction]
pub(crate) fn chain(
    start: u64,
    ranges: Vec<(u64, Vec<RunFacts>)>,
    again: Bound<'_, PyAny>,
) -> PyResult<Vec<RunFacts>> {
    let ranges: Vec<(u64, Vec<Run>)> = ranges
        .into_iter()
        .map(|(end, runs)| (end, runs.into_iter().map(run_of).collect()))
        .collect();
    let mut raised = None;
    let chained = ranges::chain(start, &ranges, |range| {
        let run = again.call1((range.start, range.end)).and_then(|run| run.extract::<RunFacts>());
        run.map(run_of).map_err(|cause| {
            let message = cause.to_string();
            raised = Some(cause);
            Error::Internal(message)
        })
    });
    match (chained, raised) {
        (_, Some(raised)) => Err(raised),
        (chained, None) => {
            let chained = chained.map_err(|error| exception(&error))?;
            Ok(chained.into_iter().map(facts_of).collect())
        }
    }
}

/// The BLAKE3 hash of bytes that come one after the other.
#[pyclass(module = "rowcall")]
pub(crate) struct Blake3(blake3::Hasher);

#[pymethods]
impl Blake3 {
    /// The hash of nothing.
    #[new]
    fn new() -> Blake3 {
        Blake3(blake3::Hasher::new())
    }

    /// Adds bytes.
    fn update(&mut self, py: Python<'_>, bytes: &[u8]) {
        py.detach(|| self.0.update(bytes));
    }

    /// The hash in hexadecimal.
    fn hexdigest(&self) -> String {
        self.0.finalize().to_hex().to_string()
    }
}
