//! What does not fit is refused, and nothing is written.

use std::fs;

use serde_json::{Value, json};

use crate::sent::{Sent, line, phone, superwaba};

const THERE: &str = "Contact already exists";
const PAGE: &str = "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>";

/// A SuperWABA answer to three contacts, changed.
fn changed(change: impl Fn(&mut Value)) -> Sent {
    let sent = Sent::new("superwaba", 3);
    let mut body = superwaba(&[(0, None), (1, Some(THERE)), (2, None)]);
    change(&mut body["data"]);
    sent.answer(1, &[(0, 200, body)]);
    sent
}

#[test]
fn an_index_and_a_phone_that_disagree_are_refused() {
    let words = ["names another phone than that of row 5", "out/answers/000001.jsonl, line 1"];
    changed(|data| data["errors"][0]["index"] = json!(2)).refused(&[], 7, &words);
}

#[test]
fn an_error_beyond_the_payload_is_refused() {
    changed(|data| {
        data["errors"][0]["index"] = json!(3);
        data["contacts"]
            .as_array_mut()
            .expect("a list")
            .push(json!({"id": "x", "phone": phone(1)}));
        data["imported"] = json!(2);
    })
    .refused(&[], 7, &["error for the contact with the index 3", "3 contacts"]);
}

#[test]
fn contacts_of_another_run_are_refused() {
    changed(|data| data["contacts"][0]["phone"] = json!("+14155550100")).refused(
        &[],
        7,
        &["lists 1 phones that the file does not have", "another run"],
    );
}

#[test]
fn a_contact_that_is_taken_and_refused_or_named_twice_is_refused() {
    let second = |data: &mut Value| data["errors"][0]["phone"] = Value::Null;
    changed(|data| data["contacts"][0]["phone"] = json!(phone(1))).refused(
        &[],
        7,
        &["names row 3 both as taken and as not taken"],
    );
    changed(|data| data["contacts"][1]["phone"] = json!(phone(0))).refused(
        &[],
        7,
        &["a phone twice"],
    );
    changed(|data| {
        let again = data["errors"][0].clone();
        data["errors"].as_array_mut().expect("a list").push(again);
    })
    .refused(&[], 7, &["names the contact 1 twice"]);
    // Without its phone the error is joined by its place alone.
    assert_eq!(changed(second).letters(&[], 0), "cec");
}

#[test]
fn counts_that_do_not_fit_are_refused() {
    changed(|data| data["imported"] = json!(3)).refused(
        &[],
        7,
        &["data.imported = 3", "2 contacts without an error"],
    );
    changed(|data| data["skipped"] = json!(0)).refused(
        &[],
        7,
        &["data.skipped = 0", "1 contacts that are there already"],
    );
    changed(|data| data["skipped"] = json!(2)).refused(
        &[],
        7,
        &["data.skipped = 2", "1 contacts with an error"],
    );
    changed(|data| data["errors"] = json!([])).refused(
        &[],
        7,
        &["data.imported = 2", "3 contacts without an error"],
    );
    for (total, created, failed, word) in
        [(4, 3, 0, "total = 4"), (3, 2, 0, "created + updated = 2"), (3, 3, 1, "failed = 1")]
    {
        let sent = Sent::new("vobiz", 3);
        let body = json!({"total": total, "created": created, "updated": 0, "failed": failed, "errors": []});
        sent.answer(1, &[(0, 200, body)]);
        sent.refused(&[], 7, &[word]);
    }
}

