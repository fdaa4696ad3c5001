//! Two proportions: a test and intervals that also hold for few conversions, where the t test refuses or errs.

use crate::difference::Interval;
use crate::special::{normal_isf, normal_sf};
use crate::undefined::{Result, Undefined, finite, open_unit};
use serde::Serialize;

/// Conversions of one variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversions {
    /// The number of units.
    pub n: u64,
    /// How many of them converted.
    pub successes: u64,
}

/// The answer of a test of two proportions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ProportionTest {
    /// The difference of the proportions.
    pub difference: f64,
    /// The difference over its standard error under the null hypothesis, with the proportion of both together.
    pub z: f64,
    /// Two-sided.
    pub p_value: f64,
    /// Newcombe's interval of the difference.
    pub interval: Interval,
    /// The uplift relative to the control, and its interval (Katz' logarithmic one). None if either has no conversion.
    pub relative: Option<(f64, Interval)>,
}

/// The pooled z test (statsmodels `proportions_ztest`), Newcombe's hybrid score interval of the difference (1998,
/// method 10; statsmodels `confint_proportions_2indep`, "newcomb") and Katz' logarithmic interval of the ratio (1978;
/// "log"), less one.
///
/// # Errors
/// [`Undefined::NoUnits`]; [`Undefined::NoVariance`] if nobody or everybody converted; a parameter out of range.
pub fn two_proportions(control: Conversions, variant: Conversions, alpha: f64) -> Result<ProportionTest> {
    let alpha = open_unit("alpha", alpha)?;
    let (p0, p1) = (share(control)?, share(variant)?);
    let (n0, n1) = (control.n as f64, variant.n as f64);
    let pooled = (control.successes + variant.successes) as f64 / (n0 + n1);
    let variance = pooled * (1.0 - pooled) * (1.0 / n0 + 1.0 / n1);
    if variance <= 0.0 {
        return Err(Undefined::NoVariance);
    }
    let critical = normal_isf(alpha / 2.0);
    let difference = p1 - p0;
    let z = finite(difference / variance.sqrt())?;
    let (w0, w1) = (wilson(p0, n0, critical)?, wilson(p1, n1, critical)?);
    let interval = Interval {
        low: difference - ((p1 - w1.low).powi(2) + (w0.high - p0).powi(2)).sqrt(),
        high: difference + ((p0 - w0.low).powi(2) + (w1.high - p1).powi(2)).sqrt(),
    };
    let relative = (control.successes > 0 && variant.successes > 0).then(|| {
        let ratio = p1 / p0;
        let deviation =
            ((1.0 - p0) / control.successes as f64 + (1.0 - p1) / variant.successes as f64).sqrt();
        let end = |side: f64| ratio * (side * critical * deviation).exp() - 1.0;
        (ratio - 1.0, Interval { low: end(-1.0), high: end(1.0) })
    });
    Ok(ProportionTest { difference, z, p_value: 2.0 * normal_sf(z.abs()), interval, relative })
}

/// Wilson's score interval of one proportion (1927; statsmodels `proportion_confint`, "wilson").
///
/// # Errors
/// [`Undefined::NoUnits`]; a parameter out of range.
pub fn proportion_interval(conversions: Conversions, alpha: f64) -> Result<Interval> {
    let critical = normal_isf(open_unit("alpha", alpha)? / 2.0);
    wilson(share(conversions)?, conversions.n as f64, critical)
}

fn share(of: Conversions) -> Result<f64> {
    if of.n == 0 {
        return Err(Undefined::NoUnits);
    }
    if of.successes > of.n {
        return Err(Undefined::InvalidParameter { name: "successes", range: "at most the number of units" });
    }
    Ok(of.successes as f64 / of.n as f64)
}

fn wilson(p: f64, n: f64, z: f64) -> Result<Interval> {
    let part = z * z / n;
    let middle = (p + part / 2.0) / (1.0 + part);
    let half = z * (p * (1.0 - p) / n + part / (4.0 * n)).sqrt() / (1.0 + part);
    let interval = Interval::around(middle, half)?;
    Ok(Interval { low: interval.low.max(0.0), high: interval.high.min(1.0) })
}
