//! Runs the stages. The only file with threads, and the accounting.
//!
//! ```text
//! reader thread ── chunks ──► workers (rayon) ── worked chunks ──► whoever holds the order lock
//!   opens, splits               `work`: pure                        `order`: unique, numbers, files
//! ```
//!
//! A chunk is worked on as a whole, in any order; the results are taken in file order by
//! whichever worker gets the lock. Where a row's fate hangs on later rows, the ordered stage holds
//! the chunks back in a private file, and when all rows are known they come from there, are worked
//! once more and are taken with what is known then. So every output is the same for all numbers of threads and all
//! sizes of chunks. The reader has a thread of its own, so that a signal is heeded even while a
//! read blocks.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

mod budget;
mod context;
mod facts;
mod found;
mod frequencies;
mod held;
mod hints;
mod job;
mod lists;
mod merge;
mod order;
mod page;
pub mod part;
mod report;
mod work;

use crate::error::{Error, Result};
use crate::ingest::chunk::Chunk;
use crate::ingest::record::RecordReader;
use crate::ingest::{Input, ReadOptions, Source, source_names};
use crate::write::html::PageFile;
use crate::write::outdir::OutDir;
use crate::write::summary::{Counts, Summary};
use budget::Budget;
use context::{Contexts, SourceContext};
use held::HeldReader;
use lists::Lists;
use order::Ordered;
use work::Worked;

pub use job::{Goal, Job, MaxRejects, Output};

/// How much of the machine a run uses.
#[derive(Debug, Clone, Copy)]
pub struct Machine {
    /// Workers.
    pub threads: usize,
    /// Bytes of a chunk, about.
    pub chunk_bytes: usize,
    /// Bytes of memory that the run may take, about; `None` sets no limit. What does not fit goes to
    /// private files.
    pub memory_bytes: Option<usize>,
}

impl Machine {
    /// What a run takes beside its chunks and its phones.
    const BASE_BYTES: usize = 64 << 20;
    /// What a worker takes for each byte of a chunk: chunks that wait, and what was made of them.
    const BYTES_PER_CHUNK_BYTE: usize = 64;
    /// The least that is left for phones.
    const PHONE_BYTES_MIN: usize = 16 << 20;

    /// What a run takes beside its phones.
    fn bytes_without_phones(self) -> usize {
        let chunks = self.chunk_bytes.saturating_mul(Machine::BYTES_PER_CHUNK_BYTE);
        Machine::BASE_BYTES.saturating_add(chunks.saturating_mul(self.threads))
    }

    /// The least that a limit on memory can be, with so many threads and such chunks.
    #[must_use]
    pub fn memory_bytes_min(self) -> usize {
        self.bytes_without_phones().saturating_add(Machine::PHONE_BYTES_MIN)
    }

    /// Bytes that the phones may take in memory. A table that grows takes more for a moment.
    pub(super) fn phone_bytes_max(self) -> usize {
        let without = self.bytes_without_phones();
        self.memory_bytes.map_or(usize::MAX, |bytes| bytes.saturating_sub(without) / 16 * 15)
    }
}

impl Default for Machine {
    fn default() -> Machine {
        let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Machine { threads, chunk_bytes: 256 << 10, memory_bytes: None }
    }
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress {
    /// Bytes of the inputs, headers included.
    pub bytes: u64,
    /// Rows, and how many of them have which fate.
    pub counts: Counts,
}

/// How a run and its caller hear of each other.
pub trait Watch: Sync {
    /// The number of the signal that asks the run to end, if one does.
    fn cancelled(&self) -> Option<u8> {
        None
    }

