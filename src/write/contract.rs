//! A platform, as data: what it takes, under which keys, in which envelope.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::contact::Field;
use crate::error::{Error, Result};
use crate::normalize::limits::{FieldLimits, Limit};
use crate::text::printable;

/// The platforms that are built in: name and contract.
const BUILT_IN: [(&str, &str); 1] = [("superwaba", include_str!("contracts/superwaba.toml"))];

/// What a platform takes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// The name on the command line.
    pub name: String,
    /// The name as its maker writes it.
    pub title: String,
    /// The public documents that the contract rests on.
    pub documents: Vec<String>,
    /// The call that imports contacts.
    pub request: Request,
    /// How many contacts a request carries.
    pub batch: BatchLimits,
    /// How the phone is written.
    pub phone: PhoneKey,
    /// The other fields, in the order in which they are written.
    #[serde(default, rename = "field")]
    pub fields: Vec<FieldKey>,
    /// Where the columns go that feed no field; without it they are left out.
    pub params: Option<ParamsKey>,
}

/// The call that imports contacts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The HTTP method.
    pub method: String,
    /// The path below the platform's base URL.
    pub path: String,
    /// The format of the body.
    pub format: BodyFormat,
    /// The key of the array that holds the contacts.
    pub envelope: String,
}

/// The format of a request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyFormat {
    /// One JSON object a file, with an array of contacts in it.
    Json,
}

/// How many contacts a request carries.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchLimits {
    /// Contacts a request.
    pub rows: usize,
}

/// How the phone is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneKey {
    /// The key.
    pub key: String,
    /// The spelling.
    pub style: PhoneStyle,
}

/// How a platform spells a phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum PhoneStyle {
    /// E.164 with its plus.
    #[serde(rename = "+digits")]
    PlusDigits,
    /// E.164 without its plus.
    #[serde(rename = "digits")]
    Digits,
}

/// How a field is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldKey {
    /// The field.
    #[serde(deserialize_with = "field_by_name")]
    pub field: Field,
    /// The key.
    pub key: String,
    /// Whether a contact without it is refused.
    #[serde(default)]
    pub required: bool,
    /// The most characters that it may have.
    pub chars_max: Option<usize>,
    /// Whether it may have letters and spaces only.
    #[serde(default)]
    pub letters_only: bool,
    /// What is not documented about it.
    pub assumption: Option<String>,
}

/// Where the columns go that feed no field.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParamsKey {
    /// The key of an object from header to value.
    pub key: String,
    /// What is not documented about it.
    pub assumption: Option<String>,
}

fn field_by_name<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> std::result::Result<Field, D::Error> {
    let name = String::deserialize(from)?;
    const SENT: [Field; 5] =
        [Field::Name, Field::Email, Field::Country, Field::Address, Field::Tags];
    let sent = |field: &Field| SENT.contains(field);
    Field::from_name(&name).filter(sent).ok_or_else(|| {
        let known: Vec<&str> = Field::all().filter(sent).map(Field::as_str).collect();
        serde::de::Error::custom(format!("`{name}` is none of {}", known.join(", ")))
    })
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
                let known: Vec<&str> = BUILT_IN.iter().map(|(known, _)| *known).collect();
                Err(Error::Usage(format!(
                    "there is no platform `{shown}`; the platforms are {}, or a file of your own \
                     that ends in .toml",
                    known.join(", ")
                )))
            }
        }
    }

    /// Reads a contract; `origin` names it in messages.
    ///
    /// # Errors
    /// [`Error::Usage`] with the line and what is wrong there.
    pub fn load(text: &str, origin: &str) -> Result<Contract> {
        let contract: Contract = toml::from_str(text)
            .map_err(|cause| Error::Usage(format!("platform {origin}: {cause}")))?;
        let wrong = |what: &str| Error::Usage(format!("platform {origin}: {what}"));
        if contract.batch.rows == 0 {
            return Err(wrong("batch.rows must be at least 1"));
        }
        if contract.request.envelope.is_empty() {
            return Err(wrong("request.envelope must name the key of the contacts"));
        }
        let params = contract.params.iter().map(|params| &params.key);
        let keys = contract.fields.iter().map(|known| &known.key).chain(params);
        let mut seen = HashSet::new();
        for key in keys.chain([&contract.phone.key]) {
            if key.is_empty() || !seen.insert(key) {
                return Err(wrong(&format!(
                    "the key `{}` is empty or stands twice",
                    printable(key)
                )));
            }
        }
        Ok(contract)
    }

    /// Whether a contact without this field is refused.
    #[must_use]
    pub fn requires(&self, field: Field) -> bool {
        self.fields.iter().any(|known| known.field == field && known.required)
    }

    /// What the platform takes in each field.
    #[must_use]
    pub fn limits(&self) -> FieldLimits {
        let mut limits = FieldLimits::default();
        for FieldKey { field, chars_max, letters_only, .. } in &self.fields {
            limits.set(*field, Limit { chars_max: *chars_max, letters_only: *letters_only });
        }
        limits
    }

    /// Whether the platform has a key for this field.
    #[must_use]
    pub fn takes(&self, field: Field) -> bool {
        field == Field::Phone || self.fields.iter().any(|known| known.field == field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_contract_loads_under_its_own_name() {
        for (name, _) in BUILT_IN {
            assert_eq!(Contract::find(name).expect("it loads").name, name);
        }
    }

    #[test]
    fn an_unknown_platform_is_an_error_that_names_those_there_are() {
        let message = Contract::find("nope").expect_err("unknown").to_string();
        assert!(message.contains("superwaba"), "{message}");
    }

    #[test]
    fn the_limits_of_a_field_are_read() {
        let text = BUILT_IN[0].1.replace("key = \"userName\"", "key = \"userName\"\nchars_max = 5");
        let limits = Contract::load(&text, "mine.toml").expect("it loads").limits();
        assert_eq!(limits.of(Field::Name).chars_max, Some(5));
        assert_eq!(limits.of(Field::Email), Limit::default());
    }

    #[test]
    fn a_wrong_key_is_an_error_that_names_its_line() {
        let text = BUILT_IN[0].1.replace("style = ", "stile = ");
        let message = Contract::load(&text, "mine.toml").expect_err("wrong key").to_string();
        assert!(message.contains("mine.toml") && message.contains("stile"), "{message}");
        assert!(message.contains("line"), "{message}");
    }
}
