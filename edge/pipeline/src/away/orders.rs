//! An order that is left on a device, and brought to the edge.

use super::Device;
use crate::testing::{Answer, BROWSER, Shop};
use async_trait::async_trait;
use orilla_shop::PortError;
use orilla_shop::outbox::{Answer as HttpAnswer, Counter, Sent};
use serde_json::Value;
use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

/// Where orders go.
const ORDERS: &str = "/api/v1/orders";

/// The edge over a network.
pub(super) struct Line<'a> {
    shop: &'a Shop,
    pub(super) is_cut: AtomicBool,
    pub(super) loses_answers: AtomicBool,
    holds_up: AtomicBool,
    held_up: Mutex<Vec<(String, Value)>>,
    orders: AtomicUsize,
    /// What the browser holds, as a request's header says it.
    cookies: String,
}

impl<'a> Line<'a> {
    fn to(shop: &'a Shop) -> Self {
        Line::of(shop, String::new())
    }

    /// Of a browser with these cookies.
    pub(super) fn of(shop: &'a Shop, cookies: String) -> Self {
        let switch = AtomicBool::default;
        Line {
            shop,
            is_cut: switch(),
            loses_answers: switch(),
            holds_up: switch(),
            held_up: Mutex::default(),
            orders: AtomicUsize::default(),
            cookies,
        }
    }
}

#[async_trait]
impl Counter for Line<'_> {
    async fn is_open(&self) -> bool {
        !self.is_cut.load(Ordering::Relaxed)
    }
    async fn send(&self, path: &str, key: &str, body: Option<String>) -> Result<HttpAnswer, PortError> {
        let (is_order, body) = (path == ORDERS && body.is_some(), body.unwrap_or_default());
        if is_order {
            self.orders.fetch_add(1, Ordering::Relaxed);
        }
        if is_order && self.holds_up.load(Ordering::Relaxed) {
            let document = serde_json::from_str(&body).unwrap();
            self.held_up.lock().unwrap().push((key.to_owned(), document));
            return Err(PortError::Unavailable("the network holds it up".into()));
        }
        let mut headers = vec![
            ("cookie", self.cookies.as_str()),
            ("user-agent", BROWSER),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/json"),
        ];
        if !key.is_empty() {
            headers.push(("idempotency-key", key));
        }
        let method = if path == ORDERS && !is_order { "DELETE" } else { "POST" };
        let answer = self.shop.anonymous().send(method, path, &headers, body.as_bytes());
        if method == "POST" && self.loses_answers.load(Ordering::Relaxed) {
            return Err(PortError::Unavailable("the answer got lost".into()));
        }
        Ok(HttpAnswer { status: answer.status, retry_after: 0, body: answer.body })
    }
    async fn counted(&self) -> Option<String> {
        crate::counted_away(&self.cookies, self.shop.host().clock.now())
    }
}

/// The edge runs its own requests to their ends, and so within no other executor.
pub(super) fn at_once<T>(work: impl Future<Output = T>) -> T {
    match pin!(work).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("nothing has to be waited for"),
    }
}

impl Device {
    pub(super) fn send_orders(&self, line: &Line<'_>) -> Sent {
        at_once(self.outbox.send(line, &*self.host.random, true)).unwrap()
    }

    pub(super) fn form(&self, path: &str, cookies: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("origin", "https://shop.example"),
            ("cookie", cookies),
        ];
        self.send("POST", path, &headers, &encoded(fields))
    }

    /// Fills the checkout in that this page shows; answers where that leads.
    fn order(&self, page: &str, path: &str) -> Answer {
        let form = filled(page);
        let fields: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.form(path, "", &fields)
    }
}

