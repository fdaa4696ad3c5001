//! The statements that write a batch, in their order. A visitor's values are taken out of the sums, reckoned anew from
//! the events, and put back: so it does not matter in which order events arrive.

/// What has a higher `seq` is new.
pub(super) const MARK: &str = "UPDATE event_log SET before = (SELECT coalesce(max(seq), 0) FROM events)";

/// ?1 events: [id, visitor, type, at, subject, amount, currency].
pub(super) const EVENTS: &str = "INSERT INTO events (id, visitor, type, at, subject, amount, currency)
  SELECT f.value ->> 0, f.value ->> 1, f.value ->> 2, f.value ->> 3, f.value ->> 4, f.value ->> 5, f.value ->> 6
  FROM json_each(?1) f WHERE true
  ON CONFLICT (id) DO NOTHING";

/// ?1 refusals: [at, code, reason, body].
pub(super) const DEAD_LETTERS: &str = "INSERT INTO event_dead_letters (at, code, reason, body)
  SELECT f.value ->> 0, f.value ->> 1, f.value ->> 2, f.value ->> 3 FROM json_each(?1) f";

/// ?1 how many are kept.
pub(super) const FEWER_DEAD_LETTERS: &str =
    "DELETE FROM event_dead_letters WHERE id <= (SELECT max(id) FROM event_dead_letters) - ?1";

/// Exposures of ?1 ([experiment, visitor, variation, at, country, device, is_away]) that an experiment counts. A bandit
/// counts none of pages that were made on a device without a network: its shares of that day are not known there. Nor does
/// any count what it does not compare: whatever a browser says that it saw, the others' sums are not touched by it.
macro_rules! counted {
    () => {
        "FROM (SELECT f.value ->> 0 AS experiment, f.value ->> 1 AS visitor, f.value ->> 2 AS variation,
            f.value ->> 3 AS at, f.value ->> 4 AS country, f.value ->> 5 AS device,
            f.value ->> 6 AS is_away FROM json_each(?1) f) n
          CROSS JOIN experiments e ON e.key = n.experiment
            AND n.at >= e.started_at AND (e.stopped_at IS NULL OR n.at < e.stopped_at)
            AND NOT (e.is_bandit AND n.is_away)
            AND EXISTS (SELECT 1 FROM json_each(e.document, '$.design.variations') v
              WHERE v.value ->> 'key' = n.variation)"
    };
}

/// ?1 exposures, ?2 the moment before which an exposure is too old for anything to change. Of new events, the
/// experiments that their visitors are in; of exposures, those that say something new.
pub(super) const UNITS: &str = concat!(
    "INSERT INTO event_units (experiment, visitor)
      SELECT x.experiment, x.visitor
      FROM (SELECT DISTINCT visitor FROM events WHERE seq > (SELECT before FROM event_log)) n
      CROSS JOIN exposures x ON x.visitor = n.visitor AND x.at >= ?2
      UNION
      SELECT n.experiment, n.visitor ",
    counted!(),
    " LEFT JOIN exposures x ON x.experiment = n.experiment AND x.visitor = n.visitor
      WHERE x.visitor IS NULL OR (n.at, n.variation) < (x.at, x.variation)
        OR (NOT e.is_bandit AND x.variation <> '' AND x.variation <> n.variation)"
);

/// ?1 exposures. The first in time is kept. Who saw more than one variation is in none; but of a bandit, whose shares
/// move, in the first.
pub(super) const EXPOSURES: &str = concat!(
    "INSERT INTO exposures (experiment, visitor, variation, at, country, device)
      SELECT experiment, visitor, iif(is_bandit OR least = most, variation, ''), at, country, device
      FROM (
        SELECT n.*, e.is_bandit, min(n.variation) OVER who AS least, max(n.variation) OVER who AS most,
          row_number() OVER (who ORDER BY n.at, n.variation) AS place ",
    counted!(),
    " WINDOW who AS (PARTITION BY n.experiment, n.visitor)
      ) WHERE place = 1
      ON CONFLICT (experiment, visitor) DO UPDATE SET
        variation = CASE
          WHEN (SELECT is_bandit FROM experiments e WHERE e.key = exposures.experiment)
            THEN iif((excluded.at, excluded.variation) < (at, variation), excluded.variation, variation)
          ELSE iif(variation = excluded.variation, variation, '') END,
        country = iif(excluded.at < at, excluded.country, country),
        device = iif(excluded.at < at, excluded.device, device),
        at = min(at, excluded.at)
      WHERE excluded.at < at OR variation <> excluded.variation"
);

