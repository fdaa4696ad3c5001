//! Rollouts as the team and the clock drive them.
//!
//! What happened to a rollout is in its events; what visitors get is in the published flags. [`tick`] looks at both, and
//! makes the second follow the first. It may be called at any time, twice, or by two isolates at once: an event is
//! stored under its number only once, and a rule in the flags remembers the number of the event that its coverage is
//! from, so that who comes late undoes nothing.

mod cover;
mod drive;
mod form;
mod ports;

pub use cover::{Place, Unfit};
pub use drive::{Drive, StartError, Ticked, Wish, command, start, tick};
pub use form::{RolloutField, RolloutForm};
pub use ports::{Alarm, Glance, NewRollout, RolloutStore, Stored, StoredRollout};
