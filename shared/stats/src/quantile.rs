//! Quantiles: the median basket, the slowest twentieth of page loads. These need the values of the units themselves, or a
//! [`Histogram`](crate::Histogram) of them.

use crate::estimate::Estimate;
use crate::moments::{Joint, Moments};
use crate::special::normal_isf;
use crate::undefined::{Result, Undefined, finite, open_unit};

/// From this many values on, a quantile is taken to have some spread even where the sample shows none (gbstats).
const ALWAYS_SOME_SPREAD: u64 = 100;
/// From this many on, a sample without spread around its quantile is accepted (gbstats).
const MANY: u64 = 1000;
/// That spread.
const LEAST_VARIANCE: f64 = 1e-5;

/// The quantile at `level` of ascending values, interpolated linearly between the two nearest (Hyndman and Fan 1996,
/// type 7; numpy's and PostgreSQL's `percentile_cont`).
///
/// # Errors
/// [`Undefined::NoUnits`], [`Undefined::NotFinite`]; a level outside [0, 1].
pub fn quantile(ascending: &[f64], level: f64) -> Result<f64> {
    if !(0.0..=1.0).contains(&level) {
        return Err(Undefined::InvalidParameter { name: "the level", range: "from 0 to 1" });
    }
    let last = ascending.len().checked_sub(1).ok_or(Undefined::NoUnits)?;
    let position = level * last as f64;
    // Not negative and not above `last`.
    let below = (position.floor() as usize).min(last);
    let at = |index: usize| ascending.get(index.min(last)).copied().ok_or(Undefined::NoUnits);
    let (low, high) = (at(below)?, at(below + 1)?);
    finite(low + (high - low) * (position - below as f64))
}

/// The quantile of a value per unit, as an estimate to compare: the variance follows from the width of the interval
/// between the quantiles at `level` ± z √(level (1 − level) / n) (gbstats `QuantileStatistic`, whose n* is n here;
/// Deng, Knoblich and Lu 2018). `values` are sorted in place.
///
/// # Errors
/// [`Undefined::TooFewUnits`] if the interval would leave the sample; [`Undefined::NoVariance`] for fewer than 1000
/// values that don't differ around the quantile; [`Undefined::NotFinite`]; a level outside (0, 1).
pub fn quantile_of(values: &mut [f64], level: f64) -> Result<Estimate> {
    let n = values.len() as u64;
    let (middle, variance) = independent(values, level)?;
    of_variance(n, middle, variance)
}

/// The quantile of values of which a unit may have several (page loads per visitor). Values of one unit resemble each
/// other, which widens the interval by the clustered variance of "is at most the quantile" (gbstats
/// `QuantileClusteredStatistic`). `units` holds the values of each unit.
///
/// # Errors
/// As [`quantile_of`]; two units are needed.
pub fn clustered_quantile_of(units: &[Vec<f64>], level: f64) -> Result<Estimate> {
    let mut values: Vec<f64> = units.iter().flatten().copied().collect();
    let n = values.len() as u64;
    let (middle, independent) = independent(&mut values, level)?;
    let counts: Joint = units
        .iter()
        .map(|unit| (unit.iter().filter(|value| **value <= middle).count() as f64, unit.len() as f64))
        .collect();
    // The level, not the sample's share, is what the interval was built for.
    let clustered = clustered_variance(&counts)? / counts.n() as f64;
    let alone = level * (1.0 - level) / n as f64;
    of_variance(n, middle, independent * clustered / alone)
}

/// The variance per unit of the share of values at or below the quantile.
fn clustered_variance(counts: &Joint) -> Result<f64> {
    let (s, n): (Moments, Moments) = (counts.x(), counts.y());
    let (mean_s, mean_n) = (s.mean()?, n.mean()?);
    if mean_n <= 0.0 {
        return Err(Undefined::ZeroDenominator);
    }
    let ratio = mean_s / mean_n;
    let variance = s.variance()? - 2.0 * ratio * counts.covariance()? + ratio * ratio * n.variance()?;
    finite(variance / (mean_n * mean_n))
}

/// The quantile and its variance (times n) if all values are independent.
fn independent(values: &mut [f64], level: f64) -> Result<(f64, f64)> {
    if values.iter().any(|value| !value.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    values.sort_by(f64::total_cmp);
    spread(values.len() as u64, level, |level| quantile(values, level))
}

/// The quantile of `n` independent values as an estimate, where `at` knows their quantile at any level: the inversion of
/// the interval of a share (Woodruff 1952, "Confidence intervals for medians and other position measures").
pub(crate) fn estimate(n: u64, level: f64, at: impl Fn(f64) -> Result<f64>) -> Result<Estimate> {
    let (middle, variance) = spread(n, level, at)?;
    of_variance(n, middle, variance)
}

fn spread(n: u64, level: f64, at: impl Fn(f64) -> Result<f64>) -> Result<(f64, f64)> {
    let level = open_unit("the level", level)?;
    let (found, n) = (n, n as f64);
    let z = normal_isf(0.025);
    let odds = level / (1.0 - level);
    let needed = z * z * odds.max(1.0 / odds);
    if n <= needed {
        return Err(Undefined::TooFewUnits { needed: needed.floor() as u64 + 1, found });
    }
    let half = z * (level * (1.0 - level) / n).sqrt();
    let width = at((level + half).min(1.0))? - at((level - half).max(0.0))?;
    Ok((at(level)?, (n - 1.0) * (width / (2.0 * z)).powi(2)))
}

fn of_variance(n: u64, middle: f64, variance: f64) -> Result<Estimate> {
    if variance <= 0.0 && n < MANY {
        return Err(Undefined::NoVariance);
    }
    let least = if n < ALWAYS_SOME_SPREAD { 0.0 } else { LEAST_VARIANCE };
    Estimate::new(n, middle, variance.max(least))
}
