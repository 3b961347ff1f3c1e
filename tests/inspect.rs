//! `inspect` says what is seen in an input, names every damaged row and no other, and writes what was
//! read so that another reader reads the same.

mod support;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::{csv_records, fixtures, rowcall, scratch, stderr};

fn inspect(folder: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let mut arguments = vec!["inspect"];
    arguments.extend(more);
    let output = rowcall(folder, &arguments);
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    (output.status.code(), text, stderr(&output))
}

/// What is seen in a file of these bytes.
fn seen(bytes: &[u8], more: &[&str]) -> Value {
    let place = scratch();
    fs::write(place.path().join("a.csv"), bytes).expect("written");
    let arguments = [&["a.csv", "--format", "json"], more].concat();
    let (code, text, error) = inspect(place.path(), &arguments);
    assert_eq!(code, Some(0), "{error}");
    serde_json::from_str(&text).expect("one object")
}

#[test]
fn what_is_detected_and_what_is_given_are_told_apart() {
    let text = "Export of May\r\n\r\nName;Phone\r\nJosé;1\r\nB;2\r\n";
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    let seen = seen(&bytes, &["--quote", "none"]);
    for (key, value) in [
        ("encoding", json!("windows-1252")),
        ("delimiter", json!(";")),
        ("quotechar", json!(null)),
        ("escapechar", json!(null)),
        ("line_ends", json!("CRLF")),
        ("header", json!(true)),
        ("preamble_rows", json!(2)),
        ("columns", json!(["Name", "Phone"])),
        ("sample", json!([["José", "1"], ["B", "2"]])),
        ("rows", json!(2)),
        ("issues", json!([])),
        ("whole", json!(true)),
    ] {
        assert_eq!(seen[key], value, "{key}");
    }
    assert_eq!(seen["evidence"]["delimiter"], "detected");
    assert_eq!(seen["evidence"]["quotechar"], "given");
    let settings = "--encoding windows-1252 --delimiter ';' --quote none --escape none --skip-lines 2 \
                    --header";
    assert_eq!(seen["settings"], settings);
}

#[test]
fn every_damaged_row_is_named_with_its_place_and_no_other() {
    let rows = ["\"a\",\"b\",\"c, d\"", "e,f,g", "\"h\",\"i \"\"j\"\"\",k"];
    for (damaged, code) in [
        ("\"a\",\"b\"x\",c", "record.text_after_quote"),
        ("a,b\"c,d", "record.stray_quote"),
        ("\"a,b,c", "record.unclosed_quote"),
        ("a,b", "record.cell_count"),
        ("a,b,c,d", "record.cell_count"),
        ("\"\"a\",b,c", "record.text_after_quote"),
    ] {
        for at in 0..=rows.len() {
            let mut lines: Vec<&str> = rows.to_vec();
            lines.insert(at, damaged);
            let before = lines[..at].iter().map(|line| line.len() + 1).sum::<usize>();
            let text = format!("x,y,z\n{}\n", lines.join("\n"));
            let seen = seen(text.as_bytes(), &["--full", "--delimiter", ",", "--header"]);
            let issues = seen["issues"].as_array().expect("a list");
            assert_eq!(issues.len(), 1, "{text}: {issues:?}");
            assert_eq!(issues[0]["row"], at + 1, "{text}");
            assert_eq!(issues[0]["line"], at + 2, "{text}");
            assert_eq!(issues[0]["byte"], 6 + before, "{text}");
            assert_eq!(issues[0]["code"], code, "{text}");
            assert_eq!((&seen["rows"], &seen["malformed"]), (&json!(4), &json!(1)));
        }
    }
}

#[test]
fn the_99_good_rows_beside_a_stray_quote_survive() {
    let mut rows: Vec<String> = (0..100).map(|n| format!("n{n},\"a, {n}\"")).collect();
    for at in [0, 1, 50, 99] {
        let good = std::mem::replace(&mut rows[at], format!("n{at},\"a, {at}"));
        let text = format!("x,y\n{}\n", rows.join("\n"));
        let seen = seen(text.as_bytes(), &["--full"]);
        assert_eq!(seen["issues"].as_array().map(Vec::len), Some(1), "{at}: {}", seen["issues"]);
        assert_eq!(seen["issues"][0]["row"], at + 1);
        assert_eq!(seen["malformed"], 1);
        rows[at] = good;
    }
}

#[test]
fn records_are_written_as_another_reader_reads_them() {
    let place = scratch();
    for name in ["comma_double", "semicolon_single_all", "tab_backslash", "title", "sep_semicolon"]
    {
        let path = fixtures().join(format!("dialects/{name}.csv"));
        let (code, text, error) =
            inspect(place.path(), &[path.to_str().expect("text"), "--records"]);
        assert_eq!(code, Some(0), "{error}");
        assert!(text.starts_with("Name,Mobile Phone,E-mail,City,Note\r\n"), "{name}: {text}");
        let plain = fs::read(fixtures().join("dialects/comma_double.csv")).expect("a file");
        assert_eq!(csv_records(text.as_bytes()), csv_records(&plain), "{name}");
    }
}

