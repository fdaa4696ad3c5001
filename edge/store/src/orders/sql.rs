//! The statements. `?1` of those that write is the order's token, from which each finds the order's number: a batch
//! can't hand the result of one statement to the next.

/// ?1 token.
pub(super) const STREAM: &str = "INSERT INTO order_streams (token) VALUES (?1)";

/// ?1 token, ?2 version, ?3 time, ?4 event. A second event of one version fails.
pub(super) const EVENT: &str = "INSERT INTO order_events (stream, version, at, event)
VALUES ((SELECT number FROM order_streams WHERE token = ?1), ?2, ?3, ?4)";

/// ?1 token, ?2 version, ?3 key, ?4 fingerprint of the request. A second request with one key fails, and so does one that
/// was withdrawn.
pub(super) const REQUEST: &str = "INSERT INTO order_requests (stream, version, key, request)
VALUES ((SELECT number FROM order_streams WHERE token = ?1), ?2,
  iif(EXISTS (SELECT 1 FROM withdrawn_requests WHERE key = ?3), NULL, ?3), ?4)";

/// ?1 key, ?2 time. Nothing happens if a request with that key was done.
pub(super) const WITHDRAW: &str = "INSERT INTO withdrawn_requests (key, at)
SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM order_requests WHERE key = ?1)
ON CONFLICT DO NOTHING";

/// ?1 token, ?2 the order's lines. A line whose variant is not on sale at its price and currency fails.
pub(super) const RESERVE: &str =
    "INSERT INTO reservations (stream, variant_id, quantity, quoted_minor, unit_minor)
SELECT
  (SELECT number FROM order_streams WHERE token = ?1),
  line.value ->> '$.variant', line.value ->> '$.quantity', line.value ->> '$.unit.minor',
  (SELECT v.price_minor FROM variants v JOIN products p ON p.id = v.product_id
   WHERE v.id = line.value ->> '$.variant' AND v.currency = line.value ->> '$.unit.currency'
     AND v.archived = 0 AND p.status = 'active')
FROM json_each(?2) line";

/// ?1 token. Fails if there are not enough pieces.
pub(super) const TAKE_STOCK: &str = "UPDATE variants SET available = available - r.quantity
FROM reservations r JOIN order_streams s ON s.number = r.stream
WHERE s.token = ?1 AND variants.id = r.variant_id";

/// ?1 token.
pub(super) const GIVE_STOCK_BACK: &str = "UPDATE variants SET available = available + r.quantity
FROM reservations r JOIN order_streams s ON s.number = r.stream
WHERE s.token = ?1 AND variants.id = r.variant_id";

/// ?1 token.
pub(super) const RELEASE: &str =
    "DELETE FROM reservations WHERE stream = (SELECT number FROM order_streams WHERE token = ?1)";

/// ?1 summaries with their tokens. An older summary never replaces a later one.
pub(super) const PROJECT: &str = "INSERT INTO orders (number, version, status, email, name, country, payment,
  pieces, currency, total_minor, refunded_minor, is_paid, placed_at, changed_at)
SELECT s.number, o.value ->> '$.version', o.value ->> '$.status', o.value ->> '$.email', o.value ->> '$.name',
  o.value ->> '$.country', o.value ->> '$.payment', o.value ->> '$.pieces', o.value ->> '$.total.currency',
  o.value ->> '$.total.minor', o.value ->> '$.refunded.minor', o.value ->> '$.is_paid',
  o.value ->> '$.placed_at', o.value ->> '$.changed_at'
FROM json_each(?1) o JOIN order_streams s ON s.token = o.value ->> '$.token'
WHERE true
ON CONFLICT (number) DO UPDATE SET
  version = excluded.version, status = excluded.status, email = excluded.email, name = excluded.name,
  country = excluded.country, payment = excluded.payment, pieces = excluded.pieces, currency = excluded.currency,
  total_minor = excluded.total_minor, refunded_minor = excluded.refunded_minor, is_paid = excluded.is_paid,
  placed_at = excluded.placed_at, changed_at = excluded.changed_at
WHERE excluded.version >= orders.version";

/// ?1 token, ?2 name of an account.
pub(super) const OWN: &str = "INSERT INTO account_orders (account_id, number)
SELECT a.id, s.number FROM accounts a, order_streams s WHERE s.token = ?1 AND a.name = ?2
ON CONFLICT DO NOTHING";

