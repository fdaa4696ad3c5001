//! From a design to an analysis, over the real SQL.

use super::*;
use crate::EventStore;
use crate::testing::TestDatabase;
use futures::executor::block_on;
use orilla_events::{Device, Event, EventId, Sender, VariationKey, What};
use orilla_experiments::{Design, Variation, Verdict, analyse};
use orilla_money::Money;
use orilla_shop::team::{Arrived, EventLog};

const NOW: i64 = 1_760_000_000_000;

fn shop() -> (ExperimentStore, EventStore) {
    let db = Arc::new(TestDatabase::new());
    (ExperimentStore::new(db.clone()), EventStore::new(db))
}

fn key(text: &str) -> MetricKey {
    MetricKey::parse(text).unwrap()
}

fn draft() -> Experiment {
    let variation = |key: &str| Variation { key: key.into(), name: key.into(), weight: 0.5 };
    let design = Design {
        name: "Cards".into(),
        hypothesis: "Large pictures sell more.".into(),
        audience: String::new(),
        flag: "card-layout".into(),
        variations: vec![variation("plain"), variation("large")],
        primary: key("conversion"),
        secondary: vec![key("revenue"), key("order-value"), key("median-spend")],
        guardrails: vec![key("checkout"), key("return")],
        baseline: 0.1,
        deviation: None,
        effect: 0.5,
        traffic: 100.0,
        bandit: None,
    };
    Experiment::new(ExperimentKey::parse("cards").unwrap(), design, "Ada", NOW)
}

fn save(store: &ExperimentStore, seen: u32, experiment: &Experiment) -> bool {
    block_on(store.save(seen, experiment, Currency::EUR)).unwrap()
}

#[test]
fn the_metrics_that_come_with_a_shop_can_be_read() {
    let (store, _) = shop();
    let metrics = block_on(store.metrics()).unwrap();
    let keys: Vec<_> = metrics.iter().map(|metric| metric.key.as_str()).collect();
    let expected = [
        "add-to-cart",
        "checkout",
        "conversion",
        "median-spend",
        "order-value",
        "product-views",
        "return",
        "revenue",
    ];
    assert_eq!(keys, expected);
    for StoredMetric { key, metric, .. } in &metrics {
        let form = orilla_experiments::MetricForm::of(key, metric);
        assert_eq!(form.check().as_ref(), Ok(&(key.clone(), metric.clone())));
    }
}

#[test]
fn of_two_who_write_the_second_is_told() {
    let (store, _) = shop();
    let draft = draft();
    assert!(save(&store, 0, &draft));
    assert!(!save(&store, 0, &draft));
    let next = draft.clone().redesigned(draft.design.clone(), "Eve", NOW).unwrap();
    assert!(save(&store, 1, &next));
    assert!(!save(&store, 1, &next));
    assert_eq!(block_on(store.experiment(&draft.key)).unwrap(), Some(next));
    let metric = block_on(store.metrics()).unwrap().remove(0);
    assert!(block_on(store.save_metric(1, &metric.key, &metric.metric)).unwrap());
    assert!(!block_on(store.save_metric(1, &metric.key, &metric.metric)).unwrap());
    assert!(block_on(store.save_metric(0, &key("new-one"), &metric.metric)).unwrap());
    assert!(!block_on(store.save_metric(0, &key("new-one"), &metric.metric)).unwrap());
}

/// A visitor's exposure and, maybe, order.
fn visit(number: u32, variation: &str, order: Option<i64>) -> Vec<(Sender, Event)> {
    let sender =
        Sender { visitor: format!("visitor-{number}"), country: Some("ES".into()), device: Device::Phone };
    let event = |name: &str, at, what| {
        (sender.clone(), Event { id: EventId::parse(&format!("{name}-{number:08}")).unwrap(), at, what })
    };
    let experiment = ExperimentKey::parse("cards").unwrap();
    let variation = VariationKey::parse(variation).unwrap();
    let mut events =
        vec![event("exposure", NOW + 10, What::Exposure { experiment, variation, is_away: false })];
    events.extend(order.map(|minor| {
        let revenue = Money { minor, currency: Currency::EUR };
        event("order", NOW + 20, What::OrderPlaced { revenue })
    }));
    events
}

#[test]
fn what_is_counted_is_what_is_analysed() {
    let (store, events) = shop();
    let draft = draft();
    assert!(save(&store, 0, &draft));
    let defined = block_on(store.metrics()).unwrap();
    let metric = |key: &MetricKey| defined.iter().find(|m| m.key == *key).map(|m| m.metric.clone());
    let running = draft.started(metric, "Ada", NOW).unwrap();
    assert!(save(&store, 1, &running));
    // Of 1,000 visitors each, 100 buy for 20 € and 200 for 30 €.
    let all = (0..2_000u32).flat_map(|number| {
        let is_plain = number % 2 == 0;
        let buys = if is_plain { number % 20 == 0 } else { number % 10 == 1 };
        visit(
            number,
            if is_plain { "plain" } else { "large" },
            buys.then_some(if is_plain { 2_000 } else { 3_000 }),
        )
    });
    let all: Vec<_> = all.collect();
    for batch in all.chunks(500) {
        let arrived = Arrived { events: batch.to_vec(), refused: Vec::new() };
        block_on(events.record(&arrived, NOW + 100)).unwrap();
    }
    let rollups = block_on(store.rollups(&running.key)).unwrap();
    let found = analyse(&running, &rollups, NOW + 100);
    assert_eq!(found.units, [1_000, 1_000]);
    let means: Vec<Vec<f64>> = found
        .metrics
        .iter()
        .map(|result| {
            result.variants.iter().map(|v| v.estimate.as_ref().map_or(-1.0, |e| e.mean())).collect()
        })
        .collect();
    let median = found.metrics[3].variants.iter().map(|v| (v.units, v.estimate.as_ref().unwrap().mean()));
    for ((buyers, found), (expected, median)) in median.zip([(100, 2_000.0), (200, 3_000.0)]) {
        assert!(buyers == expected && (found / median - 1.0).abs() < 0.01, "{buyers} {found}");
    }
    let expected = [[0.1, 0.2], [200.0, 600.0], [2_000.0, 3_000.0]];
    for (means, expected) in means.iter().zip(expected) {
        assert!(means.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{means:?} {expected:?}");
    }
    assert_eq!(means[4], [0.0, 0.0]);
    // Whether they come back nobody knows before two weeks are over.
    assert_eq!((found.metrics[5].waiting, means[5].as_slice()), (2_000, &[-1.0, -1.0][..]));
    let late = analyse(&running, &rollups, NOW + 16 * 86_400_000);
    assert_eq!((late.metrics[5].waiting, late.metrics[5].variants[0].units), (0, 1_000));
    assert!(matches!(found.reading.verdict, Verdict::Better { variation: 1, .. }));
    let usual = block_on(store.usual()).unwrap();
    assert_eq!(usual.traffic, Some(2_000.0));
    let conversion = usual.metrics.iter().find(|usual| usual.metric == "conversion").unwrap();
    assert!((conversion.moments().unwrap().0 - 0.1).abs() < 1e-9);
    // What is defined anew later changes nothing of what runs.
    let stopped = running.stopped("Ada", NOW + 200).unwrap();
    assert!(save(&store, 2, &stopped));
    // Two variations, each by day, country, device, and day and device.
    assert_eq!(block_on(store.rollups(&stopped.key)).unwrap().units.len(), 8);
}
