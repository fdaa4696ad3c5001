//! What isolates saw of the people of a rollout.

use crate::PortError;
use async_trait::async_trait;
use orilla_rollouts::{Counts, Share};
use serde::Serialize;

/// Sums of one group of one rollout, to be added to those that are known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tally {
    /// The rollout.
    pub rollout: u64,
    /// The coverage while they were seen.
    pub share: Share,
    /// Whether they had the new value.
    pub is_in: bool,
    /// The sums.
    #[serde(flatten)]
    pub counts: Counts,
}

/// Where sums are kept.
#[async_trait]
pub trait Tallies: Send + Sync {
    /// Adds all of these. Those of a rollout that does not exist, or is over, are dropped. `now` is in milliseconds since
    /// 1970.
    async fn add(&self, tallies: &[Tally], now: i64) -> Result<(), PortError>;
}
