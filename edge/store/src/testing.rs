//! A [`Database`] for tests: SQLite in memory with the real migrations, so that the real SQL runs natively.

use crate::{Database, DbError, Param, Statement};
use async_trait::async_trait;
use orilla_shop::PortError;
use orilla_shop::publish::{Publication, Publications, Segments};
use orilla_snapshot::Hash;
use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{Connection, ErrorCode, ToSql, params_from_iter};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// D1's limit of bound parameters per statement.
const MOST_PARAMS: usize = 100;
/// D1's limit of a statement's length in bytes.
const LONGEST_SQL: usize = 100_000;

/// SQLite in memory, with D1's limits and its habit of running a batch as one transaction.
pub struct TestDatabase {
    connection: Mutex<Connection>,
}

impl TestDatabase {
    /// An empty database with all files of `migrations/` applied, in the order of their names.
    ///
    /// # Panics
    /// If a migration can't be read or is not valid SQL.
    pub fn new() -> Self {
        TestDatabase::of(Connection::open_in_memory())
    }

    /// The same in a file, which must not be there yet.
    ///
    /// # Panics
    /// As [`TestDatabase::new`].
    pub fn at(file: &Path) -> Self {
        let database = TestDatabase::of(Connection::open(file));
        // As D1 has it, by and large: a log of its own, and a disk that is asked for little.
        database
            .execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -262144");
        database
    }

    #[allow(clippy::panic, reason = "for tests: a broken migration must stop them with its name")]
    fn of(opened: rusqlite::Result<Connection>) -> Self {
        let connection = opened.unwrap_or_else(|e| panic!("SQLite: {e}"));
        let foreign_keys = connection.execute_batch("PRAGMA foreign_keys = ON");
        foreign_keys.unwrap_or_else(|e| panic!("foreign keys: {e}"));
        for (name, sql) in migrations() {
            connection.execute_batch(&sql).unwrap_or_else(|e| panic!("migrations/{name}: {e}"));
        }
        TestDatabase { connection: Mutex::new(connection) }
    }

