//! A shop with people who come, each with a device, and order or not.

use crate::bandit::{BanditPlan, estimates, shares_of};
use crate::day::DAY;
use crate::{
    Design, Experiment, Goal, Metric, MetricKey, MetricKind, Rollups, SumRow, Sums, UnitRow, Variation,
    analyse,
};
use orilla_events::{EventKind, ExperimentKey};
use orilla_stats::{Random, SplitMix64};

/// 1 January 2026, at midnight.
const START: i64 = 20_454 * DAY;
/// The metric that decides.
const METRIC: &str = "conversion";
/// The keys of the variations.
const VARIATIONS: [&str; 2] = ["0", "1"];

/// A kind of device.
pub(super) struct Device {
    pub(super) name: &'static str,
    /// The part of the visitors who come with it.
    pub(super) part: f64,
    /// How many of them order, by variation.
    pub(super) rates: [f64; 2],
}

/// The estimate of a variation's rate.
pub(super) struct Found {
    /// What it is off by, in parts of the truth.
    pub(super) error: f64,
    pub(super) is_covered: bool,
}

/// An experiment, from the first day to the last.
pub(super) struct Course {
    pub(super) visitors: u32,
    /// The expected conversions lost against always giving each device what is best for it.
    pub(super) lost: f64,
    pub(super) estimates: Vec<Found>,
    pub(super) is_covered_on_all_days: bool,
}

/// Lets people come for `days`; the shares follow at each midnight. Without a plan they stay equal.
pub(super) fn play(
    devices: &[Device],
    plan: Option<BanditPlan>,
    days: i64,
    people: u32,
    seed: u64,
) -> Course {
    let mut random = SplitMix64::new(seed);
    let mut rollups = Rollups::default();
    let mut course = Course { visitors: 0, lost: 0.0, estimates: Vec::new(), is_covered_on_all_days: true };
    let Some(mut experiment) = running(plan) else { return course };
    for day in 0..days {
        let now = START + day * DAY;
        if experiment.is_due(now)
            && let Ok(next) = experiment.clone().reweighed(&rollups, now)
        {
            experiment = next;
        }
        for device in devices {
            let shares = shares_of(&experiment, device.name);
            let best = device.rates.iter().copied().fold(0.0, f64::max);
            let mut arms = [(0u64, 0u64); 2];
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a part of the people"
            )]
            let came = (f64::from(people) * device.part).round() as u32;
            course.visitors += came;
            for _ in 0..came {
                let variation = random.pick(&shares).unwrap_or(0);
                let rate = device.rates.get(variation).copied().unwrap_or_default();
                course.lost += best - rate;
                if let Some((units, orders)) = arms.get_mut(variation) {
                    *units += 1;
                    *orders += u64::from(random.uniform() < rate);
                }
            }
            add(&mut rollups, day, device.name, arms);
        }
    }
    if plan.is_some() {
        judge(devices, &experiment, &rollups, &mut course);
    }
    course
}

/// The true rate of a variation over all devices.
fn truth(devices: &[Device], variation: usize) -> f64 {
    devices.iter().map(|device| device.part * device.rates.get(variation).copied().unwrap_or_default()).sum()
}

fn judge(devices: &[Device], experiment: &Experiment, rollups: &Rollups, course: &mut Course) {
    let found = estimates(experiment, rollups, METRIC, None).unwrap_or_default();
    for (variation, found) in found.iter().enumerate() {
        let truth = truth(devices, variation);
        course.estimates.push(match found {
            Ok(found) => Found {
                error: found.mean() / truth - 1.0,
                is_covered: (found.mean() - truth).abs() < 1.96 * found.standard_error(),
            },
            Err(_) => Found { error: -1.0, is_covered: false },
        });
    }
    let uplift = truth(devices, 1) / truth(devices, 0) - 1.0;
    let looks = analyse(experiment, rollups, i64::MAX).timeline;
    course.is_covered_on_all_days =
        looks.iter().flat_map(|look| &look.variants).flatten().all(|(_, interval)| interval.contains(uplift));
}

fn running(plan: Option<BanditPlan>) -> Option<Experiment> {
    let variation = |key: &&str| Variation { key: (*key).into(), name: (*key).into(), weight: 0.5 };
    let primary = MetricKey::parse(METRIC).ok()?;
    let design = Design {
        name: String::new(),
        hypothesis: String::new(),
        audience: String::new(),
        flag: "flag".into(),
        variations: VARIATIONS.iter().map(variation).collect(),
        primary,
        secondary: Vec::new(),
        guardrails: Vec::new(),
        baseline: 0.04,
        deviation: None,
        effect: 0.1,
        traffic: 1_000.0,
        bandit: plan,
    };
    let metric = Metric {
        name: String::new(),
        description: String::new(),
        kind: MetricKind::Share,
        event: EventKind::OrderPlaced,
        from_days: 0,
        days: 14,
        cap: None,
        goal: Goal::More,
        percentile: None,
        activation: None,
    };
    let draft = Experiment::new(ExperimentKey::parse("flag").ok()?, design, "", START);
    draft.started(|_| Some(metric.clone()), "", START).ok()
}

/// Adds a day's visitors and orders as the store does: by day, and by day and device.
fn add(rollups: &mut Rollups, day: i64, device: &str, arms: [(u64, u64); 2]) {
    // 28 days are all of January.
    let day = format!("2026-01-{:02}", day + 1);
    for (variation, (units, orders)) in VARIATIONS.into_iter().zip(arms) {
        for (dimension, segment) in [("day", day.clone()), ("day_device", format!("{day} {device}"))] {
            let (dimension, variation, orders) = (dimension.to_owned(), variation.to_owned(), orders as f64);
            let sums = Sums { sum: orders, squares: orders, ..Sums::default() };
            rollups.sums.push(SumRow {
                dimension: dimension.clone(),
                segment: segment.clone(),
                variation: variation.clone(),
                metric: METRIC.into(),
                activated: 0,
                sums,
            });
            rollups.units.push(UnitRow { dimension, segment, variation, units });
        }
    }
}
