//! Do 95 % intervals hold the truth 95 times in a hundred?

use super::regret::play;
use super::worlds::{World, generator};
use super::{Rate, Settings};
use crate::bandit::adaptive_means;
use crate::causal::{CALIPER, Observation, Study};
use crate::random::{Random, SplitMix64};
use crate::special::normal_isf;
use crate::{
    BayesOptions, Conversions, Estimate, Happened, Interval, Joint, Moments, RateStratum, Result,
    SequentialOptions, Shape, Stratum, TestOptions, Uplift, WithCovariate, bayes, cuped, post_stratify,
    quantile_of, rate_ratio, sequential, two_proportions, welch,
};
use serde::Serialize;

/// How often an interval held the truth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Coverage {
    /// The method.
    pub method: &'static str,
    /// On which data.
    pub world: &'static str,
    /// Runs whose interval holds the truth.
    pub covered: Rate,
    /// The mean width.
    pub width: f64,
    /// What the interval may miss beyond chance: small for exact methods, more for approximations at this size.
    pub granted: f64,
    /// Whether it may hold the truth more often (a sequential interval must: it is made for all looks).
    pub conservative: bool,
}

const TARGET: f64 = 0.95;

impl Coverage {
    /// Whether the interval keeps its promise.
    pub fn holds(&self) -> bool {
        let off = self.covered.share() - TARGET;
        let slack = self.granted + self.covered.slack(TARGET);
        off >= -slack && (self.conservative || off <= slack)
    }
}

/// An experiment that answers an interval.
type Experiment<'a> = Box<dyn Fn(&mut SplitMix64) -> Result<Interval> + 'a>;

struct Case<'a> {
    method: &'static str,
    world: &'static str,
    truth: f64,
    granted: f64,
    run: Experiment<'a>,
}

fn simulate(settings: Settings, index: usize, case: &Case<'_>) -> Coverage {
    let mut width = Moments::default();
    let covered = Rate::of((0..settings.runs).filter_map(|run| {
        let interval = (case.run)(&mut generator(settings.seed, 400 + index as u64, run)).ok()?;
        width.push(interval.high - interval.low);
        Some(interval.contains(case.truth))
    }));
    // A run without an answer is a run without the truth.
    let covered = Rate { of: settings.runs, ..covered };
    let conservative = case.method.starts_with("sequential");
    let width = width.mean().unwrap_or(0.0);
    Coverage { method: case.method, world: case.world, covered, width, granted: case.granted, conservative }
}

fn pair(a: World, b: World, n: u32, random: &mut SplitMix64) -> Result<(Estimate, Estimate)> {
    Ok((Estimate::mean_of(&a.sample(n, random))?, Estimate::mean_of(&b.sample(n, random))?))
}

fn options(uplift: Uplift) -> TestOptions {
    TestOptions { uplift, ..TestOptions::default() }
}

fn welch_interval((a, b): (Estimate, Estimate), uplift: Uplift) -> Result<Interval> {
    Ok(welch(&a, &b, &options(uplift))?.interval)
}

/// A covariate that explains half of the variance of the metric.
fn with_covariate(mean: f64, n: u32, random: &mut SplitMix64) -> Joint {
    (0..n)
        .map(|_| {
            let before = random.normal();
            (mean + before + random.normal(), before)
        })
        .collect()
}

/// Units with one to four items each of their own price level; the variant's are `factor` times as dear.
fn ratio(factor: f64, n: u32, random: &mut SplitMix64) -> Result<Estimate> {
    let joint: Joint = (0..n)
        .map(|_| {
            let items = (1.0 + 4.0 * random.uniform()).floor();
            (items * factor * (10.0 + items + random.normal()), items)
        })
        .collect();
    Estimate::ratio(&joint, Shape::Number, Shape::Number)
}

