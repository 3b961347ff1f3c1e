//! The requests that update contacts, held side by side with the rows that ask for them, and the
//! list of what is to be followed up.

use std::collections::BTreeMap;

use super::Context;
use super::json::Node;
use super::ledger::{Ledger, Part, Place};
use super::lines::Lines;
use super::payload::percent_decoded;
use super::phones;
use super::report::{Check, Findings, Spot};
use super::table::{Dialect, Outcome, Table};
use crate::error::Result;
use crate::problem::Fate;
use crate::write::contract::{PATH_ID, StoredPart, UpdateRequest};

/// The list of what is to be followed up.
const FOLLOW_UP: &str = "follow-up.csv";

/// Its columns.
const COLUMNS: [&str; 6] = ["source", "row", "phone", "id", "field", "value"];

/// Holds the updates and the list against the ledger and the contract.
pub(super) fn check(context: Context<'_>, found: &mut Findings) -> Result<()> {
    check_follow_up(context, found)?;
    let Some((contract, update)) =
        context.contract.and_then(|contract| Some((contract, contract.update.as_ref()?)))
    else {
        return Ok(());
    };
    let Some(mut ledger) = Ledger::open(context)? else { return Ok(()) };
    let mut numbers = 1..;
    let paths = numbers.by_ref().map(|number| (number, Part::Updates.path(number, contract)));
    for (file, path) in paths.take_while(|(_, path)| context.folder.bytes_of(path).is_some()) {
        let mut lines = Lines::new(context.folder.open_file(&path)?);
        let mut index = 0;
        let unreadable = |cause| context.folder.unreadable(&path, &cause);
        while let Some(read) = lines.read().map_err(unreadable)? {
            let place = Place { part: Part::Updates, file, index };
            let spot = Spot::file(&path).index(index);
            index += 1;
            let is_update = |row: &super::ledger::Row| {
                row.place.is_some_and(|place| place.part == Part::Updates)
            };
            let row = ledger.next(is_update)?;
            if row.and_then(|row| row.place) != Some(place) {
                found.say(Check::PayloadOrder, spot, "a request", "none: no row names it");
            }
            let line = read.map_err(str::to_owned).and_then(|()| {
                let parsed = serde_json::from_slice(lines.text());
                parsed.map_err(|cause| format!("this is no JSON: {cause}"))
            });
            match line {
                Ok(request) => check_request(&request, update, spot, found),
                Err(seen) => found.say(Check::PayloadForm, spot, seen, "a request as JSON"),
            }
        }
        found.checked.contacts += index;
        if index == 0 || context.facts.batch_rows().is_some_and(|max| index > max) {
            let seen = format!("{index} requests");
            let expected = "one or more, and no more than settings.batch_size";
            found.say(Check::PayloadBatch, Spot::file(&path), seen, expected);
        }
    }
    let mut missing = 0;
    while ledger.next(|row| row.place.is_some_and(|it| it.part == Part::Updates))?.is_some() {
        missing += 1;
    }
    if missing > 0 {
        let expected = format!("{missing} more requests, which the ledger names");
        found.say(Check::PayloadOrder, Spot::file("updates"), "the end", expected);
    }
    Ok(())
}

/// Holds a request against the one that the contract has for updates.
fn check_request(line: &Node, update: &UpdateRequest, spot: Spot<'_>, found: &mut Findings) {
    let Node::Object(members) = line else {
        found.say(Check::PayloadForm, spot, line.kind(), "a request as JSON");
        return;
    };
    let members: BTreeMap<&str, &Node> =
        members.iter().map(|(key, value)| (key.as_str(), value)).collect();
    let text = |key: &str| members.get(key).and_then(|value| value.text());
    let id = update.path.split_once(PATH_ID).and_then(|(before, after)| {
        percent_decoded(text("path")?.strip_prefix(before)?.strip_suffix(after)?)
    });
    let json =
        Node::Object(vec![("Content-Type".to_owned(), Node::Text("application/json".to_owned()))]);
    let holds = members.len() == 5
        && text("method") == Some(update.method.as_str())
        && id.is_some_and(|id| !id.is_empty())
        && members.get("query") == Some(&&Node::Object(Vec::new()))
        && members.get("headers") == Some(&&json);
    if !holds {
        found.say(Check::PayloadForm, spot, "another request", "the contract's for an update");
    }
    let Some(Node::Object(body)) = members.get("body") else {
        found.say(Check::PayloadForm, spot.key("body"), "no object", "what changes");
        return;
    };
    if body.is_empty() {
        found.say(Check::ContactMissing, spot.key("body"), "nothing", "what changes");
    }
    let consent = |part: &StoredPart| *part == StoredPart::OptIn;
    for (key, value) in body {
        let part = update.fields.iter().find(|(part, known)| *known == key && !consent(part));
        let fits = match part.map(|(part, _)| part) {
            None => false,
            Some(StoredPart::Tags) => matches!(value, Node::List(tags) if !tags.is_empty()),
            Some(StoredPart::Params) => matches!(value, Node::Object(all) if !all.is_empty()),
            Some(_) => value.text().is_some_and(|text| !text.is_empty()),
        };
        if !fits {
            let expected = "a key and a value that the contract's update takes";
            found.say(Check::ContactKey, spot.key(key), "another key or value", expected);
        }
    }
}

/// Holds the list against the ledger: one line a row at most, in order, with the row's phone.
fn check_follow_up(context: Context<'_>, found: &mut Findings) -> Result<()> {
    if context.folder.bytes_of(FOLLOW_UP).is_none() {
        return Ok(());
    }
    let Some(mut ledger) = Ledger::open(context)? else { return Ok(()) };
    let mut table = Table::new(context.folder.open_file(FOLLOW_UP)?, Dialect::PLAIN);
    let unreadable = |cause| context.folder.unreadable(FOLLOW_UP, &cause);
    let spot = Spot::file(FOLLOW_UP);
    if !matches!(table.read().map_err(unreadable)?, Some(Outcome::Record))
        || !table.cells().eq(COLUMNS)
    {
        found.say(Check::PayloadForm, spot.line(1), "another header", COLUMNS.join(","));
    }
    while let Some(outcome) = table.read().map_err(unreadable)? {
        let spot = spot.line(table.line());
        let is_read = matches!(outcome, Outcome::Record) && table.len() == COLUMNS.len();
        let said = ["true", "false"].contains(&table.cell(5));
        if !is_read || table.cell(4) != "opt_in" || !said {
            found.say(Check::PayloadForm, spot, "another line", "consent that a row states");
            continue;
        }
        let sources = &context.facts.sources;
        let wanted = |row: &super::ledger::Row| {
            sources[row.source].name == table.cell(0) && row.number.to_string() == table.cell(1)
        };
        let row = ledger.next(wanted)?;
        let sent = |fate: Fate| matches!(fate, Fate::Accepted | Fate::Unchanged);
        let phone = phones::digits(table.cell(2));
        if !row.is_some_and(|row| sent(row.fate) && row.phone.is_some() && row.phone == phone) {
            let expected = "a later row that is accepted or unchanged, and its phone";
            found.say(Check::PayloadOrder, spot, "another row or phone", expected);
        }
    }
    Ok(())
}
