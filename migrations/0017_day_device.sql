-- A fourth sum over visitors: by the day of the first exposure and the device, as `2026-11-27 phone`. Bandits whose shares
-- follow the device need it. Of what was counted before, it is made here.
INSERT INTO unit_rollups (experiment, dimension, segment, variation, units)
  SELECT experiment, 'day_device', date(at / 1000, 'unixepoch') || ' ' || device, variation, count(*)
  FROM exposures GROUP BY 1, 3, 4;

INSERT INTO metric_rollups (experiment, dimension, segment, variation, metric, sum, squares, denominator,
    denominator_squares, products, prior, prior_squares, prior_products, activated)
  SELECT x.experiment, 'day_device', date(x.at / 1000, 'unixepoch') || ' ' || x.device, x.variation, v.metric, sum(v.value),
    sum(v.value * v.value), sum(v.denominator), sum(v.denominator * v.denominator), sum(v.value * v.denominator),
    sum(v.prior), sum(v.prior * v.prior), sum(v.value * v.prior), sum(v.is_activated)
  FROM exposures x JOIN unit_values v ON v.experiment = x.experiment AND v.visitor = x.visitor
  GROUP BY 1, 3, 4, 5;

INSERT INTO metric_histograms (experiment, dimension, segment, variation, metric, bucket, units)
  SELECT x.experiment, 'day_device', date(x.at / 1000, 'unixepoch') || ' ' || x.device, x.variation, v.metric, v.bucket,
    count(*)
  FROM exposures x JOIN unit_values v ON v.experiment = x.experiment AND v.visitor = x.visitor
  WHERE v.bucket IS NOT NULL
  GROUP BY 1, 3, 4, 5, 6;
