//! A bandit while it runs: what a host keeps, and what it does when a unit arrives, when a value arrives, and when the
//! alarm rings.

use super::{Belief, Period, Schedule, TopTwo};
use crate::estimate::{Estimate, Shape};
use crate::moments::Moments;
use crate::random::Random;
use crate::undefined::{Result, Undefined, finite};
use serde::{Deserialize, Serialize};

/// The state of a bandit. It serialises, so that a host can store it between two events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bandit {
    policy: TopTwo,
    schedule: Schedule,
    /// Whether values are 0 and 1.
    binary: bool,
    started: i64,
    updated: Option<i64>,
    /// Never empty; the last one is running.
    periods: Vec<Period>,
}

impl Bandit {
    /// A bandit of `arms` arms with equal weights. `shape` is that of the values; `now` in milliseconds since the epoch.
    ///
    /// # Errors
    /// [`Undefined::InvalidParameter`] for fewer than two arms, or for minima that leave nothing to share.
    pub fn new(arms: usize, shape: Shape, policy: TopTwo, schedule: Schedule, now: i64) -> Result<Self> {
        if arms < 2 {
            return Err(Undefined::InvalidParameter { name: "the arms", range: "two or more" });
        }
        policy.weights(&vec![Belief::of_conversions(0, 0); arms])?;
        let first = Period { weights: vec![1.0 / arms as f64; arms], arms: vec![Moments::default(); arms] };
        let binary = shape == Shape::Binary;
        Ok(Bandit { policy, schedule, binary, started: now, updated: None, periods: vec![first] })
    }

    /// The periods so far, for [`adaptive_means`](super::adaptive_means) and [`adaptive_effect`](super::adaptive_effect).
    pub fn periods(&self) -> &[Period] {
        &self.periods
    }

    /// The shares of the arms now.
    pub fn weights(&self) -> &[f64] {
        self.periods.last().map_or(&[], |period| &period.weights)
    }

    /// The arm for a new unit.
    ///
    /// # Errors
    /// [`Undefined::NoUnits`] if the state has no arms.
    pub fn choose(&self, random: &mut impl Random) -> Result<usize> {
        random.pick(self.weights()).ok_or(Undefined::NoUnits)
    }

    /// Records what a unit of the running period did. A unit counts once, when its window is over.
    ///
    /// # Errors
    /// [`Undefined::InvalidParameter`] for an arm that is not there, [`Undefined::NotFinite`].
    pub fn record(&mut self, arm: usize, value: f64) -> Result<()> {
        let value = finite(value)?;
        let of = self.periods.last_mut().and_then(|period| period.arms.get_mut(arm));
        of.ok_or(Undefined::InvalidParameter { name: "the arm", range: "one of the bandit's" })?.push(value);
        Ok(())
    }

    /// Begins a new period with new weights, if one is due; answers whether it did. A posterior does not depend on how
    /// units were allocated, so the beliefs are those of all units together. As long as an arm shows no spread, the
    /// weights stay.
    ///
    /// # Errors
    /// As [`TopTwo::weights`].
    pub fn update(&mut self, now: i64) -> Result<bool> {
        if !self.schedule.is_due(self.started, self.updated, now) {
            return Ok(false);
        }
        let weights = match self.beliefs() {
            Ok(beliefs) => self.policy.weights(&beliefs)?,
            Err(_) => self.weights().to_vec(),
        };
        let arms = vec![Moments::default(); weights.len()];
        self.periods.push(Period { weights, arms });
        self.updated = Some(now);
        Ok(true)
    }

    fn beliefs(&self) -> Result<Vec<Belief>> {
        let arms = self.weights().len();
        let total = |arm: usize| {
            let of = self.periods.iter().filter_map(|period| period.arms.get(arm));
            of.fold(Moments::default(), |all, period| all.merge(*period))
        };
        (0..arms)
            .map(total)
            .map(|arm| match self.binary {
                true => Ok(Belief::of_conversions(arm.n(), arm.sum().round() as u64)),
                false => Belief::of_estimate(&Estimate::mean_of(&arm)?),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::adaptive_effect;
    use crate::random::SplitMix64;

    const SCHEDULE: Schedule = Schedule { burn_in: 1000, every: 500 };

    /// A bandit of two arms, `gain` apart, over 20 periods; values are drawn by `draw`.
    #[track_caller]
    fn check(shape: Shape, draw: impl Fn(usize, &mut SplitMix64) -> f64, gain: f64) {
        let mut random = SplitMix64::new(8);
        let mut bandit = Bandit::new(2, shape, TopTwo::default(), SCHEDULE, 0).unwrap();
        let mut updates = 0;
        for now in 0..11_000 {
            let arm = bandit.choose(&mut random).unwrap();
            bandit.record(arm, draw(arm, &mut random)).unwrap();
            updates += u32::from(bandit.update(now).unwrap());
        }
        assert_eq!(updates, 20);
        assert_eq!(bandit.periods().len(), 21);
        let effect = adaptive_effect(bandit.periods(), 0, 1, 0.001).unwrap();
        assert!(effect.interval.contains(gain) && effect.p_value < 0.01, "{effect:?}");
        let stored = serde_json::to_string(&bandit).unwrap();
        assert_eq!(serde_json::from_str::<Bandit>(&stored).unwrap(), bandit);
    }

    #[test]
    fn from_the_first_unit_to_the_analysis() {
        let convert = |rate: f64, random: &mut SplitMix64| f64::from(u8::from(random.uniform() < rate));
        check(Shape::Binary, |arm, random| convert([0.1, 0.13][arm], random), 0.03);
        check(Shape::Number, |arm, random| [5.0, 5.3][arm] + random.normal(), 0.3);
    }

    #[test]
    fn weights_wait_for_the_schedule_and_for_data() {
        let mut bandit = Bandit::new(3, Shape::Number, TopTwo::default(), SCHEDULE, 100).unwrap();
        bandit.record(0, 5.0).unwrap();
        assert_eq!(bandit.update(1099), Ok(false));
        assert_eq!(bandit.update(1100), Ok(true));
        assert_eq!(bandit.update(1599), Ok(false));
        assert!(bandit.weights().iter().all(|weight| (weight - 1.0 / 3.0).abs() < 1e-12));
        assert!(bandit.record(3, 1.0).is_err() && bandit.record(0, f64::NAN).is_err());
        assert!(Bandit::new(1, Shape::Number, TopTwo::default(), SCHEDULE, 0).is_err());
        let greedy = TopTwo { least: 0.6, ..TopTwo::default() };
        assert!(Bandit::new(2, Shape::Number, greedy, SCHEDULE, 0).is_err());
    }
}
