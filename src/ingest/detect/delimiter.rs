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

/// The delimiter that fits the sample best, and how well; `None` where none fits. A quote that is
/// given is taken as given, and otherwise found.
pub(super) fn find(
    sample: &[u8],
    whole: bool,
    quote: Option<Option<u8>>,
    escape: Option<u8>,
) -> Option<(u8, Fit)> {
    let mut best: Option<(u8, Fit, f64)> = None;
    for (delimiter, weight) in CANDIDATES {
        if memchr::memchr(delimiter, sample).is_none() {
            continue;
        }
        let dialect = Dialect { delimiter, quote: Some(b'"'), escape };
        let quote = quote.unwrap_or_else(|| Some(quote::find_mark(sample, whole, dialect)));
        let fit = Table::read(sample, whole, Dialect { quote, ..dialect }).fit();
        if !is_possible(delimiter, fit) {
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

/// Whether the delimiter may be taken at all. What stands in ordinary text must separate at least
/// three cells in every record, the first one included, and not all of one kind: neither names nor
/// times nor telephone numbers make a table.
fn is_possible(delimiter: u8, fit: Fit) -> bool {
    let Fit { records, columns, agreeing, before, .. } = fit;
    if columns < 2 {
        return false;
    }
    match delimiter {
        b',' => true,
        b';' | b'\t' | b'|' => agreeing * 2 >= records,
        b'^' | b'~' | 0x1f => agreeing * 4 >= records * 3 && records >= 2,
        _ => {
            let all = agreeing * 20 >= records * 19 && before == 0;
            let mixed = fit.wrapped >= records || (0.15..0.9).contains(&fit.data);
            records >= 3 && columns >= 3 && all && mixed
        }
    }
}

fn score(fit: Fit) -> f64 {
    let columns = match fit.columns {
        2 => 0.8,
        3 => 0.9,
        4 => 0.95,
        _ => 1.0,
    };
    // A table that begins below other lines may be a part of a wider one.
    let top = if fit.before > 0 { 0.75 } else { 1.0 };
    fit.agreement * fit.agreement.sqrt() * fit.sense * columns * top
}
