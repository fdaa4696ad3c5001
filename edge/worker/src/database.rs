//! D1 as the store's database.

use crate::glue;
use crate::host::{SystemClock, SystemRandom};
use async_trait::async_trait;
use orilla_pipeline::gateway::breaker::{GuardedError, Remote, guarded};
use orilla_store::{Database, DbError, Param, Statement};
use serde_json::Value;
use worker::send::{SendFuture, SendWrapper};
use worker::wasm_bindgen::JsValue;

/// The D1 database bound as `DB`, for one request.
pub struct D1 {
    env: SendWrapper<JsValue>,
}

impl D1 {
    /// The database of this environment.
    pub fn new(env: JsValue) -> Self {
        D1 { env: SendWrapper::new(env) }
    }
}

#[async_trait]
impl Database for D1 {
    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Vec<String>>, DbError> {
        let count = statements.len();
        if count == 0 {
            return Ok(Vec::new());
        }
        let text = encode(statements)?;
        // An async block keeps the JavaScript promise inside the future that is declared Send.
        let call = SendFuture::new(async { glue::batch(&self.env, &text).await.map_err(error) });
        let is_outage = |error: &DbError| matches!(error, DbError::Unavailable(_));
        let answer = guarded(Remote::Database, &SystemClock, &SystemRandom, is_outage, call).await;
        let answer = answer.map_err(|error| match error {
            GuardedError::Refused(text) => DbError::Unavailable(text),
            GuardedError::Failed(error) => error,
        })?;
        let answer = answer.as_string().ok_or_else(|| DbError::Unexpected("no text".to_owned()))?;
        let rows: Vec<Vec<String>> =
            answer.split('\u{1e}').map(|rows| rows.lines().map(str::to_owned).collect()).collect();
        if rows.len() == count {
            Ok(rows)
        } else {
            Err(DbError::Unexpected("answers are missing".to_owned()))
        }
    }
}

fn encode(statements: Vec<Statement>) -> Result<String, DbError> {
    let statements: Vec<(String, Vec<Value>)> = statements
        .into_iter()
        .map(|Statement { sql, params }| (sql, params.into_iter().map(value).collect()))
        .collect();
    serde_json::to_string(&statements).map_err(|error| DbError::Unexpected(error.to_string()))
}

fn value(param: Param) -> Value {
    match param {
        Param::Null => Value::Null,
        Param::Integer(number) => number.into(),
        Param::Real(number) => number.into(),
        Param::Text(text) => text.into(),
    }
}

/// D1 tells its errors apart only in the text.
fn error(error: JsValue) -> DbError {
    let text = glue::message(&error);
    if text.contains("constraint failed") {
        DbError::Constraint(text)
    } else if ["SQLITE_ERROR", "D1_TYPE_ERROR", "too many", "no such", "syntax"]
        .iter()
        .any(|part| text.contains(part))
    {
        DbError::Unexpected(text)
    } else {
        DbError::Unavailable(text)
    }
}
