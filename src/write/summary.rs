//! `summary.json`: what a run did, for people and programs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::problem::{Code, Fate};

use super::outdir::OutputFacts;

/// The version of the summary's form.
pub const SCHEMA: &str = "rowcall.summary/1";

/// What a run did. Nothing in it depends on time, place or the number of threads.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// The form of this object.
    pub schema: &'static str,
    /// The version of rowcall.
    pub rowcall: &'static str,
    /// The version of the numbering plan.
    pub numbering_plan: String,
    /// `prepare` or `check`.
    pub command: &'static str,
    /// How many rows had which fate.
    pub counts: Counts,
    /// The same as a sentence that balances.
    pub equation: String,
    /// How many accepted contacts the payload makes, and how many it updates.
    pub actions: Actions,
    /// Why the payload was withheld, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<String>,
    /// What was read.
    pub sources: Vec<SourceFacts>,
    /// The lists that were heeded beside the inputs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<ListFacts>,
    /// What was asked for.
    pub settings: Settings,
    /// What would make many of the refused numbers valid.
    pub hints: Vec<Hint>,
    /// How often each problem was found, by code.
    pub problems: BTreeMap<&'static str, u64>,
    /// In which rows, as far as people want to know; every one stands in `issues.jsonl`.
    #[serde(skip)]
    pub findings: Vec<Finding>,
    /// Accepted contacts by the region of their phone.
    pub regions: BTreeMap<String, u64>,
    /// Accepted contacts by the kind of their phone.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Every other file of the folder.
    pub outputs: Vec<OutputFacts>,
}

/// How often a problem was found, and in which rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was found.
    pub code: Code,
    /// How often.
    pub count: u64,
    /// The first rows that have it.
    pub first: Vec<Stretch>,
    /// The last row that has it, where it stands in none of these.
    pub last: Option<Stretch>,
    /// The first cell that has it, as it was read; empty where no cell is meant.
    pub example: String,
}

/// Rows that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The name of their source.
    pub source: String,
    /// The first of them.
    pub first: u64,
    /// The last of them.
    pub last: u64,
}

/// Something to try, by which many of the refused numbers would be valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// How many of the refused numbers would be valid.
    pub count: u64,
    /// How many refused numbers were tried.
    pub of: u64,
    /// How many numbers of that form, digits without a plus, were refused in all.
    pub refused: u64,
    /// The flag to try.
    pub flag: String,
    /// The region in which they would be valid, if that is what the flag says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The region in which they were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
}

/// How many rows had which fate. They add up to `rows`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// All of them.
    pub rows: u64,
    /// Blank lines.
    pub blank: u64,
    /// Records that could not be read.
    pub malformed: u64,
    /// Records whose phone or a required field is not acceptable.
    pub rejected: u64,
    /// Rows that a list of suppressed phones names.
    pub suppressed: u64,
    /// Rows whose phone another row keeps.
    pub duplicate: u64,
    /// Rows whose fields went into another row of the same phone.
    pub merged: u64,
    /// Contacts that the platform has already, as they are.
    pub unchanged: u64,
    /// Contacts in the payload.
    pub accepted: u64,
}

impl Counts {
    /// Adds what another part of the run has counted.
    pub fn absorb(&mut self, other: &Counts) {
        let Counts { rows, .. } = *other;
        self.rows += rows;
        for fate in Fate::ALL {
            *self.of(fate) += *other.clone().of(fate);
        }
    }

    /// Counts so many rows.
    pub fn add(&mut self, fate: Fate, rows: u64) {
        self.rows += rows;
        *self.of(fate) += rows;
    }

    fn of(&mut self, fate: Fate) -> &mut u64 {
        match fate {
            Fate::Blank => &mut self.blank,
            Fate::Malformed => &mut self.malformed,
            Fate::Rejected => &mut self.rejected,
            Fate::Suppressed => &mut self.suppressed,
            Fate::Duplicate => &mut self.duplicate,
            Fate::Merged => &mut self.merged,
            Fate::Unchanged => &mut self.unchanged,
            Fate::Accepted => &mut self.accepted,
        }
    }

    /// The fates that occurred, and the count of each; accepted always.
    #[must_use]
    pub fn parts(&self) -> Vec<(&'static str, u64)> {
        // Taken apart without `..`, so that a new fate is thought of here.
        let Counts {
            rows: _,
            blank,
            malformed,
            rejected,
            suppressed,
            duplicate,
            merged,
            unchanged,
            accepted,
        } = *self;
        let mut parts = vec![("accepted", accepted)];
        let others = [
            ("duplicate", duplicate),
            ("merged", merged),
            ("unchanged", unchanged),
            ("suppressed", suppressed),
            ("rejected", rejected),
            ("malformed", malformed),
            ("blank", blank),
        ];
        parts.extend(others.into_iter().filter(|(_, count)| *count > 0));
        parts
    }

    /// `1000 rows = 930 accepted + 40 duplicate + 30 rejected`.
    #[must_use]
    pub fn equation(&self) -> String {
        let parts: Vec<String> =
            self.parts().iter().map(|(name, count)| format!("{count} {name}")).collect();
        format!("{} rows = {}", self.rows, parts.join(" + "))
    }

    /// Whether the parts add up to the whole.
    #[must_use]
    pub fn balances(&self) -> bool {
        self.parts().iter().map(|(_, count)| count).sum::<u64>() == self.rows
    }
}

/// How many accepted contacts are made and updated. They add up to `accepted`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actions {
    /// Contacts that the platform does not have.
    pub create: u64,
    /// Contacts that it has, and that change.
    pub update: u64,
}

