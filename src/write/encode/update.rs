//! A contact that the platform has already: whether the row says anything new of it, and the
//! request that updates what changed.

use super::json::{json_string, push_json_string};
use crate::contact::{Contact, Field};
use crate::country::region_of;
use crate::map::{Columns, Draft};
use crate::phone::Plan;
use crate::text::trim;
use crate::unique::existing::{Known, StatePrint, Stored, param_text};
use crate::write::contract::{Contract, PATH_ID, StoredPart, UpdateRequest};

/// Compares rows of one source with stored contacts; keys and column names are prepared once.
#[derive(Debug, Clone)]
pub struct Updater {
    plan: &'static Plan,
    /// The texts that are compared, and their keys.
    texts: Vec<(Field, String)>,
    tags: Option<String>,
    params: Option<String>,
    /// The columns that are carried as params: index, and name.
    param_columns: Vec<(usize, String)>,
    /// Fields beside these that the request which creates a contact sends: the platform's list says
    /// nothing of them but consent.
    opt_in: bool,
    unlisted: Unlisted,
    /// Up to the id and from the id to the body; `None` where the request that creates a contact
    /// updates it, too.
    request: Option<(String, String)>,
}

/// Which fields are sent that no list of stored contacts shows.
#[derive(Debug, Clone, Copy)]
struct Unlisted {
    favorite: bool,
    avatar: bool,
}

/// What a row says of a contact that the platform has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    /// Whether it states anything that is not stored; the request, if there is one of its own, was
    /// appended then.
    pub is_there: bool,
    /// The parts that it states and that could not be compared, because no list shows them. A
    /// request of its own leaves them out, because they would replace what is stored.
    pub unknown: Vec<&'static str>,
}

