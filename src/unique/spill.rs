//! Sorts more than memory holds: items go to a nameless private file in sorted runs, and come back
//! in order, each run read a little at a time.
//! It must not know what the items mean.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Bytes of items that are gathered before they become a run. As much is used to read all runs.
const MEMORY_BYTES: usize = 4 << 20;
/// The least that is read of a run at once, in items.
const READ_ITEMS_MIN: usize = 64;

/// An item: numbers, compared from the first on.
type Item<const N: usize> = [u64; N];

/// Gathers items in any order.
pub(super) struct Sorter<const N: usize> {
    folder: PathBuf,
    items_max: usize,
    items: Vec<Item<N>>,
    file: Option<BufWriter<File>>,
    runs: Vec<Run>,
}

/// A sorted part of the file: offsets in items, from 0.
#[derive(Debug, Clone, Copy)]
struct Run {
    start: u64,
    end: u64,
}

impl<const N: usize> Sorter<N> {
    /// Nothing yet. The file, if one is needed, is made in `folder` and has no name there.
    pub(super) fn new(folder: &Path) -> Sorter<N> {
        Sorter::with_items_max(folder, MEMORY_BYTES / size_of::<Item<N>>())
    }

    fn with_items_max(folder: &Path, items_max: usize) -> Sorter<N> {
        let (items, runs) = (Vec::new(), Vec::new());
        Sorter { folder: folder.to_owned(), items_max, items, file: None, runs }
    }

    /// Takes an item.
    pub(super) fn push(&mut self, item: Item<N>) -> io::Result<()> {
        if self.items.len() == self.items_max {
            self.write_run()?;
        }
        self.items.push(item);
        Ok(())
    }

    #[cold]
    fn write_run(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none
                .insert(BufWriter::with_capacity(256 << 10, tempfile::tempfile_in(&self.folder)?)),
        };
        self.items.sort_unstable();
        for word in self.items.iter().flatten() {
            file.write_all(&word.to_le_bytes())?;
        }
        let start = self.runs.last().map_or(0, |run| run.end);
        self.runs.push(Run { start, end: start + self.items.len() as u64 });
        self.items.clear();
        Ok(())
    }

    /// All items, in order.
    pub(super) fn finish(mut self) -> io::Result<Sorted<N>> {
        if self.file.is_some() {
            self.write_run()?;
            self.items = Vec::new();
        }
        self.items.sort_unstable();
        let file = match self.file {
            Some(file) => Some(file.into_inner().map_err(io::IntoInnerError::into_error)?),
            None => None,
        };
        Ok(Sorted { items: self.items, file, runs: self.runs, read_items: self.items_max })
    }
}

/// Sorted items: all in memory, or all in the file.
pub(super) struct Sorted<const N: usize> {
    items: Vec<Item<N>>,
    file: Option<File>,
    runs: Vec<Run>,
    /// How many items may be in memory while they are read.
    read_items: usize,
}

impl<const N: usize> Sorted<N> {
    /// Begins to read the items in order.
    pub(super) fn begin(&self) -> io::Result<Position<N>> {
        let items_max = (self.read_items / self.runs.len().max(1)).max(READ_ITEMS_MIN);
        let mut position = Position { at: 0, heads: BinaryHeap::new(), runs: Vec::new() };
        for (index, run) in self.runs.iter().enumerate() {
            position.runs.push(Reading { left: *run, items: Vec::new(), at: 0, items_max });
            self.refill(&mut position, index)?;
        }
        Ok(position)
    }

    /// The next item from a position on.
    pub(super) fn next(&self, position: &mut Position<N>) -> io::Result<Option<Item<N>>> {
        if self.file.is_none() {
            let item = self.items.get(position.at).copied();
            position.at += 1;
            return Ok(item);
        }
        let Some(Reverse((item, run))) = position.heads.pop() else { return Ok(None) };
        self.refill(position, run)?;
        Ok(Some(item))
    }

    /// Puts the next item of a run among those of which the least comes next.
    fn refill(&self, position: &mut Position<N>, index: usize) -> io::Result<()> {
        let run = &mut position.runs[index];
        if run.at == run.items.len() {
            let file = self.file.as_ref().expect("runs are in a file");
            run.read(file)?;
        }
        if let Some(item) = run.items.get(run.at) {
            run.at += 1;
            position.heads.push(Reverse((*item, index)));
        }
        Ok(())
    }
}

/// How far sorted items have been read; several readers do not disturb each other.
pub(super) struct Position<const N: usize> {
    /// The next item in memory.
    at: usize,
    /// The next item of each run, and the run's index.
    heads: BinaryHeap<Reverse<(Item<N>, usize)>>,
    runs: Vec<Reading<N>>,
}

/// How far a run has been read.
struct Reading<const N: usize> {
    /// What is still in the file.
    left: Run,
    items: Vec<Item<N>>,
    at: usize,
    items_max: usize,
}

impl<const N: usize> Reading<N> {
    /// Reads the next items of the run; none at its end.
    fn read(&mut self, file: &File) -> io::Result<()> {
        let left = usize::try_from(self.left.end - self.left.start).unwrap_or(usize::MAX);
        let count = left.min(self.items_max);
        let mut bytes = vec![0; count * size_of::<Item<N>>()];
        file.read_exact_at(&mut bytes, self.left.start * size_of::<Item<N>>() as u64)?;
        self.left.start += count as u64;
        self.at = 0;
        self.items.clear();
        for item in bytes.chunks_exact(size_of::<Item<N>>()) {
            let mut words = item.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word));
            self.items.push(std::array::from_fn(|_| words.next().expect("as many as in an item")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_back_in_order_from_memory_and_from_any_number_of_runs() {
        for (count, items_max) in [(0, 4), (3, 4), (4, 4), (5, 4), (1000, 7), (1000, 1), (999, 500)]
        {
            let mut sorter = Sorter::with_items_max(&std::env::temp_dir(), items_max);
            let item = |at: u64| [at * 7919 % 101, at];
            (0..count).for_each(|at| sorter.push(item(at)).expect("written"));
            assert_eq!(sorter.runs.len() as u64, count.saturating_sub(1) / items_max as u64);
            assert!(sorter.items.len() <= items_max);
            let mut expected: Vec<_> = (0..count).map(item).collect();
            expected.sort_unstable();
            let sorted = sorter.finish().expect("written");
            let mut ahead = sorted.begin().expect("read");
            let together: usize = ahead.runs.iter().map(|run| run.items_max).sum();
            assert_eq!(together, (items_max / sorted.runs.len().max(1)).max(64) * ahead.runs.len());
            for _ in 0..count / 2 {
                sorted.next(&mut ahead).expect("read").expect("half of them");
            }
            let mut position = sorted.begin().expect("read");
            let mut got = Vec::new();
            while let Some(item) = sorted.next(&mut position).expect("read") {
                got.push(item);
            }
            assert_eq!(got, expected, "{count} items, {items_max} in memory");
            assert_eq!(sorted.next(&mut ahead).expect("read").is_some(), count > 0);
        }
    }
}
