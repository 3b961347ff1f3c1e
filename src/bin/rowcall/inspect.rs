//! `inspect`: what is seen in an input, and how its records are read, as text, JSON or CSV.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::Result;
use clap::ArgMatches;
use serde_json::{Value, json};

use rowcall::error::{Error, exit};
use rowcall::ingest::compressed::Compression;
use rowcall::ingest::detect::LineEnds;
use rowcall::ingest::record::Record;
use rowcall::ingest::rows::Totals;
use rowcall::ingest::{Input, Look, Source};
use rowcall::problem::{Code, Place};
use rowcall::text::printable;
use rowcall::write::records::Records;

use crate::args::{Format, InspectArgs};
use crate::job::given;
use crate::mapping::Mapping;
use crate::profile;
use crate::stdout;
use crate::style::{ColorWish, Style};
use crate::terminal::doubt;

/// Records that are read where not all of them were asked for.
const ROWS_MAX: u64 = 1_000;

/// Structural problems that are shown as text.
const ISSUES_SHOWN_MAX: usize = 20;

/// Says on stdout what is seen; a profile that is saved holds what was typed, too.
pub(crate) fn run(args: &InspectArgs, typed: &ArgMatches) -> Result<u8> {
    let input = Input::from_argument(&args.input);
    input.check()?;
    let look = Source::look(&input, 0, &given(&args.read, &args.limits)?)?;
    let mapping = Mapping::of(&look, args)?;
    if let Some(path) = &args.save_profile {
        save(path, &mapping.profile(&look, profile::typed(typed)?, &args.columns.set)?)?;
    }
    let rows_max = if args.full || args.records { u64::MAX } else { ROWS_MAX };
    let mut out = BufWriter::new(io::stdout().lock());
    let style = Style::of(&io::stdout(), ColorWish::Never);
    let done = match (args.records, args.format) {
        (true, _) => records(look, rows_max, &mut out),
        (false, Format::Json) => json(look, &mapping, rows_max, args.sample, &mut out),
        (false, Format::Text) => text(look, &mapping, rows_max, args.sample)
            .and_then(|text| out.write_all(style.broken(&text).as_bytes()).map_err(unwritten)),
    };
    // A reader that went away has seen what it wanted.
    match done.and_then(|()| out.flush().map_err(unwritten)) {
        Err(Error::Output { what, .. }) if what == BROKEN_PIPE => Ok(exit::DONE),
        done => done.map(|()| exit::DONE).map_err(Into::into),
    }
}

const BROKEN_PIPE: &str = "the reader went away";

#[expect(clippy::needless_pass_by_value, reason = "given by map_err")]
fn unwritten(cause: io::Error) -> Error {
    match cause.kind() {
        io::ErrorKind::BrokenPipe => {
            Error::Output { path: String::new(), what: BROKEN_PIPE.to_owned() }
        }
        _ => stdout::unwritten(&cause),
    }
}

/// Writes a profile to a file that is not there yet.
fn save(path: &Path, text: &str) -> Result<(), Error> {
    let fail = |cause: io::Error| Error::Output {
        path: printable(&path.display().to_string()),
        what: match cause.kind() {
            io::ErrorKind::AlreadyExists => {
                "is there already; remove it, or save the profile to another file".to_owned()
            }
            _ => format!("cannot be written: {cause}"),
        },
    };
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(fail)?;
    file.write_all(text.as_bytes()).map_err(fail)
}

/// A structural problem of a record that was read.
struct Issue {
    place: Place,
    code: Code,
    detail: String,
}

impl Issue {
    fn of(place: Place, record: &Record<'_>) -> Option<Issue> {
        match record {
            Record::Malformed(fault) => {
                Some(Issue { place, code: fault.code, detail: fault.detail.clone().into_owned() })
            }
            Record::Row(row) => row.cells_before_padding().map(|cells| Issue {
                place,
                code: Code::RecordPadded,
                detail: format!("{cells} cells"),
            }),
            Record::Blank(_) => None,
        }
    }

    fn value(&self) -> Value {
        let Place { row, line, byte, length, .. } = self.place;
        let mut value = json!({
            "row": row, "line": line, "byte": byte, "length": length,
            "code": self.code.as_str(),
        });
        if !self.detail.is_empty() {
            value["detail"] = self.detail.clone().into();
        }
        value
    }
}

/// The records alone, as plain CSV; what could not be read is left out.
fn records(look: Look, rows_max: u64, out: &mut impl Write) -> Result<(), Error> {
    let source = readable(look)?;
    let mut records = Records::new(out);
    if let Some(header) = source.header_cells() {
        records.write(header.iter().map(String::as_str)).map_err(unwritten)?;
    }
    let mut failed = None;
    let totals = source.read_rows(rows_max, |_, record| {
        if let (Record::Row(row), None) = (record, &failed) {
            failed = records.write(row.cells()).err();
        }
    })?;
    let done = failed.map_or_else(|| records.finish(), Err);
    done.map_err(unwritten)?;
    if totals.malformed > 0 {
        let _ = writeln!(
            io::stderr(),
            "rowcall: {} of {} records could not be read and are left out; see inspect --full",
            totals.malformed,
            totals.rows
        );
    }
    Ok(())
}

