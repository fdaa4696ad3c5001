use super::*;
use crate::testing::{NOW, Shop, VISITOR_KEY};
use futures::executor::block_on;
use orilla_flags::Visitor;
use orilla_orders::IdempotencyKey;
use orilla_rollouts::{Guardrail, Metric, Observations, Plan, Status, Step};
use orilla_shop::team::rollouts::{Wish, start};

const FLAGS: &str = r#"{"features": {"card-layout": {"defaultValue": "grid", "rules": [
    {"id": "go", "force": "rows", "coverage": 0, "hashVersion": 2}]}}}"#;
/// A page that reads the flag, and what stands in it for those who have the new value.
const PAGE: &str = "/en/c/wear/oilskins";
const ROWS: &str = "class=\"grid rows\"";

/// A shop with a rollout that has just begun, at 50 %.
fn rolling() -> (Shop, u64) {
    let step = |percent| Step { share: Share::percent(percent), lasts: 60_000, least: 1 };
    rolling_by(vec![step(50), step(100)])
}

/// A shop with a rollout that has just begun, with these steps.
fn rolling_by(steps: Vec<Step>) -> (Shop, u64) {
    let shop = Shop::new();
    let saved = shop.staff().send(
        "PUT",
        "/studio/api/flags",
        &[("content-type", "application/json"), ("idempotency-key", "flags-of-the-test")],
        format!(r#"{{"version": 1, "document": {FLAGS}, "reason": "test", "publish": true}}"#).as_bytes(),
    );
    assert_eq!(saved.status, 200, "{}", saved.text());
    let plan = Plan {
        steps,
        guardrails: vec![Guardrail { metric: Metric::Errors, tolerated: 0.1 }],
        ..Plan::default()
    };
    let key = IdempotencyKey::parse("rollout-of-the-test").unwrap();
    let wish = Wish { flag: "card-layout", rule: "go", plan, member: "Ada", key, now: NOW };
    let id = block_on(start(driver(shop.host(), shop.team()), wish)).unwrap();
    shop.host().isolate.expire();
    (shop, id)
}

/// A request of somebody that evaluates the flag, is answered with a status after so many milliseconds, and may have
/// placed an order. Answers whether they had the new value.
fn request(shop: &Shop, visitor: &str, status: impl Fn(bool) -> u16, millis: i64, ordered: bool) -> bool {
    let edition = block_on(shop.host().isolate.current(shop.host())).unwrap();
    let met = Met::begin(&edition.flags).unwrap();
    let visitor_ = Visitor::new(visitor);
    let evaluation = edition.flags.flags.evaluate("card-layout", &visitor_, NOW);
    met.note(&evaluation);
    // A second evaluation in the same request is the same meeting.
    met.note(&evaluation);
    let is_new = evaluation.value == "rows";
    if ordered {
        met.note_order();
    }
    let began = shop.host().clock.now();
    shop.wait(millis);
    met.end(shop.host(), StatusCode::from_u16(status(is_new)).unwrap(), began);
    shop.finish();
    is_new
}

fn seen(shop: &Shop, id: u64) -> Observations {
    block_on(shop.team().rollouts.observed(id)).unwrap()
}

#[test]
fn without_a_rollout_nothing_is_kept() {
    let shop = Shop::new();
    let edition = block_on(shop.host().isolate.current(shop.host())).unwrap();
    assert!(Met::begin(&edition.flags).is_none());
    shop.publish_flags(FLAGS);
    let edition = block_on(shop.host().isolate.current(shop.host())).unwrap();
    assert!(Met::begin(&edition.flags).is_none());
}

#[test]
fn requests_are_stored_as_sums_of_people() {
    let (shop, id) = rolling();
    let mut with = 0;
    for person in 0..40 {
        with += u64::from(request(&shop, &format!("v{person}"), |_| 200, 50, person % 4 == 0));
    }
    request(&shop, "v0", |_| 503, 10, true);
    let stratum = seen(&shop, id).at(Share::percent(50));
    assert_eq!((stratum.with.people, stratum.without.people), (with, 40 - with));
    let both = stratum.with.and(stratum.without);
    assert_eq!((both.requests, both.failed, both.converted), (41, 1, 10));
    assert!((both.millis - 2_010.0).abs() < 1e-9 && (both.requests_squared - 43.0).abs() < 1e-9);
}

#[test]
fn people_who_agreed_are_counted_when_a_page_asks_for_the_flag() {
    let (shop, id) = rolling();
    let mut with = 0;
    for _ in 0..12 {
        let visitor = shop.shopper();
        visitor.post_form("/fn/consent", "to=/en&answer=all");
        // The second page comes from the memo, and counts as well.
        for _ in 0..2 {
            with += u64::from(visitor.get(PAGE).text().contains(ROWS));
        }
        // This page asks for no flag.
        visitor.get("/en/about");
    }
    // Nor was anybody here: the page was brought beforehand.
    let visitor = shop.shopper();
    visitor.post_form("/fn/consent", "to=/en&answer=all");
    visitor.send("GET", PAGE, &[("sec-purpose", "prefetch;prerender")], b"");
    // Who has not agreed is in no group.
    assert!(!shop.shopper().get(PAGE).text().contains(ROWS));
    let stratum = seen(&shop, id).at(Share::percent(50));
    assert_eq!((stratum.with.people, stratum.without.people), (with / 2, 12 - with / 2));
    assert_eq!((stratum.with.requests, stratum.without.requests), (with, 24 - with));
    assert!((1..12).contains(&stratum.with.people));
}

#[test]
fn what_can_not_be_stored_comes_later() {
    let (shop, id) = rolling();
    shop.break_database(true);
    request(&shop, "v1", |_| 200, 1, false);
    shop.break_database(false);
    request(&shop, "v2", |_| 200, 1, false);
    let stratum = seen(&shop, id).at(Share::percent(50));
    assert_eq!(stratum.with.people + stratum.without.people, 2);
}

#[test]
fn who_comes_to_two_isolates_is_one_person() {
    let (shop, id) = rolling();
    let other = shop.isolate();
    for shop in [&shop, &other, &shop, &other] {
        request(shop, "v1", |_| 503, 50, true);
    }
    let stratum = seen(&shop, id).at(Share::percent(50));
    let both = stratum.with.and(stratum.without);
    assert_eq!((both.people, both.failed, both.converted, both.requests), (1, 1, 1, 4));
    // The squares are those of the person's sums, wherever they were counted.
    assert_eq!((both.requests_squared, both.millis_squared, both.products), (16.0, 40_000.0, 800.0));
}

#[test]
fn an_answer_that_is_lost_counts_nobody_twice() {
    let (shop, id) = rolling();
    shop.lose_answers(true);
    request(&shop, "v1", |_| 200, 10, false);
    request(&shop, "v1", |_| 200, 10, false);
    shop.lose_answers(false);
    request(&shop, "v1", |_| 200, 10, false);
    let stratum = seen(&shop, id).at(Share::percent(50));
    let both = stratum.with.and(stratum.without);
    assert_eq!((both.people, both.requests, both.millis), (1, 3, 30.0));
}

#[test]
fn the_store_knows_people_by_a_name_that_only_the_key_makes() {
    let (shop, _) = rolling();
    request(&shop, "v1", |_| 200, 1, false);
    let keys = VisitorKeys::new(VISITOR_KEY, None).unwrap();
    let other_keys = VisitorKeys::new(&VISITOR_KEY.repeat(2), None).unwrap();
    let name = |keys, rollout, percent, id| pseudonym(keys, rollout, Share::percent(percent), person(id));
    let here = name(&keys, 1, 50, "v1").unwrap();
    assert_eq!(shop.read("SELECT json(person) AS doc FROM rollout_people"), [here]);
    let elsewhere = [
        name(&other_keys, 1, 50, "v1"),
        name(&keys, 2, 50, "v1"),
        name(&keys, 1, 25, "v1"),
        name(&keys, 1, 50, "v2"),
    ];
    assert!(elsewhere.iter().all(|other| other.is_some_and(|other| other >= 0 && other != here)));
    assert_eq!(name(&VisitorKeys::of_own_device(), 1, 50, "v1"), None);
}

#[test]
fn a_busy_isolate_does_not_hold_up_a_small_step() {
    let (shop, id) = {
        let step = |percent, least| Step { share: Share::percent(percent), lasts: 60_000, least };
        rolling_by(vec![step(1, 150), step(100, 1)])
    };
    let edition = block_on(shop.host().isolate.current(shop.host())).unwrap();
    for person in 0..20_000 {
        let met = Met::begin(&edition.flags).unwrap();
        met.note(&edition.flags.flags.evaluate("card-layout", &Visitor::new(&format!("v{person}")), NOW));
        met.end(shop.host(), StatusCode::OK, shop.host().clock.now());
        // Every three seconds what is new is stored.
        if person % 1_000 == 999 {
            shop.finish();
        }
    }
    let stratum = seen(&shop, id).at(Share::percent(1));
    assert_eq!(stratum.with.people + stratum.without.people, 20_000);
    shop.wait(60_000);
    shop.drive();
    let stored = block_on(shop.team().rollouts.find(id)).unwrap().unwrap();
    assert_eq!(*stored.replay().unwrap().status(), Status::Completed);
}

#[test]
fn a_value_that_breaks_is_taken_back_and_every_isolate_shows_it() {
    let (shop, id) = rolling();
    let other = shop.isolate();
    let is_new = |shop: &Shop, visitor: &str| {
        let edition = block_on(shop.host().isolate.current(shop.host())).unwrap();
        edition.flags.flags.evaluate("card-layout", &Visitor::new(visitor), NOW).value == "rows"
    };
    assert!((0..40).any(|person| is_new(&other, &format!("v{person}"))));
    for person in 0..40 {
        request(&shop, &format!("v{person}"), |is_new| if is_new { 500 } else { 200 }, 100, false);
    }
    shop.drive();
    let stored = block_on(shop.team().rollouts.find(id)).unwrap().unwrap();
    assert!(
        matches!(stored.replay().unwrap().status(), Status::RolledBack(harm) if harm.metric == Metric::Errors)
    );
    // Within five seconds of the rollback.
    shop.wait(4_999);
    assert!(!(0..40).any(|person| is_new(&other, &format!("v{person}"))));
    assert!(shop.logged().iter().any(|line| line.contains("rolled_back")));
}
