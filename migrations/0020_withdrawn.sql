-- Requests to place an order that nobody wants any more, by the sender's idempotency key: a copy that comes late finds its
-- key here and does nothing. A key is here or in `order_requests`, never in both. `at` is in milliseconds since 1970.
CREATE TABLE withdrawn_requests (
  key TEXT NOT NULL PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
