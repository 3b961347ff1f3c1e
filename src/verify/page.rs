//! `report.html`: its form, its policy, and the counts that it says to people and to programs.

use std::collections::BTreeMap;
use std::io::Read;

use serde::Deserialize;

use super::Context;
use super::report::{Check, Findings, Spot};
use super::summary::equation;
use crate::error::Result;

/// The report page.
pub(super) const PAGE: &str = "report.html";

/// The form of its facts that this version reads.
const SCHEMA: &str = "rowcall.report/1";

/// The most bytes that it may have.
const BYTES_MAX: u64 = 5_000_000;

/// What its policy must begin with: nothing is asked of anybody.
const POLICY: &str = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ";

/// What the page says to programs.
#[derive(Deserialize)]
struct Facts {
    schema: String,
    command: String,
    counts: BTreeMap<String, u64>,
    problems: BTreeMap<String, u64>,
}

/// Holds the page against the summary.
pub(super) fn check(context: Context<'_>, found: &mut Findings) -> Result<()> {
    let Context { folder, facts, .. } = context;
    let Some(bytes) = folder.bytes_of(PAGE) else { return Ok(()) };
    let spot = Spot::file(PAGE);
    if bytes > BYTES_MAX {
        let seen = format!("{bytes} bytes");
        found.say(Check::ReportForm, spot, seen, format!("at most {BYTES_MAX}"));
        return Ok(());
    }
    let mut page = Vec::new();
    let read = folder.open_file(PAGE)?.take(BYTES_MAX).read_to_end(&mut page);
    read.map_err(|cause| folder.unreadable(PAGE, &cause))?;
    let page = String::from_utf8_lossy(&page);
    if !page.starts_with("<!doctype html>\n") || !page.contains(POLICY) {
        let expected = "a page of HTML whose policy begins with default-src 'none'";
        found.say(Check::ReportForm, spot, "another beginning", expected);
    }
    let text = between(&page, "<script type=\"application/json\" id=\"facts\">", "</script>");
    match text.map(serde_json::from_str::<Facts>) {
        Some(Ok(said)) if said.schema == SCHEMA => {
            let expected = facts.command.clone();
            found.compare(Check::ReportCounts, spot.key("command"), said.command, expected);
            for (key, said, expected) in [
                ("counts", &said.counts, &facts.counts),
                ("problems", &said.problems, &facts.problems),
            ] {
                if said != expected {
                    let seen = "other numbers than the summary";
                    found.say(Check::ReportCounts, spot.key(key), seen, "the same");
                }
            }
        }
        _ => found.say(Check::ReportForm, spot, "no facts that can be read", SCHEMA),
    }
    let shown = between(&page, "<p class=\"equation\">", "</p>");
    let shown =
        shown.and_then(|text| equation(&text.replace(',', "").replace("1 row =", "1 rows =")));
    if shown.as_ref() != Some(&facts.nonzero()) {
        let seen = "other numbers than the summary";
        found.say(Check::ReportCounts, spot.key("equation"), seen, "the same");
    }
    Ok(())
}

/// The text between the first of one text and the next of another.
fn between<'p>(page: &'p str, from: &str, to: &str) -> Option<&'p str> {
    let (_, rest) = page.split_once(from)?;
    rest.split_once(to).map(|(text, _)| text)
}
