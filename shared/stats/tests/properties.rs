//! What holds for all data: partial statistics add up in any order, and no method answers NaN.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code"
)]

use orilla_stats::bandit::{Belief, Period, TopTwo, adaptive_means};
use orilla_stats::causal::{CALIPER, Observation, Study};
use orilla_stats::{
    BayesOptions, Correction, Estimate, Joint, Moments, Prior, SequentialOptions, Shape, Tail, TestOptions,
    Uplift, WithCovariate, adjust, bayes, clustered_quantile_of, cuped, outlook, quantile_of, sample_ratio,
    sequential, welch,
};
use proptest::prelude::*;
use serde_json::{Value, to_value};

/// Ordinary values, and those at the edges.
fn values(most: usize) -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![
        5 => -100.0..100.0f64,
        2 => Just(0.0),
        2 => Just(1.0),
        1 => 1e9..1e9 + 10.0,
        1 => 1e-9..1e-8f64,
    ];
    prop::collection::vec(value, 0..most)
}

#[track_caller]
fn near(a: f64, b: f64, scale: f64) {
    assert!((a - b).abs() <= 1e-9 * scale.max(1e-300), "{a} {b}");
}

/// The same within rounding: relative to the size of the values, not of what is left after they cancel.
#[track_caller]
fn same(a: &Joint, b: &Joint, all: &[f64]) {
    let largest = all.iter().fold(0.0f64, |most, value| most.max(value.abs()));
    assert_eq!(a.n(), b.n());
    if a.n() < 2 {
        return;
    }
    near(a.x().mean().unwrap(), b.x().mean().unwrap(), largest);
    near(a.x().variance().unwrap(), b.x().variance().unwrap(), largest * largest);
    near(a.y().variance().unwrap(), b.y().variance().unwrap(), largest * largest);
    near(a.covariance().unwrap(), b.covariance().unwrap(), largest * largest);
}

/// Serialised answers write NaN and infinities as null.
fn assert_numbers(value: &Value, what: &str) {
    match value {
        Value::Null => panic!("{what} holds a number that is none"),
        Value::Array(items) => items.iter().for_each(|item| assert_numbers(item, what)),
        Value::Object(items) => {
            items.iter().for_each(|(name, item)| assert_numbers(item, &format!("{what}.{name}")))
        }
        _ => {}
    }
}

fn with_squares(values: &[f64]) -> Joint {
    values.iter().map(|value| (*value, value * 0.5 + 1.0)).collect()
}

