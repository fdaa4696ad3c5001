//! Many tests at once: p values that account for having looked often.

use crate::undefined::{Result, Undefined};
use serde::{Deserialize, Serialize};

/// What is kept below alpha over all the tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Correction {
    /// The chance of even one false positive (Holm 1979, "A simple sequentially rejective multiple test procedure").
    #[default]
    Holm,
    /// The expected share of false ones among the positives (Benjamini and Hochberg 1995, "Controlling the false
    /// discovery rate"), for independent or positively dependent tests.
    BenjaminiHochberg,
}

/// Adjusted p values in the order of `p_values`: compare each with alpha (statsmodels `multipletests`, "holm" and
/// "fdr_bh").
///
/// # Errors
/// [`Undefined::InvalidParameter`] for a p value outside [0, 1].
pub fn adjust(p_values: &[f64], correction: Correction) -> Result<Vec<f64>> {
    if !p_values.iter().all(|p| (0.0..=1.0).contains(p)) {
        return Err(Undefined::InvalidParameter { name: "a p value", range: "from 0 to 1" });
    }
    let m = p_values.len() as f64;
    let mut ordered: Vec<(usize, f64)> = p_values.iter().copied().enumerate().collect();
    ordered.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut bound: f64 = if correction == Correction::Holm { 0.0 } else { 1.0 };
    let mut step = |(rank, (index, p)): (usize, (usize, f64))| {
        bound = match correction {
            Correction::Holm => bound.max(p * (m - rank as f64)).min(1.0),
            Correction::BenjaminiHochberg => bound.min(p * m / (rank as f64 + 1.0)),
        };
        (index, bound)
    };
    let ranked = ordered.into_iter().enumerate();
    let mut adjusted: Vec<(usize, f64)> = match correction {
        Correction::Holm => ranked.map(&mut step).collect(),
        Correction::BenjaminiHochberg => ranked.rev().map(&mut step).collect(),
    };
    adjusted.sort_by_key(|(index, _)| *index);
    Ok(adjusted.into_iter().map(|(_, p)| p).collect())
}
