//! A platform, as data: what it takes, under which keys, in which envelope, and how it is sent.
//! Built-in platforms are TOML files that go through the same loader as a user's own;
//! `docs/platforms.md` describes the form.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::contact::Field;
use crate::error::{Error, Result};
use crate::normalize::avatar::AvatarRules;
use crate::normalize::limits::{FieldLimits, Limit};
use crate::normalize::tags::{TagIds, TagRules};
use crate::text::printable;

mod answers;
mod check;
mod field;
mod upload;

pub use answers::{
    Answers, BulkAnswer, ContactList, CountRule, Counted, ErrorList, KeyPath, Marks, Scalar,
    SingleAnswer,
};
pub use check::PATH_PHONE;
pub use field::{FieldKey, PhoneStyle, TagsForm};
pub use upload::{Sign, Upload};

/// The platforms that are built in, in the order in which they are listed: name and contract.
const BUILT_IN: [(&str, &str); 12] = [
    ("superwaba", include_str!("contracts/superwaba.toml")),
    ("whatsbizapi", include_str!("contracts/whatsbizapi.toml")),
    ("wawp", include_str!("contracts/wawp.toml")),
    ("vobiz", include_str!("contracts/vobiz.toml")),
    ("vobiz-json", include_str!("contracts/vobiz-json.toml")),
    ("awalchat", include_str!("contracts/awalchat.toml")),
    ("wati", include_str!("contracts/wati.toml")),
    ("chatwoot", include_str!("contracts/chatwoot.toml")),
    ("hubspot", include_str!("contracts/hubspot.toml")),
    ("meta-audience", include_str!("contracts/meta-audience.toml")),
    ("generic-json", include_str!("contracts/generic-json.toml")),
    ("generic-csv", include_str!("contracts/generic-csv.toml")),
];

/// What a platform takes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// The name on the command line: small letters, digits and `-`.
    pub name: String,
    /// The name as its maker writes it.
    pub title: String,
    /// The public documents that the contract rests on.
    #[serde(default)]
    pub documents: Vec<String>,
    /// What the documents do not say and the contract takes for granted, beyond single fields.
    #[serde(default)]
    pub assumptions: Vec<String>,
    /// What becomes of a contact that the platform has already.
    #[serde(default)]
    pub existing: Existing,
    /// What a file of the payload is.
    pub payload: PayloadForm,
    /// The call that takes a contact or a file; without it nothing is sent by `upload.sh`.
    pub request: Option<Request>,
    /// How much a file of the payload carries.
    #[serde(default)]
    pub batch: BatchLimits,
    /// The fields, in the order in which they are written. One of them is the phone, unless it
    /// stands in the request's path.
    #[serde(default, rename = "field")]
    pub fields: Vec<FieldKey>,
    /// Where the columns go that feed no field; without it they are left out.
    pub params: Option<ParamsKey>,
    /// How requests are sent.
    pub upload: Option<Upload>,
    /// What comes back; without it answers cannot be joined back.
    pub answers: Option<Answers>,
}

/// What becomes of a contact that the platform has already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Existing {
    /// No document says it.
    #[default]
    Unknown,
    /// It stays as it is, and the answer says so.
    Skip,
    /// The request updates it.
    Upsert,
    /// The request is refused.
    Conflict,
}

impl Existing {
    /// What that means, as a sentence without its full stop.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Existing::Unknown => {
                "what becomes of a contact that is there already is not documented"
            }
            Existing::Skip => "a contact that is there already is skipped and named in the answer",
            Existing::Upsert => "a contact that is there already is updated",
            Existing::Conflict => "a contact that is there already is refused (409)",
        }
    }
}

/// What a file of the payload is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayloadForm {
    /// The format.
    pub format: Format,
    /// For `json`: what stands around the contacts.
    pub envelope: Option<Envelope>,
    /// For `json`: how a contact is written.
    #[serde(default)]
    pub item: ItemForm,
    /// For `csv`: whether the columns of the source come first, as they were.
    #[serde(default)]
    pub original_columns: bool,
}

