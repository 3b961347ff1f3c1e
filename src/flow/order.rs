//! The ordered stage: takes worked chunks in file order, settles each row's fate, numbers it, and
//! hands it to the writers. Where a row's fate hangs on later rows, chunks are held back first and
//! taken once more when all rows are known. At the end it compares what was read with what was
//! written.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::map::Draft;
use crate::normalize::normalize;
use crate::phone::{Kind, Region};
use crate::problem::{Action, Code, Fate, Place};
use crate::unique::{OnDuplicate, Relation, Unique};
use crate::write::html::Beside;
use crate::write::issues::{Related, Role};
use crate::write::outdir::OutDir;
use crate::write::summary::{Actions, Counts, Summary};

use super::context::{Contexts, SourceContext};
use super::found::Found;
use super::frequencies::Frequencies;
use super::held::{Held, HeldReader, Keep};
use super::hints::Unread;
use super::merge::{RowName, Together};
use super::page::PageRows;
use super::report::{Run, Settled, Writers};
use super::work::{Ends, Worked, WorkedRow};
use super::{Job, Progress, Watch, lists, private_folder};

mod part;

/// What the ordered stage knows.
pub(super) struct Ordered {
    pub(super) names: Vec<String>,
    pub(super) contexts: Contexts,
    policy: OnDuplicate,
    unique: Unique,
    /// Chunks that are held back.
    held: Option<Arc<Held>>,
    /// How far the chunks have come that were or are held back.
    seen: Seen,
    /// Rows that keep a phone and could not take what the others add, by ordinal.
    unmerged: HashSet<u64>,
    /// Where private files are made.
    private: PathBuf,
    writers: Option<Writers>,
    /// What the report page shows, where one is wanted.
    page: Option<PageRows>,
    pub(super) counts: Counts,
    pub(super) actions: Actions,
    /// Rows and bytes as the reader counts them, by source.
    pub(super) read: Vec<SourceTally>,
    /// The ordinal of the first row of each source that was seen.
    first_ordinals: Vec<u64>,
    pub(super) problems: Found,
    pub(super) regions: Frequencies<Option<Region>>,
    /// The regions of all valid phones, whatever became of their rows.
    pub(super) valid: Frequencies<Option<Region>>,
    pub(super) kinds: Frequencies<Kind>,
    /// The digits that no number of the home region has.
    pub(super) unread: Unread,
    /// The rows of a chunk with which another row has to do, by their index; kept for its
    /// memory.
    found: Vec<(usize, Relation)>,
}

/// How far chunks have come that are held back.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    bytes: u64,
    rows: u64,
}

/// How far a source has been taken.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SourceTally {
    pub(super) rows: u64,
    pub(super) bytes: u64,
    lines: u64,
    begun: bool,
}

impl Ordered {
    pub(super) fn new(
        job: &Job,
        names: Vec<String>,
        contexts: Contexts,
        out: Option<OutDir>,
    ) -> Result<Ordered> {
        let private = private_folder(out.as_ref());
        let wants_page = (out.is_some() && !job.no_page) || job.report.is_some();
        let page = wants_page.then(|| PageRows::new(&names, job.values));
        let writers = out.map(|out| Writers::new(job, &names, &contexts[0], out)).transpose()?;
        let read = contexts
            .iter()
            .map(|context| SourceTally { bytes: context.header_bytes, ..SourceTally::default() })
            .collect();
        Ok(Ordered {
            names,
            contexts,
            policy: job.on_duplicate,
            unique: Unique::new(job.on_duplicate, job.machine.phone_bytes_max(), &private),
            held: None,
            seen: Seen::default(),
            unmerged: HashSet::new(),
            private,
            writers,
            page,
            counts: Counts::default(),
            actions: Actions::default(),
            read,
            first_ordinals: Vec::new(),
            problems: Found::default(),
            regions: Frequencies::default(),
            valid: Frequencies::default(),
            kinds: Frequencies::default(),
            unread: Unread::default(),
            found: Vec::new(),
        })
    }

    /// How far the run has come. Where chunks are taken twice, each time counts for half.
    pub(super) fn progress(&self) -> Progress {
        let bytes = self.read.iter().map(|tally| tally.bytes).sum();
        let seen = self.seen.bytes;
        let bytes = if seen > 0 { seen.midpoint(bytes) } else { bytes };
        Progress { bytes, counts: self.counts }
    }

