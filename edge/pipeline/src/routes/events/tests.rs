//! From a page's report to what is counted.

use crate::gateway::visitor::identity::{Identified, VisitorKeys};
use crate::testing::{Answer, Client, NOW, Shop, VISITOR_KEY};
use orilla_events::LONGEST_BODY;
use orilla_shop::{PortError, Random};
use serde_json::{Value, json};

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36";
const AGREED: &str = "__Host-consent=1.10";

struct Dice(u8);

impl Random for Dice {
    fn bytes(&self) -> Result<[u8; 16], PortError> {
        Ok([self.0; 16])
    }
}

/// The cookie of a visitor whom this shop knows.
fn known(number: u8) -> String {
    let keys = VisitorKeys::new(VISITOR_KEY, None).unwrap();
    let cookie = Identified::new(&Dice(number), NOW).unwrap().cookie(&keys);
    cookie.to_str().unwrap().split(';').next().unwrap().to_owned()
}

/// A report of these events, each made a second before it is sent.
fn report(events: &[Value]) -> String {
    let events: Vec<_> = events
        .iter()
        .enumerate()
        .map(|(i, event)| {
            let mut event = event.clone();
            event["id"] = format!("event-number-{i}").into();
            event["at"] = 4_000.into();
            event
        })
        .collect();
    json!({ "sent": 5_000, "events": events }).to_string()
}

fn send(browser: &Client<'_>, headers: &[(&str, &str)], body: &str) -> Answer {
    browser.send("POST", "/e", headers, body.as_bytes())
}

