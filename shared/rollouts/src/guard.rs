//! What the guardrails say.

use crate::{Counts, Guardrail, Metric, Observations, Plan, Share, Stratum};
use orilla_stats::{
    Estimate, Happened, Interval, Joint, Moments, RateStratum, SequentialOptions, Shape, Undefined, Uplift,
    always_valid_split, pool, rate_ratio, sequential,
};
use serde::{Deserialize, Serialize};

/// People of each group from which on a mean of theirs is near enough to normal for the sequential test.
const FEW: u64 = 30;
/// A split that is less likely than this is no chance, as [`orilla_stats::SRM_THRESHOLD`] has it.
const SPLIT: f64 = orilla_stats::SRM_THRESHOLD;
/// People (of groups of equal size) at which a mean's interval is tightest.
const TUNING: f64 = 5000.0;

/// What one guardrail says at one look.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Of which metric.
    pub metric: Metric,
    /// How it changed, as a part: 0.1 is 10 % more. `None`: too early, or (for a rate) nothing to compare with.
    pub uplift: Option<f64>,
    /// The ends of what the change may be, true at all looks together. `None`: it has no end.
    pub low: Option<f64>,
    /// See `low`.
    pub high: Option<f64>,
    /// What that means.
    pub finding: Finding,
}

/// What a verdict comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// There is not enough to say anything.
    TooEarly,
    /// No certain harm.
    Fine,
    /// It is certainly worse than tolerated.
    Harmed,
}

/// What every guardrail of a plan says about these observations.
pub fn judge(plan: &Plan, seen: &Observations) -> Vec<Verdict> {
    // Bonferroni: together they may be wrong as often as the plan says.
    let alpha = plan.alpha / plan.guardrails.len().max(1) as f64;
    plan.guardrails.iter().map(|guardrail| verdict(guardrail, alpha, &compared(seen))).collect()
}

/// What can be compared: nobody was without the new value while everybody had it.
fn compared(seen: &Observations) -> Vec<Stratum> {
    let of = |stratum: &&Stratum| Share::NOBODY < stratum.share && stratum.share < Share::ALL;
    seen.strata.iter().filter(of).copied().collect()
}

fn verdict(guardrail: &Guardrail, alpha: f64, strata: &[Stratum]) -> Verdict {
    let metric = guardrail.metric;
    let answer = match metric {
        Metric::Errors => rates(strata, |counts| counts.failed, alpha),
        Metric::Conversion => rates(strata, |counts| counts.converted, alpha),
        Metric::Latency => latency(strata, alpha),
    };
    let Ok((uplift, interval)) = answer else {
        return Verdict { metric, uplift: None, low: None, high: None, finding: Finding::TooEarly };
    };
    let harmed = match metric {
        Metric::Errors | Metric::Latency => interval.low > guardrail.tolerated,
        Metric::Conversion => interval.high < -guardrail.tolerated,
    };
    let finite = |value: f64| value.is_finite().then_some(value);
    Verdict {
        metric,
        uplift: finite(uplift),
        low: finite(interval.low),
        high: finite(interval.high),
        finding: if harmed { Finding::Harmed } else { Finding::Fine },
    }
}

fn rates(strata: &[Stratum], times: fn(&Counts) -> u64, alpha: f64) -> Result<(f64, Interval), Undefined> {
    // An order may be counted before its visitor: never more than all.
    let of = |counts: &Counts| Happened { of: counts.people, times: times(counts).min(counts.people) };
    let strata: Vec<RateStratum> = strata
        .iter()
        .map(|stratum| RateStratum { control: of(&stratum.without), variant: of(&stratum.with) })
        .collect();
    let answer = rate_ratio(&strata, alpha)?;
    Ok((answer.uplift, answer.interval))
}

fn latency(strata: &[Stratum], alpha: f64) -> Result<(f64, Interval), Undefined> {
    let pairs = strata
        .iter()
        .filter(|stratum| stratum.with.people >= FEW && stratum.without.people >= FEW)
        .map(|stratum| Ok((per_request(&stratum.without)?, per_request(&stratum.with)?)))
        .collect::<Result<Vec<_>, Undefined>>()?;
    let (without, with) = pool(&pairs)?;
    let options = SequentialOptions { uplift: Uplift::Relative, alpha, tuning: TUNING, null: 0.0 };
    let answer = sequential(&without, &with, &options)?;
    Ok((answer.uplift, answer.interval))
}

/// Milliseconds per request, with the spread between people.
fn per_request(counts: &Counts) -> Result<Estimate, Undefined> {
    let millis = Moments::from_sums(counts.people, counts.millis, counts.millis_squared)?;
    let requests = Moments::from_sums(counts.people, counts.requests as f64, counts.requests_squared)?;
    let joint = Joint::from_sums(millis, requests, counts.products)?;
    Estimate::ratio(&joint, Shape::Number, Shape::Number)
}

/// Whether something other than chance decides who is in: `people` are those without and those with the new value.
pub(crate) fn mismatch(people: [u64; 2], share: f64) -> bool {
    let [without, with] = people;
    always_valid_split(without, with, share).is_ok_and(|p_value| p_value < SPLIT)
}
