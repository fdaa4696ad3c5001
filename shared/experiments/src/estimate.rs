//! From sums to estimates.

use crate::metric::{Metric, MetricKind};
use orilla_stats::{Estimate, Histogram, Joint, Moments, Result, Shape, Undefined, WithCovariate, cuped};
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

/// What is counted of a metric among some visitors of a variation.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tally {
    /// Those who count.
    pub(crate) units: u64,
    pub(crate) sums: Sums,
    /// Of a quantile.
    pub(crate) values: Histogram,
}

impl AddAssign<&Tally> for Tally {
    fn add_assign(&mut self, other: &Tally) {
        self.units += other.units;
        self.sums += other.sums;
        self.values += &other.values;
    }
}

impl Tally {
    /// The visitors that its estimate is of.
    pub(crate) fn n(&self, metric: &Metric) -> u64 {
        if metric.level().is_some() { self.values.n() } else { self.units }
    }

    /// The estimate.
    ///
    /// # Errors
    /// [`Undefined`] where the data gives none.
    pub(crate) fn estimate(&self, metric: &Metric) -> Result<Estimate> {
        let Tally { units, sums, values } = self;
        match (metric.kind, metric.level()) {
            (_, Some(level)) => values.estimate(level),
            (MetricKind::Share, None) => Estimate::of(&sums.moments(*units)?, Shape::Binary),
            (MetricKind::RevenuePerEvent, None) => {
                let denominator = Moments::from_sums(*units, sums.denominator, sums.denominator_squares)?;
                let joint = Joint::from_sums(sums.moments(*units)?, denominator, sums.products)?;
                Estimate::ratio(&joint, Shape::Number, Shape::Number)
            }
            (_, None) => Estimate::mean_of(&sums.moments(*units)?),
        }
    }
}

/// The estimates of control and variant, made more precise by what their visitors did before (CUPED), where that is
/// known and the metric is a mean. The last says whether it was.
///
/// # Errors
/// [`Undefined`] where the data gives none.
pub(crate) fn pair(metric: &Metric, control: &Tally, variant: &Tally) -> Result<(Estimate, Estimate, bool)> {
    let plain = (control.estimate(metric)?, variant.estimate(metric)?);
    let is_mean = metric.kind != MetricKind::RevenuePerEvent && metric.level().is_none();
    let is_known = control.sums.prior > 0.0 && variant.sums.prior > 0.0;
    if is_mean && is_known {
        let adjusted = adjusted(metric.kind, control, variant);
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
    control: &Tally,
    variant: &Tally,
) -> std::result::Result<(Estimate, Estimate), Undefined> {
    let of = |tally: &Tally| tally.sums.with_prior(kind, tally.units);
    cuped(&of(control)?, &of(variant)?)
}
