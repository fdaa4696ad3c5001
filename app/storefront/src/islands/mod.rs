//! The parts of a page that the browser takes over. Each renders useful HTML without WebAssembly: links that lead
//! somewhere and forms that can be sent.
//!
//! An island has no properties; how a page tells it what it needs is in `handed.rs`.
//!
//! `loader.js` holds back what a shopper does to an island before its bundle is there, and does it again afterwards:
//! links and buttons that an island handles itself carry `data-island`.

mod browser;
mod buy_box;
mod cart_badge;
mod cart_lines;
mod handed;
mod quick_add;
mod search_box;

pub use buy_box::{BuyBox, BuyBoxData, OptionData, VariantData};
pub use cart_badge::{CartBadge, CartBadgeData};
pub use cart_lines::{CartLines, CartLinesData};
pub use handed::Handed;
#[cfg(feature = "ssr")]
pub use handed::{hand, pass};
pub use quick_add::{QuickAdd, QuickAddData};
pub use search_box::{SearchBox, SearchBoxData};

use orilla_ui::Locale;

/// Makes the reactive system ready; called once by the client bundle before the first island is hydrated.
#[cfg(feature = "hydrate")]
pub fn start() {
    leptos::mount::hydrate_islands();
}

/// Islands get their language as a code: it crosses from the page in an attribute.
fn locale_of(code: &str) -> Locale {
    Locale::from_segment(code).unwrap_or_default()
}
