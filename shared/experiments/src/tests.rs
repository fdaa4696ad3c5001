//! Designs, the course of an experiment, and what is read out of sums.

use super::*;
use orilla_events::{EventKind, ExperimentKey};
use orilla_stats::{Histogram, Random, SplitMix64, quantile_of};
use proptest::prelude::*;

const NOW: i64 = 1_760_000_000_000;

pub(crate) fn key(text: &str) -> MetricKey {
    MetricKey::parse(text).unwrap()
}

pub(crate) fn metric(kind: MetricKind, goal: Goal) -> Metric {
    Metric {
        name: "A metric".into(),
        description: String::new(),
        kind,
        event: EventKind::OrderPlaced,
        from_days: 0,
        days: 14,
        cap: None,
        goal,
        percentile: None,
        activation: None,
    }
}

pub(crate) fn design() -> Design {
    let variation = |key: &str| Variation { key: key.into(), name: format!("The {key}"), weight: 0.5 };
    Design {
        name: "Cards".into(),
        hypothesis: "Large pictures sell more.".into(),
        audience: String::new(),
        flag: "card-layout".into(),
        variations: vec![variation("plain"), variation("large")],
        primary: key("conversion"),
        secondary: vec![key("revenue")],
        guardrails: vec![key("checkout")],
        baseline: 0.1,
        deviation: None,
        effect: 0.1,
        traffic: 1_000.0,
        bandit: None,
    }
}

pub(crate) fn defined(key: &MetricKey) -> Option<Metric> {
    match key.as_str() {
        "conversion" | "checkout" => Some(metric(MetricKind::Share, Goal::More)),
        "revenue" => Some(metric(MetricKind::Revenue, Goal::More)),
        _ => None,
    }
}

fn running() -> Experiment {
    let key = ExperimentKey::parse("card-layout").unwrap();
    Experiment::new(key, design(), "Ada", NOW).started(defined, "Ada", NOW).unwrap()
}

/// `[units, conversions, checkouts]` of each variation, all of one day.
pub(crate) fn sums(variations: &[[u64; 3]]) -> Rollups {
    let mut rollups = Rollups::default();
    for (variation, [units, orders, checkouts]) in variations.iter().enumerate() {
        let variation = ["plain", "large"][variation].to_owned();
        for (dimension, segment) in [("day", "2026-11-01"), ("country", "ES"), ("device", "phone")] {
            let (dimension, segment) = (dimension.to_owned(), segment.to_owned());
            rollups.units.push(UnitRow {
                dimension: dimension.clone(),
                segment: segment.clone(),
                variation: variation.clone(),
                units: *units,
            });
            for (metric, count, size) in
                [("conversion", orders, 1.0), ("checkout", checkouts, 1.0), ("revenue", orders, 20.0)]
            {
                let count = *count as f64;
                let sums = Sums { sum: count * size, squares: count * size * size, ..Sums::default() };
                let (dimension, segment) = (dimension.clone(), segment.clone());
                let variation = variation.clone();
                rollups.sums.push(SumRow {
                    dimension,
                    segment,
                    variation,
                    metric: metric.into(),
                    activated: 0,
                    sums,
                });
            }
        }
    }
    rollups
}

fn verdict(variations: &[[u64; 3]]) -> Verdict {
    analyse(&running(), &sums(variations), NOW).reading.verdict
}

