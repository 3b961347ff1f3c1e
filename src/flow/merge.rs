//! Rows of one phone → one contact: the first row's, with what it lacks from the others in row
//! order, and with the tags of all. Where two rows differ, the first of them is right, and the
//! other value is named. An objection to being written to goes before a consent, whichever row it
//! stands in.

use std::collections::{HashMap, HashSet};

use crate::contact::{Avatar, Contact, Country, Field, Tags};
use crate::ingest::ReadOptions;
use crate::ingest::dialect::Dialect;
use crate::ingest::encoding::Form;
use crate::ingest::record::{Record, RecordReader, Row};
use crate::map::Draft;
use crate::problem::{Code, Problem};
use crate::text::trim;
use crate::write::cell::RFC_4180;
use crate::write::issues::OtherRow;

use super::context::{SourceContext, View};

/// Different values of one contact that are named; of the others only their number.
const CONFLICTS_MAX: usize = 100;

/// What is named of a value, in bytes.
const SHOWN_BYTES_MAX: usize = 200;

/// What stands between two tags of several rows.
const SEPARATOR: &str = "\u{1f}";

/// A row of the run, as others name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowName {
    /// Index of its source, from 0.
    pub(super) source: u32,
    /// Its number there, from 1.
    pub(super) row: u64,
}

/// A text, and the row that it stands in.
#[derive(Debug, Default)]
struct Taken {
    text: String,
    from: Option<RowName>,
}

/// The rows of one phone, added in order.
#[derive(Debug, Default)]
pub(super) struct Together {
    first: Option<RowName>,
    name: Taken,
    first_name: String,
    last_name: String,
    /// By [`TEXTS`].
    texts: [Taken; TEXTS.len()],
    avatar_is_file: bool,
    tags: String,
    tags_seen: HashSet<String>,
    /// Whether a row behind the first brought one of them.
    has_new_tags: bool,
    /// What the first row's file carries as it is, in the order of its columns.
    carried: Vec<Carried>,
    /// Where each name stands in that list; made when files of other columns are met.
    by_name: Option<HashMap<String, usize>>,
    conflicts: Vec<Conflict>,
    conflicts_unnamed: u64,
}

/// The fields of which each row has one text, the name apart.
const TEXTS: [Field; 7] = [
    Field::Email,
    Field::Country,
    Field::Address,
    Field::OptIn,
    Field::Description,
    Field::Favorite,
    Field::Avatar,
];

/// A column of the first row's file that is carried as it is.
#[derive(Debug)]
struct Carried {
    at: usize,
    name: String,
    /// The field that it feeds, too.
    field: Option<Field>,
    taken: Taken,
}

/// Two values for one thing.
#[derive(Debug)]
struct Conflict {
    what: What,
    kept: String,
    kept_from: RowName,
    other: String,
    other_from: RowName,
}

/// What two rows may differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Field(Field),
    /// A column of the first row's source, by its index.
    Column(usize),
    /// A column that the first row's source does not have.
    NoColumn,
}

impl Taken {
    /// Takes a text where there is none yet.
    fn fill(&mut self, text: &str, from: RowName) {
        if self.text.is_empty() && !text.is_empty() {
            *self = Taken { text: text.to_owned(), from: Some(from) };
        }
    }
}

impl Together {
    /// Adds the next row: its contact and its cells. `tag_bytes_max` is how much all tags may take.
    pub(super) fn add(
        &mut self,
        contact: &Contact<'_>,
        draft: &Draft<'_>,
        view: &View,
        from: RowName,
        tag_bytes_max: usize,
    ) {
        let is_first = self.first.is_none();
        self.first.get_or_insert(from);
        self.add_name(contact, draft, from);
        for (at, field) in TEXTS.into_iter().enumerate() {
            // What every row has by a flag is no word of the row.
            let text = if is_constant(draft, field) { "" } else { text_of(contact, field) };
            let mut taken = std::mem::take(&mut self.texts[at]);
            if field == Field::Avatar && taken.text.is_empty() {
                self.avatar_is_file = matches!(contact.avatar, Some(Avatar::File(_)));
            }
            if field == Field::OptIn && text == "false" && taken.text == "true" {
                let agreed = taken.from.unwrap_or(from);
                taken = Taken { text: text.to_owned(), from: Some(from) };
                self.conflict(What::Field(field), &taken, "true", agreed);
            } else {
                self.take(&mut taken, text, from, What::Field(field));
            }
            self.texts[at] = taken;
        }
        contact.tags.for_each(|tag| self.add_tag(tag, from, tag_bytes_max));
        if is_first {
            for (at, name, field) in &view.carried {
                let taken = Taken { text: trim(draft.cell(*at)).to_owned(), from: Some(from) };
                let (name, field) = (name.clone(), *field);
                self.carried.push(Carried { at: *at, name, field, taken });
            }
        } else {
            self.add_carried(draft, view, from);
        }
    }