    /// Takes the next chunk: settles its rows, or holds it back until all are known.
    pub(super) fn take(&mut self, worked: &Worked, watch: &dyn Watch) -> Result<()> {
        let next = self.counts.rows.max(self.seen.rows);
        let is_held = self.unique.holds_back(next, &|| go_on(watch)).map_err(stopped(watch))?;
        if is_held { self.hold_back(worked, next) } else { self.settle_chunk(worked, watch) }
    }

    /// Holds a chunk back, the first row of which has the ordinal `first`.
    fn hold_back(&mut self, worked: &Worked, first: u64) -> Result<()> {
        self.see_sources(worked.chunk.source, first);
        if self.held.is_none() {
            let keep = if self.policy == OnDuplicate::Merge { Keep::Rows } else { Keep::Chunks };
            let held = Held::new(keep, &self.private).map_err(|cause| lists::private(&cause))?;
            self.held = Some(Arc::new(held));
            self.seen.bytes = self.progress().bytes;
        }
        let held = self.held.as_mut().and_then(Arc::get_mut).expect("nobody reads it yet");
        held.push(&worked.chunk, worked.rows.iter().map(|row| row.spot))
            .and_then(|()| self.unique.gather(&worked.claims, &worked.prints, first))
            .map_err(|cause| lists::private(&cause))?;
        self.seen.rows = first + worked.rows.len() as u64;
        self.seen.bytes += worked.rows.iter().map(|row| row.spot.length).sum::<u64>();
        Ok(())
    }

    /// Settles what was held back: the chunks that are to be worked and taken once more. `None` where
    /// every row is settled.
    pub(super) fn settle_held(&mut self, watch: &dyn Watch) -> Result<Option<HeldReader>> {
        let Some(held) = &self.held else { return Ok(None) };
        self.unique.settle_all(&|| go_on(watch)).map_err(stopped(watch))?;
        Ok(Some(held.reader()))
    }

    /// Settles the rows of a chunk, and hands them to the writers.
    fn settle_chunk(&mut self, worked: &Worked, watch: &dyn Watch) -> Result<()> {
        let source = worked.chunk.source;
        self.begin_sources(source)?;
        self.claim(worked)?;
        let contexts = Arc::clone(&self.contexts);
        let context = &contexts[source as usize];
        let tally = self.read[source as usize];
        let first = self.counts.rows;
        let merges = self.policy == OnDuplicate::Merge;
        let found = std::mem::take(&mut self.found);
        let mut related = found.iter().peekable();
        let mut lines = Frequencies::default();
        let lines_before = context.header_lines + tally.lines;
        let rows = worked.rows.as_slice();
        let mut at = 0;
        while at < rows.len() {
            let begins = at.checked_sub(1).map_or_else(Ends::default, |before| rows[before].ends);
            let number = tally.rows + at as u64 + 1;
            let next_related = related.peek().map_or(rows.len(), |(row, _)| *row);
            let may_be_plain = if merges { 0 } else { next_related - at };
            let plain = rows[at..].iter().take(may_be_plain).take_while(|row| row.is_plain).count();
            if plain > 0 {
                let rows = &rows[at..at + plain];
                let run = Run { worked, rows, begins, source, first: number, lines_before };
                self.settle_run(run, &mut lines)?;
                at += plain;
                continue;
            }
            let row = &rows[at];
            let place = Place {
                source,
                row: number,
                line: lines_before + row.spot.line + 1,
                byte: worked.chunk.byte + row.spot.byte,
                length: row.spot.length,
            };
            let relation = related.next_if(|(row, _)| *row == at);
            let related = relation.map(|(_, relation)| self.related(*relation));
            let fate = related.map_or(row.fate, |related| fate(row.fate, related.role));
            let sheet_row = context.header_records + number;
            let row = Settled { worked, row, begins, place, sheet_row, fate, related };
            if merges && self.unique.has_members(first + at as u64) {
                self.settle_merged(&row, first + at as u64, context, watch)?;
            } else {
                self.settle(&row, context)?;
            }
            at += 1;
        }
        for ((region, kind), rows) in lines.iter() {
            self.valid.add_times(*region, rows);
            self.regions.add_times(*region, rows);
            self.kinds.add_times(*kind, rows);
        }
        let length = rows.iter().map(|row| row.spot.length).sum::<u64>();
        self.found = found;
        self.unread.add(&worked.unread);
        let tally = &mut self.read[source as usize];
        tally.rows += worked.rows.len() as u64;
        tally.bytes += length;
        tally.lines += worked.lines;
        Ok(())
    }

