//! The payload of each platform of the documents, sent by `upload.sh` with a real curl to a server
//! on the loopback interface that enforces the document; and what the script does when things go
//! wrong. Where curl is not installed the tests say so and pass.

mod support;

#[path = "platforms/documents.rs"]
mod documents;
#[path = "platforms/export.rs"]
mod export;
#[path = "platforms/http.rs"]
mod http;
#[path = "platforms/script.rs"]
mod script;

use std::fs;
use std::time::{Duration, Instant};

use documents::{AWALCHAT_GROUP, Arrivals, Arrived, credential};
use export::{ROWS, Row, prepare, prepared};
use http::{Answer, Call, Platform, Server};
use script::{Upload, answers, every_shell, is_missing, statuses};
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
fn prove(to: &str, options: &[&str], server: Server, arrivals: &Arrivals, wanted: &[Arrived]) {
    let place = prepared(to, options);
    let out = place.path().join("out");
    let upload = Upload::of(&out, to, &server);
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
    prove("superwaba", &["--batch-size", "4"], server, &arrivals, &expected(superwaba_form));
}

#[test]
fn whatsbizapi_takes_every_contact_of_an_export_as_its_document_says() {
    if is_missing("curl") {
        return;
    }
    let arrivals = Arrivals::default();
    let server = Server::start(moody(documents::whatsbizapi(&arrivals)));
    prove("whatsbizapi", &["--batch-size", "5"], server, &arrivals, &expected(whatsbizapi_form));
}

#[test]
fn wawp_takes_every_contact_of_an_export_as_its_document_says() {
    if is_missing("curl") {
        return;
    }
    let arrivals = Arrivals::default();
    let server = Server::start(moody(documents::wawp(&arrivals)));
    prove("wawp", &[], server, &arrivals, &expected(wawp_form));
}

#[test]
fn vobiz_takes_every_contact_of_an_export_as_its_document_says() {
    if is_missing("curl") {
        return;
    }
    let arrivals = Arrivals::default();
    let server = Server::start(moody(documents::vobiz(&arrivals)));
    prove("vobiz", &["--batch-size", "6"], server, &arrivals, &expected(vobiz_form));
}

