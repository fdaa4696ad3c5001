//! Who wants to be told of which order.

use crate::db::rows;
use crate::{Database, Statement};
use async_trait::async_trait;
use orilla_orders::OrderToken;
use orilla_push::Keys;
use orilla_shop::PortError;
use orilla_shop::notices::{Added, KEPT, MOST_PER_ORDER, Subscribe, Subscriber, Subscriptions};
use std::sync::Arc;

/// Subscriptions in SQL.
#[derive(Clone)]
pub struct NoticeStore {
    db: Arc<dyn Database>,
}

impl NoticeStore {
    /// Subscriptions in this database.
    pub fn new(db: Arc<dyn Database>) -> Self {
        NoticeStore { db }
    }

    async fn run(&self, statement: Statement) -> Result<(), PortError> {
        self.db.batch(vec![statement]).await?;
        Ok(())
    }
}

const STREAM: &str = "(SELECT number FROM order_streams WHERE token = ?1)";

#[async_trait]
impl Subscriptions for NoticeStore {
    async fn add(&self, wish: &Subscribe, now: i64) -> Result<Added, PortError> {
        let forget = Statement::new("DELETE FROM push_subscriptions WHERE created_at < ?1")
            .bind(now.saturating_sub(KEPT));
        // One statement counts and writes: two browsers at once are not one too many. What is known already counts as it is.
        let insert = "INSERT INTO push_subscriptions (stream, endpoint, p256dh, auth, language, site, told, created_at)
            SELECT s.number, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM order_streams s
            WHERE s.token = ?1 AND (
              (SELECT count(*) FROM push_subscriptions p WHERE p.stream = s.number) < ?9
              OR EXISTS (SELECT 1 FROM push_subscriptions p WHERE p.stream = s.number AND p.endpoint = ?2))
            ON CONFLICT (stream, endpoint) DO UPDATE SET p256dh = excluded.p256dh, auth = excluded.auth,
              language = excluded.language, site = excluded.site, created_at = excluded.created_at
            RETURNING json(id) AS doc";
        let insert = Statement::new(insert)
            .bind(wish.token.as_str())
            .bind(wish.endpoint.as_str())
            .bind(wish.keys.p256dh())
            .bind(wish.keys.auth())
            .bind(wish.language.as_str())
            .bind(wish.site.as_str())
            .bind(wish.known)
            .bind(now)
            .bind(MOST_PER_ORDER);
        let answers = self.db.batch(vec![forget, insert]).await?;
        let is_kept = answers.get(1).is_some_and(|rows| !rows.is_empty());
        Ok(if is_kept { Added::Kept } else { Added::TooMany })
    }

    async fn has(&self, token: &OrderToken, endpoint: &str) -> Result<bool, PortError> {
        let sql = format!(
            "SELECT json(id) AS doc FROM push_subscriptions WHERE stream = {STREAM} AND endpoint = ?2"
        );
        let found: Vec<i64> =
            rows(&*self.db, Statement::new(sql).bind(token.as_str()).bind(endpoint)).await?;
        Ok(!found.is_empty())
    }

    async fn remove(&self, token: &OrderToken, endpoint: &str) -> Result<(), PortError> {
        let sql = format!("DELETE FROM push_subscriptions WHERE stream = {STREAM} AND endpoint = ?2");
        self.run(Statement::new(sql).bind(token.as_str()).bind(endpoint)).await
    }

    async fn forget(&self, endpoint: &str) -> Result<(), PortError> {
        self.run(Statement::new("DELETE FROM push_subscriptions WHERE endpoint = ?1").bind(endpoint)).await
    }

    async fn renew(&self, old: &str, endpoint: &str, keys: &Keys) -> Result<bool, PortError> {
        // Where the new one is told of the same order already, it takes the old one's place.
        let sql = "UPDATE OR REPLACE push_subscriptions SET endpoint = ?2, p256dh = ?3, auth = ?4
            WHERE endpoint = ?1 RETURNING json(id) AS doc";
        let renew = Statement::new(sql).bind(old).bind(endpoint).bind(keys.p256dh()).bind(keys.auth());
        let renewed: Vec<i64> = rows(&*self.db, renew).await?;
        Ok(!renewed.is_empty())
    }

    async fn of_order(&self, token: &OrderToken) -> Result<Vec<i64>, PortError> {
        let sql =
            format!("SELECT json(id) AS doc FROM push_subscriptions WHERE stream = {STREAM} ORDER BY id");
        Ok(rows(&*self.db, Statement::new(sql).bind(token.as_str())).await?)
    }

    async fn find(&self, id: i64) -> Result<Option<Subscriber>, PortError> {
        let sql = "SELECT json_object('id', p.id, 'token', s.token, 'endpoint', p.endpoint,
              'keys', json_object('p256dh', p.p256dh, 'auth', p.auth),
              'language', p.language, 'site', p.site, 'told', p.told) AS doc
            FROM push_subscriptions p JOIN order_streams s ON s.number = p.stream WHERE p.id = ?1";
        Ok(rows(&*self.db, Statement::new(sql).bind(id)).await?.pop())
    }

    async fn told(&self, id: i64, version: u32) -> Result<(), PortError> {
        let sql = "UPDATE push_subscriptions SET told = max(told, ?2) WHERE id = ?1";
        self.run(Statement::new(sql).bind(id).bind(version)).await
    }
}

#[cfg(test)]
mod tests;