/// The format of a payload file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One JSON value with all contacts of the file.
    Json,
    /// A CSV table with a header.
    Csv,
    /// JSON Lines: one request a contact, `{method, path, query, headers, body}`.
    Requests,
}

impl Format {
    /// The extension of a payload file.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Requests => "jsonl",
        }
    }
}

/// How a contact is written in JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemForm {
    /// An object; keys without a value are left out.
    #[default]
    Object,
    /// An array of the values alone, in the order of the fields.
    Array,
}

/// What stands around the contacts of a JSON file: a JSON text in which the array
/// `["$contacts"]` stands for them.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Envelope {
    /// What stands before the first contact.
    pub opening: String,
    /// What stands after the last one.
    pub closing: String,
}

impl TryFrom<String> for Envelope {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Envelope, String> {
        const MARK: &str = r#"["$contacts"]"#;
        let wrong = |what: String| format!("the envelope {what}, like '{{\"contacts\":{MARK}}}'");
        if let Err(cause) = serde_json::from_str::<serde_json::Value>(&text) {
            return Err(wrong(format!("is no JSON ({cause}); write a JSON text")));
        }
        let mut parts = text.split(MARK);
        match (parts.next(), parts.next(), parts.next()) {
            (Some(before), Some(after), None) => {
                Ok(Envelope { opening: format!("{before}["), closing: format!("]{after}") })
            }
            _ => Err(wrong(format!("must hold {MARK} once, where the contacts go"))),
        }
    }
}

/// The call that takes a contact or a file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// The path below the platform's base URL; `{phone}` in it stands for the contact's phone.
    pub path: String,
    /// How the phone in the path is written.
    #[serde(default)]
    pub path_phone: PhoneStyle,
    /// How the body is encoded.
    pub body: BodyForm,
    /// For a CSV file: the form field that holds it.
    pub file_field: Option<String>,
    /// The constant part of the query.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
}

/// The HTTP method of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
}

impl Method {
    /// The name in the request.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
        }
    }
}

/// How a request's body is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyForm {
    /// A JSON value.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `multipart/form-data`.
    Multipart,
}

impl BodyForm {
    /// The media type, without the boundary that a sender of multipart adds.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            BodyForm::Json => "application/json",
            BodyForm::Form => "application/x-www-form-urlencoded",
            BodyForm::Multipart => "multipart/form-data",
        }
    }
}

/// How much a file of the payload carries at most.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchLimits {
    /// Contacts; `None` is no limit.
    pub rows: Option<u64>,
    /// Bytes of the file; `None` is no limit.
    pub bytes: Option<u64>,
    /// What is not documented about the limits.
    pub assumption: Option<String>,
}

/// Where the columns go that feed no field.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParamsKey {
    /// The key of what holds them; empty for columns of a CSV file.
    #[serde(default)]
    pub key: String,
    /// How they are written.
    #[serde(default)]
    pub form: ParamsForm,
    /// What is not documented about it.
    pub assumption: Option<String>,
}

/// How the columns that feed no field are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParamsForm {
    /// A JSON object from header to value.
    #[default]
    Object,
    /// A JSON array of `{"name", "value"}`.
    List,
    /// A column each, in a CSV file.
    Columns,
}

