//! What counts as a step from page to page, and what does not.

use crate::gateway::testing::Limiting;
use crate::publish_likely_pages;
use crate::testing::{Answer, Shop};
use futures::executor::block_on;

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36";
const BOOTS: &str = "/en/p/harbour-boots";
/// Steps after which they are stored at once.
const ENOUGH: usize = 64;
const HALF_A_MINUTE: i64 = 30_000;

/// As a browser asks for a page when a link is followed.
fn follow(shop: &Shop, from: &str, to: &str, also: &[(&str, &str)]) -> Answer {
    let usual = [
        ("referer", from),
        ("sec-fetch-dest", "document"),
        ("sec-fetch-mode", "navigate"),
        ("user-agent", BROWSER),
        ("accept", "text/html"),
    ];
    let usual = usual.iter().filter(|(name, _)| also.iter().all(|(other, _)| other != name));
    shop.anonymous().send("GET", to, &usual.chain(also).copied().collect::<Vec<_>>(), b"")
}

/// As `loader.js` says that a page which had been brought beforehand is shown.
fn see(shop: &Shop, from: &str, page: &str, also: &[(&str, &str)]) -> Answer {
    let usual = [
        ("referer", page),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "text/plain;charset=UTF-8"),
        ("user-agent", BROWSER),
    ];
    let usual = usual.iter().filter(|(name, _)| also.iter().all(|(other, _)| other != name));
    shop.anonymous().send(
        "POST",
        "/fn/seen",
        &usual.chain(also).copied().collect::<Vec<_>>(),
        from.as_bytes(),
    )
}

fn at(path: &str) -> String {
    format!("https://shop.example{path}")
}

/// What was stored: from, to, times.
fn stored(shop: &Shop) -> Vec<String> {
    // The next step stores what has waited.
    shop.wait(HALF_A_MINUTE);
    follow(shop, &at("/en/about"), "/en/privacy", &[]);
    shop.wait(HALF_A_MINUTE);
    follow(shop, &at("/en/privacy"), "/en/about", &[]);
    let rows = shop.query("SELECT json_quote(from_page || ' > ' || to_page || ' ' || sum(count)) AS doc FROM navigation GROUP BY from_page, to_page ORDER BY 1");
    let rows = rows.into_iter().map(|row| row.trim_matches('"').to_owned());
    rows.filter(|row| !row.starts_with("/about > /privacy") && !row.starts_with("/privacy > /about"))
        .collect()
}

/// What was stored after this answer, and nothing else.
#[track_caller]
fn check(shop: &Shop, answer: &Answer, expected: &[&str]) {
    assert!(answer.status < 400, "{}", answer.text());
    assert_eq!(stored(shop), expected);
    shop.execute("DELETE FROM navigation");
}

#[test]
fn a_link_that_was_followed_is_a_step_in_any_language() {
    let shop = Shop::new();
    check(&shop, &follow(&shop, &at("/en"), BOOTS, &[]), &[" > /p/harbour-boots 1"]);
    check(
        &shop,
        &follow(&shop, &at("/es/c/wear/oilskins?page=2#x"), BOOTS, &[]),
        &["/c/wear/oilskins > /p/harbour-boots 1"],
    );
    let variant = shop.query(
        "SELECT json(min(v.id)) AS doc FROM variants v JOIN products p ON p.id = v.product_id
         WHERE p.handle = 'harbour-boots'",
    );
    let variant = format!("{BOOTS}?variant={}", variant[0]);
    let chosen = follow(&shop, &at("/en/search?q=boots"), &variant, &[]);
    check(&shop, &chosen, &["/search > /p/harbour-boots 1"]);
    check(
        &shop,
        &follow(&shop, &at(BOOTS), "/pt/c/wear/oilskins", &[]),
        &["/p/harbour-boots > /c/wear/oilskins 1"],
    );
    // A browser that has the page already asks whether it is still the same.
    let tag = follow(&shop, "", BOOTS, &[]).header("etag").to_owned();
    let again = follow(&shop, &at("/en"), BOOTS, &[("if-none-match", &tag)]);
    assert_eq!(again.status, 304);
    check(&shop, &again, &[" > /p/harbour-boots 1"]);
}

