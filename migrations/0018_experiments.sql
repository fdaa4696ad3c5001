-- A bandit's shares move while it runs, so a person may be given another variation when they come again. They count for the
-- first one that they saw: who comes again is not who does not, and to leave them out would favour what few come back to.
ALTER TABLE experiments ADD COLUMN is_bandit INTEGER NOT NULL DEFAULT 0
  CONSTRAINT is_bandit_is_a_flag CHECK (is_bandit IN (0, 1));
UPDATE experiments SET is_bandit = 1 WHERE document ->> '$.design.bandit' IS NOT NULL;

-- Since when the flag has split people, in milliseconds since 1970, if that was before the experiment was started; what they
-- did before the exposure, and before this, is what they did without it. NULL: not known, or with the start.
ALTER TABLE experiments ADD COLUMN split_since INTEGER;
