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

#[cfg(test)]
mod tests {
    use crate::day::{DAY, epoch_day};
    use crate::tests::{measuring, metric, sums};
    use crate::{Analysis, Experiment, Goal, Metric, MetricKind, Verdict, analyse};

    /// Who came yesterday has not failed to come back within a week.
    #[test]
    fn who_may_still_come_back_is_not_counted() {
        let return_ = Metric { from_days: 1, days: 7, ..metric(MetricKind::Share, Goal::More) };
        let mut experiment = measuring(&return_);
        let day = |text: &str| epoch_day(text).unwrap() * DAY;
        experiment.started_at = Some(day("2026-11-01"));
        let mut rollups = sums(&[[5_000, 1_000, 400], [5_000, 1_300, 400]]);
        // Those of the next day have hardly had the time.
        for mut row in sums(&[[8_000, 10, 640], [8_000, 10, 640]]).units {
            row.segment = if row.dimension == "day" { "2026-11-02".into() } else { row.segment };
            rollups.units.push(row);
        }
        let at = |experiment: &Experiment, now: i64| analyse(experiment, &rollups, now);
        let shares = |found: &Analysis| -> Vec<Option<f64>> {
            let variants = found.metrics[0].variants.iter();
            variants.map(|variant| variant.estimate.as_ref().ok().map(|estimate| estimate.mean())).collect()
        };
        // The window of the first day's visitors ends seven days after its last moment.
        let early = at(&experiment, day("2026-11-09") - 1);
        assert_eq!((shares(&early), early.metrics[0].waiting), (vec![None, None], 26_000));
        assert_eq!(early.reading.verdict, Verdict::TooEarly);
        assert_eq!(early.units, [13_000, 13_000]);
        // What counts from the exposure on counts meanwhile.
        assert_eq!((early.metrics[2].waiting, early.metrics[2].variants[0].units), (0, 13_000));
        let ripe = at(&experiment, day("2026-11-09"));
        assert_eq!((shares(&ripe), ripe.metrics[0].waiting), (vec![Some(0.2), Some(0.26)], 16_000));
        assert!(matches!(ripe.reading.verdict, Verdict::Better { variation: 1, .. }), "{:?}", ripe.reading);
        assert_eq!(ripe.timeline.len(), 1);
        // Of the sums by country nobody knows who is too young.
        assert!(ripe.segments.is_empty());
        let whole = at(&experiment, day("2026-11-10"));
        assert_eq!((whole.metrics[0].waiting, whole.segments.len()), (0, 2));
        // Nothing was counted after the stop: later on they know no more.
        let stopped = experiment.stopped("Ada", day("2026-11-09")).unwrap();
        assert_eq!(shares(&at(&stopped, day("2026-12-01"))), [Some(0.2), Some(0.26)]);
    }
}
