//! How one field of a contact is written.

use serde::{Deserialize, Serialize};

use super::{BodyForm, Contract, Format};
use crate::contact::Field;
use crate::text::printable;

/// How a field is written.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(try_from = "Given", into = "Given")]
pub struct FieldKey {
    /// The field; `None` for a constant.
    pub field: Option<Field>,
    /// The constant that every contact gets.
    pub value: Option<String>,
    /// The key; a point stands between the key of an object and a key in it.
    pub key: String,
    /// For the phone: its spelling.
    pub style: PhoneStyle,
    /// For the tags: their form.
    pub form: Option<TagsForm>,
    /// For tags in one text: what stands between two.
    pub separator: String,
    /// For an avatar: the key of a file that is sent with the request.
    pub file_key: Option<String>,
    /// For an avatar: bytes of such a file at most.
    pub file_bytes_max: u64,
    /// For an avatar: its recommended width and height, in pixels.
    pub pixels: Option<usize>,
    /// Whether a contact without it is refused.
    pub required: bool,
    /// The most characters that it may have.
    pub chars_max: Option<usize>,
    /// Whether it may have letters and spaces only.
    pub letters_only: bool,
    /// What is not documented about it.
    pub assumption: Option<String>,
}

/// The same as it stands in the file.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Given {
    field: Option<SentField>,
    value: Option<String>,
    key: Key,
    style: Option<PhoneStyle>,
    form: Option<TagsForm>,
    separator: Option<String>,
    file_key: Option<String>,
    file_bytes_max: Option<u64>,
    pixels: Option<usize>,
    #[serde(default)]
    required: bool,
    chars_max: Option<usize>,
    #[serde(default)]
    letters_only: bool,
    assumption: Option<String>,
}

/// A field that a platform can take.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
struct SentField(Field);

/// A key without an empty part.
#[derive(Debug, Deserialize, Serialize)]
#[serde(try_from = "String")]
struct Key(String);

/// The fields that a platform can take. The rest serves to read these.
const SENT: [Field; 12] = [
    Field::Phone,
    Field::Name,
    Field::FirstName,
    Field::LastName,
    Field::Email,
    Field::Country,
    Field::Address,
    Field::Tags,
    Field::OptIn,
    Field::Description,
    Field::Favorite,
    Field::Avatar,
];

/// The fields that are texts of any length.
const TEXTS: [Field; 6] = [
    Field::Name,
    Field::FirstName,
    Field::LastName,
    Field::Email,
    Field::Address,
    Field::Description,
];

impl FieldKey {
    /// How the tags are written under this key: in JSON as a list, elsewhere in one text, unless
    /// the contract says otherwise.
    #[must_use]
    pub fn tags_form(&self, contract: &Contract) -> TagsForm {
        let lists = match contract.payload.format {
            Format::Json => true,
            Format::Csv => false,
            Format::Requests => {
                contract.request.as_ref().is_some_and(|it| it.body == BodyForm::Json)
            }
        };
        self.form.unwrap_or(if lists { TagsForm::List } else { TagsForm::Joined })
    }
}

impl TryFrom<Given> for FieldKey {
    type Error = String;

    fn try_from(given: Given) -> Result<FieldKey, String> {
        let Given { field, value, form, separator, file_key, .. } = &given;
        let field = match (field, value) {
            (Some(SentField(field)), None) => Some(*field),
            (None, Some(_)) => None,
            _ => return Err("give either `field` or, for a constant, `value`".to_owned()),
        };
        if separator.as_deref() == Some("") {
            return Err("the separator is empty; give what stands between two tags".to_owned());
        }
        let only = |there: bool, name: &str, of: Field| match there && field != Some(of) {
            true => Err(format!("`{name}` is for the field `{of}` only; remove it")),
            false => Ok(()),
        };
        only(given.style.is_some(), "style", Field::Phone)?;
        only(form.is_some(), "form", Field::Tags)?;
        only(separator.is_some(), "separator", Field::Tags)?;
        only(file_key.is_some(), "file_key", Field::Avatar)?;
        only(given.file_bytes_max.is_some(), "file_bytes_max", Field::Avatar)?;
        only(given.pixels.is_some(), "pixels", Field::Avatar)?;
        let among = |there: bool, name: &str, of: &[Field]| {
            let fits = !there || field.is_some_and(|field| of.contains(&field));
            let known = || of.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(", ");
            fits.then_some(())
                .ok_or_else(|| format!("`{name}` is for the fields {} only; remove it", known()))
        };
        among(given.chars_max.is_some(), "chars_max", &TEXTS)?;
        among(given.letters_only, "letters_only", &TEXTS)?;
        if given.required && field.is_none() {
            return Err("`required` is for fields; a constant is always there".to_owned());
        }
        Ok(FieldKey {
            field,
            value: given.value,
            key: given.key.0,
            style: given.style.unwrap_or_default(),
            form: given.form,
            separator: given.separator.unwrap_or_else(|| ",".to_owned()),
            file_key: given.file_key,
            file_bytes_max: given.file_bytes_max.unwrap_or(u64::MAX),
            pixels: given.pixels,
            required: given.required,
            chars_max: given.chars_max,
            letters_only: given.letters_only,
            assumption: given.assumption,
        })
    }
}

