//! How much may be on its way at once, so that memory stays bounded however long single records are,
//! and however short.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What is made of a line, whatever its length: its row, its problems, its place in the rejects.
const BYTES_PER_LINE: usize = 512;

/// More is never on its way, but for one chunk alone.
const BYTES_MAX: usize = 96 << 20;

/// The bytes that chunks take in memory, about, from when they are read until they are settled.
#[derive(Debug)]
pub(super) struct Budget {
    bytes_max: usize,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    used: usize,
    /// What each chunk was counted for, by its number.
    taken: BTreeMap<u64, usize>,
    closed: bool,
}

impl Budget {
    /// Room for so many chunks of so many bytes, with lines as they mostly are.
    pub(super) fn new(chunks: usize, chunk_bytes: usize) -> Budget {
        const LINE_BYTES: usize = 64;
        let usual = chunk_bytes.saturating_add(chunk_bytes / LINE_BYTES * BYTES_PER_LINE);
        let bytes_max = usual.saturating_mul(chunks).min(BYTES_MAX);
        Budget { bytes_max, state: Mutex::default(), freed: Condvar::new() }
    }

    /// Waits until a chunk fits, or nothing else is on its way; `false` when the run is over.
    pub(super) fn take(&self, number: u64, bytes: usize, lines: usize) -> bool {
        let bytes = bytes + lines * BYTES_PER_LINE;
        let mut state = self.lock();
        while !state.closed && state.used > 0 && state.used + bytes > self.bytes_max {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.used += bytes;
        state.taken.insert(number, bytes);
        !state.closed
    }

    /// A chunk is settled.
    pub(super) fn give_back(&self, number: u64) {
        let mut state = self.lock();
        state.used -= state.taken.remove(&number).unwrap_or(0);
        drop(state);
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
    fn a_chunk_larger_than_the_budget_passes_when_it_is_alone() {
        let budget = Budget::new(1, 10);
        assert!(budget.take(0, 100, 0));
        budget.give_back(0);
        assert!(budget.take(1, 6, 0));
        assert!(budget.take(2, 4, 0));
        budget.close();
        assert!(!budget.take(3, 1, 0));
    }

    #[test]
    fn short_lines_count_for_what_is_made_of_them() {
        let budget = Budget::new(2, 1000);
        assert!(budget.take(0, 1000, 1000));
        assert_eq!(budget.lock().used, 1000 + 1000 * BYTES_PER_LINE);
        assert!(budget.lock().used > budget.bytes_max);
        budget.give_back(0);
        assert_eq!(budget.lock().used, 0);
    }
}
