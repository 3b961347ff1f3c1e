//! What can be typed. Each flag's name is the key of the same setting elsewhere.

use std::path::PathBuf;

mod reconcile;
mod values;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use reconcile::ReconcileArgs;
use rowcall::contact::Field;
use rowcall::flow::MaxRejects;
use rowcall::ingest::compressed::UnpackLimits;
use rowcall::ingest::encoding::Encoding;
use rowcall::ingest::{Given, HeaderLine, Limits, Ragged};
use rowcall::map::{MapOptions, Params, PresetChoice};
use rowcall::normalize::{MissingName, Need, PhoneRules, Wanted};
use rowcall::phone::{DigitsAs, Kind, Letters, ReadRules, Region, Several};
use values::{
    at_least_one, batch_size, delimiter, escape, kinds, max_rejects, missing_name, preset, quote,
    regions, threads,
};

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
#[command(name = "rowcall", version = version(), max_term_width = 100, args_override_self = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write the payload and the reports.
    Prepare(PrepareArgs),
    /// Judge every row as `prepare` does, without a payload; exit code 3 if any is not acceptable.
    Check(CheckArgs),
    /// Say what is seen in an input: its encoding, dialect, header and columns, and how its records
    /// are read.
    Inspect(InspectArgs),
    /// Say how one phone number is read, step by step.
    Explain(ExplainArgs),
    /// List the platforms, or show one: what it takes, what of that is documented, and a sample.
    Platforms(PlatformsArgs),
    /// Write a sample CSV with the columns that a platform makes use of.
    Template(TemplateArgs),
    /// Check a folder that `prepare` or `check` wrote: is it whole, true, and what the platform
    /// takes? Exit code 7 if not.
    Verify(VerifyArgs),
    /// Join a platform's answers back to the rows that were sent; exit code 3 if some contacts were
    /// not taken.
    Reconcile(ReconcileArgs),
}

#[derive(Debug, Args)]
pub(crate) struct PrepareArgs {
    /// The platform the payload is for, as `rowcall platforms` lists them, or a file of your own
    /// that ends in .toml.
    #[arg(long, value_name = "PLATFORM")]
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
    #[arg(long, value_name = "PLATFORM")]
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
    /// What goes to standard output when the run is done: nothing, or the summary as JSON.
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = "Output")]
    pub(crate) format: Format,
    /// Whether to show a progress bar: on a terminal, or never.
    #[arg(long, value_enum, default_value_t = ProgressWish::Auto, help_heading = "Output")]
    pub(crate) progress: ProgressWish,
    /// Say nothing but errors.
    #[arg(short, long, help_heading = "Output")]
    pub(crate) quiet: bool,
    /// Worker threads; by default as many as the machine has. Never changes the output.
    #[arg(long, value_name = "N", value_parser = threads, help_heading = "Machine")]
    pub(crate) threads: Option<usize>,
    /// Bytes that a worker takes at once. Never changes the output.
    #[arg(long, value_name = "BYTES", default_value_t = 256 << 10, value_parser = at_least_one, help_heading = "Machine")]
    pub(crate) chunk_bytes: usize,
}

