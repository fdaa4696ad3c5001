//! What isolates saw of the people of a rollout.

use crate::PortError;
use async_trait::async_trait;
use orilla_rollouts::Share;
use serde::Serialize;

/// Milliseconds for which a batch may be sent again. A store remembers it for twice as long.
pub const SENT_AGAIN_FOR: i64 = 300_000;

/// What one person did under one coverage of a rollout, to be added to what is known of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// The rollout.
    pub rollout: u64,
    /// The coverage while they were seen.
    pub share: Share,
    /// Whether they had the new value.
    pub is_in: bool,
    /// Who they are: not negative, the same in all isolates, as evenly spread as a hash, and of no meaning elsewhere.
    pub person: i64,
    /// Their requests.
    pub requests: u32,
    /// Milliseconds until their answers, in sum.
    pub millis: u32,
    /// At least one request failed.
    pub has_failed: bool,
    /// They have placed an order.
    pub has_ordered: bool,
}

/// What an isolate stores at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// No other batch has it. One that is sent again keeps it.
    pub id: String,
    /// When it was made, in milliseconds since 1970.
    pub made_at: i64,
    /// No person twice for the same coverage of a rollout.
    pub tallies: Vec<Tally>,
}

/// Where the sums over people are kept.
#[async_trait]
pub trait Tallies: Send + Sync {
    /// Adds a batch, once, however often it is sent. Who has been added before is the same person still. Of many people,
    /// a store may take some only: chosen by who they are, and not by their group or by what they do. What is of a
    /// rollout that does not exist, or is over, is dropped.
    async fn add(&self, batch: &Batch) -> Result<(), PortError>;
}
