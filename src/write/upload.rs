//! A contract → `upload.sh`, the script that sends the payload. The script is a whole one by
//! itself, with an example in the place of the platform; here that place is filled anew.
//! It knows no contact.

use std::fmt::Write;

use super::contract::{Contract, Format, Request, Sign, Upload};
use crate::contact::Field;

/// The name of the script in the output folder.
pub const UPLOAD_SCRIPT: &str = "upload.sh";

const TEMPLATE: &str = include_str!("upload.sh");

/// What stands before and after the place of the platform.
const MARKS: [&str; 2] = ["# >>> The platform.", "# <<< The platform."];

/// How much there is to send from a folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// Files.
    pub files: u64,
    /// Contacts in them.
    pub contacts: u64,
}

/// The script for a payload and the updates beside it; none where the contract does not say how to
/// send them.
#[must_use]
pub fn script(contract: &Contract, payload: Sent, updates: Sent) -> Option<String> {
    let request = contract.request.as_ref()?;
    let unknown = Upload::default();
    let upload = contract.upload.as_ref().unwrap_or(&unknown);
    let [before, after] = MARKS.map(|mark| TEMPLATE.find(mark).expect("the template has it"));
    let mut text = TEMPLATE[..before].to_owned();
    let _ = writeln!(text, "{} What stands here comes from its contract.", MARKS[0]);
    push_constants(&mut text, contract, request, upload);
    let Sent { files, contacts } = payload;
    let _ = writeln!(text, "payload_files={files}\ncontacts={contacts}");
    let Sent { files, contacts } = updates;
    let _ = writeln!(text, "update_files={files}\nupdates={contacts}");
    let update_method = contract.update.as_ref().map_or("", |update| update.method.as_str());
    let _ = writeln!(text, "update_method={}\n", quoted(update_method));
    push_environment(&mut text, upload);
    push_signature(&mut text, upload.sign.as_ref());
    text.push_str(&TEMPLATE[after..]);
    Some(text)
}

fn push_constants(text: &mut String, contract: &Contract, request: &Request, upload: &Upload) {
    let Request { method, path, path_phone: _, body, file_field, query } = request;
    let picture = contract.field(Field::Avatar).and_then(|known| known.file_key.as_deref());
    let format = match contract.payload.format {
        Format::Json => "json",
        Format::Csv => "csv",
        Format::Requests => "requests",
    };
    let parts: Vec<String> =
        query.iter().map(|(name, value)| format!("{}={}", percent(name), percent(value))).collect();
    let query = if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) };
    let variable = base_url_variable(&contract.name);
    for (name, value) in [
        ("platform", contract.name.as_str()),
        ("format", format),
        ("extension", contract.payload.format.extension()),
        ("method", method.as_str()),
        ("path", path),
        ("query", &query),
        ("body_form", body.as_str()),
        ("file_field", file_field.as_deref().unwrap_or_default()),
        ("picture_key", picture.unwrap_or_default()),
        ("base_url", upload.base_url.as_deref().unwrap_or_default()),
        ("base_url_variable", &variable),
    ] {
        let _ = writeln!(text, "{name}={}", quoted(value));
    }
    let (burst, pause_seconds) = upload.requests_per_minute.map_or((0, 0), bursts);
    let _ = writeln!(text, "burst={burst}\npause_seconds={pause_seconds}");
    let _ = writeln!(text, "base_url_given() {{ printf '%s' \"${{{variable}-}}\"; }}");
}

/// What every request takes from the environment.
fn push_environment(text: &mut String, upload: &Upload) {
    let variables = upload.variables().into_iter().map(|name| plain_name(&name));
    let variables = variables.map(|name| format!("variable {name} \"${{{name}-}}\""));
    push_function(text, "say_variables", variables);
    let headers = upload.headers.iter();
    push_function(text, "say_headers", headers.map(|(name, value)| call("header", name, value)));
    let query = upload.query.iter();
    let query = query.map(|(name, value)| call("query_part", &percent(name), value));
    push_function(text, "say_query", query);
    let form = upload.form.iter();
    push_function(text, "say_form", form.map(|(name, value)| call("form_field", name, value)));
}

fn push_signature(text: &mut String, sign: Option<&Sign>) {
    let _ = writeln!(text, "is_signed={}", if sign.is_some() { "yes" } else { "" });
    let Some(Sign { header, prefix, secret, timestamp_header, text: signed, assumption: _ }) = sign
    else {
        for name in ["say_secret", "say_signature", "say_signed"] {
            push_function(text, name, std::iter::empty());
        }
        return;
    };
    let secret = plain_name(secret);
    push_function(text, "say_secret", [format!("printf '%s' \"${{{secret}}}\"")]);
    let headers = [
        format!("header {} {}\"$1\"", quoted(header), quoted(prefix)),
        format!("header {} \"$2\"", quoted(timestamp_header)),
    ];
    push_function(text, "say_signature", headers);
    push_function(text, "say_signed", [format!("printf '%s' {}", signed_parts(signed))]);
}

