//! `rows.csv`: the rows, as the other files are held against them, and what must hold among them.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::BufReader;

use super::phones;
use super::report::{Check, Findings, Spot};
use super::table::{Dialect, Outcome, Table};
use super::{Context, summary::Facts};
use crate::error::Result;
use crate::phone::{Kind, Region};
use crate::problem::{Action, Fate};
use crate::write::contract::{Contract, Format};

/// The ledger.
pub(super) const LEDGER: &str = "rows.csv";

/// The columns of the ledger.
const COLUMNS: [&str; 12] = [
    "source",
    "row",
    "line",
    "fate",
    "action",
    "phone",
    "region",
    "kind",
    "file",
    "index",
    "kept_source",
    "kept_row",
];

/// A line of the ledger.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// The line of the ledger, from 1.
    pub(super) at: u64,
    /// The index of the source, from 0.
    pub(super) source: usize,
    /// The number of the row in its source, from 1.
    pub(super) number: u64,
    /// The line of the source.
    pub(super) line: u64,
    pub(super) fate: Fate,
    action: Option<Action>,
    /// The digits of the phone, as one number.
    pub(super) phone: Option<u64>,
    region: Option<Region>,
    kind: Option<Kind>,
    /// Where its contact stands.
    pub(super) place: Option<Place>,
    /// The source, by index, and the number of the row that keeps its phone.
    pub(super) kept: Option<(usize, u64)>,
}

/// Where a contact stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) part: Part,
    /// The number of the file, from 1.
    pub(super) file: u64,
    /// The index in the file, from 0.
    pub(super) index: u64,
}

/// Where contacts are sent from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// The payload itself.
    Payload,
    /// Requests of their own that update contacts.
    Updates,
}

impl Part {
    pub(super) const ALL: [Part; 2] = [Part::Payload, Part::Updates];

    /// The folder with its slash.
    pub(super) fn folder(self) -> &'static str {
        match self {
            Part::Payload => "payload/",
            Part::Updates => "updates/",
        }
    }

    /// The path of a file of the part, under the platform's contract.
    pub(super) fn path(self, number: u64, contract: &Contract) -> String {
        let extension = match self {
            Part::Payload => contract.payload.format.extension(),
            Part::Updates => Format::Requests.extension(),
        };
        format!("{}{number:06}.{extension}", self.folder())
    }

    /// Where the contact of a row stands.
    fn of(action: Option<Action>, contract: &Contract) -> Part {
        match action {
            Some(Action::Update) if contract.update.is_some() => Part::Updates,
            _ => Part::Payload,
        }
    }
}

/// A line that cannot be read: its number, the column, and what stands there.
pub(super) struct Fault {
    at: u64,
    column: Option<&'static str>,
    what: &'static str,
}

/// Reads the ledger line by line.
pub(super) struct Ledger<'c> {
    context: Context<'c>,
    sources: HashMap<&'c str, usize>,
    table: Table<BufReader<File>>,
    /// A row that was looked at and not taken.
    waiting: Option<Row>,
    /// What is wrong with the header.
    header_fault: Option<&'static str>,
}

