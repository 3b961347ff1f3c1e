//! The summary that people see on stderr when a run is done: to be read in ten seconds, and
//! without any cell's content.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use rowcall::ingest::printable;
use rowcall::problem::Code;
use rowcall::write::summary::{Counts, Hint, Summary};

/// How many kinds of problem are shown.
const PROBLEMS_SHOWN_MAX: usize = 5;

/// Says what became of the run. A closed stderr is no reason to fail.
pub(crate) fn say(summary: &Summary, out: Option<&Path>) {
    let _ = io::stderr().write_all(text(summary, out).as_bytes());
}

fn text(summary: &Summary, out: Option<&Path>) -> String {
    let mut text = String::new();
    let Counts { rows, .. } = summary.counts;
    let _ = writeln!(text, "{} rows", grouped(rows));
    let parts = summary.counts.parts();
    let width = parts.iter().map(|(_, count)| grouped(*count).len()).max().unwrap_or(0);
    for (at, (fate, count)) in parts.iter().enumerate() {
        let sign = if at == 0 { '=' } else { '+' };
        let _ = writeln!(text, "  {sign} {:>width$}  {fate}", grouped(*count));
    }
    let mut problems: Vec<(&str, u64)> =
        summary.problems.iter().map(|(code, count)| (*code, *count)).collect();
    problems.sort_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
    if !problems.is_empty() {
        let _ = writeln!(text, "\nmost frequent:");
        let width = grouped(problems[0].1).len();
        for (id, count) in problems.iter().take(PROBLEMS_SHOWN_MAX) {
            let code = Code::all().find(|code| code.as_str() == *id).expect("a code of ours");
            let _ = writeln!(text, "  {:>width$}  {id}: {}", grouped(*count), code.sentence());
            let _ = writeln!(text, "  {:>width$}  -> {}", "", code.remedy());
        }
        if problems.len() > PROBLEMS_SHOWN_MAX {
            let more = problems.len() - PROBLEMS_SHOWN_MAX;
            let _ = writeln!(text, "  and {more} more kinds, all in the reports");
        }
    }
    for hint in &summary.hints {
        let _ = writeln!(text, "\n{}", hint_text(hint));
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

/// What to try, as a sentence with the flag.
fn hint_text(hint: &Hint) -> String {
    let count = grouped(hint.count);
    let home =
        hint.home.as_ref().map_or(String::new(), |home| format!("; the home region is {home}"));
    let what = match &hint.region {
        Some(region) => format!("in {region}{home}"),
        None => "as international numbers without a plus".to_owned(),
    };
    format!("{count} rejected numbers would be valid {what}; try {}", hint.flag)
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
