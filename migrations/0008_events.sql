-- What visitors do, and what experiments make of it. Times are in milliseconds since 1970.

-- Events as they came, each once; for 90 days. A visitor is the id of a signed cookie, given with consent.
CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  visitor TEXT NOT NULL,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  -- The product, or the kind of page.
  subject TEXT,
  -- Minor units of an order; what a search found.
  amount INTEGER,
  currency TEXT
) STRICT;

CREATE INDEX events_visitor ON events (visitor, at);

-- One row: the last event before the batch that is being written. A batch is one transaction.
CREATE TABLE event_log (
  id INTEGER PRIMARY KEY CONSTRAINT one_event_log CHECK (id = 1),
  before INTEGER NOT NULL
) STRICT;
INSERT INTO event_log (id, before) VALUES (1, 0);

-- What was no event, and why. The last 10,000.
CREATE TABLE event_dead_letters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;

-- What can be measured: `document` is JSON.
CREATE TABLE metrics (
  key TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  document TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Experiments: `document` is JSON. Exposures count between start and stop.
CREATE TABLE experiments (
  key TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  started_at INTEGER,
  stopped_at INTEGER,
  document TEXT NOT NULL,
  CONSTRAINT a_stop_follows_a_start CHECK (stopped_at IS NULL OR started_at <= stopped_at)
) STRICT, WITHOUT ROWID;

-- The metrics of a started experiment, as they were defined when it started: a definition that changes later does not
-- change what is measured.
CREATE TABLE experiment_metrics (
  experiment TEXT NOT NULL REFERENCES experiments (key),
  metric TEXT NOT NULL,
  -- Whether one event is enough (the value is 0 or 1).
  is_share INTEGER NOT NULL CONSTRAINT is_share_is_a_flag CHECK (is_share IN (0, 1)),
  -- What is counted; in `currency`, if its amounts are summed.
  event TEXT NOT NULL,
  currency TEXT,
  -- What a ratio divides by.
  denominator TEXT,
  -- After the first exposure; at most 60 days.
  window_from INTEGER NOT NULL,
  window_until INTEGER NOT NULL CONSTRAINT window_is_at_most_60_days CHECK (window_until <= 5184000000),
  cap REAL,
  PRIMARY KEY (experiment, metric)
) STRICT, WITHOUT ROWID;

-- The first exposure of each visitor to each experiment; the variation is empty for a visitor who saw more than one.
CREATE TABLE exposures (
  experiment TEXT NOT NULL,
  visitor TEXT NOT NULL,
  variation TEXT NOT NULL,
  at INTEGER NOT NULL,
  country TEXT NOT NULL,
  device TEXT NOT NULL,
  PRIMARY KEY (experiment, visitor)
) STRICT, WITHOUT ROWID;

CREATE INDEX exposures_visitor ON exposures (visitor);

-- What each metric takes of a visitor, if it is anything. `prior` is the same of the 28 days before the exposure.
CREATE TABLE unit_values (
  experiment TEXT NOT NULL,
  visitor TEXT NOT NULL,
  metric TEXT NOT NULL,
  value REAL NOT NULL,
  denominator REAL NOT NULL,
  prior REAL NOT NULL,
  PRIMARY KEY (experiment, visitor, metric)
) STRICT, WITHOUT ROWID;

-- The visitors whose values the batch that is being written changes. Empty before and after it.
CREATE TABLE event_units (
  experiment TEXT NOT NULL,
  visitor TEXT NOT NULL,
  PRIMARY KEY (experiment, visitor)
) STRICT, WITHOUT ROWID;

-- Sums over visitors, three times: by the day of the first exposure, by country, by device. The sums over all days are
-- those of the experiment.
CREATE TABLE unit_rollups (
  experiment TEXT NOT NULL,
  dimension TEXT NOT NULL,
  segment TEXT NOT NULL,
  variation TEXT NOT NULL,
  units INTEGER NOT NULL CONSTRAINT units_are_not_negative CHECK (units >= 0),
  PRIMARY KEY (experiment, dimension, segment, variation)
) STRICT, WITHOUT ROWID;

CREATE TABLE metric_rollups (
  experiment TEXT NOT NULL,
  dimension TEXT NOT NULL,
  segment TEXT NOT NULL,
  variation TEXT NOT NULL,
  metric TEXT NOT NULL,
  sum REAL NOT NULL,
  squares REAL NOT NULL,
  denominator REAL NOT NULL,
  denominator_squares REAL NOT NULL,
  -- Of value and denominator.
  products REAL NOT NULL,
  prior REAL NOT NULL,
  prior_squares REAL NOT NULL,
  -- Of value and prior.
  prior_products REAL NOT NULL,
  PRIMARY KEY (experiment, dimension, segment, variation, metric)
) STRICT, WITHOUT ROWID;

INSERT INTO metrics (key, version, document) VALUES
  ('conversion', 1, '{"name":"Visitors who order","description":"","kind":"share","event":"order_placed","days":14,"goal":"more"}'),
  ('revenue', 1, '{"name":"Revenue per visitor","description":"","kind":"revenue","event":"order_placed","days":14,"goal":"more"}'),
  ('order-value', 1, '{"name":"Revenue per order","description":"","kind":"revenue_per_event","event":"order_placed","days":14,"goal":"more"}'),
  ('add-to-cart', 1, '{"name":"Visitors who fill a cart","description":"","kind":"share","event":"add_to_cart","days":7,"goal":"more"}'),
  ('checkout', 1, '{"name":"Visitors who come to the checkout","description":"","kind":"share","event":"checkout_begun","days":7,"goal":"more"}'),
  ('product-views', 1, '{"name":"Product pages per visitor","description":"","kind":"count","event":"product_view","days":7,"goal":"more"}'),
  ('return', 1, '{"name":"Visitors who come back","description":"After a day, within two weeks","kind":"share","event":"page_view","from_days":1,"days":14,"goal":"more"}');
