//! The API names the field at fault, with a stable code.

use super::{JSON, KEY};
use crate::testing::{Client, Shop};
use serde_json::{Value, json};

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