/// ?1 token, ?2 key of the request, ?3 who placed it.
pub(super) const COUNT: &str = "INSERT INTO untold_orders (stream, key, sender) SELECT number, ?2, ?3 FROM order_streams WHERE token = ?1";

/// ?1 time, ?2 how many. Answers the orders before then that are not told of, the oldest first.
pub(super) const UNTOLD: &str =
    "SELECT json_object('token', s.token, 'key', u.key, 'sender', json(u.sender)) AS doc
FROM untold_orders u
CROSS JOIN order_streams s ON s.number = u.stream
CROSS JOIN order_events e ON e.stream = u.stream AND e.version = 1
WHERE e.at < ?1 ORDER BY u.stream LIMIT ?2";

/// ?1 token.
pub(super) const TOLD: &str =
    "DELETE FROM untold_orders WHERE stream = (SELECT number FROM order_streams WHERE token = ?1)";

/// ?1 token. Answers the number.
pub(super) const NUMBER: &str = "SELECT json(number) AS doc FROM order_streams WHERE token = ?1";

/// ?1 token. Answers the events, the oldest first.
pub(super) const EVENTS_OF: &str = "SELECT json_object(
  'number', s.number, 'token', s.token, 'version', e.version, 'at', e.at, 'event', json(e.event)) AS doc
FROM order_streams s JOIN order_events e ON e.stream = s.number
WHERE s.token = ?1 ORDER BY e.version";

/// ?1 number, ?2 how many. Answers the events of the next orders after that number.
pub(super) const EVENTS_AFTER: &str = "SELECT json_object(
  'number', s.number, 'token', s.token, 'version', e.version, 'at', e.at, 'event', json(e.event)) AS doc
FROM (SELECT number, token FROM order_streams WHERE number > ?1 ORDER BY number LIMIT ?2) s
JOIN order_events e ON e.stream = s.number
ORDER BY s.number, e.version";

/// ?1 key. Answers what that request did, or that it was withdrawn.
pub(super) const DONE: &str = "SELECT json_object('done', json_object(
  'request', r.request, 'number', s.number, 'token', s.token, 'version', r.version)) AS doc
FROM order_requests r JOIN order_streams s ON s.number = r.stream
WHERE r.key = ?1
UNION ALL SELECT json_quote('withdrawn') FROM withdrawn_requests WHERE key = ?1";

/// The summary of an order `o` with its stream `s`, as JSON.
pub(crate) const LISTED: &str = "json_object(
  'number', o.number, 'token', s.token, 'version', o.version, 'status', o.status, 'email', o.email, 'name', o.name,
  'country', o.country, 'payment', o.payment, 'pieces', o.pieces,
  'total', json_object('minor', o.total_minor, 'currency', o.currency),
  'refunded', json_object('minor', o.refunded_minor, 'currency', o.currency),
  'is_paid', json(iif(o.is_paid, 'true', 'false')), 'placed_at', o.placed_at, 'changed_at', o.changed_at)";

/// ?1 number or NULL, ?2 how many. Answers the summaries of the orders before that number, the newest first.
pub(super) fn list() -> String {
    format!(
        "SELECT {LISTED} AS doc FROM orders o JOIN order_streams s ON s.number = o.number
         WHERE ?1 IS NULL OR o.number < ?1
         ORDER BY o.number DESC LIMIT ?2"
    )
}

/// ?1 ids. Answers the variants among them that are on sale.
pub(super) const VARIANTS: &str = "SELECT json_object(
  'id', v.id, 'product', p.id, 'handle', p.handle, 'title', p.title,
  'options', (SELECT json_group_array(value) FROM json_each(json_array(v.option1, v.option2, v.option3))
              WHERE value IS NOT NULL),
  'sku', v.sku, 'unit', json_object('minor', v.price_minor, 'currency', v.currency), 'available', v.available,
  'image', (SELECT id FROM images WHERE product_id = p.id ORDER BY position LIMIT 1),
  'category', (SELECT name FROM categories WHERE id = p.category_id)) AS doc
FROM json_each(?1) wanted
JOIN variants v ON v.id = wanted.value
JOIN products p ON p.id = v.product_id
WHERE v.archived = 0 AND p.status = 'active'";
