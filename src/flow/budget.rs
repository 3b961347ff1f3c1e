//! How much may be on its way at once, so that memory stays bounded however long single records are,
//! and however short.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What is made of a line, whatever its length: its row, its problems, its place in the rejects.
const BYTES_PER_LINE: usize = 1024;

/// More is not on its way, but for what workers are just making of their chunks, or one chunk alone.
const BYTES_MAX: usize = 48 << 20;

/// Of a chunk no more than so many lines are wanted: where they are so short that there are more, what
/// is made of it would be many times as large as it is.
const CHUNK_LINES_MAX: usize = 8 << 10;

/// Smaller chunks cost more than they save.
const CHUNK_LINES_MIN: usize = 64;

/// The bytes that chunks take in memory, about, from when they are read until they are settled.
#[derive(Debug)]
pub(super) struct Budget {
    bytes_max: usize,
    /// The share of a chunk, where every worker has one and another waits for it.
    share_bytes: usize,
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
    /// Room for so many chunks of so many bytes, with lines as they mostly are, on their way through
    /// the hands of so many workers.
    pub(super) fn new(chunks: usize, chunk_bytes: usize, workers: usize) -> Budget {
        const LINE_BYTES: usize = 64;
        let usual = chunk_bytes.saturating_add(chunk_bytes / LINE_BYTES * BYTES_PER_LINE);
        let bytes_max = usual.saturating_mul(chunks).min(BYTES_MAX);
        let share_bytes = BYTES_MAX / workers.saturating_mul(2);
        Budget { bytes_max, share_bytes, state: Mutex::default(), freed: Condvar::new() }
    }

    /// Lines that a chunk should have at most, where what is made of a line names the cells of a
    /// header of so many bytes.
    pub(super) fn chunk_lines_max(&self, header_bytes: usize) -> usize {
        let lines = self.share_bytes / (BYTES_PER_LINE + header_bytes);
        lines.clamp(CHUNK_LINES_MIN, CHUNK_LINES_MAX)
    }

    /// Bytes of a chunk's buffers that are kept for the next one; more is let go, but not lightly: where
    /// large buffers come and go, the system's allocator keeps many times as much as is in use.
    pub(super) fn kept_bytes_max(&self) -> usize {
        const KEPT_BYTES_MAX: usize = 16 << 20;
        self.share_bytes.saturating_mul(4).min(KEPT_BYTES_MAX)
    }

    /// Waits until a chunk fits, or nothing else is on its way; `false` when the run is over.
    pub(super) fn take(
        &self,
        number: u64,
        bytes: usize,
        lines: usize,
        header_bytes: usize,
    ) -> bool {
        let bytes = bytes + lines * (BYTES_PER_LINE + header_bytes);
        let mut state = self.lock();
        while !state.closed && state.used > 0 && state.used + bytes > self.bytes_max {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.used += bytes;
        state.taken.insert(number, bytes);
        !state.closed
    }

    /// A chunk that is worked on takes so many bytes, whatever it was expected to take.
    pub(super) fn weigh(&self, number: u64, bytes: usize) {
        let mut state = self.lock();
        let expected = state.taken.insert(number, bytes).unwrap_or(0);
        state.used = state.used - expected + bytes;
        drop(state);
        self.freed.notify_all();
    }

    /// Whether chunks take more than there is room for.
    pub(super) fn is_exceeded(&self) -> bool {
        self.lock().used > self.bytes_max
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
        let budget = Budget::new(1, 10, 1);
        assert!(budget.take(0, 100, 0, 0));
        budget.give_back(0);
        assert!(budget.take(1, 6, 0, 0));
        assert!(budget.take(2, 4, 0, 0));
        budget.close();
        assert!(!budget.take(3, 1, 0, 0));
    }

    #[test]
    fn short_lines_count_for_what_is_made_of_them() {
        let budget = Budget::new(2, 1000, 1);
        assert!(budget.take(0, 1000, 1000, 100));
        assert_eq!(budget.lock().used, 1000 + 1000 * (BYTES_PER_LINE + 100));
        assert!(budget.is_exceeded());
        budget.give_back(0);
        assert_eq!(budget.lock().used, 0);
    }

    #[test]
    fn a_chunk_counts_for_what_it_turns_out_to_take() {
        let budget = Budget::new(1, 10, 1);
        assert!(budget.take(0, 6, 0, 0) && budget.take(1, 4, 0, 0));
        assert!(!budget.is_exceeded());
        budget.weigh(0, 7);
        assert!(budget.is_exceeded());
        budget.weigh(0, 1);
        assert!(budget.take(2, 5, 0, 0));
        assert!(!budget.is_exceeded());
        (0..3).for_each(|number| budget.give_back(number));
        assert_eq!(budget.lock().used, 0);
    }

    #[test]
    fn the_more_workers_and_the_longer_the_header_the_fewer_lines_has_a_chunk() {
        let lines = |workers, header_bytes| {
            Budget::new(8, 256 << 10, workers).chunk_lines_max(header_bytes)
        };
        assert_eq!(lines(1, 0), CHUNK_LINES_MAX);
        for workers in [8, 32, 64] {
            assert_eq!(lines(workers, 0) * 2 * workers * BYTES_PER_LINE, BYTES_MAX);
            assert_eq!(lines(workers, 0), 2 * lines(workers, BYTES_PER_LINE));
        }
        assert_eq!(lines(usize::MAX, usize::MAX / 2), CHUNK_LINES_MIN);
    }
}
