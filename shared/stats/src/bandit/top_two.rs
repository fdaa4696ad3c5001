//! Top-two Thompson sampling: who gets how much traffic until the next update.

use super::Belief;
use super::belief::best_arm_probabilities;
use crate::undefined::{Result, Undefined};
use serde::{Deserialize, Serialize};

/// How a bandit shares its traffic.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TopTwo {
    /// How often the seemingly best arm is taken rather than its challenger: 0.5 is Russo's choice.
    pub best: f64,
    /// The least share of each arm, so that each can still be learned about, and weights of 1/share stay bounded.
    pub least: f64,
}

impl Default for TopTwo {
    fn default() -> Self {
        TopTwo { best: 0.5, least: 0.01 }
    }
}

impl TopTwo {
    /// The shares of the arms until the next update. With αᵢ the probability that arm i is the best one, top-two
    /// Thompson sampling takes it with probability αᵢ (β + (1 − β) Σⱼ≠ᵢ αⱼ / (1 − αⱼ)) (Russo 2020, "Simple Bayesian
    /// algorithms for best-arm identification", section 4.3): these are computed, not drawn.
    ///
    /// # Errors
    /// [`Undefined::InvalidParameter`] for minima that leave nothing to share, or a `best` outside [0, 1]; as
    /// [`best_arm_probabilities`].
    pub fn weights(&self, arms: &[Belief]) -> Result<Vec<f64>> {
        let free = 1.0 - self.least * arms.len() as f64;
        if !(self.least >= 0.0 && free >= 0.0) {
            return Err(Undefined::InvalidParameter {
                name: "the least weight",
                range: "from 0 to 1 / arms",
            });
        }
        if !(0.0..=1.0).contains(&self.best) {
            return Err(Undefined::InvalidParameter { name: "the share of the best", range: "from 0 to 1" });
        }
        let best = best_arm_probabilities(arms)?;
        if best.len() == 1 {
            return Ok(vec![1.0]);
        }
        // The probability of a leader's challenger, given that leader; none left to chance: all alike.
        let others = |leader: usize| -> f64 {
            best.iter().enumerate().filter(|(arm, _)| *arm != leader).map(|(_, share)| share).sum()
        };
        let challengers: Vec<(f64, f64)> =
            best.iter().enumerate().map(|(leader, share)| (*share, others(leader))).collect();
        let alike = 1.0 / (best.len() - 1) as f64;
        let weight = |arm: usize, share: f64| {
            let led_by_others = challengers.iter().enumerate().filter(|(leader, _)| *leader != arm);
            let second: f64 = led_by_others
                .map(|(_, (leads, rest))| leads * if *rest > 0.0 { share / rest } else { alike })
                .sum();
            self.least + free * (self.best * share + (1.0 - self.best) * second)
        };
        Ok(best.iter().enumerate().map(|(arm, share)| weight(arm, *share)).collect())
    }
}

/// When a bandit's weights change. Between updates they are constant, which is what the analysis needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Milliseconds with equal weights at the start.
    pub burn_in: i64,
    /// Milliseconds from one update to the next.
    pub every: i64,
}

impl Schedule {
    /// Whether an update is due at `now`. Times are milliseconds since the epoch.
    pub fn is_due(&self, started: i64, last_update: Option<i64>, now: i64) -> bool {
        match last_update {
            None => now.saturating_sub(started) >= self.burn_in,
            Some(last) => now.saturating_sub(last) >= self.every,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(least: f64, arms: &[(u64, u64)], expected: &[f64]) {
        let arms: Vec<Belief> = arms.iter().map(|(n, s)| Belief::of_conversions(*n, *s)).collect();
        let weights = TopTwo { least, ..TopTwo::default() }.weights(&arms).unwrap();
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{weights:?}");
        assert!(weights.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-4), "{weights:?}");
        assert!(weights.iter().all(|weight| *weight >= least - 1e-12), "{weights:?}");
    }

    #[test]
    fn weights_of_arms() {
        check(0.01, &[(0, 0), (0, 0)], &[0.5, 0.5]);
        check(0.01, &[(0, 0), (0, 0), (0, 0)], &[1.0 / 3.0; 3]);
        // One arm certainly the best: half of the rest goes to its only challenger.
        check(0.01, &[(100_000, 10_000), (100_000, 20_000)], &[0.5, 0.5]);
        // By scipy's quadrature and Russo's formula.
        check(0.05, &[(1000, 100), (1000, 60), (1000, 80)], &[0.47499, 0.05194, 0.47308]);
        check(0.0, &[(1_000_000, 900_000), (1_000_000, 1), (1_000_000, 1)], &[0.5, 0.25, 0.25]);
    }

    #[test]
    fn impossible_minima_are_refused() {
        let arms = [Belief::of_conversions(1, 0); 3];
        assert!(TopTwo { least: 0.4, ..TopTwo::default() }.weights(&arms).is_err());
        assert_eq!(TopTwo::default().weights(&[]), Err(Undefined::NoUnits));
        assert!(TopTwo::default().weights(&[Belief::Normal { mean: 0.0, deviation: 0.0 }]).is_err());
    }

    #[test]
    fn a_schedule() {
        let schedule = Schedule { burn_in: 100, every: 10 };
        let due = |last, now| schedule.is_due(1000, last, now);
        assert_eq!(
            [due(None, 1099), due(None, 1100), due(Some(1100), 1109), due(Some(1100), 1110)],
            [false, true, false, true]
        );
    }
}
