mod reports;
mod requests;

use super::testing::Memory;
use super::*;
use crate::{Clock, PortError, Random};
use async_trait::async_trait;
use futures::executor::block_on;
use orilla_orders::{Cart, CheckoutForm, Fingerprint, IdempotencyKey, Owner};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

const DAY: i64 = 24 * 3_600_000;

#[derive(Default)]
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

struct Loaded;

impl Random for Loaded {
    fn bytes(&self) -> Result<[u8; 16], PortError> {
        Ok([0x5a; 16])
    }
}

/// A shop that gives these answers, one after the other, and then none.
struct Script {
    outbox: Outbox,
    is_open: AtomicBool,
    /// Whether the shopper takes an order back while it is on its way.
    takes_back: AtomicBool,
    answers: Mutex<VecDeque<(u16, String)>>,
    /// As whom the visitor is counted.
    counted: Mutex<Option<&'static str>>,
    /// What else was asked: path, key, body, and its state on the shelf at that moment.
    asked: Mutex<Vec<(String, String, String, &'static str)>>,
    /// What was told.
    told: Mutex<Vec<String>>,
    /// The bodies that were sent, each with the order's state on the shelf at that moment.
    sent: Mutex<Vec<(String, &'static str)>>,
}

#[async_trait]
impl Counter for Script {
    async fn is_open(&self) -> bool {
        self.is_open.load(Ordering::Relaxed)
    }
    async fn send(&self, path: &str, key: &str, body: Option<String>) -> Result<Answer, PortError> {
        if path == "/e" {
            self.told.lock().unwrap().extend(body);
            return self.answer();
        }
        if path != "/api/v1/orders" {
            let owner = Owner::of("ada");
            let asked = self.outbox.requests(owner).await?;
            let state = asked.iter().find(|asked| asked.id() == key).map(state_name).unwrap();
            self.asked.lock().unwrap().push((path.to_owned(), key.to_owned(), body.unwrap(), state));
            return self.answer();
        }
        let Some(body) = body else {
            self.takes_back.store(false, Ordering::Relaxed);
            return Box::pin(self.send(path, key, Some("withdraw".into()))).await;
        };
        let state = state_name(&self.outbox.get(key).await?.unwrap());
        self.sent.lock().unwrap().push((body, state));
        let answer = self.answer();
        if answer.is_ok() && self.takes_back.load(Ordering::Relaxed) {
            assert_eq!(self.outbox.take_back(key).await?, None);
        }
        answer
    }
    async fn counted(&self) -> Option<String> {
        self.counted.lock().unwrap().map(str::to_owned)
    }
}

impl Script {
    fn answer(&self) -> Result<Answer, PortError> {
        let next = self.answers.lock().unwrap().pop_front();
        let (status, body) = next.ok_or_else(|| PortError::Unavailable("no answer".into()))?;
        Ok(Answer { status, retry_after: 0, body: body.into_bytes() })
    }
}

struct Device {
    outbox: Outbox,
    clock: Arc<Hand>,
    shelf: Arc<Memory>,
    shop: Script,
}

impl Device {
    fn new(answers: &[(u16, &str)]) -> Self {
        let (clock, shelf) = (Arc::new(Hand::default()), Arc::new(Memory::default()));
        let outbox = Outbox::new(shelf.clone(), clock.clone());
        let answers = answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
        let shop = Script {
            outbox: outbox.clone(),
            is_open: AtomicBool::new(true),
            takes_back: AtomicBool::new(false),
            answers: Mutex::new(answers),
            counted: Mutex::new(Some("ada")),
            asked: Mutex::default(),
            told: Mutex::default(),
            sent: Mutex::default(),
        };
        Device { outbox, clock, shelf, shop }
    }

    fn leave(&self, key: &str) {
        block_on(self.outbox.leave(&IdempotencyKey::parse(key).unwrap(), order(), false)).unwrap();
    }

    fn send(&self) -> Sent {
        block_on(self.outbox.send(&self.shop, &Loaded, false)).unwrap()
    }

    fn sent(&self) -> usize {
        self.shop.sent.lock().unwrap().len()
    }
}

fn order() -> WaitingOrder {
    let form = CheckoutForm {
        email: "ada@example.com".into(),
        name: "Ada Marinero".into(),
        phone: "+34 600 000 000".into(),
        address1: "Calle del Faro 7".into(),
        city: "Cádiz".into(),
        postcode: "11001".into(),
        country: "ES".into(),
        shipping: "standard".into(),
        payment: "bank_transfer".into(),
        ..CheckoutForm::default()
    };
    WaitingOrder {
        cart: Cart::parse("1.12x2-45x1").unwrap(),
        checkout: form.check().unwrap(),
        agreed: Fingerprint::of("a quote"),
        seen: None,
        prices_from: 0,
    }
}

const PLACED: &str = "{\"token\":\"abcdefghijklmnopqrstuvwxyz\",\"number\":1001,\"links\":{}}";

#[test]
fn what_is_sent_is_the_body_of_the_api() {
    let body: serde_json::Value = serde_json::from_str(&order().request()).unwrap();
    let expected = serde_json::json!({
        "lines": [{ "variant": 12, "quantity": 2 }, { "variant": 45, "quantity": 1 }],
        "contact": { "email": "ada@example.com", "name": "Ada Marinero", "phone": "+34 600 000 000" },
        "address": { "address1": "Calle del Faro 7", "city": "Cádiz", "postcode": "11001", "country": "ES" },
        "shipping": "standard",
        "payment": "bank_transfer",
        "seen": Fingerprint::of("a quote").as_str(),
    });
    assert_eq!(body, expected);
}

#[test]
fn it_is_written_down_that_an_order_is_on_its_way_before_it_is() {
    let device = Device::new(&[(201, PLACED)]);
    device.leave("key-of-a-form");
    assert_eq!(device.send().states["key-of-a-form"], "done");
    assert_eq!(device.shop.sent.lock().unwrap()[0].1, "sending");
    // It holds no name and no address any more, and is forgotten after a while.
    assert!(!block_on(device.shelf.all()).unwrap()[0].contains("Marinero"));
    device.clock.0.store(31 * DAY, Ordering::Relaxed);
    assert!(device.send().states.is_empty());
}

#[test]
fn no_answer_means_later_and_a_shop_that_is_out_of_reach_is_sent_nothing() {
    let device = Device::new(&[]);
    device.leave("key-of-a-form");
    let due = device.send().due.unwrap();
    assert!(due > 0);
    assert_eq!(device.sent(), 1);
    assert_eq!(device.send().due, Some(due), "it is not due yet");
    assert_eq!(device.sent(), 1);
    device.shop.is_open.store(false, Ordering::Relaxed);
    device.clock.0.store(due, Ordering::Relaxed);
    assert!(device.send().due.unwrap() > due);
    assert_eq!(device.sent(), 1);
}

#[test]
fn an_order_that_was_on_its_way_when_the_device_stopped_is_sent_again() {
    let device = Device::new(&[(201, PLACED)]);
    device.leave("key-of-a-form");
    let mut waiting = block_on(device.outbox.get("key-of-a-form")).unwrap().unwrap();
    waiting.begin().unwrap();
    assert!(block_on(device.outbox.write(1, &waiting)).unwrap());
    assert_eq!(device.send().states["key-of-a-form"], "done");
}

#[test]
fn what_is_taken_back_is_not_sent() {
    let device = Device::new(&[(201, PLACED)]);
    device.leave("key-of-a-form");
    assert_eq!(block_on(device.outbox.take_back("key-of-a-form")).unwrap(), Some(order()));
    device.send();
    assert_eq!(device.sent(), 0);
    assert_eq!(block_on(device.outbox.take_back("key-of-a-form")).unwrap(), None);
}

/// Orders were all that waited, once: what stands on devices from then is read.
#[test]
fn an_order_of_an_earlier_build_is_sent() {
    let device = Device::new(&[(201, PLACED)]);
    let written = serde_json::json!({
        "id": "key-of-a-form",
        "aggregate": "order key-of-a-form",
        "place": 1,
        "since": 0,
        "version": 1,
        "tries": 0,
        "unsure": false,
        "bodies": [order()],
        "state": { "is": "waiting", "due": 0 },
    });
    block_on(device.shelf.write("key-of-a-form", 0, 1, written.to_string())).unwrap();
    assert_eq!(device.send().states["key-of-a-form"], "done");
    assert_eq!(device.sent(), 1);
}

#[test]
fn what_is_taken_back_while_it_is_on_its_way_is_placed_and_shown_so_or_never_placed() {
    let key = "key-of-a-form";
    let changed = "{\"code\":\"cart_empty\"}";
    for (answers, states, asked) in [
        (&[(201, PLACED)][..], &["done"][..], 1),
        (&[(409, changed), (200, "{\"withdrawn\":true}")], &["withdrawn"], 2),
        (&[(503, ""), (200, "{\"withdrawn\":true}")], &["unwanted", "withdrawn"], 2),
        (&[(503, ""), (503, ""), (200, "{\"withdrawn\":true}")], &["unwanted", "unwanted", "withdrawn"], 3),
    ] {
        let device = Device::new(answers);
        device.shop.takes_back.store(true, Ordering::Relaxed);
        device.leave(key);
        for state in states {
            assert_eq!(device.send().states[key], *state);
            device.clock.0.fetch_add(DAY, Ordering::Relaxed);
        }
        assert_eq!(device.sent(), asked);
        let is_withdrawn = states.last() == Some(&"withdrawn");
        // What was withdrawn is the shopper's again, once.
        assert_eq!(block_on(device.outbox.take_back(key)).unwrap(), is_withdrawn.then(order));
        assert_eq!(block_on(device.outbox.take_back(key)).unwrap(), None);
    }
}

#[test]
fn what_an_earlier_build_wrote_otherwise_stays_and_is_not_in_the_way() {
    let device = Device::new(&[(201, PLACED)]);
    block_on(device.shelf.write("another", 0, 1, "{\"of\":\"another build\"}".into())).unwrap();
    device.leave("key-of-a-form");
    device.send();
    assert_eq!(block_on(device.shelf.all()).unwrap().len(), 2);
    assert_eq!(device.sent(), 1);
}

#[test]
fn a_refused_order_holds_up_no_other() {
    let device = Device::new(&[(409, "{\"code\":\"cart_empty\"}"), (201, PLACED)]);
    device.leave("key-of-the-first");
    device.leave("key-of-the-second");
    let states = device.send().states;
    assert_eq!((states["key-of-the-first"], states["key-of-the-second"]), ("refused", "done"));
}
