//! The phone engine equals Google's libphonenumber.
//!
//! The tables of `fixtures/phones/` hold the reference's own answers; `oracle.py`, beside them,
//! wrote them and describes their columns. These tests compare the engine with every row, so they
//! need no Python. The full comparison, millions of rows, does:
//!
//! ```text
//! ROWCALL_TRANSITIONS=DIR/transition-numbers.txt \
//!   cargo test --release --test phones -- --ignored transitions_are_printed
//! python3 fixtures/phones/oracle.py full DIR
//! ROWCALL_ORACLE=DIR cargo test --release --test phones -- --ignored --nocapture
//! ```
//!
//! Random tests print their seed; `ROWCALL_SEED=N` repeats one.

#![expect(clippy::print_stdout, reason = "seeds and differences are for people to read")]

#[path = "phones/invariants.rs"]
mod invariants;
#[path = "phones/oracle.rs"]
mod oracle;
#[path = "phones/random.rs"]
mod random;

use invariants::{check, fingerprint, letters, written};
use oracle::{Comparison, Row, table};
use random::Random;
use rowcall::phone::{Format, Plan, Refusal, Region};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[test]
fn the_tables_are_of_the_plan_s_version() {
    for name in ["examples", "hard", "transitions"] {
        assert_eq!(oracle::version(&table(name)), Plan::builtin().version(), "{name}.tsv");
    }
}

#[test]
fn every_example_number_in_every_spelling_is_answered_as_the_reference_does() {
    compare_table("examples", 9_000);
}

#[test]
fn every_hard_case_is_answered_as_the_reference_does() {
    compare_table("hard", 2_500);
}

#[test]
fn sampled_transitions_of_every_automaton_are_answered_as_the_reference_does() {
    compare_table("transitions", 20_000);
}

/// Compares a committed table, which must not have shrunk unnoticed.
fn compare_table(name: &str, rows_min: u64) {
    let comparison = Comparison::of(Plan::builtin(), [table(name).as_path()]);
    assert!(comparison.rows >= rows_min, "{name}.tsv holds only {} rows", comparison.rows);
    assert!(comparison.is_clean(), "{comparison}");
}

#[test]
fn hard_cases_keep_every_invariant() {
    for name in ["examples", "hard"] {
        oracle::for_each_row(&table(name), |row| {
            check(Plan::builtin(), &row.text, row.home);
        });
    }
}

#[test]
fn every_region_has_a_calling_code_and_is_home_to_an_example() {
    let plan = Plan::builtin();
    let mut with_examples: Vec<Region> = Vec::new();
    oracle::for_each_row(&table("examples"), |row| with_examples.extend(row.home));
    let regions: Vec<Region> = plan.regions().collect();
    assert!(regions.len() > 240 && regions.is_sorted(), "{regions:?}");
    for region in regions {
        assert!(plan.calling_code(region).is_some(), "{region}");
        assert!(with_examples.contains(&region), "no example of {region}");
    }
}

#[test]
fn letters_are_refused_unless_they_are_asked_for() {
    let plan = Plan::builtin();
    let home = Some("US".parse().unwrap());
    for text in ["1-800-FLOWERS", "+1 800 FLOWERS", "800 flowers ext. 5", "tel:1-800-FLOWERS"] {
        assert_eq!(plan.parse(text, home).err(), Some(Refusal::NotANumber), "{text}");
        let number = plan.parse_vanity(text, home).unwrap();
        assert_eq!(written(plan, &number, Format::E164), "+18003569377", "{text}");
    }
}

#[test]
fn words_round_a_number_are_no_vanity_letters() {
    let plan = Plan::builtin();
    let home = Some("AE".parse().unwrap());
    for text in ["Phone: 050 123 4567", "mob 0501234567", "050 123 4567 ext. 5", "0501234567 x5"] {
        let phone = plan.parse(text, home).unwrap().phone().unwrap();
        assert_eq!(phone.to_string(), "+971501234567", "{text}");
    }
}

