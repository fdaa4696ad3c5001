//! Orders over HTTP: through the API and through the shop's own form.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use orilla_integration::{Answer, Shop, product, unique};
use serde_json::{Value, json};
use std::sync::Barrier;

/// A product of the test's own with so many pieces, and the id of its variant.
fn stocked(shop: &Shop, available: u32) -> (String, i64) {
    let handle = unique("order");
    shop.put(&[product(&handle, 1000, available)]);
    let variant = shop.product(&handle)["variants"][0]["id"].as_i64().unwrap();
    (handle, variant)
}

fn available(shop: &Shop, handle: &str) -> i64 {
    shop.product(handle)["variants"][0]["available"].as_i64().unwrap()
}

/// An order for `quantity` pieces, agreeing to what they cost now.
fn request(shop: &Shop, variant: i64, quantity: u32) -> Value {
    let lines = json!([{ "variant": variant, "quantity": quantity }]);
    let cart = json!({ "lines": lines, "country": "ES", "shipping": "standard" });
    let quote =
        shop.post("/api/v1/cart/quote", &[("content-type", "application/json")], cart.to_string().as_bytes());
    json!({
        "lines": lines,
        "contact": { "email": "ada@example.com", "name": "Ada Marinero" },
        "address": { "address1": "Calle del Faro 7", "city": "Cádiz", "postcode": "11001", "country": "ES" },
        "shipping": "standard",
        "payment": "on_delivery",
        "seen": quote.expect(200).json()["fingerprint"],
    })
}

/// Sends the same requests at the same moment, each from a client of its own.
fn at_once(count: usize, send: impl Fn(&Shop, usize) -> Answer + Sync) -> Vec<Answer> {
    let barrier = Barrier::new(count);
    std::thread::scope(|scope| {
        let client = |at| {
            let (barrier, send) = (&barrier, &send);
            scope.spawn(move || {
                let shop = Shop::default();
                barrier.wait();
                send(&shop, at)
            })
        };
        let clients: Vec<_> = (0..count).map(client).collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    })
}

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

#[test]
fn the_last_piece_is_sold_once() {
    let shop = Shop::default();
    let (handle, variant) = stocked(&shop, 1);
    let request = request(&shop, variant, 1);
    let answers =
        at_once(8, |shop, _| shop.post_json("/api/v1/orders", &unique("key-of-a-shopper"), &request));
    assert_eq!((count(&answers, 201), count(&answers, 409)), (1, 7));
    assert_eq!(available(&shop, &handle), 0);
}

#[test]
fn a_few_pieces_are_sold_to_as_many() {
    let shop = Shop::default();
    let (handle, variant) = stocked(&shop, 5);
    let request = request(&shop, variant, 2);
    let answers =
        at_once(6, |shop, _| shop.post_json("/api/v1/orders", &unique("key-of-a-shopper"), &request));
    assert_eq!((count(&answers, 201), count(&answers, 409)), (2, 4));
    assert_eq!(available(&shop, &handle), 1);
}

#[test]
fn a_key_makes_one_order_however_often_it_comes() {
    let shop = Shop::default();
    let (handle, variant) = stocked(&shop, 9);
    let (request, key) = (request(&shop, variant, 2), unique("key-of-a-shopper"));
    let answers = at_once(6, |shop, _| shop.post_json("/api/v1/orders", &key, &request));
    assert_eq!(count(&answers, 201), 6);
    let first = answers[0].json();
    assert!(answers.iter().all(|answer| answer.json() == first));
    // And later again.
    assert_eq!(shop.post_json("/api/v1/orders", &key, &request).expect(201).json(), first);
    assert_eq!(available(&shop, &handle), 7);
    let token = first["token"].as_str().unwrap();
    let order = shop.get(&format!("/api/v1/orders/{token}")).expect(200).json();
    assert_eq!(order["status"], "placed");
    assert!(shop.get(&format!("/en/orders/{token}")).expect(200).text().contains("Calle del Faro 7"));
}

#[test]
fn a_key_is_for_one_request() {
    let shop = Shop::default();
    let (_, variant) = stocked(&shop, 9);
    let key = unique("key-of-a-shopper");
    shop.post_json("/api/v1/orders", &key, &request(&shop, variant, 1)).expect(201);
    let other = shop.post_json("/api/v1/orders", &key, &request(&shop, variant, 2)).expect(422);
    assert_eq!(other.json()["errors"][0]["field"], "Idempotency-Key");
}

