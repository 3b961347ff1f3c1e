//! Whatever a platform does with each contact, the reconciled ledger says it.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::sent::{Sent, ledger, phone, superwaba};

/// What a simulated platform does with a contact.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Deed {
    Created,
    Exists,
    Refused,
}

/// What it does with a request.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mood {
    Answers,
    Busy,
    Broken,
    Silent,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![3 => Just(Deed::Created), 1 => Just(Deed::Exists), 1 => Just(Deed::Refused)]
}

fn mood() -> impl Strategy<Value = Mood> {
    prop_oneof![
        4 => Just(Mood::Answers),
        1 => Just(Mood::Busy),
        1 => Just(Mood::Broken),
        1 => Just(Mood::Silent),
    ]
}

/// What must stand in the ledger.
fn truth(deed: Deed, mood: Mood) -> &'static str {
    match (mood, deed) {
        (Mood::Busy | Mood::Broken, _) => "retry",
        (Mood::Silent, _) => "unanswered",
        (Mood::Answers, Deed::Created) => "created",
        (Mood::Answers, Deed::Exists) => "exists",
        (Mood::Answers, Deed::Refused) => "refused",
    }
}

fn words(deed: Deed) -> Option<&'static str> {
    match deed {
        Deed::Created => None,
        Deed::Exists => Some("Contact already exists"),
        Deed::Refused => Some("Invalid phone number"),
    }
}

/// The answer to a request, where the platform gives one.
fn answer(mood: Mood, body: impl FnOnce() -> (u16, Value)) -> Option<(u16, Value)> {
    match mood {
        Mood::Answers => Some(body()),
        Mood::Busy => Some((429, json!({"message": "slow down"}))),
        Mood::Broken => Some((500, json!("broken"))),
        Mood::Silent => None,
    }
}

/// The ledger says the truth, and the contacts to be tried again are those that it says.
fn holds(sent: &Sent, truth: &[&str]) {
    let exit = if truth.iter().all(|it| ["created", "exists"].contains(it)) { 0 } else { 3 };
    let found = sent.outcomes(&[], exit);
    let found: Vec<&str> = found.iter().map(|[outcome, ..]| outcome.as_str()).collect();
    assert_eq!(found, truth);
    let again: Vec<String> = (0..)
        .zip(truth)
        .filter(|(_, it)| ["retry", "unanswered"].contains(it))
        .map(|(index, _)| phone(index))
        .collect();
    let path = sent.path("rec/retry");
    let retried: Vec<String> = if path.exists() {
        ledger(&path).iter().map(|row| row["phone"].clone()).collect()
    } else {
        Vec::new()
    };
    assert_eq!(retried, again);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_bulk_platform_s_deeds_stand_in_the_ledger(
        deeds in proptest::collection::vec(deed(), 1..30),
        moods in proptest::collection::vec(mood(), 30),
        batch in 1usize..8,
    ) {
        let sent = Sent::with("superwaba", deeds.len(), &["--batch-size", &batch.to_string()]);
        let mut expected = Vec::new();
        let all: Vec<(usize, Deed)> = deeds.into_iter().enumerate().collect();
        for (number, (contacts, mood)) in (1..).zip(all.chunks(batch).zip(moods)) {
            expected.extend(contacts.iter().map(|(_, deed)| truth(*deed, mood)));
            let body = || {
                let contacts: Vec<_> = contacts.iter().map(|(at, deed)| (*at, words(*deed))).collect();
                (200, superwaba(&contacts))
            };
            if let Some((status, body)) = answer(mood, body) {
                sent.answer(number, &[(0, status, body)]);
            }
        }
        std::fs::create_dir_all(sent.path("out/answers")).expect("a folder");
        holds(&sent, &expected);
    }

    #[test]
    fn a_platform_of_single_requests_has_its_deeds_in_the_ledger(
        deeds in proptest::collection::vec((deed(), mood()), 1..30),
        batch in 1usize..8,
    ) {
        let sent = Sent::with("vobiz-json", deeds.len(), &["--batch-size", &batch.to_string()]);
        let all: Vec<(usize, (Deed, Mood))> = deeds.into_iter().enumerate().collect();
        for (number, requests) in (1..).zip(all.chunks(batch)) {
            let of = |(request, (at, (deed, mood))): (u64, &(usize, (Deed, Mood)))| {
                let body = || match deed {
                    Deed::Created => (201, json!({"id": at.to_string(), "phone_number": phone(*at)})),
                    Deed::Exists => (409, json!({"status": "error", "error": {"message": "there"}})),
                    Deed::Refused => (422, json!({"status": "error", "error": {"message": "bad"}})),
                };
                answer(*mood, body).map(|(status, body)| (request, status, body))
            };
            let answers: Vec<_> = (0..).zip(requests).filter_map(of).collect();
            sent.answer(number, &answers);
        }
        let expected: Vec<_> = all.iter().map(|(_, (deed, mood))| truth(*deed, *mood)).collect();
        // Here a contact that exists is none that was taken.
        let exit = if expected.iter().all(|it| *it == "created") { 0 } else { 3 };
        let found = sent.outcomes(&[], exit);
        let found: Vec<&str> = found.iter().map(|[outcome, ..]| outcome.as_str()).collect();
        prop_assert_eq!(found, expected);
    }
}
