//! A profile is what was typed, saved: it gives the same payload, loses to what is typed, and says
//! what is wrong with it.

mod support;

use std::fs;
use std::path::Path;

use support::{contacts, fixtures, rowcall, scratch, stderr, summary};

#[test]
fn a_saved_profile_pins_down_what_was_found_and_gives_the_same_payload() {
    for name in ["google", "outlook", "shopify", "zoho"] {
        let place = scratch();
        let input = fixtures().join(format!("exports/known/{name}.csv"));
        let input = input.to_str().expect("text");
        let save = ["inspect", input, "--region", "AE", "--save-profile", "mine.toml"];
        let output = rowcall(place.path(), &save);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let prepare = ["prepare", input, "--to", "superwaba", "-o"];
        for (out, more) in [("typed", ["--region", "AE"]), ("saved", ["--profile", "mine.toml"])] {
            let output = rowcall(place.path(), &[&prepare[..], &[out], &more].concat());
            assert_eq!(output.status.code(), Some(0), "{name}: {}", stderr(&output));
        }
        let (typed, saved) = (place.path().join("typed"), place.path().join("saved"));
        assert_eq!(contacts(&typed), contacts(&saved), "{name}");
        assert_eq!(summary(&saved)["sources"][0]["evidence"]["delimiter"], "given", "{name}");
        // It is there already.
        assert_eq!(rowcall(place.path(), &save).status.code(), Some(5), "{name}");
    }
}

