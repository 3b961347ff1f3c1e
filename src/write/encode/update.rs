//! A contact that the platform has already: whether the row says anything new of it, and the
//! request that updates what changed.

use super::json::{json_string, push_json_string};
use crate::contact::{Contact, Field};
use crate::map::{Columns, Draft};
use crate::text::trim;
use crate::unique::existing::{Known, StatePrint, Stored};
use crate::write::contract::{Contract, PATH_ID, StoredPart, UpdateRequest};

/// Compares rows of one source with stored contacts; keys and column names are prepared once.
#[derive(Debug, Clone)]
pub struct Updater {
    /// The texts that are compared, and their keys.
    texts: Vec<(Field, String)>,
    tags: Option<String>,
    params: Option<String>,
    /// The columns that are carried as params: index, and name.
    param_columns: Vec<(usize, String)>,
    /// Up to the id and from the id to the body; `None` where the request that creates a contact
    /// updates it, too.
    request: Option<(String, String)>,
}

/// What a row says of a contact that the platform has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// Nothing new.
    None,
    /// Something new; the request, if there is one of its own, was appended.
    Some,
}

impl Updater {
    /// An updater for rows seen through `columns`, of which those at `params` are carried as
    /// params.
    #[must_use]
    pub fn new(contract: &Contract, columns: &Columns, params: &[usize]) -> Updater {
        let stored = contract.stored.as_ref().map(|stored| &stored.fields);
        let update = contract.update.as_ref();
        // What is compared: what the request of its own can change, else what is listed; all of it
        // where the platform's list is not known.
        let keys = update.map(|update| &update.fields).or(stored);
        let key = |part: StoredPart| match keys {
            Some(keys) => keys.get(&part).cloned(),
            None => Some(String::new()),
        };
        let text = |part: StoredPart| {
            let field = part.text_field().filter(|field| contract.takes(*field))?;
            key(part).map(|key| (field, key))
        };
        let parts = [
            StoredPart::Name,
            StoredPart::Email,
            StoredPart::Country,
            StoredPart::Address,
            StoredPart::Description,
        ];
        Updater {
            texts: parts.into_iter().filter_map(text).collect(),
            tags: key(StoredPart::Tags).filter(|_| contract.takes(Field::Tags)),
            params: key(StoredPart::Params).filter(|_| contract.params.is_some()),
            param_columns: params.iter().map(|at| (*at, columns.param_name(*at))).collect(),
            request: update.map(request_parts),
        }
    }

    /// The print of what the row says, as far as stored contacts can say the same.
    #[must_use]
    pub fn print(&self, contact: &Contact<'_>, draft: &Draft<'_>, known: &Known) -> StatePrint {
        let mut print = StatePrint::default();
        for (field, _) in self.texts.iter().filter(|(field, _)| known.texts[*field as usize]) {
            print.add(field.as_str(), "", text_of(*field, contact));
        }
        if known.tags && self.tags.is_some() {
            contact.tags.for_each(|tag| print.add("tags", "", tag));
        }
        if known.params && self.params.is_some() {
            for (at, name) in &self.param_columns {
                print.add("params", name, trim(draft.cell(*at)));
            }
        }
        print
    }

    /// Appends the request that brings what is stored up to the row, where the row says anything
    /// that is known to be stored otherwise. Nothing that is stored is emptied.
    pub fn push(
        &self,
        contact: &Contact<'_>,
        draft: &Draft<'_>,
        stored: &Stored,
        out: &mut Vec<u8>,
    ) -> News {
        let before = out.len();
        if let (Some((path, _)), Some(id)) = (&self.request, &stored.id) {
            out.extend_from_slice(path.as_bytes());
            push_percent(out, id);
        }
        if let Some((_, after)) = &self.request {
            out.extend_from_slice(after.as_bytes());
        }
        let body = out.len();
        out.push(b'{');
        for (field, key) in &self.texts {
            let value = text_of(*field, contact);
            if !value.is_empty() && stored.text(*field).is_some_and(|stored| stored != value) {
                push_key(out, key);
                push_json_string(out, value);
            }
        }
        self.push_tags(contact, stored, out);
        self.push_params(draft, stored, out);
        out.push(b'}');
        let news = if out[body..] == *b"{}" { News::None } else { News::Some };
        out.push(b'}');
        if news == News::None || self.request.is_none() {
            out.truncate(before);
        }
        news
    }

    /// Whether an update is a request of its own, which needs the contact's id.
    #[must_use]
    pub fn needs_id(&self) -> bool {
        self.request.is_some()
    }

    fn push_tags(&self, contact: &Contact<'_>, stored: &Stored, out: &mut Vec<u8>) {
        let (Some(key), Some(tags)) = (&self.tags, &stored.tags) else { return };
        let before = out.len();
        push_key(out, key);
        let mut mark = b'[';
        let mut push = |out: &mut Vec<u8>, tag: &str| {
            out.push(mark);
            push_json_string(out, tag);
            mark = b',';
        };
        tags.iter().for_each(|tag| push(out, tag));
        let stored = out.len();
        contact.tags.for_each(|tag| {
            if !tags.iter().any(|stored| stored == tag) {
                push(out, tag);
            }
        });
        let is_new = out.len() > stored;
        out.push(b']');
        if !is_new {
            out.truncate(before);
        }
    }

    fn push_params(&self, draft: &Draft<'_>, stored: &Stored, out: &mut Vec<u8>) {
        let (Some(key), Some(params)) = (&self.params, &stored.params) else { return };
        let mut united: Vec<(&str, &str)> =
            params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut changed = false;
        for (at, name) in &self.param_columns {
            let value = trim(draft.cell(*at));
            if value.is_empty() {
                continue;
            }
            match united.iter_mut().find(|(known, _)| known == name) {
                Some((_, stored)) if *stored == value => {}
                Some((_, stored)) => {
                    *stored = value;
                    changed = true;
                }
                None => {
                    united.push((name, value));
                    changed = true;
                }
            }
        }
        if changed {
            push_key(out, key);
            for (index, (name, value)) in united.into_iter().enumerate() {
                out.push(if index == 0 { b'{' } else { b',' });
                push_json_string(out, name);
                out.push(b':');
                push_json_string(out, value);
            }
            out.push(b'}');
        }
    }
}

/// A request up to the id in its path, and from there to its body.
fn request_parts(update: &UpdateRequest) -> (String, String) {
    let UpdateRequest { method, path, fields: _, assumption: _ } = update;
    let (before, after) = path.split_once(PATH_ID).unwrap_or((path, ""));
    (
        format!("{{\"method\":\"{}\",\"path\":\"{before}", method.as_str()),
        format!(
            "{after}\",\"query\":{{}},\"headers\":{{\"Content-Type\":{}}},\"body\":",
            json_string("application/json")
        ),
    )
}

fn text_of<'c>(field: Field, contact: &'c Contact<'_>) -> &'c str {
    match field {
        Field::Name => &contact.name,
        Field::Email => &contact.email,
        Field::Country => contact.country.as_ref().map_or("", |country| country.as_str()),
        Field::Address => &contact.address,
        Field::Description => &contact.description,
        _ => "",
    }
}

fn push_key(out: &mut Vec<u8>, key: &str) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    push_json_string(out, key);
    out.push(b':');
}

/// Appends a text as part of a path: all but letters, digits, `-`, `.`, `_` and `~` as `%XX`.
fn push_percent(out: &mut Vec<u8>, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte);
        } else {
            out.extend([b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 0xf)]]);
        }
    }
}
