//! Any text as a platform's file: it is refused with a sentence, or it makes a template and a sample.

use rowcall::write::contract::Contract;
use rowcall::write::sample::sample;
use rowcall::write::template::{Rows, template};

/// Loads the text, and makes use of what was loaded.
pub(crate) fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Contract::load(text, "any.toml") {
        Ok(contract) => {
            for rows in [Rows::Clean, Rows::Messy] {
                assert!(!template(&contract, rows).is_empty());
            }
            assert!(!sample(&contract).is_empty());
        }
        Err(error) => {
            assert_eq!(error.exit_code(), 2);
            let said = error.to_string();
            assert!(said.starts_with("platform any.toml"), "{said}");
            assert!(!said.contains(|c: char| c.is_control() && c != '\n'), "{said:?}");
        }
    }
}