#[test]
fn a_result_is_read_by_the_sequential_test() {
    assert_eq!(verdict(&[[0, 0, 0], [0, 0, 0]]), Verdict::NoData);
    assert!(matches!(
        verdict(&[[20_000, 2_000, 3_000], [20_000, 2_400, 3_000]]),
        Verdict::Better { variation: 1, uplift, .. } if (uplift - 0.2).abs() < 1e-9
    ));
    assert!(matches!(
        verdict(&[[20_000, 2_400, 3_000], [20_000, 2_000, 3_000]]),
        Verdict::Worse { variation: 1, .. }
    ));
    assert!(matches!(verdict(&[[400_000, 40_000, 60_000], [400_000, 40_100, 60_000]]), Verdict::Even { .. }));
    // The test for one look calls this a win, which it would not be for somebody who looks every day.
    let early = analyse(&running(), &sums(&[[1_000, 100, 200], [1_000, 135, 200]]), NOW);
    let compared = early.metrics[0].variants[1].compared.as_ref().unwrap().as_ref().unwrap();
    assert!(compared.once.as_ref().unwrap().p_value < 0.05 && compared.any_time.p_value > 0.05);
    assert!(matches!(early.reading.verdict, Verdict::Open { days: Some(days), .. } if days > 1.0));
}

#[test]
fn what_is_broken_is_not_read() {
    assert_eq!(
        verdict(&[[20_000, 2_000, 3_000], [22_000, 2_900, 3_000]]),
        Verdict::Broken(Broken::SampleRatio)
    );
    let mut mixed = sums(&[[20_000, 2_000, 3_000], [20_000, 2_400, 3_000]]);
    mixed.units.push(UnitRow {
        dimension: "day".into(),
        segment: "2026-11-01".into(),
        variation: String::new(),
        units: 900,
    });
    let found = analyse(&running(), &mixed, NOW);
    assert_eq!(found.reading.verdict, Verdict::Broken(Broken::MultipleExposures));
    assert_eq!(found.units, [20_000, 20_000]);
}

/// With a variation in which the checkout is broken, say, nobody orders: it shows no spread, and is the worst there can be.
#[test]
fn a_variation_that_nobody_orders_with_is_worse_and_harms() {
    let found = analyse(&running(), &sums(&[[10_000, 300, 300], [10_000, 0, 0]]), NOW);
    assert!(
        matches!(found.reading.verdict, Verdict::Worse { variation: 1, uplift, interval }
            if (uplift + 1.0).abs() < 1e-9 && interval.high < -0.5),
        "{:?}",
        found.reading
    );
    assert_eq!(found.reading.harmed, [(key("checkout"), 1)]);
    assert!(found.timeline[0].variants[0].is_some());
    // The other way round there is no relative uplift, and no doubt.
    let found = analyse(&running(), &sums(&[[10_000, 0, 300], [10_000, 300, 300]]), NOW);
    assert!(
        matches!(found.reading.verdict, Verdict::Better { variation: 1, uplift, interval }
            if uplift.is_infinite() && interval.low > 1.0),
        "{:?}",
        found.reading
    );
    // A guardrail of which less is better, and of which the control has none.
    let mut experiment = running();
    experiment.measured[2].metric.goal = Goal::Less;
    let found = analyse(&experiment, &sums(&[[10_000, 300, 0], [10_000, 300, 300]]), NOW);
    assert_eq!(found.reading.harmed, [(key("checkout"), 1)]);
}

#[test]
fn a_guardrail_that_gets_worse_is_named() {
    let found = analyse(&running(), &sums(&[[20_000, 2_000, 4_000], [20_000, 2_400, 3_400]]), NOW);
    assert_eq!(found.reading.harmed, [(key("checkout"), 1)]);
    assert!(matches!(found.reading.verdict, Verdict::Better { .. }));
    assert_eq!(found.timeline.len(), 1);
    assert_eq!(found.timeline[0].units, 40_000);
    assert_eq!(found.segments.len(), 2);
    assert_eq!(found.segments[0].report.as_ref().unwrap().segments[0].name, "ES");
}

/// An experiment whose primary metric is this one.
pub(crate) fn measuring(primary: &Metric) -> Experiment {
    let key_of = ExperimentKey::parse("card-layout").unwrap();
    let metric =
        |name: &MetricKey| if *name == key("conversion") { Some(primary.clone()) } else { defined(name) };
    Experiment::new(key_of, design(), "Ada", NOW).started(metric, "Ada", NOW).unwrap()
}

