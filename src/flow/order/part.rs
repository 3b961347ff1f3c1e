//! The ordered stage over a part of a run: it begins where the part before ends, and what other
//! parts decide is given.

use crate::error::Result;
use crate::phone::{Kind, Region};
use crate::problem::Code;
use crate::unique::Unique;
use crate::write::outdir::{OutDir, OutputFacts};
use crate::write::summary::Summary;

use super::super::context::Contexts;
use super::super::part::{Placed, Tally};
use super::super::report::Writers;
use super::super::work::Worked;
use super::{Frequencies, Job, Ordered, Relation, SourceTally};

impl Ordered {
    /// Begins in the middle. `relations` has the part's rows that others matter to.
    pub(in super::super) fn part(
        job: &Job,
        names: Vec<String>,
        contexts: Contexts,
        placed: &Placed<'_>,
        relations: Vec<(u64, Relation)>,
        out: OutDir,
    ) -> Result<Ordered> {
        let Placed { source, begin, first_ordinals, start } = *placed;
        let private = out.partial().to_owned();
        let mut ordered = Ordered::new(job, names, contexts, None)?;
        let first = first_ordinals[source as usize] + begin.rows;
        // Within the part rows are counted from its first.
        let of_part = |(at, relation)| (at - first, relation);
        let relations = relations.into_iter().map(of_part).collect();
        ordered.unique = Unique::given(job.on_duplicate, relations, &private);
        ordered.first_ordinals = first_ordinals.to_vec();
        for tally in &mut ordered.read {
            tally.begun = true;
        }
        ordered.read[source as usize] =
            SourceTally { rows: begin.rows, bytes: start, lines: begin.lines, begun: true };
        let context = &ordered.contexts[source as usize];
        ordered.writers = Some(Writers::part(job, &ordered.names, source, context, begin, out)?);
        Ok(ordered)
    }

    /// Takes the next chunk of the part.
    pub(in super::super) fn take_part(&mut self, worked: &Worked) -> Result<()> {
        self.settle_chunk(worked, &())
    }

    /// Ends the part's files.
    pub(in super::super) fn finish_part(
        mut self,
        placed: &Placed<'_>,
    ) -> Result<(Tally, Vec<OutputFacts>)> {
        let writers = self.writers.take().expect("a part writes");
        let outputs = writers.finish_part(&self.counts, placed.begin)?;
        self.unread.keep_behind(placed.begin.unread_before);
        let names = |regions: &Frequencies<Option<Region>>| {
            let name = |region: &Option<Region>| region.as_ref().map(ToString::to_string);
            regions.iter().map(|(region, count)| (name(region), count)).collect()
        };
        let tally = Tally {
            counts: self.counts,
            actions: self.actions,
            problems: self.problems.counts(),
            regions: names(&self.regions),
            valid: names(&self.valid),
            kinds: self.kinds.iter().map(|(it, count)| (it.as_str().to_owned(), count)).collect(),
            unread: self.unread,
            source: placed.source,
            bytes: self.read[placed.source as usize].bytes,
        };
        Ok((tally, outputs))
    }

    /// The summary of a run from what its parts have counted, in order.
    pub(in super::super) fn of_parts(
        job: &Job,
        names: Vec<String>,
        contexts: Contexts,
        tallies: &[Tally],
    ) -> Result<Summary> {
        let mut ordered = Ordered::new(job, names, contexts, None)?;
        for tally in tallies {
            ordered.absorb(tally);
        }
        Ok(ordered.summary(job))
    }

    fn absorb(&mut self, tally: &Tally) {
        // Taken apart without `..`, so that nothing that is counted is lost.
        let Tally { counts, actions, problems, regions, valid, kinds, unread, source, bytes } =
            tally;
        self.counts.absorb(counts);
        self.actions.create += actions.create;
        self.actions.update += actions.update;
        self.problems.absorb(problems);
        debug_assert_eq!(problems.len(), Code::COUNT, "parts are made by this very version");
        for (counted, into) in [(regions, &mut self.regions), (valid, &mut self.valid)] {
            for (region, count) in counted {
                let region = region.as_ref().map(|it| it.parse().expect("a region was written"));
                into.add_times(region, *count);
            }
        }
        for (name, count) in kinds {
            let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == name);
            self.kinds.add_times(kind.expect("a kind was written"), *count);
        }
        self.unread.absorb(unread);
        let read = &mut self.read[*source as usize];
        read.rows += counts.rows;
        read.bytes = read.bytes.max(*bytes);
    }
}
