//! A run in parts, for an engine that has many machines: each part is a run of records of one
//! source, which anybody may work, anywhere and in any order, as often as they like. First its
//! [keys](Part::keys); then somebody finds for each row which other row has to do with it, which
//! takes all keys; then the part is [written](Part::write). Its files, one behind the other in the
//! order of the parts, are those of [`run`](super::run) on one machine.
//!
//! Nothing here knows the engine, makes threads, or reads a source but through what it is given.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::ingest::chunk::Chunk;
use crate::ingest::ranges::{Reading, Run};
use crate::ingest::{Source, source_names};
use crate::problem::{Action, Fate};
use crate::unique::{COMPARED, OnDuplicate, Print, Relation};
use crate::write::batch::{Filled, PAYLOAD_FOLDER, UPDATES_FOLDER};
use crate::write::encode::{Encoder, Frame};
use crate::write::follow_up::{self, FOLLOW_UP};
use crate::write::ledger::{self, LEDGER};
use crate::write::outdir::{IfExists, OutDir, OutputFacts};
use crate::write::summary::{Actions, Counts, Summary};
use crate::write::upload::{self, Sent, UPLOAD_SCRIPT};

use super::context::{Contexts, SourceContext};
use super::hints::Unread;
use super::lists::Lists;
use super::order::Ordered;
use super::work::Worked;
use super::{Goal, Job};

/// What a row brings that other rows may have, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The row's number in its part, from 0.
    pub row: u64,
    /// The phone that it wants to keep; 0 where its number was refused.
    pub phone: u64,
    /// The number under which all spellings of the phone's subscriber come together.
    pub subscriber: u64,
    /// What becomes of it, if it keeps its phone.
    pub sent: Sending,
    /// Bytes of its contact, as it is sent.
    pub bytes: u32,
    /// Fingerprints of the fields in which rows of one phone are compared.
    pub prints: [u32; COMPARED.len()],
}

/// Where the contact of a row goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// Into the payload.
    Payload,
    /// Into the updates that are requests of their own.
    Updates,
    /// Nowhere.
    Nowhere,
}

/// What was counted while the keys of a part were told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keyed {
    /// Rows.
    pub rows: u64,
    /// Rows that are malformed, or rejected for themselves.
    pub refused: u64,
    /// Refused digits that no number of the home region has.
    pub unread: u64,
}

/// A part as it is known when all rows are settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Index of its source, from 0.
    pub source: u32,
    /// Physical lines that end in it.
    pub lines: u64,
    /// What was counted of it.
    pub keyed: Keyed,
    /// Contacts that go into the payload.
    pub created: u64,
    /// Contacts that go into the updates.
    pub updated: u64,
    /// Rows that are rejected because others have their phone.
    pub repeated: u64,
    /// The bytes of each contact that goes into the payload, where they have a limit.
    #[serde(default)]
    pub created_bytes: Vec<u32>,
    /// The same of the updates.
    #[serde(default)]
    pub updated_bytes: Vec<u32>,
}

/// What stands before a part, and how it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begin {
    /// Whether it is the first part of its source.
    pub is_first: bool,
    /// Rows of its source before it.
    pub rows: u64,
    /// Physical lines of its source before it, those of the header left out.
    pub lines: u64,
    /// Refused digits of parts before it.
    pub unread_before: u64,
    /// How far the payload has come.
    pub payload: Filled,
    /// How far the updates have come.
    pub updates: Filled,
    /// How the payload's last file ends in it.
    pub end: End,
    /// More rows of the run were refused than allowed: there is no payload.
    pub is_withheld: bool,
}

/// How the last file of the payload ends in a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// The next part goes on with it.
    Open,
    /// It is whole.
    Closed,
    /// The run has no contact: there is one file without any.
    OneEmptyFile,
}

/// What a part was found to hold.
#[derive(Debug, Serialize, Deserialize)]
pub struct Tally {
    pub(super) counts: Counts,
    pub(super) actions: Actions,
    pub(super) problems: Vec<u64>,
    pub(super) regions: Vec<(Option<String>, u64)>,
    pub(super) valid: Vec<(Option<String>, u64)>,
    pub(super) kinds: Vec<(String, u64)>,
    pub(super) unread: Unread,
    pub(super) source: u32,
    /// The offset in its source up to which it goes.
    pub(super) bytes: u64,
}