#[test]
fn a_quantile_is_compared_as_the_values_of_its_visitors_are() {
    let median = Metric { percentile: Some(50), ..metric(MetricKind::RevenueQuantile, Goal::More) };
    let mut dice = SplitMix64::new(11);
    let mut rollups = sums(&[[20_000, 2_000, 4_000], [20_000, 2_000, 4_000]]);
    let mut values = [Vec::new(), Vec::new()];
    // Orders of a tenth of the visitors, over two days; those of the second variation are a fifth larger.
    for (variation, (values, scale)) in values.iter_mut().zip([1.0, 1.2]).enumerate() {
        for day in ["2026-11-01", "2026-11-02"] {
            let own: Vec<f64> =
                (0..1_000).map(|_| (scale * (8.0 + 0.6 * dice.normal()).exp()).round()).collect();
            for (dimension, segment) in [("day", day), ("country", "ES"), ("device", "phone")] {
                rollups.histograms.push(HistogramRow {
                    dimension: dimension.into(),
                    segment: segment.into(),
                    variation: ["plain", "large"][variation].into(),
                    metric: "conversion".into(),
                    values: own.iter().copied().collect(),
                });
            }
            values.extend(own);
        }
    }
    let found = analyse(&measuring(&median), &rollups, NOW);
    let result = &found.metrics[0];
    for (variant, values) in result.variants.iter().zip(&mut values) {
        let (own, exact) = (variant.estimate.as_ref().unwrap(), quantile_of(values, 0.5).unwrap());
        assert_eq!((variant.units, own.n()), (2_000, exact.n()), "those who have a value");
        assert!((own.mean() / exact.mean() - 1.0).abs() < Histogram::ERROR);
        assert!((own.standard_error() / exact.standard_error() - 1.0).abs() < 0.1);
    }
    let compared = result.variants[1].compared.as_ref().unwrap().as_ref().unwrap();
    assert!(compared.any_time.interval.contains(0.2) && !compared.is_adjusted, "{compared:?}");
    assert!(matches!(found.reading.verdict, Verdict::Better { variation: 1, .. }), "{:?}", found.reading);
    // Day by day, and in segments.
    let counted: Vec<_> = found.timeline.iter().map(|point| point.units).collect();
    assert_eq!(counted, [2_000, 4_000]);
    let of_phones = found.segments.iter().find(|table| table.dimension == "device").unwrap();
    let effect = of_phones.report.as_ref().unwrap().segments[0].test;
    assert!((effect.uplift - compared.once.as_ref().unwrap().uplift).abs() < 1e-9);
    // Nobody has a value: there is no number, and the page says so.
    rollups.histograms.clear();
    let nothing = analyse(&measuring(&median), &rollups, NOW);
    assert_eq!(nothing.reading.verdict, Verdict::NoData);
}

/// As `sums`, and of so many visitors the primary metric counts these.
fn activated(rollups: &mut Rollups, counts: [u64; 2]) {
    for row in rollups.sums.iter_mut().filter(|row| row.metric == "conversion") {
        row.activated = counts[usize::from(row.variation == "large")];
    }
}

#[test]
fn those_who_did_something_are_counted_alone_and_their_split_is_looked_at() {
    let only = Metric { activation: Some(EventKind::CheckoutBegun), ..metric(MetricKind::Share, Goal::More) };
    let mut rollups = sums(&[[20_000, 2_000, 4_000], [20_000, 2_400, 4_000]]);
    activated(&mut rollups, [4_000, 4_000]);
    let found = analyse(&measuring(&only), &rollups, NOW);
    assert_eq!(found.units, [20_000, 20_000]);
    let result = &found.metrics[0];
    let shares: Vec<_> =
        result.variants.iter().map(|variant| variant.estimate.as_ref().unwrap().mean()).collect();
    assert_eq!(shares, [0.5, 0.6]);
    let own = result.activated.as_ref().unwrap();
    assert_eq!((own.units.as_slice(), own.is_uneven()), (&[4_000, 4_000][..], false));
    assert!(matches!(found.reading.verdict, Verdict::Better { uplift, .. } if (uplift - 0.2).abs() < 1e-9));
    assert_eq!(found.timeline[0].units, 8_000);
    assert!(found.metrics[1].activated.is_none());
    // One variation brings more people to the checkout: what they do there is no longer comparable.
    activated(&mut rollups, [4_000, 4_600]);
    let uneven = analyse(&measuring(&only), &rollups, NOW);
    assert_eq!(uneven.reading.verdict, Verdict::Broken(Broken::Activation));
}

