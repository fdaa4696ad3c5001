-- Progressive rollouts: what happened to each, as a stream of events (orilla_rollouts::Event). Rows of events are added,
-- never changed.
CREATE TABLE rollouts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- The rule whose coverage it drives.
  flag TEXT NOT NULL,
  rule TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  -- Of the last event.
  changed_at INTEGER NOT NULL,
  is_over INTEGER NOT NULL DEFAULT 0 CHECK (is_over IN (0, 1))
) STRICT;
-- A rule has one driver at a time.
CREATE UNIQUE INDEX rollouts_one_driver ON rollouts (flag, rule) WHERE is_over = 0;

CREATE TABLE rollout_events (
  rollout INTEGER NOT NULL REFERENCES rollouts (id),
  number INTEGER NOT NULL CHECK (number >= 1),
  event TEXT NOT NULL CHECK (json_valid(event)),
  PRIMARY KEY (rollout, number)
) STRICT, WITHOUT ROWID;

-- What isolates saw of the people (orilla_rollouts::Counts): sums, per coverage in hundredths of a percent and group.
CREATE TABLE rollout_counts (
  rollout INTEGER NOT NULL REFERENCES rollouts (id),
  share INTEGER NOT NULL,
  is_in INTEGER NOT NULL CHECK (is_in IN (0, 1)),
  people INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  converted INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  requests_squared REAL NOT NULL,
  millis REAL NOT NULL,
  millis_squared REAL NOT NULL,
  products REAL NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (rollout, share, is_in)
) STRICT, WITHOUT ROWID;

-- What the guardrails said, now and then: for the chart.
CREATE TABLE rollout_looks (
  rollout INTEGER NOT NULL REFERENCES rollouts (id),
  at INTEGER NOT NULL,
  verdicts TEXT NOT NULL CHECK (json_valid(verdicts)),
  PRIMARY KEY (rollout, at)
) STRICT, WITHOUT ROWID;
