//! Rollouts, what happened to them, and what was seen of their people.

use crate::db::{decode, rows};
use crate::{Database, DbError, Statement};
use async_trait::async_trait;
use orilla_rollouts::{Counts, Observations, Recorded, Share, Stratum};
use orilla_shop::PortError;
use orilla_shop::team::rollouts::{Glance, NewRollout, RolloutStore, Stored, StoredRollout};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

mod tallies;

/// Rollouts in SQL.
#[derive(Clone)]
pub struct RolloutsInSql {
    db: Arc<dyn Database>,
}

/// A rollout `r` as JSON.
const JSON: &str = "json_object('id', r.id, 'flag', r.flag, 'rule', r.rule, 'events', json((
    SELECT json_group_array(json(e.event)) FROM
      (SELECT event FROM rollout_events WHERE rollout = r.id ORDER BY number) e)))";

impl RolloutsInSql {
    /// Rollouts in this database.
    pub fn new(db: Arc<dyn Database>) -> Self {
        RolloutsInSql { db }
    }
}

fn text(value: &impl Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| DbError::Unexpected(error.to_string()))
}

fn whole(number: u64) -> Result<i64, DbError> {
    i64::try_from(number).map_err(|_| DbError::Unexpected("a number beyond all".to_owned()))
}

#[async_trait]
impl RolloutStore for RolloutsInSql {
    async fn begin(&self, new: &NewRollout) -> Result<Stored, PortError> {
        let insert = Statement::new(
            "INSERT INTO rollouts (flag, rule, key, changed_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (key) DO NOTHING",
        )
        .bind(new.flag.as_str())
        .bind(new.rule.as_str())
        .bind(new.key.as_str())
        .bind(new.started.at);
        let event = Statement::new(
            "INSERT INTO rollout_events (rollout, number, event)
            SELECT id, 1, ?2 FROM rollouts WHERE key = ?1 ON CONFLICT DO NOTHING",
        )
        .bind(new.key.as_str())
        .bind(text(&new.started)?);
        let made = Statement::new("SELECT json_quote(id) AS doc FROM rollouts WHERE key = ?1")
            .bind(new.key.as_str());
        let missing = || DbError::Unexpected("the rollout is not there".to_owned());
        match self.db.batch(vec![insert, event, made]).await {
            Ok(answers) => {
                let id = decode(answers.last().map_or(&[], Vec::as_slice))?.pop();
                Ok(Stored::As(id.ok_or_else(missing)?))
            }
            Err(DbError::Constraint(_)) => {
                let sql = "SELECT json_quote(id) AS doc FROM rollouts WHERE flag = ?1 AND rule = ?2 AND is_over = 0";
                let driver = Statement::new(sql).bind(new.flag.as_str()).bind(new.rule.as_str());
                Ok(Stored::Driven(rows(&*self.db, driver).await?.pop().ok_or_else(missing)?))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn find(&self, id: u64) -> Result<Option<StoredRollout>, PortError> {
        let Ok(id) = whole(id) else { return Ok(None) };
        let sql = format!("SELECT {JSON} AS doc FROM rollouts r WHERE r.id = ?1");
        Ok(rows(&*self.db, Statement::new(sql).bind(id)).await?.pop())
    }

    async fn latest(&self, most: u32) -> Result<Vec<StoredRollout>, PortError> {
        let sql = format!("SELECT {JSON} AS doc FROM rollouts r ORDER BY r.id DESC LIMIT ?1");
        Ok(rows(&*self.db, Statement::new(sql).bind(most)).await?)
    }

    async fn driven(&self, since: i64) -> Result<Vec<StoredRollout>, PortError> {
        let sql = format!(
            "SELECT {JSON} AS doc FROM rollouts r WHERE r.is_over = 0 OR r.changed_at >= ?1 ORDER BY r.id"
        );
        Ok(rows(&*self.db, Statement::new(sql).bind(since)).await?)
    }

    async fn append(&self, id: u64, after: u64, event: &Recorded, is_over: bool) -> Result<bool, PortError> {
        let (id, after) = (whole(id)?, whole(after)?);
        // The event before must be the last: the primary key refuses one that is there, the question one that leaves a
        // gap.
        let event_text = text(event)?;
        let insert = Statement::new(
            "INSERT INTO rollout_events (rollout, number, event) SELECT ?1, ?2 + 1, ?3
            WHERE ?2 = (SELECT max(number) FROM rollout_events WHERE rollout = ?1)
            RETURNING json_quote(number) AS doc",
        )
        .bind(id)
        .bind(after)
        .bind(event_text.as_str());
        let update = Statement::new(
            "UPDATE rollouts SET changed_at = ?4, is_over = ?5 WHERE id = ?1 AND EXISTS
            (SELECT 1 FROM rollout_events WHERE rollout = ?1 AND number = ?2 + 1 AND event = ?3)",
        )
        .bind(id)
        .bind(after)
        .bind(event_text)
        .bind(event.at)
        .bind(i64::from(is_over));
        match self.db.batch(vec![insert, update]).await {
            Ok(answers) => Ok(answers.first().is_some_and(|rows| !rows.is_empty())),
            Err(DbError::Constraint(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn observed(&self, id: u64) -> Result<Observations, PortError> {
        let sql = "SELECT json_object('share', share, 'is_in', is_in, 'last', last, 'counts', json_object(
            'people', people, 'failed', failed, 'converted', converted, 'requests', requests,
            'requests_squared', requests_squared, 'millis', millis, 'millis_squared', millis_squared,
            'products', products)) AS doc
          FROM rollout_counts WHERE rollout = ?1 ORDER BY share, is_in";
        let groups: Vec<Group> = rows(&*self.db, Statement::new(sql).bind(whole(id)?)).await?;
        let last = groups.iter().map(|group| group.last).max();
        let mut strata: Vec<Stratum> = Vec::new();
        for Group { share, is_in, counts, .. } in groups {
            if strata.last().is_none_or(|stratum| stratum.share != share) {
                strata.push(Stratum { share, ..Stratum::default() });
            }
            if let Some(stratum) = strata.last_mut() {
                if is_in == 1 { stratum.with = counts } else { stratum.without = counts }
            }
        }
        Ok(Observations { strata, last })
    }

    async fn look(&self, id: u64, glance: &Glance) -> Result<(), PortError> {
        let sql =
            "INSERT INTO rollout_looks (rollout, at, verdicts) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        let verdicts = text(&glance.verdicts)?;
        self.db.batch(vec![Statement::new(sql).bind(whole(id)?).bind(glance.at).bind(verdicts)]).await?;
        Ok(())
    }

    async fn looks(&self, id: u64, most: u32) -> Result<Vec<Glance>, PortError> {
        let sql = "SELECT json_object('at', at, 'verdicts', json(verdicts)) AS doc FROM rollout_looks
          WHERE rollout = ?1 ORDER BY at DESC LIMIT ?2";
        let mut looks: Vec<Glance> = rows(&*self.db, Statement::new(sql).bind(whole(id)?).bind(most)).await?;
        looks.reverse();
        Ok(looks)
    }
}

#[derive(Deserialize)]
struct Group {
    share: Share,
    is_in: u8,
    last: i64,
    counts: Counts,
}

#[cfg(test)]
mod tests;
