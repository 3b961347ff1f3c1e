//! `template`: a sample that teaches the columns of a platform, as CSV or JSON.

use std::fs::OpenOptions;
use std::io::{self, Write};

use anyhow::Result;
use serde_json::json;

use rowcall::error::{Error, exit};
use rowcall::text::printable;
use rowcall::write::contract::Contract;
use rowcall::write::template::{Rows, records, template};

use crate::args::{TemplateArgs, TemplateFormat};
use crate::stdout;

/// Writes the template to stdout, or to a file that is not there yet.
pub(crate) fn run(args: &TemplateArgs) -> Result<u8> {
    let contract = Contract::find(&args.to)?;
    let rows = if args.messy { Rows::Messy } else { Rows::Clean };
    let text = match args.format {
        TemplateFormat::Csv => template(&contract, rows),
        TemplateFormat::Json => {
            let mut records = records(&contract, rows).into_iter();
            let value = json!({
                "schema": "rowcall.template/1",
                "platform": contract.name,
                "columns": records.next(),
                "rows": records.collect::<Vec<_>>(),
            });
            format!("{value:#}\n")
        }
    };
    let Some(path) = &args.out else {
        stdout::write(text.as_bytes())?;
        return Ok(exit::DONE);
    };
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|cause| {
        let path = printable(&path.display().to_string());
        let what = match cause.kind() {
            io::ErrorKind::AlreadyExists => "is there already; give another name".to_owned(),
            _ => format!("cannot be written: {cause}"),
        };
        Error::Output { path, what }
    })?;
    Ok(exit::DONE)
}