impl Contract {
    /// The platform that the user names: a built-in one, or a file whose name ends in `.toml`.
    ///
    /// # Errors
    /// [`Error::Usage`] where there is none, with the names of those there are, or what is wrong
    /// in the file.
    pub fn find(name: &str) -> Result<Contract> {
        let shown = printable(name);
        if Path::new(name).extension().is_some_and(|extension| extension == "toml") {
            let text = fs::read_to_string(name).map_err(|cause| {
                Error::Usage(format!("platform {shown}: the file cannot be read: {cause}"))
            })?;
            return Contract::load(&text, &shown);
        }
        match BUILT_IN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((known, text)) => Contract::load(text, known),
            None => {
                let names = || BUILT_IN.iter().map(|(known, _)| *known);
                let meant = crate::map::advice::similar(name, names());
                let meant = meant.map_or(String::new(), |name| format!("; did you mean {name}?"));
                let known: Vec<&str> = names().collect();
                Err(Error::Usage(format!(
                    "there is no platform `{shown}`{meant}; the platforms are {}, or a file of \
                     your own that ends in .toml",
                    known.join(", ")
                )))
            }
        }
    }

    /// The built-in platforms, in the order in which they are listed.
    #[must_use]
    pub fn built_in() -> Vec<Contract> {
        let load = |(name, text): &(&str, &str)| {
            Contract::load(text, name).expect("a test loads every built-in contract")
        };
        BUILT_IN.iter().map(load).collect()
    }

    /// Reads a contract; `origin` names it in messages.
    ///
    /// # Errors
    /// [`Error::Usage`] with the line where one can be named, what is wrong, and what to do.
    pub fn load(text: &str, origin: &str) -> Result<Contract> {
        let wrong = |what: &str| Error::Usage(format!("platform {origin}: {what}"));
        let contract: Contract =
            toml::from_str(text).map_err(|cause| wrong(cause.to_string().trim_end()))?;
        check::contract(&contract).map_err(|what| wrong(&what))?;
        Ok(contract)
    }

    /// The key of a field, where the platform has one.
    #[must_use]
    pub fn field(&self, field: Field) -> Option<&FieldKey> {
        self.fields.iter().find(|known| known.field == Some(field))
    }

    /// Whether a contact without this field is refused.
    #[must_use]
    pub fn requires(&self, field: Field) -> bool {
        self.fields.iter().any(|known| known.field == Some(field) && known.required)
    }

    /// Whether a contact without any name is refused.
    #[must_use]
    pub fn requires_name(&self) -> bool {
        [Field::Name, Field::FirstName, Field::LastName].into_iter().any(|it| self.requires(it))
    }

    /// What the platform takes in each field.
    #[must_use]
    pub fn limits(&self) -> FieldLimits {
        let mut limits = FieldLimits::default();
        for known in &self.fields {
            let FieldKey { field: Some(field), chars_max, letters_only, .. } = known else {
                continue;
            };
            limits.set(*field, Limit { chars_max: *chars_max, letters_only: *letters_only });
        }
        limits
    }

    /// What the platform takes as a picture, where it takes one: pictures that are files are
    /// looked for in `folder`.
    #[must_use]
    pub fn avatar_rules(&self, folder: Option<&Path>) -> Option<AvatarRules> {
        let known = self.field(Field::Avatar)?;
        Some(AvatarRules {
            folder: folder.map(Path::to_owned),
            bytes_max: known.file_bytes_max,
            pixels: known.pixels,
            takes_files: known.file_key.is_some(),
        })
    }

    /// How the platform takes tags, where the user has listed these ids of them.
    #[must_use]
    pub fn tag_rules(&self, ids: &TagIds) -> TagRules {
        let Some(known) = self.field(Field::Tags) else { return TagRules::Any };
        match known.tags_form(self) {
            TagsForm::List => TagRules::Any,
            TagsForm::Joined => TagRules::Joined(known.separator.clone()),
            TagsForm::Id => TagRules::Ids(ids.clone()),
        }
    }

    /// The keys that take the id of a tag.
    pub fn tag_id_keys(&self) -> impl Iterator<Item = &str> {
        let takes_id = |known: &&FieldKey| known.form == Some(TagsForm::Id);
        self.fields.iter().filter(takes_id).map(|known| known.key.as_str())
    }

    /// Whether the platform has a key for this field. A whole name fills the keys for its parts,
    /// and the parts fill the key for the whole.
    #[must_use]
    pub fn takes(&self, field: Field) -> bool {
        match field {
            Field::Phone => true,
            Field::Name => [Field::Name, Field::FirstName, Field::LastName]
                .into_iter()
                .any(|it| self.field(it).is_some()),
            _ => self.field(field).is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn superwaba(change: impl Fn(&str) -> String) -> std::result::Result<Contract, String> {
        let changed = change(BUILT_IN[0].1);
        assert_ne!(changed, BUILT_IN[0].1, "the change changes something");
        Contract::load(&changed, "mine.toml").map_err(|error| error.to_string())
    }

    #[test]
    fn every_built_in_contract_loads_under_its_own_name() {
        for (name, _) in BUILT_IN {
            assert_eq!(Contract::find(name).expect("it loads").name, name);
        }
    }

    #[test]
    fn an_unknown_platform_is_an_error_that_names_those_there_are_and_the_one_that_was_meant() {
        let message = Contract::find("superwabba").expect_err("unknown").to_string();
        assert!(message.contains("did you mean superwaba?"), "{message}");
        assert!(message.contains("awalchat"), "{message}");
    }

    #[test]
    fn answers_fit_what_is_sent() {
        for (from, to, word) in [
            (
                "[request]\nmethod = \"POST\"\npath = \"/api/v1/messaging/contacts/import\"\nbody = \"multipart\"\nfile_field = \"file\"",
                "",
                "[request]",
            ),
            ("[answers.bulk]", "[answers.single]\nrequired = [\"id\"]\n[answers.other]", "bulk"),
        ] {
            let vobiz = Contract::built_in().iter().position(|it| it.name == "vobiz");
            let text = BUILT_IN[vobiz.expect("built in")].1;
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text, "the change changes something");
            let cut = match to {
                "" => changed,
                // A whole file is one request: single answers alone do not do.
                _ => changed.split("[answers.other]").next().unwrap_or_default().to_owned(),
            };
            let message = Contract::load(&cut, "mine.toml").expect_err(word).to_string();
            assert!(message.contains(word), "{word} is not named in: {message}");
        }
        let list = BUILT_IN.iter().find(|(name, _)| *name == "wawp").expect("built in").1;
        let message = Contract::load(&list.replace("[answers.single]", ""), "mine.toml")
            .expect_err("no single answer")
            .to_string();
        assert!(message.contains("[answers.single] is needed"), "{message}");
    }

    #[test]
    fn the_limits_of_a_field_are_read() {
        let key = "key = \"userName\"";
        let limits = superwaba(|text| text.replace(key, &format!("{key}\nchars_max = 5")))
            .expect("it loads")
            .limits();
        assert_eq!(limits.of(Field::Name).chars_max, Some(5));
        assert_eq!(limits.of(Field::Email), Limit::default());
    }

    #[test]
    fn what_is_wrong_in_a_contract_is_named_with_its_line_and_a_remedy() {
        for (from, to, named) in [
            ("style = ", "stile = ", &["line", "stile", "style"][..]),
            ("style = \"+digits\"", "style = \"plus\"", &["line", "plus", "+digits"]),
            ("field = \"phone\"", "field = \"fone\"", &["line", "fone", "phone"]),
            ("method = \"POST\"", "method = \"SEND\"", &["line", "SEND", "POST"]),
            ("[\"$contacts\"]", "[]", &["line", "$contacts"]),
            ("{\"contacts\"", "\"contacts\"", &["line", "JSON"]),
            ("field = \"phone\"", "field = \"name\"", &["phone", "[[field]]"]),
            ("key = \"userName\"", "key = \"userNumber\"", &["userNumber", "twice"]),
            ("key = \"userName\"", "key = \"\"", &["line", "key"]),
            ("rows = 1000", "rows = 0", &["batch.rows"]),
            ("name = \"superwaba\"", "name = \"../x\"", &["name", "small letters"]),
            ("place = \"index\"", "place = \"a..b\"", &["line", "a..b", "empty part"]),
            ("retry_texts", "retry_words", &["line", "retry_words", "retry_texts"]),
            ("\"already exists\"", "\"Already exists\"", &["Already exists", "small letters"]),
            ("first = [0]", "first = []", &["answers.bulk.errors.first", "[0]"]),
            ("equal = \"taken\"", "", &["answers.bulk.counts", "at_least"]),
            ("equal = \"taken\"", "equal = \"sent\"", &["line", "sent", "taken"]),
            ("success = { success = true }", "", &["answers.success", "answers.single.required"]),
        ] {
            let message = superwaba(|text| text.replacen(from, to, 1)).expect_err(to);
            for word in named.iter().chain(&["mine.toml"]) {
                assert!(message.contains(word), "{to}: {word} is not named in: {message}");
            }
        }
    }
}
