//! The HTML of the islands, as the shop renders it: `tests/fixtures/`. `browser.rs` hydrates these files, so they must
//! be what is rendered; with `ORILLA_BLESS=1` this test writes them.
#![cfg(feature = "ssr")]
#![allow(clippy::unwrap_used)]

mod data;

use data::{buy_box, cart};
use leptos::prelude::*;
use orilla_storefront::islands::{
    BuyBox, CartBadge, CartBadgeData, CartLines, CartLinesData, QuickAdd, QuickAddData, SearchBox,
    SearchBoxData, hand, pass,
};
use orilla_storefront::render;
use orilla_storefront::server::CartData;
use orilla_ui::Locale;
use std::path::Path;

#[track_caller]
fn check<V: IntoView>(name: &str, island: impl FnOnce() -> V) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(format!("{name}.html"));
    let html = render(island);
    // The island's element names the function that hydrates it, which is another in each build.
    let (before, island) = html.split_once(" data-component=\"").unwrap();
    let (_, inner) = island.split_once('"').unwrap();
    let html = format!("{before}{inner}");
    if std::env::var_os("ORILLA_BLESS").is_some() {
        std::fs::write(&path, format!("{html}\n")).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap().trim_end(), html);
}

fn en() -> String {
    "en".to_owned()
}

#[test]
fn each_island_renders_as_its_fixture() {
    let rope = QuickAddData { locale: Locale::En, variant: 7, title: "Rope & twine".to_owned() };
    check("quick_add", || pass(rope, QuickAdd));
    check("buy_box", || hand(buy_box(), BuyBox));
    check("cart", || hand(CartLinesData { locale: en(), cart: cart(&[2, 1]) }, CartLines));
    check("empty_cart", || hand(CartLinesData { locale: en(), cart: CartData::default() }, CartLines));
    check("cart_badge", || hand(CartBadgeData { locale: en(), pieces: 0 }, CartBadge));
    check("search_box", || hand(SearchBoxData { locale: en(), query: String::new() }, SearchBox));
}
