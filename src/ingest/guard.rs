//! What marks the files that we write for people, and is undone when such a file comes back: our
//! own columns, and the `'` before cells that a spreadsheet would take for a formula.

use std::borrow::Cow;

/// Our own columns in `rejects.csv`.
pub const REJECT_COLUMNS: [&str; 7] =
    ["_source", "_row", "_line", "_codes", "_problems", "_suggestion", RAW_COLUMN];

/// The column of `rejects.csv` that holds a record which could not be read.
pub const RAW_COLUMN: &str = "_raw";

/// Our own columns in `duplicates.csv`.
pub const DUPLICATE_COLUMNS: [&str; 8] =
    ["_source", "_row", "_line", "_codes", "_problems", "_suggestion", "_kept_source", "_kept_row"];

/// The columns of the `rejects.csv` that `reconcile` writes, which is no export: its contacts were
/// prepared already.
pub const REFUSED_COLUMNS: [&str; 10] =
    ["source", "row", "line", "phone", "outcome", "status", "message", "file", "index", "contact"];

/// Whether a header is one of our own columns.
#[must_use]
pub fn is_own_column(header: &str) -> bool {
    REJECT_COLUMNS.contains(&header) || DUPLICATE_COLUMNS.contains(&header)
}

/// Whether a file with these headers is one that we wrote for people.
#[must_use]
pub fn is_ours(headers: &[String]) -> bool {
    let has_all = |own: &[&str]| own.iter().all(|name| headers.iter().any(|header| header == name));
    has_all(&REJECT_COLUMNS) || has_all(&DUPLICATE_COLUMNS)
}

/// Whether a spreadsheet may take the text, less the `'`s before it, for a formula.
#[inline]
fn looks_like_formula(text: &str) -> bool {
    let text = if text.starts_with('\'') { text.trim_start_matches('\'') } else { text };
    matches!(text.as_bytes(), [b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r', ..])
}

/// The cell, with one `'` more before it where it looks like a formula.
#[must_use]
#[inline]
pub fn guard(cell: &str) -> Cow<'_, [u8]> {
    if looks_like_formula(cell) {
        [b"'", cell.as_bytes()].concat().into()
    } else {
        cell.as_bytes().into()
    }
}

/// The cell, with one `'` less where [`guard`] has put one.
#[must_use]
pub fn unguard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if looks_like_formula(rest) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taking_the_guard_off_undoes_putting_it_on() {
        for cell in ["", "a", "=1+1", "+971", "-1", "@x", "'", "''", "'a", "'+971", "''=1", "\tx"] {
            let guarded = guard(cell).into_owned();
            let text = std::str::from_utf8(&guarded).expect("text");
            assert!(!text.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
            assert_eq!(unguard(text), cell);
        }
    }
}
