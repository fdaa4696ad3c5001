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
/// arm: [`Undefined::NoUnits`], [`Undefined::NoVariance`].
pub fn adaptive_means(periods: &[Period]) -> Result<Vec<Result<WeightedMean>>> {
    let arms = arms(periods)?;
    let weight = |period: &Period, arm: usize| period.weights.get(arm).map_or(0.0, |weight| weight.sqrt());
    Ok((0..arms).map(|arm| arm_mean(periods, arm, &weight, Moments::default(), None)).collect())
}

/// The mean of each arm, so that arms may be compared although the world changes: with the weights of
/// [`adaptive_means`], an arm that got most of its units in a good week has a mean of good weeks. Here each period counts
/// the same for all arms: its scores have the weight 1/√Σ_w 1/eₜ(w), which keeps the variance of a contrast in check
/// (Hadad et al., the section on contrasts: evaluation weights may depend on the past, and be those of the contrast). In
/// the first period, whose allocation nothing was learned for, m is the arm's mean in it, as a plain mean has it: without
/// an update, this is the plain mean.
///
/// An arm whose units all have the same value (nobody has bought yet) has a mean, and no spread to say how sure that is.
/// To leave it out until it has would keep those arms alone that were lucky, so its units are taken to vary by `spread`,
/// the variance of one unit's value where it is known: [`variance_within`] of all arms, as a test of equal means has it.
/// Where that is not known either, an arm without spread has no mean.
///
/// # Errors
/// As [`adaptive_means`].
pub fn comparable_means(periods: &[Period], spread: Option<f64>) -> Result<Vec<Result<WeightedMean>>> {
    let arms = arms(periods)?;
    let weight = |period: &Period, _: usize| {
        let rarity: f64 = period.weights.iter().map(|weight| 1.0 / weight).sum();
        1.0 / rarity.sqrt()
    };
    let first = |arm: usize| periods.iter().find_map(|period| period.arms.get(arm).filter(|arm| arm.n() > 0));
    let mean = |arm: usize| arm_mean(periods, arm, &weight, first(arm).copied().unwrap_or_default(), spread);
    Ok((0..arms).map(mean).collect())
}

/// The variance of one unit's value around the mean of its arm and period, from all of them together: the residual mean
/// square of an analysis of variance (Fisher 1925, "Statistical methods for research workers"), which the pooled test of
/// two proportions takes as well. `None` where no cell has two units, or nothing varies.
pub fn variance_within<'p>(periods: impl IntoIterator<Item = &'p Period>) -> Option<f64> {
    let cells = periods.into_iter().flat_map(|period| &period.arms).filter(|cell| cell.n() > 0);
    let (squares, freedom) = cells.fold((0.0, 0.0), |(squares, freedom), cell| {
        (squares + cell.squared_deviations(), freedom + (cell.n() - 1) as f64)
    });
    (freedom > 0.0 && squares > 0.0).then_some(squares / freedom)
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

/// A standard error below this part of the mean is what rounding leaves of none.
const ROUNDING: f64 = 1e-9;

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

/// `weight` is that of a period's scores for an arm; `first` says what is expected of units that nobody came before, and
/// `spread` how much a unit varies where the arm does not show it.
fn arm_mean(
    periods: &[Period],
    arm: usize,
    weight: &dyn Fn(&Period, usize) -> f64,
    first: Moments,
    spread: Option<f64>,
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
    if before.n() == 0 {
        return Err(Undefined::NoUnits);
    }
    let weight: f64 = scores.iter().map(|period| period.weight * period.units).sum();
    if weight <= 0.0 {
        return Err(Undefined::NoUnits);
    }
    let mean = scores.iter().map(|period| period.weight * period.sum()).sum::<f64>() / weight;
    let mean = finite(mean)?;
    let error_of = |square: &dyn Fn(&Scores) -> f64| {
        let variance = scores.iter().map(|period| period.weight.powi(2) * square(period)).sum::<f64>();
        finite(variance.sqrt() / weight)
    };
    let shown = error_of(&|period| period.squared_distance(mean))?;
    if shown > ROUNDING * mean.abs() {
        return Ok(WeightedMean { mean, standard_error: shown });
    }
    let spread = spread.filter(|spread| *spread > 0.0).ok_or(Undefined::NoVariance)?;
    let standard_error = error_of(&|period| period.taken * spread / period.probability.powi(2))?;
    Ok(WeightedMean { mean, standard_error })
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
        let [plain, _] = both(comparable_means(&[period(0.5, [(1_000, 100), (1_000, 50)])], None));
        assert!((plain.mean - 0.1).abs() < 1e-12);
        assert!((plain.standard_error - (0.09f64 / 1_000.0).sqrt()).abs() < 1e-6, "{plain:?}");
    }

    #[test]
    fn a_good_week_is_a_good_week_of_all_arms() {
        let weeks = [period(0.5, [(7_000, 350), (7_000, 350)]), period(0.1, [(1_400, 210), (12_600, 1_890)])];
        let [a, b] = both(comparable_means(&weeks, None));
        assert!((a.mean - b.mean).abs() < 1e-9, "{a:?} {b:?}");
        // With weights of its own, each arm has a mean of other times.
        let [a, b] = both(adaptive_means(&weeks));
        assert!(b.mean - a.mean > 0.02, "{a:?} {b:?}");
    }

    #[test]
    fn an_arm_that_nobody_has_bought_with_is_as_unsure_as_the_others_are() {
        let weeks = [period(0.5, [(1_000, 0), (1_000, 20)]), period(0.2, [(400, 0), (1_600, 32)])];
        let spread = variance_within(&weeks);
        assert!((spread.unwrap() - (19.6 + 31.36) / 3_996.0).abs() < 1e-12, "{spread:?}");
        let [none, some] = both(comparable_means(&weeks, spread));
        assert!(none.mean.abs() < 1e-12, "{none:?}");
        // Two weeks with the weights 1/√4 and 1/√6.25, of 2,000 people each.
        let variance = spread.unwrap() * (0.25 * 1_000.0 / 0.25 + 0.16 * 400.0 / 0.04);
        assert!((none.standard_error - variance.sqrt() / (2_000.0 * 0.9)).abs() < 1e-12, "{none:?}");
        // What shows a spread of its own keeps it.
        let alone = comparable_means(&weeks, None).unwrap();
        assert_eq!(alone, [Err(Undefined::NoVariance), Ok(some)]);
        // Nobody there is another thing, and where nothing varies nothing is known.
        let empty = [period(0.5, [(0, 0), (10, 1)])];
        assert_eq!(comparable_means(&empty, spread).unwrap()[0], Err(Undefined::NoUnits));
        assert_eq!(variance_within(&[period(0.5, [(9, 0), (9, 0)])]), None);
        assert_eq!(variance_within(&[period(0.5, [(1, 0), (1, 1)])]), None);
    }
}