    /// Hears how far the run has come, after each chunk.
    fn progress(&self, _progress: Progress) {}
}

/// Nobody watches.
impl Watch for () {}

/// How long anything waits before it looks whether the run was cancelled.
const PATIENCE: Duration = Duration::from_millis(100);

/// Chunks that wait, a worker: before the work, and after it for their turn.
const CHUNKS_WAITING_PER_THREAD: usize = 4;

/// Bytes of a source's first chunk at most: nobody knows how short its lines are.
const FIRST_BYTES_MAX: usize = 8 << 10;

/// Runs a job to its end.
///
/// # Errors
/// What stopped it; then nothing stands under the name of the output folder.
pub fn run(job: &Job, watch: &dyn Watch) -> Result<Summary> {
    if job.machine.threads == 0 || job.inputs.is_empty() {
        return Err(Error::Usage("a run needs an input and a worker".to_owned()));
    }
    for input in &job.inputs {
        input.check()?;
    }
    let names = source_names(&job.inputs);
    if let Some(output) = &job.out {
        refuse_own_input(job, output)?;
    }
    if let Some(report) = &job.report {
        report.check()?;
        refuse_report_inside(job, report)?;
    }
    let out = job
        .out
        .as_ref()
        .map(|output| OutDir::create(&output.folder, output.if_exists))
        .transpose()?;
    let private = private_folder(out.as_ref());
    let line = Line::new(job);
    let _closing = Closing(Arc::clone(&line.budget));
    let (opened, chunks) = start_reader(job.clone(), private, line.clone());
    let contexts = wait_for(&opened, watch)??;
    let mut ordered = Ordered::new(job, names, contexts.clone(), out)?;
    let bytes = grind(job, &contexts, chunks, &line, &mut ordered, watch)?;
    if let Some(held) = ordered.settle_held(watch)? {
        let line = Line::new(job);
        let _closing = Closing(Arc::clone(&line.budget));
        let chunks = start_again(job, &contexts, held, line.clone());
        grind(job, &contexts, chunks, &line, &mut ordered, watch)?;
    }
    ordered.finish(job, &bytes)
}

/// What the reader and the workers share: how many bytes may be on their way, and buffers to use
/// again.
#[derive(Clone)]
struct Line {
    budget: Arc<Budget>,
    spare: Arc<Mutex<Vec<Chunk>>>,
}

impl Line {
    fn new(job: &Job) -> Line {
        let Machine { threads, chunk_bytes, .. } = job.machine;
        let budget = Budget::new(2 * waiting_max(job), chunk_bytes, threads);
        Line { budget: Arc::new(budget), spare: Arc::default() }
    }

