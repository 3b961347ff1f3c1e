//! `reconcile`: the arguments → a job, its run, and what is said of it.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use anstyle::Style as Paint;
use anyhow::Result;

use rowcall::error::{Error, exit};
use rowcall::map::advice::shell_word;
use rowcall::reconcile::{self, Job, Listener, Outcome, RETRY_FOLDER, Row, Stretch, Summary};
use rowcall::text::{grouped, printable};
use rowcall::write::encode::json_string;
use rowcall::write::outdir::IfExists;
use rowcall::write::upload::UPLOAD_SCRIPT;

use crate::args::{Format, ReconcileArgs};
use crate::signals::Signals;
use crate::stdout;
use crate::style::{ASIDE, BAD, COMMAND, GOOD, Style, WARNING};

/// How many stretches of rows without an answer are shown.
const STRETCHES_SHOWN_MAX: usize = 10;

/// Joins the answers and returns the exit code.
pub(crate) fn run(args: &ReconcileArgs) -> Result<u8> {
    let without_slash = |folder: &PathBuf| folder.components().collect::<PathBuf>();
    let job = Job {
        folder: without_slash(&args.dir),
        answers: args.answers.clone(),
        to: args.to.clone(),
        out: args.out.as_ref().map(without_slash),
        if_exists: if args.force { IfExists::Exchange } else { IfExists::Refuse },
    };
    let mut ear = Ear::new(args.format)?;
    let summary = reconcile::run(&job, &mut ear)?;
    ear.tell()?;
    if !args.quiet {
        // A closed stderr is no reason to fail.
        let style = Style::of(&io::stderr(), args.color.wish);
        let _ = io::stderr().write_all(text(&summary, job.out.as_deref(), &style).as_bytes());
    }
    Ok(if summary.is_all_taken() { exit::DONE } else { exit::REFUSED })
}

/// Hears of the rows, and of signals.
struct Ear {
    signals: Signals,
    /// The rows as JSON, kept until everything has fitted.
    rows: Option<BufWriter<File>>,
}

impl Ear {
    fn new(format: Format) -> Result<Ear> {
        let rows = match format {
            Format::Text => None,
            Format::Json => {
                let file =
                    tempfile::tempfile().map_err(|cause| unwritable("a temporary file", &cause))?;
                Some(BufWriter::new(file))
            }
        };
        Ok(Ear { signals: Signals::listen(), rows })
    }

    /// Writes the rows to stdout.
    fn tell(self) -> Result<()> {
        let Some(rows) = self.rows else { return Ok(()) };
        let spooled =
            rows.into_inner().map_err(io::IntoInnerError::into_error).and_then(|mut file| {
                file.rewind()?;
                Ok(file)
            });
        let mut file = spooled.map_err(|cause| unwritable("a temporary file", &cause))?;
        Ok(stdout::done(io::copy(&mut file, &mut io::stdout().lock()).map(|_| ()))?)
    }
}

fn unwritable(what: &str, cause: &io::Error) -> Error {
    Error::Output { path: what.to_owned(), what: format!("cannot be written: {cause}") }
}

impl Listener for Ear {
    fn row(&mut self, row: Row<'_>) -> Result<(), Error> {
        let Some(rows) = &mut self.rows else { return Ok(()) };
        let Row { source, row, phone, told } = row;
        let mut line = format!(
            "{{\"row\":{row},\"phone\":{},\"outcome\":\"{}\",\"message\":{}",
            json_string(phone),
            told.outcome.as_str(),
            json_string(&told.message),
        );
        if let Some(source) = source {
            let _ = write!(line, ",\"source\":{}", json_string(source));
        }
        line.push_str("}\n");
        rows.write_all(line.as_bytes()).map_err(|cause| unwritable("a temporary file", &cause))
    }

    fn cancelled(&self) -> Option<u8> {
        self.signals.received()
    }
}

