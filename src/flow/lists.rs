//! The lists that a run heeds beside its inputs: phones that nobody wants written to, and the
//! contacts that the platform has already. Read whole before the first row.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::contact::{Contact, Field};
use crate::error::{Error, Result};
use crate::ingest::guard::unguard;
use crate::ingest::record::Record;
use crate::ingest::{Given, HeaderLine, Input, Ragged, Source};
use crate::map::{Columns, Draft, Look, MapOptions};
use crate::normalize::{PhoneRules, Rules, normalize};
use crate::phone::{Phone, Region, read};
use crate::text::fold;
use crate::unique::existing::{Existing, Gathered, Stored};
use crate::unique::suppress::Suppressed;
use crate::write::summary::ListFacts;

mod pages;

use super::Job;
use pages::Pages;

/// The lists of a run, and what is to be said of them.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub(super) suppressed: Suppressed,
    pub(super) existing: Option<Existing>,
    pub(super) facts: Vec<ListFacts>,
}

impl Lists {
    /// Reads all lists of a job; private files are made in `folder`.
    ///
    /// # Errors
    /// A list that cannot be read, or in which nothing was found.
    pub(super) fn read(job: &Job, folder: &Path) -> Result<Lists> {
        let mut lists = Lists::default();
        for path in &job.suppress {
            let facts = lists.read_suppressed(job, &List::open(path, folder)?)?;
            lists.facts.push(facts);
        }
        if job.existing.is_empty() {
            return Ok(lists);
        }
        let mut gathered = Gathered::new(folder).map_err(|cause| private(&cause))?;
        for path in &job.existing {
            let facts = read_existing(job, &List::open(path, folder)?, &mut gathered)?;
            lists.facts.push(facts);
        }
        lists.existing = Some(gathered.finish().map_err(|cause| private(&cause))?);
        Ok(lists)
    }

    /// Reads phones, one a line, or those of a CSV; every phone column counts.
    fn read_suppressed(&mut self, job: &Job, list: &List) -> Result<ListFacts> {
        let mut tally = Tally::new("suppress", list);
        for_each_row(job, list, &mut tally, |row, rules| {
            let draft = match row {
                ListRow::Draft(draft) => draft,
                // A note behind a number must not cost it.
                ListRow::Text(text) => {
                    let parts = text.split([',', ';', '\t', '|']);
                    let found = parts.map(|part| self.suppress(part, rules.home, rules));
                    return Ok(found.fold(Found::Nothing, Found::and));
                }
            };
            let contact = normalize(draft, rules, &mut Vec::new()).ok();
            let home = contact.as_ref().and_then(|contact| contact.region).or(rules.home);
            let mut found = Found::Nothing;
            for (_, cell) in draft.phones() {
                found = found.and(self.suppress(cell, home, rules));
            }
            Ok(found)
        })?;
        tally.finish(list)
    }
}

impl Lists {
    /// Adds every number of a cell, in every reading that it has.
    fn suppress(&mut self, cell: &str, home: Option<Region>, rules: &Rules) -> Found {
        let reading = read(rules.plan, cell, home, rules.phone.read);
        let taken = reading.verdict.as_ref().ok();
        let other = taken.and_then(|found| found.other_reading).map(|other| other.phone);
        let phones = taken.map(|found| found.phone).into_iter().chain(other);
        let mut found = Found::Nothing;
        for digits in
            phones.chain(reading.others).map(Phone::as_u64).chain(international_digits(cell))
        {
            self.suppressed.add(digits);
            found = Found::Phone;
        }
        found
    }
}

/// What an entry of a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// A phone.
    Phone,
    /// Nothing that can be read as one.
    Nothing,
}

impl Found {
    /// What two cells of an entry hold.
    fn and(self, other: Found) -> Found {
        if self == Found::Phone { self } else { other }
    }
}

/// What was found in a list.
struct Tally {
    facts: ListFacts,
    entries: u64,
}

impl Tally {
    fn new(kind: &'static str, list: &List) -> Tally {
        let name = Path::new(&list.display).file_name().map(|name| name.to_string_lossy());
        let source = name.map_or_else(|| list.display.clone(), std::borrow::Cow::into_owned);
        let facts = ListFacts { list: kind, source, taken: 0, unread: 0, unread_rows: Vec::new() };
        Tally { facts, entries: 0 }
    }

    fn count(&mut self, found: Found) {
        const NAMED_MAX: usize = 20;
        self.entries += 1;
        match found {
            Found::Phone => self.facts.taken += 1,
            Found::Nothing => {
                self.facts.unread += 1;
                if self.facts.unread_rows.len() < NAMED_MAX {
                    self.facts.unread_rows.push(self.entries);
                }
            }
        }
    }

    /// A list in which nothing is readable is another file than was meant.
    fn finish(self, list: &List) -> Result<ListFacts> {
        if self.facts.taken == 0 && self.facts.unread > 0 {
            let what = format!(
                "none of its {} entries has a phone number that can be read; give phone numbers \
                 with + and the calling code, or --region",
                self.facts.unread
            );
            return Err(list.fault(what));
        }
        Ok(self.facts)
    }
}

