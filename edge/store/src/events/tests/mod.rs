//! Events in SQLite: whatever is delivered how often and in which order, each counts once.

mod model;

use super::*;
use crate::db::rows;
use crate::testing::TestDatabase;
use futures::executor::block_on;
use orilla_events::{Device, EventId, ExperimentKey, PageKind, Sender, VariationKey};
use orilla_money::{Currency, Money};
use orilla_shop::team::Refused;
use orilla_stats::Histogram;
use serde_json::Value;

pub(super) const NOW: i64 = 1_760_000_000_000;
pub(super) const HOUR: i64 = 3_600_000;

/// A shop with three experiments: `layout` since NOW, `promise` from an hour later until two days later, whose flag
/// splits people since twenty hours before, and `shares`, a bandit, since NOW.
pub(super) fn shop() -> (Arc<TestDatabase>, EventStore) {
    let db = Arc::new(TestDatabase::new());
    let (later, end) = (NOW + HOUR, NOW + 2 * DAY);
    db.execute(&format!(
        "INSERT INTO experiments (key, version, started_at, stopped_at, document, is_bandit, split_since) VALUES
           ('layout', 1, {NOW}, NULL, '{design}', 0, NULL), ('promise', 1, {later}, {end}, '{design}', 0, {early}),
           ('draft', 1, NULL, NULL, '{design}', 0, NULL), ('shares', 1, {NOW}, NULL, '{design}', 1, NULL);
         INSERT INTO experiment_metrics
           (experiment, metric, is_share, event, currency, denominator, window_from, window_until, cap, is_quantile,
            activation)
         SELECT e.key, m.* FROM (SELECT 'layout' AS key UNION SELECT 'promise' UNION SELECT 'shares') e CROSS JOIN (VALUES
           ('conversion', 1, 'order_placed', NULL, NULL, 0, {DAY}, NULL, 0, NULL),
           ('revenue', 0, 'order_placed', 'EUR', NULL, 0, {w}, 5000, 0, NULL),
           ('order-value', 0, 'order_placed', 'EUR', 'order_placed', 0, {w}, NULL, 0, NULL),
           ('return', 1, 'page_view', NULL, NULL, {DAY}, {w}, NULL, 0, NULL),
           ('pages', 0, 'page_view', NULL, NULL, 0, {w}, NULL, 0, NULL),
           ('spend', 0, 'order_placed', 'EUR', NULL, 0, {w}, 9000, 1, NULL),
           ('finish', 1, 'order_placed', NULL, NULL, 0, {DAY}, NULL, 0, 'checkout_begun'),
           ('spend-then', 0, 'order_placed', 'EUR', NULL, 0, {w}, NULL, 1, 'checkout_begun')) m",
        design = r#"{"design":{"variations":[{"key":"grid"},{"key":"rows"}]}}"#,
        early = NOW - 20 * HOUR,
        w = 14 * DAY
    ));
    let store = EventStore::new(db.clone());
    (db, store)
}

pub(super) fn sender(visitor: u8) -> Sender {
    let (country, device) = match visitor % 3 {
        0 => (Some("PT"), Device::Phone),
        1 => (Some("ES"), Device::Desktop),
        _ => (None, Device::Desktop),
    };
    Sender { visitor: format!("visitor-{visitor}"), country: country.map(str::to_owned), device }
}

pub(super) fn event(id: &str, at: i64, what: What) -> Event {
    Event { id: EventId::parse(id).unwrap(), at, what }
}

pub(super) fn exposure(experiment: &str, variation: u8) -> What {
    let variation = VariationKey::parse(["grid", "rows"][usize::from(variation)]).unwrap();
    What::Exposure { experiment: ExperimentKey::parse(experiment).unwrap(), variation, is_away: false }
}

pub(super) fn order(minor: i64) -> What {
    What::OrderPlaced { revenue: Money { minor, currency: Currency::EUR } }
}

pub(super) fn page() -> What {
    What::PageView { page: PageKind::Home }
}