/// What the columns mean.
#[derive(Debug, Args)]
#[command(next_help_heading = "Columns")]
pub(crate) struct ColumnArgs {
    /// Settings to begin with, a TOML file whose keys are the names of these flags; what is typed
    /// goes before it. `rowcall.toml` in the current folder is read by itself; `none` reads none.
    #[arg(long, value_name = "FILE|none", help_heading = "Settings")]
    pub(crate) profile: Option<PathBuf>,
    /// The header as it was when the profile was saved.
    #[arg(long, hide = true)]
    pub(crate) saved_columns: Option<String>,
    /// Let a column feed a field, for example phone=Mobile or phone=#3; may be given several times,
    /// for one field in order of preference.
    #[arg(long, value_name = "FIELD=COLUMN")]
    pub(crate) map: Vec<String>,
    /// The column that names the region of a row's number; by default the country's.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) region_column: Option<String>,
    /// What a field is where no column says otherwise, for example country=AE; tags are added to
    /// those of the row.
    #[arg(long, value_name = "FIELD=VALUE")]
    pub(crate) set: Vec<String>,
    /// Which columns that feed no field are carried along: all, none, or these. A phone or e-mail
    /// column behind the first counts as one.
    #[arg(long, value_name = "all|none|COLUMN,…", default_value = "all")]
    pub(crate) params: String,
    /// What stands between two tags of a cell; by default it is found.
    #[arg(long, value_name = "TEXT")]
    pub(crate) tags_sep: Option<String>,
    /// The program that wrote the export: found by its headers, none, or one of google,
    /// google-old, outlook, hubspot, salesforce, shopify, mailchimp, zoho, stripe, woocommerce,
    /// systeme.
    #[arg(long, value_name = "auto|none|NAME", default_value = "auto", value_parser = preset)]
    pub(crate) preset: PresetChoice,
    /// Reject rows that do not say that their contact agreed to be written to.
    #[arg(long)]
    pub(crate) require_opt_in: bool,
    /// What becomes of a row without a name: it is rejected, its phone is its name, or this text
    /// is. By default it is rejected where the platform requires a name.
    #[arg(long, value_name = "reject|phone|TEXT", value_parser = missing_name)]
    pub(crate) missing_name: Option<MissingName>,
    /// For a platform that takes ids of tags: the id of a tag under a key, for example
    /// contact_group_id=vip=12; may be given several times.
    #[arg(long, value_name = "KEY=TAG=ID")]
    pub(crate) tag_id: Vec<String>,
    /// The folder in which the files that a column of avatars names are looked for; without it
    /// only addresses of the web are taken.
    #[arg(long, value_name = "DIR")]
    pub(crate) avatar_dir: Option<PathBuf>,
}

impl ColumnArgs {
    /// Whether a row must say that its contact agreed.
    pub(crate) fn opt_in(&self) -> Need {
        if self.require_opt_in { Need::Required } else { Need::Optional }
    }

    /// What these arguments say.
    ///
    /// # Errors
    /// A sentence that says what is wrong with them.
    pub(crate) fn options(&self) -> Result<MapOptions, String> {
        let pairs = |flag: &str, pairs: &[String]| {
            let read = |pair: &String| MapOptions::parse_pair(pair);
            let pairs: Result<Vec<_>, String> = pairs.iter().map(read).collect();
            pairs.map_err(|what| format!("{flag}: {what}"))
        };
        let mut columns = pairs("--map", &self.map)?;
        columns.extend(self.region_column.iter().map(|name| (Field::Region, name.clone())));
        let constants = pairs("--set", &self.set)?;
        if let Some((field, _)) = constants.iter().find(|(field, _)| *field == Field::Phone) {
            return Err(format!("--set: the {field} cannot be the same in every row"));
        }
        let saved = self.saved_columns.as_deref().map(serde_json::from_str).transpose();
        Ok(MapOptions {
            columns,
            constants,
            saved: saved.map_err(|_| "profile: `columns` is no list of texts".to_owned())?,
            params: match self.params.as_str() {
                "all" => Params::All,
                "none" => Params::None,
                list => Params::Only(list.split(',').map(|name| name.trim().to_owned()).collect()),
            },
            tag_separator: self.tags_sep.clone().filter(|text| !text.is_empty()),
            preset: self.preset,
        })
    }
}

