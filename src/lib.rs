//! rowcall: *every row answers*. A contact export goes in; a payload that a messaging platform
//! imports at the first try comes out, and a report that says of every row what became of it.
//!
//! ```text
//!  bytes ──► Row ──► Draft ──► Contact ──► Contact (first of its phone) ──► payload
//!       ingest   map    normalize      unique                          write
//!         │       │         │            │
//!         └───────┴─────────┴────────────┴──► Problem (row, line, byte, column, code) ──► report
//! ```
//!
//! # The files, in reading order
//!
//! | file | in a sentence |
//! |---|---|
//! | [`contact`] | the noun that flows: a contact whose every field is normal, and the list of fields |
//! | [`problem`] | the other noun: what is wrong, where, and a row's fate; every code with its words |
//! | [`error`] | what stops a run, and its exit code |
//! | [`country`] | the text of a country cell → a region, in many languages |
//! | [`text`] | text for terminals, text to compare, white space |
//! | `pieces` | text looked at sixteen bytes at a time |
//! | `slips` | how far a misspelled text is from a known one |
//! | [`phone`] | text → phone number; a library in itself |
//! | [`ingest`] | stage 1, bytes → records: opens inputs (`input`, `source`), unpacks them (`compressed`), finds their encoding (`encoding`), dialect (`detect`, `dialect`) and header (`header`), cuts at record ends (`chunk`), tells the records of ranges that others have cut (`ranges`), reads cells (`record`, `structure`), undoes our own marks (`guard`) |
//! | [`map`] | stage 2, header → columns by what is known of exports (`preset`), headers (`headers`, `synonyms`, `denial`; `beside` for what speaks of one phone column alone) and values (`content`), all in `decide`, or a question (`advice`); record → `draft` |
//! | [`normalize`] | stage 3, draft → contact or problems; one field a file |
//! | [`unique`] | stage 4, one contact a phone: who has which phone (`table`), what is known of each row (`by_row`), claims that are settled when all rows are known (`later`), in bounded memory (`spill`) |
//! | [`write`](mod@write) | stage 5, contact → payload (`contract`, `encode`, `batch`), platform → sample rows and payload (`template`, `sample`), problem → report (`issues`, `rejects`, `ledger`, `summary`), cells and records of CSV (`cell`, `records`), the script that sends the payload (`upload`), whole or not at all (`outdir`), all of it as a page to look at (`html`) |
//! | [`flow`] | runs the stages; the only threads; the accounting. `job` is what a run is told, `work` what a worker does with a chunk, `order` what is done in file order, `held` keeps chunks until all rows are known, `merge` makes one contact of several rows, `report` is what the files say of a settled row, `page` what the report page shows of it, `facts` what the summary says, `hints` what is wrong with a whole file, `found` and `frequencies` count, `budget` how much is on its way at once; `part` is a run in parts, for an engine of many machines |
//! | [`mod@verify`] | re-checks an output folder, independently of the code that wrote it |
//! | [`reconcile`] | a platform's answers → the rows they speak of: the prepared folder (`prepared`, `ledger`, `payload`, `record`) and the answers (`given`, `lines`, `judge`) are walked in step (`walk`, `join`, `bulk`); what comes out (`outcome`, `report`, `retry`) |
//! | `bin/rowcall` | the command line: arguments → job → exit code; progress, signals, the summary people see |
//!
//! # What always holds
//!
//! - Every row ends in exactly one [`Fate`](problem::Fate), and the counts add up: `flow` counts
//!   what is read, the writers count what they write, and a run whose counts disagree commits
//!   nothing.
//! - The same input and options give the same bytes, whatever the number of threads and the size
//!   of chunks: a worker's result depends on its chunk alone, and what depends on the order is
//!   done by the ordered stage.
//! - The splitter is the one authority on where records end. A record that breaks the rules costs
//!   its first line, and reading goes on at the next.
//! - Offsets and lengths are those of the source's own bytes: after unpacking, before transcoding.
//! - What is no text in the source's encoding costs its row; no replacement character that we made
//!   stands in a payload.
//! - A row's fault is a [`Problem`](problem::Problem); what stops a run is an
//!   [`Error`](error::Error); neither is ever a panic.
//! - Under the name of the output folder there is the whole result or nothing of it.
//! - No stage knows a later one, and the phone engine knows none; `tests/architecture.rs` reads
//!   the `use` lines.
//!
//! # Where the time goes
//!
//! Of the instructions of a `prepare` of contacts on one thread, about: reading and splitting 15 %,
//! phones 14 %, the other fields 15 %, encoding 13 %, what is known of each row beside that (prints,
//! claims, problems) 14 %, one contact a phone 4 %, writing and numbering 16 %, BLAKE3 9 %. As callgrind
//! counts them; `benches/README.md` has the commands.
//!
//! # As a library
//!
//! ```
//! use rowcall::flow::{Goal, Job, run};
//! use rowcall::ingest::Input;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let export = Input::File("fixtures/exports/crm/contacts.csv".into());
//! let job = Job { home: Some("AE".parse()?), ..Job::new(Goal::Check, vec![export]) };
//! let summary = run(&job, &())?;
//! assert!(summary.counts.balances());
//! # Ok(())
//! # }
//! ```
//!
//! `examples/prepare.rs` writes a payload and the reports.

pub mod contact;
pub mod country;
pub mod error;
pub mod phone;
mod pieces;
pub mod problem;
mod slips;
pub mod text;

pub mod ingest;
pub mod map;
pub mod normalize;
pub mod unique;
pub mod write;

pub mod flow;
pub mod reconcile;
pub mod verify;
