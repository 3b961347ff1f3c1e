//! Everything that is done for a chunk without knowing what stands before it: a pure function of
//! its bytes and the options.

use crate::contact::{Contact, Field};
use crate::error::Result;
use crate::ingest::chunk::Chunk;
use crate::ingest::record::{Fault, Record, Row, Spot};
use crate::map::Draft;
use crate::normalize::normalize;
use crate::normalize::phone::UnreadDigits;
use crate::phone::{Kind, Phone, Region, other_spellings};
use crate::problem::{Action, Code, Fate, Problem};
use crate::text::trim;
use crate::unique::existing::Stored;
use crate::unique::{Claims, Print};
use crate::write::cell::csv_cell;
use crate::write::contract::Existing;
use crate::write::encode::{Encoder, Frame};
use crate::write::issues::EncodedProblems;
use crate::write::ledger;
use crate::write::rejects::EncodedRejects;

use super::context::{Contexts, SourceContext, View};
use super::lists;
use super::merge::Together;

/// What there is to say of a row whose number of cells was made the header's.
fn padding<'r>(row: &Row<'r>) -> Option<Problem<'r>> {
    row.cells_before_padding().map(|cells| Problem {
        code: Code::RecordPadded,
        column: None,
        field: None,
        value: "".into(),
        detail: format!("{cells} cells, the header has {}", row.len()).into(),
        suggestion: None,
        readings: Vec::new(),
    })
}

/// The problem of a contact that fits into no file.
fn too_large<'r>(bytes: u64, bytes_max: u64) -> Problem<'r> {
    Problem {
        code: Code::RecordTooLarge,
        column: None,
        field: None,
        value: "".into(),
        detail: format!("{bytes} bytes in a file of its own, {bytes_max} are allowed").into(),
        suggestion: None,
        readings: Vec::new(),
    }
}

/// The fault of a record one of whose cells holds lines that are rows themselves: as many cells as
/// the header, and digits where the phone stands. Two stray quotes make such a record, and the
/// contacts between them would be lost without a word.
fn swallowed<'r>(row: &Row<'r>, view: &View) -> Option<Problem<'r>> {
    // Most records have no line end inside.
    if !row.may_hold_line_ends() {
        return None;
    }
    const DIGITS_MIN: usize = 7;
    let phone = view.columns.of(Field::Phone)?;
    // A row has a delimiter less than cells, and a line end before it.
    let row_bytes_min = row.len() + DIGITS_MIN;
    let lines_inside = |cell: &&str| {
        cell.len() >= row_bytes_min && memchr::memchr2(b'\n', b'\r', cell.as_bytes()).is_some()
    };
    let delimiter = view.delimiter;
    let is_row = |line: &&str| {
        let mut cells = line.split(delimiter);
        let digits = |cell: &str| cell.bytes().filter(u8::is_ascii_digit).count();
        line.matches(delimiter).count() + 1 == row.len()
            && cells.nth(phone).is_some_and(|cell| digits(cell) >= DIGITS_MIN)
    };
    let rows = |cell: &str| cell.split(['\n', '\r']).skip(1).filter(is_row).count();
    let (at, inside) = (0..row.len())
        .filter(|at| lines_inside(&row.cell(*at)))
        .map(|at| (at, rows(row.cell(at))))
        .find(|(_, inside)| *inside > 0)?;
    Some(Problem {
        code: Code::RecordSwallowedRows,
        column: u32::try_from(at).ok(),
        field: None,
        value: row.cell(at).into(),
        detail: format!("{inside} in one cell").into(),
        suggestion: None,
        readings: Vec::new(),
    })
}

/// A row as its worker leaves it.
#[derive(Debug)]
pub(super) struct WorkedRow {
    pub(super) spot: Spot,
    /// Accepted here means: it claims its phone, and may still turn out a duplicate.
    pub(super) fate: Fate,
    pub(super) phone: Option<(Phone, Option<Region>, Kind)>,
    /// What the payload does with the row's contact, if it is accepted.
    pub(super) action: Option<Action>,
    /// The contact is new and accepted, and there is nothing else to say of the row.
    pub(super) is_plain: bool,
    /// Where what was made of the row ends; it begins where that of the row before ends.
    pub(super) ends: Ends,
}

