//! Shoppers who asked for it are told of their orders by Web Push: from the team's command over the queue to a push service
//! that speaks the real protocol and reads the message as a browser does (`tests/push/service.mjs`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::disallowed_methods, reason = "a test waits for what happens elsewhere")]

use orilla_integration::{Shop, product, unique};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The push service of this run. It ends with this program, whose end closes its input.
fn push_service() -> Shop {
    static SERVICE: OnceLock<Child> = OnceLock::new();
    let url = std::env::var("ORILLA_PUSH").expect("run `cargo xtask test --only worker`");
    SERVICE.get_or_init(|| {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let mut node = Command::new(format!("{root}/node_modules/.bin/node"));
        node.arg(format!("{root}/tests/push/main.mjs")).arg(url.rsplit(':').next().unwrap());
        let mut child = node.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        child
    });
    Shop::behind(&url)
}

/// A placed order that a browser wants to be told of.
struct Told {
    shop: Shop,
    push: Shop,
    token: String,
    number: i64,
    subscription: Value,
    id: String,
}

impl Told {
    fn new() -> Told {
        let (shop, push) = (Shop::default(), push_service());
        let handle = unique("notices");
        shop.put(&[product(&handle, 1000, 5)]);
        let variant = shop.product(&handle)["variants"][0]["id"].as_i64().unwrap();
        let lines = json!([{ "variant": variant, "quantity": 1 }]);
        let cart = json!({ "lines": lines, "country": "ES", "shipping": "standard" });
        let quote = post(&shop, "/api/v1/cart/quote", &cart);
        let order = json!({
            "lines": lines,
            "contact": { "email": "ada@example.com", "name": "Ada Marinero" },
            "address": { "address1": "Calle del Faro 7", "city": "Cádiz", "postcode": "11001", "country": "ES" },
            "shipping": "standard",
            "payment": "on_delivery",
            "seen": quote["fingerprint"],
        });
        let placed = shop.post_json("/api/v1/orders", &unique("key-of-a-shopper"), &order).expect(201).json();
        let token = placed["token"].as_str().unwrap().to_owned();
        let page = shop.get(&format!("/es/orders/{token}")).expect(200).text();
        let key = page.split_once("data-key=\"").unwrap().1.split('"').next().unwrap();
        let made = post(&push, "/subscriptions", &json!({ "key": key }));
        let told = Told {
            number: placed["number"].as_i64().unwrap(),
            subscription: made["subscription"].clone(),
            id: made["id"].as_str().unwrap().to_owned(),
            shop,
            push,
            token,
        };
        assert!(told.wish(&json!({ "do": "begin", "subscription": told.subscription })));
        told
    }

    fn wish(&self, wish: &Value) -> bool {
        post(&self.shop, &format!("/es/orders/{}/notices", self.token), wish)["told"].as_bool().unwrap()
    }

    fn is_told(&self) -> bool {
        self.wish(&json!({ "do": "ask", "endpoint": self.subscription["endpoint"] }))
    }

    fn push_service_says(&self, answers: &Value) {
        post(&self.push, &format!("/subscriptions/{}/answers", self.id), answers);
    }

