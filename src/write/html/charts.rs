//! Counts → pictures: the fates side by side, and bars under a title. Every length is reckoned in
//! whole numbers, so that it is the same on every machine.

use serde::Serialize;

use crate::problem::Code;
use crate::write::summary::{Counts, Summary};

/// The most lines of a chart; the rest are one line.
const BARS_MAX: usize = 20;

/// A part of the picture of the fates.
#[derive(Serialize)]
pub(super) struct Fate {
    name: &'static str,
    meaning: &'static str,
    count: u64,
    share: String,
    /// Where it begins, and how wide it is, in percent.
    x: String,
    width: String,
}

/// Lines under a title; those that have none are not there.
#[derive(Serialize)]
pub(super) struct Chart {
    title: &'static str,
    caption: &'static str,
    /// What is counted.
    what: &'static str,
    bars: Vec<Bar>,
}

/// A line of a chart.
#[derive(Serialize)]
pub(super) struct Bar {
    name: String,
    /// What it is of: a level, or nothing.
    level: &'static str,
    count: u64,
    share: String,
    width: String,
}

/// The picture of the fates.
pub(super) fn fates(counts: &Counts) -> Vec<Fate> {
    let mut before = 0;
    let fate = |(name, count): (&'static str, u64)| {
        let x = percent(before, counts.rows);
        before += count;
        Fate {
            name,
            meaning: meaning(name),
            count,
            share: share(count, counts.rows),
            x,
            width: percent(count, counts.rows),
        }
    };
    counts.parts().into_iter().map(fate).collect()
}

/// What a fate means.
fn meaning(fate: &str) -> &'static str {
    match fate {
        "accepted" => "the contact is acceptable, and its phone is new",
        "duplicate" => "another row has the same phone and is kept",
        "merged" => "its fields went into another row of the same phone",
        "unchanged" => "the platform has the contact already, as it is",
        "suppressed" => "a list given by --suppress has its phone",
        "rejected" => "its phone, or a field that the platform requires, is not acceptable",
        "malformed" => "the record could not be read",
        "blank" => "nothing but white space and delimiters",
        _ => "",
    }
}

/// The charts that have anything in them.
pub(super) fn charts(summary: &Summary, codes: &[Code]) -> Vec<Chart> {
    let Summary { counts, problems, regions, kinds, .. } = summary;
    let code = |code: &Code| {
        let count = problems.get(code.as_str()).copied().unwrap_or(0);
        (code.as_str().to_owned(), code.level().as_str(), count)
    };
    let regions = regions.iter().map(|(name, count)| (name.clone(), "", *count)).collect();
    let kind = |(name, count): (&&str, &u64)| (name.replace('_', " "), "", *count);
    let charts = [
        Chart {
            title: "Problems by code",
            caption: "How often each was found, more than once in a row where several of its cells have it; the share is that of all rows",
            what: "Code",
            bars: bars(codes.iter().map(code).collect(), counts.rows),
        },
        Chart {
            title: "Numbers by country",
            caption: "Accepted contacts by the region of their number",
            what: "Region",
            bars: bars(regions, counts.accepted),
        },
        Chart {
            title: "Numbers by kind",
            caption: "Accepted contacts by the kind of their number",
            what: "Kind",
            bars: bars(kinds.iter().map(kind).collect(), counts.accepted),
        },
    ];
    charts.into_iter().filter(|chart| !chart.bars.is_empty()).collect()
}

/// The lines of a chart, the longest first; those beyond the most are added up in the last.
fn bars(mut counts: Vec<(String, &'static str, u64)>, of: u64) -> Vec<Bar> {
    counts.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    if counts.len() > BARS_MAX {
        let rest = counts.split_off(BARS_MAX - 1);
        let sum = rest.iter().map(|(_, _, count)| count).sum();
        counts.push((format!("{} more", rest.len()), "", sum));
    }
    let longest = counts.iter().map(|(_, _, count)| *count).max().unwrap_or(0);
    let bar = |(name, level, count)| Bar {
        name,
        level,
        count,
        share: share(count, of),
        width: percent(count, longest),
    };
    counts.into_iter().map(bar).collect()
}

/// A part of a whole in percent, with two digits after the point, rounded down.
fn percent(part: u64, whole: u64) -> String {
    let of_ten_thousand = u128::from(part) * 10_000 / u128::from(whole.max(1));
    format!("{}.{:02}", of_ten_thousand / 100, of_ten_thousand % 100)
}

/// A share as people read it.
pub(super) fn share(part: u64, whole: u64) -> String {
    let of_thousand = u128::from(part) * 1000 / u128::from(whole.max(1));
    match of_thousand {
        0 if part > 0 => "under 0.1 %".to_owned(),
        _ => format!("{}.{} %", of_thousand / 10, of_thousand % 10),
    }
}
