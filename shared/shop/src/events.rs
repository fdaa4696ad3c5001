//! What visitors do, on its way to those who count it.

use crate::PortError;
use async_trait::async_trait;
use orilla_orders::{IdempotencyKey, OrderToken};
use serde::{Deserialize, Serialize};

pub use orilla_events::{Message, Origin, Sender};

/// The queue that events wait in.
#[async_trait]
pub trait EventQueue: Send + Sync {
    /// Puts a message on the queue. When it answers, the message is safe: it will be delivered at least once.
    async fn put(&self, message: &Message) -> Result<(), PortError>;
}

/// An order that is to be counted, and that the queue was perhaps not told of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UntoldOrder {
    /// The order.
    pub token: OrderToken,
    /// The name of the request that placed it, and of the event: what is told twice counts once.
    pub key: IdempotencyKey,
    /// Who.
    pub sender: Sender,
}

/// The orders that are to be counted, from the moment they are placed ([`Append::counted`](crate::checkout::Append)) until
/// the queue has them.
#[async_trait]
pub trait UntoldOrders: Send + Sync {
    /// Up to `most` that were placed before this time (in milliseconds since 1970), the oldest first.
    async fn untold(&self, before: i64, most: u32) -> Result<Vec<UntoldOrder>, PortError>;

    /// The queue has this order.
    async fn told(&self, token: &OrderToken) -> Result<(), PortError>;
}
