//! What visitors do, as events: the schema of each, and how it becomes a type or a typed rejection.
//!
//! An event comes from a page (`POST /e`, in batches) or from the shop itself (a placed order). Either way it travels in
//! a [`Message`], which says who did it as the shop knows it, never as the sender says. Delivery is at least once, so
//! each event has an [`EventId`] that whoever made it chose: the same id twice is one event.
//!
//! Nothing here names a person: no address, no search text, no link of an order.
#![deny(missing_docs)]

mod event;
mod message;
mod parse;
mod rejection;

pub use event::{
    Device, Event, EventId, EventKind, ExperimentKey, PageKind, ProductName, VariationKey, What,
};
pub use message::{LONGEST_BODY, Message, Origin, Sender};
pub use parse::{LONGEST_AGE, MOST_EVENTS, Rejected, events};
pub use rejection::Rejection;
