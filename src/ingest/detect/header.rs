//! Where the table begins, and whether its first record is a header.

use super::kind::Kind;
use super::table::{Row, Table};

/// How many lines before the table are looked through.
const BEFORE_MAX: usize = 200;

/// The index in [`Table::rows`] of the first row of the table: blank lines, comments and titles
/// are before it. The number of rows where there is none.
pub(super) fn first_row(table: &Table<'_>, columns: usize) -> usize {
    let rows = &table.rows;
    let full = |row: &Row| {
        let filled = table.filled(row);
        !row.blank
            && !is_comment(table, row, columns)
            && (columns < 2 || filled >= 2)
            && (row.width * 3 > columns * 2
                || (row.width * 2 > columns && table.has_header_words(row)))
    };
    let Some(at) = rows.iter().take(BEFORE_MAX).position(full) else {
        return rows.iter().position(|row| !row.blank).unwrap_or(rows.len());
    };
    if let Some(contact) = contact_before(table, at) {
        return contact;
    }
    if let Some(header) = header_below_title(table, at) {
        return header;
    }
    match at.checked_sub(1) {
        Some(before) if columns > 1 && names_one(table, before, at, columns) => before,
        _ => at,
    }
}

/// The first row of the table, where rows before `at` hold contacts, which are never passed over:
/// the first row with a number or an address, or a header right above it. The same where a word of
/// headers stands first and nothing but rows of its one column follows.
fn contact_before(table: &Table<'_>, at: usize) -> Option<usize> {
    let rows = &table.rows[..at];
    let contact = rows.iter().position(|row| table.kinds(row).any(Kind::is_contact_data));
    let is_name = |row: &Row| {
        let text = table.cells(row).first().map_or(&b""[..], |cell| table.text(*cell));
        let words = text.split(u8::is_ascii_whitespace).count();
        row.width == 1 && words <= 2 && table.has_header_words(row)
    };
    if let Some(contact) = contact {
        let above = contact.checked_sub(1).filter(|above| table.has_header_words(&rows[*above]));
        return Some(above.unwrap_or(contact));
    }
    let first = rows.iter().position(|row| !row.blank)?;
    let gapless = rows[first..].iter().all(|row| !row.blank && row.width == 1);
    let alone = rows.len() - first > 1 && !table.has_header_words(&table.rows[at]);
    (is_name(&rows[first]) && gapless && alone).then_some(first)
}

/// The row below the lines that begin at `at`, where those are titles that happen to be as wide as
/// the table: they have no words of headers, a blank line ends them, and a row with such words and
/// without data follows.
fn header_below_title(table: &Table<'_>, at: usize) -> Option<usize> {
    const TITLES_MAX: usize = 3;
    let rows = &table.rows[at..];
    let titles = rows.iter().position(|row| row.blank)?;
    let header = titles + rows[titles..].iter().position(|row| !row.blank)?;
    let is_title = |row: &Row| !table.has_header_words(row) && !table.kinds(row).any(Kind::is_data);
    let fits = titles <= TITLES_MAX
        && rows[..titles].iter().all(is_title)
        && table.has_header_words(&rows[header])
        && !table.kinds(&rows[header]).any(Kind::is_data);
    fits.then_some(at + header)
}

/// Whether the row at `before` is the header of the one at `at`, though it names one column only:
/// it stands in a row as wide as the table, and data follows at once, or it is a word of headers,
/// and none follows.
fn names_one(table: &Table<'_>, before: usize, at: usize, columns: usize) -> bool {
    let (row, next) = (&table.rows[before], &table.rows[at]);
    if row.blank || table.filled(row) != 1 || is_comment(table, row, columns) {
        return false;
    }
    let words = table.bytes[row.start..next.start].trim_ascii().split(u8::is_ascii_whitespace);
    let is_name =
        words.count() <= 2 && table.has_header_words(row) && !table.has_header_words(next);
    let is_wide = row.width == columns && table.kinds(next).any(Kind::is_contact_data);
    is_name || is_wide
}

/// A line that begins with `#`, unless it is as wide as the table and reads like its header: it
/// has words of headers, or no space follows the `#`.
fn is_comment(table: &Table<'_>, row: &Row, columns: usize) -> bool {
    let line = &table.bytes[row.start..];
    line.starts_with(b"#")
        && (row.width != columns || (line.starts_with(b"# ") && !table.has_header_words(row)))
}

