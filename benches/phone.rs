//! The phone engine beside its peers: `cargo bench --bench phone [-- --quick]`.
//!
//! Every peer gives the full answer for every number: validity, E.164, kind and region. E.164 is
//! asked for in two ways, and a ratio compares only what was asked alike: as text, written to a
//! string; and in the peer's own form, which is whatever it parses to, because that holds calling
//! code and national number already. Ours is a `Phone`, theirs their number types.
//!
//! The corpora are made here, from a fixed seed. *Mixed* is a contact export: spellings as people
//! and programs write them, 6 in 100 with something beyond digits and ASCII separators. *Hard*
//! has only such: extensions, words, invisible marks, digits of other scripts. *E.164* is plain.
//!
//! Peers alternate within each round, so that a noisy machine is noisy for all. Slow peers read
//! the corpus's first rows only; rows are mixed, so those are like the rest.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "phone/corpora.rs"]
mod corpora;
#[path = "support/random.rs"]
mod random;

use corpora::{Corpus, Home, SEED};
use phonenumber::metadata::DATABASE;
use rlibphonenumber::PHONE_NUMBER_UTIL;
use rowcall::phone::{Format, Plan};
use std::fmt::{Debug, Display};
use std::hint::black_box;
use std::time::Instant;

/// Regular expressions that `phonenumber` keeps as shipped, and enough of them for the world.
const CACHED_AS_SHIPPED: usize = 100;
const CACHED_RAISED: usize = 10_000;

type Make = fn(usize) -> Corpus;
const CORPORA: [(&str, Make); 3] =
    [("mixed", Corpus::mixed), ("hard", Corpus::hard), ("E.164", Corpus::e164)];

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (rows, rounds) = if quick { (100_000, 3) } else { (1_000_000, 7) };
    println!("plan {}, {rows} numbers, {rounds} rounds, seed {SEED}", Plan::builtin().version());
    for (name, make) in CORPORA {
        let corpus = make(rows);
        race(name, &corpus, rounds);
        compare(&corpus);
    }
}

// --- the race -------------------------------------------------------------------------------

/// A contestant: its name, its share of the corpus, and its times.
struct Lane {
    name: &'static str,
    rows: usize,
    time: fn(&Corpus, usize) -> f64,
    nanoseconds: Vec<f64>,
}

impl Lane {
    fn new(name: &'static str, rows: usize, time: fn(&Corpus, usize) -> f64) -> Lane {
        Lane { name, rows, time, nanoseconds: Vec::new() }
    }

    fn median(&self) -> f64 {
        let mut sorted = self.nanoseconds.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    }

    fn least(&self) -> f64 {
        self.nanoseconds.iter().copied().fold(f64::INFINITY, f64::min)
    }
}

/// Times every lane in turn, round after round, and prints nanoseconds a number.
fn race(corpus_name: &str, corpus: &Corpus, rounds: usize) {
    let rows = corpus.rows.len();
    let mut lanes = [
        Lane::new("rowcall, text", rows, time::<Ours>),
        Lane::new("rowcall, own form", rows, time::<Own<Ours>>),
        Lane::new("rlibphonenumber, text", rows / 2, time::<Rlib>),
        Lane::new("rlibphonenumber, own form", rows / 2, time::<Own<Rlib>>),
        Lane::new("phonenumber, text", rows / 20, time_cached::<Crate>),
        Lane::new("phonenumber, own form", rows / 20, time_cached::<Own<Crate>>),
        Lane::new("phonenumber as shipped, text", rows / 1_000, |corpus, rows| {
            set_cache(CACHED_AS_SHIPPED);
            time::<Crate>(corpus, rows)
        }),
    ];
    for lane in &lanes {
        (lane.time)(corpus, lane.rows / 10); // starts what starts lazily
    }
    for _ in 0..rounds {
        for lane in &mut lanes {
            let nanoseconds = (lane.time)(corpus, lane.rows);
            lane.nanoseconds.push(nanoseconds);
        }
    }
    println!(
        "\n{corpus_name:29} {:>9} {:>11} {:>11} {:>9}",
        "numbers", "median ns", "min ns", "ratio"
    );
    for (place, lane) in lanes.iter().enumerate() {
        let ours = lanes[place % 2].median();
        let (median, least, ratio) = (lane.median(), lane.least(), lane.median() / ours);
        println!("{:29} {:>9} {median:>11.1} {least:>11.1} {ratio:>9.1}", lane.name, lane.rows);
    }
}

/// Nanoseconds a number for the first `rows` of the corpus.
fn time<P: Peer>(corpus: &Corpus, rows: usize) -> f64 {
    let mut e164 = String::with_capacity(32);
    let started = Instant::now();
    for (text, home) in corpus.iter().take(rows) {
        e164.clear();
        black_box(P::answer(black_box(text), home, &mut e164));
        black_box(&e164);
    }
    started.elapsed().as_secs_f64() * 1e9 / rows as f64
}

/// As [`time`], for the crate `phonenumber`, with a cache that holds all its expressions.
fn time_cached<P: Peer>(corpus: &Corpus, rows: usize) -> f64 {
    set_cache(CACHED_RAISED);
    time::<P>(corpus, rows); // fills the cache
    time::<P>(corpus, rows)
}