#[test]
fn a_price_that_was_not_seen_is_not_charged() {
    let shop = Shop::default();
    let (handle, variant) = stocked(&shop, 9);
    let mut request = request(&shop, variant, 1);
    shop.put(&[product(&handle, 1300, 9)]);
    let key = unique("key-of-a-shopper");
    let refused = shop.post_json("/api/v1/orders", &key, &request).expect(409).json();
    assert_eq!(
        (&refused["code"], &refused["quote"]["subtotal"]["minor"]),
        (&"quote_changed".into(), &1300.into())
    );
    assert_eq!(available(&shop, &handle), 9);
    request["seen"] = refused["quote"]["fingerprint"].clone();
    shop.post_json("/api/v1/orders", &key, &request).expect(201);
    assert_eq!(available(&shop, &handle), 8);
}

#[test]
fn a_cancelled_order_gives_its_pieces_back_once() {
    let shop = Shop::default();
    let (handle, variant) = stocked(&shop, 3);
    let key = unique("key-of-a-shopper");
    let placed = shop.post_json("/api/v1/orders", &key, &request(&shop, variant, 3)).expect(201).json();
    assert_eq!(available(&shop, &handle), 0);
    let path = format!("/api/v1/orders/{}/cancel", placed["token"].as_str().unwrap());
    let key = unique("key-of-a-cancel");
    let answers = at_once(4, |shop, _| shop.post(&path, &[("idempotency-key", &key)], b""));
    assert_eq!(count(&answers, 200), 4);
    shop.post(&path, &[("idempotency-key", &unique("another-cancel"))], b"").expect(409);
    assert_eq!(available(&shop, &handle), 3);
}

#[test]
fn the_staff_sends_an_order_on_its_way() {
    let shop = Shop::default();
    let (_, variant) = stocked(&shop, 3);
    let placed = shop
        .post_json("/api/v1/orders", &unique("key-of-a-shopper"), &request(&shop, variant, 1))
        .expect(201)
        .json();
    let token = placed["token"].as_str().unwrap();
    let bearer = shop.bearer();
    let command = |command: Value| {
        let key = unique("key-of-the-staff");
        let headers = [
            ("authorization", bearer.as_str()),
            ("idempotency-key", &key),
            ("content-type", "application/json"),
        ];
        shop.post(&format!("/studio/api/orders/{token}/commands"), &headers, command.to_string().as_bytes())
    };
    command(json!({ "type": "deliver" })).expect(409);
    command(json!({ "type": "pack" })).expect(200);
    shop.post(
        &format!("/api/v1/orders/{token}/cancel"),
        &[("idempotency-key", &unique("too-late-a-key"))],
        b"",
    )
    .expect(409);
    let shipped =
        command(json!({ "type": "ship", "carrier": "Correos", "tracking": "PX1" })).expect(200).json();
    assert_eq!(shipped["status"], "shipped");
    let page = shop.get(&format!("/en/orders/{token}")).expect(200).text();
    assert!(page.contains("Correos") && page.contains("PX1") && !page.contains("Cancel the order"));
}

/// The value of a hidden field of the checkout page.
fn hidden(page: &str, name: &str) -> String {
    let field = format!("name=\"{name}\" value=\"");
    page.split(&field)
        .nth(1)
        .unwrap_or_else(|| panic!("no field {name}"))
        .split('"')
        .next()
        .unwrap()
        .to_owned()
}

#[test]
fn the_form_of_the_shop_makes_one_order_however_often_it_is_sent() {
    let shop = Shop::default();
    let (handle, variant) = stocked(&shop, 9);
    let cookie = format!("__Host-cart=1.{variant}x2");
    let form = |intent: &str, key: &str, seen: &str| {
        format!(
            "key={key}&seen={seen}&intent={intent}&email=ada%40example.com&name=Ada&address1=Calle+7&city=C%C3%A1diz\
             &postcode=11001&country=ES&shipping=standard&payment=bank_transfer"
        )
    };
    let headers = [
        ("cookie", cookie.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
    ];
    let page = shop.post("/en/checkout", &headers, form("update", "", "").as_bytes()).expect(200).text();
    let body = form("place", &hidden(&page, "key"), &hidden(&page, "seen"));
    let answers = at_once(5, |shop, _| shop.post("/en/checkout", &headers, body.as_bytes()));
    assert_eq!(count(&answers, 303), 5);
    let order = answers[0].header("location");
    assert!(answers.iter().all(|answer| answer.header("location") == order));
    assert!(answers[0].header("set-cookie").starts_with("__Host-cart=; "), "the cart is empty afterwards");
    assert_eq!(available(&shop, &handle), 7);
}
