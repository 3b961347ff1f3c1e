//! The summary that people see on stderr when a run is done: to be read in ten seconds. What is
//! wrong with a whole file stands before what is wrong with rows, and nothing of a cell's content
//! is said, but for masked examples where they were asked for.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use rowcall::map::advice::not_used;
use rowcall::problem::{Code, Level};
use rowcall::text::{grouped, printable};
use rowcall::write::summary::{
    ColumnFacts, Counts, Finding, Hint, ListFacts, NotUsed, SourceFacts, Stretch, Summary,
};

use crate::next::Step;
use crate::style::{ASIDE, BAD, COMMAND, GOOD, NAME, Style, WARNING, of_level};

/// What there is to say of an encoding that was given, where the text is in another one.
pub(crate) fn doubt(encoding: &str) -> String {
    format!("the text is well-formed UTF-8, and --encoding says {encoding}; leave --encoding out")
}

/// How many kinds of problem are shown.
const PROBLEMS_SHOWN_MAX: usize = 5;

/// What is said, and how.
pub(crate) struct Told<'s> {
    pub(crate) summary: &'s Summary,
    /// The profile that was read without being named.
    pub(crate) profile: Option<&'s str>,
    pub(crate) out: Option<&'s Path>,
    pub(crate) examples: Examples,
    pub(crate) next: &'s [Step],
    pub(crate) style: Style,
}

/// Whether masked examples are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Examples {
    Hidden,
    Masked,
}

