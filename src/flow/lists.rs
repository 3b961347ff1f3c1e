//! The lists that a run heeds beside its inputs: phones that nobody wants written to, and the
//! contacts that the platform has already. Read whole before the first row.

use std::io;
use std::path::{Path, PathBuf};

use crate::contact::{Contact, Field};
use crate::error::{Error, Result};
use crate::ingest::guard::unguard;
use crate::ingest::record::Record;
use crate::ingest::{Given, Input, Source};
use crate::map::{Columns, Draft, Look, MapOptions};
use crate::normalize::{PhoneRules, Rules, normalize};
use crate::phone::{ReadRules, read};
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
            let facts = lists.read_suppressed(job, path)?;
            lists.facts.push(facts);
        }
        if job.existing.is_empty() {
            return Ok(lists);
        }
        let mut gathered = Gathered::new(folder).map_err(|cause| private(&cause))?;
        for path in &job.existing {
            let facts = read_existing(job, path, &mut gathered)?;
            lists.facts.push(facts);
        }
        lists.existing = Some(gathered.finish().map_err(|cause| private(&cause))?);
        Ok(lists)
    }

    /// Reads phones, one a line, or those of a CSV; every phone column counts.
    fn read_suppressed(&mut self, job: &Job, path: &Path) -> Result<ListFacts> {
        let mut tally = Tally::new("suppress", path);
        for_each_row(job, path, &mut tally, |draft, rules| {
            let contact = normalize(draft, rules, &mut Vec::new()).ok();
            let home = contact.as_ref().and_then(|contact| contact.region).or(rules.home);
            let digits_in = |cell: &str| {
                let found = read(rules.plan, cell, home, ReadRules::default()).verdict.ok();
                found.map(|found| found.phone.as_u64()).or_else(|| digits_of(cell))
            };
            let all = draft.phones().filter_map(|(_, cell)| digits_in(cell));
            let all = all.chain(contact.map(|contact| contact.phone.as_u64()));
            let mut found = Found::Nothing;
            for digits in all {
                self.suppressed.add(digits);
                found = Found::Phone;
            }
            Ok(found)
        })?;
        tally.finish(path)
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

/// What was found in a list.
struct Tally {
    facts: ListFacts,
    entries: u64,
}

impl Tally {
    fn new(list: &'static str, path: &Path) -> Tally {
        let source = Input::File(path.to_owned()).short_name();
        let facts = ListFacts { list, source, taken: 0, unread: 0, unread_rows: Vec::new() };
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
    fn finish(self, path: &Path) -> Result<ListFacts> {
        if self.facts.taken == 0 && self.facts.unread > 0 {
            let what = format!(
                "none of its {} entries has a phone number that can be read; give phone numbers \
                 with + and the calling code, or --region",
                self.facts.unread
            );
            return Err(Error::Input { input: shown(path), what });
        }
        Ok(self.facts)
    }
}

fn shown(path: &Path) -> String {
    Input::File(path.to_owned()).display()
}

pub(super) fn private(cause: &io::Error) -> Error {
    let what = format!("cannot be used: {cause}");
    Error::Output { path: "private spool file".to_owned(), what }
}

/// Gives each row of a CSV file, or of a list with one phone a line, and counts what it holds;
/// blank ones do not count.
fn for_each_row(
    job: &Job,
    path: &Path,
    tally: &mut Tally,
    mut give: impl FnMut(&Draft<'_>, &Rules) -> Result<Found>,
) -> Result<()> {
    let input = Input::File(path.to_owned());
    input.check()?;
    let source = Source::open(&input, 0, &Given::default())?;
    if source.header.first().is_some_and(|cell| cell.trim_start().starts_with('<')) {
        let what = "it begins with <, as a web page does; give a list".to_owned();
        return Err(Error::Input { input: source.display, what });
    }
    let look =
        Look { sample: &source.sample, plan: job.plan, home: job.home, source: &source.display };
    // A list has columns of its own: what was said of the inputs' does not hold for it. Where it
    // has one, that holds the phones, whatever its first entries look like.
    let mut options = MapOptions::default();
    if source.header.len() == 1 {
        options.columns.push((Field::Phone, "#1".to_owned()));
    }
    let columns = Columns::decide(source.header.clone(), &options, &look)?;
    let rules = list_rules(job);
    let mut result = Ok(());
    source.read_rows(u64::MAX, |_, record| {
        let found = match record {
            Record::Blank(_) => return,
            _ if result.is_err() => return,
            Record::Malformed(_) => Ok(Found::Nothing),
            Record::Row(row) => give(&Draft::new(*row, &columns), &rules),
        };
        match found {
            Ok(found) => tally.count(found),
            Err(error) => result = Err(error),
        }
    })?;
    result
}

/// Lists are read without any platform's needs.
fn list_rules(job: &Job) -> Rules {
    Rules {
        phone: PhoneRules { read: job.phone.read, ..PhoneRules::default() },
        ..Rules::new(job.plan, job.home)
    }
}

/// The digits of a text that is a number once `+`, spaces and the like are taken off.
fn digits_of(text: &str) -> Option<u64> {
    const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
    let text = unguard(text.trim());
    let plain = |c: char| c.is_ascii_digit() || "+-. ()".contains(c);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let fits = text.chars().all(plain) && DIGITS.contains(&digits.len());
    fits.then(|| digits.parse().ok()).flatten()
}

/// Reads the contacts that the platform has: its own list answers, or a CSV.
fn read_existing(job: &Job, path: &Path, gathered: &mut Gathered) -> Result<ListFacts> {
    if let Some(pages) = Pages::open(path)? {
        return read_pages(job, path, pages, gathered);
    }
    let id_key = job.contract.as_ref().and_then(|it| it.stored.as_ref()).map(|it| it.id.as_str());
    let mut tally = Tally::new("existing", path);
    for_each_row(job, path, &mut tally, |draft, rules| {
        let Ok(contact) = normalize(draft, rules, &mut Vec::new()) else {
            return Ok(Found::Nothing);
        };
        let stored = stored_row(draft, &contact, id_key);
        gathered.add(contact.phone.as_u64(), &stored).map_err(|cause| private(&cause))?;
        Ok(Found::Phone)
    })?;
    tally.finish(path)
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
fn read_pages(job: &Job, path: &Path, pages: Pages, gathered: &mut Gathered) -> Result<ListFacts> {
    let Some(keys) = job.contract.as_ref().and_then(|contract| contract.stored.as_ref()) else {
        let what = "it is JSON, and the platform's contract does not say how its list of contacts \
                    is read ([stored]); give a CSV with the columns phone, name, tags and so on";
        return Err(Error::Usage(format!("--existing {}: {what}", shown(path))));
    };
    let mut tally = Tally::new("existing", path);
    pages.read(keys, |phone, stored| {
        // What the platform has it gave us or was given: its digits count, valid or not.
        let digits = phone.and_then(|phone| {
            let valid = read(job.plan, phone, job.home, job.phone.read).verdict.ok();
            valid.map(|found| found.phone.as_u64()).or_else(|| digits_of(phone))
        });
        let Some(digits) = digits else {
            tally.count(Found::Nothing);
            return Ok(());
        };
        tally.count(Found::Phone);
        gathered.add(digits, &stored).map_err(|cause| private(&cause))
    })?;
    tally.finish(path)
}

/// The files of the lists, for what must not be overwritten.
pub(super) fn files(job: &Job) -> impl Iterator<Item = &PathBuf> {
    job.suppress.iter().chain(&job.existing)
}
