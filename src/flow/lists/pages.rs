//! A platform's own list of its contacts, as it answers: one page or many, an array, or JSON
//! Lines. Read as a stream, so that its length does not matter.

use std::cell::RefCell;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::unique::existing::Stored;
use crate::write::contract::{StoredList, StoredPart};

/// A file of JSON.
pub(super) struct Pages {
    display: String,
    reader: BufReader<File>,
}

impl Pages {
    /// The file, if it begins as JSON does.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn open(display: &str, path: &Path) -> Result<Option<Pages>> {
        let file = File::open(path).map_err(|cause| Error::reading(display, &cause))?;
        let mut pages = Pages { display: display.to_owned(), reader: BufReader::new(file) };
        let first = pages.next_byte()?;
        Ok(matches!(first, Some(b'{' | b'[')).then_some(pages))
    }

    /// The next byte that is no white space, no comma and no byte order mark; it is not consumed.
    fn next_byte(&mut self) -> Result<Option<u8>> {
        const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
        loop {
            let bytes =
                self.reader.fill_buf().map_err(|cause| Error::reading(&self.display, &cause))?;
            match bytes.first() {
                None => return Ok(None),
                Some(b' ' | b'\t' | b'\r' | b'\n' | b',') => self.reader.consume(1),
                Some(_) if bytes.starts_with(BYTE_ORDER_MARK) => {
                    self.reader.consume(BYTE_ORDER_MARK.len());
                }
                Some(byte) => return Ok(Some(*byte)),
            }
        }
    }

    /// Gives the phone, where it has one, and the rest of each contact.
    ///
    /// # Errors
    /// The text is no JSON, or has no contacts.
    pub(super) fn read(
        mut self,
        keys: &StoredList,
        give: impl FnMut(Option<&str>, Stored) -> Result<()>,
    ) -> Result<()> {
        let walk = Shared {
            keys,
            state: RefCell::new(State { give: Box::new(give), stopped: None, seen: false }),
        };
        let mut values = 0_u64;
        while self.next_byte()?.is_some() {
            values += 1;
            walk.state.borrow_mut().seen = false;
            let mut json = serde_json::Deserializer::from_reader(&mut self.reader);
            let root = Walk { shared: &walk, paths: &paths(keys), place: Place::Root };
            if let Err(cause) = root.deserialize(&mut json) {
                let stopped = walk.state.into_inner().stopped;
                return Err(stopped.unwrap_or_else(|| {
                    let what = format!(
                        "the JSON value number {values} in it cannot be read: {cause}; get the \
                         list again"
                    );
                    Error::Input { input: self.display.clone(), what }
                }));
            }
            if !walk.state.borrow().seen {
                return Err(self.without_list(values, keys));
            }
        }
        Ok(())
    }

    /// A page that is an error of the platform must not be taken for an empty one.
    fn without_list(&self, value: u64, keys: &StoredList) -> Error {
        let list =
            if keys.list.is_empty() { "an array".to_owned() } else { keys.list.join(" or ") };
        let what = format!(
            "no list of contacts was found in the JSON value number {value} in it: this platform has \
             them in {list}, each with the key {}",
            keys.phone
        );
        Error::Input { input: self.display.clone(), what }
    }
}

/// The keys that lead to lists of contacts, one path after the other.
fn paths(keys: &StoredList) -> Vec<Vec<&str>> {
    keys.list.iter().map(|path| path.split('.').collect()).collect()
}

/// Who hears of a contact.
type Give<'g> = Box<dyn FnMut(Option<&str>, Stored) -> Result<()> + 'g>;

/// What the whole walk shares.
struct Shared<'w> {
    keys: &'w StoredList,
    state: RefCell<State<'w>>,
}

/// Who hears of contacts, what stopped the walk, and whether a list or a contact was seen in the
/// value at hand.
struct State<'w> {
    give: Give<'w>,
    stopped: Option<Error>,
    seen: bool,
}