proptest! {
    #[test]
    fn merging_is_associative_and_the_same_as_one_pass(a in values(40), b in values(40), c in values(40)) {
        let all = [a.clone(), b.clone(), c.clone()].concat();
        let [x, y, z] = [&a, &b, &c].map(|part| with_squares(part));
        let scale: Vec<f64> = all.iter().copied().chain([1.0]).collect();
        same(&x.merge(y).merge(z), &x.merge(y.merge(z)), &scale);
        same(&x.merge(y).merge(z), &z.merge(x).merge(y), &scale);
        same(&x.merge(y).merge(z), &with_squares(&all), &scale);
    }

    #[test]
    fn sums_are_as_good_as_units(all in prop::collection::vec(-50.0..50.0f64, 2..60)) {
        let sum: f64 = all.iter().sum();
        let squares: f64 = all.iter().map(|x| x * x).sum();
        let by_sums = Moments::from_sums(all.len() as u64, sum, squares).unwrap();
        let by_units: Moments = all.iter().copied().collect();
        near(by_sums.mean().unwrap(), by_units.mean().unwrap(), 50.0);
        near(by_sums.variance().unwrap(), by_units.variance().unwrap(), 2500.0);
    }

    #[test]
    fn comparisons_answer_numbers_or_a_reason(a in values(30), b in values(30), null in -1.0..1.0f64) {
        let (x, y) = (with_squares(&a), with_squares(&b));
        let plain = |joint: &Joint| Estimate::mean_of(&joint.x());
        let ratio = |joint: &Joint| Estimate::ratio(joint, Shape::Number, Shape::Number);
        let pairs = [
            plain(&x).and_then(|a| Ok((a, plain(&y)?))),
            ratio(&x).and_then(|a| Ok((a, ratio(&y)?))),
            cuped(&WithCovariate::numbers(x), &WithCovariate::numbers(y)),
            quantile_of(&mut a.clone(), 0.5).and_then(|left| Ok((left, quantile_of(&mut b.clone(), 0.5)?))),
            clustered_quantile_of(std::slice::from_ref(&a), 0.5).and_then(|left| Ok((left, plain(&y)?))),
        ];
        for (control, variant) in pairs.into_iter().flatten() {
            for uplift in [Uplift::Relative, Uplift::Absolute] {
                let options = TestOptions { uplift, tail: Tail::Both, alpha: 0.05, null };
                if let Ok(test) = welch(&control, &variant, &options) {
                    assert_numbers(&to_value(test).unwrap(), "welch");
                    prop_assert!((0.0..=1.0).contains(&test.p_value));
                }
                let options = SequentialOptions { uplift, null, ..SequentialOptions::default() };
                if let Ok(test) = sequential(&control, &variant, &options) {
                    assert_numbers(&to_value(test).unwrap(), "sequential");
                    prop_assert!((0.0..=1.0).contains(&test.p_value));
                }
                let prior = Some(Prior { mean: null, variance: 0.1, uplift: Uplift::Relative });
                let options = BayesOptions { uplift, prior, ..BayesOptions::default() };
                if let Ok(posterior) = bayes(&control, &variant, &options) {
                    assert_numbers(&to_value(posterior).unwrap(), "bayes");
                    prop_assert!((0.0..=1.0).contains(&posterior.chance_to_win));
                    prop_assert!(posterior.risk_of_control >= 0.0 && posterior.risk_of_variant >= 0.0);
                }
                if let Ok(seen) = outlook(&control, &variant, 0.05, uplift, &Default::default(), 5000.0) {
                    assert_numbers(&to_value(seen).unwrap(), "outlook");
                }
            }
        }
    }

    #[test]
    fn the_sequential_interval_excludes_the_null_exactly_when_p_is_below_alpha(
        successes in 50u64..150, others in 50u64..150, alpha in 0.001..0.3f64,
    ) {
        let (a, b) = (Estimate::proportion(1000, successes).unwrap(), Estimate::proportion(1000, others).unwrap());
        let options = SequentialOptions { alpha, uplift: Uplift::Absolute, ..SequentialOptions::default() };
        let test = sequential(&a, &b, &options).unwrap();
        prop_assert_eq!(test.p_value < alpha, !test.interval.contains(0.0));
        let fixed = welch(&a, &b, &TestOptions { alpha, uplift: Uplift::Absolute, ..TestOptions::default() }).unwrap();
        prop_assert_eq!(fixed.p_value < alpha, !fixed.interval.contains(0.0));
        prop_assert!(test.interval.low <= fixed.interval.low && fixed.interval.high <= test.interval.high);
    }

    #[test]
    fn corrections_only_raise_and_keep_the_order(p in prop::collection::vec(0.0..=1.0f64, 0..20)) {
        let holm = adjust(&p, Correction::Holm).unwrap();
        let fdr = adjust(&p, Correction::BenjaminiHochberg).unwrap();
        for (index, raw) in p.iter().enumerate() {
            prop_assert!(*raw <= fdr[index] + 1e-15 && fdr[index] <= holm[index] + 1e-15 && holm[index] <= 1.0);
            for (other, smaller) in p.iter().enumerate().filter(|(_, other)| *other < raw) {
                prop_assert!(holm[other] <= holm[index] && fdr[other] <= fdr[index], "{} {}", smaller, raw);
            }
        }
    }

    #[test]
    fn sample_ratios_answer_numbers_or_a_reason(
        units in prop::collection::vec(0u64..5000, 0..5), weights in prop::collection::vec(-0.1..2.0f64, 0..5),
    ) {
        if let Ok(ratio) = sample_ratio(&units, &weights) {
            assert_numbers(&to_value(&ratio).unwrap(), "sample ratio");
            prop_assert!((0.0..=1.0).contains(&ratio.p_value));
        }
    }

    #[test]
    fn bandits_answer_numbers_or_a_reason(
        arms in prop::collection::vec((0u64..3000, 0u64..3000), 1..5), least in 0.0..0.3f64,
    ) {
        let beliefs: Vec<Belief> = arms.iter().map(|(n, s)| Belief::of_conversions(n + s, *s)).collect();
        if let Ok(weights) = (TopTwo { least, ..TopTwo::default() }).weights(&beliefs) {
            prop_assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{:?}", weights);
            prop_assert!(weights.iter().all(|weight| *weight >= least - 1e-9));
            let arms = arms.iter().map(|(n, s)| Moments::from_successes(n + s, *s).unwrap()).collect();
            if let Ok(means) = adaptive_means(&[Period { weights, arms }]) {
                means.into_iter().flatten().for_each(|mean| assert_numbers(&to_value(mean).unwrap(), "adaptive"));
            }
        }
    }

    #[test]
    fn studies_answer_numbers_or_a_reason(
        units in prop::collection::vec((any::<bool>(), -3.0..3.0f64, -1i8..2, -5.0..5.0f64), 0..60),
    ) {
        let observations: Vec<Observation> = units
            .into_iter()
            .map(|(treated, x, kind, outcome)| Observation { treated, covariates: vec![x, f64::from(kind)], outcome })
            .collect();
        if let Ok(study) = Study::new(&observations) {
            if let Ok(estimate) = study.doubly_robust(0.05) {
                assert_numbers(&to_value(estimate).unwrap(), "doubly robust");
            }
            if let Ok(matched) = study.matched(CALIPER, 0.05) {
                assert_numbers(&to_value(&matched).unwrap(), "matched");
                prop_assert!(matched.pairs <= observations.len() as u64 / 2);
            }
        }
    }
}
