//! What rollouts need of a host.

use crate::PortError;
use async_trait::async_trait;
use orilla_orders::IdempotencyKey;
use orilla_rollouts::{Broken, Observations, Recorded, Rollout, Verdict};
use serde::{Deserialize, Serialize};

/// A rollout as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredRollout {
    /// 1, 2, 3, …
    pub id: u64,
    /// The flag.
    pub flag: String,
    /// The id of the rule whose coverage it drives.
    pub rule: String,
    /// What happened.
    pub events: Vec<Recorded>,
}

impl StoredRollout {
    /// What its events made of it.
    ///
    /// # Errors
    /// [`Broken`] if another release wrote them.
    pub fn replay(&self) -> Result<Rollout, Broken> {
        Rollout::replay(&self.events)
    }
}

/// A rollout to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRollout {
    /// The flag.
    pub flag: String,
    /// The rule.
    pub rule: String,
    /// The first event.
    pub started: Recorded,
    /// The name of the request.
    pub key: IdempotencyKey,
}

/// What became of a new rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It has this number, by this request or an earlier one with its key.
    As(u64),
    /// The rule has a driver: the rollout with this number.
    Driven(u64),
}

/// What the guardrails said at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Glance {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// A verdict for each guardrail.
    pub verdicts: Vec<Verdict>,
}

/// The rollouts.
#[async_trait]
pub trait RolloutStore: Send + Sync {
    /// Stores a new one.
    async fn begin(&self, new: &NewRollout) -> Result<Stored, PortError>;

    /// The rollout with this number.
    async fn find(&self, id: u64) -> Result<Option<StoredRollout>, PortError>;

    /// The last `most`, the newest first.
    async fn latest(&self, most: u32) -> Result<Vec<StoredRollout>, PortError>;

    /// Those that are not over, or were at `since` (milliseconds since 1970).
    async fn driven(&self, since: i64) -> Result<Vec<StoredRollout>, PortError>;

    /// Adds an event as number `after` + 1; false if there is one: nothing is written.
    async fn append(&self, id: u64, after: u64, event: &Recorded, is_over: bool) -> Result<bool, PortError>;

    /// What was seen of its people.
    async fn observed(&self, id: u64) -> Result<Observations, PortError>;

    /// Keeps what the guardrails say.
    async fn look(&self, id: u64, glance: &Glance) -> Result<(), PortError>;

    /// The last `most` of what they said, in the order in which they did.
    async fn looks(&self, id: u64, most: u32) -> Result<Vec<Glance>, PortError>;
}

/// What calls the driver again.
#[async_trait]
pub trait Alarm: Send + Sync {
    /// Lets [`tick`](super::tick) be called at this moment, in milliseconds since 1970, or soon after; sooner calls that were
    /// asked for stay.
    async fn wake(&self, at: i64) -> Result<(), PortError>;
}
