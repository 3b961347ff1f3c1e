//! Claims that are settled when all rows are known: because a later row decides which one is kept,
//! or because memory does not hold the phones. They are sorted by subscriber, so that the rows of
//! one stand together; what follows for each row is sorted by row again.

use std::io;
use std::path::Path;

use super::spill::{Position, Sorted, Sorter};
use super::table::Table;
use super::{Claims, GoOn, OnDuplicate};

/// Set in the subscriber of numbers that two spellings share, which is no phone.
pub(super) const SHARED: u64 = 1 << 63;
/// After how many claims somebody looks whether the run was cancelled.
const PATIENCE: u64 = 1 << 16;
/// What stands in the place of the phone where a number was refused: no phone is 0.
const REFUSED: u64 = 0;

/// The claims of all rows, as they come.
pub(super) struct Gathered {
    /// Subscriber, ordinal of the row, phone.
    claims: Sorter<3>,
    /// The first row that is not settled yet.
    from: u64,
}

impl Gathered {
    /// No claims. Private files are made in `folder`.
    pub(super) fn new(folder: &Path) -> Gathered {
        Gathered { claims: Sorter::new(folder), from: 0 }
    }

    /// What the rows before `from` have claimed, which are settled.
    pub(super) fn with(
        folder: &Path,
        tables: [Table; 2],
        from: u64,
        go_on: GoOn<'_>,
    ) -> io::Result<Gathered> {
        let mut gathered = Gathered { from, ..Gathered::new(folder) };
        let [phones, variants] = tables;
        // Each table is let go as soon as it was read.
        let phones = phones.into_entries().map(|(phone, at)| [subscriber(phone), at, phone]);
        let variants = variants.into_entries().map(|(key, at)| [key | SHARED, at, REFUSED]);
        for (count, claim) in (0_u64..).zip(phones.chain(variants)) {
            if count.is_multiple_of(PATIENCE) {
                go_on()?;
            }
            gathered.claims.push(claim)?;
        }
        Ok(gathered)
    }

    /// Takes the claims of a chunk whose first row has the ordinal `first`.
    pub(super) fn add(&mut self, claims: &Claims, first: u64) -> io::Result<()> {
        for &(phone, row) in &claims.phones {
            self.claims.push([subscriber(phone), first + row as u64, phone])?;
        }
        for &(key, row) in &claims.refused {
            self.claims.push([key | SHARED, first + row as u64, REFUSED])?;
        }
        Ok(())
    }

    /// Settles all claims.
    pub(super) fn settle(
        self,
        policy: OnDuplicate,
        folder: &Path,
        go_on: GoOn<'_>,
    ) -> io::Result<Verdicts> {
        let claims = self.claims.finish()?;
        // One reader goes ahead to see the whole of a subscriber, however many rows it has.
        let (mut ahead, mut behind) = (claims.begin()?, claims.begin()?);
        let mut settled = Settled { verdicts: Sorter::new(folder), members: Sorter::new(folder) };
        let mut next = claims.next(&mut ahead)?;
        let mut seen = 0_u64;
        while let Some([of, ..]) = next {
            let mut subscriber = Subscriber::default();
            let mut rows = 0_u64;
            while let Some([_, ordinal, phone]) = next.filter(|[other, ..]| *other == of) {
                subscriber.add(ordinal, phone);
                rows += 1;
                seen += 1;
                if seen.is_multiple_of(PATIENCE) {
                    go_on()?;
                }
                next = claims.next(&mut ahead)?;
            }
            let base = subscriber.base(policy);
            for _ in 0..rows {
                let [_, ordinal, phone] = claims.next(&mut behind)?.expect("as many as ahead");
                if ordinal >= self.from {
                    settled.push(policy, &subscriber, base, ordinal, phone)?;
                }
            }
        }
        Verdicts::new(settled.verdicts.finish()?, settled.members.finish()?)
    }
}

