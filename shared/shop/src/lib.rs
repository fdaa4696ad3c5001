//! The use cases of the shop, and the ports (traits) that they need of a host. No I/O, clock or dice of its own.
#![deny(missing_docs)]

pub mod accounts;
pub mod catalog;
pub mod checkout;
pub mod events;
pub mod navigation;
pub mod notices;
pub mod offline;
pub mod outbox;
pub mod passkeys;
pub mod publish;
pub mod reviews;
pub mod rollouts;
pub mod team;

mod error;
mod host;

pub use error::PortError;
pub use host::{Background, Clock, Health, PageStore, Picture, Pictures, Random, Timer};
