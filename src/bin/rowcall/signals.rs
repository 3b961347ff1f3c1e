//! SIGINT, SIGTERM and SIGHUP as a number that the run looks at; and SIGXFSZ as nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};

/// The signals heard so far.
pub(crate) struct Signals(Arc<AtomicUsize>);

impl Signals {
    /// Listens from now on.
    pub(crate) fn listen() -> Signals {
        let number = Arc::new(AtomicUsize::new(0));
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            let value = usize::try_from(signal).expect("signals are positive");
            // Where the system refuses, the signal keeps its own effect: it ends the program.
            let _ = signal_hook::flag::register_usize(signal, Arc::clone(&number), value);
        }
        // Once it is heard, a file that may not grow is an error of the write and not our death.
        let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
        Signals(number)
    }

    /// The last signal heard.
    pub(crate) fn received(&self) -> Option<u8> {
        u8::try_from(self.0.load(Ordering::Relaxed)).ok().filter(|number| *number > 0)
    }
}
