//! Any text as a profile: it is refused with a sentence, or it becomes arguments, which are taken or
//! refused as if they were typed; and it can name no other command.

use std::ffi::OsString;

use clap::CommandFactory;

use crate::args::Cli;
use crate::profile::with_text;

/// Puts the text before what was typed for each command that takes a profile.
pub(crate) fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for typed in [&["rowcall", "prepare", "a.csv"][..], &["rowcall", "check", "-", "--header"]] {
        let typed: Vec<OsString> = typed.iter().map(OsString::from).collect();
        match with_text(typed.clone(), text, "any.toml") {
            Ok(arguments) => {
                assert_eq!(arguments[..2], typed[..2], "the command stays");
                assert!(arguments.ends_with(&typed[2..]), "what was typed goes last");
                let own = &arguments[2..arguments.len() - (typed.len() - 2)];
                assert!(own.iter().all(|it| it.as_encoded_bytes().starts_with(b"--")), "{own:?}");
                // A refusal is as good as any other answer.
                let _ = Cli::command().try_get_matches_from(arguments);
            }
            Err(error) => {
                assert_eq!(error.exit_code(), 2);
                let said = error.to_string();
                assert!(said.starts_with("profile any.toml"), "{said}");
            }
        }
    }
}