fn encoded(fields: &[(&str, &str)]) -> String {
    let pairs = fields.iter().map(|(name, value)| {
        let value = value.replace('%', "%25").replace('&', "%26").replace('+', "%2B").replace(' ', "+");
        format!("{name}={value}")
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let (_, rest) =
        page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{name}: {page}"));
    rest.split('"').next().unwrap().to_owned()
}

pub(super) fn filled(page: &str) -> Vec<(String, String)> {
    let mut form: Vec<_> = ["key", "cart", "seen"].map(|name| (name.to_owned(), hidden(page, name))).into();
    for (name, value) in [
        ("intent", "place"),
        ("email", "ada@example.com"),
        ("name", "Ada Marinero"),
        ("address1", "Calle del Faro 7"),
        ("city", "Cádiz"),
        ("postcode", "11001"),
        ("country", "ES"),
        ("shipping", "standard"),
        ("payment", "bank_transfer"),
    ] {
        form.push((name.to_owned(), value.to_owned()));
    }
    form
}

/// A device without a network, and the cookie of its cart.
fn with_cart(shop: &Shop, pieces: u32) -> (Device, String) {
    let device = Device::of(shop);
    let variant = shop.variant_of("storm-lantern-no-4");
    (device, format!("__Host-cart=1.{variant}x{pieces}"))
}

/// A device with an order that was left without a network; and the order's page there.
fn with_order(shop: &Shop) -> (Device, String) {
    let (device, cart) = with_cart(shop, 2);
    let page = device.send("GET", "/en/checkout", &[("cookie", &cart)], "").text();
    let left = device.order(&page, "/en/checkout?away=1");
    assert_eq!(left.status, 303, "{}", left.text());
    let address = left.header("location").to_owned();
    (device, address)
}

fn orders(shop: &Shop) -> Vec<String> {
    shop.query("SELECT json_object('total', total_minor) AS doc FROM orders ORDER BY number")
}

fn stock(shop: &Shop) -> String {
    let sql = "SELECT json(available) AS doc FROM variants v JOIN products p ON p.id = v.product_id \
               WHERE p.handle = 'storm-lantern-no-4' ORDER BY v.id LIMIT 1";
    shop.query(sql).remove(0)
}

#[test]
fn an_order_is_left_on_the_device_and_reaches_the_shop_once() {
    let shop = Shop::new();
    let before = (orders(&shop).len(), stock(&shop).parse::<i64>().unwrap());
    let (device, cart) = with_cart(&shop, 2);
    shop.break_database(true);
    let page = device.send("GET", "/en/checkout", &[("cookie", &cart)], "");
    assert_eq!(page.status, 200, "{}", page.text());
    let page = page.text();
    for part in
        ["action=\"/en/checkout?away=1\"", "You can order without a network", "bank_transfer", "on_delivery"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    let left = device.order(&page, "/en/checkout?away=1");
    assert_eq!(left.status, 303, "{}", left.text());
    assert!(left.header("set-cookie").starts_with("__Host-cart=;"), "the cart is empty");
    let address = left.header("location");
    assert!(address.starts_with("/en/orders/waiting/"), "{address}");
    // The same form again is the same order.
    assert_eq!(device.order(&page, "/en/checkout?away=1").header("location"), address);
    let waits = device.get(address);
    assert_eq!((waits.status, waits.header("cache-control")), (200, "private, no-store"));
    for part in ["Waiting to be sent", "Send it now", "Take it back", "€", "Storm Lantern"] {
        assert!(waits.text().contains(part), "{part}: {}", waits.text());
    }
    let line = Line::to(&shop);
    line.is_cut.store(true, Ordering::Relaxed);
    assert_eq!(device.send_orders(&line).states.into_values().collect::<Vec<_>>(), ["waiting"]);
    assert_eq!(line.orders.load(Ordering::Relaxed), 0, "no order is sent into a network that is away");
    // The network is back. The first answer gets lost; which the device can't know.
    shop.break_database(false);
    line.is_cut.store(false, Ordering::Relaxed);
    line.loses_answers.store(true, Ordering::Relaxed);
    device.send_orders(&line);
    let unsure = device.get(address).text();
    assert!(unsure.contains("may already have reached") && unsure.contains("Take it back"), "{unsure}");
    line.loses_answers.store(false, Ordering::Relaxed);
    assert_eq!(device.send_orders(&line).states.into_values().collect::<Vec<_>>(), ["done"]);
    let after = (orders(&shop).len(), stock(&shop).parse::<i64>().unwrap());
    assert_eq!(after, (before.0 + 1, before.1 - 2));
    let order = device.get(address);
    assert_eq!(order.status, 303);
    let order = shop.anonymous().get(order.header("location"));
    assert_eq!(order.status, 200);
    assert!(order.text().contains("Calle del Faro 7"));
    // What is done holds nobody's address any more.
    let kept = at_once(device.outbox.all()).unwrap();
    assert!(kept.iter().all(|waiting| waiting.body().is_none()));
}

#[test]
fn a_price_that_has_changed_asks_and_nothing_is_ordered_before_the_answer() {
    let shop = Shop::new();
    let before = orders(&shop).len();
    let (device, address) = with_order(&shop);
    shop.execute("UPDATE variants SET price_minor = price_minor + 500 WHERE product_id = (SELECT id FROM products WHERE handle = 'storm-lantern-no-4')");
    let line = Line::to(&shop);
    assert_eq!(device.send_orders(&line).states.into_values().collect::<Vec<_>>(), ["asks"]);
    assert_eq!(orders(&shop).len(), before);
    let page = device.get(&address).text();
    for part in ["Your order needs an answer", "As you ordered", "As it is now", "Order for €"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let list = device.get("/es/orders/waiting").text();
    assert!(list.contains("Un pedido de este dispositivo necesita tu respuesta"), "{list}");
    // It waits for the answer, however often there is a network; and an answer to another question is none.
    device.send_orders(&line);
    device.form(&address, "", &[("intent", "confirm"), ("seen", &"0".repeat(32))]);
    device.send_orders(&line);
    assert_eq!(orders(&shop).len(), before);
    let yes = device.form(&address, "", &[("intent", "confirm"), ("seen", &hidden(&page, "seen"))]);
    assert_eq!((yes.status, yes.header("location")), (303, address.as_str()));
    assert_eq!(device.send_orders(&line).states.into_values().collect::<Vec<_>>(), ["done"]);
    assert_eq!(orders(&shop).len(), before + 1);
}

#[test]
fn what_is_sold_out_meanwhile_can_only_be_taken_back() {
    let shop = Shop::new();
    let (device, address) = with_order(&shop);
    shop.execute("UPDATE variants SET available = 0");
    device.send_orders(&Line::to(&shop));
    let page = device.get(&address).text();
    assert!(page.contains("None of it can be bought now") && !page.contains("value=\"confirm\""), "{page}");
    let variant = shop.variant_of("storm-lantern-no-4");
    let back = device.form(&address, &format!("__Host-cart=1.{variant}x1"), &[("intent", "back")]);
    // A copy of it may be under way: the shop is told.
    assert_eq!((back.status, back.header("location")), (303, address.as_str()));
    assert!(device.get(&address).text().contains("Being taken back"));
    assert_eq!(device.send_orders(&Line::to(&shop)).states.into_values().collect::<Vec<_>>(), ["withdrawn"]);
    let page = device.get(&address).text();
    assert!(
        page.contains("nothing was ordered, and nothing will be") && page.contains("Put it into the cart"),
        "{page}"
    );
    let back = device.form(&address, &format!("__Host-cart=1.{variant}x1"), &[("intent", "back")]);
    assert_eq!((back.status, back.header("location")), (303, "/en/cart"));
    assert!(back.header("set-cookie").starts_with(&format!("__Host-cart=1.{variant}x3;")));
    assert_eq!(device.get(&address).status, 404);
    assert!(device.get("/en/orders/waiting").text().contains("No order waits here"));
}

#[test]
fn what_is_taken_back_while_it_is_under_way_is_placed_and_shown_or_never_placed() {
    let shop = Shop::new();
    let before = orders(&shop).len();
    let line = Line::to(&shop);
    // Its answer got lost: it is placed, and the device learns of it.
    let (device, address) = with_order(&shop);
    line.loses_answers.store(true, Ordering::Relaxed);
    device.send_orders(&line);
    let back = device.form(&address, "", &[("intent", "back")]);
    assert_eq!((back.status, back.header("location")), (303, address.as_str()));
    assert_eq!(device.send_orders(&line).states.into_values().collect::<Vec<_>>(), ["done"]);
    let order = device.get(&address);
    let page = shop.anonymous().get(order.header("location")).text();
    assert!(order.status == 303 && page.contains("/cancel\""), "{page}");
    assert_eq!(orders(&shop).len(), before + 1);
    // The request itself is held up, and comes when the shopper has it back in the cart.
    let (device, address) = with_order(&shop);
    let waiting = at_once(device.outbox.all()).unwrap().remove(0);
    line.holds_up.store(true, Ordering::Relaxed);
    device.send_orders(&line);
    device.form(&address, "", &[("intent", "back")]);
    assert_eq!(device.send_orders(&line).states.into_values().collect::<Vec<_>>(), ["withdrawn"]);
    assert_eq!(device.form(&address, "", &[("intent", "back")]).header("location"), "/en/cart");
    let (key, body) = line.held_up.lock().unwrap().pop().unwrap();
    assert_eq!(key, waiting.id());
    let late = shop.anonymous().post_keyed("/api/v1/orders", &key, &body);
    assert_eq!((late.status, &late.json()["code"]), (409, &"order_withdrawn".into()));
    assert_eq!(orders(&shop).len(), before + 1);
}

#[test]
fn an_order_that_can_not_be_delivered_so_is_told_and_holds_up_no_other() {
    let shop = Shop::new();
    let (device, cart) = with_cart(&shop, 1);
    let page = device.send("GET", "/en/checkout", &[("cookie", &cart)], "").text();
    // Nobody collects money in Portugal; the quote is the same as for the form's own country but for delivery.
    let form = |page: &str, seen: &str| {
        let mut form = filled(page);
        for (name, value) in &mut form {
            match name.as_str() {
                "country" => *value = "PT".into(),
                "payment" => *value = "on_delivery".into(),
                "seen" => *value = seen.into(),
                _ => {}
            }
        }
        form
    };
    let send = |form: &[(String, String)]| {
        let fields: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        device.form("/en/checkout?away=1", "", &fields)
    };
    let changed = send(&form(&page, &hidden(&page, "seen")));
    assert_eq!(changed.status, 409, "delivery costs something else there");
    let again = changed.text();
    let poison = send(&form(&again, &hidden(&again, "seen"))).header("location").to_owned();
    let other = device.send("GET", "/en/checkout", &[("cookie", &cart)], "").text();
    assert_eq!(device.order(&other, "/en/checkout?away=1").status, 303);
    let sent = device.send_orders(&Line::to(&shop));
    assert_eq!(sent.states.values().filter(|state| **state == "done").count(), 1);
    let page = device.get(&poison).text();
    assert!(page.contains("could not take this order") && page.contains("This way to pay"), "{page}");
}

#[test]
fn the_shops_own_form_waits_too_and_may_have_reached_it_before() {
    let shop = Shop::new();
    let shopper = shop.shopper();
    let variant = shop.variant_of("storm-lantern-no-4");
    shopper.post_form("/fn/add_to_cart", &format!("locale=en&variant={variant}&quantity=1"));
    let before = orders(&shop).len();
    let device = Device::of(&shop);
    // The device's prices are older than those of the shop's form.
    shop.execute("UPDATE variants SET price_minor = price_minor + 100");
    let page = shopper.get("/en/checkout").text();
    let form = filled(&page);
    let fields: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    // The shop takes it, and its answer gets lost: the device answers in its place.
    assert_eq!(shopper.post_form("/en/checkout", &encoded(&fields)).status, 303);
    let left = device.form("/en/checkout", "", &fields);
    assert_eq!(left.status, 303, "{}", left.text());
    let waits = device.get(left.header("location")).text();
    assert!(
        waits.contains("may already have reached") && waits.contains("At the prices that you saw"),
        "{waits}"
    );
    assert_eq!(device.send_orders(&Line::to(&shop)).states.into_values().collect::<Vec<_>>(), ["done"]);
    assert_eq!(orders(&shop).len(), before + 1);
    assert!(shop.anonymous().get(device.get(left.header("location")).header("location")).status == 200);
}

#[test]
fn a_form_with_faults_is_shown_again_and_nothing_is_left() {
    let shop = Shop::new();
    let (device, cart) = with_cart(&shop, 1);
    let page = device.send("GET", "/pt/checkout", &[("cookie", &cart)], "").text();
    let mut form = filled(&page);
    form.retain(|(name, _)| name != "email");
    let fields: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(device.form("/pt/checkout?away=1", "", &fields).status, 422);
    assert!(at_once(device.outbox.all()).unwrap().is_empty());
    let forged = [("origin", "https://evil.example"), ("content-type", "application/x-www-form-urlencoded")];
    let fields: Vec<_> = fields.iter().copied().chain([("email", "a@b.co")]).collect();
    assert_eq!(device.send("POST", "/pt/checkout?away=1", &forged, &encoded(&fields)).status, 403);
    assert!(at_once(device.outbox.all()).unwrap().is_empty());
}
