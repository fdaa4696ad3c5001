//! What is told of visitors.

use super::{DAY, Device, Loaded, PLACED};
use crate::outbox::Shelf as _;
use futures::executor::block_on;
use orilla_events::{LONGEST_BODY, MOST_EVENTS};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

fn event(id: &str, at: i64) -> Value {
    json!({ "id": id, "type": "checkout_begun", "at": at })
}

fn batch(events: &[Value]) -> String {
    json!({ "sent": 0, "events": events }).to_string()
}

impl Device {
    fn tell(&self, visitor: &str, events: &[Value]) {
        block_on(self.outbox.tell_later(visitor, &batch(events))).unwrap();
    }

    fn at(&self, time: i64) {
        self.clock.0.store(time, Ordering::Relaxed);
    }

    fn is_counted(&self, counted: Option<&'static str>) {
        *self.shop.counted.lock().unwrap() = counted;
    }

    fn told(&self) -> Vec<Value> {
        self.shop.told.lock().unwrap().iter().map(|body| serde_json::from_str(body).unwrap()).collect()
    }

    /// What stands on the shelf.
    fn waits(&self) -> usize {
        block_on(self.shelf.all()).unwrap().len()
    }
}

#[test]
fn pages_are_told_together_with_how_long_ago_they_were() {
    let device = Device::new(&[(204, "")]);
    device.at(1_000);
    device.tell("ada", &[event("a", 900), event("b", 1_000)]);
    device.at(7_000);
    device.tell("ada", &[event("c", 7_000)]);
    assert_eq!(device.waits(), 1);
    device.at(9_000);
    let sent = device.send();
    assert!(sent.states.is_empty() && sent.due.is_none(), "pages show orders: {sent:?}");
    let events = [event("a", 900), event("b", 1_000), event("c", 7_000)];
    assert_eq!(device.told(), [json!({ "sent": 9_000, "events": events })]);
    assert_eq!(device.waits(), 0);
}

#[test]
fn it_is_told_behind_the_orders_and_an_order_does_not_wait_for_it() {
    let device = Device::new(&[(201, PLACED), (503, "")]);
    device.tell("ada", &[event("a", 0)]);
    device.leave("key-of-a-form");
    let sent = device.send();
    assert_eq!((sent.states["key-of-a-form"], device.sent(), device.told().len()), ("done", 1, 1));
    let due = sent.due.unwrap();
    assert!(due > 0, "the shop takes it later");
    device.at(due - 1);
    device.send();
    assert_eq!(device.told().len(), 1);
    // What was told and may have arrived is not changed any more: what follows is told beside it.
    device.tell("ada", &[event("b", due)]);
    assert_eq!(device.waits(), 3);
}

#[test]
fn an_answer_that_is_none_of_the_shops_leaves_it_and_a_refusal_ends_it() {
    for (status, body, is_left) in [
        (204, "", false),
        (413, "{\"code\":\"too_large\"}", false),
        (200, "<title>Welcome to the hotel</title>", true),
        (403, "<title>Welcome to the hotel</title>", true),
        (429, "{\"code\":\"too_many_requests\"}", true),
        (503, "{\"code\":\"unavailable\"}", true),
        (302, "", true),
    ] {
        let device = Device::new(&[(status, body)]);
        device.tell("ada", &[event("a", 0)]);
        device.send();
        assert_eq!(device.waits() == 1, is_left, "{status} {body}");
    }
}

#[test]
fn consent_that_is_taken_back_ends_it_with_a_network_and_without() {
    for (is_open, counted) in [(true, None), (false, None), (true, Some("bea")), (false, Some("bea"))] {
        let device = Device::new(&[(204, "")]);
        device.leave("key-of-a-form");
        device.tell("ada", &[event("a", 0)]);
        device.shop.is_open.store(is_open, Ordering::Relaxed);
        device.is_counted(counted);
        device.send();
        assert_eq!((device.told().len(), device.waits()), (0, 1), "the order stays: {is_open} {counted:?}");
    }
}

#[test]
fn what_is_no_news_any_more_is_not_told() {
    let device = Device::new(&[(204, ""), (204, "")]);
    device.tell("ada", &[event("a", 0), event("b", 5_000), json!({ "id": "c" })]);
    device.at(DAY + 1_000);
    device.send();
    assert_eq!(device.told(), [json!({ "sent": DAY + 1_000, "events": [event("b", 5_000)] })]);
    device.tell("ada", &[event("d", 0)]);
    device.send();
    assert_eq!((device.told().len(), device.waits()), (1, 0));
}

