//! The ordered stage: takes worked chunks in file order, settles each row's fate, numbers it, and
//! hands it to the writers. At the end it compares what was read with what was written.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::contact::Field;
use crate::error::{Error, Result};
use crate::ingest::compressed::{Compression, UnpackLimits};
use crate::ingest::{Evidence, HeaderLine, Ragged};
use crate::map::{Params, PresetChoice};
use crate::normalize::{MissingName, Need, Wanted};
use crate::phone::{DigitsAs, Kind, Letters, Region, Several};
use crate::problem::{Action, Code, Fate, Place};
use crate::unique::{Earlier, Unique};
use crate::write::html::Beside;
use crate::write::issues::{Related, Role};
use crate::write::outdir::OutDir;
use crate::write::summary::{Actions, ColumnFacts, Counts, SCHEMA, Settings, SourceFacts, Summary};

use super::context::{SourceContext, View};
use super::frequencies::Frequencies;
use super::hints::Unread;
use super::page::PageRows;
use super::report::{Settled, Writers};
use super::work::{Ends, Worked};
use super::{Goal, Job, MaxRejects, Progress};

/// What the ordered stage knows.
pub(super) struct Ordered {
    names: Vec<String>,
    contexts: Arc<[SourceContext]>,
    unique: Unique,
    writers: Option<Writers>,
    /// What the report page shows, where one is wanted.
    page: Option<PageRows>,
    counts: Counts,
    actions: Actions,
    /// Rows and bytes as the reader counts them, by source.
    read: Vec<SourceTally>,
    problems: Vec<u64>,
    regions: Frequencies<Option<Region>>,
    kinds: Frequencies<Kind>,
    /// The digits that no number of the home region has.
    unread: Unread,
    /// The rows of a chunk with which an earlier row has to do, by their index; kept for its
    /// memory.
    found: Vec<(usize, Earlier)>,
}

/// How far a source has been taken.
#[derive(Debug, Clone, Copy, Default)]
struct SourceTally {
    rows: u64,
    bytes: u64,
    lines: u64,
    /// The ordinal of its first row.
    first_ordinal: u64,
    begun: bool,
}

impl Ordered {
    pub(super) fn new(
        job: &Job,
        names: Vec<String>,
        contexts: Arc<[SourceContext]>,
        out: Option<OutDir>,
    ) -> Result<Ordered> {
        let spool = out.as_ref().map_or_else(std::env::temp_dir, |out| out.partial().to_owned());
        let page = (out.is_some() || job.report.is_some()).then(|| PageRows::new(&names));
        let writers = out.map(|out| Writers::new(job, &names, &contexts[0], out)).transpose()?;
        let read = contexts
            .iter()
            .map(|context| SourceTally { bytes: context.header_bytes, ..SourceTally::default() })
            .collect();
        Ok(Ordered {
            names,
            contexts,
            unique: Unique::new(&spool),
            writers,
            page,
            counts: Counts::default(),
            actions: Actions::default(),
            read,
            problems: vec![0; Code::COUNT],
            regions: Frequencies::default(),
            kinds: Frequencies::default(),
            unread: Unread::default(),
            found: Vec::new(),
        })
    }

    pub(super) fn progress(&self) -> Progress {
        Progress {
            bytes: self.read.iter().map(|tally| tally.bytes).sum(),
            rows: self.counts.rows,
            accepted: self.counts.accepted,
        }
    }

    /// Takes the next chunk.
    pub(super) fn take(&mut self, worked: &Worked) -> Result<()> {
        let source = worked.chunk.source;
        self.begin_sources(source)?;
        self.claim(worked)?;
        let contexts = Arc::clone(&self.contexts);
        let context = &contexts[source as usize];
        let tally = self.read[source as usize];
        let found = std::mem::take(&mut self.found);
        let mut earlier = found.iter().peekable();
        let mut begins = Ends::default();
        let mut length = 0;
        for (index, row) in worked.rows.iter().enumerate() {
            let number = tally.rows + index as u64 + 1;
            length += row.spot.length;
            let place = Place {
                source,
                row: number,
                line: context.header_lines + tally.lines + row.spot.line + 1,
                byte: worked.chunk.byte + row.spot.byte,
                length: row.spot.length,
            };
            let earlier = earlier.next_if(|(row, _)| *row == index);
            let related = earlier.map(|(_, earlier)| self.related(*earlier));
            let fate = match related {
                Some(Related { role: Role::Kept(_), .. }) => Fate::Duplicate,
                _ => row.fate,
            };
            let sheet_row = context.header_records + number;
            let row = Settled { worked, row, begins, place, sheet_row, fate, related };
            self.settle(&row, context)?;
            begins = row.row.ends;
        }
        self.found = found;
        for code in worked.problems.codes() {
            self.problems[code as usize] += 1;
        }
        self.unread.add(&worked.unread);
        let tally = &mut self.read[source as usize];
        tally.rows += worked.rows.len() as u64;
        tally.bytes += length;
        tally.lines += worked.lines;
        Ok(())
    }

