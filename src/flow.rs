//! Runs the stages. The only file with threads, and the accounting.
//!
//! ```text
//! reader thread ── chunks ──► workers (rayon) ── worked chunks ──► whoever holds the order lock
//!   opens, splits               `work`: pure                        `order`: unique, numbers, files
//! ```
//!
//! A chunk is worked on as a whole, in any order; the results are taken in file order by
//! whichever worker gets the lock. So every output is the same for all numbers of threads and all
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
mod frequencies;
mod hints;
mod lists;
mod order;
mod page;
mod report;
mod work;

use crate::error::{Error, Result};
use crate::ingest::chunk::Chunk;
use crate::ingest::record::RecordReader;
use crate::ingest::{Given, Input, ReadOptions, Source, source_names};
use crate::map::MapOptions;
use crate::normalize::tags::TagIds;
use crate::normalize::{MissingName, Need, PhoneRules};
use crate::phone::{Plan, Region};
use crate::write::batch::BatchMax;
use crate::write::contract::{BatchLimits, Contract};
use crate::write::html::PageFile;
use crate::write::outdir::{IfExists, OutDir};
use crate::write::summary::Summary;
use budget::Budget;
use context::SourceContext;
use lists::Lists;
use order::Ordered;
use work::Worked;

/// Everything that a run is told.
#[derive(Debug, Clone)]
pub struct Job {
    /// What to read, in order.
    pub inputs: Vec<Input>,
    /// What is said of how to read it.
    pub read: Given,
    /// What its columns mean.
    pub map: MapOptions,
    /// The numbering plan.
    pub plan: &'static Plan,
    /// The region of rows without a country of their own.
    pub home: Option<Region>,
    /// How phone cells are read, and which phones are wanted.
    pub phone: PhoneRules,
    /// Whether a row must say that its contact agreed to be written to.
    pub opt_in: Need,
    /// What becomes of a row without a name; `None` leaves it to the platform's need.
    pub missing_name: Option<MissingName>,
    /// The platform's ids of tags.
    pub tag_ids: TagIds,
    /// The folder in which pictures are looked for, absolute and without links.
    pub avatar_folder: Option<PathBuf>,
    /// Files of phones that nobody wants written to.
    pub suppress: Vec<PathBuf>,
    /// Files with the contacts that the platform has already.
    pub existing: Vec<PathBuf>,
    /// How many rows to read in all, for a trial; `None` reads all.
    pub rows_max: Option<u64>,
    /// What to make.
    pub goal: Goal,
    /// The platform; `None` judges by no platform's needs.
    pub contract: Option<Contract>,
    /// Contacts a payload file; `None` takes the contract's own limit.
    pub batch_rows: Option<u64>,
    /// Bytes of a payload file at most; `None` takes the contract's own limit.
    pub batch_bytes: Option<u64>,
    /// How many rows may be malformed or rejected before the payload is withheld.
    pub max_rejects: Option<MaxRejects>,
    /// Where to write; `None` writes nothing.
    pub out: Option<Output>,
    /// A file for the report page, which the output folder has anyway.
    pub report: Option<PageFile>,
    /// The machine's part; it never changes what is written.
    pub machine: Machine,
}

/// How many rows may be malformed or rejected before the payload is withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxRejects {
    /// So many.
    Count(u64),
    /// So many of ten thousand rows: 250 is 2.5 %.
    OfTenThousand(u64),
}

impl MaxRejects {
    /// Whether so many rejects of so many rows are too many.
    #[must_use]
    pub fn is_exceeded(self, rejects: u64, rows: u64) -> bool {
        match self {
            MaxRejects::Count(most) => rejects > most,
            MaxRejects::OfTenThousand(most) => {
                u128::from(rejects) * 10_000 > u128::from(rows) * u128::from(most)
            }
        }
    }
}

