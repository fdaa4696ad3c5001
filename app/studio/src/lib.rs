//! The Studio: the pages in which the shop's team works. As in `orilla_storefront`, a page is a pure function from its
//! data to HTML, and every page works without scripts; what `js/*.js` add makes it nicer. Those have no texts of their
//! own: they show what the page brings along.
//!
//! Rendered by the team's module alone: neither the shop's module nor its bundle for browsers holds any of it.

mod drawn;
mod page;
pub mod pages;
mod words;

pub use page::{Assets, StudioContext};
pub use words::Words;