    fn add_name(&mut self, contact: &Contact<'_>, draft: &Draft<'_>, from: RowName) {
        let parts = [Field::Name, Field::FirstName, Field::LastName];
        let has_cell = parts.into_iter().any(|field| draft.first(field).is_some());
        if contact.is_name_filled || !has_cell {
            return;
        }
        let was_empty = self.name.text.is_empty();
        let mut taken = std::mem::take(&mut self.name);
        self.take(&mut taken, &contact.name, from, What::Field(Field::Name));
        self.name = taken;
        if was_empty {
            // The parts of a name belong to it.
            self.first_name = contact.first_name.clone().into_owned();
            self.last_name = contact.last_name.clone().into_owned();
        }
    }

    fn add_tag(&mut self, tag: &str, from: RowName, bytes_max: usize) {
        if self.tags_seen.contains(tag) {
            return;
        }
        if self.tags.len() + tag.len() > bytes_max {
            let shown = shortened(&self.tags).replace(SEPARATOR, ", ");
            let kept = Taken { text: shown, from: self.first };
            self.conflict(What::Field(Field::Tags), &kept, tag, from);
            return;
        }
        self.tags_seen.insert(tag.to_owned());
        self.has_new_tags |= self.first != Some(from);
        if !self.tags.is_empty() {
            self.tags.push_str(SEPARATOR);
        }
        if tag.contains(['"', '\u{1f}']) {
            self.tags.push('"');
            self.tags.push_str(&tag.replace('"', "\"\""));
            self.tags.push('"');
        } else {
            self.tags.push_str(tag);
        }
    }

    /// Adds the cells that are carried as they are, by the names of their columns.
    fn add_carried(&mut self, draft: &Draft<'_>, view: &View, from: RowName) {
        let mut carried = std::mem::take(&mut self.carried);
        let decides_consent = self.taken(Field::OptIn).from == Some(from);
        for (index, (at, name, _)) in view.carried.iter().enumerate() {
            let text = trim(draft.cell(*at));
            // In files of one form a column has one place, and perhaps not the only one of its name.
            let is_here = |known: &Carried| (known.at, &known.name) == (*at, name);
            let found = match carried.get(index).is_some_and(is_here) {
                true => Some(index),
                false => self.find(name, &carried),
            };
            let Some(found) = found else {
                if !text.is_empty() {
                    self.conflict(What::NoColumn, &Taken::default(), text, from);
                }
                continue;
            };
            let Carried { at, field, taken, .. } = &mut carried[found];
            match field {
                // What is said of consent goes with the row whose word counts.
                Some(Field::OptIn | Field::OptOut) if decides_consent => {
                    *taken = Taken { text: text.to_owned(), from: Some(from) };
                }
                // Of these a conflict is named already.
                Some(
                    Field::Name
                    | Field::FirstName
                    | Field::LastName
                    | Field::Tags
                    | Field::OptIn
                    | Field::OptOut,
                ) => taken.fill(text, from),
                Some(field) if TEXTS.contains(field) => taken.fill(text, from),
                _ => self.take(taken, text, from, What::Column(*at)),
            }
        }
        self.carried = carried;
    }

    /// What was taken for one of the texts.
    fn taken(&self, field: Field) -> &Taken {
        let at = TEXTS.iter().position(|known| *known == field).expect("a field of the list");
        &self.texts[at]
    }

