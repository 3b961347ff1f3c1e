//! A contact as a JSON object, or as an array of its values.

use super::json::{json_string, push_json_string};
use super::literal::Literal;
use super::value::{Value, push_text};
use crate::contact::Contact;
use crate::map::{Columns, Draft};
use crate::normalize::tags::TagIds;
use crate::text::trim;
use crate::write::contract::{BodyForm, Contract, ItemForm, ParamsForm};

/// How a contact is written, prepared once.
#[derive(Debug, Clone)]
pub(super) struct Item {
    form: ItemForm,
    members: Vec<Member>,
}

/// A key, as `,"key":`, and what stands under it. What comes first in an object has a brace for the
/// comma.
#[derive(Debug, Clone)]
struct Member {
    name: String,
    key: Literal,
    node: Node,
}

#[derive(Debug, Clone)]
enum Node {
    Value(Value),
    /// A value of a form: text alone, without control characters that no form can carry.
    Text(Value),
    Object(Vec<Member>),
    Params(ParamsForm, Vec<Param>),
}

/// A column that is carried along, by its index, and what stands before its value: a comma, and the
/// name in the form of the params.
#[derive(Debug, Clone)]
struct Param {
    at: usize,
    before: Literal,
}

impl Item {
    pub(super) fn new(
        contract: &Contract,
        columns: &Columns,
        params: &[usize],
        ids: Option<&TagIds>,
    ) -> Item {
        let is_form = contract.request.as_ref().is_some_and(|it| it.body != BodyForm::Json);
        let node = if is_form { Node::Text } else { Node::Value };
        let mut members = Vec::new();
        for known in &contract.fields {
            insert(&mut members, &known.key, node(Value::of(known, contract, ids)));
            if let Some(key) = &known.file_key {
                insert(&mut members, key, node(Value::AvatarFile));
            }
        }
        if let Some(given) = &contract.params {
            let param = |at: &usize| {
                let name = json_string(&columns.param_name(*at));
                let before = match given.form {
                    ParamsForm::List => format!(",{{\"name\":{name},\"value\":"),
                    ParamsForm::Object | ParamsForm::Columns => format!(",{name}:"),
                };
                Param { at: *at, before: Literal::new(&before) }
            };
            let params = params.iter().map(param).collect();
            insert(&mut members, &given.key, Node::Params(given.form, params));
        }
        Item { form: contract.payload.item, members }
    }

    /// Appends the contact. Keys without a value are left out; an array has an empty text there.
    pub(super) fn push(&self, contact: &Contact<'_>, draft: &Draft<'_>, out: &mut Vec<u8>) {
        match self.form {
            ItemForm::Object => push_object(&self.members, contact, draft, out),
            ItemForm::Array => {
                let no_key = Literal::default();
                for (index, member) in self.members.iter().enumerate() {
                    out.push(if index == 0 { b'[' } else { b',' });
                    let before = out.len();
                    member.node.push(&no_key, contact, draft, out);
                    if out.len() == before {
                        out.extend_from_slice(b"\"\"");
                    }
                }
                out.push(b']');
            }
        }
    }
}

/// Puts a node under its key, in the objects that the points in the key name.
fn insert(members: &mut Vec<Member>, path: &str, node: Node) {
    let (name, rest) = path.split_once('.').map_or((path, None), |(it, rest)| (it, Some(rest)));
    let at = members.iter().position(|member| member.name == name).unwrap_or_else(|| {
        let key = Literal::new(&format!(",{}:", json_string(name)));
        members.push(Member { name: name.to_owned(), key, node: Node::Object(Vec::new()) });
        members.len() - 1
    });
    match (rest, &mut members[at].node) {
        (Some(rest), Node::Object(inner)) => insert(inner, rest, node),
        (None, slot) => *slot = node,
        (Some(_), _) => unreachable!("the loader takes no key that is a value and an object"),
    }
}

fn push_object(members: &[Member], contact: &Contact<'_>, draft: &Draft<'_>, out: &mut Vec<u8>) {
    let start = out.len();
    for Member { name: _, key, node } in members {
        node.push(key, contact, draft, out);
    }
    match out.get_mut(start) {
        Some(comma) => *comma = b'{',
        None => out.push(b'{'),
    }
    out.push(b'}');
}

impl Node {
    /// Appends `key` and the value; nothing where there is no value.
    #[inline]
    fn push(&self, key: &Literal, contact: &Contact<'_>, draft: &Draft<'_>, out: &mut Vec<u8>) {
        match self {
            Node::Value(value) => value.push_json(key, contact, out),
            Node::Text(value) => {
                let text = value.text(contact);
                if !text.is_empty() {
                    key.push(out);
                    push_form_text(out, &text);
                }
            }
            Node::Object(members) => {
                let before = out.len();
                key.push(out);
                push_object(members, contact, draft, out);
                if out.ends_with(b"{}") {
                    out.truncate(before);
                }
            }
            Node::Params(form, params) => push_params(key, *form, params, draft, out),
        }
    }
}

/// A JSON string whose only escapes are those of quotes, backslashes, tabs and line ends.
fn push_form_text(out: &mut Vec<u8>, text: &str) {
    let is_carried = |c: char| !c.is_ascii_control() || "\t\n\r".contains(c);
    if text.chars().all(is_carried) {
        push_json_string(out, text);
    } else {
        push_json_string(out, &text.chars().filter(|c| is_carried(*c)).collect::<String>());
    }
}

#[inline(never)]
fn push_params(
    key: &Literal,
    form: ParamsForm,
    params: &[Param],
    draft: &Draft<'_>,
    out: &mut Vec<u8>,
) {
    let (open, close) = if form == ParamsForm::List { (b'[', b']') } else { (b'{', b'}') };
    let before = out.len();
    key.push(out);
    let keyed = out.len();
    for Param { at, before } in params {
        let value = trim(draft.cell(*at));
        push_text(before, value, out);
        if form == ParamsForm::List && !value.is_empty() {
            out.push(b'}');
        }
    }
    match out.get_mut(keyed) {
        Some(comma) => {
            *comma = open;
            out.push(close);
        }
        None => out.truncate(before),
    }
}