impl<'c> Ledger<'c> {
    /// The ledger before its first row; `None` where there is none.
    pub(super) fn open(context: Context<'c>) -> Result<Option<Ledger<'c>>> {
        if context.folder.bytes_of(LEDGER).is_none() {
            return Ok(None);
        }
        let table = Table::new(context.folder.open_file(LEDGER)?, Dialect::PLAIN);
        let names = context.facts.sources.iter().map(|source| source.name.as_str());
        let sources = names.zip(0..).collect();
        let mut ledger = Ledger { context, sources, table, waiting: None, header_fault: None };
        ledger.header_fault = match ledger.read_record()? {
            Some(Outcome::Record) if ledger.table.cells().eq(COLUMNS) => None,
            Some(Outcome::Fault(fault)) => Some(fault),
            Some(Outcome::Record) => Some("another header"),
            None => Some("nothing"),
        };
        Ok(Some(ledger))
    }

    fn read_record(&mut self) -> Result<Option<Outcome>> {
        self.table.read().map_err(|cause| self.context.folder.unreadable(LEDGER, &cause))
    }

    /// The next line, whether it can be read or not.
    fn read(&mut self) -> Result<Option<std::result::Result<Row, Fault>>> {
        let at = self.table.line();
        Ok(match self.read_record()? {
            None => None,
            Some(Outcome::Fault(what)) => {
                Some(Err(Fault { at: self.table.line(), column: None, what }))
            }
            Some(Outcome::Record) => Some(self.row().map_err(|(column, what)| {
                let column = COLUMNS.get(column).copied();
                Fault { at: self.table.line().max(at), column, what }
            })),
        })
    }

    /// The next row for which `wanted` is true. Lines that cannot be read are passed over: the
    /// check of the ledger itself names them.
    pub(super) fn next(&mut self, wanted: impl Fn(&Row) -> bool) -> Result<Option<Row>> {
        if let Some(row) = self.waiting.take().filter(&wanted) {
            return Ok(Some(row));
        }
        while let Some(read) = self.read()? {
            if let Ok(row) = read
                && wanted(&row)
            {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// Gives back the row that was taken last.
    pub(super) fn put_back(&mut self, row: Row) {
        self.waiting = Some(row);
    }

    /// The record as a row; else the index of the cell, and what is wrong with it.
    fn row(&self) -> std::result::Result<Row, (usize, &'static str)> {
        let cell = |index: usize| self.table.cell(index);
        if self.table.len() != COLUMNS.len() {
            return Err((COLUMNS.len(), "another number of cells"));
        }
        let source = |at: usize| {
            self.sources.get(cell(at)).copied().ok_or((at, "a source that the summary lacks"))
        };
        let positive = |at: usize| {
            number(cell(at)).filter(|it| *it > 0).ok_or((at, "no number from 1 upwards"))
        };
        let fate = Fate::ALL.into_iter().find(|fate| fate.as_str() == cell(3));
        let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == cell(7));
        let region = cell(6).parse::<Region>().ok().filter(|region| region.as_str() == cell(6));
        let place = place(cell(8)).zip(number(cell(9)));
        let or_empty = |is_there: bool, at: usize, what: &'static str| {
            if is_there || cell(at).is_empty() { Ok(()) } else { Err((at, what)) }
        };
        let phone = phones::digits(cell(5));
        let action = [Action::Create, Action::Update].into_iter();
        let action = action.into_iter().find(|action| action.as_str() == cell(4));
        or_empty(action.is_some(), 4, "an unknown action")?;
        or_empty(phone.is_some(), 5, "no number in E.164")?;
        or_empty(region.is_some(), 6, "no region")?;
        or_empty(kind.is_some(), 7, "no kind of number")?;
        or_empty(place.is_some(), 8, "no file of the payload with an index")?;
        or_empty(place.is_some(), 9, "an index without a file")?;
        let has_kept = !(cell(10).is_empty() && cell(11).is_empty());
        let kept = || Ok((source(10)?, positive(11)?));
        Ok(Row {
            at: self.table.line(),
            source: source(0)?,
            number: positive(1)?,
            line: positive(2)?,
            fate: fate.ok_or((3, "an unknown fate"))?,
            action,
            phone,
            region,
            kind,
            place: place.map(|((part, file), index)| Place { part, file, index }),
            kept: has_kept.then(kept).transpose()?,
        })
    }
}

/// A number as it is written: no sign, no zero before it.
fn number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    (plain && (text == "0" || !text.starts_with('0'))).then_some(number)
}

/// The part and the number of a file that contacts are sent from, by its path.
fn place(path: &str) -> Option<(Part, u64)> {
    let (part, name) = Part::ALL
        .into_iter()
        .find_map(|part| path.strip_prefix(part.folder()).map(|name| (part, name)))?;
    let (digits, _) = name.split_once('.')?;
    let number = digits.parse().ok().filter(|number| *number > 0)?;
    (format!("{number:06}") == digits).then_some((part, number))
}

/// What must hold among the rows; returns the accepted phones, each with the ordinal of its row.
pub(super) fn check(context: Context<'_>, found: &mut Findings) -> Result<Option<Accepted>> {
    let Some(mut ledger) = Ledger::open(context)? else { return Ok(None) };
    if let Some(seen) = ledger.header_fault {
        let spot = Spot::file(LEDGER).line(1);
        found.say(Check::LedgerForm, spot, seen, COLUMNS.join(","));
    }
    let mut tally = Tally::new(context);
    while let Some(read) = ledger.read()? {
        found.checked.rows += 1;
        match read {
            Ok(row) => tally.take(&row, ledger.table.cell(8), found),
            Err(Fault { at, column, what }) => {
                let spot = Spot::file(LEDGER).line(at);
                let spot = column.map_or(spot, |column| spot.key(column));
                found.say(Check::LedgerForm, spot, what, "a line as rowcall writes it");
            }
        }
    }
    tally.finish(found);
    Ok(Some(tally.accepted))
}

/// The phones that accepted and unchanged rows keep, and the ordinals of those rows: 16 bytes a
/// phone.
pub(super) struct Accepted(pub(super) Vec<(u64, u64)>);

/// What was seen of the ledger so far.
struct Tally<'c> {
    context: Context<'c>,
    /// The source and the number of the row that must follow.
    next: (usize, u64),
    /// The source and the line of the last row.
    last: (usize, u64),
    /// Where the last contact of each part stands.
    places: [Option<Place>; Part::ALL.len()],
    actions: BTreeMap<&'static str, u64>,
    fates: BTreeMap<&'static str, u64>,
    regions: BTreeMap<String, u64>,
    kinds: BTreeMap<&'static str, u64>,
    accepted: Accepted,
}

