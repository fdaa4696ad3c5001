//! Malformed, oversized, hostile and out-of-range input over every handler: always an answer of the right kind,
//! never a 5xx, and nothing written.

use crate::testing::{Answer, Client, Shop};
use proptest::prelude::*;
use serde_json::{Value, json};

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
        "email=%0d%0aBcc:x@y.zz&name=%3Cscript%3E",
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
    }
    assert_eq!(shop.rows_written(), written);
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

/// Sends a document to the API and expects a problem that names this field with this code (or this code of its own).
#[track_caller]
fn check_api(
    client: &Client<'_>,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
    expected: (u16, &str, &str),
) {
    let answer = client.send("POST", path, headers, body.to_string().as_bytes());
    let (field, mut code) = answer.fault();
    if code.is_empty() {
        code = answer.json()["code"].as_str().unwrap().to_owned();
    }
    assert_eq!((answer.status, field.as_str(), code.as_str()), expected, "{path} {body}: {}", answer.text());
}

#[test]
fn quotes_name_the_field_at_fault() {
    let shop = Shop::new();
    let written = shop.rows_written();
    let check =
        |body: Value, expected| check_api(&shop.anonymous(), "/api/v1/cart/quote", &[JSON], &body, expected);
    let line =
        |variant: Value, quantity: Value| json!({ "lines": [{ "variant": variant, "quantity": quantity }] });
    check(json!({}), (422, "lines", "required"));
    check(json!({ "lines": {} }), (422, "lines", "invalid"));
    check(json!({ "lines": [], "coupon": "x" }), (422, "coupon", "unknown"));
    check(json!({ "lines": [{ "variant": 1 }] }), (422, "lines[0].quantity", "required"));
    check(
        json!({ "lines": [{ "variant": 1, "quantity": 1, "price": 0 }] }),
        (422, "lines[0].price", "unknown"),
    );
    for variant in [json!("1"), json!(1.5), json!(null), json!(u64::MAX)] {
        check(line(variant, 1.into()), (422, "lines[0].variant", "invalid"));
    }
    for variant in [json!(0), json!(-1), json!(i64::MAX), json!(1_i64 << 53)] {
        check(line(variant, 1.into()), (422, "lines[0].variant", "variant_out_of_range"));
    }
    for quantity in [json!(0), json!(100), json!(u32::MAX)] {
        check(line(1.into(), quantity), (422, "lines[0].quantity", "quantity_out_of_range"));
    }
    check(line(1.into(), (-1).into()), (422, "lines[0].quantity", "invalid"));
    let many: Vec<_> = (1..=51).map(|id| json!({ "variant": id, "quantity": 1 })).collect();
    check(json!({ "lines": many }), (422, "lines", "cart_full"));
    let twice = json!({ "variant": 1, "quantity": 1 });
    check(json!({ "lines": [twice, twice] }), (422, "lines[1].variant", "cart_twice"));
    check(json!({ "lines": [], "country": "Spain" }), (422, "country", "unknown"));
    check(json!({ "lines": [], "shipping": "standard" }), (422, "country", "required"));
    check(json!({ "lines": [], "country": "ES", "shipping": "drone" }), (422, "shipping", "invalid"));
    assert_eq!(shop.rows_written(), written);
}