#[test]
fn there_is_room_for_so_much_and_the_rest_is_lost() {
    let device = Device::new(&[]);
    for page in 0..200 {
        let events: Vec<_> = (0..10).map(|n| event(&format!("event-{page}-{n}"), 0)).collect();
        device.tell("ada", &events);
    }
    assert_eq!(device.waits(), 20);
    let long = |n: i32| json!({ "id": format!("{n}"), "type": "search", "at": 0, "more": "x".repeat(9_000) });
    let device = Device::new(&[]);
    device.tell("ada", &[long(1)]);
    device.tell("ada", &[long(2)]);
    device.tell("ada", &[long(3), long(4)]);
    assert_eq!(device.waits(), 2, "two do not fit into what the shop takes at once");
    for text in block_on(device.shelf.all()).unwrap() {
        assert!(text.len() < LONGEST_BODY);
    }
}

/// What may happen on a device.
#[derive(Clone, Debug)]
enum Happens {
    /// A page of this visitor tells so many events.
    Told(&'static str, usize),
    /// The visitor is counted as somebody else from now on, or as nobody.
    Counted(Option<&'static str>),
    /// A look at the shop, with what it answers: nothing, that it is busy, or that it has it. An answer may get lost.
    Sent(Vec<u16>),
    /// Seconds pass.
    Waited(i64),
}

fn happens() -> impl Strategy<Value = Happens> {
    let visitor = prop::sample::select(vec!["ada", "bea"]);
    let counted = prop::sample::select(vec![Some("ada"), Some("bea"), None]);
    let status = prop::sample::select(vec![204_u16, 503, 0]);
    prop_oneof![
        4 => (visitor, 1..20_usize).prop_map(|(visitor, events)| Happens::Told(visitor, events)),
        1 => counted.prop_map(Happens::Counted),
        3 => prop::collection::vec(status, 0..4).prop_map(Happens::Sent),
        2 => (0..4_000_i64).prop_map(Happens::Waited),
    ]
}

/// When each event was, and whose.
type Times = BTreeMap<String, (i64, &'static str)>;

fn events(bodies: &[Value]) -> impl Iterator<Item = &Value> {
    bodies.iter().flat_map(|body| body["events"].as_array().unwrap())
}

fn ids(bodies: &[Value]) -> BTreeSet<String> {
    events(bodies).map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

/// What is told now is what the shop takes, and of who is counted.
#[track_caller]
fn check_told(bodies: &[Value], counted: Option<&str>, now: i64, times: &Times) {
    for body in bodies {
        assert!(body.to_string().len() <= LONGEST_BODY && body["sent"] == now);
        assert!((1..=MOST_EVENTS).contains(&body["events"].as_array().unwrap().len()));
    }
    for event in events(bodies) {
        let (at, visitor) = times[event["id"].as_str().unwrap()];
        assert_eq!((Some(visitor), &event["at"]), (counted, &json!(at)));
        assert!(now - at <= DAY);
    }
}

proptest! {
    /// Whatever happens: of who is counted all is told in the end that is news, in bodies that the shop takes; of who is
    /// not, nothing; and nothing stays behind.
    #[test]
    fn all_of_who_is_counted_is_told_and_nothing_of_others(all in prop::collection::vec(happens(), 1..40)) {
        let device = Device::new(&[]);
        let (mut counted, mut now, mut made) = (Some("ada"), 0_i64, 0);
        // Events of who is counted, since nothing else happened to them.
        let mut owed = BTreeSet::new();
        let mut times = Times::new();
        for happens in all {
            match happens {
                Happens::Told(visitor, events) => {
                    // A device leaves only what is told of who is counted.
                    if counted != Some(visitor) { continue }
                    let events: Vec<_> = (0..events).map(|_| { made += 1; event(&format!("event-{made}"), now) }).collect();
                    device.tell(visitor, &events);
                    for event in &events {
                        let id = event["id"].as_str().unwrap().to_owned();
                        times.insert(id.clone(), (now, visitor));
                        owed.insert(id);
                    }
                }
                Happens::Counted(who) => {
                    counted = who;
                    device.is_counted(who);
                    // What is done when consent is given or taken back.
                    device.shop.is_open.store(false, Ordering::Relaxed);
                    block_on(device.outbox.send(&device.shop, &Loaded, false)).unwrap();
                    device.shop.is_open.store(true, Ordering::Relaxed);
                    owed.retain(|id| Some(times[id].1) == who);
                }
                Happens::Sent(answers) => {
                    let from = device.told().len();
                    *device.shop.answers.lock().unwrap() =
                        answers.into_iter().filter(|status| *status > 0).map(|status| (status, String::new())).collect();
                    block_on(device.outbox.send(&device.shop, &Loaded, true)).unwrap();
                    check_told(&device.told()[from..], counted, now, &times);
                }
                Happens::Waited(seconds) => {
                    now += seconds * 1_000;
                    device.at(now);
                }
            }
        }
        // A network at last.
        *device.shop.answers.lock().unwrap() = (0..100).map(|_| (204, String::new())).collect();
        block_on(device.outbox.send(&device.shop, &Loaded, true)).unwrap();
        let all = ids(&device.told());
        for id in owed {
            let is_news = now - times[&id].0 <= DAY;
            prop_assert!(all.contains(&id) || !is_news, "{id} was never told");
        }
        prop_assert_eq!(device.waits(), 0);
    }
}
