//! Settings from the environment: every option of a command can be set as `ROWCALL_` and its name.
//! They are put before what was typed, so that what was typed wins.

use std::ffi::{OsStr, OsString};

use clap::builder::BoolishValueParser;
use clap::builder::TypedValueParser;
use clap::{Arg, ArgAction, Command};

use rowcall::error::Error;
use rowcall::map::advice::similar;
use rowcall::text::printable;

/// What the name of every variable begins with.
const PREFIX: &str = "ROWCALL_";

/// Variables of `upload.sh`, which a script that calls both may have set.
const OF_UPLOAD: [&str; 3] = ["ROWCALL_PACE_SECONDS", "ROWCALL_RETRY_SECONDS", "ROWCALL_TAKE_404"];

/// The variable of an option; none for those that set nothing.
pub(crate) fn variable(option: &Arg) -> Option<String> {
    let name = option.get_long().filter(|name| !["help", "version"].contains(name))?;
    let sets = !option.is_hide_set();
    sets.then(|| format!("{PREFIX}{}", name.replace('-', "_").to_ascii_uppercase()))
}

/// The arguments, with those of the environment before what was typed; and the variables that were
/// heeded.
///
/// # Errors
/// [`Error::Usage`] where a variable is no option's and is like one, or is neither yes nor no for
/// an option that is one or the other.
pub(crate) fn apply(
    mut typed: Vec<OsString>,
    cli: &Command,
    set: &[(OsString, OsString)],
) -> Result<(Vec<OsString>, Vec<String>), Error> {
    let command = typed.get(1).and_then(|name| name.to_str());
    let Some(command) = command.and_then(|name| cli.find_subcommand(name)) else {
        return Ok((typed, Vec::new()));
    };
    check_names(cli, set)?;
    let rest = typed.split_off(2);
    let mut heeded = Vec::new();
    for option in command.get_arguments() {
        let Some(variable) = variable(option) else { continue };
        let Some((_, value)) = set.iter().find(|(name, _)| *name == *variable) else { continue };
        let mut said = command.get_arguments().filter(|other| is_typed(other, &rest));
        if value.is_empty() || said.any(|said| said == option || exclude(command, said, option)) {
            continue;
        }
        typed.extend(words(option, &variable, value)?);
        heeded.push(variable);
    }
    typed.extend(rest);
    Ok((typed, heeded))
}

/// Whether one of two options cannot stand beside the other; either may say so.
fn exclude(command: &Command, one: &Arg, other: &Arg) -> bool {
    command.get_arg_conflicts_with(one).contains(&other)
        || command.get_arg_conflicts_with(other).contains(&one)
}

/// What would have to be typed for it. An option that can be given several times takes a line each.
fn words(option: &Arg, variable: &str, value: &OsStr) -> Result<Vec<OsString>, Error> {
    let name = option.get_long().expect("it has a variable");
    let with = |value: &OsStr| {
        let mut word = OsString::from(format!("--{name}="));
        word.push(value);
        word
    };
    if !option.get_action().takes_values() {
        let yes = BoolishValueParser::new().parse_ref(&Command::new(""), None, value);
        let yes = yes.map_err(|_| {
            let value = printable(&value.to_string_lossy());
            Error::Usage(format!("{variable}: `{value}` is neither yes nor no"))
        })?;
        return Ok(yes.then(|| OsString::from(format!("--{name}"))).into_iter().collect());
    }
    match value.to_str() {
        Some(text) if matches!(option.get_action(), ArgAction::Append) => {
            let lines = text.lines().filter(|line| !line.is_empty());
            Ok(lines.map(|line| with(OsStr::new(line))).collect())
        }
        _ => Ok(vec![with(value)]),
    }
}

/// Whether an option was typed, by its name or its letter.
fn is_typed(option: &Arg, typed: &[OsString]) -> bool {
    let long = option.get_long().map(|name| format!("--{name}"));
    let short = option.get_short().map(|letter| format!("-{letter}"));
    typed.iter().take_while(|word| *word != "--").any(|word| {
        let word = word.to_string_lossy();
        let by_name = long.as_deref().is_some_and(|name| {
            word.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        });
        by_name || short.as_deref().is_some_and(|letter| word.starts_with(letter))
    })
}

