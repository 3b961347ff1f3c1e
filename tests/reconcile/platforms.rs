//! The answers of each platform, as its document writes them.

use serde_json::{Value, json};

use crate::sent::{Sent, phone, superwaba};

fn digits(index: usize) -> String {
    phone(index).trim_start_matches('+').to_owned()
}

const THERE: &str = "Contact already exists";

#[test]
fn superwaba_names_who_was_created_who_exists_and_who_was_refused() {
    let sent = Sent::new("superwaba", 4);
    let body = superwaba(&[(0, None), (1, Some(THERE)), (2, Some("Invalid phone")), (3, None)]);
    sent.answer(1, &[(0, 200, body)]);
    let expected = [
        ["created", "c0", ""],
        ["exists", "", THERE],
        ["refused", "", "Invalid phone"],
        ["created", "c3", ""],
    ];
    assert_eq!(sent.outcomes(&[], 3), expected);
}

#[test]
fn superwaba_skips_contacts_that_exist_which_is_no_refusal() {
    let sent = Sent::new("superwaba", 2);
    sent.answer(1, &[(0, 200, superwaba(&[(0, Some(THERE)), (1, None)]))]);
    assert_eq!(sent.letters(&["out/answers"], 0), "ec");
}

#[test]
fn superwaba_refuses_or_puts_off_a_whole_request() {
    for (status, body, outcome, words) in [
        (
            400,
            json!({"success": false, "error": "Phone number (userNumber) is required"}),
            "refused",
            "userNumber",
        ),
        (401, json!({"success": false, "message": "Unauthorized"}), "refused", "Unauthorized"),
        (429, json!({"success": false, "error": "Rate limit exceeded"}), "retry", "Rate limit"),
        (500, json!({"success": false, "message": "Internal server error"}), "retry", "Internal"),
        // That one of several exists says nothing of the others.
        (409, json!({"success": false, "error": THERE}), "refused", THERE),
        (200, json!({"success": false, "error": "No contacts"}), "refused", "No contacts"),
    ] {
        let sent = Sent::new("superwaba", 2);
        sent.answer(1, &[(0, status, body)]);
        for [of, id, message] in sent.outcomes(&[], 3) {
            assert_eq!((&*of, &*id), (outcome, ""), "{status}");
            assert!(message.contains(words), "{status}: {message}");
        }
    }
}

#[test]
fn superwaba_files_without_an_answer_are_unanswered() {
    let sent = Sent::with("superwaba", 5, &["--batch-size", "2"]);
    sent.answer(2, &[(0, 200, superwaba(&[(2, None), (3, None)]))]);
    assert_eq!(sent.letters(&[], 3), "uuccu");
}

#[test]
fn a_contact_that_superwaba_updated_is_told_from_a_new_one() {
    let sent = Sent::new("superwaba", 2);
    let mut body = superwaba(&[(0, None), (1, None)]);
    body["data"]["contacts"][1]["status"] = json!("updated");
    sent.answer(1, &[(0, 200, body)]);
    assert_eq!(sent.letters(&[], 0), "cu");
}

fn vobiz(total: usize, created: usize, updated: usize, errors: &[(u64, Option<usize>)]) -> Value {
    let errors: Vec<Value> = errors
        .iter()
        .map(|(row, contact)| match contact {
            Some(contact) => {
                json!({"row": row, "phone_number": phone(*contact), "reason": "no such line"})
            }
            None => json!({"row": row, "reason": "no such line"}),
        })
        .collect();
    json!({"total": total, "created": created, "updated": updated, "failed": errors.len(), "errors": errors})
}

#[test]
fn vobiz_rows_are_counted_from_1_or_as_lines_of_the_file_and_the_phones_decide() {
    for (rows, expected) in [([1, 3], 1), ([2, 4], 2)] {
        let sent = Sent::new("vobiz", 4);
        let body = vobiz(4, 1, 1, &[(rows[0], Some(0)), (rows[1], Some(2))]);
        sent.answer(1, &[(0, 200, body)]);
        let outcomes = sent.outcomes(&[], 3);
        assert_eq!(outcomes[0], ["refused", "", "no such line"]);
        let letters: String = outcomes.iter().map(|it| &it[0][..1]).collect();
        assert_eq!(letters, "rtrt");
        let notes = crate::support::summary(&sent.path("rec"))["notes"].to_string();
        assert!(notes.contains(&format!("from {expected}")), "{notes}");
    }
}

#[test]
fn vobiz_errors_that_fit_no_reading_or_two_are_refused() {
    for (errors, words) in [
        // The phone stands elsewhere.
        (&[(4, Some(1))][..], "no way of counting"),
        // No phone, and both rows are there.
        (&[(2, None)], "no phone tells"),
        // One error fits the first reading, the other the second.
        (&[(1, Some(0)), (3, Some(1))], "no way of counting"),
        (&[(9, Some(2))], "no way of counting"),
    ] {
        let sent = Sent::new("vobiz", 4);
        sent.answer(1, &[(0, 200, vobiz(4, 4 - errors.len(), 0, errors))]);
        sent.refused(&[], 7, &[words]);
    }
}

