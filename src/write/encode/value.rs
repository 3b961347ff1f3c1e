//! One value of a contact, in the spelling that the platform takes.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::page::{Literal, Page, append};
use crate::contact::{Avatar, Contact, Country, Field};
use crate::normalize::tags::TagIds;
use crate::phone::Phone;
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

    /// What a value begins with as JSON, which stands at the end of its key.
    pub(super) fn opening(&self) -> &'static str {
        match self {
            Value::TagList => "[\"",
            Value::Said(_) => "",
            _ => "\"",
        }
    }

    /// Writes `key`, which ends with the [`Value::opening`], and the value as JSON; nothing where
    /// there is no value.
    #[inline(always)]
    pub(super) fn write_json(&self, key: &Literal, contact: &Contact<'_>, page: &mut Page<'_>) {
        match self {
            Value::Text(of) => write_text(key, of(contact), page),
            Value::Phone(style) => {
                page.put_literal(key);
                write_phone(*style, contact, page);
                page.put(b"\"");
            }
            Value::TagList => write_tags(key, contact, page),
            Value::Said(of) => {
                if let Some(said) = of(contact) {
                    page.put_literal(key);
                    page.put_all(if said { b"true" } else { b"false" });
                }
            }
            Value::TagText(_) | Value::TagId(..) | Value::AvatarFile | Value::Constant(_) => {
                write_text(key, &self.text(contact), page);
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

/// Writes `key`, which ends with a quote, and a text as JSON; nothing where the text is empty.
#[inline(always)]
pub(super) fn write_text(key: &Literal, text: &str, page: &mut Page<'_>) {
    if !text.is_empty() {
        page.put_literal(key);
        page.put_json_text(text);
        page.put(b"\"");
    }
}

/// The phone in a platform's spelling.
pub(super) fn spelled(style: PhoneStyle, contact: &Contact<'_>) -> String {
    let mut text = Vec::new();
    append(&mut text, 64, |page| write_phone(style, contact, page));
    String::from_utf8(text).expect("digits and signs")
}

/// Writes the phone in a platform's spelling.
#[inline]
fn write_phone(style: PhoneStyle, contact: &Contact<'_>, page: &mut Page<'_>) {
    let phone = contact.phone;
    match style {
        PhoneStyle::PlusDigits => {
            let (text, bytes) = phone.text();
            page.put_part(&text, bytes);
        }
        PhoneStyle::Digits => write_digits(phone, page),
        PhoneStyle::ChatId => {
            write_digits(phone, page);
            page.put(b"@c.us");
        }
        PhoneStyle::CallingCode => page.put_all(contact.calling_code.to_string().as_bytes()),
        PhoneStyle::PlusCallingCode => {
            page.put(b"+");
            page.put_all(contact.calling_code.to_string().as_bytes());
        }
        PhoneStyle::National => {
            let digits = phone.as_u64().to_string();
            let code = contact.calling_code.to_string();
            let national = digits.strip_prefix(&code).expect("a phone begins with its code");
            page.put_all(national.as_bytes());
        }
        PhoneStyle::HashedDigits => page.put_all(&hash(phone.as_u64().to_string().as_bytes())),
        PhoneStyle::HashedPlusDigits => page.put_all(&hash(phone.to_string().as_bytes())),
    }
}

#[inline(always)]
fn write_digits(phone: Phone, page: &mut Page<'_>) {
    let ([_, digits @ ..], bytes) = phone.text();
    page.put_part(&digits, bytes - 1);
}

/// The SHA-256 of some bytes, in hexadecimal.
fn hash(bytes: &[u8]) -> Vec<u8> {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let halves = |byte: u8| [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 0xf)]];
    Sha256::digest(bytes).into_iter().flat_map(halves).collect()
}

#[inline(never)]
fn write_tags(key: &Literal, contact: &Contact<'_>, page: &mut Page<'_>) {
    let before = page.len();
    contact.tags.for_each(|tag| {
        if page.len() == before {
            page.put_literal(key);
        } else {
            page.put(b"\",\"");
        }
        page.put_json_text(tag);
    });
    if page.len() > before {
        page.put(b"\"]");
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
        assert_eq!(
            String::from_utf8_lossy(&hash(b"16505551212")),
            "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"
        );
    }
}
