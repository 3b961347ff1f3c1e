//! The payload: its files, and the contacts in them, held side by side with the accepted rows.

use std::collections::BTreeSet;

use super::Context;
use super::contact::{Owner, Rules, Slot};
use super::json::{Broken, Node, read_contacts};
use super::ledger::{Ledger, Part, Place, Row};
use super::lines::Lines;
use super::rejects::original_columns;
use super::report::{Check, Findings, Spot};
use super::summary::Source;
use super::table::{Dialect, Outcome, Table};
use crate::error::Result;
use crate::problem::Fate;
use crate::write::contract::{Contract, Format, PATH_PHONE, Request};

/// Holds the payload against the ledger and the contract.
pub(super) fn check(context: Context<'_>, found: &mut Findings) -> Result<()> {
    let Some(contract) = context.contract else { return Ok(()) };
    let Some(ledger) = Ledger::open(context)? else { return Ok(()) };
    let rules = Rules::new(contract, context.facts, context.own_plan);
    let mut payload = Payload { context, contract, rules, ledger, file: 0, index: 0 };
    let accepted = context.facts.count("accepted");
    let listed = context.facts.outputs.iter();
    let files = listed.filter(|output| output.path.starts_with(Part::Payload.folder())).count();
    for number in 1..=files as u64 {
        let path = Part::Payload.path(number, contract);
        let Some(bytes) = context.folder.bytes_of(&path) else { continue };
        if context.facts.settings.batch_bytes.is_some_and(|max| bytes > max) {
            let expected = "no more than settings.batch_bytes";
            let seen = format!("{bytes} bytes");
            found.say(Check::PayloadBatch, Spot::file(&path), seen, expected);
        }
        (payload.file, payload.index) = (number, 0);
        payload.check_file(&path, found)?;
        let contacts = payload.index;
        found.checked.contacts += contacts;
        if contacts == 0 && !(number == 1 && accepted == 0) {
            found.say(Check::PayloadBatch, Spot::file(&path), "no contact", "one or more");
        }
        if context.facts.batch_rows().is_some_and(|max| contacts > max) {
            let expected = "no more than settings.batch_size";
            let seen = format!("{contacts} contacts");
            found.say(Check::PayloadBatch, Spot::file(&path), seen, expected);
        }
    }
    payload.finish(found)
}

/// The payload and the ledger, side by side.
struct Payload<'c> {
    context: Context<'c>,
    contract: &'c Contract,
    rules: Rules<'c>,
    ledger: Ledger<'c>,
    /// The number of the file that is being read, and the index of the next contact in it.
    file: u64,
    index: u64,
}

impl<'c> Payload<'c> {
    fn check_file(&mut self, path: &str, found: &mut Findings) -> Result<()> {
        match self.contract.payload.format {
            Format::Json => self.check_json(path, found)?,
            Format::Csv => self.check_csv(path, found)?,
            Format::Requests => self.check_requests(path, found)?,
        }
        let mut missing = 0;
        while self
            .row_of(Place { part: Part::Payload, file: self.file, index: u64::MAX })?
            .is_some()
        {
            missing += 1;
        }
        if missing > 0 {
            let seen = format!("{} contacts", self.index);
            let expected = format!("{missing} more, which the ledger names");
            found.say(Check::PayloadOrder, Spot::file(path), seen, expected);
        }
        Ok(())
    }

    /// The row that the ledger says has the contact at a place, or has the next one before it; rows
    /// of earlier files are left behind.
    fn row_of(&mut self, place: Place) -> Result<Option<Row>> {
        let file = place.file;
        let is_next = |row: &Row| is_sent(row) && row.place.is_some_and(|place| place.file >= file);
        match self.ledger.next(is_next)? {
            Some(row) if row.place > Some(place) => {
                self.ledger.put_back(row);
                Ok(None)
            }
            row => Ok(row),
        }
    }

    /// The row of the next contact, and where the contact stands.
    fn next_row(&mut self, path: &str, found: &mut Findings) -> Result<Option<Row>> {
        let place = Place { part: Part::Payload, file: self.file, index: self.index };
        self.index += 1;
        let row = loop {
            match self.row_of(place)? {
                Some(row) if row.place != Some(place) => {}
                row => break row,
            }
        };
        if row.is_none() {
            let spot = Spot::file(path).index(place.index);
            found.say(Check::PayloadOrder, spot, "a contact", "none: no row names it");
        }
        Ok(row)
    }

