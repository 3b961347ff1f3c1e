//! Every JSON that the program writes, held against its schema in `docs/schemas`; and every key of
//! a schema against what is written: none is invented.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use jsonschema::Validator;
use serde_json::{Value, json};
use support::{files_of, fixtures, issues, rowcall, scratch, stderr};

/// The schemas, and which of their keys were seen.
struct Schemas {
    all: BTreeMap<String, (Value, Validator)>,
    seen: BTreeSet<String>,
}

impl Schemas {
    fn read() -> Schemas {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas");
        let all = files_of(&folder).into_iter().filter_map(|(name, bytes)| {
            let name = name.strip_suffix(".json")?.to_owned();
            let schema: Value = serde_json::from_slice(&bytes).expect("JSON");
            let validator = jsonschema::validator_for(&schema).expect("a schema");
            Some((name, (schema, validator)))
        });
        Schemas { all: all.collect(), seen: BTreeSet::new() }
    }

    /// Holds a value against the schema of that name.
    fn check(&mut self, name: &str, value: &Value) {
        let (schema, validator) = &self.all[name];
        let faults: Vec<String> = validator
            .iter_errors(value)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{name}: {faults:#?}\n{value:#}");
        note_keys(name, schema, value, &mut self.seen);
    }

    /// The same for what a command writes to stdout.
    fn check_stdout(&mut self, name: &str, folder: &Path, arguments: &[&str]) {
        let output = rowcall(folder, arguments);
        let value = serde_json::from_slice(&output.stdout);
        let value = value.unwrap_or_else(|e| panic!("{arguments:?}: {e}: {}", stderr(&output)));
        self.check(name, &value);
    }

    /// The keys that no output had.
    fn unseen(&self) -> Vec<String> {
        let mut all = BTreeSet::new();
        for (name, (schema, _)) in &self.all {
            collect_keys(name, schema, &mut all);
        }
        all.difference(&self.seen).cloned().collect()
    }
}

/// Notes the keys of a value that its schema names, by their path.
fn note_keys(path: &str, schema: &Value, value: &Value, seen: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let inner = &schema["properties"][key];
                if !inner.is_null() {
                    let path = format!("{path}.{key}");
                    seen.insert(path.clone());
                    note_keys(&path, inner, value, seen);
                }
            }
        }
        Value::Array(list) => {
            for value in list {
                note_keys(path, &schema["items"], value, seen);
            }
        }
        _ => {}
    }
}

fn collect_keys(path: &str, schema: &Value, all: &mut BTreeSet<String>) {
    for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{key}");
        collect_keys(&path, inner, all);
        all.insert(path);
    }
    if schema["items"].is_object() {
        collect_keys(path, &schema["items"], all);
    }
}

/// Runs what a folder of fixtures has, and checks what is written.
fn check_runs(schemas: &mut Schemas, folder: &Path, arguments: &[String]) {
    let place = scratch();
    for (name, bytes) in files_of(folder).iter().filter(|(name, _)| !name.contains('/')) {
        fs::write(place.path().join(name), bytes).expect("copied");
        if name.ends_with(".csv") {
            let arguments = ["inspect", name, "--format", "json", "--full"];
            schemas.check_stdout("inspect", place.path(), &arguments);
        }
    }
    rowcall(place.path(), arguments);
    let out = place.path().join("out");
    if !out.is_dir() {
        return;
    }
    schemas.check("summary", &support::summary(&out));
    issues(&out).iter().for_each(|line| schemas.check("issue", line));
    let mut verify = vec!["verify", "out", "--format", "json"];
    if let Some(own) = arguments.iter().find(|argument| argument.ends_with(".toml")) {
        verify.extend(["--to", own]);
    }
    schemas.check_stdout("verify", place.path(), &verify);
}

