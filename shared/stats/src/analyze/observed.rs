//! Groups that nobody threw dice for: who used the search, who came by a newsletter. What led people there is in columns of
//! the file, or nothing can be said.

use super::Column;
use super::units::UnitRow;
use crate::causal::{Balance, CALIPER, DoublyRobust, Matched, Observation, Study};
use crate::undefined::{Result, either};
use serde::Serialize;

/// A variant against the control, as far as what led units to them is known.
#[derive(Clone, Debug, Serialize)]
pub struct Observed {
    /// The columns of what may have led units to their variant, in the order of the balances.
    pub confounders: Vec<Column>,
    /// Units that lack one of them: left out.
    pub left_out: u64,
    /// How far the groups differ.
    #[serde(serialize_with = "either")]
    pub before: Result<Balance>,
    /// The same after weighting by the propensity score, as the doubly robust estimate does.
    #[serde(serialize_with = "either")]
    pub weighted: Result<Balance>,
    /// The effect over all units.
    #[serde(serialize_with = "either")]
    pub doubly_robust: Result<DoublyRobust>,
    /// The effect on those of the variant, from pairs, with their balance.
    #[serde(serialize_with = "either")]
    pub matched: Result<Matched>,
}

impl Observed {
    /// `groups`: the units of the control and of the variant, each with the value of the metric.
    pub(super) fn new<'u>(
        confounders: &[Column],
        groups: [impl Iterator<Item = (&'u UnitRow, f64)>; 2],
        alpha: f64,
    ) -> Self {
        let (mut observations, mut left_out) = (Vec::new(), 0);
        for (group, units) in groups.into_iter().enumerate() {
            for (unit, outcome) in units {
                match unit.confounders.iter().copied().collect::<Option<Vec<f64>>>() {
                    Some(covariates) => {
                        observations.push(Observation { treated: group == 1, covariates, outcome });
                    }
                    None => left_out += 1,
                }
            }
        }
        let study = Study::new(&observations);
        let of = || study.as_ref().map_err(Clone::clone);
        Observed {
            confounders: confounders.to_vec(),
            left_out,
            before: of().and_then(Study::balance),
            weighted: of().and_then(Study::weighted_balance),
            doubly_robust: of().and_then(|study| study.doubly_robust(alpha)),
            matched: of().and_then(|study| study.matched(CALIPER, alpha)),
        }
    }
}
