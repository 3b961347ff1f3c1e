//! What goes to standard output: all of it, or an error. A reader that went away has seen what it
//! wanted.

use std::io::{self, Write};

use rowcall::error::Error;

/// Writes to standard output.
///
/// # Errors
/// [`Error::Output`] where the system does not take it; no error where nobody reads any more.
pub(crate) fn write(bytes: &[u8]) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    done(out.write_all(bytes).and_then(|()| out.flush()))
}

/// What came of writing to standard output.
///
/// # Errors
/// As [`write`].
pub(crate) fn done(written: io::Result<()>) -> Result<(), Error> {
    match written {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => Err(unwritten(&cause)),
        _ => Ok(()),
    }
}

/// Why standard output did not take what was written.
pub(crate) fn unwritten(cause: &io::Error) -> Error {
    let what = format!("cannot be written: {cause}");
    Error::Output { path: "standard output".to_owned(), what }
}