pub(super) fn private(cause: &io::Error) -> Error {
    let what = format!(
        "cannot be used: {cause}; it is made beside the output folder, or where there is none, \
         where TMPDIR says"
    );
    Error::Output { path: "private file".to_owned(), what }
}

/// Gives each row of a CSV file, or of a list with one phone a line, and counts what it holds;
/// blank ones do not count.
fn for_each_row(
    job: &Job,
    list: &List,
    tally: &mut Tally,
    mut give: impl FnMut(ListRow<'_, '_>, &Rules) -> Result<Found>,
) -> Result<()> {
    if list.is_blank()? {
        return Ok(());
    }
    let input = Input::File(list.path.clone());
    let given = Given { ragged: Ragged::Pad, skip_lines: Some(0), ..Given::default() };
    let named = |error| list.named(error);
    let mut source = Source::open(&input, 0, &given).map_err(named)?;
    // No column is called by a number: what looks like a header is the first entry then.
    let digits = |cell: &String| cell.chars().filter(|c| c.is_numeric()).count();
    if source.header_line == HeaderLine::Present && source.header.iter().any(|it| digits(it) >= 7) {
        let given = Given { header: Some(HeaderLine::Absent), ..given };
        source = Source::open(&input, 0, &given).map_err(named)?;
    }
    if source.header.first().is_some_and(|cell| cell.trim_start().starts_with('<')) {
        return Err(list.fault("it begins with <, as a web page does; give a list".to_owned()));
    }
    let look =
        Look { sample: &source.sample, plan: job.plan, home: job.home, source: &list.display };
    // A list has columns of its own: what was said of the inputs' does not hold for it. Where it has
    // one, that holds the phones, whatever its first entries look like.
    let mut options = MapOptions::default();
    if source.header.len() == 1 {
        options.columns.push((Field::Phone, "#1".to_owned()));
    }
    let columns = Columns::decide(source.header.clone(), &options, &look).map_err(|_| {
        let what = "it is not clear which of its columns holds the phone numbers; call that one \
                    Phone, or give one number a line";
        Error::Usage(format!("{}: {what}", list.display))
    })?;
    let rules = list_rules(job);
    let mut result = Ok(());
    let read = source.read_rows(u64::MAX, |_, record| {
        let found = match record {
            Record::Blank(_) => return,
            _ if result.is_err() => return,
            Record::Malformed(fault) => give(ListRow::Text(&fault.text()), &rules),
            Record::Row(row) => give(ListRow::Draft(&Draft::new(*row, &columns)), &rules),
        };
        match found {
            Ok(found) => tally.count(found),
            Err(error) => result = Err(error),
        }
    });
    read.map_err(named)?;
    result
}

/// An entry of a list.
enum ListRow<'d, 'r> {
    /// A record.
    Draft(&'d Draft<'r>),
    /// The text of a record that cannot be read as one.
    Text(&'d str),
}

/// A list as the user named it, and where it can be read from the beginning as often as needed.
struct List {
    display: String,
    path: PathBuf,
    /// The copy of what is no file, such as a pipe.
    copy: Option<tempfile::NamedTempFile>,
}

impl List {
    fn open(path: &Path, folder: &Path) -> Result<List> {
        let input = Input::File(path.to_owned());
        input.check()?;
        let display = input.display();
        let fail = |cause: io::Error| Error::reading(&display, &cause);
        if fs::metadata(path).map_err(fail)?.is_file() {
            return Ok(List { display, path: path.to_owned(), copy: None });
        }
        let mut copy = tempfile::NamedTempFile::new_in(folder).map_err(|cause| private(&cause))?;
        io::copy(&mut File::open(path).map_err(fail)?, &mut copy).map_err(fail)?;
        Ok(List { display, path: copy.path().to_owned(), copy: Some(copy) })
    }

    /// Whether there is nothing in it.
    fn is_blank(&self) -> Result<bool> {
        const BLANK_BYTES_MAX: u64 = 1 << 16;
        let mut bytes = Vec::new();
        let file = File::open(&self.path).map_err(|cause| Error::reading(&self.display, &cause))?;
        let read = file.take(BLANK_BYTES_MAX).read_to_end(&mut bytes);
        read.map_err(|cause| Error::reading(&self.display, &cause))?;
        let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
        Ok(bytes.len() < BLANK_BYTES_MAX as usize && text.iter().all(u8::is_ascii_whitespace))
    }

    fn fault(&self, what: String) -> Error {
        Error::Input { input: self.display.clone(), what }
    }