#[test]
fn a_vobiz_error_without_a_phone_is_joined_where_another_shows_the_reading_or_one_row_is_there() {
    for (errors, expected) in [
        // The second error shows that lines are counted.
        (&[(2, None), (4, Some(2))][..], "rcrc"),
        // There is no line before the first record.
        (&[(1, None)], "rccc"),
        // There is no fifth record.
        (&[(5, None)], "cccr"),
    ] {
        let sent = Sent::new("vobiz", 4);
        sent.answer(1, &[(0, 200, vobiz(4, 4 - errors.len(), 0, errors))]);
        assert_eq!(sent.letters(&[], 3), expected);
    }
}

#[test]
fn vobiz_says_what_became_of_all_where_none_was_updated_or_none_created() {
    for (created, updated, expected) in [(3, 0, "ccc"), (0, 3, "uuu"), (1, 2, "ttt")] {
        let sent = Sent::new("vobiz", 3);
        sent.answer(1, &[(0, 200, vobiz(3, created, updated, &[]))]);
        assert_eq!(sent.letters(&[], 0), expected);
    }
    let sent = Sent::new("vobiz", 2);
    let failed = json!({"status": "error", "error": {"code": 422, "message": "no header", "details": {"file": "empty"}}});
    sent.answer(1, &[(0, 422, failed)]);
    assert_eq!(sent.outcomes(&[], 3)[1], ["refused", "", "no header; file: empty"]);
}

/// One request a contact: the answers with status and body, what is to become of each, and the
/// exit code. The last contact has no answer where `answers` is shorter.
fn singles(platform: &str, answers: &[(u16, Value)], expected: &[[&str; 3]], exit: i32) {
    let sent = Sent::new(platform, expected.len());
    let answers: Vec<_> =
        (0..).zip(answers).map(|(at, (status, body))| (at, *status, body.clone())).collect();
    sent.answer(1, &answers);
    assert_eq!(sent.outcomes(&[], exit), expected, "{platform}");
}

const NO_ANSWER: [&str; 3] = ["unanswered", "", ""];

#[test]
fn whatsbizapi_takes_contacts_and_fails_with_the_status_200_too() {
    singles(
        "whatsbizapi",
        &[
            (200, json!({"status": "success", "contact_id": 123})),
            (200, json!({"status": "error", "message": "Invalid token"})),
            (500, json!({"message": "Server Error"})),
            (429, json!({"message": "Too Many Attempts."})),
            (408, json!({"message": "Request Timeout"})),
        ],
        &[
            ["taken", "123", ""],
            ["refused", "", "Invalid token"],
            ["retry", "", "Server Error"],
            ["retry", "", "Too Many Attempts."],
            ["retry", "", "Request Timeout"],
            NO_ANSWER,
        ],
        3,
    );
    singles(
        "whatsbizapi",
        &[(200, json!({"status": "success", "contact_id": 1}))],
        &[["taken", "1", ""]],
        0,
    );
}

#[test]
fn wawp_says_ok() {
    singles(
        "wawp",
        &[
            (200, json!({"ok": true})),
            (200, json!({"ok": false, "message": "no session"})),
            (400, json!({"message": ["bad", "chatId"]})),
            (500, json!({})),
        ],
        &[
            ["taken", "", ""],
            ["refused", "", "no session"],
            ["refused", "", "bad, chatId"],
            ["retry", "", "{}"],
            NO_ANSWER,
        ],
        3,
    );
    singles("wawp", &[(200, json!({"ok": true}))], &[["taken", "", ""]], 0);
}

#[test]
fn awalchat_creates_refuses_and_has_some_already_which_is_a_conflict() {
    let conflict = json!({"error": "conflict", "message": "Duplicate phone number"});
    singles(
        "awalchat",
        &[
            (
                201,
                json!({"status": true, "message": "Contact created", "data": {"id": 1, "phone": digits(0)}}),
            ),
            (409, conflict.clone()),
            (
                422,
                json!({"error": "validation_failed", "message": "Validation failed", "details": {"phone": "Invalid phone number format"}, "request_id": "r"}),
            ),
            (413, json!({"error": "too_large"})),
            (429, json!({"error": "rate_limited"})),
        ],
        &[
            ["created", "1", ""],
            ["exists", "", "Duplicate phone number; conflict"],
            [
                "refused",
                "",
                "Validation failed; phone: Invalid phone number format; validation_failed",
            ],
            ["refused", "", "too_large"],
            ["retry", "", "rate_limited"],
            NO_ANSWER,
        ],
        3,
    );
    // The contact stays as it was: that is not what was asked for.
    singles(
        "awalchat",
        &[(409, conflict)],
        &[["exists", "", "Duplicate phone number; conflict"]],
        3,
    );
    singles(
        "awalchat",
        &[(201, json!({"status": true, "data": {"id": 7}}))],
        &[["created", "7", ""]],
        0,
    );
}

