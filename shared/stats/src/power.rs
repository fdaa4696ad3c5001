//! How many units an experiment needs, and what it can find with those it has.

use crate::difference::Uplift;
use crate::estimate::Estimate;
use crate::sequential::{half_width, rho_squared};
use crate::special::{normal_isf, normal_sf};
use crate::undefined::{Result, Undefined, finite, open_unit, positive};
use serde::Serialize;

/// What a two-sided experiment is asked to deliver.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Demand {
    /// The accepted false positives.
    pub alpha: f64,
    /// The chance to find an effect that is there: 0.8 is usual.
    pub power: f64,
    /// The variant's units for each unit of the control.
    pub ratio: f64,
}

impl Default for Demand {
    fn default() -> Self {
        Demand { alpha: 0.05, power: 0.8, ratio: 1.0 }
    }
}

/// The spread of an absolute difference: standard deviation times √n of the control.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// If there is no effect.
    pub under_null: f64,
    /// If there is one.
    pub under_effect: f64,
}

impl Spread {
    /// Of two means with these standard deviations.
    pub fn of_means(control: f64, variant: f64, ratio: f64) -> Self {
        let both = (control * control + variant * variant / ratio).sqrt();
        Spread { under_null: both, under_effect: both }
    }

    /// Of two proportions. Under the null hypothesis both are the pooled one (statsmodels `power_proportions_2indep`).
    pub fn of_proportions(control: f64, variant: f64, ratio: f64) -> Self {
        let deviation = |a: f64, b: f64| (a * (1.0 - a) + b * (1.0 - b) / ratio).sqrt();
        let pooled = (control + variant * ratio) / (1.0 + ratio);
        Spread { under_null: deviation(pooled, pooled), under_effect: deviation(control, variant) }
    }

    fn check(self) -> Result<Self> {
        if self.under_null > 0.0
            && self.under_effect > 0.0
            && (self.under_null + self.under_effect).is_finite()
        {
            Ok(self)
        } else {
            Err(Undefined::NoVariance)
        }
    }
}

/// The chance that a two-sided test finds an absolute `effect` with `n` units in the control (statsmodels
/// `normal_power_het`, `NormalIndPower`: both tails count).
///
/// # Errors
/// [`Undefined::NoVariance`], [`Undefined::NotFinite`]; a parameter out of range.
pub fn power(effect: f64, n: f64, spread: Spread, alpha: f64) -> Result<f64> {
    let critical = normal_isf(open_unit("alpha", alpha)? / 2.0);
    let (spread, n) = (spread.check()?, positive("the number of units", n)?);
    let bound = critical * spread.under_null / spread.under_effect;
    let shift = effect * n.sqrt() / spread.under_effect;
    finite(normal_sf(bound - shift) + normal_sf(bound + shift))
}

/// The units that the control needs so that an absolute `effect` is found with the demanded power; the variant needs
/// `ratio` times as many. Not rounded.
///
/// # Errors
/// As [`power`]; an effect of zero.
pub fn sample_size(effect: f64, spread: Spread, demand: &Demand) -> Result<f64> {
    let target = open_unit("power", demand.power)?;
    let effect = positive("the effect", effect.abs())?;
    positive("the ratio", demand.ratio)?;
    search(target, |n| power(effect, n, spread, demand.alpha))
}

/// The smallest absolute effect that is found with the demanded power with `n` units in the control.
///
/// # Errors
/// As [`power`].
pub fn minimum_detectable_effect(n: f64, spread: Spread, demand: &Demand) -> Result<f64> {
    let target = open_unit("power", demand.power)?;
    let scale = spread.check()?.under_effect / positive("the number of units", n)?.sqrt();
    Ok(scale * search(target, |steps| power(steps * scale, n, spread, demand.alpha))?)
}

/// The smallest relative uplift of a proportion that `n` units in the control find: the spread depends on the uplift
/// itself. None if even a certain conversion of all would not do.
///
/// # Errors
/// As [`power`]; a proportion outside (0, 1).
pub fn minimum_detectable_uplift(control: f64, n: f64, demand: &Demand) -> Result<Option<f64>> {
    let control = open_unit("the control's proportion", control)?;
    let target = open_unit("power", demand.power)?;
    let ratio = positive("the ratio", demand.ratio)?;
    let reached = |variant: f64| {
        power(variant - control, n, Spread::of_proportions(control, variant, ratio), demand.alpha)
    };
    let (mut low, mut high) = (control, 1.0);
    if reached(high)? < target {
        return Ok(None);
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if reached(middle)? < target { low = middle } else { high = middle }
    }
    Ok(Some((high - control) / control))
}

/// The argument at which an increasing function reaches `target`.
fn search(target: f64, function: impl Fn(f64) -> Result<f64>) -> Result<f64> {
    let (mut low, mut high) = (0.0, 1e-9);
    while function(high)? < target {
        low = high;
        high *= 2.0;
        finite(high)?;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if function(middle)? < target { low = middle } else { high = middle }
    }
    Ok(high)
}

/// Where a running experiment stands.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Outlook {
    /// The uplift that the units so far can find with the demanded power, if one looks once.
    pub detectable: f64,
    /// The same if one looks all the time (the sequential test).
    pub detectable_sequential: f64,
    /// The chance to find the hoped-for uplift with the units so far.
    pub power: f64,
    /// The units of both variants that the hoped-for uplift needs in all.
    pub units_needed: f64,
}

impl Outlook {
    /// The days that are still needed at this rate of new units per day; 0 if there are enough.
    ///
    /// # Errors
    /// [`Undefined::InvalidParameter`] for a rate that is not positive.
    pub fn days_left(&self, units_so_far: u64, units_per_day: f64) -> Result<f64> {
        let left = (self.units_needed - units_so_far as f64).max(0.0);
        finite(left / positive("the units per day", units_per_day)?)
    }
}

/// What a running experiment can find, from the variance seen so far. It looks at the spread, not at the effect, so
/// that looking at it does no harm ("observed power" would).
///
/// # Errors
/// [`Undefined::ZeroBaseline`] for a relative uplift over zero, [`Undefined::NoVariance`], parameters out of range.
pub fn outlook(
    control: &Estimate,
    variant: &Estimate,
    hoped: f64,
    uplift: Uplift,
    demand: &Demand,
    tuning: f64,
) -> Result<Outlook> {
    let unit = match uplift {
        Uplift::Absolute => 1.0,
        Uplift::Relative if control.mean().abs() <= 0.0 => return Err(Undefined::ZeroBaseline),
        Uplift::Relative => control.mean().abs(),
    };
    let n = control.n() as f64;
    let ratio = variant.n() as f64 / n;
    let spread = Spread::of_means(control.variance().sqrt(), variant.variance().sqrt(), ratio);
    let both = n * (1.0 + ratio);
    let squared_error = spread.check()?.under_null.powi(2) / n;
    let always = half_width(
        both,
        squared_error,
        rho_squared(open_unit("alpha", demand.alpha)?, tuning)?,
        demand.alpha,
    );
    let beyond = -normal_isf(open_unit("power", demand.power)?) * squared_error.sqrt();
    Ok(Outlook {
        detectable: minimum_detectable_effect(n, spread, demand)? / unit,
        detectable_sequential: finite((always + beyond) / unit)?,
        power: power(hoped * unit, n, spread, demand.alpha)?,
        units_needed: sample_size(hoped * unit, spread, demand)? * (1.0 + ratio),
    })
}
