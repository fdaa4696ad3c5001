//! The Cloudflare host: adapts D1, time, randomness and `fetch` to the ports, and decides nothing. `edge/modules` has
//! the modules of WebAssembly that are made of it.

mod background;
mod database;
mod files;
mod gate;
pub mod glue;
mod host;
mod mail;
mod navigation;
mod near;
mod notices;
mod pictures;
mod queue;
mod rollouts;

pub use host::{host, inspect, team};
pub use navigation::learn;
pub use notices::tell;
pub use queue::delivery;
pub use rollouts::drive;
