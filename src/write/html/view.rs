//! Summary and rows → what the template shows.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use minijinja::value::Value;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::problem::Code;
use crate::text::grouped;
use crate::write::outdir::OutputFacts;
use crate::write::summary::{Counts, Summary};

use super::charts::{Chart, Fate, charts, fates, share};
use super::commands::{Step, steps};
use super::pairs::{Pairs, Shown};
use super::problems::{Group, Range, Row};
use super::seen::{List, Source, list, sources};
use super::{BYTES_MAX, Beside, Page, SCHEMA, label};

const CSS: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the template is given.
#[derive(Serialize)]
pub(super) struct View<'p> {
    css: Value,
    script: Value,
    /// What the policy says of the two.
    css_hash: String,
    script_hash: String,
    /// What programs read.
    facts: Value,
    version: &'static str,
    megabytes: usize,
    is_in_folder: bool,
    command: &'static str,
    platform: Option<String>,
    /// The names of the first sources, and how many there are.
    names: Vec<&'p str>,
    names_more: usize,
    is_several: bool,
    /// The files of rows, as a pattern where there is one a source.
    rejects: &'static str,
    duplicates_file: &'static str,
    /// All names, where rows say of which source they are.
    sources_names: &'p [String],
    counts: Counts,
    created: u64,
    updated: u64,
    rate: String,
    withheld: Option<&'p str>,
    limit: Option<u64>,
    fates: Vec<Fate>,
    charts: Vec<Chart>,
    problems: Vec<Problem<'p>>,
    duplicates: Couples<'p>,
    variants: Couples<'p>,
    existing_variants: u64,
    sources: Vec<Source>,
    sources_more: usize,
    lists: Vec<List<'p>>,
    steps: Vec<Step>,
    outputs: Vec<&'p str>,
    payload_files: usize,
    numbering_plan: String,
}

#[derive(Serialize)]
struct Problem<'p> {
    code: &'static str,
    level: &'static str,
    sentence: &'static str,
    remedy: &'static str,
    count: u64,
    rows_counted: u64,
    ranges: Vec<Ranges<'p>>,
    rows_beyond: u64,
    rows: &'p [Row],
}

/// The rows of one source that have a problem.
#[derive(Serialize)]
struct Ranges<'p> {
    source: &'p str,
    text: String,
}

#[derive(Serialize)]
struct Couples<'p> {
    pairs: &'p [Shown],
    count: u64,
}

/// What the template shows.
pub(super) fn view<'p>(page: &'p Page, summary: &'p Summary, beside: Beside) -> View<'p> {
    const NAMES_MAX: usize = 10;
    const LISTS_MAX: usize = 50;
    let Summary { counts, actions, settings, problems, .. } = summary;
    let is_several = page.sources.len() > 1;
    let of = |code: Code| problems.get(code.as_str()).copied().unwrap_or(0);
    let mut codes: Vec<Code> = Code::all().filter(|code| of(*code) > 0).collect();
    // What costs rows first, then by how often.
    codes.sort_by_key(|code| std::cmp::Reverse((code.level(), of(*code))));
    let pairs = |pairs: &'p Pairs, code| Couples { pairs: &pairs.shown, count: of(code) };
    let (sources, sources_more) = sources(&summary.sources);
    let paths = || summary.outputs.iter().map(|output: &OutputFacts| output.path.as_str());
    let is_payload = |path: &&str| path.starts_with("payload/") || path.starts_with("updates/");
    View {
        css: Value::from_safe_string(CSS.to_owned()),
        script: Value::from_safe_string(SCRIPT.to_owned()),
        css_hash: hash(CSS),
        script_hash: hash(SCRIPT),
        facts: facts(summary),
        version: summary.rowcall,
        megabytes: BYTES_MAX / 1_000_000,
        is_in_folder: beside == Beside::Folder,
        command: summary.command,
        platform: settings.to.as_deref().map(label),
        names: page.sources.iter().take(NAMES_MAX).map(String::as_str).collect(),
        names_more: page.sources.len().saturating_sub(NAMES_MAX),
        is_several,
        rejects: if is_several { "rejects-*.csv" } else { "rejects.csv" },
        duplicates_file: if is_several { "duplicates-*.csv" } else { "duplicates.csv" },
        sources_names: &page.sources,
        counts: *counts,
        created: actions.create,
        updated: actions.update,
        rate: share(counts.accepted, counts.rows),
        withheld: summary.withheld.as_deref(),
        limit: settings.limit,
        fates: fates(counts),
        charts: charts(summary, &codes),
        problems: codes
            .iter()
            .map(|code| problem(*code, of(*code), page.problems.of(*code), &page.sources))
            .collect(),
        duplicates: pairs(&page.duplicates, Code::PhoneDuplicate),
        variants: pairs(&page.variants, Code::PhonePossibleVariant),
        existing_variants: of(Code::PhoneExistingVariant),
        sources,
        sources_more,
        lists: summary.lists.iter().take(LISTS_MAX).map(list).collect(),
        steps: steps(summary, beside),
        outputs: paths().filter(|path| !is_payload(path)).take(50).collect(),
        payload_files: paths().filter(is_payload).count(),
        numbering_plan: label(&summary.numbering_plan),
    }
}

/// What programs read in the page: what the summary says of counts, once more.
fn facts(summary: &Summary) -> Value {
    let facts = serde_json::json!({
        "schema": SCHEMA,
        "rowcall": summary.rowcall,
        "command": summary.command,
        "counts": summary.counts,
        "problems": summary.problems,
    });
    // Nothing in it can end its element.
    let text = facts.to_string().replace('<', "\\u003c").replace('>', "\\u003e");
    Value::from_safe_string(text.replace('&', "\\u0026"))
}

/// A hash as a policy names it.
fn hash(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text)))
}

fn problem<'p>(code: Code, count: u64, group: &'p Group, names: &'p [String]) -> Problem<'p> {
    let mut ranges: Vec<Ranges<'p>> = Vec::new();
    for of_source in group.ranges().chunk_by(|one, other| one.source == other.source) {
        let text = |range: &Range| match range {
            range if range.first == range.last => grouped(range.first),
            range => format!("{}–{}", grouped(range.first), grouped(range.last)),
        };
        let texts: Vec<String> = of_source.iter().map(text).collect();
        let source = if names.len() > 1 { &names[of_source[0].source as usize] } else { "" };
        ranges.push(Ranges { source, text: texts.join(" · ") });
    }
    Problem {
        code: code.as_str(),
        level: code.level().as_str(),
        sentence: code.sentence(),
        remedy: code.remedy(),
        count,
        rows_counted: group.rows_counted,
        ranges,
        rows_beyond: group.rows_beyond,
        rows: &group.rows,
    }
}

/// Words of ours as a sentence stands in a text: with a capital and a full stop.
pub(super) fn sentence(words: &str) -> String {
    let mut characters = words.chars();
    let capital = characters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", capital.unwrap_or_default(), characters.as_str())
}
