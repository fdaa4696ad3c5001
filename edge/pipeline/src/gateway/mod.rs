//! The gateway: what happens to every request before its handler sees it, and to every answer before it leaves.
//!
//! Each step is a function of its own, in a file of its own, with its own tests; `through` in the crate's root calls
//! them in order.

pub mod ahead;
pub mod body;
pub mod breaker;
pub mod csp;
pub mod forgery;
pub mod gate;
pub mod ids;
pub mod limit;
pub mod log;
pub mod metrics;
pub mod otlp;
pub mod refusal;
pub mod route;
pub mod security_headers;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod trace;
pub mod visitor;
pub mod watch;
