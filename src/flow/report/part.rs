//! The files of a part of a run: each is the very bytes that the whole run writes for the rows of
//! the part, so that the parts' files, one behind the other, are those of the run.

use crate::error::Result;
use crate::write::batch::{IfEmpty, PAYLOAD_FOLDER, Payload, UPDATES_FOLDER};
use crate::write::contract::Format;
use crate::write::encode::Frame;
use crate::write::follow_up::FollowUp;
use crate::write::ledger::Ledger;
use crate::write::outdir::{OutDir, OutputFacts};
use crate::write::summary::Counts;

use super::super::context::SourceContext;
use super::super::part::{Begin, End};
use super::{Job, Writers, compare};

impl Writers {
    /// The files of a part of the source with that index.
    pub(in super::super) fn part(
        job: &Job,
        names: &[String],
        source: u32,
        context: &SourceContext,
        begin: &Begin,
        mut out: OutDir,
    ) -> Result<Writers> {
        let contract = job.contract.as_ref().filter(|_| !begin.is_withheld);
        let (mut payload, mut updates) = (None, None);
        if let Some((contract, encoder)) = contract.zip(context.view.encoder.as_ref()) {
            let (form, frame) = (contract.payload.format.extension(), encoder.frame().clone());
            let empty = Payload::new(PAYLOAD_FOLDER, form, job.batch_max(), frame);
            payload = Some((empty.continued(begin.payload, &mut out)?, contract.clone()));
            if begin.updates.files > 0 {
                let (form, frame) = (Format::Requests.extension(), Frame::lines(String::new()));
                let empty = Payload::new(UPDATES_FOLDER, form, job.batch_max(), frame);
                updates = Some(empty.continued(begin.updates, &mut out)?);
            }
        }
        let ledger = Ledger::continued(names, &mut out)?;
        let follow_up = FollowUp::continued(names);
        let mut writers = Writers::with(job, names, payload, ledger, follow_up, out)?;
        writers.updates = updates;
        if begin.is_first {
            writers.begin_source(source, context)?;
        } else {
            let dialect = context.read.dialect;
            writers.reader = Some(context.reader());
            writers.rejects.continue_source(source, dialect, &mut writers.out)?;
            writers.duplicates.continue_source(source, dialect, &mut writers.out)?;
        }
        Ok(writers)
    }

    /// Ends the part's files, compares what they hold with what was counted, and hands the folder
    /// over.
    pub(in super::super) fn finish_part(
        self,
        counts: &Counts,
        begin: &Begin,
    ) -> Result<Vec<OutputFacts>> {
        let Writers { mut out, payload, updates, follow_up, ledger, issues, .. } = self;
        let (rejects, duplicates) = (self.rejects, self.duplicates);
        let mut outputs = Vec::new();
        if let Some((payload, _)) = payload {
            let (files, created) = match begin.end {
                End::Open => payload.leave_open()?,
                End::Closed => payload.finish(IfEmpty::NoFile, &mut out)?,
                End::OneEmptyFile => payload.finish(IfEmpty::OneFile, &mut out)?,
            };
            // Nothing stands behind the last line, so that open and closed are the same.
            let updates = updates.map(Payload::leave_open).transpose()?;
            let (more, updated) = updates.unwrap_or_default();
            compare("accepted contacts", counts.accepted, created + updated)?;
            outputs.extend(files.into_iter().chain(more).chain(follow_up.finish()?));
        }
        let (file, written) = ledger.finish()?;
        compare("rows in the ledger", counts.rows, written)?;
        outputs.extend([file, issues.finish()?]);
        let (files, written) = rejects.finish()?;
        compare("rejected rows", counts.rejected + counts.malformed, written)?;
        outputs.extend(files);
        let (files, written) = duplicates.finish()?;
        compare("duplicates", counts.duplicate + counts.merged, written)?;
        outputs.extend(files);
        out.hand_over()?;
        Ok(outputs)
    }
}
