//! Malformed, oversized, hostile and out-of-range input over every handler: always an answer of the right kind,
//! never a 5xx, and nothing written.

mod fields;
mod pages;

use crate::testing::{Answer, Shop};
use proptest::prelude::*;

const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const HTML: (&str, &str) = ("accept", "text/html");
const KEY: (&str, &str) = ("idempotency-key", "key-00000001");

/// Every path of the shop, `{}` where something is variable, with the method that reads most of it.
const ROUTES: &[(&str, &str)] = &[
    ("GET", "/{}"),
    ("GET", "/en/{}"),
    ("GET", "/{}/search"),
    ("GET", "/en/search?q={}"),
    ("GET", "/en/search?brand={}&a.colour={}&price={}&stock={}&sort={}&page={}"),
    ("GET", "/en/search?{}"),
    ("GET", "/en/c/{}"),
    ("GET", "/en/c/a/{}?{}"),
    ("GET", "/en/p/{}"),
    ("GET", "/en/p/storm-lantern-no-4?variant={}"),
    ("GET", "/en/about?{}"),
    ("GET", "/en/privacy?{}"),
    ("GET", "/en/cart?{}"),
    ("GET", "/en/cart?removed={}&notice={}"),
    ("GET", "/en/checkout?{}"),
    ("POST", "/en/checkout"),
    ("GET", "/en/orders/{}"),
    ("POST", "/en/orders/{}/cancel"),
    ("POST", "/en/orders/{}/notices"),
    ("POST", "/en/orders/notices"),
    ("POST", "/fn/add_to_cart"),
    ("POST", "/fn/set_quantity"),
    ("GET", "/fn/suggest?locale={}&q={}"),
    ("POST", "/fn/{}"),
    ("GET", "/art/{}"),
    ("GET", "/art/lantern-{}.svg"),
    ("GET", "/img/{}"),
    ("GET", "/robots.txt?{}"),
    ("GET", "/sitemap.xml?after={}"),
    ("GET", "/health?{}"),
    ("GET", "/api/{}"),
    ("GET", "/api/v1/products?cursor={}"),
    ("GET", "/api/v1/products?limit={}"),
    ("GET", "/api/v1/products/{}"),
    ("GET", "/api/v1/categories?{}"),
    ("GET", "/api/v1/search?{}"),
    ("GET", "/api/v1/search?q={}&category={}&cursor={}"),
    ("GET", "/api/v1/suggest?q={}"),
    ("POST", "/api/v1/cart/quote"),
    ("POST", "/api/v1/orders"),
    ("GET", "/api/v1/orders/{}"),
    ("POST", "/api/v1/orders/{}/cancel"),
    ("GET", "/studio/api/orders?cursor={}"),
    ("POST", "/studio/api/orders/{}/commands"),
    ("POST", "/studio/api/import?format={}&dry_run=1"),
    ("POST", "/studio/api/import?format=shopify&run={}&source={}&dry_run=1"),
    ("GET", "/studio/api/export?after={}"),
    ("GET", "/studio/products?q={}&status={}&stock={}&category={}&page={}"),
    ("GET", "/studio/products/{}"),
    ("POST", "/studio/products/storm-lantern-no-4/undo"),
    ("POST", "/studio/new-product"),
    ("POST", "/studio/categories"),
    ("POST", "/studio/categories/{}"),
    ("POST", "/studio/categories/{}/delete"),
    ("POST", "/studio/import"),
    ("GET", "/studio/import/{}"),
    ("GET", "/studio/import/{}/rejected.csv"),
];

