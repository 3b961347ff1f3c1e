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

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use rowcall::normalize::PhoneRules;
use rowcall::normalize::phone::findings;
use rowcall::phone::{DigitsAs, Letters, Plan, ReadRules, Region, Several, explain, read};
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

/// What libphonenumber makes of a cell: the phone, or nothing. Said by the engine, which
/// `tests/phones.rs` holds to libphonenumber; `reference.tsv` holds this function to it once more.
fn reference(cell: &str, home: Option<Region>) -> String {
    let number = Plan::builtin().parse_vanity(cell, home);
    number.and_then(|it| it.phone()).map_or_else(|_| String::new(), |phone| phone.to_string())
}

/// How rowcall's answer stands to libphonenumber's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Departure {
    /// libphonenumber reads a number, and rowcall refuses the cell.
    Refused,
    /// Both read a number, not the same.
    Changed,
    /// libphonenumber reads none, and rowcall does.
    Read,
}

impl Departure {
    fn between(theirs: &str, ours: &str) -> Option<Departure> {
        match (theirs, ours) {
            _ if theirs == ours => None,
            (_, "") => Some(Departure::Refused),
            ("", _) => Some(Departure::Read),
            _ => Some(Departure::Changed),
        }
    }
}

/// A row of the table of departures.
struct Listed {
    cell: String,
    home: String,
    theirs: String,
    ours: String,
    code: String,
}

fn listed() -> Vec<Listed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/departures.md");
    let text = fs::read_to_string(path).expect("docs/departures.md");
    let none = |text: &str| if text == "none" { String::new() } else { text.to_owned() };
    let row = |line: &str| {
        let columns: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [cell, home, theirs, ours, code, _why] = columns[..] else { panic!("{line}") };
        Listed {
            cell: cell_of(cell),
            home: home.to_owned(),
            theirs: none(theirs),
            ours: none(ours),
            code: code.to_owned(),
        }
    };
    text.lines().filter(|line| line.starts_with("| `")).map(row).collect()
}

/// The departures of the table, each by what it does and the code that says so.
fn listed_kinds() -> BTreeSet<(Departure, String)> {
    let kind = |row: Listed| Some((Departure::between(&row.theirs, &row.ours)?, row.code));
    listed().into_iter().filter_map(kind).collect()
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
        ("⟨LF⟩", "\n"),
    ] {
        cell = cell.replace(name, character);
    }
    cell
}

#[test]
fn every_departure_is_as_the_table_says() {
    let mut wrong = Vec::new();
    let rows = listed();
    for Listed { cell, home, theirs, ours, code } in &rows {
        let (phone, codes) = verdict(cell, home);
        let said = reference(cell, region(home));
        let told = codes.contains(&code.as_str()) || (codes.is_empty() && code == "none");
        if said != *theirs || phone != *ours || !told {
            wrong.push(format!("{cell:?} {home}: reference {said:?}, rowcall {phone:?} {codes:?}"));
        }
    }
    assert!(rows.len() >= 25, "{} rows were found", rows.len());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn what_the_tables_say_of_libphonenumber_is_what_it_says_itself() {
    let text = fs::read_to_string(fixtures().join("cells/reference.tsv")).expect("the table");
    let said: BTreeMap<(String, String), String> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            let [cell, home, phone] = columns[..] else { panic!("{line}") };
            let cell: String = serde_json::from_str(cell).expect("a cell in JSON");
            ((cell, home.to_owned()), phone.to_owned())
        })
        .collect();
    for Listed { cell, home, theirs, .. } in listed() {
        let phone = said.get(&(cell.clone(), home.clone()));
        assert_eq!(phone, Some(&theirs), "{cell:?} in {home}: run fixtures/cells/reference.py");
    }
    for ((cell, home), phone) in &said {
        assert_eq!(reference(cell, region(home)), *phone, "{cell:?} in {home}");
    }
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

/// A text as spreadsheets, contact programs and people may leave it.
fn damaged(text: &str) -> Vec<String> {
    let mut all = vec![text.to_owned()];
    let is_in_link = !text.contains(['/', '#', '&', '?']);
    for (before, after) in [
        ("'", ""),
        ("=\"", "\""),
        ("tel:", ""),
        ("whatsapp:", ""),
        ("https://wa.me/", ""),
        ("", "@c.us"),
        ("", ".0"),
        ("", ".00"),
        ("", ".5"),
        ("", ",0"),
        ("", ";"),
        ("#", ""),
        ("\u{202a}", "\u{202c}"),
        (" ", "\u{200b}"),
        ("0", ""),
        ("00", ""),
        ("011", ""),
        ("(0)", ""),
        ("0+", ""),
        ("", "/2"),
        ("", " / 23"),
        ("", " and 2"),
        ("", " x12"),
        ("", " (home)"),
        ("Mobile: ", ""),
        ("", "E"),
        ("", "e9"),
        ("~", "~"),
    ] {
        if is_in_link || !before.contains("wa") {
            all.push(format!("{before}{text}{after}"));
        }
    }
    all.push(format!("{text} ::: {text}"));
    all.push(format!("{text} & 0501234561"));
    all
}

/// Codes that advise on a number and say nothing of how it was read.
const ADVICE: [&str; 4] =
    ["phone.ambiguous", "phone.reserved", "phone.placeholder", "phone.extension"];

#[test]
fn rowcall_departs_from_libphonenumber_in_no_way_but_those_that_the_table_lists() {
    let kinds = listed_kinds();
    let mut unlisted: BTreeMap<(Departure, &str), Vec<String>> = BTreeMap::new();
    let mut seen = 0;
    for name in ["examples", "hard"] {
        let text = fs::read_to_string(oracle::table(name)).expect("a table");
        for row in text.lines().filter_map(oracle::Row::read) {
            for cell in damaged(&row.text) {
                seen += 1;
                let home = row.home.map_or_else(|| "-".to_owned(), |home| home.to_string());
                let theirs = reference(&cell, row.home);
                let (ours, codes) = verdict(&cell, &home);
                let Some(departure) = Departure::between(&theirs, &ours) else { continue };
                let telling: Vec<&str> =
                    codes.into_iter().filter(|code| !ADVICE.contains(code)).collect();
                let code = telling.first().copied().unwrap_or("none");
                let is_listed = |code: &str| kinds.contains(&(departure, code.to_owned()));
                let quiet = telling.is_empty() && is_listed("none");
                if quiet || telling.iter().copied().any(is_listed) {
                    continue;
                }
                let example = format!("{cell:?} in {home}: {theirs:?} became {ours:?}");
                unlisted.entry((departure, code)).or_default().push(example);
            }
        }
    }
    assert!(seen > 100_000, "only {seen} cells");
    let told = unlisted.iter().map(|(kind, examples)| {
        let some = examples[..examples.len().min(8)].join("\n  ");
        format!("{kind:?}: {}, such as\n  {some}\n", examples.len())
    });
    assert!(unlisted.is_empty(), "\n{}", told.collect::<String>());
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