/// As the browser of a visitor who agreed.
fn as_visitor(shop: &Shop, number: u8, body: &str) -> Answer {
    let cookie = format!("{AGREED}; {}", known(number));
    let headers = [("user-agent", BROWSER), ("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
    send(&shop.anonymous(), &headers, body)
}

#[test]
fn what_a_visitor_does_is_recorded_once() {
    let shop = Shop::empty();
    let body = report(&[json!({ "type": "page_view", "page": "home" }), json!({ "type": "checkout_begun" })]);
    for _ in 0..3 {
        let answer = as_visitor(&shop, 7, &body);
        assert_eq!((answer.status, answer.header("cache-control")), (204, "no-store"));
    }
    shop.deliver().unwrap();
    let events = shop.read("SELECT json_array(visitor, type, at, subject) AS doc FROM events ORDER BY seq");
    let visitor = "BwcHBwcHBwcHBwcHBwcHBw";
    let at = NOW - 1_000;
    assert_eq!(
        events,
        [json!([visitor, "page_view", at, "home"]), json!([visitor, "checkout_begun", at, null])]
    );
}

#[test]
fn whoever_does_not_want_to_be_counted_or_is_no_person_leaves_nothing() {
    let shop = Shop::empty();
    let body = report(&[json!({ "type": "checkout_begun" })]);
    let (good, other) = (format!("{AGREED}; {}", known(7)), known(7));
    let forged = format!("{AGREED}; {}x", known(7));
    let personal = format!("__Host-consent=1.01; {other}");
    let refused = format!("__Host-consent=1.00; {other}");
    let ours = ("sec-fetch-site", "same-origin");
    for headers in [
        vec![("user-agent", BROWSER), ours],
        vec![("user-agent", BROWSER), ours, ("cookie", AGREED)],
        vec![("user-agent", BROWSER), ours, ("cookie", other.as_str())],
        vec![("user-agent", BROWSER), ours, ("cookie", forged.as_str())],
        vec![("user-agent", BROWSER), ours, ("cookie", personal.as_str())],
        vec![("user-agent", BROWSER), ours, ("cookie", refused.as_str())],
        vec![("user-agent", "Googlebot/2.1"), ours, ("cookie", good.as_str())],
        vec![("user-agent", BROWSER), ours, ("cookie", good.as_str()), ("sec-purpose", "prefetch;prerender")],
    ] {
        assert_eq!(send(&shop.anonymous(), &headers, &body).status, 204, "{headers:?}");
        assert!(shop.queued().is_empty(), "{headers:?}");
    }
    let stranger = [("user-agent", BROWSER), ("cookie", good.as_str()), ("sec-fetch-site", "cross-site")];
    assert_eq!(send(&shop.anonymous(), &stranger, &body).status, 403);
    assert!(shop.queued().is_empty());
    assert_eq!(as_visitor(&shop, 7, "").status, 204);
    assert!(shop.queued().is_empty());
}

#[test]
fn what_can_not_be_read_is_kept_with_the_reason() {
    let shop = Shop::empty();
    assert_eq!(as_visitor(&shop, 7, "{").status, 204);
    assert_eq!(as_visitor(&shop, 7, &report(&[json!({ "type": "order_placed" })])).status, 204);
    assert_eq!(as_visitor(&shop, 7, &"x".repeat(LONGEST_BODY + 1)).status, 413);
    shop.deliver().unwrap();
    let letters = shop.read("SELECT json_array(code, at) AS doc FROM event_dead_letters ORDER BY code");
    assert_eq!(letters, [json!(["not_for_pages", NOW]), json!(["not_json", NOW])]);
    assert!(shop.read("SELECT json(id) AS doc FROM events").is_empty());
}

#[test]
fn what_the_queue_does_not_take_has_to_come_again() {
    let shop = Shop::empty();
    shop.break_queue(true);
    let answer = as_visitor(&shop, 7, &report(&[json!({ "type": "checkout_begun" })]));
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"));
}

#[test]
fn a_delivery_that_the_database_misses_is_delivered_again() {
    let shop = Shop::empty();
    as_visitor(&shop, 7, &report(&[json!({ "type": "checkout_begun" })]));
    shop.break_database(true);
    assert!(shop.deliver().is_err());
    shop.break_database(false);
    shop.deliver().unwrap();
    assert_eq!(shop.read("SELECT json(count(*)) AS doc FROM events"), [1]);
}

/// Places an order with these cookies and answers the key of its form.
fn buy(shop: &Shop, cookies: &str) -> String {
    let cart = format!("__Host-cart=1.{}x1", shop.variant(5));
    let cookies = format!("{cookies}; {cart}");
    let headers = [("user-agent", BROWSER), ("cookie", cookies.as_str()), ("sec-fetch-site", "same-origin")];
    let page = shop.anonymous().send("GET", "/en/checkout", &headers, b"").text();
    let hidden = |name: &str| {
        let rest = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let (key, cart) = (hidden("key"), hidden("cart"));
    let form = |intent: &str, seen: &str| {
        format!(
            "intent={intent}&key={key}&cart={cart}&seen={seen}&email=ada@example.com&name=Ada&address1=Faro+7\
             &city=Cadiz&postcode=11001&country=ES&shipping=standard&payment=on_delivery"
        )
    };
    let post = |body: String| shop.anonymous().send("POST", "/en/checkout", &headers, body.as_bytes());
    let shown = post(form("update", "")).text();
    let seen = shown.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    for _ in 0..2 {
        let answer = post(form("place", &seen));
        assert_eq!(answer.status, 303, "{}", answer.text());
    }
    key
}

#[test]
fn an_order_is_counted_by_the_shop_and_once() {
    let shop = Shop::new();
    let key = buy(&shop, &format!("{AGREED}; {}", known(7)));
    shop.deliver().unwrap();
    let total = shop.read("SELECT json_array(total_minor, currency) AS doc FROM orders").remove(0);
    let events = shop.read("SELECT json_array(id, type, amount, currency) AS doc FROM events");
    assert_eq!(events, [json!([key, "order_placed", total[0], total[1]])]);
}

#[test]
fn an_order_of_somebody_who_is_not_counted_is_placed_all_the_same() {
    let shop = Shop::new();
    buy(&shop, &known(7));
    shop.break_queue(true);
    buy(&shop, &format!("{AGREED}; {}", known(8)));
    assert!(shop.queued().is_empty());
    assert_eq!(shop.read("SELECT json(count(*)) AS doc FROM orders"), [2]);
    assert!(shop.logged().iter().any(|line| line.contains("an order is not counted")));
}

#[test]
fn an_order_that_the_queue_was_not_told_of_is_counted_later_and_once() {
    let shop = Shop::new();
    let untold = || shop.read("SELECT json(count(*)) AS doc FROM untold_orders").remove(0);
    let counted =
        || shop.read("SELECT json_array(id, visitor) AS doc FROM events WHERE type = 'order_placed'");
    buy(&shop, &format!("{AGREED}; {}", known(7)));
    buy(&shop, &known(9));
    assert_eq!(untold(), 0, "the queue has it, and who did not agree is not counted");
    shop.break_queue(true);
    let key = buy(&shop, &format!("{AGREED}; {}", known(8)));
    shop.drive();
    shop.wait(61_000);
    shop.drive();
    assert_eq!(untold(), 1, "the queue is away still");
    shop.break_queue(false);
    shop.drive();
    shop.drive();
    shop.deliver().unwrap();
    assert_eq!((untold(), counted().len()), (json!(0), 2));
    assert_eq!(counted().iter().filter(|event| event[0] == key.as_str()).count(), 1);
}
