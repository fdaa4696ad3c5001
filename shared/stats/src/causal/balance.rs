//! Are the groups comparable? Standardised mean differences of the covariates.

use super::Study;
use crate::moments::Moments;
use crate::undefined::{Result, Undefined};
use serde::Serialize;

/// Above this standardised mean difference, a covariate is not balanced (Austin 2009, "Balance diagnostics for
/// comparing the distribution of baseline covariates between treatment groups in propensity-score matched samples").
pub const SMD_THRESHOLD: f64 = 0.1;

/// The standardised mean difference of each covariate, in their order: (mean of the treated − mean of the others) /
/// √((s²₁ + s²₀) / 2), where s² are the variances before any matching or weighting.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Balance {
    /// One for each covariate.
    pub differences: Vec<f64>,
}

impl Balance {
    /// Whether all covariates are balanced.
    pub fn is_good(&self) -> bool {
        self.differences.iter().all(|difference| difference.abs() <= SMD_THRESHOLD)
    }
}

impl Study {
    /// The balance of the units as they are.
    ///
    /// # Errors
    /// [`Undefined::NoVariance`] for a covariate that does not vary within the groups.
    pub fn balance(&self) -> Result<Balance> {
        self.balance_with(&vec![1.0; self.treated.len()])
    }

    /// The balance after weighting each unit with the inverse of the probability of the group that it is in.
    ///
    /// # Errors
    /// As [`Study::balance`].
    pub fn weighted_balance(&self) -> Result<Balance> {
        let groups = self.treated.iter().zip(&self.propensities);
        let weights: Vec<f64> =
            groups.map(|(treated, p)| if *treated { 1.0 / p } else { 1.0 / (1.0 - p) }).collect();
        self.balance_with(&weights)
    }

    /// The balance with weights of one's own; 0 leaves a unit out.
    ///
    /// # Errors
    /// As [`Study::balance`]; [`Undefined::NoOverlap`] if the weights leave a group empty.
    pub fn balance_with(&self, weights: &[f64]) -> Result<Balance> {
        let width = self.covariates.first().map_or(0, Vec::len);
        let differences = (0..width).map(|column| self.difference(column, weights)).collect::<Result<_>>()?;
        Ok(Balance { differences })
    }

    fn difference(&self, column: usize, weights: &[f64]) -> Result<f64> {
        let group = |wanted: bool| {
            let (mut spread, mut sum, mut weight) = (Moments::default(), 0.0, 0.0);
            for ((row, treated), w) in self.covariates.iter().zip(&self.treated).zip(weights) {
                if let Some(x) = row.get(column).filter(|_| *treated == wanted) {
                    spread.push(*x);
                    sum += w * x;
                    weight += w;
                }
            }
            if weight > 0.0 { Ok((sum / weight, spread.variance()?)) } else { Err(Undefined::NoOverlap) }
        };
        let ((of_treated, a), (of_others, b)) = (group(true)?, group(false)?);
        let deviation = ((a + b) / 2.0).sqrt();
        if deviation > 0.0 { Ok((of_treated - of_others) / deviation) } else { Err(Undefined::NoVariance) }
    }
}
