//! Analysis of data whose allocation followed the data.
//!
//! A bandit sends fewer people to an arm that looked bad, so an arm that was unlucky early never recovers: its plain
//! mean is biased downwards, and the usual interval is wrong. Weighting by the known probabilities repairs that.

use crate::difference::Interval;
use crate::moments::Moments;
use crate::special::{normal_isf, normal_sf};
use crate::undefined::{Result, Undefined, finite, open_unit};
use serde::{Deserialize, Serialize};

/// The time between two updates of the weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Period {
    /// The probability with which a unit got each arm.
    pub weights: Vec<f64>,
    /// What the units of each arm did.
    pub arms: Vec<Moments>,
}

/// An arm's mean that accounts for the allocation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct WeightedMean {
    /// The estimate.
    pub mean: f64,
    /// Its standard error.
    pub standard_error: f64,
}

/// The difference of two arms of a bandit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AdaptiveEffect {
    /// The variant's mean less the control's.
    pub difference: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Two-sided, normal.
    pub p_value: f64,
    /// The confidence interval of the difference.
    pub interval: Interval,
}

/// The mean of each arm, by adaptively weighted AIPW scores (Hadad, Hirshberg, Zhan, Wager and Athey 2021, "Confidence
/// intervals for policy evaluation in adaptive experiments", PNAS 118): the score of a unit in period t for arm w is
/// Γ = m + 1{W = w} (Y − m) / eₜ(w), where m is the arm's mean over the periods before; scores are averaged with
/// weights √eₜ(w) (their constant-allocation weights), which keeps the variance in check where eₜ is small. Since
/// weights are constant within a period, its moments suffice.
///
/// # Errors
/// [`Undefined::NoUnits`]; [`Undefined::InvalidParameter`] if a period lacks an arm or gives it no probability. Per
/// arm: [`Undefined::NoVariance`].
pub fn adaptive_means(periods: &[Period]) -> Result<Vec<Result<WeightedMean>>> {
    let arms = arms(periods)?;
    let weight = |period: &Period, arm: usize| period.weights.get(arm).map_or(0.0, |weight| weight.sqrt());
    Ok((0..arms).map(|arm| arm_mean(periods, arm, &weight, Moments::default())).collect())
}

/// The mean of each arm, so that arms may be compared although the world changes: with the weights of
/// [`adaptive_means`], an arm that got most of its units in a good week has a mean of good weeks. Here each period counts
/// the same for all arms: its scores have the weight 1/√Σ_w 1/eₜ(w), which keeps the variance of a contrast in check
/// (Hadad et al., the section on contrasts: evaluation weights may depend on the past, and be those of the contrast). In
/// the first period, whose allocation nothing was learned for, m is the arm's mean in it, as a plain mean has it: without
/// an update, this is the plain mean.
///
/// # Errors
/// As [`adaptive_means`].
pub fn comparable_means(periods: &[Period]) -> Result<Vec<Result<WeightedMean>>> {
    let arms = arms(periods)?;
    let weight = |period: &Period, _: usize| {
        let rarity: f64 = period.weights.iter().map(|weight| 1.0 / weight).sum();
        1.0 / rarity.sqrt()
    };
    let first = |arm: usize| periods.iter().find_map(|period| period.arms.get(arm).filter(|arm| arm.n() > 0));
    let mean = |arm: usize| arm_mean(periods, arm, &weight, first(arm).copied().unwrap_or_default());
    Ok((0..arms).map(mean).collect())
}

/// How many arms there are.
fn arms(periods: &[Period]) -> Result<usize> {
    let arms = periods.first().ok_or(Undefined::NoUnits)?.arms.len();
    if periods.iter().any(|period| period.arms.len() != arms || period.weights.len() != arms) {
        return Err(Undefined::InvalidParameter { name: "the periods", range: "of the same arms" });
    }
    if periods.iter().flat_map(|period| &period.weights).any(|weight| !(*weight > 0.0 && *weight <= 1.0)) {
        return Err(Undefined::InvalidParameter { name: "a weight", range: "above 0 and at most 1" });
    }
    Ok(arms)
}

/// What a period adds for one arm.
struct Scores {
    units: f64,
    taken: f64,
    /// The sum of squared deviations of the taken units.
    squares: f64,
    mean: f64,
    plug_in: f64,
    probability: f64,
    weight: f64,
}

impl Scores {
    /// The score of the mean of the taken units.
    fn of_taken(&self) -> f64 {
        self.plug_in + (self.mean - self.plug_in) / self.probability
    }

