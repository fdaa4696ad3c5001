//! What the sums of a bandit say, with the probabilities with which its visitors got what they got.

use super::{Stretch, contexts, stretches};
use crate::day::{DAY, epoch_day};
use crate::design::Variation;
use crate::experiment::Experiment;
use crate::{Rollups, Sums};
use orilla_stats::bandit::{Period, WeightedMean, comparable_means, variance_within};
use orilla_stats::{Estimate, Moments, Result, SampleRatio, sample_ratio};
use std::collections::BTreeMap;

/// Milliseconds after midnight until which an update counts as one of that moment: a hundredth of the day.
const PUNCTUAL: i64 = DAY / 100;

/// Which stretch a day belongs to; none for a day that had two splits.
pub(super) struct Calendar {
    stretches: Vec<Stretch>,
}

impl Calendar {
    pub(super) fn of(experiment: &Experiment) -> Self {
        Calendar { stretches: stretches(experiment) }
    }

    pub(super) fn place(&self, day: &str) -> Option<usize> {
        let day = epoch_day(day)?;
        let begun = self.stretches.iter().rposition(|stretch| stretch.at.div_euclid(DAY) <= day)?;
        let at = self.stretches.get(begun)?.at;
        let is_whole = begun == 0 || at.div_euclid(DAY) < day || at.rem_euclid(DAY) <= PUNCTUAL;
        is_whole.then_some(begun)
    }
}

/// The variation's place of a row.
fn place(variations: &[Variation], key: &str) -> Option<usize> {
    variations.iter().position(|variation| variation.key == key)
}

/// The visitors of each stretch and variation, and the sums of a metric, until a day: of all, or of one device.
fn counted(
    experiment: &Experiment,
    rollups: &Rollups,
    metric: &str,
    until: Option<&str>,
    device: Option<&str>,
) -> Vec<Vec<(u64, Sums)>> {
    let (calendar, variations) = (Calendar::of(experiment), &experiment.design.variations);
    let mut cells = vec![vec![(0, Sums::default()); variations.len()]; calendar.stretches.len()];
    let mut cell = |dimension: &str, segment: &str, variation: &str, add: &dyn Fn(&mut (u64, Sums))| {
        let Some(day) = contexts::day(dimension, segment, device) else { return };
        if until.is_some_and(|until| day > until) {
            return;
        }
        let at = calendar.place(day).zip(place(variations, variation));
        if let Some((stretch, variation)) = at
            && let Some(found) = cells.get_mut(stretch).and_then(|row| row.get_mut(variation))
        {
            add(found);
        }
    };
    for row in &rollups.units {
        cell(&row.dimension, &row.segment, &row.variation, &|found| found.0 += row.units);
    }
    for row in rollups.sums.iter().filter(|row| row.metric == metric) {
        cell(&row.dimension, &row.segment, &row.variation, &|found| found.1 += row.sums);
    }
    cells
}

/// The mean of a metric per visitor in each variation, which accounts for the probabilities with which visitors got it:
/// over those who came until the end of a day. Where each device has shares of its own, the means of the devices, weighed
/// by how many came with them.
///
/// # Errors
/// [`orilla_stats::Undefined`] where the data gives none; so may each mean.
pub(crate) fn estimates(
    experiment: &Experiment,
    rollups: &Rollups,
    metric: &str,
    until: Option<&str>,
) -> Result<Vec<Result<Estimate>>> {
    if experiment.design.bandit.is_some_and(|plan| plan.by_device) {
        return contexts::estimates(experiment, rollups, metric, until);
    }
    let all = periods(experiment, rollups, metric, until, None)?;
    means(&all, variance_within(&all))
}

/// What is counted of each stretch: of all, or of one device.
///
/// # Errors
/// Sums that no visitors have.
pub(super) fn periods(
    experiment: &Experiment,
    rollups: &Rollups,
    metric: &str,
    until: Option<&str>,
    device: Option<&str>,
) -> Result<Vec<Period>> {
    let cells = counted(experiment, rollups, metric, until, device);
    let period = |(row, stretch): (&Vec<(u64, Sums)>, Stretch)| {
        let arms: Result<Vec<Moments>> = row.iter().map(|(units, sums)| sums.moments(*units)).collect();
        Ok(Period { weights: stretch.shares_of(device).to_vec(), arms: arms? })
    };
    cells.iter().zip(stretches(experiment)).map(period).collect()
}

/// The mean of each variation. `spread` is the variance of one visitor's value, for a variation whose visitors all have
/// the same.
///
/// # Errors
/// As [`comparable_means`]; so may each mean.
pub(super) fn means(periods: &[Period], spread: Option<f64>) -> Result<Vec<Result<Estimate>>> {
    let units = |variation: usize| -> u64 {
        periods.iter().filter_map(|period| period.arms.get(variation)).map(Moments::n).sum()
    };
    let of = |(variation, found): (usize, Result<WeightedMean>)| {
        let (found, units) = (found?, units(variation));
        Estimate::new(units, found.mean, found.standard_error.powi(2) * units as f64)
    };
    Ok(comparable_means(periods, spread)?.into_iter().enumerate().map(of).collect())
}

/// Whether visitors are split as the shares of their days say.
///
/// # Errors
/// As [`sample_ratio`].
pub(crate) fn split(experiment: &Experiment, rollups: &Rollups) -> Result<SampleRatio> {
    let mut sums: BTreeMap<usize, (u64, f64)> = BTreeMap::new();
    for device in contexts::of(experiment) {
        let cells = counted(experiment, rollups, "", None, device);
        for (row, stretch) in cells.iter().zip(stretches(experiment)) {
            let all: u64 = row.iter().map(|cell| cell.0).sum();
            for (variation, (cell, share)) in row.iter().zip(stretch.shares_of(device)).enumerate() {
                let sum = sums.entry(variation).or_default();
                *sum = (sum.0 + cell.0, sum.1 + share * all as f64);
            }
        }
    }
    let (units, expected): (Vec<u64>, Vec<f64>) = sums.into_values().unzip();
    sample_ratio(&units, &expected)
}
