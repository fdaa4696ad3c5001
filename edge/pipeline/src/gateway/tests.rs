//! The gateway in front of a whole shop.

use super::testing::Limiting;
use crate::testing::{Shop, TOKEN};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The one line that a request left in the log.
#[track_caller]
fn line_of(shop: &Shop) -> Value {
    let lines = shop.logged();
    assert_eq!(lines.len(), 1, "{lines:?}");
    serde_json::from_str(&lines[0]).unwrap()
}

#[track_caller]
fn check_line(shop: &Shop, method: &str, path: &str, expected: (&str, u16)) {
    let answer = shop.anonymous().send(method, path, &[], b"");
    let line = line_of(shop);
    let found = (line["route"].as_str().unwrap(), answer.status);
    assert_eq!(found, expected, "{method} {path}");
    assert_eq!(line["status"], answer.status);
    assert_eq!(line["method"], method);
}

#[test]
fn every_request_is_one_line() {
    let shop = Shop::new();
    shop.logged();
    check_line(&shop, "GET", "/en", ("/{locale}", 200));
    check_line(&shop, "GET", "/en/", ("other", 308));
    check_line(&shop, "GET", "/en/p/nothing", ("/{locale}/p/{handle}", 404));
    check_line(&shop, "POST", "/fn/nothing", ("/fn/{*name}", 404));
    check_line(&shop, "GET", "/studio/api/orders", ("/studio/api/{name}", 401));
    check_line(&shop, "GET", "/wp-login.php", ("other", 404));
}

#[test]
fn a_failure_says_what_failed_in_the_log_alone() {
    let shop = Shop::new();
    shop.break_database(true);
    shop.logged();
    let answer = shop.anonymous().get("/api/v1/orders/abcdefghijklmnopqrstuvwxyz");
    assert_eq!(answer.status, 503);
    let line = line_of(&shop);
    assert_eq!(line["level"], "error");
    assert!(line["error"].as_str().unwrap().contains("switched off for a test"), "{line}");
    assert_eq!(answer.header("x-request-id"), line["request_id"].as_str().unwrap());
    assert!(!answer.text().contains("switched off"));
}

#[track_caller]
fn check_limited(shop: &Shop, method: &str, path: &str, expected: u16) {
    let headers = [("cf-connecting-ip", "192.0.2.1")];
    let answer = shop.anonymous().send(method, path, &headers, b"");
    assert_eq!(answer.status, expected, "{method} {path}");
    assert_eq!(answer.header("retry-after"), if expected == 429 { "60" } else { "" });
}

#[test]
fn what_costs_is_limited_and_what_does_not_is_free() {
    let shop = Shop::new();
    shop.limit(Limiting::Refuses);
    check_limited(&shop, "GET", "/robots.txt", 200);
    check_limited(&shop, "GET", "/art/lantern-37f43c02.svg", 200);
    check_limited(&shop, "GET", "/api/v1/products", 429);
    check_limited(&shop, "GET", "/en/cart", 429);
    check_limited(&shop, "POST", "/en/checkout", 429);
    check_limited(&shop, "POST", "/api/v1/orders", 429);
    check_limited(&shop, "GET", "/.env", 429);
    shop.limit(Limiting::Admits);
    check_limited(&shop, "GET", "/api/v1/products", 200);
}

#[test]
fn a_page_from_the_memo_is_free_and_one_that_has_to_be_rendered_is_not() {
    let shop = Shop::new();
    shop.limit(Limiting::Refuses);
    check_limited(&shop, "GET", "/en/about", 429);
    shop.limit(Limiting::Admits);
    check_limited(&shop, "GET", "/en/about", 200);
    shop.limit(Limiting::Refuses);
    check_limited(&shop, "GET", "/en/about", 200);
    check_limited(&shop, "GET", "/en/privacy", 429);
}

#[test]
fn what_the_memo_said_is_logged_and_counted() {
    let shop = Shop::new();
    shop.logged();
    for expected in ["miss", "hit"] {
        shop.anonymous().get("/en/about");
        assert_eq!(line_of(&shop)["cache"], expected);
    }
}

#[test]
fn people_are_sent_away_with_a_page_in_their_language() {
    let shop = Shop::new();
    shop.limit(Limiting::Refuses);
    let headers = [("cf-connecting-ip", "192.0.2.1"), ("accept", "text/html,*/*;q=0.8")];
    let answer = shop.anonymous().send("POST", "/pt", &headers, b"");
    assert!(answer.text().contains("<html lang=\"pt\">"));
    let answer = shop.anonymous().send("GET", "/es/cart", &headers, b"");
    assert_eq!((answer.status, answer.header("retry-after")), (429, "60"));
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "private, no-store");
    assert!(answer.text().contains("<html lang=\"es\">"));
}

