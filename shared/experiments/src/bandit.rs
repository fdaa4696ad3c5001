//! Experiments whose shares follow what is learned: bandits.
//!
//! The days of UTC are their clock, as of the sums: an update holds from the beginning of a day on. One that came late
//! leaves a day with two splits, which no analysis uses. All people so far say how good a variation is, each weighed by
//! the probability with which they got it (`orilla_stats::bandit::comparable_means`): so neither a good week in which many
//! were sent to one variation, nor the orders that the last days still owe, look like a better variation.

mod contexts;

pub(crate) use contexts::by_device;

use crate::design::Variation;
use crate::experiment::{Entry, Experiment, Refusal, Status};
use crate::fault::{Fault, Problem, number};
use crate::metric::Goal;
use crate::{Rollups, Sums};
use orilla_stats::bandit::{Belief, Period, TopTwo, comparable_means};
use orilla_stats::{Estimate, Moments, Result, SampleRatio, Undefined, sample_ratio};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The whole, in the parts in which shares are given: hundredths of a percent, as fine as buckets are.
pub const PARTS: u32 = 10_000;
/// Who changes the shares, in histories.
pub const MEMBER: &str = "bandit";
/// Milliseconds of a day.
const DAY: i64 = 86_400_000;
/// Milliseconds after midnight until which an update counts as one of that moment: a hundredth of the day.
const PUNCTUAL: i64 = DAY / 100;
/// Visitors of each variation before shares follow them.
const FEWEST: u64 = 100;

/// How an experiment's shares follow what is learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BanditPlan {
    /// Days with the shares of the flag.
    pub burn_in: u32,
    /// Days from one update to the next.
    pub every: u32,
    /// The least share of each variation, in per cent.
    pub least: u32,
    /// Whether phones, tablets and desktops get shares of their own.
    #[serde(default)]
    pub by_device: bool,
}

/// A plan, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of BanditPlan, as texts")]
pub struct BanditForm {
    /// Whether the shares are to follow at all.
    pub is_on: bool,
    pub burn_in: String,
    pub every: String,
    pub least: String,
    pub by_device: bool,
}

impl BanditForm {
    /// The form of a plan; with what is usual, if there is none.
    pub fn of(plan: Option<&BanditPlan>) -> Self {
        let BanditPlan { burn_in, every, least, by_device } =
            plan.copied().unwrap_or(BanditPlan { burn_in: 7, every: 1, least: 5, by_device: false });
        BanditForm {
            is_on: plan.is_some(),
            burn_in: burn_in.to_string(),
            every: every.to_string(),
            least: least.to_string(),
            by_device,
        }
    }

    /// Checks what was typed, for so many variations.
    ///
    /// # Errors
    /// All that is wrong.
    pub(crate) fn check(&self, variations: usize) -> std::result::Result<Option<BanditPlan>, Vec<Fault>> {
        if !self.is_on {
            return Ok(None);
        }
        let fair = i64::try_from(100 / variations.max(1)).unwrap_or(1).max(1);
        let fields = (
            whole(&self.burn_in, "burn_in", 1, 60),
            whole(&self.every, "every", 1, 30),
            whole(&self.least, "least", 1, fair),
        );
        match fields {
            (Ok(burn_in), Ok(every), Ok(least)) => {
                Ok(Some(BanditPlan { burn_in, every, least, by_device: self.by_device }))
            }
            (burn_in, every, least) => {
                Err([burn_in.err(), every.err(), least.err()].into_iter().flatten().collect())
            }
        }
    }
}

fn whole(text: &str, field: &'static str, least: i64, most: i64) -> std::result::Result<u32, Fault> {
    let number = number(text, field, least, most)?;
    if number.fract() != 0.0 {
        return Err(Fault { field, problem: Problem::NotANumber });
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to 100")]
    let whole = number as u32;
    Ok(whole)
}

/// Why the shares are what they are from an update on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// They follow how likely each variation is the best.
    Learned,
    /// They stay: a variation has too few visitors, or shows nothing yet.
    TooFew,
}

