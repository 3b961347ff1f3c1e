//! Saved settings: a TOML file whose keys are the names of flags. It is put before what was typed,
//! so that what was typed wins; and what was typed can be saved.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use clap::parser::ValueSource;
use clap::{ArgAction, ArgMatches, Command, CommandFactory};
use toml::{Table, Value};

use rowcall::error::Error;
use rowcall::map::advice::similar;
use rowcall::text::printable;

use crate::args::Cli;

/// The profile that is read where none is named.
const USUAL: &str = "rowcall.toml";

/// Bytes of a profile at most: saved ones have about a thousand.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The commands that take a profile.
const COMMANDS: [&str; 3] = ["prepare", "check", "inspect"];

/// The arguments, with those of the profile before them.
///
/// # Errors
/// [`Error::Usage`] where the profile cannot be read or has a key that is no flag.
pub(crate) fn apply(typed: Vec<OsString>) -> Result<Vec<OsString>, Error> {
    let command = typed.get(1).and_then(|command| command.to_str()).unwrap_or_default().to_owned();
    if !COMMANDS.contains(&command.as_str()) {
        return Ok(typed);
    }
    let named = named_profile(&typed[2..]);
    let path = match named.as_deref() {
        Some("none") => return Ok(typed),
        Some(path) => path,
        None => match usual() {
            Some(path) => path,
            None => return Ok(typed),
        },
    };
    let text =
        read(path).map_err(|what| Error::Usage(format!("profile {}: {what}", printable(path))))?;
    with_text(typed, &text, path)
}

/// The profile that is read where none is named, if it is there.
pub(crate) fn usual() -> Option<&'static str> {
    Path::new(USUAL).is_file().then_some(USUAL)
}

/// The text of a profile, or why it cannot be had.
fn read(path: &str) -> Result<String, String> {
    let fail = |cause: std::io::Error| format!("cannot be read: {cause}");
    let mut text = String::new();
    let file = File::open(path).map_err(fail)?;
    file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text).map_err(fail)?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(format!("has more than {FILE_BYTES_MAX} bytes, so it is no profile"));
    }
    Ok(text)
}

/// The arguments of a command that takes a profile, with those of the text before them; `path`
/// names it in messages.
///
/// # Errors
/// [`Error::Usage`] where the text is no TOML or has a key that is no flag.
pub(crate) fn with_text(
    mut typed: Vec<OsString>,
    text: &str,
    path: &str,
) -> Result<Vec<OsString>, Error> {
    let fail = |what: String| Error::Usage(format!("profile {}: {what}", printable(path)));
    let table: Table = toml::from_str(text).map_err(|cause| fail(cause.to_string()))?;
    let command = typed[1].to_string_lossy().into_owned();
    let rest = typed.split_off(2);
    let flags = flags_of_all(&table, &command, &rest).map_err(fail)?;
    typed.extend(flags.into_iter().map(OsString::from));
    typed.extend(rest);
    Ok(typed)
}

/// The flags that settings stand for.
///
/// # Errors
/// A sentence that says which of them is no flag.
pub(crate) fn flags_of_all(
    settings: &Table,
    command: &str,
    typed: &[OsString],
) -> Result<Vec<String>, String> {
    let cli = Cli::command();
    let mut all = Vec::new();
    for (key, value) in settings {
        all.extend(flags_of(key, value, &cli, command, typed)?);
    }
    Ok(all)
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

/// The names of a command's flags.
fn flags<'c>(cli: &'c Command, command: &str) -> impl Iterator<Item = &'c str> {
    let found = cli.find_subcommand(command).expect("a command of ours");
    found.get_arguments().filter_map(|flag| flag.get_long())
}

/// The flags that a key stands for; none where the command has no such flag and another has.
fn flags_of(
    key: &str,
    value: &Value,
    cli: &Command,
    command: &str,
    typed: &[OsString],
) -> Result<Vec<String>, String> {
    let name = key.replace('_', "-");
    if name == "columns" {
        let names = serde_json::to_string(value).expect("a list of texts");
        return Ok(vec![format!("--saved-columns={names}")]);
    }
    if !flags(cli, command).any(|flag| flag == name) {
        let mut all = COMMANDS.iter().flat_map(|command| flags(cli, command));
        if all.any(|flag| flag == name) {
            return Ok(Vec::new());
        }
        let all = COMMANDS.iter().flat_map(|command| flags(cli, command));
        let meant = similar(&name, all);
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
            if is_repeated(cli, command, &name) {
                return Ok(texts.iter().map(|text| format!("--{name}={text}")).collect());
            }
            Ok(vec![format!("--{name}={}", texts.join(","))])
        }
        value => Ok(vec![format!("--{name}={}", text(value)?)]),
    }
}