/// A slip in a variable's name would go unheard.
fn check_names(cli: &Command, set: &[(OsString, OsString)]) -> Result<(), Error> {
    let options = cli.get_subcommands().flat_map(Command::get_arguments);
    let known: Vec<String> = options.filter_map(variable).collect();
    let unheard = |name: &&str| {
        name.starts_with(PREFIX) && !OF_UPLOAD.contains(name) && !known.iter().any(|it| it == name)
    };
    let names = set.iter().filter_map(|(name, _)| name.to_str());
    let like = |name| Some((name, similar(name, known.iter().map(String::as_str))?));
    match names.filter(unheard).find_map(like) {
        None => Ok(()),
        Some((name, meant)) => Err(Error::Usage(format!(
            "the environment has {}, which is no option; did you mean {meant}?",
            printable(name)
        ))),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::args::Cli;

    fn applied(typed: &str, set: &[(&str, &str)]) -> Result<String, String> {
        let mut cli = Cli::command();
        cli.build();
        let typed = typed.split(' ').map(OsString::from).collect();
        let set: Vec<(OsString, OsString)> =
            set.iter().map(|(name, value)| (name.into(), value.into())).collect();
        let (words, _) = apply(typed, &cli, &set).map_err(|error| error.to_string())?;
        let words: Vec<&str> = words.iter().map(|word| word.to_str().expect("text")).collect();
        Ok(words.join(" "))
    }

    #[test]
    fn what_the_environment_sets_stands_before_what_is_typed_and_yields_to_it() {
        for (typed, name, value, words) in [
            ("rowcall check a.csv", "ROWCALL_REGION", "AE", "rowcall check --region=AE a.csv"),
            (
                "rowcall check a.csv --region US",
                "ROWCALL_REGION",
                "AE",
                "rowcall check a.csv --region US",
            ),
            (
                "rowcall check a.csv --region=US",
                "ROWCALL_REGION",
                "AE",
                "rowcall check a.csv --region=US",
            ),
            ("rowcall check a.csv -oreport", "ROWCALL_OUT", "x", "rowcall check a.csv -oreport"),
            ("rowcall check a.csv", "ROWCALL_VANITY", "1", "rowcall check --vanity a.csv"),
            ("rowcall check a.csv", "ROWCALL_VANITY", "no", "rowcall check a.csv"),
            ("rowcall check a.csv", "ROWCALL_REGION", "", "rowcall check a.csv"),
            (
                "rowcall check a.csv --no-header",
                "ROWCALL_HEADER",
                "yes",
                "rowcall check a.csv --no-header",
            ),
            (
                "rowcall platforms vobiz --toml",
                "ROWCALL_FORMAT",
                "json",
                "rowcall platforms vobiz --toml",
            ),
            ("rowcall explain 050", "ROWCALL_OUT", "x", "rowcall explain 050"),
            (
                "rowcall check a.csv",
                "ROWCALL_MAP",
                "phone=A\nname=B",
                "rowcall check --map=phone=A --map=name=B a.csv",
            ),
        ] {
            assert_eq!(applied(typed, &[(name, value)]).as_deref(), Ok(words), "{name}={value}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let told = applied("rowcall check a.csv", &[("ROWCALL_VANITY", "perhaps")]);
        assert!(told.is_err_and(|told| told.contains("neither yes nor no")));
        let told = applied("rowcall check a.csv", &[("ROWCALL_REGOIN", "AE")]);
        assert!(told.is_err_and(|told| told.contains("did you mean ROWCALL_REGION?")));
        let others = [("ROWCALL_PACE_SECONDS", "0"), ("ROWCALL_SOMETHING_ELSE", "x")];
        assert_eq!(applied("rowcall check a.csv", &others).as_deref(), Ok("rowcall check a.csv"));
    }
}
