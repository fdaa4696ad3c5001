-- The people behind the sums of a rollout, so that each counts once, whichever isolates and modules answered them. `person`
-- is a keyed hash of who they are, of this rollout and coverage alone: it can be compared with nothing else. Forgotten
-- when the rollout is over; the sums stay.
CREATE TABLE rollout_people (
  rollout INTEGER NOT NULL REFERENCES rollouts (id),
  share INTEGER NOT NULL,
  person INTEGER NOT NULL CHECK (person >= 0),
  is_in INTEGER NOT NULL CHECK (is_in IN (0, 1)),
  -- None yet, within the transaction that takes them in.
  requests INTEGER NOT NULL DEFAULT 0,
  millis INTEGER NOT NULL DEFAULT 0,
  has_failed INTEGER NOT NULL DEFAULT 0 CHECK (has_failed IN (0, 1)),
  has_ordered INTEGER NOT NULL DEFAULT 0 CHECK (has_ordered IN (0, 1)),
  PRIMARY KEY (rollout, share, person)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER rollouts_forget_their_people AFTER UPDATE OF is_over ON rollouts WHEN new.is_over = 1
BEGIN
  DELETE FROM rollout_people WHERE rollout = new.id;
END;

-- What was added lately: an isolate that did not hear the answer sends the same again.
CREATE TABLE rollout_batches (
  made_at INTEGER NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (made_at, id)
) STRICT, WITHOUT ROWID;
