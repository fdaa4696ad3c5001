//! Commands that wait on a device until the network takes them, and have the effect of once.
//!
//! A command's id is its idempotency key. It is sent until an answer came: at least once, for an answer can be lost and
//! a device can stop in the middle; the receiver does what a key asks for once, and answers the same ever after. From
//! both follows: exactly once.
//!
//! - Commands of one aggregate go in the order in which they came; those of others don't wait for them.
//! - One that the receiver refuses is done with, and holds up nobody. One that the receiver has a question about waits
//!   for its person; only its own aggregate waits with it.
//! - One that its person takes back is theirs at once if it was never sent. Else the receiver is told, and either has
//!   done it before, or never will: a copy that comes late finds its id withdrawn.
//! - What is sent again and does not get through waits longer each time ([`delay`]).
//!
//! No clock and no dice: both come in as arguments. Nothing is stored here: a host writes an [`Entry`] down after each
//! change, **before** it does what the change says, and compares [`Entry::version`] when it writes.

mod backoff;
mod entry;
mod order;
#[cfg(test)]
mod tests;

pub use backoff::{LONGEST, delay};
pub use entry::{Entry, Errand, NotNow, Reply, State, TakenBack};
pub use order::{Next, next};
