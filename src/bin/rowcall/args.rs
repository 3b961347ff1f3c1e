//! What can be typed. Each flag's name is the key of the same setting elsewhere.

use std::path::PathBuf;

mod columns;
mod examples;
mod phone;
mod read;
mod reconcile;
mod values;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub(crate) use columns::ColumnArgs;
pub(crate) use phone::PhoneArgs;
pub(crate) use read::{LimitArgs, ReadArgs};
pub(crate) use reconcile::ReconcileArgs;
use rowcall::flow::MaxRejects;
use rowcall::unique::OnDuplicate;
use values::{CODE, PLATFORM, at_least_one, batch_size, max_rejects, memory, threads};

use crate::style::ColorWish;

/// The version, and that of the numbering plan it was built with.
fn version() -> &'static str {
    use std::sync::OnceLock;
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let plan = rowcall::phone::Plan::builtin().version();
        format!("{} (numbering plan {plan})", env!("CARGO_PKG_VERSION"))
    })
}

/// Turns a contact export into a payload that a messaging platform imports at the first try, and
/// says row by row what happened. Works offline: it sends nothing.
#[derive(Debug, Parser)]
#[command(
    name = "rowcall",
    version = version(),
    max_term_width = 100,
    args_override_self = true,
    after_long_help = examples::ALL
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write the payload and the reports.
    #[command(after_long_help = examples::PREPARE)]
    Prepare(PrepareArgs),
    /// Judge every row as `prepare` does, without a payload; exit code 3 if any is not acceptable.
    #[command(after_long_help = examples::CHECK)]
    Check(CheckArgs),
    /// Say what is seen in an input: its encoding, dialect, header and columns, and how its records
    /// are read.
    #[command(after_long_help = examples::INSPECT)]
    Inspect(InspectArgs),
    /// Say how one phone number is read, step by step.
    #[command(after_long_help = examples::EXPLAIN)]
    Explain(ExplainArgs),
    /// List the platforms, or show one: what it takes, what of that is documented, and a sample.
    #[command(after_long_help = examples::PLATFORMS)]
    Platforms(PlatformsArgs),
    /// Write a sample CSV with the columns that a platform makes use of.
    #[command(after_long_help = examples::TEMPLATE)]
    Template(TemplateArgs),
    /// Check a folder that `prepare` or `check` wrote: is it whole, true, and what the platform
    /// takes? Exit code 7 if not.
    #[command(after_long_help = examples::VERIFY)]
    Verify(VerifyArgs),
    /// Join a platform's answers back to the rows that were sent; exit code 3 if some contacts were
    /// not taken.
    #[command(after_long_help = examples::RECONCILE)]
    Reconcile(ReconcileArgs),
    /// Say what the codes of problems mean, why they matter and what to do.
    #[command(after_long_help = examples::CODES)]
    Codes(CodesArgs),
    /// Write the manual as pages for man.
    #[command(after_long_help = examples::MAN)]
    Man(ManArgs),
    /// Write what a shell needs to complete commands and options.
    #[command(after_long_help = examples::COMPLETIONS)]
    Completions(CompletionsArgs),
}

