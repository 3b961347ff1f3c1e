//! Everything that a run is told.

use std::path::PathBuf;

use crate::ingest::{Given, Input};
use crate::map::MapOptions;
use crate::normalize::tags::TagIds;
use crate::normalize::{MissingName, Need, PhoneRules};
use crate::phone::{Plan, Region};
use crate::unique::OnDuplicate;
use crate::write::batch::BatchMax;
use crate::write::contract::{BatchLimits, Contract};
use crate::write::html::PageFile;
use crate::write::mask::Values;
use crate::write::outdir::IfExists;

use super::Machine;

/// Everything that a run is told.
#[derive(Debug, Clone)]
pub struct Job {
    /// What to read, in order.
    pub inputs: Vec<Input>,
    /// What is said of how to read it.
    pub read: Given,
    /// What its columns mean.
    pub map: MapOptions,
    /// The numbering plan.
    pub plan: &'static Plan,
    /// The region of rows without a country of their own.
    pub home: Option<Region>,
    /// How phone cells are read, and which phones are wanted.
    pub phone: PhoneRules,
    /// Whether a row must say that its contact agreed to be written to.
    pub opt_in: Need,
    /// What becomes of a row without a name; `None` leaves it to the platform's need.
    pub missing_name: Option<MissingName>,
    /// The platform's ids of tags.
    pub tag_ids: TagIds,
    /// The folder in which pictures are looked for, absolute and without links.
    pub avatar_folder: Option<PathBuf>,
    /// Files of phones that nobody wants written to.
    pub suppress: Vec<PathBuf>,
    /// Files with the contacts that the platform has already.
    pub existing: Vec<PathBuf>,
    /// What becomes of several rows of one phone.
    pub on_duplicate: OnDuplicate,
    /// How many rows to read in all, for a trial; `None` reads all.
    pub rows_max: Option<u64>,
    /// What to make.
    pub goal: Goal,
    /// The platform; `None` judges by no platform's needs.
    pub contract: Option<Contract>,
    /// Contacts a payload file; `None` takes the contract's own limit.
    pub batch_rows: Option<u64>,
    /// Bytes of a payload file at most; `None` takes the contract's own limit.
    pub batch_bytes: Option<u64>,
    /// How many rows may be malformed or rejected before the payload is withheld.
    pub max_rejects: Option<MaxRejects>,
    /// Whether reports show what cells hold.
    pub values: Values,
    /// Where to write; `None` writes nothing.
    pub out: Option<Output>,
    /// Whether the output folder is to have no report page.
    pub no_page: bool,
    /// A file for the report page, which the output folder has anyway.
    pub report: Option<PageFile>,
    /// The machine's part; it never changes what is written.
    pub machine: Machine,
}

/// How many rows may be malformed or rejected before the payload is withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxRejects {
    /// So many.
    Count(u64),
    /// So many of ten thousand rows: 250 is 2.5 %.
    OfTenThousand(u64),
}

impl MaxRejects {
    /// Whether so many rejects of so many rows are too many.
    #[must_use]
    pub fn is_exceeded(self, rejects: u64, rows: u64) -> bool {
        match self {
            MaxRejects::Count(most) => rejects > most,
            MaxRejects::OfTenThousand(most) => {
                u128::from(rejects) * 10_000 > u128::from(rows) * u128::from(most)
            }
        }
    }
}

impl Job {
    /// A job in which all is as usual: nothing is said of the inputs, nothing is required, no
    /// platform is named, and nothing is written.
    #[must_use]
    pub fn new(goal: Goal, inputs: Vec<Input>) -> Job {
        Job {
            inputs,
            read: Given::default(),
            map: MapOptions::default(),
            plan: Plan::builtin(),
            home: None,
            phone: PhoneRules::default(),
            opt_in: Need::Optional,
            missing_name: None,
            tag_ids: TagIds::default(),
            avatar_folder: None,
            suppress: Vec::new(),
            existing: Vec::new(),
            on_duplicate: OnDuplicate::First,
            rows_max: None,
            goal,
            contract: None,
            batch_rows: None,
            batch_bytes: None,
            max_rejects: None,
            values: Values::Shown,
            out: None,
            no_page: false,
            report: None,
            machine: Machine::default(),
        }
    }

    /// How much a payload file holds at most.
    #[must_use]
    pub fn batch_max(&self) -> BatchMax {
        let own = |of: fn(&BatchLimits) -> Option<u64>| {
            self.contract.as_ref().and_then(|contract| of(&contract.batch))
        };
        BatchMax {
            rows: self.batch_rows.or_else(|| own(|limits| limits.rows)).unwrap_or(u64::MAX),
            bytes: self.batch_bytes.or_else(|| own(|limits| limits.bytes)).unwrap_or(u64::MAX),
        }
    }
}

/// What a run makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// A payload and the reports.
    Prepare,
    /// The reports alone.
    Check,
}

impl Goal {
    /// The name of the command.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Goal::Prepare => "prepare",
            Goal::Check => "check",
        }
    }
}

/// Where a run writes.
#[derive(Debug, Clone)]
pub struct Output {
    /// The folder.
    pub folder: PathBuf,
    /// What to do where it exists.
    pub if_exists: IfExists,
}
