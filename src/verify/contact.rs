//! One contact of the payload, held against the platform's contract and its row.

use std::collections::BTreeSet;

use super::json::Node;
use super::phones;
use super::report::{Check, Findings, Spot};
use super::summary::{Facts, Source};
use crate::contact::{Country, Field};
use crate::phone::Plan;
use crate::write::contract::{
    BodyForm, Contract, FieldKey, Format, ItemForm, ParamsForm, ParamsKey, PhoneStyle, TagsForm,
};

/// What a platform takes, as contacts are held against it.
pub(super) struct Rules<'c> {
    contract: &'c Contract,
    plan: &'static Plan,
    /// The ids of tags that the user gave: key and id.
    tag_ids: BTreeSet<(&'c str, &'c str)>,
    /// Whether all values are text, as in CSV and in forms.
    pub(super) is_flat: bool,
    is_form: bool,
}

/// What stands under a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Slot<'c> {
    Field(&'c FieldKey),
    /// A file that is sent with the request.
    File,
    Params(&'c ParamsKey),
}

/// The row that a contact belongs to, as far as it must agree with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner<'c> {
    pub(super) phone: Option<u64>,
    pub(super) source: &'c Source,
}

impl<'c> Rules<'c> {
    pub(super) fn new(contract: &'c Contract, facts: &'c Facts, plan: &'static Plan) -> Rules<'c> {
        let id = |given: &'c String| {
            let (key, rest) = given.split_once('=')?;
            rest.rsplit_once('=').map(|(_, id)| (key, id))
        };
        let is_csv = contract.payload.format == Format::Csv;
        let is_form = contract.request.as_ref().is_some_and(|it| it.body != BodyForm::Json);
        Rules {
            contract,
            plan,
            tag_ids: facts.settings.tag_id.iter().filter_map(id).collect(),
            is_flat: is_csv || is_form,
            is_form: is_form && !is_csv,
        }
    }

    /// Holds a contact in JSON against the contract and its row.
    pub(super) fn check(
        &self,
        contact: &Node,
        owner: Owner<'_>,
        spot: Spot<'_>,
        found: &mut Findings,
    ) {
        let form = if self.contract.payload.format == Format::Json {
            self.contract.payload.item
        } else {
            ItemForm::Object
        };
        let mut seen = BTreeSet::new();
        match (form, contact) {
            (ItemForm::Object, Node::Object(members)) => {
                self.check_members("", &borrowed(members), owner, spot, &mut seen, found);
            }
            (ItemForm::Array, Node::List(values)) => {
                let keys = self.array_keys();
                if values.len() != keys.len() {
                    let seen = format!("{} values", values.len());
                    found.say(Check::ContactKey, spot, seen, format!("{} values", keys.len()));
                }
                // An array has an empty text in the place of what it lacks.
                let there = |(_, node): &(&str, &Node)| node.text() != Some("");
                let members: Vec<_> = keys.into_iter().zip(values).filter(there).collect();
                self.check_members("", &members, owner, spot, &mut seen, found);
            }
            (_, other) => {
                let expected = if form == ItemForm::Object { "an object" } else { "an array" };
                found.say(Check::ContactKey, spot, other.kind(), expected);
                return;
            }
        }
        self.check_missing(&seen, spot, found);
    }

