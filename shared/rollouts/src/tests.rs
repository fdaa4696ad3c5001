//! Weeks in milliseconds.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "test code")]

mod machine;
mod simulated;
