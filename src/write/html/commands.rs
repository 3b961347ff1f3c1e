//! What was asked for → the commands that run it again, and what to do first.
//!
//! A page says of files what the summary says: their names. Where a folder or a file has a name
//! that is not known here, a word in capitals stands for it.

use serde::Serialize;

use crate::ingest::Limits;
use crate::ingest::compressed::UnpackLimits;
use crate::phone::Plan;
use crate::text::{grouped, printable};
use crate::write::contract::Contract;
use crate::write::summary::{Hint, Settings, SourceFacts, Summary};
use crate::write::upload::UPLOAD_SCRIPT;

use super::Beside;

/// The most characters of a command: a longer one helps nobody.
const COMMAND_BYTES_MAX: usize = 4000;

/// The most hints that become commands.
const HINTS_MAX: usize = 5;

/// Something to do.
#[derive(Debug, Serialize)]
pub(super) struct Step {
    title: String,
    text: String,
    commands: Vec<String>,
}

/// What to do next, in order.
pub(super) fn steps(summary: &Summary, beside: Beside) -> Vec<Step> {
    let refused = summary.counts.rejected + summary.counts.malformed;
    let mut steps: Vec<Step> =
        summary.hints.iter().take(HINTS_MAX).map(|it| hint(summary, it)).collect();
    if refused > 0 {
        steps.push(mend(summary, beside));
        let region = summary.settings.region.iter().flat_map(|region| ["--region", region]);
        let words = ["rowcall", "explain", "NUMBER"].into_iter().chain(region);
        steps.push(step(
            "See why a number is refused",
            "With the cell's text in quotes in the place of NUMBER.",
            vec![line(words)],
        ));
    }
    if beside == Beside::Folder {
        steps.push(step(
            "Check the folder before it is used",
            "Sizes, hashes, counts, and every contact against the platform's contract.",
            vec!["rowcall verify out".to_owned()],
        ));
    }
    if summary.outputs.iter().any(|output| output.path == UPLOAD_SCRIPT) {
        steps.push(step(
            "Send the payload, and join the answers to the rows",
            "The credentials come from the environment; what is sent already is not sent again.",
            vec![
                format!("sh out/{UPLOAD_SCRIPT}"),
                "rowcall reconcile out -o reconciled".to_owned(),
            ],
        ));
    }
    steps
}

fn step(title: &str, text: &str, commands: Vec<String>) -> Step {
    Step { title: title.to_owned(), text: text.to_owned(), commands }
}

/// How the refused rows come back.
fn mend(summary: &Summary, beside: Beside) -> Step {
    let title = "Mend the refused rows and run again";
    if beside == Beside::Nothing {
        return step(
            title,
            "Mend the cells in the file itself and check it again; or have the refused rows in a \
             file of their own, out/rejects.csv.",
            vec![
                run(summary, &[], None, &["--report", "report-2.html"]),
                run(summary, &[], None, &["-o", "out"]),
            ],
        );
    }
    // A pattern of the shell stands for itself.
    let rejects = if summary.sources.len() > 1 { "out/rejects-*.csv" } else { "out/rejects.csv" };
    let text = format!(
        "Mend the cells in {rejects} (where a record could not be read, its text stands in the \
         column _raw), and run the file together with the original, so that duplicates between \
         the two are found."
    );
    step(title, &text, vec![run(summary, &[rejects], None, &["-o", "out-2"])])
}

/// A flag by which many refused numbers would be valid.
fn hint(summary: &Summary, hint: &Hint) -> Step {
    let as_what = match &hint.region {
        Some(region) => format!("numbers of {region}"),
        None => "international numbers without a plus".to_owned(),
    };
    let refused = grouped(hint.count);
    let title = format!("{refused} refused numbers would be valid as {as_what}");
    let home = hint.home.as_ref();
    let text = match home {
        Some(home) => format!("They were read in {home}. Try {}.", hint.flag),
        None => format!("Try {}.", hint.flag),
    };
    let out: &[&str] = if summary.command == "prepare" { &["-o", "out-2"] } else { &[] };
    step(&title, &text, vec![run(summary, &[], Some(&hint.flag), out)])
}

/// The command of the run with further inputs, perhaps one flag in another's place, and `more`.
fn run(summary: &Summary, inputs: &[&str], flag: Option<&str>, more: &[&str]) -> String {
    let input = |source: &SourceFacts| match &source.source {
        name if name == "stdin" => "-".to_owned(),
        name => quoted(name),
    };
    let mut words = vec!["rowcall".to_owned(), summary.command.to_owned()];
    words.extend(summary.sources.iter().map(input));
    words.extend(inputs.iter().map(|&input| input.to_owned()));
    let mut options = options(summary);
    if let Some(flag) = flag {
        let name = flag.split(' ').next().unwrap_or(flag);
        options.retain(|(other, _)| *other != name);
    }
    for (name, value) in options {
        words.push(name.to_owned());
        words.extend(value.map(|value| quoted(&value)));
    }
    words.extend(flag.map(str::to_owned));
    words.extend(more.iter().map(|&word| word.to_owned()));
    let command = words.join(" ");
    if command.len() > COMMAND_BYTES_MAX {
        return "the command is too long to be shown; give the options of this run again"
            .to_owned();
    }
    command
}

