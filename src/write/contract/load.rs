//! The text of a platform file → a [`Contract`], or what is wrong with it: the line, what was seen,
//! and what to do.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::{Contract, FieldKey, check};
use crate::error::{Error, Result};
use crate::map::advice::similar;
use crate::text::printable;

/// The platforms that are built in, in the order in which they are listed: name and file.
const BUILT_IN: [(&str, &str); 12] = [
    ("superwaba", include_str!("../contracts/superwaba.toml")),
    ("whatsbizapi", include_str!("../contracts/whatsbizapi.toml")),
    ("wawp", include_str!("../contracts/wawp.toml")),
    ("vobiz", include_str!("../contracts/vobiz.toml")),
    ("vobiz-json", include_str!("../contracts/vobiz-json.toml")),
    ("awalchat", include_str!("../contracts/awalchat.toml")),
    ("wati", include_str!("../contracts/wati.toml")),
    ("chatwoot", include_str!("../contracts/chatwoot.toml")),
    ("hubspot", include_str!("../contracts/hubspot.toml")),
    ("meta-audience", include_str!("../contracts/meta-audience.toml")),
    ("generic-json", include_str!("../contracts/generic-json.toml")),
    ("generic-csv", include_str!("../contracts/generic-csv.toml")),
];

/// Bytes of a platform file at most: the built-in ones have about a thousand.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// What is wrong in a contract, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The keys from the top of the file to the place, and the indices of lists.
    at: Vec<String>,
    /// What was seen, and what to do.
    what: String,
}

impl Fault {
    /// A fault at a place like `["field", "2", "key"]`.
    pub(super) fn at(at: &[&str], what: impl Into<String>) -> Fault {
        Fault { at: at.iter().map(|step| (*step).to_owned()).collect(), what: what.into() }
    }
}

impl Contract {
    /// The platform that the user names: a built-in one, or a file whose name ends in `.toml`.
    ///
    /// # Errors
    /// [`Error::Usage`] where there is none, with the names of those there are, or what is wrong
    /// in the file.
    pub fn find(name: &str) -> Result<Contract> {
        Contract::find_with_text(name).map(|(contract, _)| contract)
    }

    /// The same, with the text of its file.
    ///
    /// # Errors
    /// As [`Contract::find`].
    pub fn find_with_text(name: &str) -> Result<(Contract, String)> {
        let is_file = |extension: &std::ffi::OsStr| extension.eq_ignore_ascii_case("toml");
        if Path::new(name).extension().is_some_and(is_file) {
            let shown = printable(name);
            let text = read(name)
                .map_err(|what| Error::Usage(format!("platform {shown}: the file {what}")))?;
            return Ok((Contract::load(&text, &shown)?, text));
        }
        match BUILT_IN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((known, text)) => Ok((Contract::load(text, known)?, (*text).to_owned())),
            None => Err(unknown(name)),
        }
    }

    /// The built-in platforms, in the order in which they are listed.
    #[must_use]
    pub fn built_in() -> Vec<Contract> {
        let load = |(name, text): &(&str, &str)| {
            Contract::load(text, name).expect("a test loads every built-in contract")
        };
        BUILT_IN.iter().map(load).collect()
    }

    /// The names of the contracts that are built in.
    pub fn built_in_names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// Reads a contract; `origin` names it in messages.
    ///
    /// # Errors
    /// [`Error::Usage`] with the line where one can be named, what is wrong, and what to do.
    pub fn load(text: &str, origin: &str) -> Result<Contract> {
        let wrong = |span: Option<Range<usize>>, what: &str| {
            let line = span.map(|span| 1 + text[..span.start].matches('\n').count());
            let line = line.map_or(String::new(), |line| format!(", line {line}"));
            Error::Usage(format!("platform {origin}{line}: {what}"))
        };
        let root = DeTable::parse(text).map_err(|cause| {
            let cause_text = printable(cause.message());
            wrong(
                cause.span(),
                &format!("this is no TOML: {cause_text}; docs/platforms.md shows the form"),
            )
        })?;
        let mut contract: Contract = toml::from_str(text).map_err(|cause| {
            // What the top of the file lacks has no line.
            let span = cause.span().filter(|span| span.start > 0 || !is_missing(cause.message()));
            wrong(field_at_fault(&root, span.as_ref()).or(span), &reworded(cause.message()))
        })?;
        check::contract(&contract).map_err(|Fault { at, what }| {
            wrong(span_of(&DeValue::Table(root.into_inner()), &at), &what)
        })?;
        contract.blake3 = blake3::hash(text.as_bytes()).to_hex().to_string();
        Ok(contract)
    }
}

/// The text of a file, or why it cannot be had.
fn read(name: &str) -> std::result::Result<String, String> {
    let fail = |cause: std::io::Error| match cause.kind() {
        std::io::ErrorKind::IsADirectory => "is a folder; name the file in it".to_owned(),
        std::io::ErrorKind::NotFound => {
            "is not there; see where it is, or write ./ before the name of one in this folder"
                .to_owned()
        }
        _ => format!("cannot be read: {cause}"),
    };
    let mut bytes = Vec::new();
    let file = File::open(name).map_err(fail)?;
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(format!("has more than {FILE_BYTES_MAX} bytes, so it is no platform file"));
    }
    String::from_utf8(bytes).map_err(|cause| {
        let at = cause.utf8_error().valid_up_to();
        let line = 1 + cause.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
        format!("is no UTF-8 text from line {line} on; save it as UTF-8")
    })
}