/// The visitors of the batch, once for each dimension.
macro_rules! units {
    () => {
        "(SELECT u.experiment, u.visitor, d.dimension, x.variation,
            CASE d.dimension WHEN 'day' THEN date(x.at / 1000, 'unixepoch') WHEN 'country' THEN x.country
              WHEN 'device' THEN x.device ELSE date(x.at / 1000, 'unixepoch') || ' ' || x.device END AS segment
          FROM event_units u CROSS JOIN exposures x ON x.experiment = u.experiment AND x.visitor = u.visitor
          CROSS JOIN (SELECT 'day' AS dimension UNION ALL SELECT 'country' UNION ALL SELECT 'device'
            UNION ALL SELECT 'day_device') d) k"
    };
}

/// Takes the visitors out of the counts.
pub(super) const UNCOUNT_UNITS: &str = concat!(
    "UPDATE unit_rollups AS r SET units = max(r.units - n.units, 0) FROM (
        SELECT k.experiment, k.dimension, k.segment, k.variation, count(*) AS units FROM ",
    units!(),
    " GROUP BY 1, 2, 3, 4) n
      WHERE r.experiment = n.experiment AND r.dimension = n.dimension AND r.segment = n.segment
        AND r.variation = n.variation"
);

/// Puts them back.
pub(super) const COUNT_UNITS: &str = concat!(
    "INSERT INTO unit_rollups (experiment, dimension, segment, variation, units)
      SELECT k.experiment, k.dimension, k.segment, k.variation, count(*) FROM ",
    units!(),
    " WHERE true GROUP BY 1, 2, 3, 4
      ON CONFLICT (experiment, dimension, segment, variation) DO UPDATE SET units = units + excluded.units"
);

/// ?1 is -1, to take the visitors' values out of the sums, or 1, to put them back.
pub(super) const SUM_VALUES: &str = concat!(
    "INSERT INTO metric_rollups (experiment, dimension, segment, variation, metric, sum, squares, denominator,
        denominator_squares, products, prior, prior_squares, prior_products, activated)
      SELECT k.experiment, k.dimension, k.segment, k.variation, v.metric, ?1 * sum(v.value),
        ?1 * sum(v.value * v.value), ?1 * sum(v.denominator), ?1 * sum(v.denominator * v.denominator),
        ?1 * sum(v.value * v.denominator), ?1 * sum(v.prior), ?1 * sum(v.prior * v.prior),
        ?1 * sum(v.value * v.prior), ?1 * sum(v.is_activated)
      FROM ",
    units!(),
    " CROSS JOIN unit_values v ON v.experiment = k.experiment AND v.visitor = k.visitor
      GROUP BY 1, 2, 3, 4, 5
      ON CONFLICT (experiment, dimension, segment, variation, metric) DO UPDATE
      SET sum = sum + excluded.sum, squares = squares + excluded.squares,
        denominator = denominator + excluded.denominator,
        denominator_squares = denominator_squares + excluded.denominator_squares,
        products = products + excluded.products, prior = prior + excluded.prior,
        prior_squares = prior_squares + excluded.prior_squares,
        prior_products = prior_products + excluded.prior_products, activated = activated + excluded.activated"
);

/// ?1 as of [`SUM_VALUES`]: the same of histograms.
pub(super) const SUM_BUCKETS: &str = concat!(
    "INSERT INTO metric_histograms (experiment, dimension, segment, variation, metric, bucket, units)
      SELECT k.experiment, k.dimension, k.segment, k.variation, v.metric, v.bucket, ?1 * count(*)
      FROM ",
    units!(),
    " CROSS JOIN unit_values v ON v.experiment = k.experiment AND v.visitor = k.visitor AND v.bucket IS NOT NULL
      GROUP BY 1, 2, 3, 4, 5, 6
      ON CONFLICT (experiment, dimension, segment, variation, metric, bucket) DO UPDATE
      SET units = units + excluded.units"
);