pub(super) fn record(store: &EventStore, events: &[(Sender, Event)], now: i64) {
    let arrived = Arrived { events: events.to_vec(), refused: Vec::new() };
    block_on(store.record(&arrived, now)).unwrap();
}

pub(super) fn read(db: &TestDatabase, sql: &str) -> Vec<Value> {
    block_on(rows(db, Statement::new(sql))).unwrap()
}

/// Experiment, variation, units over all days.
fn units(db: &TestDatabase) -> Vec<Value> {
    read(
        db,
        "SELECT json_array(experiment, variation, sum(units)) AS doc FROM unit_rollups
         WHERE dimension = 'day' GROUP BY experiment, variation HAVING sum(units) > 0",
    )
}

/// Variation and sum of a metric of `layout`.
fn sums(db: &TestDatabase, metric: &str) -> Vec<Value> {
    let sql = format!(
        "SELECT json_array(variation, sum(sum)) AS doc FROM metric_rollups
         WHERE experiment = 'layout' AND dimension = 'day' AND metric = '{metric}'
         GROUP BY variation HAVING sum(sum) <> 0"
    );
    read(db, &sql)
}

#[test]
fn an_order_counts_for_the_variation_that_its_buyer_saw() {
    let (db, store) = shop();
    let seen = |visitor, variation| {
        (sender(visitor), event(&format!("exposure-{visitor}"), NOW + 10, exposure("layout", variation)))
    };
    let bought =
        |visitor, minor| (sender(visitor), event(&format!("order-of-{visitor}"), NOW + 20, order(minor)));
    record(&store, &[seen(1, 0), seen(2, 1), seen(3, 1), bought(2, 1_999), bought(4, 900)], NOW + 30);
    assert_eq!(
        units(&db),
        [serde_json::json!(["layout", "grid", 1]), serde_json::json!(["layout", "rows", 2])]
    );
    assert_eq!(sums(&db, "conversion"), [serde_json::json!(["rows", 1.0])]);
    assert_eq!(sums(&db, "revenue"), [serde_json::json!(["rows", 1999.0])]);
    // More than the cap is the cap, whoever says it how often.
    record(&store, &[bought(1, 7_000), bought(1, 7_000)], NOW + 40);
    record(&store, &[bought(1, 7_000)], NOW + 50);
    assert_eq!(
        sums(&db, "revenue"),
        [serde_json::json!(["grid", 5000.0]), serde_json::json!(["rows", 1999.0])]
    );
    assert_eq!(
        sums(&db, "order-value"),
        [serde_json::json!(["grid", 7000.0]), serde_json::json!(["rows", 1999.0])]
    );
    assert_eq!(read(&db, "SELECT json(count(*)) AS doc FROM events"), [3]);
    assert_eq!(read(&db, "SELECT json(count(*)) AS doc FROM event_units"), [0]);
}

#[test]
fn who_sees_two_variations_is_counted_in_none() {
    let (db, store) = shop();
    let seen = |at, variation| {
        (sender(1), event(&format!("exposure-at-{at}"), NOW + at, exposure("layout", variation)))
    };
    record(&store, &[seen(1, 0), (sender(1), event("order-one", NOW + 5, order(100)))], NOW + 10);
    record(&store, &[seen(6, 1)], NOW + 20);
    record(&store, &[seen(7, 0)], NOW + 30);
    assert_eq!(units(&db), [serde_json::json!(["layout", "", 1])]);
    assert_eq!(sums(&db, "conversion"), [serde_json::json!(["", 1.0])]);
}