    /// Where a name stands among what is carried.
    fn find(&mut self, name: &str, carried: &[Carried]) -> Option<usize> {
        let by_name = self.by_name.get_or_insert_with(|| {
            let names = carried.iter().map(|known| known.name.clone());
            // Of several columns of one name the first counts.
            names.zip(0..).collect::<Vec<_>>().into_iter().rev().collect()
        });
        by_name.get(name).copied()
    }

    /// Takes a text where there is none yet; another one is a conflict.
    fn take(&mut self, taken: &mut Taken, text: &str, from: RowName, what: What) {
        if text.is_empty() || taken.text == text {
            return;
        }
        if taken.text.is_empty() {
            taken.fill(text, from);
        } else {
            self.conflict(what, taken, text, from);
        }
    }

    /// Names a value that was not taken, each once.
    fn conflict(&mut self, what: What, kept: &Taken, other: &str, other_from: RowName) {
        let other = shortened(other);
        if self.conflicts.iter().any(|known| known.what == what && known.other == other) {
            return;
        }
        if self.conflicts.len() == CONFLICTS_MAX {
            self.conflicts_unnamed += 1;
            return;
        }
        let kept_from = kept.from.or(self.first).unwrap_or(other_from);
        let kept = shortened(&kept.text);
        self.conflicts.push(Conflict { what, kept, kept_from, other, other_from });
    }

    /// Whether a row has a name.
    pub(super) fn has_name(&self) -> bool {
        !self.name.text.is_empty()
    }

    /// Gives the merged contact, with its cells; `contact` and `row` are those of the first row.
    /// `false` where the merged cells are no record.
    pub(super) fn give<'t>(
        &'t self,
        contact: &Contact<'t>,
        row: Row<'_>,
        view: &View,
        context: &SourceContext,
        give: &mut dyn FnMut(&Contact<'_>, &Draft<'_>),
    ) -> bool {
        let mut merged = contact.clone();
        if self.has_name() {
            merged.name = self.name.text.as_str().into();
            merged.is_name_filled = false;
            merged.first_name = self.first_name.as_str().into();
            merged.last_name = self.last_name.as_str().into();
        }
        for (field, Taken { text, .. }) in TEXTS.into_iter().zip(&self.texts) {
            // Where no row says anything, the first row's own value is what every row has.
            if !text.is_empty() {
                self.put(&mut merged, field, text);
            }
        }
        merged.tags = Tags::new([self.tags.as_str()], SEPARATOR, None);
        self.with_cells(row, view, context, |row| give(&merged, &Draft::new(row, &view.columns)))
    }

    /// Puts what was taken for a field into the contact.
    fn put<'t>(&self, merged: &mut Contact<'t>, field: Field, text: &'t str) {
        match field {
            Field::Email => merged.email = text.into(),
            Field::Country => {
                merged.country = Country::from_alpha2(text);
                merged.states_country = true;
            }
            Field::Address => merged.address = text.into(),
            Field::OptIn => merged.opt_in = text.parse().ok(),
            Field::Description => merged.description = text.into(),
            Field::Favorite => merged.favorite = text.parse().ok(),
            Field::Avatar if self.avatar_is_file => merged.avatar = Some(Avatar::File(text)),
            Field::Avatar => merged.avatar = Some(Avatar::Url(text)),
            _ => unreachable!("not one of the texts"),
        }
    }

    /// Gives the first row's cells, with what is carried from the others; `false` where they are no
    /// record.
    fn with_cells(
        &self,
        row: Row<'_>,
        view: &View,
        context: &SourceContext,
        mut give: impl FnMut(Row<'_>),
    ) -> bool {
        let tags = self.tag_cell(&view.columns.tag_separator);
        let mut text = Vec::new();
        let mut carried = self.carried.iter().peekable();
        for at in 0..row.len() {
            if at > 0 {
                text.push(RFC_4180.delimiter());
            }
            let cell = match carried.next_if(|carried| carried.at == at) {
                Some(Carried { field: Some(Field::Tags), .. })
                    if self.has_new_tags && view.columns.of(Field::Tags) == Some(at) =>
                {
                    &tags
                }
                Some(Carried { taken, .. }) if taken.from != self.first => &taken.text,
                _ => row.cell(at),
            };
            RFC_4180.push(&mut text, cell.as_bytes());
        }
        text.push(b'\n');
        // Cells that were read are UTF-8, whatever their source is.
        let dialect = Dialect { delimiter: RFC_4180.delimiter(), quote: Some(b'"'), escape: None };
        let read = ReadOptions { dialect, form: Form::Utf8, ..context.read };
        let mut given = false;
        RecordReader::new(read, Some(row.len())).read(&text, &[], |record| {
            if let Record::Row(merged) = record {
                given = true;
                give(merged);
            }
        });
        given
    }

    /// All tags as one cell.
    fn tag_cell(&self, separator: &str) -> String {
        let mut cell = String::new();
        Tags::new([self.tags.as_str()], SEPARATOR, None).for_each(|tag| {
            if !cell.is_empty() {
                cell.push_str(separator);
            }
            cell.push_str(tag);
        });
        cell
    }

    /// The problems that the first row has because of the others, each with the rows it is about.
    pub(super) fn problems<'t>(
        &'t self,
        view: &View,
        names: &'t [String],
        mut give: impl FnMut(&Problem<'_>, &[OtherRow<'_>]),
    ) {
        for conflict in &self.conflicts {
            let Conflict { what, kept, kept_from, other, other_from } = conflict;
            let (field, column) = match *what {
                What::Field(field) => (Some(field), view.columns.of(field)),
                What::Column(at) => (None, Some(at)),
                What::NoColumn => (None, None),
            };
            let detail = match what {
                What::NoColumn => format!("\"{other}\" stands in a column that this file lacks"),
                _ => format!("\"{other}\" was left out"),
            };
            let problem = problem(column, field, kept, detail);
            let named = |from: RowName, role| {
                let own = Some(from.source) == self.first.map(|first| first.source);
                let source = (!own).then(|| names[from.source as usize].as_str());
                OtherRow { source, row: from.row, role }
            };
            let others = [named(*other_from, "differs"), named(*kept_from, "kept_value")];
            let is_own = Some(*kept_from) == self.first;
            give(&problem, if is_own { &others[..1] } else { &others });
        }
        if self.conflicts_unnamed > 0 {
            let detail = format!("{} more values were left out", self.conflicts_unnamed);
            give(&problem(None, None, "", detail), &[]);
        }
    }
}

