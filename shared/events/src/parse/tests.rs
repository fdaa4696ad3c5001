use super::*;
use crate::Device;
use orilla_money::{Currency, Money};
use proptest::prelude::*;
use serde_json::json;

const NOW: i64 = 1_760_000_000_000;
const ID: &str = "0190e5a2-7b1f-7000-8000-000000000001";

fn sender() -> Sender {
    Sender { visitor: "BwcHBwcHBwcHBwcHBwcHBw".into(), country: Some("PT".into()), device: Device::Phone }
}

fn of_page(body: &str) -> Result<Vec<Result<Event, Rejected>>, Rejected> {
    let message = Message { sender: sender(), received: NOW, origin: Origin::Page(body.to_owned()) };
    events(&message.text()).map(|(from, events)| {
        assert_eq!(from, sender());
        events
    })
}

/// What becomes of one event that was sent at the moment 1,000,000 of the page's clock.
fn one(fields: Value) -> Result<Event, Rejection> {
    let mut event = json!({ "id": ID, "at": 999_000 });
    for (name, value) in fields.as_object().unwrap() {
        event[name] = value.clone();
    }
    let mut found = of_page(&json!({ "sent": 1_000_000, "events": [event] }).to_string()).unwrap();
    found.remove(0).map_err(|rejected| rejected.reason)
}

#[track_caller]
fn check(fields: Value, expected: What) {
    let event = one(fields).unwrap();
    assert_eq!((event.what, event.at, event.id.as_str()), (expected, NOW - 1_000, ID));
}

#[track_caller]
fn check_refused(fields: Value, expected: &Rejection) {
    assert_eq!(one(fields.clone()).as_ref(), Err(expected), "{fields}");
}

#[test]
fn every_type_that_pages_send_is_read() {
    let product = ProductName::parse("storm-lantern").unwrap();
    check(
        json!({ "type": "exposure", "experiment": "card-layout", "variation": "rows" }),
        What::Exposure {
            experiment: ExperimentKey::parse("card-layout").unwrap(),
            variation: VariationKey::parse("rows").unwrap(),
            is_away: false,
        },
    );
    check(
        json!({ "type": "exposure", "experiment": "card-layout", "variation": "rows", "away": true }),
        What::Exposure {
            experiment: ExperimentKey::parse("card-layout").unwrap(),
            variation: VariationKey::parse("rows").unwrap(),
            is_away: true,
        },
    );
    check(json!({ "type": "page_view", "page": "home" }), What::PageView { page: PageKind::Home });
    check(
        json!({ "type": "product_view", "product": "storm-lantern" }),
        What::ProductView { product: product.clone() },
    );
    check(
        json!({ "type": "add_to_cart", "product": "storm-lantern" }),
        What::AddToCart { product: Some(product) },
    );
    check(json!({ "type": "add_to_cart" }), What::AddToCart { product: None });
    check(json!({ "type": "checkout_begun", "more": "is passed over" }), What::CheckoutBegun);
    check(json!({ "type": "search", "found": 12 }), What::Search { found: Some(12) });
    check(json!({ "type": "search", "found": null }), What::Search { found: None });
}

#[test]
fn what_is_wrong_with_an_event_is_named() {
    check_refused(json!({}), &Rejection::Missing { field: "type" });
    check_refused(json!({ "type": "purchase" }), &Rejection::UnknownType);
    check_refused(json!({ "type": 7 }), &Rejection::Wrong { field: "type", expected: "a text" });
    check_refused(json!({ "type": "page_view" }), &Rejection::Missing { field: "page" });
    check_refused(
        json!({ "type": "exposure", "experiment": "card-layout", "variation": "rows", "away": "yes" }),
        &Rejection::Wrong { field: "away", expected: "true or false" },
    );
    check_refused(
        json!({ "type": "page_view", "page": "/en/orders/secret" }),
        &Rejection::Wrong { field: "page", expected: "a kind of page" },
    );
    check_refused(json!({ "type": "product_view" }), &Rejection::Missing { field: "product" });
    check_refused(
        json!({ "type": "product_view", "product": "x".repeat(201) }),
        &Rejection::TooLong { field: "product", most: 200 },
    );
    check_refused(
        json!({ "type": "exposure", "experiment": "a" }),
        &Rejection::Missing { field: "variation" },
    );
    check_refused(
        json!({ "type": "exposure", "experiment": "a", "variation": "two words" }),
        &Rejection::Wrong { field: "variation", expected: "1 to 64 visible ASCII characters" },
    );
    check_refused(
        json!({ "type": "checkout_begun", "id": "x".repeat(129) }),
        &Rejection::TooLong { field: "id", most: 128 },
    );
    let short = one(json!({ "type": "checkout_begun", "id": "short" })).unwrap_err();
    assert_eq!(short.code(), "wrong_field");
    check_refused(json!({ "type": "checkout_begun", "at": null }), &Rejection::Missing { field: "at" });
    check_refused(json!({ "type": "checkout_begun", "at": 1_001_001 }), &Rejection::FromTheFuture);
    check_refused(json!({ "type": "checkout_begun", "at": 999_999 - LONGEST_AGE }), &Rejection::TooOld);
    assert!(one(json!({ "type": "checkout_begun", "at": 1_000_000 - LONGEST_AGE })).is_ok());
    // The extremes of numbers are no trouble.
    check_refused(json!({ "type": "checkout_begun", "at": i64::MIN }), &Rejection::TooOld);
    check_refused(json!({ "type": "checkout_begun", "at": i64::MAX }), &Rejection::FromTheFuture);
}

