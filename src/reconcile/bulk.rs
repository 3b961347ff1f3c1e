//! One answer to a whole file → what it says of each contact. Contacts that were not taken are
//! listed by their place, those that were by their phone.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::join::{Opening, digits, digits_of, id_of, other_phone};
use super::judge::{exists, words};
use super::ledger::LedgerRow;
use super::lines::{Answer, Place};
use super::outcome::{Joined, Outcome, Told};
use crate::error::Result;
use crate::write::contract::{
    BulkAnswer, ContactList, CountRule, Counted, ErrorList, KeyPath, Marks,
};

/// The answer to a whole file, while it is joined.
#[derive(Debug)]
pub(super) struct Bulk<'c> {
    rules: &'c BulkAnswer,
    marks: &'c Marks,
    place: Place,
    status: Option<u16>,
    /// The contacts that were not taken, by index.
    errors: HashMap<u64, Failed>,
    /// The contacts that were taken, by the digits of their phones.
    listed: HashMap<String, Listed>,
    /// What became of a contact that no list names.
    unlisted: Outcome,
    /// The sums that the rules want, in their order.
    sums: Vec<u64>,
    errors_count: u64,
    exists_count: u64,
    /// What is worth knowing.
    note: Option<String>,
}

/// A contact that was not taken.
#[derive(Debug)]
struct Failed {
    phone: Option<String>,
    message: String,
}

/// A contact that was taken.
#[derive(Debug)]
struct Listed {
    id: String,
    outcome: Outcome,
}

/// The list of errors as it stands: the place by the platform's count, and the rest.
type Errors = Vec<(u64, Failed)>;

impl<'c> Bulk<'c> {
    pub(super) fn open(
        rules: &'c BulkAnswer,
        opening: &Opening<'_, 'c>,
        answer: &Answer,
        value: &Value,
    ) -> Result<Bulk<'c>> {
        let place = &answer.place;
        let errors = errors(&rules.errors, place, value)?;
        let first = first_place(&rules.errors.first, &errors, opening, place)?;
        let errors_count = errors.len() as u64;
        let mut by_index = HashMap::new();
        for (number, failed) in errors {
            let index = number.checked_sub(first).ok_or_else(|| not_there(place, number))?;
            if by_index.insert(index, failed).is_some() {
                let what = format!("names the contact {number} twice among its errors");
                return Err(place.mismatch(what));
            }
        }
        Ok(Bulk {
            rules,
            marks: &opening.answers.exists,
            place: place.clone(),
            status: answer.status,
            errors: by_index,
            listed: listed(rules.contacts.as_ref(), place, value)?,
            unlisted: unlisted(rules, value),
            sums: sums(&rules.counts, place, value)?,
            errors_count,
            exists_count: 0,
            note: (rules.errors.first.len() > 1 && errors_count > 0).then(|| {
                format!("the answers number the contacts from {first}, as the phones show")
            }),
        })
    }

    pub(super) fn told(&mut self, index: u64, row: &LedgerRow<'_>) -> Result<Told> {
        let own = digits_of(&row.phone()).unwrap_or_default();
        let listed = self.listed.remove(&own);
        let (status, id) = (self.status, String::new());
        let Some(Failed { phone, message }) = self.errors.remove(&index) else {
            let message = String::new();
            return Ok(match listed {
                Some(Listed { id, outcome }) => {
                    Told { outcome, status, id, message, joined: Joined::IndexAndPhone }
                }
                None => Told { outcome: self.unlisted, status, id, message, joined: Joined::Index },
            });
        };
        if phone.as_ref().is_some_and(|phone| *phone != own) {
            return Err(other_phone(&self.place, row));
        }
        if listed.is_some() {
            let what = format!("names row {} both as taken and as not taken", row.row());
            return Err(self.place.mismatch(what));
        }
        let is_there = exists(self.marks, None, &message);
        self.exists_count += u64::from(is_there);
        let outcome = if is_there { Outcome::Exists } else { Outcome::Refused };
        let joined = if phone.is_some() { Joined::IndexAndPhone } else { Joined::Index };
        Ok(Told { outcome, status, id, message, joined })
    }

    /// All contacts have been heard of: is nothing left, and do the numbers fit? Returns what is
    /// worth knowing.
    pub(super) fn finish(self, contacts: u64) -> Result<Option<String>> {
        if let Some(index) = self.errors.keys().min() {
            let what = format!(
                "has an error for the contact with the index {index}, and the file has {contacts} \
                 contacts: this is the answer of another run or of another file; give the folder \
                 that was sent"
            );
            return Err(self.place.mismatch(what));
        }
        if !self.listed.is_empty() {
            let what = format!(
                "lists {} phones that the file does not have: this is the answer of another run or \
                 of another file; give the folder that was sent",
                self.listed.len()
            );
            return Err(self.place.mismatch(what));
        }
        for (rule, sum) in self.rules.counts.iter().zip(&self.sums) {
            self.check(rule, *sum, contacts)?;
        }
        Ok(self.note)
    }

    fn check(&self, rule: &CountRule, sum: u64, contacts: u64) -> Result<()> {
        let CountRule { paths, equal, at_least, at_most } = rule;
        let count = |counted: Counted| match counted {
            Counted::Contacts => contacts,
            Counted::Taken => contacts - self.errors_count,
            Counted::Errors => self.errors_count,
            Counted::Exists => self.exists_count,
        };
        let fits = |counted: &Option<Counted>, fit: fn(u64, u64) -> bool| {
            counted.filter(|counted| !fit(sum, count(*counted)))
        };
        let broken = fits(equal, |sum, count| sum == count)
            .or(fits(at_least, |sum, count| sum >= count))
            .or(fits(at_most, |sum, count| sum <= count));
        let Some(counted) = broken else { return Ok(()) };
        let names: Vec<&str> = paths.iter().map(KeyPath::as_str).collect();
        Err(self.place.mismatch(format!(
            "says {} = {sum}, and there are {} {}: the answer is not whole, or not to this file; \
             ask the platform for its list of contacts before anything is sent again",
            names.join(" + "),
            count(counted),
            counted.as_str()
        )))
    }
}

