//! The sums against a model that looks at all events at once.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Visitor, hours after NOW, what.
type Done = (u8, i64, u8);

/// What number is what event.
fn what(kind: u8) -> What {
    match kind {
        0 => exposure("layout", 0),
        1 => exposure("layout", 1),
        2 => exposure("promise", 0),
        3 => exposure("promise", 1),
        4 => order(1_250),
        5 => order(6_001),
        6 => What::OrderPlaced { revenue: Money { minor: 9, currency: Currency::USD } },
        7 => What::CheckoutBegun,
        _ => page(),
    }
}

/// The metrics of `shop`: is a share, which event, in EUR, is a ratio, window, cap.
type Measure = (&'static str, bool, &'static str, bool, bool, (i64, i64), f64);
const METRICS: [Measure; 5] = [
    ("conversion", true, "order_placed", false, false, (0, DAY), f64::INFINITY),
    ("revenue", false, "order_placed", true, false, (0, 14 * DAY), 5000.0),
    ("order-value", false, "order_placed", true, true, (0, 14 * DAY), f64::INFINITY),
    ("return", true, "page_view", false, false, (DAY, 14 * DAY), f64::INFINITY),
    ("pages", false, "page_view", false, false, (0, 14 * DAY), f64::INFINITY),
];

type Key = (String, String, String, String, String);

/// Units (with an empty metric) and sums, by experiment, dimension, segment, variation and metric.
fn model(done: &[Done]) -> BTreeMap<Key, Vec<f64>> {
    let mut sums: BTreeMap<Key, Vec<f64>> = BTreeMap::new();
    for (experiment, start, stop) in [("layout", NOW, i64::MAX), ("promise", NOW + HOUR, NOW + 2 * DAY)] {
        let visitors: BTreeSet<u8> = done.iter().map(|(visitor, ..)| *visitor).collect();
        for visitor in visitors {
            let own =
                || done.iter().filter(|(v, ..)| *v == visitor).map(|(_, h, k)| (NOW + h * HOUR, what(*k)));
            let seen: Vec<(i64, String)> = own()
                .filter_map(|(at, what)| match what {
                    What::Exposure { experiment: key, variation } if key.as_str() == experiment => {
                        (start..stop).contains(&at).then(|| (at, variation.as_str().to_owned()))
                    }
                    _ => None,
                })
                .collect();
            let Some(first) = seen.iter().map(|(at, _)| *at).min() else { continue };
            let kinds: BTreeSet<&str> = seen.iter().map(|(_, variation)| variation.as_str()).collect();
            let variation =
                if kinds.len() == 1 { (*kinds.first().unwrap()).to_owned() } else { String::new() };
            let from = sender(visitor);
            let segments = [
                ("day", (first / DAY).to_string()),
                ("country", from.country.unwrap_or_default()),
                ("device", from.device.token().to_owned()),
            ];
            let mut add = |metric: &str, values: &[f64]| {
                for (dimension, segment) in &segments {
                    let key = (
                        experiment.into(),
                        (*dimension).into(),
                        segment.clone(),
                        variation.clone(),
                        metric.into(),
                    );
                    let sums = sums.entry(key).or_insert_with(|| vec![0.0; values.len()]);
                    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
                }
            };
            add("", &[1.0]);
            for (metric, is_share, kind, in_eur, is_ratio, window, cap) in METRICS {
                let total = |counts: &dyn Fn(i64) -> bool| {
                    let events = own().filter(|(at, what)| what.kind().token() == kind && counts(*at));
                    let amounts = events.map(|(_, what)| match what {
                        What::OrderPlaced { revenue } if in_eur && revenue.currency == Currency::EUR => {
                            revenue.minor as f64
                        }
                        _ => f64::from(u8::from(!in_eur)),
                    });
                    let sum: f64 = amounts.sum();
                    if is_share { sum.min(1.0) } else { sum.min(cap) }
                };
                let after =
                    |at: i64| at >= first && (first + window.0..first + window.1).contains(&at) && at < stop;
                let value = total(&after);
                let prior = total(&|at| at < first && at >= first - PRIOR);
                let divides = own().filter(|(at, what)| what.kind().token() == kind && after(*at)).count();
                let divides = if is_ratio { divides as f64 } else { 0.0 };
                add(
                    metric,
                    &[
                        value,
                        value * value,
                        divides,
                        divides * divides,
                        value * divides,
                        prior,
                        prior * prior,
                        value * prior,
                    ],
                );
            }
        }
    }
    sums.retain(|_, values| values.iter().any(|value| *value != 0.0));
    sums
}

/// The same of the database.
fn stored(db: &TestDatabase) -> BTreeMap<Key, Vec<f64>> {
    let segment = "iif(dimension = 'day', cast(strftime('%s', segment) / 86400 AS TEXT), segment)";
    let units = format!(
        "SELECT json_array(json_array(experiment, dimension, {segment}, variation, ''), json_array(units)) AS doc
         FROM unit_rollups WHERE units <> 0"
    );
    let sums = format!(
        "SELECT json_array(json_array(experiment, dimension, {segment}, variation, metric),
           json_array(sum, squares, denominator, denominator_squares, products, prior, prior_squares, prior_products))
           AS doc
         FROM metric_rollups
         WHERE sum <> 0 OR squares <> 0 OR denominator <> 0 OR products <> 0 OR prior <> 0 OR prior_products <> 0"
    );
    let all = [units, sums].map(|sql| block_on(rows::<(Key, Vec<f64>)>(db, Statement::new(sql))).unwrap());
    all.into_iter().flatten().collect()
}

fn done() -> impl Strategy<Value = Vec<Done>> {
    prop::collection::vec((0u8..5, -40i64..400, 0u8..10), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn each_event_counts_once_however_often_and_in_whatever_order_it_comes(
        done in done(),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        sizes in prop::collection::vec(1usize..9, 1..20),
    ) {
        let (db, store) = shop();
        let all: Vec<_> = done.iter().enumerate().map(|(i, (visitor, hours, kind))| {
            (sender(*visitor), event(&format!("event-{i:03}"), NOW + hours * HOUR, what(*kind)))
        }).collect();
        // Some more than once, then all, so that none is missing.
        let repeated = order.iter().map(|index| index.get(&all).clone());
        let mut stream: Vec<_> = repeated.chain(all.iter().rev().cloned()).collect();
        let mut sizes = sizes.into_iter().cycle();
        while !stream.is_empty() {
            let size = sizes.next().unwrap().min(stream.len());
            let batch: Vec<_> = stream.drain(..size).collect();
            record(&store, &batch, NOW + 20 * DAY);
        }
        prop_assert_eq!(stored(&db), model(&done));
    }
}
