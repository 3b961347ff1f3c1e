//! Any bytes as an export: a run over it in small chunks on several threads says what a run in one
//! chunk on one thread says, and its counts add up. The first three bytes choose the rest.

use std::cell::RefCell;
use std::fs;

use rowcall::flow::{Goal, Job, Machine, run};
use rowcall::ingest::{Given, HeaderLine, Input, Limits, Ragged};
use rowcall::map::MapOptions;
use rowcall::write::contract::Contract;
use tempfile::TempDir;

thread_local! {
    static PLACE: RefCell<Option<TempDir>> = const { RefCell::new(None) };
}

/// Runs in both ways and compares.
pub(crate) fn check(bytes: &[u8]) {
    let Some((choice, input)) = bytes.split_first_chunk::<3>() else { return };
    PLACE.with_borrow_mut(|place| {
        let place = place.get_or_insert_with(|| tempfile::tempdir().expect("a folder"));
        let path = place.path().join("a.csv");
        fs::write(&path, input).expect("written");
        check_file(*choice, &Input::File(path), input.len() as u64);
    });
}

fn check_file([how, chunk_bytes, limit]: [u8; 3], input: &Input, length: u64) {
    let cell_bytes_max = if how & 1 == 0 { 1 << 20 } else { usize::from(limit) + 1 };
    let record_bytes_max = if how & 2 == 0 { 16 << 20 } else { 64 + usize::from(limit) };
    let read = Given {
        header: (how & 4 != 0).then_some(HeaderLine::Absent),
        ragged: if how & 8 == 0 { Ragged::Reject } else { Ragged::Pad },
        limits: Limits { cell_bytes_max, record_bytes_max, ..Limits::default() },
        ..Given::default()
    };
    // So that any table has phones.
    let columns = MapOptions::parse_pair("phone=#1").expect("a pair");
    let map = MapOptions { columns: vec![columns], ..MapOptions::default() };
    let job = |threads, chunk_bytes| Job {
        read,
        map: if how & 16 == 0 { map.clone() } else { MapOptions::default() },
        home: "AE".parse().ok(),
        contract: Some(Contract::find("superwaba").expect("built in")),
        machine: Machine { threads, chunk_bytes, memory_bytes: None },
        ..Job::new(Goal::Check, vec![input.clone()])
    };
    let one = run(&job(1, 1 << 20), &());
    let other = run(&job(3, usize::from(chunk_bytes) + 1), &());
    match (one, other) {
        (Ok(one), Ok(other)) => {
            assert_eq!(text(&one.to_json()), text(&other.to_json()));
            assert!(one.counts.balances(), "{}", one.equation);
            let source = &one.sources[0];
            assert!(source.compression.is_some() || source.bytes == length, "{source:?}");
        }
        (one, other) => {
            let (one, other) = (one.map(|it| it.equation), other.map(|it| it.equation));
            let code = one.as_ref().err().map(rowcall::error::Error::exit_code);
            assert!(code.is_some_and(|code| code < 70), "{one:?}");
            assert_eq!(format!("{one:?}"), format!("{other:?}"));
        }
    }
}

fn text(json: &[u8]) -> &str {
    std::str::from_utf8(json).expect("JSON is text")
}
