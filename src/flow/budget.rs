//! How many bytes of input may be on their way at once, so that memory stays bounded however long
//! single records are.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes that were read and not yet settled.
#[derive(Debug)]
pub(super) struct Budget {
    bytes_max: usize,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    used: usize,
    closed: bool,
}

impl Budget {
    pub(super) fn new(bytes_max: usize) -> Budget {
        Budget { bytes_max, state: Mutex::default(), freed: Condvar::new() }
    }

    /// Waits until so many bytes fit, or nothing else is on its way; `false` when the run is over.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let mut state = self.lock();
        while !state.closed && state.used > 0 && state.used + bytes > self.bytes_max {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.used += bytes;
        !state.closed
    }

    /// So many bytes are settled.
    pub(super) fn give_back(&self, bytes: usize) {
        self.lock().used -= bytes;
        self.freed.notify_all();
    }

    /// The run is over: nobody needs to wait.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.freed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_larger_than_the_budget_passes_when_it_is_alone() {
        let budget = Budget::new(10);
        assert!(budget.take(100));
        budget.give_back(100);
        assert!(budget.take(6));
        assert!(budget.take(4));
        budget.close();
        assert!(!budget.take(1));
    }
}
