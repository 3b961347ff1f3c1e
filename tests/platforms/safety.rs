//! Nothing that a contract or the environment says does harm, and no credential is shown.

use std::fs;

use crate::documents::{self, Arrivals};
use crate::export::{self, prepare, prepared};
use crate::http::{Answer, Server};
use crate::script::{self, Upload, answers, every_shell, is_missing, statuses};
use crate::support::{files_of, scratch, stderr};

#[test]
fn every_variable_that_is_missing_is_named_before_anything_is_sent() {
    if is_missing("curl") || is_missing("openssl") {
        return;
    }
    for to in ["superwaba", "whatsbizapi", "wawp", "vobiz", "awalchat"] {
        let place = prepared(to, &[]);
        let out = place.path().join("out");
        let output = Upload::without_credentials(&out).run();
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        let prefix = to.to_uppercase();
        for (name, _) in documents::CREDENTIALS.iter().filter(|(it, _)| it.starts_with(&prefix)) {
            assert!(stderr(&output).contains(name), "{to}: {name}: {}", stderr(&output));
        }
        assert_eq!(stderr(&output).contains("AWALCHAT_BASE_URL"), to == "awalchat");
        assert!(!out.join("answers").exists(), "nothing is made either");
    }
}

#[test]
fn settings_that_cannot_be_meant_are_refused_before_anything_is_sent() {
    if is_missing("curl") {
        return;
    }
    let place = prepared("whatsbizapi", &[]);
    let server = Server::start(Box::new(|_| Answer::new(200, "")));
    let upload = Upload::of(&place.path().join("out"), "whatsbizapi", &server);
    for (name, value) in [
        ("WHATSBIZAPI_BASE_URL", "ftp://x.example"),
        ("WHATSBIZAPI_BASE_URL", "x.example"),
        ("WHATSBIZAPI_BASE_URL", "https://u:p@x.example"),
        ("WHATSBIZAPI_BASE_URL", "https://x.example/?a=b"),
        ("WHATSBIZAPI_BASE_URL", "http://127.0.0.1/\"\noutput = \"x"),
        ("WHATSBIZAPI_TOKEN", "a\nb"),
        ("WHATSBIZAPI_TOKEN", "a\rheader"),
        ("ROWCALL_PACE_SECONDS", "1.5"),
        ("ROWCALL_PACE_SECONDS", "-1"),
        ("ROWCALL_RETRY_SECONDS", "08"),
        ("ROWCALL_RETRY_SECONDS", "1000000000"),
    ] {
        let output = upload.with(name, value).run();
        assert_eq!(output.status.code(), Some(2), "{name}={value}: {}", stderr(&output));
        assert!(stderr(&output).contains(name), "{}", stderr(&output));
    }
    assert_eq!(server.statuses(), [0u16; 0]);
}

#[test]
fn no_credential_stands_in_the_process_list() {
    let is_linux = fs::read("/proc/self/cmdline").is_ok();
    if is_missing("curl") || is_missing("openssl") || !is_linux {
        return;
    }
    for to in ["superwaba", "whatsbizapi", "wawp", "vobiz", "awalchat"] {
        let place = prepared(to, &["--limit", "3"]);
        let arrivals = Arrivals::default();
        let mut platform = match to {
            "superwaba" => documents::superwaba(&arrivals, 1_000_000),
            "whatsbizapi" => documents::whatsbizapi(&arrivals),
            "wawp" => documents::wawp(&arrivals),
            "vobiz" => documents::vobiz(&arrivals),
            _ => documents::awalchat(&arrivals),
        };
        let server = Server::start(Box::new(move |call| {
            let lists = script::process_list();
            let curl = lists.iter().any(|line| line.contains("--write-out"));
            let shows = |(_, value): &(&str, &str)| lists.iter().any(|line| line.contains(value));
            match (curl, documents::CREDENTIALS.iter().find(|it| shows(it))) {
                (false, _) => Answer::new(400, "curl is not in the list"),
                (true, Some((name, _))) => Answer::new(400, format!("{name} is shown")),
                (true, None) => platform(call),
            }
        }));
        let out = place.path().join("out");
        let output = Upload::of(&out, to, &server).run();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(statuses(&out).iter().all(|status| *status < 300), "{to}: {:?}", answers(&out));
    }
}