#[test]
fn what_nobody_followed_is_no_step() {
    let shop = Shop::new();
    for (from, also) in [
        ("https://elsewhere.example/en", ("accept", "text/html")),
        // The name of the shop in front of another's.
        ("https://shop.example.evil.example/en", ("accept", "text/html")),
        ("https://shop.example/en/cart", ("accept", "text/html")),
        ("https://shop.example/en/checkout", ("accept", "text/html")),
        ("https://shop.example/en/orders/abcdefghijklmnopqrstuvwxyz", ("accept", "text/html")),
        ("https://shop.example/studio/products/1", ("accept", "text/html")),
        ("https://shop.example/en/p/harbour-boots", ("accept", "text/html")),
        ("https://shop.example/en/p/%ff", ("accept", "text/html")),
        ("", ("accept", "text/html")),
        ("https://shop.example/en", ("sec-fetch-dest", "empty")),
        ("https://shop.example/en", ("sec-fetch-mode", "cors")),
        ("https://shop.example/en", ("user-agent", "Googlebot/2.1")),
        ("https://shop.example/en", ("user-agent", "")),
        ("https://shop.example/en", ("sec-purpose", "prefetch")),
        ("https://shop.example/en", ("sec-purpose", "prefetch;prerender")),
    ] {
        check(&shop, &follow(&shop, from, BOOTS, &[also]), &[]);
    }
}

#[test]
fn the_results_of_a_search_are_no_page_that_could_be_guessed() {
    let shop = Shop::new();
    check(&shop, &follow(&shop, &at("/en"), "/en/search?q=boots", &[]), &[]);
    check(&shop, &follow(&shop, &at("/en"), "/en/search?sort=price", &[]), &[]);
    check(&shop, &follow(&shop, &at("/en"), "/en/cart", &[]), &[]);
}

#[test]
fn a_page_that_was_brought_beforehand_counts_when_it_is_shown() {
    let shop = Shop::new();
    let prefetch = [("sec-purpose", "prefetch;prerender")];
    follow(&shop, &at("/en"), BOOTS, &prefetch);
    check(&shop, &see(&shop, &at("/en"), &at(BOOTS), &[]), &[" > /p/harbour-boots 1"]);
    check(
        &shop,
        &see(&shop, &at("/en"), &at("/en/p/harbour-boots?variant=2"), &[]),
        &[" > /p/harbour-boots 1"],
    );
    // What is not there is not kept, whoever says that it was seen.
    check(&shop, &see(&shop, &at("/en"), &at("/en/p/nothing"), &[]), &[]);
    check(&shop, &see(&shop, &at("/en/p/nothing"), &at(BOOTS), &[]), &[]);
    check(&shop, &see(&shop, "https://elsewhere.example/", &at(BOOTS), &[]), &[]);
    check(&shop, &see(&shop, &at("/en/cart"), &at(BOOTS), &[]), &[]);
    check(&shop, &see(&shop, &at("/en"), &at("/en/search?q=boots"), &[]), &[]);
    check(&shop, &see(&shop, &at("/en"), &at(BOOTS), &[("user-agent", "Googlebot/2.1")]), &[]);
}

#[test]
fn another_site_cannot_say_what_was_seen() {
    let shop = Shop::new();
    assert_eq!(see(&shop, &at("/en"), &at(BOOTS), &[("sec-fetch-site", "cross-site")]).status, 403);
    assert_eq!(see(&shop, &"x".repeat(100_000), &at(BOOTS), &[]).status, 413);
    assert_eq!(stored(&shop), [""; 0]);
}

#[test]
fn steps_are_stored_together_and_beside_the_answers() {
    let shop = Shop::new();
    follow(&shop, &at("/en"), BOOTS, &[]);
    let before = shop.rows_written();
    for _ in 2..ENOUGH {
        follow(&shop, &at("/en"), BOOTS, &[]);
    }
    assert_eq!(shop.rows_written(), before);
    follow(&shop, &at("/en"), BOOTS, &[]);
    assert_ne!(shop.rows_written(), before);
    assert_eq!(stored(&shop), [format!(" > /p/harbour-boots {ENOUGH}")]);
}

#[test]
fn a_database_that_is_away_costs_counts_and_no_page() {
    let shop = Shop::new();
    follow(&shop, &at("/en"), BOOTS, &[]);
    shop.break_database(true);
    shop.wait(HALF_A_MINUTE);
    assert_eq!(follow(&shop, &at("/en"), BOOTS, &[]).status, 200);
    shop.break_database(false);
    assert_eq!(stored(&shop), [""; 0]);
}

#[test]
fn a_page_of_before_is_forgotten_when_the_cart_changes() {
    let shop = Shop::new();
    let shopper = shop.shopper();
    let variant = shop.variant(1);
    let added = shopper.post_form("/fn/add_to_cart", &format!("variant={variant}&quantity=1&locale=en"));
    assert_eq!(added.header("clear-site-data"), "\"prefetchCache\", \"prerenderCache\"");
    assert_eq!(shopper.get("/en").header("clear-site-data"), "");
}