    /// A chunk, perhaps one that was used before.
    fn chunk(&self) -> Chunk {
        lock(&self.spare).pop().unwrap_or_default()
    }
}

/// Lets a reader end that waits for room, however the run ends.
struct Closing(Arc<Budget>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Chunks that may wait at most: before the work, and after it for their turn.
fn waiting_max(job: &Job) -> usize {
    job.machine.threads * CHUNKS_WAITING_PER_THREAD
}

/// Works all chunks and has them taken in order; returns the bytes of each source, as the reader
/// counts them.
fn grind(
    job: &Job,
    contexts: &Contexts,
    chunks: Receiver<Delivery>,
    line: &Line,
    ordered: &mut Ordered,
    watch: &dyn Watch,
) -> Result<Vec<u64>> {
    let mill = Mill {
        contexts: Arc::clone(contexts),
        chunks: Mutex::new(chunks),
        line: line.clone(),
        spare_worked: Mutex::new(Vec::new()),
        waiting: Mutex::new(BTreeMap::new()),
        taken: Condvar::new(),
        turn: Mutex::new(Turn { next: 0, ordered }),
        ended: Mutex::new(None),
        stop: AtomicBool::new(false),
        failure: Mutex::new(None),
        waiting_max: waiting_max(job),
        watch,
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(job.machine.threads).build().map_err(
        |cause| Error::Usage(format!("--threads: the system does not give so many: {cause}")),
    )?;
    pool.scope(|scope| {
        for _ in 0..job.machine.threads {
            scope.spawn(|_| mill.work_until_done());
        }
    });
    mill.finish()
}

/// Where private files are made: beside what is written, else where the system has room for them.
fn private_folder(out: Option<&OutDir>) -> PathBuf {
    out.map_or_else(std::env::temp_dir, |out| out.partial().to_owned())
}

/// An input inside the folder that is to be replaced would be lost with it.
fn refuse_own_input(job: &Job, output: &Output) -> Result<()> {
    let Ok(folder) = output.folder.canonicalize() else { return Ok(()) };
    if job.avatar_folder.as_ref().is_some_and(|pictures| pictures.starts_with(&folder)) {
        let what = "--avatar-dir: is in the output folder, which would be replaced; write to another \
                    folder";
        return Err(Error::Usage(what.to_owned()));
    }
    let lists = lists::files(job).map(|path| Input::File(path.clone()));
    for input in job.inputs.iter().cloned().chain(lists) {
        let Input::File(path) = &input else { continue };
        if path.canonicalize().is_ok_and(|path| path != folder && path.starts_with(&folder)) {
            return Err(Error::Usage(format!(
                "{}: is in the output folder, which would be replaced; write to another folder",
                input.display()
            )));
        }
    }
    Ok(())
}

/// A page in the folder that is to be written would be none of its files.
fn refuse_report_inside(job: &Job, report: &PageFile) -> Result<()> {
    let Some(Ok(folder)) = job.out.as_ref().map(|out| out.folder.canonicalize()) else {
        return Ok(());
    };
    if report.folder().canonicalize().is_ok_and(|it| it.starts_with(&folder)) {
        let what = "--report: is in the output folder, which has a report page of its own; name a \
                    file elsewhere";
        return Err(Error::Usage(what.to_owned()));
    }
    Ok(())
}

/// What the reader sends after the opening, or what stopped it.
type Delivery = Result<Delivered>;

enum Delivered {
    /// A chunk and its number, from 0 over all sources.
    Chunk(u64, Chunk),
    /// The bytes of each source, as the reader counts them. Nothing follows; without it the input
    /// has not ended.
    End(Vec<u64>),
}

/// What the reader says first: every source, opened and mapped.
type Opening = Result<Contexts>;

/// Starts the thread that opens all inputs, says what they are, and then cuts them into chunks.
/// It is never joined: where a read blocks for ever, the run ends without it.
fn start_reader(job: Job, private: PathBuf, line: Line) -> (Receiver<Opening>, Receiver<Delivery>) {
    let (say_opened, opened) = sync_channel(1);
    let (say_chunk, chunks) = sync_channel(waiting_max(&job));
    thread::spawn(move || {
        let sources = match open_all(&job, &private) {
            Ok((contexts, sources)) => {
                // A run that does not listen any more needs no answer.
                let _ = say_opened.send(Ok(contexts));
                sources
            }
            Err(error) => {
                let _ = say_opened.send(Err(error));
                return;
            }
        };
        let mut number = 0;
        let mut bytes = Vec::new();
        let mut trial = job.rows_max.map(|rows_max| Trial { rows_left: rows_max });
        for source in sources {
            match deliver(&job, source, &line, &say_chunk, &mut number, &mut trial) {
                Ok(read) => bytes.push(read),
                Err(error) => {
                    let _ = say_chunk.send(Err(error));
                    return;
                }
            }
        }
        let _ = say_chunk.send(Ok(Delivered::End(bytes)));
    });
    (opened, chunks)
}

/// Opens all inputs, and reads the lists that are heeded beside them; private files are made in
/// the folder `private`.
fn open_all(job: &Job, private: &Path) -> Result<(Contexts, Vec<Source>)> {
    let mut contexts = Vec::new();
    let mut sources = Vec::new();
    for (index, input) in (0..).zip(&job.inputs) {
        let source = Source::open(input, index, &job.read)?;
        contexts.push(SourceContext::new(&source, job)?);
        sources.push(source);
    }
    let lists = Arc::new(Lists::read(job, private)?);
    contexts.iter_mut().for_each(|context| context.lists = Arc::clone(&lists));
    Ok((contexts.into_iter().map(Arc::new).collect(), sources))
}

/// Cuts a source into chunks and sends them until it ends or nobody listens; returns its bytes.
fn deliver(
    job: &Job,
    source: Source,
    line: &Line,
    say: &SyncSender<Delivery>,
    number: &mut u64,
    trial: &mut Option<Trial>,
) -> Result<u64> {
    let (options, cells, mut bytes) = (source.options, source.header.len(), source.header_bytes);
    let named_bytes = named_bytes(&source.header);
    let lines_max = line.budget.chunk_lines_max(named_bytes);
    let first_bytes = job.machine.chunk_bytes.min(FIRST_BYTES_MAX);
    let mut splitter = source.into_splitter(first_bytes)?;
    loop {
        if trial.as_ref().is_some_and(|trial| trial.rows_left == 0) {
            return Ok(bytes);
        }
        let mut chunk = line.chunk();
        if !splitter.next_chunk(&mut chunk)? {
            return splitter.finish();
        }
        if let Some(trial) = trial {
            bytes = trial.cut(&mut chunk, options, cells);
        }
        let (length, lines) = (chunk.bytes.len(), chunk.lines_about());
        // The next lines are likely to be as long as these.
        splitter.aim_at(job.machine.chunk_bytes.min(length * lines_max / lines.max(1)));
        let room = line.budget.take(*number, length, lines, named_bytes);
        if !room || say.send(Ok(Delivered::Chunk(*number, chunk))).is_err() {
            return Ok(splitter.bytes_read());
        }
        *number += 1;
    }
}

/// Bytes of the names of all columns: what is made of a row may have them all.
fn named_bytes(header: &[String]) -> usize {
    header.iter().map(String::len).sum()
}

/// Starts the thread that reads once more what was held back.
fn start_again(
    job: &Job,
    contexts: &Contexts,
    mut held: HeldReader,
    line: Line,
) -> Receiver<Delivery> {
    let (say, chunks) = sync_channel(waiting_max(job));
    let headers = contexts.iter().map(|context| &context.view.columns.headers);
    let named_bytes = headers.map(|header| named_bytes(header)).max().unwrap_or(0);
    thread::spawn(move || {
        for number in 0.. {
            let mut chunk = line.chunk();
            let delivery = match held.next_chunk(&mut chunk) {
                Ok(true) => {
                    let (length, lines) = (chunk.bytes.len(), chunk.lines_about());
                    if !line.budget.take(number, length, lines, named_bytes) {
                        return;
                    }
                    Ok(Delivered::Chunk(number, chunk))
                }
                Ok(false) => Ok(Delivered::End(Vec::new())),
                Err(cause) => Err(lists::private(&cause)),
            };
            let is_last = !matches!(delivery, Ok(Delivered::Chunk(..)));
            // A run that does not listen any more needs no answer.
            if say.send(delivery).is_err() || is_last {
                return;
            }
        }
    });
    chunks
}

/// How much of a trial run is left to read.
struct Trial {
    rows_left: u64,
}

impl Trial {
    /// Takes off what the chunk has beyond the last row; returns the offset in the source up to
    /// which it goes.
    fn cut(&mut self, chunk: &mut Chunk, options: ReadOptions, cells: usize) -> u64 {
        let (mut end, mut bytes) = (0, chunk.byte);
        let rows_left = &mut self.rows_left;
        let mut reader = RecordReader::new(options, Some(cells));
        reader.read(&chunk.bytes, &chunk.malformed, |record| {
            if *rows_left > 0 {
                *rows_left -= 1;
                let spot = record.spot();
                end = spot.end;
                bytes = chunk.byte + spot.byte + spot.length;
            }
        });
        chunk.bytes.truncate(end);
        chunk.malformed.retain(|fault| fault.start < end);
        bytes
    }
}

/// Waits for a message, and heeds a cancellation meanwhile.
fn wait_for<T>(from: &Receiver<T>, watch: &dyn Watch) -> Result<T> {
    loop {
        match from.recv_timeout(PATIENCE) {
            Ok(message) => return Ok(message),
            Err(RecvTimeoutError::Timeout) => check_cancelled(watch)?,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Error::Internal("the reader thread died".to_owned()));
            }
        }
    }
}

fn check_cancelled(watch: &dyn Watch) -> Result<()> {
    watch.cancelled().map_or(Ok(()), |signal| Err(Error::Interrupted(signal)))
}

/// A lock whose holder never leaves the data half changed where it matters: a panic ends the run.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the workers share.
struct Mill<'w> {
    contexts: Contexts,
    chunks: Mutex<Receiver<Delivery>>,
    line: Line,
    /// Buffers to use again.
    spare_worked: Mutex<Vec<Worked>>,
    /// Worked chunks whose turn has not come.
    waiting: Mutex<BTreeMap<u64, Worked>>,
    /// Some waiting chunks were taken.
    taken: Condvar,
    turn: Mutex<Turn<'w>>,
    /// The bytes of each source, once the reader has said them.
    ended: Mutex<Option<Vec<u64>>>,
    stop: AtomicBool,
    failure: Mutex<Option<Error>>,
    waiting_max: usize,
    watch: &'w dyn Watch,
}

