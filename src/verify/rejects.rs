//! `rejects.csv` and `duplicates.csv`: in the form of their source, they hold the rows that the
//! ledger says, in order.

use super::Context;
use super::ledger::{Ledger, Row, spot};
use super::report::{Check, Findings, Spot};
use super::summary::{Facts, Source};
use super::table::{Dialect, Outcome, Table};
use crate::error::Result;
use crate::problem::{Code, Fate};

/// The columns that stand after those of the source in both.
const OWN: [&str; 6] = ["_source", "_row", "_line", "_codes", "_problems", "_suggestion"];

/// One of the two kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Rejects,
    Duplicates,
}

impl Kind {
    pub(super) const ALL: [Kind; 2] = [Kind::Rejects, Kind::Duplicates];

    /// The columns of our own, after those that both have.
    fn more(self) -> &'static [&'static str] {
        match self {
            Kind::Rejects => &["_raw"],
            Kind::Duplicates => &["_kept_source", "_kept_row"],
        }
    }

    fn holds(self, fate: Fate) -> bool {
        match self {
            Kind::Rejects => matches!(fate, Fate::Malformed | Fate::Rejected),
            Kind::Duplicates => matches!(fate, Fate::Duplicate | Fate::Merged),
        }
    }

    /// The file of the source with an index: with several sources each has its own.
    pub(super) fn path(self, source: usize, facts: &Facts) -> String {
        let name = match self {
            Kind::Rejects => "rejects",
            Kind::Duplicates => "duplicates",
        };
        if facts.sources.len() == 1 {
            format!("{name}.csv")
        } else {
            format!("{name}-{}.csv", source + 1)
        }
    }
}

/// The columns of a source without those that we gave it when we wrote it: index and header.
pub(super) fn original_columns(source: &Source) -> Vec<(usize, &str)> {
    let has_all = |kind: &Kind| {
        let mut own = OWN.iter().chain(kind.more());
        own.all(|name| source.header.iter().any(|header| header == name))
    };
    let is_ours = Kind::ALL.iter().any(has_all);
    let more = || Kind::ALL.iter().flat_map(|kind| kind.more());
    let is_own = |header: &str| is_ours && OWN.iter().chain(more()).any(|own| *own == header);
    let headers = source.header.iter().map(String::as_str).enumerate();
    headers.filter(|(_, header)| !is_own(header)).collect()
}

/// Holds the files of a kind against the ledger.
pub(super) fn check(context: Context<'_>, kind: Kind, found: &mut Findings) -> Result<()> {
    let Some(mut ledger) = Ledger::open(context)? else { return Ok(()) };
    for (index, source) in context.facts.sources.iter().enumerate() {
        let path = kind.path(index, context.facts);
        if context.folder.bytes_of(&path).is_none() {
            continue;
        }
        let Some(dialect) = dialect(source) else {
            let expected = "one ASCII character for each part of the dialect";
            found.say(Check::RejectsForm, Spot::file(&path), "no such dialect", expected);
            continue;
        };
        let mut file = File { context, kind, path: &path, index, source };
        file.check(dialect, &mut ledger, found)?;
    }
    Ok(())
}

/// The dialect of a source, as its rows are written.
fn dialect(source: &Source) -> Option<Dialect> {
    let byte = |text: &String| match text.as_bytes() {
        [byte] if byte.is_ascii() => Some(*byte),
        _ => None,
    };
    let quote = source.quote.as_ref().map(byte);
    let escape = source.escape.as_ref().map(byte);
    if quote == Some(None) || escape == Some(None) {
        return None;
    }
    // Without quotes and escapes nothing else could hold a delimiter.
    let usual = escape.is_none().then_some(Some(b'"')).flatten();
    let (quote, escape) = (quote.flatten().or(usual), escape.flatten());
    byte(&source.delimiter).map(|delimiter| Dialect { delimiter, quote, escape })
}

/// The file of one source.
struct File<'c> {
    context: Context<'c>,
    kind: Kind,
    path: &'c str,
    index: usize,
    source: &'c Source,
}

