//! Stage 5: [`Contact`](crate::contact::Contact) → payload, [`Problem`](crate::problem::Problem)
//! → report. All of a run's folder, or nothing.
//! It must not know how a verdict was reached.

pub mod batch;
pub mod cell;
pub mod contract;
mod decimal;
pub mod encode;
pub mod follow_up;
pub mod html;
pub mod issues;
pub mod ledger;
pub mod mask;
pub mod outdir;
pub mod records;
pub mod rejects;
pub mod sample;
pub mod summary;
pub mod template;
pub mod upload;
