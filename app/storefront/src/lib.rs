//! The shop's pages and islands.
//!
//! A page is a pure function from data (`orilla_shop`'s view models) to HTML: nothing here fetches. What the browser
//! needs to make a page nicer is an island ([`islands`]), and what an island asks of the shop stands in [`server`];
//! every page and form works without them.

mod ask;
#[cfg(feature = "bench")]
pub mod bench;
pub mod islands;
#[cfg(feature = "hydrate")]
mod json;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
mod present;
pub mod server;

#[cfg(feature = "ssr")]
pub use orilla_ui::render;
#[cfg(feature = "ssr")]
pub use page::{Assets, PageContext, PageSlots};
