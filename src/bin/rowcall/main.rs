//! The command line of rowcall: arguments in, exit code out.

use std::io::{self, Write};
use std::process::ExitCode;

mod args;
mod codes;
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
mod style;
mod template;
mod terminal;
mod verify;

use clap::{CommandFactory, FromArgMatches};

use args::{Cli, Command};
use rowcall::error::exit;
use rowcall::flow::Goal;
use style::{ColorWish, Style};

fn main() -> ExitCode {
    let mut command = Cli::command();
    command.build();
    let set: Vec<_> = std::env::vars_os().collect();
    let typed = environment::apply(std::env::args_os().collect(), &command, &set);
    let arguments = typed.and_then(|(typed, heeded)| Ok((profile::apply(typed)?, heeded)));
    let (arguments, heeded) = match arguments {
        Ok(arguments) => arguments,
        Err(error) => {
            say(&error.to_string());
            return ExitCode::from(error.exit_code());
        }
    };
    let matched = command.try_get_matches_from(arguments);
    let parsed = matched.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(message) => {
            // Help and version go to stdout and are no error; the rest is usage.
            let _ = message.print();
            if message.use_stderr() && !heeded.is_empty() {
                let heeded = heeded.join(", ");
                let _ = writeln!(io::stderr(), "\nfrom the environment: {heeded}");
            }
            return ExitCode::from(if message.use_stderr() { exit::USAGE } else { exit::DONE });
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
    ExitCode::from(done.unwrap_or_else(|error| {
        let code = error.downcast_ref().map_or(exit::INTERNAL, rowcall::error::Error::exit_code);
        say(&format!("{error:#}"));
        code
    }))
}

/// Says on stderr what stopped the program, in lines that fit the terminal.
fn say(error: &str) {
    let style = Style::of(&io::stderr(), ColorWish::Auto);
    for line in style.lines("rowcall: ", "  ", error) {
        let _ = writeln!(io::stderr(), "{line}");
    }
}
