//! The sums over the people of a rollout, to which each person adds once.

use super::{RolloutsInSql, text};
use crate::Statement;
use async_trait::async_trait;
use orilla_shop::PortError;
use orilla_shop::rollouts::{Batch, SENT_AGAIN_FOR, Tallies};

/// People of one coverage after whom only every second newcomer is taken, after as many again every fourth, and so on: a
/// shop with a million visitors in a step keeps some 220,000, and one with few keeps all. Who is taken follows from the
/// person alone, so all isolates choose the same ones, and of both groups the same part. It never ends, so harm to those
/// who come late is seen as well. At 1 %, this many are 500 people with the new value.
const MANY: i64 = 50_000;

/// A batch as rows: `?1` are its tallies, `?2` and `?3` its time and its id. None if it was added before.
const BATCH: &str = "WITH t AS MATERIALIZED (
    SELECT value ->> 'rollout' AS rollout, value ->> 'share' AS share, value ->> 'person' AS person,
      value ->> 'is_in' AS is_in, value ->> 'requests' AS requests, value ->> 'millis' AS millis,
      value ->> 'has_failed' AS has_failed, value ->> 'has_ordered' AS has_ordered
    FROM json_each(?1) WHERE NOT EXISTS (SELECT 1 FROM rollout_batches WHERE made_at = ?2 AND id = ?3))";

/// Takes in who is new.
const ADMIT: &str = "INSERT INTO rollout_people (rollout, share, person, is_in)
  SELECT t.rollout, t.share, t.person, t.is_in FROM t JOIN rollouts r ON r.id = t.rollout AND r.is_over = 0
  WHERE t.person & ((1 << min(40, ifnull((SELECT sum(c.people) FROM rollout_counts c
    WHERE c.rollout = t.rollout AND c.share = t.share), 0) / ?4)) - 1) = 0
  ON CONFLICT DO NOTHING";

/// Adds to the sums, while what is known of each person is that of before. The sums over people of their squares grow by
/// what the squares do: (r + n)² − r², and so on. Who was not taken in adds nothing, but was seen.
const SUM_UP: &str = "INSERT INTO rollout_counts (rollout, share, is_in, people, failed, converted, requests,
    requests_squared, millis, millis_squared, products, last)
  SELECT t.rollout, t.share, ifnull(p.is_in, t.is_in), ifnull(sum(p.requests = 0), 0),
    ifnull(sum(p.has_failed < t.has_failed), 0), ifnull(sum(p.has_ordered < t.has_ordered), 0),
    ifnull(sum(iif(p.person IS NULL, 0, t.requests)), 0), total((2.0 * p.requests + t.requests) * t.requests),
    total(iif(p.person IS NULL, 0, t.millis)), total((2.0 * p.millis + t.millis) * t.millis),
    total(1.0 * p.requests * t.millis + 1.0 * p.millis * t.requests + 1.0 * t.requests * t.millis), ?2
  FROM t JOIN rollouts r ON r.id = t.rollout AND r.is_over = 0
    LEFT JOIN rollout_people p ON p.rollout = t.rollout AND p.share = t.share AND p.person = t.person
  GROUP BY 1, 2, 3
  ON CONFLICT (rollout, share, is_in) DO UPDATE SET people = people + excluded.people,
    failed = failed + excluded.failed, converted = converted + excluded.converted,
    requests = requests + excluded.requests, requests_squared = requests_squared + excluded.requests_squared,
    millis = millis + excluded.millis, millis_squared = millis_squared + excluded.millis_squared,
    products = products + excluded.products, last = max(last, excluded.last)";

/// Adds to what is known of each person.
const REMEMBER: &str = "UPDATE rollout_people AS p SET requests = p.requests + t.requests,
    millis = p.millis + t.millis, has_failed = max(p.has_failed, t.has_failed),
    has_ordered = max(p.has_ordered, t.has_ordered)
  FROM t WHERE p.rollout = t.rollout AND p.share = t.share AND p.person = t.person";

const NOTE: &str = "INSERT INTO rollout_batches (made_at, id) VALUES (?1, ?2) ON CONFLICT DO NOTHING";

const FORGET: &str = "DELETE FROM rollout_batches WHERE made_at < ?1";

#[async_trait]
impl Tallies for RolloutsInSql {
    async fn add(&self, batch: &Batch) -> Result<(), PortError> {
        let tallies = text(&batch.tallies)?;
        let (id, made_at) = (batch.id.as_str(), batch.made_at);
        let of_batch = |sql: &str| {
            Statement::new(format!("{BATCH} {sql}")).bind(tallies.as_str()).bind(made_at).bind(id)
        };
        let statements = vec![
            of_batch(ADMIT).bind(MANY),
            of_batch(SUM_UP),
            of_batch(REMEMBER),
            Statement::new(NOTE).bind(made_at).bind(id),
            Statement::new(FORGET).bind(made_at - 2 * SENT_AGAIN_FOR),
        ];
        self.db.batch(statements).await?;
        Ok(())
    }
}
