//! Counts of things of which there are few kinds, such as regions: a run has mostly a handful, so
//! that looking through a list takes less time than any map.

/// How often each of a few things occurred, the most frequent first.
#[derive(Debug)]
pub(super) struct Frequencies<T>(Vec<(T, u64)>);

impl<T> Default for Frequencies<T> {
    fn default() -> Frequencies<T> {
        Frequencies(Vec::new())
    }
}

impl<T: PartialEq> Frequencies<T> {
    /// Counts one more.
    pub(super) fn add(&mut self, thing: T) {
        self.add_times(thing, 1);
    }

    /// Counts so many more.
    pub(super) fn add_times(&mut self, thing: T, times: u64) {
        let counts = &mut self.0;
        let Some(at) = counts.iter().position(|(known, _)| *known == thing) else {
            counts.push((thing, times));
            return;
        };
        counts[at].1 += times;
        if at > 0 && counts[at].1 > counts[at - 1].1 {
            counts.swap(at, at - 1);
        }
    }

    /// What occurred, and how often.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&T, u64)> {
        self.0.iter().map(|(thing, count)| (thing, *count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_counted_and_the_most_frequent_stands_first() {
        let mut frequencies = Frequencies::default();
        "abacbcbbb".chars().for_each(|c| frequencies.add(c));
        let mut counts: Vec<(char, u64)> = frequencies.iter().map(|(c, n)| (*c, n)).collect();
        assert_eq!(counts[0], ('b', 5));
        counts.sort_unstable();
        assert_eq!(counts, [('a', 2), ('b', 5), ('c', 2)]);
    }
}
