//! `verify`: is an output folder whole, true, and what the platform takes? As text or JSON.

use std::fmt::Write as _;
use std::io::{self, Write};

use anyhow::Result;

use rowcall::error::exit;
use rowcall::text::{grouped, printable};
use rowcall::verify::{Checked, Given, Report, verify};
use rowcall::write::contract::Contract;

use crate::args::{Format, VerifyArgs};
use crate::job::plan;
use crate::stdout;
use crate::style::{BAD, GOOD, NAME, Style};

/// Checks the folder and returns the exit code.
pub(crate) fn run(args: &VerifyArgs) -> Result<u8> {
    let given = Given {
        contract: args.to.as_deref().map(Contract::find).transpose()?,
        plan: plan(args.numbering_plan.as_deref())?,
    };
    let report = verify(&args.folder, &given)?;
    if !args.quiet {
        let style = Style::of(&io::stderr(), args.color.wish);
        let text = text(&printable(&args.folder.display().to_string()), &report, &style);
        // A closed stderr is no reason to fail: the exit code says it, too.
        let _ = io::stderr().write_all(text.as_bytes());
    }
    if args.format == Format::Json {
        let mut json = serde_json::to_string_pretty(&report)?;
        json.push('\n');
        stdout::write(json.as_bytes())?;
    }
    Ok(if report.ok { exit::DONE } else { exit::MISMATCH })
}

fn text(folder: &str, report: &Report, style: &Style) -> String {
    let mut text = String::new();
    for note in &report.notes {
        let _ = writeln!(text, "{folder}: {note}");
    }
    for found in &report.differences {
        let times = grouped(found.count);
        let check = style.paint(NAME, found.check);
        let _ = writeln!(text, "{check}: {} ({times})", found.meaning);
        for difference in &found.first {
            let _ = writeln!(text, "  {difference}");
        }
        let more = found.count - found.first.len() as u64;
        if more > 0 {
            let _ = writeln!(text, "  and {} more", grouped(more));
        }
    }
    if !report.ok && is_of_rejects(report) {
        let _ = writeln!(
            text,
            "{folder}: nothing but the rejects was changed after the run; where rows were mended in them, run \
             them together with the original, as the summary of that run proposed, and verify the new folder"
        );
    }
    let Checked { files, bytes, rows, issues, contacts } = report.checked;
    let all = [(files, "file"), (bytes, "byte"), (rows, "row"), (issues, "issue")];
    let all = all.into_iter().chain([(contacts, "contact")]);
    let all: Vec<String> = all
        .map(|(count, name)| {
            format!("{} {name}{}", grouped(count), if count == 1 { "" } else { "s" })
        })
        .collect();
    let verdict = if report.ok {
        style.paint(GOOD, "whole and true")
    } else {
        let s = if report.count == 1 { "" } else { "s" };
        style.paint(BAD, &format!("{} difference{s}", grouped(report.count)))
    };
    let _ = writeln!(text, "{folder}: {verdict}; {} were checked", all.join(", "));
    text
}

/// Whether all that differs is what files of rejects hold, which people mend.
fn is_of_rejects(report: &Report) -> bool {
    report.differences.iter().all(|found| {
        ["file.size", "file.hash"].contains(&found.check)
            && found.first.len() as u64 == found.count
            && found.first.iter().all(|difference| difference.file.starts_with("rejects"))
    })
}
