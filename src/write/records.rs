//! Records as plain CSV: commas, quotes where they are needed, CRLF, as RFC 4180 has it.

use std::io;

/// Writes records as RFC 4180 CSV.
pub struct Records<W: io::Write> {
    writer: csv::Writer<W>,
}

impl<W: io::Write> Records<W> {
    /// A writer of records that go to `out`.
    #[must_use]
    pub fn new(out: W) -> Records<W> {
        let mut form = csv::WriterBuilder::new();
        form.flexible(true).terminator(csv::Terminator::CRLF);
        Records { writer: form.from_writer(out) }
    }

    /// Writes a record.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write<'r>(&mut self, cells: impl Iterator<Item = &'r str>) -> io::Result<()> {
        // The system's own error, as it was: whether the reader went away is told by its kind.
        self.writer.write_record(cells).map_err(|cause| match cause.into_kind() {
            csv::ErrorKind::Io(cause) => cause,
            other => io::Error::other(format!("{other:?}")),
        })
    }

    /// Writes what is still in memory.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
