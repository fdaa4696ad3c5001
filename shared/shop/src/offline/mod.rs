//! The shop on a shopper's device: what it keeps of what is published, and how that answers where there is no network.
//!
//! - The edge says what is current ([`Announced`]) and gives the files of the snapshot ([`Origin`]).
//! - [`refresh`] brings them home ([`Home`]): what lists, cards and flags need whole, product pages as far as there is
//!   room. What is current moves last, so whenever it is interrupted, pages go on with what they had.
//! - [`AtHome`] answers what the edge asks its database: searches, and the variants of a cart. [`PayLater`] are the ways
//!   to pay, of which the shop says the rest when it has the order.

mod announced;
mod at_home;
mod pay_later;
mod ports;
mod refresh;
#[cfg(test)]
mod tests;
mod wanted;

pub use announced::{Announced, Kept, NOTE, Shop};
pub use at_home::AtHome;
pub use pay_later::PayLater;
pub use ports::{Home, HomeError, Origin};
pub use refresh::{Refreshed, refresh, visited};