/// How far the buffers of a chunk are filled.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ends {
    pub(super) contacts: usize,
    pub(super) follows: usize,
    pub(super) cells: usize,
    pub(super) problems: usize,
    pub(super) rejects: usize,
}

/// A chunk and what its worker made of it. The buffers are used again.
#[derive(Debug, Default)]
pub(super) struct Worked {
    pub(super) chunk: Chunk,
    pub(super) rows: Vec<WorkedRow>,
    /// Encoded contacts, one after the other.
    pub(super) contacts: Vec<u8>,
    /// What is to be followed up, one line a row: phone, id, field and value.
    pub(super) follows: Vec<u8>,
    /// What the ledger says of the rows.
    pub(super) cells: Vec<u8>,
    pub(super) problems: EncodedProblems,
    pub(super) rejects: EncodedRejects,
    /// What the rows bring that other rows may have, too.
    pub(super) claims: Claims,
    /// A print for every row.
    pub(super) prints: Vec<u8>,
    /// The phones of rejected rows that are digits alone.
    pub(super) unread: Vec<UnreadDigits>,
    /// Physical lines that end in the chunk.
    pub(super) lines: u64,
}

impl Worked {
    /// # Errors
    /// A private file cannot be read.
    pub(super) fn work(&mut self, chunk: Chunk, contexts: &Contexts) -> Result<()> {
        self.clear();
        let mut result = Ok(());
        let context = &contexts[chunk.source as usize];
        self.lines = context.reader().read(&chunk.bytes, &chunk.malformed, |record| {
            context.resolve(record, &mut |record, view| match record {
                Record::Blank(spot) => {
                    self.push_row(spot, (Fate::Blank, None), None, Print::default());
                }
                Record::Malformed(fault) => self.push_malformed(&fault, view, context),
                Record::Row(row) => {
                    let pushed = self.push_record(row, view, context);
                    if result.is_ok() {
                        result = pushed;
                    }
                }
            });
        });
        self.chunk = chunk;
        result
    }

    /// The chunk and the rest, whose buffers can be used again.
    pub(super) fn take_apart(mut self) -> (Chunk, Worked) {
        (std::mem::take(&mut self.chunk), self)
    }

    /// The bytes of a row's record.
    pub(super) fn raw(&self, row: &WorkedRow) -> &[u8] {
        &self.chunk.bytes[row.spot.start..row.spot.end]
    }

    /// Bytes of memory that all of it takes, filled or not.
    pub(super) fn bytes(&self) -> usize {
        let bytes = [&self.chunk.bytes, &self.contacts, &self.follows, &self.cells, &self.prints];
        bytes.iter().map(|buffer| buffer.capacity()).sum::<usize>()
            + self.rows.capacity() * size_of::<WorkedRow>()
            + self.unread.capacity() * size_of::<UnreadDigits>()
            + self.problems.buffer_bytes()
            + self.rejects.buffer_bytes()
            + self.claims.buffer_bytes()
    }

    /// Forgets the chunk and keeps the memory.
    fn clear(&mut self) {
        self.rows.clear();
        self.contacts.clear();
        self.follows.clear();
        self.cells.clear();
        self.problems.clear();
        self.rejects.clear();
        self.claims.clear();
        self.prints.clear();
        self.unread.clear();
    }

