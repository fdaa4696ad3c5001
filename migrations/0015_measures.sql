-- Quantiles of what visitors spend, and metrics that count those alone who did something.

-- A quantile is read from a histogram: buckets of values from 1 on, each a hundredth wider than the one before, as
-- orilla_stats::Histogram has them (a test compares). The last begins beyond 10 billion minor units.
CREATE TABLE value_buckets (
  least REAL PRIMARY KEY,
  bucket INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO value_buckets (least, bucket)
  WITH RECURSIVE b (least, bucket) AS (SELECT 1.0, 0 UNION ALL SELECT least * 1.01, bucket + 1 FROM b WHERE bucket < 2400)
  SELECT least, bucket FROM b;

ALTER TABLE experiment_metrics ADD COLUMN is_quantile INTEGER NOT NULL DEFAULT 0
  CONSTRAINT is_quantile_is_a_flag CHECK (is_quantile IN (0, 1));
-- What a visitor has to do after the exposure to be counted at all; windows begin then. NULL: nothing.
ALTER TABLE experiment_metrics ADD COLUMN activation TEXT;

-- The bucket of a value, of a quantile. It is kept, so that what is taken out of a histogram is what was put in.
ALTER TABLE unit_values ADD COLUMN bucket INTEGER;
-- Whether the visitor did what the metric's activation asks for; such a row is there without a value, too.
ALTER TABLE unit_values ADD COLUMN is_activated INTEGER NOT NULL DEFAULT 0;

-- The visitors who did; 0 of a metric that asks for nothing, whose visitors are in unit_rollups.
ALTER TABLE metric_rollups ADD COLUMN activated INTEGER NOT NULL DEFAULT 0;

-- Visitors by the bucket of their value: as metric_rollups, it adds up and is taken back.
CREATE TABLE metric_histograms (
  experiment TEXT NOT NULL,
  dimension TEXT NOT NULL,
  segment TEXT NOT NULL,
  variation TEXT NOT NULL,
  metric TEXT NOT NULL,
  bucket INTEGER NOT NULL,
  units INTEGER NOT NULL,
  PRIMARY KEY (experiment, dimension, segment, variation, metric, bucket)
) STRICT, WITHOUT ROWID;

INSERT INTO metrics (key, version, document) VALUES
  ('median-spend', 1, '{"name":"What half of the buyers spend less than","description":"The median of the sum of a buyer’s orders","kind":"revenue_quantile","event":"order_placed","days":14,"goal":"more","percentile":50}')
  ON CONFLICT (key) DO NOTHING;