#[test]
fn a_page_can_not_say_that_it_sold_something() {
    let order = json!({ "type": "order_placed", "revenue": { "minor": 1_000_000, "currency": "EUR" } });
    check_refused(order, &Rejection::NotForPages);
}

#[test]
fn the_shop_says_what_it_sold() {
    let event = Event {
        id: EventId::parse("key-of-the-order").unwrap(),
        at: NOW - 5,
        what: What::OrderPlaced { revenue: Money { minor: 1_999, currency: Currency::EUR } },
    };
    let message = Message { sender: sender(), received: NOW, origin: Origin::Shop(event.clone()) };
    let (_, found) = events(&message.text()).unwrap();
    assert_eq!(found, [Ok(event)]);
}

#[test]
fn what_is_no_batch_is_refused_as_a_whole() {
    let reason = |body: &str| of_page(body).unwrap_err().reason;
    assert_eq!(reason("{"), Rejection::NotJson);
    assert_eq!(reason("[]"), Rejection::NotABatch);
    assert_eq!(reason("{\"events\":[]}"), Rejection::NotABatch);
    let many = json!({ "sent": 1, "events": vec![1; MOST_EVENTS + 1] }).to_string();
    assert_eq!(reason(&many), Rejection::TooMany { most: MOST_EVENTS });
    let long = format!("\"{}\"", "x".repeat(LONGEST_BODY));
    let rejected = of_page(&long).unwrap_err();
    assert_eq!((rejected.reason.code(), rejected.text.len()), ("too_long", 500));
    assert_eq!(events("no message").unwrap_err().reason, Rejection::NotJson);
    let forged = Message {
        sender: Sender { visitor: "<script>".into(), ..sender() },
        received: NOW,
        origin: Origin::Page("{}".into()),
    };
    assert_eq!(events(&forged.text()).unwrap_err().reason.code(), "wrong_field");
}

#[test]
fn one_bad_event_leaves_the_others_alone() {
    let good = json!({ "id": ID, "type": "checkout_begun", "at": 5 });
    let body = json!({ "sent": 6, "events": [good, 7, { "type": "nothing" }, good] }).to_string();
    let found = of_page(&body).unwrap();
    let codes: Vec<_> = found.iter().map(|one| one.as_ref().err().map(|e| e.reason.code())).collect();
    assert_eq!(codes, [None, Some("wrong_field"), Some("unknown_type"), None]);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), body in "[{}\\[\\]\":,a-z0-9 ]{0,60}") {
        let _ = events(&text);
        let _ = of_page(&body);
    }

    #[test]
    fn a_clock_that_is_wrong_changes_nothing(wrong in -1i64 << 50..1i64 << 50, age in 0..LONGEST_AGE) {
        let at = wrong - age;
        let body = json!({ "sent": wrong, "events": [{ "id": ID, "type": "checkout_begun", "at": at }] });
        let found = of_page(&body.to_string()).unwrap().remove(0).unwrap();
        prop_assert_eq!(found.at, NOW - age);
    }

    #[test]
    fn what_is_written_is_read(id in "[!-~]{8,128}", minor in 0i64..1 << 50, at in NOW - LONGEST_AGE..NOW) {
        let what = What::OrderPlaced { revenue: Money { minor, currency: Currency::EUR } };
        let event = Event { id: EventId::parse(&id).unwrap(), at, what };
        let message = Message { sender: sender(), received: NOW, origin: Origin::Shop(event.clone()) };
        let (_, found) = events(&message.text()).unwrap();
        prop_assert_eq!(found, [Ok(event)]);
    }

    #[test]
    fn a_name_is_what_its_field_takes(text in any::<String>()) {
        if let Ok(name) = ExperimentKey::parse(&text) {
            prop_assert!(name.as_str().len() <= 64 && name.as_str().is_ascii());
        }
        if let Ok(id) = EventId::parse(&text) {
            prop_assert!((8..=128).contains(&id.as_str().len()));
        }
    }
}
