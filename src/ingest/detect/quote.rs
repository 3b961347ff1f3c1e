//! Which quote and which escape fit a delimiter.

use super::super::dialect::Dialect;
use super::scan::Cell;
use super::table::Table;

/// `"` or `'`: the apostrophe only where it encloses whole cells as a rule and the other never
/// does. Names hold apostrophes, and spreadsheets put one before a number that is to stay text.
/// `escape_is_open`: a backslash may be an escape.
pub(super) fn find_mark(sample: &[u8], whole: bool, dialect: Dialect, escape_is_open: bool) -> u8 {
    if memchr::memchr(b'\'', sample).is_none() {
        return b'"';
    }
    if escape_is_open && guards_apostrophes(sample) {
        return b'\'';
    }
    let single = Dialect { quote: Some(b'\''), ..dialect };
    let mut apostrophes = Table::read(sample, whole, single);
    if escape_is_open && memchr::memmem::find(sample, b"\\'").is_some() {
        let escaped = Table::read(sample, whole, Dialect { escape: Some(b'\\'), ..single });
        if escaped.fit().has_fewer_malformed_than(&apostrophes.fit()) {
            apostrophes = escaped;
        }
    }
    let mut wrapped = 0;
    let mut opened = 0;
    let mut needed = 0;
    for row in &apostrophes.rows {
        for cell in apostrophes.cells(row) {
            let text = apostrophes.text(*cell);
            wrapped += usize::from(cell.wrapped);
            opened += usize::from(!cell.wrapped && text.trim_ascii_start().starts_with(b"'"));
            needed += usize::from(cell.wrapped && needs_quotes(text, dialect.delimiter));
        }
    }
    let rows = apostrophes.rows.iter().filter(|row| !row.blank).count();
    let rule = wrapped >= 2 && opened * 10 <= wrapped && (needed > 0 || wrapped * 2 >= rows);
    if !rule {
        return b'"';
    }
    let quotes = Table::read(sample, whole, dialect).fit().wrapped;
    if quotes * 4 <= wrapped { b'\'' } else { b'"' }
}

/// Whether a backslash stands before every apostrophe and nothing is in quotes: what wrote the file
/// guards the apostrophe, as one does with the mark that may enclose cells, and in no other file
/// would the backslashes be meant to stay.
fn guards_apostrophes(sample: &[u8]) -> bool {
    let mut apostrophes = memchr::memchr_iter(b'\'', sample).peekable();
    apostrophes.peek().is_some()
        && apostrophes.all(|at| at > 0 && sample[at - 1] == b'\\')
        && memchr::memchr(b'"', sample).is_none()
}

/// Whether a cell could not stand without quotes.
fn needs_quotes(text: &[u8], delimiter: u8) -> bool {
    text.iter().any(|&byte| byte == delimiter || Dialect::ends_line(byte))
}

/// Whether quotes are text: where they are taken for quotes, nearly every record is refused, and
/// without them all agree.
pub(super) fn are_text(sample: &[u8], whole: bool, dialect: Dialect) -> bool {
    let Some(quote) = dialect.quote else { return true };
    let guarded = quote == b'\'' && guards_apostrophes(sample);
    if guarded || memchr::memchr(quote, sample).is_none() {
        return false;
    }
    let table = Table::read(sample, whole, dialect);
    let with = table.fit();
    let broken = table.rows.iter().filter(|row| is_broken(&table, table.cells(row), row.malformed));
    let broken = broken.count();
    // A header is seldom among them.
    if with.wrapped > 0 || broken < 3 || broken * 5 < with.records.saturating_sub(1) * 4 {
        return false;
    }
    let without = Table::read(sample, whole, Dialect { quote: None, ..dialect }).fit();
    without.columns >= 2 && without.agreeing == without.records
}

/// Whether the strict reader would refuse the record.
fn is_broken(table: &Table<'_>, cells: &[Cell], malformed: bool) -> bool {
    let quote = table.dialect.quote;
    malformed
        || cells.iter().filter(|cell| !cell.wrapped).any(|cell| {
            let text = table.text(*cell);
            !text.starts_with(b"=\"") && quote.is_some_and(|q| text.contains(&q))
        })
}

