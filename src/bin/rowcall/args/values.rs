//! The text of a flag's value → the value, or a sentence that says what is wrong with it.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command};

use rowcall::flow::MaxRejects;
use rowcall::map::PresetChoice;
use rowcall::map::advice::similar;
use rowcall::map::preset::Preset;
use rowcall::normalize::{MissingName, Wanted};
use rowcall::phone::{Kind, Region};
use rowcall::problem::Code;
use rowcall::write::contract::Contract;

use super::read::ByteOrNone;

/// Any text, some of which a shell proposes.
#[derive(Clone)]
pub(super) struct Proposed(fn() -> Vec<&'static str>);

/// A platform's name, or a file.
pub(super) const PLATFORM: Proposed = Proposed(|| Contract::built_in_names().collect());

/// A code of a problem, or a category of codes.
pub(super) const CODE: Proposed = Proposed(|| {
    let mut names: Vec<&'static str> = Vec::new();
    for category in Code::all().map(Code::category) {
        if !names.contains(&category) {
            names.push(category);
        }
    }
    names.extend(Code::all().map(Code::as_str));
    names
});

impl TypedValueParser for Proposed {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.0)().into_iter().map(PossibleValue::new)))
    }
}

pub(super) fn preset(text: &str) -> Result<PresetChoice, String> {
    match text {
        "auto" => Ok(PresetChoice::Auto),
        "none" => Ok(PresetChoice::None),
        name => Preset::named(name).map(PresetChoice::Named).ok_or_else(|| {
            let names: Vec<&str> = Preset::all().iter().map(|known| known.name.as_str()).collect();
            let meant = similar(name, names.iter().copied());
            let meant = meant.map_or(String::new(), |name| format!("; did you mean {name}?"));
            format!("the known exports are {}{meant}", names.join(", "))
        }),
    }
}

pub(super) fn batch_size(text: &str) -> Result<u64, String> {
    match text {
        "all" => Ok(u64::MAX),
        _ => text
            .parse()
            .ok()
            .filter(|rows| *rows > 0)
            .ok_or_else(|| "a number from 1, or `all`".to_owned()),
    }
}

pub(super) fn max_rejects(text: &str) -> Result<MaxRejects, String> {
    let wrong = || "a number of rows, or a share with at most two decimals, like 2.5%".to_owned();
    let Some(share) = text.strip_suffix('%') else {
        return text.parse().map(MaxRejects::Count).map_err(|_| wrong());
    };
    let (whole, decimals) = share.split_once('.').unwrap_or((share, ""));
    if decimals.len() > 2 {
        return Err(wrong());
    }
    let of_ten_thousand: u64 = format!("{whole}{decimals:0<2}").parse().map_err(|_| wrong())?;
    Ok(MaxRejects::OfTenThousand(of_ten_thousand))
}

pub(super) fn at_least_one(text: &str) -> Result<usize, String> {
    /// More than any machine should be asked for.
    const MAX: usize = 1 << 30;
    text.parse()
        .ok()
        .filter(|number| (1..=MAX).contains(number))
        .ok_or_else(|| format!("a number from 1 to {MAX}"))
}

pub(super) fn threads(text: &str) -> Result<usize, String> {
    const THREADS_MAX: usize = 1024;
    at_least_one(text)
        .ok()
        .filter(|threads| *threads <= THREADS_MAX)
        .ok_or_else(|| format!("a number from 1 to {THREADS_MAX}"))
}

/// Bytes of memory: a number, with K, M, G or T behind it for powers of 1024.
pub(super) fn memory(text: &str) -> Result<usize, String> {
    let split = text.len()
        - text.chars().last().filter(char::is_ascii_alphabetic).map_or(0, char::len_utf8);
    let (number, unit) = text.split_at(split);
    let shift = match unit.to_ascii_uppercase().as_str() {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => usize::BITS,
    };
    number
        .parse::<usize>()
        .ok()
        .and_then(|number| number.checked_mul(1_usize.checked_shl(shift)?))
        .ok_or_else(|| "bytes like 512M or 2G".to_owned())
}

/// A list of values, or of those that are not wanted behind `not:`.
pub(super) fn wanted<T>(
    text: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Wanted<T>, String> {
    let (not, list) = match text.strip_prefix("not:") {
        Some(list) => (true, list),
        None => (false, text),
    };
    let values = list.split(',').map(|value| read(value.trim())).collect::<Result<Vec<T>, _>>()?;
    Ok(if not { Wanted::Not(values) } else { Wanted::Only(values) })
}

pub(super) fn kinds(text: &str) -> Result<Wanted<Kind>, String> {
    wanted(text, |name| {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == name).ok_or_else(|| {
            let names: Vec<&str> = Kind::ALL.into_iter().map(Kind::as_str).collect();
            let meant = similar(name, names.iter().copied());
            let meant = meant.map_or(String::new(), |name| format!("; did you mean {name}?"));
            format!("there is no kind `{name}`; the kinds are {}{meant}", names.join(", "))
        })
    })
}

pub(super) fn regions(text: &str) -> Result<Wanted<Region>, String> {
    wanted(text, |code| {
        code.parse().map_err(|_| format!("`{code}` is no region; give two letters, like AE"))
    })
}

pub(super) fn ascii(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'\n' | b'\r' | 0) => Some(*byte),
        _ => None,
    }
}

pub(super) fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        "tab" | "\\t" => Ok(b'\t'),
        _ => ascii(text).ok_or_else(|| "one ASCII character, or `tab`".to_owned()),
    }
}

pub(super) fn quote(text: &str) -> Result<ByteOrNone, String> {
    match text {
        "none" => Ok(ByteOrNone(None)),
        _ => ascii(text)
            .map(|byte| ByteOrNone(Some(byte)))
            .ok_or_else(|| "one ASCII character, or `none`".to_owned()),
    }
}

pub(super) fn escape(text: &str) -> Result<ByteOrNone, String> {
    match text {
        "none" => Ok(ByteOrNone(None)),
        _ => ascii(text)
            .filter(u8::is_ascii_punctuation)
            .map(|byte| ByteOrNone(Some(byte)))
            .ok_or_else(|| "one ASCII punctuation character, or `none`".to_owned()),
    }
}

/// What becomes of a row without a name.
pub(super) fn missing_name(text: &str) -> Result<MissingName, String> {
    match text.trim() {
        "" => Err("give reject, phone or a text".to_owned()),
        "reject" => Ok(MissingName::Reject),
        "phone" => Ok(MissingName::Phone),
        text => Ok(MissingName::Text(text.to_owned())),
    }
}
