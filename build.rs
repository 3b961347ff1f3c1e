//! Compiles the built-in numbering plan, `src/phone/plan.txt`, to statics, with the code by which
//! the library compiles a plan that it loads; and puts the names of countries into the order in which
//! the library looks for them. The modules named here are part of both.

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
#[path = "src/text.rs"]
mod text;
#[path = "src/phone/writing.rs"]
mod writing;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::PathBuf;
use tables::Tables;

const PLAN: &str = "src/phone/plan.txt";
const COUNTRIES: &str = "src/country/names.txt";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for read in ["src/phone", "src/country", "src/text.rs"] {
        println!("cargo::rerun-if-changed={read}");
    }
    let facts = plan_text::read(&read(PLAN)).unwrap_or_else(|error| fail(PLAN, &error));
    let tables = compile::compile(&facts).unwrap_or_else(|error| fail(PLAN, &error));
    write("plan.rs", &source(&tables));
    write("countries.txt", &country_names(&read(COUNTRIES)));
    write("assigned.rs", &format!("{:?}", assigned()));
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| fail(path, &error))
}

fn write(name: &str, text: &str) {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    std::fs::write(out.join(name), text).unwrap_or_else(|error| fail(name, &error));
}

fn fail(path: &str, error: &dyn std::fmt::Display) -> ! {
    println!("cargo::error={path}: {error}");
    std::process::exit(1)
}

/// Every name in `listed` and in ISO's own list, folded, in order, a line each: name, tab, the two
/// letters of its region. Where two regions have a name, the first one listed keeps it.
fn country_names(listed: &str) -> String {
    let mut regions: BTreeMap<String, String> = BTreeMap::new();
    let mut add = |name: &str, region: &str| {
        let folded = text::fold_country(name);
        if !folded.is_empty() {
            regions.entry(folded).or_insert_with(|| region.to_owned());
        }
    };
    for line in listed.lines().filter(|line| !line.starts_with('#')) {
        let no_names = || fail(COUNTRIES, &"a line is no code and names");
        let (region, names) = line.split_once(": ").unwrap_or_else(no_names);
        names.split("; ").for_each(|name| add(name, region));
    }
    for country in celes::Country::get_countries() {
        let name = country.long_name;
        for name in [country.alpha3, name, name.strip_prefix("The ").unwrap_or(name)] {
            add(name, country.alpha2);
        }
    }
    regions.iter().map(|(name, region)| format!("{name}\t{region}\n")).collect()
}

/// The pairs of letters that ISO assigns to countries: for each first letter, a bit for each second
/// one.
fn assigned() -> [u32; 26] {
    let mut assigned = [0; 26];
    for country in celes::Country::get_countries() {
        if let [first, second] = *country.alpha2.as_bytes()
            && first != b'X'
        {
            assigned[usize::from(first - b'A')] |= 1 << (second - b'A');
        }
    }
    assigned
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
