//! What a rollout is going to do.

use serde::{Deserialize, Serialize};

/// A part of the people, in hundredths of a percent: 0 is nobody, 10,000 everybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Share(pub u16);

impl Share {
    /// Nobody.
    pub const NOBODY: Share = Share(0);
    /// Everybody.
    pub const ALL: Share = Share(10_000);

    /// So many percent.
    pub const fn percent(percent: u16) -> Self {
        Share(percent.saturating_mul(100))
    }

    /// From 0 to 1, as flags write a coverage.
    pub fn part(self) -> f64 {
        f64::from(self.0) / 10_000.0
    }

    /// The part of the people who really have the new value, where a hash has so many buckets: a coverage includes the
    /// bucket at its end, so 1 % of 1,000 buckets are eleven of them.
    pub fn exact(self, buckets: u32) -> f64 {
        match self {
            Share::NOBODY => 0.0,
            share => {
                ((share.part() * f64::from(buckets)).floor() + 1.0).min(f64::from(buckets))
                    / f64::from(buckets)
            }
        }
    }
}

/// One step: for how many, how long, and how many must have been seen before the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Who has the new value.
    pub share: Share,
    /// Milliseconds. Time in which the rollout is held or paused does not count. The last step, everybody, has nobody to
    /// compare with: its time means nothing.
    pub lasts: i64,
    /// People with the new value, and people without it, that must have been seen in this step.
    pub least: u64,
}

/// What may get worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// People for whom a request failed.
    Errors,
    /// Milliseconds until an answer.
    Latency,
    /// People who ordered.
    Conversion,
}

/// What must not get worse, and by how much it may.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Guardrail {
    /// Of what.
    pub metric: Metric,
    /// The change for the worse that is still good enough, as a part: 0.1 is 10 % more errors or milliseconds, or 10 %
    /// fewer orders. The rollout is rolled back when the change is certainly greater.
    pub tolerated: f64,
}

/// A rollout before it starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// From few to everybody.
    pub steps: Vec<Step>,
    /// What must not get worse.
    pub guardrails: Vec<Guardrail>,
    /// The probability, at most, that a rollout that changes nothing is rolled back.
    pub alpha: f64,
    /// Milliseconds without anybody after which the rollout is held.
    pub quiet: i64,
    /// The buckets of the flag's hash: 1,000 (GrowthBook's first) or 10,000 (its second).
    pub buckets: u32,
}

const SECOND: i64 = 1000;
const HOUR: i64 = 3600 * SECOND;
const MOST_STEPS: usize = 20;
/// 90 days.
const LONGEST: i64 = 90 * 24 * HOUR;

impl Default for Plan {
    /// 1, 5, 10, 25, 50 % for a day each, then everybody; 10 % more errors, 10 % more milliseconds or 5 % fewer orders
    /// are too many.
    fn default() -> Self {
        let steps = [1, 5, 10, 25, 50, 100].map(|percent| Step {
            share: Share::percent(percent),
            lasts: 24 * HOUR,
            least: 200,
        });
        let guardrail = |metric, tolerated| Guardrail { metric, tolerated };
        Plan {
            steps: steps.to_vec(),
            guardrails: vec![
                guardrail(Metric::Errors, 0.1),
                guardrail(Metric::Latency, 0.1),
                guardrail(Metric::Conversion, 0.05),
            ],
            alpha: 0.05,
            quiet: 6 * HOUR,
            buckets: 10_000,
        }
    }
}

/// What is wrong with a plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Too few or too many.
    #[error("a rollout has 2 to {MOST_STEPS} steps")]
    Steps,
    /// Somebody would lose the new value, or get it at once.
    #[error("step {0} must be for more people than the one before it, and for some")]
    NotGrowing(usize),
    /// It would never end.
    #[error("the last step must be 100 %, and no other")]
    NotAll,
    /// Too short to see anything, or never over.
    #[error("step {0} must last a second to 90 days")]
    Lasts(usize),
    /// The same metric twice.
    #[error("a metric can be guarded once")]
    Twice,
    /// No tolerance.
    #[error("the tolerated change must be from 0 to 100 %")]
    Tolerated,
    /// Not a probability that is small.
    #[error("the probability of a false rollback must be from 0.1 to 20 %")]
    Alpha,
    /// No hash that is known.
    #[error("a hash has 1,000 or 10,000 buckets")]
    Buckets,
    /// No time.
    #[error("the time without traffic must be a second to 90 days")]
    Quiet,
}

impl Plan {
    /// Whether this can be carried out.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn check(&self) -> Result<(), Fault> {
        if !(2..=MOST_STEPS).contains(&self.steps.len()) {
            return Err(Fault::Steps);
        }
        let mut before = Share::NOBODY;
        for (at, step) in self.steps.iter().enumerate() {
            if step.share <= before {
                return Err(Fault::NotGrowing(at + 1));
            }
            if (step.share >= Share::ALL) != (at + 1 == self.steps.len()) || step.share > Share::ALL {
                return Err(Fault::NotAll);
            }
            if step.share < Share::ALL && !(SECOND..=LONGEST).contains(&step.lasts) {
                return Err(Fault::Lasts(at + 1));
            }
            before = step.share;
        }
        for (at, guardrail) in self.guardrails.iter().enumerate() {
            if self.guardrails.iter().take(at).any(|other| other.metric == guardrail.metric) {
                return Err(Fault::Twice);
            }
            if !(0.0..=1.0).contains(&guardrail.tolerated) {
                return Err(Fault::Tolerated);
            }
        }
        if !(0.001..=0.2).contains(&self.alpha) {
            return Err(Fault::Alpha);
        }
        if ![1_000, 10_000].contains(&self.buckets) {
            return Err(Fault::Buckets);
        }
        if !(SECOND..=LONGEST).contains(&self.quiet) {
            return Err(Fault::Quiet);
        }
        Ok(())
    }

    /// Milliseconds from the start to everybody, if nothing holds it.
    pub fn lasts(&self) -> i64 {
        self.steps.iter().filter(|step| step.share < Share::ALL).map(|step| step.lasts).sum()
    }
}
