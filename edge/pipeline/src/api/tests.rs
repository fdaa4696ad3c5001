//! The API as its clients see it.

use crate::testing::{NOW, Shop};
use serde_json::{Value, json};

/// A good order of `lines`.
fn order(lines: &Value, seen: &str) -> Value {
    json!({
        "lines": lines,
        "contact": { "email": "ana@example.org", "name": "Ana Ñandú" },
        "address": { "address1": "Calle Mayor 1", "city": "Cádiz", "postcode": "11001", "country": "ES" },
        "shipping": "standard",
        "payment": "on_delivery",
        "seen": seen,
    })
}

fn lines(shop: &Shop, quantity: u32) -> Value {
    json!([{ "variant": shop.variant(quantity), "quantity": quantity }])
}

fn quote(shop: &Shop, lines: &Value) -> Value {
    let quote = shop.anonymous().post_json("/api/v1/cart/quote", &json!({ "lines": lines, "country": "ES" }));
    assert_eq!(quote.status, 200, "{}", quote.text());
    quote.json()
}

/// Places an order and answers its token.
fn placed(shop: &Shop, key: &str) -> String {
    let lines = lines(shop, 2);
    let seen = quote(shop, &lines)["fingerprint"].as_str().unwrap().to_owned();
    let answer = shop.anonymous().post_keyed("/api/v1/orders", key, &order(&lines, &seen));
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["token"].as_str().unwrap().to_owned()
}

/// The key opens the order: whoever guesses one gets nothing.
#[test]
fn only_keys_that_nobody_guesses_take_an_order_back() {
    let shop = Shop::new();
    let withdrawn = |key| shop.anonymous().send("DELETE", "/api/v1/orders", &[("idempotency-key", key)], b"");
    let token = placed(&shop, "order-1001");
    let guessed = withdrawn("order-1001");
    assert_eq!((guessed.status, guessed.fault().1.as_str()), (422, "guessable"));
    assert!(!guessed.text().contains(&token));
    // Nor is one spoilt that somebody will use.
    assert_eq!(withdrawn("order-1002").status, 422);
    assert!(!placed(&shop, "order-1002").is_empty());
    let own = "abcdefghijklmnopqrstuvwxy2";
    let token = placed(&shop, own);
    let known = withdrawn(own);
    assert!(known.status == 200 && known.text().contains(&token), "{}", known.text());
}

