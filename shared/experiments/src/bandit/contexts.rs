//! Shares of their own for kinds of visitors: phones, tablets and desktops. A contextual bandit.
//!
//! What is learned of a variation is linear in the context (`orilla_stats::bandit::LinearArm`): what it is worth to
//! everybody, and what more or less to each device. Of each device, the model gets the means that account for the shares.

use super::estimates::{means, periods};
use super::{BanditPlan, FEWEST, direction, shared};
use crate::Rollups;
use crate::experiment::Experiment;
use orilla_events::Device;
use orilla_stats::bandit::{Belief, LinearArm, Period, variance_within};
use orilla_stats::{Estimate, Result, Undefined};
use std::collections::BTreeMap;

/// The dimension of the sums by day and device; a segment is `2026-11-27 phone`.
const DIMENSION: &str = "day_device";

/// The day that a row of sums is of, if it is a row of these visitors: of one device, or of all.
pub(super) fn day<'r>(dimension: &str, segment: &'r str, device: Option<&str>) -> Option<&'r str> {
    match device {
        None => (dimension == "day").then_some(segment),
        Some(device) => {
            let (day, of) = segment.split_once(' ').filter(|_| dimension == DIMENSION)?;
            (of == device).then_some(day)
        }
    }
}

/// The kinds of visitors that have shares of their own; where none has, everybody.
pub(super) fn of(experiment: &Experiment) -> Vec<Option<&'static str>> {
    if experiment.design.bandit.is_some_and(|plan| plan.by_device) {
        Device::ALL.iter().map(|device| Some(device.token())).collect()
    } else {
        vec![None]
    }
}

