//! The versions of the flags' document.

use crate::db::rows;
use crate::{Database, DbError, Statement};
use async_trait::async_trait;
use orilla_orders::IdempotencyKey;
use orilla_shop::PortError;
use orilla_shop::team::flags::{FlagDesk, FlagsEntry, NewFlags, StoredFlags};
use std::sync::Arc;

/// Flags in SQL.
#[derive(Clone)]
pub struct FlagStore {
    db: Arc<dyn Database>,
}

/// A version as JSON.
const JSON: &str = "json_object('version', version, 'document', json(document), 'at', at, 'member', member,
  'reason', reason)";

impl FlagStore {
    /// Flags in this database.
    pub fn new(db: Arc<dyn Database>) -> Self {
        FlagStore { db }
    }

    async fn one(&self, statement: Statement) -> Result<Option<StoredFlags>, PortError> {
        Ok(rows(&*self.db, statement).await?.pop())
    }
}

/// The last version, or none.
pub(crate) fn last() -> Statement {
    Statement::new(format!("SELECT {JSON} AS doc FROM flag_versions ORDER BY version DESC LIMIT 1"))
}

#[async_trait]
impl FlagDesk for FlagStore {
    async fn current(&self) -> Result<StoredFlags, PortError> {
        Ok(self.one(last()).await?.unwrap_or_default())
    }

    async fn version(&self, version: u64) -> Result<Option<StoredFlags>, PortError> {
        let Ok(version) = i64::try_from(version) else { return Ok(None) };
        let sql = format!("SELECT {JSON} AS doc FROM flag_versions WHERE version = ?1");
        self.one(Statement::new(sql).bind(version)).await
    }

    async fn made_by(&self, key: &IdempotencyKey) -> Result<Option<StoredFlags>, PortError> {
        let sql = format!("SELECT {JSON} AS doc FROM flag_versions WHERE key = ?1");
        self.one(Statement::new(sql).bind(key.as_str())).await
    }

    async fn history(&self, before: Option<u64>, most: u32) -> Result<Vec<FlagsEntry>, PortError> {
        let before = before.and_then(|version| i64::try_from(version).ok());
        let sql = "SELECT json_object('version', version, 'at', at, 'member', member, 'reason', reason,
            'changes', json(changes)) AS doc
          FROM flag_versions WHERE ?1 IS NULL OR version < ?1 ORDER BY version DESC LIMIT ?2";
        Ok(rows(&*self.db, Statement::new(sql).bind(before).bind(most)).await?)
    }

    async fn split_since(&self, flag: &str, experiment: &str, from: i64) -> Result<Option<i64>, PortError> {
        // What a path of SQLite's can't name counts as split all along: so nothing is taken for what was done without it.
        if flag.contains(['"', '\\']) {
            return Ok(Some(from));
        }
        let sql = "SELECT json_quote(at) AS doc FROM flag_versions
          WHERE version >= coalesce(
              (SELECT version FROM flag_versions WHERE at <= ?3 ORDER BY at DESC, version DESC LIMIT 1), 0)
            AND EXISTS (
              SELECT 1 FROM json_each(document, ?4) r
              WHERE r.type = 'object' AND json_type(r.value, '$.variations') = 'array'
                AND coalesce(nullif(r.value ->> '$.key', ''), ?1) = ?2 AND coalesce(r.value ->> '$.enabled', 1) <> 0)
          ORDER BY version LIMIT 1";
        let rules = format!("$.features.\"{flag}\".rules");
        let statement = Statement::new(sql).bind(flag).bind(experiment).bind(from).bind(rules);
        Ok(rows(&*self.db, statement).await?.pop())
    }

    async fn append(&self, new: &NewFlags) -> Result<bool, PortError> {
        let changes =
            serde_json::to_string(&new.changes).map_err(|error| DbError::Unexpected(error.to_string()))?;
        let after =
            i64::try_from(new.after).map_err(|_| DbError::Unexpected("a version beyond all".into()))?;
        // The version before must be the last: the primary key refuses one that is there, the question one that leaves
        // a gap.
        let sql = "INSERT INTO flag_versions (version, document, at, member, reason, changes, key)
          SELECT ?1 + 1, ?2, ?3, ?4, ?5, ?6, ?7
          WHERE ?1 = (SELECT coalesce(max(version), 0) FROM flag_versions)";
        let insert = Statement::new(sql)
            .bind(after)
            .bind(new.document.to_string())
            .bind(new.at)
            .bind(new.member.as_str())
            .bind(new.reason.as_str())
            .bind(changes)
            .bind(new.key.as_str());
        let made = Statement::new(
            "SELECT json_quote(version) AS doc FROM flag_versions WHERE version = ?1 + 1 AND key = ?2",
        )
        .bind(after)
        .bind(new.key.as_str());
        match self.db.batch(vec![insert, made]).await {
            Ok(answers) => Ok(answers.last().is_some_and(|rows| !rows.is_empty())),
            Err(DbError::Constraint(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests;