impl Updater {
    /// An updater for rows seen through `columns`, of which those at `params` are carried as
    /// params.
    #[must_use]
    pub fn new(
        contract: &Contract,
        plan: &'static Plan,
        columns: &Columns,
        params: &[usize],
    ) -> Updater {
        let stored = contract.stored.as_ref().map(|stored| &stored.fields);
        let update = contract.update.as_ref();
        // What is compared: what the request of its own can change, else what is listed, and what is
        // sent besides.
        let keys = update.map(|update| &update.fields).or(stored);
        let key = |part: StoredPart| match keys {
            Some(keys) if update.is_some() => keys.get(&part).cloned(),
            _ => Some(keys.and_then(|keys| keys.get(&part)).cloned().unwrap_or_default()),
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
        let sent_again = |field: Field| update.is_none() && contract.field(field).is_some();
        Updater {
            plan,
            texts: parts.into_iter().filter_map(text).collect(),
            tags: key(StoredPart::Tags).filter(|_| contract.takes(Field::Tags)),
            params: key(StoredPart::Params).filter(|_| contract.params.is_some()),
            param_columns: params.iter().map(|at| (*at, columns.param_name(*at))).collect(),
            opt_in: sent_again(Field::OptIn),
            unlisted: Unlisted {
                favorite: sent_again(Field::Favorite),
                avatar: sent_again(Field::Avatar),
            },
            request: update.map(request_parts),
        }
    }

    /// The print of what the row says. Where it equals that of what is stored, the row says nothing
    /// new; where it does not, the two are compared part by part.
    #[must_use]
    pub fn print(&self, contact: &Contact<'_>, draft: &Draft<'_>) -> StatePrint {
        let mut print = StatePrint::default();
        for (field, _) in &self.texts {
            print.add(field.as_str(), "", text_of(*field, contact));
        }
        if self.tags.is_some() {
            contact.tags.for_each(|tag| print.add("tags", "", tag));
        }
        if self.params.is_some() {
            for (at, name) in &self.param_columns {
                print.add("params", name, trim(draft.cell(*at)));
            }
        }
        if let Some(said) = contact.opt_in.filter(|_| self.opt_in) {
            print.add("opt_in", "", if said { "true" } else { "false" });
        }
        if contact.favorite.is_some() && self.unlisted.favorite {
            print.add("favorite", "", "stated");
        }
        if contact.avatar.is_some() && self.unlisted.avatar {
            print.add("avatar", "", "stated");
        }
        print
    }

    /// Appends the request that brings what is stored up to the row, where the row says anything
    /// that is not known to be stored. Nothing that is stored is emptied. A part that other stored
    /// contacts have and this one lacks is empty here.
    pub fn push(
        &self,
        contact: &Contact<'_>,
        draft: &Draft<'_>,
        stored: &Stored,
        known: &Known,
        out: &mut Vec<u8>,
    ) -> News {
        let before = out.len();
        if let (Some((path, after)), Some(id)) = (&self.request, &stored.id) {
            out.extend_from_slice(path.as_bytes());
            push_percent(out, id);
            out.extend_from_slice(after.as_bytes());
        }
        let body = out.len();
        out.push(b'{');
        for (field, key) in &self.texts {
            if self.is_news(*field, contact, stored, known) {
                push_key(out, key);
                push_json_string(out, text_of(*field, contact));
            }
        }
        let mut unknown = Vec::new();
        self.push_tags(contact, stored, known, &mut unknown, out);
        self.push_params(draft, stored, known, &mut unknown, out);
        out.push(b'}');
        let consent = contact.opt_in.filter(|_| self.opt_in);
        let other_consent =
            consent.is_some() && stored.opt_in.is_some() && consent != stored.opt_in;
        let is_there = out[body..] != *b"{}" || other_consent;
        out.push(b'}');
        if !is_there || self.request.is_none() {
            out.truncate(before);
        }
        for (part, is_unknown) in [
            (Field::OptIn, consent.is_some() && stored.opt_in.is_none()),
            (Field::Favorite, self.unlisted.favorite && contact.favorite.is_some()),
            (Field::Avatar, self.unlisted.avatar && contact.avatar.is_some()),
        ] {
            if is_unknown {
                unknown.push(part.as_str());
            }
        }
        News { is_there, unknown }
    }

    /// Whether an update is a request of its own, which needs the contact's id.
    #[must_use]
    pub fn needs_id(&self) -> bool {
        self.request.is_some()
    }

    /// Whether the row states a text that is not stored. What only stands in for a text, or was
    /// derived from the phone, is no reason to change one that is there.
    fn is_news(&self, field: Field, contact: &Contact<'_>, stored: &Stored, known: &Known) -> bool {
        let value = text_of(field, contact);
        let known = known.texts[field as usize].then_some("");
        let stored = stored.text(field).or(known);
        if value.is_empty() || stored == Some(value) {
            return false;
        }
        match field {
            Field::Name => !contact.is_name_filled || stored == Some(""),
            Field::Country => match stored.filter(|stored| !stored.is_empty()) {
                None => contact.states_country || stored == Some(""),
                Some(stored) => {
                    let region = region_of(stored, self.plan);
                    contact.states_country && region.is_none_or(|region| region.as_str() != value)
                }
            },
            _ => true,
        }
    }

    fn push_tags(
        &self,
        contact: &Contact<'_>,
        stored: &Stored,
        known: &Known,
        unknown: &mut Vec<&'static str>,
        out: &mut Vec<u8>,
    ) {
        let Some(key) = self.tags.as_ref().filter(|_| !contact.tags.is_empty()) else { return };
        let empty = known.tags.then_some(&[][..]);
        let Some(tags) = stored.tags.as_deref().or(empty) else {
            unknown.push("tags");
            return;
        };
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

    fn push_params(
        &self,
        draft: &Draft<'_>,
        stored: &Stored,
        known: &Known,
        unknown: &mut Vec<&'static str>,
        out: &mut Vec<u8>,
    ) {
        let Some(key) = &self.params else { return };
        let cells = self.param_columns.iter().map(|(at, name)| (name, trim(draft.cell(*at))));
        let stated: Vec<_> = cells.filter(|(_, value)| !value.is_empty()).collect();
        if stated.is_empty() {
            return;
        }
        let empty = known.params.then_some(&[][..]);
        let Some(params) = stored.params.as_deref().or(empty) else {
            unknown.push("params");
            return;
        };
        let is_same = |(name, value): &(&String, &str)| {
            params.iter().any(|(known, stored)| known == *name && param_text(stored) == *value)
        };
        if stated.iter().all(is_same) {
            return;
        }
        push_key(out, key);
        let mut mark = b'{';
        let mut push_name = |out: &mut Vec<u8>, name: &str| {
            out.push(mark);
            push_json_string(out, name);
            out.push(b':');
            mark = b',';
        };
        let replaced = |name: &String| stated.iter().any(|(own, _)| *own == name);
        // What the row does not speak of stays what it was, to its type.
        for (name, value) in params.iter().filter(|(name, _)| !replaced(name)) {
            push_name(out, name);
            out.extend_from_slice(value.to_string().as_bytes());
        }
        for (name, value) in stated {
            push_name(out, name);
            push_json_string(out, value);
        }
        out.push(b'}');
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
