//! Web Push: what a shop sends to a browser that may be closed, through the push service of the browser's maker, which
//! can't read it. This is the application server's part, without clock, dice or I/O: who calls brings time and random
//! bytes, and sends the [`Request`] that comes of them.
//!
//! - [`record`]: the content coding `aes128gcm` (RFC 8188);
//! - [`message`]: a message for one subscription (RFC 8291);
//! - [`Vapid`]: who sends it (RFC 8292);
//! - [`Endpoint`], [`Keys`]: what a browser gave, checked;
//! - [`Notice`], [`Request`], [`Answer`]: the protocol itself (RFC 8030).
#![deny(missing_docs)]

mod bytes;
mod endpoint;
mod keys;
pub mod message;
pub mod record;
mod request;
mod vapid;

pub use endpoint::{Endpoint, Loopback, NoEndpoint};
pub use keys::{Keys, NoKeys};
pub use message::{EncryptError, Fresh};
pub use request::{Answer, Notice, Request, Urgency, topic};
pub use vapid::{NoVapidKey, Vapid};
