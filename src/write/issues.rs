//! Problems → `issues.jsonl`, one line each, in row order. What only the ordered stage knows (row
//! number, fate, place in the payload) stands around what a worker has encoded.

use crate::contact::Field;
use crate::error::Result;
use crate::map::{Columns, letters};
use crate::phone::Phone;
use crate::problem::{Action, Code, Fate, Place, Problem};
use crate::unique::Compared;

use super::batch::PayloadPlace;
use super::encode::{json_string, push_integer, push_json_string};
use super::outdir::{OutDir, OutFile, OutputFacts};

/// The problems of a chunk's rows, encoded as far as a worker can.
#[derive(Debug, Default)]
pub struct EncodedProblems {
    text: Vec<u8>,
    list: Vec<EncodedProblem>,
}

/// One problem: its parts are ranges of the common text.
#[derive(Debug, Clone, Copy)]
struct EncodedProblem {
    code: Code,
    /// Index of the column, from 0.
    column: Option<u32>,
    /// The keys from `column` to `level`.
    before_fate: (usize, usize),
    /// The keys from `phone` to `readings`.
    after_fate: (usize, usize),
    /// The sentence and what was seen.
    message: (usize, usize),
    /// What to do.
    advice: (usize, usize),
}

/// One encoded problem.
#[derive(Debug, Clone, Copy)]
pub struct ProblemView<'e> {
    problems: &'e EncodedProblems,
    index: usize,
}

impl EncodedProblems {
    /// Forgets all problems and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.list.clear();
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
        ProblemView { problems: self, index }
    }

    /// Encodes a problem of a row whose phone, where it has one, is `phone`.
    pub fn push(&mut self, problem: &Problem<'_>, columns: &Columns, phone: Option<Phone>) {
        // Taken apart without `..`, so that a new key is thought of here.
        let Problem { code, column, field, value, detail, suggestion, readings } = problem;
        let out = &mut self.text;
        let start = out.len();
        let header = column.map(|at| (at, columns.headers[at as usize].as_str()));
        push_what(out, header, *field, *code);
        let before_fate = (start, out.len());
        let message = if detail.is_empty() {
            code.sentence().to_owned()
        } else {
            format!("{}: {detail}", code.sentence())
        };
        if let Some(phone) = phone {
            out.extend_from_slice(b",\"phone\":\"+");
            push_integer(out, phone.as_u64());
            out.push(b'"');
        }
        if !value.is_empty() {
            push_key(out, "value", shortened(value));
        }
        push_key(out, "error", &message);
        let mut advice = code.remedy().to_owned();
        if let Some(suggestion) = suggestion {
            out.extend_from_slice(b",\"suggestion\":{\"value\":");
            push_json_string(out, &suggestion.value);
            push_key(out, "confidence", suggestion.confidence.as_str());
            out.push(b'}');
            advice = format!("{advice} (perhaps {})", suggestion.value);
        }
        push_readings(out, readings);
        let after_fate = (before_fate.1, out.len());
        out.extend_from_slice(message.as_bytes());
        let message = (after_fate.1, out.len());
        out.extend_from_slice(advice.as_bytes());
        let advice = (message.1, out.len());
        self.list.push(EncodedProblem {
            code: *code,
            column: *column,
            before_fate,
            after_fate,
            message,
            advice,
        });
    }
}

impl<'e> ProblemView<'e> {
    /// The problem's code.
    #[must_use]
    pub fn code(self) -> Code {
        self.entry().code
    }

    /// The sentence and what was seen.
    #[must_use]
    pub fn message(self) -> &'e str {
        std::str::from_utf8(self.range(self.entry().message)).expect("pushed as text")
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(self) -> &'e str {
        std::str::from_utf8(self.range(self.entry().advice)).expect("pushed as text")
    }

    fn entry(self) -> EncodedProblem {
        self.problems.list[self.index]
    }

    fn range(self, (start, end): (usize, usize)) -> &'e [u8] {
        &self.problems.text[start..end]
    }
}

/// The keys from `column` to `level`: what is wrong, and in which column.
fn push_what(out: &mut Vec<u8>, column: Option<(u32, &str)>, field: Option<Field>, code: Code) {
    if let Some((at, header)) = column {
        push_key(out, "column", header);
        out.extend_from_slice(b",\"column_number\":");
        push_integer(out, at + 1);
    }
    if let Some(field) = field {
        push_key(out, "field", field.as_str());
    }
    push_key(out, "code", code.as_str());
    push_key(out, "category", code.category());
    push_key(out, "level", code.level().as_str());
}

/// What is shown of a cell: a long one is whole in `rejects.csv`.
fn shortened(value: &str) -> &str {
    const SHOWN_BYTES_MAX: usize = 1000;
    &value[..value.floor_char_boundary(SHOWN_BYTES_MAX)]
}