    /// The error under the name that the user gave.
    fn named(&self, error: Error) -> Error {
        match error {
            Error::Input { what, .. } if self.copy.is_some() => self.fault(what),
            other => other,
        }
    }
}

/// Lists are read without any platform's needs.
fn list_rules(job: &Job) -> Rules {
    Rules {
        phone: PhoneRules { read: job.phone.read, ..PhoneRules::default() },
        ..Rules::new(job.plan, job.home)
    }
}

/// The digits of a number that is written internationally, with `+` or `00`, valid or not: a list
/// may be older than a numbering plan.
fn international_digits(text: &str) -> Option<u64> {
    let text = unguard(text.trim());
    text.strip_prefix('+').or_else(|| text.strip_prefix("00")).and_then(digits_of)
}

/// The digits of a text that is a number once spaces and the like are taken off, and that does not
/// begin with a zero.
fn digits_of(text: &str) -> Option<u64> {
    const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
    let plain = |c: char| c.is_ascii_digit() || "-. ()".contains(c);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let fits = text.chars().all(plain) && DIGITS.contains(&digits.len());
    (fits && !digits.starts_with('0')).then(|| digits.parse().ok()).flatten()
}

/// Reads the contacts that the platform has: its own list answers, or a CSV.
fn read_existing(job: &Job, list: &List, gathered: &mut Gathered) -> Result<ListFacts> {
    if let Some(pages) = Pages::open(&list.display, &list.path)? {
        return read_pages(job, list, pages, gathered);
    }
    let id_key = job.contract.as_ref().and_then(|it| it.stored.as_ref()).map(|it| it.id.as_str());
    let mut tally = Tally::new("existing", list);
    for_each_row(job, list, &mut tally, |row, rules| {
        let ListRow::Draft(draft) = row else { return Ok(Found::Nothing) };
        let Ok(contact) = normalize(draft, rules, &mut Vec::new()) else {
            return Ok(Found::Nothing);
        };
        let stored = stored_row(draft, &contact, id_key);
        gathered.add(contact.phone.as_u64(), &stored).map_err(|cause| private(&cause))?;
        Ok(Found::Phone)
    })?;
    tally.finish(list)
}

/// What a row of a CSV says that the platform has.
fn stored_row(draft: &Draft<'_>, contact: &Contact<'_>, id_key: Option<&str>) -> Stored {
    let columns = draft.columns();
    let has = |field: Field| columns.of(field).is_some();
    let names = [Field::Name, Field::FirstName, Field::LastName];
    let country = contact.country.as_ref().map_or("", |country| country.as_str());
    let texts = [
        (Field::Name, &*contact.name, names.into_iter().any(has)),
        (Field::Email, &*contact.email, has(Field::Email)),
        (Field::Country, country, has(Field::Country)),
        (Field::Address, &*contact.address, has(Field::Address)),
        (Field::Description, &*contact.description, has(Field::Description)),
    ];
    let known = texts.into_iter().filter(|(_, _, known)| *known);
    let text = |(field, value, _): (Field, &str, bool)| {
        (field.as_str().to_owned(), unguard(value).to_owned())
    };
    let mut tags = Vec::new();
    contact.tags.for_each(|tag| tags.push(unguard(tag).to_owned()));
    let is_id = |header: &String| {
        let header = fold(header);
        id_key.is_some_and(|key| fold(key) == header) || header == fold("contact id")
    };
    let id = columns.headers.iter().position(is_id).map(|at| unguard(draft.cell(at).trim()));
    Stored {
        id: id.filter(|id| !id.is_empty()).map(str::to_owned),
        texts: known.map(text).collect(),
        tags: has(Field::Tags).then_some(tags),
        params: None,
        opt_in: contact.opt_in,
    }
}

/// Reads the platform's own list answers.
fn read_pages(job: &Job, list: &List, pages: Pages, gathered: &mut Gathered) -> Result<ListFacts> {
    let Some(keys) = job.contract.as_ref().and_then(|contract| contract.stored.as_ref()) else {
        let what = "it is JSON, and the platform's contract does not say how its list of contacts \
                    is read ([stored]); give a CSV with the columns phone, name, tags and so on";
        return Err(Error::Usage(format!("--existing {}: {what}", list.display)));
    };
    let mut tally = Tally::new("existing", list);
    pages.read(keys, |phone, stored| {
        let digits = phone.and_then(|phone| stored_digits(phone, job));
        let Some(digits) = digits else {
            tally.count(Found::Nothing);
            return Ok(());
        };
        tally.count(Found::Phone);
        gathered.add(digits, &stored).map_err(|cause| private(&cause))
    })?;
    tally.finish(list)
}

/// The number of a contact that a platform has. Platforms keep international numbers, whatever the
/// home region of the export is, and what they have counts, valid or not.
fn stored_digits(phone: &str, job: &Job) -> Option<u64> {
    let text = phone.trim();
    let digits = digits_of(text.strip_prefix('+').unwrap_or(text));
    let international = digits.map(|digits| format!("+{digits}"));
    let valid = read(job.plan, international.as_deref().unwrap_or(text), None, job.phone.read);
    valid.verdict.ok().map(|found| found.phone.as_u64()).or(digits)
}

/// The files of the lists, for what must not be overwritten.
pub(super) fn files(job: &Job) -> impl Iterator<Item = &PathBuf> {
    job.suppress.iter().chain(&job.existing)
}