impl Job {
    /// A job in which all is as usual: nothing is said of the inputs, nothing is required, no
    /// platform is named, and nothing is written.
    #[must_use]
    pub fn new(goal: Goal, inputs: Vec<Input>) -> Job {
        Job {
            inputs,
            read: Given::default(),
            map: MapOptions::default(),
            plan: Plan::builtin(),
            home: None,
            phone: PhoneRules::default(),
            opt_in: Need::Optional,
            missing_name: None,
            tag_ids: TagIds::default(),
            avatar_folder: None,
            suppress: Vec::new(),
            existing: Vec::new(),
            rows_max: None,
            goal,
            contract: None,
            batch_rows: None,
            batch_bytes: None,
            max_rejects: None,
            out: None,
            report: None,
            machine: Machine::default(),
        }
    }

    /// How much a payload file holds at most.
    #[must_use]
    pub fn batch_max(&self) -> BatchMax {
        let own = |of: fn(&BatchLimits) -> Option<u64>| {
            self.contract.as_ref().and_then(|contract| of(&contract.batch))
        };
        BatchMax {
            rows: self.batch_rows.or_else(|| own(|limits| limits.rows)).unwrap_or(u64::MAX),
            bytes: self.batch_bytes.or_else(|| own(|limits| limits.bytes)).unwrap_or(u64::MAX),
        }
    }
}

/// What a run makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// A payload and the reports.
    Prepare,
    /// The reports alone.
    Check,
}

impl Goal {
    /// The name of the command.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Goal::Prepare => "prepare",
            Goal::Check => "check",
        }
    }
}

/// Where a run writes.
#[derive(Debug, Clone)]
pub struct Output {
    /// The folder.
    pub folder: PathBuf,
    /// What to do where it exists.
    pub if_exists: IfExists,
}

/// How much of the machine a run uses.
#[derive(Debug, Clone, Copy)]
pub struct Machine {
    /// Workers.
    pub threads: usize,
    /// Bytes of a chunk, about.
    pub chunk_bytes: usize,
}

