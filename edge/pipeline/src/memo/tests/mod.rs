//! What is kept of pages, for whom, and for how long.

mod near;

use crate::gateway::limit::{LimitClass, RateLimiter};
use crate::testing::{Answer, BROWSER, Client, Shop};
use async_trait::async_trait;
use axum::body::Body;
use futures::channel::oneshot;
use futures::executor::block_on;
use futures::future::FutureExt;
use http::Request;
use orilla_shop::PortError;
use proptest::prelude::*;
use std::sync::{Arc, Mutex};

/// A product on two pages of a list and related to others.
const PRODUCT: &str = "/en/p/harbour-boots";
const LIST: &str = "/en/c/wear/oilskins";

fn state(answer: &Answer) -> &str {
    answer.header("cache-status").split(';').nth(1).unwrap_or_default().trim()
}

#[track_caller]
fn check(client: &Client, path: &str, expected: &str) -> String {
    let answer = client.get(path);
    assert_eq!((answer.status, state(&answer)), (200, expected), "{path}");
    answer.text()
}

/// Changes a product as a new feed would, and publishes.
fn edit(shop: &Shop, sql: &str) {
    shop.execute(sql);
    shop.execute("UPDATE products SET version = version + 1 WHERE handle = 'harbour-boots'");
    shop.publish();
}

fn reprice(shop: &Shop, minor: u32) {
    let of = "product_id = (SELECT id FROM products WHERE handle = 'harbour-boots')";
    shop.execute(&format!("UPDATE cards SET price_min = {minor}, price_max = {minor} WHERE {of}"));
    edit(shop, &format!("UPDATE variants SET price_minor = {minor} WHERE {of}"));
}

#[test]
fn a_page_is_rendered_once() {
    let shop = Shop::new();
    let visitor = shop.anonymous();
    for path in ["/en", "/es", LIST, PRODUCT, "/en/about", "/en/search", "/en/search?sort=price"] {
        let first = check(&visitor, path, "fwd=uri-miss");
        assert_eq!(check(&visitor, path, "hit"), first, "{path}");
    }
    // What a page does not read of the address is no part of its key.
    check(&visitor, "/en/p/harbour-boots?utm_source=x&y=1", "hit");
    check(&visitor, "/en/about?x=1", "hit");
    // A search asks the database: nothing vouches for its answer.
    check(&visitor, "/en/search?q=boots", "fwd=uri-miss");
    check(&visitor, "/en/search?q=boots", "fwd=uri-miss");
}

#[test]
fn a_new_price_is_on_every_page_that_shows_it_and_no_other_page_is_rendered() {
    let shop = Shop::new();
    let visitor = shop.anonymous();
    let variant = format!("{PRODUCT}?variant={}", shop.variant_of("harbour-boots"));
    let others = ["/en/about", "/en/p/butter-bell", "/en/c/galley"];
    for path in [PRODUCT, LIST, &variant].iter().chain(&others) {
        check(&visitor, path, "fwd=uri-miss");
    }
    reprice(&shop, 12_345);
    for path in [PRODUCT, LIST, &variant] {
        assert!(check(&visitor, path, "fwd=stale").contains("123.45"), "{path}");
        check(&visitor, path, "hit");
    }
    for path in others {
        check(&visitor, path, "hit");
    }
}

#[test]
fn a_sale_that_no_page_shows_renders_nothing() {
    let shop = Shop::new();
    let visitor = shop.anonymous();
    let set = |count: u32| {
        let of = "product_id = (SELECT id FROM products WHERE handle = 'harbour-boots')";
        shop.execute(&format!("UPDATE variants SET available = {count} WHERE {of}"));
        shop.execute(&format!("UPDATE cards SET available = {count} WHERE {of}"));
        shop.publish();
    };
    set(40);
    check(&visitor, PRODUCT, "fwd=uri-miss");
    check(&visitor, LIST, "fwd=uri-miss");
    set(39);
    check(&visitor, PRODUCT, "hit");
    check(&visitor, LIST, "hit");
    set(3);
    check(&visitor, PRODUCT, "fwd=stale");
    check(&visitor, LIST, "hit");
    set(0);
    check(&visitor, PRODUCT, "fwd=stale");
    check(&visitor, LIST, "fwd=stale");
}

#[test]
fn a_text_may_be_late_by_one_answer() {
    let shop = Shop::new();
    let visitor = shop.anonymous();
    check(&visitor, PRODUCT, "fwd=uri-miss");
    edit(&shop, "UPDATE products SET description = '<p>Waxed anew.</p>' WHERE handle = 'harbour-boots'");
    let stale = visitor.get(PRODUCT);
    assert_eq!(stale.header("cache-status"), "Orilla; hit; ttl=-1; detail=refreshing/page-text");
    assert!(!stale.text().contains("Waxed anew."));
    assert!(check(&visitor, PRODUCT, "hit").contains("Waxed anew."));
}

