//! `rows.csv`: one line a row, whatever became of it.

use crate::error::Result;
use crate::phone::{Kind, Phone, Region};
use crate::problem::{Action, Fate};

use super::batch::{PAYLOAD_FOLDER, PayloadPlace, UPDATES_FOLDER};
use super::cell::csv_cell;
use super::decimal::Decimal;
use super::encode::page::{Literal, Page, append};
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

/// Appends what a worker can say in a row's line: `fate,action,phone,region,kind`, with the comma
/// before them, as they are where no other row matters. A phone is there where the row's number is
/// valid.
pub fn push_cells(
    fate: Fate,
    action: Option<Action>,
    phone: Option<(Phone, Option<Region>, Kind)>,
    out: &mut Vec<u8>,
) {
    let mut text = [0; CELLS_ROOM];
    let mut page = Page::on(&mut text);
    page.put_short(fate_and_action(fate, action));
    match phone {
        None => page.put(b",,,"),
        Some((phone, region, kind)) => {
            page.put(b",");
            let (digits, bytes) = phone.text();
            page.put_part(&digits, bytes);
            page.put(b",");
            match region.and_then(Region::letters) {
                Some(letters) => page.put(&letters),
                None => page.put_short(region.as_ref().map_or("", Region::as_str)),
            }
            page.put(b",");
            page.put_short(kind.as_str());
        }
    }
    let end = out.len() + page.len();
    // To append all and cut is faster than to append just enough.
    out.extend_from_slice(&text);
    out.truncate(end);
}

/// The most bytes that [`push_cells`] appends, with room behind them.
const CELLS_ROOM: usize = 80;

/// Bytes of the numbers in a line and of what stands between its cells, at most.
const NUMBERS_ROOM: usize = 80;

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
    sources: Vec<Literal>,
    row: Decimal,
    line: Decimal,
    index: Decimal,
    payload: PayloadCell,
    written: u64,
}

/// The cell of the payload's file, with a comma at each end; it is mostly that of the row before.
#[derive(Debug, Default)]
struct PayloadCell {
    path: String,
    cell: Literal,
}

impl PayloadCell {
    #[inline]
    fn set(&mut self, path: &str) {
        if self.path != path {
            path.clone_into(&mut self.path);
            self.cell = Literal::new(&format!(",{path},"));
        }
    }
}

/// Rows of one source that follow each other, all accepted, of which no line says more than the
/// worker has said of it and where its contact stands.
#[derive(Debug, Clone, Copy)]
pub struct Run<'r, R> {
    /// Index of the source, from 0.
    pub source: u32,
    /// The number of the first row, from 1.
    pub first: u64,
    /// What [`push_cells`] has appended for these rows and perhaps others.
    pub cells: &'r [u8],
    /// For each row its line, and from where to where in `cells` its own stand.
    pub rows: R,
    /// Where the contact of the first row stands; those of the others follow it.
    pub payload: Option<PayloadPlace<'r>>,
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
            sources: sources.iter().map(|name| Literal::new(&(csv_cell(name) + ","))).collect(),
            row: Decimal::new(b","),
            line: Decimal::new(b""),
            index: Decimal::new(b",,\n"),
            payload: PayloadCell::default(),
            written: 0,
        })
    }

    /// Writes a row's line. `cells` is what [`push_cells`] has appended for it with the fate and the
    /// action of `alone`; `kept` names the source, by index, and the row that keeps a duplicate's
    /// phone.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write(
        &mut self,
        row: &RowFacts<'_>,
        alone: (Fate, Option<Action>),
        cells: &[u8],
        kept: Option<(u32, u64)>,
    ) -> Result<()> {
        let Ledger { file, sources, row: number, line, index, payload, written } = self;
        *written += 1;
        let name = &sources[row.place.source as usize];
        let cells = &cells[fate_and_action(alone.0, alone.1).len()..];
        number.set(row.place.row);
        line.set(row.place.line);
        if let Some(place) = row.payload {
            payload.set(place.path);
            index.set(place.index);
        }
        let kept_name = kept.map_or(0, |(source, _)| sources[source as usize].len());
        let names = name.len() + payload.cell.len() + kept_name;
        append(file.buffer(), names + cells.len() + NUMBERS_ROOM, |page| {
            page.put_literal(name);
            number.put(page);
            line.put(page);
            page.put_short(fate_and_action(row.fate, row.action));
            page.put_all(cells);
            match (row.payload, kept) {
                (Some(_), _) => {
                    page.put_literal(&payload.cell);
                    index.put(page);
                }
                (None, None) => page.put(b",,,,\n"),
                (None, Some((source, number))) => {
                    page.put(b",,,");
                    page.put_literal(&sources[source as usize]);
                    page.put_all(itoa::Buffer::new().format(number).as_bytes());
                    page.put(b"\n");
                }
            }
        });
        self.file.flush_if_full()
    }

    /// Writes the lines of many rows.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write_run<R>(&mut self, run: Run<'_, R>) -> Result<()>
    where
        R: ExactSizeIterator<Item = (u64, usize, usize)> + Clone,
    {
        let Ledger { file, sources, row: number, line, index, payload, written } = self;
        let Run { source, first, cells, rows, payload: place } = run;
        *written += rows.len() as u64;
        let name = &sources[source as usize];
        let first_index = place.map_or(0, |place| place.index);
        payload.set(place.map_or("", |place| place.path));
        let row_room = name.len() + CELLS_ROOM + payload.cell.len() + NUMBERS_ROOM;
        append(file.buffer(), rows.len() * row_room, |page| {
            for (at, (in_line, from, to)) in (0..).zip(rows.clone()) {
                page.put_literal(name);
                number.set(first + at);
                number.put(page);
                line.set(in_line);
                line.put(page);
                page.put_slice(cells, from, to);
                if place.is_some() {
                    page.put_literal(&payload.cell);
                    index.set(first_index + at);
                    index.put(page);
                } else {
                    page.put(b",,,,\n");
                }
            }
        });
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
