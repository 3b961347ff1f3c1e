//! Compiles the built-in numbering plan, `src/phone/plan.txt`, to statics, with the code by which
//! the library compiles a plan that it loads. The modules named here are part of both.

#![allow(dead_code, missing_docs, unreachable_pub, reason = "the library uses and documents them")]
#![allow(clippy::print_stdout, reason = "it is how a build script speaks to cargo")]

#[path = "src/phone/automaton.rs"]
mod automaton;
#[path = "src/phone/compile.rs"]
mod compile;
#[path = "src/phone/digits.rs"]
mod digits;
#[path = "src/phone/error.rs"]
mod error;
#[path = "src/phone/facts.rs"]
mod facts;
#[path = "src/phone/judge.rs"]
mod judge;
#[path = "src/phone/kind.rs"]
mod kind;
#[path = "src/phone/pattern.rs"]
mod pattern;
#[path = "src/phone/plan_text.rs"]
mod plan_text;
#[path = "src/phone/program.rs"]
mod program;
#[path = "src/phone/region.rs"]
mod region;
#[path = "src/phone/tables.rs"]
mod tables;
#[path = "src/phone/writing.rs"]
mod writing;

use std::fmt::Debug;
use std::path::PathBuf;
use tables::Tables;

const PLAN: &str = "src/phone/plan.txt";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/phone");
    let plan = std::fs::read_to_string(PLAN).unwrap_or_else(|error| fail(&error));
    let facts = plan_text::read(&plan).unwrap_or_else(|error| fail(&error));
    let tables = compile::compile(&facts).unwrap_or_else(|error| fail(&error));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    std::fs::write(out.join("plan.rs"), source(&tables)).unwrap_or_else(|error| fail(&error));
}

fn fail(error: &dyn std::fmt::Display) -> ! {
    println!("cargo::error={PLAN}: {error}");
    std::process::exit(1)
}

/// The tables as a Rust expression. `Debug` writes numbers, arrays and plain structs as Rust does.
fn source(tables: &Tables) -> String {
    let Tables {
        version,
        nodes,
        tails,
        matches,
        regions,
        codes,
        code_by_digits,
        region_by_letters,
        writings,
    } = tables;
    let fields = [
        format!("version: Cow::Borrowed({version:?})"),
        field("nodes", nodes),
        field("tails", tails),
        field("matches", matches),
        field("regions", regions),
        field("codes", codes),
        field("code_by_digits", code_by_digits),
        field("region_by_letters", region_by_letters),
        field("writings", writings),
    ];
    format!("Tables {{\n{}\n}}\n", fields.join(",\n"))
}

fn field<T: Debug>(name: &str, rows: &[T]) -> String {
    format!("{name}: Cow::Borrowed(&{rows:?})")
}