#[derive(Debug, Args)]
pub(crate) struct PrepareArgs {
    /// The platform the payload is for, as `rowcall platforms` lists them, or a file of your own
    /// that ends in .toml.
    #[arg(long, value_name = "PLATFORM", value_parser = PLATFORM, hide_possible_values = true)]
    pub(crate) to: String,
    /// The folder to make; it appears whole or not at all.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Contacts a payload file, or `all` for one file; by default what the platform suggests.
    #[arg(long, value_name = "N|all", value_parser = batch_size)]
    pub(crate) batch_size: Option<u64>,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The platform whose needs count, if any; as for `prepare`.
    #[arg(long, value_name = "PLATFORM", value_parser = PLATFORM, hide_possible_values = true)]
    pub(crate) to: Option<String>,
    /// A folder to make for the reports.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Write the report page alone, to be looked at in a browser: what went in, what came out, and
    /// the rows with problems. An output folder has one, too.
    #[arg(long, value_name = "FILE.html")]
    pub(crate) report: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CommonArgs {
    /// CSV files; `-` is standard input.
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) phone: PhoneArgs,
    #[command(flatten)]
    pub(crate) columns: ColumnArgs,
    /// A list of phones that nobody wants written to: one a line, or a CSV; may be given several
    /// times.
    #[arg(long, value_name = "FILE", help_heading = "Lists")]
    pub(crate) suppress: Vec<PathBuf>,
    /// The contacts that the platform has already: its own list answer (pages, JSON or JSON Lines)
    /// or a CSV; may be given several times. Those that would not change are left out.
    #[arg(long, value_name = "FILE", help_heading = "Lists")]
    pub(crate) existing: Vec<PathBuf>,
    /// What becomes of several rows of one phone: the first or the last is kept; the first takes
    /// what it lacks from the others; or all are rejected.
    #[arg(long, value_enum, default_value_t = DuplicateWish::First, help_heading = "Lists")]
    pub(crate) on_duplicate: DuplicateWish,
    /// Bytes of a payload file at most; by default what the platform takes. A contact that alone
    /// is larger is rejected.
    #[arg(long, value_name = "BYTES", value_parser = at_least_one, help_heading = "Output")]
    pub(crate) batch_bytes: Option<usize>,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    /// Read this many rows only, for a trial.
    #[arg(long, value_name = "N", help_heading = "Input")]
    pub(crate) limit: Option<u64>,
    /// Withhold the payload and exit with 6 if more rows than this are malformed or rejected: a
    /// number, or a share like 2.5%. The reports are written all the same.
    #[arg(long, value_name = "N|P%", value_parser = max_rejects, help_heading = "Output")]
    pub(crate) max_rejects: Option<MaxRejects>,
    /// Replace the output folder if it exists and rowcall wrote it.
    #[arg(long, help_heading = "Output")]
    pub(crate) force: bool,
    /// Mask the values in issues.jsonl, rejects.csv and duplicates.csv, so that these can be passed
    /// on; rows.csv, follow-up.csv and the payload hold phones all the same.
    #[arg(long, help_heading = "Output")]
    pub(crate) redact: bool,
    /// Write no report.html.
    #[arg(long, help_heading = "Output")]
    pub(crate) no_page: bool,
    /// What goes to standard output when the run is done: nothing, or the summary as JSON.
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = "Output")]
    pub(crate) format: Format,
    /// How to show on standard error how far the run has come: a bar where that is a terminal, a
    /// line of text or of JSON every few seconds, or nothing.
    #[arg(long, value_enum, default_value_t = ProgressWish::Auto, help_heading = "Output")]
    pub(crate) progress: ProgressWish,
    /// Show an example of each frequent problem, with most of its letters and digits masked;
    /// otherwise nothing of a cell's content is said.
    #[arg(long, help_heading = "Output")]
    pub(crate) show_values: bool,
    #[command(flatten)]
    pub(crate) color: ColorArgs,
    /// Say nothing but errors.
    #[arg(short, long, help_heading = "Output")]
    pub(crate) quiet: bool,
    /// Worker threads; by default as many as the machine has. Never changes the output.
    #[arg(long, value_name = "N", value_parser = threads, help_heading = "Machine")]
    pub(crate) threads: Option<usize>,
    /// Bytes that a worker takes at once. Never changes the output.
    #[arg(long, value_name = "BYTES", default_value_t = 256 << 10, value_parser = at_least_one, help_heading = "Machine")]
    pub(crate) chunk_bytes: usize,
    /// Memory that the run may take, about: 512M, 2G; by default as much as the phones need. What does
    /// not fit goes to private files. Never changes the output.
    #[arg(long, value_name = "LIMIT", value_parser = memory, help_heading = "Machine")]
    pub(crate) memory: Option<usize>,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// A CSV file; `-` is standard input.
    #[arg(value_name = "INPUT")]
    pub(crate) input: PathBuf,
    /// Read all of it and list every structural problem; by default its first 1,000 records.
    #[arg(long)]
    pub(crate) full: bool,
    /// Write the records as they were read, as RFC 4180 CSV in UTF-8, and nothing else.
    #[arg(long, conflicts_with = "format")]
    pub(crate) records: bool,
    /// Write what was found as a profile that pins it down, to a file that is not there yet.
    #[arg(long, value_name = "FILE.toml")]
    pub(crate) save_profile: Option<PathBuf>,
    /// Records to show.
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) sample: usize,
    #[command(flatten)]
    pub(crate) columns: ColumnArgs,
    #[command(flatten)]
    pub(crate) phone: PhoneArgs,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    /// The form of what is said: text, or one JSON object.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The cell's text, as it stands in the file; after `--` it may begin with a minus.
    #[arg(value_name = "NUMBER")]
    pub(crate) number: String,
    #[command(flatten)]
    pub(crate) phone: PhoneArgs,
    /// The form of what is said: text, or JSON.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct PlatformsArgs {
    /// A platform, or a file of your own that ends in .toml; without it, all are listed.
    #[arg(value_name = "NAME", value_parser = PLATFORM, hide_possible_values = true)]
    pub(crate) name: Option<String>,
    /// Write the platform's own file, to be changed and given back: --to ./mine.toml.
    #[arg(long, requires = "name", conflicts_with = "format")]
    pub(crate) toml: bool,
    /// The form of what is said: text, or JSON.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct TemplateArgs {
    /// The platform, or a file of your own that ends in .toml.
    #[arg(long, value_name = "PLATFORM", value_parser = PLATFORM, hide_possible_values = true)]
    pub(crate) to: String,
    /// The same people as a damaged export has them: what is mended, and what is refused.
    #[arg(long)]
    pub(crate) messy: bool,
    /// Write it to a file that is not there yet.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// The form of it: CSV, or JSON with the columns and the rows.
    #[arg(long, value_enum, default_value_t = TemplateFormat::Csv)]
    pub(crate) format: TemplateFormat,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The folder.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The platform that the folder was made for, where it was a file of your own.
    #[arg(long, value_name = "PLATFORM", value_parser = PLATFORM, hide_possible_values = true)]
    pub(crate) to: Option<String>,
    /// The PhoneNumberMetadata.xml that the folder was made with, where one was given.
    #[arg(long, value_name = "FILE.xml")]
    pub(crate) numbering_plan: Option<PathBuf>,
    /// What goes to standard output: nothing, or the differences as JSON.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Say nothing but errors: the exit code tells.
    #[arg(short, long)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) color: ColorArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CodesArgs {
    /// A code, like phone.too_short, or a category, like phone; without it, all are listed.
    #[arg(value_name = "CODE", value_parser = CODE, hide_possible_values = true)]
    pub(crate) code: Option<String>,
    /// The form of what is said: text, or JSON.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) color: ColorArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The command whose page is written to standard output; by default that of rowcall itself.
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Option<String>,
    /// Write the pages of all commands to this folder, which is made where it is not there.
    #[arg(short, long, value_name = "DIR", conflicts_with = "command")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

/// Whether text is coloured.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct ColorArgs {
    /// Whether to use colours: on a terminal, unless NO_COLOR is set; always; or never.
    #[arg(long = "color", value_name = "auto|always|never", value_enum, default_value_t = ColorWish::Auto, help_heading = "Output", hide_possible_values = true)]
    pub(crate) wish: ColorWish,
}

/// The form of the summary on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

/// The form of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TemplateFormat {
    #[value(alias = "text")]
    Csv,
    Json,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressWish {
    /// A bar on a terminal, and nothing elsewhere.
    Auto,
    /// A line of text every few seconds.
    Plain,
    /// A line of JSON every few seconds.
    Json,
    None,
}

/// What becomes of several rows of one phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DuplicateWish {
    First,
    Last,
    Merge,
    Reject,
}

impl From<DuplicateWish> for OnDuplicate {
    fn from(wish: DuplicateWish) -> OnDuplicate {
        match wish {
            DuplicateWish::First => OnDuplicate::First,
            DuplicateWish::Last => OnDuplicate::Last,
            DuplicateWish::Merge => OnDuplicate::Merge,
            DuplicateWish::Reject => OnDuplicate::Reject,
        }
    }
}
