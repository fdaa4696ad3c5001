use super::*;
use crate::testing::{Answer, Client, Shop};
use orilla_shop::checkout::StoredOrder;
use serde_json::{Value, json};

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

/// A shop with an order, and the address at which its notices are asked for.
fn with_order() -> (Shop, String) {
    let shop = Shop::new();
    crate::studio::tests::orders::place(&shop);
    let address = address(&shop);
    (shop, address)
}

fn address(shop: &Shop) -> String {
    let token = shop.read("SELECT json_quote(token) AS doc FROM order_streams").remove(0);
    format!("/es/orders/{}/notices", token.as_str().unwrap())
}

fn subscription(endpoint: &str) -> Value {
    json!({
        "endpoint": endpoint,
        "expirationTime": null,
        "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        },
    })
}

fn send(client: &Client<'_>, address: &str, wish: &Value) -> Answer {
    client.send("POST", address, &JSON, wish.to_string().as_bytes())
}

#[track_caller]
fn told(shop: &Shop, address: &str, wish: &Value) -> bool {
    let answer = send(&shop.shopper(), address, wish);
    assert_eq!(
        (answer.status, answer.header("cache-control")),
        (200, "private, no-store"),
        "{}",
        answer.text()
    );
    answer.json()["told"].as_bool().unwrap()
}

fn begin(endpoint: &str) -> Value {
    json!({ "do": "begin", "subscription": subscription(endpoint) })
}

/// What the team does with the only order.
fn command(shop: &Shop, address: &str, key: &str, command: &Value) {
    let token = address.split('/').nth(3).unwrap();
    let headers = [JSON[0], ("idempotency-key", key)];
    let path = format!("/studio/api/orders/{token}/commands");
    let done = shop.staff().send("POST", &path, &headers, command.to_string().as_bytes());
    assert_eq!(done.status, 200, "{}", done.text());
    shop.finish();
}

#[test]
fn a_browser_asks_is_told_and_asks_no_more() {
    let (shop, address) = with_order();
    let (ask, end) = (
        json!({ "do": "ask", "endpoint": "https://push.net/1" }),
        json!({ "do": "end", "endpoint": "https://push.net/1" }),
    );
    assert!(!told(&shop, &address, &ask));
    assert!(told(&shop, &address, &begin("https://push.net/1")));
    assert!(told(&shop, &address, &begin("https://push.net/1")), "twice is once");
    assert!(told(&shop, &address, &ask));
    assert!(!told(&shop, &address, &end));
    assert!(!told(&shop, &address, &end));
    assert!(!told(&shop, &address, &ask));
}

#[test]
fn what_is_no_subscription_is_refused_and_nothing_is_kept() {
    let (shop, address) = with_order();
    let rows = shop.rows_written();
    for (wish, status, code) in [
        (json!({}), 400, "malformed"),
        (json!({ "do": "dance" }), 400, "malformed"),
        (json!({ "do": "begin" }), 400, "malformed"),
        (json!({ "do": "ask", "endpoint": "x".repeat(5_000) }), 413, "too_large"),
        (begin("http://push.net/1"), 422, "invalid_fields"),
        (begin("https://10.0.0.7/1"), 422, "invalid_fields"),
        (begin("http://127.0.0.1:8123/1"), 422, "invalid_fields"),
        (
            json!({ "do": "begin", "subscription": { "endpoint": "https://push.net/1", "keys": { "p256dh": "", "auth": "" } } }),
            422,
            "invalid_fields",
        ),
    ] {
        let answer = send(&shop.shopper(), &address, &wish);
        assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)), "{wish}");
    }
    for address in ["/es/orders/aaaaaaaaaaaaaaaaaaaaaaaaaa/notices", "/es/orders/x/notices"] {
        assert_eq!(send(&shop.shopper(), address, &begin("https://push.net/1")).status, 404);
    }
    assert_eq!(shop.rows_written(), rows);
}