    /// What a contact must agree with.
    fn owner(&self, row: Option<Row>) -> Owner<'c> {
        let sources = &self.context.facts.sources;
        let source = row.map_or(0, |row| row.source);
        Owner { phone: row.and_then(|row| row.phone), source: &sources[source] }
    }

    /// Where a contact stands, for messages.
    fn spot<'s>(&self, path: &'s str, row: Option<Row>) -> Spot<'s>
    where
        'c: 's,
    {
        let spot = Spot::file(path).index(self.index - 1);
        match row {
            None => spot,
            Some(row) => {
                let facts = self.context.facts;
                spot.row(&facts.sources[row.source].name, row.number)
            }
        }
    }

    fn check_json(&mut self, path: &str, found: &mut Findings) -> Result<()> {
        let Some(envelope) = self.contract.payload.envelope.as_ref() else { return Ok(()) };
        let input = self.context.folder.open_file(path)?;
        let mut failure = None;
        let around = (envelope.opening.as_str(), envelope.closing.as_str());
        let read = read_contacts(input, around, |contact| {
            if failure.is_none() {
                failure = self.check_contact(path, &contact, found).err();
            }
        });
        if let Some(error) = failure {
            return Err(error);
        }
        match read {
            Ok(()) => Ok(()),
            Err(Broken::Unreadable(cause)) => Err(self.context.folder.unreadable(path, &cause)),
            Err(Broken::Damaged(line, seen)) => {
                let expected = "the platform's envelope and its contacts";
                found.say(Check::PayloadForm, Spot::file(path).line(line), seen, expected);
                Ok(())
            }
        }
    }

    fn check_contact(&mut self, path: &str, contact: &Node, found: &mut Findings) -> Result<()> {
        let row = self.next_row(path, found)?;
        self.rules.check(contact, self.owner(row), self.spot(path, row), found);
        Ok(())
    }

    fn check_requests(&mut self, path: &str, found: &mut Findings) -> Result<()> {
        let mut lines = Lines::new(self.context.folder.open_file(path)?);
        let unreadable = |cause| self.context.folder.unreadable(path, &cause);
        while let Some(read) = lines.read().map_err(unreadable)? {
            let row = self.next_row(path, found)?;
            let spot = self.spot(path, row).line(lines.line());
            let line = read.map_err(str::to_owned).and_then(|()| {
                let parsed = serde_json::from_slice(lines.text());
                parsed.map_err(|cause| format!("this is no JSON: {cause}"))
            });
            match line {
                Ok(request) => self.check_request(&request, self.owner(row), spot, found),
                Err(seen) => found.say(Check::PayloadForm, spot, seen, "a request as JSON"),
            }
        }
        Ok(())
    }

    /// Holds a request against the one of the contract.
    fn check_request(&self, line: &Node, owner: Owner<'_>, spot: Spot<'_>, found: &mut Findings) {
        let Some(request) = &self.contract.request else { return };
        let Node::Object(members) = line else {
            found.say(Check::PayloadForm, spot, line.kind(), "a request as JSON");
            return;
        };
        let keys = members.iter().map(|(key, _)| key.as_str());
        if !keys.eq(["method", "path", "query", "headers", "body"]) {
            let expected = "method, path, query, headers and body";
            found.say(Check::PayloadForm, spot, "other keys", expected);
            return;
        }
        let [(_, method), (_, path), (_, query), (_, headers), (_, body)] = &members[..] else {
            return;
        };
        let text = |name: &str, value: &str| (name.to_owned(), Node::Text(value.to_owned()));
        let queries = request.query.iter().map(|(name, value)| text(name, value)).collect();
        let content_type = vec![text("Content-Type", request.body.media_type())];
        for (key, holds) in [
            ("method", method.text() == Some(request.method.as_str())),
            ("query", *query == Node::Object(queries)),
            ("headers", *headers == Node::Object(content_type)),
        ] {
            if !holds {
                found.say(
                    Check::PayloadForm,
                    spot.key(key),
                    "another value",
                    "that of the contract",
                );
            }
        }
        self.check_path(request, path, owner, spot.key("path"), found);
        self.rules.check(body, owner, spot, found);
    }

    fn check_path(
        &self,
        request: &Request,
        path: &Node,
        owner: Owner<'_>,
        spot: Spot<'_>,
        found: &mut Findings,
    ) {
        let path = path.text().unwrap_or_default();
        let phone = request.path.split_once(PATH_PHONE).map(|(before, after)| {
            let phone = path.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            phone.and_then(percent_decoded)
        });
        match phone {
            None if path == request.path => {}
            Some(Some(phone)) => {
                self.rules.check_phone(request.path_phone, &phone, owner, spot, found);
            }
            _ => found.say(Check::PayloadForm, spot, "another path", "that of the contract"),
        }
    }

    fn check_csv(&mut self, path: &str, found: &mut Findings) -> Result<()> {
        let mut table = Table::new(self.context.folder.open_file(path)?, Dialect::PLAIN);
        let unreadable = |cause| self.context.folder.unreadable(path, &cause);
        let header: Vec<String> = match table.read().map_err(unreadable)? {
            Some(Outcome::Record) => table.cells().map(str::to_owned).collect(),
            outcome => {
                let seen = match outcome {
                    Some(Outcome::Fault(fault)) => fault,
                    _ => "nothing",
                };
                found.say(Check::PayloadForm, Spot::file(path).line(1), seen, "a header");
                Vec::new()
            }
        };
        let columns = |source: &'c Source| csv_columns(self.contract, source);
        let mut known: Vec<_> = self.context.facts.sources.iter().map(columns).collect();
        let names = |columns: &[(String, Option<Slot<'c>>)]| -> Vec<String> {
            columns.iter().map(|(name, _)| name.clone()).collect()
        };
        if !known.iter().any(|columns| names(columns) == header) {
            let expected = "the columns of the contract and of a source";
            found.say(Check::PayloadForm, Spot::file(path).line(1), "another header", expected);
        }
        while let Some(outcome) = table.read().map_err(unreadable)? {
            let row = self.next_row(path, found)?;
            let spot = self.spot(path, row).line(table.line());
            let source = row.map_or(0, |row| row.source);
            let columns = &mut known[source];
            match outcome {
                Outcome::Fault(fault) => {
                    found.say(Check::PayloadForm, spot, fault, "CSV as RFC 4180 says");
                }
                Outcome::Record if table.len() != header.len() || columns.len() != header.len() => {
                    let seen = format!("{} cells", table.len());
                    let expected = format!("{} cells", columns.len());
                    found.say(Check::PayloadForm, spot, seen, expected);
                }
                Outcome::Record => {
                    let owner = self.owner(row);
                    self.check_cells(columns, table.cells(), owner, spot, found);
                }
            }
        }
        Ok(())
    }

    fn check_cells<'t>(
        &self,
        columns: &[(String, Option<Slot<'c>>)],
        cells: impl Iterator<Item = &'t str>,
        owner: Owner<'_>,
        spot: Spot<'_>,
        found: &mut Findings,
    ) {
        let mut seen = BTreeSet::new();
        for ((name, slot), cell) in columns.iter().zip(cells) {
            let Some(slot @ Slot::Field(known)) = slot else { continue };
            if !cell.is_empty() {
                seen.insert(known.key.clone());
                let node = Node::Text(cell.to_owned());
                self.rules.check_value(*slot, &node, owner, spot.key(name), found);
            }
        }
        self.rules.check_missing(&seen, spot, found);
    }

    /// Leaves the last rows behind: those that name a file that is not there.
    fn finish(mut self, found: &mut Findings) -> Result<()> {
        let mut missing = 0;
        while self.ledger.next(is_sent)?.is_some() {
            missing += 1;
        }
        if missing > 0 {
            let expected = format!("{missing} more contacts, which the ledger names");
            found.say(Check::PayloadOrder, Spot::file("payload"), "the end", expected);
        }
        Ok(())
    }
}

/// Whether a row's contact is sent in the payload.
fn is_sent(row: &Row) -> bool {
    row.fate == Fate::Accepted && row.place.is_some_and(|place| place.part == Part::Payload)
}

/// The columns of a CSV payload for the rows of a source, and what stands in them; a name that
/// stands before it already gets a number.
fn csv_columns<'c>(contract: &'c Contract, source: &'c Source) -> Vec<(String, Option<Slot<'c>>)> {
    let named = |(at, header): (usize, &str)| match header.trim() {
        "" => format!("column {}", at + 1),
        header => header.to_owned(),
    };
    let originals = original_columns(source).into_iter().map(|it| (named(it), None));
    let fields = contract.fields.iter().map(|it| (it.key.clone(), Some(Slot::Field(it))));
    let params = source.params.iter().map(|name| (name.clone(), None));
    let originals = originals.filter(|_| contract.payload.original_columns);
    let params = params.filter(|_| contract.params.is_some());
    let mut columns: Vec<(String, Option<Slot<'c>>)> = Vec::new();
    for (name, slot) in originals.chain(fields).chain(params) {
        let is_free = |name: &String| columns.iter().all(|(other, _)| other != name);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let own = std::iter::once(name.clone()).chain(numbered).find(is_free);
        columns.push((own.unwrap_or(name), slot));
    }
    columns
}

/// A part of a path without its escapes; `None` where it has an escape that is none, or a character
/// that must be escaped.
pub(super) fn percent_decoded(text: &str) -> Option<String> {
    let mut decoded = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let digits = [bytes.next()?, bytes.next()?];
                let digit = |byte: u8| char::from(byte).to_digit(16);
                u8::try_from(digit(digits[0])? * 16 + digit(digits[1])?).ok()?
            }
            byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => byte,
            _ => return None,
        });
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_in_a_path_are_undone_and_what_needs_one_is_refused() {
        assert_eq!(percent_decoded("%2B971"), Some("+971".to_owned()));
        assert_eq!(percent_decoded("971%40c.us"), Some("971@c.us".to_owned()));
        for text in ["+971", "971@c.us", "971%4", "971%zz", "%ff", "a/b"] {
            assert_eq!(percent_decoded(text), None, "{text}");
        }
    }
}
