//! What is known of a source before its first record: how it is read, what its columns mean, what
//! its rows are judged by, and how its contacts are written. Made once, shared by all workers.

use std::sync::Arc;

use crate::contact::{Contact, Field};
use crate::error::{Error, Result};
use crate::ingest::chunk::{Chunk, Malformed, Splitter};
use crate::ingest::compressed::Compression;
use crate::ingest::detect::{Detected, Origin};
use crate::ingest::encoding::{Encoding, Form};
use crate::ingest::guard::{RAW_COLUMN, REFUSED_COLUMNS};
use crate::ingest::record::{Fault, Record, RecordReader, Row};
use crate::ingest::{Evidence, HeaderLine, ReadOptions, Source};
use crate::map::content::Sample;
use crate::map::{Columns, Draft, Look};
use crate::normalize::{Need, Rules};
use crate::phone::read;
use crate::problem::Code;
use crate::unique::name_print;
use crate::write::contract::{Contract, Existing, StoredPart};
use crate::write::encode::{Encoder, Updater, param_columns};
use crate::write::issues::ColumnKeys;
use crate::write::rejects::RowForm;

use super::lists::Lists;
use super::{Goal, Job};

/// What is known of all sources, in order.
pub(super) type Contexts = Arc<[Arc<SourceContext>]>;

/// What workers and the ordered stage know of a source.
#[derive(Debug)]
pub(super) struct SourceContext {
    pub(super) read: ReadOptions,
    pub(super) header_bytes: u64,
    pub(super) header_lines: u64,
    pub(super) header_records: u64,
    pub(super) header_line: HeaderLine,
    pub(super) layout: Detected,
    pub(super) skipped_lines: u64,
    pub(super) compression: Option<Compression>,
    pub(super) encoding: Encoding,
    pub(super) encoding_by: Evidence,
    pub(super) encoding_is_doubtful: bool,
    pub(super) rules: Rules,
    /// What the platform does with a contact that it has.
    pub(super) rule: Existing,
    pub(super) lists: Arc<Lists>,
    /// Bytes of a payload file at most, which a contact alone must not exceed.
    pub(super) contact_bytes_max: u64,
    /// How the cells of rejects and duplicates are written.
    pub(super) cell_form: RowForm,
    pub(super) view: View,
    /// For a file of ours that comes back: the columns that stand in `_raw`, and where that is.
    raw: Option<(usize, View)>,
}

/// How the records of a source are seen.
#[derive(Debug)]
pub(super) struct View {
    pub(super) columns: Columns,
    /// What lines of problems say of the columns.
    pub(super) keys: ColumnKeys,
    /// The columns that the source had before we wrote it.
    pub(super) originals: Vec<usize>,
    /// The columns that are carried as params.
    pub(super) params: Vec<usize>,
    /// The columns for which the platform has no place.
    pub(super) left_out: Vec<usize>,
    /// The columns that are carried as they are (params, and whatever feeds no field), with the name
    /// under which rows of one phone are compared, and the field that they feed, too.
    pub(super) carried: Vec<(usize, String, Option<Field>)>,
    /// What stands between two cells.
    pub(super) delimiter: char,
    /// The columns that feed no field: index, and the print of the name.
    pub(super) leftovers: Vec<(usize, u32)>,
    /// `None`: neither is a payload wanted, nor have contacts a size.
    pub(super) encoder: Option<Encoder>,
    /// `None`: the contacts that the platform has are not known.
    pub(super) updater: Option<Updater>,
    /// Whether consent is set by an update alone, so that it is listed apart.
    pub(super) follows: bool,
}

