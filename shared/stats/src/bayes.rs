//! Bayesian comparison with a Gaussian model of the uplift.

use crate::difference::{Interval, Uplift, difference};
use crate::estimate::Estimate;
use crate::special::{normal_isf, normal_pdf, normal_sf};
use crate::undefined::{Result, Undefined, finite, open_unit, positive};
use serde::{Deserialize, Serialize};

/// What was believed about the uplift before the test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prior {
    /// The expected uplift.
    pub mean: f64,
    /// The variance of the belief.
    pub variance: f64,
    /// What both are measured in. They are converted if the comparison measures otherwise.
    pub uplift: Uplift,
}

/// How a Bayesian comparison is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BayesOptions {
    /// How the uplift is measured.
    pub uplift: Uplift,
    /// 0.05 makes 95 % credible intervals.
    pub alpha: f64,
    /// The belief before the test; none is a flat one.
    pub prior: Option<Prior>,
    /// The metric is better when it is smaller (page load, refunds).
    pub smaller_is_better: bool,
}

impl Default for BayesOptions {
    fn default() -> Self {
        BayesOptions { uplift: Uplift::Relative, alpha: 0.05, prior: None, smaller_is_better: false }
    }
}

/// What to believe about the uplift after the data.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Posterior {
    /// The expected uplift.
    pub uplift: f64,
    /// The standard deviation of the belief.
    pub standard_deviation: f64,
    /// The probability that the variant is better than the control.
    pub chance_to_win: f64,
    /// What one loses on average by keeping the control, in the unit of the uplift.
    pub risk_of_control: f64,
    /// What one loses on average by choosing the variant.
    pub risk_of_variant: f64,
    /// The credible interval of the uplift.
    pub interval: Interval,
}

/// The normal posterior of gbstats' `EffectBayesianABTest`: precision-weighted mean of prior and data, risks as the
/// means of the truncated normal.
///
/// # Errors
/// [`Undefined`] as for the difference; an `alpha` outside (0, 1); a prior whose variance is not positive, or one that
/// can't be converted because the control's mean is zero.
pub fn bayes(control: &Estimate, variant: &Estimate, options: &BayesOptions) -> Result<Posterior> {
    let alpha = open_unit("alpha", options.alpha)?;
    let diff = difference(control, variant, options.uplift)?;
    let data = 1.0 / diff.variance;
    let (mean, precision) = match options.prior {
        None => (diff.estimate, data),
        Some(prior) => {
            let prior = converted(prior, options.uplift, control.unadjusted_mean())?;
            let belief = 1.0 / positive("the prior's variance", prior.variance)?;
            ((diff.estimate * data + prior.mean * belief) / (data + belief), data + belief)
        }
    };
    let deviation = (1.0 / precision).sqrt();
    let better = if options.smaller_is_better { -mean } else { mean };
    Ok(Posterior {
        uplift: finite(mean)?,
        standard_deviation: finite(deviation)?,
        chance_to_win: normal_sf(-better / deviation),
        risk_of_control: expected_gain(better, deviation),
        risk_of_variant: expected_gain(-better, deviation),
        interval: Interval::around(mean, normal_isf(alpha / 2.0) * deviation)?,
    })
}

/// The prior in the unit of the comparison.
fn converted(prior: Prior, uplift: Uplift, base: f64) -> Result<Prior> {
    let factor = match (prior.uplift, uplift) {
        (Uplift::Absolute, Uplift::Relative) => 1.0 / base.abs(),
        (Uplift::Relative, Uplift::Absolute) if base.abs() <= 0.0 => return Err(Undefined::ZeroBaseline),
        (Uplift::Relative, Uplift::Absolute) => base.abs(),
        _ => 1.0,
    };
    Ok(Prior { mean: prior.mean * factor, variance: prior.variance * factor * factor, uplift })
}

/// E[max(X, 0)] of a normal variable: μ Φ(μ/σ) + σ φ(μ/σ).
fn expected_gain(mean: f64, deviation: f64) -> f64 {
    let z = mean / deviation;
    (mean * normal_sf(-z) + deviation * normal_pdf(z)).max(0.0)
}