    /// Begins the sources up to `source`; some may have no rows and so no chunk.
    fn begin_sources(&mut self, source: u32) -> Result<()> {
        for (at, index) in (0..=source).enumerate() {
            if self.read[at].begun {
                continue;
            }
            self.read[at].begun = true;
            self.read[at].first_ordinal = self.counts.rows;
            if let Some(writers) = &mut self.writers {
                writers.begin_source(index, &self.contexts[at])?;
            }
        }
        Ok(())
    }

    /// Claims what the chunk's rows bring; `found` then has those with which an earlier row has to
    /// do.
    fn claim(&mut self, worked: &Worked) -> Result<()> {
        let spool = |cause| Error::Output {
            path: "private spool file".to_owned(),
            what: format!("cannot be used: {cause}"),
        };
        self.found.clear();
        self.unique.add_prints(&worked.prints).map_err(spool)?;
        self.unique.claim(&worked.claims, self.counts.rows, &mut self.found).map_err(spool)
    }

    /// What an earlier row is to a row.
    fn related(&self, earlier: Earlier) -> Related {
        let (role, ordinal) = match earlier {
            Earlier::Keeps { kept, differs } => (Role::Kept(differs), kept),
            Earlier::MayBeSame { variant } => (Role::Variant, variant),
        };
        let (source, row) = self.row_of(ordinal);
        Related { role, source, row }
    }

    /// The source, by index, and the row number of an ordinal.
    fn row_of(&self, ordinal: u64) -> (u32, u64) {
        let begun = self.read.iter().take_while(|tally| tally.begun);
        let (at, tally) = (0..)
            .zip(begun)
            .filter(|(_, tally)| tally.first_ordinal <= ordinal)
            .last()
            .expect("the first source begins at 0");
        (at, ordinal - tally.first_ordinal + 1)
    }

