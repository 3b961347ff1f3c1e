//! Re-checks an output folder: is it whole, true, and what the platform takes? In: the folder as
//! `prepare` or `check` wrote it. Out: a [`Report`] of every difference.
//! It must not know the code that wrote the folder: what it holds the files against is written
//! here a second time, from the documents. It shares the platforms' data, the phone engine and the
//! list of codes.
//!
//! | file | in a sentence |
//! |---|---|
//! | `folder` | what stands in the folder: paths, sizes, hashes |
//! | `summary` | `summary.json`, which all else is held against |
//! | `ledger` | `rows.csv`: order, places, phones |
//! | `phones` | valid numbers, their spellings, and who keeps which |
//! | `issues` | `issues.jsonl`, side by side with the ledger |
//! | `rejects` | `rejects.csv` and `duplicates.csv`, the same |
//! | `page` | `report.html`: its form, and what it says of counts |
//! | `payload` | the payload, side by side with the accepted rows |
//! | `updates` | requests that update contacts, and what is to be followed up |
//! | `contact` | one contact, held against the contract |
//! | `table`, `lines`, `json` | strict readers, which hold one record at a time |
//! | `report` | the differences |
//!
//! Every file is read in one pass or a few, a record at a time; what grows with the folder is 16
//! bytes for each accepted phone, and the summary.

use std::path::Path;

use crate::error::{Error, Result};
use crate::phone::Plan;
use crate::text::printable;
use crate::write::contract::Contract;

mod contact;
mod folder;
mod issues;
mod json;
mod ledger;
mod lines;
mod page;
mod payload;
mod phones;
mod rejects;
mod report;
mod summary;
mod table;
mod updates;

pub use report::{Check, Checked, Difference, Found, KEPT_MAX, Report, SCHEMA};

use folder::Folder;
use report::{Findings, Spot};
use summary::{Facts, SUMMARY};

/// What is known besides the folder.
#[derive(Debug, Clone)]
pub struct Given {
    /// The platform's contract; without it, the built-in one of the name that the summary has.
    pub contract: Option<Contract>,
    /// The numbering plan.
    pub plan: &'static Plan,
}

impl Default for Given {
    fn default() -> Given {
        Given { contract: None, plan: Plan::builtin() }
    }
}

/// What every check needs.
#[derive(Debug, Clone, Copy)]
struct Context<'c> {
    folder: &'c Folder,
    facts: &'c Facts,
    /// The platform; `None` where the run left no payload.
    contract: Option<&'c Contract>,
    /// The plan that the run used; `None` where it used another than we have.
    plan: Option<&'static Plan>,
    /// The plan that we have, which knows where calling codes end.
    own_plan: &'static Plan,
}

/// Checks everything in an output folder that can be checked without its inputs.
///
/// # Errors
/// [`Error::Usage`] where it is no folder of a run, or the platform's contract is not known;
/// [`Error::Input`] where something in it cannot be read. A difference is no error.
pub fn verify(path: &Path, given: &Given) -> Result<Report> {
    let mut folder = Folder::open(path)?;
    let mut found = Findings::new();
    let summary = folder.summary(&mut found)?;
    if let Some(other) = summary.as_deref().and_then(summary::other_schema) {
        let shown = printable(&path.display().to_string());
        return Err(Error::Usage(format!(
            "{shown}: is a folder of {other}, which reconcile wrote; verify checks what prepare or \
             check wrote"
        )));
    }
    let facts = summary.and_then(|bytes| Facts::read(&bytes, &mut found));
    let Some(facts) = facts else {
        found.note(format!("without {SUMMARY} nothing else can be checked"));
        return Ok(found.report());
    };
    let contract = contract(&facts, given)?;
    folder.check(&facts, &mut found)?;
    let context = Context {
        folder: &folder,
        facts: &facts,
        contract: contract.as_ref(),
        plan: (facts.numbering_plan == given.plan.version()).then_some(given.plan),
        own_plan: given.plan,
    };
    check_list(context, &mut found);
    note_unknown(context, &mut found);
    if let Some(accepted) = ledger::check(context, &mut found)? {
        phones::check(context, accepted, &mut found)?;
        issues::check(context, &mut found)?;
        for kind in rejects::Kind::ALL {
            rejects::check(context, kind, &mut found)?;
        }
        page::check(context, &mut found)?;
        payload::check(context, &mut found)?;
        updates::check(context, &mut found)?;
    }
    Ok(found.report())
}

