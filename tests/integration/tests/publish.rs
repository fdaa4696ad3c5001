//! From what the team wrote to what pages show, and back.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use orilla_integration::{Shop, product, unique};
use std::time::Duration;

/// What the shop promises.
const BOUND: Duration = Duration::from_secs(5);

fn put_unpublished(shop: &Shop, handle: &str, price: i64) {
    shop.import("ndjson", &product(handle, price, 9).to_string());
}

#[test]
fn a_price_is_on_its_page_within_five_seconds_of_the_publish_and_not_before() {
    let shop = Shop::default();
    let handle = unique("published");
    let page = format!("/en/p/{handle}");
    put_unpublished(&shop, &handle, 1_234);
    assert_eq!(shop.get(&page).status, 404, "it is not published");
    assert!(shop.publish() <= BOUND);
    assert!(shop.get(&page).expect(200).text().contains("12.34"));
    assert!(shop.get(&page).expect(200).header("cache-status").starts_with("Orilla; hit"));
    put_unpublished(&shop, &handle, 4_321);
    assert!(shop.get(&page).expect(200).text().contains("12.34"), "it is not published");
    assert!(shop.publish() <= BOUND);
    let changed = shop.get(&page).expect(200);
    assert!(changed.text().contains("43.21") && !changed.text().contains("12.34"));
}

#[test]
fn a_browser_that_has_the_page_is_told_so() {
    let shop = Shop::default();
    let page = shop.get("/en/about").expect(200);
    let tag = page.header("etag").to_owned();
    let again = shop.get_with("/en/about", &[("if-none-match", &tag)]).expect(304);
    assert_eq!((again.body.len(), again.header("etag")), (0, tag.as_str()));
    // What one visitor has in the cart is in no other's page.
    let cart = [("cookie", "__Host-cart=1.1x7"), ("if-none-match", tag.as_str())];
    let own = shop.get_with("/en/about", &cart).expect(200);
    assert_eq!(own.header("cache-control"), "private, no-store");
    assert!(own.text() != page.text());
    assert!(shop.get("/en/about").expect(200).text() == page.text());
}

#[test]
fn the_history_names_what_was_published_and_strangers_do_not_publish() {
    let shop = Shop::default();
    put_unpublished(&shop, &unique("noted"), 100);
    let bearer = shop.bearer();
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let note = unique("a note");
    let body = format!("{{\"note\":\"{note}\"}}");
    // Another test may have published the same change a moment before: then nothing is new.
    shop.post("/studio/api/publish", &headers, body.as_bytes());
    let history = shop.get_with("/studio/api/publications", &headers).expect(200).json();
    let numbers: Vec<_> =
        history["publications"].as_array().unwrap().iter().map(|p| p["number"].as_u64().unwrap()).collect();
    assert!(!numbers.is_empty() && numbers.is_sorted_by(|a, b| a > b), "{numbers:?}");
    for path in ["/studio/api/publish", "/studio/api/publications/1/rollback"] {
        shop.post(path, &[("content-type", "application/json")], b"{}").expect(401);
    }
    shop.post("/studio/api/publications/999999/rollback", &headers, b"{}").expect(404);
    shop.post("/studio/api/publications/x/rollback", &headers, b"{}").expect(404);
}