#[test]
fn json_that_the_contract_does_not_describe_is_refused() {
    for (body, word) in [
        (json!({"ok": 1, "+971501234000": 2}), "an object with the keys ok, …"),
        (json!([1, 2]), "a list of 2"),
        (json!("fine"), "a single value"),
        (json!({"success": true}), "no list `data.errors`"),
        (
            json!({"success": true, "data": {"errors": [], "contacts": []}}),
            "no whole number `data.imported`",
        ),
        (
            json!({"success": true, "data": {"errors": [{"phone": "+971501234000"}], "contacts": []}}),
            "without a whole number `index`",
        ),
        (
            json!({"success": true, "data": {"errors": [], "contacts": [{"id": 1}]}}),
            "without a phone",
        ),
        (
            json!({"success": true, "data": {"errors": [], "contacts": [{"phone": "1", "status": "lost"}]}}),
            "status that the platform's contract does not know",
        ),
    ] {
        let sent = Sent::new("superwaba", 2);
        sent.answer(1, &[(0, 200, body)]);
        sent.refused(&[], 7, &[word]);
    }
    for (platform, body) in [
        ("vobiz-json", json!({"id": "1"})),
        ("wawp", json!({"success": true})),
        ("wati", json!({"result": "true"})),
    ] {
        let sent = Sent::new(platform, 1);
        sent.answer(1, &[(0, 200, body)]);
        sent.refused(&[], 7, &["no answer that the platform's contract describes"]);
    }
}

#[test]
fn a_page_of_html_is_an_answer_only_where_the_status_says_what_it_means() {
    for (status, word) in
        [(200, "a page of HTML with the status 200"), (404, "a page of HTML with the status 404")]
    {
        let sent = Sent::new("superwaba", 2);
        sent.answer_text(1, &[(0, status, PAGE.to_owned())]);
        sent.refused(&[], 7, &[word]);
    }
    let sent = Sent::new("superwaba", 2);
    sent.answer_text(1, &[(0, 502, PAGE.to_owned())]);
    assert_eq!(sent.outcomes(&[], 3)[0], ["retry", "", "a page of HTML"]);
    let sent = Sent::new("superwaba", 2);
    sent.write("answer.json", PAGE);
    sent.refused(
        &["answer.json"],
        7,
        &["answer.json (request 0 of payload/000001.json): is a page of HTML"],
    );
}

#[test]
fn a_body_that_is_cut_off_or_empty_or_no_json_is_refused() {
    let whole = superwaba(&[(0, None), (1, None)]).to_string();
    for (body, word) in
        [(&whole[..whole.len() - 9], "ends too early"), ("", "is empty"), ("OK", "is no JSON")]
    {
        let sent = Sent::new("superwaba", 2);
        sent.answer_text(1, &[(0, 200, body.to_owned())]);
        sent.refused(&[], 7, &[word]);
        sent.write("answer.json", body);
        sent.refused(&["answer.json"], 7, &[word]);
    }
    let sent = Sent::new("superwaba", 2);
    fs::write(sent.path("answer.json"), b"{\"a\": \"\xff\"}").expect("written");
    sent.refused(&["answer.json"], 7, &["no text in UTF-8 (byte 7)"]);
}

#[test]
fn a_status_that_says_nothing_is_refused() {
    for status in [0, 102, 301, 600] {
        let sent = Sent::new("wawp", 1);
        sent.answer(1, &[(0, status, json!({"ok": true}))]);
        sent.refused(&[], 7, &[&format!("has the status {status}")]);
    }
}

#[test]
fn a_torn_last_line_counts_for_nothing_and_is_named() {
    let sent = Sent::new("wawp", 3);
    let file = "payload/000001.jsonl";
    let whole = line(file, 0, 200, "{\"ok\":true}");
    for torn in
        [&line(file, 1, 200, "{\"ok\":true}")[..30], line(file, 1, 200, "{\"ok\":true}").trim_end()]
    {
        sent.write("out/answers/000001.jsonl", &format!("{whole}{torn}"));
        let output = sent.run(&["--force"]);
        assert_eq!(output.status.code(), Some(3));
        let said = crate::support::stderr(&output);
        assert!(said.contains("000001.jsonl, line 2: the line has no end"), "{said}");
        assert!(said.contains("rows without an answer: a.csv: 3-5"), "{said}");
        assert_eq!(sent.letters(&["--force"], 3), "tuu");
    }
    // In a bulk answer, too.
    let sent = Sent::new("superwaba", 1);
    let whole = line("payload/000001.json", 0, 200, &superwaba(&[(0, None)]).to_string());
    sent.write("out/answers/000001.jsonl", whole.trim_end());
    assert_eq!(sent.letters(&[], 3), "u");
    sent.write("out/answers/000001.jsonl", &format!("{whole}{{"));
    assert_eq!(sent.letters(&["--force"], 0), "c");
    let notes = crate::support::summary(&sent.path("rec"))["notes"].to_string();
    assert!(notes.contains("line 2: the line has no end"), "{notes}");
}