/// Whether a flag can be given several times, each with a value of its own.
fn is_repeated(cli: &Command, command: &str, name: &str) -> bool {
    let found = cli.find_subcommand(command).expect("a command of ours");
    let mut arguments = found.get_arguments();
    let flag = arguments.find(|argument| argument.get_long() == Some(name));
    flag.is_some_and(|flag| matches!(flag.get_action(), ArgAction::Append))
}

/// Flags of the form `--map field=Column`, or `--tag-id key=tag=id` from a table in a table; a
/// field for which one was typed is left to that.
fn pairs(name: &str, table: &Table, typed: &[OsString]) -> Result<Vec<String>, String> {
    let typed = typed_fields(name, typed);
    let mut flags = Vec::new();
    for (field, value) in table.iter().filter(|(field, _)| !typed.contains(&field.as_str())) {
        match value {
            Value::Array(list) => {
                for value in list {
                    flags.push(format!("--{name}={field}={}", text(value)?));
                }
            }
            Value::Table(inner) => {
                for (key, value) in inner {
                    flags.push(format!("--{name}={field}={key}={}", text(value)?));
                }
            }
            value => flags.push(format!("--{name}={field}={}", text(value)?)),
        }
    }
    Ok(flags)
}

/// The fields for which a pair was typed, as `--map phone=Mobile` or `--map=phone=Mobile`.
fn typed_fields<'t>(name: &str, typed: &'t [OsString]) -> Vec<&'t str> {
    let typed: Vec<&str> = typed.iter().filter_map(|argument| argument.to_str()).collect();
    let flag = format!("--{name}");
    let apart = typed.windows(2).filter(|pair| pair[0] == flag).map(|pair| pair[1]);
    let joined =
        typed.iter().filter_map(|argument| argument.strip_prefix(&flag)?.strip_prefix('='));
    let fields = apart.chain(joined).filter_map(|pair| Some(pair.split_once('=')?.0.trim()));
    // One flag has a field of its own.
    let is_region = |argument: &&str| argument.starts_with("--region-column") && name == "map";
    fields.chain(typed.iter().copied().find(is_region).map(|_| "region")).collect()
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

/// The flags that were typed for `inspect`, or that it has from its own profile, as keys of a
/// profile: those that other commands have, too, but for what is decided afresh or holds for one
/// run only.
///
/// # Errors
/// [`Error::Usage`] where a value is no text.
pub(crate) fn typed(matches: &ArgMatches) -> Result<Table, Error> {
    const LEFT_OUT: [&str; 6] =
        ["profile", "saved-columns", "map", "set", "region-column", "format"];
    let mut table = Table::new();
    let cli = Cli::command();
    let Some(matches) = matches.subcommand_matches("inspect") else { return Ok(table) };
    let shared: Vec<&str> =
        flags(&cli, "prepare").filter(|flag| !LEFT_OUT.contains(flag)).collect();
    let inspect = cli.find_subcommand("inspect").expect("a command of ours");
    for argument in inspect.get_arguments() {
        let Some(name) = argument.get_long().filter(|name| shared.contains(name)) else { continue };
        let id = argument.get_id().as_str();
        if matches.value_source(id) != Some(ValueSource::CommandLine) {
            continue;
        }
        let raw = matches.get_raw(id).into_iter().flatten();
        let texts: Option<Vec<&str>> = raw.map(OsStr::to_str).collect();
        let texts = texts.ok_or_else(|| {
            Error::Usage(format!("--{name}: a profile holds only what is text in UTF-8"))
        })?;
        let value = match (argument.get_action(), texts.last()) {
            (ArgAction::Append, _) => {
                Value::Array(texts.into_iter().map(|text| Value::String(text.to_owned())).collect())
            }
            (action, Some(last)) if action.takes_values() => value_of(last),
            _ => Value::Boolean(true),
        };
        table.insert(name.to_owned(), value);
    }
    Ok(table)
}

/// A number as a number, and all else as text; `001` is a region and no number.
fn value_of(text: &str) -> Value {
    let number = text.parse::<i64>().ok().filter(|number| number.to_string() == text);
    number.map_or_else(|| Value::String(text.to_owned()), Value::Integer)
}

fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        other => Err(format!("{} is no value of a flag", other.type_str())),
    }
}
