//! Experiments, their metrics, and what is read of their sums.

#[cfg(test)]
mod tests;

use crate::db::{decode, rows};
use crate::{Database, DbError, Statement};
use async_trait::async_trait;
use orilla_events::{EventKind, ExperimentKey};
use orilla_experiments::{Experiment, Measured, Metric, MetricKey, MetricKind, Rollups};
use orilla_money::Currency;
use orilla_shop::PortError;
use orilla_shop::team::{ExperimentDesk, StoredMetric, Usual};
use serde::Serialize;
use std::sync::Arc;

/// Experiments in SQL.
#[derive(Clone)]
pub struct ExperimentStore {
    db: Arc<dyn Database>,
}

impl ExperimentStore {
    /// Experiments in this database.
    pub fn new(db: Arc<dyn Database>) -> Self {
        ExperimentStore { db }
    }
}

/// ?1 key, ?2 version, ?3 start, ?4 stop, ?5 document, ?6 the version that was seen, ?7 whether it is a bandit, ?8 since
/// when people are split. Answers a row if that version was there.
const SAVE: &str =
    "INSERT INTO experiments (key, version, started_at, stopped_at, document, is_bandit, split_since)
  SELECT ?1, ?2, ?3, ?4, ?5, ?7, ?8 WHERE ?6 = coalesce((SELECT version FROM experiments WHERE key = ?1), 0)
  ON CONFLICT (key) DO UPDATE SET version = excluded.version, started_at = excluded.started_at,
    stopped_at = excluded.stopped_at, document = excluded.document, is_bandit = excluded.is_bandit,
    split_since = excluded.split_since
  RETURNING json(version) AS doc";

/// ?1 key, ?2 version, ?3 start, ?4 metrics: [key, is share, event, currency, denominator, from, until, cap, is quantile,
/// activation]. Only with the version that starts the experiment; those of one that runs stay.
const FREEZE: &str = "INSERT INTO experiment_metrics
    (experiment, metric, is_share, event, currency, denominator, window_from, window_until, cap, is_quantile, activation)
  SELECT e.key, f.value ->> 0, f.value ->> 1, f.value ->> 2, f.value ->> 3, f.value ->> 4, f.value ->> 5,
    f.value ->> 6, f.value ->> 7, f.value ->> 8, f.value ->> 9
  FROM experiments e CROSS JOIN json_each(?4) f
  WHERE e.key = ?1 AND e.version = ?2 AND e.started_at = ?3
  ON CONFLICT (experiment, metric) DO NOTHING";

const SAVE_METRIC: &str = "INSERT INTO metrics (key, version, document)
  SELECT ?1, ?2, ?3 WHERE ?4 = coalesce((SELECT version FROM metrics WHERE key = ?1), 0)
  ON CONFLICT (key) DO UPDATE SET version = excluded.version, document = excluded.document
  RETURNING json(version) AS doc";

#[async_trait]
impl ExperimentDesk for ExperimentStore {
    async fn experiments(&self) -> Result<Vec<Experiment>, PortError> {
        let sql = "SELECT document AS doc FROM experiments ORDER BY key";
        Ok(rows(&*self.db, Statement::new(sql)).await?)
    }

    async fn experiment(&self, key: &ExperimentKey) -> Result<Option<Experiment>, PortError> {
        let sql = "SELECT document AS doc FROM experiments WHERE key = ?1";
        Ok(rows(&*self.db, Statement::new(sql).bind(key.as_str())).await?.pop())
    }

    async fn save(&self, seen: u32, experiment: &Experiment, currency: Currency) -> Result<bool, PortError> {
        let Experiment { key, version, started_at, stopped_at, split_since, measured, design, .. } =
            experiment;
        let save = Statement::new(SAVE)
            .bind(key.as_str())
            .bind(*version)
            .bind(*started_at)
            .bind(*stopped_at)
            .bind(json(experiment)?)
            .bind(seen)
            .bind(u32::from(design.bandit.is_some()))
            .bind(*split_since);
        let mut batch = vec![save];
        if let Some(started_at) = started_at {
            let frozen: Vec<_> = measured.iter().map(|measured| frozen(measured, currency)).collect();
            let freeze = Statement::new(FREEZE).bind(key.as_str()).bind(*version).bind(*started_at);
            batch.push(freeze.bind(json(&frozen)?));
        }
        is_written(self.db.batch(batch).await)
    }