/// Parts of addresses: encoded so that they are part of a URI, not so that they make sense.
fn hostile_texts() -> Vec<String> {
    let texts = [
        "",
        "0",
        "-1",
        "1",
        "x",
        "9007199254740992",
        "9223372036854775807",
        "-9223372036854775808",
        "99999999999999999999999",
        "1e999",
        "NaN",
        "..",
        "0x10",
        "%00",
        "%ff%fe",
        "%",
        "%zz",
        "%0d%0aSet-Cookie:a=b",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e",
        "%3Cscript%3Ealert(1)%3C/script%3E",
        "'%20OR%201=1--",
        "%22%22%22",
        "%22%20OR%20*",
        "NEAR(a,b)",
        "a%20AND%20NOT%20b",
        "*",
        "^",
        "-",
        "(",
        "%7B%7B7*7%7D%7D",
        "${jndi:x}",
        "%F0%9F%A6%80",
        "%D9%A1%D9%A2",
        "%E2%80%AE",
        "a=b=c&&&=&d",
        "q=1&q=2&page=0&page=99999999999",
        "price=1..",
        "price=1e308..1e309",
        "sort=&stock=2",
        "a.=1&a.%00=2",
        "aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "10..1",
        "en",
    ];
    let long = ["a".repeat(9_000), "%F0%9F%A6%80".repeat(500), "a.b=c&".repeat(2_000), "/".repeat(500)];
    texts.into_iter().map(str::to_owned).chain(long).collect()
}

/// Bodies that no handler can do anything with.
fn hostile_bodies() -> Vec<Vec<u8>> {
    let mut bodies: Vec<Vec<u8>> = [
        "",
        "\0",
        "{",
        "[]",
        "null",
        "{}",
        "\"",
        "true",
        "{\"lines\":[{}]}",
        "{\"__proto__\":{}}",
        "a=b&a=b",
        "&&&&=",
        "key=&intent=order",
        "intent=update&country=%ff&shipping=%00",
        "locale=en&variant=1",
        "variant=x&quantity=y",
        "locale=en&variant=9223372036854775807&quantity=4294967295",
        "locale=en&variant=-1&quantity=-1",
        "locale[]=en&variant[a]=1&quantity=1",
        "email=%0d%0aBcc:x@y.zz&name=%3Cscript%3E%07",
        "{\"type\":\"destroy\"}",
    ]
    .into_iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    bodies.push(vec![0xff; 1_000]);
    bodies.push("[".repeat(50_000).into_bytes());
    bodies.push("{\"a\":".repeat(5_000).into_bytes());
    bodies.push(b"a=b&".repeat(10_000));
    bodies.push(vec![b'a'; 100_000]);
    bodies
}

/// What every answer must be.
#[track_caller]
fn check_answer(what: &str, path: &str, answer: &Answer) {
    assert!(answer.status < 500, "{what}: {} {}", answer.status, answer.text());
    let is_page = answer
        .headers
        .get("content-type")
        .is_some_and(|media_type| media_type.as_bytes().starts_with(b"text/html"));
    assert!(!is_page || !answer.text().contains("<script>alert"), "{what}: unescaped");
    let is_api = path.starts_with("/api/") || path.starts_with("/studio/api/");
    if is_api && answer.status >= 400 {
        assert_eq!(answer.header("content-type"), "application/problem+json", "{what}: {}", answer.text());
        assert_eq!(answer.json()["status"], answer.status, "{what}");
    }
}

/// Sends a request in the role that gets furthest.
fn send(shop: &Shop, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Answer> {
    // What is no URI does not reach the pipeline: the host refuses it.
    format!("https://shop.example{path}").parse::<http::Uri>().ok()?;
    Some(shop.staff().send(method, path, headers, body))
}

#[test]
fn hostile_addresses() {
    let shop = Shop::new();
    let written = shop.rows_written();
    for (method, route) in ROUTES {
        for text in hostile_texts() {
            let path = route.replace("{}", &text);
            for headers in [&[FORM, KEY][..], &[JSON, KEY, HTML]] {
                if let Some(answer) = send(&shop, method, &path, headers, b"") {
                    check_answer(&format!("{method} {path:.200}"), &path, &answer);
                }
            }
        }
    }
    assert_eq!(shop.rows_written(), written);
}

#[test]
fn hostile_bodies_and_methods() {
    let shop = Shop::new();
    let written = shop.rows_written();
    for (_, route) in ROUTES {
        let path = route.replace("{}", "aaaaaaaaaaaaaaaaaaaaaaaaaa");
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"] {
            let answer = send(&shop, method, &path, &[], b"").unwrap();
            check_answer(&format!("{method} {path}"), if method == "HEAD" { "" } else { &path }, &answer);
        }
        for body in hostile_bodies() {
            for headers in
                [&[FORM, KEY, HTML][..], &[FORM], &[JSON, KEY], &[("content-type", "\u{1F980}"), KEY]]
            {
                let answer = send(&shop, "POST", &path, headers, &body).unwrap();
                let shown = String::from_utf8_lossy(&body).into_owned();
                check_answer(&format!("POST {path} {headers:?} {shown:.80}"), &path, &answer);
            }
        }
        assert_eq!(shop.rows_written(), written, "{path}");
    }
}