#[test]
fn an_order_has_a_limit_of_devices() {
    let (shop, address) = with_order();
    for at in 0..orilla_shop::notices::MOST_PER_ORDER {
        assert!(told(&shop, &address, &begin(&format!("https://push.net/{at}"))));
    }
    let refused = send(&shop.shopper(), &address, &begin("https://push.net/more"));
    assert_eq!((refused.status, refused.json()["code"].as_str()), (409, Some("too_many_devices")));
}

#[test]
fn without_a_key_or_on_no_devices_nothing_is_offered() {
    let (mut shop, address) = with_order();
    let page = address.trim_end_matches("/notices").to_owned();
    assert!(shop.shopper().get(&page).text().contains("data-notices"));
    shop.forget_vapid_key();
    assert!(!shop.shopper().get(&page).text().contains("data-notices"));
    assert_eq!(send(&shop.shopper(), &address, &begin("https://push.net/1")).status, 404);
    let (mut shop, address) = with_order();
    shop.withdraw_from_devices();
    assert!(!shop.shopper().get(&page).text().contains("data-notices"));
    assert_eq!(send(&shop.shopper(), &address, &begin("https://push.net/1")).status, 404);
}

#[test]
fn each_event_is_told_once_and_the_newest_of_several() {
    let (shop, address) = with_order();
    assert!(told(&shop, &address, &begin("https://push.net/1")));
    assert_eq!(shop.deliver_notices(), [0; 0], "it knows what it saw");
    command(&shop, &address, "command-key-1", &json!({ "type": "pack" }));
    command(&shop, &address, "command-key-1", &json!({ "type": "pack" }));
    assert_eq!((shop.deliver_notices(), shop.pushed().len()), (vec![0], 1));
    command(&shop, &address, "command-key-2", &json!({ "type": "ship", "carrier": "Correos" }));
    command(&shop, &address, "command-key-3", &json!({ "type": "deliver" }));
    assert_eq!((shop.deliver_notices(), shop.pushed().len()), (vec![0, 0], 1));
}

#[test]
fn what_happens_while_a_browser_asks_is_told() {
    let (shop, address) = with_order();
    // The order is packed after its page was read for the request, and before anybody is there to be told.
    shop.execute(
        "CREATE TRIGGER packed_meanwhile BEFORE INSERT ON push_subscriptions BEGIN
           INSERT INTO order_events (stream, version, at, event)
           VALUES (NEW.stream, NEW.told + 1, NEW.created_at, '{\"type\":\"packed\"}');
         END",
    );
    assert!(told(&shop, &address, &begin("https://push.net/1")));
    assert_eq!((shop.deliver_notices(), shop.pushed().len()), (vec![0], 1));
}

#[test]
fn a_shopper_who_cancels_is_told_on_the_other_devices_too() {
    let (shop, address) = with_order();
    assert!(told(&shop, &address, &begin("https://push.net/1")));
    let page = address.trim_end_matches("/notices");
    let cancelled = shop.shopper().post_form(&format!("{page}/cancel"), "key=cancel-key-1");
    assert_eq!(cancelled.status, 303);
    shop.finish();
    assert_eq!((shop.deliver_notices(), shop.pushed().len()), (vec![0], 1));
    // An order that is over has nothing more to tell.
    assert!(!shop.shopper().get(page).text().contains("data-notices"));
}

#[test]
fn busy_push_services_are_asked_again_and_dead_subscriptions_forgotten() {
    let (shop, address) = with_order();
    assert!(told(&shop, &address, &begin("https://push.net/1")));
    for (key, status, waits) in
        [("command-key-1", 429, 9), ("command-key-2", 500, 30), ("command-key-3", 410, 0)]
    {
        shop.push_service_says(status);
        let what = match status {
            429 => json!({ "type": "pack" }),
            500 => json!({ "type": "ship", "carrier": "Correos" }),
            _ => json!({ "type": "deliver" }),
        };
        command(&shop, &address, key, &what);
        assert_eq!(shop.deliver_notices(), [waits], "{status}");
    }
    assert!(!told(&shop, &address, &json!({ "do": "ask", "endpoint": "https://push.net/1" })));
    assert!(shop.logged().iter().all(|line| !line.contains("push.net")));
}