impl Default for Machine {
    fn default() -> Machine {
        let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Machine { threads, chunk_bytes: 256 << 10 }
    }
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress {
    /// Bytes of the inputs, headers included.
    pub bytes: u64,
    /// Rows.
    pub rows: u64,
    /// Rows accepted.
    pub accepted: u64,
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
    let spare = Arc::new(Mutex::new(Vec::new()));
    let waiting_max = job.machine.threads * CHUNKS_WAITING_PER_THREAD;
    let budget = Arc::new(Budget::new(2 * waiting_max * job.machine.chunk_bytes));
    let private = out.as_ref().map_or_else(std::env::temp_dir, |out| out.partial().to_owned());
    let (opened, chunks) =
        start_reader(job.clone(), private, Arc::clone(&spare), Arc::clone(&budget));
    let contexts = wait_for(&opened, watch)??;
    let ordered = Ordered::new(job, names, contexts.clone(), out)?;
    let mill = Mill {
        contexts,
        chunks: Mutex::new(chunks),
        spare_chunks: spare,
        spare_worked: Mutex::new(Vec::new()),
        waiting: Mutex::new(BTreeMap::new()),
        taken: Condvar::new(),
        turn: Mutex::new(Turn { next: 0, ordered }),
        ended: Mutex::new(None),
        stop: AtomicBool::new(false),
        failure: Mutex::new(None),
        waiting_max,
        budget: Arc::clone(&budget),
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
    budget.close();
    mill.finish(job)
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
type Opening = Result<Arc<[SourceContext]>>;

/// Starts the thread that opens all inputs, says what they are, and then cuts them into chunks.
/// It is never joined: where a read blocks for ever, the run ends without it.
fn start_reader(
    job: Job,
    private: PathBuf,
    spare: Arc<Mutex<Vec<Chunk>>>,
    budget: Arc<Budget>,
) -> (Receiver<Opening>, Receiver<Delivery>) {
    let (say_opened, opened) = sync_channel(1);
    let (say_chunk, chunks) = sync_channel(job.machine.threads * CHUNKS_WAITING_PER_THREAD);
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
            match deliver(&job, source, &spare, &budget, &say_chunk, &mut number, &mut trial) {
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
fn open_all(job: &Job, private: &Path) -> Result<(Arc<[SourceContext]>, Vec<Source>)> {
    let mut contexts = Vec::new();
    let mut sources = Vec::new();
    for (index, input) in (0..).zip(&job.inputs) {
        let source = Source::open(input, index, &job.read)?;
        contexts.push(SourceContext::new(&source, job)?);
        sources.push(source);
    }
    let lists = Arc::new(Lists::read(job, private)?);
    contexts.iter_mut().for_each(|context| context.lists = Arc::clone(&lists));
    Ok((contexts.into(), sources))
}

/// Cuts a source into chunks and sends them until it ends or nobody listens; returns its bytes.
fn deliver(
    job: &Job,
    source: Source,
    spare: &Mutex<Vec<Chunk>>,
    budget: &Budget,
    say: &SyncSender<Delivery>,
    number: &mut u64,
    trial: &mut Option<Trial>,
) -> Result<u64> {
    let (options, cells, mut bytes) = (source.options, source.header.len(), source.header_bytes);
    let mut splitter = source.into_splitter(job.machine.chunk_bytes)?;
    loop {
        if trial.as_ref().is_some_and(|trial| trial.rows_left == 0) {
            return Ok(bytes);
        }
        let mut chunk = lock(spare).pop().unwrap_or_default();
        if !splitter.next_chunk(&mut chunk)? {
            return splitter.finish();
        }
        if let Some(trial) = trial {
            bytes = trial.cut(&mut chunk, options, cells);
        }
        let room = budget.take(chunk.bytes.len());
        if !room || say.send(Ok(Delivered::Chunk(*number, chunk))).is_err() {
            return Ok(splitter.bytes_read());
        }
        *number += 1;
    }
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
    contexts: Arc<[SourceContext]>,
    chunks: Mutex<Receiver<Delivery>>,
    /// Buffers to use again.
    spare_chunks: Arc<Mutex<Vec<Chunk>>>,
    spare_worked: Mutex<Vec<Worked>>,
    /// Worked chunks whose turn has not come.
    waiting: Mutex<BTreeMap<u64, Worked>>,
    /// Some waiting chunks were taken.
    taken: Condvar,
    turn: Mutex<Turn>,
    budget: Arc<Budget>,
    /// The bytes of each source, once the reader has said them.
    ended: Mutex<Option<Vec<u64>>>,
    stop: AtomicBool,
    failure: Mutex<Option<Error>>,
    waiting_max: usize,
    watch: &'w dyn Watch,
}

/// The ordered stage, and the number of the chunk whose turn it is.
struct Turn {
    next: u64,
    ordered: Ordered,
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
    fn take_waiting(&self, turn: &mut Turn) -> Result<()> {
        loop {
            let Some(worked) = lock(&self.waiting).remove(&turn.next) else {
                return Ok(());
            };
            turn.next += 1;
            turn.ordered.take(&worked)?;
            self.budget.give_back(worked.chunk.bytes.len());
            self.watch.progress(turn.ordered.progress());
            self.taken.notify_all();
            let (chunk, worked) = worked.take_apart();
            lock(&self.spare_chunks).push(chunk);
            lock(&self.spare_worked).push(worked);
        }
    }

    /// Waits while too many chunks wait for the one before them, so that memory stays bounded.
    fn wait_for_room(&self, number: u64) -> Result<()> {
        loop {
            let waiting = lock(&self.waiting);
            // The chunk that the others wait for is never held up.
            if waiting.len() <= self.waiting_max
                || waiting.keys().next() >= Some(&number)
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

    /// Takes what is left, and ends the run.
    fn finish(self, job: &Job) -> Result<Summary> {
        if let Some(error) = lock(&self.failure).take() {
            return Err(error);
        }
        check_cancelled(self.watch)?;
        self.take_waiting(&mut lock(&self.turn))?;
        let left = lock(&self.waiting).len();
        let bytes = lock(&self.ended).take();
        let (0, Some(bytes)) = (left, bytes) else {
            return Err(Error::Internal(format!("the input did not end, {left} chunks are left")));
        };
        let turn = self.turn.into_inner().unwrap_or_else(PoisonError::into_inner);
        turn.ordered.finish(job, &bytes)
    }
}
