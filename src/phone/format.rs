//! In: a [`Number`] and a [`Format`]. Out: the number as people of its region write it.

use super::automaton::walk;
use super::digits::Digits;
use super::number::{E164, Number};
use super::tables::{Choice, CodeRow, Tables, WritingRow};

/// A way to write a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// `+971501234567`, without the extension.
    E164,
    /// `971501234567`: E.164 without the plus.
    Digits,
    /// `050 123 4567`: as dialled within the region, with its national prefix.
    National,
    /// `+971 50 123 4567`.
    International,
    /// `tel:+971-50-123-4567`, as in RFC 3966.
    Rfc3966,
}

/// Appends the number to `out`.
#[inline]
pub(super) fn format(tables: &Tables, number: &Number, format: Format, out: &mut String) {
    match (format, number.e164.allowed()) {
        (Format::E164, Some((text, bytes))) => push_first(text, bytes, out),
        (Format::Digits, _) => out.push_str(number.e164.digits()),
        (Format::E164, None) => push_long(number.e164, out),
        (Format::National | Format::International | Format::Rfc3966, _) => {
            match tables.code(number.calling_code) {
                Some(code) => push_grouped(tables, code, number, format, out),
                // Another plan read it. This one knows no groups and no prefix for it.
                None => out.push_str(number.national()),
            }
        }
    }
}

/// Appends the first bytes of a text.
#[inline(always)]
fn push_first(text: [[u8; 8]; 2], bytes: usize, out: &mut String) {
    let end = out.len() + bytes;
    let text = std::str::from_utf8(text.as_flattened()).expect("a plus and digits are ASCII");
    // It is all of them; and said so, the compiler copies them at once.
    if let Some(text) = text.get(..size_of::<[[u8; 8]; 2]>()) {
        out.push_str(text);
    }
    out.truncate(end);
}

/// Appends a number that is too long for E.164. It is given by value, so that a number whose
/// address nobody takes can stay in registers.
#[cold]
#[inline(never)]
fn push_long(e164: E164, out: &mut String) {
    out.push_str(e164.as_str());
}

/// Appends the number in groups, with its calling code, if the format has it, and its extension.
fn push_grouped(
    tables: &Tables,
    code: &CodeRow,
    number: &Number,
    format: Format,
    out: &mut String,
) {
    if format == Format::Rfc3966 {
        out.push_str("tel:");
    }
    if format != Format::National {
        out.push_str(number.e164.calling_code_with_plus());
        out.push(if format == Format::Rfc3966 { '-' } else { ' ' });
    }
    push_national(tables, code, number.national(), format, out);
    if number.extension().is_empty() {
        return;
    }
    if format == Format::Rfc3966 {
        out.push_str(";ext=");
    } else {
        let before = code.extension.as_bytes().iter();
        out.extend(before.map(|&byte| char::from(byte)));
    }
    out.push_str(number.extension());
}

/// Appends the national number in the groups of its writing; all of it at once, if it has none.
fn push_national(
    tables: &Tables,
    code: &CodeRow,
    national: &str,
    format: Format,
    out: &mut String,
) {
    let mut digits = Digits::new();
    national.bytes().for_each(|byte| digits.push(byte - b'0'));
    let choice = Choice(walk(&tables.nodes, &tables.tails, code.choose, digits));
    let place = if format == Format::National { choice.national() } else { choice.international() };
    let Some(place) = place.checked_sub(1) else {
        return out.push_str(national);
    };
    let writing = &tables.writings[usize::from(code.writings + place)];
    let groups = split(writing, national);
    let start = out.len();
    for &byte in writing.template.as_bytes() {
        match groups.get(usize::from(byte).wrapping_sub(1)) {
            Some(group) => out.push_str(group),
            // RFC 3966 has a hyphen for all that stands between groups, and nothing before them.
            None if format == Format::Rfc3966 && !byte.is_ascii_alphanumeric() => {
                if out.len() > start && !out.ends_with('-') {
                    out.push('-');
                }
            }
            None => out.push(char::from(byte)),
        }
    }
}

/// Cuts a number into groups. Each takes as many digits as it may and the groups after it allow.
fn split<'n>(writing: &WritingRow, mut national: &'n str) -> [&'n str; WritingRow::GROUPS_MAX] {
    let mut needed: usize = writing.groups.iter().map(|group| usize::from(group.0)).sum();
    writing.groups.map(|(least, most)| {
        needed -= usize::from(least);
        let length = usize::from(most).min(national.len().saturating_sub(needed));
        let (group, rest) = national.split_at(length);
        national = rest;
        group
    })
}
