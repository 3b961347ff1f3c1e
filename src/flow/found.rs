//! How often each problem was found, and in which rows: of these the first and the last, so that
//! memory stays bounded.

use crate::problem::{Code, Place};
use crate::write::summary::{Finding, Stretch};

/// How many stretches of rows are kept of each problem.
const STRETCHES_MAX: usize = 5;

/// What is kept of a cell, in characters.
const EXAMPLE_CHARS_MAX: usize = 60;

/// The problems of a run, by their code.
#[derive(Debug)]
pub(super) struct Found(Vec<Seen>);

/// One of them.
#[derive(Debug, Clone, Default)]
struct Seen {
    count: u64,
    first: Vec<Rows>,
    /// The stretch that is grown; it is one of the first, or stands behind them.
    last: Rows,
    example: String,
}

/// Rows of a source that follow each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Rows {
    source: u32,
    first: u64,
    last: u64,
}

impl Default for Found {
    fn default() -> Found {
        Found(vec![Seen::default(); Code::COUNT])
    }
}

impl Found {
    /// Counts a problem of a row; `value` is its cell, asked for once.
    pub(super) fn add(&mut self, code: Code, place: &Place, value: impl FnOnce() -> String) {
        let Seen { count, first, last, example } = &mut self.0[code as usize];
        *count += 1;
        if *count == 1 {
            *example = value().chars().take(EXAMPLE_CHARS_MAX).collect();
        }
        let Place { source, row, .. } = *place;
        let is_known = *count > 1 && last.source == source;
        if is_known && row == last.last {
            // Another cell of the same row.
            return;
        }
        let grows = is_known && row == last.last + 1;
        let among_first = first.last() == Some(last);
        *last = Rows { source, first: if grows { last.first } else { row }, last: row };
        if grows && among_first {
            first.pop();
        }
        if (!grows || among_first) && first.len() < STRETCHES_MAX {
            first.push(*last);
        }
    }

    /// How often each problem was found, in the order of the codes.
    pub(super) fn counts(&self) -> Vec<u64> {
        self.0.iter().map(|seen| seen.count).collect()
    }

    /// Adds what was counted elsewhere, where its rows are known.
    pub(super) fn absorb(&mut self, counts: &[u64]) {
        for (seen, count) in self.0.iter_mut().zip(counts) {
            seen.count += count;
        }
    }

    /// What was found, in the order of the codes.
    pub(super) fn findings(&self, names: &[String]) -> Vec<Finding> {
        let stretch = |rows: &Rows| Stretch {
            source: names[rows.source as usize].clone(),
            first: rows.first,
            last: rows.last,
        };
        let found = Code::all().zip(&self.0).filter(|(_, seen)| seen.count > 0);
        let finding = |(code, seen): (Code, &Seen)| {
            let beyond = seen.first.last() != Some(&seen.last);
            let last = Rows { first: seen.last.last, ..seen.last };
            Finding {
                code,
                count: seen.count,
                first: seen.first.iter().map(stretch).collect(),
                last: beyond.then(|| stretch(&last)),
                example: seen.example.clone(),
            }
        };
        found.map(finding).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rows: &[(u32, u64)]) -> Finding {
        let mut found = Found::default();
        for (source, row) in rows {
            let place = Place { source: *source, row: *row, line: 0, byte: 0, length: 0 };
            found.add(Code::PhoneMissing, &place, || format!("row {row}"));
        }
        let names = ["a.csv".to_owned(), "b.csv".to_owned()];
        found.findings(&names).pop().expect("a finding")
    }

    fn text(finding: &Finding) -> String {
        let all = finding.first.iter().chain(&finding.last);
        let texts: Vec<String> =
            all.map(|it| format!("{} {}-{}", it.source, it.first, it.last)).collect();
        texts.join(", ")
    }

    #[test]
    fn rows_that_follow_each_other_are_one_stretch_and_a_row_counts_in_it_once() {
        let finding = found(&[(0, 3), (0, 3), (0, 4), (0, 5), (0, 9), (1, 10)]);
        assert_eq!(text(&finding), "a.csv 3-5, a.csv 9-9, b.csv 10-10");
        assert_eq!((finding.count, finding.last), (6, None));
        assert_eq!(finding.example, "row 3");
    }

    #[test]
    fn of_many_stretches_the_first_are_kept_and_the_last_row() {
        let rows: Vec<(u32, u64)> = [1, 3, 5, 7, 9, 11, 13, 20, 21].map(|row| (0, row)).to_vec();
        let finding = found(&rows);
        assert_eq!(finding.first.len(), STRETCHES_MAX);
        assert!(text(&finding).ends_with("a.csv 9-9, a.csv 21-21"), "{}", text(&finding));
    }

    #[test]
    fn the_last_of_the_kept_stretches_may_still_grow() {
        let finding = found(&[(0, 1), (0, 3), (0, 5), (0, 7), (0, 9), (0, 10), (0, 11)]);
        assert!(text(&finding).ends_with("a.csv 9-11"), "{}", text(&finding));
    }
}