/// A flag, and its value if it has one.
type Flag = (&'static str, Option<String>);

/// The options that the run was given, as far as they change the output.
fn options(summary: &Summary) -> Vec<Flag> {
    let mut options = asked(&summary.settings);
    if let Some(source) = summary.sources.first() {
        options.extend(read(source));
    }
    if summary.numbering_plan != Plan::builtin().version() {
        options.push(("--numbering-plan", Some("FILE.xml".to_owned())));
    }
    for list in &summary.lists {
        let name = if list.list == "suppress" { "--suppress" } else { "--existing" };
        options.push((name, Some(list.source.clone())));
    }
    options
}

/// The options that the settings name. A trial's limit is none of them: what follows is no trial.
fn asked(settings: &Settings) -> Vec<Flag> {
    // Taken apart without `..`, so that a new setting is thought of here.
    let Settings {
        to,
        contract_blake3,
        region,
        digits,
        multi,
        vanity,
        kinds,
        regions,
        map,
        limit: _,
        set,
        params,
        tags_sep,
        preset,
        require_opt_in,
        ragged,
        missing_name,
        tag_id,
        avatar_dir,
        on_duplicate,
        batch_size,
        batch_bytes,
        max_rejects,
        redact,
        no_page: _,
        cell_bytes_max,
        record_bytes_max,
        record_cells_max,
        unpacked_bytes_max,
        unpacked_ratio_max,
    } = settings;
    let own = |value: &Option<&'static str>| value.map(str::to_owned);
    let is_own = |it: &Contract| {
        Some(&it.name) == to.as_ref() && Some(&it.blake3) == contract_blake3.as_ref()
    };
    let built_in = Contract::built_in().into_iter().find(is_own);
    let contract = match &built_in {
        None => to.as_ref().map(|name| format!("./{name}.toml")),
        Some(contract) => Some(contract.name.clone()),
    };
    let mut flags: Vec<Flag> = [
        ("--to", contract),
        ("--region", region.clone()),
        ("--digits", own(digits)),
        ("--multi", own(multi)),
        ("--kinds", kinds.clone()),
        ("--regions", regions.clone()),
        ("--params", params.clone()),
        ("--tags-sep", tags_sep.clone()),
        ("--preset", preset.clone()),
        ("--ragged", own(ragged)),
        ("--missing-name", missing_name.clone()),
        ("--on-duplicate", own(on_duplicate)),
        ("--max-rejects", max_rejects.clone()),
    ]
    .into_iter()
    .filter(|(_, value)| value.is_some())
    .collect();
    for (name, values) in [("--map", map), ("--set", set), ("--tag-id", tag_id)] {
        flags.extend(values.iter().map(|value| (name, Some(value.clone()))));
    }
    for (name, is_given) in
        [("--vanity", *vanity), ("--require-opt-in", *require_opt_in), ("--redact", *redact)]
    {
        flags.extend(is_given.then_some((name, None)));
    }
    flags.extend(avatar_dir.then(|| ("--avatar-dir", Some("DIR".to_owned()))));
    let usual = built_in.map(|contract| contract.batch).unwrap_or_default();
    let usual_rows = usual.rows.map_or("all".to_owned(), |rows| rows.to_string());
    let rows = batch_size.clone().filter(|rows| *rows != usual_rows);
    flags.extend(rows.map(|rows| ("--batch-size", Some(rows))));
    let bytes = batch_bytes.filter(|bytes| Some(*bytes) != usual.bytes);
    flags.extend(bytes.map(|bytes| ("--batch-bytes", Some(bytes.to_string()))));
    let (limits, unpack) = (Limits::default(), UnpackLimits::default());
    for (name, value, usual) in [
        ("--cell-bytes-max", *cell_bytes_max as u64, limits.cell_bytes_max as u64),
        ("--record-bytes-max", *record_bytes_max as u64, limits.record_bytes_max as u64),
        ("--record-cells-max", *record_cells_max as u64, limits.record_cells_max as u64),
        ("--unpacked-bytes-max", *unpacked_bytes_max, unpack.bytes_max),
        ("--unpacked-ratio-max", *unpacked_ratio_max, unpack.ratio_max),
    ] {
        flags.extend((value != usual).then(|| (name, Some(value.to_string()))));
    }
    flags
}

/// What was said of how the sources are read.
fn read(source: &SourceFacts) -> Vec<Flag> {
    let is_given = |key: &str| source.evidence.get(key) == Some(&"given");
    let none = || "none".to_owned();
    let header = if source.has_header { "--header" } else { "--no-header" };
    let flags = [
        ("encoding", "--encoding", Some(source.encoding.to_owned())),
        ("delimiter", "--delimiter", Some(source.delimiter.replace('\t', "tab"))),
        ("quote", "--quote", Some(source.quote.clone().unwrap_or_else(none))),
        ("escape", "--escape", Some(source.escape.clone().unwrap_or_else(none))),
        ("skipped_lines", "--skip-lines", Some(source.skipped_lines.to_string())),
        ("has_header", header, None),
    ];
    let given = flags.into_iter().filter(|(key, _, _)| is_given(key));
    given.map(|(_, name, value)| (name, value)).collect()
}

/// Words of a command.
fn line<'w>(words: impl Iterator<Item = &'w str>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

/// A word as a shell takes it as one. What acts on a terminal is shown, and so is no such word.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,=@%+#".contains(c);
    let word = printable(word);
    if !word.is_empty() && word.chars().all(is_plain) && !word.starts_with('#') {
        return word;
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
