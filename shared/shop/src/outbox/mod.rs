//! Orders, and what else a shopper asks for, left on the device while the shop is out of reach, and what is told of visitors
//! who agreed to be counted, until the shop has them.
//!
//! [`Outbox`] is what pages do with them; [`Outbox::send`] brings them to the shop's API. What makes each order happen
//! once is the key of its form: the device sends it until an answer came (`orilla_outbox`), and `place_order` does once
//! what a key asks for. The shop takes an order only at the prices that the shopper has seen; if they are others by
//! now, the order waits for the shopper's answer.
//!
//! What visitors do is told behind the orders, at least once: each event has an id, and the shop keeps one of a kind. It is
//! dropped when consent is taken back, when the browser is counted as somebody else, and when it is no news any more.

mod book;
mod desk;
mod order;
mod ports;
mod reply;
mod report;
mod request;
mod reviews;
mod sending;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;

pub use book::OwnBook;
pub use desk::{Confirmed, Outbox};
pub use order::{Asked, Command, Line, Placed, Seen, Waiting, WaitingOrder};
pub use orilla_outbox::State;
pub use ports::{Answer, Counter, Shelf};
pub use report::Report;
pub use request::{ANOTHER, Request, Wish};
pub use sending::{Sent, state_name};