#[test]
fn awalchat_takes_every_contact_of_an_export_as_its_document_says() {
    if is_missing("curl") || is_missing("openssl") {
        return;
    }
    let arrivals = Arrivals::default();
    let server = Server::start(moody(documents::awalchat(&arrivals)));
    prove("awalchat", &AWALCHAT_OPTIONS, server, &arrivals, &expected(awalchat_form));
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

/// A server for whatsbizapi whose n-th call, from 0, is answered by `mood`, if it says something.
fn whatsbizapi_but(
    arrivals: &Arrivals,
    mut mood: impl FnMut(usize, &Call) -> Option<Answer> + Send + 'static,
) -> Server {
    let mut platform = documents::whatsbizapi(arrivals);
    let mut calls = 0;
    Server::start(Box::new(move |call| {
        let said = mood(calls, call);
        calls += 1;
        said.unwrap_or_else(|| platform(call))
    }))
}

#[test]
fn refused_credentials_stop_the_run_and_nothing_is_recorded_of_it() {
    if is_missing("curl") {
        return;
    }
    let place = prepared("whatsbizapi", &[]);
    let out = place.path().join("out");
    for status in [401, 403] {
        let arrivals = Arrivals::default();
        let server =
            whatsbizapi_but(&arrivals, move |n, _| (n == 2).then(|| Answer::new(status, "no")));
        let _ = fs::remove_dir_all(out.join("answers"));
        let upload = Upload::of(&out, "whatsbizapi", &server);
        let output = upload.run();
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        assert!(stderr(&output).contains("WHATSBIZAPI_TOKEN"), "{}", stderr(&output));
        assert!(!stderr(&output).contains(credential("WHATSBIZAPI_TOKEN")));
        assert_eq!(server.statuses(), [200, 200, status], "it stops at once");
        assert_eq!(statuses(&out), [200, 200]);
        let output = upload.run();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(arrivals.all(), expected(whatsbizapi_form));
    }
}

#[test]
fn too_many_requests_are_waited_for_as_long_as_the_platform_asks() {
    if is_missing("curl") {
        return;
    }
    let place = prepared("whatsbizapi", &[]);
    let out = place.path().join("out");
    let arrivals = Arrivals::default();
    let server = whatsbizapi_but(&arrivals, |n, _| {
        (1..=3).contains(&n).then(|| {
            let answer = Answer::new(429, "slowly");
            if n == 1 { answer.with("Retry-After", "2") } else { answer }
        })
    });
    let start = Instant::now();
    let output = Upload::of(&out, "whatsbizapi", &server).run();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(start.elapsed() >= Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(arrivals.all(), expected(whatsbizapi_form));
    assert_eq!(statuses(&out), [200; ROWS.len()]);
}

#[test]
fn a_limit_without_end_stops_the_run_and_the_next_run_goes_on() {
    if is_missing("curl") {
        return;
    }
    let place = prepared("whatsbizapi", &[]);
    let out = place.path().join("out");
    for after in [None, Some("86400"), Some("99999999999999999999")] {
        let _ = fs::remove_dir_all(out.join("answers"));
        let arrivals = Arrivals::default();
        let server = whatsbizapi_but(&arrivals, move |n, _| {
            let answer = Answer::new(429, "");
            let answer = after.map_or(answer.clone(), |time| answer.with("Retry-After", time));
            (n > 2).then_some(answer)
        });
        let output = Upload::of(&out, "whatsbizapi", &server).run();
        assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
        assert_eq!(statuses(&out), [200; 3]);
        let server = whatsbizapi_but(&arrivals, |_, _| None);
        let output = Upload::of(&out, "whatsbizapi", &server).run();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(arrivals.all(), expected(whatsbizapi_form));
    }
}

#[test]
fn what_the_platform_refuses_is_recorded_and_the_others_are_sent() {
    if is_missing("curl") {
        return;
    }
    let place = prepared("whatsbizapi", &[]);
    let out = place.path().join("out");
    let arrivals = Arrivals::default();
    let server = whatsbizapi_but(&arrivals, |n, _| {
        let status = *[400, 409, 413, 422].get(n)?;
        Some(Answer::new(
            status,
            b"a \"quote\" \\ \xff\xfe \xc3\xa9 \x00\x01\x7f\n\tend".as_slice(),
        ))
    });
    let output = Upload::of(&out, "whatsbizapi", &server).run();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(arrivals.all(), expected(whatsbizapi_form)[4..]);
    assert_eq!(statuses(&out)[..5], [400, 409, 413, 422, 200]);
    let body = answers(&out)[0]["body"].as_str().expect("a text").to_owned();
    assert!(body.starts_with("a \"quote\" \\ ") && body.ends_with("\u{7f}  end"), "{body:?}");
}

#[test]
fn what_the_server_says_in_utf_8_is_kept_as_it_is() {
    if is_missing("curl") || is_missing("iconv") {
        return;
    }
    let place = prepared("whatsbizapi", &["--limit", "1"]);
    let said = "{\"error\": \"الرقم \\\"غير\\\" صالح 😀\"}";
    let server = Server::start(Box::new(move |_| Answer::new(422, said)));
    let output = Upload::of(&place.path().join("out"), "whatsbizapi", &server).run();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(answers(&place.path().join("out"))[0]["body"], said);
}

#[test]
fn a_fault_of_the_server_on_one_contact_is_recorded_and_the_others_are_sent() {
    if is_missing("curl") {
        return;
    }
    let place = prepared("whatsbizapi", &[]);
    let out = place.path().join("out");
    for poison in [0, 4, ROWS.len() - 1] {
        let _ = fs::remove_dir_all(out.join("answers"));
        let arrivals = Arrivals::default();
        let phone = format!("phone={}&", ROWS[poison].phone);
        let server = whatsbizapi_but(&arrivals, move |_, call| {
            let body = String::from_utf8_lossy(&call.body);
            body.contains(&phone).then(|| Answer::new(500, "oops"))
        });
        let output = Upload::of(&out, "whatsbizapi", &server).run();
        assert_eq!(output.status.code(), Some(6), "{}", stderr(&output));
        let mut wanted = expected(whatsbizapi_form);
        wanted.remove(poison);
        assert_eq!(arrivals.all(), wanted);
        let mut kept = vec![200; ROWS.len()];
        kept[poison] = 500;
        assert_eq!(statuses(&out), kept);
        let tries = server.statuses().iter().filter(|status| **status == 500).count();
        assert_eq!(tries, 4, "it is tried again a few times");
    }
}

#[test]
fn a_server_that_fails_for_all_costs_no_contact() {
    if is_missing("curl") {
        return;
    }
    for (to, options) in [("whatsbizapi", &[][..]), ("superwaba", &[][..])] {
        let place = prepared(to, options);
        let out = place.path().join("out");
        let server = Server::start(Box::new(|_| Answer::new(503, "down")));
        let output = Upload::of(&out, to, &server).run();
        assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
        assert!(server.statuses().len() <= 12, "it stops: {:?}", server.statuses());
        assert_eq!(statuses(&out), [0u16; 0], "nothing is recorded");
        let arrivals = Arrivals::default();
        let server = Server::start(match to {
            "superwaba" => documents::superwaba(&arrivals, 1_000_000),
            _ => documents::whatsbizapi(&arrivals),
        });
        let output = Upload::of(&out, to, &server).run();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(arrivals.all().len(), ROWS.len());
    }
}

#[test]
fn a_wrong_base_url_costs_no_contact_and_a_redirect_gets_no_credential() {
    if is_missing("curl") {
        return;
    }
    for (to, answers_seen) in [("whatsbizapi", 3), ("superwaba", 1)] {
        for status in [404, 405, 301, 307] {
            let place = prepared(to, &[]);
            let out = place.path().join("out");
            let other = Server::start(Box::new(|_| Answer::new(200, "mine now")));
            let location = format!("{}/elsewhere", other.url());
            let server = Server::start(Box::new(move |_| {
                Answer::new(status, "nothing here").with("Location", location.clone())
            }));
            let upload = Upload::of(&out, to, &server);
            let output = upload.run();
            assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
            assert!(stderr(&output).contains("base URL"), "{}", stderr(&output));
            assert_eq!(server.statuses(), vec![status; answers_seen]);
            assert_eq!(other.statuses(), [0u16; 0]);
            assert_eq!(statuses(&out), [0u16; 0], "nothing is recorded");
            if status == 404 {
                let output = upload.with("ROWCALL_TAKE_404", "1").run();
                assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
                assert!(statuses(&out).iter().all(|status| *status == 404));
            }
        }
    }
}

#[test]
fn a_contact_that_is_not_found_among_others_is_recorded() {
    if is_missing("curl") {
        return;
    }
    let place = prepared("whatsbizapi", &[]);
    let out = place.path().join("out");
    let arrivals = Arrivals::default();
    let server = whatsbizapi_but(&arrivals, |n, _| {
        [0, 1, 3, 4, 5, 6].contains(&n).then(|| Answer::new(404, "unknown"))
    });
    let output = Upload::of(&out, "whatsbizapi", &server).run();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(statuses(&out)[..8], [404, 404, 200, 404, 404, 404, 404, 200]);
}

#[test]
fn a_server_that_is_down_for_a_while_is_waited_for() {
    if is_missing("curl") {
        return;
    }
    let place = prepared("whatsbizapi", &[]);
    let out = place.path().join("out");
    // A port that was free a moment ago.
    let address = Server::start(Box::new(|_| Answer::new(500, ""))).address();
    let upload = Upload::at(&out, "whatsbizapi", &format!("http://{address}"));
    let output = upload.run();
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert!(stderr(&output).contains("no answer"), "{}", stderr(&output));
    assert_eq!(statuses(&out), [0u16; 0]);
    let child = upload.with("ROWCALL_RETRY_SECONDS", "1").start();
    std::thread::sleep(Duration::from_millis(500));
    let arrivals = Arrivals::default();
    let _server = Server::start_at(&address, documents::whatsbizapi(&arrivals));
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(arrivals.all(), expected(whatsbizapi_form));
}

/// A server for whatsbizapi that takes its time.
fn slow(arrivals: &Arrivals) -> Server {
    whatsbizapi_but(arrivals, |_, _| {
        std::thread::sleep(Duration::from_millis(60));
        None
    })
}

fn wait_for(arrivals: &Arrivals, count: usize) {
    let start = Instant::now();
    while arrivals.all().len() < count {
        assert!(start.elapsed() < Duration::from_secs(20), "nothing arrives");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Each contact once, but for one that may have come twice.
fn once_but_for_one(arrivals: &Arrivals) {
    let mut arrived = arrivals.all();
    arrived.dedup();
    assert_eq!(arrived, expected(whatsbizapi_form));
    assert!(arrivals.all().len() <= ROWS.len() + 1, "{} arrived", arrivals.all().len());
}

#[test]
fn a_run_that_is_killed_goes_on_where_it_stopped() {
    if is_missing("curl") {
        return;
    }
    let place = prepared("whatsbizapi", &["--batch-size", "4"]);
    let out = place.path().join("out");
    let arrivals = Arrivals::default();
    let server = slow(&arrivals);
    let upload = Upload::of(&out, "whatsbizapi", &server);
    for count in [3, 6] {
        let mut child = upload.start();
        wait_for(&arrivals, count);
        let second = upload.run();
        assert_eq!(second.status.code(), Some(2), "two runs at once: {}", stderr(&second));
        assert!(stderr(&second).contains("another run"), "{}", stderr(&second));
        child.kill().expect("killed");
        child.wait().expect("it ends");
        let output = upload.run();
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        let remedy = stderr(&output);
        let remedy = remedy.lines().find_map(|line| line.split_once("rm -r ")).expect("a remedy");
        fs::remove_dir_all(remedy.1.trim_matches('\'')).expect("the remedy names the lock");
        if count == 3 {
            // What a power cut leaves of a line.
            let file = fs::read_dir(out.join("answers")).expect("answers");
            let file = file.map(|entry| entry.expect("an entry").path()).max().expect("one");
            let mut text = fs::read(&file).expect("answers");
            text.extend_from_slice(b"{\"file\":\"payload/0000");
            fs::write(file, text).expect("written");
        }
    }
    let output = upload.run();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(statuses(&out), [200; ROWS.len()]);
    let mut arrived = arrivals.all();
    arrived.dedup();
    assert_eq!(arrived, expected(whatsbizapi_form));
    let most = ROWS.len() + 2;
    assert!(arrivals.all().len() <= most, "two kills, {} arrived", arrivals.all().len());
}

#[test]
fn a_signal_ends_the_run_after_the_answer_that_is_under_way_and_takes_the_lock_away() {
    if is_missing("curl") {
        return;
    }
    for (signal, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let place = prepared("whatsbizapi", &[]);
        let out = place.path().join("out");
        let arrivals = Arrivals::default();
        let server = slow(&arrivals);
        let upload = Upload::of(&out, "whatsbizapi", &server);
        let child = upload.start();
        wait_for(&arrivals, 2);
        script::kill(&child, signal);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(!out.join("answers/.lock").exists(), "{signal}: the lock is gone");
        let output = upload.run();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        once_but_for_one(&arrivals);
    }
}

#[test]
fn a_signal_ends_a_pause_at_once() {
    if is_missing("curl") {
        return;
    }
    let place = prepared("whatsbizapi", &[]);
    let arrivals = Arrivals::default();
    let server = whatsbizapi_but(&arrivals, |_, _| None);
    let upload = Upload::of(&place.path().join("out"), "whatsbizapi", &server);
    let child = upload.with("ROWCALL_PACE_SECONDS", "600").start();
    wait_for(&arrivals, 1);
    std::thread::sleep(Duration::from_millis(300));
    let start = Instant::now();
    script::kill(&child, "TERM");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(143), "{}", stderr(&output));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(statuses(&place.path().join("out")), [200]);
}

#[test]
fn requests_are_paced_to_the_limit_of_the_platform() {
    if is_missing("curl") {
        return;
    }
    // 60 a minute for the one, 100 a minute, which is 5 and then 3 seconds, for the other.
    for (to, limit, seconds) in [("whatsbizapi", "6", 3), ("superwaba", "8", 3)] {
        let place = prepared(to, &["--limit", limit, "--batch-size", "1"]);
        let arrivals = Arrivals::default();
        let server = Server::start(match to {
            "superwaba" => documents::superwaba(&arrivals, 1_000_000),
            _ => documents::whatsbizapi(&arrivals),
        });
        let start = Instant::now();
        let output = Upload::of(&place.path().join("out"), to, &server).paced().run();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let took = start.elapsed();
        let wanted = Duration::from_secs(seconds);
        assert!(took >= wanted && took < wanted * 3, "{to}: {took:?}");
    }
}

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
fn a_duplicate_is_the_platforms_word_and_no_fault_of_the_run() {
    if is_missing("curl") || is_missing("openssl") {
        return;
    }
    let arrivals = Arrivals::default();
    let server = Server::start(documents::awalchat(&arrivals));
    for (round, status) in [(1, 201), (2, 409)] {
        let place = prepared("awalchat", &AWALCHAT_OPTIONS);
        let out = place.path().join("out");
        let output = Upload::of(&out, "awalchat", &server).run();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(statuses(&out), [status; ROWS.len()], "round {round}");
    }
    assert_eq!(arrivals.all().len(), ROWS.len());
    let arrivals = Arrivals::default();
    let server = Server::start(documents::superwaba(&arrivals, 1_000_000));
    for skipped in [0, ROWS.len()] {
        let place = prepared("superwaba", &[]);
        let out = place.path().join("out");
        let output = Upload::of(&out, "superwaba", &server).run();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let body = answers(&out)[0]["body"].as_str().expect("a text").to_owned();
        let body: serde_json::Value = serde_json::from_str(&body).expect("JSON as it was said");
        assert_eq!(body["data"]["skipped"], skipped);
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

#[test]
fn answers_that_were_kept_are_not_lost_to_force() {
    if is_missing("curl") {
        return;
    }
    let place = prepared("whatsbizapi", &[]);
    let server = Server::start(Box::new(|_| Answer::new(200, "")));
    let out = place.path().join("out");
    assert_eq!(Upload::of(&out, "whatsbizapi", &server).run().status.code(), Some(0));
    let output = prepare(place.path(), "whatsbizapi", &["--force"]);
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert_eq!(statuses(&out).len(), ROWS.len());
}

#[test]
fn answers_that_do_not_fit_the_payload_stop_the_run() {
    if is_missing("curl") {
        return;
    }
    let place = prepared("whatsbizapi", &[]);
    let out = place.path().join("out");
    let server = Server::start(Box::new(|_| Answer::new(200, "")));
    let upload = Upload::of(&out, "whatsbizapi", &server);
    assert_eq!(upload.run().status.code(), Some(0));
    let file = out.join("answers/000001.jsonl");
    let text = fs::read_to_string(&file).expect("answers");
    let (_, without_first) = text.split_once('\n').expect("lines");
    fs::write(&file, without_first).expect("written");
    let output = upload.run();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    fs::write(&file, format!("{text}{}\n", text.lines().last().expect("one"))).expect("written");
    let output = upload.run();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(server.statuses().len(), ROWS.len());
}

#[test]
fn a_hostile_contract_runs_no_command() {
    let whatsbizapi = include_str!("../src/write/contracts/whatsbizapi.toml");
    let awalchat = include_str!("../src/write/contracts/awalchat.toml");
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
    let whatsbizapi = include_str!("../src/write/contracts/whatsbizapi.toml");
    let superwaba = include_str!("../src/write/contracts/superwaba.toml");
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
        vec![("template".to_owned(), include_str!("../src/write/upload.sh").to_owned())];
    for contract in rowcall::write::contract::Contract::built_in() {
        let script = rowcall::write::upload::script(&contract, 1, 2);
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

/// The commands in the README's block on uploading, and what its table says of each platform.
#[test]
fn the_commands_of_the_readme_send_an_export_to_every_platform() {
    if is_missing("curl") || is_missing("openssl") {
        return;
    }
    let readme = include_str!("../README.md");
    let section = readme.split("### Send it\n").nth(1).expect("README.md has the section");
    let section = section.split("\n## ").next().expect("a section");
    let block = section.split("```sh\n").nth(1).expect("commands");
    let block = block.split("```").next().expect("commands");
    for to in ["superwaba", "whatsbizapi", "wawp", "vobiz", "awalchat"] {
        let commands: Vec<&str> = block.lines().filter(|line| line.contains(to)).collect();
        assert_eq!(commands.len(), 2, "{to}: {block}");
        let row = section.lines().find(|line| line.starts_with(&format!("| `{to}` |")));
        let row = row.unwrap_or_else(|| panic!("README.md has no row for {to}"));
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
fn the_exit_codes_of_the_readme_are_those_of_the_script() {
    let readme = include_str!("../README.md");
    let section = readme.split("### Send it\n").nth(1).expect("README.md has the section");
    for code in ["0", "2", "3", "4", "5", "6"] {
        assert!(section.contains(&format!("\n| {code} |")), "README.md lacks exit code {code}");
        let script = include_str!("../src/write/upload.sh");
        assert!(script.contains(&format!("\n#     {code}   ")), "the script lacks {code}");
    }
}