fn text(summary: &Summary, out: Option<&Path>, style: &Style) -> String {
    let mut text = String::new();
    let accepted = summary.counts.accepted;
    let s = if accepted == 1 { "" } else { "s" };
    let _ = writeln!(text, "{}: {} contact{s} sent", summary.platform, grouped(accepted));
    let parts = summary.counts.parts();
    let width = parts.iter().map(|(_, count)| grouped(*count).len()).max().unwrap_or(0);
    for (at, (outcome, count)) in parts.iter().enumerate() {
        let sign = if at == 0 { '=' } else { '+' };
        let name = outcome.as_str();
        let meaning = meaning(*outcome, summary.exists_is_taken);
        let count = style.paint(paint_of(*outcome), &format!("{:>width$}", grouped(*count)));
        let _ = writeln!(text, "  {sign} {count}  {name:10}  {meaning}");
    }
    if let Some(count) = summary.joined.get("index") {
        let _ = writeln!(
            text,
            "{} joined by their place in the payload alone: their answers name no phone",
            grouped(*count)
        );
    }
    text.push_str(&unanswered_text(summary));
    for note in &summary.notes {
        let _ = writeln!(text, "note: {}", printable(note));
    }
    match out {
        None if !summary.is_all_taken() => {
            let _ = writeln!(text, "\nto see the rows, give -o DIR or --format json");
        }
        None => {}
        Some(out) => {
            let _ = writeln!(text, "\nwritten to {}:", printable(&out.display().to_string()));
            let is_retry = summary.counts.retry + summary.counts.unanswered > 0;
            let retry = if is_retry { ", retry/ (to be sent again)" } else { "" };
            let _ = writeln!(text, "  rows.csv, rejects.csv, summary.json{retry}");
            let script = format!("{RETRY_FOLDER}/{UPLOAD_SCRIPT}");
            if summary.outputs.iter().any(|output| output.path == script) {
                let path = shell_word(&out.join(script).display().to_string());
                let command = style.paint(COMMAND, &format!("sh {path}"));
                let _ = writeln!(
                    text,
                    "\nnext:\n  to send again what may be tried again:\n    {command}"
                );
            }
        }
    }
    text
}

fn paint_of(outcome: Outcome) -> Paint {
    match outcome {
        Outcome::Created | Outcome::Updated | Outcome::Taken => GOOD,
        Outcome::Exists => ASIDE,
        Outcome::Refused => BAD,
        Outcome::Retry | Outcome::Unanswered => WARNING,
    }
}

/// What an outcome means, in a few words.
fn meaning(outcome: Outcome, exists_is_taken: bool) -> &'static str {
    match outcome {
        Outcome::Created => "new on the platform",
        Outcome::Updated => "there already, and updated",
        Outcome::Taken => "taken; the answer does not say whether new or updated",
        Outcome::Exists if exists_is_taken => "there already; counted as taken",
        Outcome::Exists => "there already; not taken",
        Outcome::Refused => "the platform does not take them",
        Outcome::Retry => "too many requests, or a fault of the platform: send them again",
        Outcome::Unanswered => "no answer: send them again",
    }
}

/// Which rows have no answer.
fn unanswered_text(summary: &Summary) -> String {
    let stretch = |Stretch { source, first, last, contacts: _ }: &Stretch| {
        let rows = if first == last { format!("{first}") } else { format!("{first}-{last}") };
        format!("{}: {rows}", printable(source))
    };
    let shown = summary.unanswered.iter().take(STRETCHES_SHOWN_MAX).map(stretch);
    let shown: Vec<String> = shown.collect();
    if shown.is_empty() {
        return String::new();
    }
    let hidden: u64 =
        summary.unanswered.iter().skip(STRETCHES_SHOWN_MAX).map(|it| it.contacts).sum();
    let more = match hidden + summary.unanswered_more {
        0 => String::new(),
        more => format!(", and {} rows more", grouped(more)),
    };
    format!("rows without an answer: {}{more}\n", shown.join("; "))
}
