//! JSON as it stands: the order of keys is kept, and a key that stands twice is there twice. And
//! files of JSON, one contact at a time, whatever stands around the contacts.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};
use std::rc::Rc;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::folder::ITEM_BYTES_MAX;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Number,
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    /// The text of a string.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What kind of value it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Node::Null => "null",
            Node::Bool(_) => "a boolean",
            Node::Number => "a number",
            Node::Text(_) => "a string",
            Node::List(_) => "an array",
            Node::Object(_) => "an object",
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(AnyNode)
    }
}

struct AnyNode;

impl<'de> Visitor<'de> for AnyNode {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, said: bool) -> Result<Node, E> {
        Ok(Node::Bool(said))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(Node::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element()? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Node::Object(members))
    }
}

/// What stands in an envelope where the contacts go.
const MARK: &str = "$contacts";

/// Why a file of JSON could not be read to its end.
#[derive(Debug)]
pub(super) enum Broken {
    /// The system would not let us.
    Unreadable(io::Error),
    /// It is not what it should be: the line, and what was seen.
    Damaged(u64, String),
}

/// Reads a file of JSON and gives its contacts one by one. `opening` and `closing` are what should
/// stand around them.
pub(super) fn read_contacts(
    input: impl Read,
    (opening, closing): (&str, &str),
    mut give: impl FnMut(Node),
) -> Result<(), Broken> {
    let envelope = serde_json::from_str(&format!("{opening}\"{MARK}\"{closing}"))
        .expect("the loader has read the envelope");
    let allowance = Rc::new(Cell::new(ITEM_BYTES_MAX));
    let allowed = Allowed { input, left: Rc::clone(&allowance) };
    // Another contact begins.
    let mut give = |node| {
        allowance.set(ITEM_BYTES_MAX);
        give(node);
    };
    let mut reader = serde_json::Deserializer::from_reader(allowed);
    let around = Around { envelope: &envelope, give: &mut give };
    around.deserialize(&mut reader).and_then(|()| reader.end()).map_err(|cause| {
        let line = cause.line() as u64;
        match cause.classify() {
            serde_json::error::Category::Io => {
                let cause = io::Error::from(cause);
                let own = cause.get_ref().and_then(|own| own.downcast_ref::<TooLong>());
                if own.is_some() {
                    return Broken::Damaged(line, "a contact is longer than any can be".to_owned());
                }
                Broken::Unreadable(cause)
            }
            // Its own words would say what stands there.
            serde_json::error::Category::Data => {
                Broken::Damaged(line, "something else stands around the contacts".to_owned())
            }
            _ => Broken::Damaged(line, format!("this is no JSON: {cause}")),
        }
    })
}

/// A reader that gives no more than was allowed until more is.
struct Allowed<R> {
    input: R,
    left: Rc<Cell<u64>>,
}

/// What it says when that is used up.
#[derive(Debug, thiserror::Error)]
#[error("one item is longer than {ITEM_BYTES_MAX} bytes")]
struct TooLong;

impl<R: Read> Read for Allowed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.get() == 0 {
            return Err(io::Error::other(TooLong));
        }
        let bytes = self.input.read(buffer)?;
        self.left.set(self.left.get().saturating_sub(bytes as u64));
        Ok(bytes)
    }
}

/// Reads what stands around the contacts, and gives them on.
struct Around<'e, 'g> {
    envelope: &'e Value,
    give: &'g mut dyn FnMut(Node),
}

impl<'de> DeserializeSeed<'de> for Around<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.envelope {
            Value::Array(_) => deserializer.deserialize_seq(self),
            Value::Object(_) => deserializer.deserialize_map(self),
            constant => match Value::deserialize(deserializer)? == *constant {
                true => Ok(()),
                false => Err(D::Error::custom("another constant")),
            },
        }
    }
}

impl<'de> Visitor<'de> for Around<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the envelope of the platform")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let envelopes = self.envelope.as_array().map_or(&[][..], Vec::as_slice);
        if matches!(envelopes, [Value::String(mark)] if mark == MARK) {
            while let Some(contact) = list.next_element()? {
                (self.give)(contact);
            }
            return Ok(());
        }
        for envelope in envelopes {
            let give = &mut *self.give;
            if list.next_element_seed(Around { envelope, give })?.is_none() {
                return Err(A::Error::custom("an element is missing"));
            }
        }
        match list.next_element::<IgnoredAny>()? {
            None => Ok(()),
            Some(_) => Err(A::Error::custom("an element too many")),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut left: Vec<(&String, &Value)> =
            self.envelope.as_object().into_iter().flatten().collect();
        while let Some(key) = map.next_key::<String>()? {
            let at = left.iter().position(|(name, _)| **name == key);
            let Some(at) = at else { return Err(A::Error::custom("another key")) };
            let (_, envelope) = left.swap_remove(at);
            map.next_value_seed(Around { envelope, give: &mut *self.give })?;
        }
        if left.is_empty() { Ok(()) } else { Err(A::Error::custom("a key is missing")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(file: &str, around: (&str, &str)) -> Result<Vec<String>, String> {
        let mut texts = Vec::new();
        let read = read_contacts(file.as_bytes(), around, |contact| {
            texts.push(contact.text().expect("a text").to_owned());
        });
        match read {
            Ok(()) => Ok(texts),
            Err(Broken::Damaged(_, what)) => Err(what),
            Err(Broken::Unreadable(cause)) => panic!("{cause}"),
        }
    }

    #[test]
    fn contacts_are_read_out_of_any_envelope_and_no_other() {
        let around = ("{\"a\":1,\"b\":{\"list\":[", "]}}");
        let good = "{\"b\": {\"list\": [\"x\",\n\"y\"]}, \"a\": 1}\n";
        assert_eq!(texts(good, around), Ok(vec!["x".to_owned(), "y".to_owned()]));
        for bad in [
            "{\"a\":1,\"b\":{\"list\":[\"secret\"]},\"c\":2}",
            "{\"a\":2,\"b\":{\"list\":[\"secret\"]}}",
            "{\"b\":{\"list\":[\"secret\"]}}",
            "{\"a\":1,\"b\":\"secret\"}",
            "{\"a\":1,\"a\":1,\"b\":{\"list\":[\"secret\"]}}",
            "[\"secret\"]",
        ] {
            let said = texts(bad, around).expect_err(bad);
            assert_eq!(said, "something else stands around the contacts", "{bad}");
        }
        for cut in ["{\"a\":1", "", "{\"a\":1,\"b\":{\"list\":[\"x\"]}} x"] {
            assert!(texts(cut, around).expect_err(cut).starts_with("this is no JSON"), "{cut}");
        }
        assert_eq!(texts("[\"x\"]", ("[", "]")), Ok(vec!["x".to_owned()]));
    }

    #[test]
    fn a_key_that_stands_twice_is_there_twice() {
        let node: Node = serde_json::from_str("{\"a\":1,\"a\":null}").expect("JSON");
        let key = || "a".to_owned();
        assert_eq!(node, Node::Object(vec![(key(), Node::Number), (key(), Node::Null)]));
    }
}