/// Where a part stands.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'p> {
    /// Index of its source, from 0.
    pub source: u32,
    /// What stands before it.
    pub begin: &'p Begin,
    /// The number of rows before each source.
    pub first_ordinals: &'p [u64],
    /// Offset of its first record in its source.
    pub start: u64,
}

/// What gives the chunks of a part, one after the other; `false` at its end.
pub type Chunks<'c> = &'c mut dyn FnMut(&mut Chunk) -> Result<bool>;

/// One source of a job, as whoever works a part of it knows it.
pub struct Part {
    job: Job,
    names: Vec<String>,
    contexts: Contexts,
    source: u32,
    display: String,
}

impl Part {
    /// The source with that index, whose bytes begin with `head`: all of them, or a MiB and more.
    ///
    /// # Errors
    /// As a run's, where the source cannot be read or mapped; and where the job has what cannot be
    /// done in parts.
    pub fn open(job: Job, source: u32, head: Vec<u8>) -> Result<Part> {
        refuse_undivided(&job)?;
        let opened = Source::of_head(head, &job.inputs[source as usize], source, &job.read)?;
        let mut context = SourceContext::new(&opened, &job)?;
        context.lists = Arc::new(Lists::read(&job, &std::env::temp_dir())?);
        let names = source_names(&job.inputs);
        // Whoever works a part asks for no other source.
        let context = Arc::new(context);
        let contexts = names.iter().map(|_| Arc::clone(&context)).collect();
        Ok(Part { job, names, contexts, source, display: opened.display })
    }

    fn context(&self) -> &SourceContext {
        &self.contexts[self.source as usize]
    }

    /// How the source is read.
    #[must_use]
    pub fn reading(&self) -> Reading<'_> {
        let context = self.context();
        let cells = context.view.columns.headers.len();
        Reading { display: &self.display, options: context.read, cells }
    }

    /// Whether it can be read from its middle; else it is one part.
    #[must_use]
    pub fn is_divisible(&self) -> bool {
        self.context().compression.is_none() && self.reading().is_divisible()
    }

    /// Bytes before its first record.
    #[must_use]
    pub fn header_bytes(&self) -> u64 {
        self.context().header_bytes
    }

    /// The whole source as one run, whose chunks are given.
    ///
    /// # Errors
    /// What the chunks say.
    pub fn whole(&self, chunks: Chunks<'_>) -> Result<Run> {
        let start = self.header_bytes();
        let mut run = Run { start, end: start, rows: 0, lines: 0 };
        self.work(chunks, &mut |worked| {
            run.rows += worked.rows.len() as u64;
            run.lines += worked.lines;
            run.end += worked.rows.iter().map(|row| row.spot.length).sum::<u64>();
            Ok(())
        })?;
        Ok(run)
    }

    /// Gives the keys of a part's rows.
    ///
    /// # Errors
    /// What the chunks say.
    pub fn keys(&self, chunks: Chunks<'_>, give: &mut dyn FnMut(Key)) -> Result<Keyed> {
        let updates_apart = self.context().updates_apart();
        let mut keyed = Keyed::default();
        self.work(chunks, &mut |worked| {
            let prints: Vec<_> = Print::words(&worked.prints).collect();
            let bytes = |row: usize| {
                let end = |row: usize| worked.rows[row].ends.contacts;
                let length = end(row) - row.checked_sub(1).map_or(0, end);
                u32::try_from(length).expect("a contact is within memory")
            };
            let sent = |row: usize| match (worked.rows[row].fate, worked.rows[row].action) {
                (Fate::Accepted, Some(Action::Update)) if updates_apart => Sending::Updates,
                (Fate::Accepted, _) => Sending::Payload,
                _ => Sending::Nowhere,
            };
            let mut key = |row: usize, phone, subscriber, sent| {
                let number = keyed.rows + row as u64;
                let (bytes, prints) = (bytes(row), prints[row]);
                give(Key { row: number, phone, subscriber, sent, bytes, prints });
            };
            for (phone, subscriber, row) in worked.claims.phones() {
                key(row, phone, subscriber, sent(row));
            }
            for (subscriber, row) in worked.claims.refused() {
                key(row, 0, subscriber, Sending::Nowhere);
            }
            let refused = |fate: Fate| matches!(fate, Fate::Rejected | Fate::Malformed);
            keyed.rows += worked.rows.len() as u64;
            keyed.refused += worked.rows.iter().filter(|row| refused(row.fate)).count() as u64;
            keyed.unread += worked.unread.len() as u64;
            Ok(())
        })?;
        Ok(keyed)
    }

    /// Writes the part's files into the new folder `out`. `relations` has the rows that another row
    /// matters to, by their ordinals, in order.
    ///
    /// # Errors
    /// What the chunks say; and as a run's, where something cannot be written or does not add up.
    pub fn write(
        &self,
        placed: &Placed<'_>,
        relations: Vec<(u64, Relation)>,
        chunks: Chunks<'_>,
        out: &Path,
    ) -> Result<(Tally, Vec<OutputFacts>)> {
        let out = OutDir::create(out, IfExists::Refuse)?;
        let (names, contexts) = (self.names.clone(), Arc::clone(&self.contexts));
        let mut ordered = Ordered::part(&self.job, names, contexts, placed, relations, out)?;
        self.work(chunks, &mut |worked| ordered.take_part(worked))?;
        ordered.finish_part(placed)
    }

    /// Works all chunks and gives what comes out.
    fn work(&self, chunks: Chunks<'_>, take: &mut dyn FnMut(&Worked) -> Result<()>) -> Result<()> {
        let (mut chunk, mut worked) = (Chunk::default(), Worked::default());
        while chunks(&mut chunk)? {
            worked.work(chunk, &self.contexts)?;
            take(&worked)?;
            (chunk, worked) = worked.take_apart();
        }
        Ok(())
    }
}

