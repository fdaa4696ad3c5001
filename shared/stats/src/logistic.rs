//! Logistic regression.

use crate::linear::{Cholesky, add_outer, diagonal, dot};
use crate::undefined::{Result, Undefined};

/// Newton's method takes five to ten steps where there is a solution.
const MOST_STEPS: u32 = 50;
/// A step below this part of its coefficient ends it.
const SETTLED: f64 = 1e-10;

/// A fitted model of a probability.
#[derive(Clone, Debug, PartialEq)]
pub struct Logistic {
    /// The intercept, then one for each covariate.
    pub coefficients: Vec<f64>,
    /// Their standard errors.
    pub standard_errors: Vec<f64>,
}

impl Logistic {
    /// Fits by iteratively reweighted least squares (Newton's method on the likelihood; McCullagh and Nelder 1989,
    /// section 4.4; statsmodels `Logit`). `rows` are the covariates, without the intercept.
    ///
    /// # Errors
    /// [`Undefined::NoUnits`]; [`Undefined::NoVariance`] if all outcomes are the same; [`Undefined::Collinear`];
    /// [`Undefined::NotConverged`] if a covariate separates the outcomes; [`Undefined::NotFinite`];
    /// [`Undefined::InvalidParameter`] for rows of unequal length.
    pub fn fit(rows: &[Vec<f64>], outcomes: &[bool]) -> Result<Self> {
        let design = with_intercept(rows)?;
        let size = design.first().ok_or(Undefined::NoUnits)?.len();
        if outcomes.len() != rows.len() {
            return Err(Undefined::InvalidParameter { name: "the outcomes", range: "as many as the rows" });
        }
        let positives = outcomes.iter().filter(|outcome| **outcome).count();
        if positives == 0 || positives == outcomes.len() {
            return Err(Undefined::NoVariance);
        }
        let mut coefficients = vec![0.0; size];
        for step in 0..MOST_STEPS {
            let (information, score) = derivatives(&design, outcomes, &coefficients);
            // Collinear from the start, or only since the fitted probabilities ran to 0 and 1.
            let decomposed = Cholesky::new(&information)
                .map_err(|why| if step == 0 { why } else { Undefined::NotConverged })?;
            let change = decomposed.solve(&score);
            let settled = change.iter().zip(&coefficients).all(|(d, c)| d.abs() <= SETTLED * (1.0 + c.abs()));
            coefficients.iter_mut().zip(&change).for_each(|(coefficient, change)| *coefficient += change);
            if settled {
                let standard_errors = decomposed.inverse_diagonal().into_iter().map(f64::sqrt).collect();
                return Ok(Logistic { coefficients, standard_errors });
            }
        }
        Err(Undefined::NotConverged)
    }

    /// The log odds of a unit with these covariates.
    pub fn log_odds(&self, covariates: &[f64]) -> f64 {
        let (intercept, slopes) = self.coefficients.split_first().unwrap_or((&0.0, &[]));
        intercept + dot(slopes, covariates)
    }

    /// Its probability.
    pub fn probability(&self, covariates: &[f64]) -> f64 {
        sigmoid(self.log_odds(covariates))
    }
}

/// Rows with a leading 1.
///
/// # Errors
/// [`Undefined::InvalidParameter`] for rows of unequal length, [`Undefined::NotFinite`].
pub(crate) fn with_intercept(rows: &[Vec<f64>]) -> Result<Vec<Vec<f64>>> {
    let width = rows.first().map_or(0, Vec::len);
    if rows.iter().any(|row| row.len() != width) {
        return Err(Undefined::InvalidParameter { name: "the covariates", range: "as many for each unit" });
    }
    if rows.iter().flatten().any(|value| !value.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    Ok(rows.iter().map(|row| std::iter::once(1.0).chain(row.iter().copied()).collect()).collect())
}

fn sigmoid(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// The information matrix and the score.
fn derivatives(design: &[Vec<f64>], outcomes: &[bool], coefficients: &[f64]) -> (Vec<Vec<f64>>, Vec<f64>) {
    let mut information = diagonal(coefficients.len(), 0.0);
    let mut score = vec![0.0; coefficients.len()];
    for (row, outcome) in design.iter().zip(outcomes) {
        let p = sigmoid(dot(row, coefficients));
        add_outer(&mut information, row, p * (1.0 - p));
        let residual = f64::from(u8::from(*outcome)) - p;
        score.iter_mut().zip(row).for_each(|(sum, x)| *sum += x * residual);
    }
    (information, score)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(rows: &[&[f64]], outcomes: &[bool], expected: Undefined) {
        let rows: Vec<Vec<f64>> = rows.iter().map(|row| row.to_vec()).collect();
        assert_eq!(Logistic::fit(&rows, outcomes), Err(expected));
    }

    #[test]
    fn what_has_no_fit() {
        let line: [&[f64]; 4] = [&[1.0], &[2.0], &[3.0], &[4.0]];
        refused(&[], &[], Undefined::NoUnits);
        refused(&line, &[true; 4], Undefined::NoVariance);
        refused(&line, &[false, false, true, true], Undefined::NotConverged);
        refused(&[&[1.0], &[1.0]], &[false, true], Undefined::Collinear);
        refused(&[&[1.0], &[f64::NAN]], &[false, true], Undefined::NotFinite);
    }
}
