//! What a run was told and what it found → the summary.

use std::collections::BTreeMap;

use crate::contact::Field;
use crate::ingest::compressed::{Compression, UnpackLimits};
use crate::ingest::{Evidence, HeaderLine, Ragged};
use crate::map::advice::{Hint, hints};
use crate::map::{Params, PresetChoice};
use crate::normalize::{MissingName, Need, Wanted};
use crate::phone::{DigitsAs, Letters, Region, Several};
use crate::unique::OnDuplicate;
use crate::write::mask::Values;
use crate::write::summary::{ColumnFacts, Counts, NotUsed, SCHEMA, Settings, SourceFacts, Summary};

use super::context::{SourceContext, View};
use super::frequencies::Frequencies;
use super::order::Ordered;
use super::{Goal, Job, MaxRejects};

/// How many columns that are not used are named.
const NOT_USED_MAX: usize = 20;

impl Ordered {
    /// What there is to say of the run.
    pub(super) fn summary(&self, job: &Job) -> Summary {
        let findings = self.problems.findings(&self.names);
        let by_region = |counted: &Frequencies<Option<Region>>| {
            let counted = counted.iter().map(|(region, count)| (*region, count));
            counted.collect::<BTreeMap<Option<Region>, u64>>()
        };
        let regions = by_region(&self.regions);
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
            hints: self.unread.hints(job, &by_region(&self.valid)),
            problems: findings.iter().map(|it| (it.code.as_str(), it.count)).collect(),
            findings,
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
            encoding_is_doubtful: context.encoding_is_doubtful,
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
            not_used: hints(columns)
                .into_iter()
                .take(NOT_USED_MAX)
                .map(|Hint { column, field, why }| NotUsed {
                    field: field.as_str(),
                    column: columns.headers[column].clone(),
                    column_number: column + 1,
                    why,
                })
                .collect(),
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
        on_duplicate: (job.on_duplicate != OnDuplicate::First).then(|| job.on_duplicate.as_str()),
        batch_size: (job.goal == Goal::Prepare && job.contract.is_some())
            .then(|| limit(job.batch_max().rows)),
        batch_bytes: Some(job.batch_max().bytes).filter(|bytes| *bytes < u64::MAX),
        max_rejects: job.max_rejects.map(|most| match most {
            MaxRejects::Count(most) => most.to_string(),
            MaxRejects::OfTenThousand(most) => format!("{}.{:02}%", most / 100, most % 100),
        }),
        redact: job.values == Values::Masked,
        no_page: job.no_page,
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