/// How much is read at most.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitArgs {
    /// Bytes of a cell at most; a longer one makes its record malformed.
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 20, value_parser = at_least_one)]
    pub(crate) cell_bytes_max: usize,
    /// Bytes of a record at most.
    #[arg(long, value_name = "BYTES", default_value_t = 16 << 20, value_parser = at_least_one)]
    pub(crate) record_bytes_max: usize,
    /// Cells of a record at most.
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = at_least_one)]
    pub(crate) record_cells_max: usize,
    /// Bytes that may come out of a compressed input; more end the run with exit code 6.
    #[arg(long, value_name = "BYTES", default_value_t = UnpackLimits::default().bytes_max)]
    pub(crate) unpacked_bytes_max: u64,
    /// Bytes that may come out of a compressed input for each that goes in, after the first 64 MiB.
    #[arg(long, value_name = "N", default_value_t = UnpackLimits::default().ratio_max)]
    pub(crate) unpacked_ratio_max: u64,
}

impl LimitArgs {
    fn records(&self) -> Limits {
        Limits {
            cell_bytes_max: self.cell_bytes_max,
            record_bytes_max: self.record_bytes_max,
            record_cells_max: self.record_cells_max,
        }
    }

    fn unpack(&self) -> UnpackLimits {
        UnpackLimits {
            bytes_max: self.unpacked_bytes_max,
            ratio_max: self.unpacked_ratio_max,
            ..UnpackLimits::default()
        }
    }
}

/// How the input is read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct ReadArgs {
    /// What stands between two cells: one ASCII character, or `tab`; by default it is found.
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    pub(crate) delimiter: Option<u8>,
    /// What encloses a cell: one ASCII character, or `none` where quotes are text; by default it is
    /// found.
    #[arg(long, value_name = "CHAR|none", value_parser = quote)]
    pub(crate) quote: Option<ByteOrNone>,
    /// What takes a quote, a delimiter or itself as text where it stands before it: one ASCII
    /// character, for example a backslash, or `none`; by default it is found.
    #[arg(long, value_name = "CHAR|none", value_parser = escape)]
    pub(crate) escape: Option<ByteOrNone>,
    /// The first record has the names of the columns; by default that is found.
    #[arg(long, conflicts_with = "no_header")]
    pub(crate) header: bool,
    /// The first record is a row; the columns are named `Column 1`, `Column 2` and so on.
    #[arg(long)]
    pub(crate) no_header: bool,
    /// Lines before the header that are no rows; by default they are found.
    #[arg(long, value_name = "N")]
    pub(crate) skip_lines: Option<u64>,
    /// The text encoding, as the web names it, for example utf-16le, windows-1256 or shift_jis; by
    /// default it is detected. A byte order mark goes before it.
    #[arg(long, value_name = "auto|NAME", value_parser = encoding)]
    pub(crate) encoding: Option<EncodingWish>,
    /// What becomes of a record whose number of cells is not the header's: it is malformed, or it
    /// is padded with empty cells, and loses surplus cells that are empty.
    #[arg(long, value_enum, default_value_t = RaggedWish::Reject)]
    pub(crate) ragged: RaggedWish,
}

impl ReadArgs {
    fn header(&self) -> Option<HeaderLine> {
        match (self.header, self.no_header) {
            (_, true) => Some(HeaderLine::Absent),
            (true, false) => Some(HeaderLine::Present),
            (false, false) => None,
        }
    }

    /// What these arguments say.
    pub(crate) fn given(&self, limits: &LimitArgs) -> Given {
        Given {
            delimiter: self.delimiter,
            quote: self.quote.map(|quote| quote.0),
            escape: self.escape.map(|escape| escape.0),
            header: self.header(),
            skip_lines: self.skip_lines,
            encoding: self.encoding.and_then(|wish| wish.0),
            ragged: match self.ragged {
                RaggedWish::Reject => Ragged::Reject,
                RaggedWish::Pad => Ragged::Pad,
            },
            limits: limits.records(),
            unpack: limits.unpack(),
        }
    }
}

/// What becomes of a record with another number of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RaggedWish {
    Reject,
    Pad,
}

