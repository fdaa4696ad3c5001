//! Welch's t test: two means whose variances may differ.

use crate::difference::{Interval, Uplift, difference};
use crate::estimate::Estimate;
use crate::special::{t_isf, t_sf, t_two_sided};
use crate::undefined::{Result, finite, open_unit};
use serde::Serialize;

/// Which differences speak against the null hypothesis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tail {
    /// Any.
    #[default]
    Both,
    /// The variant is greater.
    Greater,
    /// The variant is smaller.
    Less,
}

/// The question of a test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TestOptions {
    /// How the uplift is measured.
    pub uplift: Uplift,
    /// Which differences count.
    pub tail: Tail,
    /// The false positives that are accepted: 0.05 makes 95 % intervals.
    pub alpha: f64,
    /// The uplift of the null hypothesis; not 0 for a test of non-inferiority.
    pub null: f64,
}

impl Default for TestOptions {
    fn default() -> Self {
        TestOptions { uplift: Uplift::Relative, tail: Tail::Both, alpha: 0.05, null: 0.0 }
    }
}

/// The answer of a t test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TTest {
    /// The uplift.
    pub uplift: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The degrees of freedom.
    pub dof: f64,
    /// (uplift − null) / standard error.
    pub t: f64,
    /// The probability of such a `t`, or a more extreme one, if the null hypothesis were true.
    pub p_value: f64,
    /// The confidence interval of the uplift.
    pub interval: Interval,
}

/// Welch's test with the degrees of freedom of Welch and Satterthwaite (gbstats `TwoSidedTTest`,
/// `OneSidedTreatmentGreaterTTest` and `OneSidedTreatmentLesserTTest`; for the last, gbstats 0.8 draws the upper end on
/// the wrong side of the estimate, this function on the right one). Tails keep their digits, gbstats' end at 1e-16.
///
/// # Errors
/// [`Undefined`](crate::Undefined) as for the difference; an `alpha` outside (0, 1).
pub fn welch(control: &Estimate, variant: &Estimate, options: &TestOptions) -> Result<TTest> {
    let alpha = open_unit("alpha", options.alpha)?;
    let diff = difference(control, variant, options.uplift)?;
    let standard_error = diff.variance.sqrt();
    let dof = degrees_of_freedom(control, variant)?;
    let t = finite((diff.estimate - options.null) / standard_error)?;
    let (p_value, interval) = match options.tail {
        Tail::Both => {
            (t_two_sided(t, dof), Interval::around(diff.estimate, t_isf(alpha / 2.0, dof) * standard_error)?)
        }
        Tail::Greater => {
            let low = diff.estimate - one_sided(alpha, dof) * standard_error;
            (t_sf(t, dof), Interval { low: finite(low)?, high: f64::INFINITY })
        }
        Tail::Less => {
            let high = diff.estimate + one_sided(alpha, dof) * standard_error;
            (t_sf(-t, dof), Interval { low: f64::NEG_INFINITY, high: finite(high)? })
        }
    };
    Ok(TTest { uplift: diff.estimate, standard_error, dof, t, p_value: finite(p_value)?, interval })
}

/// The quantile for one side, for any alpha.
fn one_sided(alpha: f64, dof: f64) -> f64 {
    if alpha <= 0.5 { t_isf(alpha, dof) } else { -t_isf(1.0 - alpha, dof) }
}

/// The degrees of freedom of Welch and Satterthwaite.
fn degrees_of_freedom(control: &Estimate, variant: &Estimate) -> Result<f64> {
    let part = |estimate: &Estimate| {
        let square = estimate.variance() / estimate.n() as f64;
        (square, square * square / (estimate.n() as f64 - 1.0))
    };
    let ((a, a_part), (b, b_part)) = (part(control), part(variant));
    finite((a + b).powi(2) / (a_part + b_part))
}