#[test]
fn a_browser_that_has_the_page_gets_no_other() {
    let shop = Shop::new();
    let visitor = shop.anonymous();
    let tag = visitor.get(PRODUCT).header("etag").to_owned();
    let again = |tag: &str| visitor.send("GET", PRODUCT, &[("if-none-match", tag)], b"");
    let known = again(&tag);
    assert_eq!((known.status, known.body.len(), known.header("etag")), (304, 0, tag.as_str()));
    assert_eq!(again(&format!("W/\"x\", {tag}")).status, 304);
    assert_eq!(again("W/\"x\"").status, 200);
    reprice(&shop, 4_321);
    assert_eq!(again(&tag).status, 200);
    let head = visitor.send("HEAD", PRODUCT, &[], b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn another_isolate_learns_of_a_publish_within_five_seconds() {
    let shop = Shop::new();
    let other = shop.isolate();
    let price = |shop: &Shop| shop.anonymous().get(PRODUCT).text().contains("77.77");
    assert!(!price(&other));
    reprice(&shop, 7_777);
    assert!(price(&shop) && !price(&other));
    // With requests, one of them takes note without waiting; the next shows it.
    shop.wait(1_600);
    assert!(!price(&other));
    assert!(price(&other));
    // Without requests, the first one waits for the answer.
    let idle = shop.isolate();
    assert!(price(&idle));
    reprice(&shop, 6_666);
    shop.wait(4_001);
    assert!(!price(&idle));
}

#[test]
fn an_isolate_that_is_cut_off_goes_on_with_what_it_has() {
    let shop = Shop::new();
    check(&shop.anonymous(), PRODUCT, "fwd=uri-miss");
    shop.break_files(true);
    shop.wait(60_000);
    check(&shop.anonymous(), PRODUCT, "hit");
    check(&shop.anonymous(), "/en/about", "fwd=uri-miss");
    let new = shop.isolate();
    assert_eq!(new.anonymous().get(PRODUCT).status, 503);
    shop.break_files(false);
    // Not every request asks what has just failed.
    assert_eq!(new.anonymous().get(PRODUCT).status, 503);
    shop.wait(1_000);
    assert_eq!(new.anonymous().get(PRODUCT).status, 200);
    assert_eq!(shop.isolate().anonymous().get(PRODUCT).status, 200);
}

#[test]
fn hostile_variety_does_not_grow_the_memo() {
    let shop = Shop::new();
    for n in 0..300 {
        shop.anonymous().get(&format!("/en/about?x={n}"));
        shop.anonymous().get(&format!("/en/p/harbour-boots?y={n}"));
        assert_eq!(shop.anonymous().get(&format!("/en/p/nothing-{n}")).status, 404);
        assert_eq!(shop.anonymous().get(&format!("/en/search?nothing={n}")).status, 302);
    }
    assert_eq!(shop.kept_pages(), 2);
}

thread_local! {
    /// Importing takes longer than a case: each gets an isolate of this one.
    static SHOP: Shop = Shop::new();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whoever asks, in whatever order, amid whatever changes: the answer is what a shop without a memo gives them.
    #[test]
    fn nobody_gets_what_is_anothers(steps in prop::collection::vec((0..4_usize, 0..6_usize, 0..12_u32), 1..40)) {
        let shop = SHOP.with(Shop::isolate);
        let visitors: Vec<_> = (0..4).map(|_| shop.shopper()).collect();
        let variant = shop.variant(20);
        let pages = ["/en", "/pt", LIST, PRODUCT, "/en/search?sort=price", "/en/about"];
        for (who, page, act) in steps {
            let (Some(visitor), Some(page)) = (visitors.get(who), pages.get(page)) else { continue };
            match act {
                0 => reprice(&shop, 1_000 + u32::try_from(who).unwrap() * 111),
                1 | 2 => {
                    let form = format!("locale=en&variant={variant}&quantity={}", act + u32::try_from(who).unwrap());
                    prop_assert_eq!(visitor.post_form("/fn/add_to_cart", &form).status, 303);
                }
                _ => {}
            }
            let kept = visitor.get(page);
            // A new isolate has kept nothing.
            let fresh = shop.isolate();
            prop_assert_eq!(kept.text(), visitor.at(&fresh).get(page).text(), "{}", page);
        }
    }
}

/// A limiter that answers when a test lets it.
struct Slow(Mutex<Vec<oneshot::Receiver<()>>>);

#[async_trait]
impl RateLimiter for Slow {
    async fn admits(&self, _: LimitClass, _: &str) -> Result<bool, PortError> {
        let until = self.0.lock().unwrap().pop();
        if let Some(until) = until {
            until.await.unwrap();
        }
        Ok(true)
    }
}

#[test]
fn who_waits_for_the_limiter_gets_the_page_that_another_one_has_rendered() {
    let shop = Shop::new();
    shop.anonymous().get("/en/about");
    let (releases, waiting): (Vec<_>, Vec<_>) = (0..3).map(|_| oneshot::channel()).unzip();
    let mut host = shop.host().clone();
    host.gate.limiter = Arc::new(Slow(Mutex::new(waiting)));
    let ask = || {
        let request = Request::get(format!("https://shop.example{PRODUCT}"))
            .header("user-agent", BROWSER)
            .header("cf-connecting-ip", "192.0.2.1");
        crate::answer(host.clone(), request.body(Body::empty()).unwrap()).boxed_local()
    };
    let mut asked = [ask(), ask(), ask()];
    for one in &mut asked {
        assert!(one.now_or_never().is_none());
    }
    for release in releases {
        release.send(()).unwrap();
    }
    let answers = asked.map(block_on);
    let said: Vec<_> = answers.iter().map(|answer| &answer.headers()["cache-status"]).collect();
    assert_eq!(said, ["Orilla; fwd=uri-miss; stored", "Orilla; hit", "Orilla; hit"]);
}
