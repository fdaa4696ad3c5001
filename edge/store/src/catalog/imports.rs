//! Imports from the Studio.

use super::CatalogStore;
use crate::Statement;
use crate::db::rows;
use async_trait::async_trait;
use orilla_shop::PortError;
use orilla_shop::team::{ImportDesk, ImportJob, RejectedRow};

const JOB: &str = "SELECT json_object('run', run, 'member', member, 'source', source, 'format', format,
    'dry_run', json(iif(dry_run, 'true', 'false')), 'state', state, 'message', message, 'read', read_bytes,
    'total', total_bytes, 'counts', json_object('added', added, 'changed', changed, 'unchanged', unchanged),
    'rejected', rejected, 'beat', beat, 'started_at', started_at, 'changed_at', changed_at) AS doc
  FROM import_runs";

/// ?1 the job as JSON. Of two with one name, the first counts.
const BEGIN: &str =
    "INSERT INTO import_runs (run, member, source, format, dry_run, state, message, read_bytes,
    total_bytes, added, changed, unchanged, rejected, beat, started_at, changed_at)
  SELECT ?1 ->> 'run', ?1 ->> 'member', ?1 ->> 'source', ?1 ->> 'format', ?1 ->> 'dry_run', ?1 ->> 'state',
    ?1 ->> 'message', ?1 ->> 'read', ?1 ->> 'total', ?1 ->> '$.counts.added', ?1 ->> '$.counts.changed',
    ?1 ->> '$.counts.unchanged', ?1 ->> 'rejected', ?1 ->> 'beat', ?1 ->> 'started_at', ?1 ->> 'changed_at'
  WHERE true ON CONFLICT (run) DO NOTHING RETURNING json('1') AS doc";

/// ?1 the job as JSON.
const STEP: &str = "UPDATE import_runs SET state = ?1 ->> 'state', message = ?1 ->> 'message',
    read_bytes = ?1 ->> 'read', added = ?1 ->> '$.counts.added', changed = ?1 ->> '$.counts.changed',
    unchanged = ?1 ->> '$.counts.unchanged', rejected = ?1 ->> 'rejected', beat = ?1 ->> 'beat',
    changed_at = ?1 ->> 'changed_at'
  WHERE run = ?1 ->> 'run'";

/// ?1 run, ?2 rejected rows as JSON.
const REJECTED: &str = "INSERT INTO import_rejections (run, place, line, col, field, message)
  SELECT ?1, value ->> 'place', value ->> 'line', value ->> 'column', value ->> 'field', value ->> 'message'
  FROM json_each(?2) WHERE true ON CONFLICT (run, place) DO NOTHING";

#[async_trait]
impl ImportDesk for CatalogStore {
    async fn begin(&self, job: &ImportJob) -> Result<bool, PortError> {
        let begun: Vec<u8> = rows(&*self.db, Statement::new(BEGIN).bind(json(job)?)).await?;
        Ok(!begun.is_empty())
    }

    async fn step(&self, job: &ImportJob, rejected: &[RejectedRow]) -> Result<(), PortError> {
        let mut batch = vec![Statement::new(STEP).bind(json(job)?)];
        if !rejected.is_empty() {
            batch.push(Statement::new(REJECTED).bind(job.run.as_str()).bind(json(rejected)?));
        }
        self.db.batch(batch).await?;
        Ok(())
    }

    async fn job(&self, run: &str) -> Result<Option<ImportJob>, PortError> {
        let one = Statement::new(format!("{JOB} WHERE run = ?1")).bind(run);
        Ok(rows(&*self.db, one).await?.pop())
    }

    async fn jobs(&self, most: u32) -> Result<Vec<ImportJob>, PortError> {
        let last = Statement::new(format!("{JOB} ORDER BY started_at DESC, run LIMIT ?1")).bind(most);
        Ok(rows(&*self.db, last).await?)
    }

    async fn rejected(&self, run: &str, after: u32, most: u32) -> Result<Vec<RejectedRow>, PortError> {
        let sql = "SELECT json_object('place', place, 'line', line, 'column', col, 'field', field,
              'message', message) AS doc
            FROM import_rejections WHERE run = ?1 AND place > ?2 ORDER BY place LIMIT ?3";
        Ok(rows(&*self.db, Statement::new(sql).bind(run).bind(after).bind(most)).await?)
    }
}

fn json(value: &(impl serde::Serialize + ?Sized)) -> Result<String, PortError> {
    serde_json::to_string(value).map_err(|error| PortError::Unexpected(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDatabase;
    use futures::executor::block_on;
    use orilla_shop::team::ImportState;
    use std::sync::Arc;

    fn store() -> CatalogStore {
        CatalogStore::new(Arc::new(TestDatabase::new()))
    }

    fn job(run: &str, started_at: i64) -> ImportJob {
        let source = "feed.csv".to_owned();
        ImportJob {
            run: run.into(),
            member: "Ada".into(),
            source,
            total: 9,
            started_at,
            ..ImportJob::default()
        }
    }

    fn row(place: u32) -> RejectedRow {
        let column = place.is_multiple_of(2).then_some(3);
        RejectedRow {
            place,
            line: u64::from(place) + 1,
            column,
            field: "Price".into(),
            message: "cheap".into(),
        }
    }

    #[test]
    fn an_import_begins_once_and_goes_on() {
        let store = store();
        let first = job("run-number-1", 1);
        assert!(block_on(store.begin(&first)).unwrap());
        assert!(!block_on(store.begin(&ImportJob { member: "Grace".into(), ..first.clone() })).unwrap());
        assert_eq!(block_on(store.job("run-number-1")).unwrap(), Some(first.clone()));
        let next = ImportJob {
            state: ImportState::Failed,
            message: "no".into(),
            read: 9,
            rejected: 3,
            beat: 2,
            changed_at: 5,
            dry_run: false,
            ..first
        };
        block_on(store.step(&next, &[row(1), row(2)])).unwrap();
        // The same step again, after an answer was lost.
        block_on(store.step(&next, &[row(2), row(3)])).unwrap();
        assert_eq!(block_on(store.job("run-number-1")).unwrap(), Some(next));
        assert_eq!(block_on(store.rejected("run-number-1", 1, 5)).unwrap(), [row(2), row(3)]);
        assert_eq!(block_on(store.job("run-number-2")).unwrap(), None);
    }

    #[test]
    fn the_last_come_first() {
        let store = store();
        for at in 1..4 {
            assert!(block_on(store.begin(&job(&format!("run-number-{at}"), at))).unwrap());
        }
        let runs: Vec<_> = block_on(store.jobs(2)).unwrap().into_iter().map(|job| job.run).collect();
        assert_eq!(runs, ["run-number-3", "run-number-2"]);
    }
}
