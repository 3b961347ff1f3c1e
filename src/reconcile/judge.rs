//! An answer → what it says of its request as a whole, by the contract and the status of HTTP.

use serde_json::Value;

use super::lines::Answer;
use super::outcome::Outcome;
use crate::error::Result;
use crate::write::contract::{Answers, KeyPath, Marks};

/// The platform's words are kept up to this length.
const MESSAGE_CHARS_MAX: usize = 500;

/// How many keys of an answer that is not understood are shown.
const KEYS_SHOWN_MAX: usize = 8;

/// What an answer says of its request.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    /// The request was carried out; what became of its contacts stands in the value.
    Done(Value),
    /// It was not.
    Failed {
        /// What that means for its contacts.
        outcome: Outcome,
        /// The platform's words.
        message: String,
    },
}

/// Judges an answer.
///
/// # Errors
/// [`Error::Mismatch`](crate::error::Error::Mismatch) where it is none that the platform gives.
pub(super) fn verdict(answers: &Answers, answer: &Answer) -> Result<Verdict> {
    let body = Body::of(&answer.body);
    match answer.status {
        Some(408 | 429 | 500..=599) => {
            Ok(Verdict::Failed { outcome: Outcome::Retry, message: body.words(&answers.messages) })
        }
        Some(400..=499) => match body {
            Body::Page => Err(not_theirs(answer, &body)),
            _ => Ok(failed(answers, &body, answer.status)),
        },
        Some(200..=299) | None => carried_out(answers, answer, body),
        Some(status) => Err(answer.place.mismatch(format!(
            "has the status {status}, which is neither a success nor a failure; is the base URL \
             right? send the request again, and remove this answer"
        ))),
    }
}

/// An answer whose status says that the request was carried out, or says nothing.
fn carried_out(answers: &Answers, answer: &Answer, body: Body<'_>) -> Result<Verdict> {
    let Body::Json(value) = &body else { return Err(not_theirs(answer, &body)) };
    let has = |path: &KeyPath| path.of(value).is_some();
    let says = |(path, wanted): (&KeyPath, &_)| is(path, wanted, value);
    if answers.failure.iter().any(says) || answers.failure_paths.iter().any(has) {
        return Ok(failed(answers, &body, answer.status));
    }
    if !value.is_object() || !answers.success.iter().all(says) {
        return Err(not_theirs(answer, &body));
    }
    let Body::Json(value) = body else { unreachable!("looked at above") };
    Ok(Verdict::Done(value))
}

fn is(path: &KeyPath, wanted: &crate::write::contract::Scalar, value: &Value) -> bool {
    path.of(value).is_some_and(|found| wanted.is(found))
}

/// A request that was not carried out, and will not be if it is sent again.
fn failed(answers: &Answers, body: &Body<'_>, status: Option<u16>) -> Verdict {
    let message = body.words(&answers.messages);
    let may_pass = status.is_none() && has_any(&message, &answers.retry_texts);
    let outcome = match (may_pass, exists(&answers.exists, status, &message)) {
        (true, _) => Outcome::Retry,
        (false, true) => Outcome::Exists,
        (false, false) => Outcome::Refused,
    };
    Verdict::Failed { outcome, message }
}

/// Whether that is how the platform says that it has a contact already.
pub(super) fn exists(marks: &Marks, status: Option<u16>, message: &str) -> bool {
    status.is_some_and(|status| marks.statuses.contains(&status)) || has_any(message, &marks.texts)
}

fn has_any(message: &str, texts: &[String]) -> bool {
    let message = message.to_lowercase();
    texts.iter().any(|text| message.contains(text))
}

/// The error of an answer that is none of the platform's.
pub(super) fn not_theirs(answer: &Answer, body: &Body<'_>) -> crate::error::Error {
    let status = answer.status.map_or(String::new(), |status| format!(" with the status {status}"));
    answer.place.mismatch(format!(
        "is {}{status}, and no answer that the platform's contract describes; remove this answer \
         to count the request as not answered, or give the contract by --to if its [answers] are \
         out of date",
        body.kind()
    ))
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Body<'a> {
    /// Nothing but white space.
    Empty,
    /// A JSON value.
    Json(Value),
    /// JSON that ends before its end.
    Torn,
    /// A page of HTML.
    Page,
    /// Something else.
    Text(&'a str),
}

impl Body<'_> {
    fn of(text: &str) -> Body<'_> {
        let text = text.trim();
        if text.is_empty() {
            return Body::Empty;
        }
        match serde_json::from_str(text) {
            Ok(value) => Body::Json(value),
            Err(_) if text.starts_with('<') => Body::Page,
            Err(cause) if cause.is_eof() => Body::Torn,
            Err(_) => Body::Text(text),
        }
    }

    /// What it is, without its contents.
    fn kind(&self) -> String {
        match self {
            Body::Empty => "empty".to_owned(),
            Body::Torn => "JSON that ends too early".to_owned(),
            Body::Page => "a page of HTML".to_owned(),
            Body::Text(_) => "no JSON".to_owned(),
            Body::Json(Value::Object(object)) => {
                // A key that is no plain name may be a cell's text.
                let plain = |key: &&String| {
                    key.len() < 40 && key.chars().all(|c| c.is_ascii_alphabetic() || c == '_')
                };
                let keys: Vec<&str> =
                    object.keys().filter(plain).take(KEYS_SHOWN_MAX).map(String::as_str).collect();
                let more = if keys.len() < object.len() { ", …" } else { "" };
                match &keys[..] {
                    [] => "an object without a plain key".to_owned(),
                    _ => format!("an object with the keys {}{more}", keys.join(", ")),
                }
            }
            Body::Json(Value::Array(list)) => format!("a list of {}", list.len()),
            Body::Json(_) => "a single value".to_owned(),
        }
    }

    /// The platform's words on a failure.
    fn words(&self, paths: &[KeyPath]) -> String {
        match self {
            Body::Empty => String::new(),
            Body::Page => "a page of HTML".to_owned(),
            Body::Torn => "JSON that ends too early".to_owned(),
            Body::Text(text) => shortened(text, MESSAGE_CHARS_MAX),
            Body::Json(value) => match words(value, paths) {
                found if found.is_empty() => shortened(&value.to_string(), MESSAGE_CHARS_MAX),
                found => found,
            },
        }
    }
}

/// What stands at these paths, as one text; each text once.
pub(super) fn words(value: &Value, paths: &[KeyPath]) -> String {
    let mut all: Vec<String> = Vec::new();
    for text in paths.iter().filter_map(|path| path.of(value)).map(flat) {
        if !text.is_empty() && !all.contains(&text) {
            all.push(text);
        }
    }
    shortened(&all.join("; "), MESSAGE_CHARS_MAX)
}

/// A value as a text: an object as `key: value`, a list with commas.
fn flat(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Array(list) => list.iter().map(flat).collect::<Vec<_>>().join(", "),
        Value::Object(object) => {
            let pairs = object.iter().map(|(key, value)| format!("{key}: {}", flat(value)));
            pairs.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

fn shortened(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}
