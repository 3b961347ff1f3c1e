//! What can be typed after `reconcile`.

use std::path::PathBuf;

use clap::Args;

use super::values::PLATFORM;
use super::{ColorArgs, Format};

#[derive(Debug, Args)]
pub(crate) struct ReconcileArgs {
    /// The folder that `prepare` wrote and that was sent. Nothing in it is changed.
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// What was answered: a folder or .jsonl files as upload.sh leaves them, or a file with the
    /// platform's own answer, given as payload/000002.json=FILE where there are several payload
    /// files. By default DIR/answers.
    #[arg(value_name = "ANSWER")]
    pub(crate) answers: Vec<PathBuf>,
    /// A folder to make: the ledger with what became of each row, what was refused, and what may be
    /// tried again. It appears whole or not at all.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// The platform, or a file of your own that ends in .toml; by default the one that the summary
    /// of DIR names.
    #[arg(long, value_name = "PLATFORM", value_parser = PLATFORM, hide_possible_values = true)]
    pub(crate) to: Option<String>,
    /// Replace the output folder if it exists and rowcall wrote it.
    #[arg(long)]
    pub(crate) force: bool,
    /// What goes to standard output: nothing, or one JSON object a row.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Say nothing but errors.
    #[arg(short, long)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) color: ColorArgs,
}
