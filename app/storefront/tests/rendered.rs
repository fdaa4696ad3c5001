//! The HTML of the islands, as the shop renders it: `tests/fixtures/`. `browser.rs` hydrates these files, so they must
//! be what is rendered; with `ORILLA_BLESS=1` this test writes them.
#![cfg(feature = "ssr")]
#![allow(clippy::unwrap_used)]

mod data;

use data::{buy_box, cart};
use leptos::prelude::*;
use orilla_storefront::islands::{BuyBox, CartBadge, CartLines, QuickAdd, SearchBox};
use orilla_storefront::render;
use orilla_storefront::server::CartData;
use std::path::Path;

#[track_caller]
fn check<V: IntoView>(name: &str, island: impl FnOnce() -> V) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(format!("{name}.html"));
    let html = render(island);
    // The tag around it names the function that hydrates it, which is another in each build.
    let (_, inner) = html.split_once('>').unwrap();
    let inner = inner.strip_suffix("</leptos-island>").unwrap();
    if std::env::var_os("ORILLA_BLESS").is_some() {
        std::fs::write(&path, format!("{inner}\n")).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap().trim_end(), inner);
}

const EN: &str = "en";

#[test]
fn each_island_renders_as_its_fixture() {
    check(
        "quick_add",
        || view! { <QuickAdd locale=EN.to_owned() variant=7 title="Rope & twine".to_owned()/> },
    );
    check("buy_box", || view! { <BuyBox locale=EN.to_owned() data=buy_box()/> });
    check("cart", || view! { <CartLines locale=EN.to_owned() data=cart(&[2, 1])/> });
    check("empty_cart", || view! { <CartLines locale=EN.to_owned() data=CartData::default()/> });
    check("cart_badge", || view! { <CartBadge locale=EN.to_owned() pieces=0/> });
    check("search_box", || view! { <SearchBox locale=EN.to_owned() query=String::new()/> });
}
