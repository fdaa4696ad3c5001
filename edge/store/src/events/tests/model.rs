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
        8 => exposure("shares", 0),
        9 => exposure("shares", 1),
        _ => page(),
    }
}

/// A metric of `shop`.
struct Measure {
    name: &'static str,
    is_share: bool,
    kind: &'static str,
    in_eur: bool,
    is_ratio: bool,
    window: (i64, i64),
    cap: f64,
    is_quantile: bool,
    activation: Option<&'static str>,
}

const ORDERS: Measure = Measure {
    name: "conversion",
    is_share: true,
    kind: "order_placed",
    in_eur: false,
    is_ratio: false,
    window: (0, DAY),
    cap: f64::INFINITY,
    is_quantile: false,
    activation: None,
};
const AMOUNTS: Measure =
    Measure { name: "revenue", is_share: false, in_eur: true, window: (0, 14 * DAY), cap: 5000.0, ..ORDERS };
const BEGUN: Option<&str> = Some("checkout_begun");
const METRICS: [Measure; 8] = [
    ORDERS,
    AMOUNTS,
    Measure { name: "order-value", is_ratio: true, cap: f64::INFINITY, ..AMOUNTS },
    Measure { name: "return", kind: "page_view", window: (DAY, 14 * DAY), ..ORDERS },
    Measure { name: "pages", is_share: false, kind: "page_view", window: (0, 14 * DAY), ..ORDERS },
    Measure { name: "spend", is_quantile: true, cap: 9000.0, ..AMOUNTS },
    Measure { name: "finish", activation: BEGUN, ..ORDERS },
    Measure { name: "spend-then", is_quantile: true, cap: f64::INFINITY, activation: BEGUN, ..AMOUNTS },
];

type Key = (String, String, String, String, String);

/// Units (with an empty metric), sums, and units by bucket (`METRIC in BUCKET`), by experiment, dimension, segment,
/// variation and metric.
fn model(done: &[Done]) -> BTreeMap<Key, Vec<f64>> {
    let mut sums: BTreeMap<Key, Vec<f64>> = BTreeMap::new();
    for (experiment, start, stop) in
        [("layout", NOW, i64::MAX), ("promise", NOW + HOUR, NOW + 2 * DAY), ("shares", NOW, i64::MAX)]
    {
        let visitors: BTreeSet<u8> = done.iter().map(|(visitor, ..)| *visitor).collect();
        for visitor in visitors {
            let own =
                || done.iter().filter(|(v, ..)| *v == visitor).map(|(_, h, k)| (NOW + h * HOUR, what(*k)));
            let seen: Vec<(i64, String)> = own()
                .filter_map(|(at, what)| match what {
                    What::Exposure { experiment: key, variation, .. } if key.as_str() == experiment => {
                        (start..stop).contains(&at).then(|| (at, variation.as_str().to_owned()))
                    }
                    _ => None,
                })
                .collect();
            let Some((first, earliest)) = seen.iter().min().cloned() else { continue };
            let kinds: BTreeSet<&str> = seen.iter().map(|(_, variation)| variation.as_str()).collect();
            // A bandit's shares move: there the first counts.
            let is_clear = kinds.len() == 1 || experiment == "shares";
            let variation = if is_clear { earliest } else { String::new() };
            let from = sender(visitor);
            let segments = [
                ("day", (first / DAY).to_string()),
                ("country", from.country.unwrap_or_default()),
                ("device", from.device.token().to_owned()),
                ("day_device", format!("{} {}", first / DAY, from.device.token())),
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
            for metric in METRICS {
                let does = |kind: &'static str| {
                    own().filter(move |(_, what)| what.kind().token() == kind).map(|(at, _)| at)
                };
                // From the exposure on, or from what has to be done after it.
                let began = match metric.activation {
                    None => Some(first),
                    Some(kind) => does(kind).filter(|at| (first..stop).contains(at)).min(),
                };
                let Some(began) = began else { continue };
                let total = |counts: &dyn Fn(i64) -> bool| {
                    let events = own().filter(|(at, what)| what.kind().token() == metric.kind && counts(*at));
                    let amounts = events.map(|(_, what)| match what {
                        What::OrderPlaced { revenue }
                            if metric.in_eur && revenue.currency == Currency::EUR =>
                        {
                            revenue.minor as f64
                        }
                        _ => f64::from(u8::from(!metric.in_eur)),
                    });
                    let sum: f64 = amounts.sum();
                    if metric.is_share { sum.min(1.0) } else { sum.min(metric.cap) }
                };
                let window = began + metric.window.0..began + metric.window.1;
                let after = |at: i64| at >= began && window.contains(&at) && at < stop;
                let value = total(&after);
                // From then on people were split, whoever counted them.
                let split = if experiment == "promise" { NOW - 20 * HOUR } else { first };
                let prior = total(&|at| at < first.min(split) && at >= first - PRIOR);
                let divides = does(metric.kind).filter(|at| after(*at)).count();
                let divides = if metric.is_ratio { divides as f64 } else { 0.0 };
                if metric.is_quantile && value > 0.0 {
                    add(&format!("{} in {}", metric.name, Histogram::bucket(value)), &[1.0]);
                }
                add(
                    metric.name,
                    &[
                        value,
                        value * value,
                        divides,
                        divides * divides,
                        value * divides,
                        prior,
                        prior * prior,
                        value * prior,
                        f64::from(u8::from(metric.activation.is_some())),
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
    let segment = "iif(dimension LIKE 'day%',
      cast(strftime('%s', substr(segment, 1, 10)) / 86400 AS TEXT) || substr(segment, 11), segment)";
    let units = format!(
        "SELECT json_array(json_array(experiment, dimension, {segment}, variation, ''), json_array(units)) AS doc
         FROM unit_rollups WHERE units <> 0"
    );
    let sums = format!(
        "SELECT json_array(json_array(experiment, dimension, {segment}, variation, metric),
           json_array(sum, squares, denominator, denominator_squares, products, prior, prior_squares, prior_products,
             activated)) AS doc
         FROM metric_rollups
         WHERE sum <> 0 OR squares <> 0 OR denominator <> 0 OR products <> 0 OR prior <> 0 OR prior_products <> 0
           OR activated <> 0"
    );
    let buckets = format!(
        "SELECT json_array(json_array(experiment, dimension, {segment}, variation, metric || ' in ' || bucket),
           json_array(units)) AS doc
         FROM metric_histograms WHERE units <> 0"
    );
    let all =
        [units, sums, buckets].map(|sql| block_on(rows::<(Key, Vec<f64>)>(db, Statement::new(sql))).unwrap());
    all.into_iter().flatten().collect()
}

fn done() -> impl Strategy<Value = Vec<Done>> {
    prop::collection::vec((0u8..5, -40i64..400, 0u8..12), 1..40)
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
