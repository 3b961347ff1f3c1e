//! A contact → what the platform takes: an element of a JSON file, a line of CSV, or a request.

use crate::contact::{Contact, Field};
use crate::map::{Columns, Draft};
use crate::normalize::tags::TagIds;

use super::contract::{Contract, Envelope, Format};

mod json;
mod line;
mod object;
pub(super) mod page;
mod request;
mod update;
mod value;

pub use json::{json_string, push_integer, push_json_string, push_json_text};
pub use update::{News, Updater};

pub(super) use line::push_cell;

use line::CsvRow;
use object::Item;
use request::RequestLine;

/// Writes the contacts of one source: keys and column names are prepared once.
#[derive(Debug, Clone)]
pub struct Encoder {
    form: Form,
    frame: Frame,
}

#[derive(Debug, Clone)]
enum Form {
    Json(Item),
    Csv(CsvRow),
    Request(RequestLine),
}

/// What stands around the contacts of a payload file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Before all.
    pub opening: String,
    /// Before the first contact.
    pub first: &'static str,
    /// Between two contacts.
    pub between: &'static str,
    /// After all.
    pub closing: String,
    /// After each contact.
    pub after: &'static str,
}

impl Frame {
    /// One contact a line, after an opening.
    #[must_use]
    pub fn lines(opening: String) -> Frame {
        Frame { opening, first: "", between: "", closing: String::new(), after: "\n" }
    }

    /// Bytes of a file with one contact of so many bytes, in a line.
    #[must_use]
    pub fn line_bytes(contact_bytes: usize) -> u64 {
        contact_bytes as u64 + 1
    }

    /// Bytes of a file without a contact.
    #[must_use]
    pub fn empty_bytes(&self) -> u64 {
        (self.opening.len() + self.closing.len()) as u64
    }

    /// Bytes that a contact of so many bytes adds to a file.
    #[must_use]
    pub fn more_bytes(&self, is_first: bool, contact_bytes: u64) -> u64 {
        let before = if is_first { self.first } else { self.between };
        (before.len() + self.after.len()) as u64 + contact_bytes
    }

    /// Bytes of a file with one contact of so many bytes.
    #[must_use]
    pub fn bytes_around(&self, contact_bytes: usize) -> u64 {
        self.empty_bytes() + self.more_bytes(true, contact_bytes as u64)
    }
}

impl Encoder {
    /// An encoder for rows seen through `columns`, of which those at `params` are carried as
    /// params. `ids` has the platform's ids of tags, where it takes such.
    #[must_use]
    pub fn new(
        contract: &Contract,
        columns: &Columns,
        params: &[usize],
        ids: Option<&TagIds>,
    ) -> Encoder {
        let form = match contract.payload.format {
            Format::Json => Form::Json(Item::new(contract, columns, params, ids)),
            Format::Csv => Form::Csv(CsvRow::new(contract, columns, params, ids)),
            Format::Requests => Form::Request(RequestLine::new(contract, columns, params, ids)),
        };
        let frame = match &form {
            Form::Json(_) => {
                let Some(Envelope { opening, closing }) = contract.payload.envelope.clone() else {
                    unreachable!("the loader wants an envelope for JSON")
                };
                let closing = format!("\n{closing}\n");
                Frame { opening, first: "\n", between: ",\n", closing, after: "" }
            }
            Form::Csv(row) => Frame::lines(row.header()),
            Form::Request(_) => Frame::lines(String::new()),
        };
        Encoder { form, frame }
    }

    /// What stands around the contacts of a file.
    #[must_use]
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Appends the contact without what stands between two.
    pub fn encode(&self, contact: &Contact<'_>, draft: &Draft<'_>, out: &mut Vec<u8>) {
        match &self.form {
            Form::Json(item) => item.push(contact, draft, out),
            Form::Csv(row) => row.push(contact, draft, out),
            Form::Request(line) => line.push(contact, draft, out),
        }
    }
}

/// The columns whose values a contact carries as params: those that feed no field, and those that
/// feed one for which the platform has no key. In the order of the columns.
#[must_use]
pub fn param_columns(contract: &Contract, columns: &Columns) -> Vec<usize> {
    let homeless = columns.decided().filter(|(field, at, _)| match field {
        // Which number is taken the row says by its labels; none is lost, whichever it is.
        Field::Phone if columns.has_phone_labels() => true,
        // Of several columns the first that says something is taken; the others are not lost.
        Field::Phone | Field::Email if columns.of(*field) != Some(*at) => true,
        // Beside a column with the whole name, the parts would be lost otherwise.
        Field::FirstName | Field::LastName => {
            !contract.takes(Field::Name)
                || (columns.of(Field::Name).is_some() && contract.field(*field).is_none())
        }
        // The country column is read for the phone's region in any case.
        _ => !contract.takes(*field),
    });
    let mut all: Vec<usize> = homeless.map(|(_, at, _)| at).collect();
    all.extend_from_slice(columns.leftovers());
    all.sort_unstable();
    all
}
