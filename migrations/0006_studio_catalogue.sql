-- The Studio's catalogue: categories that the team names and moves, where they stood before, and who did it.

-- 0: only imports have named it. An import renames no category that the team has named.
ALTER TABLE categories ADD COLUMN version INTEGER NOT NULL DEFAULT 0;

-- Where a category stood before: its old address leads to the new one, and a feed that still names it finds it. A slug
-- that is in use is none of these.
CREATE TABLE category_moves (
  slug TEXT PRIMARY KEY,
  category_id INTEGER NOT NULL REFERENCES categories (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX category_moves_category ON category_moves (category_id);

CREATE TRIGGER category_moves_give_way AFTER INSERT ON categories
BEGIN
  DELETE FROM category_moves WHERE slug = new.slug;
END;

-- What the team did to categories: `change` is JSON with a `type`. Rows are added, never changed; a category may be gone.
CREATE TABLE category_history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  category_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  member TEXT NOT NULL,
  change TEXT NOT NULL CONSTRAINT category_change_has_a_type CHECK (json_type(change, '$.type') = 'text')
) STRICT;

CREATE INDEX category_history_category ON category_history (category_id, id);

-- A product whose category has another name now: its digest and its words for the search are made anew.
CREATE INDEX products_without_digest ON products (handle) WHERE digest = '';

-- Imports of the Studio while they go on, and what came of them. `beat` grows with each step: a stream of events goes on
-- from it. A dry run is told like any other; what has changed products is in `import_log`, too.
CREATE TABLE import_runs (
  run TEXT PRIMARY KEY CONSTRAINT import_run_has_a_name CHECK (length(run) BETWEEN 8 AND 200),
  member TEXT NOT NULL,
  source TEXT NOT NULL,
  format TEXT NOT NULL,
  dry_run INTEGER NOT NULL CONSTRAINT dry_run_is_a_flag CHECK (dry_run IN (0, 1)),
  state TEXT NOT NULL CONSTRAINT import_state_is_known CHECK (state IN ('running', 'done', 'failed')),
  message TEXT NOT NULL,
  read_bytes INTEGER NOT NULL,
  total_bytes INTEGER NOT NULL,
  added INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  beat INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX import_runs_started ON import_runs (started_at);

-- The first rows of a run that were no products: where they stand in its file, and why.
CREATE TABLE import_rejections (
  run TEXT NOT NULL REFERENCES import_runs (run),
  place INTEGER NOT NULL,
  line INTEGER NOT NULL,
  col INTEGER,
  field TEXT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;
