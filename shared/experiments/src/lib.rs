//! Experiments: what they ask, how long they need, and what their sums say. Pure functions over `orilla_stats`.
//!
//! An experiment names what it measures before it starts ([`Design`]); the definitions of its metrics are frozen then
//! ([`Measured`]). While it runs, anybody may look as often as they like: the sequential test decides, which allows for
//! that ([`Reading`]). The test for one look is shown beside it, and decides nothing.
//!
//! An experiment may be run as a bandit ([`BanditPlan`]): every few days its shares follow what is learned, and its
//! analysis takes into account with which probability each visitor got what.
#![deny(missing_docs)]

mod analysis;
mod bandit;
mod day;
mod design;
mod estimate;
mod experiment;
mod fault;
mod metric;
mod need;
mod reading;
mod rollups;
#[cfg(any(test, feature = "simulate"))]
pub mod simulate;
#[cfg(test)]
mod tests;

pub use analysis::{
    Activated, Analysis, Compared, MetricResult, Point, SegmentTable, VariantResult, analyse,
};
pub use bandit::{BanditForm, BanditPlan, MEMBER, PARTS, Reweighed, Why};
pub use design::{Design, DesignForm, Variation};
pub use estimate::Sums;
pub use experiment::{Decision, Entry, Experiment, LogEntry, PRIOR, Refusal, Status};
pub use fault::{Fault, Problem};
pub use metric::{Goal, Measured, Metric, MetricForm, MetricKey, MetricKind, Role};
pub use need::{Need, need};
pub use reading::{Broken, Reading, Verdict};
pub use rollups::{HistogramRow, Rollups, SumRow, UnitRow};

/// The false positives that are accepted.
pub const ALPHA: f64 = 0.05;
