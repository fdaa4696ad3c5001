//! Data that can't answer, and the reason that is given.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code"
)]

use orilla_stats::causal::{CALIPER, Observation, Study};
use orilla_stats::{
    BayesOptions, Conversions, Demand, Estimate, Joint, Moments, MultipleExposures, Prior, SequentialOptions,
    Shape, Spread, Stratum, TestOptions, Undefined, Uplift, WithCovariate, bayes, clustered_quantile_of,
    cuped, minimum_detectable_effect, minimum_detectable_uplift, outlook, post_stratify, power,
    proportion_interval, quantile, quantile_of, sample_ratio, sample_size, sequential, two_proportions,
    welch,
};
use std::fmt::Debug;

#[track_caller]
fn refused<T: Debug + PartialEq>(answer: Result<T, Undefined>, expected: Undefined) {
    assert_eq!(answer, Err(expected));
}

/// Refuses a parameter of this name.
#[track_caller]
fn out_of_range<T: Debug>(answer: Result<T, Undefined>, parameter: &str) {
    match answer {
        Err(Undefined::InvalidParameter { name, .. }) if name == parameter => {}
        other => panic!("{other:?}, expected a refusal of {parameter}"),
    }
}

fn moments(values: &[f64]) -> Moments {
    values.iter().copied().collect()
}

fn proportion(n: u64, successes: u64) -> Estimate {
    Estimate::proportion(n, successes).unwrap()
}

#[test]
fn estimates() {
    refused(Estimate::proportion(0, 0), Undefined::NoUnits);
    out_of_range(Estimate::proportion(3, 4), "successes");
    refused(Estimate::mean_of(&Moments::default()), Undefined::NoUnits);
    refused(Estimate::mean_of(&moments(&[1.0])), Undefined::TooFewUnits { needed: 2, found: 1 });
    refused(Estimate::mean_of(&moments(&[1.0, f64::NAN])), Undefined::NotFinite);
    refused(Estimate::mean_of(&moments(&[f64::MAX, f64::MAX, -f64::MAX])), Undefined::NotFinite);
    out_of_range(Estimate::new(3, 1.0, -1.0), "the variance");
    let joint: Joint = [(1.0, 1.0), (2.0, -1.0)].into_iter().collect();
    refused(Estimate::ratio(&joint, Shape::Number, Shape::Number), Undefined::ZeroDenominator);
}

#[test]
fn sums() {
    out_of_range(Moments::from_sums(2, 10.0, 1.0), "the sum of squares");
    refused(Moments::from_sums(2, f64::INFINITY, 1.0), Undefined::NotFinite);
    assert_eq!(Moments::from_sums(0, 0.0, 0.0), Ok(Moments::default()));
    // A tenth, thirty times: the spread is rounding, not spread.
    let same = Moments::from_sums(30, 0.1 * 30.0, 0.01 * 30.0).unwrap();
    assert!(same.variance().unwrap() <= 0.0);
    let (x, y) = (moments(&[1.0, 2.0]), moments(&[1.0, 2.0, 3.0]));
    out_of_range(Joint::from_sums(x, y, 1.0), "the count");
    out_of_range(Joint::from_sums(x, x, 100.0), "the sum of products");
}

#[test]
fn comparisons() {
    let (none, some, all) = (proportion(100, 0), proportion(100, 5), proportion(100, 100));
    let test =
        |a: &Estimate, b: &Estimate, uplift| welch(a, b, &TestOptions { uplift, ..TestOptions::default() });
    refused(test(&none, &some, Uplift::Relative), Undefined::ZeroBaseline);
    refused(test(&none, &some, Uplift::Absolute), Undefined::NoVariance);
    refused(test(&some, &all, Uplift::Relative), Undefined::NoVariance);
    out_of_range(welch(&some, &some, &TestOptions { alpha: 0.0, ..TestOptions::default() }), "alpha");
    out_of_range(
        sequential(&some, &some, &SequentialOptions { tuning: 0.0, ..SequentialOptions::default() }),
        "the tuning parameter",
    );
    let with = |prior| BayesOptions { prior: Some(prior), ..BayesOptions::default() };
    let prior = Prior { mean: 0.0, variance: 0.0, uplift: Uplift::Relative };
    out_of_range(bayes(&some, &some, &with(prior)), "the prior's variance");
    let centred = Estimate::mean_of(&moments(&[-1.0, 1.0])).unwrap();
    let options = BayesOptions { uplift: Uplift::Absolute, ..with(Prior { variance: 1.0, ..prior }) };
    refused(bayes(&centred, &some, &options), Undefined::ZeroBaseline);
    assert!(test(&centred, &some, Uplift::Absolute).is_ok());
}

#[test]
fn proportions() {
    let of = |n, successes| Conversions { n, successes };
    refused(two_proportions(of(0, 0), of(5, 1), 0.05), Undefined::NoUnits);
    refused(two_proportions(of(5, 0), of(5, 0), 0.05), Undefined::NoVariance);
    refused(two_proportions(of(5, 5), of(5, 5), 0.05), Undefined::NoVariance);
    // Where the t test has no answer, this one has: nobody and five of a hundred.
    let test = two_proportions(of(100, 0), of(100, 5), 0.05).unwrap();
    assert!(test.relative.is_none() && test.interval.low < 0.05 && test.interval.high > 0.05, "{test:?}");
    assert!(proportion_interval(of(10, 0), 0.05).unwrap().high < 0.3);
    out_of_range(proportion_interval(of(10, 11), 0.05), "successes");
}

