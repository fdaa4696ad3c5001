//! How long an experiment takes.

use crate::ALPHA;
use crate::design::Design;
use crate::metric::{Metric, MetricKind};
use orilla_stats::special::{normal_isf, normal_pdf};
use orilla_stats::{Demand, Estimate, Result, Spread, Undefined, Uplift, outlook, sample_size};
use serde::Serialize;

/// The chance to find the effect, if there is one.
pub(crate) const POWER: f64 = 0.8;

/// What an experiment needs to find its effect, if it is there, four times out of five.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Need {
    /// Visitors of the control and one variation together, for a test that is looked at once: of a quantile, those with
    /// a value.
    pub once: f64,
    /// The same for the sequential test, which may be looked at any time.
    pub any_time: f64,
    /// Days until all variations have as many, at the design's traffic: for the sequential test.
    pub days: f64,
    /// The smallest uplift that `once` visitors find if one looks any time.
    pub detectable: f64,
}

/// What a design needs.
///
/// # Errors
/// [`Undefined`] for numbers that no experiment has.
pub fn need(design: &Design, primary: &Metric) -> Result<Need> {
    let Design { baseline, effect, .. } = *design;
    let weight = |at: usize| design.variations.get(at).map_or(0.0, |variation| variation.weight);
    let smallest = design.variations.iter().skip(1).map(|v| v.weight).fold(f64::INFINITY, f64::min);
    let (control, total) = (weight(0), design.variations.iter().map(|v| v.weight).sum::<f64>());
    let ratio = smallest / control;
    if !(ratio.is_finite() && ratio > 0.0) {
        return Err(Undefined::InvalidParameter { name: "the weights", range: "above zero" });
    }
    let demand = Demand { alpha: ALPHA, power: POWER, ratio };
    let (spread, [variance, of_variant]) = match (primary.kind, primary.level()) {
        (MetricKind::Share, _) => {
            // More than everybody can't convert.
            let other = (baseline * (1.0 + effect)).min(0.999_999);
            (
                Spread::of_proportions(baseline, other, ratio),
                [baseline, other].map(|rate| rate * (1.0 - rate)),
            )
        }
        (_, level) => {
            let known = design.deviation.unwrap_or(baseline);
            let deviation = level.map_or(known, |level| quantile_deviation(baseline, known, level));
            (Spread::of_means(deviation, deviation, ratio), [deviation * deviation; 2])
        }
    };
    let control_units = sample_size(baseline * effect, spread, &demand)?;
    let once = control_units * (1.0 + ratio);
    let at = |control_units: f64| {
        let units = |units: f64| (units.ceil() as u64).max(2);
        let control = Estimate::new(units(control_units), baseline, variance)?;
        let variant = Estimate::new(units(control_units * ratio), baseline, of_variant)?;
        let found = outlook(&control, &variant, effect, Uplift::Relative, &demand, once)?;
        Ok::<f64, Undefined>(found.detectable_sequential)
    };
    let detectable = at(control_units)?;
    let (mut low, mut high) = (control_units, control_units);
    for _ in 0..40 {
        if at(high)? <= effect {
            break;
        }
        low = high;
        high *= 1.5;
    }
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if at(middle)? > effect { low = middle } else { high = middle }
    }
    let any_time = high * (1.0 + ratio);
    let share = (control + smallest) / total;
    Ok(Need { once, any_time, days: any_time / (share * design.traffic), detectable })
}

/// The deviation per visitor of a quantile's estimate, √(p (1 − p)) / f(quantile), if values are lognormal, as amounts of
/// orders are by and large: with this quantile at the level p, and this standard deviation.
fn quantile_deviation(quantile: f64, deviation: f64, level: f64) -> f64 {
    let z = normal_isf(1.0 - level);
    // deviation² = quantile² (e^σ² − 1) e^(σ² − 2σz), which grows with σ at all levels from 1 to 99 %.
    let asked = 2.0 * (deviation / quantile).ln();
    let (mut low, mut high) = (1e-6, 5.0);
    for _ in 0..60 {
        let sigma: f64 = 0.5 * (low + high);
        let found = sigma.powi(2).exp_m1().ln() + sigma.powi(2) - 2.0 * sigma * z;
        if found < asked { low = sigma } else { high = sigma }
    }
    (level * (1.0 - level)).sqrt() * high * quantile / normal_pdf(z)
}

#[cfg(test)]
mod tests {
    use super::*;
    use orilla_stats::{Histogram, Random, SplitMix64};

    /// What is foreseen of lognormal amounts is what their histogram shows.
    #[test]
    fn the_deviation_of_a_quantile_is_foreseen() {
        let mut dice = SplitMix64::new(3);
        for (level, sigma) in [(0.5, 0.4), (0.5, 1.0), (0.9, 0.7), (0.1, 0.7)] {
            let z = normal_isf(1.0 - level);
            let quantile = (8.0 + sigma * z).exp();
            let deviation = (f64::exp_m1(sigma * sigma) * (16.0 + sigma * sigma).exp()).sqrt();
            let foreseen = quantile_deviation(quantile, deviation, level);
            let values = (0..200_000).map(|_| (8.0 + sigma * dice.normal()).exp());
            let found = values.collect::<Histogram>().estimate(level).unwrap();
            let shown = found.variance().sqrt();
            assert!((shown / foreseen - 1.0).abs() < 0.1, "{level} {sigma}: {shown}, {foreseen} foreseen");
            assert!((found.mean() / quantile - 1.0).abs() < 0.02);
        }
    }
}
