//! What was detected and mapped, and how it is known.

use serde::Serialize;

use crate::write::summary::{ListFacts, SourceFacts};

use super::{label, weight};

/// The bytes that what is said of sources may have.
const SOURCES_BYTES_MAX: usize = 250_000;

/// What was detected and mapped.
#[derive(Serialize)]
pub(super) struct Source {
    name: String,
    rows: u64,
    bytes: u64,
    facts: Vec<Fact>,
    columns: Vec<Column>,
    columns_more: usize,
    params: Vec<String>,
    params_more: usize,
    left_out: Vec<String>,
    left_out_more: usize,
}

#[derive(Serialize)]
pub(super) struct Fact {
    name: &'static str,
    value: String,
    evidence: &'static str,
}

#[derive(Serialize)]
pub(super) struct Column {
    field: &'static str,
    number: usize,
    header: String,
    evidence: &'static str,
}

#[derive(Serialize)]
pub(super) struct List<'p> {
    list: &'static str,
    name: String,
    taken: u64,
    unread: u64,
    unread_rows: &'p [u64],
}

/// What is said of the first sources, and of how many nothing.
pub(super) fn sources(all: &[SourceFacts]) -> (Vec<Source>, usize) {
    let mut bytes = 0;
    let mut shown = Vec::new();
    for facts in all {
        let source = source(facts);
        bytes += source.weight();
        if bytes > SOURCES_BYTES_MAX {
            break;
        }
        shown.push(source);
    }
    let more = all.len() - shown.len();
    (shown, more)
}

fn source(facts: &SourceFacts) -> Source {
    const COLUMNS_MAX: usize = 60;
    let names = |all: &[String]| -> Vec<String> {
        all.iter().take(COLUMNS_MAX).map(|name| label(name)).collect()
    };
    let beyond = |count: usize| count.saturating_sub(COLUMNS_MAX);
    Source {
        name: label(&facts.source),
        rows: facts.rows,
        bytes: facts.bytes,
        facts: form(facts),
        columns: facts
            .columns
            .iter()
            .take(COLUMNS_MAX)
            .map(|column| Column {
                field: column.field,
                number: column.column_number,
                header: label(&column.column),
                evidence: column_evidence(column.evidence),
            })
            .collect(),
        columns_more: beyond(facts.columns.len()),
        params: names(&facts.params),
        params_more: beyond(facts.params.len()),
        left_out: names(&facts.left_out),
        left_out_more: beyond(facts.left_out.len()),
    }
}

impl Source {
    /// The bytes that it has in the page, about.
    fn weight(&self) -> usize {
        const SOURCE_BYTES: usize = 3000;
        const COLUMN_BYTES: usize = 150;
        let columns = self.columns.iter().map(|column| &column.header);
        let names = columns.chain(&self.params).chain(&self.left_out);
        SOURCE_BYTES + names.map(|name| COLUMN_BYTES + weight(name)).sum::<usize>()
    }
}

/// How a source was read, and how that is known.
fn form(facts: &SourceFacts) -> Vec<Fact> {
    let none = || "none".to_owned();
    let character = |text: &String| if text == "\t" { "tab".to_owned() } else { text.clone() };
    let header = if facts.has_header { "the first record" } else { "none; columns are numbered" };
    let compression = facts.compression.map_or_else(none, str::to_owned);
    let mut form: Vec<Fact> = [
        ("Encoding", "encoding", facts.encoding.to_owned()),
        ("Compression", "compression", compression),
        ("Delimiter", "delimiter", character(&facts.delimiter)),
        ("Quote", "quote", facts.quote.clone().unwrap_or_else(none)),
        ("Escape", "escape", facts.escape.clone().unwrap_or_else(none)),
        ("Lines before the header", "skipped_lines", facts.skipped_lines.to_string()),
        ("Header", "has_header", header.to_owned()),
    ]
    .into_iter()
    .map(|(name, key, value)| {
        let evidence = facts.evidence.get(key).copied().unwrap_or_default();
        Fact { name, value, evidence: form_evidence(evidence) }
    })
    .collect();
    let mut found = |name, value: Option<&str>| {
        let evidence = form_evidence("detected");
        form.extend(value.map(|value| Fact { name, value: label(value), evidence }));
    };
    found("Line ends", facts.line_ends);
    found("Known export", facts.preset);
    found("Between tags", facts.tag_separator.as_deref());
    form
}

/// How a fact of a source's form is known, in words.
fn form_evidence(evidence: &'static str) -> &'static str {
    match evidence {
        "given" => "given",
        "declared" => "the file says so",
        "detected" => "found in the file",
        _ => "as usual",
    }
}

/// How a column came to feed a field, in words.
fn column_evidence(evidence: &'static str) -> &'static str {
    match evidence {
        "given" => "given by --map",
        "preset" => "it is so in this known export",
        "header" => "its header says so",
        "content" => "its values look like it",
        other => other,
    }
}

/// A list that was heeded.
pub(super) fn list(facts: &ListFacts) -> List<'_> {
    let ListFacts { list, source, taken, unread, unread_rows } = facts;
    List { list, name: label(source), taken: *taken, unread: *unread, unread_rows }
}