fn unknown(name: &str) -> Error {
    let known: Vec<&str> = BUILT_IN.iter().map(|(known, _)| *known).collect();
    let meant = similar(name, known.iter().copied());
    let meant = meant.map_or(String::new(), |name| format!("; did you mean {name}?"));
    Error::Usage(format!(
        "there is no platform `{}`{meant}; the platforms are {}, or a file of your own that ends in \
         .toml",
        printable(name),
        known.join(", ")
    ))
}

/// Where the keys lead to, as far as they are there.
fn span_of(value: &DeValue<'_>, at: &[String]) -> Option<Range<usize>> {
    let (step, rest) = at.split_first()?;
    let (span, inner) = match value {
        DeValue::Table(table) => {
            let (key, inner) = table.get_key_value(step.as_str())?;
            (key.span(), inner)
        }
        DeValue::Array(list) => {
            let inner = list.get(step.parse::<usize>().ok()?)?;
            (inner.span(), inner)
        }
        _ => return None,
    };
    Some(span_of(inner.get_ref(), rest).unwrap_or(span))
}

/// Where the first field stands that is wrong as a whole: of such a fault only the list is named.
fn field_at_fault(
    root: &Spanned<DeTable<'_>>,
    named: Option<&Range<usize>>,
) -> Option<Range<usize>> {
    let list = root.get_ref().get("field").filter(|list| Some(list.span()) == named.cloned())?;
    let wrong = |field: &&Spanned<DeValue<'_>>| {
        FieldKey::deserialize(ValueDeserializer::from((*field).clone())).is_err()
    };
    list.get_ref().as_array()?.iter().find(wrong).map(Spanned::span)
}

fn is_missing(message: &str) -> bool {
    message.starts_with("missing field")
}

/// The words of a deserializer in our own: what was seen, and what to do.
fn reworded(message: &str) -> String {
    let wrong = ["invalid type: ", "invalid value: "];
    let wrong = wrong.iter().find_map(|start| message.strip_prefix(start));
    if let Some((seen, expected)) = wrong.and_then(|rest| rest.rsplit_once(", expected ")) {
        let expected = match expected {
            "u32" | "u64" | "usize" => "a whole number without quotes",
            "a boolean" => "true or false without quotes",
            "a string" => "a text in quotes",
            other => other,
        };
        return format!("this is {}; write {expected}", printable(seen));
    }
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let Some((seen, known)) = quoted.split_first() else { return printable(message) };
    let shown = printable(seen);
    let meant = similar(seen, known.iter().copied());
    let meant = meant.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
    let known = known.join(", ");
    if message.starts_with("unknown field") {
        format!("there is no key `{shown}` here; the keys are {known}{meant}")
    } else if message.starts_with("unknown variant") {
        format!("`{shown}` is not known here; it is one of {known}{meant}")
    } else if is_missing(message) {
        format!("the key `{shown}` is missing; add it")
    } else {
        printable(message)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Field, Limit};
    use super::*;

    fn superwaba(from: &str, to: &str) -> std::result::Result<Contract, String> {
        let text = BUILT_IN[0].1;
        assert!(text.contains(from), "the change changes something");
        let changed = text.replacen(from, to, 1);
        Contract::load(&changed, "mine.toml").map_err(|error| error.to_string())
    }

    #[test]
    fn every_built_in_contract_loads_under_its_own_name() {
        for (name, _) in BUILT_IN {
            assert_eq!(Contract::find(name).expect("it loads").name, name);
        }
    }

    #[test]
    fn an_unknown_platform_is_an_error_that_names_those_there_are_and_the_one_that_was_meant() {
        let message = Contract::find("superwabba").expect_err("unknown").to_string();
        assert!(message.contains("did you mean superwaba?"), "{message}");
        assert!(message.contains("awalchat"), "{message}");
    }

    #[test]
    fn the_limits_of_a_field_are_read() {
        let key = "key = \"userName\"";
        let limits = superwaba(key, &format!("{key}\nchars_max = 5")).expect("it loads").limits();
        assert_eq!(limits.of(Field::Name).chars_max, Some(5));
        assert_eq!(limits.of(Field::Email), Limit::default());
    }

    #[test]
    fn a_fault_has_the_line_of_its_key_or_of_what_holds_it() {
        let text = "a = 1\n\n[b]\nc = 2\n[[d]]\ne = 3\n[[d]]\ne = 4\n";
        let root = DeValue::Table(DeTable::parse(text).expect("TOML").into_inner());
        let line = |at: &[&str]| {
            let at: Vec<String> = at.iter().map(|step| (*step).to_owned()).collect();
            span_of(&root, &at).map(|span| 1 + text[..span.start].matches('\n').count())
        };
        assert_eq!(line(&["a"]), Some(1));
        assert_eq!(line(&["b", "c"]), Some(4));
        assert_eq!(line(&["b", "x"]), Some(3));
        assert_eq!(line(&["d", "1", "e"]), Some(8));
        assert_eq!(line(&["d", "1", "x"]), Some(7));
        assert_eq!(line(&["x"]), None);
    }
}
