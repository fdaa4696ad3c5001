//! The shop's pages and islands.
//!
//! A page is a pure function from data (`orilla_shop`'s view models) to HTML: nothing here fetches. What the browser
//! needs to make a page nicer is an island ([`islands`]); every page and form works without them.

#[cfg(feature = "bench")]
pub mod bench;
pub mod islands;
#[cfg(feature = "ssr")]
mod render;

#[cfg(feature = "ssr")]
pub use render::render;