impl View {
    fn new(
        headers: Vec<String>,
        sample: &Sample,
        source: &str,
        delimiter: u8,
        job: &Job,
    ) -> Result<View> {
        let look = Look { sample, plan: job.plan, home: job.home, source };
        let columns = Columns::decide(headers, &job.map, &look)?;
        let params = match &job.contract {
            Some(contract) => param_columns(contract, &columns),
            None => columns.leftovers().to_vec(),
        };
        let params = columns.wanted_params(params, &job.map.params, source)?;
        let no_place =
            |contract: &Contract| contract.params.is_none() && !contract.payload.original_columns;
        let (params, left_out) = match &job.contract {
            Some(contract) if no_place(contract) => (Vec::new(), params),
            _ => (params, Vec::new()),
        };
        let named = |&at: &usize| (at, name_print(&columns.param_name(at)));
        let mut carried: Vec<usize> = [columns.leftovers(), &params].concat();
        carried.sort_unstable();
        carried.dedup();
        let sized = job.batch_max().bytes < u64::MAX;
        let wanted = job.contract.as_ref().filter(|_| job.goal == Goal::Prepare || sized);
        let ids = Some(&job.tag_ids);
        Ok(View {
            keys: ColumnKeys::new(&columns, job.values),
            carried: carried
                .into_iter()
                .map(|at| {
                    let feeds = columns.decided().find(|(_, fed, _)| *fed == at);
                    (at, columns.param_name(at), feeds.map(|(field, ..)| field))
                })
                .collect(),
            originals: columns.originals(),
            leftovers: columns.leftovers().iter().map(named).collect(),
            updater: job
                .contract
                .as_ref()
                .filter(|_| !job.existing.is_empty())
                .map(|contract| Updater::new(contract, job.plan, &columns, &params)),
            follows: wanted.is_some_and(|contract| {
                let update = contract.update.as_ref();
                let by_update = update.is_some_and(|it| it.fields.contains_key(&StoredPart::OptIn));
                by_update && contract.field(Field::OptIn).is_none()
            }),
            encoder: wanted.map(|contract| Encoder::new(contract, &columns, &params, ids)),
            params,
            left_out,
            delimiter: char::from(delimiter),
            columns,
        })
    }
}

impl SourceContext {
    pub(super) fn new(source: &Source, job: &Job) -> Result<SourceContext> {
        refuse_guessed_rows(source)?;
        let view = View::new(
            source.header.clone(),
            &source.sample,
            &source.display,
            source.options.dialect.delimiter,
            job,
        )?;
        let raw = match view.columns.raw_column() {
            None => None,
            Some(at) => {
                let header = |at: &usize| view.columns.headers[*at].clone();
                let headers = view.originals.iter().map(header).collect();
                let cells = |row: &Vec<String>| -> Vec<String> {
                    view.originals.iter().filter_map(|at| row.get(*at).cloned()).collect()
                };
                let sample: Vec<Vec<String>> = source.sample.iter().map(cells).collect();
                Some((
                    at,
                    View::new(
                        headers,
                        &sample,
                        &source.display,
                        source.options.dialect.delimiter,
                        job,
                    )?,
                ))
            }
        };
        Ok(SourceContext {
            read: source.options,
            header_bytes: source.header_bytes,
            header_lines: source.header_lines,
            header_records: source.header_records,
            header_line: source.header_line,
            layout: source.layout,
            skipped_lines: source.skipped_lines,
            compression: source.compression,
            encoding: source.encoding,
            encoding_by: source.encoding_by,
            encoding_is_doubtful: source.encoding_is_doubtful,
            rules: rules(job),
            rule: job.contract.as_ref().map(|it| it.existing).unwrap_or_default(),
            lists: Arc::default(),
            contact_bytes_max: job.batch_max().bytes,
            cell_form: RowForm::new(source.options.dialect, job.values),
            view,
            raw,
        })
    }

    /// Whether a list of suppressed phones has the contact: by its phone, or by another of the row.
    pub(super) fn suppresses(&self, contact: &Contact<'_>, draft: &Draft<'_>) -> bool {
        let suppressed = &self.lists.suppressed;
        let has_other = |cell: &str| {
            let home = contact.region.or(self.rules.home);
            let reading = read(self.rules.plan, cell, home, self.rules.phone.read);
            let taken = reading.verdict.ok().map(|found| found.phone);
            taken.into_iter().chain(reading.others).any(|phone| suppressed.has(phone))
        };
        !suppressed.is_empty()
            && (suppressed.has(contact.phone) || draft.phones().any(|(_, cell)| has_other(cell)))
    }

    /// Whether updates are requests of their own.
    pub(super) fn updates_apart(&self) -> bool {
        self.view.updater.as_ref().is_some_and(Updater::needs_id)
    }

    /// A reader of the source's records.
    pub(super) fn reader(&self) -> RecordReader {
        RecordReader::new(self.read, Some(self.view.columns.headers.len()))
    }