#[test]
fn orders_name_the_field_at_fault() {
    let shop = Shop::new();
    let written = shop.rows_written();
    let check = |change: &dyn Fn(&mut Value), expected| {
        let mut order = json!({
            "lines": [{ "variant": 1, "quantity": 1 }],
            "contact": { "email": "ana@example.org", "name": "Ana" },
            "address": { "address1": "Calle Mayor 1", "city": "Cádiz", "postcode": "11001", "country": "ES" },
            "shipping": "standard", "payment": "on_delivery", "seen": "0".repeat(32),
        });
        change(&mut order);
        check_api(&shop.anonymous(), "/api/v1/orders", &[JSON, KEY], &order, expected);
    };
    check(&|_| {}, (409, "", "quote_changed"));
    check(&|o| o["contact"]["email"] = "ana".into(), (422, "contact.email", "not_an_email"));
    check(
        &|o| o["contact"]["email"] = "a@b.co\r\nBcc: c@d.ef".into(),
        (422, "contact.email", "control_character"),
    );
    check(&|o| o["contact"]["name"] = "x".repeat(101).into(), (422, "contact.name", "too_long"));
    check(&|o| o["contact"]["name"] = " ".into(), (422, "contact.name", "required"));
    check(&|o| o["contact"]["phone"] = "call me".into(), (422, "contact.phone", "not_a_phone"));
    check(&|o| o["contact"]["age"] = 7.into(), (422, "contact.age", "unknown"));
    check(&|o| o["contact"] = "ana".into(), (422, "contact", "invalid"));
    check(&|o| o["address"]["postcode"] = "1; DROP".into(), (422, "address.postcode", "not_a_postcode"));
    check(&|o| o["address"]["postcode"] = Value::Null, (422, "address.postcode", "required"));
    check(&|o| o["address"]["country"] = "XX".into(), (422, "address.country", "unknown"));
    check(&|o| o["address"]["country"] = 34.into(), (422, "address.country", "invalid"));
    check(&|o| o["shipping"] = "drone".into(), (422, "shipping", "unknown"));
    check(&|o| o["payment"] = "gold".into(), (422, "payment", "unknown"));
    check(&|o| o["seen"] = "0".into(), (422, "seen", "invalid"));
    check(&|o| o["lines"] = json!([]), (409, "", "quote_changed"));
    check(&|o| o["price"] = 1.into(), (422, "price", "unknown"));
    let order = json!({});
    let client = shop.anonymous();
    check_api(&client, "/api/v1/orders", &[JSON], &order, (400, "Idempotency-Key", "required"));
    for key in ["", "short", "with a space", "ñandúñandú", &"x".repeat(129)] {
        let headers = [JSON, ("idempotency-key", key)];
        check_api(&client, "/api/v1/orders", &headers, &order, (400, "Idempotency-Key", "invalid"));
    }
    check_api(&client, "/api/v1/orders", &[JSON, KEY, KEY], &order, (400, "Idempotency-Key", "twice"));
    check_api(&client, "/api/v1/orders", &[KEY], &order, (415, "", "unsupported_media_type"));
    assert_eq!(shop.rows_written(), written);
}

#[test]
fn commands_name_the_field_at_fault() {
    let shop = Shop::new();
    let path = format!("/studio/api/orders/{}/commands", "a".repeat(26));
    let check = |body: Value, expected| check_api(&shop.staff(), &path, &[JSON, KEY], &body, expected);
    check(json!({ "type": "pay" }), (404, "", "not_found"));
    check(json!({}), (422, "type", "required"));
    check(json!({ "type": "destroy" }), (422, "type", "invalid"));
    check(json!({ "type": "pay", "amount": { "minor": 1, "currency": "EUR" } }), (422, "amount", "unknown"));
    check(json!({ "type": "ship" }), (422, "carrier", "required"));
    check(json!({ "type": "ship", "carrier": "\n" }), (422, "carrier", "invalid"));
    check(
        json!({ "type": "ship", "carrier": "a", "tracking": "x".repeat(201) }),
        (422, "tracking", "invalid"),
    );
    check(json!({ "type": "cancel", "reason": "a" }), (422, "restock", "required"));
    check(json!({ "type": "cancel", "restock": true }), (422, "reason", "required"));
    check(json!({ "type": "refund" }), (422, "amount", "required"));
    check(json!({ "type": "refund", "amount": 5 }), (422, "amount", "invalid"));
    check(
        json!({ "type": "refund", "amount": { "minor": 1, "currency": "XYZ" } }),
        (422, "amount.currency", "unknown"),
    );
    check(
        json!({ "type": "refund", "amount": { "minor": 1.5, "currency": "EUR" } }),
        (422, "amount.minor", "invalid"),
    );
    let missing = shop.staff().post_keyed(
        "/studio/api/orders/nothing/commands",
        "key-00000001",
        &json!({ "type": "pay" }),
    );
    assert_eq!(missing.status, 404);
}