/// A list that was heeded beside the inputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListFacts {
    /// Which it is: `suppress` or `existing`.
    pub list: &'static str,
    /// The name of its file.
    pub source: String,
    /// Its entries with a phone.
    pub taken: u64,
    /// Its entries without a phone that can be read.
    pub unread: u64,
    /// The first of those, by their number from 1, blank lines not counted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread_rows: Vec<u64>,
}

/// What was read, and how.
#[derive(Debug, Clone, Serialize)]
pub struct SourceFacts {
    /// The name in all reports.
    pub source: String,
    /// The bytes read, after unpacking.
    pub bytes: u64,
    /// The records, blank lines included and the header not.
    pub rows: u64,
    /// How it is compressed, if it is.
    pub compression: Option<&'static str>,
    /// The text encoding.
    pub encoding: &'static str,
    /// Whether the text is well-formed UTF-8, and yet another encoding was given.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub encoding_is_doubtful: bool,
    /// What stands between two cells.
    pub delimiter: String,
    /// What encloses a cell; nothing where quotes are text.
    pub quote: Option<String>,
    /// What takes a quote, a delimiter or itself as text, if any byte does.
    pub escape: Option<String>,
    /// Physical lines that were skipped before the header.
    pub skipped_lines: u64,
    /// Whether the header stands in the source; else its columns were numbered.
    pub has_header: bool,
    /// How lines end outside quotes, as far as they were looked at before the run: `LF`, `CRLF`,
    /// `CR`, `mixed`, or nothing where there is one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_ends: Option<&'static str>,
    /// Which of the above was given, which was detected, and which is as usual.
    pub evidence: BTreeMap<&'static str, &'static str>,
    /// The known export that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<&'static str>,
    /// What stands between two tags of a cell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag_separator: Option<String>,
    /// The header's cells.
    pub header: Vec<String>,
    /// Which column feeds which field.
    pub columns: Vec<ColumnFacts>,
    /// The headers of the columns that go to the params.
    pub params: Vec<String>,
    /// The headers of the columns that are not sent, because the platform has no place for them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// Columns that feed no field and may be meant to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_used: Vec<NotUsed>,
}

/// A column that feeds no field and may be meant to.
#[derive(Debug, Clone, Serialize)]
pub struct NotUsed {
    /// The field that it may be meant to feed.
    pub field: &'static str,
    /// The column's header.
    pub column: String,
    /// The column's number, from 1.
    pub column_number: usize,
    /// Why it may be meant to.
    pub why: String,
}

/// Which column feeds a field.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnFacts {
    /// The field.
    pub field: &'static str,
    /// The column's header.
    pub column: String,
    /// The column's number, from 1.
    pub column_number: usize,
    /// How it was found.
    pub evidence: &'static str,
}

/// What was asked for, as far as it changes the output.
#[derive(Debug, Clone, Serialize)]
pub struct Settings {
    /// The platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The BLAKE3 hash of the platform's contract, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_blake3: Option<String>,
    /// The region of rows without a country of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// What digits without a plus are taken for, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digits: Option<&'static str>,
    /// What becomes of a cell with several numbers, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multi: Option<&'static str>,
    /// Whether letters are read as digits.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub vanity: bool,
    /// The kinds of line that are wanted, if not all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kinds: Option<String>,
    /// The regions that are wanted, if not all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regions: Option<String>,
    /// The columns given by `--map`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub map: Vec<String>,
    /// For a trial run: how many rows were to be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// What fields are where no column says otherwise: field=value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<String>,
    /// Which columns were to be carried as params, if not all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub params: Option<String>,
    /// What was to stand between two tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags_sep: Option<String>,
    /// The known export that the inputs were said to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// Whether a row had to say that its contact agreed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub require_opt_in: bool,
    /// What becomes of records with another number of cells, if not that they are malformed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ragged: Option<&'static str>,
    /// What becomes of a row without a name, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_name: Option<String>,
    /// The platform's ids of tags: key=tag=id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tag_id: Vec<String>,
    /// Whether pictures were looked for in a folder.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub avatar_dir: bool,
    /// What becomes of several rows of one phone, if not that the first is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_duplicate: Option<&'static str>,
    /// Contacts a payload file, or `all`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<String>,
    /// Bytes of a payload file at most, if there is a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_bytes: Option<u64>,
    /// How many rows may be refused before the payload is withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_rejects: Option<String>,
    /// Whether the values in the reports are masked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub redact: bool,
    /// Whether no report page was wanted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_page: bool,
    /// The limit on the bytes of a cell.
    pub cell_bytes_max: usize,
    /// The limit on the bytes of a record.
    pub record_bytes_max: usize,
    /// The limit on the cells of a record.
    pub record_cells_max: usize,
    /// The limit on the bytes that come out of compressed input.
    pub unpacked_bytes_max: u64,
    /// The limit on the bytes that come out for each that goes in.
    pub unpacked_ratio_max: u64,
}

impl Summary {
    /// The bytes of `summary.json`.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).expect("plain values");
        json.push(b'\n');
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_parts_add_up_fate_by_fate_and_balance() {
        let (mut one, mut all) = (Counts::default(), Counts::default());
        for (times, fate) in (1..).zip(Fate::ALL) {
            one.add(fate, times);
        }
        all.absorb(&one);
        assert_eq!(all, one);
        all.absorb(&one);
        assert!(one.balances() && all.balances());
        assert_eq!((all.rows, all.parts().len()), (2 * one.rows, Fate::ALL.len()));
        for ((name, double), (_, single)) in all.parts().into_iter().zip(one.parts()) {
            assert_eq!(double, 2 * single, "{name}");
        }
        assert!(!Counts { rows: 1, ..Counts::default() }.balances());
    }
}
