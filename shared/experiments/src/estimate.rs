//! From sums to estimates.

use crate::metric::MetricKind;
use orilla_stats::{Estimate, Joint, Moments, Result, Shape, Undefined, WithCovariate, cuped};
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

/// What a rollup keeps of a metric: sums over visitors, of whom those without a value add nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the sums of what their names say")]
pub struct Sums {
    pub sum: f64,
    pub squares: f64,
    pub denominator: f64,
    pub denominator_squares: f64,
    /// Of the value and the denominator.
    pub products: f64,
    /// Of what the value was before the experiment.
    pub prior: f64,
    pub prior_squares: f64,
    /// Of the value and what it was before.
    pub prior_products: f64,
}

impl AddAssign for Sums {
    fn add_assign(&mut self, other: Sums) {
        self.sum += other.sum;
        self.squares += other.squares;
        self.denominator += other.denominator;
        self.denominator_squares += other.denominator_squares;
        self.products += other.products;
        self.prior += other.prior;
        self.prior_squares += other.prior_squares;
        self.prior_products += other.prior_products;
    }
}

impl Sums {
    /// The estimate of `units` visitors.
    ///
    /// # Errors
    /// [`Undefined`] where the data gives none.
    pub fn estimate(&self, kind: MetricKind, units: u64) -> Result<Estimate> {
        match kind {
            MetricKind::Share => Estimate::of(&self.moments(units)?, Shape::Binary),
            MetricKind::Count | MetricKind::Revenue => Estimate::mean_of(&self.moments(units)?),
            MetricKind::RevenuePerEvent => {
                let denominator = Moments::from_sums(units, self.denominator, self.denominator_squares)?;
                let joint = Joint::from_sums(self.moments(units)?, denominator, self.products)?;
                Estimate::ratio(&joint, Shape::Number, Shape::Number)
            }
        }
    }

    /// Of the values alone.
    pub(crate) fn moments(&self, units: u64) -> Result<Moments> {
        Moments::from_sums(units, self.sum, self.squares)
    }

    fn with_prior(&self, kind: MetricKind, units: u64) -> Result<WithCovariate> {
        let prior = Moments::from_sums(units, self.prior, self.prior_squares)?;
        let joint = Joint::from_sums(self.moments(units)?, prior, self.prior_products)?;
        let shape = if kind == MetricKind::Share { Shape::Binary } else { Shape::Number };
        Ok(WithCovariate { joint, metric: shape, covariate: shape })
    }
}

/// The estimates of control and variant, made more precise by what their visitors did before (CUPED), where that is
/// known and the metric is no ratio. The last says whether it was.
///
/// # Errors
/// [`Undefined`] where the data gives none.
pub(crate) fn pair(
    kind: MetricKind,
    control: (u64, &Sums),
    variant: (u64, &Sums),
) -> Result<(Estimate, Estimate, bool)> {
    let plain = (control.1.estimate(kind, control.0)?, variant.1.estimate(kind, variant.0)?);
    let is_known = control.1.prior > 0.0 && variant.1.prior > 0.0;
    if kind != MetricKind::RevenuePerEvent && is_known {
        let adjusted = adjusted(kind, control, variant);
        if let Ok((control, variant)) = adjusted
            && control.variance() > 0.0
            && variant.variance() > 0.0
        {
            return Ok((control, variant, true));
        }
    }
    Ok((plain.0, plain.1, false))
}

fn adjusted(
    kind: MetricKind,
    (control_units, control): (u64, &Sums),
    (variant_units, variant): (u64, &Sums),
) -> std::result::Result<(Estimate, Estimate), Undefined> {
    cuped(&control.with_prior(kind, control_units)?, &variant.with_prior(kind, variant_units)?)
}
