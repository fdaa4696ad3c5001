-- Passkeys of the shop's team. Times are in milliseconds since 1970; keys and challenges are base64url.

-- Who has passkeys: `handle` is what devices know a member by.
CREATE TABLE studio_members (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE CONSTRAINT member_has_a_name CHECK (name <> ''),
  handle TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

-- Public keys: nothing here is secret. `counter` never goes back.
CREATE TABLE studio_passkeys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  member_id INTEGER NOT NULL REFERENCES studio_members (id),
  credential_id TEXT NOT NULL UNIQUE,
  public_key TEXT NOT NULL,
  algorithm INTEGER NOT NULL,
  counter INTEGER NOT NULL CONSTRAINT counter_is_not_negative CHECK (counter >= 0),
  synced INTEGER NOT NULL CONSTRAINT synced_is_a_flag CHECK (synced IN (0, 1)),
  name TEXT NOT NULL CONSTRAINT passkey_has_a_name CHECK (name <> ''),
  created_at INTEGER NOT NULL,
  last_used_at INTEGER
) STRICT;

CREATE INDEX studio_passkeys_member ON studio_passkeys (member_id, id);

-- Challenges whose answer is waited for: the first answer deletes its row. `purpose` is JSON with a `type`.
CREATE TABLE passkey_ceremonies (
  challenge TEXT PRIMARY KEY,
  purpose TEXT NOT NULL CONSTRAINT purpose_has_a_type CHECK (json_type(purpose, '$.type') = 'text'),
  bound_to TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX passkey_ceremonies_expiry ON passkey_ceremonies (expires_at);

-- The passkey that began a session, which may be gone since; none: the team's token did.
ALTER TABLE studio_sessions ADD COLUMN passkey_id INTEGER;
