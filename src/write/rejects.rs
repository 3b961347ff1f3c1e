//! Rows that are not in the payload, as CSV that a person can mend and give back: `rejects.csv`
//! and `duplicates.csv`. The original columns and cells come first, then columns of our own whose
//! names begin with `_`. They are written in the dialect of their source, so that the command that
//! read the source reads them.

use std::borrow::Cow;
use std::io;

use crate::error::{Error, Result};
use crate::ingest::dialect::Dialect;
use crate::ingest::guard::guard;

use super::outdir::{OutDir, OutFile, OutputFacts};

/// A file of rows, one a source where there are several: each has its own header.
pub struct RowsFile {
    name: &'static str,
    own_columns: &'static [&'static str],
    several_sources: bool,
    dialect: Dialect,
    current: Option<(u32, csv::Writer<OutFile>)>,
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
    ) -> RowsFile {
        let several_sources = sources > 1;
        RowsFile {
            name,
            own_columns,
            several_sources,
            dialect: Dialect::default(),
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
        self.close()?;
        let path = if self.several_sources {
            format!("{}-{}.csv", self.name, source + 1)
        } else {
            format!("{}.csv", self.name)
        };
        let mut file = out.create_file(&path)?;
        // By this mark spreadsheets know that the file is UTF-8.
        file.append("\u{feff}".as_bytes())?;
        let mut form = csv::WriterBuilder::new();
        form.flexible(true).delimiter(dialect.delimiter);
        if let Some(quote) = dialect.quote {
            form.quote(quote);
        } else if dialect.escape.is_some() {
            form.quote_style(csv::QuoteStyle::Never);
        }
        self.dialect = dialect;
        self.current = Some((source, form.from_writer(file)));
        self.write_record(headers.map(|header| guard(header)), self.own_columns.iter().copied())
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
        self.write_record(cells.map(guard), own)
    }

    fn write_record<'o, C: AsRef<[u8]>>(
        &mut self,
        cells: impl Iterator<Item = C>,
        own: impl Iterator<Item = &'o str>,
    ) -> Result<()> {
        let (_, writer) = self.current.as_mut().expect("a source was begun");
        let dialect = self.dialect;
        let all = || {
            for cell in cells {
                writer.write_field(escaped(cell.as_ref(), dialect))?;
            }
            for value in own {
                writer.write_field(escaped(&guard(value), dialect))?;
            }
            writer.write_record(None::<&[u8]>)
        };
        all().map_err(|cause| self.unwritable(&io::Error::from(cause)))
    }

    fn unwritable(&self, cause: &io::Error) -> Error {
        Error::Output { path: format!("{}.csv", self.name), what: cause.to_string() }
    }

    fn close(&mut self) -> Result<()> {
        if let Some((_, writer)) = self.current.take() {
            let file = writer.into_inner().map_err(|cause| self.unwritable(cause.error()))?;
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

/// The cell with an escape before every escape, and before every delimiter where no quotes can hold
/// it.
fn escaped(cell: &[u8], dialect: Dialect) -> Cow<'_, [u8]> {
    let Some(escape) = dialect.escape else { return cell.into() };
    let needs = |byte: u8| byte == escape || byte == dialect.delimiter && dialect.quote.is_none();
    if !cell.iter().any(|byte| needs(*byte)) {
        return cell.into();
    }
    let written =
        cell.iter().flat_map(|byte| needs(*byte).then_some(escape).into_iter().chain([*byte]));
    written.collect::<Vec<u8>>().into()
}

/// A cell with quotes where CSV needs them.
#[must_use]
pub fn csv_cell(text: &str) -> String {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let line = writer
        .write_record([text])
        .ok()
        .and_then(|()| writer.into_inner().ok())
        .expect("memory takes what is written");
    let mut cell = String::from_utf8(line).expect("text stays text");
    cell.truncate(cell.trim_end_matches('\n').len());
    cell
}