#[test]
fn vobiz_single_contacts_come_back_as_they_stand_there() {
    singles(
        "vobiz-json",
        &[
            (201, json!({"id": "9b8a", "phone_number": phone(0), "name": "Name 0", "tags": []})),
            (
                422,
                json!({"status": "error", "error": {"code": "invalid", "message": "no name", "details": null}}),
            ),
            (409, json!({"status": "error", "error": {"code": "conflict", "message": "exists"}})),
            (502, json!({"status": "error", "error": {"code": "x", "message": "upstream"}})),
        ],
        &[
            ["created", "9b8a", ""],
            ["refused", "", "no name"],
            ["exists", "", "exists"],
            ["retry", "", "upstream"],
            NO_ANSWER,
        ],
        3,
    );
}

#[test]
fn wati_says_result_and_info() {
    singles(
        "wati",
        &[
            (200, json!({"result": true, "contact": {"id": "65f", "phone": digits(0)}})),
            (200, json!({"result": false, "info": "Invalid number"})),
            (200, json!({"result": false, "info": "Contact already exists."})),
            (429, json!({})),
        ],
        &[
            ["taken", "65f", ""],
            ["refused", "", "Invalid number"],
            ["exists", "", "Contact already exists."],
            ["retry", "", "{}"],
            NO_ANSWER,
        ],
        3,
    );
}

#[test]
fn a_single_answer_that_names_another_phone_is_refused() {
    for (platform, status, body) in [
        ("awalchat", 201, json!({"status": true, "data": {"id": 1, "phone": digits(1)}})),
        ("vobiz-json", 201, json!({"id": "1", "phone_number": phone(1)})),
        ("wati", 200, json!({"result": true, "contact": {"phone": digits(1)}})),
    ] {
        let sent = Sent::new(platform, 2);
        sent.answer(1, &[(0, status, body)]);
        sent.refused(
            &[],
            7,
            &[
                "names another phone than that of row 1",
                "line 1 (request 0 of payload/000001.jsonl)",
            ],
        );
    }
}

#[test]
fn requests_without_an_answer_in_between_are_unanswered() {
    let sent = Sent::new("wawp", 6);
    sent.answer(1, &[(1, 200, json!({"ok": true})), (4, 200, json!({"ok": true}))]);
    assert_eq!(sent.letters(&[], 3), "utuutu");
}

#[test]
fn every_platform_with_a_request_says_what_it_answers() {
    for contract in rowcall::write::contract::Contract::built_in() {
        assert_eq!(contract.request.is_some(), contract.answers.is_some(), "{}", contract.name);
    }
}

#[test]
fn an_answer_without_its_status_is_judged_by_its_words() {
    for (platform, body, expected, exit) in [
        ("superwaba", json!({"success": false, "error": "Rate limit exceeded"}), "rr", 3),
        ("superwaba", superwaba(&[(0, None), (1, None)]), "cc", 0),
        ("wawp", json!({"ok": true}), "tu", 3),
        ("awalchat", json!({"error": "conflict", "message": "Duplicate phone number"}), "ru", 3),
        ("wati", json!({"result": false, "info": "it already exists"}), "eu", 3),
    ] {
        let sent = Sent::new(platform, 2);
        sent.write("answer.json", &format!("\u{feff}{body}\n"));
        assert_eq!(sent.letters(&["answer.json"], exit), expected, "{platform}");
        let found = sent.outcomes(&["answer.json", "--force"], exit);
        let retried = found[0][0] == "retry";
        assert_eq!(retried, body["error"] == "Rate limit exceeded", "{platform}");
    }
}

#[test]
fn a_platform_of_the_user_s_own_is_described_by_its_file_alone() {
    let sent = Sent::new("superwaba", 0);
    sent.write(
        "mine.toml",
        r#"
name = "mine"
title = "Mine"
[payload]
format = "json"
envelope = '{"people":["$contacts"]}'
[request]
method = "PUT"
path = "/people"
body = "json"
[[field]]
field = "phone"
key = "tel"
style = "digits"
[answers]
success = { "result.code" = 0 }
failure = { "result.code" = 9 }
messages = ["result.text"]
[answers.bulk.errors]
path = "result.bad"
place = "line"
first = [1]
phone = "tel"
messages = ["why", "hint"]
[[answers.bulk.counts]]
paths = ["result.good"]
equal = "taken"
"#,
    );
    sent.write("a.csv", &format!("Phone\n{}\n{}\n", phone(0), phone(1)));
    let place = sent.place.path();
    let prepare = ["prepare", "a.csv", "--to", "./mine.toml", "-o", "out", "--force"];
    assert_eq!(crate::support::rowcall(place, &prepare).status.code(), Some(0));
    let bad = json!([{"line": 2, "tel": digits(1), "why": "no", "hint": ["a", 1]}]);
    sent.answer(1, &[(0, 200, json!({"result": {"code": 0, "good": 1, "bad": bad}}))]);
    // The summary names the platform, and not the file.
    sent.refused(&[], 2, &["there is no platform `mine`"]);
    sent.refused(&["--to", "superwaba"], 7, &["is no payload of the platform `superwaba`"]);
    let expected = [["taken", "", ""], ["refused", "", "no; a, 1"]];
    assert_eq!(sent.outcomes(&["--to", "./mine.toml"], 3), expected);
}
