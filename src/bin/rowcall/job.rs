//! `prepare` and `check`: the arguments → a job, its run, and what is said of it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;

use rowcall::contact::Field;
use rowcall::country::{region_of, similar};
use rowcall::error::{Error, exit};
use rowcall::flow::{self, Goal, Job, Machine, Output};
use rowcall::ingest::dialect::Dialect;
use rowcall::ingest::{Given, Input};
use rowcall::normalize::tags::TagIds;
use rowcall::normalize::{MissingName, Wanted};
use rowcall::phone::{Plan, Region};
use rowcall::text::printable;
use rowcall::write::contract::Contract;
use rowcall::write::html::PageFile;
use rowcall::write::mask::Values;
use rowcall::write::outdir::IfExists;
use rowcall::write::summary::Summary;

use crate::args::{CheckArgs, CommonArgs, Format, LimitArgs, PrepareArgs, ReadArgs};
use crate::next;
use crate::profile;
use crate::progress::Watcher;
use crate::stdout;
use crate::style::Style;
use crate::terminal::{Examples, Told};

/// What differs between the two commands.
pub(crate) struct Wishes<'a> {
    to: Option<&'a str>,
    out: Option<&'a Path>,
    report: Option<&'a Path>,
    batch_size: Option<u64>,
}

impl PrepareArgs {
    pub(crate) fn job(&self) -> Wishes<'_> {
        let (to, out) = (Some(self.to.as_str()), Some(self.out.as_path()));
        Wishes { to, out, report: None, batch_size: self.batch_size }
    }
}

impl CheckArgs {
    pub(crate) fn job(&self) -> Wishes<'_> {
        let (out, report) = (self.out.as_deref(), self.report.as_deref());
        Wishes { to: self.to.as_deref(), out, report, batch_size: None }
    }
}

/// Runs the job and returns the exit code.
pub(crate) fn run(wishes: &Wishes<'_>, args: &CommonArgs, goal: Goal) -> Result<u8> {
    let job = job(wishes, args, goal)?;
    let bytes = job.inputs.iter().map(Input::bytes_expected).sum();
    let watcher = Watcher::new(args.progress, args.quiet, bytes);
    let summary = flow::run(&job, &watcher);
    watcher.clear();
    let summary = summary?;
    watcher.done();
    if !args.quiet {
        say(wishes, args, &job, &summary);
        if let Some(report) = wishes.report {
            let report = printable(&report.display().to_string());
            // A closed stderr is no reason to fail.
            let _ = writeln!(io::stderr(), "\nwritten to {report}: the report page");
        }
    }
    if args.quiet
        && let Some(why) = &summary.withheld
    {
        // Whoever asks for nothing but errors is told why the run ends with one.
        let _ = writeln!(io::stderr(), "rowcall: the payload was withheld: {}", printable(why));
    }
    if args.format == Format::Json {
        stdout::write(&summary.to_json())?;
    }
    Ok(exit_code(&summary, goal))
}

/// Says on stderr what became of the run.
fn say(wishes: &Wishes<'_>, args: &CommonArgs, job: &Job, summary: &Summary) {
    let words = std::env::args_os().skip(1);
    let run = next::Run {
        goal: job.goal,
        contract: job.contract.as_ref(),
        to: wishes.to,
        numbering_plan: args.phone.numbering_plan.as_deref(),
        out: wishes.out,
        report: wishes.report,
        last_input: args.inputs.last().expect("clap asks for one"),
        typed: words.map(|word| word.to_string_lossy().into_owned()).collect(),
    };
    let told = Told {
        summary,
        profile: if args.columns.profile.is_none() { profile::usual() } else { None },
        out: wishes.out,
        examples: if args.show_values { Examples::Masked } else { Examples::Hidden },
        next: &run.steps(summary),
        style: Style::of(&io::stderr(), args.color.wish),
    };
    told.say();
}

/// A run that finished is done; `check` also says whether every row is acceptable.
fn exit_code(summary: &Summary, goal: Goal) -> u8 {
    if summary.withheld.is_some() {
        return exit::LIMIT;
    }
    let refused = summary.counts.rejected + summary.counts.malformed;
    if goal == Goal::Check && refused > 0 { exit::REFUSED } else { exit::DONE }
}