    /// What the team does.
    fn command(&self, command: &Value) {
        let path = format!("/studio/api/orders/{}/commands", self.token);
        let (key, bearer) = (unique("key-of-the-team"), self.shop.bearer());
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key.as_str()),
            ("authorization", bearer.as_str()),
        ];
        self.shop.post(&path, &headers, command.to_string().as_bytes()).expect(200);
    }

    /// What the push service has seen, as soon as `is_enough`.
    #[track_caller]
    fn seen(&self, is_enough: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + Duration::from_secs(90);
        loop {
            let seen = self.push.get(&format!("/subscriptions/{}", self.id)).expect(200).json();
            if is_enough(&seen) {
                return seen;
            }
            assert!(Instant::now() < until, "{seen}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    #[track_caller]
    fn messages(&self, count: usize) -> Vec<Value> {
        self.seen(|seen| length(&seen["messages"]) >= count)["messages"].as_array().unwrap().clone()
    }
}

fn length(list: &Value) -> usize {
    list.as_array().unwrap().len()
}

fn statuses(seen: &Value) -> Vec<i64> {
    seen["attempts"].as_array().unwrap().iter().map(|attempt| attempt["status"].as_i64().unwrap()).collect()
}

#[track_caller]
fn post(shop: &Shop, path: &str, body: &Value) -> Value {
    shop.post(path, &[("content-type", "application/json")], body.to_string().as_bytes()).expect(200).json()
}

#[test]
fn a_push_service_gets_each_event_once_and_only_the_browser_can_read_it() {
    let told = Told::new();
    told.command(&json!({ "type": "pack" }));
    let packed = told.messages(1);
    told.command(&json!({ "type": "ship", "carrier": "Correos", "tracking": "CO123" }));
    let messages = told.messages(2);
    assert_eq!((messages.len(), &messages[0]), (2, &packed[0]), "one for each event, and no more");
    let shipped: Value = serde_json::from_str(messages[1]["text"].as_str().unwrap()).unwrap();
    let expected = json!({
        "title": format!("Pedido {}", told.number),
        "text": "Tu paquete ha salido.",
        "url": format!("/es/orders/{}", told.token),
        "tag": format!("order-{}", told.number),
        "version": 3,
        "language": "es",
    });
    assert_eq!(shipped, expected);
    for message in &messages {
        assert_eq!((&message["ttl"], &message["urgency"]), (&json!(86_400), &json!("normal")));
        // A newer message takes the place of one that waits, and the length tells nothing.
        assert_eq!((&message["topic"], &message["length"]), (&packed[0]["topic"], &packed[0]["length"]));
    }
    assert_eq!(statuses(&told.seen(|_| true)), [201, 201]);
}

#[test]
fn a_busy_push_service_is_asked_again_when_it_said() {
    let told = Told::new();
    told.push_service_says(
        &json!([{ "status": 429, "retryAfter": "2" }, { "status": 503, "retryAfter": "1" }]),
    );
    told.command(&json!({ "type": "pack" }));
    assert_eq!(told.messages(1).len(), 1);
    let seen = told.seen(|_| true);
    assert_eq!(statuses(&seen), [429, 503, 201]);
    let at = |attempt: usize| seen["attempts"][attempt]["at"].as_i64().unwrap();
    assert!(at(1) - at(0) >= 2_000 && at(2) - at(1) >= 1_000, "{seen}");
}

#[test]
fn a_push_service_that_knows_a_browser_no_more_is_not_asked_again() {
    let told = Told::new();
    told.push_service_says(&json!([{ "status": 410 }]));
    told.command(&json!({ "type": "pack" }));
    told.seen(|seen| statuses(seen) == [410]);
    let until = Instant::now() + Duration::from_secs(60);
    while told.is_told() {
        assert!(Instant::now() < until);
        std::thread::sleep(Duration::from_millis(100));
    }
    // Another order's browser is told of what happens later, and so this one would have been.
    told.command(&json!({ "type": "ship", "carrier": "Correos" }));
    let other = Told::new();
    other.command(&json!({ "type": "pack" }));
    other.messages(1);
    assert_eq!(statuses(&told.seen(|_| true)), [410]);
}

#[test]
fn a_push_service_hears_nothing_for_who_asks_no_more() {
    let (told, other) = (Told::new(), Told::new());
    assert!(!told.wish(&json!({ "do": "end", "endpoint": told.subscription["endpoint"] })));
    assert!(!told.is_told());
    told.command(&json!({ "type": "pack" }));
    other.command(&json!({ "type": "pack" }));
    other.messages(1);
    assert_eq!(statuses(&told.seen(|_| true)), [0_i64; 0]);
}