    /// The keys of an array's values, in order: what stands in one object has one place.
    fn array_keys(&self) -> Vec<&'c str> {
        let mut keys = Vec::new();
        let own = self.contract.fields.iter();
        let own = own.flat_map(|known| std::iter::once(&known.key).chain(&known.file_key));
        for key in own.chain(self.contract.params.iter().map(|params| &params.key)) {
            let first = key.split('.').next().unwrap_or(key);
            if !keys.contains(&first) {
                keys.push(first);
            }
        }
        keys
    }

    /// Holds the members of an object against the contract; the keys before it stand in `outer`,
    /// each with a point.
    fn check_members(
        &self,
        outer: &str,
        members: &[(&str, &Node)],
        owner: Owner<'_>,
        spot: Spot<'_>,
        seen: &mut BTreeSet<String>,
        found: &mut Findings,
    ) {
        for &(key, node) in members {
            let path = format!("{outer}{key}");
            let spot = spot.key(&path);
            if !seen.insert(path.clone()) {
                found.say(Check::ContactKey, spot, "a key twice", "each once");
            }
            let inner = format!("{path}.");
            match (self.slot(&path), node) {
                (Some(slot), _) => self.check_value(slot, node, owner, spot, found),
                (None, Node::Object(members)) if self.has_inside(&inner) => {
                    self.check_members(&inner, &borrowed(members), owner, spot, seen, found);
                }
                (None, _) => {
                    found.say(Check::ContactKey, spot, "an unknown key", "one of the contract");
                }
            }
        }
        if members.is_empty() && !outer.is_empty() {
            found.say(Check::ContactValue, spot, "an empty object", "nothing, or what is in it");
        }
    }

    fn slot(&self, path: &str) -> Option<Slot<'c>> {
        let fields = &self.contract.fields;
        if let Some(known) = fields.iter().find(|known| known.key == path) {
            return Some(Slot::Field(known));
        }
        if fields.iter().any(|known| known.file_key.as_deref() == Some(path)) {
            return Some(Slot::File);
        }
        let params = self.contract.params.as_ref().filter(|it| !it.key.is_empty());
        params.filter(|it| it.key == path).map(Slot::Params)
    }

    fn has_inside(&self, inner: &str) -> bool {
        let keys = self.contract.fields.iter().map(|known| &known.key);
        let files = self.contract.fields.iter().filter_map(|known| known.file_key.as_ref());
        let params = self.contract.params.iter().map(|params| &params.key);
        keys.chain(files).chain(params).any(|key| key.starts_with(inner))
    }

    /// Holds what was seen against what must be there.
    pub(super) fn check_missing(
        &self,
        seen: &BTreeSet<String>,
        spot: Spot<'_>,
        found: &mut Findings,
    ) {
        for known in &self.contract.fields {
            let is_constant = known.value.as_ref().is_some_and(|value| !value.is_empty());
            if (known.required || is_constant) && !seen.contains(&known.key) {
                let expected = "a value, as the platform requires";
                found.say(Check::ContactMissing, spot.key(&known.key), "nothing", expected);
            }
        }
    }

    /// Holds a value against its place.
    pub(super) fn check_value(
        &self,
        slot: Slot<'_>,
        node: &Node,
        owner: Owner<'_>,
        spot: Spot<'_>,
        found: &mut Findings,
    ) {
        let is_bool = |known: &FieldKey| {
            matches!(known.field, Some(Field::OptIn | Field::Favorite)) && !self.is_flat
        };
        let fault = match slot {
            Slot::Params(params) => params_fault(params.form, node, owner.source),
            Slot::Field(known) if is_bool(known) => {
                (!matches!(node, Node::Bool(_))).then_some("true or false")
            }
            Slot::Field(known) if self.is_list(known) => tags_fault(node, known),
            Slot::Field(known) => match node.text() {
                Some(text) if known.field == Some(Field::Phone) => {
                    self.check_phone(known.style, text, owner, spot, found);
                    limits_fault(known, text)
                }
                Some(text) => self.text_fault(known, text).or_else(|| limits_fault(known, text)),
                None => Some("a text"),
            },
            Slot::File => {
                let is_file =
                    node.text().is_some_and(|text| text.len() > 1 && text.starts_with('@'));
                (!is_file).then_some("@ and the path of a file")
            }
        };
        let unsent = |c: char| c.is_ascii_control() && !"\t\n\r".contains(c);
        let fault = fault.or_else(|| {
            let is_unsent = self.is_form && node.text().is_some_and(|text| text.contains(unsent));
            is_unsent.then_some("no control characters, which no form carries")
        });
        if let Some(expected) = fault {
            found.say(Check::ContactValue, spot, "another value", expected);
        }
    }

    /// Whether the tags stand under this key as a list.
    fn is_list(&self, known: &FieldKey) -> bool {
        known.field == Some(Field::Tags) && known.tags_form(self.contract) == TagsForm::List
    }

    /// Holds a phone against the one of its row.
    pub(super) fn check_phone(
        &self,
        style: PhoneStyle,
        text: &str,
        owner: Owner<'_>,
        spot: Spot<'_>,
        found: &mut Findings,
    ) {
        let spelled = owner.phone.map(|phone| phones::spelled(style, phone, self.plan));
        if spelled.is_some_and(|spelled| spelled.as_deref() != Some(text)) {
            let expected = format!("the phone of its row as {}", style.as_str());
            found.say(Check::ContactPhone, spot, "another phone", expected);
        }
    }

    /// What should stand in the place of a text, if it is not this one.
    fn text_fault(&self, known: &FieldKey, text: &str) -> Option<&'static str> {
        if text.is_empty() {
            return Some("a text that is not empty");
        }
        match known.field {
            None => {
                (known.value.as_deref() != Some(text)).then_some("the constant of the contract")
            }
            Some(Field::Email) => (!is_address(text)).then_some("an e-mail address"),
            Some(Field::Country) => {
                let is_one = Country::from_alpha2(text).is_some_and(|it| it.as_str() == text);
                (!is_one).then_some("the two capital letters of a country")
            }
            Some(Field::OptIn | Field::Favorite) => {
                (!["true", "false"].contains(&text)).then_some("true or false")
            }
            Some(Field::Avatar) => {
                let begin = |text: &str, begin: &str| {
                    text.get(..begin.len()).is_some_and(|it| it.eq_ignore_ascii_case(begin))
                };
                (!begin(text, "http://") && !begin(text, "https://"))
                    .then_some("an address of the web")
            }
            Some(Field::Tags) => match known.tags_form(self.contract) {
                TagsForm::Id => (!self.tag_ids.contains(&(known.key.as_str(), text)))
                    .then_some("an id that was given by --tag-id"),
                _ => text
                    .split(&known.separator)
                    .any(|tag| tag.trim().is_empty())
                    .then_some("tags that are not empty"),
            },
            _ => None,
        }
    }
}