fn problem(
    column: Option<usize>,
    field: Option<Field>,
    value: &str,
    detail: String,
) -> Problem<'_> {
    Problem {
        code: Code::PhoneMergeConflict,
        column: column.and_then(|at| u32::try_from(at).ok()),
        field,
        value: value.into(),
        detail: detail.into(),
        suggestion: None,
        readings: Vec::new(),
    }
}

/// Whether a row has of a field only what every row has.
fn is_constant(draft: &Draft<'_>, field: Field) -> bool {
    let has_cell = |field: Field| draft.first(field).is_some();
    let is_said = has_cell(field) || (field == Field::OptIn && has_cell(Field::OptOut));
    !is_said && !draft.columns().constant(field).is_empty()
}

/// What a row itself says of a field; empty where it says nothing.
fn text_of<'c>(contact: &'c Contact<'_>, field: Field) -> &'c str {
    let said = |said: Option<bool>| match said {
        Some(true) => "true",
        Some(false) => "false",
        None => "",
    };
    match field {
        Field::Email => &contact.email,
        Field::Country => {
            contact.country.as_ref().filter(|_| contact.states_country).map_or("", Country::as_str)
        }
        Field::Address => &contact.address,
        Field::OptIn => said(contact.opt_in),
        Field::Description => &contact.description,
        Field::Favorite => said(contact.favorite),
        Field::Avatar => contact.avatar_text(),
        _ => unreachable!("not one of the texts"),
    }
}

/// What is named of a value that was left out.
fn shortened(text: &str) -> String {
    match text.floor_char_boundary(SHOWN_BYTES_MAX) {
        end if end < text.len() => format!("{}…", &text[..end]),
        _ => text.to_owned(),
    }
}
