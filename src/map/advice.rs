//! What to say where the columns cannot be decided: what was seen, and what to do.

use super::letters;
use super::preset::Preset;
use super::synonyms::known;
use crate::contact::Field;
use crate::error::Error;
use crate::text::{fold, printable};

pub(super) fn two_candidates(
    field: Field,
    found: &[usize],
    headers: &[String],
    source: &str,
) -> Error {
    let names = list(headers, found.iter().copied());
    let first = &headers[found[0]];
    let same = found.iter().all(|at| fold(&headers[*at]) == fold(first));
    let value = if same { format!("#{}", found[0] + 1) } else { first.clone() };
    let advice = shell_word(&format!("{field}={value}"));
    let count = found.len();
    Error::Usage(format!(
        "{source}: {count} columns could be the {field}: {names}; say which, for example --map \
         {advice}"
    ))
}

/// A header says one column holds phones, and the values say another.
pub(super) fn clashing_evidence(
    named: usize,
    like: usize,
    headers: &[String],
    source: &str,
) -> Error {
    Error::Usage(format!(
        "{source}: {} is named like the phone and none of its first values is a number, while those \
         of {} are; say which, for example --map {}",
        list(headers, [named].into_iter()),
        list(headers, [like].into_iter()),
        shell_word(&format!("phone={}", headers[like]))
    ))
}

pub(super) fn no_phone_column(headers: &[String], preset: Option<&Preset>, source: &str) -> Error {
    if let Some(preset) = preset
        && let Some(why) = &preset.without_phone
    {
        return Error::Usage(format!("{source}: this is an export of {}: {why}", preset.title));
    }
    if let [only] = headers
        && let Some(delimiter) = [';', '\t', '|', ','].into_iter().find(|c| only.contains(*c))
    {
        let flag = if delimiter == '\t' { "tab".to_owned() } else { format!("'{delimiter}'") };
        return Error::Usage(format!(
            "{source}: the header is one cell, {}; try --delimiter {flag}",
            quoted(only)
        ));
    }
    let near = headers.iter().find(|header| similar(&fold(header), known(Field::Phone)).is_some());
    let likely = near.or_else(|| {
        headers.iter().find(|header| {
            let folded = fold(header);
            ["phone", "mobile", "tel", "cell", "whatsapp", "gsm", "msisdn", "number"]
                .iter()
                .any(|word| folded.contains(word))
        })
    });
    Error::Usage(format!(
        "{source}: no column is known to hold phone numbers; the header has {}; \
         say which, for example --map {}",
        list(headers, 0..headers.len()),
        shell_word(&format!("phone={}", likely.map_or("COLUMN", String::as_str)))
    ))
}

/// The header is not the one that the profile was saved for.
pub(super) fn changed_header(saved: &[String], headers: &[String], source: &str) -> Error {
    let missing = |of: &[String], from: &[String]| {
        let at: Vec<usize> = (0..of.len()).filter(|at| !from.contains(&of[*at])).collect();
        list(of, at.into_iter())
    };
    let (gone, new) = (missing(saved, headers), missing(headers, saved));
    let mut changes = Vec::new();
    if !gone.is_empty() {
        changes.push(format!("gone: {gone}"));
    }
    if !new.is_empty() {
        changes.push(format!("new: {new}"));
    }
    if changes.is_empty() {
        let moved = saved.iter().zip(headers).position(|(was, is)| was != is);
        changes.push(match moved {
            Some(at) => format!("column {} was {}", letters(at), quoted(&saved[at])),
            None => format!("{} columns were {}", headers.len(), saved.len()),
        });
    }
    Error::Usage(format!(
        "{source}: the header is not the one that the profile was saved for; {}; look at it with \
         inspect, and save the profile anew or take `columns` out of it",
        changes.join("; ")
    ))
}

pub(super) fn no_such_column(headers: &[String], wanted: &str, flag: &str, source: &str) -> Error {
    let meant = similar(wanted, headers.iter().map(String::as_str));
    let meant = meant.map_or(String::new(), |name| format!("; did you mean {}?", quoted(name)));
    Error::Usage(format!(
        "{source}: there is no column {} for {flag}; the header has {}{meant}",
        quoted(wanted),
        list(headers, 0..headers.len())
    ))
}

/// The known name that a misspelled one is nearest to, if it is near.
pub fn similar<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    const SHORTEST: usize = 4;
    let wanted = fold(name);
    if wanted.chars().count() < SHORTEST {
        return None;
    }
    let allowed = if wanted.chars().count() > 2 * SHORTEST { 2 } else { 1 };
    let mut near: Vec<(usize, &str)> = known
        .map(|name| (strsim::osa_distance(&wanted, &fold(name)), name))
        .filter(|(distance, _)| *distance <= allowed)
        .collect();
    near.sort_unstable();
    near.first().map(|(_, name)| *name)
}

/// Headers as a message names them, each with its letters: `"Mobile" (column C)`. At most twelve.
pub(super) fn list(headers: &[String], which: impl Iterator<Item = usize>) -> String {
    const SHOWN_MAX: usize = 12;
    let all: Vec<usize> = which.filter(|at| !headers[*at].trim().is_empty()).collect();
    let mut shown: Vec<String> = all
        .iter()
        .take(SHOWN_MAX)
        .map(|&at| format!("{} (column {})", quoted(&headers[at]), letters(at)))
        .collect();
    if all.len() > SHOWN_MAX {
        shown.push(format!("and {} more", all.len() - SHOWN_MAX));
    }
    shown.join(", ")
}

pub(super) fn quoted(text: &str) -> String {
    const SHOWN_CHARS_MAX: usize = 60;
    let mut short: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("\"{}\"", printable(&short))
}

/// A word that a POSIX shell takes as it stands.
#[must_use]
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "=_-.,+/".contains(c);
    let text = printable(text);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
