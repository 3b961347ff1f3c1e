//! What a platform answers, as data: where its answers say what became of each contact.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::load::Fault;
use super::{Contract, Format};

/// The shape of a platform's answers.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// What an answer that took something says: every path has this value.
    #[serde(default)]
    pub success: BTreeMap<KeyPath, Scalar>,
    /// What a failure says, whatever its HTTP status: any path has this value.
    #[serde(default)]
    pub failure: BTreeMap<KeyPath, Scalar>,
    /// What stands in failures only: any of these paths is there.
    #[serde(default)]
    pub failure_paths: Vec<KeyPath>,
    /// Where the platform's words on a whole request stand, in the order in which they are read.
    #[serde(default)]
    pub messages: Vec<KeyPath>,
    /// How the platform says that it has a contact already.
    #[serde(default)]
    pub exists: Marks,
    /// Words of failures that may pass, for answers whose HTTP status is not known.
    #[serde(default)]
    pub retry_texts: Vec<String>,
    /// The answer to a request with one contact.
    pub single: Option<SingleAnswer>,
    /// The answer to a request with a whole file.
    pub bulk: Option<BulkAnswer>,
    /// What the documents do not show.
    #[serde(default)]
    pub assumptions: Vec<String>,
}

/// By what something is known: a status of HTTP, or words in a message.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Marks {
    /// Statuses of an answer to a single request.
    #[serde(default)]
    pub statuses: Vec<u16>,
    /// Parts of a message, in small letters.
    #[serde(default)]
    pub texts: Vec<String>,
}

/// The answer to a request with one contact.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SingleAnswer {
    /// What an answer that took the contact must have.
    #[serde(default)]
    pub required: Vec<KeyPath>,
    /// The platform's id of the contact.
    pub id: Option<KeyPath>,
    /// The contact's phone.
    pub phone: Option<KeyPath>,
    /// The statuses that say that the contact is new.
    #[serde(default)]
    pub created: Vec<u16>,
}

/// The answer to a request with a whole file.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BulkAnswer {
    /// How many contacts were created; where none was updated, all that were taken are new.
    pub created: Option<KeyPath>,
    /// How many contacts were updated.
    pub updated: Option<KeyPath>,
    /// The contacts that were not taken.
    pub errors: ErrorList,
    /// The contacts that were taken.
    pub contacts: Option<ContactList>,
    /// Numbers that must fit what the lists say.
    #[serde(default)]
    pub counts: Vec<CountRule>,
}

/// The list of contacts that were not taken.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorList {
    /// Where the list stands.
    pub path: KeyPath,
    /// In an item: the number of the contact in its request.
    pub place: KeyPath,
    /// The number of the first contact. Where several are given, the one is taken by which the
    /// phones fit.
    pub first: Vec<u64>,
    /// In an item: the contact's phone.
    pub phone: Option<KeyPath>,
    /// In an item: the platform's words.
    pub messages: Vec<KeyPath>,
}

/// The list of contacts that were taken.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ContactList {
    /// Where the list stands.
    pub path: KeyPath,
    /// In an item: the contact's phone.
    pub phone: KeyPath,
    /// In an item: the platform's id of the contact.
    pub id: Option<KeyPath>,
    /// In an item: what became of the contact.
    pub status: Option<KeyPath>,
    /// The words by which it says that the contact is new.
    #[serde(default)]
    pub created: Vec<String>,
    /// The words by which it says that the contact was there and was updated.
    #[serde(default)]
    pub updated: Vec<String>,
}

/// A number of an answer that must fit what its lists say. Exactly one of the three is given.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CountRule {
    /// The numbers, which are added up.
    pub paths: Vec<KeyPath>,
    /// What their sum is.
    pub equal: Option<Counted>,
    /// What their sum is at least.
    pub at_least: Option<Counted>,
    /// What their sum is at most.
    pub at_most: Option<Counted>,
}

