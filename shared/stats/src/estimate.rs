//! What one variant says about a metric: a mean and the variance behind it.

use crate::moments::{Joint, Moments};
use crate::undefined::{Result, Undefined, finite};
use serde::Serialize;

/// How the variance of a value is reckoned, as gbstats does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Shape {
    /// Any number: Σ (x − mean)² / (n − 1) (gbstats `SampleMeanStatistic`).
    Number,
    /// Zero or one: p (1 − p) (gbstats `ProportionStatistic`).
    Binary,
}

impl Shape {
    /// The variance of one value.
    ///
    /// # Errors
    /// [`Undefined::NoUnits`], [`Undefined::TooFewUnits`], [`Undefined::NotFinite`].
    pub fn variance(self, moments: &Moments) -> Result<f64> {
        match self {
            Shape::Number => moments.variance(),
            Shape::Binary => {
                let mean = moments.mean()?;
                finite(mean * (1.0 - mean))
            }
        }
    }
}

/// The estimate of a metric in one variant. All methods that compare variants start here.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    n: u64,
    mean: f64,
    unadjusted: f64,
    variance: f64,
}

impl Estimate {
    /// An estimate from elsewhere: `variance` is that of one unit, so that the standard error of `mean` is
    /// √(variance / n).
    ///
    /// # Errors
    /// [`Undefined::NoUnits`], [`Undefined::NotFinite`], [`Undefined::InvalidParameter`] for a negative variance.
    pub fn new(n: u64, mean: f64, variance: f64) -> Result<Self> {
        if n == 0 {
            return Err(Undefined::NoUnits);
        }
        if variance < 0.0 {
            return Err(Undefined::InvalidParameter { name: "the variance", range: "zero or more" });
        }
        Ok(Estimate { n, mean: finite(mean)?, unadjusted: mean, variance: finite(variance)? })
    }

    /// The mean of a value per unit: orders or revenue per visitor, say. Units without the event count as zero.
    ///
    /// # Errors
    /// [`Undefined::TooFewUnits`] below two, [`Undefined::NotFinite`].
    pub fn mean_of(moments: &Moments) -> Result<Self> {
        Estimate::of(moments, Shape::Number)
    }

    /// The share of units with a conversion (also: of those that came back).
    ///
    /// # Errors
    /// [`Undefined::NoUnits`], or [`Undefined::InvalidParameter`] for more successes than units.
    pub fn proportion(n: u64, successes: u64) -> Result<Self> {
        Estimate::of(&Moments::from_successes(n, successes)?, Shape::Binary)
    }

    /// The mean of values of this shape.
    ///
    /// # Errors
    /// As [`Shape::variance`].
    pub fn of(moments: &Moments, shape: Shape) -> Result<Self> {
        Estimate::new(moments.n(), moments.mean()?, shape.variance(moments)?)
    }

    /// A ratio of two sums over the units (revenue per order, clicks per view), by the delta method: with means m, d,
    /// variances s²ₘ, s²_d and covariance c, the variance is s²ₘ/d² − 2cm/d³ + m² s²_d/d⁴ (gbstats `RatioStatistic`;
    /// Deng, Knoblich and Lu 2018, "Applying the delta method in metric analytics").
    ///
    /// # Errors
    /// [`Undefined::ZeroDenominator`], [`Undefined::TooFewUnits`], [`Undefined::NotFinite`].
    pub fn ratio(joint: &Joint, numerator: Shape, denominator: Shape) -> Result<Self> {
        let (m, d) = (joint.x().mean()?, joint.y().mean()?);
        if d.abs() <= 0.0 {
            return Err(Undefined::ZeroDenominator);
        }
        let covariance = joint.covariance()?;
        let variance = numerator.variance(&joint.x())? / d.powi(2) - 2.0 * covariance * m / d.powi(3)
            + m.powi(2) * denominator.variance(&joint.y())? / d.powi(4);
        Estimate::new(joint.n(), m / d, finite(variance)?.max(0.0))
    }

    /// This estimate with a mean and a variance that take a covariate into account.
    ///
    /// # Errors
    /// [`Undefined::NotFinite`].
    pub(crate) fn adjusted(self, mean: f64, variance: f64) -> Result<Self> {
        Ok(Estimate { mean: finite(mean)?, variance: finite(variance)?.max(0.0), ..self })
    }

    /// The number of units.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The mean, adjusted if a covariate was used.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The mean before any adjustment: relative uplifts are relative to it.
    pub fn unadjusted_mean(&self) -> f64 {
        self.unadjusted
    }

    /// The variance of one unit.
    pub fn variance(&self) -> f64 {
        self.variance
    }

    /// The standard error of the mean.
    pub fn standard_error(&self) -> f64 {
        (self.variance / self.n as f64).sqrt()
    }

    /// Refuses an estimate that shows no spread.
    pub(crate) fn with_spread(&self) -> Result<&Self> {
        if self.variance > 0.0 { Ok(self) } else { Err(Undefined::NoVariance) }
    }
}