    /// Begins the sources up to `source`; some may have no rows and so no chunk.
    fn begin_sources(&mut self, source: u32) -> Result<()> {
        self.see_sources(source, self.counts.rows);
        for (at, index) in (0..=source).enumerate() {
            if self.read[at].begun {
                continue;
            }
            self.read[at].begun = true;
            if let Some(writers) = &mut self.writers {
                writers.begin_source(index, &self.contexts[at])?;
            }
        }
        Ok(())
    }

    /// Notes that the sources up to `source` begin at the row `next` at the latest.
    fn see_sources(&mut self, source: u32, next: u64) {
        let sources = source as usize + 1;
        if self.first_ordinals.len() < sources {
            self.first_ordinals.resize(sources, next);
        }
    }

    /// Claims what the chunk's rows bring; `found` then has those with which another row has to
    /// do.
    fn claim(&mut self, worked: &Worked) -> Result<()> {
        self.found.clear();
        let Worked { claims, prints, .. } = worked;
        self.unique
            .claim(claims, prints, self.counts.rows, &mut self.found)
            .map_err(|cause| lists::private(&cause))
    }

    /// What another row is to a row.
    fn related(&self, relation: Relation) -> Related {
        let (role, ordinal) = match relation {
            Relation::Keeps { kept, differs }
                if self.policy == OnDuplicate::Merge && !self.unmerged.contains(&kept) =>
            {
                (Role::Merged(differs), kept)
            }
            Relation::Keeps { kept, differs } => (Role::Kept(differs), kept),
            Relation::Repeats { other, differs } => (Role::Repeats(differs), other),
            Relation::MayBeSame { variant } => (Role::Variant, variant),
        };
        let RowName { source, row } = self.row_of(ordinal);
        Related { role, source, row }
    }

    /// The source and the row number of an ordinal.
    fn row_of(&self, ordinal: u64) -> RowName {
        let sources = (0..).zip(&self.first_ordinals);
        let of_ordinal = sources.filter(|(_, first)| **first <= ordinal);
        let (source, first) = of_ordinal.last().expect("the first source begins at 0");
        RowName { source, row: ordinal - first + 1 }
    }

    /// Settles the row with the ordinal `kept`, which takes what others of its phone add.
    fn settle_merged(
        &mut self,
        row: &Settled<'_>,
        kept: u64,
        context: &SourceContext,
        watch: &dyn Watch,
    ) -> Result<()> {
        let private = stopped(watch);
        let held = Arc::clone(self.held.as_ref().expect("merged rows are held back"));
        let contexts = Arc::clone(&self.contexts);
        let mut together = Together::default();
        let raw = row.raw().to_vec();
        add(&mut together, &raw, self.row_of(kept), context);
        while let Some(member) = self.unique.next_member(kept).map_err(&private)? {
            go_on(watch).map_err(&private)?;
            let name = self.row_of(member);
            let raw = held.row(member).map_err(&private)?;
            add(&mut together, &raw, name, &contexts[name.source as usize]);
        }
        let mut merged = Worked::default();
        merged.work_merged(raw, &together, &self.names, context)?;
        if merged.problems.codes().any(|code| code == Code::PhoneMergeRefused) {
            self.unmerged.insert(kept);
        }
        let [only]: &[WorkedRow; 1] = merged.rows.as_slice().try_into().expect("one row");
        let begins = Ends::default();
        let row = Settled { worked: &merged, row: only, begins, fate: only.fate, ..*row };
        self.settle(&row, context)
    }

    /// Counts plain rows, also in `lines`, and hands them to the writers.
    fn settle_run(
        &mut self,
        run: Run<'_>,
        lines: &mut Frequencies<(Option<Region>, Kind)>,
    ) -> Result<()> {
        let rows = run.rows.len() as u64;
        self.counts.add(Fate::Accepted, rows);
        self.actions.create += rows;
        for (_, region, kind) in run.rows.iter().filter_map(|row| row.phone) {
            lines.add((region, kind));
        }
        if let Some(page) = &mut self.page {
            page.take_run(&run);
        }
        match &mut self.writers {
            Some(writers) => writers.write_run(run),
            None => Ok(()),
        }
    }

