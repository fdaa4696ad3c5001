//! The difference between a variant and the control, which the frequentist, sequential and Bayesian methods share.

use crate::estimate::Estimate;
use crate::undefined::{Result, Undefined, finite};
use serde::{Deserialize, Serialize};

/// What an uplift is measured in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Uplift {
    /// A part of the control's mean: 0.1 is 10 % more.
    #[default]
    Relative,
    /// The metric's own unit.
    Absolute,
}

/// An interval from `low` to `high`. Either end may be infinite, if a one-sided question was asked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// From the middle and half the width.
    pub(crate) fn around(middle: f64, half: f64) -> Result<Self> {
        Ok(Interval { low: finite(middle - half)?, high: finite(middle + half)? })
    }

    /// Whether `value` lies in it.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// An estimated difference and its variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Difference {
    pub(crate) estimate: f64,
    pub(crate) variance: f64,
    /// The units of both.
    pub(crate) n: u64,
}

/// Variant minus control; relative: divided by the control's mean, with the delta method's variance (gbstats
/// `frequentist_diff` and `frequentist_variance`). gbstats refuses a control whose mean is zero even for an absolute
/// difference, which exists: it is given here.
///
/// # Errors
/// [`Undefined::ZeroBaseline`] for a relative uplift over zero; [`Undefined::NoVariance`] if either shows no spread.
pub(crate) fn difference(control: &Estimate, variant: &Estimate, uplift: Uplift) -> Result<Difference> {
    let (base, other) = (control.unadjusted_mean(), variant.unadjusted_mean());
    if uplift == Uplift::Relative && base.abs() <= 0.0 {
        return Err(Undefined::ZeroBaseline);
    }
    let of_control = control.with_spread()?.variance() / control.n() as f64;
    let of_variant = variant.with_spread()?.variance() / variant.n() as f64;
    let plain = variant.mean() - control.mean();
    let (estimate, variance) = match uplift {
        Uplift::Absolute => (plain, of_variant + of_control),
        Uplift::Relative => (plain / base, (of_variant + of_control * (other / base).powi(2)) / base.powi(2)),
    };
    if finite(variance)? <= 0.0 {
        return Err(Undefined::NoVariance);
    }
    Ok(Difference { estimate: finite(estimate)?, variance, n: control.n() + variant.n() })
}