fn set_cache(patterns: usize) {
    DATABASE.cache().lock().expect("no other thread holds it").set_capacity(patterns);
}

// --- agreement ------------------------------------------------------------------------------

/// Prints how often each peer's full answer is ours.
fn compare(corpus: &Corpus) {
    set_cache(CACHED_RAISED);
    agreement::<Rlib>("rlibphonenumber", corpus, 200_000);
    agreement::<Crate>("phonenumber", corpus, 20_000);
}

fn agreement<P: Peer>(name: &str, corpus: &Corpus, rows: usize) {
    let mut different = Vec::new();
    let mut valid = 0;
    let rows = rows.min(corpus.rows.len());
    for (text, home) in corpus.iter().take(rows) {
        let (ours, theirs) = (in_words::<Ours>(text, home), in_words::<P>(text, home));
        valid += usize::from(ours != "not valid");
        if ours != theirs {
            different.push(format!("{text:?} home {}: {ours}; {theirs}", home.name));
        }
    }
    let percent = 100.0 * (rows - different.len()) as f64 / rows as f64;
    let valid = 100.0 * valid as f64 / rows as f64;
    println!("{name} agrees on {percent:.3} % of {rows} ({valid:.1} % are valid)");
    for line in different.iter().take(3) {
        println!("  {line}");
    }
}

fn in_words<P: Peer>(text: &str, home: Home) -> String {
    let mut e164 = String::new();
    let found = P::answer(text, home, &mut e164);
    found.map_or_else(
        || "not valid".to_owned(),
        |(kind, region)| format!("{e164} {} {region}", format!("{kind:?}").to_lowercase()),
    )
}

// --- the peers ------------------------------------------------------------------------------

/// A library that reads numbers.
trait Peer {
    type Kind: Debug;
    type Region: Display;

    /// Kind and region of a valid number, whose E.164 is appended to `e164`.
    fn answer(text: &str, home: Home, e164: &mut String) -> Option<(Self::Kind, Self::Region)>;

    /// As [`Peer::answer`], with E.164 as the library holds it.
    fn own(text: &str, home: Home) -> Option<(Self::Kind, Self::Region)>;
}

/// A peer that is asked for E.164 in its own form.
struct Own<P>(P);

impl<P: Peer> Peer for Own<P> {
    type Kind = P::Kind;
    type Region = P::Region;

    fn answer(text: &str, home: Home, _e164: &mut String) -> Option<(Self::Kind, Self::Region)> {
        P::own(text, home)
    }

    fn own(text: &str, home: Home) -> Option<(Self::Kind, Self::Region)> {
        P::own(text, home)
    }
}

struct Ours;

impl Peer for Ours {
    type Kind = rowcall::phone::Kind;
    type Region = rowcall::phone::Region;

    fn answer(text: &str, home: Home, e164: &mut String) -> Option<(Self::Kind, Self::Region)> {
        let plan = Plan::builtin();
        let number = plan.parse(text, Some(home.ours)).ok()?;
        let region = number.region().filter(|_| number.is_valid())?;
        plan.format(&number, Format::E164, e164);
        Some((number.kind(), region))
    }

    fn own(text: &str, home: Home) -> Option<(Self::Kind, Self::Region)> {
        let number = Plan::builtin().parse(text, Some(home.ours)).ok()?;
        black_box(number.phone().ok()?);
        Some((number.kind(), number.region()?))
    }
}

struct Rlib;

impl Peer for Rlib {
    type Kind = rlibphonenumber::PhoneNumberType;
    type Region = rlibphonenumber::Region;

    fn answer(text: &str, home: Home, e164: &mut String) -> Option<(Self::Kind, Self::Region)> {
        let number = PHONE_NUMBER_UTIL.parse(text, Some(home.rlib)).ok()?;
        if !number.is_valid() {
            return None;
        }
        e164.push_str(&number.format_as(rlibphonenumber::PhoneNumberFormat::E164));
        Some((number.get_type(), number.get_region_code()?))
    }

    fn own(text: &str, home: Home) -> Option<(Self::Kind, Self::Region)> {
        let number = PHONE_NUMBER_UTIL.parse(text, Some(home.rlib)).ok()?;
        if !number.is_valid() {
            return None;
        }
        black_box(&number);
        Some((number.get_type(), number.get_region_code()?))
    }
}

struct Crate;

impl Peer for Crate {
    type Kind = phonenumber::Type;
    type Region = Name;

    fn answer(text: &str, home: Home, e164: &mut String) -> Option<(Self::Kind, Self::Region)> {
        let number = phonenumber::parse(Some(home.phonenumber), text).ok()?;
        if !number.is_valid() {
            return None;
        }
        e164.push_str(&number.format().mode(phonenumber::Mode::E164).to_string());
        Some((number.number_type(&DATABASE), Name(number.country().id()?)))
    }

    fn own(text: &str, home: Home) -> Option<(Self::Kind, Self::Region)> {
        let number = phonenumber::parse(Some(home.phonenumber), text).ok()?;
        if !number.is_valid() {
            return None;
        }
        black_box(&number);
        Some((number.number_type(&DATABASE), Name(number.country().id()?)))
    }
}

/// A region of the crate `phonenumber`, which does not display itself.
struct Name(phonenumber::country::Id);

impl Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_ref())
    }
}