#[test]
fn every_product_is_on_one_page() {
    let shop = Shop::new();
    let client = shop.anonymous();
    let mut handles = Vec::new();
    let mut path = "/api/v1/products?limit=7".to_owned();
    loop {
        let page = client.get(&path).json();
        let products = page["products"].as_array().unwrap();
        assert!(products.len() <= 7);
        handles.extend(products.iter().map(|product| product["handle"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/products?limit=7&cursor={cursor}");
    }
    let total = client.get("/api/v1/search").json()["total"].as_u64().unwrap();
    assert_eq!(handles.len() as u64, total);
    handles.sort();
    handles.dedup();
    assert_eq!(handles.len() as u64, total);
}

#[test]
fn search_pages_meet_without_a_gap() {
    let shop = Shop::new();
    let client = shop.anonymous();
    let handles = |page: &Value| -> Vec<String> {
        let products = page["products"].as_array().unwrap();
        products.iter().map(|product| product["handle"].as_str().unwrap().to_owned()).collect()
    };
    let whole = client.get("/api/v1/search?sort=title").json();
    let second =
        client.get(&format!("/api/v1/search?sort=title&cursor={}", whole["next_cursor"].as_str().unwrap()));
    let expected = [handles(&whole), handles(&second.json())].concat();
    let (mut found, mut cursor) = (Vec::new(), String::new());
    while found.len() < expected.len() {
        let page = client.get(&format!("/api/v1/search?sort=title&limit=31{cursor}")).json();
        found.extend(handles(&page));
        cursor = format!("&cursor={}", page["next_cursor"].as_str().unwrap_or_default());
    }
    assert_eq!(found[..expected.len()], expected);
}

#[test]
fn money_has_its_units_currency_and_text() {
    let shop = Shop::new();
    let product = shop.anonymous().get("/api/v1/products/storm-lantern-no-4").json();
    let price = &product["variants"][0]["price"];
    assert_eq!(*price, json!({ "minor": 4800, "currency": "EUR", "text": "48.00" }));
}

#[test]
fn an_order_is_placed_once_for_each_key() {
    let shop = Shop::new();
    let (client, lines) = (shop.anonymous(), lines(&shop, 2));
    let quote = quote(&shop, &lines);
    let order = order(&lines, quote["fingerprint"].as_str().unwrap());
    let first = client.post_keyed("/api/v1/orders", "key-00000001", &order);
    assert_eq!((first.status, first.header("cache-control")), (201, "private, no-store"), "{}", first.text());
    assert_eq!(first.header("location"), first.json()["links"]["self"]);
    let written = shop.rows_written();
    let again = client.post_keyed("/api/v1/orders", "key-00000001", &order);
    assert_eq!((again.status, again.json()), (201, first.json()));
    let mut other = order.clone();
    other["contact"]["name"] = "Eva".into();
    let reused = client.post_keyed("/api/v1/orders", "key-00000001", &other);
    assert_eq!(reused.status, 422);
    assert_eq!(reused.fault(), ("Idempotency-Key".into(), "key_reused".into()));
    assert_eq!(shop.rows_written(), written);
    let path = first.json()["links"]["self"].as_str().unwrap().replace("https://shop.example", "");
    let stored = client.get(&path).json();
    assert_eq!((&stored["total"], &stored["status"]), (&quote["total"], &"placed".into()));
    assert_eq!((&stored["placed_at"], &stored["contact"]["name"]), (&NOW.into(), &"Ana Ñandú".into()));
}

#[test]
fn a_changed_price_is_shown_and_asked_again() {
    let shop = Shop::new();
    let (client, lines) = (shop.anonymous(), lines(&shop, 1));
    let seen = quote(&shop, &lines)["fingerprint"].as_str().unwrap().to_owned();
    shop.execute("UPDATE variants SET price_minor = price_minor + 100");
    let refused = client.post_keyed("/api/v1/orders", "key-00000001", &order(&lines, &seen));
    assert_eq!((refused.status, refused.json()["code"].as_str()), (409, Some("quote_changed")));
    let new = refused.json()["quote"]["fingerprint"].as_str().unwrap().to_owned();
    let placed = client.post_keyed("/api/v1/orders", "key-00000001", &order(&lines, &new));
    assert_eq!(placed.status, 201, "{}", placed.text());
}

#[test]
fn refusals_have_stable_codes() {
    let shop = Shop::new();
    let lines = lines(&shop, 1);
    let place = |change: &dyn Fn(&mut Value), quote_of: Value| {
        let seen = quote_of["fingerprint"].as_str().unwrap().to_owned();
        let mut order = order(&lines, &seen);
        change(&mut order);
        shop.anonymous().post_keyed("/api/v1/orders", "key-00000001", &order)
    };
    let to = |country: &str, shipping: &str| {
        let request = json!({ "lines": lines, "country": country, "shipping": shipping });
        shop.anonymous().post_json("/api/v1/cart/quote", &request).json()
    };
    let abroad = place(&|order| order["address"]["country"] = "PT".into(), to("PT", "standard"));
    assert_eq!((abroad.status, abroad.fault()), (422, ("payment".into(), "not_collected_there".into())));
    let nowhere = |order: &mut Value| {
        order["address"]["country"] = "PT".into();
        order["shipping"] = "pickup".into();
    };
    let unsent = place(&nowhere, to("PT", "pickup"));
    assert_eq!((unsent.status, unsent.fault()), (422, ("shipping".into(), "not_shipped".into())));
    shop.execute("UPDATE variants SET available = 0");
    let empty = place(&|_| {}, to("ES", "standard"));
    assert_eq!((empty.status, empty.json()["code"].as_str()), (409, Some("cart_empty")));
}

#[test]
fn a_shopper_cancels_until_the_shop_begins() {
    let shop = Shop::new();
    let (client, token) = (shop.anonymous(), placed(&shop, "key-00000001"));
    let cancel = format!("/api/v1/orders/{token}/cancel");
    let done = client.send("POST", &cancel, &[("idempotency-key", "key-00000002")], b"");
    assert_eq!((done.status, done.json()["status"].as_str()), (200, Some("cancelled")), "{}", done.text());
    let again = client.send("POST", &cancel, &[("idempotency-key", "key-00000002")], b"");
    assert_eq!((again.status, again.json()), (200, done.json()));
    let late = client.send("POST", &cancel, &[("idempotency-key", "key-00000003")], b"");
    assert_eq!((late.status, late.json()["code"].as_str()), (409, Some("cancelled")));

    let packed = placed(&shop, "key-00000004");
    let path = format!("/studio/api/orders/{packed}/commands");
    assert_eq!(shop.staff().post_keyed(&path, "key-00000005", &json!({ "type": "pack" })).status, 200);
    let late = format!("/api/v1/orders/{packed}/cancel");
    let late = client.send("POST", &late, &[("idempotency-key", "key-00000006")], b"");
    assert_eq!((late.status, late.json()["code"].as_str()), (409, Some("already_packed")));
}

#[test]
fn staff_take_an_order_through_its_life() {
    let shop = Shop::new();
    let (staff, token) = (shop.staff(), placed(&shop, "key-00000001"));
    let path = format!("/studio/api/orders/{token}/commands");
    let total = shop.anonymous().get(&format!("/api/v1/orders/{token}")).json()["total"].clone();
    let amount = json!({ "minor": total["minor"], "currency": "EUR" });
    let steps = [
        (json!({ "type": "pack" }), "packed"),
        (json!({ "type": "ship", "carrier": "Correos", "tracking": "X1" }), "shipped"),
        (json!({ "type": "deliver" }), "delivered"),
        (json!({ "type": "pay" }), "delivered"),
        (json!({ "type": "refund", "amount": amount }), "refunded"),
    ];
    for (index, (command, status)) in steps.iter().enumerate() {
        let key = format!("step-{index:08}");
        let done = staff.post_keyed(&path, &key, command);
        assert_eq!((done.status, done.json()["status"].as_str()), (200, Some(*status)), "{}", done.text());
        let again = staff.post_keyed(&path, &key, command);
        assert_eq!((again.status, again.json()), (200, done.json()));
    }
    let more = staff.post_keyed(&path, "step-too-much", &json!({ "type": "refund", "amount": amount }));
    assert_eq!((more.status, more.fault()), (422, ("amount".into(), "too_much".into())));
    let late = staff.post_keyed(&path, "step-too-late", &json!({ "type": "pack" }));
    assert_eq!((late.status, late.json()["code"].as_str()), (409, Some("already_shipped")));
    let listed = staff.get("/studio/api/orders").json();
    assert_eq!(listed["orders"][0]["status"], "refunded");
}

#[test]
fn orders_are_listed_from_the_newest() {
    let shop = Shop::new();
    for index in 0..5 {
        placed(&shop, &format!("key-0000000{index}"));
    }
    let numbers = |page: &Value| -> Vec<i64> {
        page["orders"].as_array().unwrap().iter().map(|order| order["number"].as_i64().unwrap()).collect()
    };
    let first = shop.staff().get("/studio/api/orders?limit=3").json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = shop.staff().get(&format!("/studio/api/orders?limit=3&cursor={cursor}")).json();
    assert_eq!(second["next_cursor"], Value::Null);
    let mut all = [numbers(&first), numbers(&second)].concat();
    assert_eq!(all.len(), 5);
    assert!(all.is_sorted_by(|a, b| a > b));
    all.dedup();
    assert_eq!(all.len(), 5);
}

#[test]
fn the_largest_page_of_orders_tells_that_there_are_more() {
    let shop = Shop::new();
    placed(&shop, "key-00000001");
    // A hundred more like it: only the list reads them.
    shop.execute(
        "INSERT INTO order_streams (number, token) SELECT 2000 + value,
           'z' || replace(replace(replace(replace(printf('%025d', value), '0', 'a'), '1', 'b'), '8', 'c'), '9', 'd')
           FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 100) SELECT value FROM n)",
    );
    shop.execute("CREATE TEMP TABLE one AS SELECT * FROM orders");
    shop.execute("UPDATE one SET number = NULL");
    shop.execute("CREATE TEMP TABLE more AS SELECT s.number AS of, one.* FROM order_streams s, one WHERE s.number > 2000");
    shop.execute("UPDATE more SET number = of");
    shop.execute("ALTER TABLE more DROP COLUMN of");
    shop.execute("INSERT INTO orders SELECT * FROM more");
    let first = shop.staff().get("/studio/api/orders?limit=100").json();
    assert_eq!(first["orders"].as_array().unwrap().len(), 100);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = shop.staff().get(&format!("/studio/api/orders?limit=100&cursor={cursor}")).json();
    assert_eq!((second["orders"].as_array().unwrap().len(), &second["next_cursor"]), (1, &Value::Null));
}

#[test]
fn only_staff_get_in() {
    let shop = Shop::new();
    let token = placed(&shop, "key-00000001");
    let command = format!("/studio/api/orders/{token}/commands");
    let (shopper, written) = (shop.shopper(), shop.rows_written());
    for (method, path) in [
        ("GET", "/studio/api/orders"),
        ("POST", &command),
        ("POST", "/studio/api/import?format=ndjson"),
        ("GET", "/studio/api/export"),
    ] {
        for authorization in ["", "Bearer ", "Bearer wrong", "Basic YTpi", "Bearer a-token-for-tests-onlyx"] {
            let headers = [("authorization", authorization), ("content-type", "application/json")];
            let answer = shopper.send(method, path, &headers, b"{\"type\":\"pay\"}");
            assert_eq!(
                (answer.status, answer.header("www-authenticate")),
                (401, "Bearer"),
                "{method} {path}"
            );
        }
    }
    assert_eq!(shop.rows_written(), written);
}

#[test]
fn a_store_that_fails_is_no_fault_of_the_sender() {
    let shop = Shop::new();
    let (lines, token) = (lines(&shop, 1), placed(&shop, "key-00000001"));
    shop.break_database(true);
    let check = |answer: crate::testing::Answer| {
        assert_eq!((answer.status, answer.header("retry-after")), (503, "5"), "{}", answer.text());
        assert!(!answer.text().contains("switched off"), "what failed is for the log alone");
    };
    for path in ["/api/v1/search?q=a", "/api/v1/suggest?q=a"] {
        check(shop.anonymous().get(path));
    }
    for path in ["/api/v1/products", "/api/v1/products/harbour-boots", "/api/v1/categories", "/api/v1/search"]
    {
        assert_eq!(shop.anonymous().get(path).status, 200, "{path}: what is published needs no database");
    }
    check(shop.anonymous().get(&format!("/api/v1/orders/{token}")));
    check(shop.anonymous().post_json("/api/v1/cart/quote", &json!({ "lines": lines })));
    check(shop.anonymous().post_keyed("/api/v1/orders", "key-00000002", &order(&lines, &"0".repeat(32))));
    check(shop.staff().get("/studio/api/orders"));
}
