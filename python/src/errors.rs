//! What stops a run → the exception of its kind, which carries the exit code of the command.

use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use rowcall::error::Error;

create_exception!(
    rowcall,
    RowcallError,
    PyException,
    "What stopped a run. `code` is the exit code of the command."
);
create_exception!(
    rowcall,
    UsageError,
    RowcallError,
    "A setting, a contract or the mapping leaves something undecided."
);
create_exception!(rowcall, InputError, RowcallError, "An input cannot be read.");
create_exception!(rowcall, LimitError, RowcallError, "An input goes beyond a limit.");
create_exception!(rowcall, OutputError, RowcallError, "An output cannot be written.");
create_exception!(rowcall, MismatchError, RowcallError, "Things that belong together do not fit.");
create_exception!(rowcall, InternalError, RowcallError, "A fault in rowcall itself.");

/// The exception of an error.
pub(crate) fn exception(error: &Error) -> PyErr {
    let text = error.to_string();
    let made = match error {
        Error::Usage(_) => UsageError::new_err(text),
        Error::Input { .. } => InputError::new_err(text),
        Error::Limit { .. } => LimitError::new_err(text),
        Error::Output { .. } => OutputError::new_err(text),
        Error::Mismatch { .. } => MismatchError::new_err(text),
        Error::Internal(_) => InternalError::new_err(text),
        Error::Interrupted(_) => RowcallError::new_err(text),
    };
    Python::attach(|py| {
        let code = made.value(py).setattr("code", error.exit_code());
        code.map_or_else(|cause| cause, |()| made)
    })
}

/// A setting that cannot be used.
pub(crate) fn usage(what: impl Into<String>) -> PyErr {
    exception(&Error::Usage(what.into()))
}
