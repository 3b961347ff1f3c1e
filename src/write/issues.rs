//! Problems → `issues.jsonl`, one line each, in row order. What only the ordered stage knows (row
//! number, fate, place in the payload) stands around what a worker has encoded.

mod keys;

use crate::contact::Field;
use crate::error::Result;
use crate::phone::Phone;
use crate::problem::{Action, Code, Fate, Place, Problem};
use crate::unique::Differences;

use super::batch::PayloadPlace;
use super::encode::{json_string, push_integer, push_json_string, push_json_text};
use super::mask::Values;
use super::outdir::{OutDir, OutFile, OutputFacts};

pub use keys::ColumnKeys;
use keys::{push_error, push_key, push_name, push_phone, push_what};

/// The problems of a chunk's rows, encoded as far as a worker can.
#[derive(Debug, Default)]
pub struct EncodedProblems {
    text: Vec<u8>,
    list: Vec<EncodedProblem>,
}

/// One problem: where its parts end in the common text. Each begins where the one before ends.
#[derive(Debug, Clone, Copy)]
struct EncodedProblem {
    code: Code,
    start: usize,
    /// The key `cell` up to the row.
    cell_end: usize,
    /// The keys from `column` to `level`.
    what_end: usize,
    /// The keys from `phone` to `readings`.
    rest_end: usize,
    /// What was seen.
    detail_end: usize,
    /// What to put instead.
    suggestion_end: usize,
}

/// One encoded problem.
#[derive(Debug, Clone, Copy)]
pub struct ProblemView<'e> {
    text: &'e [u8],
    entry: EncodedProblem,
}

impl EncodedProblems {
    /// Forgets all problems and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.list.clear();
    }

    /// Bytes of memory that they take, or could without more.
    #[must_use]
    pub fn buffer_bytes(&self) -> usize {
        self.text.capacity() + self.list.capacity() * size_of::<EncodedProblem>()
    }

    /// How many problems there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The problem at `index`, from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> ProblemView<'_> {
        ProblemView { text: &self.text, entry: self.list[index] }
    }

    /// Their codes, in order.
    pub fn codes(&self) -> impl DoubleEndedIterator<Item = Code> {
        self.list.iter().map(|entry| entry.code)
    }

    /// Encodes a problem of a row whose phone, where it has one, is `phone`.
    pub fn push(&mut self, problem: &Problem<'_>, keys: &ColumnKeys, phone: Option<Phone>) {
        self.push_about(problem, keys, phone, &[]);
    }

    /// Encodes a problem that a row has because of others.
    pub fn push_about(
        &mut self,
        problem: &Problem<'_>,
        keys: &ColumnKeys,
        phone: Option<Phone>,
        others: &[OtherRow<'_>],
    ) {
        // Taken apart without `..`, so that a new key is thought of here.
        let Problem { code, column, field, value, detail, suggestion, readings } = problem;
        let values = keys.values;
        // What was seen may be a piece of a cell, but where it is the form of the record.
        let is_told = values == Values::Shown || code.category() == "record";
        let detail = if is_told { &**detail } else { "" };
        let suggested = suggestion.as_ref().map(|it| values.of(&it.value));
        let suggested = suggested.as_deref().unwrap_or_default();
        let out = &mut self.text;
        let start = out.len();
        let (cell, column) = keys.of(*column);
        out.extend_from_slice(cell.as_bytes());
        let cell_end = out.len();
        push_what(out, column, *field, *code);
        let what_end = out.len();
        if let Some(phone) = phone {
            push_phone(out, phone, values);
        }
        if !value.is_empty() {
            push_key(out, "value", &values.of(shortened(value)));
        }
        push_error(out, *code);
        if !detail.is_empty() {
            out.pop();
            out.extend_from_slice(b": ");
            push_json_text(out, detail);
            out.push(b'"');
        }
        if let Some(suggestion) = suggestion {
            out.extend_from_slice(b",\"suggestion\":{\"value\":");
            push_json_string(out, suggested);
            push_key(out, "confidence", suggestion.confidence.as_str());
            out.push(b'}');
        }
        push_readings(out, readings, values);
        if !others.is_empty() {
            out.extend_from_slice(b",\"related\":[");
            for (at, other) in others.iter().enumerate() {
                out.extend_from_slice(if at == 0 { b"{" } else { b",{" });
                other.push(out);
                out.push(b'}');
            }
            out.push(b']');
        }
        let rest_end = out.len();
        out.extend_from_slice(detail.as_bytes());
        let detail_end = out.len();
        out.extend_from_slice(suggested.as_bytes());
        let suggestion_end = out.len();
        let code = *code;
        let ends = EncodedProblem {
            code,
            start,
            cell_end,
            what_end,
            rest_end,
            detail_end,
            suggestion_end,
        };
        self.list.push(ends);
    }
}

