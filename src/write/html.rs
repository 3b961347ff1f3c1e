//! The report page, `report.html`: what a run did, to look at. In: problems and pairs of rows as
//! they go by in file order, and at the end the summary. Out: one file that opens from disk and
//! asks nobody for anything. It must not know how a verdict was reached.
//!
//! | file | in a sentence |
//! |---|---|
//! | `problems` | the first rows of each problem, and in which rows it stands |
//! | `pairs` | a row beside the earlier row that has to do with its phone |
//! | `view` | summary and rows → what the template shows |
//! | `charts` | counts → pictures |
//! | `seen` | what was detected and mapped |
//! | `commands` | settings → the commands that run it again |
//! | `alone` | a page that is written without a folder |
//! | `page.html`, `page.css`, `page.js` | the page, all of it our own |
//!
//! The page is at most [`BYTES_MAX`] long, whatever the input: of each problem the first rows are
//! kept, within a share of the bytes that all problems have the same; all rows are counted, and
//! the page says where the rest is. What is kept depends on the order of the rows alone.
//!
//! The template escapes whatever is put in, and the page's policy lets no script run but its own,
//! which puts in no markup. Without it all is there to be read; it searches, filters and copies.

use std::borrow::Cow;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use crate::error::{Error, Result};
use crate::problem::{Fate, Place};
use crate::text::{grouped, printable};

mod alone;
mod charts;
mod commands;
mod pairs;
mod problems;
mod seen;
mod view;

pub use alone::PageFile;
pub use pairs::{Pair, PairColumn, Side};

use super::issues::{ProblemView, Related, Role};
use super::mask::Values;
use super::summary::Summary;
use pairs::Pairs;
use problems::Problems;

/// The page's name in the output folder.
pub const PAGE: &str = "report.html";

/// The version of the facts that the page holds for programs.
pub const SCHEMA: &str = "rowcall.report/1";

/// The most bytes of a page.
pub const BYTES_MAX: usize = 5_000_000;

/// Where a page stands, and so where the rest of the rows is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// In the output folder.
    Folder,
    /// By itself.
    Nothing,
}

/// What a page will show of the rows. Bounded, however many there are.
#[derive(Debug)]
pub struct Page {
    sources: Vec<String>,
    problems: Problems,
    duplicates: Pairs,
    variants: Pairs,
}

impl Page {
    /// No row yet.
    #[must_use]
    pub fn new(sources: &[String], values: Values) -> Page {
        let sources: Vec<String> = sources.iter().map(|name| label(name)).collect();
        Page {
            problems: Problems::new(&sources),
            sources,
            duplicates: Pairs::new(values),
            variants: Pairs::new(values),
        }
    }

    /// Takes a problem that a worker found. Rows come in order.
    #[inline]
    pub fn add(&mut self, problem: ProblemView<'_>, place: &Place, fate: Fate) {
        if self.problems.count(problem.code(), place) {
            self.problems.add(problem, place, fate);
        }
    }

    /// Takes that a row's phone, which stands under that header, has to do with another row.
    pub fn add_related(&mut self, related: &Related, place: &Place, fate: Fate, column: &str) {
        if self.problems.count(related.role.code(), place) {
            let other = self.name_of_row((related.source, related.row), place.source);
            self.problems.add_related(related, &other, place, fate, column);
        }
    }

    /// Whether a pair of this role would be shown.
    #[must_use]
    pub fn has_room(&self, role: &Role) -> bool {
        match role {
            Role::Kept(_) | Role::Merged(_) | Role::Repeats(_) => self.duplicates.has_room(),
            Role::Variant => self.variants.has_room(),
        }
    }

    /// Takes a row beside the earlier row that has to do with its phone.
    pub fn add_pair(&mut self, pair: &Pair<'_>) {
        let name = |(source, row): (u32, u64)| {
            let number = grouped(row);
            match &self.sources[..] {
                [_] => format!("row {number}"),
                names => format!("{}, row {number}", names[source as usize]),
            }
        };
        let names = [name(pair.other), name(pair.own)];
        let pairs = match pair.role {
            Role::Kept(_) | Role::Merged(_) | Role::Repeats(_) => &mut self.duplicates,
            Role::Variant => &mut self.variants,
        };
        pairs.add(pair, names);
    }

    /// A row as another row of the source `seen_from` names it.
    fn name_of_row(&self, (source, row): (u32, u64), seen_from: u32) -> String {
        if source == seen_from {
            return format!("row {row}");
        }
        format!("row {row} of {}", self.sources[source as usize])
    }

    /// The bytes of the page.
    ///
    /// # Errors
    /// [`Error::Internal`] where the template and what it is given do not fit together.
    pub fn render(&self, summary: &Summary, beside: Beside) -> Result<Vec<u8>> {
        let fail = |cause: minijinja::Error| Error::Internal(format!("the report page: {cause:#}"));
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let syntax = SyntaxConfig::builder().trim_blocks(true).keep_trailing_newline(true).build();
        environment.set_syntax(syntax.map_err(fail)?);
        environment.add_filter("grouped", grouped);
        environment.add_filter("sentence", view::sentence);
        environment.add_template(PAGE, include_str!("html/page.html")).map_err(fail)?;
        let template = environment.get_template(PAGE).map_err(fail)?;
        let page = template.render(Serde(view::view(self, summary, beside))).map_err(fail)?;
        if page.len() > BYTES_MAX {
            return Err(Error::Internal(format!("the report page has {} bytes", page.len())));
        }
        Ok(page.into_bytes())
    }
}

/// What the page shows of what a row says: the one way of a value to the page, masked before where
/// that is wished for. Long values are cut, and what acts on the direction of text is shown as an escape.
fn shown(value: &str) -> String {
    const CHARACTERS_MAX: usize = 200;
    cut(value, CHARACTERS_MAX)
}

/// What the page shows of a name that a source or its header has.
fn label(name: &str) -> String {
    const CHARACTERS_MAX: usize = 60;
    cut(name.trim(), CHARACTERS_MAX)
}

/// So many characters of a text as they are shown, and a mark where there are more.
fn cut(text: &str, characters_max: usize) -> String {
    // No character is shown as less than one.
    let begin = text.char_indices().nth(characters_max + 1).map_or(text, |(at, _)| &text[..at]);
    let shown: Cow<'_, str> = printable(begin).into();
    match shown.char_indices().nth(characters_max) {
        Some((at, _)) => format!("{}…", &shown[..at]),
        None => shown.into_owned(),
    }
}

/// The bytes that a text has in the page at most.
fn weight(text: &str) -> usize {
    let escaped =
        |byte: u8| if matches!(byte, b'<' | b'>' | b'&' | b'"' | b'\'' | b'/') { 6 } else { 1 };
    text.bytes().map(escaped).sum()
}