/// A flag that splits people before its experiment is started has had its effect by then.
#[test]
fn what_people_did_when_they_were_split_already_is_not_what_they_did_before() {
    let (db, store) = shop();
    let does = |id: &str, hours, what| (sender(1), event(id, NOW + hours * HOUR, what));
    let done = [
        does("order-before", -21, order(100)),
        does("order-already", -19, order(1_000)),
        does("exposure-1", 2, exposure("promise", 1)),
        does("exposure-2", 2, exposure("layout", 1)),
    ];
    record(&store, &done, NOW + 3 * HOUR);
    let prior = "SELECT json_array(experiment, sum(prior)) AS doc FROM metric_rollups
      WHERE metric = 'revenue' AND dimension = 'day' GROUP BY experiment";
    let expected = [serde_json::json!(["layout", 1_100.0]), serde_json::json!(["promise", 100.0])];
    assert_eq!(read(&db, prior), expected);
}

/// A device without a network has the flags of some day, and with them the shares of that day.
#[test]
fn a_variation_that_an_experiment_does_not_have_is_no_exposure() {
    let (db, store) = shop();
    let made_up = |visitor, at| {
        let mut what = exposure("layout", 0);
        if let What::Exposure { variation, .. } = &mut what {
            *variation = VariationKey::parse("made-up").unwrap();
        }
        (sender(visitor), event(&format!("made-up-{visitor}-{at}"), NOW + at, what))
    };
    let seen = (sender(1), event("exposure-one", NOW + 2, exposure("layout", 0)));
    record(&store, &[made_up(1, 1), seen, made_up(2, 3)], NOW + 10);
    record(&store, &[made_up(1, 12)], NOW + 20);
    assert_eq!(units(&db), [serde_json::json!(["layout", "grid", 1])]);
}

#[test]
fn in_a_bandit_what_was_seen_on_a_device_without_a_network_is_no_exposure() {
    let (db, store) = shop();
    let away = |experiment: &str, at| {
        let mut what = exposure(experiment, 1);
        if let What::Exposure { is_away, .. } = &mut what {
            *is_away = true;
        }
        (sender(1), event(&format!("exposure-{experiment}-{at}"), NOW + at, what))
    };
    let bought = (sender(1), event("order-one", NOW + 3, order(100)));
    record(&store, &[away("shares", 1), away("layout", 2), bought], NOW + 10);
    assert_eq!(units(&db), [serde_json::json!(["layout", "rows", 1])]);
    // With a network it counts from then on, and what was seen without one changes nothing of it.
    record(&store, &[(sender(1), event("exposure-there", NOW + 5, exposure("shares", 0)))], NOW + 20);
    record(&store, &[away("shares", 4), away("shares", 6)], NOW + 30);
    let both = [serde_json::json!(["layout", "rows", 1]), serde_json::json!(["shares", "grid", 1])];
    assert_eq!(units(&db), both);
}

/// A bandit's shares move: who comes again may get another variation. They count where they were sent first, whatever
/// arrives in which order, with the device of then.
#[test]
fn in_a_bandit_who_sees_two_variations_counts_for_the_first() {
    let (db, store) = shop();
    let seen = |at, variation, device| {
        let sender = Sender { device, ..sender(1) };
        (sender, event(&format!("exposure-at-{at}"), NOW + at, exposure("shares", variation)))
    };
    let found = |dimension: &str| {
        let sql = format!(
            "SELECT json_array(u.segment, u.variation, u.units, m.sum) AS doc FROM unit_rollups u
             LEFT JOIN metric_rollups m USING (experiment, dimension, segment, variation)
             WHERE u.dimension = '{dimension}' AND u.units > 0 AND m.metric = 'conversion'"
        );
        read(&db, &sql)
    };
    let bought = (sender(1), event("order-one", NOW + 9, order(100)));
    record(&store, &[seen(7, 1, Device::Desktop), seen(5, 0, Device::Phone), bought], NOW + 10);
    record(&store, &[seen(6, 1, Device::Desktop)], NOW + 20);
    assert_eq!(found("device"), [serde_json::json!(["phone", "grid", 1, 1.0])]);
    // The first of all comes last.
    record(&store, &[seen(4, 1, Device::Tablet), seen(8, 0, Device::Phone)], NOW + 30);
    assert_eq!(found("device"), [serde_json::json!(["tablet", "rows", 1, 1.0])]);
    let day = read(&db, &format!("SELECT json_quote(date({NOW} / 1000, 'unixepoch') || ' tablet') AS doc"));
    assert_eq!(found("day_device"), [serde_json::json!([day[0], "rows", 1, 1.0])]);
}