    fn push_row(
        &mut self,
        spot: Spot,
        (fate, action): (Fate, Option<Action>),
        phone: Option<(Phone, Option<Region>, Kind)>,
        print: Print,
    ) {
        print.append_to(&mut self.prints);
        ledger::push_cells(fate, action, phone, &mut self.cells);
        if let (Fate::Accepted | Fate::Unchanged, Some((phone, _, _))) = (fate, phone) {
            self.claims.push(self.rows.len(), phone);
        }
        let ends = Ends {
            contacts: self.contacts.len(),
            follows: self.follows.len(),
            cells: self.cells.len(),
            problems: self.problems.len(),
            rejects: self.rejects.len(),
        };
        let before = self.rows.last().map(|row| row.ends).unwrap_or_default();
        let has_more = ends.follows > before.follows || ends.problems > before.problems;
        let is_new = fate == Fate::Accepted && action == Some(Action::Create);
        let is_plain = is_new && !has_more;
        self.rows.push(WorkedRow { spot, fate, phone, action, is_plain, ends });
    }

    fn push_malformed(&mut self, fault: &Fault<'_>, view: &View, context: &SourceContext) {
        let problem = Problem {
            code: fault.code,
            column: None,
            field: None,
            value: fault.text(),
            detail: fault.detail.clone(),
            suggestion: None,
            readings: Vec::new(),
        };
        self.problems.push(&problem, &view.keys, None);
        let no_cells = view.originals.iter().map(|_| "");
        self.rejects.push(&context.cell_form, no_cells, &problem.value);
        self.push_row(fault.spot, (Fate::Malformed, None), None, Print::default());
    }

    /// Keeps the cells of a row that is refused, for those who mend it.
    fn push_reject(&mut self, draft: &Draft<'_>, view: &View, context: &SourceContext) {
        let cells = view.originals.iter().map(|at| draft.cell(*at));
        self.rejects.push(&context.cell_form, cells, "");
    }

    fn push_record(&mut self, row: Row<'_>, view: &View, context: &SourceContext) -> Result<()> {
        let draft = Draft::new(row, &view.columns);
        let mut problems = Vec::new();
        if let Some(problem) = padding(&row) {
            problems.push(problem);
        }
        if let Some(problem) = swallowed(&row, view) {
            self.problems.push(&problem, &view.keys, None);
            self.push_reject(&draft, view, context);
            self.push_row(row.spot, (Fate::Malformed, None), None, Print::default());
            return Ok(());
        }
        let contact = normalize(&draft, &context.rules, &mut problems);
        let phone = contact.as_ref().ok().map(|contact| contact.phone);
        for problem in &problems {
            self.problems.push(problem, &view.keys, phone);
        }
        let contact = match &contact {
            Ok(contact) => contact,
            Err(refusal) => {
                self.unread.extend(refusal.unread);
                if let Some(key) = refusal.variant_key {
                    self.claims.push_refused(self.rows.len(), key);
                }
                self.push_reject(&draft, view, context);
                self.push_row(row.spot, (Fate::Rejected, None), None, Print::default());
                return Ok(());
            }
        };
        let settled = self.settle(contact, &draft, view, context)?;
        if settled.0 == Fate::Rejected {
            self.push_reject(&draft, view, context);
        }
        let rest = view.leftovers.iter().map(|(at, name)| (*name, trim(draft.cell(*at))));
        let print = Print::of(contact, rest);
        let phone = (contact.phone, contact.region, contact.kind);
        self.push_row(row.spot, settled, Some(phone), print);
        Ok(())
    }

    /// Works the row that keeps a phone, whose record is `raw`, with what other rows add to its
    /// contact. What is left is as if the row stood in a chunk of its own.
    pub(super) fn work_merged(
        &mut self,
        raw: Vec<u8>,
        together: &Together,
        names: &[String],
        context: &SourceContext,
    ) -> Result<()> {
        self.clear();
        let mut result = Ok(());
        context.reread(&raw, &mut context.reader(), |row, view| {
            result = self.push_merged(row, together, names, view, context);
        });
        self.chunk.bytes = raw;
        result
    }