    /// Reads the record of a row once more.
    pub(super) fn reread(
        &self,
        raw: &[u8],
        reader: &mut RecordReader,
        mut give: impl FnMut(Row<'_>, &View),
    ) {
        reader.read(raw, &[], |record| {
            self.resolve(record, &mut |record, view| {
                if let Record::Row(row) = record {
                    give(row, view);
                }
            });
        });
    }

    /// Reads a record of the source. In a file of ours that comes back, a record that could not be
    /// read stands in `_raw`, where somebody may have mended it: then that is the record.
    #[inline]
    pub(super) fn resolve(&self, record: Record<'_>, give: &mut impl FnMut(Record<'_>, &View)) {
        match (&record, &self.raw) {
            (Record::Row(row), Some((at, view))) => {
                let row = *row;
                self.resolve_raw(record, row, *at, view, give);
            }
            _ => give(record, &self.view),
        }
    }

    /// The same for a row of a file of ours, whose `_raw` is the cell at index `at`.
    fn resolve_raw(
        &self,
        record: Record<'_>,
        row: Row<'_>,
        at: usize,
        view: &View,
        give: &mut dyn FnMut(Record<'_>, &View),
    ) {
        let outer = Draft::new(row, &self.view.columns);
        let blank = self.view.originals.iter().all(|at| outer.cell(*at).trim().is_empty());
        let raw = outer.cell(at);
        if !blank || raw.trim().is_empty() {
            give(record, &self.view);
            return;
        }
        let spot = row.spot;
        let raw = raw.trim().as_bytes();
        // Whatever the file's encoding, a cell that was read is UTF-8.
        let read = ReadOptions { form: Form::Utf8, ..self.read };
        let malformed = split_alone(raw, read);
        let mut reader = RecordReader::new(read, Some(self.view.originals.len()));
        let mut records = 0;
        let mut fault = None;
        reader.read(raw, &malformed, |inner| {
            records += 1;
            if let Record::Malformed(Fault { code, .. }) = inner {
                fault.get_or_insert(code);
            }
        });
        if records == 1 {
            reader.read(raw, &malformed, |inner| give(inner.at(spot), view));
            return;
        }
        // Neither may win over the other: the row stays malformed, with its text whole.
        let code = fault.unwrap_or(Code::RecordCellCount);
        let detail = format!("{RAW_COLUMN} holds {records} records").into();
        give(Record::Malformed(Fault { spot, code, detail, raw, form: read.form }), view);
    }
}

/// What rows are judged by.
fn rules(job: &Job) -> Rules {
    let contract = job.contract.as_ref();
    let required = contract.is_some_and(Contract::requires_name);
    Rules {
        plan: job.plan,
        home: job.home,
        phone: job.phone.clone(),
        name: if required { Need::Required } else { Need::Optional },
        required: contract.map(Contract::required).unwrap_or_default(),
        missing_name: job.missing_name.clone(),
        opt_in: job.opt_in,
        limits: contract.map(Contract::limits).unwrap_or_default(),
        tags: contract.map(|known| known.tag_rules(&job.tag_ids)).unwrap_or_default(),
        avatar: contract.and_then(|known| known.avatar_rules(job.avatar_folder.as_deref())),
        favorite: contract.is_some_and(|known| known.field(Field::Favorite).is_some()),
    }
}

/// Refuses a source without a header where nobody said that it has none: what its columns mean
/// would be a guess.
fn refuse_guessed_rows(source: &Source) -> Result<()> {
    if source.header.iter().eq(REFUSED_COLUMNS) {
        return Err(Error::Usage(format!(
            "{}: these are the contacts that a platform refused, as reconcile lists them, and no \
             export; mend their rows (source, row) in the export, and prepare that again with \
             --existing",
            source.display
        )));
    }
    let evidence = source.layout.evidence;
    if source.header_line == HeaderLine::Present || evidence.header == Origin::Given {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "{}: the first record looks like a row and not like a header: {}; put a line with the column \
         names before it, like Name,Phone,Email; or give --no-header and, for example, \
         --map 'phone=Column 2'; or --header, if it names the columns",
        source.display, evidence.header_reason
    )))
}

/// What the splitter says of a text that is a source of its own.
fn split_alone(text: &[u8], read: ReadOptions) -> Vec<Malformed> {
    let mut chunk = Chunk::default();
    match Splitter::new(text, read, text.len().max(1)).next_chunk(&mut chunk) {
        Ok(_) => chunk.malformed,
        Err(_) => unreachable!("memory can be read"),
    }
}
