//! The command line of rowcall: arguments in, exit code out.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

mod args;
#[allow(dead_code, reason = "for those who hold the command line as a library, as `python/` does")]
pub mod embedded;
mod explain;
mod inspect;
mod job;
mod mapping;
mod platforms;
mod profile;
mod progress;
mod reconcile;
mod signals;
mod template;
mod terminal;
mod verify;

use clap::{CommandFactory, FromArgMatches};

use args::{Cli, Command};
use rowcall::error::exit;
use rowcall::flow::Goal;

/// The program.
pub fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os().collect()))
}

/// Does what the arguments say, of which the first is the program's name; returns the exit code.
pub fn run(arguments: Vec<OsString>) -> u8 {
    let arguments = match profile::apply(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = writeln!(io::stderr(), "rowcall: {error}");
            return error.exit_code();
        }
    };
    let matched = Cli::command().try_get_matches_from(arguments);
    let parsed = matched.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(message) => {
            // Help and version go to stdout and are no error; the rest is usage.
            let _ = message.print();
            return if message.use_stderr() { exit::USAGE } else { exit::DONE };
        }
    };
    let done = match cli.command {
        Command::Prepare(args) => job::run(&args.job(), &args.common, Goal::Prepare),
        Command::Check(args) => job::run(&args.job(), &args.common, Goal::Check),
        Command::Inspect(args) => inspect::run(&args, &matches),
        Command::Explain(args) => explain::run(&args),
        Command::Platforms(args) => platforms::run(&args),
        Command::Template(args) => template::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Reconcile(args) => reconcile::run(&args),
    };
    done.unwrap_or_else(|error| {
        let code = error.downcast_ref().map_or(exit::INTERNAL, rowcall::error::Error::exit_code);
        let _ = writeln!(io::stderr(), "rowcall: {error:#}");
        code
    })
}
