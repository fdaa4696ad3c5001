//! Experiments whose shares follow what is learned: bandits.
//!
//! The days of UTC are their clock, as of the sums: an update holds from the beginning of a day on. One that came late
//! leaves a day with two splits, which no analysis uses. All people so far say how good a variation is, each weighed by
//! the probability with which they got it (`orilla_stats::bandit::comparable_means`): so neither a good week in which many
//! were sent to one variation, nor the orders that the last days still owe, look like a better variation.

mod contexts;
mod estimates;
mod plan;

pub(crate) use contexts::by_device;
pub(crate) use estimates::{estimates, split};
pub use plan::{BanditForm, BanditPlan};

use crate::Rollups;
use crate::day::DAY;
use crate::experiment::{Entry, Experiment, Refusal, Status};
use crate::metric::Goal;
use orilla_stats::bandit::{Belief, TopTwo};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The whole, in the parts in which shares are given: hundredths of a percent, as fine as buckets are.
pub const PARTS: u32 = 10_000;
/// Who changes the shares, in histories.
pub const MEMBER: &str = "bandit";
/// Visitors of each variation before shares follow them.
const FEWEST: u64 = 100;

/// Why the shares are what they are from an update on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// They follow how likely each variation is the best.
    Learned,
    /// They stay: a variation has too few visitors, or none of them shows anything yet.
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

    /// Whether its shares are recorded and were not published at once, nor since.
    pub fn is_delayed(&self) -> bool {
        let mut entries = self.log.iter().rev().map(|line| &line.entry);
        entries.find(|entry| matches!(entry, Entry::Reweighed(_) | Entry::Delayed | Entry::Published))
            == Some(&Entry::Delayed)
    }

    /// With the note that the shares which were recorded last could not be published, at `now` (milliseconds since 1970).
    pub fn delayed(self, now: i64) -> Self {
        self.logged(Entry::Delayed, MEMBER, now)
    }

    /// With the note that they are published after all.
    pub fn published(self, now: i64) -> Self {
        self.logged(Entry::Published, MEMBER, now)
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
    pub fn reweighed(self, rollups: &Rollups, now: i64) -> Result<Self, Refusal> {
        let (Status::Running, Some(plan)) = (self.status(), self.design.bandit) else {
            return Err(Refusal::NotRunning);
        };
        let rollups = match self.measured.first() {
            Some(primary) => self.ripe(rollups, &primary.metric, now),
            None => Cow::Borrowed(rollups),
        };
        let update = match learned(&self, &plan, &rollups) {
            Some(parts) => {
                let contexts = contexts::learned(&self, &plan, &rollups).unwrap_or_default();
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
    let mut stretches = vec![first];
    for line in &experiment.log {
        match (&line.entry, stretches.last_mut()) {
            (Entry::Reweighed(update), _) => stretches.push(Stretch {
                at: line.at,
                shares: shares_of(&update.parts),
                contexts: update.contexts.iter().map(|(of, parts)| (of.clone(), shares_of(parts))).collect(),
            }),
            // Nobody has them before they are published.
            (Entry::Delayed, Some(last)) => last.at = i64::MAX,
            (Entry::Published, Some(last)) => last.at = line.at,
            _ => {}
        }
    }
    stretches
}

/// What visitors with a device get now.
#[cfg(any(test, feature = "simulate"))]
pub(crate) fn shares_of(experiment: &Experiment, device: &str) -> Vec<f64> {
    stretches(experiment).pop().map(|last| last.shares_of(Some(device)).to_vec()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
