//! What telling needs of a host.

use crate::PortError;
use async_trait::async_trait;
use orilla_orders::OrderToken;
use orilla_push::{Keys, Request};
use serde::{Deserialize, Serialize};

/// A browser that wants to be told of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscribe {
    /// Which order.
    pub token: OrderToken,
    /// Where its push service takes messages.
    pub endpoint: String,
    /// The keys that it made.
    pub keys: Keys,
    /// The code of the language that it is told in.
    pub language: String,
    /// Where the shop is on the web: `https://shop.example`.
    pub site: String,
    /// The version of the order that it knows already.
    pub known: u32,
}

/// A subscription as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscriber {
    /// Its number.
    pub id: i64,
    /// Which order.
    pub token: OrderToken,
    /// Where its push service takes messages.
    pub endpoint: String,
    /// The keys of the browser.
    pub keys: Keys,
    /// The code of a language.
    pub language: String,
    /// Where the shop is on the web.
    pub site: String,
    /// The version of the order that was told last.
    pub told: u32,
}

/// What became of a wish to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is kept.
    Kept,
    /// As many as may be are told of this order.
    TooMany,
}

/// Who wants to be told of which order.
#[async_trait]
pub trait Subscriptions: Send + Sync {
    /// Adds one, or gives the one of this browser its new keys and language. `now` is milliseconds since 1970: what is older
    /// than [`super::KEPT`] is forgotten.
    async fn add(&self, wish: &Subscribe, now: i64) -> Result<Added, PortError>;

    /// Whether this browser is told of this order.
    async fn has(&self, token: &OrderToken, endpoint: &str) -> Result<bool, PortError>;

    /// This browser is not told of this order any more.
    async fn remove(&self, token: &OrderToken, endpoint: &str) -> Result<(), PortError>;

    /// This browser is told of nothing any more.
    async fn forget(&self, endpoint: &str) -> Result<(), PortError>;

    /// A browser got another endpoint from its push service; answers whether it was known.
    async fn renew(&self, old: &str, endpoint: &str, keys: &Keys) -> Result<bool, PortError>;

    /// The numbers of those who are told of this order.
    async fn of_order(&self, token: &OrderToken) -> Result<Vec<i64>, PortError>;

    /// The subscription with this number.
    async fn find(&self, id: i64) -> Result<Option<Subscriber>, PortError>;

    /// It was told this version of its order. An earlier version changes nothing.
    async fn told(&self, id: i64, version: u32) -> Result<(), PortError>;
}

/// The queue in which [`super::Due`] messages wait.
#[async_trait]
pub trait NoticeQueue: Send + Sync {
    /// Puts messages on the queue, all or none. When it answers, each will be delivered at least once.
    async fn put(&self, messages: &[String]) -> Result<(), PortError>;
}

/// What a push service answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushAnswer {
    /// The status.
    pub status: u16,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
}

/// The push services of browsers.
#[async_trait]
pub trait PushService: Send + Sync {
    /// Sends a request, without following redirects, within a few seconds.
    ///
    /// # Errors
    /// [`PortError::Unavailable`] if nothing answers.
    async fn send(&self, request: &Request) -> Result<PushAnswer, PortError>;
}