/// All sources of a job, as whoever puts the parts together knows them.
pub struct Whole {
    job: Job,
    names: Vec<String>,
    contexts: Contexts,
}

impl Whole {
    /// The sources whose bytes begin with `heads`.
    ///
    /// # Errors
    /// As [`Part::open`].
    pub fn open(job: Job, heads: Vec<Vec<u8>>) -> Result<Whole> {
        refuse_undivided(&job)?;
        let lists = Arc::new(Lists::read(&job, &std::env::temp_dir())?);
        let mut contexts = Vec::with_capacity(heads.len());
        for ((index, input), head) in (0..).zip(&job.inputs).zip(heads) {
            let mut context =
                SourceContext::new(&Source::of_head(head, input, index, &job.read)?, &job)?;
            context.lists = Arc::clone(&lists);
            contexts.push(Arc::new(context));
        }
        Ok(Whole { names: source_names(&job.inputs), contexts: contexts.into(), job })
    }

    /// What stands before each part, in order; and the number of rows before each source.
    #[must_use]
    pub fn begins(&self, parts: &[Known]) -> (Vec<Begin>, Vec<u64>) {
        let sum = |of: fn(&Known) -> u64| parts.iter().map(of).sum::<u64>();
        let (rows, refused) = (sum(|it| it.keyed.rows), sum(|it| it.keyed.refused + it.repeated));
        let is_withheld = self.job.max_rejects.is_some_and(|it| it.is_exceeded(refused, rows));
        let is_empty = sum(|it| it.created + it.updated) == 0;
        let mut begins: Vec<Begin> = Vec::with_capacity(parts.len());
        let mut first_ordinals = Vec::with_capacity(self.names.len());
        let (mut payload, mut updates) = (Filled::default(), Filled::default());
        let (mut ordinal, mut unread_before) = (0, 0);
        let (mut rows, mut lines) = (0, 0);
        for (at, part) in parts.iter().enumerate() {
            let is_first = first_ordinals.len() <= part.source as usize;
            if is_first {
                first_ordinals.push(ordinal);
                (rows, lines) = (0, 0);
            }
            let end = match parts.get(at + 1) {
                None if is_empty => End::OneEmptyFile,
                None => End::Closed,
                Some(next) if self.frames_differ(part.source, next.source) => End::Closed,
                Some(_) => End::Open,
            };
            let begin =
                Begin { is_first, rows, lines, unread_before, payload, updates, end, is_withheld };
            begins.push(begin);
            let encoder = self.contexts[part.source as usize].view.encoder.as_ref();
            let frame = encoder.map(Encoder::frame);
            payload = self.filled(payload, part.created, &part.created_bytes, frame);
            if end != End::Open {
                payload.contacts = 0;
            }
            let requests = Frame::lines(String::new());
            updates = self.filled(updates, part.updated, &part.updated_bytes, Some(&requests));
            rows += part.keyed.rows;
            lines += part.lines;
            ordinal += part.keyed.rows;
            unread_before += part.keyed.unread;
        }
        (begins, first_ordinals)
    }