fn readable(look: Look) -> Result<Source, Error> {
    match look.fault {
        None => Ok(look.source),
        Some(fault) => Err(fault),
    }
}

/// One JSON object. Its issues are written as they are found, however many there are.
fn json(
    look: Look,
    mapping: &Mapping,
    rows_max: u64,
    shown: usize,
    out: &mut impl Write,
) -> Result<(), Error> {
    let mut facts = facts(&look);
    mapping.add_to(&mut facts);
    let text = facts.to_string();
    let open = text.strip_suffix('}').expect("an object");
    let mut write = |text: &str| out.write_all(text.as_bytes());
    write(open).and_then(|()| write(",\"issues\":[")).map_err(unwritten)?;
    let mut sample: Vec<Value> = Vec::new();
    let mut contacts: Vec<Value> = Vec::new();
    let mut totals = Totals { whole: true, ..Totals::default() };
    if look.fault.is_none() {
        let mut failed = None;
        let mut separator = "\n";
        totals = look.source.read_rows(rows_max, |place, record| {
            if let (Record::Row(row), true) = (record, sample.len() < shown) {
                sample.push(row.cells().collect());
                contacts.extend(mapping.contact(*row));
            }
            if let (Some(issue), None) = (Issue::of(place, record), &failed) {
                failed = write(separator).and_then(|()| write(&issue.value().to_string())).err();
                separator = ",\n";
            }
        })?;
        failed.map_or(Ok(()), Err).map_err(unwritten)?;
    }
    let rest = json!({
        "sample": sample,
        "contacts": contacts,
        "rows": totals.rows,
        "blank": totals.blank,
        "malformed": totals.malformed,
        "bytes": totals.bytes,
        "whole": totals.whole,
    });
    let rest = rest.to_string();
    let rest = rest.strip_prefix('{').expect("an object");
    write(&format!("],\n{rest}\n")).map_err(unwritten)
}

/// What is known before the first record is read.
fn facts(look: &Look) -> Value {
    let source = &look.source;
    let layout = source.layout;
    let evidence = layout.evidence;
    let byte = |byte: u8| char::from(byte).to_string();
    let mut facts = json!({
        "schema": "rowcall.inspect/1",
        "input": source.display,
        "encoding": source.encoding.name(),
        "compression": source.compression.map(Compression::as_str),
        "delimiter": byte(layout.dialect.delimiter),
        "quotechar": layout.dialect.quote.map(byte),
        "escapechar": layout.dialect.escape.map(byte),
        "line_ends": layout.line_ends.as_str(),
        "header": layout.has_header,
        "preamble_rows": layout.preamble_lines,
        "columns": source.header,
        "evidence": {
            "encoding": source.encoding_by.as_str(),
            "encoding_reason": source.encoding_why,
            "delimiter": evidence.delimiter.as_str(),
            "quotechar": evidence.quote.as_str(),
            "escapechar": evidence.escape.as_str(),
            "header": evidence.header.as_str(),
            "header_reason": evidence.header_reason,
            "preamble_rows": evidence.preamble.as_str(),
            "dialect": evidence.sentence(),
        },
        "settings": settings(source),
    });
    let mut warnings = Vec::new();
    if source.encoding_is_doubtful {
        warnings.push(doubt(source.encoding.name()));
    }
    if layout.line_ends.is_mixed() {
        warnings.push(format!("lines end in more than one way: {}", ends_text(layout.line_ends)));
    }
    if !warnings.is_empty() {
        facts["warnings"] = warnings.into();
    }
    if let Some(fault) = &look.fault {
        facts["error"] = fault.to_string().into();
    }
    facts
}

/// The flags that make a run read the input in the same way, for a shell.
fn settings(source: &Source) -> String {
    let layout = source.layout;
    let character = |byte: u8| match byte {
        b'\t' => "tab".to_owned(),
        b'\'' => "\"'\"".to_owned(),
        byte if byte.is_ascii_alphanumeric() || b",:.^~".contains(&byte) => {
            char::from(byte).to_string()
        }
        byte => format!("'{}'", char::from(byte)),
    };
    let or_none = |byte: Option<u8>| byte.map_or_else(|| "none".to_owned(), character);
    let header = if layout.has_header { "--header" } else { "--no-header" };
    format!(
        "--encoding {} --delimiter {} --quote {} --escape {} --skip-lines {} {header}",
        source.encoding.name().to_ascii_lowercase(),
        character(layout.dialect.delimiter),
        or_none(layout.dialect.quote),
        or_none(layout.dialect.escape),
        layout.preamble_lines,
    )
}