    fn push_merged(
        &mut self,
        row: Row<'_>,
        together: &Together,
        names: &[String],
        view: &View,
        context: &SourceContext,
    ) -> Result<()> {
        let draft = Draft::new(row, &view.columns);
        let mut problems: Vec<Problem<'_>> = padding(&row).into_iter().collect();
        let Ok(contact) = normalize(&draft, &context.rules, &mut problems) else {
            unreachable!("a row that keeps a phone is good")
        };
        let phone = Some(contact.phone);
        let is_named = together.has_name();
        for problem in problems.iter().filter(|it| !(is_named && it.code == Code::NameFilled)) {
            self.problems.push(problem, &view.keys, phone);
        }
        together.problems(view, names, |problem, others| {
            self.problems.push_about(problem, &view.keys, phone, others);
        });
        let mut settled = None;
        together.give(&contact, row, view, context, &mut |merged, draft| {
            let mut found = Vec::new();
            context.rules.tags.check(draft, &merged.tags, &mut found);
            // What one row alone says of its tags was said there.
            for problem in found.iter().filter(|it| it.code == Code::TagsOneId) {
                self.problems.push(problem, &view.keys, phone);
            }
            settled = Some(self.settle(merged, draft, view, context));
        });
        let settled = match settled.transpose()? {
            Some(settled @ (Fate::Accepted | Fate::Unchanged, _)) => settled,
            refused => {
                let why = refused.and_then(|_| self.problems.codes().next_back());
                let why = why.map_or("its record would be too long", Code::sentence);
                self.clear();
                for problem in &problems {
                    self.problems.push(problem, &view.keys, phone);
                }
                self.push_finding(Code::PhoneMergeRefused, why.to_owned(), &contact, view);
                self.settle(&contact, &draft, view, context)?
            }
        };
        let phone = (contact.phone, contact.region, contact.kind);
        self.push_row(row.spot, settled, Some(phone), Print::default());
        Ok(())
    }

    /// What becomes of a good contact as far as other rows do not matter. What is to be sent of it
    /// is appended.
    fn settle(
        &mut self,
        contact: &Contact<'_>,
        draft: &Draft<'_>,
        view: &View,
        context: &SourceContext,
    ) -> Result<(Fate, Option<Action>)> {
        if context.suppresses(contact, draft) {
            self.push_finding(Code::PhoneSuppressed, String::new(), contact, view);
            return Ok((Fate::Suppressed, None));
        }
        let before = self.contacts.len();
        let (standing, stored) = self.compare(contact, draft, view, context)?;
        match standing {
            Standing::Unchanged => {
                self.push_follow(contact, view, stored.as_ref());
                return Ok((Fate::Unchanged, None));
            }
            Standing::Refused(code) => {
                self.push_finding(code, String::new(), contact, view);
                return Ok((Fate::Rejected, None));
            }
            Standing::New | Standing::Changed | Standing::ChangedByItself => {}
        }
        let encoder = view.encoder.as_ref().filter(|_| standing != Standing::ChangedByItself);
        if let Some(encoder) = encoder {
            let known = stored.as_ref().and_then(|stored| stored.text(Field::Name));
            match known.filter(|name| contact.is_name_filled && !name.is_empty()) {
                // What stands in for a name is no reason to lose the one that is stored.
                Some(name) => {
                    let named = Contact { name: name.into(), ..contact.clone() };
                    encoder.encode(&named, draft, &mut self.contacts);
                }
                None => encoder.encode(contact, draft, &mut self.contacts),
            }
        }
        let length = self.contacts.len() - before;
        let alone = |encoder: &Encoder| encoder.frame().bytes_around(length);
        let bytes = encoder.map_or_else(|| Frame::line_bytes(length), alone);
        if bytes > context.contact_bytes_max {
            self.contacts.truncate(before);
            let problem = too_large(bytes, context.contact_bytes_max);
            self.problems.push(&problem, &view.keys, Some(contact.phone));
            return Ok((Fate::Rejected, None));
        }
        self.push_follow(contact, view, stored.as_ref());
        let is_new = standing == Standing::New;
        Ok((Fate::Accepted, Some(if is_new { Action::Create } else { Action::Update })))
    }