impl<'c> Tally<'c> {
    fn new(context: Context<'c>) -> Tally<'c> {
        // No line is shorter than this, so that a wrong count asks for no memory.
        const LINE_BYTES_MIN: u64 = 32;
        let lines = context.folder.bytes_of(LEDGER).unwrap_or(0) / LINE_BYTES_MIN;
        let accepted = context.facts.count("accepted").min(lines);
        Tally {
            context,
            next: (0, 1),
            last: (0, 0),
            places: [None; Part::ALL.len()],
            actions: BTreeMap::new(),
            fates: BTreeMap::new(),
            regions: BTreeMap::new(),
            kinds: BTreeMap::new(),
            accepted: Accepted(Vec::with_capacity(usize::try_from(accepted).unwrap_or(0))),
        }
    }

    /// Takes the next row; `path` is its payload file as it stands there.
    fn take(&mut self, row: &Row, path: &str, found: &mut Findings) {
        let facts = self.context.facts;
        let spot = spot(row, facts);
        self.check_order(row, found);
        self.check_place(row, path, found);
        self.check_phone(row, found);
        *self.fates.entry(row.fate.as_str()).or_default() += 1;
        let is_accepted = row.fate == Fate::Accepted;
        if row.action.is_some() != is_accepted {
            let seen = format!("another action than that of a row that is {}", row.fate.as_str());
            let expected = "create or update where it is accepted";
            found.say(Check::LedgerForm, spot.key("action"), seen, expected);
        }
        if let Some(action) = row.action {
            *self.actions.entry(action.as_str()).or_default() += 1;
        }
        if row.kept.is_some() != matches!(row.fate, Fate::Duplicate | Fate::Merged) {
            let seen =
                format!("{} a kept row", if row.kept.is_some() { "with" } else { "without" });
            found.say(
                Check::LedgerKept,
                spot,
                seen,
                "one for a duplicate or merged row, and none else",
            );
        }
        let keeps = matches!(row.fate, Fate::Accepted | Fate::Unchanged);
        if let (true, Some(phone)) = (keeps, row.phone) {
            self.accepted.0.push((phone, facts.ordinal(row.source, row.number)));
        }
        if is_accepted && row.phone.is_some() {
            let region = row.region.map_or_else(|| "unknown".to_owned(), |it| it.to_string());
            *self.regions.entry(region).or_default() += 1;
            *self.kinds.entry(row.kind.map_or("unknown", Kind::as_str)).or_default() += 1;
        }
    }

    fn check_order(&mut self, row: &Row, found: &mut Findings) {
        let facts = self.context.facts;
        let spot = spot(row, facts);
        let (source, number) = facts.row_at_or_after(self.next);
        if (row.source, row.number) != (source, number) {
            let name = facts.sources.get(source).map(|source| &source.name);
            let expected = name.map_or("no row".to_owned(), |it| format!("row {number} of {it}"));
            let seen = format!("row {} of {}", row.number, facts.sources[row.source].name);
            found.say(Check::LedgerOrder, spot, seen, expected);
        }
        if self.last.0 == row.source && row.line <= self.last.1 {
            let (seen, expected) = (row.line, format!("a line after {}", self.last.1));
            found.say(Check::LedgerOrder, spot.key("line"), format!("line {seen}"), expected);
        }
        self.next = (row.source, row.number.saturating_add(1));
        self.last = (row.source, row.line);
    }

    fn check_place(&mut self, row: &Row, path: &str, found: &mut Findings) {
        let spot = spot(row, self.context.facts);
        let (Fate::Accepted, Some(contract)) = (row.fate, self.context.contract) else {
            if row.place.is_some() {
                found.say(Check::LedgerPlace, spot, "a contact", "none: the row has no contact");
            }
            return;
        };
        let Some(place) = row.place else {
            found.say(Check::LedgerPlace, spot, "no contact", "the one of an accepted row");
            return;
        };
        let part = Part::of(row.action, contract);
        let last = &mut self.places[part as usize];
        let file = last.map_or(1, |it| it.file.saturating_add(1));
        let in_new_file = Place { part, file, index: 0 };
        let in_same_file = last.map(|it| Place { index: it.index.saturating_add(1), ..it });
        if place != in_new_file && Some(place) != in_same_file {
            let shown = |it: Place| {
                let part = if it.part == Part::Updates { " of updates/" } else { "" };
                format!("contact {} of file {}{part}", it.index, it.file)
            };
            let expected = shown(in_same_file.unwrap_or(in_new_file));
            found.say(Check::LedgerPlace, spot, shown(place), expected);
        }
        *last = Some(Place { part, ..place });
        if path != part.path(place.file, contract) {
            let expected = part.path(place.file, contract);
            found.say(Check::LedgerPlace, spot.key("file"), "another kind of file", expected);
        }
    }

    fn check_phone(&self, row: &Row, found: &mut Findings) {
        let spot = spot(row, self.context.facts).key("phone");
        let allowed = !matches!(row.fate, Fate::Blank | Fate::Malformed);
        let needed = matches!(
            row.fate,
            Fate::Suppressed | Fate::Duplicate | Fate::Merged | Fate::Unchanged | Fate::Accepted
        );
        let Some(phone) = row.phone else {
            if needed || row.kind.is_some() || row.region.is_some() {
                found.say(Check::LedgerPhone, spot, "no phone", "the phone of the row");
            }
            return;
        };
        if !allowed {
            let expected = format!("none: the row is {}", row.fate.as_str());
            found.say(Check::LedgerPhone, spot, "a phone", expected);
        }
        let Some(plan) = self.context.plan else { return };
        let Some(number) = phones::read(plan, phone) else {
            found.say(Check::LedgerPhone, spot, "no valid number", "a valid number");
            return;
        };
        let region = |region: Option<Region>| region.map_or("none".to_owned(), |it| it.to_string());
        let (seen, expected) = (region(row.region), region(number.region()));
        found.compare(Check::LedgerPhone, spot.key("region"), seen, expected);
        let seen = row.kind.map_or("none", Kind::as_str);
        found.compare(Check::LedgerPhone, spot.key("kind"), seen, number.kind().as_str());
    }

    /// What the ledger counts against what the summary counts.
    fn finish(&self, found: &mut Findings) {
        let facts = self.context.facts;
        let spot = Spot::file(LEDGER);
        let (source, number) = facts.row_at_or_after(self.next);
        if let Some(source) = facts.sources.get(source) {
            let expected = format!("row {number} of {}", source.name);
            found.say(Check::LedgerOrder, spot, "the end", expected);
        }
        found.compare(Check::LedgerCounts, spot, found.checked.rows, facts.count("rows"));
        let fates = facts.counts.keys().map(String::as_str).filter(|name| *name != "rows");
        for fate in
            fates.chain(self.fates.keys().copied()).collect::<std::collections::BTreeSet<_>>()
        {
            let seen = format!("{} {fate}", self.fates.get(fate).copied().unwrap_or(0));
            let expected = format!("{} {fate}", facts.count(fate));
            found.compare(Check::LedgerCounts, spot.key("fate"), seen, expected);
        }
        for (action, expected) in
            [("create", facts.actions.create), ("update", facts.actions.update)]
        {
            let seen = format!("{} {action}", self.actions.get(action).copied().unwrap_or(0));
            let expected = format!("{expected} {action}");
            found.compare(Check::LedgerCounts, spot.key("action"), seen, expected);
        }
        let kinds = self.kinds.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect();
        for (key, seen, expected) in
            [("region", &self.regions, &facts.regions), ("kind", &kinds, &facts.kinds)]
        {
            if seen != expected {
                let spot = spot.key(key);
                found.say(Check::LedgerCounts, spot, "other shares", "those of the summary");
            }
        }
    }
}

/// The line of a row, for messages.
pub(super) fn spot<'f>(row: &Row, facts: &'f Facts) -> Spot<'f> {
    Spot::file(LEDGER).line(row.at).row(&facts.sources[row.source].name, row.number)
}
