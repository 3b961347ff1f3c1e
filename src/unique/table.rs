//! Key → the first row that has it, in memory; a key is a phone's digits. Five slots to a bucket of
//! 64 bytes, in partitions that grow one at a time, so that growing never needs twice the memory.

use std::hash::{BuildHasher, RandomState};

/// Bits of a head that hold the key: 10¹⁵ is less than 2⁵⁰.
const KEY_BITS: u32 = 50;
/// Bits of the ordinal that stand beside the key in a head; the tail holds 32 more.
const HEAD_ORDINAL_BITS: u32 = 64 - KEY_BITS;

const PARTITIONS: usize = 64;
/// Buckets of the smallest empty partition.
const BUCKETS_MIN: usize = 16;

/// Slots of a bucket.
const BUCKET_SLOTS: usize = 5;

/// How many claims are looked up together, so that their cache misses overlap.
const AHEAD: usize = 32;

/// An open-addressing table from keys to ordinals. Its hash is seeded anew in each run, so that
/// no input can be crafted to collide; nothing that is written depends on it.
pub(super) struct Table {
    partitions: Vec<Partition>,
    seeds: [u64; 2],
}

/// Buckets. At most 15 in 16 slots are used, so that most searches end in their first bucket.
struct Partition {
    buckets: Vec<Bucket>,
    used: usize,
}

/// A line of the processor's cache, so that most searches touch one. A slot is a head, which is the
/// key and the ordinal's high bits, and a tail with the rest of the ordinal; a head of 0 is free.
/// Slots are filled in order.
#[derive(Clone, Default)]
#[repr(align(64))]
struct Bucket {
    heads: [u64; BUCKET_SLOTS],
    tails: [u32; BUCKET_SLOTS],
}

/// Where a slot is: its bucket's index, and its own there.
type At = (usize, usize);

impl Table {
    pub(super) fn new() -> Table {
        let random = RandomState::new();
        let seeds = [random.hash_one(0), random.hash_one(1) | 1];
        // Partitions of different sizes do not grow all at once.
        let buckets = |at: usize| BUCKETS_MIN + BUCKETS_MIN * at / PARTITIONS;
        let partitions = (0..PARTITIONS).map(|at| Partition::with_buckets(buckets(at))).collect();
        Table { partitions, seeds }
    }

    /// Bytes of memory that the slots take, used or free.
    pub(super) fn bytes(&self) -> usize {
        let buckets = self.partitions.iter().map(|partition| partition.buckets.len());
        buckets.sum::<usize>() * size_of::<Bucket>()
    }

    /// All keys and their ordinals, in no order; the memory is let go on the way.
    pub(super) fn into_entries(self) -> impl Iterator<Item = (u64, u64)> {
        let buckets = self.partitions.into_iter().flat_map(|partition| partition.buckets);
        let slots = buckets.flat_map(|Bucket { heads, tails }| heads.into_iter().zip(tails));
        slots
            .filter(|(head, _)| *head != 0)
            .map(|(head, tail)| (head >> HEAD_ORDINAL_BITS, ordinal_of(head, tail)))
    }

    /// Claims each key for its row, in order; a row's ordinal is its number beyond `first`. `taken`
    /// hears each row whose key has an ordinal already, and that ordinal.
    pub(super) fn claim(
        &mut self,
        claims: &[(u64, usize)],
        first: u64,
        mut taken: impl FnMut(usize, u64),
    ) {
        for claims in claims.chunks(AHEAD) {
            let mut hashes = [0; AHEAD];
            let mut touched = 0;
            for (hash, (key, _)) in hashes.iter_mut().zip(claims) {
                *hash = mix(*key, self.seeds);
                touched ^= self.partition(*hash).touch(*hash);
            }
            std::hint::black_box(touched);
            for ((key, row), hash) in claims.iter().zip(hashes) {
                let partition = &mut self.partitions[partition_of(hash)];
                let ordinal = first + *row as u64;
                if let Some(earlier) = partition.claim(*key, ordinal, hash, self.seeds) {
                    taken(*row, earlier);
                }
            }
        }
    }

    fn partition(&self, hash: u64) -> &Partition {
        &self.partitions[partition_of(hash)]
    }
}

impl Partition {
    fn with_buckets(buckets: usize) -> Partition {
        Partition { buckets: vec![Bucket::default(); buckets], used: 0 }
    }

    /// Reads what stands where the hash points, to have it in the cache.
    fn touch(&self, hash: u64) -> u64 {
        self.buckets[self.bucket_of(hash)].heads[0]
    }

    /// The bucket at which the search for a hash begins.
    fn bucket_of(&self, hash: u64) -> usize {
        let spread = hash.wrapping_mul(PARTITIONS as u64);
        let scaled = (u128::from(spread) * self.buckets.len() as u128) >> 64;
        usize::try_from(scaled).expect("less than the number of buckets")
    }

    fn claim(&mut self, key: u64, ordinal: u64, hash: u64, seeds: [u64; 2]) -> Option<u64> {
        debug_assert!(key >> KEY_BITS == 0 && ordinal >> (32 + HEAD_ORDINAL_BITS) == 0);
        if (self.used + 1) * 16 > self.buckets.len() * BUCKET_SLOTS * 15 {
            self.grow(seeds);
        }
        let at = self.search(key, hash);
        let Bucket { heads, tails } = &self.buckets[at.0];
        let head = heads[at.1];
        if head != 0 {
            return Some(ordinal_of(head, tails[at.1]));
        }
        self.put(at, key << HEAD_ORDINAL_BITS | ordinal >> 32, low_half(ordinal));
        None
    }

