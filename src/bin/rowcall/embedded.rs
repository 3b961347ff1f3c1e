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
    let mut settings = settings.clone();
    settings.entry("profile").or_insert_with(|| "none".into());
    let cli = parse(goal.as_str(), inputs, &settings)?;
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
    let cli = parse("explain", &[OsString::from("0")], settings)?;
    let Command::Explain(args) = &cli.command else { unreachable!("it was asked for") };
    let plan = job::plan(args.phone.numbering_plan.as_deref())?;
    job::known_regions(args.phone.regions.as_ref(), plan)?;
    let home = args.phone.region.as_deref().map(|text| job::region(text, plan)).transpose()?;
    Ok(PhoneSettings { plan, home, rules: args.phone.rules() })
}

/// What would have been typed.
fn parse(command: &str, operands: &[OsString], settings: &Table) -> Result<Cli, Error> {
    let flags = profile::flags_of_all(settings, command, &[]).map_err(Error::Usage)?;
    let mut typed: Vec<OsString> = vec!["rowcall".into(), command.into()];
    typed.extend(flags.into_iter().map(OsString::from));
    typed.push("--".into());
    typed.extend_from_slice(operands);
    let matched = Cli::command().try_get_matches_from(profile::apply(typed)?);
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
