//! The phone engine beside its peers: `cargo bench --bench phone [-- --quick]`.
//!
//! Every peer gives the full answer for every number: validity, E.164, kind and region. The
//! corpora are made here, from a fixed seed: a contact export of mixed spellings, and plain E.164.
//! Peers alternate within each round, so that a noisy machine is noisy for all. Slow peers read
//! the corpus's first rows only; rows are mixed, so those are like the rest.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use phonenumber::metadata::DATABASE;
use rlibphonenumber::PHONE_NUMBER_UTIL;
use rowcall::phone::{Format, Plan};
use std::fmt::{Debug, Display};
use std::hint::black_box;
use std::ops::Range;
use std::time::Instant;

const SEED: u64 = 20_261_121;
/// Regular expressions that `phonenumber` keeps as shipped, and enough of them for the world.
const CACHED_AS_SHIPPED: usize = 100;
const CACHED_RAISED: usize = 10_000;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (rows, rounds) = if quick { (100_000, 3) } else { (1_000_000, 7) };
    println!("plan {}, {rows} numbers, {rounds} rounds, seed {SEED}", Plan::builtin().version());
    for (name, corpus) in [("mixed", Corpus::mixed(rows)), ("E.164", Corpus::e164(rows))] {
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
        Lane::new("rowcall", rows, time::<Ours>),
        Lane::new("rowcall, E.164 as an integer", rows, time::<Integers>),
        Lane::new("rlibphonenumber", rows.min(500_000), time::<Rlib>),
        Lane::new("phonenumber, cache raised", rows / 20, |corpus, rows| {
            set_cache(CACHED_RAISED);
            time::<Crate>(corpus, rows); // fills the cache
            time::<Crate>(corpus, rows)
        }),
        Lane::new("phonenumber as shipped", rows / 1_000, |corpus, rows| {
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
    let ours = lanes[0].median();
    println!(
        "\n{corpus_name:29} {:>9} {:>11} {:>11} {:>9}",
        "numbers", "median ns", "min ns", "ratio"
    );
    for lane in &lanes {
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

/// A home region, in each peer's own type, so that no one is timed reading region codes.
#[derive(Clone, Copy)]
struct Home {
    name: &'static str,
    ours: rowcall::phone::Region,
    rlib: rlibphonenumber::Region,
    phonenumber: phonenumber::country::Id,
}

impl Home {
    fn new(name: &'static str) -> Home {
        let known = "the countries of the corpus are in every library";
        Home {
            name,
            ours: name.parse().expect(known),
            rlib: name.parse().expect(known),
            phonenumber: name.parse().expect(known),
        }
    }
}

/// A library that reads numbers.
trait Peer {
    type Kind: Debug;
    type Region: Display;

    /// Kind and region of a valid number, whose E.164 is appended to `e164`.
    fn answer(text: &str, home: Home, e164: &mut String) -> Option<(Self::Kind, Self::Region)>;
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
}

/// As the pipeline asks: a `Phone`, and no text.
struct Integers;

impl Peer for Integers {
    type Kind = rowcall::phone::Kind;
    type Region = rowcall::phone::Region;

    fn answer(text: &str, home: Home, _e164: &mut String) -> Option<(Self::Kind, Self::Region)> {
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
}

/// A region of the crate `phonenumber`, which does not display itself.
struct Name(phonenumber::country::Id);

impl Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_ref())
    }
}

// --- the corpora ----------------------------------------------------------------------------

/// Texts to read, each with its home region.
struct Corpus {
    text: String,
    rows: Vec<(Range<usize>, Home)>,
}

/// A country of the corpora: region, calling code, trunk prefix, and what subscriber numbers look
/// like: `X` is any digit, `N` is 2 to 9.
struct Country(&'static str, &'static str, &'static str, [&'static str; 3]);

const COUNTRIES: [Country; 32] = [
    Country("AE", "971", "0", ["50XXXXXXX", "56XXXXXXX", "4NXXXXXX"]),
    Country("IN", "91", "0", ["98XXXXXXXX", "70XXXXXXXX", "22NXXXXXXX"]),
    Country("US", "1", "1", ["212NXXXXXX", "415NXXXXXX", "800NXXXXXX"]),
    Country("GB", "44", "0", ["7400XXXXXX", "7911XXXXXX", "207946XXXX"]),
    Country("BR", "55", "0", ["119NXXXXXXX", "219NXXXXXXX", "113NXXXXXX"]),
    Country("MX", "52", "", ["55NXXXXXXX", "33NXXXXXXX", "155NXXXXXXX"]),
    Country("SA", "966", "0", ["50XXXXXXX", "54XXXXXXX", "112XXXXXX"]),
    Country("PK", "92", "0", ["300XXXXXXX", "321XXXXXXX", "42NXXXXXXX"]),
    Country("EG", "20", "0", ["100XXXXXXX", "122XXXXXXX", "2NXXXXXXX"]),
    Country("ID", "62", "0", ["812XXXXXXX", "8211XXXXXXX", "21NXXXXXXX"]),
    Country("NG", "234", "0", ["802XXXXXXX", "703XXXXXXX", "1NXXXXXX"]),
    Country("DE", "49", "0", ["151XXXXXXXX", "1711XXXXXX", "30NXXXXXX"]),
    Country("FR", "33", "0", ["6XXXXXXXX", "7XXXXXXXX", "1NXXXXXXX"]),
    Country("IT", "39", "", ["34NXXXXXXX", "32NXXXXXXX", "06NXXXXXXX"]),
    Country("ES", "34", "", ["6NXXXXXXX", "71XXXXXXX", "91NXXXXXX"]),
    Country("TR", "90", "0", ["532XXXXXXX", "505XXXXXXX", "212NXXXXXX"]),
    Country("ZA", "27", "0", ["82XXXXXXX", "71XXXXXXX", "11NXXXXXX"]),
    Country("KE", "254", "0", ["712XXXXXX", "722XXXXXX", "20NXXXXXX"]),
    Country("AR", "54", "0", ["91123XXXXXX", "11155XXXXXXX", "11NXXXXXXX"]),
    Country("CO", "57", "0", ["300XXXXXXX", "321XXXXXXX", "601NXXXXXX"]),
    Country("CL", "56", "", ["9NXXXXXXX", "98XXXXXXX", "22NXXXXXX"]),
    Country("PE", "51", "0", ["9NXXXXXXX", "98XXXXXXX", "1NXXXXXX"]),
    Country("RU", "7", "8", ["912XXXXXXX", "903XXXXXXX", "495NXXXXXX"]),
    Country("KZ", "7", "8", ["701XXXXXXX", "777XXXXXXX", "7172XXXXXX"]),
    Country("UA", "380", "0", ["50XXXXXXX", "67XXXXXXX", "44NXXXXXX"]),
    Country("PL", "48", "", ["512XXXXXX", "600XXXXXX", "22NXXXXXX"]),
    Country("CN", "86", "0", ["138XXXXXXXX", "159XXXXXXXX", "10NXXXXXXX"]),
    Country("JP", "81", "0", ["90NXXXXXXX", "80NXXXXXXX", "3NXXXXXXX"]),
    Country("AU", "61", "0", ["4NXXXXXXX", "41XXXXXXX", "2NXXXXXXX"]),
    Country("SG", "65", "", ["8NXXXXXX", "9NXXXXXX", "6NXXXXXX"]),
    Country("BJ", "229", "", ["0197XXXXXX", "97XXXXXX", "0120NXXXXX"]),
    Country("CI", "225", "", ["07XXXXXXXX", "05XXXXXXXX", "2720XXXXXX"]),
];

/// How groups are separated, where they are.
const SEPARATORS: [&str; 8] = [" ", " ", "-", "-", ".", "/", "\u{a0}", " - "];
/// What a cell may hold after its number.
const TAILS: [&str; 8] = [" ext. 12", " x5", ";ext=77", " (", ".", "\r", " #3", ",,1"];

impl Corpus {
    /// A contact export: six in ten spelled at home, some damaged, some with separators or tails.
    fn mixed(rows: usize) -> Corpus {
        Corpus::made(rows, |random, country, text| {
            let Country(_, code, trunk, shapes) = country;
            let shape = shapes[random.below(shapes.len())];
            let start = text.len();
            match random.below(100) {
                0..42 => text.push_str(trunk),
                42..60 => {}
                60..85 => text.extend(["+", code]),
                85..93 => text.push_str(code),
                93..97 => text.extend(["00", code]),
                _ => text.extend(["+", code, " (0)"]),
            }
            random.fill(shape, text);
            match random.below(100) {
                0..3 => text.truncate(start + 3 + random.below(text.len() - start - 3)),
                3..5 => text.push('0'),
                _ => {}
            }
            if random.below(100) < 55 {
                random.separate(start, text);
            }
            match random.below(100) {
                0..4 => text.push_str(TAILS[random.below(TAILS.len())]),
                4 => text.insert_str(start, "Tel: "),
                5 => text.insert(start, '\u{202a}'),
                _ => {}
            }
        })
    }

    /// `+971501234567` and the like; valid or not.
    fn e164(rows: usize) -> Corpus {
        Corpus::made(rows, |random, country, text| {
            let Country(_, code, _, shapes) = country;
            text.extend(["+", code]);
            let shape = shapes[random.below(shapes.len())];
            random.fill(shape, text);
        })
    }

    fn made(rows: usize, write: impl Fn(&mut Random, &Country, &mut String)) -> Corpus {
        let homes = COUNTRIES.map(|Country(name, ..)| Home::new(name));
        let mut random = Random(SEED);
        let mut corpus = Corpus { text: String::new(), rows: Vec::with_capacity(rows) };
        for _ in 0..rows {
            let country = random.below(COUNTRIES.len());
            // One row in ten stands in another country's list.
            let home = if random.below(10) == 0 { random.below(COUNTRIES.len()) } else { country };
            let start = corpus.text.len();
            write(&mut random, &COUNTRIES[country], &mut corpus.text);
            corpus.rows.push((start..corpus.text.len(), homes[home]));
        }
        corpus
    }

    fn iter(&self) -> impl Iterator<Item = (&str, Home)> {
        self.rows.iter().map(|(range, home)| (&self.text[range.clone()], *home))
    }
}

/// A small seeded generator (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 16) % end as u64).expect("it is below a usize")
    }

    /// Appends a shape with its letters filled in.
    fn fill(&mut self, shape: &str, text: &mut String) {
        text.extend(shape.chars().map(|mark| match mark {
            'X' => char::from(b"0123456789"[self.below(10)]),
            'N' => char::from(b"23456789"[self.below(8)]),
            digit => digit,
        }));
    }

    /// Puts one separator between groups of the text from `start` on.
    fn separate(&mut self, start: usize, text: &mut String) {
        let separator = SEPARATORS[self.below(SEPARATORS.len())];
        let size = 2 + self.below(3);
        let mut place = text.len().saturating_sub(size);
        while place > start + 1 {
            text.insert_str(place, separator);
            place = place.saturating_sub(size);
        }
    }
}