    fn sum(&self) -> f64 {
        (self.units - self.taken) * self.plug_in + self.taken * self.of_taken()
    }

    /// Σ (Γ − centre)².
    fn squared_distance(&self, centre: f64) -> f64 {
        (self.units - self.taken) * (self.plug_in - centre).powi(2)
            + self.taken * (self.of_taken() - centre).powi(2)
            + self.squares / self.probability.powi(2)
    }
}

/// `weight` is that of a period's scores for an arm; `first` says what is expected of units that nobody came before.
fn arm_mean(
    periods: &[Period],
    arm: usize,
    weight: &dyn Fn(&Period, usize) -> f64,
    first: Moments,
) -> Result<WeightedMean> {
    let mut before = Moments::default();
    let mut scores = Vec::with_capacity(periods.len());
    for period in periods {
        let (Some(taken), Some(probability)) = (period.arms.get(arm), period.weights.get(arm)) else {
            continue;
        };
        scores.push(Scores {
            units: period.arms.iter().map(Moments::n).sum::<u64>() as f64,
            taken: taken.n() as f64,
            squares: taken.squared_deviations(),
            mean: taken.centre(),
            plug_in: if before.n() > 0 { before.centre() } else { first.centre() },
            probability: *probability,
            weight: weight(period, arm),
        });
        before = before.merge(*taken);
    }
    let weight: f64 = scores.iter().map(|period| period.weight * period.units).sum();
    if weight <= 0.0 {
        return Err(Undefined::NoUnits);
    }
    let mean = scores.iter().map(|period| period.weight * period.sum()).sum::<f64>() / weight;
    let variance =
        scores.iter().map(|period| period.weight.powi(2) * period.squared_distance(mean)).sum::<f64>();
    let standard_error = finite(variance.sqrt() / weight)?;
    if standard_error <= 0.0 {
        return Err(Undefined::NoVariance);
    }
    Ok(WeightedMean { mean: finite(mean)?, standard_error })
}

/// The difference between two arms; their estimates are asymptotically uncorrelated (ibid., section on contrasts).
///
/// # Errors
/// As [`adaptive_means`]; an arm that is not there.
pub fn adaptive_effect(
    periods: &[Period],
    control: usize,
    variant: usize,
    alpha: f64,
) -> Result<AdaptiveEffect> {
    let critical = normal_isf(open_unit("alpha", alpha)? / 2.0);
    let means = adaptive_means(periods)?;
    let arm = |index: usize| {
        let missing = Undefined::InvalidParameter { name: "the arm", range: "one of the bandit's" };
        means.get(index).cloned().unwrap_or(Err(missing))
    };
    let (control, variant) = (arm(control)?, arm(variant)?);
    let difference = variant.mean - control.mean;
    let standard_error = control.standard_error.hypot(variant.standard_error);
    Ok(AdaptiveEffect {
        difference,
        standard_error,
        p_value: finite(2.0 * normal_sf((difference / standard_error).abs()))?,
        interval: Interval::around(difference, critical * standard_error)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(first: f64, arms: [(u64, u64); 2]) -> Period {
        let arms = arms.map(|(n, successes)| Moments::from_successes(n, successes).unwrap());
        Period { weights: vec![first, 1.0 - first], arms: arms.to_vec() }
    }

    fn both(found: Result<Vec<Result<WeightedMean>>>) -> [WeightedMean; 2] {
        let found = found.unwrap();
        [found[0].clone().unwrap(), found[1].clone().unwrap()]
    }

    #[test]
    fn without_an_update_it_is_the_plain_mean() {
        let [plain, _] = both(comparable_means(&[period(0.5, [(1_000, 100), (1_000, 50)])]));
        assert!((plain.mean - 0.1).abs() < 1e-12);
        assert!((plain.standard_error - (0.09f64 / 1_000.0).sqrt()).abs() < 1e-6, "{plain:?}");
    }

    #[test]
    fn a_good_week_is_a_good_week_of_all_arms() {
        let weeks = [period(0.5, [(7_000, 350), (7_000, 350)]), period(0.1, [(1_400, 210), (12_600, 1_890)])];
        let [a, b] = both(comparable_means(&weeks));
        assert!((a.mean - b.mean).abs() < 1e-9, "{a:?} {b:?}");
        // With weights of its own, each arm has a mean of other times.
        let [a, b] = both(adaptive_means(&weeks));
        assert!(b.mean - a.mean > 0.02, "{a:?} {b:?}");
    }
}
