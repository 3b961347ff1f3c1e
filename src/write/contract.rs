//! A platform, as data: what it takes, under which keys, in which envelope, and how it is sent.
//! Built-in platforms are TOML files that go through the same loader as a user's own;
//! `docs/platforms.md` describes the form.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::contact::Field;
use crate::normalize::avatar::AvatarRules;
use crate::normalize::limits::{FieldLimits, Limit};
use crate::normalize::tags::{TagIds, TagRules};

mod answers;
mod check;
mod field;
mod load;
mod stored;
mod upload;

pub use answers::{
    Answers, BulkAnswer, ContactList, CountRule, Counted, ErrorList, KeyPath, Marks, Scalar,
    SingleAnswer,
};
pub use check::{PATH_ID, PATH_PHONE};
pub use field::{FieldKey, PhoneStyle, TagsForm};
pub use stored::{StoredList, StoredPart, UpdateRequest};
pub use upload::{Sign, Upload};

/// What a platform takes.
#[derive(Debug, Clone, Deserialize, Serialize)]
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
    /// How the platform lists the contacts that it has.
    pub stored: Option<StoredList>,
    /// The request that updates a contact, where that is one of its own.
    pub update: Option<UpdateRequest>,
    /// How requests are sent.
    pub upload: Option<Upload>,
    /// What comes back; without it answers cannot be joined back.
    pub answers: Option<Answers>,
    /// The BLAKE3 hash of the file, in hexadecimal; the loader writes it.
    #[serde(skip)]
    pub blake3: String,
}

/// What becomes of a contact that the platform has already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
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
#[derive(Debug, Clone, Deserialize, Serialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
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
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Envelope {
    /// What stands before the first contact.
    pub opening: String,
    /// What stands after the last one.
    pub closing: String,
}

impl Envelope {
    /// What stands for the contacts in the text.
    const MARK: &str = r#"["$contacts"]"#;
}

impl From<Envelope> for String {
    fn from(envelope: Envelope) -> String {
        let Envelope { opening, closing } = envelope;
        let (before, after) = (&opening[..opening.len() - 1], &closing[1..]);
        format!("{before}{}{after}", Envelope::MARK)
    }
}

impl TryFrom<String> for Envelope {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Envelope, String> {
        const MARK: &str = Envelope::MARK;
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
#[derive(Debug, Clone, Deserialize, Serialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
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
    /// The name in a contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            BodyForm::Json => "json",
            BodyForm::Form => "form",
            BodyForm::Multipart => "multipart",
        }
    }

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
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
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
#[derive(Debug, Clone, Deserialize, Serialize)]
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
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

    /// The fields without which a contact is refused, the phone and the names apart.
    #[must_use]
    pub fn required(&self) -> Vec<Field> {
        const OWN_RULES: [Field; 4] =
            [Field::Phone, Field::Name, Field::FirstName, Field::LastName];
        let required = self.fields.iter().filter(|known| known.required);
        let fields = required.filter_map(|known| known.field);
        fields.filter(|field| !OWN_RULES.contains(field)).collect()
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