#[test]
fn a_hostile_contract_runs_no_command() {
    let whatsbizapi = include_str!("../../src/write/contracts/whatsbizapi.toml");
    let awalchat = include_str!("../../src/write/contracts/awalchat.toml");
    let harms = [
        "$(touch pwned)",
        "`touch pwned`",
        "';touch pwned;'",
        "\";touch pwned;\"",
        "\ntouch pwned\n",
        "};touch pwned;${X",
        "${X:-$(touch pwned)}",
        "\\",
        "';touch pwned #",
        "@contacts.csv",
        ";touch pwned;",
    ];
    let spots = [
        (whatsbizapi, "\"/api/wpbox/makeContact\"", "/api/"),
        (whatsbizapi, "\"whatsbizapi\"", "whatsbizapi"),
        (whatsbizapi, "\"WhatsBizAPI\"", "WhatsBizAPI"),
        (whatsbizapi, "\"https://whatsbizapi.com\"", "https://x.example/"),
        (whatsbizapi, "\"${WHATSBIZAPI_TOKEN}\"", "${WHATSBIZAPI_TOKEN}"),
        (whatsbizapi, "\"${WHATSBIZAPI_TOKEN}\"", "${WHATSBIZAPI_TOKEN"),
        (whatsbizapi, "token = ", "token"),
        (whatsbizapi, "\"name\"\n\n", "name"),
        (awalchat, "\"file\"\n", "file"),
        (awalchat, "\"X-Awal-Signature-256\"", "X-A"),
        (awalchat, "\"sha256=\"", "sha256="),
        (awalchat, "\"AWALCHAT_HMAC_SECRET\"", "AWALCHAT_HMAC_SECRET"),
        (awalchat, "\"X-Timestamp\"", "X-T"),
        (awalchat, "\"{method}{path}{query}{timestamp}\"", "{method}{path}"),
        (awalchat, "X-Domain = ", "X-Domain"),
        (awalchat, "phone_number_id = ", "phone_number_id"),
    ];
    let server = Server::start(Box::new(|_| Answer::new(200, "")));
    let (mut taken, mut refused) = (0, 0);
    for (contract, spot, kept) in spots {
        assert!(contract.contains(spot), "{spot}");
        for harm in harms {
            let place = scratch();
            export::write(place.path());
            let text = serde_json::to_string(&format!("{kept}{harm}")).expect("a text");
            let end = if spot.ends_with("= ") { " = " } else { "\n" };
            let hostile = contract.replacen(spot, &format!("{text}{end}"), 1);
            fs::write(place.path().join("mine.toml"), hostile).expect("written");
            let output = prepare(place.path(), "./mine.toml", &["--limit", "1"]);
            if output.status.code() == Some(2) {
                refused += 1;
                continue;
            }
            assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
            taken += 1;
            if !is_missing("curl") {
                let upload = Upload::of(&place.path().join("out"), "whatsbizapi", &server);
                let upload = upload.with("AWALCHAT_BASE_URL", &server.url()).with("X", "x");
                let output = upload.with("HOME", "x").run();
                assert!(!stderr(&output).contains("not found"), "{}", stderr(&output));
            }
            let found = files_of(place.path()).into_keys().find(|name| name.contains("pwned"));
            assert_eq!(found, None, "{spot} {harm}");
        }
    }
    assert!(taken > 5 && refused > 100, "{taken} contracts were taken, {refused} refused");
}

#[test]
fn a_contract_says_what_a_form_and_a_header_can_carry() {
    let whatsbizapi = include_str!("../../src/write/contracts/whatsbizapi.toml");
    let superwaba = include_str!("../../src/write/contracts/superwaba.toml");
    for (contract, from, to, named) in [
        (whatsbizapi, "key = \"name\"", "key = \"name.first\"", "name.first"),
        (whatsbizapi, "key = \"name\"", "key = \"na=me\"", "na=me"),
        (whatsbizapi, "token = ", "\"to;ken\" = ", "to;ken"),
        (superwaba, "[upload.headers]", "[upload.form]", "upload.form"),
        (superwaba, "x-org-id = ", "\"@x: y\" = ", "@x: y"),
        (superwaba, "app.superwaba.com", "u:p@app.superwaba.com", "base_url"),
    ] {
        let changed = contract.replacen(from, to, 1);
        assert_ne!(changed, contract);
        let error = rowcall::write::contract::Contract::load(&changed, "mine.toml");
        let message = error.expect_err(named).to_string();
        assert!(message.contains(named), "{message}");
    }
}

#[test]
fn every_script_is_one_that_every_shell_reads() {
    let place = scratch();
    let mut scripts =
        vec![("template".to_owned(), include_str!("../../src/write/upload.sh").to_owned())];
    for contract in rowcall::write::contract::Contract::built_in() {
        let one = rowcall::write::upload::Sent { files: 1, contacts: 2 };
        let script = rowcall::write::upload::script(&contract, one, one);
        scripts.extend(script.map(|script| (contract.name, script)));
    }
    assert!(scripts.len() > 7);
    for (name, script) in scripts {
        let path = place.path().join(format!("{name}.sh"));
        fs::write(&path, script).expect("written");
        for shell in every_shell() {
            script::check(&shell, &["-n"], &path);
        }
        if !is_missing("shellcheck") {
            script::check(&["shellcheck"], &["--shell=sh"], &path);
        }
    }
}
