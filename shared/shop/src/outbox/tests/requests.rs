//! What is asked beside orders.

use super::{Device, PLACED};
use crate::outbox::{ANOTHER, OwnBook, Request, Shelf as _, Wish, state_name};
use futures::executor::block_on;
use orilla_catalog::Handle;
use orilla_orders::{
    AddressBook, AddressChange, CheckoutForm, IdempotencyKey, Language, Owner, ReviewChange, ReviewForm,
    ReviewRefusal,
};
use std::sync::atomic::Ordering;

const DONE: &str = "{\"done\":true}";

fn ada() -> Owner {
    Owner::of("ada")
}

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

/// Ada's wish to keep an address.
fn wish(name: &str) -> Request {
    let form = CheckoutForm {
        name: name.into(),
        address1: "Calle del Faro 7".into(),
        city: "Cádiz".into(),
        postcode: "11001".into(),
        country: "ES".into(),
        ..CheckoutForm::default()
    };
    let add = AddressChange::Add { to: form.check_recipient().unwrap(), is_default: false };
    Request { owner: ada(), wish: Wish::Address(add) }
}

impl Device {
    fn ask(&self, id: &str, name: &str) {
        block_on(self.outbox.ask(&key(id), wish(name), false)).unwrap();
    }

    /// The keys under which something was asked.
    fn asked(&self) -> Vec<String> {
        self.shop.asked.lock().unwrap().iter().map(|(_, key, ..)| key.clone()).collect()
    }

    /// Leaves what Ada says of a product whose review she saw in this version: what waits, unless that is the first.
    fn review(&self, id: &str, product: &str, version: u32, text: &str) -> Result<(), ReviewRefusal> {
        let mut waiting = block_on(self.outbox.waiting_reviews(ada())).unwrap().into_iter();
        let last = waiting.rfind(|(_, change)| change.product.as_str() == product);
        self.review_of(id, product, (version, last.map(|(key, _)| key).filter(|_| version > 0)), text)
    }

    /// The same with the version that she saw, and the key of what waited when she did.
    fn review_of(
        &self,
        id: &str,
        product: &str,
        (version, made_of): (u32, Option<IdempotencyKey>),
        text: &str,
    ) -> Result<(), ReviewRefusal> {
        let form = ReviewForm { stars: "4".into(), author: "Ada".into(), text: text.into() };
        let review = form.check(&Language::parse("en").unwrap()).ok();
        let change = ReviewChange { product: Handle::parse(product).unwrap(), version, made_of, review };
        block_on(self.outbox.review(&key(id), ada(), change)).unwrap()
    }

    fn take_request_back(&self, id: &str) -> Option<Request> {
        block_on(self.outbox.take_request_back(id, ada())).unwrap()
    }
}

#[test]
fn a_request_is_sent_in_order_under_its_key_and_forgotten_when_it_is_done() {
    let device = Device::new(&[(200, DONE), (201, DONE)]);
    device.ask("key-of-the-first", "Ada");
    device.ask("key-of-the-first", "Ada");
    device.ask("key-of-the-second", "Bea");
    let sent = device.send();
    assert!(sent.states.is_empty() && sent.requests.is_empty() && sent.due.is_none(), "{sent:?}");
    assert!(block_on(device.shelf.all()).unwrap().is_empty());
    let asked = device.shop.asked.lock().unwrap();
    let (path, first, body, state) = &asked[0];
    assert_eq!(
        (path.as_str(), first.as_str(), *state),
        ("/en/account/addresses/change", "key-of-the-first", "sending")
    );
    assert_eq!(serde_json::from_str::<Request>(body).unwrap(), wish("Ada"));
    assert_eq!((asked[1].1.as_str(), asked.len()), ("key-of-the-second", 2));
}