/// Under which number the rows of one subscriber come together.
pub(super) fn subscriber(phone: u64) -> u64 {
    crate::phone::variant_key(phone).map_or(phone, |key| key | SHARED)
}

/// What the rows of one subscriber come to.
#[derive(Default)]
struct Subscriber {
    /// Its phones, which are few: the spellings that share a key.
    phones: Vec<Rows>,
    /// The first row with a refused number of the subscriber.
    refused: Option<u64>,
}

/// The rows of one phone, by ordinal.
struct Rows {
    phone: u64,
    first: u64,
    second: Option<u64>,
    last: u64,
}

impl Rows {
    /// The row that keeps the phone, if one does.
    fn kept(&self, policy: OnDuplicate) -> Option<u64> {
        match policy {
            OnDuplicate::First | OnDuplicate::Merge => Some(self.first),
            OnDuplicate::Last => Some(self.last),
            OnDuplicate::Reject => self.second.is_none().then_some(self.first),
        }
    }
}

impl Subscriber {
    /// Rows come in order.
    fn add(&mut self, ordinal: u64, phone: u64) {
        if phone == REFUSED {
            self.refused.get_or_insert(ordinal);
            return;
        }
        match self.phones.iter_mut().find(|rows| rows.phone == phone) {
            Some(rows) => {
                rows.second.get_or_insert(ordinal);
                rows.last = ordinal;
            }
            None => self.phones.push(Rows { phone, first: ordinal, second: None, last: ordinal }),
        }
    }

    /// The first row that keeps a phone, or was refused with a number of the subscriber.
    fn base(&self, policy: OnDuplicate) -> Option<u64> {
        let shown = self.phones.iter().map(|rows| rows.kept(policy).unwrap_or(rows.first));
        shown.chain(self.refused).min()
    }

    fn rows(&self, phone: u64) -> Option<&Rows> {
        self.phones.iter().find(|rows| rows.phone == phone)
    }
}

/// What follows for the rows, as it is found.
struct Settled {
    /// Ordinal of the row, verdict.
    verdicts: Sorter<2>,
    /// Ordinal of a kept row, ordinal of a row that is merged into it.
    members: Sorter<2>,
}

impl Settled {
    /// Settles the claim of one row.
    fn push(
        &mut self,
        policy: OnDuplicate,
        subscriber: &Subscriber,
        base: Option<u64>,
        ordinal: u64,
        phone: u64,
    ) -> io::Result<()> {
        let verdict = match subscriber.rows(phone).map(|rows| (rows, rows.kept(policy))) {
            Some((_, Some(kept))) if kept != ordinal => {
                if policy == OnDuplicate::Merge {
                    self.members.push([kept, ordinal])?;
                }
                Verdict::Duplicate { kept }
            }
            Some((rows, None)) => {
                let other = if ordinal == rows.first { rows.second } else { Some(rows.first) };
                Verdict::Repeated { other: other.expect("none is kept where there are several") }
            }
            // It keeps its phone, or its number was refused.
            _ => match base.filter(|base| *base < ordinal) {
                Some(variant) => Verdict::Variant { variant },
                None => return Ok(()),
            },
        };
        self.verdicts.push([ordinal, verdict.to_word()])
    }
}

/// What a row is because of another one, by its ordinal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Duplicate { kept: u64 },
    Repeated { other: u64 },
    Variant { variant: u64 },
}

impl Verdict {
    /// The kind stands in the top two bits; an ordinal has less than 47.
    const KIND_SHIFT: u32 = 62;

    fn to_word(self) -> u64 {
        match self {
            Verdict::Duplicate { kept } => kept,
            Verdict::Repeated { other } => 1 << Verdict::KIND_SHIFT | other,
            Verdict::Variant { variant } => 2 << Verdict::KIND_SHIFT | variant,
        }
    }

