//! `man` and `completions`: what clap knows of the options, as manual pages and for shells.

use std::fs;
use std::io::{self, Write};

use anyhow::Result;
use clap::CommandFactory;
use clap_mangen::Man;

use rowcall::error::{Error, exit};
use rowcall::map::advice::similar;
use rowcall::text::printable;

use crate::args::{Cli, CompletionsArgs, ManArgs};

/// Writes a page to stdout, or all to a folder.
pub(crate) fn man(args: &ManArgs) -> Result<u8> {
    let mut cli = Cli::command();
    cli.build();
    let subcommands = || cli.get_subcommands().filter(|command| command.get_name() != "help");
    if let Some(folder) = &args.out {
        fs::create_dir_all(folder).map_err(|cause| Error::Output {
            path: printable(&folder.display().to_string()),
            what: format!("cannot be made: {cause}"),
        })?;
        for command in std::iter::once(&cli).chain(subcommands()) {
            let path =
                folder.join(format!("{}.1", command.get_display_name().unwrap_or("rowcall")));
            fs::write(&path, page(command)?).map_err(|cause| Error::Output {
                path: printable(&path.display().to_string()),
                what: format!("cannot be written: {cause}"),
            })?;
        }
        return Ok(exit::DONE);
    }
    let command = match args.command.as_deref() {
        None => &cli,
        Some(name) => {
            subcommands().find(|command| command.get_name() == name).ok_or_else(|| {
                let meant = similar(name, subcommands().map(clap::Command::get_name));
                let meant = meant.map_or(String::new(), |name| format!("; did you mean {name}?"));
                Error::Usage(format!("there is no command {}{meant}", printable(name)))
            })?
        }
    };
    // A reader that went away has seen what it wanted.
    let _ = io::stdout().write_all(&page(command)?);
    Ok(exit::DONE)
}

/// The page of a command.
fn page(command: &clap::Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    Ok(page)
}

/// Writes the script for a shell to stdout.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "rowcall", &mut script);
    let _ = io::stdout().write_all(&script);
    Ok(exit::DONE)
}
