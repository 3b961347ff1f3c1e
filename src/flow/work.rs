//! Everything that is done for a chunk without knowing what stands before it: a pure function of
//! its bytes and the options.

use std::sync::Arc;

use crate::contact::Field;
use crate::ingest::chunk::Chunk;
use crate::ingest::record::{Fault, Record, RecordReader, Row, Spot};
use crate::ingest::{ReadOptions, Source};
use crate::map::{Columns, Draft};
use crate::normalize::phone::UnreadDigits;
use crate::normalize::{Need, Rules, normalize};
use crate::phone::{Kind, Phone, Region};
use crate::problem::{Fate, Problem};
use crate::unique::{Print, name_print};
use crate::write::encode::{Encoder, param_columns};
use crate::write::issues::EncodedProblems;

use super::{Goal, Job};

/// What workers and the ordered stage know of a source.
#[derive(Debug)]
pub(super) struct SourceContext {
    pub(super) read: ReadOptions,
    pub(super) columns: Columns,
    pub(super) header_bytes: u64,
    pub(super) header_lines: u64,
    pub(super) header_records: u64,
    rules: Rules,
    /// `None`: no payload is wanted.
    encoder: Option<Encoder>,
    /// The columns that are carried as params: index, and the print of the name.
    pub(super) params: Vec<(usize, u32)>,
}

impl SourceContext {
    pub(super) fn new(source: &Source, columns: Columns, job: &Job) -> SourceContext {
        let params = match &job.contract {
            Some(contract) => param_columns(contract, &columns),
            None => columns.leftovers().to_vec(),
        };
        let named = |at: usize| (at, name_print(&columns.param_name(at)));
        let wanted = job.contract.as_ref().filter(|_| job.goal == Goal::Prepare);
        let required = job.contract.as_ref().is_some_and(|known| known.requires(Field::Name));
        SourceContext {
            read: source.options,
            header_bytes: source.header_bytes,
            header_lines: source.header_lines,
            header_records: source.header_records,
            rules: Rules {
                plan: job.plan,
                home: job.home,
                phone: job.phone.clone(),
                name: if required { Need::Required } else { Need::Optional },
            },
            encoder: wanted.map(|contract| Encoder::new(contract, &columns)),
            params: params.into_iter().map(named).collect(),
            columns,
        }
    }
}

/// A row as its worker leaves it.
#[derive(Debug)]
pub(super) struct WorkedRow {
    pub(super) spot: Spot,
    /// Accepted here means: it claims its phone, and may still turn out a duplicate.
    pub(super) fate: Fate,
    pub(super) phone: Option<(Phone, Option<Region>, Kind)>,
    /// Where the row's contact and problems end in the chunk's; they begin where those of the row
    /// before end.
    pub(super) contact_end: usize,
    pub(super) problems_end: usize,
}

/// A chunk and what its worker made of it. The buffers are used again.
#[derive(Debug, Default)]
pub(super) struct Worked {
    pub(super) chunk: Chunk,
    pub(super) rows: Vec<WorkedRow>,
    /// Encoded contacts, one after the other.
    pub(super) contacts: Vec<u8>,
    pub(super) problems: EncodedProblems,
    /// A print for every row.
    pub(super) prints: Vec<u8>,
    /// The phones of rejected rows that are digits alone.
    pub(super) unread: Vec<UnreadDigits>,
    /// Physical lines that end in the chunk.
    pub(super) lines: u64,
}

impl Worked {
    pub(super) fn work(&mut self, chunk: Chunk, contexts: &Arc<[SourceContext]>) {
        self.rows.clear();
        self.contacts.clear();
        self.problems.clear();
        self.prints.clear();
        self.unread.clear();
        let context = &contexts[chunk.source as usize];
        let mut reader = RecordReader::new(context.read, Some(context.columns.headers.len()));
        self.lines = reader.read(&chunk.bytes, &chunk.malformed, |record| match record {
            Record::Blank(spot) => self.push_row(spot, Fate::Blank, None, Print::default()),
            Record::Malformed(fault) => self.push_malformed(&fault, context),
            Record::Row(row) => self.push_record(row, context),
        });
        self.chunk = chunk;
    }

    /// The chunk, whose buffers can be used again; a large record's memory is let go.
    pub(super) fn give_back_chunk(&mut self) -> Chunk {
        const KEPT_BYTES_MAX: usize = 4 << 20;
        let mut chunk = std::mem::take(&mut self.chunk);
        if chunk.bytes.capacity() > KEPT_BYTES_MAX {
            chunk.bytes = Vec::new();
        }
        chunk
    }

    fn push_row(
        &mut self,
        spot: Spot,
        fate: Fate,
        phone: Option<(Phone, Option<Region>, Kind)>,
        print: Print,
    ) {
        print.append_to(&mut self.prints);
        let (contact_end, problems_end) = (self.contacts.len(), self.problems.len());
        self.rows.push(WorkedRow { spot, fate, phone, contact_end, problems_end });
    }

    fn push_malformed(&mut self, fault: &Fault<'_>, context: &SourceContext) {
        /// More of a broken record than this is in `rejects.csv` alone.
        const SHOWN_BYTES_MAX: usize = 1000;
        let shown = &fault.raw[..fault.raw.len().min(SHOWN_BYTES_MAX)];
        let problem = Problem {
            code: fault.code,
            column: None,
            field: None,
            value: String::from_utf8_lossy(shown),
            detail: fault.detail.clone(),
            suggestion: None,
            readings: Vec::new(),
        };
        self.problems.push(&problem, &context.columns, None);
        self.push_row(fault.spot, Fate::Malformed, None, Print::default());
    }

    fn push_record(&mut self, row: Row<'_>, context: &SourceContext) {
        let draft = Draft::new(row, &context.columns);
        let mut problems = Vec::new();
        let contact = normalize(&draft, &context.rules, &mut problems);
        let phone = contact.as_ref().ok().map(|contact| contact.phone);
        for problem in &problems {
            self.problems.push(problem, &context.columns, phone);
        }
        let contact = match contact {
            Ok(contact) => contact,
            Err(refusal) => {
                self.unread.extend(refusal.unread);
                self.push_row(row.spot, Fate::Rejected, None, Print::default());
                return;
            }
        };
        if let Some(encoder) = &context.encoder {
            encoder.encode(&contact, &draft, &mut self.contacts);
        }
        let params = context.params.iter().map(|(at, name)| (*name, draft.cell(*at).trim()));
        let print = Print::of(&contact, params);
        let phone = (contact.phone, contact.region, contact.kind);
        self.push_row(row.spot, Fate::Accepted, Some(phone), print);
    }
}
