//! How long an experiment takes.

use crate::ALPHA;
use crate::design::Design;
use crate::metric::MetricKind;
use orilla_stats::{Demand, Estimate, Result, Spread, Undefined, Uplift, outlook, sample_size};
use serde::Serialize;

/// The chance to find the effect, if there is one.
const POWER: f64 = 0.8;

/// What an experiment needs to find its effect, if it is there, four times out of five.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Need {
    /// Visitors of the control and one variation together, for a test that is looked at once.
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
pub fn need(design: &Design, kind: MetricKind) -> Result<Need> {
    let Design { baseline, effect, .. } = *design;
    let weight = |at: usize| design.variations.get(at).map_or(0.0, |variation| variation.weight);
    let smallest = design.variations.iter().skip(1).map(|v| v.weight).fold(f64::INFINITY, f64::min);
    let (control, total) = (weight(0), design.variations.iter().map(|v| v.weight).sum::<f64>());
    let ratio = smallest / control;
    if !(ratio.is_finite() && ratio > 0.0) {
        return Err(Undefined::InvalidParameter { name: "the weights", range: "above zero" });
    }
    let demand = Demand { alpha: ALPHA, power: POWER, ratio };
    let (spread, variance) = match kind {
        MetricKind::Share => {
            // More than everybody can't convert.
            let other = (baseline * (1.0 + effect)).min(0.999_999);
            (Spread::of_proportions(baseline, other, ratio), baseline * (1.0 - baseline))
        }
        _ => {
            let deviation = design.deviation.unwrap_or(baseline);
            (Spread::of_means(deviation, deviation, ratio), deviation * deviation)
        }
    };
    let control_units = sample_size(baseline * effect, spread, &demand)?;
    let once = control_units * (1.0 + ratio);
    let at = |control_units: f64| {
        let units = |units: f64| (units.ceil() as u64).max(2);
        let control = Estimate::new(units(control_units), baseline, variance)?;
        let variant = Estimate::new(units(control_units * ratio), baseline, variance)?;
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