#[test]
fn lines_that_are_none_of_ours_are_refused() {
    let ok = |request| line("payload/000001.jsonl", request, 200, "{\"ok\":true}");
    let other = line("payload/000002.jsonl", 2, 200, "{\"ok\":true}");
    for (lines, word) in [
        ("{\"ok\":true}\n".to_owned(), "line 1: is another object"),
        (ok(0) + "{\"file\": \"payl\n", "line 2: is no JSON"),
        (ok(0) + &ok(0), "line 2: is a second answer to request 0"),
        (ok(1) + &ok(0), "line 2: answers request 0, and the line before request 1"),
        (
            ok(0) + &ok(9),
            "line 2 (request 9 of payload/000001.jsonl): answers a request that is not there: the file has 3",
        ),
        (
            ok(0) + &other,
            "line 2: answers payload/000002.jsonl, and the line before payload/000001.jsonl",
        ),
        (other.clone(), "which out does not have: this is the answer of another run"),
        (line("../../secret", 0, 200, ""), "which out does not have"),
        (ok(0).replace("200", "\"200\""), "line 1: is another object"),
    ] {
        let sent = Sent::new("wawp", 3);
        sent.write("out/answers/000001.jsonl", &lines);
        sent.refused(&[], 7, &[word]);
    }
    let sent = Sent::new("superwaba", 2);
    let body = superwaba(&[(0, None), (1, None)]);
    sent.answer(1, &[(0, 200, body.clone()), (1, 200, body)]);
    sent.refused(&[], 7, &["line 2 (request 1 of payload/000001.json)", "the file has 1"]);
    sent.answer(1, &[(1, 200, superwaba(&[(0, None), (1, None)]))]);
    sent.refused(&[], 7, &["line 1 (request 1 of payload/000001.json)", "the file has 1"]);
}

#[test]
fn a_payload_file_is_answered_once() {
    let sent = Sent::new("superwaba", 2);
    sent.answer(1, &[(0, 200, superwaba(&[(0, None), (1, None)]))]);
    sent.write("answer.json", &superwaba(&[(0, None), (1, None)]).to_string());
    sent.refused(&["out/answers", "answer.json"], 7, &["both answer payload/000001.json"]);
}

#[test]
fn answers_to_files_that_are_not_there_are_usage_errors() {
    let sent = Sent::with("superwaba", 3, &["--batch-size", "1"]);
    sent.write("answer.json", &superwaba(&[(1, None)]).to_string());
    sent.refused(
        &["answer.json"],
        2,
        &["which payload file is this the answer to?", "FILE=answer.json", "payload/000001.json"],
    );
    sent.refused(
        &["payload/000009.json=answer.json"],
        2,
        &["there is no payload file payload/000009.json"],
    );
    sent.refused(&["rows.csv=answer.json"], 2, &["there is no payload file"]);
    sent.refused(&["absent.json"], 2, &["which payload file"]);
    sent.refused(&["payload/000001.json=absent.json"], 4, &["absent.json", "cannot be read"]);
    sent.refused(&["absent.jsonl"], 4, &["cannot be read"]);
    sent.refused(&[], 2, &["out holds no answers/"]);
    sent.refused(
        &["payload/000001.json=answer.json"],
        7,
        &["1 phones that the file does not have"],
    );
    assert_eq!(sent.letters(&["payload/000002.json=answer.json"], 3), "ucu");
    assert_eq!(sent.letters(&["out/payload/000002.json=answer.json", "--force"], 3), "ucu");
}

