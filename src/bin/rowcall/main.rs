//! The command line of rowcall: arguments in, exit code out.

use std::io::{self, Write};
use std::process::ExitCode;

mod args;
mod explain;
mod inspect;
mod job;
mod mapping;
mod platforms;
mod profile;
mod progress;
mod reconcile;
mod signals;
mod stdout;
mod template;
mod terminal;
mod verify;

use clap::{CommandFactory, FromArgMatches};

use args::{Cli, Command};
use rowcall::error::exit;
use rowcall::flow::Goal;
use rowcall::text::printable;

fn main() -> ExitCode {
    let arguments = match profile::apply(std::env::args_os().collect()) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = writeln!(io::stderr(), "rowcall: {error}");
            return ExitCode::from(error.exit_code());
        }
    };
    let matched = Cli::command().try_get_matches_from(arguments);
    let parsed = matched.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(message) => {
            return said(&message);
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
    ExitCode::from(done.unwrap_or_else(|error| {
        let code = error.downcast_ref().map_or(exit::INTERNAL, rowcall::error::Error::exit_code);
        // One write, so that nothing of it is cut off.
        let _ = io::stderr().write_all(format!("rowcall: {error:#}\n").as_bytes());
        code
    }))
}

/// Says what the arguments gave: help and version go to stdout and are no error; the rest is usage.
fn said(message: &clap::Error) -> ExitCode {
    if message.use_stderr() {
        let plain = message.to_string();
        let lines: Vec<String> = plain.lines().map(printable).collect();
        let shown = lines.join("\n") + "\n";
        // What was typed is repeated there, whatever it is; colours only where that is harmless.
        let _ =
            if shown == plain { message.print() } else { io::stderr().write_all(shown.as_bytes()) };
        return ExitCode::from(exit::USAGE);
    }
    match stdout::done(message.print().and_then(|()| io::stdout().flush())) {
        Ok(()) => ExitCode::from(exit::DONE),
        Err(error) => {
            let _ = writeln!(io::stderr(), "rowcall: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
