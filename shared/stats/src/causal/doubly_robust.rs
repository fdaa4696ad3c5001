//! The doubly robust estimate: right if either the propensity model or the outcome model is.

use super::Study;
use crate::difference::Interval;
use crate::linear::{dot, least_squares};
use crate::logistic::with_intercept;
use crate::moments::Moments;
use crate::special::{normal_isf, normal_sf};
use crate::undefined::{Result, Undefined, finite, open_unit};
use serde::Serialize;

/// The average effect over all units.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DoublyRobust {
    /// The mean outcome if all were treated, less that if none were.
    pub effect: f64,
    /// Its standard error, from the influence function.
    pub standard_error: f64,
    /// Two-sided, normal.
    pub p_value: f64,
    /// The confidence interval of the effect.
    pub interval: Interval,
    /// The mean outcome if all were treated.
    pub if_treated: f64,
    /// The mean outcome if none were.
    pub if_untreated: f64,
}

impl Study {
    /// Augmented inverse propensity weighting (Robins, Rotnitzky and Zhao 1994, "Estimation of regression coefficients
    /// when some regressors are not always observed"; statsmodels `TreatmentEffect.aipw`) with linear outcome models
    /// per group. The standard error is the deviation of the influence function over √n (Lunceford and Davidian 2004),
    /// which takes the fitted models as given.
    ///
    /// # Errors
    /// [`Undefined::Collinear`] if a group has fewer units than covariates, [`Undefined::NoVariance`]; a parameter out
    /// of range.
    pub fn doubly_robust(&self, alpha: f64) -> Result<DoublyRobust> {
        let critical = normal_isf(open_unit("alpha", alpha)? / 2.0);
        let design = with_intercept(&self.covariates)?;
        let size = design.first().ok_or(Undefined::NoUnits)?.len();
        let model = |wanted: bool| {
            let units = design.iter().zip(&self.outcomes).zip(&self.treated);
            let group = units.filter(|(_, treated)| **treated == wanted);
            least_squares(size, group.map(|((row, outcome), _)| (row.as_slice(), *outcome)))
        };
        let (with, without) = (model(true)?, model(false)?);
        let (mut effects, mut if_treated, mut if_untreated) =
            (Moments::default(), Moments::default(), Moments::default());
        let groups = self.treated.iter().zip(&self.propensities);
        for ((row, outcome), (treated, p)) in design.iter().zip(&self.outcomes).zip(groups) {
            let (mut one, mut zero) = (dot(row, &with), dot(row, &without));
            if *treated {
                one += (outcome - one) / p;
            } else {
                zero += (outcome - zero) / (1.0 - p);
            }
            if_treated.push(one);
            if_untreated.push(zero);
            effects.push(one - zero);
        }
        let standard_error = (effects.variance()? / effects.n() as f64).sqrt();
        if standard_error <= 0.0 {
            return Err(Undefined::NoVariance);
        }
        let effect = effects.mean()?;
        Ok(DoublyRobust {
            effect,
            standard_error,
            p_value: finite(2.0 * normal_sf((effect / standard_error).abs()))?,
            interval: Interval::around(effect, critical * standard_error)?,
            if_treated: if_treated.mean()?,
            if_untreated: if_untreated.mean()?,
        })
    }
}