fn strata(random: &mut SplitMix64) -> Result<Interval> {
    let mut strata = [Stratum { control: Moments::default(), variant: Moments::default() }; 3];
    for _ in 0..300 {
        let kind = random.pick(&[0.5, 0.3, 0.2]).unwrap_or(0);
        let treated = random.uniform() < 0.5;
        let level = 4.0 * kind as f64;
        let value = level + if treated { 0.3 } else { 0.0 } + random.normal();
        for (_, stratum) in strata.iter_mut().enumerate().filter(|(index, _)| *index == kind) {
            if treated { stratum.variant.push(value) } else { stratum.control.push(value) }
        }
    }
    welch_interval(post_stratify(&strata)?, Uplift::Absolute)
}

/// Units that choose their group by two covariates that also move the outcome. The effect is 1 for all.
fn observed(n: u32, random: &mut SplitMix64) -> Vec<Observation> {
    (0..n)
        .map(|_| {
            let (x, y) = (random.normal(), random.normal());
            let treated = random.uniform() < 1.0 / (1.0 + (1.2 - 0.7 * x + 0.4 * y).exp());
            let outcome = 2.0 * x - y + if treated { 1.0 } else { 0.0 } + random.normal();
            Observation { treated, covariates: vec![x, y], outcome }
        })
        .collect()
}

const ARMS: [f64; 2] = [0.2, 0.2];

/// The interval of the second of two equal arms of a bandit.
fn adaptive(random: &mut SplitMix64) -> Result<Interval> {
    let means = adaptive_means(&play(&ARMS, 12, random)?)?;
    let mean = means.into_iter().next_back().unwrap_or(Err(crate::Undefined::NoUnits))?;
    Interval::around(mean.mean, normal_isf(0.025) * mean.standard_error)
}

