//! Cells as spreadsheets and people leave them: the table of departures from libphonenumber in
//! `docs/departures.md`, the catalogue of damage in `fixtures/cells`, and libphonenumber's own
//! answers, none of which is lost but by a departure that the table lists.

mod support;

#[path = "phones/invariants.rs"]
#[allow(dead_code, reason = "shared with the tests of the engine")]
mod invariants;
#[path = "phones/oracle.rs"]
#[allow(dead_code, reason = "shared with the tests of the engine")]
mod oracle;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use rowcall::normalize::PhoneRules;
use rowcall::normalize::phone::findings;
use rowcall::phone::{
    Damage, DigitsAs, Letters, Plan, ReadRules, Refusal, Refused, Region, Repairs, Several,
    explain, read,
};
use support::{csv_records, fixtures};

fn region(text: &str) -> Option<Region> {
    text.parse().ok()
}

/// What rowcall makes of a cell: the phone or nothing, and the codes it says.
fn verdict(cell: &str, home: &str) -> (String, Vec<&'static str>) {
    let reading = read(Plan::builtin(), cell, region(home), ReadRules::default());
    let codes = findings(&reading, region(home), &PhoneRules::default());
    let phone = reading.verdict.map_or_else(|_| String::new(), |found| found.phone.to_string());
    (phone, codes.into_iter().map(|finding| finding.code.as_str()).collect())
}

/// What libphonenumber makes of a cell: the phone, or nothing.
fn reference(cell: &str, home: &str) -> String {
    let number = Plan::builtin().parse_vanity(cell, region(home));
    number.and_then(|it| it.phone()).map_or_else(|_| String::new(), |phone| phone.to_string())
}

/// A cell as the table writes it.
fn cell_of(written: &str) -> String {
    let mut cell = written.trim_matches('`').to_owned();
    for (name, character) in [
        ("␣", " "),
        ("⟨ZWSP⟩", "\u{200b}"),
        ("⟨LRE⟩", "\u{202a}"),
        ("⟨PDF⟩", "\u{202c}"),
        ("⟨LRM⟩", "\u{200e}"),
        ("⟨NNBSP⟩", "\u{202f}"),
        ("⟨ideographic space⟩", "\u{3000}"),
    ] {
        cell = cell.replace(name, character);
    }
    cell
}

