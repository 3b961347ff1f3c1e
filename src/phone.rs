//! The phone engine.

mod automaton;
mod compile;
mod digits;
mod error;
mod extension;
mod facts;
mod format;
mod kind;
mod number;
mod parse;
mod pattern;
mod plain;
mod plan;
#[cfg(test)]
mod plan_text;
mod program;
mod region;
mod tables;
mod text;
mod unicode;
mod xml;

pub use error::PlanError;
pub use format::Format;
pub use kind::{Kind, Length, Refusal};
pub use number::{Number, Phone};
pub use plan::Plan;
pub use region::{NotARegion, Region};
