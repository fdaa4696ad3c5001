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

/// What the data centre has of a page for a visitor, whatever the isolate keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nearby {
    /// It is not asked: the address leads to no page that all share, or to one of so many that they would have no end.
    #[default]
    Unasked,
    /// It has no page under the key.
    Absent,
    /// What it has under the key is damaged, of another format, or something else.
    Foreign,
    /// It has the page as another visitor gets it.
    OtherVisitor,
    /// It has the page.
    Kept(Freshness),
    /// It did not answer, or what is published can't be read.
    Away,
}

/// A page as the isolates of a data centre share it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NearPage {
    /// Its address, without the host: the route of its key. Empty: the address is of no page that all share.
    pub address: String,
    /// What kind of page it is: what pages of one kind depend on is learnt together.
    pub kind: String,
    /// What its entry is stored under; empty where nobody asks for it.
    pub key: String,
    /// The dimensions that pages of the kind depend on, with the visitor's values: the rest of its key.
    pub dimensions: Vec<(String, String)>,
    /// Whether there is one, and whether it would be served.
    pub state: Nearby,
    /// What it was made from, if there is one for this visitor.
    pub reads: Vec<KeptRead>,
    /// The length of its entry.
    pub bytes: u64,
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
