//! Always-valid inference: intervals and p values that stay true however often one looks.

mod pool;
mod rate_ratio;
mod uplift;

pub use pool::pool;
pub use rate_ratio::{Happened, RateRatio, RateStratum, always_valid_split, rate_ratio};
pub use uplift::sequential_uplift;

use crate::difference::{Interval, Uplift, difference};
use crate::estimate::Estimate;
use crate::undefined::{Result, finite, open_unit, positive};
use serde::Serialize;

/// How a sequential test is set up before it starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SequentialOptions {
    /// How the uplift is measured.
    pub uplift: Uplift,
    /// The false positives that are accepted over the whole life of the test.
    pub alpha: f64,
    /// The number of units (of both variants) at which the interval is tightest: about where a decision is expected.
    /// It must not be changed while the test runs.
    pub tuning: f64,
    /// The uplift of the null hypothesis.
    pub null: f64,
}

impl Default for SequentialOptions {
    fn default() -> Self {
        SequentialOptions { uplift: Uplift::Relative, alpha: 0.05, tuning: 5000.0, null: 0.0 }
    }
}

/// The answer of a sequential test at one look.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SequentialTest {
    /// The uplift.
    pub uplift: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// An always-valid p value: below `alpha` at any look means a result, once and for all.
    pub p_value: f64,
    /// The confidence sequence at this look.
    pub interval: Interval,
}

/// The asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas ("Time-uniform central limit
/// theory and asymptotic confidence sequences", arXiv 2103.06476v7: equation 9, ρ by 161, the p value by 155), as
/// gbstats `SequentialTwoSidedTTest` has it.
///
/// # Errors
/// [`Undefined`](crate::Undefined) as for the difference; an `alpha` outside (0, 1), a `tuning` that is not positive.
pub fn sequential(
    control: &Estimate,
    variant: &Estimate,
    options: &SequentialOptions,
) -> Result<SequentialTest> {
    let alpha = open_unit("alpha", options.alpha)?;
    let diff = difference(control, variant, options.uplift)?;
    let n = diff.n as f64;
    let rho_squared = rho_squared(alpha, options.tuning)?;
    let half = half_width(n, diff.variance, rho_squared, alpha);
    let evidence = (diff.estimate - options.null).powi(2) / diff.variance;
    Ok(SequentialTest {
        uplift: diff.estimate,
        standard_error: diff.variance.sqrt(),
        p_value: p_value(evidence, n, rho_squared)?,
        interval: Interval::around(diff.estimate, half)?,
    })
}

/// ρ² of equation 161.
pub(crate) fn rho_squared(alpha: f64, tuning: f64) -> Result<f64> {
    let logs = -2.0 * alpha.ln();
    Ok((logs + (logs + 1.0).ln()) / positive("the tuning parameter", tuning)?)
}

/// The p value at `n` units of an estimate that is the root of `evidence` standard errors away from the null hypothesis.
fn p_value(evidence: f64, n: f64, rho_squared: f64) -> Result<f64> {
    let grown = n * rho_squared + 1.0;
    // The e-value as a logarithm: it overflows where the p value is merely small.
    let ln_e = n * rho_squared * evidence / (2.0 * grown) - 0.5 * grown.ln();
    finite((-ln_e).exp().min(1.0))
}

/// Half the width of the confidence sequence at `n` units, for an estimate with this variance.
pub(crate) fn half_width(n: f64, variance: f64, rho_squared: f64, alpha: f64) -> f64 {
    let grown = n * rho_squared + 1.0;
    (variance * n * 2.0 * grown * (grown.sqrt() / alpha).ln() / (n * n * rho_squared)).sqrt()
}