#[track_caller]
fn check_query(path: &str, expected: (u16, &str, &str)) {
    thread_local!(static SHOP: Shop = Shop::empty());
    SHOP.with(|shop| {
        let answer = shop.staff().get(path);
        let (field, code) = answer.fault();
        assert_eq!((answer.status, field.as_str(), code.as_str()), expected, "{path}: {}", answer.text());
    });
}

#[test]
fn query_strings_name_the_parameter_at_fault() {
    for limit in ["0", "101", "4294967295"] {
        check_query(&format!("/api/v1/products?limit={limit}"), (422, "limit", "out_of_range"));
        check_query(&format!("/studio/api/orders?limit={limit}"), (422, "limit", "out_of_range"));
    }
    for limit in ["", "-1", "1.5", "x", "4294967296", "%00"] {
        check_query(&format!("/api/v1/products?limit={limit}"), (422, "limit", "invalid"));
    }
    for cursor in ["", "1", "7fffffffffffffff.00000000", "%ff", "-1.a"] {
        check_query(&format!("/api/v1/products?cursor={cursor}"), (422, "cursor", "invalid"));
        check_query(&format!("/api/v1/search?cursor={cursor}"), (422, "cursor", "invalid"));
        check_query(&format!("/studio/api/orders?cursor={cursor}"), (422, "cursor", "invalid"));
    }
    check_query("/api/v1/products?limit=1&limit=2", (422, "limit", "twice"));
    check_query("/api/v1/products?page=2", (422, "page", "unknown"));
    check_query("/api/v1/search?category=nothing", (422, "category", "unknown"));
    check_query("/api/v1/suggest", (422, "q", "required"));
    check_query("/api/v1/suggest?q=%20", (422, "q", "required"));
    check_query(&format!("/api/v1/suggest?q={}", "a".repeat(101)), (422, "q", "too_long"));
    check_query("/studio/api/export?before=a", (422, "before", "unknown"));
    check_query("/studio/api/export?after=A%20B", (422, "after", "invalid"));
}

#[test]
fn imports_refuse_what_they_do_not_know() {
    let shop = Shop::new();
    let written = shop.rows_written();
    let check = |query: &str, body: &[u8], status: u16, field: &str| {
        let answer = shop.staff().send("POST", &format!("/studio/api/import?{query}"), &[], body);
        assert_eq!((answer.status, answer.fault().0.as_str()), (status, field), "{query}: {}", answer.text());
    };
    check("format=pdf", b"", 422, "format");
    check("", b"\0\0\0", 422, "format");
    check("format=ndjson&dry_run=maybe", b"", 422, "dry_run");
    check("format=ndjson&mode=fast", b"", 422, "mode");
    check("format=shopify&dry_run=1", b"not,a,product\n1,2,3\n", 400, "");
    check("format=ndjson&dry_run=1", &vec![b' '; 17 << 20], 413, "");
    assert_eq!(shop.rows_written(), written);
}

#[test]
fn the_dearest_cart_has_a_price() {
    let shop = Shop::new();
    let variant = |id: usize| json!({ "options": [format!("{id}")], "price": { "minor": 1_000_000_000_000_i64, "currency": "EUR" }, "available": 99 });
    let mut product = json!({
        "handle": "a-very-dear-one", "title": "Dear", "description": "", "status": "active", "options": ["Size"],
        "variants": (0..50).map(variant).collect::<Vec<_>>(),
    });
    let import = |product: &Value| {
        let line = format!("{product}\n");
        shop.staff().send("POST", "/studio/api/import?format=ndjson", &[], line.as_bytes()).json()
    };
    assert_eq!(import(&product)["added"], 1, "{}", import(&product));
    product["handle"] = "too-dear".into();
    product["variants"][7]["price"]["minor"] = 1_000_000_000_001_i64.into();
    assert_eq!(import(&product)["rejected_total"], 1);
    let dear = shop.anonymous().get("/api/v1/products/a-very-dear-one").json();
    let line = |variant: &Value| format!("{}x99", variant["id"]);
    let cart: Vec<_> = dear["variants"].as_array().unwrap().iter().map(line).collect();
    let cookie = format!("__Host-cart=1.{}", cart.join("-"));
    for path in ["/en/cart", "/en/checkout"] {
        let answer = shop.anonymous().send("GET", path, &[("cookie", &cookie)], b"");
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.text().contains("49,500,000,000,000.00"), "{path}");
    }
}