/// How phones are read, and which are wanted.
#[derive(Debug, Args)]
pub(crate) struct PhoneArgs {
    /// Read numbers without a calling code as numbers of this region, for example AE; a row's
    /// country column goes before it.
    #[arg(long, value_name = "REGION", help_heading = "Phones")]
    pub(crate) region: Option<String>,
    /// What digits without a plus are: as libphonenumber takes them in the region, national
    /// numbers, or international numbers that lost their plus.
    #[arg(long, value_enum, default_value_t = DigitsWish::Auto, help_heading = "Phones")]
    pub(crate) digits: DigitsWish,
    /// What becomes of a cell with several numbers: the first valid one is taken, or the row is
    /// rejected.
    #[arg(long, value_enum, default_value_t = MultiWish::First, help_heading = "Phones")]
    pub(crate) multi: MultiWish,
    /// Read letters as the keys of a telephone, as in 1-800-FLOWERS; they are refused otherwise.
    #[arg(long, help_heading = "Phones")]
    pub(crate) vanity: bool,
    /// Accept these kinds of line only, for example mobile,fixed_line_or_mobile; or all but
    /// these: not:premium_rate,toll_free.
    #[arg(long, value_name = "[not:]KIND,…", value_parser = kinds, help_heading = "Phones")]
    pub(crate) kinds: Option<Wanted<Kind>>,
    /// Accept numbers of these regions only, for example AE,SA; or of all but these: not:US.
    #[arg(long, value_name = "[not:]REGION,…", value_parser = regions, help_heading = "Phones")]
    pub(crate) regions: Option<Wanted<Region>>,
    /// Read numbers by this PhoneNumberMetadata.xml of libphonenumber instead of the built-in plan.
    #[arg(long, value_name = "FILE.xml", help_heading = "Phones")]
    pub(crate) numbering_plan: Option<PathBuf>,
}

impl PhoneArgs {
    /// The rules that these arguments make.
    pub(crate) fn rules(&self) -> PhoneRules {
        PhoneRules {
            read: ReadRules {
                digits: self.digits.into(),
                several: self.multi.into(),
                letters: if self.vanity { Letters::Vanity } else { Letters::Refuse },
            },
            kinds: self.kinds.clone().unwrap_or_default(),
            regions: self.regions.clone().unwrap_or_default(),
        }
    }
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
    #[arg(value_name = "NAME")]
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
    #[arg(long, value_name = "PLATFORM")]
    pub(crate) to: String,
    /// The same people as a damaged export has them: what is mended, and what is refused.
    #[arg(long)]
    pub(crate) messy: bool,
    /// Write it to a file that is not there yet.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The folder.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The platform that the folder was made for, where it was a file of your own.
    #[arg(long, value_name = "PLATFORM")]
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
}

/// The form of the summary on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

/// Whether a progress bar is wished for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressWish {
    Auto,
    None,
}

/// What digits without a plus are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DigitsWish {
    Auto,
    National,
    International,
}

impl From<DigitsWish> for DigitsAs {
    fn from(wish: DigitsWish) -> DigitsAs {
        match wish {
            DigitsWish::Auto => DigitsAs::Auto,
            DigitsWish::National => DigitsAs::National,
            DigitsWish::International => DigitsAs::International,
        }
    }
}

/// What becomes of a cell with several numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MultiWish {
    First,
    Reject,
}

impl From<MultiWish> for Several {
    fn from(wish: MultiWish) -> Several {
        match wish {
            MultiWish::First => Several::First,
            MultiWish::Reject => Several::Reject,
        }
    }
}

/// A quote or an escape, or none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ByteOrNone(pub(crate) Option<u8>);

/// An encoding, or that it is to be detected.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EncodingWish(Option<Encoding>);

fn encoding(text: &str) -> Result<EncodingWish, String> {
    match text {
        "auto" => Ok(EncodingWish(None)),
        _ => Encoding::from_label(text).map(|encoding| EncodingWish(Some(encoding))),
    }
}
