//! A contact → the JSON object that the platform takes. Strings are escaped by hand, byte for byte
//! as `serde_json` does it, in half the time.

use crate::contact::{Contact, Field};
use crate::map::{Columns, Draft};

use super::contract::{Contract, PhoneStyle};

/// Writes the contacts of one source: keys and column names are prepared once.
#[derive(Debug, Clone)]
pub struct Encoder {
    /// From the opening brace to the digits of the phone.
    before_phone: String,
    /// The fields after the phone: `,"key":`.
    fields: Vec<(Field, String)>,
    /// `,"params":`, where the platform has them.
    params: Option<String>,
    /// The columns that go to the params: index, and `"name":`.
    param_columns: Vec<(usize, String)>,
}

impl Encoder {
    /// An encoder for rows seen through `columns`, of which those at `params` are carried as
    /// params.
    #[must_use]
    pub fn new(contract: &Contract, columns: &Columns, params: &[usize]) -> Encoder {
        let sign = match contract.phone.style {
            PhoneStyle::PlusDigits => "+",
            PhoneStyle::Digits => "",
        };
        let comma_key = |key: &str| format!(",{}:", json_string(key));
        let name = |at: &usize| (*at, format!("{}:", json_string(&columns.param_name(*at))));
        let param_columns: Vec<(usize, String)> = params.iter().map(name).collect();
        Encoder {
            before_phone: format!("{{{}:\"{sign}", json_string(&contract.phone.key)),
            fields: contract
                .fields
                .iter()
                .map(|known| (known.field, comma_key(&known.key)))
                .collect(),
            params: contract.params.as_ref().map(|params| comma_key(&params.key)),
            param_columns,
        }
    }

    /// Appends the contact as one JSON object without a line end. Keys without a value are left
    /// out.
    pub fn encode(&self, contact: &Contact<'_>, draft: &Draft<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(self.before_phone.as_bytes());
        push_integer(out, contact.phone.as_u64());
        out.push(b'"');
        for (field, key) in &self.fields {
            match field {
                Field::Name => push_text(out, key, &contact.name),
                Field::Email => push_text(out, key, &contact.email),
                Field::Country => {
                    if let Some(country) = contact.country {
                        push_text(out, key, country.as_str());
                    }
                }
                Field::Address => push_text(out, key, &contact.address),
                Field::Tags => push_tags(out, key, contact),
                Field::Phone
                | Field::FirstName
                | Field::LastName
                | Field::Region
                | Field::CallingCode
                | Field::AreaCode
                | Field::OptIn
                | Field::OptOut => unreachable!("a contract has no such field"),
            }
        }
        if let Some(key) = &self.params {
            self.push_params(out, key, draft);
        }
        out.push(b'}');
    }

    fn push_params(&self, out: &mut Vec<u8>, key: &str, draft: &Draft<'_>) {
        let before = out.len();
        out.extend_from_slice(key.as_bytes());
        out.push(b'{');
        let first = out.len();
        for (at, name) in &self.param_columns {
            let value = draft.cell(*at).trim();
            if value.is_empty() {
                continue;
            }
            if out.len() > first {
                out.push(b',');
            }
            out.extend_from_slice(name.as_bytes());
            push_json_string(out, value);
        }
        if out.len() == first {
            out.truncate(before);
        } else {
            out.push(b'}');
        }
    }
}

/// The columns whose values a contact carries as params: those that feed no field, and those that
/// feed one for which the platform has no key. In the order of the columns.
#[must_use]
pub fn param_columns(contract: &Contract, columns: &Columns) -> Vec<usize> {
    let homeless = columns.decided().filter(|(field, at, _)| match field {
        // Of several columns the first that says something is taken; the others are not lost.
        Field::Phone | Field::Email if columns.of(*field) != Some(*at) => true,
        // Beside a column with the whole name, the parts would be lost otherwise.
        Field::FirstName | Field::LastName => {
            !contract.takes(Field::Name) || columns.of(Field::Name).is_some()
        }
        // The country column is read for the phone's region in any case.
        _ => !contract.takes(*field),
    });
    let mut all: Vec<usize> = homeless.map(|(_, at, _)| at).collect();
    all.extend_from_slice(columns.leftovers());
    all.sort_unstable();
    all
}

fn push_text(out: &mut Vec<u8>, key: &str, value: &str) {
    if !value.is_empty() {
        out.extend_from_slice(key.as_bytes());
        push_json_string(out, value);
    }
}

fn push_tags(out: &mut Vec<u8>, key: &str, contact: &Contact<'_>) {
    let mut opened = false;
    contact.tags.for_each(|tag| {
        if opened {
            out.push(b',');
        } else {
            out.extend_from_slice(key.as_bytes());
            out.push(b'[');
            opened = true;
        }
        push_json_string(out, tag);
    });
    if opened {
        out.push(b']');
    }
}

/// Appends a decimal integer.
pub fn push_integer(out: &mut Vec<u8>, number: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// A JSON string with its quotes.
#[must_use]
pub fn json_string(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    push_json_string(&mut out, text);
    String::from_utf8(out).expect("escapes of UTF-8 are UTF-8")
}

/// Appends a JSON string with its quotes.
pub fn push_json_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if !NEEDS_ESCAPE[byte as usize] {
            continue;
        }
        out.extend_from_slice(&bytes[copied..at]);
        copied = at + 1;
        push_escape(out, byte);
    }
    out.extend_from_slice(&bytes[copied..]);
    out.push(b'"');
}

/// The bytes that cannot stand in a JSON string as they are.
const NEEDS_ESCAPE: [bool; 256] = {
    let mut needs = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        needs[byte] = true;
        byte += 1;
    }
    needs[b'"' as usize] = true;
    needs[b'\\' as usize] = true;
    needs
};

#[cold]
fn push_escape(out: &mut Vec<u8>, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            out.extend_from_slice(b"\\u00");
            out.push(HEX[usize::from(byte >> 4)]);
            out.push(HEX[usize::from(byte & 0xf)]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_escaped_as_serde_json_does_it() {
        let all: String = (0..=0x2ff).filter_map(char::from_u32).collect();
        for text in ["", "plain", "\"\\/\n\r\t\u{8}\u{c}\u{0}\u{1f}\u{7f}", "é\u{2028}😀", &all]
        {
            let oracle = serde_json::to_string(text).expect("a string");
            assert_eq!(json_string(text), oracle);
        }
    }
}
