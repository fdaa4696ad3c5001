//! The Cloudflare host: adapts D1, time, randomness and `fetch` to the ports, and decides nothing.

mod database;
mod glue;
mod host;
mod pictures;
