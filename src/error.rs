//! What stops a run. In: the fault where it was met. Out: a sentence and an exit code.
//! A row's fault is never here: that is a [`Problem`](crate::problem::Problem).

use std::io;
use std::path::Path;

use crate::text::printable;

/// The exit codes of the program. Never 1: anything that dies by itself returns 1.
pub mod exit {
    /// The run finished and everything is on disk.
    pub const DONE: u8 = 0;
    /// Usage, configuration, or a mapping that cannot be decided.
    pub const USAGE: u8 = 2;
    /// `check`: the run finished, and some rows are not acceptable; `reconcile`: some contacts
    /// were not taken.
    pub const REFUSED: u8 = 3;
    /// Input cannot be read.
    pub const INPUT: u8 = 4;
    /// Output cannot be written.
    pub const OUTPUT: u8 = 5;
    /// A limit was exceeded. Where more rows were refused than `--max-rejects` allows, the reports
    /// are written and the payload is withheld; with any other limit nothing is written.
    pub const LIMIT: u8 = 6;
    /// `verify`: the folder is not what a run wrote. `reconcile`: an answer and the folder do not fit
    /// together.
    pub const MISMATCH: u8 = 7;
    /// The counts of a run do not agree with each other: a fault in rowcall itself.
    pub const INTERNAL: u8 = 70;
    /// Added to the number of the signal that ended the run.
    pub const SIGNAL_BASE: u8 = 128;
}

/// What stops a run, one variant a kind of exit code.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line, a contract or the mapping leaves something undecided.
    #[error("{0}")]
    Usage(String),
    /// An input cannot be read.
    #[error("{input}: {what}")]
    Input {
        /// The input as the user named it.
        input: String,
        /// What was seen, and what to do.
        what: String,
    },
    /// An input goes beyond a limit.
    #[error("{input}: {what}")]
    Limit {
        /// The input as the user named it.
        input: String,
        /// What was seen, and which flag moves the limit.
        what: String,
    },
    /// An output cannot be written.
    #[error("{path}: {what}")]
    Output {
        /// The path that could not be written.
        path: String,
        /// What was attempted, the system's own words, and what to do.
        what: String,
    },
    /// Things that belong together do not fit: an answer and the payload, or a folder and what
    /// its summary says of it.
    #[error("{place}: {what}")]
    Mismatch {
        /// Where it was seen: a file, and a line or a request in it.
        place: String,
        /// What was seen, and what to do.
        what: String,
    },
    /// The accounting does not balance: a fault in rowcall, and nothing was committed.
    #[error("{0}; nothing was written; this is a fault in rowcall, please report it")]
    Internal(String),
    /// A signal asked the run to end; its number.
    #[error("interrupted by signal {0}; nothing was written")]
    Interrupted(u8),
}

impl Error {
    /// The exit code of this kind of error.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Usage(_) => exit::USAGE,
            Error::Input { .. } => exit::INPUT,
            Error::Limit { .. } => exit::LIMIT,
            Error::Output { .. } => exit::OUTPUT,
            Error::Mismatch { .. } => exit::MISMATCH,
            Error::Internal(_) => exit::INTERNAL,
            Error::Interrupted(signal) => exit::SIGNAL_BASE + signal,
        }
    }

    /// An input that the system would not let us read, or that is damaged or beyond a limit.
    pub(crate) fn reading(input: &str, cause: &io::Error) -> Error {
        let input = input.to_owned();
        let own = cause.get_ref().and_then(|own| own.downcast_ref::<LimitExceeded>());
        match own {
            Some(limit) => Error::Limit { input, what: limit.to_string() },
            None => {
                let advice = match cause.kind() {
                    io::ErrorKind::NotFound => "; check its name, and the folder that you are in",
                    io::ErrorKind::PermissionDenied => "; it is not yours to read",
                    _ => "",
                };
                Error::Input { input, what: format!("cannot be read: {cause}{advice}") }
            }
        }
    }

    /// Something at `place` that does not fit what it belongs to.
    pub(crate) fn mismatch(place: impl Into<String>, what: impl Into<String>) -> Error {
        Error::Mismatch { place: place.into(), what: what.into() }
    }

    /// An output that the system would not let us write.
    pub(crate) fn writing(path: &Path, doing: &str, cause: &io::Error) -> Error {
        let what = format!("cannot {doing}: {cause}; nothing was written under the final name");
        Error::Output { path: printable(&path.display().to_string()), what }
    }
}

/// How a reader that meets a limit says so to the one who reads from it.
#[derive(Debug, thiserror::Error)]
#[error("{what}; {remedy}")]
pub(crate) struct LimitExceeded {
    what: String,
    remedy: &'static str,
}

impl LimitExceeded {
    /// What was seen and what to do, as an error of a reader.
    pub(crate) fn reading(what: String, remedy: &'static str) -> io::Error {
        io::Error::other(LimitExceeded { what, remedy })
    }
}

/// A result whose error ends the run.
pub type Result<T> = std::result::Result<T, Error>;