impl Told<'_> {
    /// Says what became of the run. A closed stderr is no reason to fail.
    pub(crate) fn say(&self) {
        let _ = io::stderr().write_all(self.text().as_bytes());
    }

    fn text(&self) -> String {
        let mut text = String::new();
        self.push_files(&mut text);
        self.push_equation(&mut text);
        self.push_hints(&mut text);
        self.push_problems(&mut text);
        self.push_outputs(&mut text);
        self.push_next(&mut text);
        text
    }

    /// A line, in as many as fit the terminal.
    fn push(&self, text: &mut String, indent: &str, line: &str) {
        let first = &indent[..indent.len().saturating_sub(2)];
        for line in self.style.lines(first, indent, line) {
            let _ = writeln!(text, "{line}");
        }
    }

    fn push_warning(&self, text: &mut String, name: &str, what: &str) {
        let name = printable(name);
        self.push(text, "  ", &format!("{name}: {} {what}", self.style.paint(WARNING, "warning:")));
    }

    /// What was read, and what is to be said of it as a whole.
    fn push_files(&self, text: &mut String) {
        let summary = self.summary;
        if let Some(profile) = self.profile {
            let what = format!("with the settings of {profile}; --profile none leaves them out");
            self.push(text, "  ", &what);
        }
        if let Some(limit) = summary.settings.limit {
            let limit = grouped(limit);
            self.push(text, "  ", &format!("a trial run: no more than {limit} rows were read"));
        }
        for source in &summary.sources {
            self.push(text, "  ", &self.columns_text(source));
            if let Some(what) = left_out_text(&source.left_out) {
                self.push(text, "  ", &format!("{}: {what}", printable(&source.source)));
            }
            let is_nameless = is_nameless(source, &summary.settings.set);
            let may_name = |column: &NotUsed| column.field == "name";
            if is_nameless && !source.not_used.iter().any(may_name) {
                let what = "no column was taken for the name; --map name=COLUMN says which one is";
                self.push_warning(text, &source.source, what);
            }
            for column in self.missed(source, is_nameless) {
                let NotUsed { field, column_number, why, .. } = column;
                let what = not_used(&source.header, column_number - 1, field, why);
                self.push_warning(text, &source.source, &what);
            }
            if source.skipped_lines > 0 {
                let s = if source.skipped_lines == 1 { " was" } else { "s were" };
                let (lines, name) = (grouped(source.skipped_lines), printable(&source.source));
                let what = format!("{name}: {lines} line{s} passed over before the header");
                self.push(text, "  ", &what);
            }
            if source.encoding_is_doubtful {
                let what = doubt(source.encoding);
                self.push_warning(text, &source.source, &what);
            }
            if source.line_ends == Some("mixed") {
                self.push_warning(text, &source.source, "lines end in more than one way");
            }
        }
        for list in &summary.lists {
            match taken_text(list) {
                Ok(what) => self.push(text, "  ", &format!("{}: {what}", printable(&list.source))),
                Err(warning) => self.push_warning(text, &list.source, warning),
            }
            if list.unread > 0 {
                let what = self.style.paint(WARNING, &unread_text(list));
                self.push(text, "  ", &format!("{}: {what}", printable(&list.source)));
            }
        }
    }

    fn push_equation(&self, text: &mut String) {
        let Counts { rows, .. } = self.summary.counts;
        let s = if rows == 1 { "" } else { "s" };
        let _ = writeln!(text, "{}", self.style.paint(NAME, &format!("{} row{s}", grouped(rows))));
        let parts = self.summary.counts.parts();
        let width = parts.iter().map(|(_, count)| grouped(*count).len()).max().unwrap_or(0);
        for (at, (fate, count)) in parts.iter().enumerate() {
            let sign = if at == 0 { '=' } else { '+' };
            let paint = match *fate {
                "accepted" => GOOD,
                "rejected" | "malformed" => BAD,
                _ => ASIDE,
            };
            let count = format!("{:>width$}", grouped(*count));
            let _ = writeln!(text, "  {sign} {}  {fate}", self.style.paint(paint, &count));
        }
        if let Some(shares) = shares_text(self.summary) {
            self.push(text, "  ", &format!("numbers of {shares}"));
        }
    }

    /// What is wrong with a whole file, or with so many rows that it comes to the same.
    fn push_hints(&self, text: &mut String) {
        if let Some(why) = &self.summary.withheld {
            let what = self.style.paint(BAD, "the payload was withheld:");
            let _ = writeln!(text);
            self.push(text, "  ", &format!("{what} {why}"));
        }
        for hint in &self.summary.hints {
            let _ = writeln!(text);
            self.push(text, "  ", &self.style.paint(WARNING, &hint_text(hint)));
        }
    }

    /// The columns that are not used, and have what rows lack.
    fn missed<'t>(
        &'t self,
        source: &'t SourceFacts,
        is_nameless: bool,
    ) -> impl Iterator<Item = &'t NotUsed> {
        const SHOWN_MAX: usize = 3;
        let rows_lack_phones = self.summary.problems.contains_key(Code::PhoneMissing.as_str());
        let is_missed = move |column: &&NotUsed| match column.field {
            "phone" => rows_lack_phones,
            "name" => is_nameless,
            _ => false,
        };
        source.not_used.iter().filter(is_missed).take(SHOWN_MAX)
    }

    fn push_problems(&self, text: &mut String) {
        let mut found: Vec<&Finding> = self.summary.findings.iter().collect();
        // What costs rows first, then by how often.
        found.sort_by_key(|it| std::cmp::Reverse((it.code.level(), it.count)));
        let Some(widest) = found.iter().take(PROBLEMS_SHOWN_MAX).map(|it| it.count).max() else {
            return;
        };
        let width = grouped(widest).len();
        let _ = writeln!(text, "\n{}", self.style.paint(NAME, "most frequent:"));
        for found in found.iter().take(PROBLEMS_SHOWN_MAX) {
            self.push_problem(text, found, width);
        }
        if found.len() > PROBLEMS_SHOWN_MAX {
            let more = found.len() - PROBLEMS_SHOWN_MAX;
            let where_ = if self.out.is_some() { ", all in the reports" } else { "" };
            let s = if more == 1 { "" } else { "s" };
            let _ = writeln!(text, "  and {more} more kind{s}{where_}");
        }
        let about = match self.examples {
            Examples::Hidden => {
                "rowcall codes CODE tells more; --show-values shows masked examples"
            }
            Examples::Masked => "rowcall codes CODE tells more",
        };
        self.push(text, "    ", &self.style.paint(ASIDE, about));
    }

    fn push_problem(&self, text: &mut String, found: &Finding, width: usize) {
        let Finding { code, count, example, .. } = found;
        let (style, indent) = (&self.style, " ".repeat(width + 4));
        let count = style.paint(of_level(code.level()), &format!("{:>width$}", grouped(*count)));
        let name = style.paint(NAME, code.as_str());
        let level = match code.level() {
            Level::Error => "",
            level => &format!(" ({})", level.as_str()),
        };
        // Colours have no width, so the line is broken before it gets them.
        let sentence = format!("{code}{level}: {}", code.sentence());
        let mut lines = style.lines(&indent, &indent, &sentence);
        lines[0] = format!("  {count}  {name}{}", &lines[0][indent.len() + code.as_str().len()..]);
        lines.extend(style.lines(&indent, &indent, &self.rows_text(found)));
        if self.examples == Examples::Masked && !example.is_empty() {
            let masked = printable(&masked(example, style.sign("•", "*")));
            lines.extend(style.lines(&indent, &indent, &format!("for example {masked}")));
        }
        let first = format!("{indent}{} ", style.arrow());
        lines.extend(style.lines(&first, &format!("{indent}   "), code.remedy()));
        for line in lines {
            let _ = writeln!(text, "{line}");
        }
    }

    /// Which rows have it: `rows 12, 40-43 ... 1,204`, by source where there are several.
    fn rows_text(&self, found: &Finding) -> String {
        let dash = self.style.sign("–", "-");
        let several = self.summary.sources.len() > 1;
        let rows = |it: &Stretch| match it.first == it.last {
            true => grouped(it.first),
            false => format!("{}{dash}{}", grouped(it.first), grouped(it.last)),
        };
        let of_source = |stretches: &[Stretch]| {
            let one = stretches.len() == 1 && stretches[0].first == stretches[0].last;
            let list: Vec<String> = stretches.iter().map(rows).collect();
            let rows = format!("row{} {}", if one { "" } else { "s" }, list.join(", "));
            if several { format!("{}: {rows}", printable(&stretches[0].source)) } else { rows }
        };
        let parts = found.first.chunk_by(|a, b| a.source == b.source).map(of_source);
        let mut text = parts.collect::<Vec<_>>().join("; ");
        if let Some(last) = &found.last {
            let _ = write!(text, " {} ", self.style.sign("…", "..."));
            let is_same = found.first.last().is_none_or(|it| it.source == last.source);
            if !is_same {
                let _ = write!(text, "{}: row ", printable(&last.source));
            }
            text.push_str(&rows(last));
        }
        text
    }

    fn push_outputs(&self, text: &mut String) {
        let Some(out) = self.out else { return };
        let paths = || self.summary.outputs.iter().map(|output| output.path.as_str());
        let in_folder = |path: &str| path.split_once('/').map(|(folder, _)| folder.to_owned());
        let folder = printable(&out.display().to_string());
        let _ = writeln!(text, "\n{}", self.style.paint(NAME, &format!("written to {folder}:")));
        for folder in ["payload", "updates"] {
            let files = paths().filter(|path| in_folder(path).as_deref() == Some(folder)).count();
            if files > 0 {
                let s = if files == 1 { "" } else { "s" };
                let _ = writeln!(text, "  {folder}/ ({} file{s})", grouped(files as u64));
            }
        }
        let files: Vec<&str> = paths().filter(|path| in_folder(path).is_none()).collect();
        self.push(text, "    ", &format!("{}, summary.json", files.join(", ")));
    }

    fn push_next(&self, text: &mut String) {
        if self.next.is_empty() {
            return;
        }
        let _ = writeln!(text, "\n{}", self.style.paint(NAME, "next:"));
        for Step { when, command } in self.next {
            self.push(text, "    ", &format!("{when}:"));
            // Never broken, so that it can be copied.
            let _ = writeln!(text, "    {}", self.style.paint(COMMAND, command));
        }
    }

    /// Which columns of a source were taken for what.
    fn columns_text(&self, source: &SourceFacts) -> String {
        // A field's columns stand together, the preferred one first.
        let of_field = |columns: &[ColumnFacts]| {
            let names: Vec<String> =
                columns.iter().map(|column| printable(&column.column)).collect();
            let field = columns[0].field;
            let are_joined =
                ["first_name", "last_name", "address", "tags", "description"].contains(&field);
            format!("{field} = {}", names.join(if are_joined { " and " } else { " or " }))
        };
        let fields = source.columns.chunk_by(|a, b| a.field == b.field);
        let mut parts: Vec<String> = fields.map(of_field).collect();
        if !source.params.is_empty() {
            parts.push(format!("{} more to the params", source.params.len()));
        }
        let preset = source.preset.map_or(String::new(), |preset| format!(" ({preset})"));
        let name = self.style.paint(NAME, &printable(&source.source));
        format!("{name}{preset}: {}", parts.join(", "))
    }
}