impl From<FieldKey> for Given {
    fn from(known: FieldKey) -> Given {
        let FieldKey { field, separator, style, file_bytes_max, .. } = known;
        Given {
            field: field.map(SentField),
            value: known.value,
            key: Key(known.key),
            style: (field == Some(Field::Phone)).then_some(style),
            form: known.form,
            separator: (field == Some(Field::Tags)).then_some(separator),
            file_bytes_max: (file_bytes_max < u64::MAX).then_some(file_bytes_max),
            file_key: known.file_key,
            pixels: known.pixels,
            required: known.required,
            chars_max: known.chars_max,
            letters_only: known.letters_only,
            assumption: known.assumption,
        }
    }
}

impl From<SentField> for String {
    fn from(SentField(field): SentField) -> String {
        field.as_str().to_owned()
    }
}

impl TryFrom<String> for SentField {
    type Error = String;

    fn try_from(name: String) -> Result<SentField, String> {
        let found = Field::from_name(&name).filter(|field| SENT.contains(field));
        found.map(SentField).ok_or_else(|| {
            let known: Vec<&str> = SENT.iter().map(|field| field.as_str()).collect();
            let name = printable(&name);
            format!("there is no field `{name}`; the fields are {}", known.join(", "))
        })
    }
}

impl TryFrom<String> for Key {
    type Error = String;

    fn try_from(key: String) -> Result<Key, String> {
        if key.split('.').any(str::is_empty) {
            let key = printable(&key);
            return Err(format!("the key `{key}` is empty or has an empty part; write it whole"));
        }
        Ok(Key(key))
    }
}

/// How a platform spells a phone number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
pub enum PhoneStyle {
    /// E.164 with its plus: `+971501234567`.
    #[default]
    #[serde(rename = "+digits")]
    PlusDigits,
    /// E.164 without its plus: `971501234567`.
    #[serde(rename = "digits")]
    Digits,
    /// A WhatsApp chat id: `971501234567@c.us`.
    #[serde(rename = "digits@c.us")]
    ChatId,
    /// The calling code alone, with a plus: `+971`.
    #[serde(rename = "+calling_code")]
    PlusCallingCode,
    /// The calling code alone: `971`.
    #[serde(rename = "calling_code")]
    CallingCode,
    /// The national number, without the calling code: `501234567`.
    #[serde(rename = "national")]
    National,
    /// SHA-256 of the digits, in small hexadecimal digits.
    #[serde(rename = "sha256(digits)")]
    HashedDigits,
    /// SHA-256 of the plus and the digits.
    #[serde(rename = "sha256(+digits)")]
    HashedPlusDigits,
}

impl PhoneStyle {
    /// The name in a contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            PhoneStyle::PlusDigits => "+digits",
            PhoneStyle::Digits => "digits",
            PhoneStyle::ChatId => "digits@c.us",
            PhoneStyle::PlusCallingCode => "+calling_code",
            PhoneStyle::CallingCode => "calling_code",
            PhoneStyle::National => "national",
            PhoneStyle::HashedDigits => "sha256(digits)",
            PhoneStyle::HashedPlusDigits => "sha256(+digits)",
        }
    }
}

/// How a platform takes tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TagsForm {
    /// A JSON array of texts.
    List,
    /// One text, with a separator between two.
    Joined,
    /// The platform's id of the first tag that has one, by `--tag-id`.
    Id,
}