impl Shared<'_> {
    fn list_seen(&self) {
        self.state.borrow_mut().seen = true;
    }

    /// Gives a contact; false where that stopped the run.
    fn contact(&self, contact: &Map<String, Value>) -> bool {
        let phone = contact.get(&self.keys.phone).and_then(text_of);
        let stored = stored(contact, self.keys);
        let State { give, stopped, seen } = &mut *self.state.borrow_mut();
        *seen = true;
        match give(phone.as_deref(), stored) {
            Ok(()) => true,
            Err(error) => {
                *stopped = Some(error);
                false
            }
        }
    }
}

/// Goes through a value: arrays are entered, objects are entered along the paths, and what has the
/// phone's key is a contact.
struct Walk<'w, 's> {
    shared: &'s Shared<'w>,
    /// What is left of each path; an empty one means that here is the list.
    paths: &'s [Vec<&'s str>],
    place: Place,
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// By itself: a page, a list, or a contact.
    Root,
    /// In an array that stands by itself: a page or a contact.
    Element,
    /// Under the keys of a page.
    Inside,
}

impl Walk<'_, '_> {
    /// Whether the value is a list, or stands in one.
    fn is_list(&self) -> bool {
        self.paths.iter().any(Vec::is_empty)
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> std::result::Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("contacts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<(), A::Error> {
        let is_root = self.place == Place::Root;
        if !is_root && !self.is_list() {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        self.shared.list_seen();
        let place = if is_root { Place::Element } else { Place::Inside };
        let again = || Walk { shared: self.shared, paths: self.paths, place };
        while items.next_element_seed(again())?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> std::result::Result<(), A::Error> {
        let mut own = Map::new();
        let mut entered = false;
        while let Some(key) = members.next_key::<String>()? {
            let steps = self.paths.iter().filter_map(|path| path.split_first());
            let further: Vec<Vec<&str>> =
                steps.filter(|(first, _)| **first == key).map(|(_, rest)| rest.to_vec()).collect();
            if !further.is_empty() {
                entered = true;
                let place = Place::Inside;
                members.next_value_seed(Walk { shared: self.shared, paths: &further, place })?;
            } else if self.shared.keys.has(&key) {
                own.insert(key, members.next_value()?);
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        // What stands in a list is a contact, even one without a phone.
        let in_list = self.is_list() || (self.place == Place::Element && !entered);
        let is_contact = own.contains_key(&self.shared.keys.phone) || (in_list && !entered);
        if is_contact && !self.shared.contact(&own) {
            return Err(A::Error::custom("stopped"));
        }
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> std::result::Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> std::result::Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> std::result::Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> std::result::Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> std::result::Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> std::result::Result<(), E> {
        Ok(())
    }
}

/// A text, or a number as text.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(said) => Some(said.to_string()),
        Value::Null => Some(String::new()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// What a contact's object says, by the platform's keys.
fn stored(contact: &Map<String, Value>, keys: &StoredList) -> Stored {
    let mut stored = Stored { id: contact.get(&keys.id).and_then(id_of), ..Stored::default() };
    for (part, key) in &keys.fields {
        let Some(value) = contact.get(key) else { continue };
        match part {
            StoredPart::Tags => stored.tags = tags_of(value),
            StoredPart::Params => stored.params = params_of(value),
            StoredPart::OptIn => stored.opt_in = value.as_bool(),
            _ => {
                let field = part.text_field().expect("the other parts are texts");
                stored.texts.extend(text_of(value).map(|text| (field.as_str().to_owned(), text)));
            }
        }
    }
    stored
}

/// An id, which stands in a path: a text or a whole number, and no step to another folder.
fn id_of(value: &Value) -> Option<String> {
    let id = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_u64() || number.is_i64() => number.to_string(),
        _ => return None,
    };
    (!["", ".", ".."].contains(&id.as_str())).then_some(id)
}

/// Labels; `None` where one is no text, because they could not be sent again.
fn tags_of(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(tags) => tags.iter().map(|tag| tag.as_str().map(str::to_owned)).collect(),
        Value::String(text) => {
            let tags = text.split(',').map(str::trim).filter(|tag| !tag.is_empty());
            Some(tags.map(str::to_owned).collect())
        }
        Value::Null => Some(Vec::new()),
        _ => None,
    }
}

fn params_of(value: &Value) -> Option<Vec<(String, Value)>> {
    match value {
        Value::Object(params) => {
            Some(params.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
        }
        Value::Null => Some(Vec::new()),
        _ => None,
    }
}
