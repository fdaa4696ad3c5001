//! What is summed up of an experiment's visitors, and what of it a metric may count.

use crate::day::epoch_day;
use crate::estimate::Sums;
use crate::experiment::Experiment;
use crate::metric::Metric;
use orilla_stats::Histogram;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// How many visitors a segment has in a variation. The variation is empty for those who saw more than one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the columns of a rollup")]
pub struct UnitRow {
    pub dimension: String,
    pub segment: String,
    pub variation: String,
    pub units: u64,
}

/// What a segment sums up to in a variation, for a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the columns of a rollup")]
pub struct SumRow {
    pub dimension: String,
    pub segment: String,
    pub variation: String,
    pub metric: String,
    /// The visitors who did what the metric asks for, if it asks for anything.
    pub activated: u64,
    #[serde(flatten)]
    pub sums: Sums,
}

/// The visitors of a segment in a variation, by the value that a quantile takes of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the columns of a rollup")]
pub struct HistogramRow {
    pub dimension: String,
    pub segment: String,
    pub variation: String,
    pub metric: String,
    pub values: Histogram,
}

/// All sums of an experiment: by day of the first exposure, by country, by device.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs, reason = "lists of rows")]
pub struct Rollups {
    pub units: Vec<UnitRow>,
    pub sums: Vec<SumRow>,
    pub histograms: Vec<HistogramRow>,
}

impl Rollups {
    /// The visitors of all days in these variations.
    pub(crate) fn visitors(&self, is_it: &dyn Fn(&str) -> bool) -> u64 {
        let days = self.units.iter().filter(|row| row.dimension == "day" && is_it(&row.variation));
        days.map(|row| row.units).sum()
    }

    /// Those who came until the end of a day. Of sums that are not kept by day nobody knows whose they are: where somebody
    /// is left out, they are left out too.
    fn until(&self, last: i64) -> Cow<'_, Rollups> {
        // A segment is `2026-11-27` or `2026-11-27 phone`.
        let day = |segment: &str| epoch_day(segment.split(' ').next().unwrap_or_default());
        let is_by_day = |dimension: &str| dimension.starts_with("day");
        let is_in = |dimension: &str, segment: &str| {
            is_by_day(dimension) && day(segment).is_some_and(|day| day <= last)
        };
        if self.units.iter().all(|row| !is_by_day(&row.dimension) || is_in(&row.dimension, &row.segment)) {
            return Cow::Borrowed(self);
        }
        let mut kept = self.clone();
        kept.units.retain(|row| is_in(&row.dimension, &row.segment));
        kept.sums.retain(|row| is_in(&row.dimension, &row.segment));
        kept.histograms.retain(|row| is_in(&row.dimension, &row.segment));
        Cow::Owned(kept)
    }
}

impl Experiment {
    /// What a metric may count at `now`: nothing counts after a stop, so that a window that was not over then never is.
    pub(crate) fn ripe<'r>(&self, rollups: &'r Rollups, metric: &Metric, now: i64) -> Cow<'r, Rollups> {
        let counted_until = self.stopped_at.map_or(now, |stopped| stopped.min(now));
        match metric.last_day(counted_until) {
            Some(last) => rollups.until(last),
            None => Cow::Borrowed(rollups),
        }
    }
}
