//! Rows that are not in the payload, as CSV that a person can mend and give back: `rejects.csv`
//! and `duplicates.csv`. The original columns and cells come first, then columns of our own whose
//! names begin with `_`. They are written in the dialect of their source, so that the command that
//! read the source reads them.

use crate::error::Result;
use crate::ingest::dialect::Dialect;
pub use crate::ingest::guard::REFUSED_COLUMNS;
use crate::ingest::guard::guard;

use super::cell::CellForm;
use super::mask::Values;
use super::outdir::{OutDir, OutFile, OutputFacts};

/// How the rows of a source are written.
#[derive(Debug)]
pub struct RowForm {
    cells: CellForm,
    values: Values,
}

impl RowForm {
    /// Cells in this dialect, whose texts are shown or masked.
    #[must_use]
    pub fn new(dialect: Dialect, values: Values) -> RowForm {
        RowForm { cells: CellForm::new(dialect), values }
    }
}

/// What workers write of the rows of a chunk that certainly are rejects.
#[derive(Debug, Default)]
pub struct EncodedRejects {
    text: Vec<u8>,
    /// Where the cells of each end, and where its `_raw` does.
    ends: Vec<(usize, usize)>,
}

impl EncodedRejects {
    /// Forgets all rows and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Bytes of memory that they take, or could without more.
    #[must_use]
    pub fn buffer_bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<(usize, usize)>()
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds a row: its cells, or, where it could not be read, its text.
    pub fn push<'c>(&mut self, form: &RowForm, cells: impl Iterator<Item = &'c str>, raw: &str) {
        push_cells(form, cells, &mut self.text);
        let cells_end = self.text.len();
        form.cells.push(&mut self.text, &guard(&form.values.of(raw)));
        self.ends.push((cells_end, self.text.len()));
    }

    /// The cells of the row at `index`, from 0, and its `_raw`.
    #[must_use]
    pub fn get(&self, index: usize) -> (&[u8], &[u8]) {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before].1);
        let (cells_end, end) = self.ends[index];
        (&self.text[start..cells_end], &self.text[cells_end..end])
    }
}

/// A file of rows, one a source where there are several: each has its own header.
pub struct RowsFile {
    name: &'static str,
    own_columns: &'static [&'static str],
    several_sources: bool,
    form: RowForm,
    current: Option<OutFile>,
    finished: Vec<OutputFacts>,
    written: u64,
}

impl RowsFile {
    /// Files called `name.csv`, or `name-1.csv` and so on where there are several sources.
    #[must_use]
    pub fn new(
        name: &'static str,
        own_columns: &'static [&'static str],
        sources: usize,
        values: Values,
    ) -> RowsFile {
        let several_sources = sources > 1;
        RowsFile {
            name,
            own_columns,
            several_sources,
            form: RowForm::new(Dialect::default(), values),
            current: None,
            finished: Vec::new(),
            written: 0,
        }
    }

    /// Begins the file of the source with that index, whose original columns are `headers`. Sources come in
    /// order.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn begin_source<'h>(
        &mut self,
        source: u32,
        dialect: Dialect,
        headers: impl Iterator<Item = &'h str>,
        out: &mut OutDir,
    ) -> Result<()> {
        self.continue_source(source, dialect, out)?;
        let file = self.current.as_mut().expect("just made");
        // By this mark spreadsheets know that the file is UTF-8.
        file.append("\u{feff}".as_bytes())?;
        // Headers are no cells of a row.
        let values = std::mem::replace(&mut self.form.values, Values::Shown);
        let pushed = self.push_line(headers, self.own_columns.iter().copied());
        self.form.values = values;
        pushed
    }

    /// Goes on with the file of a source, whose header stands in the part before.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn continue_source(
        &mut self,
        source: u32,
        dialect: Dialect,
        out: &mut OutDir,
    ) -> Result<()> {
        self.close()?;
        let path = if self.several_sources {
            format!("{}-{}.csv", self.name, source + 1)
        } else {
            format!("{}.csv", self.name)
        };
        self.current = Some(out.create_file(&path)?);
        self.form = RowForm::new(dialect, self.form.values);
        Ok(())
    }

    /// Writes a row: its cells, then the values of our own columns.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write<'c, 'o>(
        &mut self,
        cells: impl Iterator<Item = &'c str>,
        own: impl Iterator<Item = &'o str>,
    ) -> Result<()> {
        self.written += 1;
        self.push_line(cells, own)
    }

    /// Writes a row that [`EncodedRejects`] hold; `own` are the values of our own columns up to
    /// `_raw`.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write_encoded<'o>(
        &mut self,
        (cells, raw): (&[u8], &[u8]),
        own: impl Iterator<Item = &'o str>,
    ) -> Result<()> {
        self.written += 1;
        let file = self.current.as_mut().expect("a source was begun");
        let out = file.buffer();
        out.extend_from_slice(cells);
        push_own(&self.form.cells, own, out);
        out.push(self.form.cells.delimiter());
        out.extend_from_slice(raw);
        out.push(b'\n');
        file.flush_if_full()
    }

    /// Writes a row: its cells, then the values of our own columns, of which those in the middle are
    /// encoded already, as [`RowsFile::encode`] does it.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write_around<'c, 'o>(
        &mut self,
        cells: impl Iterator<Item = &'c str>,
        before: impl Iterator<Item = &'o str>,
        middle: &[u8],
        after: impl Iterator<Item = &'o str>,
    ) -> Result<()> {
        self.written += 1;
        let file = self.current.as_mut().expect("a source was begun");
        let out = file.buffer();
        push_cells(&self.form, cells, out);
        push_own(&self.form.cells, before, out);
        out.extend_from_slice(middle);
        push_own(&self.form.cells, after, out);
        file.append(b"\n")
    }

    /// Values of our own columns, each after a delimiter.
    #[must_use]
    pub fn encode<'o>(&self, own: impl Iterator<Item = &'o str>) -> Vec<u8> {
        let mut out = Vec::new();
        push_own(&self.form.cells, own, &mut out);
        out
    }

    fn push_line<'c, 'o>(
        &mut self,
        cells: impl Iterator<Item = &'c str>,
        own: impl Iterator<Item = &'o str>,
    ) -> Result<()> {
        let file = self.current.as_mut().expect("a source was begun");
        push_cells(&self.form, cells, file.buffer());
        push_own(&self.form.cells, own, file.buffer());
        file.append(b"\n")
    }

    fn close(&mut self) -> Result<()> {
        if let Some(file) = self.current.take() {
            self.finished.push(file.finish()?);
        }
        Ok(())
    }

    /// Ends the files, and says how many rows they hold.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn finish(mut self) -> Result<(Vec<OutputFacts>, u64)> {
        self.close()?;
        Ok((self.finished, self.written))
    }
}

/// Appends the cells of a row, with delimiters between them.
fn push_cells<'c>(form: &RowForm, cells: impl Iterator<Item = &'c str>, out: &mut Vec<u8>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            out.push(form.cells.delimiter());
        }
        form.cells.push(out, &guard(&form.values.of(cell)));
    }
}

/// Appends values of our own columns, each after a delimiter.
fn push_own<'o>(form: &CellForm, own: impl Iterator<Item = &'o str>, out: &mut Vec<u8>) {
    for value in own {
        out.push(form.delimiter());
        form.push(out, &guard(value));
    }
}
