//! What a platform says of the contacts that it has, and how one of them is updated.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Method;
use crate::contact::Field;

/// How a platform's own list of its contacts is read.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StoredList {
    /// Where a list answer has its contacts: keys with a point between them, all that are there. An
    /// answer that is an array is the list itself.
    #[serde(default)]
    pub list: Vec<String>,
    /// The key of the contact's id.
    pub id: String,
    /// The key of its phone.
    pub phone: String,
    /// The keys of its texts, of `tags`, `params` and `opt_in`.
    #[serde(default)]
    pub fields: BTreeMap<StoredPart, String>,
    /// What is not documented about it.
    pub assumption: Option<String>,
}

impl StoredList {
    /// Whether a contact is read under this key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        key == self.id || key == self.phone || self.fields.values().any(|known| known == key)
    }
}

/// A part of a stored contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StoredPart {
    /// The whole name.
    Name,
    /// The e-mail address.
    Email,
    /// The country.
    Country,
    /// The postal address.
    Address,
    /// A note.
    Description,
    /// Labels, as an array of texts or in one text.
    Tags,
    /// An object of custom values.
    Params,
    /// Whether the contact agreed to be written to.
    OptIn,
}

impl StoredPart {
    /// The field, where it is a text.
    #[must_use]
    pub fn text_field(self) -> Option<Field> {
        match self {
            StoredPart::Name => Some(Field::Name),
            StoredPart::Email => Some(Field::Email),
            StoredPart::Country => Some(Field::Country),
            StoredPart::Address => Some(Field::Address),
            StoredPart::Description => Some(Field::Description),
            StoredPart::Tags | StoredPart::Params | StoredPart::OptIn => None,
        }
    }
}

/// The request that updates a contact by its id, where that is another than the one that creates
/// it. It carries only what changed.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateRequest {
    /// The HTTP method.
    pub method: Method,
    /// The path; `{id}` in it stands for the contact's id.
    pub path: String,
    /// The keys of what can be updated. Tags and params replace those that are stored, so the
    /// stored ones are sent again with the new ones.
    pub fields: BTreeMap<StoredPart, String>,
    /// What is not documented about it.
    pub assumption: Option<String>,
}
