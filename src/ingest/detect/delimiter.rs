//! Which delimiter fits best. Every candidate that occurs is tried on the head of the sample; the
//! one wins under which records agree on a number of cells and the cells look like cells.

use super::super::dialect::Dialect;
use super::quote;
use super::table::{Fit, Table};

/// The candidates, best first where they fit alike, with how much a fit weighs.
const CANDIDATES: [(u8, f64); 11] = [
    (b',', 1.0),
    (b';', 1.0),
    (b'\t', 1.0),
    (b'|', 0.97),
    (b'^', 0.9),
    (b'~', 0.9),
    (0x1f, 0.9),
    (b'#', 0.8),
    (b':', 0.6),
    (b'&', 0.6),
    (b' ', 0.6),
];

/// What must be reached at least; below it nothing is decided.
const SCORE_MIN: f64 = 0.12;

/// The delimiter that fits the sample best, and how well; `None` where none fits. A quote and an
/// escape that are given are taken as given, and otherwise found.
pub(super) fn find(
    sample: &[u8],
    whole: bool,
    quote: Option<Option<u8>>,
    escape: Option<Option<u8>>,
) -> Option<(u8, Fit)> {
    let escaped = escape.is_none()
        && [b"\\\"", b"\\'"].iter().any(|pair| memchr::memmem::find(sample, *pair).is_some());
    let mut best: Option<(u8, Fit, f64)> = None;
    for (delimiter, weight) in CANDIDATES {
        if memchr::memchr(delimiter, sample).is_none() {
            continue;
        }
        let dialect = Dialect { delimiter, quote: Some(b'"'), escape: escape.flatten() };
        let quote = quote
            .unwrap_or_else(|| Some(quote::find_mark(sample, whole, dialect, escape.is_none())));
        let dialect = Dialect { quote, ..dialect };
        let table = Table::read(sample, whole, dialect);
        let mut fit = table.fit();
        if escaped {
            let escaped = Dialect { escape: Some(b'\\'), ..dialect };
            let with = Table::read(sample, whole, escaped).fit();
            if with.has_fewer_malformed_than(&fit) {
                fit = with;
            }
        }
        if !is_possible(delimiter, fit) {
            let padded = (delimiter == b' ').then(|| table.padded()).flatten();
            let Some(columns) = padded.map(|table| table.fit()).filter(is_aligned) else {
                continue;
            };
            fit = columns;
        }
        // One record agrees with itself under any delimiter, that of a list in a cell too.
        let alone = fit.records == 1 && !matches!(delimiter, b',' | b'\t');
        if alone && table.holds_empty_cells() {
            continue;
        }
        let score = score(fit) * weight;
        // A later candidate must be better by more than chance.
        if score >= SCORE_MIN && best.is_none_or(|(_, _, other)| score > other * 1.02) {
            best = Some((delimiter, fit, score));
        }
    }
    best.map(|(delimiter, fit, _)| (delimiter, fit))
}

/// Whether the delimiter may be taken at all. One other than the comma must separate cells in most
/// records, and below other lines in several of them. What stands in ordinary text must besides
/// separate at least three cells in every record, the first one included, and not all of one kind:
/// neither names nor times nor telephone numbers make a table.
fn is_possible(delimiter: u8, fit: Fit) -> bool {
    let Fit { records, columns, agreeing, before, .. } = fit;
    if columns < 2 {
        return false;
    }
    // Below a line with one cell, cells that are all data are values of one column.
    let one_column = before > 0 && columns <= 3 && fit.data > 0.95;
    let several = records >= 3 || (records == 2 && agreeing == 2 && (columns >= 3 || fit.named));
    let below = before == 0 || (several && !one_column);
    match delimiter {
        b',' => true,
        b';' | b'\t' | b'|' => agreeing * 2 >= records && below,
        b'^' | b'~' | 0x1f => agreeing * 4 >= records * 3 && records >= 2 && below,
        b'#' => agreeing * 20 >= records * 19 && before == 0 && records + columns >= 6,
        _ => {
            let all = agreeing * 20 >= records * 19 && before == 0;
            let least = if delimiter == b' ' { 0.4 } else { 0.15 };
            let mixed = fit.wrapped >= records || (least..0.9).contains(&fit.data);
            // Quotes that open and close at a delimiter, twice a record, are no chance.
            let quoted = fit.malformed == 0 && fit.wrapped * 2 >= records * 3;
            records >= 3 && columns >= 3 && ((all && mixed) || quoted)
        }
    }
}

