//! The progress bar: on a terminal, and nowhere else. The only file that names indicatif.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use rowcall::flow::{Progress, Watch};

use crate::args::ProgressWish;
use crate::signals::Signals;

/// Watches a run: draws how far it has come, and hears signals.
pub(crate) struct Bar {
    bar: ProgressBar,
    signals: Signals,
}

impl Bar {
    /// A bar over `bytes` of input, or a counter where that is not known.
    pub(crate) fn new(wish: ProgressWish, quiet: bool, bytes: Option<u64>) -> Bar {
        let hidden = quiet || wish == ProgressWish::None || !stderr().is_terminal();
        let target =
            if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(bytes, target);
        let template = match bytes {
            Some(_) => "{wide_bar} {percent}%  {msg}  {eta} left",
            None => "{spinner} {bytes}  {msg}  {elapsed} so far",
        };
        bar.set_style(ProgressStyle::with_template(template).expect("a template of ours"));
        Bar { bar, signals: Signals::listen() }
    }

    /// Takes the bar off the screen.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for Bar {
    fn cancelled(&self) -> Option<u8> {
        self.signals.received()
    }

    fn progress(&self, progress: Progress) {
        if self.bar.is_hidden() {
            return;
        }
        let seconds = self.bar.elapsed().as_secs_f64().max(0.001);
        #[expect(clippy::cast_precision_loss, reason = "a rate to look at")]
        let rate = progress.rows as f64 / seconds;
        let rows = crate::terminal::grouped(progress.rows);
        self.bar.set_message(format!("{rows} rows, {:.0}k/s", rate / 1000.0));
        self.bar.set_position(progress.bytes);
    }
}