#[test]
fn a_profile_holds_the_ids_of_tags_as_a_table_a_key() {
    let place = scratch();
    let rows = "Name,Phone,Tags\nAnn,+971501234561,\"a=b,dubai\"\nBob,+971501234562,\"c.d\"\n";
    fs::write(place.path().join("a.csv"), rows).expect("written");
    let profile = "[tag-id.contact_group_id]\n\"a=b\" = 12\n\"c.d\" = \"13\"\n\n[tag-id.branch_id]\n\
                   dubai = \"3\"\n";
    fs::write(place.path().join("rowcall.toml"), profile).expect("written");
    let output = rowcall(place.path(), &["prepare", "a.csv", "--to", "awalchat", "-o", "out"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let payload = fs::read_to_string(place.path().join("out/payload/000001.jsonl")).expect("there");
    let lines: Vec<&str> = payload.lines().collect();
    assert!(lines[0].contains(r#""branch_id":"3","contact_group_id":"12""#), "{payload}");
    assert!(lines[1].contains(r#""contact_group_id":"13""#), "{payload}");
}

#[test]
fn a_saved_profile_holds_every_option_that_was_typed() {
    let place = scratch();
    let rows =
        "Ann;0501234561;yes;5\nBob;042345678;yes;6\nCy;+919876543211;yes;7\nDi;0501234562;no;8\n";
    fs::write(place.path().join("a.csv"), format!("Name;Phone;Opt-in;Note\n{rows}"))
        .expect("written");
    let options = [
        ["--region", "AE"],
        ["--regions", "AE,001"],
        ["--kinds", "mobile"],
        ["--digits", "national"],
        ["--multi", "reject"],
        ["--ragged", "pad"],
        ["--params", "Note"],
        ["--set", "tags=spring"],
        ["--cell-bytes-max", "1000"],
        ["--record-bytes-max", "2000"],
        ["--record-cells-max", "30"],
        ["--unpacked-bytes-max", "4000"],
        ["--unpacked-ratio-max", "50"],
        ["--missing-name", "Friend"],
        ["--tag-id", "contact_group_id=spring=7"],
        ["--avatar-dir", "."],
    ];
    let options = [&options.concat()[..], &["--vanity", "--require-opt-in"]].concat();
    let save = [&["inspect", "a.csv", "--save-profile", "mine.toml"], &options[..]].concat();
    let output = rowcall(place.path(), &save);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let profile = fs::read_to_string(place.path().join("mine.toml")).expect("saved");
    let table: toml::Table = profile.parse().expect("TOML");
    for option in options.iter().filter_map(|option| option.strip_prefix("--")) {
        assert!(table.contains_key(option), "{option} is not in\n{profile}");
    }
    assert_eq!(table["cell-bytes-max"], toml::Value::Integer(1000));
    let prepare = ["prepare", "a.csv", "--to", "awalchat", "-o"];
    for (out, more) in [("typed", &options[..]), ("saved", &["--profile", "mine.toml"])] {
        let output = rowcall(place.path(), &[&prepare[..], &[out], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    let (typed, saved) = (place.path().join("typed"), place.path().join("saved"));
    let payload =
        |out: &Path| fs::read_to_string(out.join("payload/000001.jsonl")).expect("a payload");
    assert_eq!(payload(&saved).lines().count(), 1);
    assert!(payload(&saved).contains(r#""contact_group_id":"7""#), "{}", payload(&saved));
    assert_eq!(payload(&typed), payload(&saved));
    assert_eq!(summary(&typed)["settings"]["kinds"], summary(&saved)["settings"]["kinds"]);
}

#[test]
fn a_profile_made_from_a_profile_holds_the_same() {
    let place = scratch();
    fs::write(place.path().join("a.csv"), "A,B\nAnn,0501234561\n").expect("written");
    let first = ["inspect", "a.csv", "--map", "phone=B", "--map", "name=A", "--region", "AE"];
    let profiles = ["one.toml", "two.toml"].map(|name| place.path().join(name));
    let save = |more: &[&str]| {
        let output = rowcall(place.path(), more);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    };
    save(&[&first[..], &["--save-profile", "one.toml"]].concat());
    save(&["inspect", "a.csv", "--profile", "one.toml", "--save-profile", "two.toml"]);
    let [one, two] = profiles.map(|path| fs::read_to_string(path).expect("saved"));
    assert_eq!(one, two);
}

#[test]
fn what_is_typed_wins_over_the_profile() {
    let place = scratch();
    fs::write(place.path().join("a.csv"), "A,B,C\nAnn,0501234561,098765 43211\n").expect("written");
    let profile = "region = \"AE\"\nparams = \"none\"\n[map]\nname = \"A\"\nphone = \"B\"\n";
    fs::write(place.path().join("rowcall.toml"), profile).expect("written");
    let run = |out: &str, more: &[&str]| {
        let base = ["prepare", "a.csv", "--to", "superwaba", "-o", out];
        let output = rowcall(place.path(), &[&base[..], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        contacts(&place.path().join(out))[0].clone()
    };
    let usual = run("usual", &[]);
    assert_eq!(
        (&usual["userNumber"], &usual["userName"]),
        (&"+971501234561".into(), &"Ann".into())
    );
    let typed = run("typed", &["--map", "phone=C", "--region", "IN"]);
    assert_eq!(
        (&typed["userNumber"], &typed["userName"]),
        (&"+919876543211".into(), &"Ann".into())
    );
    let joined = run("joined", &["--map=phone=C", "--region=IN"]);
    assert_eq!(joined, typed);
    let check = ["check", "a.csv"];
    let output = rowcall(place.path(), &check);
    assert!(stderr(&output).contains("with the settings of rowcall.toml"), "{}", stderr(&output));
    let named = rowcall(place.path(), &[&check[..], &["--profile", "rowcall.toml"]].concat());
    assert!(!stderr(&named).contains("settings of"), "who names it knows: {}", stderr(&named));
    let none = rowcall(place.path(), &["check", "a.csv", "--profile", "none"]);
    assert_eq!(none.status.code(), Some(2), "without it nothing is known of the columns");
}

#[test]
fn a_profile_that_is_wrong_says_how() {
    let place = scratch();
    fs::write(place.path().join("a.csv"), "Name,Phone,Note\nAnn,+971501234561,x\n")
        .expect("written");
    for (profile, words) in [
        ("regoin = \"AE\"", &["`regoin` is no flag", "did you mean region?"][..]),
        ("region = ", &["mine.toml"]),
        ("columns = [\"Name\", \"Mobile\"]", &["gone: \"Mobile\"", "new: \"Phone\"", "\"Note\""]),
        ("columns = [\"Phone\", \"Name\", \"Note\"]", &["column A was \"Phone\""]),
        ("columns = 3", &["no list"]),
        ("[map]\nphone = \"Phon\"", &["no column \"Phon\"", "did you mean \"Phone\"?"]),
    ] {
        fs::write(place.path().join("mine.toml"), profile).expect("written");
        let output = rowcall(place.path(), &["check", "a.csv", "--profile", "mine.toml"]);
        assert_eq!(output.status.code(), Some(2), "{profile}");
        for word in words {
            assert!(stderr(&output).contains(word), "{profile}: {}", stderr(&output));
        }
    }
    let output = rowcall(place.path(), &["check", "a.csv", "--profile", "nowhere.toml"]);
    assert_eq!(output.status.code(), Some(2));
}