    /// How far a payload has come behind a part.
    fn filled(
        &self,
        before: Filled,
        contacts: u64,
        bytes: &[u32],
        frame: Option<&Frame>,
    ) -> Filled {
        let max = self.job.batch_max();
        match frame.filter(|_| self.has_bytes_max()) {
            None => before.with(contacts, max.rows),
            Some(frame) => bytes
                .iter()
                .fold(before, |filled, bytes| filled.with_bytes(u64::from(*bytes), max, frame)),
        }
    }

    /// Whether the bytes of payload files have a limit, so that those of contacts must be known.
    #[must_use]
    pub fn has_bytes_max(&self) -> bool {
        self.job.batch_max().bytes < u64::MAX
    }

    /// Which row keeps a phone that several have.
    #[must_use]
    pub fn on_duplicate(&self) -> OnDuplicate {
        self.job.on_duplicate
    }

    fn frames_differ(&self, one: u32, other: u32) -> bool {
        let frame =
            |source: u32| self.contexts[source as usize].view.encoder.as_ref().map(Encoder::frame);
        frame(one) != frame(other)
    }

    /// What stands at the beginning of a file, before what the parts have of it.
    #[must_use]
    pub fn header(path: &str) -> &'static [u8] {
        match path {
            LEDGER => ledger::HEADER,
            FOLLOW_UP => follow_up::HEADER,
            _ => b"",
        }
    }

    /// The summary, from what the parts have counted and the files that were put together, in the
    /// order in which they are listed; and the script that sends the payload, if there is one to be
    /// written and not listed yet.
    ///
    /// # Errors
    /// [`Error::Internal`] where the parts do not add up.
    pub fn summary(
        &self,
        tallies: &[Tally],
        outputs: Vec<OutputFacts>,
    ) -> Result<(Summary, Option<String>)> {
        let (names, contexts) = (self.names.clone(), Arc::clone(&self.contexts));
        let mut summary = Ordered::of_parts(&self.job, names, contexts, tallies)?;
        if !summary.counts.balances() {
            let message = format!("the parts do not add up: {}", summary.equation);
            return Err(Error::Internal(message));
        }
        let sent = |folder: &str, contacts: u64| {
            let inside = |output: &&OutputFacts| output.path.starts_with(&format!("{folder}/"));
            Sent { files: outputs.iter().filter(inside).count() as u64, contacts }
        };
        let apart = self.contexts.first().is_some_and(|context| context.updates_apart());
        let Actions { create, update } = summary.actions;
        let (created, updated) = if apart { (create, update) } else { (create + update, 0) };
        let sends = summary.withheld.is_none() && self.job.goal == Goal::Prepare;
        let contract = self.job.contract.as_ref().filter(|_| sends);
        let is_listed = outputs.iter().any(|output| output.path == UPLOAD_SCRIPT);
        let (payload, updates) = (sent(PAYLOAD_FOLDER, created), sent(UPDATES_FOLDER, updated));
        let script = contract.filter(|_| !is_listed);
        let script = script.and_then(|contract| upload::script(contract, payload, updates));
        summary.outputs = outputs;
        Ok((summary, script))
    }
}

/// Refuses what takes the whole of the input in one place.
fn refuse_undivided(job: &Job) -> Result<()> {
    let what = if job.goal != Goal::Prepare {
        "only prepare is done in parts"
    } else if job.on_duplicate == OnDuplicate::Merge {
        "--on-duplicate merge takes all rows of a phone in one place, and a run in parts has none: \
         give first, last or reject"
    } else if job.rows_max.is_some() {
        "--limit takes the first rows, and parts are worked in any order: leave it out"
    } else if !job.no_page {
        "a report page takes all rows in one place, and a run in parts has none: give --no-page"
    } else if job.avatar_folder.is_some() {
        "--avatar-dir names a folder of one machine, and a run in parts may have many: leave it out"
    } else {
        return Ok(());
    };
    Err(Error::Usage(format!("{what}, or run `rowcall prepare` on one machine")))
}
