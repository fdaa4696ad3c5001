//! CUPED and post-stratification: narrower intervals from what was known before the experiment.

use crate::estimate::{Estimate, Shape};
use crate::moments::{Joint, Moments};
use crate::undefined::{Result, Undefined, finite};

/// The metric and a covariate from before the experiment (most often the same metric), for one variant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WithCovariate {
    /// x: the metric; y: the covariate.
    pub joint: Joint,
    /// The shape of the metric.
    pub metric: Shape,
    /// The shape of the covariate.
    pub covariate: Shape,
}

impl WithCovariate {
    /// Both are numbers.
    pub fn numbers(joint: Joint) -> Self {
        WithCovariate { joint, metric: Shape::Number, covariate: Shape::Number }
    }

    fn adjusted(&self, theta: f64) -> Result<Estimate> {
        let plain = Estimate::of(&self.joint.x(), self.metric)?;
        let mean = plain.mean() - theta * self.joint.y().mean()?;
        let variance = plain.variance() + theta * theta * self.covariate.variance(&self.joint.y())?
            - 2.0 * theta * self.joint.covariance()?;
        // What is left when the covariate explains everything is rounding.
        let rounding = 1e-14 * plain.variance();
        plain.adjusted(mean, if variance <= rounding { 0.0 } else { variance })
    }
}

/// The estimates of two variants, adjusted with one θ = cov(metric, covariate) / var(covariate) over both (Deng, Xu,
/// Kohavi and Walker 2013, "Improving the sensitivity of online controlled experiments by utilizing pre-experiment
/// data"; gbstats `RegressionAdjustedStatistic` and `compute_theta`). A covariate or a metric without any variance
/// leaves them as they are. The mean of an adjusted estimate means something only next to the other's.
///
/// # Errors
/// [`Undefined`] as for the plain estimates; two units per variant are needed.
pub fn cuped(control: &WithCovariate, variant: &WithCovariate) -> Result<(Estimate, Estimate)> {
    let theta = theta(control, variant)?;
    Ok((control.adjusted(theta)?, variant.adjusted(theta)?))
}

/// θ over the units of both variants together, as gbstats has it.
fn theta(control: &WithCovariate, variant: &WithCovariate) -> Result<f64> {
    let both = control.joint.merge(variant.joint);
    let metric = control.metric.variance(&both.x())?;
    let covariate = control.covariate.variance(&both.y())?;
    if metric <= 0.0 || covariate <= 0.0 {
        return Ok(0.0);
    }
    finite(both.covariance()? / covariate)
}

/// One stratum of post-stratification: a country, a device, new or returning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stratum {
    /// The control's units of this stratum.
    pub control: Moments,
    /// The variant's.
    pub variant: Moments,
}

/// The estimates of two variants, weighted so that both have the strata's shares of all units: mean Σ wₖ x̄ₖ with
/// variance Σ wₖ² s²ₖ / nₖ (Miratrix, Sekhon and Yu 2013, "Adjusting treatment effect estimates by post-stratification
/// in randomized experiments"). The same as a regression with strata fully interacted, and HC2 standard errors.
///
/// # Errors
/// [`Undefined::NoUnits`] without strata; [`Undefined::TooFewUnits`] if a stratum has fewer than two units in either
/// variant (merge it with another one).
pub fn post_stratify(strata: &[Stratum]) -> Result<(Estimate, Estimate)> {
    let total: u64 = strata.iter().map(|stratum| stratum.control.n() + stratum.variant.n()).sum();
    if total == 0 {
        return Err(Undefined::NoUnits);
    }
    let weighted = |of: fn(&Stratum) -> Moments| {
        let (mut n, mut mean, mut squared_error) = (0, 0.0, 0.0);
        for stratum in strata {
            let share = (stratum.control.n() + stratum.variant.n()) as f64 / total as f64;
            let moments = of(stratum);
            n += moments.n();
            mean += share * moments.mean()?;
            squared_error += share * share * moments.variance()? / moments.n() as f64;
        }
        Estimate::new(n, mean, squared_error * n as f64)
    };
    Ok((weighted(|stratum| stratum.control)?, weighted(|stratum| stratum.variant)?))
}