/// What is counted while an answer is joined with the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// The contacts of the request.
    Contacts,
    /// Those without an error.
    Taken,
    /// Those with an error.
    Errors,
    /// Those whose error says that the platform has them already.
    Exists,
}

impl Counted {
    /// What is counted, in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Counted::Contacts => "contacts in the request",
            Counted::Taken => "contacts without an error",
            Counted::Errors => "contacts with an error",
            Counted::Exists => "contacts that are there already",
        }
    }
}

/// Where something stands in a JSON value: keys with points between them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyPath(String);

impl TryFrom<String> for KeyPath {
    type Error = String;

    fn try_from(path: String) -> Result<KeyPath, String> {
        if path.split('.').any(str::is_empty) {
            return Err(format!("the path `{path}` is empty or has an empty part"));
        }
        Ok(KeyPath(path))
    }
}

impl From<KeyPath> for String {
    fn from(path: KeyPath) -> String {
        path.0
    }
}

impl KeyPath {
    /// What stands there; nothing where it is `null`.
    #[must_use]
    pub fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        let found = self.0.split('.').try_fold(value, |value, key| value.get(key));
        found.filter(|value| !value.is_null())
    }

    /// The path as it stands in the contract.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A value that a path can be compared with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Scalar {
    /// `true` or `false`.
    Truth(bool),
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
}

impl Scalar {
    /// Whether that is what stands there.
    #[must_use]
    pub fn is(&self, value: &Value) -> bool {
        match self {
            Scalar::Truth(truth) => value.as_bool() == Some(*truth),
            Scalar::Integer(number) => value.as_i64() == Some(*number),
            Scalar::Text(text) => value.as_str() == Some(text),
        }
    }
}

/// What is wrong with the answers of a contract, and what to do.
pub(super) fn check(contract: &Contract) -> Result<(), Fault> {
    let wrong = |path: &[&str], what: &str| Err(Fault::at(path, what));
    let Some(answers) = &contract.answers else { return Ok(()) };
    if contract.request.is_none() {
        let what = "[answers] says what comes back on [request], and there is none; add it";
        return wrong(&["answers"], what);
    }
    let whole_files = contract.payload.format != Format::Requests;
    if whole_files && answers.bulk.is_none() {
        return wrong(&["answers"], "a file is one request, so [answers.bulk] is needed");
    }
    if !whole_files && (answers.single.is_none() || answers.bulk.is_some()) {
        return wrong(
            &["answers"],
            "each contact is a request, so [answers.single] is needed, and no [answers.bulk]",
        );
    }
    if let Some(single) = &answers.single
        && answers.success.is_empty()
        && single.required.is_empty()
    {
        return wrong(
            &["answers", "single"],
            "nothing tells an answer that took the contact; give answers.success or \
             answers.single.required",
        );
    }
    let texts = answers.exists.texts.iter().chain(&answers.retry_texts);
    if let Some(text) =
        texts.into_iter().find(|text| text.is_empty() || text.to_lowercase() != **text)
    {
        let what =
            format!("answers: the words `{text}` are compared in small letters; write them so");
        return wrong(&["answers"], &what);
    }
    answers.bulk.as_ref().map_or(Ok(()), bulk)
}

fn bulk(bulk: &BulkAnswer) -> Result<(), Fault> {
    if bulk.errors.first.is_empty() {
        return Err(Fault::at(
            &["answers", "bulk", "errors", "first"],
            "answers.bulk.errors.first is empty; give the number of the first contact, like [0]",
        ));
    }
    for CountRule { paths, equal, at_least, at_most } in &bulk.counts {
        let given = [equal, at_least, at_most].into_iter().flatten().count();
        if paths.is_empty() || given != 1 {
            return Err(Fault::at(
                &["answers", "bulk", "counts"],
                "answers.bulk.counts: give paths, and one of equal, at_least and at_most",
            ));
        }
    }
    Ok(())
}