    /// How the contact stands to what the platform has. An update that is a request of its own is
    /// appended.
    fn compare(
        &mut self,
        contact: &Contact<'_>,
        draft: &Draft<'_>,
        view: &View,
        context: &SourceContext,
    ) -> Result<(Standing, Option<Stored>)> {
        let (Some(existing), Some(updater)) = (&context.lists.existing, &view.updater) else {
            return Ok((Standing::New, None));
        };
        let entries = existing.find(contact.phone.as_u64());
        let Some(first) = entries.first() else {
            let mut others = other_spellings(contact.phone.as_u64());
            if let Some(other) = others.find(|other| !existing.find(*other).is_empty()) {
                let detail = format!("it has +{other}");
                self.push_finding(Code::PhoneExistingVariant, detail, contact, view);
            }
            return Ok((Standing::New, None));
        };
        let print = updater.print(contact, draft);
        let is_same = entries.iter().any(|entry| entry.print == print);
        if is_same && !(view.follows && contact.opt_in.is_some()) {
            self.push_finding(Code::PhoneUnchanged, String::new(), contact, view);
            return Ok((Standing::Unchanged, None));
        }
        let read = |entry| existing.read(entry).map_err(|cause| lists::private(&cause));
        let mut stored = read(*first)?;
        for other in &entries[1..] {
            if stored.id.is_none() {
                stored = read(*other)?;
            }
        }
        let before = self.contacts.len();
        let news = updater.push(contact, draft, &stored, existing.known(), &mut self.contacts);
        let sends_all = !updater.needs_id();
        let takes_changes = !matches!(context.rule, Existing::Conflict | Existing::Skip);
        let standing = match news.is_there {
            true if !sends_all && stored.id.is_none() => Standing::Refused(Code::PhoneNoId),
            true if !sends_all => Standing::ChangedByItself,
            true if !takes_changes => Standing::Refused(Code::PhoneExists),
            // Where all is sent again, what could not be compared may be news.
            false if sends_all && takes_changes && !news.unknown.is_empty() => Standing::Changed,
            true => Standing::Changed,
            false => Standing::Unchanged,
        };
        if standing != Standing::ChangedByItself {
            self.contacts.truncate(before);
        }
        if standing == Standing::Unchanged {
            let unknown = news.unknown.join(", ");
            let detail =
                if unknown.is_empty() { unknown } else { format!("not compared: {unknown}") };
            self.push_finding(Code::PhoneUnchanged, detail, contact, view);
        }
        Ok((standing, Some(stored)))
    }

    /// What there is to say of a contact as a whole.
    fn push_finding(&mut self, code: Code, detail: String, contact: &Contact<'_>, view: &View) {
        let problem = Problem {
            code,
            column: view.columns.of(Field::Phone).and_then(|at| u32::try_from(at).ok()),
            field: Some(Field::Phone),
            value: "".into(),
            detail: detail.into(),
            suggestion: None,
            readings: Vec::new(),
        };
        self.problems.push(&problem, &view.keys, Some(contact.phone));
    }

    /// Lists the consent that the row states and only a later update can set.
    fn push_follow(&mut self, contact: &Contact<'_>, view: &View, stored: Option<&Stored>) {
        let Some(said) = contact.opt_in.filter(|_| view.follows) else { return };
        if stored.and_then(|stored| stored.opt_in) == Some(said) {
            return;
        }
        let id = stored.and_then(|stored| stored.id.as_deref()).map(csv_cell).unwrap_or_default();
        let line = format!("{},{id},opt_in,{said}", contact.phone);
        self.follows.extend_from_slice(line.as_bytes());
    }
}

/// How a contact stands to what the platform has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// The platform does not have it.
    New,
    /// The platform has it, as it is.
    Unchanged,
    /// The platform has it otherwise; it is sent again, whole.
    Changed,
    /// The platform has it otherwise; a request of its own changes it.
    ChangedByItself,
    /// The platform has it otherwise, and it cannot be changed.
    Refused(Code),
}