#[test]
fn who_has_to_do_something_first_counts_from_then_on_and_not_for_ever() {
    let (db, store) = shop();
    let all = |metric: &str| {
        let sql = format!(
            "SELECT json_array(sum(activated), sum(sum)) AS doc FROM metric_rollups
             WHERE experiment = 'layout' AND dimension = 'device' AND metric = '{metric}'"
        );
        read(&db, &sql)
    };
    let does = |visitor, id: &str, at, what| (sender(visitor), event(id, NOW + at, what));
    let seen = |visitor, id: &str| does(visitor, id, 10, exposure("layout", 0));
    record(
        &store,
        &[
            seen(1, "exposure-1"),
            seen(2, "exposure-2"),
            seen(3, "exposure-3"),
            // Before the exposure it is nothing, and an order before it counts for nobody.
            does(1, "checkout-early", 5, What::CheckoutBegun),
            does(1, "order-early", 20, order(100)),
            does(2, "checkout-2", 20, What::CheckoutBegun),
            does(2, "bought-of-2", 30, order(200)),
        ],
        NOW + 40,
    );
    assert_eq!(all("finish"), [serde_json::json!([1, 1.0])]);
    assert_eq!(all("spend-then"), [serde_json::json!([1, 200.0])]);
    // What it asks for arrives later than what it makes count; and who does it and no more, counts with nothing.
    let late =
        [does(1, "checkout-1", 15, What::CheckoutBegun), does(3, "checkout-3", 60, What::CheckoutBegun)];
    record(&store, &late, NOW + 70);
    assert_eq!(all("finish"), [serde_json::json!([3, 2.0])]);
    assert_eq!(all("spend-then"), [serde_json::json!([3, 300.0])]);
    // Two months after the exposure nothing counts, however late it began.
    let end = 10 + LONGEST;
    record(&store, &[seen(4, "exposure-4"), does(4, "checkout-4", end - 2, What::CheckoutBegun)], NOW + end);
    record(
        &store,
        &[does(4, "bought-of-4", end - 1, order(7)), does(4, "bought-of-5", end, order(70))],
        NOW + end,
    );
    record(&store, &[seen(5, "exposure-5"), does(5, "checkout-5", end, What::CheckoutBegun)], NOW + end);
    assert_eq!(all("spend-then"), [serde_json::json!([4, 307.0])]);
}

#[test]
fn the_buckets_of_the_database_are_those_of_the_analysis() {
    let (db, store) = shop();
    let bounds = read(&db, "SELECT json_array(bucket, least) AS doc FROM value_buckets ORDER BY least");
    assert_eq!(bounds.len(), 2_401);
    for (at, bound) in bounds.iter().enumerate() {
        let least = Histogram::least(u16::try_from(at).unwrap());
        assert_eq!(bound[0], at);
        assert!((bound[1].as_f64().unwrap() / least - 1.0).abs() < 1e-9, "{bound}");
    }
    // Nothing, something in another currency, and more than there are buckets.
    let spends = [
        (1, order(0)),
        (2, What::OrderPlaced { revenue: Money { minor: 9, currency: Currency::USD } }),
        (3, order(1)),
        (4, order(9_007_199_254_740_991)),
    ];
    db.execute("UPDATE experiment_metrics SET cap = NULL");
    for (visitor, what) in spends {
        let seen = event(&format!("exposure-{visitor}"), NOW + 1, exposure("layout", 0));
        let bought = event(&format!("order-of-{visitor}"), NOW + 2, what);
        record(&store, &[(sender(visitor), seen), (sender(visitor), bought)], NOW + 3);
    }
    let found = read(
        &db,
        "SELECT json_array(bucket, sum(units)) AS doc FROM metric_histograms
         WHERE dimension = 'device' AND metric = 'spend' GROUP BY bucket",
    );
    assert_eq!(found, [serde_json::json!([0, 1]), serde_json::json!([2_400, 1])]);
}