    /// The slot of the key, or the free slot where it belongs.
    fn search(&self, key: u64, hash: u64) -> At {
        let mut bucket = self.bucket_of(hash);
        loop {
            // Without a branch for each slot, which the processor could not foresee.
            let heads = self.buckets[bucket].heads.iter().enumerate();
            let found = heads.fold(0u32, |found, (slot, head)| {
                let is_here = *head == 0 || *head >> HEAD_ORDINAL_BITS == key;
                found | u32::from(is_here) << slot
            });
            if found != 0 {
                return (bucket, found.trailing_zeros() as usize);
            }
            bucket = if bucket + 1 == self.buckets.len() { 0 } else { bucket + 1 };
        }
    }

    fn put(&mut self, (bucket, slot): At, head: u64, tail: u32) {
        let Bucket { heads, tails } = &mut self.buckets[bucket];
        (heads[slot], tails[slot]) = (head, tail);
        self.used += 1;
    }

    #[cold]
    fn grow(&mut self, seeds: [u64; 2]) {
        let buckets = self.buckets.len() * 2;
        let old = std::mem::replace(self, Partition::with_buckets(buckets));
        for Bucket { heads, tails } in old.buckets {
            for (head, tail) in heads.into_iter().zip(tails).filter(|(head, _)| *head != 0) {
                let key = head >> HEAD_ORDINAL_BITS;
                let at = self.search(key, mix(key, seeds));
                self.put(at, head, tail);
            }
        }
    }
}

/// The ordinal of a slot.
fn ordinal_of(head: u64, tail: u32) -> u64 {
    (head & ((1 << HEAD_ORDINAL_BITS) - 1)) << 32 | u64::from(tail)
}

/// A seeded hash: both halves of a 128-bit product, folded.
fn mix(key: u64, seeds: [u64; 2]) -> u64 {
    let product = u128::from(key ^ seeds[0]) * u128::from(seeds[1]);
    let folded = low_word(product) ^ low_word(product >> 64);
    folded.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is what is wanted")]
fn low_half(word: u64) -> u32 {
    word as u32
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is what is wanted")]
fn low_word(product: u128) -> u64 {
    product as u64
}

/// The partition of a hash: its top bits; the slot uses the bits below them.
fn partition_of(hash: u64) -> usize {
    usize::try_from(hash >> (u64::BITS - PARTITIONS.trailing_zeros())).expect("a few bits")
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn the_first_ordinal_of_a_phone_is_kept_through_all_growth() {
        let mut table = Table::new();
        let mut oracle = HashMap::new();
        let mut random = 88_172_645_463_325_252_u64;
        for round in 0..200u64 {
            let first = round << 38;
            let claims: Vec<(u64, usize)> = (0..501)
                .map(|at| {
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    // Few enough phones that many repeat; the largest is near 10¹⁵.
                    (999_999_999_999_999 - random % 60_000, at)
                })
                .collect();
            let mut expected = Vec::new();
            for (key, row) in &claims {
                let ordinal = first + *row as u64;
                let earlier = *oracle.entry(*key).or_insert(ordinal);
                if earlier != ordinal {
                    expected.push((*row, earlier));
                }
            }
            let mut got = Vec::new();
            table.claim(&claims, first, |row, earlier| got.push((row, earlier)));
            assert_eq!(got, expected, "round {round}");
        }
        let entries: HashMap<u64, u64> = table.into_entries().collect();
        assert_eq!(entries, oracle);
    }

    #[test]
    fn a_distinct_phone_costs_from_12_to_21_bytes() {
        let mut table = Table::new();
        let claims: Vec<(u64, usize)> =
            (0..1_000_000).map(|n| (971_500_000_000 + n as u64 * 7, n)).collect();
        for some in claims.chunks(1000) {
            table.claim(some, 0, |_, _| unreachable!("all differ"));
        }
        let range = claims.len() * 12..=claims.len() * 21;
        assert!(range.contains(&table.bytes()), "{} bytes", table.bytes());
    }

    #[test]
    fn phones_that_follow_each_other_are_spread_over_all_partitions_and_found_at_once() {
        const PHONES: usize = 200_000;
        let mut table = Table::new();
        let claims: Vec<(u64, usize)> =
            (0..PHONES).map(|n| (971_500_000_000 + n as u64, n)).collect();
        table.claim(&claims, 0, |_, _| unreachable!("all differ"));
        let mean = PHONES / PARTITIONS;
        let mut moved = 0;
        for partition in &table.partitions {
            assert!((mean / 2..mean * 2).contains(&partition.used), "{}", partition.used);
            let buckets = &partition.buckets;
            let keys = buckets.iter().enumerate().flat_map(|(at, bucket)| {
                let heads = bucket.heads.iter().filter(|head| **head != 0);
                heads.map(move |head| (at, head >> HEAD_ORDINAL_BITS))
            });
            moved +=
                keys.filter(|(at, key)| partition.bucket_of(mix(*key, table.seeds)) != *at).count();
        }
        assert!(moved < PHONES / 4, "{moved} are not in their first bucket");
    }
}
