//! rowcall in a program of your own: an export in, a payload and the reports out.
//!
//! `cargo run --example prepare -- contacts.csv out`

use std::error::Error;
use std::io::{self, Write};

use rowcall::flow::{Goal, Job, Output, run};
use rowcall::ingest::Input;
use rowcall::write::contract::Contract;
use rowcall::write::outdir::IfExists;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(export), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("give an export and a folder to make".into());
    };
    let job = Job {
        home: Some("AE".parse()?),
        contract: Some(Contract::find("superwaba")?),
        out: Some(Output { folder: folder.into(), if_exists: IfExists::Refuse }),
        ..Job::new(Goal::Prepare, vec![Input::File(export.into())])
    };
    // Nobody watches; what implements `Watch` hears of progress, and can end the run.
    let summary = run(&job, &())?;
    let mut out = io::stdout().lock();
    writeln!(out, "{}", summary.equation)?;
    for finding in &summary.findings {
        writeln!(out, "{} {}: {}", finding.count, finding.code, finding.code.sentence())?;
    }
    Ok(())
}
