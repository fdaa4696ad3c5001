-- Shoppers' accounts. Times are in milliseconds since 1970. Members, passkeys and sessions have the columns of the
-- Studio's tables, so that both share their statements.

-- An account is what its passkeys open. `name` is what the other tables know it by: its handle, since nobody is asked
-- for a name. The visitor is who its browsers are counted as, and the day (since 1970) from which that counts.
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE CONSTRAINT account_has_a_name CHECK (name <> ''),
  handle TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  visitor TEXT,
  visitor_day INTEGER CONSTRAINT visitor_has_a_day CHECK ((visitor IS NULL) = (visitor_day IS NULL))
) STRICT;

CREATE TABLE account_passkeys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  member_id INTEGER NOT NULL REFERENCES accounts (id),
  credential_id TEXT NOT NULL UNIQUE,
  public_key TEXT NOT NULL,
  algorithm INTEGER NOT NULL,
  counter INTEGER NOT NULL CONSTRAINT account_counter_is_not_negative CHECK (counter >= 0),
  synced INTEGER NOT NULL CONSTRAINT account_synced_is_a_flag CHECK (synced IN (0, 1)),
  name TEXT NOT NULL CONSTRAINT account_passkey_has_a_name CHECK (name <> ''),
  created_at INTEGER NOT NULL,
  last_used_at INTEGER
) STRICT;

CREATE INDEX account_passkeys_member ON account_passkeys (member_id, id);

CREATE TABLE account_sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash TEXT NOT NULL UNIQUE CONSTRAINT account_session_hash_is_sha_256 CHECK (length(hash) = 64),
  member TEXT NOT NULL CONSTRAINT account_session_has_a_member CHECK (member <> ''),
  user_agent TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  passkey_id INTEGER
) STRICT;

CREATE INDEX account_sessions_member ON account_sessions (member);

-- What an account's cart is made of: see orilla_orders::CartLedger. Who writes says which version was read.
CREATE TABLE account_carts (
  account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
  version INTEGER NOT NULL,
  ledger TEXT NOT NULL CONSTRAINT ledger_is_json CHECK (json_valid(ledger))
) STRICT;

-- Orders that were placed while signed in.
CREATE TABLE account_orders (
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  number INTEGER NOT NULL REFERENCES order_streams (number),
  PRIMARY KEY (account_id, number)
) STRICT, WITHOUT ROWID;