/// Before the values are reckoned anew.
pub(super) const FORGET_VALUES: &str = "DELETE FROM unit_values
  WHERE (experiment, visitor) IN (SELECT experiment, visitor FROM event_units)";

/// ?1 milliseconds before an exposure in which `prior` is counted, ?2 after it until which anything is. Nothing is prior that
/// was done when the flag split people already, before the experiment was started: it may be what a variation has done, and
/// to take it off the result would take the effect off. An event counts
/// from the exposure on (or from the first event after it that the metric asks for), within the metric's window, until
/// the experiment is stopped. Only where there is something is there a row: of a metric that asks for an event, of each
/// visitor with whom it happened.
pub(super) const VALUES: &str =
    "WITH activated AS MATERIALIZED (
      SELECT u.experiment, u.visitor, m.metric, min(o.at) AS at
      FROM event_units u
      CROSS JOIN exposures x ON x.experiment = u.experiment AND x.visitor = u.visitor
      CROSS JOIN experiments e ON e.key = u.experiment
      CROSS JOIN experiment_metrics m ON m.experiment = u.experiment AND m.activation IS NOT NULL
      CROSS JOIN events o ON o.visitor = u.visitor AND o.at >= x.at AND o.at < x.at + ?2 AND o.type = m.activation
        AND (e.stopped_at IS NULL OR o.at < e.stopped_at)
      GROUP BY 1, 2, 3
  )
  INSERT INTO unit_values (experiment, visitor, metric, value, denominator, prior, bucket, is_activated)
  SELECT experiment, visitor, metric, value, denominator, prior,
    CASE WHEN is_quantile THEN
      (SELECT bucket FROM value_buckets WHERE least <= value ORDER BY least DESC LIMIT 1) END,
    is_activated
  FROM (
    SELECT experiment, visitor, metric, is_quantile, is_activated, min(value, most) AS value, denominator,
      min(prior, most) AS prior
    FROM (
      SELECT experiment, visitor, metric, is_quantile, is_activated, most,
        iif(is_share, min(1.0, total(later * counts)), total(later * counts * amount)) AS value,
        total(later * divides) AS denominator,
        iif(is_share, min(1.0, total(earlier * counts)), total(earlier * counts * amount)) AS prior
      FROM (
        SELECT u.experiment, u.visitor, m.metric, m.is_share, m.is_quantile, m.activation IS NOT NULL AS is_activated,
          coalesce(m.cap, 9e999) AS most,
          o.at >= coalesce(a.at, x.at) + m.window_from AND o.at >= coalesce(a.at, x.at)
            AND o.at < coalesce(a.at, x.at) + m.window_until AND o.at < x.at + ?2
            AND (e.stopped_at IS NULL OR o.at < e.stopped_at) AS later,
          o.at < min(x.at, coalesce(e.split_since, x.at)) AS earlier,
          o.type = m.event AS counts,
          CASE WHEN m.currency IS NULL THEN 1 WHEN o.currency = m.currency THEN o.amount ELSE 0 END AS amount,
          coalesce(o.type = m.denominator, 0) AS divides
        FROM event_units u
        CROSS JOIN exposures x ON x.experiment = u.experiment AND x.visitor = u.visitor
        CROSS JOIN experiments e ON e.key = u.experiment
        CROSS JOIN events o ON o.visitor = u.visitor AND o.at >= x.at - ?1
        CROSS JOIN experiment_metrics m ON m.experiment = u.experiment
        LEFT JOIN activated a ON a.experiment = u.experiment AND a.visitor = u.visitor AND a.metric = m.metric
        WHERE m.activation IS NULL OR a.at IS NOT NULL
      ) GROUP BY experiment, visitor, metric
    )
  ) WHERE value <> 0 OR denominator <> 0 OR prior <> 0 OR is_activated";

/// After the batch.
pub(super) const NO_UNITS: &str = "DELETE FROM event_units";

/// ?1 the moment before which events are forgotten, ?2 how many at a time.
pub(super) const FORGET_EVENTS: &str = "DELETE FROM events
  WHERE seq IN (SELECT seq FROM events ORDER BY seq LIMIT ?2) AND at < ?1";
