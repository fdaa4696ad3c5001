-- Signing in by a link that is sent to an e-mail address. Times are in milliseconds since 1970; addresses are in lower case.

-- The address that opens an account, beside its passkeys. It belongs to one account only.
ALTER TABLE accounts ADD COLUMN address TEXT;

CREATE UNIQUE INDEX accounts_address ON accounts (address);

-- Links that were sent. Of a link's key only the hash is known. `account` is the name of the account that the address is to be
-- added to; none: it opens the account of that address. A link that was used has expired with that. A row stays for an hour, so
-- that the mails to an address can be counted.
CREATE TABLE account_links (
  hash TEXT PRIMARY KEY CONSTRAINT account_link_hash_is_sha_256 CHECK (length(hash) = 64),
  address TEXT NOT NULL CONSTRAINT account_link_has_an_address CHECK (address <> ''),
  account TEXT,
  sent_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX account_links_address ON account_links (address, sent_at);
CREATE INDEX account_links_age ON account_links (sent_at);