    fn from_word(word: u64) -> Verdict {
        let other = word & ((1 << Verdict::KIND_SHIFT) - 1);
        match word >> Verdict::KIND_SHIFT {
            0 => Verdict::Duplicate { kept: other },
            1 => Verdict::Repeated { other },
            _ => Verdict::Variant { variant: other },
        }
    }
}

/// What follows for the rows, in their order.
pub(super) struct Verdicts {
    verdicts: InOrder,
    members: InOrder,
}

impl Verdicts {
    fn new(verdicts: Sorted<2>, members: Sorted<2>) -> io::Result<Verdicts> {
        Ok(Verdicts { verdicts: InOrder::new(verdicts)?, members: InOrder::new(members)? })
    }

    /// The next row before the one with the ordinal `end` that another row matters to.
    pub(super) fn next_before(&mut self, end: u64) -> io::Result<Option<(u64, Verdict)>> {
        let next = self.verdicts.next_if(|ordinal| ordinal < end)?;
        Ok(next.map(|[ordinal, word]| (ordinal, Verdict::from_word(word))))
    }

    /// The next row that is merged into the row with the ordinal `kept`.
    pub(super) fn next_member(&mut self, kept: u64) -> io::Result<Option<u64>> {
        Ok(self.members.next_if(|ordinal| ordinal == kept)?.map(|[_, member]| member))
    }

    /// Whether a row is merged into that row.
    pub(super) fn has_member(&self, kept: u64) -> bool {
        self.members.peeked.is_some_and(|[ordinal, _]| ordinal == kept)
    }
}

/// Sorted pairs, read from the first to the last.
struct InOrder {
    pairs: Sorted<2>,
    position: Position<2>,
    peeked: Option<[u64; 2]>,
}

impl InOrder {
    fn new(pairs: Sorted<2>) -> io::Result<InOrder> {
        let mut position = pairs.begin()?;
        let peeked = pairs.next(&mut position)?;
        Ok(InOrder { pairs, position, peeked })
    }