/// `\` where records fit together better with it than without, or where it guards every apostrophe
/// and they fit as well; otherwise none.
pub(super) fn find_escape(sample: &[u8], whole: bool, dialect: Dialect) -> Option<u8> {
    let marks = [dialect.quote, Some(dialect.delimiter)];
    let occurs = memchr::memchr_iter(b'\\', sample)
        .any(|at| sample.get(at + 1).is_some_and(|next| marks.contains(&Some(*next))));
    if !occurs {
        return None;
    }
    let without = Table::read(sample, whole, Dialect { escape: None, ..dialect });
    let with = Table::read(sample, whole, Dialect { escape: Some(b'\\'), ..dialect });
    let (fit, fit_with) = (without.fit(), with.fit());
    let fewer = fit_with.has_fewer_malformed_than(&fit);
    let as_few = !fit.has_fewer_malformed_than(&fit_with);
    let rounder = as_few && fit_with.agreement > fit.agreement + 1e-9;
    let as_round = as_few && fit_with.agreement >= fit.agreement;
    let guards = dialect.quote == Some(b'\'') && guards_apostrophes(sample);
    (fewer || rounder || (guards && as_round)).then_some(b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(text: &str) -> char {
        char::from(find_mark(text.as_bytes(), true, Dialect::default(), true))
    }

    #[test]
    fn apostrophes_of_names_and_spreadsheets_are_no_quotes() {
        assert_eq!(mark("Name,Phone\nO'Brien,'+573001112233\nD'Souza,'+573001112234\n"), '"');
        assert_eq!(mark("Name,Nick\nRobert,'Bob'\nAna,\nBo,\nCy,\nDi,\nEd,'x'\n"), '"');
        assert_eq!(mark("id,\"it's\"\n1,'x'\n2,\"y\"\n"), '"');
    }

    #[test]
    fn apostrophes_around_cells_as_a_rule_are_quotes() {
        assert_eq!(mark("'Name','City'\n'Ana, M','Bonn'\n'Bo','it''s'\n"), '\'');
        assert_eq!(mark("'Sean O\\'Brien','Cork'\n'N\\'Golo','Paris'\n"), '\'');
    }

    #[test]
    fn apostrophes_that_are_all_escaped_are_what_could_enclose_cells() {
        let text = "Name,Phone\nSean O\\'Brien,1\nN\\'Golo,2\nAna,3\n";
        assert_eq!(mark(text), '\'');
        let single = Dialect { quote: Some(b'\''), ..Dialect::default() };
        assert!(!are_text(text.as_bytes(), true, single));
        assert_eq!(find_escape(text.as_bytes(), true, single), Some(b'\\'));
        assert_eq!(mark("Name,Phone\nSean O\\'Brien,1\nN'Golo,2\n"), '"');
        assert_eq!(mark("Name,Phone\nSean O\\'Brien,1\n\"Ana, M\",2\n"), '"');
    }

    #[test]
    fn quotes_are_text_where_they_would_refuse_nearly_every_record() {
        let text_of = |text: &str| are_text(text.as_bytes(), true, Dialect::default());
        assert!(text_of("Name,Phone\nA \"B\" C,1\nD \"E\" F,2\nG \"H\" I,3\n"));
        assert!(!text_of("Name,Phone\nA \"B\" C,1\n\"D, E\",2\nG \"H\" I,3\n"));
        assert!(!text_of("Name,Phone\nA,=\"1\"\nB,=\"2\"\nC,=\"3\"\n"));
        assert!(!text_of("Name,Phone\nA\" x,1\nB,2\nC,3\nD,4\n"));
    }

    #[test]
    fn a_backslash_is_an_escape_where_records_need_one() {
        let escape_of = |text: &str| find_escape(text.as_bytes(), true, Dialect::default());
        assert_eq!(escape_of("a,b\n\"x \\\"y\\\" z\",1\n"), Some(b'\\'));
        assert_eq!(escape_of("a,b\nx\\, y,1\nz,2\n"), Some(b'\\'));
        assert_eq!(escape_of("a,b\n\"C:\\dir\\\",1\n\"C:\\dir\\\",2\n"), None);
        assert_eq!(escape_of("a,b\nC:\\dir,1\n"), None);
    }
}
