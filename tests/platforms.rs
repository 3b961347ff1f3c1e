//! The payload of each platform of the documents, sent by `upload.sh` with a real curl to a server
//! on the loopback interface that enforces the document; and what the script does when things go
//! wrong. Where curl is not installed the tests say so and pass.

mod support;

#[path = "platforms/documents.rs"]
mod documents;
#[path = "platforms/export.rs"]
mod export;
#[path = "platforms/guide.rs"]
mod guide;
#[path = "platforms/http.rs"]
mod http;
#[path = "platforms/nightly.rs"]
mod nightly;
#[path = "platforms/resuming.rs"]
mod resuming;
#[path = "platforms/safety.rs"]
mod safety;
#[path = "platforms/script.rs"]
mod script;
#[path = "platforms/trouble.rs"]
mod trouble;

use std::fs;

use documents::{AWALCHAT_GROUP, Arrivals, Arrived};
use export::{ROWS, Row, prepare, prepared};
use http::{Answer, Call, Platform, Server};
use script::{Upload, every_shell, is_missing, statuses};
use support::{files_of, scratch, stderr};

/// What the server must have got, in the order of the rows.
fn expected(form: impl Fn(&Row) -> Vec<(&'static str, String)>) -> Vec<Arrived> {
    let present = |row: &Row| -> Arrived {
        let fields = form(row).into_iter().filter(|(_, value)| !value.is_empty());
        fields.map(|(key, value)| (key.to_owned(), value)).collect()
    };
    ROWS.iter().map(present).collect()
}

fn superwaba_form(row: &Row) -> Vec<(&'static str, String)> {
    vec![
        ("userNumber", format!("+{}", row.phone)),
        ("userName", row.name.to_owned()),
        ("email", row.email.to_owned()),
        ("countryCode", "AE".to_owned()),
        ("tags", row.tags.join("|")),
        ("params.Address", row.address.to_owned()),
    ]
}

fn whatsbizapi_form(row: &Row) -> Vec<(&'static str, String)> {
    vec![
        ("phone", row.phone.to_owned()),
        ("name", row.name.to_owned()),
        ("email", row.email.to_owned()),
        ("address", row.address.to_owned()),
    ]
}

fn wawp_form(row: &Row) -> Vec<(&'static str, String)> {
    let (first, last) = row.name.split_once(' ').unwrap_or((row.name, ""));
    vec![
        ("chatId", row.phone.to_owned()),
        ("firstName", first.to_owned()),
        ("lastName", last.to_owned()),
    ]
}

fn vobiz_form(row: &Row) -> Vec<(&'static str, String)> {
    vec![
        ("phone_number", format!("+{}", row.phone)),
        ("name", row.name.to_owned()),
        ("tags", row.tags.join(",")),
    ]
}

fn awalchat_form(row: &Row) -> Vec<(&'static str, String)> {
    let group = if row.tags.contains(&"vip") { AWALCHAT_GROUP } else { "" };
    let mut fields = whatsbizapi_form(row);
    fields.push(("contact_group_id", group.to_owned()));
    fields
}

const AWALCHAT_OPTIONS: [&str; 2] = ["--tag-id", "contact_group_id=vip=7"];

/// Sends an export to a platform whose server now and then has enough, or fails before it has
/// looked at the request, and checks both sides of it.
fn prove(to: &str, options: &[&str], server: &Server, arrivals: &Arrivals, wanted: &[Arrived]) {
    let place = prepared(to, options);
    let out = place.path().join("out");
    let upload = Upload::of(&out, to, server);
    let output = upload.run();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let arrived = arrivals.all();
    for (arrived, wanted) in arrived.iter().zip(wanted) {
        assert_eq!(arrived, wanted, "{to}");
    }
    assert_eq!(arrived.len(), wanted.len(), "{to}: each contact arrived once");
    let said = server.statuses();
    let refused = said.iter().find(|status| ![200, 201, 429, 500].contains(status));
    assert_eq!(refused, None, "{to}: nothing is refused for its form: {said:?}");
    assert!(said.contains(&429) && said.contains(&500), "{to}: {said:?}");
    let kept = statuses(&out);
    assert_eq!(kept.len(), said.iter().filter(|status| **status < 300).count(), "{to}");
    assert!(kept.iter().all(|status| *status < 300), "{to}: {kept:?}");
    nothing_holds_a_credential(&out);
    let again = upload.run();
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    assert_eq!(arrivals.all().len(), wanted.len(), "{to}: nothing is sent twice");
}

fn nothing_holds_a_credential(out: &std::path::Path) {
    for (path, bytes) in files_of(out) {
        let text = String::from_utf8_lossy(&bytes);
        for (name, value) in documents::CREDENTIALS {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
            assert!(!text.contains(value) && !text.contains(&escaped), "{path} holds {name}");
        }
    }
}

/// A platform that answers its second call by 429 and its third by 500 before it looks at them.
fn moody(mut platform: Platform) -> Platform {
    let mut calls = 0;
    Box::new(move |call| {
        calls += 1;
        match calls {
            2 => Answer::new(429, "{}").with("Retry-After", "1"),
            3 => Answer::new(500, "Internal server error"),
            _ => platform(call),
        }
    })
}

#[test]
fn superwaba_takes_every_contact_of_an_export_as_its_document_says() {
    if is_missing("curl") {
        return;
    }
    let arrivals = Arrivals::default();
    let server = Server::start(moody(documents::superwaba(&arrivals, 1_000_000)));
    prove("superwaba", &["--batch-size", "4"], &server, &arrivals, &expected(superwaba_form));
}

#[test]
fn whatsbizapi_takes_every_contact_of_an_export_as_its_document_says() {
    if is_missing("curl") {
        return;
    }
    let arrivals = Arrivals::default();
    let server = Server::start(moody(documents::whatsbizapi(&arrivals)));
    prove("whatsbizapi", &["--batch-size", "5"], &server, &arrivals, &expected(whatsbizapi_form));
}

#[test]
fn wawp_takes_every_contact_of_an_export_as_its_document_says() {
    if is_missing("curl") {
        return;
    }
    let arrivals = Arrivals::default();
    let server = Server::start(moody(documents::wawp(&arrivals)));
    prove("wawp", &[], &server, &arrivals, &expected(wawp_form));
}

#[test]
fn vobiz_takes_every_contact_of_an_export_as_its_document_says() {
    if is_missing("curl") {
        return;
    }
    let arrivals = Arrivals::default();
    let server = Server::start(moody(documents::vobiz(&arrivals)));
    prove("vobiz", &["--batch-size", "6"], &server, &arrivals, &expected(vobiz_form));
}

#[test]
fn awalchat_takes_every_contact_of_an_export_as_its_document_says() {
    if is_missing("curl") || is_missing("openssl") {
        return;
    }
    let arrivals = Arrivals::default();
    let server = Server::start(moody(documents::awalchat(&arrivals)));
    prove("awalchat", &AWALCHAT_OPTIONS, &server, &arrivals, &expected(awalchat_form));
}

#[test]
fn every_shell_sends_the_same() {
    if is_missing("curl") || is_missing("openssl") {
        return;
    }
    for shell in every_shell() {
        for to in ["whatsbizapi", "awalchat", "wawp"] {
            let arrivals = Arrivals::default();
            let (options, platform, wanted) = match to {
                "awalchat" => {
                    (&AWALCHAT_OPTIONS[..], documents::awalchat(&arrivals), expected(awalchat_form))
                }
                "wawp" => (&[][..], documents::wawp(&arrivals), expected(wawp_form)),
                _ => (&[][..], documents::whatsbizapi(&arrivals), expected(whatsbizapi_form)),
            };
            let server = Server::start(platform);
            let place = prepared(to, options);
            let output = Upload::of(&place.path().join("out"), to, &server).shell(&shell).run();
            assert_eq!(output.status.code(), Some(0), "{shell:?} {to}: {}", stderr(&output));
            assert_eq!(arrivals.all(), wanted, "{shell:?} {to}");
        }
    }
}

#[test]
fn pictures_favorites_and_descriptions_reach_awalchat() {
    if is_missing("curl") || is_missing("openssl") {
        return;
    }
    const PICTURE: &str = "a \"b\";type=x,\\1.png";
    let place = scratch();
    let pictures = place.path().join("pic\"tures\\");
    fs::create_dir(&pictures).expect("made");
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\0\0\0\x02\0\x08\x06\0\0\0\r\n--x\r\n";
    fs::write(pictures.join(PICTURE), png).expect("written");
    let quoted = PICTURE.replace('"', "\"\"");
    let table = format!(
        "Name,Phone,Picture,Star,About\nAnn,+971501234561,\"{quoted}\",yes,<@x;type=y\n\
         Bob,+971501234562,https://x.example/a.png?b=\"\",no,\n\
         Cid,+971501234563,https://x.example/a.png?b=1&c=%20,no,\n"
    );
    fs::write(place.path().join("contacts.csv"), table.replace("?b=\"\"", "")).expect("written");
    let folder = pictures.to_str().expect("text");
    let maps = ["--map", "avatar=Picture", "--map", "favorite=Star", "--map", "description=About"];
    let output =
        prepare(place.path(), "awalchat", &[&maps[..], &["--avatar-dir", folder]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let arrivals = Arrivals::default();
    let server = Server::start(documents::awalchat(&arrivals));
    let upload = Upload::of(&place.path().join("out"), "awalchat", &server);
    let output = upload.run();
    assert_eq!(output.status.code(), Some(2), "without the folder nothing is sent");
    assert!(stderr(&output).contains("AVATAR_DIR"), "{}", stderr(&output));
    assert_eq!(server.statuses(), [0u16; 0]);
    let output = upload.with("AVATAR_DIR", folder).run();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let contact = |fields: &[(&str, &str)]| -> Arrived {
        fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    let arrived = arrivals.all();
    assert_eq!(arrived.len(), 3);
    let picture = arrived[0]["file"].replace("%22", "\"").replace("\\\\", "\\");
    assert_eq!(picture, PICTURE);
    assert_eq!(arrived[0]["is_favorite"], "true");
    assert_eq!(arrived[0]["description"], "<@x;type=y");
    let last = [
        ("name", "Cid"),
        ("phone", "971501234563"),
        ("is_favorite", "false"),
        ("avatar", "https://x.example/a.png?b=1&c=%20"),
    ];
    assert_eq!(arrived[2], contact(&last));
}

#[test]
fn a_very_long_cell_arrives_whole() {
    if is_missing("curl") || is_missing("openssl") {
        return;
    }
    let long = "é\\\"n\\n\n\t%41&+".repeat(20_000);
    for (to, is_multipart) in [("whatsbizapi", false), ("awalchat", true)] {
        let place = scratch();
        let cell = long.trim().replace('"', "\"\"");
        let table = format!("Name,Phone,Address\nAnn,+971501234561,\"{cell}\"\n");
        fs::write(place.path().join("contacts.csv"), table).expect("written");
        let output = prepare(place.path(), to, &["--header", "--delimiter", ",", "--quote", "\""]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let arrivals = Arrivals::default();
        let server = Server::start(match is_multipart {
            true => documents::awalchat(&arrivals),
            false => documents::whatsbizapi(&arrivals),
        });
        let output = Upload::of(&place.path().join("out"), to, &server).run();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(arrivals.all()[0]["address"] == long.trim(), "{to}: the long cell has changed");
    }
}

#[test]
fn a_signature_is_right_for_every_kind_of_secret() {
    if is_missing("curl") || is_missing("openssl") {
        return;
    }
    let place = prepared("awalchat", &["--limit", "1"]);
    let long = "k".repeat(64);
    let longer = "é 6\\".repeat(30);
    for secret in ["6", "66\\\\66", "-n", "%s\\0", &long, &longer] {
        let (sender, receiver) = std::sync::mpsc::channel();
        let server = Server::start(Box::new(move |call: &Call| {
            let _ = sender.send(call.clone());
            Answer::new(201, "{}")
        }));
        let _ = fs::remove_dir_all(place.path().join("out/answers"));
        let upload = Upload::of(&place.path().join("out"), "awalchat", &server);
        let output = upload.with("AWALCHAT_HMAC_SECRET", secret).run();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let call = receiver.recv().expect("a call");
        let text =
            format!("{}{}{}{}", call.method, call.path, call.query, call.header("X-Timestamp"));
        let signature = documents::hmac(secret.as_bytes(), text.as_bytes());
        assert_eq!(call.header("X-Awal-Signature-256"), format!("sha256={signature}"), "{secret}");
    }
}

#[test]
fn the_script_finds_its_folder_whatever_its_name_is_and_wherever_it_is_called() {
    if is_missing("curl") {
        return;
    }
    for (folder, from, name) in [
        ("out", "out", "upload.sh"),
        ("o'u t\"$(touch pwned)\n", ".", "o'u t\"$(touch pwned)\n/upload.sh"),
        ("-out", ".", "./-out/upload.sh"),
    ] {
        let place = scratch();
        export::write(place.path());
        let target = place.path().join(folder);
        let target = target.to_str().expect("text");
        let plain = ["prepare", "contacts.csv", "--to", "whatsbizapi", "--region", "AE", "-o"];
        let output = support::rowcall(place.path(), &[&plain[..], &[target]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let arrivals = Arrivals::default();
        let server = Server::start(documents::whatsbizapi(&arrivals));
        let upload = Upload::of(&place.path().join(folder), "whatsbizapi", &server);
        let output = upload.called(&place.path().join(from), name).run();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(arrivals.all(), expected(whatsbizapi_form));
        assert_eq!(statuses(&place.path().join(folder)), [200; ROWS.len()]);
    }
}

#[test]
fn a_payload_without_contacts_sends_nothing() {
    let place = scratch();
    fs::write(place.path().join("contacts.csv"), "Name,Phone\nAnn,12\n").expect("written");
    for to in ["superwaba", "whatsbizapi", "vobiz"] {
        assert_eq!(prepare(place.path(), to, &["--force"]).status.code(), Some(0));
        let output = Upload::without_credentials(&place.path().join("out")).run();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(stderr(&output).contains("nothing to send"), "{}", stderr(&output));
    }
}

#[test]
fn the_script_is_there_only_with_a_payload_that_can_be_sent() {
    let place = scratch();
    export::write(place.path());
    for (to, options, is_there) in [
        ("superwaba", &[][..], true),
        ("generic-csv", &[][..], false),
        ("superwaba", &["--max-rejects", "0"][..], false),
    ] {
        let options = [options, &["--force"]].concat();
        prepare(place.path(), to, &options);
        assert_eq!(place.path().join("out/upload.sh").exists(), is_there, "{to} {options:?}");
    }
}

/// The page of the guide on uploading.
const GUIDE: &str = include_str!("../docs/guide/upload.md");

/// The commands of the guide that prepare and send, and what its table says of each platform.
#[test]
fn the_commands_of_the_guide_send_an_export_to_every_platform() {
    if is_missing("curl") || is_missing("openssl") {
        return;
    }
    let blocks = GUIDE.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines: Vec<&str> = blocks.flat_map(str::lines).collect();
    let sends = |line: &str| line.starts_with("rowcall prepare ") || line.starts_with("sh ");
    for to in ["superwaba", "whatsbizapi", "wawp", "vobiz", "awalchat"] {
        let own = lines.iter().filter(|line| sends(line) && line.contains(to));
        let commands: Vec<&str> = own.copied().collect();
        assert_eq!(commands.len(), 2, "{to}: {commands:?}");
        let row = GUIDE.lines().find(|line| line.starts_with(&format!("| `{to}` |")));
        let row = row.unwrap_or_else(|| panic!("the guide has no row for {to}"));
        let names = row.split('`').skip(3).step_by(2).filter(|it| !it.ends_with("_BASE_URL"));
        let place = scratch();
        export::write(place.path());
        let arrivals = Arrivals::default();
        let (platform, wanted) = match to {
            "superwaba" => (documents::superwaba(&arrivals, 1_000_000), expected(superwaba_form)),
            "whatsbizapi" => (documents::whatsbizapi(&arrivals), expected(whatsbizapi_form)),
            "wawp" => (documents::wawp(&arrivals), expected(wawp_form)),
            "vobiz" => (documents::vobiz(&arrivals), expected(vobiz_form)),
            _ => (documents::awalchat(&arrivals), expected(awalchat_form)),
        };
        let server = Server::start(platform);
        let output = script::commands(place.path(), &commands, to, names, &server);
        assert_eq!(output.status.code(), Some(0), "{to}: {}", stderr(&output));
        assert_eq!(arrivals.all(), wanted, "{to}");
    }
}

#[test]
fn the_exit_codes_of_the_guide_are_those_of_the_script() {
    for code in ["0", "2", "3", "4", "5", "6"] {
        assert!(GUIDE.contains(&format!("\n| {code} |")), "the guide lacks exit code {code}");
        let script = include_str!("../src/write/upload.sh");
        assert!(script.contains(&format!("\n#     {code}   ")), "the script lacks {code}");
    }
}
