//! `codes`: what every problem code means, why it matters and what to do, as text or JSON.

use std::io::{self, Write};

use anyhow::Result;
use serde::Serialize;

use rowcall::error::{Error, exit};
use rowcall::map::advice::similar;
use rowcall::problem::Code;
use rowcall::text::printable;

use crate::args::{CodesArgs, Format};
use crate::style::{ASIDE, NAME, Style, of_level};

/// Tells of the codes on stdout.
pub(crate) fn run(args: &CodesArgs) -> Result<u8> {
    let codes = match args.code.as_deref() {
        None => Code::all().collect(),
        Some(name) => named(name)?,
    };
    let style = Style::of(&io::stdout(), args.color.wish);
    let text = match (args.format, &codes[..]) {
        (Format::Json, codes) => json(codes),
        (Format::Text, [code]) => page(*code, &style),
        (Format::Text, codes) => list(codes, &style),
    };
    // A reader that went away has seen what it wanted.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(exit::DONE)
}

/// The code of that name, or all of that category.
fn named(name: &str) -> Result<Vec<Code>, Error> {
    if let Ok(code) = name.parse() {
        return Ok(vec![code]);
    }
    let of_category: Vec<Code> =
        Code::all().filter(|code| code.category().eq_ignore_ascii_case(name)).collect();
    if !of_category.is_empty() {
        return Ok(of_category);
    }
    let whole = similar(name, Code::all().map(Code::as_str));
    // The part after the point is what people remember.
    let reason = |code: &Code| code.as_str().split_once('.').map_or("", |(_, reason)| reason);
    let by_reason = || {
        let meant =
            similar(name, Code::all().map(|code| reason(&code)).collect::<Vec<_>>().into_iter())?;
        Code::all().find(|code| reason(code) == meant).map(Code::as_str)
    };
    let meant = whole.or_else(by_reason);
    let meant = meant.map_or(String::new(), |code| format!("; did you mean {code}?"));
    Err(Error::Usage(format!(
        "there is no code {}{meant}; `rowcall codes` lists all",
        printable(name)
    )))
}

/// What `--format json` writes.
#[derive(Serialize)]
struct Listed {
    schema: &'static str,
    codes: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    code: &'static str,
    category: &'static str,
    level: &'static str,
    meaning: &'static str,
    why: &'static str,
    example: &'static str,
    remedy: &'static str,
}

fn json(codes: &[Code]) -> String {
    let shown = |code: &Code| Shown {
        code: code.as_str(),
        category: code.category(),
        level: code.level().as_str(),
        meaning: code.sentence(),
        why: code.why(),
        example: code.example(),
        remedy: code.remedy(),
    };
    let listed = Listed { schema: "rowcall.codes/1", codes: codes.iter().map(shown).collect() };
    let text = serde_json::to_string_pretty(&listed).expect("texts");
    format!("{text}\n")
}

/// One code, with all there is to say of it.
fn page(code: Code, style: &Style) -> String {
    let name = style.paint(NAME, code.as_str());
    let level = style.paint(of_level(code.level()), code.level().as_str());
    let mut lines = vec![format!("{name} ({level}): {}", code.sentence()), String::new()];
    let parts = [("why", code.why()), ("example", code.example()), ("to do", code.remedy())];
    for (name, text) in parts {
        lines.extend(style.lines(&format!("  {name:9}"), "           ", text));
    }
    lines.join("\n") + "\n"
}

/// Codes, one a line, by category.
fn list(codes: &[Code], style: &Style) -> String {
    let width = codes.iter().map(|code| code.as_str().len()).max().unwrap_or(0);
    let mut sorted = codes.to_vec();
    // The order of the enum within a category, and categories as they first appear.
    let first = |code: &Code| codes.iter().position(|other| other.category() == code.category());
    sorted.sort_by_key(first);
    let mut lines: Vec<String> = Vec::new();
    for (at, code) in sorted.iter().enumerate() {
        if at > 0 && sorted[at - 1].category() != code.category() {
            lines.push(String::new());
        }
        let name = format!("{:width$}", code.as_str());
        let level = format!("{:7}", code.level().as_str());
        // Wrapped without colours, which have no width.
        let indent = " ".repeat(width + 11);
        let mut wrapped = style.lines(&indent, &indent, code.sentence());
        let sentence = wrapped[0].trim_start().to_owned();
        let painted = style.paint(of_level(code.level()), &level);
        wrapped[0] = format!("{}  {painted}  {sentence}", style.paint(NAME, &name));
        lines.extend(wrapped);
    }
    lines.push(format!("\n{}", style.paint(ASIDE, "`rowcall codes CODE` tells all of one")));
    lines.join("\n") + "\n"
}