#[test]
fn what_was_not_answered_is_sent_again_and_what_is_about_the_same_waits_for_it() {
    for (status, body) in
        [(503, ""), (200, "<title>Welcome to the hotel</title>"), (401, "{\"code\":\"signed_out\"}")]
    {
        let device = Device::new(&[(status, body), (201, PLACED), (200, DONE), (200, DONE)]);
        device.ask("key-of-the-first", "Ada");
        device.ask("key-of-the-second", "Bea");
        device.leave("key-of-an-order");
        let sent = device.send();
        assert_eq!(device.asked(), ["key-of-the-first"], "{status}");
        // (A network that says nothing is tried again later, for orders too.)
        assert_eq!(sent.requests.into_values().collect::<Vec<_>>(), ["waiting", "waiting"], "{status}");
        device.clock.0.store(sent.due.unwrap(), Ordering::Relaxed);
        device.send();
        device.clock.0.fetch_add(super::DAY, Ordering::Relaxed);
        assert!(device.send().requests.is_empty(), "{status}");
        assert_eq!(device.asked(), ["key-of-the-first", "key-of-the-first", "key-of-the-second"], "{status}");
    }
}

#[test]
fn what_the_shop_refuses_is_shown_to_its_person_and_holds_up_nothing() {
    let device = Device::new(&[(409, "{\"code\":\"addresses_full\"}"), (200, DONE)]);
    device.ask("key-of-the-first", "Ada");
    device.ask("key-of-the-second", "Bea");
    let sent = device.send();
    assert_eq!(sent.requests.into_iter().collect::<Vec<_>>(), [("key-of-the-first".into(), "refused")]);
    assert_eq!(device.asked().len(), 2);
    let left = block_on(device.outbox.requests(ada())).unwrap();
    assert_eq!((left.len(), state_name(&left[0])), (1, "refused"));
    assert!(block_on(device.outbox.requests(Owner::of("bea"))).unwrap().is_empty());
    assert_eq!(
        block_on(device.outbox.take_request_back("key-of-the-first", Owner::of("bea"))).unwrap(),
        None
    );
    // What was written is theirs again, once.
    assert_eq!(device.take_request_back("key-of-the-first"), Some(wish("Ada")));
    assert_eq!(device.take_request_back("key-of-the-first"), None);
}

#[test]
fn what_was_never_sent_is_taken_back_and_what_may_be_there_is_not() {
    let device = Device::new(&[]);
    device.ask("key-of-the-first", "Ada");
    assert_eq!(device.take_request_back("key-of-the-first"), Some(wish("Ada")));
    device.ask("key-of-the-second", "Bea");
    device.send();
    assert_eq!(device.take_request_back("key-of-the-second"), None);
    assert_eq!(block_on(device.outbox.requests(ada())).unwrap().len(), 1);
}

#[test]
fn what_somebody_else_has_left_is_forgotten() {
    let body = format!("{{\"code\":\"{ANOTHER}\"}}");
    let device = Device::new(&[(403, body.as_str())]);
    device.ask("key-of-the-first", "Ada");
    assert!(device.send().requests.is_empty());
    assert!(block_on(device.shelf.all()).unwrap().is_empty());
}

#[test]
fn an_order_and_a_request_have_pages_of_their_own() {
    let device = Device::new(&[]);
    device.shop.is_open.store(false, Ordering::Relaxed);
    device.ask("key-of-the-first", "Ada");
    device.leave("key-of-an-order");
    let orders = block_on(device.outbox.all()).unwrap();
    assert_eq!(orders.iter().map(|order| order.id()).collect::<Vec<_>>(), ["key-of-an-order"]);
    assert_eq!(block_on(device.outbox.requests(ada())).unwrap().len(), 1);
    let sent = device.send();
    assert_eq!((sent.states.len(), sent.requests.len()), (1, 1));
}

#[test]
fn the_copy_of_the_addresses_has_what_waits_and_what_was_done_and_is_its_owners_alone() {
    let device = Device::new(&[(409, "{\"code\":\"addresses_full\"}"), (200, DONE)]);
    let names = |owner| {
        let book = block_on(device.outbox.book(owner)).unwrap();
        book.map(|book| book.addresses().iter().map(|kept| kept.to.name.to_string()).collect::<Vec<_>>())
    };
    device.ask("key-of-the-first", "Ada");
    device.ask("key-of-the-second", "Bea");
    assert_eq!(names(ada()), None, "nothing was told yet");
    let own = |owner| OwnBook { owner, book: AddressBook::default() };
    block_on(device.outbox.keep_book(&own(ada()))).unwrap();
    assert_eq!(names(ada()).unwrap(), ["Ada", "Bea"]);
    assert_eq!(names(Owner::of("bea")), None);
    device.send();
    // What was refused is not there, and what was done is, without another word of the shop.
    assert_eq!(names(ada()).unwrap(), ["Bea"]);
    block_on(device.outbox.keep_book(&own(Owner::of("bea")))).unwrap();
    assert_eq!((names(ada()), names(Owner::of("bea"))), (None, Some(vec![])));
}

