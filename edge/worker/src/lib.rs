//! The Cloudflare host: adapts D1, time, randomness and `fetch` to the ports, and decides nothing. `edge/modules` has
//! the modules of WebAssembly that are made of it.

mod background;
mod database;
mod files;
mod gate;
pub mod glue;
mod host;
mod pictures;
mod queue;

pub use host::{host, team};
pub use queue::delivery;
