//! The answers to one payload file → what they say of each of its contacts, one after the other.

use serde_json::Value;

use super::bulk::Bulk;
use super::given::Source;
use super::judge::{Body, Verdict, not_theirs, verdict};
use super::ledger::{Ahead, LedgerRow};
use super::lines::{Answer, Lines, Place, read_body};
use super::outcome::{Joined, Outcome, Told};
use crate::error::Result;
use crate::write::contract::{Answers, KeyPath, SingleAnswer};

/// The answers to one payload file.
#[derive(Debug)]
pub(super) enum FileAnswers<'c> {
    /// None.
    Nothing,
    /// One request a contact.
    Each(Box<Each<'c>>),
    /// One request for all, which was not carried out.
    Failed { outcome: Outcome, status: Option<u16>, message: String },
    /// One request for all, which was.
    Bulk(Box<Bulk<'c>>),
}

/// A stream of answers to single requests.
#[derive(Debug)]
pub(super) struct Each<'c> {
    answers: &'c Answers,
    single: &'c SingleAnswer,
    lines: Option<Lines>,
    /// The next answer, already read.
    next: Option<Answer>,
}

/// What is needed to open the answers to a payload file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opening<'o, 'c> {
    pub(super) answers: &'c Answers,
    /// The payload file.
    pub(super) file: &'o str,
    /// Its first row.
    pub(super) first: LedgerRow<'o>,
    /// The rows that follow.
    pub(super) ahead: &'o Ahead,
}

impl<'c> FileAnswers<'c> {
    /// Opens the answers. A file of request lines has one request a contact; any other file is one
    /// request.
    /// What is worth knowing comes with them.
    pub(super) fn open(
        source: Option<Source>,
        opening: Opening<'_, 'c>,
    ) -> Result<(FileAnswers<'c>, Option<String>)> {
        let (mut lines, next) = match source {
            None => return Ok((FileAnswers::Nothing, None)),
            Some(Source::Body(path)) => (None, Some(read_body(&path, opening.file)?)),
            Some(Source::Lines(path)) => {
                let mut lines = Lines::open(&path)?;
                let next = lines.next()?;
                (Some(lines), next)
            }
        };
        if opening.file.ends_with(".jsonl") {
            let answers = opening.answers;
            let Some(single) = &answers.single else {
                return Err(undescribed(opening.file, "answers.single"));
            };
            return Ok((FileAnswers::Each(Box::new(Each { answers, single, lines, next })), None));
        }
        let Some(answer) = next else { return Ok((FileAnswers::Nothing, None)) };
        if answer.place.request > 0 {
            return Err(no_such_request(&answer.place, 1));
        }
        if let Some(lines) = &mut lines
            && let Some(more) = lines.next()?
        {
            return Err(no_such_request(&more.place, 1));
        }
        let note = lines.as_ref().and_then(Lines::note);
        Ok((FileAnswers::whole(&answer, opening)?, note))
    }

    /// The answer to a request with the whole file.
    fn whole(answer: &Answer, opening: Opening<'_, 'c>) -> Result<FileAnswers<'c>> {
        let Some(bulk) = &opening.answers.bulk else {
            return Err(undescribed(opening.file, "answers.bulk"));
        };
        match verdict(opening.answers, answer)? {
            Verdict::Done(value) => {
                let bulk = Bulk::open(bulk, &opening, answer, &value)?;
                Ok(FileAnswers::Bulk(Box::new(bulk)))
            }
            // That one of many contacts exists says nothing of the others.
            Verdict::Failed { outcome: Outcome::Exists, message } => {
                let outcome = Outcome::Refused;
                Ok(FileAnswers::Failed { outcome, status: answer.status, message })
            }
            Verdict::Failed { outcome, message } => {
                Ok(FileAnswers::Failed { outcome, status: answer.status, message })
            }
        }
    }

    /// What the answers say of the contact with this index. Contacts are asked for in order, all
    /// of them.
    pub(super) fn told(&mut self, index: u64, row: &LedgerRow<'_>) -> Result<Told> {
        match self {
            FileAnswers::Nothing => Ok(Told::nothing()),
            FileAnswers::Each(each) => each.told(index, row),
            FileAnswers::Bulk(bulk) => bulk.told(index, row),
            FileAnswers::Failed { outcome, status, message } => Ok(Told {
                outcome: *outcome,
                status: *status,
                id: String::new(),
                message: message.clone(),
                joined: Joined::Index,
            }),
        }
    }

    /// All contacts have been asked for: has everything that was answered been heard? Returns what
    /// is worth knowing.
    pub(super) fn finish(self, contacts: u64) -> Result<Option<String>> {
        match self {
            FileAnswers::Nothing | FileAnswers::Failed { .. } => Ok(None),
            FileAnswers::Bulk(bulk) => bulk.finish(contacts),
            FileAnswers::Each(each) => match &each.next {
                Some(answer) => Err(no_such_request(&answer.place, contacts)),
                None => Ok(each.lines.as_ref().and_then(Lines::note)),
            },
        }
    }
}