/// What the pages answer to forms and links that are wrong.
#[test]
fn pages_answer_with_pages() {
    let shop = Shop::new();
    let shopper = shop.shopper();
    let (written, token) = (shop.rows_written(), "a".repeat(26));
    let check = |answer: Answer, status: u16| {
        assert_eq!(answer.status, status, "{:.300}", answer.text());
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    };
    for path in [
        "/en/p/nothing",
        "/en/p/%00",
        "/en/c/nothing",
        "/english",
        "/xx/search",
        "/xx/cart",
        "/en/nothing",
        "/fr",
    ] {
        check(shopper.get(path), 404);
    }
    check(shopper.get(&format!("/en/orders/{token}")), 404);
    check(shopper.get("/en/orders/1001"), 404);
    check(shopper.post_form(&format!("/en/orders/{token}/cancel"), "key=12345678"), 404);
    check(shopper.post_form(&format!("/en/orders/{token}/cancel"), ""), 404);
    check(shopper.post_form("/en/checkout", ""), 422);
    check(shopper.post_form("/en/checkout", "email=a%00&country=%ff"), 422);
    let filled =
        "email=a@b.co&name=A&address1=B&city=C&postcode=1&country=ES&shipping=standard&payment=on_delivery";
    check(shopper.post_form("/en/checkout", filled), 409);
    check(shopper.post_form("/en/checkout", &format!("{filled}&key=short&seen=x")), 409);
    assert_eq!(shopper.post_form("/en/checkout", &"a=b&".repeat(20_000)).status, 413);
    for path in [
        "/img/0",
        "/img/-1",
        "/img/99999999999999999999",
        "/img/9223372036854775807",
        "/img/x",
        "/art/x",
        "/art/.svg",
    ] {
        assert_eq!(shopper.get(path).status, 404, "{path}");
    }
    assert_eq!(shop.rows_written(), written);
}

#[test]
fn server_functions_tell_the_sender_from_the_store() {
    let shop = Shop::new();
    let good = format!("locale=en&variant={}&quantity=1", shop.variant(1));
    let send = |path: &str, headers: &[(&str, &str)], body: &str| {
        shop.anonymous().send("POST", path, headers, body.as_bytes())
    };
    for body in
        ["", "variant=1", "locale=en&variant=x&quantity=1", "locale=en&variant=1&quantity=-1", "\u{0}", "{}"]
    {
        let answer = send("/fn/add_to_cart", &[FORM], body);
        assert_eq!((answer.status, answer.header("set-cookie")), (422, ""), "{body}: {}", answer.text());
        let form = send("/fn/add_to_cart", &[FORM, HTML], body);
        assert_eq!((form.status, form.header("location")), (303, "/en/cart?notice=failed"), "{body}");
    }
    assert_eq!(send("/fn/nothing", &[FORM], &good).status, 404);
    assert_eq!(shop.anonymous().get("/fn/suggest").status, 422);
    let added = send("/fn/add_to_cart", &[FORM], &good);
    assert_eq!((added.status, added.header("set-cookie").is_empty()), (200, false), "{}", added.text());
    shop.break_database(true);
    for headers in [&[FORM][..], &[FORM, HTML]] {
        let broken = send("/fn/add_to_cart", headers, &good);
        assert_eq!((broken.status, broken.header("set-cookie")), (503, ""), "{}", broken.text());
        assert!(!broken.text().contains("switched off"));
    }
    assert_eq!(shop.anonymous().get("/fn/suggest?locale=en&q=a").status, 503);
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
