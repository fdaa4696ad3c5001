//! Does the effect differ between segments (countries, devices, new and returning)?

use crate::difference::{Difference, difference};
use crate::estimate::Estimate;
use crate::multiple::{Correction, adjust};
use crate::special::chi_squared_sf;
use crate::undefined::{Result, Undefined};
use crate::welch::{TTest, TestOptions, welch};
use serde::Serialize;

/// The two variants in one segment.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Its name: `DE`, `mobile`.
    pub name: String,
    /// The control there.
    pub control: Result<Estimate>,
    /// The variant there.
    pub variant: Result<Estimate>,
}

/// The effect in one segment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SegmentEffect {
    /// The segment's name.
    pub name: String,
    /// The test in it alone.
    #[serde(flatten)]
    pub test: TTest,
    /// Its p value, corrected for there being several segments.
    pub adjusted_p_value: f64,
}

/// What the segments say together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Heterogeneity {
    /// Cochran's Q: the weighted squared distances of the segments' effects from the common one.
    pub q: f64,
    /// The probability of such differences if the effect were the same everywhere.
    pub p_value: f64,
    /// The part of the differences that chance does not explain, from 0 to 1 (Higgins and Thompson 2002).
    pub i_squared: f64,
    /// The common effect, weighted by precision.
    pub pooled: f64,
    /// Its standard error.
    pub standard_error: f64,
}

/// The effects by segment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SegmentReport {
    /// One for each segment with an answer, in the given order.
    pub segments: Vec<SegmentEffect>,
    /// The segments without one, and why.
    pub left_out: Vec<(String, Undefined)>,
    /// Whether the effects differ at all. Look here first: a single segment that "won" proves little.
    #[serde(serialize_with = "crate::undefined::either")]
    pub heterogeneity: Result<Heterogeneity>,
}

/// Tests each segment, corrects for their number, and asks whether the effect differs between them.
///
/// # Errors
/// Parameters out of range.
pub fn by_segment(
    segments: &[Segment],
    options: &TestOptions,
    correction: Correction,
) -> Result<SegmentReport> {
    let (mut tests, mut left_out, mut effects) = (Vec::new(), Vec::new(), Vec::new());
    for segment in segments {
        match compare(segment, options) {
            Ok((test, effect)) => {
                tests.push((segment.name.clone(), test));
                effects.push((effect.estimate, effect.variance));
            }
            Err(why @ Undefined::InvalidParameter { .. }) => return Err(why),
            Err(why) => left_out.push((segment.name.clone(), why)),
        }
    }
    let p_values: Vec<f64> = tests.iter().map(|(_, test)| test.p_value).collect();
    let adjusted = adjust(&p_values, correction)?;
    let segments = tests
        .into_iter()
        .zip(adjusted)
        .map(|((name, test), adjusted_p_value)| SegmentEffect { name, test, adjusted_p_value })
        .collect();
    Ok(SegmentReport { segments, left_out, heterogeneity: heterogeneity(&effects) })
}

fn compare(segment: &Segment, options: &TestOptions) -> Result<(TTest, Difference)> {
    let (control, variant) = (segment.control.as_ref(), segment.variant.as_ref());
    let (control, variant) = (control.map_err(Clone::clone)?, variant.map_err(Clone::clone)?);
    Ok((welch(control, variant, options)?, difference(control, variant, options.uplift)?))
}

/// Cochran's Q over effects and their variances (Cochran 1954, "The combination of estimates from different
/// experiments"; statsmodels `combine_effects`).
///
/// # Errors
/// [`Undefined::TooFewUnits`] for fewer than two effects, [`Undefined::NoVariance`] for a variance that is not positive.
pub fn heterogeneity(effects: &[(f64, f64)]) -> Result<Heterogeneity> {
    if effects.len() < 2 {
        return Err(Undefined::TooFewUnits { needed: 2, found: effects.len() as u64 });
    }
    if effects
        .iter()
        .any(|(effect, variance)| !effect.is_finite() || *variance <= 0.0 || !variance.is_finite())
    {
        return Err(Undefined::NoVariance);
    }
    let weight: f64 = effects.iter().map(|(_, variance)| 1.0 / variance).sum();
    let pooled = effects.iter().map(|(effect, variance)| effect / variance).sum::<f64>() / weight;
    let q: f64 = effects.iter().map(|(effect, variance)| (effect - pooled).powi(2) / variance).sum();
    let dof = (effects.len() - 1) as f64;
    let i_squared = if q > dof { (q - dof) / q } else { 0.0 };
    Ok(Heterogeneity {
        q,
        p_value: chi_squared_sf(q, dof),
        i_squared,
        pooled,
        standard_error: (1.0 / weight).sqrt(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_without_an_answer_is_named() {
        let of = |name: &str, a: u64, b: u64| Segment {
            name: name.into(),
            control: Estimate::proportion(1000, a),
            variant: Estimate::proportion(1000, b),
        };
        let segments = [of("DE", 100, 150), of("AT", 0, 3), of("CH", 100, 104), of("FR", 90, 93)];
        let report = by_segment(&segments, &TestOptions::default(), Correction::Holm).unwrap();
        let names: Vec<&str> = report.segments.iter().map(|segment| segment.name.as_str()).collect();
        assert_eq!(names, ["DE", "CH", "FR"]);
        assert_eq!(report.left_out, [("AT".to_owned(), Undefined::ZeroBaseline)]);
        let first = report.segments.first().unwrap();
        assert!((first.adjusted_p_value - 3.0 * first.test.p_value).abs() < 1e-12);
        let together = report.heterogeneity.unwrap();
        assert!(together.p_value < 0.1 && together.i_squared > 0.5, "{together:?}");
        assert!(heterogeneity(&[(1.0, 1.0)]).is_err());
    }
}