/// An update of the shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reweighed {
    /// The share of each variation, in [`PARTS`]; all of them are the whole.
    pub parts: Vec<u32>,
    /// Why.
    pub why: Why,
    /// The shares of those kinds of visitors who have shares of their own, by device, as the sums name it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub contexts: BTreeMap<String, Vec<u32>>,
}

/// From one update to the next.
#[derive(Clone, Debug, PartialEq)]
struct Stretch {
    /// When it began, in milliseconds since 1970.
    at: i64,
    shares: Vec<f64>,
    /// Of those kinds of visitors who have their own.
    contexts: BTreeMap<String, Vec<f64>>,
}

impl Stretch {
    /// The shares of a kind of visitors; of nobody in particular, those of everybody.
    fn shares_of(&self, device: Option<&str>) -> &[f64] {
        device.and_then(|device| self.contexts.get(device)).unwrap_or(&self.shares)
    }
}

impl Experiment {
    /// The last update; none if there was none, or it is no bandit.
    pub fn update(&self) -> Option<&Reweighed> {
        self.log.iter().rev().find_map(|line| match &line.entry {
            Entry::Reweighed(update) => Some(update),
            _ => None,
        })
    }

    /// Whether its shares have to be reckoned anew at `now` (milliseconds since 1970).
    pub fn is_due(&self, now: i64) -> bool {
        let (Status::Running, Some(plan)) = (self.status(), &self.design.bandit) else { return false };
        let last = self.log.iter().rev().find(|line| matches!(line.entry, Entry::Reweighed(_)));
        let (since, days) = match (last, self.started_at) {
            (Some(line), _) => (line.at, plan.every),
            (None, Some(started)) => (started, plan.burn_in),
            (None, None) => return false,
        };
        now.div_euclid(DAY) - since.div_euclid(DAY) >= i64::from(days)
    }

    /// With the shares that follow from what was counted until `now` (milliseconds since 1970): how often each variation
    /// is taken by top-two Thompson sampling; of two variations, by Thompson sampling.
    ///
    /// # Errors
    /// [`Refusal::NotRunning`], also if it is no bandit.
    pub fn reweighed(self, rollups: &Rollups, now: i64) -> std::result::Result<Self, Refusal> {
        let (Status::Running, Some(plan)) = (self.status(), self.design.bandit) else {
            return Err(Refusal::NotRunning);
        };
        let update = match learned(&self, &plan, rollups) {
            Some(parts) => {
                let contexts = contexts::learned(&self, &plan, rollups).unwrap_or_default();
                Reweighed { parts, why: Why::Learned, contexts }
            }
            None => match self.update() {
                Some(last) => Reweighed { why: Why::TooFew, ..last.clone() },
                None => {
                    let shares = stretches(&self).pop().map(|first| first.shares).unwrap_or_default();
                    Reweighed { parts: parts(&shares), why: Why::TooFew, contexts: BTreeMap::new() }
                }
            },
        };
        Ok(self.logged(Entry::Reweighed(update), MEMBER, now))
    }
}

/// New shares; none as long as a variation has shown too little.
fn learned(experiment: &Experiment, plan: &BanditPlan, rollups: &Rollups) -> Option<Vec<u32>> {
    let primary = experiment.measured.first()?;
    let found = estimates(experiment, rollups, primary.key.as_str(), None).ok()?;
    let direction = direction(experiment)?;
    let beliefs: Option<Vec<Belief>> = found
        .iter()
        .map(|found| {
            let estimate = found.as_ref().ok().filter(|estimate| estimate.n() >= FEWEST)?;
            let (mean, deviation) = (direction * estimate.mean(), estimate.standard_error());
            (deviation > 0.0).then_some(Belief::Normal { mean, deviation })
        })
        .collect();
    shared(plan, &beliefs?)
}

/// 1 where more is better, and -1 where less is.
fn direction(experiment: &Experiment) -> Option<f64> {
    let goal = experiment.measured.first()?.metric.goal;
    Some(if goal == Goal::More { 1.0 } else { -1.0 })
}

