//! What a result comes to, so that it can be said in words.

use crate::ALPHA;
use crate::analysis::{Activated, MetricResult};
use crate::experiment::Experiment;
use crate::metric::{Goal, MetricKey, Role};
use crate::need::need;
use orilla_stats::{Interval, MultipleExposures, Result, SampleRatio};

/// Why a result can't be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Something other than chance splits the visitors.
    SampleRatio,
    /// Too many saw more than one variation.
    MultipleExposures,
    /// Something other than chance splits those whom the primary metric counts.
    Activation,
}

/// What the primary metric says. It is the sequential test that says it: looking early and often does no harm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// Nothing: something is wrong with the experiment.
    Broken(Broken),
    /// Nothing yet: too few visitors for any number.
    NoData,
    /// Nothing yet: of nobody the window is over.
    TooEarly,
    /// A variation is better than the control.
    Better {
        /// Which.
        variation: usize,
        /// By how much.
        uplift: f64,
        /// How sure that is.
        interval: Interval,
    },
    /// All variations are worse than the control.
    Worse {
        /// The least bad.
        variation: usize,
        /// By how much.
        uplift: f64,
        /// How sure that is.
        interval: Interval,
    },
    /// There may be a difference, and it would be too small to matter.
    Even {
        /// The interval of the variation that is the furthest from the control.
        interval: Interval,
    },
    /// It is open.
    Open {
        /// The interval of the first variation.
        interval: Interval,
        /// Days until the planned number of visitors is there; none if it is.
        days: Option<f64>,
    },
}

/// The reading of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// What the primary metric says.
    pub verdict: Verdict,
    /// Guardrails that got worse, and in which variation.
    pub harmed: Vec<(MetricKey, usize)>,
}

pub(crate) fn read(
    experiment: &Experiment,
    metrics: &[MetricResult],
    sample_ratio: &Result<SampleRatio>,
    multiple: MultipleExposures,
) -> Reading {
    let harmed =
        metrics.iter().filter(|result| result.measured.role == Role::Guardrail).flat_map(harmed).collect();
    let activated = metrics.first().and_then(|primary| primary.activated.as_ref());
    let broken = if sample_ratio.as_ref().is_ok_and(SampleRatio::mismatch) {
        Some(Broken::SampleRatio)
    } else if multiple.too_many() {
        Some(Broken::MultipleExposures)
    } else {
        activated.is_some_and(Activated::is_uneven).then_some(Broken::Activation)
    };
    let verdict = match (broken, metrics.first()) {
        (Some(broken), _) => Verdict::Broken(broken),
        (None, Some(primary)) => verdict(experiment, primary),
        (None, None) => Verdict::NoData,
    };
    Reading { verdict, harmed }
}

/// The variations in which a metric is worse, as far as anybody can know at any time.
fn harmed(result: &MetricResult) -> Vec<(MetricKey, usize)> {
    let is_worse = |interval: Interval| match result.measured.metric.goal {
        Goal::More => interval.high < 0.0,
        Goal::Less => interval.low > 0.0,
    };
    let compared = result.variants.iter().filter_map(|variant| {
        Some((variant.variation, variant.compared.as_ref()?.as_ref().ok()?.any_time.interval))
    });
    compared
        .filter(|(_, interval)| is_worse(*interval))
        .map(|(variation, _)| (result.measured.key.clone(), variation))
        .collect()
}

fn verdict(experiment: &Experiment, primary: &MetricResult) -> Verdict {
    let direction = if primary.measured.metric.goal == Goal::More { 1.0 } else { -1.0 };
    let variants = primary.variants.iter().filter(|variant| variant.variation > 0);
    let compared = variants.filter_map(|variant| {
        let compared = variant.compared.as_ref()?.as_ref().ok()?;
        Some((variant.variation, compared.any_time, compared.adjusted_p < ALPHA))
    });
    let compared: Vec<_> = compared.collect();
    let gain = |uplift: f64| uplift * direction;
    // The best of those that are told apart from the control.
    let best = compared
        .iter()
        .filter(|(_, test, is_decided)| *is_decided && gain(test.uplift) > 0.0)
        .max_by(|(_, a, _), (_, b, _)| gain(a.uplift).total_cmp(&gain(b.uplift)));
    if let Some((variation, test, _)) = best {
        return Verdict::Better { variation: *variation, uplift: test.uplift, interval: test.interval };
    }
    let Some((_, first, _)) = compared.first() else {
        let is_early = primary.waiting > 0 && primary.variants.iter().all(|variant| variant.units == 0);
        return if is_early { Verdict::TooEarly } else { Verdict::NoData };
    };
    let missing = compared.len() + 1 < experiment.design.variations.len();
    let least_bad = compared.iter().max_by(|(_, a, _), (_, b, _)| gain(a.uplift).total_cmp(&gain(b.uplift)));
    if let Some((variation, test, _)) = least_bad
        && !missing
        && compared.iter().all(|(.., is_decided)| *is_decided)
    {
        return Verdict::Worse { variation: *variation, uplift: test.uplift, interval: test.interval };
    }
    let effect = experiment.design.effect;
    let is_small = |interval: &Interval| interval.low > -effect && interval.high < effect;
    let widest = compared.iter().max_by(|(_, a, _), (_, b, _)| a.uplift.abs().total_cmp(&b.uplift.abs()));
    if let Some((_, test, _)) = widest
        && !missing
        && compared.iter().all(|(_, test, _)| is_small(&test.interval))
    {
        return Verdict::Even { interval: test.interval };
    }
    let planned = need(&experiment.design, &primary.measured.metric).ok();
    let days = planned.and_then(|planned| {
        let all = planned.days * experiment.design.traffic;
        let left = all - primary.variants.iter().map(|variant| variant.units).sum::<u64>() as f64;
        (left > 0.0).then_some(left / experiment.design.traffic)
    });
    Verdict::Open { interval: first.interval, days }
}