impl File<'_> {
    fn check(
        &mut self,
        dialect: Dialect,
        ledger: &mut Ledger<'_>,
        found: &mut Findings,
    ) -> Result<()> {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        let mut input = self.context.folder.open_file(self.path)?;
        let unreadable = |cause| self.context.folder.unreadable(self.path, &cause);
        let start = std::io::BufRead::fill_buf(&mut input).map_err(unreadable)?;
        if start.starts_with(MARK) {
            std::io::BufRead::consume(&mut input, MARK.len());
        } else {
            let spot = Spot::file(self.path).line(1);
            found.say(Check::RejectsForm, spot, "no byte order mark", "that of UTF-8");
        }
        let mut table = Table::new(input, dialect);
        let originals = original_columns(self.source);
        let own = OWN.iter().chain(self.kind.more()).copied();
        let header: Vec<&str> = originals.iter().map(|(_, header)| *header).chain(own).collect();
        let mut is_first = true;
        while let Some(outcome) = table.read().map_err(unreadable)? {
            let spot = Spot::file(self.path).line(table.line());
            let same = |(cell, name): (&str, &&str)| is_guarded(cell, name);
            match outcome {
                Outcome::Fault(fault) => {
                    found.say(Check::RejectsForm, spot, fault, "CSV as its source is");
                }
                _ if table.len() != header.len() => {
                    let seen = format!("{} cells", table.len());
                    found.say(Check::RejectsForm, spot, seen, format!("{} cells", header.len()));
                }
                Outcome::Record if is_first => {
                    if !table.cells().zip(&header).all(same) {
                        let expected = "that of the source, then our own columns";
                        found.say(Check::RejectsForm, spot, "another header", expected);
                    }
                }
                Outcome::Record => self.check_row(&table, originals.len(), ledger, found)?,
            }
            is_first = false;
        }
        if is_first {
            found.say(Check::RejectsForm, Spot::file(self.path), "nothing", "a header");
        }
        while let Some(row) = self.next_row(ledger)? {
            self.say_missing(&row, found);
        }
        Ok(())
    }

    /// The next row of the ledger that must stand in this file.
    fn next_row(&self, ledger: &mut Ledger<'_>) -> Result<Option<Row>> {
        let row = ledger.next(|row| self.kind.holds(row.fate) && row.source >= self.index)?;
        match row {
            Some(row) if row.source > self.index => {
                ledger.put_back(row);
                Ok(None)
            }
            row => Ok(row),
        }
    }

    fn say_missing(&self, row: &Row, found: &mut Findings) {
        let expected = format!("a line in {}", self.path);
        let seen = format!("{} and not there", row.fate.as_str());
        found.say(Check::RejectsRow, spot(row, self.context.facts), seen, expected);
    }

    /// Holds a line, whose own columns begin at `own`, against the next row.
    fn check_row<R: std::io::BufRead>(
        &self,
        table: &Table<R>,
        own: usize,
        ledger: &mut Ledger<'_>,
        found: &mut Findings,
    ) -> Result<()> {
        let spot = Spot::file(self.path).line(table.line());
        let cell = |index: usize| table.cell(own + index);
        let number: Option<u64> = cell(1).parse().ok();
        let row = loop {
            match self.next_row(ledger)? {
                Some(row) if number.is_some_and(|number| row.number < number) => {
                    self.say_missing(&row, found);
                }
                row => break row,
            }
        };
        let is_it = |row: &Row| number == Some(row.number);
        let Some(row) = row else {
            let expected = "a row that the ledger says stands here";
            found.say(Check::RejectsRow, spot, "a row too many", expected);
            return Ok(());
        };
        if !is_it(&row) {
            ledger.put_back(row);
            let expected = format!("row {} or one after it", row.number);
            found.say(Check::RejectsRow, spot, "a row that does not come there", expected);
            return Ok(());
        }
        let spot = spot.row(&self.source.name, row.number);
        let mut agrees = |key: &str, holds: bool| {
            if !holds {
                let expected = "what the other files say";
                found.say(Check::RejectsRow, spot.key(key), "another value", expected);
            }
        };
        agrees("_source", is_guarded(cell(0), &self.source.name));
        agrees("_line", cell(2) == row.line.to_string());
        let known = |code: &str| Code::all().any(|it| it.as_str() == code);
        agrees("_codes", cell(3).split(" | ").all(known));
        agrees("_problems", !cell(4).is_empty());
        agrees("_suggestion", !cell(5).is_empty());
        match self.kind {
            // Rows that a quoted cell has swallowed were read, and nobody would mend them in there.
            Kind::Rejects => {
                let is_read = cell(3).split(" | ").any(|code| code == "record.swallowed_rows");
                let has_raw = row.fate == Fate::Malformed && !is_read;
                agrees("_raw", cell(6).is_empty() != has_raw);
            }
            Kind::Duplicates => {
                let kept = row.kept.map(|(at, row)| (&self.context.facts.sources[at].name, row));
                agrees("_kept_source", kept.is_some_and(|(name, _)| is_guarded(cell(6), name)));
                agrees("_kept_row", kept.is_some_and(|(_, row)| cell(7) == row.to_string()));
            }
        }
        Ok(())
    }
}

/// Whether a cell holds the text, perhaps behind the `'` that keeps a spreadsheet from taking it
/// for a formula.
fn is_guarded(cell: &str, text: &str) -> bool {
    cell == text || cell.strip_prefix('\'') == Some(text)
}
