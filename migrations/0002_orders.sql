-- Orders. The truth is the stream of events of each order; `orders` follows from it and can be rebuilt.

-- The number is what people use, from 1001 on, each once (AUTOINCREMENT). The token is the unguessable link.
CREATE TABLE order_streams (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  token TEXT NOT NULL UNIQUE CONSTRAINT token_has_26_characters CHECK (length(token) = 26)
) STRICT;

-- AUTOINCREMENT goes on after the highest number that there ever was.
INSERT INTO order_streams (number, token) VALUES (1000, 'the-number-before-the-1st-');
DELETE FROM order_streams;

-- `event` is JSON with a `type`; `at` is in milliseconds since 1970. Rows are added, never changed.
CREATE TABLE order_events (
  stream INTEGER NOT NULL REFERENCES order_streams (number),
  version INTEGER NOT NULL CONSTRAINT event_version_is_positive CHECK (version > 0),
  at INTEGER NOT NULL,
  event TEXT NOT NULL CONSTRAINT event_has_a_type CHECK (json_type(event, '$.type') = 'text'),
  UNIQUE (stream, version)
) STRICT;

-- Requests that had an effect, by the sender's idempotency key; `request` is the fingerprint of what was asked.
CREATE TABLE order_requests (
  key TEXT NOT NULL UNIQUE,
  request TEXT NOT NULL,
  stream INTEGER NOT NULL,
  version INTEGER NOT NULL,
  FOREIGN KEY (stream, version) REFERENCES order_events (stream, version)
) STRICT;

-- The pieces that orders have taken out of `variants.available`. A row goes in only at the price that the shopper
-- saw: `unit_minor` is read from the variant in the same statement, NULL (and so refused) if it is not on sale.
CREATE TABLE reservations (
  stream INTEGER NOT NULL REFERENCES order_streams (number),
  variant_id INTEGER NOT NULL REFERENCES variants (id),
  quantity INTEGER NOT NULL CONSTRAINT reservation_is_1_to_99 CHECK (quantity BETWEEN 1 AND 99),
  quoted_minor INTEGER NOT NULL,
  unit_minor INTEGER NOT NULL CONSTRAINT price_is_as_quoted CHECK (unit_minor = quoted_minor),
  PRIMARY KEY (stream, variant_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX reservations_variant ON reservations (variant_id);

-- What lists show: the fold of each order's events, written in the transaction of the event.
CREATE TABLE orders (
  number INTEGER PRIMARY KEY REFERENCES order_streams (number),
  version INTEGER NOT NULL CONSTRAINT order_version_is_positive CHECK (version > 0),
  status TEXT NOT NULL CONSTRAINT order_status_is_known
    CHECK (status IN ('placed', 'paid', 'packed', 'shipped', 'delivered', 'cancelled', 'refunded')),
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  country TEXT NOT NULL CONSTRAINT country_has_two_letters CHECK (length(country) = 2),
  payment TEXT NOT NULL,
  pieces INTEGER NOT NULL CONSTRAINT pieces_are_positive CHECK (pieces > 0),
  currency TEXT NOT NULL CONSTRAINT order_currency_has_three_letters CHECK (length(currency) = 3),
  total_minor INTEGER NOT NULL CONSTRAINT total_is_not_negative CHECK (total_minor >= 0),
  refunded_minor INTEGER NOT NULL
    CONSTRAINT refunds_are_within_the_total CHECK (refunded_minor BETWEEN 0 AND total_minor),
  is_paid INTEGER NOT NULL CONSTRAINT is_paid_is_a_flag CHECK (is_paid IN (0, 1)),
  placed_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;