/// The simulation of each method.
pub fn coverage(settings: Settings) -> Vec<Coverage> {
    let (absolute, relative) = (Uplift::Absolute, Uplift::Relative);
    let rate = |a: f64, b: f64| (World::Conversion(a), World::Conversion(b));
    let (low, high) = rate(0.1, 0.12);
    let revenue = (World::Revenue(0.1), World::Revenue(0.12));
    let gain = revenue.1.mean() - revenue.0.mean();
    let welch_of = |a: World, b: World, n: u32, uplift: Uplift| {
        move |random: &mut SplitMix64| welch_interval(pair(a, b, n, random)?, uplift)
    };
    let few = |random: &mut SplitMix64| {
        let of = |moments: Moments| Conversions { n: moments.n(), successes: moments.sum().round() as u64 };
        let (a, b) = rate(0.02, 0.04);
        Ok(two_proportions(of(a.sample(120, random)), of(b.sample(120, random)), 0.05)?.interval)
    };
    let posterior = |random: &mut SplitMix64| {
        let (a, b) = pair(low, high, 2000, random)?;
        Ok(bayes(&a, &b, &BayesOptions { uplift: absolute, ..BayesOptions::default() })?.interval)
    };
    let always = |random: &mut SplitMix64| {
        let (a, b) = pair(low, high, 2000, random)?;
        Ok(sequential(&a, &b, &SequentialOptions { uplift: absolute, ..SequentialOptions::default() })?
            .interval)
    };
    // Errors of one in twenty people; the variant has twice as many, and a tenth of all.
    let counted = |random: &mut SplitMix64| {
        let of = |n: u32, rate: f64, random: &mut SplitMix64| {
            let moments = World::Conversion(rate).sample(n, random);
            Happened { of: moments.n(), times: moments.sum().round() as u64 }
        };
        let stratum = RateStratum { control: of(1800, 0.05, random), variant: of(200, 0.1, random) };
        Ok(rate_ratio(&[stratum], 0.05)?.interval)
    };
    let ratios = |random: &mut SplitMix64| {
        welch_interval((ratio(1.0, 400, random)?, ratio(1.1, 400, random)?), relative)
    };
    let medians = |random: &mut SplitMix64| {
        let mut of = |mean: f64| {
            let mut values: Vec<f64> = (0..400).map(|_| (mean + random.normal()).exp()).collect();
            quantile_of(&mut values, 0.5)
        };
        welch_interval((of(1.0)?, of(1.2)?), absolute)
    };
    let with_cuped = |random: &mut SplitMix64| {
        let of = |joint| WithCovariate::numbers(joint);
        let (a, b) = (with_covariate(5.0, 300, random), with_covariate(5.2, 300, random));
        welch_interval(cuped(&of(a), &of(b))?, absolute)
    };
    let without = |random: &mut SplitMix64| {
        let (a, b) = (with_covariate(5.0, 300, random), with_covariate(5.2, 300, random));
        welch_interval((Estimate::mean_of(&a.x())?, Estimate::mean_of(&b.x())?), absolute)
    };
    let matching =
        |random: &mut SplitMix64| Ok(Study::new(&observed(1000, random))?.matched(CALIPER, 0.05)?.interval);
    let robust =
        |random: &mut SplitMix64| Ok(Study::new(&observed(1000, random))?.doubly_robust(0.05)?.interval);
    let cases = [
        case(
            "Welch, absolute",
            "normal, 20 units",
            0.5,
            0.01,
            welch_of(World::Normal(1.0), World::Normal(1.5), 10, absolute),
        ),
        case("Welch, absolute", "conversion", 0.02, 0.01, welch_of(low, high, 2000, absolute)),
        case("Welch, relative", "conversion", 0.2, 0.01, welch_of(low, high, 2000, relative)),
        case(
            "Welch, absolute",
            "revenue (skewed)",
            gain,
            0.01,
            welch_of(revenue.0, revenue.1, 2000, absolute),
        ),
        case(
            "Welch, relative",
            "revenue (skewed)",
            0.2,
            0.015,
            welch_of(revenue.0, revenue.1, 2000, relative),
        ),
        case("Newcombe", "2 and 4 % of 120", 0.02, 0.015, few),
        case("Bayesian, flat prior", "conversion", 0.02, 0.01, posterior),
        case("sequential, one look", "conversion", 0.02, 0.0, always),
        case("sequential rate ratio", "5 and 10 %, 9 to 1", 1.0, 0.0, counted),
        case("ratio (delta method)", "price per item", 0.1, 0.01, ratios),
        case("median", "log-normal", 1.2f64.exp() - 1.0f64.exp(), 0.015, medians),
        case("no covariate", "half explained", 0.2, 0.01, without),
        case("CUPED", "half explained", 0.2, 0.01, with_cuped),
        case("post-stratification", "three strata", 0.3, 0.01, strata),
        case("doubly robust", "confounded", 1.0, 0.02, robust),
        case("matching", "confounded", 1.0, 0.05, matching),
        case("weighted AIPW", "a bandit's arm", 0.2, 0.02, adaptive),
    ];
    cases.iter().enumerate().map(|(index, case)| simulate(settings, index, case)).collect()
}

fn case<'a>(
    method: &'static str,
    world: &'static str,
    truth: f64,
    granted: f64,
    run: impl Fn(&mut SplitMix64) -> Result<Interval> + 'a,
) -> Case<'a> {
    Case { method, world, truth, granted, run: Box::new(run) }
}

/// What must be seen to fail: the naive ways that the methods above replace.
#[cfg(test)]
pub(super) fn wrong_methods(settings: Settings) -> Vec<Coverage> {
    let unadjusted = |random: &mut SplitMix64| {
        let units = observed(1000, random);
        let of = |wanted: bool| {
            let group = units.iter().filter(|unit| unit.treated == wanted);
            Estimate::mean_of(&group.map(|unit| unit.outcome).collect())
        };
        welch_interval((of(false)?, of(true)?), Uplift::Absolute)
    };
    let cases = [case("difference of means", "confounded", 1.0, 0.02, unadjusted)];
    cases.iter().enumerate().map(|(index, case)| simulate(settings, 50 + index, case)).collect()
}
