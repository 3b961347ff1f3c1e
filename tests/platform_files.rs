//! What `platforms` and `template` say of the platforms, and `docs/platforms.md` of their files.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rowcall::contact::Field;
use rowcall::write::contract::Contract;
use rowcall::write::sample::sample;
use support::{csv_records, files_of, issues, rowcall, scratch, stderr};

fn stdout(arguments: &[&str]) -> String {
    let output = rowcall(scratch().path(), arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
    String::from_utf8(output.stdout).expect("text")
}

fn names() -> Vec<String> {
    Contract::built_in().into_iter().map(|contract| contract.name).collect()
}

/// The codes of a run over a template and how often each is said, and the rows and their fates.
fn run(platform: &str, messy: &[&str]) -> (Vec<String>, Vec<String>) {
    let place = scratch();
    let template = ["template", "--to", platform, "-o", "contacts.csv"];
    let output = rowcall(place.path(), &[&template[..], messy].concat());
    assert_eq!(output.status.code(), Some(0), "{platform}: {}", stderr(&output));
    let output = rowcall(place.path(), &["prepare", "contacts.csv", "--to", platform, "-o", "out"]);
    assert_eq!(output.status.code(), Some(0), "{platform}: {}", stderr(&output));
    let out = place.path().join("out");
    let codes =
        issues(&out).into_iter().map(|line| line["code"].as_str().expect("a code").to_owned());
    let ledger = fs::read(out.join("rows.csv")).expect("rows.csv");
    let fates = csv_records(&ledger)[1..].iter().map(|row| row[3].clone()).collect();
    (codes.collect(), fates)
}

#[test]
fn every_row_of_a_template_is_accepted_and_only_fiction_is_remarked() {
    for name in names() {
        let (codes, fates) = run(&name, &[]);
        assert!(codes.iter().all(|code| code == "phone.reserved"), "{name}: {codes:?}");
        assert_eq!(codes.len(), fates.len(), "{name}: nobody has any of the numbers");
        assert!(fates.len() >= 5 && fates.iter().all(|fate| fate == "accepted"), "{name}");
    }
}

#[test]
fn a_messy_template_has_the_damage_that_is_known_of_it() {
    let phone = [
        "apostrophe",
        "date",
        "decimal_tail",
        "digits_lost",
        "duplicate",
        "error_value",
        "exponent",
        "foreign_prefix",
        "hashes",
        "letters",
        "link",
        "missing",
        "reserved",
        "several",
        "too_short",
    ];
    for contract in Contract::built_in() {
        let name = &contract.name;
        let (codes, fates) = run(name, &["--messy"]);
        let found: BTreeSet<&str> = codes.iter().map(String::as_str).collect();
        let phone = phone.map(|code| format!("phone.{code}"));
        let mut known: BTreeSet<&str> = phone.iter().map(String::as_str).collect();
        known.extend(["country.unknown", "record.cell_count"]);
        let carries = contract.payload.original_columns;
        let fields = [
            (Field::Email, "email.invalid"),
            (Field::OptIn, "consent.unknown"),
            (Field::Favorite, "favorite.unknown"),
            (Field::Avatar, "avatar.invalid"),
        ];
        let taken = |field| contract.takes(field) || (carries && field == Field::Email);
        known.extend(fields.iter().filter(|(field, _)| taken(*field)).map(|(_, code)| *code));
        known.extend(contract.requires_name().then_some("name.missing"));
        assert_eq!(found, known, "{name}");
        let count = |fate: &str| fates.iter().filter(|known| *known == fate).count();
        let refused = if contract.requires_name() { 8 } else { 7 };
        assert_eq!(
            (fates.len(), count("rejected"), count("malformed")),
            (21, refused, 1),
            "{name}"
        );
        assert_eq!((count("blank"), count("duplicate")), (1, 2), "{name}");
    }
}

#[test]
fn no_number_of_a_template_stands_in_it_twice() {
    for name in names() {
        let records = csv_records(stdout(&["template", "--to", &name]).as_bytes());
        let phones: BTreeSet<&String> = records[1..].iter().map(|record| &record[0]).collect();
        assert_eq!(phones.len(), records.len() - 1, "{name}");
        assert_eq!(stdout(&["template", "--to", &name]), stdout(&["template", "--to", &name]));
    }
}

#[test]
fn a_template_has_the_columns_that_the_platform_makes_use_of() {
    for (name, header) in [
        ("superwaba", "Phone,Name,Email,Country,Tags,Loyalty tier"),
        ("wawp", "Phone,First name,Last name"),
        ("vobiz", "Phone,Name,Tags"),
        ("awalchat", "Phone,Name,Email,Address,Tags,Description,Favorite,Avatar"),
        ("meta-audience", "Phone"),
        ("generic-csv", "Phone,Name,Email,Loyalty tier"),
    ] {
        let text = stdout(&["template", "--to", name]);
        assert_eq!(text.lines().next(), Some(header), "{name}");
    }
}

#[test]
fn a_template_keeps_to_the_limits_of_a_platform_of_your_own_and_replaces_no_file() {
    let place = scratch();
    let text = stdout(&["platforms", "vobiz", "--toml"]);
    let key = "key = \"name\"";
    let text = text.replace(key, &format!("{key}\nchars_max = 6\nletters_only = true"));
    fs::write(place.path().join("mine.toml"), text).expect("written");
    let arguments = ["template", "--to", "mine.toml", "--out", "a.csv"];
    assert_eq!(rowcall(place.path(), &arguments).status.code(), Some(0));
    let before = fs::read(place.path().join("a.csv")).expect("a.csv");
    assert_eq!(csv_records(&before)[1][1], "Amina");
    let output = rowcall(place.path(), &arguments);
    assert_eq!(output.status.code(), Some(5));
    assert!(stderr(&output).contains("a.csv: is there already"), "{}", stderr(&output));
    assert_eq!(fs::read(place.path().join("a.csv")).expect("a.csv"), before);
}

#[test]
fn the_list_has_every_platform_and_a_page_tells_what_is_documented_from_what_is_assumed() {
    let list = stdout(&["platforms"]);
    let shown: Vec<&str> = list
        .lines()
        .filter(|line| !line.starts_with(' '))
        .map_while(|it| it.split(' ').next())
        .collect();
    assert_eq!(shown[..12], names());
    let page = stdout(&["platforms", "superwaba"]);
    for line in [
        "request        JSON, POST /api/whatsapp/contacts/bulk (application/json)",
        "batch          at most 1,000 contacts a file [assumption: the document names no limit]",
        "existing       a contact that is there already is skipped and named in the answer",
        "pace           at most 100 requests a minute [documented]",
        "environment    SUPERWABA_TOKEN, SUPERWABA_ORG_ID",
        "  userNumber   phone as +digits, required [documented]",
        "  countryCode  country [assumption: shown for a single contact; the bulk example does not show it]",
    ] {
        assert!(page.lines().any(|known| known == line), "{line} is not in\n{page}");
    }
    for contract in Contract::built_in() {
        let page = stdout(&["platforms", &contract.name]);
        assert!(page.ends_with(&sample(&contract)), "{page}");
        let all = contract.fields.iter().filter_map(|known| known.assumption.as_ref());
        for text in all.chain(&contract.assumptions) {
            assert!(page.contains(text.as_str()), "{text} is not in\n{page}");
        }
    }
}

#[test]
fn a_sample_is_what_prepare_makes_of_the_first_row_of_the_template() {
    for contract in Contract::built_in().into_iter().filter(|it| it.tag_id_keys().next().is_none())
    {
        let place = scratch();
        let name = &contract.name;
        let text = stdout(&["template", "--to", name]);
        let first: Vec<&str> = text.lines().take(2).collect();
        fs::write(place.path().join("a.csv"), first.join("\n")).expect("written");
        let output = rowcall(place.path(), &["prepare", "a.csv", "--to", name, "-o", "out"]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", stderr(&output));
        let files = files_of(&place.path().join("out/payload"));
        let payload = files.values().next().expect("a file");
        assert_eq!(String::from_utf8_lossy(payload), sample(&contract), "{name}");
    }
}

#[test]
fn as_json_a_platform_has_the_keys_of_its_file_a_sample_and_its_variables() {
    let all: serde_json::Value =
        serde_json::from_str(&stdout(&["platforms", "--format", "json"])).expect("JSON");
    assert_eq!(all["schema"], "rowcall.platforms/1");
    let listed = all["platforms"].as_array().expect("a list");
    for (name, shown) in names().iter().zip(listed) {
        let one: serde_json::Value =
            serde_json::from_str(&stdout(&["platforms", name, "--format", "json"])).expect("JSON");
        assert_eq!(one["platforms"], serde_json::json!([shown]), "{name}");
        // What the file says is there under the same keys.
        let file: toml::Table =
            toml::from_str(&stdout(&["platforms", name, "--toml"])).expect("TOML");
        holds(&serde_json::to_value(file).expect("a value"), shown, name);
        assert!(shown["sample"].as_str().is_some_and(|text| text.len() > 10), "{name}");
    }
    assert_eq!(
        listed[0]["environment"],
        serde_json::json!(["SUPERWABA_TOKEN", "SUPERWABA_ORG_ID"])
    );
}

/// Every value of `part` stands in `whole`.
fn holds(part: &serde_json::Value, whole: &serde_json::Value, place: &str) {
    match part {
        serde_json::Value::Object(members) => {
            members
                .iter()
                .for_each(|(key, part)| holds(part, &whole[key], &format!("{place}.{key}")));
        }
        serde_json::Value::Array(items) => {
            for (at, part) in items.iter().enumerate() {
                holds(part, &whole[at], &format!("{place}[{at}]"));
            }
        }
        part => assert_eq!(part, whole, "{place}"),
    }
}

#[test]
fn a_platform_s_own_file_is_given_back_as_one_of_yours_and_makes_the_same_payload() {
    for name in names() {
        let place = scratch();
        let file = stdout(&["platforms", &name, "--toml"]);
        fs::write(place.path().join("mine.toml"), &file).expect("written");
        fs::write(place.path().join("a.csv"), stdout(&["template", "--to", &name]))
            .expect("written");
        for (to, out) in [(&*name, "built-in"), ("./mine.toml", "own")] {
            let output = rowcall(place.path(), &["prepare", "a.csv", "--to", to, "-o", out]);
            assert_eq!(output.status.code(), Some(0), "{name}: {}", stderr(&output));
        }
        let payload = |out: &str| files_of(&place.path().join(out).join("payload"));
        assert_eq!(payload("built-in"), payload("own"), "{name}");
        let again = rowcall(place.path(), &["platforms", "./mine.toml", "--toml"]);
        assert_eq!(String::from_utf8_lossy(&again.stdout), file, "{name}");
    }
}

#[test]
fn an_unknown_platform_is_a_usage_error_that_says_what_was_meant() {
    for arguments in [&["platforms", "vobis"][..], &["template", "--to", "vobis"]] {
        let output = rowcall(scratch().path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains("did you mean vobiz?"), "{}", stderr(&output));
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

fn document() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/platforms.md");
    fs::read_to_string(path).expect("docs/platforms.md")
}

/// The blocks of the document in a language.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let begin = format!("```{language}\n");
    let parts = document.split(&begin).skip(1);
    parts.map(|part| part.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// A file that has every table.
const WHOLE: &str = r#"
name = "whole"
title = "Whole"
#top
[payload]
format = "requests"
#payload
[request]
method = "POST"
path = "/"
body = "multipart"
#request
[batch]
rows = 1
#batch
[[field]]
field = "phone"
key = "phone"
#field
[params]
form = "object"
#params
[stored]
id = "id"
phone = "phone"
#stored
[update]
method = "PUT"
path = "/{id}"
fields = {}
#update
[upload]
requests_per_minute = 1
#upload
[upload.sign]
header = "X"
secret = "X"
timestamp_header = "Y"
text = "{path}"
#upload.sign
"#;

/// The names that the loader lists after `before` where `line` stands in the table.
fn listed(table: &str, line: &str, before: &str) -> BTreeSet<String> {
    let text = WHOLE.replacen(&format!("\n#{table}\n"), &format!("\n{line}\n"), 1);
    assert_ne!(text, WHOLE, "{table}");
    let message = Contract::load(&text, "whole.toml").expect_err(line).to_string();
    let list = message.split_once(before).unwrap_or_else(|| panic!("{message}")).1;
    let list = list.split("; did you mean").next().unwrap_or_default();
    list.split(", ").map(str::to_owned).collect()
}

#[test]
fn the_document_has_every_key_that_the_loader_knows_and_no_other() {
    let document = document();
    for (table, heading) in [
        ("top", "### The top of the file"),
        ("payload", "### `[payload]`"),
        ("request", "### `[request]`"),
        ("batch", "### `[batch]`"),
        ("field", "### `[[field]]`"),
        ("params", "### `[params]`"),
        ("stored", "### `[stored]`"),
        ("update", "### `[update]`"),
        ("upload", "### `[upload]`"),
        ("upload.sign", "### `[upload.sign]`"),
    ] {
        let section = document.split_once(&format!("{heading}\n")).expect(heading).1;
        let section = section.split("\n#").next().unwrap_or_default();
        let keys = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let documented: BTreeSet<String> = keys.map(str::to_owned).collect();
        assert_eq!(documented, listed(table, "qqqq = 1", "the keys are "), "{heading}");
    }
}

#[test]
fn the_document_has_every_word_that_a_key_takes() {
    let document = document();
    for (table, line, before) in [
        ("top", "existing = \"qqqq\"", "it is one of "),
        ("payload", "item = \"qqqq\"", "it is one of "),
        ("request", "path_phone = \"qqqq\"", "it is one of "),
        ("field", "form = \"qqqq\"", "it is one of "),
        ("field", "[[field]]\nkey = \"x\"\nfield = \"qqqq\"", "the fields are "),
    ] {
        for word in listed(table, line, before) {
            assert!(document.contains(&format!("`\"{word}\"`")), "{line}: {word}");
        }
    }
    for word in ["json", "csv", "requests", "POST", "PUT", "PATCH", "form", "multipart", "columns"]
    {
        assert!(document.contains(&format!("`\"{word}\"`")), "{word}");
    }
}

#[test]
fn the_platforms_of_the_document_load_and_have_the_sample_that_it_shows() {
    let document = document();
    let files = blocks(&document, "toml");
    let contracts: Vec<Contract> = files
        .iter()
        .map(|text| Contract::load(text, "the document").unwrap_or_else(|error| panic!("{error}")))
        .collect();
    assert_eq!(contracts.len(), 2);
    assert_eq!(blocks(&document, "json"), [sample(&contracts[0])]);
    assert_eq!(
        sample(&contracts[1]),
        "country code,number,full name,groups,Loyalty tier\n1,2125550123,Amina Haddad,vip;newsletter,gold\n"
    );
}