#[test]
fn an_experiment_goes_one_way() {
    let key = ExperimentKey::parse("card-layout").unwrap();
    let draft = Experiment::new(key, design(), "Ada", NOW);
    assert_eq!(draft.status(), Status::Draft);
    let decision = |variation| Decision { variation, note: "more orders".into() };
    assert_eq!(draft.clone().stopped("Ada", NOW), Err(Refusal::NotRunning));
    assert_eq!(draft.clone().decided(decision(0), "Ada", NOW), Err(Refusal::NotStopped));
    assert_eq!(draft.clone().started(|_| None, "Ada", NOW), Err(Refusal::MetricGone));
    let running = draft.redesigned(design(), "Eve", NOW).unwrap().started(defined, "Ada", NOW + 1).unwrap();
    let roles: Vec<_> = running.measured.iter().map(|measured| measured.role).collect();
    assert_eq!(roles, [Role::Primary, Role::Secondary, Role::Guardrail]);
    assert_eq!(running.clone().redesigned(design(), "Ada", NOW), Err(Refusal::Started));
    assert_eq!(running.clone().started(defined, "Ada", NOW), Err(Refusal::Started));
    let stopped = running.stopped("Ada", NOW + 2).unwrap();
    assert_eq!(stopped.clone().decided(decision(2), "Ada", NOW), Err(Refusal::NoSuchVariation));
    let decided = stopped.decided(decision(1), "Ada", NOW + 3).unwrap();
    assert_eq!((decided.status(), decided.version, decided.log.len()), (Status::Decided, 5, 5));
    assert_eq!(decided.clone().decided(decision(0), "Ada", NOW), Err(Refusal::Decided));
    let text = serde_json::to_string(&decided).unwrap();
    assert_eq!(serde_json::from_str::<Experiment>(&text).unwrap(), decided);
}

#[track_caller]
fn check_fault(edit: impl FnOnce(&mut DesignForm), expected: &str) {
    let mut form = DesignForm::of(&design(), MetricKind::Share);
    edit(&mut form);
    let faults = form.check("card-layout", &design().variations, defined).unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.field).collect::<Vec<_>>(), [expected], "{faults:?}");
}

#[test]
fn a_design_says_what_is_wrong_with_it() {
    let form = DesignForm::of(&design(), MetricKind::Share);
    assert_eq!((form.baseline.as_str(), form.effect.as_str()), ("10", "10"));
    assert_eq!(form.check("card-layout", &design().variations, defined), Ok(design()));
    check_fault(|form| form.name = "  ".into(), "name");
    check_fault(|form| form.hypothesis = "x".repeat(1_001), "hypothesis");
    check_fault(|form| form.primary = "gone".into(), "primary");
    check_fault(|form| form.secondary = vec!["conversion".into()], "secondary");
    check_fault(|form| form.guardrails = vec!["revenue".into()], "guardrails");
    check_fault(|form| form.baseline = "100".into(), "baseline");
    check_fault(|form| form.effect = "0".into(), "effect");
    check_fault(|form| form.traffic = "many".into(), "traffic");
    let means = |form: &mut DesignForm| {
        form.primary = "revenue".into();
        form.secondary = Vec::new();
    };
    check_fault(means, "deviation");
}

