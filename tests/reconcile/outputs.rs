//! The output folder, standard output, and what stays untouched.

use std::fs;

use serde_json::json;

use crate::sent::{Sent, balances, ledger, line, phone, superwaba, table};
use crate::support::{files_of, rowcall, stderr, summary};

/// Three files of two contacts: one is taken in part, one fails, one has no answer.
fn mixed() -> Sent {
    let sent = Sent::with("superwaba", 6, &["--batch-size", "2"]);
    sent.answer(1, &[(0, 200, superwaba(&[(0, None), (1, Some("=Bad, \"name\""))]))]);
    sent.answer(2, &[(0, 503, json!({"message": "down"}))]);
    sent
}

#[test]
fn the_output_folder_holds_the_ledger_the_rejects_and_what_may_be_tried_again() {
    let sent = mixed();
    // What the script has not finished is not looked at, nor what is no file of lines.
    sent.write("out/answers/.lock/000003.jsonl", "{");
    sent.write("out/answers/notes.txt", "mine");
    let before = files_of(&sent.path("out"));
    assert_eq!(sent.letters(&[], 3), "crrruu");
    assert!(files_of(&sent.path("out")) == before, "the prepared folder was changed");
    assert_eq!(summary(&sent.path("rec"))["notes"], json!([]));
    let files = files_of(&sent.path("rec"));
    assert_eq!(
        files.keys().collect::<Vec<_>>(),
        [
            "rejects.csv",
            "retry/payload/000001.json",
            "retry/payload/000002.json",
            "retry/rows.csv",
            "retry/summary.json",
            "retry/upload.sh",
            "rows.csv",
            "summary.json",
        ]
    );
    for (own, of) in [("1", "2"), ("2", "3")] {
        let whole = &before[&format!("payload/00000{of}.json")];
        assert_eq!(&files[&format!("retry/payload/00000{own}.json")], whole);
    }
    // The ledger's own columns stay as they were.
    let stays = String::from_utf8(before["rows.csv"].clone()).expect("text");
    let lines = String::from_utf8(files["rows.csv"].clone()).expect("text");
    for (old, new) in stays.lines().zip(lines.lines()) {
        assert!(new.starts_with(&format!("{old},")), "{new}");
    }
    assert_eq!(stays.lines().count(), lines.lines().count());
}

#[test]
fn the_rejects_have_the_platform_s_own_words_and_the_contact_as_it_was_sent() {
    let sent = mixed();
    sent.letters(&[], 3);
    let rejects = table(&sent.path("rec/rejects.csv"));
    assert_eq!(rejects.len(), 1);
    let of = |column: &str| rejects[0][column].as_str();
    assert_eq!([of("source"), of("row"), of("line")], ["a.csv", "3", "5"]);
    assert_eq!([of("outcome"), of("status")], ["refused", "200"]);
    assert_eq!([of("file"), of("index")], ["payload/000001.json", "1"]);
    // Both would be formulas in a spreadsheet.
    assert_eq!([of("phone"), of("message")], [&format!("'{}", phone(1)), "'=Bad, \"name\""]);
    let contact: serde_json::Value = serde_json::from_str(of("contact")).expect("JSON");
    assert_eq!(contact["userName"], "Name 1");
}

#[test]
fn the_summary_says_how_many_of_each_and_lists_its_files_with_their_hashes() {
    let sent = mixed();
    sent.letters(&[], 3);
    let said = summary(&sent.path("rec"));
    assert_eq!(said["schema"], "rowcall.reconcile/1");
    assert_eq!(said["equation"], "6 accepted = 1 created + 1 refused + 2 retry + 2 unanswered");
    assert_eq!(said["statuses"], json!({"200": 2, "503": 2, "none": 2}));
    assert_eq!(said["joined"], json!({"index_and_phone": 2, "index": 2, "nothing": 2}));
    assert_eq!(
        said["unanswered"],
        json!([{"source": "a.csv", "first": 9, "last": 11, "contacts": 2}])
    );
    let mut files = files_of(&sent.path("rec"));
    files.remove("summary.json");
    for output in said["outputs"].as_array().expect("a list") {
        let bytes = files.remove(output["path"].as_str().expect("a path")).expect("it is there");
        assert_eq!(output["bytes"], bytes.len());
        assert_eq!(output["blake3"], blake3::hash(&bytes).to_hex().as_str());
    }
    assert!(files.is_empty(), "not listed: {:?}", files.keys());
}