    fn next_if(&mut self, is_wanted: impl Fn(u64) -> bool) -> io::Result<Option<[u64; 2]>> {
        let Some(next) = self.peeked.filter(|[first, _]| is_wanted(*first)) else {
            return Ok(None);
        };
        self.peeked = self.pairs.next(&mut self.position)?;
        Ok(Some(next))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::phone::{Phone, Plan, ReadRules, read, variant_key};

    fn phone(text: &str) -> Phone {
        read(Plan::builtin(), text, None, ReadRules::default()).verdict.expect("valid").phone
    }

    /// One subscriber in two spellings.
    const SPELLINGS: [&str; 2] = ["+5491123456789", "+541123456789"];

    /// What follows for the rows, in their order.
    fn all(mut verdicts: Verdicts) -> Vec<(u64, Verdict)> {
        std::iter::from_fn(|| verdicts.next_before(u64::MAX).expect("read")).collect()
    }

    /// Rows 10 to 16: a phone thrice, a subscriber in two spellings, a refused number of the same,
    /// and a phone alone.
    fn claims() -> Claims {
        let mut claims = Claims::default();
        (0..3).for_each(|row| claims.push(row, phone("+971501234567")));
        claims.push(3, phone(SPELLINGS[0]));
        claims.push(4, phone(SPELLINGS[1]));
        let key = variant_key(phone(SPELLINGS[0]).as_u64()).expect("two spellings share one");
        claims.push_refused(5, key);
        claims.push(6, phone("+971501234568"));
        claims
    }

    fn settled(policy: OnDuplicate) -> Verdicts {
        let folder = std::env::temp_dir();
        let mut gathered = Gathered::new(&folder);
        gathered.add(&claims(), 10).expect("kept");
        gathered.settle(policy, &folder, &|| Ok(())).expect("settled")
    }

    #[test]
    fn each_policy_settles_the_rows_of_a_phone_and_of_a_subscriber() {
        use Verdict::{Duplicate, Repeated, Variant};
        let same = [(14, Variant { variant: 13 }), (15, Variant { variant: 13 })];
        for (policy, own) in [
            (OnDuplicate::First, vec![(11, Duplicate { kept: 10 }), (12, Duplicate { kept: 10 })]),
            (OnDuplicate::Last, vec![(10, Duplicate { kept: 12 }), (11, Duplicate { kept: 12 })]),
            (OnDuplicate::Merge, vec![(11, Duplicate { kept: 10 }), (12, Duplicate { kept: 10 })]),
            (
                OnDuplicate::Reject,
                vec![
                    (10, Repeated { other: 11 }),
                    (11, Repeated { other: 10 }),
                    (12, Repeated { other: 10 }),
                ],
            ),
        ] {
            assert_eq!(all(settled(policy)), [own, same.to_vec()].concat(), "{policy:?}");
        }
    }

    #[test]
    fn merged_rows_are_members_of_the_one_that_is_kept_and_of_no_other() {
        let mut verdicts = settled(OnDuplicate::Merge);
        assert!(verdicts.has_member(10) && !verdicts.has_member(11));
        assert_eq!(verdicts.next_member(9).expect("read"), None);
        assert_eq!(verdicts.next_member(10).expect("read"), Some(11));
        assert_eq!(verdicts.next_member(10).expect("read"), Some(12));
        assert_eq!(verdicts.next_member(10).expect("read"), None);
        assert!(!verdicts.has_member(10));
        assert!(!settled(OnDuplicate::Last).has_member(12));
    }

    #[test]
    fn verdicts_of_a_chunk_are_those_before_its_end() {
        let mut verdicts = settled(OnDuplicate::Last);
        assert_eq!(verdicts.next_before(10).expect("read"), None);
        let (row, _) = verdicts.next_before(11).expect("read").expect("one");
        assert_eq!(row, 10);
        assert_eq!(verdicts.next_before(11).expect("read"), None);
    }

    #[test]
    fn rows_that_were_settled_before_keep_what_they_have() {
        let folder = std::env::temp_dir();
        let (mut phones, mut variants) = (Table::new(), Table::new());
        let key = variant_key(phone(SPELLINGS[0]).as_u64()).expect("two spellings share one");
        phones.claim(&[(phone("+971501234567").as_u64(), 3)], 0, |_, _| unreachable!("the first"));
        variants.claim(&[(key, 4)], 0, |_, _| unreachable!("the first"));
        let looked = Cell::new(0);
        let go_on = || {
            looked.set(looked.get() + 1);
            Ok(())
        };
        let mut gathered =
            Gathered::with(&folder, [phones, variants], 10, &go_on).expect("gathered");
        assert_eq!(looked.get(), 1);
        gathered.add(&claims(), 10).expect("kept");
        let verdicts = gathered.settle(OnDuplicate::First, &folder, &go_on).expect("settled");
        let duplicates = (10..13).map(|row| (row, Verdict::Duplicate { kept: 3 }));
        let same = (13..16).map(|row| (row, Verdict::Variant { variant: 4 }));
        assert_eq!(all(verdicts), duplicates.chain(same).collect::<Vec<_>>());
        assert_eq!(looked.get(), 1, "so few rows are settled at once");
    }

    #[test]
    fn settling_many_rows_heeds_who_asks_it_to_end() {
        let folder = std::env::temp_dir();
        let mut gathered = Gathered::new(&folder);
        let mut claims = Claims::default();
        (0..70_000).for_each(|row| claims.push(row, phone("+971501234567")));
        gathered.add(&claims, 0).expect("kept");
        let asked = || Err(io::ErrorKind::Interrupted.into());
        let settled = gathered.settle(OnDuplicate::Last, &folder, &asked);
        assert_eq!(settled.err().map(|cause| cause.kind()), Some(io::ErrorKind::Interrupted));
    }
}
