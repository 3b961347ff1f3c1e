//! One value of a contact, in the spelling that the platform takes.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::json::{push_integer, push_json_string};
use crate::contact::{Avatar, Contact, Field};
use crate::normalize::tags::TagIds;
use crate::write::contract::{Contract, FieldKey, PhoneStyle, TagsForm};

/// Where a value comes from, and how it is spelled.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Phone(PhoneStyle),
    Name,
    /// The parts of the name; a whole name is parted where that is asked for.
    FirstName(Parts),
    LastName(Parts),
    Email,
    Country,
    Address,
    Description,
    TagList,
    TagText(String),
    /// The ids of tags under this key.
    TagId(String, TagIds),
    OptIn,
    Favorite,
    AvatarUrl,
    AvatarFile,
    Constant(String),
}

/// Whether a whole name is parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parts {
    /// The platform has a key for the whole name: only parts that the row has are written.
    AsGiven,
    /// The platform takes parts alone.
    OfWhole,
}

impl Value {
    /// What a key of the contract stands for.
    pub(super) fn of(known: &FieldKey, contract: &Contract, ids: Option<&TagIds>) -> Value {
        let whole = contract.fields.iter().any(|other| other.field == Some(Field::Name));
        let parts = if whole { Parts::AsGiven } else { Parts::OfWhole };
        let Some(field) = known.field else {
            return Value::Constant(known.value.clone().unwrap_or_default());
        };
        match field {
            Field::Phone => Value::Phone(known.style),
            Field::Name => Value::Name,
            Field::FirstName => Value::FirstName(parts),
            Field::LastName => Value::LastName(parts),
            Field::Email => Value::Email,
            Field::Country => Value::Country,
            Field::Address => Value::Address,
            Field::Description => Value::Description,
            Field::Tags => match known.tags_form(contract) {
                TagsForm::List => Value::TagList,
                TagsForm::Joined => Value::TagText(known.separator.clone()),
                TagsForm::Id => Value::TagId(known.key.clone(), ids.cloned().unwrap_or_default()),
            },
            Field::OptIn => Value::OptIn,
            Field::Favorite => Value::Favorite,
            Field::Avatar => Value::AvatarUrl,
            Field::Region | Field::CallingCode | Field::AreaCode | Field::OptOut => {
                unreachable!("no key of a contract stands for it")
            }
        }
    }

    /// Appends `key` and the value as JSON; nothing where there is no value.
    #[inline]
    pub(super) fn push_json(&self, key: &str, contact: &Contact<'_>, out: &mut Vec<u8>) {
        match self {
            Value::Phone(style) => {
                out.extend_from_slice(key.as_bytes());
                out.push(b'"');
                push_phone(*style, contact, out);
                out.push(b'"');
            }
            Value::TagList => push_tags(key, contact, out),
            Value::OptIn | Value::Favorite => {
                if let Some(said) = self.said(contact) {
                    out.extend_from_slice(key.as_bytes());
                    out.extend_from_slice(if said { b"true" } else { b"false" });
                }
            }
            _ => {
                let text = self.text(contact);
                if !text.is_empty() {
                    out.extend_from_slice(key.as_bytes());
                    push_json_string(out, &text);
                }
            }
        }
    }

    /// The value as text; empty where there is none.
    #[inline]
    pub(super) fn text<'c>(&'c self, contact: &'c Contact<'_>) -> Cow<'c, str> {
        let borrowed = match self {
            Value::Name => &*contact.name,
            Value::FirstName(Parts::AsGiven) => &contact.first_name,
            Value::LastName(Parts::AsGiven) => &contact.last_name,
            Value::FirstName(Parts::OfWhole) => contact.name_parts().0,
            Value::LastName(Parts::OfWhole) => contact.name_parts().1,
            Value::Email => &contact.email,
            Value::Country => contact.country.as_ref().map_or("", |it| it.as_str()),
            Value::Address => &contact.address,
            Value::Description => &contact.description,
            Value::TagId(key, ids) => ids.first(key, &contact.tags),
            Value::OptIn | Value::Favorite => match self.said(contact) {
                Some(true) => "true",
                Some(false) => "false",
                None => "",
            },
            Value::AvatarUrl => match contact.avatar {
                Some(Avatar::Url(url)) => url,
                _ => "",
            },
            Value::Constant(text) => text,
            Value::Phone(style) => return spelled(*style, contact).into(),
            Value::TagList => return joined(contact, ",").into(),
            Value::TagText(separator) => return joined(contact, separator).into(),
            Value::AvatarFile => match contact.avatar {
                Some(Avatar::File(path)) => return format!("@{path}").into(),
                _ => "",
            },
        };
        borrowed.into()
    }

    fn said(&self, contact: &Contact<'_>) -> Option<bool> {
        match self {
            Value::OptIn => contact.opt_in,
            _ => contact.favorite,
        }
    }
}

/// The phone in a platform's spelling.
fn spelled(style: PhoneStyle, contact: &Contact<'_>) -> String {
    let mut text = Vec::with_capacity(64);
    push_phone(style, contact, &mut text);
    String::from_utf8(text).expect("digits and signs")
}

/// Appends the phone in a platform's spelling.
#[inline]
pub(super) fn push_phone(style: PhoneStyle, contact: &Contact<'_>, out: &mut Vec<u8>) {
    let phone = contact.phone;
    match style {
        PhoneStyle::PlusDigits => phone.push_text(out),
        PhoneStyle::Digits => phone.push_digits(out),
        PhoneStyle::ChatId => {
            phone.push_digits(out);
            out.extend_from_slice(b"@c.us");
        }
        PhoneStyle::CallingCode => push_integer(out, contact.calling_code),
        PhoneStyle::PlusCallingCode => {
            out.push(b'+');
            push_integer(out, contact.calling_code);
        }
        PhoneStyle::National => {
            let digits = phone.as_u64().to_string();
            let code = contact.calling_code.to_string();
            let national = digits.strip_prefix(&code).expect("a phone begins with its code");
            out.extend_from_slice(national.as_bytes());
        }
        PhoneStyle::HashedDigits => push_hash(phone.as_u64().to_string().as_bytes(), out),
        PhoneStyle::HashedPlusDigits => push_hash(phone.to_string().as_bytes(), out),
    }
}

fn push_hash(bytes: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for byte in Sha256::digest(bytes) {
        out.extend([HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 0xf)]]);
    }
}

#[inline(never)]
fn push_tags(key: &str, contact: &Contact<'_>, out: &mut Vec<u8>) {
    let before = out.len();
    contact.tags.for_each(|tag| {
        if out.len() == before {
            out.extend_from_slice(key.as_bytes());
            out.push(b'[');
        } else {
            out.push(b',');
        }
        push_json_string(out, tag);
    });
    if out.len() > before {
        out.push(b']');
    }
}

/// The tags in one text. What divides them cannot stand in one of them.
fn joined(contact: &Contact<'_>, separator: &str) -> String {
    let mut text = String::new();
    contact.tags.for_each(|tag| {
        let without = tag.contains(separator).then(|| tag.replace(separator, " "));
        let tag = without.as_deref().map_or(tag, str::trim);
        if !text.is_empty() && !tag.is_empty() {
            text.push_str(separator);
        }
        text.push_str(tag);
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_phone_is_that_of_meta_s_published_example() {
        let mut out = Vec::new();
        push_hash(b"16505551212", &mut out);
        assert_eq!(
            String::from_utf8_lossy(&out),
            "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"
        );
    }
}