/// What stands in a page of what to bring beforehand: the page to draw, and the pages to fetch.
fn rules(shop: &Shop, path: &str) -> (Vec<String>, Vec<String>) {
    let html = shop.anonymous().get(path).text();
    let (_, rest) = html.split_once("<script type=\"speculationrules\">").unwrap();
    let rules: serde_json::Value = serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap();
    let urls = |kind: &str| {
        let rules = rules[kind].as_array().cloned().unwrap_or_default();
        let urls = rules.iter().filter_map(|rule| rule["urls"].as_array()).flatten();
        urls.map(|url| url.as_str().unwrap().to_owned()).collect()
    };
    (urls("prerender"), urls("prefetch"))
}

/// So many steps from page to page, stored.
fn steps(shop: &Shop, from: &str, to: &str, times: usize) {
    for _ in 0..times {
        follow(shop, &at(from), to, &[]);
    }
    stored(shop);
}

#[test]
fn what_most_go_on_to_is_brought_beforehand_in_the_language_of_the_page() {
    let shop = Shop::new();
    steps(&shop, "/en/p/harbour-boots", "/en/c/wear/oilskins", 6);
    steps(&shop, "/es/p/harbour-boots", "/es/p/butter-bell", 3);
    steps(&shop, "/en/p/harbour-boots", "/en/p/butter-bell", 2);
    assert_eq!(rules(&shop, BOOTS), (vec![], vec![]), "not before it is published");
    shop.publish();
    shop.wait(5_000);
    let expected = |language: &str| {
        let url = |path: &str| vec![format!("/{language}{path}")];
        (url("/c/wear/oilskins"), url("/p/butter-bell"))
    };
    for language in ["en", "es", "pt"] {
        // The page of before is shown once more.
        shop.anonymous().get(&format!("/{language}/p/harbour-boots"));
        assert_eq!(rules(&shop, &format!("/{language}/p/harbour-boots")), expected(language));
    }
    // A product of the same category that nobody has left yet is like it.
    let alike = shop.query(
        "SELECT json_quote(o.handle) AS doc FROM products p JOIN products o ON o.category_id = p.category_id
         WHERE p.handle = 'harbour-boots' AND o.id <> p.id LIMIT 1",
    );
    let alike = format!("/en/p/{}", alike[0].trim_matches('"'));
    assert_eq!(rules(&shop, &alike).0, expected("en").0);
    assert_eq!(rules(&shop, "/en/search?q=boots"), (vec![], vec![]));
    assert_eq!(rules(&shop, "/en/c/galley"), (vec![], vec![]));
}

#[test]
fn what_few_did_is_not_brought_beforehand() {
    let shop = Shop::new();
    steps(&shop, "/en", BOOTS, 4);
    shop.publish();
    assert_eq!(rules(&shop, "/en"), (vec![], vec![]));
    steps(&shop, "/en", BOOTS, 1);
    shop.publish();
    shop.wait(5_000);
    shop.anonymous().get("/en");
    assert_eq!(rules(&shop, "/en"), (vec![BOOTS.to_owned()], vec![]));
    shop.wait(57 * 24 * 3_600_000);
    steps(&shop, "/en", "/en/search", 5);
    shop.publish();
    shop.wait(5_000);
    shop.anonymous().get("/en");
    assert_eq!(rules(&shop, "/en"), (vec!["/en/search".to_owned()], vec![]), "what is old is forgotten");
}

#[test]
fn likely_pages_end_when_nobody_browses_any_more() {
    let learn = |shop: &Shop| block_on(publish_likely_pages(shop.host(), shop.team())).unwrap();
    for publish in [Shop::publish, learn] {
        let shop = Shop::new();
        steps(&shop, "/en", BOOTS, 9);
        publish(&shop);
        shop.wait(5_000);
        assert_eq!(rules(&shop, "/en").0, [BOOTS]);
        shop.wait(57 * 24 * 3_600_000);
        publish(&shop);
        let (number, _) = publication(&shop);
        shop.wait(5_000);
        shop.anonymous().get("/en");
        assert_eq!(rules(&shop, "/en"), (vec![], vec![]));
        publish(&shop);
        assert_eq!(publication(&shop).0, number, "they ended once");
    }
}

/// What is current, and what was said of it.
fn publication(shop: &Shop) -> (u64, String) {
    let current = block_on(shop.host().publications.current()).unwrap();
    current.map(|current| (current.number, current.note)).unwrap_or_default()
}