#[test]
fn a_refusal_is_logged_without_the_address() {
    let (shop, address) = with_order();
    assert!(told(&shop, &address, &begin("https://push.net/secret")));
    shop.push_service_says(403);
    command(&shop, &address, "command-key-1", &json!({ "type": "pack" }));
    assert_eq!(shop.deliver_notices(), [0]);
    let log = shop.logged().join("\n");
    assert!(log.contains("a push service refuses a message: 403") && !log.contains("secret"), "{log}");
}

#[test]
fn another_endpoint_is_told_by_who_knows_the_one_before() {
    let (shop, address) = with_order();
    assert!(told(&shop, &address, &begin("https://push.net/old")));
    let renewed = |old: &str| json!({ "old": old, "subscription": subscription("https://push.net/new") });
    assert!(!told(&shop, "/en/orders/notices", &renewed("https://push.net/guessed")));
    assert!(told(&shop, "/en/orders/notices", &renewed("https://push.net/old")));
    assert!(told(&shop, &address, &json!({ "do": "ask", "endpoint": "https://push.net/new" })));
    assert!(!told(&shop, &address, &json!({ "do": "ask", "endpoint": "https://push.net/old" })));
    let inside = json!({ "old": "https://push.net/new", "subscription": subscription("https://10.0.0.1/x") });
    assert_eq!(send(&shop.shopper(), "/en/orders/notices", &inside).status, 422);
}

#[test]
fn a_browser_that_has_signed_out_is_told_of_nothing() {
    let (shop, address) = with_order();
    for endpoint in ["https://push.net/mine", "https://push.net/other"] {
        assert!(told(&shop, &address, &begin(endpoint)));
    }
    assert!(!told(&shop, "/en/orders/notices", &json!({ "ended": "https://push.net/mine" })));
    assert!(!told(&shop, &address, &json!({ "do": "ask", "endpoint": "https://push.net/mine" })));
    assert!(told(&shop, &address, &json!({ "do": "ask", "endpoint": "https://push.net/other" })));
    for half in [json!({}), json!({ "old": "https://push.net/other" })] {
        assert_eq!(send(&shop.shopper(), "/en/orders/notices", &half).status, 400);
    }
    assert!(told(&shop, &address, &json!({ "do": "ask", "endpoint": "https://push.net/other" })));
}

#[test]
fn a_message_holds_number_status_and_link_in_the_shoppers_language() {
    let (shop, address) = with_order();
    let token = OrderToken::parse(address.split('/').nth(3).unwrap()).unwrap();
    let stored: StoredOrder = futures::executor::block_on(shop.team().placed.order(&token)).unwrap().unwrap();
    let subscriber = |language: &str| Subscriber {
        id: 1,
        token: token.clone(),
        endpoint: "https://push.net/1".into(),
        keys: serde_json::from_value(subscription("x")["keys"].clone()).unwrap(),
        language: language.into(),
        site: String::new(),
        told: 1,
    };
    let after = |event| Recorded { version: 4, at: 0, event };
    let shipped = Event::Shipped { carrier: orilla_orders::Text::parse("Correos").unwrap(), tracking: None };
    let said: Value =
        serde_json::from_str(&words(&subscriber("es"), &stored, &after(shipped.clone()))).unwrap();
    let expected = json!({
        "title": "Pedido 1001",
        "text": "Tu paquete ha salido.",
        "url": format!("/es/orders/{}", token.as_str()),
        "tag": "order-1001",
        "version": 4,
        "language": "es",
    });
    assert_eq!(said, expected);
    for language in ["en", "pt", "xx"] {
        for event in [Event::Paid, Event::Packed, shipped.clone(), Event::Delivered] {
            assert!(
                words(&subscriber(language), &stored, &after(event)).len() < 512,
                "all are padded to one length"
            );
        }
    }
}
