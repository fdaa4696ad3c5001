//! Orders as the team looks for them.

use super::sql::LISTED;
use super::{OrderStore, json};
use crate::db::{decode, rows};
use crate::{DbError, Statement};
use async_trait::async_trait;
use orilla_orders::{OrderToken, Status};
use orilla_shop::PortError;
use orilla_shop::team::{OrderDesk, OrderPage, OrderQuery, PAGE, Standing};

/// ?1 statuses, ?2 the search (empty: none), ?3 the same as a pattern for LIKE.
const FITS: &str = "FROM orders o JOIN order_streams s ON s.number = o.number
WHERE o.status IN (SELECT value FROM json_each(?1))
  AND (?2 = '' OR CAST(o.number AS TEXT) = ?2 OR o.email LIKE ?3 ESCAPE '\\' OR o.name LIKE ?3 ESCAPE '\\')";

/// ?1 midnight. The newest orders are those of today: a day has not more of them.
const STANDING: &str = "SELECT json_object(
  'takings', json((SELECT json_group_array(json_object('orders', n, 'total',
      json_object('minor', minor, 'currency', currency)))
    FROM (SELECT currency, count(*) AS n, sum(total_minor - refunded_minor) AS minor
      FROM (SELECT * FROM orders ORDER BY number DESC LIMIT 100000)
      WHERE placed_at >= ?1 AND status <> 'cancelled' GROUP BY currency ORDER BY currency))),
  'to_pack', (SELECT count(*) FROM orders
    WHERE status = 'paid' OR status = 'placed' AND payment = 'on_delivery'),
  'to_ship', (SELECT count(*) FROM orders WHERE status = 'packed'),
  'unpaid', (SELECT count(*) FROM orders WHERE status = 'placed' AND payment <> 'on_delivery')) AS doc";

#[async_trait]
impl OrderDesk for OrderStore {
    async fn find(&self, query: &OrderQuery) -> Result<OrderPage, PortError> {
        let statuses = json(&query.filter.statuses())?;
        let ask = |select: String| {
            let statement = Statement::new(select).bind(statuses.as_str());
            statement.bind(query.search.as_str()).bind(crate::db::contains(&query.search))
        };
        let skipped = query.page.saturating_sub(1).saturating_mul(PAGE);
        let page = format!("SELECT {LISTED} AS doc {FITS} ORDER BY o.number DESC LIMIT ?4 OFFSET ?5");
        let page = ask(page).bind(PAGE).bind(skipped);
        let count = ask(format!("SELECT json(count(*)) AS doc {FITS}"));
        let answers = self.db.batch(vec![count, page]).await?;
        let [count, page] = answers.as_slice() else {
            return Err(DbError::Unexpected(format!("{} answers for 2 statements", answers.len())).into());
        };
        let total = decode::<u32>(count)?.pop().unwrap_or_default();
        Ok(OrderPage { total, orders: decode(page)? })
    }

    async fn counts(&self) -> Result<Vec<(Status, u32)>, PortError> {
        let sql = "SELECT json_array(status, count(*)) AS doc FROM orders GROUP BY status ORDER BY status";
        Ok(rows(&*self.db, Statement::new(sql)).await?)
    }

    async fn standing(&self, midnight: i64) -> Result<Standing, PortError> {
        Ok(rows(&*self.db, Statement::new(STANDING).bind(midnight)).await?.pop().unwrap_or_default())
    }

    async fn token(&self, number: i64) -> Result<Option<OrderToken>, PortError> {
        let sql = "SELECT json_quote(token) AS doc FROM order_streams WHERE number = ?1";
        Ok(rows(&*self.db, Statement::new(sql).bind(number)).await?.pop())
    }
}