/// The estimates of each device that somebody came with. In a bandit only devices can be told apart: of the other segments
/// nobody knows on which days their people came, and so how likely each variation was.
///
/// A variation that nobody has ordered with on a device has an estimate, too: to wait until somebody does would keep those
/// that chance was kind to, and call every rare metric more frequent than it is. What it does not show, how much its
/// visitors vary, is what all of the device show together, and if they show nothing, those of all devices.
pub(crate) fn by_device(
    experiment: &Experiment,
    rollups: &Rollups,
    metric: &str,
    until: Option<&str>,
) -> Vec<(&'static str, Vec<Result<Estimate>>)> {
    let of = |device: &Device| {
        let device = device.token();
        Some((device, periods(experiment, rollups, metric, until, Some(device)).ok()?))
    };
    let all: Vec<(&'static str, Vec<Period>)> = Device::ALL.iter().filter_map(of).collect();
    let of_all = variance_within(all.iter().flat_map(|(_, periods)| periods));
    let found = all.iter().filter_map(|(device, periods)| {
        let found = means(periods, variance_within(periods).or(of_all)).ok()?;
        found.iter().any(Result::is_ok).then_some((*device, found))
    });
    found.collect()
}

/// The devices with an estimate of each variation: a device with which nobody came to one of them has none, and counts
/// nowhere. Nothing but the number of visitors decides that, as long as anybody has done anything.
fn known(
    experiment: &Experiment,
    rollups: &Rollups,
    metric: &str,
    until: Option<&str>,
) -> Vec<(&'static str, Vec<Estimate>)> {
    let all = by_device(experiment, rollups, metric, until).into_iter();
    all.filter_map(|(device, found)| Some((device, found.into_iter().collect::<Result<_>>().ok()?))).collect()
}

/// The mean of each variation over the devices, each of which counts by the visitors who came with it: so many of them
/// are in each variation, as if all had been split alike (post-stratification).
pub(super) fn estimates(
    experiment: &Experiment,
    rollups: &Rollups,
    metric: &str,
    until: Option<&str>,
) -> Result<Vec<Result<Estimate>>> {
    let known = known(experiment, rollups, metric, until);
    let units = |found: &[Estimate]| found.iter().map(Estimate::n).sum::<u64>() as f64;
    let all: f64 = known.iter().map(|(_, found)| units(found)).sum();
    if all == 0.0 {
        return Err(Undefined::NoUnits);
    }
    let of = |variation: usize| {
        let (mut n, mut mean, mut variance) = (0, 0.0, 0.0);
        for (_, found) in &known {
            let own = found.get(variation).ok_or(Undefined::NoUnits)?;
            let part = units(found) / all;
            n += own.n();
            mean += part * own.mean();
            variance += (part * own.standard_error()).powi(2);
        }
        Estimate::new(n, mean, variance * n as f64)
    };
    Ok((0..experiment.design.variations.len()).map(of).collect())
}

/// The shares of each device that has shown enough in all variations; the others keep those of everybody.
///
/// A variation is worth something to everybody, and something more or less to each device. How much devices differ is
/// learned, too, and the less they do, the more each borrows of the others.
pub(super) fn learned(
    experiment: &Experiment,
    plan: &BanditPlan,
    rollups: &Rollups,
) -> Option<BTreeMap<String, Vec<u32>>> {
    if !plan.by_device {
        return None;
    }
    let (primary, direction) = (experiment.measured.first()?, direction(experiment)?);
    let mut known = known(experiment, rollups, primary.key.as_str(), None);
    known.retain(|(_, found)| found.iter().all(|one| one.n() >= FEWEST));
    let by_variation: Vec<Vec<Estimate>> = (0..experiment.design.variations.len())
        .map(|variation| known.iter().filter_map(|(_, found)| found.get(variation)).copied().collect())
        .collect();
    let between = spread(&by_variation);
    let arms: Option<Vec<Arm>> = by_variation.iter().map(|own| Arm::learned(own, between)).collect();
    let arms = arms?;
    let of = |(at, (device, _)): (usize, &(&'static str, Vec<Estimate>))| {
        let beliefs: Option<Vec<Belief>> =
            arms.iter().map(|arm| arm.belief(at, known.len(), direction)).collect();
        Some(((*device).to_owned(), shared(plan, &beliefs?)?))
    };
    Some(known.iter().enumerate().filter_map(of).collect())
}

/// The variance of what a variation is worth between devices, from all variations together, by their moments
/// (DerSimonian and Laird 1986, "Meta-analysis in clinical trials", equation 8). 0: no more than chance explains.
fn spread(by_variation: &[Vec<Estimate>]) -> f64 {
    let (mut excess, mut scale) = (0.0, 0.0);
    for own in by_variation {
        let weights: Vec<f64> = own.iter().map(|one| one.standard_error().powi(-2)).collect();
        let all: f64 = weights.iter().sum();
        let mean = own.iter().zip(&weights).map(|(one, weight)| weight * one.mean()).sum::<f64>() / all;
        let found: f64 =
            own.iter().zip(&weights).map(|(one, weight)| weight * (one.mean() - mean).powi(2)).sum();
        excess += found - (own.len() as f64 - 1.0);
        scale += all - weights.iter().map(|weight| weight * weight).sum::<f64>() / all;
    }
    if scale > 0.0 { (excess / scale).max(0.0) } else { 0.0 }
}

/// The context of the device at this place among so many: what is true of everybody, and what of this device.
fn context(device: usize, devices: usize) -> Vec<f64> {
    (0..=devices).map(|at| f64::from(u8::from(at == 0 || at == device + 1))).collect()
}

/// What is known of a variation.
struct Arm {
    model: LinearArm,
    /// The standard deviation of one visitor's value.
    scale: f64,
}

impl Arm {
    /// Learns from the estimate of each device; `between`: how much devices differ.
    fn learned(own: &[Estimate], between: f64) -> Option<Arm> {
        let units: f64 = own.iter().map(|one| one.n() as f64).sum();
        // What one visitor's value tells is the same on all devices: the model has one variance.
        let variance = own.iter().map(|one| one.n() as f64 * one.variance()).sum::<f64>() / units;
        // Devices that do not differ would be pulled together without end: this is near enough.
        let pull = (variance / between).min(units * 1e4);
        let pulls: Vec<f64> = (0..=own.len()).map(|at| if at == 0 { 0.0 } else { pull }).collect();
        let mut model = LinearArm::pulled(&pulls).ok()?;
        for (device, one) in own.iter().enumerate() {
            let worth = variance / one.standard_error().powi(2);
            model.learn_mean(&context(device, own.len()), worth, one.mean()).ok()?;
        }
        Some(Arm { model, scale: variance.sqrt() })
    }

    fn belief(&self, device: usize, devices: usize, direction: f64) -> Option<Belief> {
        let found = self.model.predict(&context(device, devices)).ok()?;
        Some(Belief::Normal { mean: direction * found.mean, deviation: self.scale * found.width })
    }
}

#[cfg(test)]
mod tests;