#[test]
fn a_shop_that_publishes_nothing_learns_all_the_same() {
    let shop = Shop::new();
    steps(&shop, "/en", BOOTS, 9);
    shop.execute(
        "UPDATE products SET title = 'A draft', version = version + 1 WHERE handle = 'harbour-boots'",
    );
    let (number, _) = publication(&shop);
    block_on(publish_likely_pages(shop.host(), shop.team())).unwrap();
    assert_eq!(publication(&shop), (number + 1, "likely pages".to_owned()));
    shop.wait(5_000);
    shop.anonymous().get("/en");
    assert_eq!(rules(&shop, "/en").0, [BOOTS]);
    assert!(!shop.anonymous().get(BOOTS).text().contains("A draft"), "what is written waits");
    block_on(publish_likely_pages(shop.host(), shop.team())).unwrap();
    assert_eq!(publication(&shop).0, number + 1, "nothing new is nothing to publish");
}

#[test]
fn before_a_catalogue_is_published_no_page_is_likely() {
    let shop = Shop::empty();
    shop.execute("INSERT INTO navigation VALUES ('', '/search', 20370, 99)");
    block_on(publish_likely_pages(shop.host(), shop.team())).unwrap();
    assert_eq!(publication(&shop), (0, String::new()));
}

#[test]
fn another_likely_page_refreshes_the_pages_that_name_it_and_no_other() {
    let shop = Shop::new();
    let state = |path: &str| shop.anonymous().get(path).header("cache-status").to_owned();
    for path in [BOOTS, "/en/p/butter-bell", "/en/search"] {
        state(path);
    }
    steps(&shop, BOOTS, "/en/search", 9);
    shop.publish();
    shop.wait(5_000);
    assert_eq!(state(BOOTS), "Orilla; hit; ttl=-1; detail=refreshing/next");
    assert_eq!(state(BOOTS), "Orilla; hit");
    assert_eq!(state("/en/p/butter-bell"), "Orilla; hit");
    assert_eq!(state("/en/search"), "Orilla; hit");
    // More of the same: other numbers, but the same rules.
    steps(&shop, BOOTS, "/en/search", 9);
    shop.publish();
    shop.wait(5_000);
    assert_eq!(state(BOOTS), "Orilla; hit");
}

#[test]
fn what_is_no_longer_sold_is_not_brought_beforehand() {
    let shop = Shop::new();
    steps(&shop, "/en", BOOTS, 9);
    shop.execute(
        "UPDATE products SET status = 'archived', version = version + 1 WHERE handle = 'harbour-boots'",
    );
    shop.execute(
        "DELETE FROM cards WHERE product_id = (SELECT id FROM products WHERE handle = 'harbour-boots')",
    );
    shop.publish();
    assert_eq!(rules(&shop, "/en"), (vec![], vec![]));
}

#[test]
fn likely_pages_that_cannot_be_had_cost_no_page() {
    let shop = Shop::new();
    steps(&shop, "/en", BOOTS, 9);
    shop.publish();
    let other = shop.isolate();
    shop.lose_likely_pages();
    assert_eq!(rules(&other, "/en"), (vec![], vec![]));
}

#[test]
fn what_is_brought_beforehand_goes_through_the_same_limits() {
    let shop = Shop::new();
    shop.limit(Limiting::Refuses);
    let ahead =
        follow(&shop, &at("/en"), BOOTS, &[("sec-purpose", "prefetch"), ("cf-connecting-ip", "192.0.2.1")]);
    assert_eq!(ahead.status, 429);
}

#[test]
fn what_was_brought_is_looked_at_when_it_is_shown() {
    let shop = Shop::new();
    let agreed = ("cookie", "__Host-consent=1.01");
    let ahead = follow(&shop, &at("/en"), BOOTS, &[agreed, ("sec-purpose", "prefetch")]);
    assert_eq!(ahead.header("set-cookie"), "");
    let seen = see(&shop, &at("/en"), &at(BOOTS), &[agreed]);
    assert!(seen.header("set-cookie").starts_with("__Host-viewed=1."), "{:?}", seen.headers);
    // What was brought on that page stays.
    assert_eq!(seen.header("clear-site-data"), "");
    assert_eq!(see(&shop, &at("/en"), &at(BOOTS), &[]).header("set-cookie"), "");
}

#[test]
fn no_rule_leads_to_what_is_private() {
    let shop = Shop::new();
    for path in ["/en/cart", "/en/checkout", "/studio", "/en/orders/abcdefghijklmnopqrstuvwxyz"] {
        for _ in 0..9 {
            follow(&shop, &at("/en"), path, &[]);
            see(&shop, &at("/en"), &at(path), &[]);
        }
    }
    stored(&shop);
    shop.publish();
    assert_eq!(rules(&shop, "/en"), (vec![], vec![]));
    let policy = shop.anonymous().get("/en").header("content-security-policy").to_owned();
    assert!(policy.contains("'inline-speculation-rules'") && !policy.contains("unsafe-inline"), "{policy}");
}