/// The arguments of a case, or of a problem's fixture.
fn arguments_of(folder: &Path) -> Vec<String> {
    if let Ok(text) = fs::read_to_string(folder.join("case.toml")) {
        let case: toml::Table = toml::from_str(&text).expect("case.toml");
        let words = case["arguments"].as_array().expect("arguments");
        return words.iter().map(|word| word.as_str().expect("a text").to_owned()).collect();
    }
    let own = folder.join("platform.toml").exists();
    let platform = if own { "platform.toml" } else { "superwaba" };
    let more = fs::read_to_string(folder.join("arguments")).unwrap_or_default();
    let usual = ["prepare", "input.csv", "--to", platform, "-o", "out"];
    usual.into_iter().chain(more.split_whitespace()).map(str::to_owned).collect()
}

#[test]
fn every_output_of_every_command_is_as_its_schema_says_and_no_key_is_invented() {
    let schemas = &mut Schemas::read();
    for room in ["cases", "problems"] {
        for entry in fs::read_dir(fixtures().join(room)).expect("fixtures") {
            let folder = entry.expect("an entry").path();
            check_runs(schemas, &folder, &arguments_of(&folder));
        }
    }
    check_options(schemas);
    check_inspect(schemas);
    check_explain(schemas);
    check_verify(schemas);
    check_platforms(schemas);
    check_codes(schemas);
    check_reconcile(schemas);
    check_progress(schemas);
    assert_eq!(schemas.unseen(), Vec::<String>::new(), "keys of schemas that nothing writes");
}

/// Settings that no fixture has.
fn check_options(schemas: &mut Schemas) {
    let place = scratch();
    fs::write(place.path().join("a.csv"), "Name,Phone,Tags\nAnn,0501234561,a\n").expect("written");
    let arguments = ["check", "a.csv", "--format", "json", "--preset", "none", "--tags-sep", ";"];
    let more = ["--set", "country=AE", "--region", "AE", "--limit", "1"];
    schemas.check_stdout("summary", place.path(), &[&arguments[..], &more].concat());
    let google = fixtures().join("exports/known/google.csv");
    let google = google.to_str().expect("text");
    schemas.check_stdout("summary", place.path(), &["check", google, "--format", "json"]);
    let latin = fixtures().join("encodings/latin.utf-8.csv");
    let latin = latin.to_str().expect("text");
    let arguments = ["check", latin, "--format", "json", "--encoding", "windows-1252"];
    schemas.check_stdout("summary", place.path(), &arguments);
}

fn check_inspect(schemas: &mut Schemas) {
    let place = scratch();
    for (name, text) in
        [("empty.csv", ""), ("hint.csv", "Phone,Emial\n+971501234561,later\n+971501234562,later\n")]
    {
        fs::write(place.path().join(name), text).expect("written");
        schemas.check_stdout("inspect", place.path(), &["inspect", name, "--format", "json"]);
    }
}

fn check_explain(schemas: &mut Schemas) {
    for (number, region) in [
        ("0501234561 / 0501234562", "AE"),
        ("6062642190", "US"),
        ("=+971501234561 ext 5", "AE"),
        ("9.7E+11", "AE"),
        ("011 44 7400 123451", "AE"),
        ("+442079460958", "AE"),
        ("+559281723241", "BR"),
        ("+5491123456780", "AR"),
        ("junk, more junk", "US"),
    ] {
        let arguments = ["explain", number, "--region", region, "--format", "json"];
        schemas.check_stdout("explain", Path::new("."), &arguments);
    }
}

/// Folders in which something was changed.
fn check_verify(schemas: &mut Schemas) {
    let case = fixtures().join("cases/several");
    for name in ["rows.csv", "issues.jsonl", "payload/000001.json"] {
        let place = scratch();
        fs::copy(case.join("input.csv"), place.path().join("input.csv")).expect("copied");
        rowcall(place.path(), &arguments_of(&case));
        let path = place.path().join("out").join(name);
        let text = fs::read_to_string(&path).expect("there");
        fs::write(path, text.replace("+97150", "+97159")).expect("changed");
        schemas.check_stdout("verify", place.path(), &["verify", "out", "--format", "json"]);
    }
}