/// The ordered stage, and the number of the chunk whose turn it is.
struct Turn<'w> {
    next: u64,
    ordered: &'w mut Ordered,
}

impl Mill<'_> {
    /// The life of a worker.
    fn work_until_done(&self) {
        let worked = catch_unwind(AssertUnwindSafe(|| self.work()));
        let worked =
            worked.unwrap_or_else(|_| Err(Error::Internal("a worker panicked".to_owned())));
        if let Err(error) = worked {
            self.fail(error);
        }
    }

    /// Ends the run; of several errors the first counts.
    fn fail(&self, error: Error) {
        lock(&self.failure).get_or_insert(error);
        self.stop.store(true, Ordering::Relaxed);
    }

    fn work(&self) -> Result<()> {
        while let Some((number, chunk)) = self.next_chunk()? {
            let mut worked = lock(&self.spare_worked).pop().unwrap_or_default();
            worked.work(chunk, &self.contexts)?;
            self.line.budget.weigh(number, worked.bytes());
            lock(&self.waiting).insert(number, worked);
            self.take_turns()?;
            self.wait_for_room(number)?;
        }
        Ok(())
    }

    /// The next chunk of the inputs; `None` at their end or when the run stops.
    fn next_chunk(&self) -> Result<Option<(u64, Chunk)>> {
        loop {
            // Looked at with the lock in hand, so that many workers do not wait one by one.
            let chunks = lock(&self.chunks);
            check_cancelled(self.watch)?;
            if self.stop.load(Ordering::Relaxed) || lock(&self.ended).is_some() {
                return Ok(None);
            }
            match chunks.recv_timeout(PATIENCE) {
                Ok(Ok(Delivered::Chunk(number, chunk))) => return Ok(Some((number, chunk))),
                Ok(Ok(Delivered::End(bytes))) => *lock(&self.ended) = Some(bytes),
                // With the lock in hand: whoever takes it next finds the reader gone, which is an
                // error of its own, unless the run is seen to end.
                Ok(Err(error)) => self.fail(error),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::Internal("the reader thread died".to_owned()));
                }
            }
        }
    }

    /// Takes the worked chunks whose turn it is, unless another worker is at it.
    ///
    /// Whoever is at it may just have looked in vain for a chunk that comes while the lock is still
    /// held, and nobody else would take that one; so one more look follows, after the lock.
    fn take_turns(&self) -> Result<()> {
        loop {
            let Ok(mut turn) = self.turn.try_lock() else {
                return Ok(());
            };
            self.take_waiting(&mut turn)?;
            let next = turn.next;
            drop(turn);
            if !lock(&self.waiting).contains_key(&next) {
                return Ok(());
            }
        }
    }

    /// Takes the worked chunks whose turn it is, in order.
    fn take_waiting(&self, turn: &mut Turn<'_>) -> Result<()> {
        loop {
            let Some(worked) = lock(&self.waiting).remove(&turn.next) else {
                return Ok(());
            };
            turn.ordered.take(&worked, self.watch)?;
            self.line.budget.give_back(turn.next);
            turn.next += 1;
            self.watch.progress(turn.ordered.progress());
            self.taken.notify_all();
            // After a crowd of chunks most of their memory is let go.
            let is_wanted = lock(&self.spare_worked).len() < self.waiting_max / 2;
            if is_wanted && worked.bytes() <= self.line.budget.kept_bytes_max() {
                let (chunk, worked) = worked.take_apart();
                lock(&self.line.spare).push(chunk);
                lock(&self.spare_worked).push(worked);
            }
        }
    }

    /// Waits while too much waits for the chunk before it, so that memory stays bounded.
    fn wait_for_room(&self, number: u64) -> Result<()> {
        loop {
            let waiting = lock(&self.waiting);
            let has_room = waiting.len() <= self.waiting_max && !self.line.budget.is_exceeded();
            // Whoever has the chunk that the others wait for is never held up.
            if has_room
                || waiting.keys().next().is_none_or(|first| *first >= number)
                || self.stop.load(Ordering::Relaxed)
            {
                return Ok(());
            }
            let waited = self.taken.wait_timeout(waiting, PATIENCE);
            drop(waited.unwrap_or_else(PoisonError::into_inner));
            self.take_turns()?;
            check_cancelled(self.watch)?;
        }
    }

    /// Takes what is left; returns the bytes of each source.
    fn finish(self) -> Result<Vec<u64>> {
        if let Some(error) = lock(&self.failure).take() {
            return Err(error);
        }
        check_cancelled(self.watch)?;
        self.take_waiting(&mut lock(&self.turn))?;
        let left = lock(&self.waiting).len();
        match (left, lock(&self.ended).take()) {
            (0, Some(bytes)) => Ok(bytes),
            _ => Err(Error::Internal(format!("the input did not end, {left} chunks are left"))),
        }
    }
}