#[test]
fn quantiles() {
    refused(quantile(&[], 0.5), Undefined::NoUnits);
    out_of_range(quantile(&[1.0], 1.1), "the level");
    assert_eq!(quantile(&[1.0, 2.0], 1.0), Ok(2.0));
    refused(quantile_of(&mut [1.0; 20], 0.5), Undefined::NoVariance);
    refused(quantile_of(&mut [1.0, 2.0], 0.5), Undefined::TooFewUnits { needed: 4, found: 2 });
    refused(quantile_of(&mut [1.0, f64::NAN, 2.0], 0.5), Undefined::NotFinite);
    // A thousand equal ones are taken as they are: gbstats' least spread.
    assert!(quantile_of(&mut [1.0; 1000], 0.5).unwrap().variance() > 0.0);
    refused(
        clustered_quantile_of(&[vec![1.0, 2.0, 3.0, 4.0, 5.0]], 0.5),
        Undefined::TooFewUnits { needed: 2, found: 1 },
    );
}

#[test]
fn covariates() {
    let joint = |rows: &[(f64, f64)]| WithCovariate::numbers(rows.iter().copied().collect());
    // A covariate that says everything leaves nothing to compare.
    let (a, b) =
        (joint(&[(1.0, 2.0), (2.0, 4.0), (3.0, 6.0)]), joint(&[(2.0, 4.0), (3.0, 6.0), (5.0, 10.0)]));
    let (a, b) = cuped(&a, &b).unwrap();
    refused(welch(&a, &b, &TestOptions::default()), Undefined::NoVariance);
    refused(post_stratify(&[]), Undefined::NoUnits);
    let thin = Stratum { control: moments(&[1.0, 2.0]), variant: moments(&[1.0]) };
    refused(post_stratify(&[thin]), Undefined::TooFewUnits { needed: 2, found: 1 });
}

#[test]
fn health() {
    out_of_range(sample_ratio(&[5], &[1.0, 1.0]), "the weights");
    out_of_range(sample_ratio(&[5, 5], &[1.0, 0.0]), "the weights");
    out_of_range(sample_ratio(&[5, 5], &[1.0, -1.0]), "a weight");
    refused(sample_ratio(&[0, 0], &[1.0, 1.0]), Undefined::NoUnits);
    // A variant without traffic does not count.
    let two = sample_ratio(&[1000, 1100], &[0.5, 0.5]).unwrap();
    let three = sample_ratio(&[1000, 1100, 3], &[0.5, 0.5, 0.0]).unwrap();
    assert!((two.p_value - three.p_value).abs() < 1e-15 && !two.mismatch());
    assert!(sample_ratio(&[1000, 1200], &[0.5, 0.5]).unwrap().mismatch());
    assert!(!MultipleExposures::default().too_many() && !MultipleExposures { units: 1, of: 100 }.too_many());
    assert!(MultipleExposures { units: 2, of: 100 }.too_many());
}

#[test]
fn plans() {
    let spread = Spread::of_proportions(0.1, 0.11, 1.0);
    let demand = Demand::default();
    out_of_range(sample_size(0.0, spread, &demand), "the effect");
    refused(power(0.1, 10.0, Spread::of_proportions(0.0, 0.0, 1.0), 0.05), Undefined::NoVariance);
    out_of_range(minimum_detectable_effect(0.0, spread, &demand), "the number of units");
    assert_eq!(minimum_detectable_uplift(0.1, 3.0, &demand), Ok(None));
    // There and back again.
    let n = sample_size(0.01, spread, &demand).unwrap();
    assert!((power(0.01, n, spread, 0.05).unwrap() - 0.8).abs() < 1e-9);
    assert!((minimum_detectable_effect(n, spread, &demand).unwrap() - 0.01).abs() < 1e-9);
}

#[test]
fn a_running_experiment() {
    let (a, b) = (proportion(5000, 500), proportion(5000, 510));
    let seen = outlook(&a, &b, 0.1, Uplift::Relative, &Demand::default(), 5000.0).unwrap();
    assert!(seen.detectable > 0.1 && seen.power < 0.8 && seen.units_needed > 10_000.0, "{seen:?}");
    assert!(seen.detectable_sequential > seen.detectable, "{seen:?}");
    let days = seen.days_left(10_000, 1000.0).unwrap();
    assert!((days - (seen.units_needed - 10_000.0) / 1000.0).abs() < 1e-9);
    assert!(seen.days_left(u64::MAX, 1.0).unwrap() <= 0.0);
    out_of_range(seen.days_left(0, 0.0), "the units per day");
    let none = proportion(10, 0);
    refused(outlook(&none, &b, 0.1, Uplift::Relative, &Demand::default(), 1.0), Undefined::ZeroBaseline);
}

#[test]
fn studies() {
    let unit = |treated, x: f64, outcome| Observation { treated, covariates: vec![x], outcome };
    let fit = |units: &[Observation]| Study::new(units).map(|study| study.propensities().len());
    refused(fit(&[]), Undefined::NoUnits);
    refused(fit(&[unit(true, 1.0, 1.0), unit(true, 2.0, 1.0)]), Undefined::NoVariance);
    refused(fit(&[unit(true, 1.0, 1.0), unit(false, 1.0, 1.0)]), Undefined::Collinear);
    refused(fit(&[unit(true, 1.0, f64::NAN)]), Undefined::NotFinite);
    let apart: Vec<Observation> = (0..20).map(|i| unit(i >= 10, f64::from(i), 1.0)).collect();
    refused(fit(&apart), Undefined::NotConverged);
    let mixed: Vec<Observation> =
        (0..20).map(|i| unit(i % 3 == 0, f64::from(i), f64::from(i * i % 7))).collect();
    let study = Study::new(&mixed).unwrap();
    assert!(study.matched(CALIPER, 0.05).is_ok());
    refused(study.matched(1e-9, 0.05), Undefined::NoOverlap);
    out_of_range(study.matched(-1.0, 0.05), "the caliper");
}
