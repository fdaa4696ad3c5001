//! Is the experiment itself sound? Sample ratio, and units that saw more than one variant.

use crate::special::chi_squared_sf;
use crate::undefined::{Result, Undefined, positive};
use serde::Serialize;

/// A sample-ratio mismatch is suspected below this p value (Fabijan and others 2019, "Diagnosing sample ratio mismatch
/// in online controlled experiments"; GrowthBook's default as well).
pub const SRM_THRESHOLD: f64 = 0.001;

/// Above this share of units in more than one variant, results are not to be trusted (GrowthBook's default).
pub const MULTIPLE_EXPOSURE_THRESHOLD: f64 = 0.01;

/// Whether the variants have as many units as they should.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SampleRatio {
    /// Σ (observed − expected)² / expected.
    pub chi_squared: f64,
    /// The probability of such a split by chance.
    pub p_value: f64,
    /// The expected units of each variant.
    pub expected: Vec<f64>,
}

impl SampleRatio {
    /// Whether something other than chance splits the units.
    pub fn mismatch(&self) -> bool {
        self.p_value < SRM_THRESHOLD
    }
}

/// Pearson's chi-squared test of the split (gbstats `check_srm`). A variant of weight zero is left out, and costs a
/// degree of freedom no more (gbstats 0.8 still counts it).
///
/// # Errors
/// [`Undefined::InvalidParameter`] if there are not as many weights as variants, or fewer than two variants get units;
/// [`Undefined::NoUnits`].
pub fn sample_ratio(units: &[u64], weights: &[f64]) -> Result<SampleRatio> {
    if units.len() != weights.len() {
        return Err(Undefined::InvalidParameter { name: "the weights", range: "as many as the variants" });
    }
    if weights.iter().any(|weight| !weight.is_finite() || *weight < 0.0) {
        return Err(Undefined::InvalidParameter { name: "a weight", range: "zero or more" });
    }
    let active = weights.iter().filter(|weight| **weight > 0.0).count();
    if active < 2 {
        return Err(Undefined::InvalidParameter {
            name: "the weights",
            range: "above zero for at least two",
        });
    }
    let weight = positive("the sum of the weights", weights.iter().sum())?;
    let pairs = || units.iter().zip(weights).filter(|(_, weight)| **weight > 0.0);
    let total: u64 = pairs().map(|(units, _)| units).sum();
    if total == 0 {
        return Err(Undefined::NoUnits);
    }
    let expected: Vec<f64> = weights.iter().map(|part| part / weight * total as f64).collect();
    let chi_squared = units
        .iter()
        .zip(&expected)
        .filter(|(_, expected)| **expected > 0.0)
        .map(|(observed, expected)| (*observed as f64 - expected).powi(2) / expected)
        .sum();
    Ok(SampleRatio { chi_squared, p_value: chi_squared_sf(chi_squared, (active - 1) as f64), expected })
}

/// Units that saw more than one variant: they belong to none, and are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MultipleExposures {
    /// The units in more than one variant.
    pub units: u64,
    /// All units.
    pub of: u64,
}

impl MultipleExposures {
    /// Their share of all units; 0 if there are none.
    pub fn share(&self) -> f64 {
        if self.of == 0 { 0.0 } else { self.units as f64 / self.of as f64 }
    }

    /// Whether there are so many that the assignment must be broken.
    pub fn too_many(&self) -> bool {
        self.share() > MULTIPLE_EXPOSURE_THRESHOLD
    }
}
