//! Saved settings: a TOML file whose keys are the names of flags. It is put before what was typed,
//! so that what was typed wins.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use clap::CommandFactory;
use toml::{Table, Value};

use rowcall::error::Error;
use rowcall::map::advice::similar;
use rowcall::text::printable;

use crate::args::Cli;

/// The profile that is read where none is named.
const USUAL: &str = "rowcall.toml";

/// The commands that take a profile.
const COMMANDS: [&str; 3] = ["prepare", "check", "inspect"];

/// The arguments, with those of the profile before them.
///
/// # Errors
/// [`Error::Usage`] where the profile cannot be read or has a key that is no flag.
pub(crate) fn apply(mut typed: Vec<OsString>) -> Result<Vec<OsString>, Error> {
    let command = typed.get(1).and_then(|command| command.to_str()).unwrap_or_default().to_owned();
    if !COMMANDS.contains(&command.as_str()) {
        return Ok(typed);
    }
    let named = named_profile(&typed[2..]);
    let path = match named.as_deref() {
        Some("none") => return Ok(typed),
        Some(path) => path,
        None if Path::new(USUAL).is_file() => USUAL,
        None => return Ok(typed),
    };
    let fail = |what: String| Error::Usage(format!("profile {}: {what}", printable(path)));
    let text =
        fs::read_to_string(path).map_err(|cause| fail(format!("cannot be read: {cause}")))?;
    let table: Table = toml::from_str(&text).map_err(|cause| fail(cause.to_string()))?;
    let rest = typed.split_off(2);
    for (key, value) in &table {
        let flags = flags_of(key, value, &command, &rest).map_err(&fail)?;
        typed.extend(flags.into_iter().map(OsString::from));
    }
    typed.extend(rest);
    Ok(typed)
}

/// The profile that was typed.
fn named_profile(typed: &[OsString]) -> Option<String> {
    let mut typed = typed.iter().filter_map(|argument| argument.to_str());
    while let Some(argument) = typed.next() {
        if argument == "--profile" {
            return typed.next().map(str::to_owned);
        }
        if let Some(path) = argument.strip_prefix("--profile=") {
            return Some(path.to_owned());
        }
    }
    None
}

/// The flags that a key stands for; none where the command has no such flag and another has.
fn flags_of(
    key: &str,
    value: &Value,
    command: &str,
    typed: &[OsString],
) -> Result<Vec<String>, String> {
    let name = key.replace('_', "-");
    if name == "columns" {
        let names = serde_json::to_string(value).expect("a list of texts");
        return Ok(vec![format!("--saved-columns={names}")]);
    }
    let cli = Cli::command();
    let flags = |command: &str| -> Vec<String> {
        let found = cli.find_subcommand(command).expect("a command of ours");
        found.get_arguments().filter_map(|flag| flag.get_long()).map(str::to_owned).collect()
    };
    if !flags(command).contains(&name) {
        let all: Vec<String> = COMMANDS.iter().flat_map(|command| flags(command)).collect();
        if all.contains(&name) {
            return Ok(Vec::new());
        }
        let meant = similar(&name, all.iter().map(String::as_str));
        let meant = meant.map_or(String::new(), |name| format!("; did you mean {name}?"));
        return Err(format!("`{}` is no flag{meant}", printable(key)));
    }
    if is_overruled(&name, typed) {
        return Ok(Vec::new());
    }
    match value {
        Value::Boolean(true) => Ok(vec![format!("--{name}")]),
        Value::Boolean(false) => Ok(Vec::new()),
        Value::Table(table) => pairs(&name, table, typed),
        Value::Array(list) => {
            let texts = list.iter().map(text).collect::<Result<Vec<String>, String>>()?;
            Ok(vec![format!("--{name}={}", texts.join(","))])
        }
        value => Ok(vec![format!("--{name}={}", text(value)?)]),
    }
}

/// Flags of the form `--map field=Column`; a field for which one was typed is left to that.
fn pairs(name: &str, table: &Table, typed: &[OsString]) -> Result<Vec<String>, String> {
    let is_typed = |field: &str| {
        let begin = format!("{field}=");
        let flag = format!("--{name}");
        typed
            .iter()
            .filter_map(|argument| argument.to_str())
            .zip(std::iter::once("").chain(typed.iter().filter_map(|argument| argument.to_str())))
            .any(|(argument, before)| {
                (before == flag && argument.starts_with(&begin))
                    || argument
                        .strip_prefix(&format!("{flag}="))
                        .is_some_and(|it| it.starts_with(&begin))
            })
    };
    let mut flags = Vec::new();
    for (field, value) in table.iter().filter(|(field, _)| !is_typed(field)) {
        let values = match value {
            Value::Array(list) => list.clone(),
            value => vec![value.clone()],
        };
        for value in values {
            flags.push(format!("--{name}={field}={}", text(&value)?));
        }
    }
    Ok(flags)
}

/// Whether what was typed says the opposite of a flag that is there or not.
fn is_overruled(name: &str, typed: &[OsString]) -> bool {
    let opposite = match name {
        "header" => "--no-header",
        "no-header" => "--header",
        _ => return false,
    };
    typed.iter().any(|argument| argument == opposite)
}

fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        other => Err(format!("{} is no value of a flag", other.type_str())),
    }
}
