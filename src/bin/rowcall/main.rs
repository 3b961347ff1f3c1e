//! The command line of rowcall: arguments in, exit code out.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

mod args;
mod codes;
#[allow(dead_code, reason = "for those who hold the command line as a library, as `python/` does")]
pub mod embedded;
mod environment;
mod explain;
mod inspect;
mod job;
mod manual;
mod mapping;
mod next;
mod platforms;
mod profile;
mod progress;
mod reconcile;
#[cfg(test)]
mod reference;
mod signals;
mod stdout;
mod style;
mod template;
mod terminal;
mod verify;

use clap::{CommandFactory, FromArgMatches};

use args::{Cli, Command};
use rowcall::error::exit;
use rowcall::flow::Goal;
use rowcall::text::printable;
use style::{ColorWish, Style};

/// The program.
pub fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os().collect()))
}

/// Does what the arguments say, of which the first is the program's name; returns the exit code.
pub fn run(arguments: Vec<OsString>) -> u8 {
    let mut command = Cli::command();
    command.build();
    let set: Vec<_> = std::env::vars_os().collect();
    let typed = environment::apply(arguments, &command, &set);
    let arguments = typed.and_then(|(typed, heeded)| Ok((profile::apply(typed)?, heeded)));
    let (arguments, heeded) = match arguments {
        Ok(arguments) => arguments,
        Err(error) => {
            say(&error.to_string());
            return error.exit_code();
        }
    };
    let matched = command.try_get_matches_from(arguments);
    let parsed = matched.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(message) => {
            return said(&message, &heeded);
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
        Command::Codes(args) => codes::run(&args),
        Command::Man(args) => manual::man(&args),
        Command::Completions(args) => manual::completions(&args),
    };
    done.unwrap_or_else(|error| {
        let code = error.downcast_ref().map_or(exit::INTERNAL, rowcall::error::Error::exit_code);
        say(&format!("{error:#}"));
        code
    })
}

/// Says what the arguments gave: help and version go to stdout and are no error; the rest is usage.
/// `heeded` are the variables of the environment that were read.
fn said(message: &clap::Error, heeded: &[String]) -> u8 {
    if message.use_stderr() {
        let plain = message.to_string();
        let lines: Vec<String> = plain.lines().map(printable).collect();
        let shown = lines.join("\n") + "\n";
        // What was typed is repeated there, whatever it is; colours only where that is harmless.
        let _ =
            if shown == plain { message.print() } else { io::stderr().write_all(shown.as_bytes()) };
        if !heeded.is_empty() {
            let heeded = format!("\nfrom the environment: {}\n", heeded.join(", "));
            let _ = io::stderr().write_all(heeded.as_bytes());
        }
        return exit::USAGE;
    }
    match stdout::done(message.print().and_then(|()| io::stdout().flush())) {
        Ok(()) => exit::DONE,
        Err(error) => {
            say(&error.to_string());
            error.exit_code()
        }
    }
}

/// Says on stderr what stopped the program, in lines that fit the terminal.
fn say(error: &str) {
    let style = Style::of(&io::stderr(), ColorWish::Auto);
    let lines: Vec<String> = style.lines("rowcall: ", "  ", error).into_iter().collect();
    // In one piece, so that it comes whole or not at all.
    let _ = io::stderr().write_all((lines.join("\n") + "\n").as_bytes());
}