#[test]
fn experiments_that_have_not_started_or_are_over_count_nobody() {
    let (db, store) = shop();
    let seen = |id: &str, at, key: &str| (sender(1), event(id, NOW + at, exposure(key, 1)));
    let exposures = [
        seen("exposure-1", 1, "draft"),
        seen("exposure-2", 1, "promise"),
        seen("exposure-3", 2 * DAY, "promise"),
        seen("exposure-4", 1, "unknown"),
        seen("exposure-5", -1, "layout"),
    ];
    record(&store, &exposures, NOW + 2 * DAY);
    assert!(units(&db).is_empty());
}

#[test]
fn what_is_no_event_is_kept_with_the_reason_and_not_for_ever() {
    let (db, store) = shop();
    let refused =
        |i: usize| Refused { code: "not_json".into(), reason: format!("reason {i}"), body: "{".into() };
    let arrived =
        |range: std::ops::Range<usize>| Arrived { events: Vec::new(), refused: range.map(refused).collect() };
    block_on(store.record(&arrived(0..3), NOW)).unwrap();
    let letters = block_on(store.dead_letters(None, 2)).unwrap();
    assert_eq!((letters.len(), letters[0].reason.as_str(), letters[0].at), (2, "reason 2", NOW));
    let other = Refused { code: "too_old".into(), reason: "late".into(), body: String::new() };
    let late = Arrived { events: Vec::new(), refused: vec![other] };
    block_on(store.record(&late, NOW + 7)).unwrap();
    let of = |code| block_on(store.dead_letters(code, 10)).unwrap().len();
    assert_eq!((of(None), of(Some("not_json")), of(Some("too_old")), of(Some("nonsense"))), (4, 3, 1, 0));
    let sum = |code: &str, count, last| RefusedFor { code: code.into(), count, last };
    let sums = block_on(store.refused()).unwrap();
    assert_eq!(sums, [sum("too_old", 1, NOW + 7), sum("not_json", 3, NOW)]);
    block_on(store.record(&arrived(3..10_005), NOW)).unwrap();
    assert_eq!(read(&db, "SELECT json(count(*)) AS doc FROM event_dead_letters"), [10_000]);
}

#[test]
fn old_events_are_forgotten_and_what_they_came_to_is_not() {
    let (db, store) = shop();
    let bought = (sender(1), event("order-one", NOW + 5, order(100)));
    record(&store, &[(sender(1), event("exposure-1", NOW + 1, exposure("layout", 1))), bought], NOW + 10);
    let late = NOW + KEPT + DAY;
    record(&store, &[(sender(1), event("view-later", late, page()))], late);
    record(&store, &[(sender(1), event("view-last", late, page()))], late);
    assert_eq!(read(&db, "SELECT json(count(*)) AS doc FROM events"), [2]);
    assert_eq!(sums(&db, "revenue"), [serde_json::json!(["rows", 100.0])]);
}

#[test]
fn a_batch_of_which_a_part_fails_has_not_happened() {
    let (db, store) = shop();
    db.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON unit_rollups BEGIN SELECT RAISE(ABORT, 'in the middle'); END",
    );
    let events = [(sender(1), event("exposure-1", NOW + 1, exposure("layout", 1)))];
    let arrived = Arrived { events: events.to_vec(), refused: Vec::new() };
    assert!(matches!(block_on(store.record(&arrived, NOW + 2)), Err(RecordError::Refused(_))));
    assert_eq!(read(&db, "SELECT json(count(*)) AS doc FROM exposures"), [0]);
    db.execute("DROP TRIGGER refuse");
    record(&store, &events, NOW + 3);
    assert_eq!(units(&db), [serde_json::json!(["layout", "rows", 1])]);
}