/// Whether the row at `first` is a header, and why. It is one unless something speaks against it.
pub(super) fn is_header(table: &Table<'_>, first: usize) -> (bool, &'static str) {
    let Some(row) = table.rows.get(first) else {
        return (true, "there is no record to tell it by");
    };
    let kinds: Vec<Kind> = table.kinds(row).collect();
    if kinds.iter().any(|kind| kind.is_contact_data()) {
        return (false, "the first record holds a telephone number or an e-mail address");
    }
    if table.has_header_words(row) {
        return (true, "the first record holds words of headers");
    }
    let filled = kinds.iter().filter(|kind| **kind != Kind::Empty).count();
    let data = kinds.iter().filter(|kind| kind.is_data()).count();
    let (same, other) = columns_beside(table, first, &kinds);
    if same > other {
        return (false, "the first record looks like those below it");
    }
    if other > 0 {
        return (true, "the first record differs from those below it");
    }
    if filled > 0 && data * 2 > filled {
        return (false, "the first record holds data");
    }
    (true, "nothing speaks against it")
}

/// Columns whose cells below the first row have one format which the first row's cell has too, and
/// columns whose first cell is text above such cells.
fn columns_beside(table: &Table<'_>, first: usize, kinds: &[Kind]) -> (usize, usize) {
    const ROWS: usize = 50;
    const COLUMNS: usize = 500;
    let below: Vec<&Row> = table.rows[first + 1..]
        .iter()
        .filter(|row| !row.blank && row.width > 1)
        .take(ROWS)
        .collect();
    let (mut same, mut other) = (0, 0);
    for (column, kind) in kinds.iter().enumerate().take(COLUMNS) {
        let seen: Vec<Kind> = below
            .iter()
            .filter_map(|row| table.cells(row).get(column))
            .map(|cell| Kind::of(table.text(*cell)))
            .filter(|kind| *kind != Kind::Empty)
            .collect();
        let data = seen.iter().filter(|kind| kind.is_data()).count();
        if seen.is_empty() || data * 5 < seen.len() * 4 {
            continue;
        }
        same += usize::from(kind.is_data());
        other += usize::from(*kind == Kind::Text);
    }
    (same, other)
}

#[cfg(test)]
mod tests {
    use super::super::super::dialect::Dialect;
    use super::*;

    fn of(text: &str) -> (usize, bool) {
        let table = Table::read(text.as_bytes(), true, Dialect::default());
        let first = first_row(&table, table.fit().columns);
        (first, is_header(&table, first).0)
    }

    #[test]
    fn a_first_record_with_a_number_or_an_address_is_no_header() {
        assert_eq!(of("Ana,+971501234567\nBo,+971501234568\n"), (0, false));
        assert_eq!(of("Ana,ana@example.com\nBo,\n"), (0, false));
        assert_eq!(of("Name,Phone\nBo,+971501234568\n"), (0, true));
    }

    #[test]
    fn a_first_record_that_looks_like_the_others_is_no_header() {
        assert_eq!(of("28/01/2018,12\n29/01/2018,13\n"), (0, false));
        assert_eq!(of("Team,2023\nA,12\nB,13\n"), (0, false));
        assert_eq!(of("Year,2023,2024\nlow,12,13\n,14,15\n"), (0, false));
        assert_eq!(of("Vorname,Ort\nAna,Bonn\n"), (0, true));
    }

    #[test]
    fn titles_comments_and_blank_lines_are_before_the_table() {
        assert_eq!(of("Contacts\n\nName,Phone\nAna,1\n"), (2, true));
        assert_eq!(of("Contacts,,\n,,\nName,Phone,City\nAna,1,Bonn\n"), (2, true));
        assert_eq!(of("Customers, March\n\nName,Phone\nAna,1\n"), (2, true));
        assert_eq!(of("# by me, today\nName,Phone\nAna,1\nBo,2\n"), (1, true));
        assert_eq!(of("Contacts\nAna,+971501234567\nBo,+971501234568\n"), (1, false));
    }

    #[test]
    fn no_contact_is_passed_over_before_the_table() {
        let two =
            "Phone\n+971501111111\n+971502222222\nName,Phone\nAli,+971503333333\nB,+971504444444\n";
        assert_eq!(of(two), (0, true));
        assert_eq!(of("Full Name\nAli Khan\nBob Roe\nSmith, John\nDoe, Jane\n"), (0, true));
    }

    #[test]
    fn a_header_may_begin_with_a_number_sign_or_name_one_column() {
        assert_eq!(of("#,Name,Phone\n1,Ana,+971501234567\n"), (0, true));
        assert_eq!(of("Phone,,\n+971501234567,a,b\n+971501234568,c,d\n"), (0, true));
        assert_eq!(of("Name,Phone\nA,1\nB\nC,2,x\nD,3,\n"), (0, true));
        assert_eq!(of("Name\nDoe, John\nRoe, Jane\n"), (0, true));
        assert_eq!(of("Phone list\nName,Phone\nA,1\n"), (1, true));
    }
}
