//! The summary that people see on stderr when a run is done: to be read in ten seconds, and
//! without any cell's content.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use rowcall::problem::Code;
use rowcall::text::printable;
use rowcall::write::summary::{ColumnFacts, Counts, Hint, ListFacts, SourceFacts, Summary};

/// How many kinds of problem are shown.
const PROBLEMS_SHOWN_MAX: usize = 5;

/// Says what became of the run. A closed stderr is no reason to fail.
pub(crate) fn say(summary: &Summary, out: Option<&Path>) {
    let _ = io::stderr().write_all(text(summary, out).as_bytes());
}

fn text(summary: &Summary, out: Option<&Path>) -> String {
    let mut text = String::new();
    let Counts { rows, .. } = summary.counts;
    if let Some(limit) = summary.settings.limit {
        let _ = writeln!(text, "a trial run: no more than {} rows were read", grouped(limit));
    }
    for source in &summary.sources {
        let _ = writeln!(text, "{}", columns_text(source));
        if source.skipped_lines > 0 {
            let s = if source.skipped_lines == 1 { " was" } else { "s were" };
            let (lines, name) = (grouped(source.skipped_lines), printable(&source.source));
            let _ = writeln!(text, "{name}: {lines} line{s} passed over before the header");
        }
        if source.line_ends == Some("mixed") {
            let name = printable(&source.source);
            let _ = writeln!(text, "{name}: warning: lines end in more than one way");
        }
    }
    for list in &summary.lists {
        let _ = writeln!(text, "{}", taken_text(list));
        if list.unread > 0 {
            let _ = writeln!(text, "{}", unread_text(list));
        }
    }
    let _ = writeln!(text, "{} row{}", grouped(rows), if rows == 1 { "" } else { "s" });
    let parts = summary.counts.parts();
    let width = parts.iter().map(|(_, count)| grouped(*count).len()).max().unwrap_or(0);
    for (at, (fate, count)) in parts.iter().enumerate() {
        let sign = if at == 0 { '=' } else { '+' };
        let _ = writeln!(text, "  {sign} {:>width$}  {fate}", grouped(*count));
    }
    if let Some(shares) = shares_text(summary) {
        let _ = writeln!(text, "numbers of {shares}");
    }
    let mut problems: Vec<(Code, u64)> = Code::all()
        .filter_map(|code| summary.problems.get(code.as_str()).map(|count| (code, *count)))
        .collect();
    // What costs rows first, then by how often.
    problems.sort_by_key(|(code, count)| std::cmp::Reverse((code.level(), *count)));
    if !problems.is_empty() {
        let _ = writeln!(text, "\nmost frequent:");
        let widest = problems.iter().take(PROBLEMS_SHOWN_MAX).map(|(_, count)| *count).max();
        let width = grouped(widest.unwrap_or(0)).len();
        for (code, count) in problems.iter().take(PROBLEMS_SHOWN_MAX) {
            let _ = writeln!(text, "  {:>width$}  {code}: {}", grouped(*count), code.sentence());
            let _ = writeln!(text, "  {:>width$}  -> {}", "", code.remedy());
        }
        if problems.len() > PROBLEMS_SHOWN_MAX {
            let more = problems.len() - PROBLEMS_SHOWN_MAX;
            let where_ = if out.is_some() { ", all in the reports" } else { "" };
            let s = if more == 1 { "" } else { "s" };
            let _ = writeln!(text, "  and {more} more kind{s}{where_}");
        }
    }
    for hint in hint_texts(&summary.hints) {
        let _ = writeln!(text, "\n{hint}");
    }
    if let Some(why) = &summary.withheld {
        let _ = writeln!(text, "\nthe payload was withheld: {why}");
    }
    if out.is_none() && !problems.is_empty() {
        let _ = writeln!(text, "\nto see the rows, give -o DIR");
    }
    if let Some(out) = out {
        let files: Vec<&str> = summary
            .outputs
            .iter()
            .map(|output| output.path.as_str())
            .filter(|path| !path.starts_with("payload/"))
            .collect();
        let _ = writeln!(text, "\nwritten to {}:", printable(&out.display().to_string()));
        let payload = summary.outputs.len() - files.len();
        if payload > 0 {
            let s = if payload == 1 { "" } else { "s" };
            let _ = writeln!(text, "  payload/ ({} file{s})", grouped(payload as u64));
        }
        let _ = writeln!(text, "  {}, summary.json", files.join(", "));
    }
    text
}

