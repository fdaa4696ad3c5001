//! Effects of what was not randomised: who used the search, who came by a newsletter.
//!
//! Units choose their group themselves, for reasons that also move the outcome. If the covariates hold those reasons,
//! matching and weighting by the propensity score take them out; if not, nothing can. Look at the balance first.

mod balance;
mod doubly_robust;
mod matching;

pub use balance::{Balance, SMD_THRESHOLD};
pub use doubly_robust::DoublyRobust;
pub use matching::{CALIPER, Matched};

use crate::logistic::Logistic;
use crate::moments::Moments;
use crate::undefined::{Result, Undefined};

/// Propensities are kept away from 0 and 1 by this much, so that one unlikely unit can't carry the estimate
/// (Crump, Hotz, Imbens and Mitnik 2009 discuss such trimming; statsmodels clips so in its AIPW).
pub const LEAST_PROPENSITY: f64 = 0.01;

/// A unit that was, or was not, treated.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Whether it was.
    pub treated: bool,
    /// What may have led to the treatment, and may move the outcome: known before the treatment. As many for each unit.
    pub covariates: Vec<f64>,
    /// The metric.
    pub outcome: f64,
}

/// Units, and how likely each was to be treated.
#[derive(Clone, Debug)]
pub struct Study {
    pub(crate) treated: Vec<bool>,
    pub(crate) outcomes: Vec<f64>,
    /// Standardised, so that a year and a share weigh alike in the arithmetic.
    pub(crate) covariates: Vec<Vec<f64>>,
    pub(crate) log_odds: Vec<f64>,
    pub(crate) propensities: Vec<f64>,
}

impl Study {
    /// Fits the propensity model: a logistic regression of the treatment on the covariates (Rosenbaum and Rubin 1983,
    /// "The central role of the propensity score in observational studies for causal effects").
    ///
    /// # Errors
    /// As [`Logistic::fit`]; [`Undefined::Collinear`] for a covariate that is the same for all.
    pub fn new(observations: &[Observation]) -> Result<Self> {
        if observations.iter().any(|unit| !unit.outcome.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        let treated: Vec<bool> = observations.iter().map(|unit| unit.treated).collect();
        let covariates = standardised(observations)?;
        let model = Logistic::fit(&covariates, &treated)?;
        let log_odds: Vec<f64> = covariates.iter().map(|row| model.log_odds(row)).collect();
        let propensities = covariates
            .iter()
            .map(|row| model.probability(row).clamp(LEAST_PROPENSITY, 1.0 - LEAST_PROPENSITY))
            .collect();
        let outcomes = observations.iter().map(|unit| unit.outcome).collect();
        Ok(Study { treated, outcomes, covariates, log_odds, propensities })
    }

    /// The probability of each unit to be treated, in the given order, kept within [`LEAST_PROPENSITY`] of 0 and 1.
    pub fn propensities(&self) -> &[f64] {
        &self.propensities
    }
}

/// The covariates with mean 0 and variance 1.
fn standardised(observations: &[Observation]) -> Result<Vec<Vec<f64>>> {
    let width = observations.first().map_or(0, |unit| unit.covariates.len());
    let mut rows: Vec<Vec<f64>> = observations.iter().map(|unit| unit.covariates.clone()).collect();
    if rows.iter().any(|row| row.len() != width) {
        return Err(Undefined::InvalidParameter { name: "the covariates", range: "as many for each unit" });
    }
    for column in 0..width {
        let moments: Moments = rows.iter().filter_map(|row| row.get(column).copied()).collect();
        let (mean, deviation) = (moments.mean()?, moments.variance()?.sqrt());
        if deviation <= 0.0 {
            return Err(Undefined::Collinear);
        }
        rows.iter_mut().filter_map(|row| row.get_mut(column)).for_each(|x| *x = (*x - mean) / deviation);
    }
    Ok(rows)
}