#[test]
fn every_departure_is_as_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/departures.md");
    let text = fs::read_to_string(path).expect("docs/departures.md");
    let mut wrong = Vec::new();
    let mut rows = 0;
    for line in text.lines().filter(|line| line.starts_with("| `")) {
        let columns: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [cell, home, theirs, ours, code, _why] = columns[..] else { panic!("{line}") };
        let none = |text: &str| if text == "none" { String::new() } else { text.to_owned() };
        let cell = cell_of(cell);
        let (phone, codes) = verdict(&cell, home);
        let said = reference(&cell, home);
        if said != none(theirs) || phone != none(ours) || codes.first() != Some(&code) {
            wrong.push(format!("{line}\n  reference {said:?}, rowcall {phone:?} {codes:?}"));
        }
        rows += 1;
    }
    assert!(rows >= 25, "{rows} rows were found");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_catalogue_of_damage_is_read_row_by_row() {
    let text = fs::read(fixtures().join("cells/catalogue.csv")).expect("the catalogue");
    let records = csv_records(&text);
    let mut wrong = Vec::new();
    for record in &records[1..] {
        let [cell, home, phone, code, _] = &record[..] else { panic!("{record:?}") };
        let (got, codes) = verdict(cell, home);
        let said = codes.first().copied().unwrap_or_default();
        if got != *phone || said != code {
            wrong.push(format!("{record:?}: {got:?} {codes:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Whether a refusal is one that the table of departures lists.
fn is_listed(refused: Refused) -> bool {
    match refused {
        Refused::Letters | Refused::Number(Refusal::TooLong) => true,
        Refused::Damage(damage) => {
            matches!(
                damage,
                Damage::ErrorValue | Damage::DigitsLost | Damage::Hashes | Damage::Fraction
            )
        }
        Refused::Number(_) | Refused::Several => false,
    }
}

#[test]
fn nothing_that_libphonenumber_reads_is_lost_but_by_a_listed_departure() {
    let mut lost = Vec::new();
    let mut seen = 0;
    for name in ["examples", "hard"] {
        let text = fs::read_to_string(oracle::table(name)).expect("a table");
        for row in text.lines().filter_map(oracle::Row::read) {
            let number = Plan::builtin().parse_vanity(&row.text, row.home);
            let Ok(phone) = number.and_then(|it| it.phone()) else { continue };
            seen += 1;
            let reading = read(Plan::builtin(), &row.text, row.home, ReadRules::default());
            let fine = match reading.verdict {
                Ok(found) => found.phone == phone || reading.repairs != Repairs::default(),
                Err(refused) => is_listed(refused),
            };
            if !fine {
                let verdict = reading.verdict.map(|found| found.phone);
                lost.push(format!("{:?} in {:?}: {phone}, but {verdict:?}", row.text, row.home));
            }
        }
    }
    assert!(seen > 5000, "only {seen} valid numbers");
    assert!(lost.is_empty(), "{}\n{}", lost.len(), lost[..lost.len().min(20)].join("\n"));
}

#[test]
fn damage_never_makes_another_number_of_an_example_without_a_word() {
    let plan = Plan::builtin();
    let text = fs::read_to_string(oracle::table("examples")).expect("a table");
    let mut changed = Vec::new();
    let mut seen = 0;
    for row in text.lines().filter_map(oracle::Row::read) {
        let Ok(phone) = plan.parse_vanity(&row.text, row.home).and_then(|it| it.phone()) else {
            continue;
        };
        // A number that says nothing of itself and means another without its tail is left out:
        // so are spellings with points, to which a tail would be one more group.
        let readable = read(plan, &row.text, row.home, ReadRules::default());
        let same = readable.verdict.as_ref().is_ok_and(|found| found.phone == phone);
        if !same || !readable.repairs.is_empty() || row.text.contains(['.', ',', ';', '#']) {
            continue;
        }
        let digits = row.text.chars().filter(|c| c.is_numeric()).count();
        if digits < 4 || row.text.chars().any(char::is_alphabetic) {
            continue;
        }
        seen += 1;
        for damaged in
            [format!("{}.0", row.text), format!("'{}", row.text), format!("={}", row.text)]
        {
            let reading = read(plan, &damaged, row.home, ReadRules::default());
            match reading.verdict {
                Ok(found) if found.phone == phone && !reading.repairs.is_empty() => {}
                other => changed.push(format!("{damaged:?}: {phone} became {other:?}")),
            }
        }
    }
    assert!(seen > 3000, "only {seen} spellings");
    assert!(
        changed.is_empty(),
        "{}\n{}",
        changed.len(),
        changed[..changed.len().min(20)].join("\n")
    );
}

#[test]
fn a_cell_of_a_megabyte_is_refused_at_once_whatever_it_repeats() {
    for piece in ["'", "=", "@c.us", "tel:", "=\"", "1;", ":::", "9", "x", "+", "0 / ", "\u{200b}"]
    {
        let cell = piece.repeat(1_000_000 / piece.len());
        let reading = read(Plan::builtin(), &cell, region("AE"), ReadRules::default());
        assert!(reading.verdict.is_err(), "{piece:?}");
        assert!(reading.others.len() <= 20);
    }
}

#[test]
fn digits_are_bare_in_every_script_and_with_every_space() {
    let ambiguous = ["6062642190", "606\u{a0}2642190", "６０６２６４２１９０", "606–264–2190"];
    for cell in ambiguous {
        let (phone, codes) = verdict(cell, "US");
        assert_eq!(
            (phone.as_str(), &codes[..]),
            ("+16062642190", &["phone.ambiguous"][..]),
            "{cell}"
        );
    }
    assert_eq!(verdict("९७१५०१२३४५६१", "-").0, "+971501234561");
}

#[test]
fn what_a_refused_cell_may_have_meant_is_a_suggestion_and_no_more() {
    for (cell, home, suggestion) in [
        ("14155552671", "MX", "+14155552671"),
        ("+559281723241", "AE", "+5592981723241"),
        ("559281723241@c.us", "AE", "+5592981723241"),
        ("447400123456", "AE", "+447400123456"),
        ("0501234561 (home)", "AE", "+971501234561"),
    ] {
        let reading = read(Plan::builtin(), cell, region(home), ReadRules::default());
        assert!(reading.verdict.is_err(), "{cell}");
        let got = reading.suggestion.map(|phone| phone.to_string());
        assert_eq!(got.as_deref(), Some(suggestion), "{cell}");
    }
}

/// Text of the pieces that cells are made of, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[0-9]{1,5}",
        3 => proptest::sample::select(vec![
            "+", "00", "011", "(0)", " ", "-", ".", ",", ";", "/", " / ", ":::", "'", "=", "\"",
            "tel:", "wa.me/", "@c.us", "@s.whatsapp.net", "E+11", "e9", ".0", "#", "#REF!", "x",
            "ext. ", "971", "52", "521", "1", "55", "229", "\u{200b}", "\u{202a}", "\u{a0}", "٣",
            "９", "＋", "–", "\n", "\t", "a", "FLOWERS", "é",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,3}",
    ];
    proptest::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 20_000, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn any_cell_is_read_without_a_panic_and_its_phone_reads_as_itself(
        text in pieces(),
        home in proptest::sample::select(vec!["AE", "US", "MX", "BJ", "BR", "AR", "IT", "DE", "-"]),
        digits in proptest::sample::select(vec![
            DigitsAs::Auto, DigitsAs::National, DigitsAs::International,
        ]),
        letters in proptest::sample::select(vec![Letters::Refuse, Letters::Vanity]),
        several in proptest::sample::select(vec![Several::First, Several::Reject]),
    ) {
        let rules = ReadRules { digits, letters, several };
        let told = explain(Plan::builtin(), &text, region(home), rules);
        let reading = read(Plan::builtin(), &text, region(home), rules);
        prop_assert_eq!(&told.reading, &reading);
        if let Ok(found) = reading.verdict {
            let again = read(Plan::builtin(), &found.phone.to_string(), None, ReadRules::default());
            prop_assert_eq!(again.verdict.map(|again| again.phone), Ok(found.phone));
        }
        for finding in findings(&reading, region(home), &PhoneRules::default()) {
            prop_assert!(!finding.code.sentence().is_empty());
        }
    }
}
