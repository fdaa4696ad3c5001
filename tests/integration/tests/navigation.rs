//! From steps between pages, through the database and the cron trigger, to what a page says is likely, on workerd.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use orilla_integration::{Shop, product, unique};
use serde_json::Value;
use std::time::{Duration, Instant};

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36";
/// Steps after which an isolate stores them at once.
const ENOUGH: usize = 64;
/// The trigger that comes once a day, as wrangler.toml has it.
const DAILY: &str = "23+4+*+*+*";

/// As a browser asks when a link is followed.
fn follow(shop: &Shop, from: &str, to: &str) {
    let from = format!("{}{from}", shop.url);
    let headers = [
        ("referer", from.as_str()),
        ("sec-fetch-dest", "document"),
        ("sec-fetch-mode", "navigate"),
        ("user-agent", BROWSER),
    ];
    shop.get_with(to, &headers).expect(200);
}

/// What a page lets the browser draw beforehand.
fn drawn(shop: &Shop, path: &str) -> Value {
    let page = shop.get(path).expect(200).text();
    let (_, rest) = page.split_once("<script type=\"speculationrules\">").unwrap();
    let rules: Value = serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap();
    rules.pointer("/prerender/0/urls").cloned().unwrap_or_default()
}

#[test]
fn what_most_go_on_to_is_likely_after_the_trigger_and_drafts_wait() {
    let shop = Shop::default();
    let (from, to, draft) = (unique("likely-from"), unique("likely-to"), unique("likely-draft"));
    shop.put(&[product(&from, 1_000, 9), product(&to, 2_000, 9)]);
    shop.import("ndjson", &product(&draft, 3_000, 9).to_string());
    let (from, to) = (format!("/en/p/{from}"), format!("/en/p/{to}"));
    for _ in 0..ENOUGH {
        follow(&shop, &from, &to);
    }
    #[expect(clippy::disallowed_methods, reason = "a test on this machine")]
    let start = Instant::now();
    while drawn(&shop, &from) != serde_json::json!([to]) {
        assert!(start.elapsed() < Duration::from_secs(180), "{}", drawn(&shop, &from));
        // Steps are stored beside an answer, and a page that has become another is shown once more.
        std::thread::sleep(Duration::from_secs(1));
        follow(&shop, &from, &to);
        shop.get(&format!("/cdn-cgi/handler/scheduled?cron={DAILY}")).expect(200);
    }
    let bearer = shop.bearer();
    let told = shop.get_with("/studio/api/publications?limit=100", &[("authorization", &bearer)]).expect(200);
    assert!(told.text().contains("\"note\":\"likely pages\""), "{}", told.text());
    shop.get(&format!("/en/p/{draft}")).expect(404);
}
