//! What visitors do, on its way to those who count it.

use crate::PortError;
use async_trait::async_trait;

pub use orilla_events::{Message, Origin};

/// The queue that events wait in.
#[async_trait]
pub trait EventQueue: Send + Sync {
    /// Puts a message on the queue. When it answers, the message is safe: it will be delivered at least once.
    async fn put(&self, message: &Message) -> Result<(), PortError>;
}