    /// Counts a row and hands it to the writers.
    fn settle(&mut self, row: &Settled<'_>, context: &SourceContext) -> Result<()> {
        self.counts.add(row.fate, 1);
        for problem in row.problems() {
            self.problems.add(problem.code(), &row.place, || problem.value());
        }
        if let Some(related) = &row.related {
            self.problems.add(related.role.code(), &row.place, String::new);
        }
        if let Some((_, region, _)) = row.row.phone {
            self.valid.add(region);
        }
        if let (Fate::Accepted, Some((_, region, kind))) = (row.fate, row.row.phone) {
            match row.row.action {
                Some(Action::Update) => self.actions.update += 1,
                _ => self.actions.create += 1,
            }
            self.regions.add(region);
            self.kinds.add(kind);
        }
        if let Some(page) = &mut self.page {
            page.take(row, &self.contexts);
        }
        match &mut self.writers {
            Some(writers) => writers.write(row, context),
            None => Ok(()),
        }
    }

    /// Ends all files, compares what was read with what was written, and commits the folder.
    pub(super) fn finish(mut self, job: &Job, bytes: &[u64]) -> Result<Summary> {
        if let Some(last) = u32::try_from(self.contexts.len()).ok().and_then(|n| n.checked_sub(1)) {
            self.begin_sources(last)?;
        }
        let summary = self.summary(job);
        self.check_read(&summary, bytes)?;
        let page = self.page.map(PageRows::page);
        let alone = page.as_ref().filter(|_| job.report.is_some());
        let alone = alone.map(|page| page.render(&summary, Beside::Nothing)).transpose()?;
        let summary = match self.writers {
            Some(writers) => writers.finish(summary, page.as_ref().filter(|_| !job.no_page))?,
            None => summary,
        };
        if let (Some(file), Some(alone)) = (&job.report, alone) {
            file.write(&alone)?;
        }
        Ok(summary)
    }

    /// What the reader counted against what was taken, and the rows against their fates.
    fn check_read(&self, summary: &Summary, bytes: &[u64]) -> Result<()> {
        let taken: Vec<u64> = self.read.iter().map(|tally| tally.bytes).collect();
        if taken != bytes {
            let message = format!("{bytes:?} bytes were read and {taken:?} became records");
            return Err(Error::Internal(message));
        }
        let read: u64 = self.read.iter().map(|tally| tally.rows).sum();
        if read != self.counts.rows || !self.counts.balances() {
            let message = format!("{read} rows were read, and {}", summary.equation);
            return Err(Error::Internal(message));
        }
        Ok(())
    }
}

/// An error where the run was cancelled.
fn go_on(watch: &dyn Watch) -> io::Result<()> {
    watch.cancelled().map_or(Ok(()), |_| Err(io::ErrorKind::Interrupted.into()))
}

/// Why long work stopped: because of the signal, where there was one.
fn stopped(watch: &dyn Watch) -> impl Fn(io::Error) -> Error + '_ {
    |cause| watch.cancelled().map_or_else(|| lists::private(&cause), Error::Interrupted)
}

/// What becomes of a row because of another one.
fn fate(alone: Fate, role: Role) -> Fate {
    match role {
        Role::Kept(_) => Fate::Duplicate,
        Role::Merged(_) => Fate::Merged,
        Role::Repeats(_) => Fate::Rejected,
        Role::Variant => alone,
    }
}

/// Adds a row, whose record is `raw`, to those whose contacts are merged.
fn add(together: &mut Together, raw: &[u8], name: RowName, context: &SourceContext) {
    context.reread(raw, &mut context.reader(), |row, view| {
        let draft = Draft::new(row, &view.columns);
        if let Ok(contact) = normalize(&draft, &context.rules, &mut Vec::new()) {
            together.add(&contact, &draft, view, name, context.read.limits.cell_bytes_max);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Asked;

    impl Watch for Asked {
        fn cancelled(&self) -> Option<u8> {
            Some(15)
        }
    }

    #[test]
    fn long_work_stops_where_a_signal_asks_it_to_and_says_which() {
        assert!(go_on(&()).is_ok());
        let cause = go_on(&Asked).expect_err("a signal came");
        assert!(matches!(stopped(&Asked)(cause), Error::Interrupted(15)));
        let other = stopped(&())(io::Error::other("no room"));
        assert!(matches!(other, Error::Output { .. }), "{other:?}");
    }
}