/// The members of an object, as they are looked at.
fn borrowed(members: &[(String, Node)]) -> Vec<(&str, &Node)> {
    members.iter().map(|(key, node)| (key.as_str(), node)).collect()
}

/// Lengths and characters that the platform takes.
fn limits_fault(known: &FieldKey, text: &str) -> Option<&'static str> {
    if known.chars_max.is_some_and(|max| text.chars().count() > max) {
        return Some("no more characters than the platform takes");
    }
    let foreign = |c: char| !c.is_alphabetic() && !c.is_whitespace();
    (known.letters_only && text.contains(foreign)).then_some("letters and spaces alone")
}

/// What should stand in the place of a list of tags.
fn tags_fault(node: &Node, known: &FieldKey) -> Option<&'static str> {
    let Node::List(tags) = node else { return Some("a list of tags") };
    let mut seen = BTreeSet::new();
    let is_one = |tag: &Node| {
        tag.text().is_some_and(|text| !text.trim().is_empty() && seen.insert(text.to_owned()))
    };
    if tags.is_empty() || !tags.iter().all(is_one) {
        return Some("tags that are not empty, each once");
    }
    tags.iter().filter_map(Node::text).find_map(|tag| limits_fault(known, tag))
}

/// What should stand in the place of params.
fn params_fault(form: ParamsForm, node: &Node, source: &Source) -> Option<&'static str> {
    let pairs: Option<Vec<(&str, &Node)>> = match (form, node) {
        (ParamsForm::Object, Node::Object(members)) => {
            Some(members.iter().map(|(name, value)| (name.as_str(), value)).collect())
        }
        (ParamsForm::List, Node::List(list)) => list.iter().map(named_value).collect(),
        _ => None,
    };
    let Some(pairs) = pairs else { return Some("params in the form of the contract") };
    let mut seen = BTreeSet::new();
    let holds = pairs.iter().all(|&(name, value)| {
        source.params.iter().any(|param| param == name)
            && seen.insert(name)
            && value.text().is_some_and(|text| !text.is_empty())
    });
    (pairs.is_empty() || !holds).then_some("columns that go to the params, each once and not empty")
}

/// The parts of `{"name": …, "value": …}`.
fn named_value(node: &Node) -> Option<(&str, &Node)> {
    match node {
        Node::Object(members) => match &members[..] {
            [(name, Node::Text(param)), (key, value)] if name == "name" && key == "value" => {
                Some((param, value))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Whether a text has the shape of an e-mail address: something, an @, and a domain of two labels
/// or more. Whether the domain is there, nobody can know without a network.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let foreign = |c: char| c.is_whitespace() || c.is_control() || "@,;<>\"".contains(c);
    !local.is_empty()
        && (is_quoted || !local.contains(foreign))
        && !domain.contains(foreign)
        && domain.split('.').count() > 1
        && domain.split('.').all(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_shape() {
        for address in
            ["a@b.co", "first.last+tag@sub.example.com", "\"a b\"@c.de", "用户@例子.中国"]
        {
            assert!(is_address(address), "{address}");
        }
        for not_one in ["a", "@b.co", "a@b", "a b@c.de", "A <a@b.co>", "a@b..co", "a@b.co,c@d.ef"] {
            assert!(!is_address(not_one), "{not_one}");
        }
    }
}