/// The contract of the platform, where there is a payload to hold against it.
fn contract(facts: &Facts, given: &Given) -> Result<Option<Contract>> {
    let name = facts.settings.to.as_deref();
    let shown = name.map_or("no platform".to_owned(), printable);
    if let Some(contract) = &given.contract
        && name != Some(&contract.name)
    {
        return Err(Error::Usage(format!(
            "--to {}: the folder was made for {shown}; give the contract it was made with",
            contract.name
        )));
    }
    if !facts.has_payload() {
        return Ok(None);
    }
    let built_in = || Contract::built_in().into_iter().find(|it| name == Some(&it.name));
    given.contract.clone().or_else(built_in).map(Some).ok_or_else(|| {
        Error::Usage(format!(
            "the folder was made for {shown}, which is not built in; give its file, like \
             --to ./{shown}.toml"
        ))
    })
}

/// What a run must have listed, and nothing in the payload's folder besides.
fn check_list(context: Context<'_>, found: &mut Findings) {
    let Context { facts, .. } = context;
    let spot = Spot::file(SUMMARY).key("outputs");
    let is_listed = |path: &str| facts.outputs.iter().any(|output| output.path == path);
    let rows_files = (0..facts.sources.len())
        .flat_map(|source| rejects::Kind::ALL.map(|kind| kind.path(source, facts)));
    let page = (!facts.settings.no_page).then_some(page::PAGE);
    let fixed = [ledger::LEDGER, issues::ISSUES].into_iter().chain(page).map(str::to_owned);
    for path in fixed.chain(rows_files) {
        if !is_listed(&path) {
            found.say(Check::FileList, spot, format!("no {path}"), "every file of a run");
        }
    }
    for part in ledger::Part::ALL {
        let listed = || facts.outputs.iter().map(|output| output.path.as_str());
        let listed = || listed().filter(|path| path.starts_with(part.folder()));
        let Some(contract) = context.contract else {
            if let Some(path) = listed().next() {
                found.say(Check::FileList, spot, path, "no payload: the run left none");
            }
            continue;
        };
        // Where all contacts are updates of their own there is no payload besides.
        let may_lack = part == ledger::Part::Updates || facts.actions.update > 0;
        if listed().next().is_none() && !may_lack {
            found.say(Check::FileList, spot, "no payload", "one file or more");
        }
        let numbered = (1..).map(|number| part.path(number, contract));
        for (path, expected) in listed().zip(numbered).filter(|(path, expected)| path != expected) {
            found.say(Check::FileList, spot, path, expected);
        }
    }
}

/// Says what could not be asked.
fn note_unknown(context: Context<'_>, found: &mut Findings) {
    let Context { facts, contract, plan, own_plan, .. } = context;
    if plan.is_none() {
        found.note(format!(
            "numbers were not judged again: the run used the numbering plan {}, and this is {}; \
             give the run's own by --numbering-plan",
            printable(&facts.numbering_plan),
            own_plan.version()
        ));
    }
    let hash = contract.map(|contract| contract.blake3.as_str());
    if hash.is_some() && facts.settings.contract_blake3.as_deref() != hash {
        let name = contract.map_or("", |contract| contract.name.as_str());
        found.note(format!(
            "the contract of {name} is not the one that the run used; contacts were held against \
             this one; give the run's own by --to"
        ));
    }
}