/// What the arguments ask for.
pub(crate) fn job(wishes: &Wishes<'_>, args: &CommonArgs, goal: Goal) -> Result<Job> {
    let inputs: Vec<Input> = args.inputs.iter().map(|path| Input::from_argument(path)).collect();
    if inputs.iter().filter(|input| **input == Input::Stdin).count() > 1 {
        return Err(Error::Usage("standard input (-) can be given once only".to_owned()).into());
    }
    let contract = wishes.to.map(Contract::find).transpose()?;
    if contract.is_none() && !args.existing.is_empty() {
        let what = "--existing: what the platform has is compared by its contract; give --to, too";
        return Err(Error::Usage(what.to_owned()).into());
    }
    let if_exists = if args.force { IfExists::Exchange } else { IfExists::Refuse };
    let out = wishes.out.map(|folder| Output { folder: without_trailing_slash(folder), if_exists });
    let report = wishes.report.map(|path| PageFile { path: path.to_owned(), if_exists });
    let map = args.columns.options().map_err(|what| Error::Usage(printable(&what)))?;
    let read = given(&args.read, &args.limits)?;
    let plan = plan(args.phone.numbering_plan.as_deref())?;
    known_regions(args.phone.regions.as_ref(), plan)?;
    let machine = machine(args)?;
    Ok(Job {
        inputs,
        read,
        map,
        plan,
        home: args.phone.region.as_deref().map(|text| region(text, plan)).transpose()?,
        phone: args.phone.rules(),
        opt_in: args.columns.opt_in(),
        missing_name: missing_name(args, contract.as_ref())?,
        tag_ids: tag_ids(args, contract.as_ref())?,
        avatar_folder: args.columns.avatar_dir.as_deref().map(avatar_folder).transpose()?,
        suppress: args.suppress.clone(),
        existing: args.existing.clone(),
        on_duplicate: args.on_duplicate.into(),
        rows_max: args.limit,
        goal,
        contract,
        batch_rows: wishes.batch_size,
        batch_bytes: args.batch_bytes.map(|bytes| bytes as u64),
        max_rejects: args.max_rejects,
        no_page: args.no_page,
        values: if args.redact { Values::Masked } else { Values::Shown },
        out,
        report,
        machine,
    })
}

/// How much of the machine the run may use.
fn machine(args: &CommonArgs) -> Result<Machine, Error> {
    let usual = Machine::default();
    let machine = Machine {
        threads: args.threads.unwrap_or(usual.threads),
        chunk_bytes: args.chunk_bytes,
        memory_bytes: args.memory,
    };
    let least = machine.memory_bytes_min();
    if args.memory.is_some_and(|bytes| bytes < least) {
        let (least, threads) = (least.div_ceil(1 << 20), machine.threads);
        return Err(Error::Usage(format!(
            "--memory: a run with {threads} threads and chunks of {} bytes takes at least {least}M; give \
             that much, or fewer --threads",
            machine.chunk_bytes
        )));
    }
    Ok(machine)
}

/// What stands in for a missing name, which the platform must take as one.
fn missing_name(
    args: &CommonArgs,
    contract: Option<&Contract>,
) -> Result<Option<MissingName>, Error> {
    // As long as a phone can be.
    const LONGEST_PHONE: &str = "+999999999999999";
    let text = match &args.columns.missing_name {
        None | Some(MissingName::Reject) => return Ok(args.columns.missing_name.clone()),
        Some(MissingName::Phone) => LONGEST_PHONE,
        Some(MissingName::Text(text)) => text,
    };
    let limits = contract.map(Contract::limits).unwrap_or_default();
    let parts = [Field::Name, Field::FirstName];
    if parts.into_iter().all(|field| limits.take(field, text)) {
        return Ok(args.columns.missing_name.clone());
    }
    Err(Error::Usage(format!(
        "--missing-name {}: the platform does not take this as a name; give another text",
        printable(if text == LONGEST_PHONE { "phone" } else { text })
    )))
}

