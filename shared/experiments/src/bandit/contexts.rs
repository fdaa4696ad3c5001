//! Shares of their own for kinds of visitors: phones, tablets and desktops. A contextual bandit.
//!
//! What is learned of a variation is linear in the context (`orilla_stats::bandit::LinearArm`): what it is worth to
//! everybody, and what more or less to each device. Of each device, the model gets the means that account for the shares.

use super::{BanditPlan, FEWEST, direction, estimates_of, shared};
use crate::Rollups;
use crate::experiment::Experiment;
use orilla_events::Device;
use orilla_stats::bandit::{Belief, LinearArm};
use orilla_stats::{Estimate, Result, Undefined};
use std::collections::BTreeMap;

/// The dimension of the sums by day and device; a segment is `2026-11-27 phone`.
const DIMENSION: &str = "day_device";
/// What pulls the model's coefficients to zero, in visitors.
const RIDGE: f64 = 1.0;

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

/// The devices with an estimate of each variation: a device that only a few came with has none, and counts nowhere.
fn known(
    experiment: &Experiment,
    rollups: &Rollups,
    metric: &str,
    until: Option<&str>,
) -> Vec<(&'static str, Vec<Estimate>)> {
    let devices = Device::ALL.iter().map(|device| device.token());
    let of = |device: &'static str| {
        let found = estimates_of(experiment, rollups, metric, until, Some(device)).ok()?;
        let found: Vec<Estimate> = found.into_iter().collect::<Result<_>>().ok()?;
        Some((device, found))
    };
    devices.filter_map(of).collect()
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
    known.retain(|(_, found)| found.iter().all(|one| one.n() >= FEWEST && one.standard_error() > 0.0));
    let context = |device: usize| {
        let mut context = vec![0.0; known.len() + 1];
        context
            .iter_mut()
            .enumerate()
            .for_each(|(at, x)| *x = f64::from(u8::from(at == 0 || at == device + 1)));
        context
    };
    let arms: Option<Vec<(LinearArm, f64)>> = (0..experiment.design.variations.len())
        .map(|variation| {
            let own: Vec<&Estimate> = known.iter().filter_map(|(_, found)| found.get(variation)).collect();
            let units: f64 = own.iter().map(|one| one.n() as f64).sum();
            // What one visitor's value tells is the same on all devices: the model has one variance.
            let variance = own.iter().map(|one| one.n() as f64 * one.variance()).sum::<f64>() / units;
            let mut arm = LinearArm::new(known.len() + 1, RIDGE).ok()?;
            for (device, one) in own.iter().enumerate() {
                arm.learn_mean(&context(device), variance / one.standard_error().powi(2), one.mean()).ok()?;
            }
            Some((arm, variance.sqrt()))
        })
        .collect();
    let arms = arms?;
    let of = |(at, (device, _)): (usize, &(&'static str, Vec<Estimate>))| {
        let beliefs: Option<Vec<Belief>> = arms
            .iter()
            .map(|(arm, scale)| {
                let found = arm.predict(&context(at)).ok()?;
                Some(Belief::Normal { mean: direction * found.mean, deviation: scale * found.width })
            })
            .collect();
        Some(((*device).to_owned(), shared(plan, &beliefs?)?))
    };
    Some(known.iter().enumerate().filter_map(of).collect())
}

#[cfg(test)]
mod tests;