#[test]
fn what_is_tried_again_can_be_sent_and_reconciled_like_the_first_payload() {
    let sent = mixed();
    sent.letters(&[], 3);
    let retry = sent.path("rec/retry");
    let answer = |number: usize, contacts: &[(usize, Option<&str>)]| {
        let file = format!("payload/{number:06}.json");
        let text = line(&file, 0, 200, &superwaba(contacts).to_string());
        sent.write(&format!("rec/retry/answers/{number:06}.jsonl"), &text);
    };
    answer(1, &[(2, None), (3, None)]);
    answer(2, &[(4, Some("Contact already exists")), (5, None)]);
    let output = rowcall(sent.place.path(), &["reconcile", "rec/retry", "-o", "again"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    balances(&sent.path("again"));
    let rows: Vec<_> = ledger(&sent.path("again"))
        .iter()
        .map(|row| row["row"].clone() + &row["outcome"])
        .collect();
    assert_eq!(rows, ["5created", "7created", "9exists", "11created"]);
    assert!(retry.join("answers").exists());
}

#[test]
fn of_a_request_list_the_contacts_to_be_tried_again_keep_their_bytes() {
    for (platform, header) in [("awalchat", 0), ("vobiz", 1)] {
        let sent = Sent::with(platform, 5, &["--batch-size", "5"]);
        let lines = |folder: &str, file: &str| -> Vec<String> {
            let text = fs::read_to_string(sent.path(folder).join(file)).expect("a payload");
            text.split_inclusive('\n').map(str::to_owned).collect()
        };
        let file = sent.payload(1);
        let whole = lines("out", &file);
        let expected: Vec<String> = if header == 0 {
            let taken = json!({"status": true, "data": {"id": 1}});
            sent.answer(1, &[(0, 201, taken.clone()), (1, 429, json!({})), (3, 201, taken)]);
            [1, 2, 4].map(|at: usize| whole[at].clone()).to_vec()
        } else {
            whole.clone()
        };
        fs::create_dir_all(sent.path("out/answers")).expect("a folder");
        sent.letters(&[], 3);
        assert_eq!(lines("rec/retry", &file), expected, "{platform}");
        let places: Vec<_> = ledger(&sent.path("rec/retry"))
            .iter()
            .map(|row| row["index"].clone() + &row["file"])
            .collect();
        let wanted = (0..expected.len() - header).map(|at| format!("{at}{file}"));
        assert_eq!(places, wanted.collect::<Vec<_>>());
    }
}

#[test]
fn a_cell_with_line_ends_and_quotes_comes_back_whole() {
    let sent = Sent::new("vobiz", 1);
    sent.write("a.csv", "Name,Phone\n\"A \"\"B\"\", C\",+971501234000\nD,+971501234001\n");
    let prepare = ["prepare", "a.csv", "--to", "vobiz", "-o", "out", "--force"];
    assert_eq!(rowcall(sent.place.path(), &prepare).status.code(), Some(0));
    let errors = json!([{"row": 1, "phone_number": phone(0), "reason": "bad"}, {"row": 2, "phone_number": phone(1), "reason": "bad"}]);
    sent.answer(
        1,
        &[(0, 200, json!({"total": 2, "created": 0, "updated": 0, "failed": 2, "errors": errors}))],
    );
    assert_eq!(sent.letters(&[], 3), "rr");
    let contacts: Vec<_> =
        table(&sent.path("rec/rejects.csv")).iter().map(|row| row["contact"].clone()).collect();
    assert_eq!(
        contacts[0],
        format!("{},\"A \"\"B\"\", C\",", phone(0))
            .trim_start_matches('+')
            .to_owned()
            .replacen("971", "'+971", 1)
    );
}

#[test]
fn what_is_tried_again_has_a_script_that_sends_just_that() {
    let sent = mixed();
    sent.letters(&[], 3);
    let script = fs::read_to_string(sent.path("rec/retry/upload.sh")).expect("the script");
    let ledger = fs::read_to_string(sent.path("rec/retry/rows.csv")).expect("the ledger");
    let contacts = ledger.lines().count() - 1;
    assert!(contacts > 0);
    let counts = format!("\npayload_files=2\ncontacts={contacts}\nupdate_files=0\n");
    assert!(script.contains(&counts), "{counts} is not in {script}");
}

#[test]
fn json_is_one_object_a_row_that_was_sent() {
    let sent = mixed();
    let arguments = ["reconcile", "out", "--format", "json", "--quiet"];
    let output = rowcall(sent.place.path(), &arguments);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(stderr(&output), "");
    let text = String::from_utf8(output.stdout).expect("text");
    let rows: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(rows.len(), 6);
    assert_eq!(
        rows[1],
        json!({"row": 3, "phone": phone(1), "outcome": "refused", "message": "=Bad, \"name\""})
    );
    assert_eq!(rows[5]["outcome"], "unanswered");
}

#[test]
fn rows_of_several_sources_name_theirs() {
    let sent = Sent::new("superwaba", 1);
    sent.write("b.csv", "Phone\n+971501234001\n");
    let prepare = ["prepare", "a.csv", "b.csv", "--to", "superwaba", "-o", "two"];
    assert_eq!(rowcall(sent.place.path(), &prepare).status.code(), Some(0));
    sent.write("answers.json", &superwaba(&[(0, None), (1, None)]).to_string());
    let arguments = ["reconcile", "two", "answers.json", "--format", "json"];
    let output = rowcall(sent.place.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.ends_with(",\"source\":\"b.csv\"}\n"), "{text}");
}

#[test]
fn the_output_never_touches_what_was_sent_or_answered() {
    let sent = mixed();
    sent.write("got/answers/000001.jsonl", "");
    let place = sent.place.path();
    for arguments in [
        &["reconcile", "out", "-o", "out", "--force"][..],
        &["reconcile", "out", "-o", "out/rec"],
        &["reconcile", "out", "got/answers", "-o", "got", "--force"],
    ] {
        let before = files_of(place);
        let output = rowcall(place, arguments);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("name another folder"), "{}", stderr(&output));
        assert!(files_of(place) == before, "{arguments:?} changed something");
    }
    sent.letters(&[], 3);
    let output = rowcall(place, &["reconcile", "rec/retry", "got/answers", "-o", "rec", "--force"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}

#[test]
fn an_existing_output_is_replaced_by_force_alone_and_not_by_a_failure() {
    let sent = mixed();
    sent.letters(&[], 3);
    let before = files_of(sent.place.path());
    assert_eq!(sent.run(&[]).status.code(), Some(5));
    assert!(files_of(sent.place.path()) == before);
    assert_eq!(sent.letters(&["--force"], 3), "crrruu");
    assert!(files_of(sent.place.path()) == before, "the same answers give the same bytes");
    sent.answer(2, &[(0, 200, superwaba(&[(4, None), (5, None)]))]);
    let before = files_of(sent.place.path());
    assert_eq!(sent.run(&["--force"]).status.code(), Some(7));
    assert!(files_of(sent.place.path()) == before, "a failure leaves the old output");
}

#[test]
fn updates_stand_in_a_list_of_their_own_and_are_walked_in_step() {
    let sent = Sent::new("superwaba", 4);
    // Every other contact is updated: its request stands in the list of updates.
    let rows = fs::read_to_string(sent.path("out/rows.csv")).expect("text");
    let (mut ledger, mut updates, mut creates) = (String::new(), String::new(), Vec::new());
    let payload = fs::read_to_string(sent.path("out/payload/000001.json")).expect("text");
    for row in rows.lines() {
        let Some(at) = row.split(',').nth(9).and_then(|cell| cell.parse::<usize>().ok()) else {
            ledger += &format!("{row}\n");
            continue;
        };
        let (from, index) = (format!("payload/000001.json,{at}"), at / 2);
        if at % 2 == 0 {
            creates.push(payload.lines().nth(at + 1).expect("a contact").trim_end_matches(','));
            ledger += &format!("{}\n", row.replace(&from, &format!("payload/000001.json,{index}")));
        } else {
            updates += &format!("{{\"method\":\"PATCH\",\"n\":{at}}}\n");
            let row = row.replace(&from, &format!("updates/000001.jsonl,{index}"));
            ledger += &format!("{}\n", row.replace(",create,", ",update,"));
        }
    }
    let create = format!("{{\"contacts\":[\n{}\n]}}\n", creates.join(",\n"));
    let mut summary = summary(&sent.path("out"));
    let outputs = [
        ("rows.csv", &ledger),
        ("payload/000001.json", &create),
        ("updates/000001.jsonl", &updates),
    ];
    summary["outputs"] = outputs
        .iter()
        .map(|(path, text)| {
            sent.write(&format!("out/{path}"), text);
            let blake3 = blake3::hash(text.as_bytes()).to_hex().to_string();
            json!({"path": path, "bytes": text.len(), "blake3": blake3})
        })
        .collect();
    sent.write("out/summary.json", &summary.to_string());
    sent.answer(1, &[(0, 200, superwaba(&[(0, None), (2, None)]))]);
    let updated = json!({"success": true, "data": {"id": "u1", "phone": phone(1)}}).to_string();
    let lines = line("updates/000001.jsonl", 0, 200, &updated)
        + &line("updates/000001.jsonl", 1, 429, "{}");
    sent.write("out/answers/updates/000001.jsonl", &lines);
    let expected =
        [["created", "c0", ""], ["updated", "u1", ""], ["created", "c2", ""], ["retry", "", "{}"]];
    assert_eq!(sent.outcomes(&[], 3), expected);
    let retry = files_of(&sent.path("rec/retry"));
    assert_eq!(retry["updates/000001.jsonl"], b"{\"method\":\"PATCH\",\"n\":3}\n");
    assert!(!retry.contains_key("payload/000001.json"));
}
