//! What the script does when the server or the platform says no.

use std::fs;
use std::time::{Duration, Instant};

use crate::documents::{self, Arrivals, credential};
use crate::export::{ROWS, prepare, prepared};
use crate::http::{Answer, Call, Server};
use crate::script::{Upload, answers, is_missing, statuses};
use crate::support::{scratch, stderr};
use crate::{AWALCHAT_OPTIONS, expected, whatsbizapi_form};

/// A server for whatsbizapi whose n-th call, from 0, is answered by `mood`, if it says something.
pub(crate) fn whatsbizapi_but(
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
    let run = upload.with("ROWCALL_RETRY_SECONDS", "1").start();
    std::thread::sleep(Duration::from_millis(500));
    let arrivals = Arrivals::default();
    let _server = Server::start_at(&address, documents::whatsbizapi(&arrivals));
    let output = run.end();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(arrivals.all(), expected(whatsbizapi_form));
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
fn a_file_that_is_too_large_for_the_platform_is_recorded_as_refused() {
    if is_missing("curl") {
        return;
    }
    let large = "x".repeat(900_000);
    for (rows, sent) in [(1, 900_000..1_000_000), (6, 0..1)] {
        let place = scratch();
        let row = |n| format!("Ann,+97150123456{n},{large}\n");
        let table = format!("Name,Phone,Address\n{}", (0..rows).map(row).collect::<String>());
        fs::write(place.path().join("contacts.csv"), table).expect("written");
        assert_eq!(prepare(place.path(), "superwaba", &[]).status.code(), Some(0));
        let out = place.path().join("out");
        let server = Server::start(documents::superwaba(&Arrivals::default(), 100_000));
        let output = Upload::of(&out, "superwaba", &server).run();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(statuses(&out), [413]);
        let bytes = server.log()[0].0.body.len();
        assert!(sent.contains(&bytes), "{bytes} bytes were sent");
    }
}