    async fn rollups(&self, key: &ExperimentKey) -> Result<Rollups, PortError> {
        let units = "SELECT json_object('dimension', dimension, 'segment', segment, 'variation', variation,
              'units', units) AS doc
            FROM unit_rollups WHERE experiment = ?1 AND units > 0";
        let sums = "SELECT json_object('dimension', dimension, 'segment', segment, 'variation', variation,
              'metric', metric, 'sum', sum, 'squares', squares, 'denominator', denominator,
              'denominator_squares', denominator_squares, 'products', products, 'prior', prior,
              'prior_squares', prior_squares, 'prior_products', prior_products, 'activated', activated) AS doc
            FROM metric_rollups WHERE experiment = ?1";
        let histograms =
            "SELECT json_object('dimension', dimension, 'segment', segment, 'variation', variation,
              'metric', metric, 'values', json_group_array(json_array(bucket, units))) AS doc
            FROM metric_histograms WHERE experiment = ?1 AND units > 0
            GROUP BY experiment, dimension, segment, variation, metric";
        let ask = |sql: &str| Statement::new(sql).bind(key.as_str());
        // One transaction, so that all are of one moment.
        let answers = self.db.batch(vec![ask(units), ask(sums), ask(histograms)]).await?;
        let [units, sums, histograms] = answers.as_slice() else {
            return Err(DbError::Unexpected(format!("{} answers for 3 statements", answers.len())).into());
        };
        Ok(Rollups { units: decode(units)?, sums: decode(sums)?, histograms: decode(histograms)? })
    }

    async fn metrics(&self) -> Result<Vec<StoredMetric>, PortError> {
        let sql = "SELECT json_object('key', key, 'version', version, 'metric', json(document)) AS doc
            FROM metrics ORDER BY key";
        Ok(rows(&*self.db, Statement::new(sql)).await?)
    }

    async fn save_metric(&self, seen: u32, key: &MetricKey, metric: &Metric) -> Result<bool, PortError> {
        let save = Statement::new(SAVE_METRIC).bind(key.as_str()).bind(seen.saturating_add(1));
        is_written(self.db.batch(vec![save.bind(json(metric)?).bind(seen)]).await)
    }

    async fn usual(&self) -> Result<Usual, PortError> {
        let sql = "SELECT json_object(
              'traffic', (SELECT max(daily) FROM (
                SELECT sum(units) * 1.0 / count(DISTINCT segment) AS daily FROM unit_rollups
                WHERE dimension = 'day' AND units > 0 GROUP BY experiment)),
              'metrics', (SELECT json_group_array(json_object('metric', m.metric,
                  'units', iif(m.activated > 0, m.activated, u.units), 'sum', m.sum, 'squares', m.squares)) FROM (
                SELECT metric, experiment, sum(sum) AS sum, sum(squares) AS squares, sum(activated) AS activated
                FROM metric_rollups
                WHERE dimension = 'day' AND variation = (SELECT document ->> '$.design.variations[0].key'
                  FROM experiments WHERE key = experiment) GROUP BY experiment, metric) m
                JOIN (SELECT experiment, sum(units) AS units FROM unit_rollups
                  WHERE dimension = 'day' AND variation = (SELECT document ->> '$.design.variations[0].key'
                    FROM experiments WHERE key = experiment) GROUP BY experiment) u USING (experiment))) AS doc";
        Ok(rows(&*self.db, Statement::new(sql)).await?.pop().unwrap_or_default())
    }
}

/// A metric as `FREEZE` takes it.
type Frozen<'m> = (
    &'m str,
    u8,
    &'static str,
    Option<String>,
    Option<&'static str>,
    i64,
    i64,
    Option<u32>,
    u8,
    Option<&'static str>,
);

fn frozen(measured: &Measured, currency: Currency) -> Frozen<'_> {
    let Measured { key, metric, .. } = measured;
    let (from, until) = metric.window();
    (
        key.as_str(),
        u8::from(metric.kind == MetricKind::Share),
        metric.event.token(),
        metric.kind.is_money().then(|| currency.code().to_owned()),
        metric.denominator().map(EventKind::token),
        from,
        until,
        metric.cap,
        u8::from(metric.level().is_some()),
        metric.activation.map(EventKind::token),
    )
}

/// Whether the first statement wrote its row.
fn is_written(answers: Result<Vec<Vec<String>>, DbError>) -> Result<bool, PortError> {
    let answers = answers?;
    Ok(answers.first().is_some_and(|rows| !rows.is_empty()))
}

fn json(value: &impl Serialize) -> Result<String, PortError> {
    serde_json::to_string(value).map_err(|error| PortError::Unexpected(error.to_string()))
}