impl Each<'_> {
    fn told(&mut self, index: u64, row: &LedgerRow<'_>) -> Result<Told> {
        let Some(answer) = self.next.take_if(|next| next.place.request == index) else {
            return Ok(Told::nothing());
        };
        if let Some(lines) = &mut self.lines {
            self.next = lines.next()?;
        }
        let (id, message) = (String::new(), String::new());
        let (status, joined) = (answer.status, Joined::Index);
        match verdict(self.answers, &answer)? {
            Verdict::Failed { outcome, message } => {
                Ok(Told { outcome, status, id, message, joined })
            }
            Verdict::Done(value) => {
                if self.single.required.iter().any(|path| path.of(&value).is_none()) {
                    return Err(not_theirs(&answer, &Body::Json(value)));
                }
                let joined = self.join(&answer.place, &value, row)?;
                let id = id_of(self.single.id.as_ref(), &value);
                let is_new = status.is_some_and(|status| self.single.created.contains(&status));
                let outcome = match (row.is_update(), is_new) {
                    (true, _) => Outcome::Updated,
                    (false, true) => Outcome::Created,
                    (false, false) => Outcome::Taken,
                };
                Ok(Told { outcome, status, id, message, joined })
            }
        }
    }

    /// Holds the phone that an answer names against the row's.
    fn join(&self, place: &Place, value: &Value, row: &LedgerRow<'_>) -> Result<Joined> {
        match self.single.phone.as_ref().and_then(|path| path.of(value)).and_then(digits) {
            None => Ok(Joined::Index),
            Some(phone) if Some(&phone) == digits_of(&row.phone()).as_ref() => {
                Ok(Joined::IndexAndPhone)
            }
            Some(_) => Err(other_phone(place, row)),
        }
    }
}

/// The error of an answer to one contact that names the phone of another.
pub(super) fn other_phone(place: &Place, row: &LedgerRow<'_>) -> crate::error::Error {
    place.mismatch(format!(
        "names another phone than that of row {}, whose contact stands there: this is the answer \
         of another run or of another file; give the folder that was sent",
        row.row()
    ))
}

fn no_such_request(place: &Place, requests: u64) -> crate::error::Error {
    place.mismatch(format!(
        "answers a request that is not there: the file has {requests}; this is the answer of \
         another run, or of another file"
    ))
}

fn undescribed(file: &str, table: &str) -> crate::error::Error {
    crate::error::Error::Usage(format!(
        "the platform's contract does not say what is answered to {file}; add [{table}] to a copy \
         of it and give that by --to"
    ))
}

/// The digits of a phone, however it is spelled; nothing where there are none.
pub(super) fn digits_of(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

/// The same of a JSON text or number.
pub(super) fn digits(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => digits_of(text),
        Value::Number(number) => digits_of(&number.to_string()),
        _ => None,
    }
}

/// The platform's id at this path, as a text.
pub(super) fn id_of(path: Option<&KeyPath>, value: &Value) -> String {
    match path.and_then(|path| path.of(value)) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}
