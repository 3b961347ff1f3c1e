//! One value of a contact, in the spelling that the platform takes.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::json::{push_integer, push_json_string};
use super::literal::Literal;
use crate::contact::{Avatar, Contact, Country, Field};
use crate::normalize::tags::TagIds;
use crate::write::contract::{Contract, FieldKey, PhoneStyle, TagsForm};

/// Where a value comes from, and how it is spelled.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// A text that stands in the contact.
    Text(TextOf),
    Phone(PhoneStyle),
    TagList,
    TagText(String),
    /// The ids of tags under this key.
    TagId(String, TagIds),
    /// Yes or no, where the contact says it.
    Said(fn(&Contact<'_>) -> Option<bool>),
    AvatarFile,
    Constant(String),
}

/// One text of a contact; empty where there is none.
type TextOf = for<'c> fn(&'c Contact<'_>) -> &'c str;

impl Value {
    /// What a key of the contract stands for.
    pub(super) fn of(known: &FieldKey, contract: &Contract, ids: Option<&TagIds>) -> Value {
        // Where the platform has a key for the whole name, only parts that the row has are written;
        // where it takes parts alone, a whole name is parted.
        let has_whole = contract.fields.iter().any(|other| other.field == Some(Field::Name));
        let Some(field) = known.field else {
            return Value::Constant(known.value.clone().unwrap_or_default());
        };
        match field {
            Field::Phone => Value::Phone(known.style),
            Field::Name => Value::Text(|contact| &contact.name),
            Field::FirstName if has_whole => Value::Text(|contact| &contact.first_name),
            Field::LastName if has_whole => Value::Text(|contact| &contact.last_name),
            Field::FirstName => Value::Text(|contact| contact.name_parts().0),
            Field::LastName => Value::Text(|contact| contact.name_parts().1),
            Field::Email => Value::Text(|contact| &contact.email),
            Field::Country => Value::Text(|it| it.country.as_ref().map_or("", Country::as_str)),
            Field::Address => Value::Text(|contact| &contact.address),
            Field::Description => Value::Text(|contact| &contact.description),
            Field::Tags => match known.tags_form(contract) {
                TagsForm::List => Value::TagList,
                TagsForm::Joined => Value::TagText(known.separator.clone()),
                TagsForm::Id => Value::TagId(known.key.clone(), ids.cloned().unwrap_or_default()),
            },
            Field::OptIn => Value::Said(|contact| contact.opt_in),
            Field::Favorite => Value::Said(|contact| contact.favorite),
            Field::Avatar => Value::Text(|contact| match contact.avatar {
                Some(Avatar::Url(url)) => url,
                _ => "",
            }),
            Field::Region | Field::CallingCode | Field::AreaCode | Field::OptOut => {
                unreachable!("no key of a contract stands for it")
            }
        }
    }

    /// Appends `key` and the value as JSON; nothing where there is no value.
    #[inline]
    pub(super) fn push_json(&self, key: &Literal, contact: &Contact<'_>, out: &mut Vec<u8>) {
        match self {
            Value::Text(of) => push_text(key, of(contact), out),
            Value::Phone(style) => {
                key.push(out);
                out.push(b'"');
                push_phone(*style, contact, out);
                out.push(b'"');
            }
            Value::TagList => push_tags(key, contact, out),
            Value::Said(of) => {
                if let Some(said) = of(contact) {
                    key.push(out);
                    out.extend_from_slice(if said { b"true" } else { b"false" });
                }
            }
            Value::TagText(_) | Value::TagId(..) | Value::AvatarFile | Value::Constant(_) => {
                push_text(key, &self.text(contact), out);
            }
        }
    }

    /// The value as text; empty where there is none.
    pub(super) fn text<'c>(&'c self, contact: &'c Contact<'_>) -> Cow<'c, str> {
        match self {
            Value::Text(of) => of(contact).into(),
            Value::Phone(style) => spelled(*style, contact).into(),
            Value::TagList => joined(contact, ",").into(),
            Value::TagText(separator) => joined(contact, separator).into(),
            Value::TagId(key, ids) => ids.first(key, &contact.tags).into(),
            Value::Said(of) => match of(contact) {
                Some(true) => "true".into(),
                Some(false) => "false".into(),
                None => "".into(),
            },
            Value::AvatarFile => match contact.avatar {
                Some(Avatar::File(path)) => format!("@{path}").into(),
                _ => "".into(),
            },
            Value::Constant(text) => text.into(),
        }
    }
}

/// Appends `key` and a text as JSON; nothing where the text is empty.
#[inline(never)]
pub(super) fn push_text(key: &Literal, text: &str, out: &mut Vec<u8>) {
    if !text.is_empty() {
        key.push(out);
        push_json_string(out, text);
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
fn push_tags(key: &Literal, contact: &Contact<'_>, out: &mut Vec<u8>) {
    let before = out.len();
    contact.tags.for_each(|tag| {
        if out.len() == before {
            key.push(out);
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