/// The ids of tags, each `KEY=TAG=ID`.
fn tag_ids(args: &CommonArgs, contract: Option<&Contract>) -> Result<TagIds, Error> {
    let mut ids = TagIds::default();
    for given in &args.columns.tag_id {
        let wrong = |what: String| Error::Usage(format!("--tag-id {}: {what}", printable(given)));
        let parts = given.split_once('=').and_then(|(key, rest)| {
            rest.rsplit_once('=').map(|(tag, id)| (key.trim(), tag.trim(), id.trim()))
        });
        let Some((key, tag, id)) = parts.filter(|(_, tag, id)| !tag.is_empty() && !id.is_empty())
        else {
            let what = "is not KEY=TAG=ID, like contact_group_id=vip=12".to_owned();
            return Err(wrong(what));
        };
        if let Some(contract) = contract {
            let keys: Vec<&str> = contract.tag_id_keys().collect();
            if keys.is_empty() {
                return Err(wrong(format!("{} takes no ids of tags", contract.title)));
            }
            if !keys.contains(&key) {
                let keys = keys.join(", ");
                return Err(wrong(format!("no key takes ids by this name; the keys are {keys}")));
            }
        }
        ids.add(key, tag, id);
    }
    Ok(ids)
}

/// The folder of the pictures, as it stands on the disk.
fn avatar_folder(folder: &Path) -> Result<PathBuf, Error> {
    let fail = |cause: &dyn std::fmt::Display| {
        let folder = printable(&folder.display().to_string());
        Error::Usage(format!("--avatar-dir {folder}: {cause}"))
    };
    let found = folder.canonicalize().map_err(|cause| fail(&cause))?;
    if found.is_dir() { Ok(found) } else { Err(fail(&"this is no folder")) }
}

/// What the arguments say of how to read.
pub(crate) fn given(read: &ReadArgs, limits: &LimitArgs) -> Result<Given, Error> {
    let given = read.given(limits);
    let usual = Dialect::default();
    check_dialect(Dialect {
        delimiter: given.delimiter.unwrap_or(usual.delimiter),
        quote: given.quote.unwrap_or(usual.quote),
        escape: given.escape.unwrap_or(usual.escape),
    })?;
    Ok(given)
}

/// No byte can mean two things.
fn check_dialect(dialect: Dialect) -> Result<(), Error> {
    let Dialect { delimiter, quote, escape } = dialect;
    let same = |a: &str, b: &str| Error::Usage(format!("{a} and {b} are the same character"));
    if quote == Some(delimiter) {
        return Err(same("--delimiter", "--quote"));
    }
    if escape == Some(delimiter) {
        return Err(same("--delimiter", "--escape"));
    }
    if escape.is_some() && escape == quote {
        let what = "--quote and --escape are the same character; \
                    a doubled quote stands for one without --escape";
        return Err(Error::Usage(what.to_owned()));
    }
    Ok(())
}

/// The built-in plan, or the one of a file; that lives as long as the program.
pub(crate) fn plan(file: Option<&Path>) -> Result<&'static Plan, Error> {
    let Some(file) = file else {
        return Ok(Plan::builtin());
    };
    let plan = Plan::open(file).map_err(|cause| {
        let file = printable(&file.display().to_string());
        Error::Usage(format!("--numbering-plan {file}: {cause}"))
    })?;
    Ok(Box::leak(Box::new(plan)))
}

/// Refuses a policy on regions that no number can have.
pub(crate) fn known_regions(wanted: Option<&Wanted<Region>>, plan: &Plan) -> Result<(), Error> {
    let Some(Wanted::Only(regions) | Wanted::Not(regions)) = wanted else { return Ok(()) };
    let unknown =
        |region: &&Region| **region != Region::WORLD && plan.calling_code(**region).is_none();
    match regions.iter().find(unknown) {
        None => Ok(()),
        Some(unknown) => Err(Error::Usage(format!(
            "--regions {unknown}: there is no such region; give two letters, like AE or GB"
        ))),
    }
}

/// The region of a flag, which the plan must know.
pub(crate) fn region(text: &str, plan: &Plan) -> Result<Region, Error> {
    let known = |region: &Region| plan.calling_code(*region).is_some();
    text.parse().ok().filter(known).ok_or_else(|| {
        let meant = region_of(text, plan).filter(known).or_else(|| similar(text));
        let meant = meant.map_or(String::new(), |region| format!("; did you mean {region}?"));
        Error::Usage(format!(
            "--region {}: there is no such region; give two letters, like AE or US{meant}",
            printable(text)
        ))
    })
}

/// `out/` and `out` are the same folder.
fn without_trailing_slash(folder: &Path) -> PathBuf {
    folder.components().collect()
}
