//! A run is killed, at random moments and at every system call that matters.

use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use crate::place::{Place, RUN, Stands, Traced, calls, has_strace, program, skipped, strace};

/// Numbers that a seed decides.
struct Random(u64);

impl Random {
    fn seeded() -> Random {
        let since = std::time::UNIX_EPOCH.elapsed().expect("after 1970");
        Random(since.as_nanos() as u64 | 1)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Kills runs at so many random moments.
fn kill_at_random(place: &Place, points: usize) {
    let mut random = Random::seeded();
    let seed = random.0;
    let (mut left_partials, mut stood) = (0, [0; 3]);
    let took = |place: &Place| {
        let start = Instant::now();
        assert!(program(place.path(), &RUN).status().expect("it runs").success());
        start.elapsed()
    };
    let longest = (0..5).map(|_| took(place)).max().expect("five runs");
    for point in 0..points {
        let before = if point % 2 == 0 { Stands::Nothing } else { Stands::Old };
        place.reset(before);
        let mut child = program(place.path(), &RUN).spawn().expect("it starts");
        std::thread::sleep(Duration::from_nanos(random.below(longest.as_nanos() as u64)));
        child.kill().expect("killed, or it has ended");
        child.wait().expect("it ends");
        left_partials += place.partials();
        let how = format!("seed {seed}, point {point}");
        stood[place.check_after_death(before, &how) as usize] += 1;
    }
    let [nothing, old, new] = stood;
    let _ = writeln!(
        std::io::stderr(),
        "killed at {points} random moments (seed {seed}): {left_partials} left a partial folder; \
         nothing stood {nothing} times, the old {old} times, the new {new} times"
    );
    assert!(left_partials > points / 20, "the kills hit runs that were writing");
}

#[test]
fn a_run_killed_at_any_moment_leaves_nothing_the_old_folder_or_the_new_one() {
    kill_at_random(&Place::with_rows(400), 300);
}

#[test]
#[ignore = "takes minutes; run it with --release before a release"]
fn a_run_killed_at_any_of_thousands_of_moments_leaves_nothing_the_old_folder_or_the_new_one() {
    kill_at_random(&Place::with_rows(5000), 3000);
}

/// Kills a run at its n-th call, for every n; returns how often.
fn kill_at_every(place: &Place, traced: Traced, call: &str) -> usize {
    let before = if traced == Traced::All { Stands::Old } else { Stands::Nothing };
    place.reset(before);
    let all = calls(place, traced, call, &RUN);
    for n in 1..=all {
        place.reset(before);
        let trace = format!("trace={call}");
        let inject = format!("inject={call}:signal=KILL:when={n}");
        let options = ["-o", "/dev/null", "-e", &trace, "-e", &inject];
        let status = strace(place.path(), traced, &options, &RUN).status().expect("strace runs");
        // Which thread makes the last calls is not the same in every run.
        assert!(status.signal() == Some(9) || n * 2 > all, "{call} {n}: {status}");
        place.check_after_death(before, &format!("{call} number {n} of {all}"));
    }
    all
}

#[test]
fn a_run_killed_at_any_system_call_leaves_nothing_the_old_folder_or_the_new_one() {
    if !has_strace() {
        skipped("killing runs at each system call: strace is not there, or may not trace");
        return;
    }
    let place = Place::with_rows(150);
    let mut points = 0;
    for call in ["write", "fsync", "renameat2", "openat", "close", "mkdir", "unlinkat", "flock"] {
        points += kill_at_every(&place, Traced::All, call);
        points += kill_at_every(&place, Traced::First, call);
    }
    let _ = writeln!(std::io::stderr(), "killed at {points} system calls");
    assert!(points >= 150, "{points}");
}
