//! What was seen of the people of a rollout.

use crate::Share;
use serde::{Deserialize, Serialize};

/// The sums of one group. They are sums over people of sums over their requests, so that the spread between people is
/// known, and one person's hundred requests don't count as a hundred people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// People.
    pub people: u64,
    /// People for whom at least one request failed (5xx).
    pub failed: u64,
    /// People who ordered.
    pub converted: u64,
    /// Their requests: Σ r.
    pub requests: u64,
    /// Σ r².
    pub requests_squared: f64,
    /// Milliseconds until their answers: Σ m, where m is the sum of one person.
    pub millis: f64,
    /// Σ m².
    pub millis_squared: f64,
    /// Σ r·m.
    pub products: f64,
}

impl Counts {
    /// These people and those.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Counts {
            people: self.people + other.people,
            failed: self.failed + other.failed,
            converted: self.converted + other.converted,
            requests: self.requests + other.requests,
            requests_squared: self.requests_squared + other.requests_squared,
            millis: self.millis + other.millis,
            millis_squared: self.millis_squared + other.millis_squared,
            products: self.products + other.products,
        }
    }
}

/// Both groups while the coverage was the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stratum {
    /// The coverage.
    pub share: Share,
    /// People without the new value.
    pub without: Counts,
    /// People with it.
    pub with: Counts,
}

/// All that was seen since the rollout began.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observations {
    /// One for each coverage.
    pub strata: Vec<Stratum>,
    /// When anybody was seen last, in milliseconds since 1970.
    pub last: Option<i64>,
}

impl Observations {
    /// What was seen under this coverage.
    pub fn at(&self, share: Share) -> Stratum {
        let found = self.strata.iter().find(|stratum| stratum.share == share).copied();
        found.unwrap_or(Stratum { share, ..Stratum::default() })
    }
}
