//! A contact as a JSON object, or as an array of its values.

use std::borrow::Cow;

use super::json::json_string;
use super::page::{Literal, Page, append};
use super::value::{Value, write_text};
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
    /// Bytes of all keys and of what closes their values.
    literal_bytes: usize,
}

/// A key, as `,"key":` and what its value begins with, and what stands under it. What comes first in
/// an object has a brace for the comma; an array has no keys.
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

/// A column that is carried along, by its index, and what stands before its value: a comma, the name
/// in the form of the params, and a quote.
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
                    ParamsForm::List => format!(",{{\"name\":{name},\"value\":\""),
                    ParamsForm::Object | ParamsForm::Columns => format!(",{name}:\""),
                };
                Param { at: *at, before: Literal::new(&before) }
            };
            let params = params.iter().map(param).collect();
            insert(&mut members, &given.key, Node::Params(given.form, params));
        }
        let form = contract.payload.item;
        if form == ItemForm::Array {
            members.iter_mut().for_each(|it| it.key = Literal::new(it.node.opening()));
        }
        let literal_bytes = members.iter().map(Member::literal_bytes).sum();
        Item { form, members, literal_bytes }
    }

    /// Appends the contact. Keys without a value are left out; an array has an empty text there.
    pub(super) fn push(&self, contact: &Contact<'_>, draft: &Draft<'_>, out: &mut Vec<u8>) {
        append(out, self.literal_bytes + draft.bytes(), |page| match self.form {
            ItemForm::Object => {
                write_object(&self.members, contact, draft, page);
            }
            ItemForm::Array => {
                for (index, member) in self.members.iter().enumerate() {
                    page.put(if index == 0 { b"[" } else { b"," });
                    let before = page.len();
                    member.write(contact, draft, page);
                    if page.len() == before {
                        page.put(b"\"\"");
                    }
                }
                page.put(b"]");
            }
        });
    }
}

/// Puts a node under its key, in the objects that the points in the key name.
fn insert(members: &mut Vec<Member>, path: &str, node: Node) {
    let (name, rest) = path.split_once('.').map_or((path, None), |(it, rest)| (it, Some(rest)));
    let at = members.iter().position(|member| member.name == name).unwrap_or_else(|| {
        members.push(Member::new(name, Node::Object(Vec::new())));
        members.len() - 1
    });
    match (rest, &mut members[at]) {
        (Some(rest), Member { node: Node::Object(inner), .. }) => insert(inner, rest, node),
        (None, member) => *member = Member::new(name, node),
        (Some(_), _) => unreachable!("the loader takes no key that is a value and an object"),
    }
}

impl Member {
    fn new(name: &str, node: Node) -> Member {
        let key = Literal::new(&format!(",{}:{}", json_string(name), node.opening()));
        Member { name: name.to_owned(), key, node }
    }

    fn literal_bytes(&self) -> usize {
        let inner: usize = match &self.node {
            Node::Value(_) | Node::Text(_) => 0,
            Node::Object(members) => members.iter().map(Member::literal_bytes).sum(),
            Node::Params(_, params) => params.iter().map(|it| it.before.len() + CLOSING).sum(),
        };
        self.key.len() + CLOSING + inner
    }

    /// Writes the key and the value; nothing where there is no value.
    #[inline(always)]
    fn write(&self, contact: &Contact<'_>, draft: &Draft<'_>, page: &mut Page<'_>) {
        let key = &self.key;
        match &self.node {
            Node::Value(value) => value.write_json(key, contact, page),
            Node::Text(value) => write_text(key, &carried(value.text(contact)), page),
            Node::Object(members) => {
                let before = page.len();
                page.put_literal(key);
                if write_object(members, contact, draft, page) == Filled::Nothing {
                    page.truncate(before);
                }
            }
            Node::Params(form, params) => write_params(key, *form, params, draft, page),
        }
    }
}

/// The most bytes that close a value.
const CLOSING: usize = 2;

/// Whether something stands in an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filled {
    Something,
    Nothing,
}

fn write_object(
    members: &[Member],
    contact: &Contact<'_>,
    draft: &Draft<'_>,
    page: &mut Page<'_>,
) -> Filled {
    let start = page.len();
    for member in members {
        member.write(contact, draft, page);
    }
    if page.len() == start {
        page.put(b"{}");
        return Filled::Nothing;
    }
    page.set(start, b'{');
    page.put(b"}");
    Filled::Something
}

impl Node {
    /// What the value begins with, which stands at the end of its key.
    fn opening(&self) -> &'static str {
        match self {
            Node::Value(value) => value.opening(),
            Node::Text(_) => "\"",
            Node::Object(_) | Node::Params(..) => "",
        }
    }
}

/// A text of a form: only tabs and line ends are escaped in it, beside quotes and backslashes.
fn carried(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_carried = |c: char| !c.is_ascii_control() || "\t\n\r".contains(c);
    if text.chars().all(is_carried) {
        text
    } else {
        text.chars().filter(|c| is_carried(*c)).collect()
    }
}

#[inline(never)]
fn write_params(
    key: &Literal,
    form: ParamsForm,
    params: &[Param],
    draft: &Draft<'_>,
    page: &mut Page<'_>,
) {
    let is_list = form == ParamsForm::List;
    let before = page.len();
    page.put_literal(key);
    let keyed = page.len();
    for param in params {
        let value = trim(draft.cell(param.at));
        write_text(&param.before, value, page);
        if is_list && !value.is_empty() {
            page.put(b"}");
        }
    }
    if page.len() == keyed {
        page.truncate(before);
        return;
    }
    page.set(keyed, if is_list { b'[' } else { b'{' });
    page.put(if is_list { b"]" } else { b"}" });
}