/// What a list gave: an empty one is most often a mistake.
fn taken_text(list: &ListFacts) -> String {
    let what = match (list.list, list.taken) {
        ("suppress", 0) => "warning: no entry, so nobody is left out".to_owned(),
        ("suppress", taken) => format!("{} to be left out", grouped(taken)),
        (_, 0) => "warning: no entry, so every contact counts as new".to_owned(),
        (_, taken) => format!("{} that the platform has", grouped(taken)),
    };
    format!("{}: {what}", printable(&list.source))
}

/// Which entries of a list could not be read: who is not known to be suppressed is written to.
fn unread_text(list: &ListFacts) -> String {
    let ListFacts { list: _, source, taken, unread, unread_rows } = list;
    let (has, s) = if *unread == 1 { ("has", "y") } else { ("have", "ies") };
    let rows: Vec<String> = unread_rows.iter().map(|row| grouped(*row)).collect();
    let more = if unread_rows.len() as u64 == *unread { "" } else { ", …" };
    format!(
        "{}: {} of {} entries {has} no phone number that can be read: entr{s} {}{more}",
        printable(source),
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

/// Which columns of a source were taken for what.
fn columns_text(source: &SourceFacts) -> String {
    // A field's columns stand together, the preferred one first.
    let of_field = |columns: &[ColumnFacts]| {
        let names: Vec<String> = columns.iter().map(|column| printable(&column.column)).collect();
        format!("{} = {}", columns[0].field, names.join(" or "))
    };
    let fields = source.columns.chunk_by(|a, b| a.field == b.field);
    let mut parts: Vec<String> = fields.map(of_field).collect();
    if !source.params.is_empty() {
        parts.push(format!("{} more to the params", source.params.len()));
    }
    if !source.left_out.is_empty() {
        let names: Vec<String> = source.left_out.iter().map(|name| printable(name)).collect();
        parts.push(format!("not sent, for the platform has no place for it: {}", names.join(", ")));
    }
    let preset = source.preset.map_or(String::new(), |preset| format!(" ({preset})"));
    format!("{}{preset}: {}", printable(&source.source), parts.join(", "))
}

/// What would change the outcome, a line each; regions that fit as well as each other in one.
fn hint_texts(hints: &[Hint]) -> Vec<String> {
    let by_count =
        |a: &Hint, b: &Hint| a.count == b.count && a.region.is_some() == b.region.is_some();
    hints.chunk_by(by_count).map(hint_text).collect()
}

fn hint_text(level: &[Hint]) -> String {
    let hint = &level[0];
    let count = grouped(hint.count);
    let home =
        hint.home.as_ref().map_or(String::new(), |home| format!("; the home region is {home}"));
    let regions: Vec<&str> = level.iter().filter_map(|hint| hint.region.as_deref()).collect();
    let what = match &regions[..] {
        [] => "as international numbers without a plus".to_owned(),
        [one] => format!("in {one}{home}"),
        several => format!("in each of {}{home}", several.join(", ")),
    };
    let flags: Vec<&str> = level.iter().map(|hint| hint.flag.as_str()).collect();
    format!("{count} rejected numbers would be valid {what}; try {}", flags.join(" or "))
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let all = [0, 12, 123, 1234, 123_456, 1_234_567].map(grouped);
        assert_eq!(all, ["0", "12", "123", "1,234", "123,456", "1,234,567"]);
    }
}
