//! Pace, signals, and going on where a run stopped.

use std::fs;
use std::time::{Duration, Instant};

use crate::documents::{self, Arrivals};
use crate::export::{ROWS, prepare, prepared};
use crate::http::{Answer, Server};
use crate::script::{Upload, is_missing, statuses};
use crate::support::stderr;
use crate::trouble::whatsbizapi_but;
use crate::{expected, whatsbizapi_form};

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
        let run = upload.start();
        wait_for(&arrivals, count);
        let second = upload.run();
        assert_eq!(second.status.code(), Some(2), "two runs at once: {}", stderr(&second));
        assert!(stderr(&second).contains("another run"), "{}", stderr(&second));
        run.signal("KILL");
        run.end();
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
        if is_ignored(code - 128) {
            continue;
        }
        let place = prepared("whatsbizapi", &[]);
        let out = place.path().join("out");
        let arrivals = Arrivals::default();
        let server = slow(&arrivals);
        let upload = Upload::of(&out, "whatsbizapi", &server);
        let run = upload.start();
        wait_for(&arrivals, 2);
        run.signal(signal);
        let output = run.end();
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(!out.join("answers/.lock").exists(), "{signal}: the lock is gone");
        let output = upload.run();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        once_but_for_one(&arrivals);
    }
}

/// Whether these tests were started with a signal ignored, as `nohup` does it: then no shell that
/// they start can heed it.
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
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
    let run = upload.with("ROWCALL_PACE_SECONDS", "100").start();
    wait_for(&arrivals, 1);
    std::thread::sleep(Duration::from_millis(300));
    let start = Instant::now();
    run.signal("TERM");
    let output = run.end();
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
fn answers_that_cannot_be_kept_stop_the_run_before_anything_is_sent() {
    if is_missing("curl") {
        return;
    }
    let place = prepared("whatsbizapi", &[]);
    let out = place.path().join("out");
    fs::write(out.join("answers"), "a file").expect("written");
    let server = Server::start(Box::new(|_| Answer::new(200, "")));
    let output = Upload::of(&out, "whatsbizapi", &server).run();
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert_eq!(server.statuses(), [0u16; 0]);
}

#[test]
fn the_answers_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    if is_missing("curl") {
        return;
    }
    let place = prepared("whatsbizapi", &["--limit", "1"]);
    let out = place.path().join("out");
    let server = Server::start(Box::new(|_| Answer::new(200, "")));
    assert_eq!(Upload::of(&out, "whatsbizapi", &server).run().status.code(), Some(0));
    for (path, mode) in [("upload.sh", 0o600), ("answers", 0o700), ("answers/000001.jsonl", 0o600)]
    {
        let facts = fs::metadata(out.join(path)).expect("it is there");
        assert_eq!(facts.permissions().mode() & 0o777, mode, "{path}");
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
fn a_payload_that_was_cut_short_is_no_success() {
    if is_missing("curl") {
        return;
    }
    let place = prepared("whatsbizapi", &[]);
    let out = place.path().join("out");
    let file = out.join("payload/000001.jsonl");
    let text = fs::read_to_string(&file).expect("a payload");
    let (rest, _) = text.trim_end().rsplit_once('\n').expect("lines");
    fs::write(&file, format!("{rest}\n")).expect("written");
    let server = Server::start(Box::new(|_| Answer::new(200, "")));
    let output = Upload::of(&out, "whatsbizapi", &server).run();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}
