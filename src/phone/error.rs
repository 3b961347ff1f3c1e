//! Why a numbering plan could not be compiled. Shared with the build script.

/// A numbering plan that could not be read or compiled. Nothing of it is used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The file cannot be read.
    #[error("cannot read the numbering plan: {0}")]
    Read(#[from] std::io::Error),
    /// The XML is not what `PhoneNumberMetadata.xml` is.
    #[error("not a PhoneNumberMetadata.xml: {0}")]
    Xml(String),
    /// A line of `plan.txt` is not a fact.
    #[error("plan.txt, line {line}: {problem}")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// The SHA-256 in `plan.txt` is not that of its facts.
    #[error("plan.txt was edited: its facts have the SHA-256 {found}; make it anew with plan.py")]
    Stamp {
        /// The hash of the facts as they stand.
        found: String,
    },
    /// A region's facts do not fit together, or a pattern is beyond what the engine can match.
    #[error("region {region}: {problem}")]
    Region {
        /// The region's id, as the plan gives it.
        region: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The plan as a whole is beyond the engine's tables.
    #[error("the numbering plan has {what}: not a real plan, or this version is too old for it")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
    },
}