/// Another row, as lines of problems name it.
#[derive(Debug, Clone, Copy)]
pub struct OtherRow<'s> {
    /// The name of its source, where that is another one than the row's.
    pub source: Option<&'s str>,
    /// Its number there, from 1.
    pub row: u64,
    /// What it is to the row.
    pub role: &'static str,
}

impl OtherRow<'_> {
    /// Appends the keys `source`, `row` and `role`.
    fn push(&self, out: &mut Vec<u8>) {
        let OtherRow { source, row, role } = *self;
        if let Some(source) = source {
            out.extend_from_slice(b"\"source\":");
            push_json_string(out, source);
            out.push(b',');
        }
        out.extend_from_slice(b"\"row\":");
        push_integer(out, row);
        push_name(out, b",\"role\":\"", role);
    }
}

impl<'e> ProblemView<'e> {
    /// The problem's code.
    #[must_use]
    pub fn code(self) -> Code {
        self.entry.code
    }

    /// The keys from `column` to `readings`, as an object of JSON.
    #[must_use]
    pub fn object(self) -> Vec<u8> {
        let EncodedProblem { cell_end, rest_end, .. } = self.entry;
        // The first key, too, has a comma before it.
        [b"{", &self.text[cell_end + 1..rest_end], b"}"].concat()
    }

    /// What was seen, beyond the code's sentence; may be empty.
    #[must_use]
    pub fn detail(self) -> &'e str {
        let EncodedProblem { rest_end, detail_end, .. } = self.entry;
        std::str::from_utf8(&self.text[rest_end..detail_end]).expect("pushed as text")
    }

    /// The cell, as far as it is told; empty where the record is meant. Reads it out of what was
    /// encoded, for the few that are shown.
    #[must_use]
    pub fn value(self) -> String {
        let EncodedProblem { what_end, rest_end, .. } = self.entry;
        let keys = &self.text[what_end..rest_end];
        let object = [b"{".as_slice(), keys.strip_prefix(b",").unwrap_or(keys), b"}"].concat();
        let read = serde_json::from_slice::<serde_json::Value>(&object).expect("our own JSON");
        read["value"].as_str().unwrap_or_default().to_owned()
    }

    /// What to put instead; empty where nothing is certain enough.
    #[must_use]
    pub fn suggestion(self) -> &'e str {
        let EncodedProblem { detail_end, suggestion_end, .. } = self.entry;
        std::str::from_utf8(&self.text[detail_end..suggestion_end]).expect("pushed as text")
    }
}

/// What is shown of a cell: a long one is whole in `rejects.csv`.
fn shortened(value: &str) -> &str {
    const SHOWN_BYTES_MAX: usize = 1000;
    &value[..value.floor_char_boundary(SHOWN_BYTES_MAX)]
}

fn push_readings(out: &mut Vec<u8>, readings: &[(&'static str, Phone)], values: Values) {
    for (at, (name, phone)) in readings.iter().enumerate() {
        out.extend_from_slice(if at == 0 { b",\"readings\":[{\"as\":" } else { b",{\"as\":" });
        push_json_string(out, name);
        push_phone(out, *phone, values);
        out.push(b'}');
    }
    if !readings.is_empty() {
        out.push(b']');
    }
}

/// What the ordered stage knows of a row when it writes what there is to say of it.
#[derive(Debug, Clone, Copy)]
pub struct RowFacts<'s> {
    /// Where the row stands.
    pub place: &'s Place,
    /// The number that a spreadsheet gives the row, from 1.
    pub sheet_row: u64,
    /// What became of it.
    pub fate: Fate,
    /// What the payload does with its contact, if it was accepted.
    pub action: Option<Action>,
    /// Where its contact stands, if it was accepted.
    pub payload: Option<PayloadPlace<'s>>,
}

/// Another row that has to do with a row's phone.
#[derive(Debug, Clone, Copy)]
pub struct Related {
    /// What it is to the row.
    pub role: Role,
    /// Index of its source, from 0.
    pub source: u32,
    /// Its number there, from 1.
    pub row: u64,
}

/// What another row is to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It keeps the phone of which the row is a duplicate; and what differs between the two.
    Kept(Differences),
    /// It keeps the phone, and took what the row adds; and what differed between the two.
    Merged(Differences),
    /// It has the phone, too, and neither keeps it; and what differs between the two.
    Repeats(Differences),
    /// It may be the same subscriber in another spelling.
    Variant,
}