    /// Counts a row and hands it to the writers.
    fn settle(&mut self, row: &Settled<'_>, context: &SourceContext) -> Result<()> {
        self.counts.add(row.fate);
        if let Some(related) = &row.related {
            self.problems[related.role.code() as usize] += 1;
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
        let Some(page) = self.page.map(PageRows::page) else { return Ok(summary) };
        let alone = job.report.as_ref().map(|_| page.render(&summary, Beside::Nothing));
        let alone = alone.transpose()?;
        let summary = match self.writers {
            Some(writers) => writers.finish(summary, &page)?,
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

    fn summary(&self, job: &Job) -> Summary {
        let problems = Code::all().map(|code| (code.as_str(), self.problems[code as usize]));
        let regions: BTreeMap<Option<Region>, u64> =
            self.regions.iter().map(|(region, count)| (*region, count)).collect();
        let region =
            |region: &Option<Region>| region.as_ref().map_or("unknown", Region::as_str).to_owned();
        Summary {
            schema: SCHEMA,
            rowcall: env!("CARGO_PKG_VERSION"),
            numbering_plan: job.plan.version().to_owned(),
            command: job.goal.as_str(),
            counts: self.counts,
            equation: self.counts.equation(),
            actions: self.actions,
            withheld: withheld(job, &self.counts),
            sources: (0..self.contexts.len()).map(|at| self.source_facts(at)).collect(),
            lists: self.contexts.first().map(|it| it.lists.facts.clone()).unwrap_or_default(),
            settings: settings(job),
            hints: self.unread.hints(job, &regions),
            problems: problems.filter(|(_, count)| *count > 0).collect(),
            regions: regions.iter().map(|(key, count)| (region(key), *count)).collect(),
            kinds: self.kinds.iter().map(|(kind, count)| (kind.as_str(), count)).collect(),
            outputs: Vec::new(),
        }
    }

    fn source_facts(&self, at: usize) -> SourceFacts {
        let context = &self.contexts[at];
        let View { columns, params, left_out, .. } = &context.view;
        let dialect = context.read.dialect;
        SourceFacts {
            source: self.names[at].clone(),
            bytes: self.read[at].bytes,
            rows: self.read[at].rows,
            compression: context.compression.map(Compression::as_str),
            encoding: context.encoding.name(),
            delimiter: char::from(dialect.delimiter).to_string(),
            quote: dialect.quote.map(|quote| char::from(quote).to_string()),
            escape: dialect.escape.map(|escape| char::from(escape).to_string()),
            skipped_lines: context.skipped_lines,
            has_header: context.header_line == HeaderLine::Present,
            evidence: evidence(context),
            line_ends: context.layout.line_ends.as_str(),
            preset: columns.preset.map(|preset| preset.name.as_str()),
            tag_separator: columns.of(Field::Tags).map(|_| columns.tag_separator.clone()),
            header: columns.headers.clone(),
            columns: columns
                .decided()
                .map(|(field, at, evidence)| ColumnFacts {
                    field: field.as_str(),
                    column: columns.headers[at].clone(),
                    column_number: at + 1,
                    evidence: evidence.as_str(),
                })
                .collect(),
            params: params.iter().map(|at| columns.param_name(*at)).collect(),
            left_out: left_out.iter().map(|at| columns.param_name(*at)).collect(),
        }
    }
}

/// How each fact of a source's form came about, by its key.
fn evidence(context: &SourceContext) -> BTreeMap<&'static str, &'static str> {
    let layout = context.layout.evidence;
    [
        ("delimiter", layout.delimiter.as_str()),
        ("quote", layout.quote.as_str()),
        ("escape", layout.escape.as_str()),
        ("skipped_lines", layout.preamble.as_str()),
        ("has_header", layout.header.as_str()),
        ("compression", Evidence::Detected.as_str()),
        ("encoding", context.encoding_by.as_str()),
    ]
    .into_iter()
    .collect()
}

/// Why the payload must be withheld, if it must.
fn withheld(job: &Job, counts: &Counts) -> Option<String> {
    let rejects = counts.rejected + counts.malformed;
    let exceeded = job.max_rejects?.is_exceeded(rejects, counts.rows);
    exceeded.then(|| format!("{rejects} of {} rows were refused, more than allowed", counts.rows))
}

/// What was asked for, as far as it changes the output.
fn settings(job: &Job) -> Settings {
    let UnpackLimits { bytes_max, ratio_max, ratio_from: _ } = job.read.unpack;
    let phone = &job.phone;
    let pair = |(field, column): &(Field, String)| format!("{field}={column}");
    Settings {
        to: job.contract.as_ref().map(|contract| contract.name.clone()),
        contract_blake3: job.contract.as_ref().map(|contract| contract.blake3.clone()),
        region: job.home.map(|region| region.to_string()),
        digits: match phone.read.digits {
            DigitsAs::Auto => None,
            DigitsAs::National => Some("national"),
            DigitsAs::International => Some("international"),
        },
        multi: match phone.read.several {
            Several::First => None,
            Several::Reject => Some("reject"),
        },
        vanity: phone.read.letters == Letters::Vanity,
        kinds: wanted(&phone.kinds, |kind| kind.as_str().to_owned()),
        regions: wanted(&phone.regions, ToString::to_string),
        map: job.map.columns.iter().map(pair).collect(),
        limit: job.rows_max,
        set: job.map.constants.iter().map(pair).collect(),
        params: match &job.map.params {
            Params::All => None,
            Params::None => Some("none".to_owned()),
            Params::Only(names) => Some(names.join(",")),
        },
        tags_sep: job.map.tag_separator.clone(),
        preset: match job.map.preset {
            PresetChoice::Auto => None,
            PresetChoice::None => Some("none".to_owned()),
            PresetChoice::Named(preset) => Some(preset.name.clone()),
        },
        require_opt_in: job.opt_in == Need::Required,
        ragged: match job.read.ragged {
            Ragged::Reject => None,
            Ragged::Pad => Some("pad"),
        },
        missing_name: job.missing_name.as_ref().map(|missing| match missing {
            MissingName::Reject => "reject".to_owned(),
            MissingName::Phone => "phone".to_owned(),
            MissingName::Text(text) => text.clone(),
        }),
        tag_id: job.tag_ids.all().map(|(key, tag, id)| format!("{key}={tag}={id}")).collect(),
        avatar_dir: job.avatar_folder.is_some(),
        batch_size: (job.goal == Goal::Prepare && job.contract.is_some())
            .then(|| limit(job.batch_max().rows)),
        batch_bytes: Some(job.batch_max().bytes).filter(|bytes| *bytes < u64::MAX),
        max_rejects: job.max_rejects.map(|most| match most {
            MaxRejects::Count(most) => most.to_string(),
            MaxRejects::OfTenThousand(most) => format!("{}.{:02}%", most / 100, most % 100),
        }),
        cell_bytes_max: job.read.limits.cell_bytes_max,
        record_bytes_max: job.read.limits.record_bytes_max,
        record_cells_max: job.read.limits.record_cells_max,
        unpacked_bytes_max: bytes_max,
        unpacked_ratio_max: ratio_max,
    }
}

/// A limit as it is written on the command line.
fn limit(rows: u64) -> String {
    if rows == u64::MAX { "all".to_owned() } else { rows.to_string() }
}

/// A policy as it is written on the command line.
fn wanted<T>(policy: &Wanted<T>, name: impl Fn(&T) -> String) -> Option<String> {
    let list = |values: &[T]| values.iter().map(&name).collect::<Vec<_>>().join(",");
    match policy {
        Wanted::Any => None,
        Wanted::Only(values) => Some(list(values)),
        Wanted::Not(values) => Some(format!("not:{}", list(values))),
    }
}