/// The columns that are not sent, as many as one reads.
fn left_out_text(columns: &[String]) -> Option<String> {
    const SHOWN_MAX: usize = 8;
    let mut names: Vec<String> = columns.iter().take(SHOWN_MAX).map(|it| printable(it)).collect();
    if columns.len() > SHOWN_MAX {
        names.push(format!("and {} more", columns.len() - SHOWN_MAX));
    }
    let names = names.join(", ");
    (!names.is_empty()).then(|| format!("not sent, for the platform has no place for it: {names}"))
}

/// Whether contacts get no name, though a column that has it may be there.
fn is_nameless(source: &SourceFacts, set: &[String]) -> bool {
    let is_name = |field: &str| ["name", "first_name", "last_name"].contains(&field);
    let mut fields = source.columns.iter().map(|column| column.field);
    let mut constants = set.iter().filter_map(|pair| pair.split_once('='));
    let may_be_there = !source.params.is_empty() || !source.left_out.is_empty();
    may_be_there && !fields.any(is_name) && !constants.any(|(field, _)| is_name(field.trim()))
}

/// What a list gave: an empty one is most often a mistake, and an error here.
fn taken_text(list: &ListFacts) -> Result<String, &'static str> {
    match (list.list, list.taken) {
        ("suppress", 0) => Err("no entry, so nobody is left out"),
        ("suppress", taken) => Ok(format!("{} to be left out", grouped(taken))),
        (_, 0) => Err("no entry, so every contact counts as new"),
        (_, taken) => Ok(format!("{} that the platform has", grouped(taken))),
    }
}