/// The parts of the text that is signed, as arguments.
fn signed_parts(text: &str) -> String {
    const PARTS: [(&str, &str); 4] = [
        ("{method}", "\"$method\""),
        ("{path}", "\"$request_path\""),
        ("{query}", "\"$query\""),
        ("{timestamp}", "\"$1\""),
    ];
    let mut arguments = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some((name, variable)) = PARTS.iter().find(|(name, _)| rest.starts_with(name)) {
            arguments.push((*variable).to_owned());
            rest = &rest[name.len()..];
        } else {
            let end = rest[first.len_utf8()..].find('{').map_or(rest.len(), |at| at + 1);
            arguments.push(quoted(&rest[..end]));
            rest = &rest[end..];
        }
    }
    arguments.join(" ")
}

/// A function of the script, with these lines or with none.
fn push_function(text: &mut String, name: &str, lines: impl IntoIterator<Item = String>) {
    let _ = writeln!(text, "{name}() {{");
    let before = text.len();
    for line in lines {
        let _ = writeln!(text, "    {line}");
    }
    if text.len() == before {
        text.push_str("    :\n");
    }
    text.push_str("}\n");
}

/// A call with a name and with a value in which `${NAME}` stands for an environment variable.
fn call(function: &str, name: &str, value: &str) -> String {
    let mut parts = value.split("${");
    let first = parts.next().unwrap_or_default();
    let mut argument = if first.is_empty() { String::new() } else { quoted(first) };
    for part in parts {
        let (variable, rest) = part.split_once('}').expect("the loader wants ${NAME}");
        let _ = write!(argument, "\"${{{}}}\"", plain_name(variable));
        if !rest.is_empty() {
            argument.push_str(&quoted(rest));
        }
    }
    if argument.is_empty() {
        argument = quoted("");
    }
    format!("{function} {} {argument}", quoted(name))
}

/// A text in single quotes, in which a shell finds nothing but text. The loader takes no quotes
/// in what comes here; this does not rest on it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// The name of an environment variable, which cannot be quoted. The loader takes nothing else.
fn plain_name(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

/// A text in a query.
fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The environment variable of the base URL.
#[must_use]
pub fn base_url_variable(platform: &str) -> String {
    let name = platform.to_ascii_uppercase().replace('-', "_");
    // No variable begins with a digit.
    let mark = if name.starts_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
    format!("{mark}{name}_BASE_URL")
}

/// So many requests, then so many seconds of pause: the rate in the smallest whole numbers.
fn bursts(requests_per_minute: u32) -> (u32, u32) {
    let (mut divisor, mut rest) = (60, requests_per_minute);
    while rest > 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    (requests_per_minute / divisor, 60 / divisor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_kept_by_bursts_and_pauses_of_whole_seconds() {
        for (rate, expected) in
            [(1, (1, 60)), (7, (7, 60)), (60, (1, 1)), (100, (5, 3)), (1000, (50, 3))]
        {
            assert_eq!(bursts(rate), expected, "{rate}");
            assert_eq!(u64::from(expected.0) * 60, u64::from(rate) * u64::from(expected.1));
        }
    }

    #[test]
    fn the_base_url_has_a_variable_that_a_shell_takes() {
        for (name, variable) in [
            ("superwaba", "SUPERWABA_BASE_URL"),
            ("vobiz-json", "VOBIZ_JSON_BASE_URL"),
            ("1a", "_1A_BASE_URL"),
            ("-", "__BASE_URL"),
        ] {
            assert_eq!(base_url_variable(name), variable);
        }
    }

    #[test]
    fn what_a_contract_says_stands_in_quotes() {
        let line = call("header", "X'Y", "a $(b) ${NAME} c'd");
        assert_eq!(line, r#"header 'X'\''Y' 'a $(b) '"${NAME}"' c'\''d'"#);
        assert_eq!(
            signed_parts("{method}{other}'{path}"),
            r#""$method" '{other}'\''' "$request_path""#
        );
        assert_eq!(percent("a b&c"), "a%20b%26c");
    }

    #[test]
    fn every_platform_that_takes_requests_has_a_script_and_no_other() {
        for contract in Contract::built_in() {
            let script = script(&contract, Sent { files: 2, contacts: 7 }, Sent::default());
            assert_eq!(script.is_some(), contract.request.is_some(), "{}", contract.name);
            let Some(script) = script else { continue };
            assert!(script.contains("payload_files=2\ncontacts=7\n"), "{script}");
            assert!(!script.contains("EXAMPLE"), "the example is gone: {script}");
        }
    }
}
