//! Settings from a program that holds this command line as a library → what the same flags make.
//! The settings are the keys of a profile.

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches};
use toml::Table;

use rowcall::error::Error;
use rowcall::flow::{Goal, Job};
use rowcall::normalize::PhoneRules;
use rowcall::phone::{Plan, Region};

use crate::args::{Cli, Command};
use crate::{job, profile};

/// The job of `prepare` or `check` on `inputs`. No profile is read unless the settings name one.
///
/// # Errors
/// [`Error::Usage`] where a setting is none or cannot be used.
pub fn job(goal: Goal, inputs: &[OsString], settings: &Table) -> Result<Job, Error> {
    job_of_flags(goal, inputs, flags(goal, settings)?)
}

/// The flags that the settings and the profile that they name stand for; of those that say the same
/// twice, the last one counts.
///
/// # Errors
/// [`Error::Usage`] where a setting is none, or the profile cannot be read.
pub fn flags(goal: Goal, settings: &Table) -> Result<Vec<OsString>, Error> {
    let mut settings = settings.clone();
    settings.entry("profile").or_insert_with(|| "none".into());
    let mut typed: Vec<OsString> = vec!["rowcall".into(), goal.as_str().into()];
    typed.extend(flags_of(&settings, goal.as_str())?);
    Ok(profile::apply(typed)?.split_off(2))
}

/// The job of `prepare` or `check` on `inputs` with these flags. No profile is read.
///
/// # Errors
/// [`Error::Usage`] where a flag cannot be used.
pub fn job_of_flags(goal: Goal, inputs: &[OsString], flags: Vec<OsString>) -> Result<Job, Error> {
    let cli = parse(goal.as_str(), inputs, flags)?;
    let job = match &cli.command {
        Command::Prepare(args) => job::job(&args.job(), &args.common, goal),
        Command::Check(args) => job::job(&args.job(), &args.common, goal),
        _ => unreachable!("a goal is one of two commands"),
    };
    job.map_err(own)
}

/// How single phone numbers are read and judged.
#[derive(Debug, Clone)]
pub struct PhoneSettings {
    /// The numbering plan.
    pub plan: &'static Plan,
    /// The region of numbers without a calling code.
    pub home: Option<Region>,
    /// How they are read, and which are wanted.
    pub rules: PhoneRules,
}

/// What the flags of `explain` say of phones.
///
/// # Errors
/// [`Error::Usage`] where a setting is none or cannot be used.
pub fn phones(settings: &Table) -> Result<PhoneSettings, Error> {
    // The number itself says nothing of how it is to be read.
    let cli = parse("explain", &[OsString::from("0")], flags_of(settings, "explain")?)?;
    let Command::Explain(args) = &cli.command else { unreachable!("it was asked for") };
    let plan = job::plan(args.phone.numbering_plan.as_deref())?;
    job::known_regions(args.phone.regions.as_ref(), plan)?;
    let home = args.phone.region.as_deref().map(|text| job::region(text, plan)).transpose()?;
    Ok(PhoneSettings { plan, home, rules: args.phone.rules() })
}

fn flags_of(settings: &Table, command: &str) -> Result<Vec<OsString>, Error> {
    let flags = profile::flags_of_all(settings, command, &[]).map_err(Error::Usage)?;
    Ok(flags.into_iter().map(OsString::from).collect())
}

/// What would have been typed.
fn parse(command: &str, operands: &[OsString], flags: Vec<OsString>) -> Result<Cli, Error> {
    let mut typed: Vec<OsString> = vec!["rowcall".into(), command.into()];
    typed.extend(flags);
    typed.push("--".into());
    typed.extend_from_slice(operands);
    let matched = Cli::command().try_get_matches_from(typed);
    let parsed = matched.and_then(|matches| Cli::from_arg_matches(&matches));
    parsed.map_err(|message| {
        // What follows is the command's usage, which nobody typed.
        let text = message.to_string();
        let first = text.split("\n\n").next().unwrap_or_default();
        Error::Usage(first.trim_start_matches("error: ").trim_end().to_owned())
    })
}

/// The error as which it began.
fn own(error: anyhow::Error) -> Error {
    error.downcast().unwrap_or_else(|other| Error::Internal(format!("{other:#}")))
}
