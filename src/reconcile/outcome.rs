//! What became of a contact, and how many of each there are.

use serde::Serialize;

/// What became of an accepted row's contact. Each has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It is new on the platform.
    Created,
    /// It was there, and was updated.
    Updated,
    /// It was taken, and the answer does not say which of the two it was.
    Taken,
    /// It was there already, and stays as it is.
    Exists,
    /// The platform does not take it.
    Refused,
    /// The platform could not take it then: too many requests, too late, or a fault of its own.
    Retry,
    /// There is no answer.
    Unanswered,
}

impl Outcome {
    /// The name in all outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Created => "created",
            Outcome::Updated => "updated",
            Outcome::Taken => "taken",
            Outcome::Exists => "exists",
            Outcome::Refused => "refused",
            Outcome::Retry => "retry",
            Outcome::Unanswered => "unanswered",
        }
    }

    /// Whether the contact may be sent again as it is.
    #[must_use]
    pub fn may_be_tried_again(self) -> bool {
        matches!(self, Outcome::Retry | Outcome::Unanswered)
    }
}

/// By what an answer was joined with its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Joined {
    /// The answer names a place, and a phone that is the row's.
    IndexAndPhone,
    /// The answer names no phone; the place alone says whose it is.
    Index,
    /// There is no answer.
    Nothing,
}

impl Joined {
    /// The name in the summary.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Joined::IndexAndPhone => "index_and_phone",
            Joined::Index => "index",
            Joined::Nothing => "nothing",
        }
    }
}

/// What an answer says of one contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What became of it.
    pub outcome: Outcome,
    /// The status of HTTP, where it is known.
    pub status: Option<u16>,
    /// The platform's id of the contact, where it names one.
    pub id: String,
    /// The platform's own words.
    pub message: String,
    /// By what it was joined.
    pub joined: Joined,
}

impl Told {
    /// No answer.
    pub(super) fn nothing() -> Told {
        Told {
            outcome: Outcome::Unanswered,
            status: None,
            id: String::new(),
            message: String::new(),
            joined: Joined::Nothing,
        }
    }
}

/// How many contacts had which outcome. They add up to `accepted`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// The rows of the ledger, whatever their fate.
    pub rows: u64,
    /// The rows whose contacts are in the payload.
    pub accepted: u64,
    /// Contacts that are new on the platform.
    pub created: u64,
    /// Contacts that were there and were updated.
    pub updated: u64,
    /// Contacts that were taken, new or not.
    pub taken: u64,
    /// Contacts that were there already and stay as they are.
    pub exists: u64,
    /// Contacts that the platform does not take.
    pub refused: u64,
    /// Contacts that it could not take then.
    pub retry: u64,
    /// Contacts without an answer.
    pub unanswered: u64,
}

impl Counts {
    /// Counts the contact of one accepted row.
    pub(super) fn add(&mut self, outcome: Outcome) {
        self.accepted += 1;
        *match outcome {
            Outcome::Created => &mut self.created,
            Outcome::Updated => &mut self.updated,
            Outcome::Taken => &mut self.taken,
            Outcome::Exists => &mut self.exists,
            Outcome::Refused => &mut self.refused,
            Outcome::Retry => &mut self.retry,
            Outcome::Unanswered => &mut self.unanswered,
        } += 1;
    }

    /// The outcomes that occurred, and the count of each.
    #[must_use]
    pub fn parts(&self) -> Vec<(Outcome, u64)> {
        // Taken apart without `..`, so that a new outcome is thought of here.
        let Counts {
            rows: _,
            accepted: _,
            created,
            updated,
            taken,
            exists,
            refused,
            retry,
            unanswered,
        } = *self;
        let all = [
            (Outcome::Created, created),
            (Outcome::Updated, updated),
            (Outcome::Taken, taken),
            (Outcome::Exists, exists),
            (Outcome::Refused, refused),
            (Outcome::Retry, retry),
            (Outcome::Unanswered, unanswered),
        ];
        all.into_iter().filter(|(_, count)| *count > 0).collect()
    }

    /// `3 accepted = 2 created + 1 refused`.
    #[must_use]
    pub fn equation(&self) -> String {
        let parts: Vec<String> = self
            .parts()
            .iter()
            .map(|(outcome, count)| format!("{count} {}", outcome.as_str()))
            .collect();
        let parts = if parts.is_empty() { "0".to_owned() } else { parts.join(" + ") };
        format!("{} accepted = {parts}", self.accepted)
    }

    /// Whether the parts add up to the whole.
    #[must_use]
    pub fn balances(&self) -> bool {
        self.parts().iter().map(|(_, count)| count).sum::<u64>() == self.accepted
    }
}
