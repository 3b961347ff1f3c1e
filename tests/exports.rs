//! Real-looking exports in `fixtures/exports`, whose damage is known beforehand.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use support::{csv_records, fixtures, issues, rowcall, scratch, stderr};

/// Row → codes and kept row, as `damage.csv` has them; rows whose damage has no code are left out.
fn known_damage() -> BTreeMap<u64, (String, String)> {
    let text = fs::read(fixtures().join("exports/crm/damage.csv")).expect("damage.csv");
    csv_records(&text)[1..]
        .iter()
        .filter(|record| !record[2].is_empty())
        .map(|record| (record[0].parse().expect("a row"), (record[2].clone(), record[3].clone())))
        .collect()
}

/// A folder in which the export was prepared, as `out`.
fn prepared() -> tempfile::TempDir {
    let place = scratch();
    let input = fixtures().join("exports/crm/contacts.csv");
    let input = input.to_str().expect("text");
    let arguments = ["prepare", input, "--to", "superwaba", "--region", "AE", "-o", "out"];
    let output = rowcall(place.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    place
}

#[test]
fn every_damaged_row_of_the_crm_export_is_named_with_its_code_and_no_other_row_is() {
    let place = prepared();
    let mut named = BTreeMap::new();
    for line in issues(&place.path().join("out")) {
        let row = line["row"].as_u64().expect("a row");
        let code = line["code"].as_str().expect("a code").to_owned();
        let kept = line["related"][0]["row"].as_u64().map(|row| row.to_string());
        let before = named.insert(row, (code, kept.unwrap_or_default()));
        assert_eq!(before, None, "row {row} has one damage");
    }
    assert_eq!(named, known_damage());
}

#[test]
fn the_outputs_of_the_crm_export_are_those_that_were_read_and_approved() {
    let place = prepared();
    let folder = fixtures().join("exports/crm");
    let mut written = support::files_of(&place.path().join("out"));
    written.remove("summary.json");
    written.remove("upload.sh");
    written.remove("report.html");
    let expected = folder.join("expected");
    if std::env::var_os("ROWCALL_BLESS").is_some() {
        let _ = fs::remove_dir_all(&expected);
        for (name, bytes) in &written {
            let path = expected.join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, bytes).expect("blessed");
        }
    }
    let expected = support::files_of(&expected);
    assert_eq!(written.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, bytes) in &written {
        assert_eq!(
            String::from_utf8_lossy(bytes),
            String::from_utf8_lossy(&expected[name]),
            "{name}"
        );
    }
}

#[test]
fn the_command_of_the_readme_says_what_its_picture_shows() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).expect("README.md");
    let command = readme
        .lines()
        .find_map(|line| line.strip_prefix("cargo run --release -- "))
        .expect("README.md names the command");
    let arguments: Vec<&str> = command.split(' ').collect();
    let place = scratch();
    std::os::unix::fs::symlink(fixtures(), place.path().join("fixtures")).expect("linked");
    let output = rowcall(place.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let svg = fs::read_to_string(root.join("docs/terminal.svg")).expect("the picture");
    let tags = svg.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    let shown: String = tags.collect();
    let said = stderr(&output);
    // Its lines are not broken as those in the picture are, and it names a longer path.
    let counts = said.lines().skip(1).take_while(|line| !line.is_empty());
    let lost: Vec<&str> = counts.filter(|line| !shown.contains(line)).collect();
    assert!(said.contains("1,000 rows") && lost.is_empty(), "not in the picture: {lost:?}");
}

#[test]
fn every_known_export_is_recognised_and_gives_the_payload_that_was_approved() {
    let folder = fixtures().join("exports/known");
    let mut recognised = BTreeSet::new();
    for file in csv_files(&folder) {
        // A further layout of a preset is named behind it: `shopify.old.csv`.
        let layout = file.strip_suffix(".csv").expect("a CSV file");
        let name = layout.split('.').next().expect("a name");
        recognised.insert(name.to_owned());
        let place = scratch();
        let input = folder.join(&file);
        let input = input.to_str().expect("text");
        let arguments = ["prepare", input, "--to", "superwaba", "--region", "AE", "-o", "out"];
        let output = rowcall(place.path(), &arguments);
        if name == "stripe" {
            assert_eq!(output.status.code(), Some(2), "{file}");
            assert!(stderr(&output).contains("no phone column"), "{}", stderr(&output));
            continue;
        }
        assert_eq!(output.status.code(), Some(0), "{file}: {}", stderr(&output));
        let out = place.path().join("out");
        assert_eq!(support::summary(&out)["sources"][0]["preset"], name, "{file}");
        approve(&folder.join(format!("expected/{layout}.json")), &out);
    }
    let presets = rowcall::map::preset::Preset::all().iter().map(|preset| preset.name.clone());
    assert_eq!(recognised, presets.collect(), "every preset has an export");
}

/// Exports for which nothing was made: of known programs in another selection, order or locale, and
/// of programs that have no preset; with the region to read them in.
const UNSEEN: [(&str, &str); 23] = [
    ("bitrix24-russian", "RU"),
    ("brevo", "FR"),
    ("clinic-arabic", "SA"),
    ("club-german", "DE"),
    ("crm-chinese", "CN"),
    ("crm-french", "FR"),
    ("form-indonesian", "ID"),
    ("freshsales", "AU"),
    ("google-labels", "ES"),
    ("gym-members", "US"),
    ("hubspot-properties", "US"),
    ("klaviyo", "US"),
    ("ledger-india", "IN"),
    ("ledger-italian", "IT"),
    ("mailchimp-sms", "KR"),
    ("outlook-com", "GB"),
    ("pipedrive", "GB"),
    ("salesforce-custom", "IN"),
    ("school-argentina", "AR"),
    ("shop-turkish", "TR"),
    ("shopify-metafields", "CO"),
    ("wix", "US"),
    ("woocommerce-orders", "PT"),
];

#[test]
fn an_export_that_nobody_foresaw_is_understood_by_its_headers_and_values() {
    let folder = fixtures().join("exports/unseen");
    let names: Vec<String> = UNSEEN.iter().map(|(name, _)| format!("{name}.csv")).collect();
    assert_eq!(csv_files(&folder), names);
    for (name, region) in UNSEEN {
        let place = scratch();
        let input = folder.join(format!("{name}.csv"));
        let input = input.to_str().expect("text");
        let arguments = ["prepare", input, "--to", "superwaba", "--region", region, "-o", "out"];
        let output = rowcall(place.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", stderr(&output));
        approve(&folder.join(format!("expected/{name}.json")), &place.path().join("out"));
    }
}

/// The names of the CSV files in a folder, in order.
fn csv_files(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"));
    let mut files: Vec<String> = files.filter(|name| name.ends_with(".csv")).collect();
    files.sort();
    files
}

/// The payload of a run is the one that was read and approved.
fn approve(expected: &Path, out: &Path) {
    let payload = fs::read_to_string(out.join("payload/000001.json")).expect("a payload");
    if std::env::var_os("ROWCALL_BLESS").is_some() {
        fs::create_dir_all(expected.parent().expect("a folder")).expect("a folder");
        fs::write(expected, &payload).expect("blessed");
    }
    let approved = fs::read_to_string(expected).expect("an expected payload");
    assert_eq!(payload, approved, "{}", expected.display());
}