#[test]
fn a_folder_that_changed_since_it_was_prepared_is_refused() {
    for (file, from, to) in [
        ("rows.csv", "mobile", "fixed_"),
        ("payload/000001.json", "Name 2", "Nome 2"),
        ("payload/000001.json", "\n]}\n", "\n]}\n\n"),
        ("payload/000001.json", "{\"userNumber\":\"+971501234002\"", "]"),
    ] {
        let sent = Sent::new("superwaba", 3);
        sent.answer(1, &[(0, 200, superwaba(&[(0, None), (1, None), (2, None)]))]);
        let path = sent.path("out").join(file);
        let text = fs::read_to_string(&path).expect("text");
        let changed = text.replace(from, to);
        assert_ne!(text, changed, "{file}");
        fs::write(path, changed).expect("written");
        sent.refused(&[], 7, &[&format!("out/{file}"), "was changed since it was prepared"]);
    }
}

#[test]
fn a_folder_that_was_never_sent_is_refused() {
    let sent = Sent::new("superwaba", 1);
    sent.answer(1, &[(0, 200, superwaba(&[(0, None)]))]);
    fs::remove_file(sent.path("out/summary.json")).expect("removed");
    sent.refused(&[], 4, &["out/summary.json", "give the folder that rowcall prepare wrote"]);
    sent.write("out/summary.json", "{\"schema\": \"other\"}");
    sent.refused(&[], 4, &["is no summary of a prepared folder"]);
    let sent = Sent::new("hubspot", 1);
    sent.write("answer.json", "{}");
    sent.refused(&["answer.json"], 2, &["does not say what the platform answers", "[answers]"]);
}

#[test]
fn a_payload_that_was_withheld_was_not_sent() {
    let sent = Sent::new("superwaba", 1);
    let arguments =
        ["prepare", "a.csv", "--to", "superwaba", "-o", "out", "--force", "--max-rejects", "0"];
    assert_eq!(crate::support::rowcall(sent.place.path(), &arguments).status.code(), Some(6));
    sent.write("answer.json", "{}");
    sent.refused(&["answer.json"], 7, &["withheld"]);
}

#[test]
fn a_ledger_whose_count_is_not_the_summary_s_is_refused() {
    let sent = Sent::new("superwaba", 2);
    sent.answer(1, &[(0, 200, superwaba(&[(0, None), (1, None)]))]);
    let path = sent.path("out/summary.json");
    let text =
        fs::read_to_string(&path).expect("text").replace("\"accepted\": 2", "\"accepted\": 3");
    fs::write(path, text).expect("written");
    sent.refused(&[], 7, &["3 rows were accepted, and the ledger has 2"]);
}

/// Three contacts in files of one, all taken.
fn three_files() -> Sent {
    let sent = Sent::with("superwaba", 3, &["--batch-size", "1"]);
    for contact in 0..3 {
        sent.answer(contact + 1, &[(0, 200, superwaba(&[(contact, None)]))]);
    }
    sent
}

#[test]
fn a_ledger_that_goes_back_to_a_file_is_refused() {
    let sent = three_files();
    sent.forge("rows.csv", "payload/000003.json", "payload/000001.json");
    sent.refused(&[], 7, &["row 5 goes back to payload/000001.json"]);
}

#[test]
fn a_ledger_whose_indexes_are_out_of_order_is_refused() {
    let sent = three_files();
    sent.forge("rows.csv", "payload/000002.json,0", "payload/000002.json,1");
    sent.refused(&[], 7, &["row 3 is not at the index 0"]);
}

#[test]
fn a_payload_with_more_or_fewer_contacts_than_the_ledger_is_refused() {
    let sent = changed(|_| ());
    let text = fs::read_to_string(sent.path("out/payload/000001.json")).expect("text");
    let last = text.lines().nth(3).expect("a contact").to_owned();
    sent.forge("payload/000001.json", &format!(",\n{last}"), "");
    sent.refused(&[], 7, &["out/payload/000001.json", "was changed since it was prepared"]);
    let sent = three_files();
    sent.forge("payload/000002.json", "\n]}", ",\n{}\n]}");
    sent.refused(&[], 7, &["out/payload/000002.json", "was changed since it was prepared"]);
}

#[test]
fn a_summary_of_another_form_is_refused() {
    let sent = three_files();
    let text = fs::read_to_string(sent.path("out/summary.json")).expect("text");
    sent.write("out/summary.json", &text.replace("rowcall.summary/1", "rowcall.summary/2"));
    sent.refused(&[], 4, &["rowcall.summary/2, which has no payload"]);
}