    /// Runs SQL outside of the store: to arrange what a test needs.
    ///
    /// # Panics
    /// If the SQL fails.
    #[allow(clippy::panic, reason = "for tests: broken SQL must stop them with its message")]
    pub fn execute(&self, sql: &str) {
        self.connection().execute_batch(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All statements in one transaction, without waiting.
    fn run(&self, statements: &[Statement]) -> Result<Vec<Vec<String>>, DbError> {
        let mut connection = self.connection();
        let transaction = connection.transaction().map_err(translate)?;
        let answers = statements.iter().map(|s| run_one(&transaction, s)).collect::<Result<_, _>>()?;
        transaction.commit().map_err(translate)?;
        Ok(answers)
    }
}

impl Default for TestDatabase {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Database for TestDatabase {
    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Vec<String>>, DbError> {
        self.run(&statements)
    }
}

fn run_one(connection: &Connection, statement: &Statement) -> Result<Vec<String>, DbError> {
    if statement.params.len() > MOST_PARAMS || statement.sql.len() > LONGEST_SQL {
        return Err(DbError::Unexpected(format!("D1's limits: {}", statement.sql)));
    }
    let mut prepared = connection.prepare(&statement.sql).map_err(translate)?;
    if !matches!(prepared.column_names().as_slice(), [] | ["doc"]) {
        return Err(DbError::Unexpected(format!("not one column `doc`: {}", statement.sql)));
    }
    let mut rows = prepared.query(params_from_iter(&statement.params)).map_err(translate)?;
    let mut docs = Vec::new();
    while let Some(row) = rows.next().map_err(translate)? {
        docs.push(row.get("doc").map_err(translate)?);
    }
    Ok(docs)
}

impl ToSql for Param {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Param::Null => Ok(ToSqlOutput::Owned(Value::Null)),
            Param::Integer(number) => Ok(ToSqlOutput::Owned(Value::Integer(*number))),
            Param::Real(number) => Ok(ToSqlOutput::Owned(Value::Real(*number))),
            Param::Text(text) => text.to_sql(),
        }
    }
}

fn translate(error: rusqlite::Error) -> DbError {
    match error {
        rusqlite::Error::SqliteFailure(failure, message)
            if failure.code == ErrorCode::ConstraintViolation =>
        {
            DbError::Constraint(message.unwrap_or_else(|| failure.to_string()))
        }
        other => DbError::Unexpected(other.to_string()),
    }
}

/// Name and text of each migration, in the order of their names.
fn migrations() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "sql"))
        .filter_map(|entry| {
            let text = std::fs::read_to_string(entry.path()).ok()?;
            Some((entry.file_name().to_string_lossy().into_owned(), text))
        })
        .collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;

    #[test]
    fn a_batch_is_one_transaction() {
        let db = TestDatabase::new();
        db.execute("CREATE TABLE probe (n INTEGER NOT NULL CONSTRAINT n_is_small CHECK (n < 10)) STRICT");
        let insert = |n: i64| Statement::new("INSERT INTO probe VALUES (?1)").bind(n);
        let count = || Statement::new("SELECT json_object('count', count(*)) AS doc FROM probe");
        let refused = block_on(db.batch(vec![insert(1), insert(10)]));
        assert_eq!(refused, Err(DbError::Constraint("CHECK constraint failed: n_is_small".into())));
        let answer = block_on(db.batch(vec![insert(2), count()])).unwrap();
        assert_eq!(answer, [vec![], vec![r#"{"count":1}"#.to_owned()]]);
    }

    #[test]
    fn a_statement_answers_one_column_only() {
        let db = TestDatabase::new();
        let answer = block_on(db.batch(vec![Statement::new("SELECT 1 AS a, 2 AS b")]));
        assert!(matches!(answer, Err(DbError::Unexpected(_))));
    }
}

/// Published files and the list of publications in memory, which can be made to fail.
#[derive(Default)]
pub struct Files {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    files: BTreeMap<Hash, Vec<u8>>,
    publications: Vec<Publication>,
    /// Writes until the next one fails.
    writes_left: Option<u32>,
    overtaken: bool,
    /// What somebody else does before the next publication is written.
    before_next: Option<Box<dyn FnOnce() + Send>>,
    is_broken: bool,
}

impl Files {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is there, for one who asks over the network.
    fn reached(&self) -> Result<MutexGuard<'_, Held>, PortError> {
        let held = self.held();
        if held.is_broken { Err(PortError::Unavailable("switched off for a test".into())) } else { Ok(held) }
    }

    /// Lets everything fail from now on, or work again.
    pub fn break_all(&self, is_broken: bool) {
        self.held().is_broken = is_broken;
    }

    /// Lets writes fail after so many; none: never.
    pub fn fail_after(&self, writes: Option<u32>) {
        self.held().writes_left = writes;
    }

    /// Lets the next publication be told that another was quicker.
    pub fn overtake(&self) {
        self.held().overtaken = true;
    }

    /// Lets somebody else do something when the next publication is about to be written.
    pub fn before_next(&self, act: impl FnOnce() + Send + 'static) {
        self.held().before_next = Some(Box::new(act));
    }

    /// Forgets one file.
    pub fn lose(&self, hash: Hash) {
        self.held().files.remove(&hash);
    }

    /// Forgets all files, as a store that was deleted by mistake.
    pub fn lose_all(&self) {
        self.held().files.clear();
    }
}

#[async_trait]
impl Segments for Files {
    async fn get(&self, hash: Hash) -> Result<Option<Vec<u8>>, PortError> {
        Ok(self.reached()?.files.get(&hash).cloned())
    }

    async fn put(&self, files: Vec<(Hash, Vec<u8>)>) -> Result<(), PortError> {
        let mut held = self.reached()?;
        for (hash, file) in files {
            if let Some(left) = &mut held.writes_left {
                *left = left
                    .checked_sub(1)
                    .ok_or_else(|| PortError::Unavailable("switched off for a test".into()))?;
            }
            held.files.insert(hash, file);
        }
        Ok(())
    }
}

#[async_trait]
impl Publications for Files {
    async fn current(&self) -> Result<Option<Publication>, PortError> {
        Ok(self.reached()?.publications.last().cloned())
    }

    async fn history(&self, most: u32) -> Result<Vec<Publication>, PortError> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Ok(self.reached()?.publications.iter().rev().take(most).cloned().collect())
    }

    async fn numbered(&self, number: u64) -> Result<Option<Publication>, PortError> {
        Ok(self.reached()?.publications.iter().find(|publication| publication.number == number).cloned())
    }

    async fn append(&self, publication: &Publication) -> Result<bool, PortError> {
        let act = self.held().before_next.take();
        if let Some(act) = act {
            act();
        }
        let mut held = self.reached()?;
        let last = held.publications.last().map_or(0, |publication| publication.number);
        if std::mem::take(&mut held.overtaken) || publication.number != last + 1 {
            return Ok(false);
        }
        held.publications.push(publication.clone());
        Ok(true)
    }
}
