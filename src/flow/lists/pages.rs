//! A platform's own list of its contacts, as it answers: one page or many, an array, or JSON
//! Lines. Read as a stream, so that its length does not matter.

use std::cell::RefCell;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::ingest::Input;
use crate::unique::existing::Stored;
use crate::write::contract::{StoredList, StoredPart};

/// A file of JSON.
pub(super) struct Pages {
    path: PathBuf,
    reader: BufReader<File>,
}

impl Pages {
    /// The file, if it begins as JSON does.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn open(path: &Path) -> Result<Option<Pages>> {
        Input::File(path.to_owned()).check()?;
        let file = File::open(path).map_err(|cause| fail(path, &cause))?;
        let mut pages = Pages { path: path.to_owned(), reader: BufReader::new(file) };
        let first = pages.next_byte()?;
        Ok(matches!(first, Some(b'{' | b'[')).then_some(pages))
    }

    /// The next byte that is no white space, no comma and no byte order mark; it is not consumed.
    fn next_byte(&mut self) -> Result<Option<u8>> {
        const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
        loop {
            let bytes = self.reader.fill_buf().map_err(|cause| fail(&self.path, &cause))?;
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
        let walk = Shared { keys, give: RefCell::new((Box::new(give), None, false)) };
        let mut values = 0;
        while self.next_byte()?.is_some() {
            values += 1;
            let mut json = serde_json::Deserializer::from_reader(&mut self.reader);
            let walked = Walk { shared: &walk, paths: &paths(keys) }.deserialize(&mut json);
            if let Err(cause) = walked {
                if let (_, Some(stopped), _) = walk.give.into_inner() {
                    return Err(stopped);
                }
                let what = format!("the JSON value number {values} in it cannot be read: {cause}");
                return Err(Error::Input { input: display(&self.path), what });
            }
        }
        let (_, _, seen) = walk.give.into_inner();
        if seen {
            return Ok(());
        }
        let list =
            if keys.list.is_empty() { "an array".to_owned() } else { keys.list.join(" or ") };
        let what = format!(
            "no list of contacts was found in it: this platform has them in {list}, each with the \
             key {}",
            keys.phone
        );
        Err(Error::Input { input: display(&self.path), what })
    }
}

fn display(path: &Path) -> String {
    Input::File(path.to_owned()).display()
}

fn fail(path: &Path, cause: &std::io::Error) -> Error {
    Error::Input { input: display(path), what: format!("cannot be read: {cause}") }
}

/// The keys that lead to lists of contacts, one path after the other.
fn paths(keys: &StoredList) -> Vec<Vec<&str>> {
    keys.list.iter().map(|path| path.split('.').collect()).collect()
}

/// Who hears of a contact.
type Give<'g> = Box<dyn FnMut(Option<&str>, Stored) -> Result<()> + 'g>;

/// What the whole walk shares: who hears of contacts, what stopped it, and whether a list was seen.
struct Shared<'w> {
    keys: &'w StoredList,
    give: RefCell<(Give<'w>, Option<Error>, bool)>,
}

impl Shared<'_> {
    fn list_seen(&self) {
        self.give.borrow_mut().2 = true;
    }

    /// Gives a contact; false where that stopped the run.
    fn contact(&self, contact: &Map<String, Value>) -> bool {
        let text = |key: &str| contact.get(key).and_then(text_of);
        let phone = text(&self.keys.phone);
        let stored = stored(contact, self.keys);
        let (give, stopped, seen) = &mut *self.give.borrow_mut();
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
        self.shared.list_seen();
        let again = || Walk { shared: self.shared, paths: self.paths };
        while items.next_element_seed(again())?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> std::result::Result<(), A::Error> {
        let mut rest = Map::new();
        let mut entered = false;
        while let Some(key) = members.next_key::<String>()? {
            let steps = self.paths.iter().filter_map(|path| path.split_first());
            let further: Vec<Vec<&str>> =
                steps.filter(|(first, _)| **first == key).map(|(_, rest)| rest.to_vec()).collect();
            if further.is_empty() {
                rest.insert(key, members.next_value()?);
            } else {
                entered = true;
                members.next_value_seed(Walk { shared: self.shared, paths: &further })?;
            }
        }
        // What stands in the list itself is a contact, even one without a phone.
        let in_list = self.paths.iter().any(Vec::is_empty);
        let is_contact = in_list || rest.contains_key(&self.shared.keys.phone);
        if is_contact && !entered && !self.shared.contact(&rest) {
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
    let mut stored = Stored {
        id: contact.get(&keys.id).and_then(text_of).filter(|id| !id.is_empty()),
        ..Stored::default()
    };
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

fn tags_of(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(tags) => Some(tags.iter().filter_map(text_of).collect()),
        Value::String(text) => {
            let tags = text.split(',').map(str::trim).filter(|tag| !tag.is_empty());
            Some(tags.map(str::to_owned).collect())
        }
        Value::Null => Some(Vec::new()),
        _ => None,
    }
}

fn params_of(value: &Value) -> Option<Vec<(String, String)>> {
    match value {
        Value::Object(params) => {
            let text = |value: &Value| text_of(value).unwrap_or_else(|| value.to_string());
            Some(params.iter().map(|(name, value)| (name.clone(), text(value))).collect())
        }
        Value::Null => Some(Vec::new()),
        _ => None,
    }
}