/// The shares that follow from what is believed of each variation.
fn shared(plan: &BanditPlan, beliefs: &[Belief]) -> Option<Vec<u32>> {
    // Of two, the challenger of the best is always the other one, and half of the people would get each for ever: there
    // plain Thompson sampling is meant.
    let best = if beliefs.len() == 2 { 1.0 } else { TopTwo::default().best };
    let policy = TopTwo { best, least: f64::from(plan.least) / 100.0 };
    policy.weights(beliefs).ok().map(|shares| parts(&shares))
}

/// Shares as whole parts; the largest takes what rounding leaves. What is a whole part but for the last digits of a
/// binary number stays one, so that the least share is what was said.
fn parts(shares: &[f64]) -> Vec<u32> {
    let whole: f64 = shares.iter().sum();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 10,000")]
    let floor =
        |share: f64| (share / whole * f64::from(PARTS) + 1e-6).floor().clamp(0.0, f64::from(PARTS)) as u32;
    let mut parts: Vec<u32> = shares.iter().map(|share| floor(*share)).collect();
    let left = PARTS.saturating_sub(parts.iter().sum());
    if let Some(largest) = parts.iter_mut().max() {
        *largest += left;
    }
    parts
}

fn stretches(experiment: &Experiment) -> Vec<Stretch> {
    let weights: Vec<f64> = experiment.design.variations.iter().map(|variation| variation.weight).collect();
    let whole: f64 = weights.iter().sum();
    let first = Stretch {
        at: experiment.started_at.unwrap_or(0),
        shares: weights.iter().map(|weight| weight / whole).collect(),
        contexts: BTreeMap::new(),
    };
    let shares_of = |parts: &[u32]| parts.iter().map(|part| f64::from(*part) / f64::from(PARTS)).collect();
    let later = experiment.log.iter().filter_map(|line| match &line.entry {
        Entry::Reweighed(update) => Some(Stretch {
            at: line.at,
            shares: shares_of(&update.parts),
            contexts: update.contexts.iter().map(|(of, parts)| (of.clone(), shares_of(parts))).collect(),
        }),
        _ => None,
    });
    std::iter::once(first).chain(later).collect()
}

/// Which stretch a day belongs to; none for a day that had two splits.
struct Calendar {
    stretches: Vec<Stretch>,
}

impl Calendar {
    fn of(experiment: &Experiment) -> Self {
        Calendar { stretches: stretches(experiment) }
    }

    fn place(&self, day: &str) -> Option<usize> {
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
/// [`Undefined`] where the data gives none; so may each mean.
pub(crate) fn estimates(
    experiment: &Experiment,
    rollups: &Rollups,
    metric: &str,
    until: Option<&str>,
) -> Result<Vec<Result<Estimate>>> {
    if experiment.design.bandit.is_some_and(|plan| plan.by_device) {
        return contexts::estimates(experiment, rollups, metric, until);
    }
    estimates_of(experiment, rollups, metric, until, None)
}

/// The same of all, or of one device.
fn estimates_of(
    experiment: &Experiment,
    rollups: &Rollups,
    metric: &str,
    until: Option<&str>,
    device: Option<&str>,
) -> Result<Vec<Result<Estimate>>> {
    let cells = counted(experiment, rollups, metric, until, device);
    let periods: Result<Vec<Period>> = cells
        .iter()
        .zip(stretches(experiment))
        .map(|(row, stretch)| {
            let arms: Result<Vec<Moments>> = row.iter().map(|(units, sums)| sums.moments(*units)).collect();
            Ok(Period { weights: stretch.shares_of(device).to_vec(), arms: arms? })
        })
        .collect();
    let means = comparable_means(&periods?)?;
    let units = |variation: usize| cells.iter().filter_map(|row| row.get(variation)).map(|cell| cell.0).sum();
    Ok(means
        .into_iter()
        .enumerate()
        .map(|(variation, found)| {
            let (found, units): (_, u64) = (found?, units(variation));
            if units == 0 {
                return Err(Undefined::NoUnits);
            }
            Estimate::new(units, found.mean, found.standard_error.powi(2) * units as f64)
        })
        .collect())
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

/// The day since 1970 of `2026-11-27` (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
/// `days_from_civil`).
fn epoch_day(text: &str) -> Option<i64> {
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=12).contains(&month) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

#[cfg(test)]
mod tests;