#[test]
fn a_number_that_is_valid_but_too_long_for_e164_is_no_phone() {
    let mut seen = 0;
    for name in ["examples", "hard", "transitions"] {
        oracle::for_each_row(&table(name), |row| {
            let Ok(number) = Plan::builtin().parse(&row.text, row.home) else {
                return;
            };
            let digits = written(Plan::builtin(), &number, Format::Digits);
            if number.is_valid() && digits.len() > 15 {
                seen += 1;
                assert_eq!(number.phone(), Err(Refusal::TooLong), "{digits}");
            }
        });
    }
    assert!(seen > 0, "no table has such a number");
}

#[test]
fn any_text_at_all_keeps_every_invariant() {
    let mut random = Random::announced();
    let plan = Plan::builtin();
    for _ in 0..random::rounds(40_000) {
        let home = random.home(plan);
        check(plan, &random.soup(), home);
        check(plan, &random.bytes(), home);
    }
}

#[test]
fn mutated_examples_keep_every_invariant() {
    let mut random = Random::announced();
    let plan = Plan::builtin();
    let rows = oracle::rows(&table("examples"));
    for _ in 0..random::rounds(40_000) {
        let row = random.pick(&rows);
        let text = random.mutated(&row.text);
        check(plan, &text, row.home);
        let stranger = random.home(plan);
        check(plan, &text, stranger);
    }
}

#[test]
fn every_valid_number_reads_back_from_its_national_format_at_home() {
    let plan = Plan::builtin();
    let mut read_back = 0;
    for name in ["examples", "hard", "transitions"] {
        oracle::for_each_row(&table(name), |row| {
            let Ok(number) = plan.parse(&row.text, row.home) else {
                return;
            };
            if !number.is_valid() || national_format_is_one_way(&number) {
                return;
            }
            let text = written(plan, &number, Format::National);
            let back = plan.parse(&text, number.region()).unwrap();
            assert_eq!(fingerprint(plan, &back), fingerprint(plan, &number), "{text:?}");
            read_back += 1;
        });
    }
    assert!(read_back > 10_000, "only {read_back} numbers were valid");
}

/// Numbers whose national format the reference itself does not read back: of no region, of Gabon
/// (the format shows a zero that the number has not), and those that begin like an
/// international prefix.
fn national_format_is_one_way(number: &rowcall::phone::Number) -> bool {
    let region = number.region();
    region == Some(Region::WORLD)
        || region == "GA".parse().ok()
        || number.national().to_string().starts_with("00")
}

#[test]
fn white_space_round_a_text_changes_nothing() {
    let plan = Plan::builtin();
    oracle::for_each_row(&table("hard"), |row| {
        let padded = format!("\t {} \u{3000}\n", row.text);
        if row.text.contains(";phone-context=") || padded.chars().count() > 250 {
            return; // what follows the context is part of it, and the limit counts spaces
        }
        let answer = |text: &str| plan.parse(text, row.home).map(|n| fingerprint(plan, &n)).ok();
        assert_eq!(answer(&row.text), answer(&padded), "{:?}", row.text);
    });
}

#[test]
fn no_more_than_250_characters_are_read() {
    let plan = Plan::builtin();
    for mark in [" ", "1", "+", "x", ";", "é", "١", "😀", "\0"] {
        for count in [251, 252, 1_000, 100_000] {
            let text = mark.repeat(count);
            let refusal = plan.parse(&text, None).err();
            let blank = text.chars().all(char::is_whitespace);
            let expected = if blank { Refusal::Missing } else { Refusal::TooLong };
            assert!(
                refusal == Some(expected) || refusal == Some(Refusal::TooLong),
                "{count} times {mark:?}: {refusal:?}"
            );
        }
    }
}

/// Texts that make backtracking engines slow: each repeats a piece that may begin an extension, a
/// group, a parameter or a prefix.
const REPEATED: [&str; 14] = [
    "1", "1 ", "1-", "1 x", "1,,", "1 ext ", "1#", "1;ext=", "1 #1", "0", "+", "1~", "1;isub=",
    "a1",
];