#[test]
fn a_review_is_made_of_what_waits_and_those_of_other_products_do_not_wait_for_it() {
    let device = Device::new(&[(503, ""), (200, DONE), (200, DONE), (200, DONE)]);
    assert_eq!(device.review("key-of-the-first", "lamp", 0, "Fine"), Ok(()));
    assert_eq!(device.review("key-of-the-first", "lamp", 0, "Fine"), Ok(()), "a form that is sent twice");
    assert_eq!(device.review("key-of-a-late-tab", "lamp", 0, "Mine"), Err(ReviewRefusal::Changed));
    assert_eq!(
        device.review("key-of-the-first", "lamp", 0, "Mine"),
        Err(ReviewRefusal::Changed),
        "something else under its key"
    );
    let of_the_shop = (1, None);
    assert_eq!(
        device.review_of("key-of-a-page", "lamp", of_the_shop, "Mine"),
        Err(ReviewRefusal::Changed),
        "the shop's version 1 is not what this leaves"
    );
    assert_eq!(device.review("key-of-the-second", "lamp", 1, ""), Ok(()));
    assert_eq!(device.review("key-of-the-rope", "rope", 7, "Strong"), Ok(()));
    let waiting = block_on(device.outbox.waiting_reviews(ada())).unwrap();
    let waiting: Vec<_> = waiting.iter().map(|(key, change)| (key.as_str(), change.version)).collect();
    assert_eq!(waiting, [("key-of-the-first", 0), ("key-of-the-second", 1), ("key-of-the-rope", 7)]);
    assert!(block_on(device.outbox.waiting_reviews(Owner::of("bea"))).unwrap().is_empty());
    for _ in 0..3 {
        device.send();
        device.clock.0.fetch_add(super::DAY, Ordering::Relaxed);
    }
    let asked = device.shop.asked.lock().unwrap();
    let of = |product: &str| -> Vec<&str> {
        let about = format!("\"product\":\"{product}\"");
        asked.iter().filter(|asked| asked.2.contains(&about)).map(|asked| asked.1.as_str()).collect()
    };
    assert_eq!(of("lamp"), ["key-of-the-first", "key-of-the-first", "key-of-the-second"]);
    assert_eq!(of("rope"), ["key-of-the-rope"]);
    assert!(asked.iter().all(|(path, ..)| path == "/en/account/review-change"));
    assert!(block_on(device.shelf.all()).unwrap().is_empty());
}

#[test]
fn what_was_made_of_a_refused_review_is_not_sent_and_the_last_of_it_is_shown() {
    let device = Device::new(&[(409, "{\"code\":\"review_changed\"}"), (200, DONE), (200, DONE)]);
    for (place, id) in ["key-of-the-first", "key-of-the-second", "key-of-the-third"].into_iter().enumerate() {
        assert_eq!(device.review(id, "lamp", u32::try_from(place).unwrap(), id), Ok(()));
    }
    assert_eq!(device.review("key-of-the-rope", "rope", 0, "Strong"), Ok(()));
    let sent = device.send();
    assert_eq!(sent.requests.into_iter().collect::<Vec<_>>(), [("key-of-the-third".into(), "refused")]);
    assert_eq!(device.asked(), ["key-of-the-first", "key-of-the-rope"]);
    // What is written from now on is not made of that.
    assert_eq!(device.review("key-of-the-fourth", "lamp", 5, "Again"), Ok(()));
    device.send();
    assert_eq!(device.asked().last().unwrap(), "key-of-the-fourth");
    let left = block_on(device.outbox.requests(ada())).unwrap();
    assert_eq!(left.iter().map(|waiting| waiting.id()).collect::<Vec<_>>(), ["key-of-the-third"]);
}
