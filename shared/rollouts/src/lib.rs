//! Rollouts that undo themselves: a new value goes to 1, 5, 10, 25, 50 and at last 100 % of the people, and back to
//! nobody if it does harm. A pure state machine: the clock and what was observed are arguments.
//!
//! A [`Rollout`] is what its [`Event`]s made of it ([`Rollout::replay`]). [`Rollout::tick`] says what has to happen now,
//! [`Rollout::decide`] what a member of the team may do; both answer events, which the caller stores and applies. So two
//! drivers that tick at the same moment can't advance a step twice: one of them fails to store.
//!
//! Who has the new value is compared with who hasn't, always at the same time and in the same step ([`guard`]): with
//! tests that stay true however often one looks (`orilla_stats::rate_ratio`, `orilla_stats::sequential`). A rollout
//! without any effect is rolled back with a probability of [`Plan::alpha`] at most, over its whole life and all its
//! guardrails.
//!
//! Who is in is decided by the flag's hash alone: the coverage grows with the same seed, and nobody who has the new
//! value loses it but by a rollback.
#![deny(missing_docs)]

mod decide;
pub mod guard;
mod observe;
mod plan;
mod state;
#[cfg(test)]
mod tests;

pub use decide::{Command, Refused};
pub use guard::{Finding, Verdict, judge};
pub use observe::{Counts, Observations, Stratum};
pub use plan::{Fault, Guardrail, Metric, Plan, Share, Step};
pub use state::{Broken, By, Event, Harm, Hold, Recorded, Rollout, Status};