/// Which entries of a list could not be read: who is not known to be suppressed is written to.
fn unread_text(list: &ListFacts) -> String {
    let ListFacts { list: _, source: _, taken, unread, unread_rows } = list;
    let (has, s) = if *unread == 1 { ("has", "y") } else { ("have", "ies") };
    let rows: Vec<String> = unread_rows.iter().map(|row| grouped(*row)).collect();
    let more = if unread_rows.len() as u64 == *unread { "" } else { ", …" };
    format!(
        "{} of {} entries {has} no phone number that can be read: entr{s} {}{more}",
        grouped(*unread),
        grouped(taken + unread),
        rows.join(", ")
    )
}

/// The regions of the accepted numbers, the most frequent first, with their shares.
fn shares_text(summary: &Summary) -> Option<String> {
    const SHOWN_MAX: usize = 6;
    let all = summary.counts.accepted;
    let mut regions: Vec<(&String, u64)> = summary.regions.iter().map(|(it, n)| (it, *n)).collect();
    regions.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut parts: Vec<String> = regions
        .iter()
        .take(SHOWN_MAX)
        .map(|(region, count)| match count * 100 / all.max(1) {
            0 => format!("{region} under 1 %"),
            percent => format!("{region} {percent} %"),
        })
        .collect();
    if regions.len() > SHOWN_MAX {
        parts.push(format!("and {} more", regions.len() - SHOWN_MAX));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What would change the outcome.
fn hint_text(hint: &Hint) -> String {
    let count = grouped(hint.count);
    let home =
        hint.home.as_ref().map_or(String::new(), |home| format!("; the home region is {home}"));
    let what = match &hint.region {
        None => "as international numbers without a plus".to_owned(),
        Some(region) => format!("in {region}{home}"),
    };
    format!("{count} rejected numbers would be valid {what}; try {}", hint.flag)
}

/// A cell of which enough is left to recognise it by those who have it: most of its letters and
/// digits are masked, and all that stands between them is kept, for that is mostly what is wrong.
fn masked(cell: &str, sign: &str) -> String {
    const HEAD: usize = 3;
    const TAIL: usize = 2;
    // Of a short cell next to nothing may be told.
    const LONG: usize = 8;
    let all = cell.chars().filter(|c| c.is_alphanumeric()).count();
    let (head, tail) = if all >= LONG { (HEAD, TAIL) } else { (usize::from(all > 2), 0) };
    let mut nth = 0;
    let mut text = String::new();
    for c in cell.chars() {
        if c.is_alphanumeric() {
            nth += 1;
            if nth > head && nth + tail <= all {
                text.push_str(sign);
                continue;
            }
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_cell_its_form_is_told_and_little_of_its_content() {
        for (cell, told) in [
            ("+971 50 123 4561", "+971 ** *** **61"),
            ("9.71501E+11", "9.71****+11"),
            ("n/a", "*/*"),
            ("Al", "**"),
            ("", ""),
            ("Secretname", "Sec*****me"),
        ] {
            assert_eq!(masked(cell, "*"), told, "{cell}");
        }
    }
}