/// Linear work would give a factor of 16, quadratic work 256. The clock is the only witness, so
/// the bound is wide and the least of many rounds counts.
#[test]
fn reading_takes_time_in_proportion_to_the_length() {
    for piece in REPEATED {
        let long = piece.repeat(240 / piece.len());
        let short = piece.repeat((15 / piece.len()).max(1));
        let growth = best_time(&long).as_secs_f64() / best_time(&short).as_secs_f64();
        let lengths = long.len() as f64 / short.len() as f64;
        assert!(growth < lengths * 6.0, "{piece:?}: {lengths} times the text took {growth} times");
    }
}

/// What is refused for its length is refused without reading on.
#[test]
fn a_huge_text_costs_no_more_than_one_at_the_limit() {
    for piece in ["1", "1 x", " 1", "+", "é"] {
        let limit = best_time(&piece.repeat(1_000));
        let huge = best_time(&piece.repeat(2_000_000));
        assert!(huge < limit * 50 + Duration::from_micros(50), "{piece:?}: {limit:?}, {huge:?}");
    }
}

/// The least time that reading `text` took in many rounds.
fn best_time(text: &str) -> Duration {
    let home = "US".parse().ok();
    let rounds = (0..60).map(|_| {
        let started = Instant::now();
        for _ in 0..20 {
            let _ = std::hint::black_box(Plan::builtin().parse_vanity(text, home));
        }
        started.elapsed()
    });
    rounds.min().unwrap_or_default()
}

#[test]
fn a_loaded_row_tells_its_columns_apart() {
    let line = "n\t\"+1 \\ud83d\\ude00\"\tUS\tok\t-\t1\t2\tMOBILE\t-\t-\tTOO_SHORT\t-\t\t\t\t";
    let row = Row::read(line).unwrap();
    assert_eq!((row.note, row.text.as_str()), ("n", "+1 😀"));
    assert_eq!(row.home, "US".parse().ok());
    assert!(Row::read("n\t\"\"").is_none(), "a short row is no row");
    assert_eq!(letters("1-800-abé"), 2);
}

#[test]
#[ignore = "writes the file that ROWCALL_TRANSITIONS names"]
fn transitions_are_printed() {
    let path = std::env::var("ROWCALL_TRANSITIONS").expect("ROWCALL_TRANSITIONS names a file");
    let numbers: Vec<String> = Plan::builtin().transition_numbers().collect();
    println!("{} numbers that take every transition", numbers.len());
    std::fs::write(path, numbers.join("\n") + "\n").expect("the file can be written");
}

#[test]
#[ignore = "compares the tables in the folder that ROWCALL_ORACLE names"]
fn the_full_run_agrees_with_the_reference() {
    let folder = std::env::var("ROWCALL_ORACLE").expect("ROWCALL_ORACLE names a folder");
    let mut tables: Vec<PathBuf> = std::fs::read_dir(Path::new(&folder))
        .expect("the folder can be read")
        .map(|entry| entry.expect("an entry can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "tsv"))
        .collect();
    tables.sort();
    assert!(!tables.is_empty(), "{folder} holds no .tsv file");
    let mut clean = true;
    for path in &tables {
        assert_eq!(oracle::version(path), Plan::builtin().version(), "{}", path.display());
        let comparison = Comparison::of(Plan::builtin(), [path.as_path()]);
        println!("{}: {comparison}", path.display());
        clean &= comparison.is_clean();
    }
    assert!(clean, "the engine differs from the reference; see above");
}

#[test]
#[ignore = "minutes of random texts: a fuzzer for the stable toolchain"]
fn millions_of_random_texts_keep_every_invariant() {
    let mut random = Random::announced();
    let plan = Plan::builtin();
    let rows = oracle::rows(&table("hard"));
    let end = Instant::now() + Duration::from_mins(2);
    let mut texts: u64 = 0;
    while Instant::now() < end {
        for _ in 0..1_000 {
            let home = random.home(plan);
            check(plan, &random.soup(), home);
            check(plan, &random.bytes(), home);
            let text = &random.pick(&rows).text;
            check(plan, &random.mutated(text), home);
            texts += 3;
        }
    }
    println!("{texts} texts");
}
