//! The keys of a line of `issues.jsonl`: what can be prepared once for a column or a code, and the
//! shapes of the rest.

use std::sync::LazyLock;

use crate::contact::Field;
use crate::map::{Columns, letters};
use crate::phone::Phone;
use crate::problem::Code;
use crate::write::encode::{json_string, push_integer, push_json_string};
use crate::write::mask::Values;

/// What lines say of the columns of a source, prepared once, and whether they show what cells hold.
#[derive(Debug, Clone)]
pub struct ColumnKeys {
    keys: Vec<ColumnKey>,
    pub(super) values: Values,
}

#[derive(Debug, Clone)]
struct ColumnKey {
    /// `,"cell":"` and the column's letters.
    cell: String,
    /// The keys `column` and `column_number`.
    column: String,
}

impl ColumnKeys {
    /// The keys of these columns.
    #[must_use]
    pub fn new(columns: &Columns, values: Values) -> ColumnKeys {
        let key = |(at, header): (usize, &String)| ColumnKey {
            cell: format!(",\"cell\":\"{}", letters(at)),
            column: format!(",\"column\":{},\"column_number\":{}", json_string(header), at + 1),
        };
        ColumnKeys { keys: columns.headers.iter().enumerate().map(key).collect(), values }
    }

    /// The keys of a column; empty where no column is meant.
    pub(super) fn of(&self, column: Option<u32>) -> (&str, &str) {
        column.map_or(("", ""), |at| {
            let ColumnKey { cell, column } = &self.keys[at as usize];
            (cell, column)
        })
    }
}

/// The keys from `code` to `level`, by code.
static CODE_KEYS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let keys = |code: Code| {
        let (category, level) = (code.category(), code.level().as_str());
        format!(",\"code\":\"{code}\",\"category\":\"{category}\",\"level\":\"{level}\"")
    };
    Code::all().map(keys).collect()
});

/// The key `error` with a code's own sentence, by code.
static ERROR_KEYS: LazyLock<Vec<String>> = LazyLock::new(|| {
    Code::all().map(|code| format!(",\"error\":{}", json_string(code.sentence()))).collect()
});

/// The key `error` of a problem of which there is no more to say than its code's sentence.
pub(super) fn push_error(out: &mut Vec<u8>, code: Code) {
    out.extend_from_slice(ERROR_KEYS[code as usize].as_bytes());
}

/// The keys from `column` to `level`: what is wrong, and in which column.
pub(super) fn push_what(out: &mut Vec<u8>, column: &str, field: Option<Field>, code: Code) {
    out.extend_from_slice(column.as_bytes());
    if let Some(field) = field {
        push_name(out, b",\"field\":\"", field.as_str());
    }
    out.extend_from_slice(CODE_KEYS[code as usize].as_bytes());
}

/// The key `phone`.
pub(super) fn push_phone(out: &mut Vec<u8>, phone: Phone, values: Values) {
    if values == Values::Masked {
        push_name(out, b",\"phone\":\"", &values.of_phone(phone));
        return;
    }
    out.extend_from_slice(b",\"phone\":\"+");
    push_integer(out, phone.as_u64());
    out.push(b'"');
}

/// Appends a key, given up to the quote that opens its value, and a name of our own, which needs
/// no escapes.
pub(super) fn push_name(out: &mut Vec<u8>, key: &[u8], name: &str) {
    out.extend_from_slice(key);
    out.extend_from_slice(name.as_bytes());
    out.push(b'"');
}

/// Appends a key and a text, with the comma before them.
pub(super) fn push_key(out: &mut Vec<u8>, key: &str, value: &str) {
    out.push(b',');
    push_json_string(out, key);
    out.push(b':');
    push_json_string(out, value);
}