/// Whether columns that spaces pad are a table: as for any delimiter that stands in ordinary text,
/// but below a line or two, as programs print them below a title.
fn is_aligned(fit: &Fit) -> bool {
    let Fit { records, columns, agreeing, before, data, .. } = *fit;
    records >= 3
        && columns >= 3
        && agreeing * 20 >= records * 19
        && before <= 2
        && (0.4..0.9).contains(&data)
}

fn score(fit: Fit) -> f64 {
    let columns = match fit.columns {
        2 => 0.8,
        3 => 0.9,
        4 => 0.95,
        _ => 1.0,
    };
    // A table that begins below other lines may be a part of a wider one.
    let share = fit.records as f64 / (fit.records + fit.before).max(1) as f64;
    let top = if fit.before > 0 { 0.75 * share.sqrt() } else { 1.0 };
    fit.agreement * fit.agreement.sqrt() * fit.sense * columns * top
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<char> {
        find(text.as_bytes(), true, None, None).map(|(delimiter, _)| char::from(delimiter))
    }

    #[test]
    fn the_delimiter_wins_whose_cells_make_sense() {
        assert_eq!(of("Nom;Montant\nAna;1,50\nBo;2,75\n"), Some(';'));
        assert_eq!(of("Name,Phones\nAna,1234567;1234568\nBo,1234569;1234560\n"), Some(','));
        assert_eq!(of("Name\tAddress\nAna\t1 Main St, Apt 4; rear\nBo\t\n"), Some('\t'));
        assert_eq!(of("1,5;2,5;3,5\n1,6;2,6;3,6\n"), Some(';'));
    }

    #[test]
    fn what_stands_in_ordinary_text_separates_nothing() {
        assert_eq!(of("Name\nAna Maria Lopez\nJohn Q Public\n"), None);
        assert_eq!(of("+971 50 123 4567\n+971 50 123 4568\n+971 50 123 4569\n"), None);
        assert_eq!(of("10:30:01\n10:30:02\n10:30:03\n"), None);
        assert_eq!(of("12 Main Street\n14 Main Street\n16 High Street\n"), None);
        assert_eq!(of("milan#_%pass\n"), None);
    }

    #[test]
    fn lists_in_one_column_are_no_columns() {
        assert_eq!(of("Phones\n1234567;1234568\n1234569;1234560\n1234561;1234562\n"), None);
    }

    #[test]
    fn a_list_in_the_only_record_is_no_table() {
        let numbers = "+971501234567|+971501234568|+971501234569|+971501234560";
        assert_eq!(of(&format!("1,Ana,{numbers},{numbers},,,x\n")), Some(','));
        assert_eq!(of(&format!("1;Ana;{numbers};{numbers};;;x\n")), Some(';'));
        assert_eq!(of("Ana|+971501234567|Bonn, Ulm|x\n"), Some('|'));
    }

    #[test]
    fn rare_delimiters_are_found_where_they_separate_every_record() {
        assert_eq!(of("name:phone:city\nAna:1234567:Bonn\nBo:1234568:Ulm\n"), Some(':'));
        assert_eq!(of("\"c\" \"cut\" \"price\"\n\"1\" \"Ideal\" 3\n\"2\" \"Good\" 4\n"), Some(' '));
        assert_eq!(of("A#http://a.example#1\nB#http://b.example#2\nC#x#3\n"), Some('#'));
    }

    #[test]
    fn columns_that_spaces_pad_are_found_below_a_title_too() {
        let rows = "C    0.000   0.000   1.089\nH   -0.513  -0.889  -0.363\n".repeat(2);
        assert_eq!(of(&rows), Some(' '));
        assert_eq!(of(&format!("4\nwater molecules\n{rows}")), Some(' '));
        assert_eq!(of("Name\nAna  Maria  Lopez\nJohn  Q  Public\nJo  B  Good\n"), None);
        assert_eq!(of("+971  50  1234567\n+971  50  1234568\n+971  50  1234569\n"), None);
    }

    #[test]
    fn lines_before_the_table_do_not_hide_its_delimiter() {
        let rows = "0.1;1.5;2.5;3.5\n".repeat(8);
        assert_eq!(of(&format!("a=[1,2,3]\nb=[4,5,6]\nt;x;y;z\n{rows}")), Some(';'));
    }
}
