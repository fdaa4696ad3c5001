//! Experiments and metrics as the team works on them.

mod in_flags;
mod split;

use crate::PortError;
use async_trait::async_trait;
pub use in_flags::{InFlags, in_flags, ship};
pub(crate) use in_flags::{has_shares, with_shares};
use orilla_events::ExperimentKey;
use orilla_experiments::{Experiment, Metric, MetricKey, Rollups};
use orilla_money::Currency;
use serde::{Deserialize, Serialize};
pub(crate) use split::moved;
pub use split::{Running, is_same_split, running};

/// A metric as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMetric {
    /// Its name.
    pub key: MetricKey,
    /// It grows with each change.
    pub version: u32,
    /// Its definition.
    pub metric: Metric,
}

/// What is usual in this shop, as far as earlier experiments tell: for a form's first values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Usual {
    /// New visitors a day in an experiment.
    pub traffic: Option<f64>,
    /// The mean of each metric and its standard deviation, in control groups.
    pub metrics: Vec<UsualMetric>,
}

/// What is usual of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsualMetric {
    /// Its name.
    pub metric: String,
    /// Visitors.
    pub units: u64,
    /// The sum of their values.
    pub sum: f64,
    /// The sum of the squares.
    pub squares: f64,
}

impl UsualMetric {
    /// Mean and standard deviation; none without visitors.
    pub fn moments(&self) -> Option<(f64, f64)> {
        let units = self.units as f64;
        let mean = self.sum / units;
        let variance = self.squares / units - mean * mean;
        (self.units > 0).then_some((mean, variance.max(0.0).sqrt()))
    }
}

/// Where experiments are kept, and what is counted for them.
#[async_trait]
pub trait ExperimentDesk: Send + Sync {
    /// All experiments, by their names.
    async fn experiments(&self) -> Result<Vec<Experiment>, PortError>;

    /// The experiment with this name.
    async fn experiment(&self, key: &ExperimentKey) -> Result<Option<Experiment>, PortError>;

    /// Puts an experiment in the place of its version `seen` (0: there was none); false if that is no longer what is
    /// there, and nothing is written. From its start on, exposures and its metrics are counted: amounts in `currency`.
    async fn save(&self, seen: u32, experiment: &Experiment, currency: Currency) -> Result<bool, PortError>;

    /// What was counted.
    async fn rollups(&self, key: &ExperimentKey) -> Result<Rollups, PortError>;

    /// All metrics, by their names.
    async fn metrics(&self) -> Result<Vec<StoredMetric>, PortError>;

    /// Puts a metric in the place of its version `seen` (0: there was none); false as in [`ExperimentDesk::save`].
    async fn save_metric(&self, seen: u32, key: &MetricKey, metric: &Metric) -> Result<bool, PortError>;

    /// What is usual in this shop.
    async fn usual(&self) -> Result<Usual, PortError>;
}