fn push_readings(out: &mut Vec<u8>, readings: &[(&'static str, Phone)]) {
    for (at, (name, phone)) in readings.iter().enumerate() {
        out.extend_from_slice(if at == 0 { b",\"readings\":[{\"as\":" } else { b",{\"as\":" });
        push_json_string(out, name);
        push_key(out, "phone", &phone.to_string());
        out.push(b'}');
    }
    if !readings.is_empty() {
        out.push(b']');
    }
}

fn push_key(out: &mut Vec<u8>, key: &str, value: &str) {
    out.push(b',');
    push_json_string(out, key);
    out.push(b':');
    push_json_string(out, value);
}

/// What the ordered stage knows of a row when it writes the row's problems.
#[derive(Debug, Clone, Copy)]
pub struct RowFacts<'s> {
    /// Where the row stands.
    pub place: Place,
    /// The number that a spreadsheet gives the row, from 1.
    pub sheet_row: u64,
    /// What became of it.
    pub fate: Fate,
    /// What the payload does with its contact, if it was accepted.
    pub action: Option<Action>,
    /// The name of its source.
    pub source: &'s str,
    /// Where its contact stands, if it was accepted.
    pub payload: Option<PayloadPlace>,
}

/// Another row that has to do with a row's phone.
#[derive(Debug, Clone)]
pub struct Related<'s> {
    /// What it is to the row.
    pub role: Role,
    /// Index of its source, from 0.
    pub source: u32,
    /// The name of its source.
    pub source_name: &'s str,
    /// Its number there, from 1.
    pub row: u64,
}

/// What another row is to a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// It keeps the phone of which the row is a duplicate; and what differs between the two.
    Kept(Vec<Compared>),
    /// It may be the same subscriber in another spelling.
    Variant,
}

impl Role {
    /// The problem that the row has because of the other one.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Role::Kept(_) => Code::PhoneDuplicate,
            Role::Variant => Code::PhonePossibleVariant,
        }
    }

    fn as_str(&self) -> &'static str {
        match self {
            Role::Kept(_) => "kept",
            Role::Variant => "variant",
        }
    }
}

impl Related<'_> {
    /// What differs, in words.
    #[must_use]
    pub fn difference(&self) -> String {
        let Role::Kept(differs) = &self.role else { return String::new() };
        let names: Vec<&str> = differs.iter().map(|compared| compared.as_str()).collect();
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
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
}

impl Issues {
    /// No problem yet.
    ///
    /// # Errors
    /// Where the file cannot be made.
    pub fn new(out: &mut OutDir) -> Result<Issues> {
        Ok(Issues { file: out.create_file("issues.jsonl")? })
    }

    /// Writes a problem that a worker found.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write(&mut self, problem: ProblemView<'_>, row: &RowFacts<'_>) -> Result<()> {
        let entry = problem.entry();
        self.begin(row, entry.column);
        self.file.buffer().extend_from_slice(problem.range(entry.before_fate));
        push_key(self.file.buffer(), "fate", row.fate.as_str());
        self.file.buffer().extend_from_slice(problem.range(entry.after_fate));
        self.end(row)
    }

    /// Writes that a row's phone has to do with another row.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write_related(
        &mut self,
        row: &RowFacts<'_>,
        phone: Option<Phone>,
        column: Option<(u32, &str)>,
        related: &Related<'_>,
    ) -> Result<()> {
        let code = related.role.code();
        self.begin(row, column.map(|(at, _)| at));
        let out = self.file.buffer();
        push_what(out, column, Some(Field::Phone), code);
        push_key(out, "fate", row.fate.as_str());
        if let Some(phone) = phone {
            push_key(out, "phone", &phone.to_string());
        }
        push_key(out, "error", code.sentence());
        out.extend_from_slice(b",\"related\":[{");
        if related.source_name != row.source {
            out.extend_from_slice(b"\"source\":");
            push_json_string(out, related.source_name);
            out.push(b',');
        }
        out.extend_from_slice(b"\"row\":");
        push_integer(out, related.row);
        push_key(out, "role", related.role.as_str());
        if let Role::Kept(differs) = &related.role {
            out.extend_from_slice(b",\"differs\":[");
            for (at, compared) in differs.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                push_json_string(out, compared.as_str());
            }
            out.push(b']');
        }
        out.extend_from_slice(b"}]");
        self.end(row)
    }

    /// The keys that say where the row stands.
    fn begin(&mut self, row: &RowFacts<'_>, column: Option<u32>) {
        let Place { source: _, row: number, line, byte, length } = row.place;
        let out = self.file.buffer();
        out.extend_from_slice(b"{\"row\":");
        push_integer(out, number);
        out.extend_from_slice(b",\"line\":");
        push_integer(out, line);
        out.extend_from_slice(b",\"byte\":");
        push_integer(out, byte);
        out.extend_from_slice(b",\"length\":");
        push_integer(out, length);
        if let Some(at) = column {
            out.extend_from_slice(b",\"cell\":\"");
            out.extend_from_slice(letters(at as usize).as_bytes());
            push_integer(out, row.sheet_row);
            out.push(b'"');
        }
        out.extend_from_slice(b",\"index\":");
        push_integer(out, number - 1);
    }

    /// The keys that say where the row came from and went to.
    fn end(&mut self, row: &RowFacts<'_>) -> Result<()> {
        let out = self.file.buffer();
        push_key(out, "source", row.source);
        if let Some(place) = row.payload {
            out.extend_from_slice(b",\"payload\":{\"file\":");
            out.extend_from_slice(json_string(&place.path()).as_bytes());
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
