//! `rows.csv`: one line a row, whatever became of it.

use crate::error::Result;
use crate::phone::{Kind, Phone, Region};
use crate::problem::{Action, Fate};

use super::batch::{PAYLOAD_FOLDER, UPDATES_FOLDER};
use super::cell::csv_cell;
use super::decimal::Decimal;
use super::encode::push_integer;
use super::issues::RowFacts;
use super::outdir::{OutDir, OutFile, OutputFacts};

/// The file's name.
pub const LEDGER: &str = "rows.csv";

/// The header of `rows.csv`.
pub const HEADER: &[u8] =
    b"source,row,line,fate,action,phone,region,kind,file,index,kept_source,kept_row\n";

/// A line of the ledger without the place of its contact, for a payload that is withheld.
#[must_use]
pub fn without_payload(line: &[u8]) -> Vec<u8> {
    let place = |folder: &str| memchr::memmem::rfind(line, format!(",{folder}/").as_bytes());
    // An accepted row has nothing after it but the empty columns of a kept row.
    match place(PAYLOAD_FOLDER).max(place(UPDATES_FOLDER)) {
        Some(at) if line.ends_with(b",,\n") => [&line[..at], b",,,,\n"].concat(),
        _ => line.to_vec(),
    }
}

/// Appends what a worker can say in a row's line: `phone,region,kind`, with the comma before them.
/// A phone is there where the row's number is valid.
pub fn push_phone(phone: Option<(Phone, Option<Region>, Kind)>, out: &mut Vec<u8>) {
    let Some((phone, region, kind)) = phone else {
        out.extend_from_slice(b",,,");
        return;
    };
    out.push(b',');
    phone.push_text(out);
    out.push(b',');
    match region.and_then(Region::letters) {
        Some(letters) => out.extend_from_slice(&letters),
        None => out.extend_from_slice(region.as_ref().map_or("", Region::as_str).as_bytes()),
    }
    out.push(b',');
    out.extend_from_slice(kind.as_str().as_bytes());
}

/// The cells `fate` and `action`, with the commas before them.
fn fate_and_action(fate: Fate, action: Option<Action>) -> &'static str {
    match (fate, action) {
        (Fate::Accepted, Some(Action::Create)) => ",accepted,create",
        (Fate::Accepted, Some(Action::Update)) => ",accepted,update",
        (Fate::Accepted, None) => ",accepted,",
        (Fate::Blank, _) => ",blank,",
        (Fate::Malformed, _) => ",malformed,",
        (Fate::Rejected, _) => ",rejected,",
        (Fate::Suppressed, _) => ",suppressed,",
        (Fate::Duplicate, _) => ",duplicate,",
        (Fate::Merged, _) => ",merged,",
        (Fate::Unchanged, _) => ",unchanged,",
    }
}

/// Writes the ledger.
#[derive(Debug)]
pub struct Ledger {
    file: OutFile,
    /// The sources' names as cells, with the comma after them.
    sources: Vec<String>,
    row: Decimal,
    line: Decimal,
    index: Decimal,
    written: u64,
}

impl Ledger {
    /// No row yet.
    ///
    /// # Errors
    /// Where the file cannot be made.
    pub fn new(sources: &[String], out: &mut OutDir) -> Result<Ledger> {
        let mut ledger = Ledger::continued(sources, out)?;
        ledger.file.append(HEADER)?;
        Ok(ledger)
    }

    /// No row yet of a part that comes behind the header.
    ///
    /// # Errors
    /// Where the file cannot be made.
    pub fn continued(sources: &[String], out: &mut OutDir) -> Result<Ledger> {
        Ok(Ledger {
            file: out.create_file(LEDGER)?,
            sources: sources.iter().map(|name| csv_cell(name) + ",").collect(),
            row: Decimal::new(),
            line: Decimal::new(),
            index: Decimal::new(),
            written: 0,
        })
    }

    /// Writes a row's line. `phone` is what [`push_phone`] has appended; `kept` names the source,
    /// by index, and the row that keeps a duplicate's phone.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write(
        &mut self,
        row: &RowFacts<'_>,
        phone: &[u8],
        kept: Option<(u32, u64)>,
    ) -> Result<()> {
        let Ledger { file, sources, row: row_digits, line, index, written } = self;
        *written += 1;
        let out = file.buffer();
        out.extend_from_slice(sources[row.place.source as usize].as_bytes());
        row_digits.set(row.place.row);
        row_digits.push(out);
        out.push(b',');
        line.set(row.place.line);
        line.push(out);
        out.extend_from_slice(fate_and_action(row.fate, row.action).as_bytes());
        out.extend_from_slice(phone);
        out.push(b',');
        if let Some(place) = row.payload {
            out.extend_from_slice(place.path.as_bytes());
            out.push(b',');
            index.set(place.index);
            index.push(out);
        } else {
            out.push(b',');
        }
        match kept {
            None => out.extend_from_slice(b",,\n"),
            Some((source, number)) => {
                out.push(b',');
                out.extend_from_slice(sources[source as usize].as_bytes());
                push_integer(out, number);
                out.push(b'\n');
            }
        }
        self.file.flush_if_full()
    }

    /// Ends the file, and says how many lines it has besides the header.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn finish(self) -> Result<(OutputFacts, u64)> {
        Ok((self.file.finish()?, self.written))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fate_stands_in_its_cell_under_its_own_name() {
        for fate in Fate::ALL {
            assert_eq!(fate_and_action(fate, None), format!(",{fate},", fate = fate.as_str()));
        }
        for action in [Action::Create, Action::Update] {
            let cells = fate_and_action(Fate::Accepted, Some(action));
            assert_eq!(cells, format!(",accepted,{}", action.as_str()));
        }
    }
}
