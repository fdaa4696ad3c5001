//! The one thing that this crate needs of a database: run statements. D1 does it at the edge, SQLite in tests.

use async_trait::async_trait;
use serde::de::DeserializeOwned;

/// A bound parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// NULL.
    Null,
    /// A whole number within ±2^53: D1 binds JavaScript numbers.
    Integer(i64),
    /// A finite number.
    Real(f64),
    /// A text. JSON documents too: `json_each(?1)` loads many rows with one parameter.
    Text(String),
}

impl From<i64> for Param {
    fn from(value: i64) -> Self {
        Param::Integer(value)
    }
}
impl From<u32> for Param {
    fn from(value: u32) -> Self {
        Param::Integer(i64::from(value))
    }
}
impl From<f64> for Param {
    fn from(value: f64) -> Self {
        Param::Real(value)
    }
}
impl From<&str> for Param {
    fn from(value: &str) -> Self {
        Param::Text(value.to_owned())
    }
}
impl From<String> for Param {
    fn from(value: String) -> Self {
        Param::Text(value)
    }
}
impl<T: Into<Param>> From<Option<T>> for Param {
    fn from(value: Option<T>) -> Self {
        value.map_or(Param::Null, Into::into)
    }
}

/// A statement with its parameters (`?1`, `?2`, …; at most 100, D1's limit).
///
/// A statement that reads answers **one column of text named `doc`, JSON**: `SELECT json_object(…) AS doc`. SQLite
/// builds it faster than rows cross into WebAssembly one value at a time, and serde makes it a type.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The SQL. Never holds a value that came from outside.
    pub sql: String,
    /// The bound parameters.
    pub params: Vec<Param>,
}

impl Statement {
    /// A statement without parameters.
    pub fn new(sql: impl Into<String>) -> Self {
        Statement { sql: sql.into(), params: Vec::new() }
    }

    /// Binds the next parameter.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Param>) -> Self {
        self.params.push(value.into());
        self
    }
}

/// Why a statement had no effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DbError {
    /// A constraint stopped it; the whole batch was rolled back. Holds SQLite's words, such as
    /// `CHECK constraint failed: stock_is_not_negative` or `UNIQUE constraint failed: variants.sku`.
    #[error("{0}")]
    Constraint(String),
    /// The database did not answer, or not in time. Trying again can help.
    #[error("the database is not reachable: {0}")]
    Unavailable(String),
    /// The statement or what it answered is not as this program expects. Trying again can't help.
    #[error("the database answered something unexpected: {0}")]
    Unexpected(String),
}

/// A database that runs statements.
#[async_trait]
pub trait Database: Send + Sync {
    /// Runs all statements in one transaction, in order; either all have their effect or none.
    /// Answers, for each statement, the `doc` texts of its rows.
    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Vec<String>>, DbError>;
}

/// Reads the rows of one statement.
pub(crate) async fn rows<T: DeserializeOwned>(
    db: &dyn Database,
    statement: Statement,
) -> Result<Vec<T>, DbError> {
    let answer = db.batch(vec![statement]).await?;
    decode(answer.first().map_or(&[], Vec::as_slice))
}

/// The pattern that finds a text within another by `LIKE … ESCAPE '\\'`.
pub(crate) fn contains(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Makes types of `doc` texts.
pub(crate) fn decode<T: DeserializeOwned>(docs: &[String]) -> Result<Vec<T>, DbError> {
    docs.iter()
        .map(|doc| serde_json::from_str(doc).map_err(|error| DbError::Unexpected(error.to_string())))
        .collect()
}