/// The contacts that were not taken.
fn errors(rules: &ErrorList, place: &Place, value: &Value) -> Result<Errors> {
    let mut all = Vec::new();
    for item in list(&rules.path, place, value)? {
        let number = rules.place.of(item).and_then(Value::as_u64).ok_or_else(|| {
            let at = rules.place.as_str();
            place.mismatch(format!(
                "has an error without a whole number `{at}`, so it is not clear whose it is"
            ))
        })?;
        let phone = rules.phone.as_ref().and_then(|path| path.of(item)).and_then(digits);
        all.push((number, Failed { phone, message: words(item, &rules.messages) }));
    }
    Ok(all)
}

/// The list at this path; it must be there.
fn list<'v>(path: &KeyPath, place: &Place, value: &'v Value) -> Result<&'v [Value]> {
    let found = path.of(value).and_then(Value::as_array);
    found.map(Vec::as_slice).ok_or_else(|| {
        place.mismatch(format!(
            "has no list `{}`, and is no answer that the platform's contract describes; give the \
             answer as it came",
            path.as_str()
        ))
    })
}

/// The number of the first contact: where the contract leaves it open, the one by which every
/// phone that the errors name is that of its row.
fn first_place(
    candidates: &[u64],
    errors: &Errors,
    opening: &Opening<'_, '_>,
    place: &Place,
) -> Result<u64> {
    if let ([only], _) | ([only, ..], []) = (candidates, &errors[..]) {
        return Ok(*only);
    }
    let index = |number: u64, first: &u64| number.checked_sub(*first);
    let indexes: BTreeSet<u64> = errors
        .iter()
        .flat_map(|(number, _)| candidates.iter().filter_map(|first| index(*number, first)))
        .collect();
    let phones = opening.ahead.phones(opening.first.byte, opening.file, &indexes)?;
    let fits = |first: &&u64| {
        errors.iter().all(|(number, failed)| {
            let theirs = index(*number, first).and_then(|index| phones.get(&index));
            theirs.is_some_and(|own| failed.phone.is_none() || failed.phone == digits_of(own))
        })
    };
    let fitting: Vec<u64> = candidates.iter().filter(fits).copied().collect();
    match fitting[..] {
        [first] => Ok(first),
        [] => Err(place.mismatch(
            "has errors whose phones stand at none of the places they name, in no way of \
             counting: this is the answer of another run or of another file; give the folder that \
             was sent",
        )),
        _ => Err(place.mismatch(
            "has errors that could be those of one row or of the row before, and no phone tells \
             which; ask the platform, and give a contract with one number as \
             answers.bulk.errors.first by --to",
        )),
    }
}

fn not_there(place: &Place, number: u64) -> crate::error::Error {
    place.mismatch(format!("has an error for the contact {number}, which is before the first"))
}

/// The contacts that were taken, by the digits of their phones.
fn listed(
    rules: Option<&ContactList>,
    place: &Place,
    value: &Value,
) -> Result<HashMap<String, Listed>> {
    let Some(rules) = rules else { return Ok(HashMap::new()) };
    let mut all = HashMap::new();
    for item in list(&rules.path, place, value)? {
        let phone = rules.phone.of(item).and_then(digits).ok_or_else(|| {
            place.mismatch("lists a contact without a phone, so it is not clear whose it is")
        })?;
        let status = rules.status.as_ref().and_then(|path| path.of(item));
        let is = |words: &[String]| words.iter().any(|word| status.is_some_and(|it| it == word));
        let outcome = match status {
            None => Outcome::Taken,
            Some(_) if is(&rules.created) => Outcome::Created,
            Some(_) if is(&rules.updated) => Outcome::Updated,
            Some(_) => {
                return Err(place.mismatch(
                    "lists a contact with a status that the platform's contract does not know; \
                     add its word to a copy of the contract and give that by --to",
                ));
            }
        };
        let id = id_of(rules.id.as_ref(), item);
        if all.insert(phone, Listed { id, outcome }).is_some() {
            return Err(place.mismatch("lists a phone twice among the contacts that were taken"));
        }
    }
    Ok(all)
}

/// What became of a contact that no list names: where none was updated, it was created.
fn unlisted(rules: &BulkAnswer, value: &Value) -> Outcome {
    let count = |path: &Option<KeyPath>| path.as_ref()?.of(value)?.as_u64();
    match (count(&rules.created), count(&rules.updated)) {
        (Some(_), Some(0)) => Outcome::Created,
        (Some(0), Some(_)) => Outcome::Updated,
        _ => Outcome::Taken,
    }
}

fn sums(rules: &[CountRule], place: &Place, value: &Value) -> Result<Vec<u64>> {
    let count = |path: &KeyPath| {
        path.of(value).and_then(Value::as_u64).ok_or_else(|| {
            place.mismatch(format!(
                "has no whole number `{}`, and is no answer that the platform's contract describes; \
                 give the answer as it came",
                path.as_str()
            ))
        })
    };
    let sum = |rule: &CountRule| {
        let add = |sum: u64, path: &KeyPath| Ok(sum.saturating_add(count(path)?));
        rule.paths.iter().try_fold(0, add)
    };
    rules.iter().map(sum).collect()
}