/// The same for a person.
fn text(look: Look, mapping: &Mapping, rows_max: u64, shown: usize) -> Result<String, Error> {
    let mut text = facts_text(&look);
    if let Some(fault) = look.fault {
        let _ = writeln!(text, "\n{fault}");
        return Ok(text);
    }
    text.push_str(&mapping.text());
    let names = look.source.header.clone();
    let mut sample = String::new();
    let mut rows_shown = 0;
    let mut issues = String::new();
    let mut counts: BTreeMap<Code, u64> = BTreeMap::new();
    let totals = look.source.read_rows(rows_max, |place, record| {
        if let (Record::Row(row), true) = (record, rows_shown < shown) {
            rows_shown += 1;
            sample.push_str(&row_text(place, &names, row.cells()));
            if let Some(contact) = mapping.contact(*row) {
                let _ = writeln!(sample, "  = {}", printable(&contact.to_string()));
            }
        }
        let Some(issue) = Issue::of(place, record) else { return };
        *counts.entry(issue.code).or_default() += 1;
        if counts.values().sum::<u64>() <= ISSUES_SHOWN_MAX as u64 {
            issues.push_str(&issue_text(&issue));
        }
    })?;
    text.push_str(&sample);
    text.push_str(&totals_text(&totals));
    for (code, count) in &counts {
        let _ = writeln!(text, "  {count}  {code}: {}", code.sentence());
    }
    text.push_str(&issues);
    let found: u64 = counts.values().sum();
    if found > ISSUES_SHOWN_MAX as u64 {
        let _ = writeln!(text, "  the first {ISSUES_SHOWN_MAX} of {found}; --format json has all");
    }
    Ok(text)
}

fn facts_text(look: &Look) -> String {
    let source = &look.source;
    let layout = source.layout;
    let evidence = layout.evidence;
    let mut text = String::new();
    let mut line = |name: &str, value: &str, how: &str| {
        let how = if how.is_empty() { String::new() } else { format!("  ({how})") };
        let _ = writeln!(text, "{name:13}{value}{how}");
    };
    line("input", &source.display, "");
    if let Some(compression) = source.compression {
        line("compression", compression.as_str(), "detected");
    }
    let how = format!("{}: {}", source.encoding_by.as_str(), source.encoding_why);
    line("encoding", source.encoding.name(), &how);
    if source.encoding_is_doubtful {
        line("", "", &format!("warning: {}", doubt(source.encoding.name())));
    }
    line("delimiter", &shown_byte(Some(layout.dialect.delimiter)), evidence.delimiter.as_str());
    line("quote", &shown_byte(layout.dialect.quote), evidence.quote.as_str());
    line("escape", &shown_byte(layout.dialect.escape), evidence.escape.as_str());
    let ends = layout.line_ends;
    match ends.as_str() {
        Some("mixed") => {
            line("line ends", "mixed", &format!("warning: {}", ends_text(ends)));
        }
        Some(ends) => line("line ends", ends, ""),
        None => {}
    }
    line("preamble", &format!("{} lines", layout.preamble_lines), evidence.preamble.as_str());
    let header = if layout.has_header { "yes" } else { "no" };
    let how = format!("{}: {}", evidence.header.as_str(), evidence.header_reason);
    line("header", header, &how);
    line("because", &evidence.sentence(), "");
    line("settings", &settings(source), "");
    let _ = writeln!(text, "\n{} columns", source.header.len());
    for (name, number) in source.header.iter().zip(1..) {
        let _ = writeln!(text, "  {number:>3}  {}", printable(name));
    }
    text
}

fn ends_text(ends: LineEnds) -> String {
    format!("LF {}, CRLF {}, CR {}", ends.lf, ends.crlf, ends.cr)
}

fn shown_byte(byte: Option<u8>) -> String {
    match byte {
        None => "none".to_owned(),
        Some(b'\t') => "tab".to_owned(),
        Some(byte) => char::from(byte).to_string(),
    }
}

/// A record as it was read, a line a cell that is not empty.
fn row_text<'r>(place: Place, names: &[String], cells: impl Iterator<Item = &'r str>) -> String {
    let mut text = format!("\nrow {}, line {}, byte {}\n", place.row, place.line, place.byte);
    for (name, cell) in names.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
        let _ = writeln!(text, "  {}: {}", printable(name), printable(cell));
    }
    text
}

fn issue_text(issue: &Issue) -> String {
    let Issue { place: Place { row, line, byte, .. }, code, detail } = issue;
    let colon = if detail.is_empty() { "" } else { ": " };
    format!("  row {row}, line {line}, byte {byte}: {code}{colon}{detail}\n")
}

fn totals_text(totals: &Totals) -> String {
    let Totals { rows, blank, malformed, whole, .. } = totals;
    let some = if *whole { "" } else { "the first " };
    let more = if *whole { "" } else { "; --full reads all" };
    format!("\n{some}{rows} records read: {blank} blank, {malformed} malformed{more}\n")
}
