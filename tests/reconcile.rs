//! A platform's answers joined back to the rows: what is taken, what is refused, what is tried
//! again, and that nothing is written where anything does not fit.
//!
//! The folders are prepared by the program itself; the answers are written by the documents of the
//! platforms.

mod support;

#[path = "reconcile/bad_input.rs"]
mod bad_input;
#[path = "reconcile/law.rs"]
mod law;
#[path = "reconcile/outputs.rs"]
mod outputs;
#[path = "reconcile/platforms.rs"]
mod platforms;
#[path = "reconcile/sent.rs"]
mod sent;