#[test]
fn what_has_no_header_that_can_be_read_is_told_and_is_no_failure() {
    for (bytes, columns) in [
        (&b""[..], 0),
        (b"\n\n\n", 0),
        (b"\"never closed", 0),
        (b"+971501234567,ann@example.com\n+971501234568,bob@example.com\n", 2),
        (b"\xef\xbb\xbf", 0),
    ] {
        let seen = seen(bytes, &[]);
        assert_eq!(seen["columns"].as_array().map(Vec::len), Some(columns), "{bytes:?}");
        assert_eq!(seen["error"].is_string(), columns == 0, "{bytes:?}");
    }
}

#[test]
fn lines_that_end_in_more_than_one_way_are_a_warning() {
    let place = scratch();
    fs::write(place.path().join("a.csv"), "Name,Phone\r\nAnn,+971501234561\nBob,+971501234562\r\n")
        .expect("written");
    let (_, text, _) = inspect(place.path(), &["a.csv"]);
    assert!(text.contains("line ends    mixed  (warning: LF 1, CRLF 2, CR 0)"), "{text}");
    let (_, text, _) = inspect(place.path(), &["a.csv", "--format", "json"]);
    let seen: Value = serde_json::from_str(&text).expect("one object");
    assert_eq!(seen["warnings"][0], "lines end in more than one way: LF 1, CRLF 2, CR 0");
    let output = rowcall(place.path(), &["check", "a.csv"]);
    assert!(stderr(&output).contains("lines end in more than one way"), "{}", stderr(&output));
}

#[test]
fn settings_pin_down_what_was_detected() {
    let place = scratch();
    for name in ["tab_backslash", "semicolon_single_all", "title", "no_header", "cr"] {
        let path = fixtures().join(format!("dialects/{name}.csv"));
        let path = path.to_str().expect("text");
        let facts = |more: &[&str]| -> Value {
            let (_, text, error) =
                inspect(place.path(), &[&[path, "--format", "json"], more].concat());
            serde_json::from_str(&text).unwrap_or_else(|_| panic!("{error}"))
        };
        let found = facts(&[]);
        let settings = found["settings"].as_str().expect("text").replace(['\''], "");
        let settings = settings.replace("\"\"", "'");
        let flags: Vec<&str> = settings.split(' ').collect();
        let given = facts(&flags);
        for key in ["delimiter", "quotechar", "escapechar", "header", "columns", "rows", "issues"] {
            assert_eq!(given[key], found[key], "{name}: {key}");
        }
        assert_eq!(given["evidence"]["delimiter"], "given");
    }
}

#[test]
fn the_mapping_is_shown_with_its_evidence_and_rows_as_the_contacts_they_become() {
    let place = scratch();
    let path = fixtures().join("exports/known/google.csv");
    let path = path.to_str().expect("text");
    let (code, text, error) = inspect(place.path(), &[path, "--region", "AE", "--format", "json"]);
    assert_eq!(code, Some(0), "{error}");
    let seen: Value = serde_json::from_str(&text).expect("one object");
    assert_eq!(seen["preset"], "google");
    let phone = &seen["mapping"][0];
    assert_eq!((&phone["field"], &phone["column"]), (&json!("phone"), &json!("Phone 1 - Value")));
    assert_eq!((&phone["values"], &phone["phones"]), (&json!(4), &json!(4)));
    assert_eq!(phone["evidence"], "preset");
    let contact = &seen["contacts"][0];
    assert_eq!(contact["name"], "Ana María López");
    assert_eq!(contact["phone"], "+573001112233");
    assert_eq!(contact["tags"], json!(["Work"]));
    assert_eq!(contact["problems"], json!(["phone.several"]));
}

#[test]
fn the_evidence_of_each_column_is_told_and_what_an_unused_one_may_be_meant_for() {
    let text = "Frist Name,Phone,Country,Shipping Phone,Shipping Country\n\
                Ann,,IN,030 1234581,DE\nBob,098765 43211,India,,\n";
    let seen = seen(text.as_bytes(), &[]);
    let mapping = seen["mapping"].as_array().expect("a list");
    let of = |column: &str| {
        mapping.iter().find(|it| it["column"] == column).expect("a column that is mapped")
    };
    assert_eq!(of("Shipping Phone")["country_column"], "Shipping Country");
    assert_eq!(of("Shipping Phone")["phones"], 1, "read in its own country");
    assert_eq!((&of("Phone")["phones"], &of("Country")["countries"]), (&json!(1), &json!(2)));
    assert_eq!(seen["hints"][0]["column"], "Frist Name");
    assert_eq!(seen["hints"][0]["field"], "first_name");
}
