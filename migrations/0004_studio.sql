-- The Studio: who is signed in, and what the team did to products.

-- The key of a session is in the browser's cookie only; here is its SHA-256. Times are in milliseconds since 1970.
CREATE TABLE studio_sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash TEXT NOT NULL UNIQUE CONSTRAINT session_hash_is_sha_256 CHECK (length(hash) = 64),
  member TEXT NOT NULL CONSTRAINT member_is_not_empty CHECK (member <> ''),
  user_agent TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

-- What the team changed, by hand: `change` is JSON with a `type`, `key` the idempotency key of a stock adjustment.
-- Rows are added, never changed.
CREATE TABLE product_history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  product_id INTEGER NOT NULL REFERENCES products (id),
  at INTEGER NOT NULL,
  member TEXT NOT NULL,
  key TEXT UNIQUE,
  change TEXT NOT NULL CONSTRAINT change_has_a_type CHECK (json_type(change, '$.type') = 'text')
) STRICT;

CREATE INDEX product_history_product ON product_history (product_id, id);

-- For the Studio's lists by status.
CREATE INDEX orders_status ON orders (status, number);