fn check_platforms(schemas: &mut Schemas) {
    let here = Path::new(".");
    schemas.check_stdout("platforms", here, &["platforms", "--format", "json"]);
    schemas.check_stdout("platforms", here, &["platforms", "vobiz", "--format", "json"]);
    let output = rowcall(here, &["platforms", "--format", "json"]);
    let listed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    for platform in listed["platforms"].as_array().expect("platforms") {
        let name = platform["name"].as_str().expect("a name");
        let arguments = ["template", "--to", name, "--format", "json"];
        schemas.check_stdout("template", here, &arguments);
        schemas.check_stdout("template", here, &[&arguments[..], &["--messy"]].concat());
    }
}

fn check_codes(schemas: &mut Schemas) {
    for code in [&[][..], &["phone"], &["phone.too_short"]] {
        let arguments = [&["codes", "--format", "json"], code].concat();
        schemas.check_stdout("codes", Path::new("."), &arguments);
    }
}

/// Three contacts were sent: one was taken, one refused, and one has no answer.
fn check_reconcile(schemas: &mut Schemas) {
    let place = scratch();
    let text = "Name,Phone\nAnn,+971501234561\nBob,+971501234562\nCy,+971501234563\n";
    fs::write(place.path().join("a.csv"), text).expect("written");
    let arguments = ["prepare", "a.csv", "a.csv", "--to", "wawp", "-o", "out"];
    assert_eq!(rowcall(place.path(), &arguments).status.code(), Some(0));
    let answer = |request: u64, status: u16, body: Value| {
        let file = "payload/000001.jsonl";
        json!({"file": file, "request": request, "status": status, "body": body.to_string()})
    };
    let answers = [
        answer(0, 200, json!({"ok": true})),
        answer(1, 400, json!({"ok": false, "error": "no such number"})),
    ];
    let lines: String = answers.iter().map(|answer| format!("{answer}\n")).collect();
    fs::create_dir(place.path().join("out/answers")).expect("made");
    fs::write(place.path().join("out/answers/000001.jsonl"), lines).expect("written");
    let arguments = ["reconcile", "out", "-o", "reconciled", "--format", "json"];
    let output = rowcall(place.path(), &arguments);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    for line in String::from_utf8(output.stdout).expect("text").lines() {
        schemas.check("outcome", &serde_json::from_str(line).expect("JSON"));
    }
    schemas.check("reconcile", &support::summary(&place.path().join("reconciled")));
    schemas.check("retry", &support::summary(&place.path().join("reconciled/retry")));
}

fn check_progress(schemas: &mut Schemas) {
    let crm = fixtures().join("exports/crm/contacts.csv");
    let crm = crm.to_str().expect("text");
    let output = rowcall(Path::new("."), &["check", crm, "--region", "AE", "--progress", "json"]);
    let said = stderr(&output);
    let lines: Vec<&str> = said.lines().filter(|line| line.starts_with('{')).collect();
    assert!(!lines.is_empty(), "{said}");
    for line in lines {
        schemas.check("progress", &serde_json::from_str(line).expect("JSON"));
    }
}

#[test]
fn a_schema_refuses_what_is_missing_and_what_nobody_knows() {
    let schemas = Schemas::read();
    let output = rowcall(Path::new("."), &["codes", "phone.missing", "--format", "json"]);
    let good: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let (_, validator) = &schemas.all["codes"];
    assert!(validator.is_valid(&good));
    let mut more = good.clone();
    more["codes"][0]["colour"] = "red".into();
    assert!(!validator.is_valid(&more));
    let mut less = good;
    less["codes"][0].as_object_mut().expect("a code").remove("why");
    assert!(!validator.is_valid(&less));
}
