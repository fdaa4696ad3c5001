//! The pages that an isolate keeps, as the team looks into them.

use crate::PortError;
use serde::{Deserialize, Serialize};

/// How a kept page, or a thing that it read, compares with what is published now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// Nothing is different.
    Fresh,
    /// A text is different: the page may be served once more, while one render brings the new one.
    Stale,
    /// A price, a stock state or a list is different, or a thing is gone: the page is not served any more.
    Outdated,
}

/// A thing that a page was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRead {
    /// The question with its arguments, as serde writes it: `{"Offer": 12}`.
    pub read: serde_json::Value,
    /// How its answer compares with now.
    pub state: Freshness,
}

/// A kept page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPage {
    /// Its address, without the host: the route of its key.
    pub address: String,
    /// The dimensions of the visitor that it read, with their values: the rest of its key.
    pub dimensions: Vec<(String, String)>,
    /// Whether it would be served now.
    pub state: Freshness,
    /// What it was made from.
    pub reads: Vec<KeptRead>,
    /// What it takes of the memory, an upper estimate.
    pub bytes: u64,
    /// How often it was served.
    pub hits: u64,
    /// How long it has been kept, in milliseconds.
    pub age_ms: u64,
}

/// A page that was served not long ago.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentPage {
    /// Its address, without the host.
    pub address: String,
    /// How often it was served.
    pub hits: u64,
    /// What it takes of the memory.
    pub bytes: u64,
}

/// What an isolate keeps, and how often that helped since it started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PagesReport {
    /// A name of the isolate: others keep other pages.
    pub isolate: String,
    /// The number of the publication that it shows; 0: none.
    pub publication: u64,
    /// Pages.
    pub entries: u64,
    /// What they take, and what they may take at most.
    pub bytes: (u64, u64),
    /// Requests that a fresh page answered.
    pub hits: u64,
    /// Requests that a page of a moment ago answered.
    pub stale: u64,
    /// Requests for which a page was made because there was none.
    pub unseen: u64,
    /// Requests for which one was made because those there were were for other visitors.
    pub other_visitors: u64,
    /// Requests for which one was made because the one there was was outdated.
    pub outdated: u64,
    /// Pages that had to make room.
    pub evictions: u64,
    /// The pages that were served last, the last one first.
    pub recent: Vec<RecentPage>,
    /// What is kept at the address that was asked for, whatever its query string.
    pub kept: Vec<KeptPage>,
}

/// The pages that an isolate keeps for shoppers.
pub trait KeptPages: Send + Sync {
    /// Looks into them: the totals, and what is kept at this address. An empty address: the totals alone.
    ///
    /// # Errors
    /// [`PortError`] if the isolate can't be asked.
    fn inspect(&self, address: &str) -> Result<PagesReport, PortError>;
}
