-- Browsers that want to be told what becomes of an order (Web Push). Endpoints are secrets of a kind: who has one can ask
-- the push service to wake that browser, but only with the shop's key.
CREATE TABLE push_subscriptions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  stream INTEGER NOT NULL REFERENCES order_streams (number),
  endpoint TEXT NOT NULL CONSTRAINT endpoint_is_short CHECK (length(endpoint) <= 1000),
  -- The browser's keys, as base64url.
  p256dh TEXT NOT NULL,
  auth TEXT NOT NULL,
  -- The language in which it is told, and the origin of the shop where it asked.
  language TEXT NOT NULL,
  site TEXT NOT NULL,
  -- The version of the order that it was told last; at first the one that it saw.
  told INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (stream, endpoint)
) STRICT;

CREATE INDEX push_subscriptions_endpoint ON push_subscriptions (endpoint);
CREATE INDEX push_subscriptions_age ON push_subscriptions (created_at);
