//! The largest page there can be.

use std::fs;

use rowcall::contact::Field;
use rowcall::flow::{Goal, Job, run};
use rowcall::ingest::Input;
use rowcall::map::{Columns, Look, MapOptions};
use rowcall::phone::{Plan, ReadRules, read};
use rowcall::problem::{Code, Confidence, Fate, Place, Problem, Suggestion};
use rowcall::unique::{Claims, OnDuplicate, Print, Relation, Unique};
use rowcall::write::html::{BYTES_MAX, Beside, Page, Pair, PairColumn};
use rowcall::write::issues::{ColumnKeys, EncodedProblems, Role};
use rowcall::write::mask::Values;
use rowcall::write::summary::{ColumnFacts, Hint, ListFacts, Summary};

use super::support::scratch;

/// Each of its characters has six bytes in the page.
fn long() -> String {
    "<\"'/".repeat(250)
}

/// A summary in which there is as much as there can be of everything.
fn summary() -> Summary {
    let place = scratch();
    fs::write(place.path().join("a.csv"), "Phone\n12\n").expect("written");
    let job = Job::new(Goal::Check, vec![Input::File(place.path().join("a.csv"))]);
    let mut summary = run(&job, &()).expect("it ends");
    summary.problems = Code::all().map(|code| (code.as_str(), u64::MAX / 100)).collect();
    summary.counts.accepted = u64::MAX / 2;
    summary.counts.rows = u64::MAX / 2;
    summary.regions = (0..300).map(|at| (format!("R{at}"), 1)).collect();
    summary.withheld = Some(long());
    let column =
        ColumnFacts { field: "email", column: long(), column_number: 99, evidence: "content" };
    let source = &mut summary.sources[0];
    source.source = long();
    source.columns = vec![column; 1000];
    source.params = vec![long(); 1000];
    source.left_out = vec![long(); 1000];
    summary.sources = vec![source.clone(); 1000];
    summary.settings.set = vec![long(); 1000];
    let hint = Hint {
        count: 1,
        of: 1,
        refused: 1,
        flag: "--region AE".to_owned(),
        region: Some("AE".to_owned()),
        home: Some("US".to_owned()),
    };
    summary.hints = vec![hint; 100];
    let list = ListFacts {
        list: "suppress",
        source: long(),
        taken: 1,
        unread: 9,
        unread_rows: vec![1; 5],
    };
    summary.lists = vec![list; 20];
    summary
}

/// What differs between two rows that have nothing but their phone in common.
fn everything() -> Role {
    let mut unique = Unique::new(OnDuplicate::First, usize::MAX, &std::env::temp_dir());
    let reading = read(Plan::builtin(), "+971501234561", None, ReadRules::default());
    let phone = reading.verdict.expect("valid").phone;
    let mut prints = vec![0; Print::BYTES];
    prints.extend([1; Print::BYTES]);
    let mut claims = Claims::default();
    claims.push(0, phone);
    claims.push(1, phone);
    let mut found = Vec::new();
    unique.claim(&claims, &prints, 0, &mut found).expect("memory");
    match found[0].1 {
        Relation::Keeps { differs, .. } => Role::Kept(differs),
        other => panic!("they have one phone: {other:?}"),
    }
}

#[test]
fn a_page_with_the_most_of_everything_is_not_larger_than_it_may_be() {
    let (long, plan) = (long(), Plan::builtin());
    let headers = vec!["Phone".to_owned(), long.clone()];
    let look = Look { sample: &Vec::new(), plan, home: None, source: "a.csv" };
    let columns = Columns::decide(headers, &MapOptions::default(), &look).expect("a phone");
    let keys = ColumnKeys::new(&columns, Values::Shown);
    for (sources, value) in [(1, long.clone()), (1000, long.clone()), (1000, "a".to_owned())] {
        let names = vec![long.clone(); sources];
        let mut page = Page::new(&names, Values::Shown);
        for code in Code::all() {
            let mut encoded = EncodedProblems::default();
            let suggestion = Suggestion { value: value.clone(), confidence: Confidence::Medium };
            encoded.push(
                &Problem {
                    code,
                    column: Some(1),
                    field: Some(Field::Email),
                    value: value.as_str().into(),
                    detail: value.clone().into(),
                    suggestion: Some(suggestion),
                    readings: Vec::new(),
                },
                &keys,
                None,
            );
            for at in 0..sources.max(400) {
                let source = u32::try_from(at * sources / sources.max(400)).expect("few");
                let row = u64::MAX / 2 + 2 * at as u64;
                let place = Place { source, row, line: row, byte: 0, length: 0 };
                page.add(encoded.get(0), &place, Fate::Malformed);
            }
        }
        for role in [everything(), Role::Variant] {
            let cell = |cell| PairColumn { header: &long, field: None, cell };
            for row in 1..1000 {
                let (other, own) = ((0, row), (0, row + 1));
                let cells = [vec![cell(""); 200], vec![cell(&value); 200]];
                if page.has_room(&role) {
                    page.add_pair(&Pair { role, phone: None, other, own, cells });
                }
            }
        }
        let bytes = page.render(&summary(), Beside::Folder).expect("it fits").len();
        // Else this is not the largest page.
        assert!(bytes > BYTES_MAX / 2 || value == "a", "{bytes} bytes of {sources} sources");
        assert!(bytes <= BYTES_MAX, "{bytes} bytes of {sources} sources");
    }
}
