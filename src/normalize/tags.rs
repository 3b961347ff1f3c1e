//! How a platform takes tags: as they are, in one text, or as ids that the user has listed; and
//! the tags that do not fit.

use std::collections::BTreeMap;

use super::problem;
use crate::contact::{Field, Tags};
use crate::map::Draft;
use crate::problem::{Code, Problem};

/// How a platform takes tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum TagRules {
    /// As they are, or not at all.
    #[default]
    Any,
    /// In one text, with this between two.
    Joined(String),
    /// As ids.
    Ids(TagIds),
}

/// The labels of the row's cells, and those that every row has.
pub(super) fn read<'r>(draft: &Draft<'r>) -> Tags<'r> {
    let columns = draft.columns();
    let own = columns.preset.and_then(|preset| preset.own_tags.as_deref());
    // What every row has comes last, and has a place of its own.
    let cells = draft.filled(Field::Tags).map(|(_, cell)| cell).take(Tags::COLUMNS_MAX);
    let cells = cells.chain([columns.constant(Field::Tags)]);
    Tags::new(cells, &columns.tag_separator, own)
}

impl TagRules {
    /// Warns of every tag that the platform does not get as it is.
    pub fn check<'r>(&self, draft: &Draft<'r>, tags: &Tags<'r>, problems: &mut Vec<Problem<'r>>) {
        let mut say = |code: Code, detail: String| {
            problems.push(Problem { detail: detail.into(), ..problem(draft, Field::Tags, code) });
        };
        match self {
            TagRules::Any => {}
            TagRules::Joined(separator) => tags.for_each(|tag| {
                if tag.contains(separator) {
                    say(Code::TagsSeparator, format!("\"{tag}\""));
                }
            }),
            TagRules::Ids(ids) => ids.check(tags, say),
        }
    }
}

/// For each key of the platform that takes the id of a tag, the ids by tag.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagIds(BTreeMap<String, BTreeMap<String, String>>);

impl TagIds {
    /// Adds the id of a tag under a key; one that was there is replaced.
    pub fn add(&mut self, key: &str, tag: &str, id: &str) {
        let ids = self.0.entry(key.to_owned()).or_default();
        ids.insert(tag.to_owned(), id.to_owned());
    }

    /// The keys for which there are ids.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Every key, tag and id, in the order of their names.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.0.iter().flat_map(|(key, ids)| {
            ids.iter().map(move |(tag, id)| (key.as_str(), tag.as_str(), id.as_str()))
        })
    }

    /// The id of the first tag that has one under the key; empty where none has.
    #[must_use]
    pub fn first<'i>(&'i self, key: &str, tags: &Tags<'_>) -> &'i str {
        let mut found = "";
        if let Some(ids) = self.0.get(key) {
            tags.for_each(|tag| {
                if found.is_empty() {
                    found = ids.get(tag).map_or("", String::as_str);
                }
            });
        }
        found
    }

    /// Says of every tag without an id, and of every one that another tag of the row keeps from
    /// each of its keys.
    fn check(&self, tags: &Tags<'_>, mut say: impl FnMut(Code, String)) {
        let mut used: Vec<&str> = Vec::new();
        tags.for_each(|tag| {
            let known = self.0.iter().filter(|(_, ids)| ids.contains_key(tag));
            let keys: Vec<&str> = known.map(|(key, _)| key.as_str()).collect();
            let is_sent = keys.iter().any(|key| !used.contains(key));
            match keys.first() {
                None => say(Code::TagsNoId, format!("\"{tag}\"")),
                Some(key) if !is_sent => {
                    say(Code::TagsOneId, format!("\"{tag}\" is not sent as {key}"));
                }
                Some(_) => {}
            }
            keys.into_iter().for_each(|key| {
                if !used.contains(&key) {
                    used.push(key);
                }
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_tag_that_has_an_id_under_a_key_is_taken() {
        let mut ids = TagIds::default();
        ids.add("group", "vip", "12");
        ids.add("group", "lead", "13");
        ids.add("branch", "dubai", "3");
        let tags = Tags::new(["new,lead,dubai,vip"], ",", None);
        assert_eq!(ids.first("group", &tags), "13");
        assert_eq!(ids.first("branch", &tags), "3");
        assert_eq!(ids.first("other", &tags), "");
    }
}