#[test]
fn a_metric_says_what_is_wrong_with_it() {
    let good = MetricForm::of(&key("orders"), &metric(MetricKind::Revenue, Goal::More));
    assert_eq!(good.check().unwrap(), (key("orders"), metric(MetricKind::Revenue, Goal::More)));
    let check = |edit: &dyn Fn(&mut MetricForm), expected: &str| {
        let mut form = good.clone();
        edit(&mut form);
        let faults = form.check().unwrap_err();
        assert_eq!(faults.iter().map(|fault| fault.field).collect::<Vec<_>>(), [expected], "{faults:?}");
    };
    check(&|form| form.key = "Orders".into(), "key");
    check(&|form| form.name.clear(), "name");
    check(&|form| form.kind = "median".into(), "kind");
    check(&|form| form.event = "page_view".into(), "event");
    check(&|form| form.event = "exposure".into(), "event");
    check(&|form| form.days = "61".into(), "days");
    check(&|form| form.from_days = "14".into(), "days");
    check(&|form| form.cap = "0".into(), "cap");
    check(&|form| form.goal = "bigger".into(), "goal");
    check(&|form| form.activation = "exposure".into(), "activation");
    check(&|form| form.activation = "asleep".into(), "activation");
    // Only a quantile asks for one.
    for percentile in ["", "0", "100", "half"] {
        let edit = |form: &mut MetricForm| {
            form.kind = "revenue_quantile".into();
            form.percentile = percentile.into();
        };
        check(&edit, "percentile");
    }
    let typed = MetricForm { percentile: "100".into(), ..good.clone() };
    assert_eq!(typed.check().unwrap().1.percentile, None);
    let kind = MetricKind::RevenueQuantile.token().to_owned();
    let typed =
        MetricForm { percentile: "90".into(), kind, activation: "add_to_cart".into(), ..good.clone() };
    let (key, found) = typed.check().unwrap();
    assert_eq!((found.percentile, found.activation), (Some(90), Some(EventKind::AddToCart)));
    assert_eq!(MetricForm::of(&key, &found), typed);
}

#[test]
fn looking_any_time_costs_some_visitors() {
    let of = |kind| metric(kind, Goal::More);
    let share = of(MetricKind::Share);
    let found = need(&design(), &share).unwrap();
    // statsmodels: NormalIndPower and samplesize_proportions_2indep give 14,750 a group for 10 % against 11 %.
    assert!((found.once / 2.0 - 14_750.0).abs() < 60.0, "{found:?}");
    assert!(found.any_time > found.once && found.any_time < 4.0 * found.once, "{found:?}");
    assert!((found.days - found.any_time / 1_000.0).abs() < 1e-6);
    assert!(found.detectable > 0.1);
    let mean = Design { baseline: 500.0, deviation: Some(2_000.0), ..design() };
    let plain = need(&mean, &of(MetricKind::Revenue)).unwrap().once;
    assert!(plain > found.once);
    // Of skewed amounts, the median needs fewer than the mean, and a far quantile needs more.
    let at = |percentile| {
        let metric = Metric { percentile: Some(percentile), ..of(MetricKind::RevenueQuantile) };
        need(&mean, &metric).unwrap().once
    };
    assert!(at(50) < plain && at(99) > at(50), "{} {} {plain}", at(50), at(99));
    assert!(need(&Design { effect: 0.0, ..design() }, &share).is_err());
}

proptest! {
    #[test]
    fn whatever_the_sums_are_there_is_a_reading(
        numbers in prop::collection::vec((0u64..50_000, 0u64..50_000, 0u64..50_000), 2),
    ) {
        let variations: Vec<_> = numbers.iter().map(|(n, a, b)| [*n, *a.min(n), *b.min(n)]).collect();
        let found = analyse(&running(), &sums(&variations), NOW);
        let all: u64 = variations.iter().map(|row| row[0]).sum();
        prop_assert_eq!(found.units.iter().sum::<u64>(), all);
        if let Verdict::Better { uplift, interval, .. } = found.reading.verdict {
            prop_assert!(uplift > 0.0 && interval.contains(uplift) && interval.low > 0.0);
        }
    }
}
