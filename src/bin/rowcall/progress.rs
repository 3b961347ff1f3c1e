//! How far a run has come: a bar on a terminal, or a line every few seconds. The only file that
//! names indicatif.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write, stderr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use rowcall::flow::{Progress, Watch};
use rowcall::write::summary::Counts;

use crate::args::ProgressWish;
use crate::signals::Signals;
use rowcall::text::grouped;

/// How often a line is written.
const LINE_EVERY: Duration = Duration::from_secs(2);

/// Watches a run: shows how far it has come, and hears signals.
pub(crate) struct Watcher {
    show: Show,
    signals: Signals,
}

enum Show {
    Nothing,
    Bar(ProgressBar),
    Lines(Lines),
}

impl Watcher {
    /// For a run over `bytes` of input, where that is known.
    pub(crate) fn new(wish: ProgressWish, quiet: bool, bytes: Option<u64>) -> Watcher {
        let show = match wish {
            _ if quiet => Show::Nothing,
            ProgressWish::Auto if stderr().is_terminal() => Show::Bar(bar(bytes)),
            ProgressWish::Auto | ProgressWish::None => Show::Nothing,
            ProgressWish::Plain => Show::Lines(Lines::new(Form::Text, bytes)),
            ProgressWish::Json => Show::Lines(Lines::new(Form::Json, bytes)),
        };
        Watcher { show, signals: Signals::listen() }
    }

    /// Takes the bar off the screen.
    pub(crate) fn clear(&self) {
        if let Show::Bar(bar) = &self.show {
            bar.finish_and_clear();
        }
    }

    /// Says in a last line that the run was done.
    pub(crate) fn done(&self) {
        if let Show::Lines(lines) = &self.show {
            lines.say(State::Over);
        }
    }
}

impl Watch for Watcher {
    fn cancelled(&self) -> Option<u8> {
        // Asked often, also while no chunk comes.
        if let Show::Lines(lines) = &self.show {
            lines.say_now_and_then();
        }
        self.signals.received()
    }

    fn progress(&self, progress: Progress) {
        match &self.show {
            Show::Nothing => {}
            Show::Bar(bar) => {
                let rate = per_second(progress.counts.rows, bar.elapsed());
                let fates = fates(&progress.counts);
                let rows = grouped(progress.counts.rows);
                bar.set_message(format!("{rows} rows, {} rows/s{fates}", grouped(rate)));
                bar.set_position(progress.bytes);
            }
            Show::Lines(lines) => {
                lock(&lines.told).progress = progress;
                lines.say_now_and_then();
            }
        }
    }
}

/// A bar over `bytes` of input, or a counter where that is not known.
fn bar(bytes: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(bytes, ProgressDrawTarget::stderr());
    let template = match bytes {
        Some(_) => "{wide_bar} {percent}%  {bytes} of {total_bytes}  {eta} left\n{wide_msg}",
        None => "{spinner} {bytes} in {elapsed}\n{wide_msg}",
    };
    bar.set_style(ProgressStyle::with_template(template).expect("a template of ours"));
    bar
}

/// The form of a line.
#[derive(Clone, Copy)]
enum Form {
    Text,
    Json,
}

/// Whether more is to come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    UnderWay,
    Over,
}

/// Writes a line now and then.
struct Lines {
    form: Form,
    bytes: Option<u64>,
    begun: Instant,
    told: Mutex<Told>,
}

/// What was said last, and when.
struct Told {
    progress: Progress,
    next: Instant,
}

impl Lines {
    fn new(form: Form, bytes: Option<u64>) -> Lines {
        let begun = Instant::now();
        let told = Told { progress: Progress::default(), next: begun + LINE_EVERY };
        Lines { form, bytes, begun, told: Mutex::new(told) }
    }

    fn say_now_and_then(&self) {
        let now = Instant::now();
        let is_time = {
            let mut told = lock(&self.told);
            let is_time = told.next <= now;
            if is_time {
                told.next = now + LINE_EVERY;
            }
            is_time
        };
        if is_time {
            self.say(State::UnderWay);
        }
    }

    /// Says how far the run has come. A closed stderr is no reason to fail.
    fn say(&self, state: State) {
        let progress = lock(&self.told).progress;
        let elapsed = self.begun.elapsed();
        let line = match self.form {
            Form::Text => text_line(&progress, self.bytes, elapsed, state),
            Form::Json => json_line(&progress, self.bytes, elapsed, state),
        };
        let _ = stderr().write_all(line.as_bytes());
    }
}

/// A lock whose holder leaves nothing half changed.
fn lock(told: &Mutex<Told>) -> std::sync::MutexGuard<'_, Told> {
    told.lock().unwrap_or_else(PoisonError::into_inner)
}

fn text_line(progress: &Progress, bytes: Option<u64>, elapsed: Duration, state: State) -> String {
    let Progress { bytes: read, counts } = progress;
    let mut line = format!("rowcall: {}", HumanBytes(*read));
    if let Some(bytes) = bytes.filter(|_| state == State::UnderWay) {
        let _ = write!(line, " of {}", HumanBytes(bytes));
    }
    let rate = grouped(per_second(counts.rows, elapsed));
    let _ = write!(line, ", {} rows, {rate} rows/s", grouped(counts.rows));
    match (state, seconds_left(*read, bytes, elapsed)) {
        (State::Over, _) => {
            let _ = write!(line, ", done in {:.1} s", elapsed.as_secs_f64());
        }
        (State::UnderWay, Some(left)) => {
            let _ = write!(line, ", {left} s left");
        }
        (State::UnderWay, None) => {}
    }
    line + &fates(counts) + "\n"
}

fn json_line(progress: &Progress, bytes: Option<u64>, elapsed: Duration, state: State) -> String {
    let Progress { bytes: read, counts } = progress;
    let left = match state {
        State::Over => Some(0),
        State::UnderWay => seconds_left(*read, bytes, elapsed),
    };
    let line = json!({
        "schema": "rowcall.progress/1",
        "done": state == State::Over,
        "seconds": (elapsed.as_secs_f64() * 10.0).round() / 10.0,
        "seconds_left": left,
        "bytes": read,
        "bytes_in_all": bytes,
        "rows_per_second": per_second(counts.rows, elapsed),
        "counts": counts,
    });
    format!("{line}\n")
}

/// The fates so far, behind a colon; nothing before the first row.
fn fates(counts: &Counts) -> String {
    if counts.rows == 0 {
        return String::new();
    }
    let parts: Vec<String> =
        counts.parts().iter().map(|(fate, count)| format!("{} {fate}", grouped(*count))).collect();
    format!(": {}", parts.join(", "))
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate to look at"
)]
fn per_second(rows: u64, elapsed: Duration) -> u64 {
    (rows as f64 / elapsed.as_secs_f64().max(0.001)) as u64
}

/// How long the rest takes, if it takes as long a byte as what was read.
fn seconds_left(read: u64, bytes: Option<u64>, elapsed: Duration) -> Option<u64> {
    let rest = bytes?.checked_sub(read)?;
    let millis = elapsed.as_millis().checked_mul(rest.into())?.checked_div(read.into())?;
    u64::try_from(millis.div_ceil(1000)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_takes_as_long_as_what_was_read() {
        let second = Duration::from_secs(1);
        assert_eq!(seconds_left(100, Some(400), second), Some(3));
        assert_eq!(seconds_left(400, Some(400), second), Some(0));
        assert_eq!(seconds_left(0, Some(400), second), None);
        assert_eq!(seconds_left(100, None, second), None);
    }
}
