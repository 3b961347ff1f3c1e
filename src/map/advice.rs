//! What to say where the columns cannot be decided: what was seen, and what to do.

use std::sync::LazyLock;

use super::content::Looks;
use super::denial::{is_no_phone, word_for};
use super::preset::Preset;
use super::synonyms::known;
use super::{Columns, letters};
use crate::contact::Field;
use crate::error::Error;
use crate::slips::Outline;
use crate::text::{fold, printable};

pub(super) fn two_candidates(
    field: Field,
    found: &[(usize, Looks)],
    headers: &[String],
    source: &str,
) -> Error {
    // Of those for which as many values speak, the first.
    let best = found.iter().rev().max_by_key(|(_, looks)| looks.found(field));
    let best = best.map_or(0, |(at, _)| *at);
    let same = found.iter().all(|(at, _)| fold(&headers[*at]) == fold(&headers[best]));
    let value = if same { format!("#{}", best + 1) } else { headers[best].clone() };
    let advice = shell_word(&format!("{field}={value}"));
    let count = found.len();
    let names = list_with(headers, found.iter().map(|(at, _)| *at), |nth| {
        format!("; {}", found[nth].1.evidence(field))
    });
    Error::Usage(format!(
        "{source}: {count} columns could be the {field}: {names}; say which, for example --map \
         {advice}"
    ))
}

/// A header says one column holds phones, and the values say another.
pub(super) fn clashing_evidence(
    (named, looks): (usize, Looks),
    (like, like_looks): (usize, Looks),
    headers: &[String],
    source: &str,
) -> Error {
    Error::Usage(format!(
        "{source}: {} is named like the phone, but {}, while of {} {}; say which, for example \
         --map {}",
        list(headers, [named].into_iter()),
        looks.evidence(Field::Phone),
        list(headers, [like].into_iter()),
        like_looks.evidence(Field::Phone),
        shell_word(&format!("phone={}", headers[like]))
    ))
}

/// A column that feeds no field and may be meant to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Index of the column.
    pub column: usize,
    /// The field it may be meant for.
    pub field: Field,
    /// Why.
    pub why: String,
}

/// How many columns are looked at for such.
const LOOKED_AT_MAX: usize = 1000;

/// The columns that feed no field and may be meant to: by a header that is a slip away from a known
/// one, or by their values.
#[must_use]
pub fn hints(columns: &Columns) -> Vec<Hint> {
    let unfed = |field: &Field| columns.of(*field).is_none();
    let nameless = [Field::Name, Field::FirstName, Field::LastName].iter().all(unfed);
    let hint = |column: usize| {
        let header = &columns.headers[column];
        let slip = Field::all().filter(unfed).find_map(|field| {
            // `Customer ID` is no slip of `Customer`.
            let meant = slip_of(header, field).filter(|_| !is_no_phone(header))?;
            Some((field, format!("the header is like \"{meant}\"")))
        });
        let looks = columns.looks(column);
        let like = || {
            let is_told = word_for(Field::Phone, header).is_some();
            let may_be_phones = is_told || looks.are_written_as_phones() || looks.are_all_phones();
            let found = [
                (Field::Phone, looks.are_phones() && may_be_phones && !is_no_phone(header)),
                (Field::Email, looks.are_emails()),
                (Field::Country, looks.are_countries()),
                (Field::Name, nameless && word_for(Field::Name, header).is_some()),
            ];
            let (field, _) = found.into_iter().find(|(_, like)| *like)?;
            Some((field, looks.evidence(field)))
        };
        let (field, why) = slip.or_else(like)?;
        Some(Hint { column, field, why })
    };
    columns.leftovers().iter().take(LOOKED_AT_MAX).filter_map(|at| hint(*at)).collect()
}

/// What to say of such a column, with the flag that takes it: by its header, or by its number where
/// that alone tells it from others.
#[must_use]
pub fn not_used(headers: &[String], column: usize, field: &str, why: &str) -> String {
    let (header, number) = (&headers[column], column + 1);
    let is_name = !header.is_empty()
        && !header.starts_with('#')
        && headers.iter().filter(|other| *other == header).count() == 1;
    let name = if is_name { header.clone() } else { format!("#{number}") };
    let flag = shell_word(&format!("{field}={name}"));
    format!("not used: {} (column {number}; {why}); --map {flag}?", printable(header))
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
    let near = headers.iter().find(|header| slip_of(header, Field::Phone).is_some());
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
         inspect, and save the profile anew, to a file that is not there yet",
        changes.join("; ")
    ))
}

pub(super) fn too_many_columns(field: Field, most: usize, source: &str) -> Error {
    Error::Usage(format!("{source}: --map {field}: at most {most} columns feed it; leave some out"))
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
    let wanted = fold(name);
    let wanted = Outline::of(&wanted);
    let allowed = slips_allowed(&wanted)?;
    let slips = |name| Some((wanted.slips_to(&Outline::of(&fold(name)), allowed)?, name));
    known.filter_map(slips).min().map(|(_, name)| name)
}

/// The known header of a field that a header is a slip of.
fn slip_of(header: &str, field: Field) -> Option<&'static str> {
    static KNOWN: LazyLock<[Vec<Outline<'static>>; Field::COUNT]> = LazyLock::new(|| {
        let mut words = <[_; Field::COUNT]>::default();
        Field::all()
            .for_each(|field| words[field as usize] = known(field).map(Outline::of).collect());
        words
    });
    let wanted = fold(header);
    let wanted = Outline::of(&wanted);
    let allowed = slips_allowed(&wanted)?;
    let slips = |word: &Outline<'static>| Some((wanted.slips_to(word, allowed)?, word.text()));
    KNOWN[field as usize].iter().filter_map(slips).min().map(|(_, word)| word)
}

/// How many slips lead from a name to one that was meant; of a short one too many others are near.
fn slips_allowed(wanted: &Outline<'_>) -> Option<usize> {
    const SHORTEST: usize = 4;
    let chars = wanted.chars();
    (chars >= SHORTEST).then_some(if chars > 2 * SHORTEST { 2 } else { 1 })
}

/// Headers as a message names them, each with its letters: `"Mobile" (column C)`. At most twelve.
pub(super) fn list(headers: &[String], which: impl Iterator<Item = usize>) -> String {
    let named = which.filter(|at| !headers[*at].trim().is_empty());
    list_with(headers, named, |_| String::new())
}

/// The same, empty headers too, with what `more` says of the n-th of them.
fn list_with(
    headers: &[String],
    which: impl Iterator<Item = usize>,
    more: impl Fn(usize) -> String,
) -> String {
    const SHOWN_MAX: usize = 12;
    let all: Vec<usize> = which.collect();
    let name = |(nth, at): (usize, &usize)| {
        format!("{} (column {}{})", quoted(&headers[*at]), letters(*at), more(nth))
    };
    let mut shown: Vec<String> = all.iter().take(SHOWN_MAX).enumerate().map(name).collect();
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