impl Role {
    /// The problem that the row has because of the other one.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Role::Kept(_) => Code::PhoneDuplicate,
            Role::Merged(_) => Code::PhoneMerged,
            Role::Repeats(_) => Code::PhoneRepeated,
            Role::Variant => Code::PhonePossibleVariant,
        }
    }

    /// What differs between the two rows, where they have one phone.
    fn differences(self) -> Option<Differences> {
        match self {
            Role::Kept(differs) | Role::Merged(differs) | Role::Repeats(differs) => Some(differs),
            Role::Variant => None,
        }
    }

    fn as_str(&self) -> &'static str {
        match self {
            Role::Kept(_) | Role::Merged(_) => "kept",
            Role::Repeats(_) => "repeats",
            Role::Variant => "variant",
        }
    }
}

/// A line without the place of its contact, for a payload that is withheld.
#[must_use]
pub fn without_payload(line: &[u8]) -> Vec<u8> {
    // It is the last key; inside a value its quotes would be escaped.
    match memchr::memmem::rfind(line, b",\"payload\":{\"file\":") {
        Some(at) => [&line[..at], b"}\n"].concat(),
        None => line.to_vec(),
    }
}

/// Writes `issues.jsonl`.
#[derive(Debug)]
pub struct Issues {
    file: OutFile,
    /// The sources' names.
    names: Vec<String>,
    /// The key `source` with each, as JSON.
    sources: Vec<String>,
}

impl Issues {
    /// No problem yet.
    ///
    /// # Errors
    /// Where the file cannot be made.
    pub fn new(sources: &[String], out: &mut OutDir) -> Result<Issues> {
        let key = |name: &String| format!(",\"source\":{}", json_string(name));
        let json = sources.iter().map(key).collect();
        let file = out.create_file("issues.jsonl")?;
        Ok(Issues { file, names: sources.to_vec(), sources: json })
    }

    /// Writes a problem that a worker found.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write(&mut self, problem: ProblemView<'_>, row: &RowFacts<'_>) -> Result<()> {
        let ProblemView { text, entry } = problem;
        self.begin(row, &text[entry.start..entry.cell_end]);
        let out = self.file.buffer();
        out.extend_from_slice(&text[entry.cell_end..entry.what_end]);
        push_name(out, b",\"fate\":\"", row.fate.as_str());
        out.extend_from_slice(&text[entry.what_end..entry.rest_end]);
        self.end(row)
    }

    /// Writes that a row's phone, which stands in that column, has to do with another row.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write_related(
        &mut self,
        row: &RowFacts<'_>,
        phone: Option<Phone>,
        column: Option<u32>,
        keys: &ColumnKeys,
        related: Related,
    ) -> Result<()> {
        let Related { role, source, row: other } = related;
        let (cell, column) = keys.of(column);
        self.begin(row, cell.as_bytes());
        let out = self.file.buffer();
        push_what(out, column, Some(Field::Phone), role.code());
        push_name(out, b",\"fate\":\"", row.fate.as_str());
        if let Some(phone) = phone {
            push_phone(out, phone, keys.values);
        }
        push_error(out, role.code());
        out.extend_from_slice(b",\"related\":[{");
        let name = self.names[source as usize].as_str();
        let source = (source != row.place.source).then_some(name);
        OtherRow { source, row: other, role: role.as_str() }.push(out);
        if let Some(differences) = role.differences() {
            out.extend_from_slice(b",\"differs\":[");
            for (at, compared) in differences.iter().enumerate() {
                push_name(out, if at == 0 { b"\"" } else { b",\"" }, compared.as_str());
            }
            out.push(b']');
        }
        out.extend_from_slice(b"}]");
        self.end(row)
    }

    /// The keys that say where the row stands; `cell` is the key of that name up to the row.
    fn begin(&mut self, row: &RowFacts<'_>, cell: &[u8]) {
        let Place { source: _, row: number, line, byte, length } = *row.place;
        let out = self.file.buffer();
        out.extend_from_slice(b"{\"row\":");
        push_integer(out, number);
        out.extend_from_slice(b",\"line\":");
        push_integer(out, line);
        out.extend_from_slice(b",\"byte\":");
        push_integer(out, byte);
        out.extend_from_slice(b",\"length\":");
        push_integer(out, length);
        if !cell.is_empty() {
            out.extend_from_slice(cell);
            push_integer(out, row.sheet_row);
            out.push(b'"');
        }
        out.extend_from_slice(b",\"index\":");
        push_integer(out, number - 1);
    }

    /// The keys that say where the row came from and went to.
    fn end(&mut self, row: &RowFacts<'_>) -> Result<()> {
        let out = self.file.buffer();
        out.extend_from_slice(self.sources[row.place.source as usize].as_bytes());
        if let Some(place) = row.payload {
            out.extend_from_slice(b",\"payload\":{\"file\":");
            push_json_string(out, place.path);
            out.extend_from_slice(b",\"index\":");
            push_integer(out, place.index);
            out.push(b'}');
        }
        out.extend_from_slice(b"}\n");
        self.file.flush_if_full()
    }

    /// Ends the file.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn finish(self) -> Result<OutputFacts> {
        self.file.finish()
    }
}