#[test]
fn hostile_headers() {
    let shop = Shop::new();
    let long = "x".repeat(20_000);
    let many = "a=b; ".repeat(3_000);
    let values =
        ["", "\u{1F980}", "__Host-cart=1.9007199254740991x99", "__Host-cart=1.0x0", "-1", &long, &many];
    let names = [
        "cookie",
        "accept",
        "accept-language",
        "idempotency-key",
        "authorization",
        "content-type",
        "content-length",
        "host",
        "origin",
        "referer",
        "if-none-match",
        "range",
        "x-orilla-country",
        "sec-fetch-site",
        "expect",
    ];
    for (method, route) in ROUTES {
        let path = route.replace("{}", "aaaaaaaaaaaaaaaaaaaaaaaaaa");
        for (name, value) in names.iter().flat_map(|name| values.iter().map(move |value| (*name, *value))) {
            let answer = shop.anonymous().send(method, &path, &[(name, value)], b"");
            check_answer(&format!("{method} {path} {name}: {value:.40}"), &path, &answer);
        }
    }
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let form = "((locale|variant|quantity|email|name|country|key|seen|intent|shipping)(=|)([a-zA-Z0-9%+.-]{0,8}|\\PC{0,4})&?){0,12}";
    let json = r#"([\[\]{},:]|"(lines|variant|quantity|contact|seen|type|amount)"|"\\PC{0,3}"|-?[0-9]{1,20}|null|true|1e9){0,24}"#;
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        form.prop_map(String::into_bytes),
        json.prop_map(String::into_bytes),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_body_breaks_a_handler(body in bytes(), route in 0_usize..7, as_json in any::<bool>(), html in any::<bool>()) {
        thread_local!(static SHOP: Shop = Shop::empty());
        let paths = [
            "/en/checkout", "/fn/add_to_cart", "/fn/set_quantity", "/api/v1/cart/quote", "/api/v1/orders",
            "/studio/api/orders/aaaaaaaaaaaaaaaaaaaaaaaaaa/commands", "/studio/api/import?format=ndjson&dry_run=1",
        ];
        let media_type = if as_json { JSON } else { FORM };
        let headers = [media_type, KEY, ("accept", if html { "text/html" } else { "*/*" })];
        SHOP.with(|shop| {
            let written = shop.rows_written();
            let answer = shop.staff().send("POST", paths[route], &headers, &body);
            check_answer(paths[route], paths[route], &answer);
            assert_eq!(shop.rows_written(), written);
        });
    }

    #[test]
    fn no_query_string_breaks_a_handler(query in "([a-z.]{0,6}(=|)([a-zA-Z0-9+.-]{0,6}|(%[0-9a-f]{2}){1,4})&?){0,8}", route in 0_usize..7) {
        thread_local!(static SHOP: Shop = Shop::empty());
        let paths = [
            "/en/search", "/es/cart", "/api/v1/products", "/api/v1/search", "/api/v1/suggest", "/studio/api/orders",
            "/sitemap.xml",
        ];
        let path = format!("{}?{query}", paths[route]);
        SHOP.with(|shop| check_answer(&path, &path, &shop.staff().get(&path)));
    }
}
