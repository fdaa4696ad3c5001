//! What the use cases need of a store.

use crate::PortError;
use crate::events::Sender;
use async_trait::async_trait;
use orilla_catalog::VariantId;
use orilla_orders::{
    CartVariant, Fingerprint, HistoryError, IdempotencyKey, Order, OrderNumber, OrderToken, Recorded, Summary,
};
use serde::{Deserialize, Serialize};

/// The variants that shoppers can buy, as they are now.
#[async_trait]
pub trait Variants: Send + Sync {
    /// Those of `ids` (at most 50) that are on sale, in any order. One that is not there is not on sale.
    async fn variants(&self, ids: &[VariantId]) -> Result<Vec<CartVariant>, PortError>;
}

/// Orders as streams of events.
#[async_trait]
pub trait Orders: Send + Sync {
    /// The order with this token.
    async fn order(&self, token: &OrderToken) -> Result<Option<StoredOrder>, PortError>;

    /// What the request with this key came to, if it had an effect.
    async fn done(&self, key: &IdempotencyKey) -> Result<Option<Earlier>, PortError>;

    /// Sees to it that no request with this key has an effect from now on; answers what the one before did, if there was
    /// one. `now` is milliseconds since 1970.
    async fn withdraw(&self, key: &IdempotencyKey, now: i64) -> Result<Earlier, PortError>;

    /// Writes an event with all that follows from it, in one transaction: the key, the stock (a placed order takes
    /// its pieces, at the prices of its lines; a cancelled one with `restock` gives them back) and the summary.
    ///
    /// # Errors
    /// [`AppendError::Lost`] if what the event was decided on is no longer so: nothing was written. After
    /// [`PortError::Unavailable`] it may have been written: the same key tells, when it is sent again.
    async fn append(&self, append: &Append) -> Result<OrderNumber, AppendError>;

    /// Up to `most` orders, the newest first, from the one before `before`.
    async fn list(&self, before: Option<OrderNumber>, most: u32) -> Result<Vec<ListedOrder>, PortError>;
}

/// An order as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredOrder {
    /// Its number.
    pub number: OrderNumber,
    /// Its token.
    pub token: OrderToken,
    /// Its events, the oldest first.
    pub history: Vec<Recorded>,
}

impl StoredOrder {
    /// The order that the events have made.
    ///
    /// # Errors
    /// [`PortError::Unexpected`] if they make none.
    pub fn order(&self) -> Result<Order, PortError> {
        let unexpected = |e: HistoryError| PortError::Unexpected(format!("order {}: {e}", self.number));
        Order::replay(&self.history).map_err(unexpected)
    }

    /// The order as it was after the event `version`.
    ///
    /// # Errors
    /// As [`StoredOrder::order`].
    pub fn order_at(&self, version: u32) -> Result<Order, PortError> {
        let history = self.history.iter().filter(|event| event.version <= version).cloned().collect();
        StoredOrder { history, number: self.number, token: self.token.clone() }.order()
    }
}

/// What has come of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Earlier {
    /// A request with it had an effect.
    Done(DoneRequest),
    /// Its request was withdrawn: none will ever have one.
    Withdrawn,
}

/// A request that had an effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoneRequest {
    /// What was asked.
    pub request: Fingerprint,
    /// The order.
    pub number: OrderNumber,
    /// The order's token.
    pub token: OrderToken,
    /// The event that it wrote.
    pub version: u32,
}

/// An event to write, with all that is needed to write it once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// The order; a new one for [`orilla_orders::Event::Placed`].
    pub token: OrderToken,
    /// The key of the request.
    pub key: IdempotencyKey,
    /// What the request asks.
    pub request: Fingerprint,
    /// The event.
    pub recorded: Recorded,
    /// The order's summary after the event.
    pub summary: Summary,
    /// The name of the account whose order it is from now on; one that is not there any more is none.
    pub account: Option<String>,
    /// As whom a placed order is counted; `None`: it is not.
    pub counted: Option<Sender>,
}

/// An order in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedOrder {
    /// Its number.
    pub number: OrderNumber,
    /// Its token: who lists orders may open them.
    pub token: OrderToken,
    /// What there is to say in a line.
    #[serde(flatten)]
    pub summary: Summary,
}

/// What another request changed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Race {
    /// A request with this key was done.
    Key,
    /// The order has a later event.
    Version,
    /// There are not enough pieces.
    Stock,
    /// A price is another one, or a variant is no longer on sale.
    Price,
    /// Another order has this token.
    Token,
}

/// Why an event was not written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Another request was first; nothing was written. Read again and decide anew.
    #[error("another request was first: {0:?}")]
    Lost(Race),
    /// The store failed.
    #[error(transparent)]
    Port(#[from] PortError),
}
