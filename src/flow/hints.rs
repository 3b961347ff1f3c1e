//! What is wrong with a file and not with its rows: a home region, or a reading of digits, by which
//! many of the refused numbers would be right.

use std::collections::BTreeMap;

use crate::normalize::phone::UnreadDigits;
use crate::phone::{Kind, Plan, Region};
use crate::write::summary::Hint;

use super::Job;

/// The refused digits of a run: enough to tell what they have in common.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Unread {
    kept: Vec<UnreadDigits>,
    seen: u64,
}

/// How many refused digits are kept; the rest is counted. 16 bytes each.
const KEPT_MAX: usize = 1_000_000;

/// How many of them every region of the world is tried on, to find the likely one.
const SAMPLE_MAX: usize = 200;

/// A hint is given where it helps at least so many numbers, and at least half of those refused.
const HELPED_MIN: u64 = 3;

/// Another home region must help at least a quarter as many numbers as the home region has, or it
/// would cost more than it gives.
const HELPED_DIVISOR: u64 = 4;

/// A region must have at least a quarter as many numbers as all others together: in a file of many
/// countries none is the likely one.
const OTHERS_DIVISOR: u64 = 4;

/// A region of which the file has no number yet must help at least four times as many numbers as all
/// others together have: a wrong guess would send to strangers.
const OTHERS_FACTOR: u64 = 4;

impl Unread {
    pub(super) fn add(&mut self, digits: &[UnreadDigits]) {
        let room = KEPT_MAX - self.kept.len();
        self.kept.extend_from_slice(&digits[..digits.len().min(room)]);
        self.seen += digits.len() as u64;
    }

    /// Adds what another part of the run has, which follows.
    pub(super) fn absorb(&mut self, other: &Unread) {
        self.add(&other.kept);
        self.seen += other.seen - other.kept.len() as u64;
    }

    /// Keeps the first only: as many as there is room for behind `before` of them.
    pub(super) fn keep_behind(&mut self, before: u64) {
        let room = (KEPT_MAX as u64).saturating_sub(before);
        self.kept.truncate(usize::try_from(room).unwrap_or(KEPT_MAX));
    }

    /// What to try, and how many of the refused numbers it would make valid; the likeliest first.
    /// `seen` says how many valid numbers each region has.
    pub(super) fn hints(&self, job: &Job, seen: &BTreeMap<Option<Region>, u64>) -> Vec<Hint> {
        let hint = |count: u64, of: u64, flag: String, region: Option<Region>| Hint {
            count,
            of,
            refused: self.seen,
            flag,
            region: region.map(|region| region.to_string()),
            home: job.home.map(|home| home.to_string()),
        };
        // Digits that begin with a calling code say more than those that fit some national plan.
        let international = self.count(|digits| digits.valid_as_international);
        let of = self.kept.len() as u64;
        let flag = "--digits international".to_owned();
        let mut hints = vec![hint(international, of, flag, None)];
        if international * 2 < of {
            // Where a row names its region, no flag names another.
            let of = self.count(|digits| digits.read_by_run);
            hints.extend(self.likely_region(job, seen).map(|(region, count)| {
                hint(count, of, format!("--region {region}"), Some(region))
            }));
        }
        hints.retain(|hint| hint.count >= HELPED_MIN && hint.count * 2 >= hint.of);
        hints
    }

    fn count(&self, valid: impl Fn(&UnreadDigits) -> bool) -> u64 {
        self.kept.iter().filter(|digits| valid(digits)).count() as u64
    }

    /// The region in which most of the numbers would be valid, and how many, if it is likely to be
    /// the right one: first of those that the file has numbers of, then of all, if one stands out.
    /// Mobile numbers count most, because contacts mostly have such, and many plans take nearly any
    /// digits for a fixed line.
    fn likely_region(
        &self,
        job: &Job,
        seen: &BTreeMap<Option<Region>, u64>,
    ) -> Option<(Region, u64)> {
        let valid = |region: Option<Region>| seen.get(&region).copied().unwrap_or(0);
        let all: u64 = seen.values().sum();
        let Ranked { regions, share, sampled } = self.ranked(job);
        let known = regions.iter().filter(|(_, region)| valid(Some(*region)) > 0);
        let stands_out = |best: &&(Score, Region)| regions.get(1).is_none_or(|it| it.0 < best.0);
        let first = regions.first().filter(stands_out);
        let best = regions.first().map(|(score, _)| *score).unwrap_or_default();
        let is_likely = |score: Score, region: Region| {
            let helped = score.valid * share;
            let (own, at_home) = (valid(Some(region)), valid(job.home));
            let others = all - own - at_home;
            let is_of_file = if own > 0 {
                // One foreign number says little, where most digits are of another region.
                (score.is_near(best) || own >= helped) && (own + helped) * OTHERS_DIVISOR >= others
            } else {
                helped >= others * OTHERS_FACTOR
            };
            let is_worth_it = helped >= HELPED_MIN && helped * 2 >= sampled;
            is_of_file && is_worth_it && helped * HELPED_DIVISOR >= at_home
        };
        let (_, region) = known.chain(first).find(|(score, region)| is_likely(*score, *region))?;
        let helps = |digits: &UnreadDigits| {
            digits.read_by_run && digits.kind_in(job.plan, *region).is_some()
        };
        Some((*region, self.count(helps)))
    }

    /// The regions but the home region by how many of a sample would be valid there, the best first;
    /// those that are as good in order.
    fn ranked(&self, job: &Job) -> Ranked {
        let by_run = || self.kept.iter().filter(|digits| digits.read_by_run);
        let step = by_run().count().div_ceil(SAMPLE_MAX).max(1);
        let sample: Vec<UnreadDigits> = by_run().step_by(step).copied().collect();
        let plan: &Plan = job.plan;
        let others = plan.regions().filter(|region| Some(*region) != job.home);
        let mut ranked: Vec<(Score, Region)> = others
            .map(|region| {
                let kinds = sample.iter().filter_map(|digits| digits.kind_in(plan, region));
                let (mut valid, mut mobile) = (0, 0);
                for kind in kinds {
                    valid += 1;
                    mobile += u64::from(matches!(kind, Kind::Mobile | Kind::FixedLineOrMobile));
                }
                (Score { mobile, valid }, region)
            })
            .filter(|(score, _)| score.valid > 0)
            .collect();
        ranked.sort_by(|(a, x), (b, y)| b.cmp(a).then(x.cmp(y)));
        Ranked { regions: ranked, share: step as u64, sampled: (sample.len() * step) as u64 }
    }
}

/// Regions by how well they fit a sample, the best first.
struct Ranked {
    regions: Vec<(Score, Region)>,
    /// Of how many numbers the sample has one.
    share: u64,
    /// So many numbers it stands for.
    sampled: u64,
}

/// How well a region fits, the weightiest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    /// Numbers of the sample that would be mobile, or mobile or fixed, there.
    mobile: u64,
    /// Numbers that would be valid.
    valid: u64,
}

impl Score {
    /// Whether nearly as many numbers fit as fit the best.
    fn is_near(self, best: Score) -> bool {
        self.valid * 10 >= best.valid * 9 && self.mobile * 10 >= best.mobile * 9
    }
}
