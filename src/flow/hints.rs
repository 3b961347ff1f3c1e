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

/// How many regions are named where several would help nearly as many numbers.
const LEVEL_SHOWN_MAX: usize = 3;

/// A hint is given where it helps at least so many numbers, and at least half of those refused.
const HELPED_MIN: u64 = 3;

/// Another home region must help so large a part of as many numbers as the home region has, or it
/// would cost more than it gives.
const HELPED_OF_HOME: u64 = 4;

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
    /// `seen` says how many accepted numbers each region has.
    pub(super) fn hints(&self, job: &Job, seen: &BTreeMap<Option<Region>, u64>) -> Vec<Hint> {
        let of = self.kept.len() as u64;
        let hint = |count: u64, flag: String, region: Option<Region>| Hint {
            count,
            of,
            refused: self.seen,
            flag,
            region: region.map(|region| region.to_string()),
            home: job.home.map(|home| home.to_string()),
        };
        // Digits that begin with a calling code say more than those that fit some national plan.
        let international = self.count(|digits| digits.valid_as_international);
        let flag = "--digits international".to_owned();
        let mut hints = vec![hint(international, flag, None)];
        if international * 2 < of {
            let at_home = seen.get(&job.home).copied().unwrap_or(0);
            hints.extend(self.likely_regions(job, seen).into_iter().filter_map(|region| {
                let count = self.count(|digits| digits.kind_in(job.plan, region).is_some());
                let helps = count * HELPED_OF_HOME >= at_home;
                helps.then(|| hint(count, format!("--region {region}"), Some(region)))
            }));
        }
        hints.retain(|hint| hint.count >= HELPED_MIN && hint.count * 2 >= of);
        hints
    }

    fn count(&self, valid: impl Fn(&UnreadDigits) -> bool) -> u64 {
        self.kept.iter().filter(|digits| valid(digits)).count() as u64
    }

    /// The region in which most of a sample would be valid, and those that are level with it.
    /// Mobile numbers count most, because contacts mostly have such, and many plans take nearly
    /// any digits for a fixed line; then regions that the file has other numbers of.
    fn likely_regions(&self, job: &Job, seen: &BTreeMap<Option<Region>, u64>) -> Vec<Region> {
        let step = self.kept.len().div_ceil(SAMPLE_MAX).max(1);
        let sample: Vec<UnreadDigits> = self.kept.iter().step_by(step).copied().collect();
        let plan: &Plan = job.plan;
        let others = plan.regions().filter(|region| Some(*region) != job.home);
        let mut ranked: Vec<(Score, Region)> = others
            .map(|region| {
                let kinds = sample.iter().filter_map(|digits| digits.kind_in(plan, region));
                let (mut valid, mut mobile) = (0, 0);
                for kind in kinds {
                    valid += 1;
                    mobile += usize::from(matches!(kind, Kind::Mobile | Kind::FixedLineOrMobile));
                }
                let known = seen.get(&Some(region)).copied().unwrap_or(0);
                (Score { mobile, valid, known }, region)
            })
            .filter(|(score, _)| score.valid > 0)
            .collect();
        // The best first, regions in order where scores are the same.
        ranked.sort_by(|(a, x), (b, y)| b.cmp(a).then(x.cmp(y)));
        let Some((best, _)) = ranked.first().copied() else { return Vec::new() };
        let level = ranked.iter().take_while(|(score, _)| *score == best);
        level.map(|(_, region)| *region).take(LEVEL_SHOWN_MAX).collect()
    }
}

/// How well a region fits, the weightiest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    /// Numbers of the sample that would be mobile, or mobile or fixed, there.
    mobile: usize,
    /// Numbers that would be valid.
    valid: usize,
    /// Accepted numbers of the region in the same run.
    known: u64,
}
