//! Events, as they arrive from the queue; and what experiments read of them.

mod sql;
#[cfg(test)]
mod tests;

use crate::db::rows;
use crate::{Database, DbError, Statement};
use async_trait::async_trait;
use orilla_events::{Event, What};
use orilla_experiments::PRIOR;
use orilla_shop::PortError;
use orilla_shop::team::{Arrived, DeadLetter, EventLog, RecordError, RefusedFor};
use serde::Serialize;
use std::sync::Arc;

/// Milliseconds of a day.
const DAY: i64 = 24 * 3_600_000;
/// How long events are kept: the longest window, what is looked at before it, and two days for what comes late.
const KEPT: i64 = 90 * DAY;
/// The longest window.
const LONGEST: i64 = 60 * DAY;
/// From this age on, nothing changes what an exposure has come to: the longest window is over, late events included.
const FINAL: i64 = 62 * DAY;
/// Events that are forgotten with each batch: more than come with most, so that the table does not grow.
const FORGOTTEN_AT_ONCE: u32 = 2_000;
/// Dead letters that are kept.
const DEAD_LETTERS: u32 = 10_000;

/// Events in SQL.
#[derive(Clone)]
pub struct EventStore {
    db: Arc<dyn Database>,
}

impl EventStore {
    /// Events in this database.
    pub fn new(db: Arc<dyn Database>) -> Self {
        EventStore { db }
    }
}

/// id, visitor, type, at, subject, amount, currency.
type EventRow<'a> = (&'a str, &'a str, &'a str, i64, Option<&'a str>, Option<i64>, Option<&'a str>);
/// experiment, visitor, variation, at, country, device, whether it was away.
type ExposureRow<'a> = (&'a str, &'a str, &'a str, i64, &'a str, &'a str, bool);

#[async_trait]
impl EventLog for EventStore {
    async fn record(&self, arrived: &Arrived, now: i64) -> Result<(), RecordError> {
        let statements = statements(arrived, now)?;
        match self.db.batch(statements).await {
            Ok(_) => Ok(()),
            Err(DbError::Unavailable(text)) => Err(RecordError::Port(PortError::Unavailable(text))),
            Err(error) => Err(RecordError::Refused(error.to_string())),
        }
    }

    async fn dead_letters(&self, code: Option<&str>, most: u32) -> Result<Vec<DeadLetter>, PortError> {
        let sql = "SELECT json_object('at', at, 'code', code, 'reason', reason, 'body', body) AS doc
            FROM event_dead_letters WHERE ?1 IS NULL OR code = ?1 ORDER BY id DESC LIMIT ?2";
        Ok(rows(&*self.db, Statement::new(sql).bind(code).bind(most)).await?)
    }

    async fn refused(&self) -> Result<Vec<RefusedFor>, PortError> {
        let sql = "SELECT json_object('code', code, 'count', count(*), 'last', max(at)) AS doc
            FROM event_dead_letters GROUP BY code ORDER BY max(id) DESC";
        Ok(rows(&*self.db, Statement::new(sql)).await?)
    }
}

/// All that a batch writes, as one transaction.
fn statements(arrived: &Arrived, now: i64) -> Result<Vec<Statement>, PortError> {
    let (mut events, mut exposures): (Vec<EventRow<'_>>, Vec<ExposureRow<'_>>) = (Vec::new(), Vec::new());
    for (sender, Event { id, at, what }) in &arrived.events {
        let visitor = sender.visitor.as_str();
        // An exposure is kept where it is counted: it repeats with each page, and only the first says anything.
        if let What::Exposure { experiment, variation, is_away } = what {
            let country = sender.country.as_deref().unwrap_or("");
            exposures.push((
                experiment.as_str(),
                visitor,
                variation.as_str(),
                *at,
                country,
                sender.device.token(),
                *is_away,
            ));
        } else {
            let (subject, amount, currency) = details(what);
            events.push((id.as_str(), visitor, what.kind().token(), *at, subject, amount, currency));
        }
    }
    let refused: Vec<_> =
        arrived.refused.iter().map(|refused| (now, &refused.code, &refused.reason, &refused.body)).collect();
    let exposures = json(&exposures)?;
    let mut batch = Vec::new();
    if !refused.is_empty() {
        batch.push(Statement::new(sql::DEAD_LETTERS).bind(json(&refused)?));
        batch.push(Statement::new(sql::FEWER_DEAD_LETTERS).bind(DEAD_LETTERS));
    }
    if !arrived.events.is_empty() {
        batch.extend([
            Statement::new(sql::MARK),
            Statement::new(sql::EVENTS).bind(json(&events)?),
            Statement::new(sql::UNITS).bind(exposures.clone()).bind(now - FINAL),
            Statement::new(sql::UNCOUNT_UNITS),
            Statement::new(sql::SUM_VALUES).bind(-1i64),
            Statement::new(sql::SUM_BUCKETS).bind(-1i64),
            Statement::new(sql::EXPOSURES).bind(exposures),
            Statement::new(sql::FORGET_VALUES),
            Statement::new(sql::VALUES).bind(PRIOR).bind(LONGEST),
            Statement::new(sql::COUNT_UNITS),
            Statement::new(sql::SUM_VALUES).bind(1i64),
            Statement::new(sql::SUM_BUCKETS).bind(1i64),
            Statement::new(sql::NO_UNITS),
            Statement::new(sql::FORGET_EVENTS).bind(now - KEPT).bind(FORGOTTEN_AT_ONCE),
        ]);
    }
    Ok(batch)
}

/// Subject, amount and currency of an event.
fn details(what: &What) -> (Option<&str>, Option<i64>, Option<&str>) {
    match what {
        What::PageView { page } => (Some(page.token()), None, None),
        What::ProductView { product } => (Some(product.as_str()), None, None),
        What::AddToCart { product } => (product.as_ref().map(|product| product.as_str()), None, None),
        What::OrderPlaced { revenue } => (None, Some(revenue.minor), Some(revenue.currency.code())),
        What::Search { found } => (None, found.map(i64::from), None),
        What::Exposure { .. } | What::CheckoutBegun => (None, None, None),
    }
}

fn json(value: &impl Serialize) -> Result<String, PortError> {
    serde_json::to_string(value).map_err(|error| PortError::Unexpected(error.to_string()))
}
