//! What the outbox needs of a device.

use crate::PortError;
use async_trait::async_trait;

/// Where it is kept: it holds names and addresses, and must not get lost.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// All that is there, in any order.
    async fn all(&self) -> Result<Vec<String>, PortError>;

    /// Writes what waits under `id`, as `version`, over the version `over`, which is 0 if nothing may be there yet. When
    /// this ends it is written down for good. False: another version is there, and nothing was written.
    async fn write(&self, id: &str, over: u32, version: u32, text: String) -> Result<bool, PortError>;

    /// Removes it, if this version is there. False: another one is.
    async fn remove(&self, id: &str, version: u32) -> Result<bool, PortError>;
}

/// The shop, and who this browser is to it.
#[async_trait]
pub trait Counter: Send + Sync {
    /// Whether the shop is in reach. It asks for something that changes nothing and is short: so a network that is away
    /// is found out before something is on its way, of which nobody would know whether it arrived.
    async fn is_open(&self) -> bool;

    /// `POST` of this JSON to one of the shop's own addresses, under an idempotency key; `""`: without one. No body:
    /// `DELETE`, what the key asks for is not wanted any more. An error: no answer came, whatever became of the request.
    async fn send(&self, path: &str, key: &str, body: Option<String>) -> Result<Answer, PortError>;

    /// As whom the visitor is counted now: `None` without consent. It is asked anew before each telling.
    async fn counted(&self) -> Option<String>;
}

/// An HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `Retry-After` in seconds; 0 if there is none.
    pub retry_after: u32,
    /// The body.
    pub body: Vec<u8>,
}