#[test]
fn a_limiter_that_fails_closes_nothing_and_is_logged() {
    let shop = Shop::new();
    shop.limit(Limiting::Fails);
    shop.logged();
    check_limited(&shop, "GET", "/api/v1/products", 200);
    let line = line_of(&shop);
    assert_eq!((line["level"].as_str(), line["status"].as_u64()), (Some("warn"), Some(200)));
    assert_eq!(line["error"], "rate limiter: unavailable: no counter in tests");
}

#[test]
fn every_answer_has_the_security_headers() {
    let shop = Shop::new();
    for (method, path) in [
        ("GET", "/en"),
        ("GET", "/en/"),
        ("GET", "/nothing"),
        ("GET", "/api/v1/products"),
        ("GET", "/studio/api/orders"),
        ("PUT", "/en"),
    ] {
        let answer = shop.anonymous().send(method, path, &[], b"");
        for name in [
            "content-security-policy",
            "strict-transport-security",
            "cross-origin-opener-policy",
            "cross-origin-resource-policy",
            "permissions-policy",
            "referrer-policy",
            "x-content-type-options",
        ] {
            assert!(!answer.header(name).is_empty(), "{name} of {method} {path}");
        }
    }
    let forged = shop.anonymous().send("POST", "/fn/add_to_cart", &[("sec-fetch-site", "cross-site")], b"");
    assert_eq!(forged.status, 403);
    assert_eq!(forged.header("x-content-type-options"), "nosniff");
}

#[test]
fn the_team_sees_the_counters_and_nobody_else() {
    let shop = Shop::new();
    assert_eq!(shop.anonymous().get("/metrics").status, 401);
    assert_eq!(shop.anonymous().get("/studio/api/metrics").status, 401);
    assert_eq!(shop.staff().get("/studio/api/metrics").status, 200);
    shop.anonymous().get("/en");
    let answer = shop.staff().get("/metrics");
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.text().contains("orilla_requests_total{route=\"page\",status=\"2xx\"} "));
}

#[test]
fn a_trace_has_the_steps() {
    let shop = Shop::new();
    shop.traced();
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    shop.anonymous().send("GET", "/api/v1/products", &[("traceparent", parent)], b"");
    let trace: Value = serde_json::from_str(&shop.traced()[0]).unwrap();
    let spans = &trace["resourceSpans"][0]["scopeSpans"][0]["spans"];
    let names: Vec<_> = spans.as_array().unwrap().iter().map(|span| &span["name"]).collect();
    assert_eq!(names, [&json!("GET /api/v1/products"), &json!("refuse_too_many"), &json!("handler")]);
    assert_eq!(spans[0]["traceId"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(spans[0]["parentSpanId"], "00f067aa0ba902b7");
}

fn is_broken() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_line_and_no_trace_holds_a_person(
        token in "[a-z2-7]{26}",
        cookie in "1\\.[1-9]{6,12}x[1-9]",
        email in "[a-z0-9.+_-]{1,12}@[a-z0-9-]{1,10}\\.[a-z]{2,4}",
        path in prop::sample::select(vec![
            "/en/orders/TOKEN?mail=EMAIL",
            "/api/v1/orders/TOKEN",
            "/en/search?q=EMAIL+TOKEN",
            "/TOKEN/EMAIL",
            "/en/checkout?email=EMAIL",
            "/studio/api/orders/TOKEN/commands",
        ]),
        method in prop::sample::select(vec!["GET", "POST"]),
        broken in is_broken(),
    ) {
        let shop = Shop::empty();
        shop.break_database(broken);
        shop.limit(if broken { Limiting::Fails } else { Limiting::Admits });
        shop.logged();
        let cookies = format!("__Host-cart={cookie}; other={token}");
        let bearer = format!("Bearer {TOKEN}");
        let headers = [
            ("cookie", cookies.as_str()),
            ("authorization", &bearer),
            ("sec-fetch-site", "same-origin"),
            ("cf-connecting-ip", "203.0.113.77"),
            ("user-agent", &email),
            ("referer", "https://shop.example/en/orders/abc"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let body = format!("email={email}&name=Ana&key={token}&cart={cookie}");
        let path = path.replace("TOKEN", &token).replace("EMAIL", &email);
        shop.anonymous().send(method, &path, &headers, body.as_bytes());
        let said = [shop.logged(), shop.traced()].concat();
        prop_assert_eq!(said.len(), 2);
        for said in said {
            for secret in [&token, &cookie, &email, TOKEN, "203.0.113.77", "orders/abc"] {
                prop_assert!(!said.contains(secret), "{} in {}", secret, said);
            }
        }
    }
}
