//! What the tables of events cost as they grow: `events FILE ROWS,ROWS,…` fills a database with so many events of an
//! experiment that runs, and measures a batch of 1,000 new ones and all that an analysis reads. Prints, for each size,
//! rows, milliseconds of a batch (the median of 15), megabytes, and milliseconds of an analysis (the median of 15).
//!
//! It is SQLite on this machine's disk, with the statements that D1 gets: D1 adds its network.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a measurement"
)]

use futures::executor::block_on;
use orilla_events::{Device, Event, EventId, ExperimentKey, PageKind, Sender, VariationKey, What};
use orilla_experiments::{Design, Experiment, MetricKey, Variation, analyse};
use orilla_money::{Currency, Money};
use orilla_shop::team::{Arrived, EventLog, ExperimentDesk};
use orilla_store::testing::TestDatabase;
use orilla_store::{EventStore, ExperimentStore};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// When the experiment starts, in milliseconds since 1970.
const START: i64 = 1_760_000_000_000;
/// The events are of so many days.
const DAYS: i64 = 40;
const DAY: i64 = 24 * 3_600_000;
/// Events of a visitor.
const EACH: u64 = 10;
const ROUNDS: u32 = 15;
/// Events and visitors of a batch.
const BATCH: (u64, u64) = (1_000, 100);

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [file, sizes] = args.as_slice() else { panic!("events FILE ROWS,ROWS,…") };
    std::fs::remove_file(file).ok();
    let db = Arc::new(TestDatabase::at(Path::new(file)));
    let (events, experiments) = (EventStore::new(db.clone()), ExperimentStore::new(db.clone()));
    let experiment = start(&experiments);
    let mut rows = 0;
    for size in sizes.split(',') {
        let size: u64 = size.parse().expect("a number of rows");
        fill(&db, rows, size);
        rows = size;
        let mut number = 0;
        let batches = (0..ROUNDS).map(|round| {
            let arrived = batch(size, u64::from(round), &mut number);
            let start = Instant::now();
            block_on(events.record(&arrived, START + DAYS * DAY)).expect("it is recorded");
            start.elapsed().as_secs_f64() * 1e3
        });
        let batch = median(batches.collect());
        let reads = (0..ROUNDS).map(|_| {
            let start = Instant::now();
            let rollups = block_on(experiments.rollups(&experiment.key)).expect("sums");
            let found = analyse(&experiment, &rollups, START + DAYS * DAY);
            assert!(found.units.iter().sum::<u64>() > 0);
            start.elapsed().as_secs_f64() * 1e3
        });
        let read = median(reads.collect());
        let megabytes = std::fs::metadata(file).map_or(0, |data| data.len()) / 1_000_000;
        println!("{size}\t{batch:.1}\t{megabytes}\t{read:.2}");
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// An experiment that runs, with all metrics that come with a shop: a quantile among them.
fn start(store: &ExperimentStore) -> Experiment {
    let key = |text: &str| MetricKey::parse(text).expect("a key");
    let variation = |key: &str| Variation { key: key.into(), name: key.into(), weight: 0.5 };
    let design = Design {
        name: "Cards".into(),
        hypothesis: "Large pictures sell more.".into(),
        audience: String::new(),
        flag: "card-layout".into(),
        variations: vec![variation("0"), variation("1")],
        primary: key("conversion"),
        secondary: vec![
            key("revenue"),
            key("order-value"),
            key("add-to-cart"),
            key("product-views"),
            key("median-spend"),
        ],
        guardrails: vec![key("checkout"), key("return")],
        baseline: 0.1,
        deviation: None,
        effect: 0.1,
        traffic: 1_000.0,
        bandit: None,
    };
    let draft = Experiment::new(ExperimentKey::parse("cards").expect("a key"), design, "Ada", START);
    let defined = block_on(store.metrics()).expect("metrics");
    let metric = |key: &MetricKey| defined.iter().find(|m| m.key == *key).map(|m| m.metric.clone());
    let running = draft.started(metric, "Ada", START).expect("it starts");
    assert!(block_on(store.save(0, &running, Currency::EUR)).expect("it is saved"));
    running
}

/// Events, exposures, values and sums until there are `size` events. What a value is worth does not matter here, only
/// that it is there; batches reckon those of their own visitors anew.
fn fill(db: &TestDatabase, from: u64, size: u64) {
    let (visitors, span) = (size / EACH, DAYS * DAY);
    let (old, step) = (from / EACH, span as f64 / size as f64);
    db.execute(&format!(
        "PRAGMA foreign_keys = OFF;
         BEGIN;
         WITH RECURSIVE n (i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {size})
         INSERT INTO events (id, visitor, type, at, subject, amount, currency)
         SELECT printf('%08x-%08x', i * 2654435761 % 4294967296, i), printf('visitor-%014d', {old} + i % ({visitors} - {old})),
           CASE i % 10 WHEN 0 THEN 'order_placed' WHEN 1 THEN 'add_to_cart' WHEN 2 THEN 'checkout_begun'
             WHEN 3 THEN 'product_view' WHEN 4 THEN 'product_view' ELSE 'page_view' END,
           {START} + cast((i - {from}) * {step} * {size} / ({size} - {from}) AS INTEGER),
           'home', iif(i % 10 = 0, 1000 + i % 5000, NULL), iif(i % 10 = 0, 'EUR', NULL)
         FROM n;
         WITH RECURSIVE v (i) AS (SELECT {old} UNION ALL SELECT i + 1 FROM v WHERE i + 1 < {visitors})
         INSERT INTO exposures (experiment, visitor, variation, at, country, device)
         SELECT 'cards', printf('visitor-%014d', i), i % 2 || '', {START} + i * 7919 % {DAYS} * {DAY},
           substr('ESPTFRDEITGBNLBEATCHPLSEDKNOFIIECZHUGRRO', i % 20 * 2 + 1, 2),
           CASE i % 3 WHEN 0 THEN 'phone' WHEN 1 THEN 'desktop' ELSE 'tablet' END FROM v;
         INSERT INTO unit_values (experiment, visitor, metric, value, denominator, prior, bucket)
         SELECT x.experiment, x.visitor, m.metric, 1 + length(m.metric) % 3, 1, 0,
           iif(m.is_quantile, 500 + abs(random()) % 400, NULL)
         FROM exposures x CROSS JOIN experiment_metrics m
         WHERE x.visitor >= printf('visitor-%014d', {old}) AND substr(x.visitor, -1) < '3';
         DELETE FROM unit_rollups;
         DELETE FROM metric_rollups;
         DELETE FROM metric_histograms;
         INSERT INTO unit_rollups (experiment, dimension, segment, variation, units)
         SELECT 'cards', d, iif(d = 'day', date(at / 1000, 'unixepoch'), iif(d = 'country', country, device)), variation, count(*)
         FROM exposures CROSS JOIN (SELECT 'day' AS d UNION SELECT 'country' UNION SELECT 'device') GROUP BY 2, 3, 4;
         INSERT INTO metric_rollups (experiment, dimension, segment, variation, metric, sum, squares, denominator,
           denominator_squares, products, prior, prior_squares, prior_products)
         SELECT 'cards', d, iif(d = 'day', date(at / 1000, 'unixepoch'), iif(d = 'country', country, device)), variation, metric,
           sum(value), sum(value * value), sum(denominator), sum(denominator * denominator), sum(value * denominator), 0, 0, 0
         FROM unit_values v JOIN exposures x USING (experiment, visitor)
           CROSS JOIN (SELECT 'day' AS d UNION SELECT 'country' UNION SELECT 'device') GROUP BY 2, 3, 4, 5;
         INSERT INTO metric_histograms (experiment, dimension, segment, variation, metric, bucket, units)
         SELECT 'cards', d, iif(d = 'day', date(at / 1000, 'unixepoch'), iif(d = 'country', country, device)), variation, metric,
           bucket, count(*)
         FROM unit_values v JOIN exposures x USING (experiment, visitor)
           CROSS JOIN (SELECT 'day' AS d UNION SELECT 'country' UNION SELECT 'device')
         WHERE bucket IS NOT NULL GROUP BY 2, 3, 4, 5, 6;
         COMMIT;"
    ));
}

/// New events: of visitors who are there already, with their exposures again, as pages send them.
fn batch(size: u64, round: u64, number: &mut u64) -> Arrived {
    let visitors = size / EACH;
    let mut events = Vec::new();
    for i in 0..BATCH.0 {
        let visitor = (round * 7_919 + i % BATCH.1 * 104_729) % visitors;
        let sender = Sender {
            visitor: format!("visitor-{visitor:014}"),
            country: Some("ES".into()),
            device: Device::Phone,
        };
        *number += 1;
        let id = EventId::parse(&format!("new-{size}-{number:08}")).expect("an id");
        let what = match i / BATCH.1 {
            0 => What::Exposure {
                experiment: ExperimentKey::parse("cards").expect("a key"),
                variation: VariationKey::parse(if visitor % 2 == 1 { "1" } else { "0" }).expect("a key"),
                is_away: false,
            },
            1 => What::OrderPlaced { revenue: Money { minor: 1_999, currency: Currency::EUR } },
            _ => What::PageView { page: PageKind::Home },
        };
        events.push((sender, Event { id, at: START + DAYS * DAY - 1_000, what }));
    }
    Arrived { events, refused: Vec::new() }
}
