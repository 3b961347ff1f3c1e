//! What is wrong with a file and not with its rows: a home region, or a reading of digits, by which
//! many of the refused numbers would be right.

use crate::normalize::phone::UnreadDigits;
use crate::phone::{Plan, Region};
use crate::write::summary::Hint;

use super::Job;

/// The refused digits of a run: enough to tell what they have in common.
#[derive(Debug, Default)]
pub(super) struct Unread {
    kept: Vec<UnreadDigits>,
    seen: u64,
}

/// How many refused digits are kept; the rest is counted. 16 bytes each.
const KEPT_MAX: usize = 1_000_000;

/// How many of them every region of the world is tried on, to find the likely one.
const SAMPLE_MAX: usize = 200;

/// How many regions are named where several would help as many numbers.
const LEVEL_SHOWN_MAX: usize = 3;

/// A hint is given where it helps at least so many numbers, and at least half of those refused.
const HELPED_MIN: u64 = 3;

impl Unread {
    pub(super) fn add(&mut self, digits: &[UnreadDigits]) {
        let room = KEPT_MAX - self.kept.len();
        self.kept.extend_from_slice(&digits[..digits.len().min(room)]);
        self.seen += digits.len() as u64;
    }

    /// What to try, and how many of the refused numbers it would make valid.
    pub(super) fn hints(&self, job: &Job) -> Vec<Hint> {
        let mut hints = Vec::new();
        for region in self.likely_regions(job) {
            let count = self.count(|digits| digits.valid_in(job.plan, region));
            hints.push((count, format!("--region {region}"), Some(region)));
        }
        let count = self.count(|digits| digits.valid_as_international);
        hints.push((count, "--digits international".to_owned(), None));
        let of = self.kept.len() as u64;
        hints.retain(|(count, _, _)| *count >= HELPED_MIN && *count * 2 >= of);
        hints
            .into_iter()
            .map(|(count, flag, region)| Hint {
                count,
                of,
                refused: self.seen,
                flag,
                region: region.map(|region| region.to_string()),
                home: job.home.map(|home| home.to_string()),
            })
            .collect()
    }

    fn count(&self, valid: impl Fn(&UnreadDigits) -> bool) -> u64 {
        self.kept.iter().filter(|digits| valid(digits)).count() as u64
    }

    /// The region in which most of a sample would be valid; several where they are level.
    fn likely_regions(&self, job: &Job) -> Vec<Region> {
        let step = self.kept.len().div_ceil(SAMPLE_MAX).max(1);
        let sample: Vec<UnreadDigits> = self.kept.iter().step_by(step).copied().collect();
        let plan: &Plan = job.plan;
        let others = plan.regions().filter(|region| Some(*region) != job.home);
        let valid_in = |region| sample.iter().filter(|it| it.valid_in(plan, region)).count();
        let counts: Vec<(usize, Region)> = others.map(|it| (valid_in(it), it)).collect();
        let most = counts.iter().map(|(count, _)| *count).max().unwrap_or(0).max(1);
        let level = counts.into_iter().filter(|(count, _)| *count == most);
        level.map(|(_, region)| region).take(LEVEL_SHOWN_MAX).collect()
    }
}
