//! Orders and their events, and the stock that they take.

mod desk;
pub(crate) mod sql;
#[cfg(test)]
mod tests;

use crate::db::{decode, rows};
use crate::{Database, DbError, Statement};
use async_trait::async_trait;
use orilla_catalog::VariantId;
use orilla_orders::{CartVariant, Event, IdempotencyKey, OrderNumber, OrderToken, Recorded, Summary};
use orilla_shop::PortError;
use orilla_shop::checkout::{Append, AppendError, Earlier, ListedOrder, Orders, Race, StoredOrder, Variants};
use orilla_shop::events::{UntoldOrder, UntoldOrders};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many orders [`OrderStore::rebuild`] reads and writes at a time.
const REBUILT_AT_ONCE: u32 = 100;
/// The most orders of one page of a list, and one more, which tells whether there is another page.
const MOST_LISTED: u32 = 101;

/// Orders in SQL.
#[derive(Clone)]
pub struct OrderStore {
    db: Arc<dyn Database>,
}

/// A row of `orders`, as it is written.
#[derive(Serialize)]
struct Projected<'a> {
    token: &'a OrderToken,
    #[serde(flatten)]
    summary: &'a Summary,
}

/// A row of `order_events` with its order.
#[derive(Deserialize)]
struct EventRow {
    number: OrderNumber,
    token: OrderToken,
    #[serde(flatten)]
    recorded: Recorded,
}

impl OrderStore {
    /// Orders in this database.
    pub fn new(db: Arc<dyn Database>) -> Self {
        OrderStore { db }
    }

    /// Makes all summaries anew from the events; answers how many. Orders that change meanwhile keep the later
    /// summary.
    ///
    /// # Errors
    /// [`PortError`] of the database, [`PortError::Unexpected`] for a stream that is no order.
    pub async fn rebuild(&self) -> Result<u32, PortError> {
        let mut rebuilt = 0;
        let mut last = OrderNumber(0);
        loop {
            let page = Statement::new(sql::EVENTS_AFTER).bind(last.0).bind(REBUILT_AT_ONCE);
            let streams = streams(rows::<EventRow>(self.db.as_ref(), page).await?);
            let Some(newest) = streams.last() else {
                return Ok(rebuilt);
            };
            last = newest.number;
            rebuilt += u32::try_from(streams.len()).unwrap_or(REBUILT_AT_ONCE);
            let summaries = streams.iter().map(|stored| Ok((&stored.token, stored.order()?.summary())));
            let summaries: Vec<(&OrderToken, Summary)> = summaries.collect::<Result<_, PortError>>()?;
            let projected: Vec<_> =
                summaries.iter().map(|(token, summary)| Projected { token, summary }).collect();
            self.db.batch(vec![project(&projected)?]).await?;
        }
    }
}

#[async_trait]
impl Orders for OrderStore {
    async fn order(&self, token: &OrderToken) -> Result<Option<StoredOrder>, PortError> {
        let statement = Statement::new(sql::EVENTS_OF).bind(token.as_str());
        Ok(streams(rows(self.db.as_ref(), statement).await?).pop())
    }

    async fn done(&self, key: &IdempotencyKey) -> Result<Option<Earlier>, PortError> {
        let statement = Statement::new(sql::DONE).bind(key.as_str());
        Ok(rows(self.db.as_ref(), statement).await?.pop())
    }

    async fn withdraw(&self, key: &IdempotencyKey, now: i64) -> Result<Earlier, PortError> {
        let withdraw = Statement::new(sql::WITHDRAW).bind(key.as_str()).bind(now);
        let answers = self.db.batch(vec![withdraw, Statement::new(sql::DONE).bind(key.as_str())]).await?;
        let earlier = decode(answers.last().map_or(&[][..], Vec::as_slice)).map_err(PortError::from)?.pop();
        earlier.ok_or_else(|| PortError::Unexpected("a withdrawal that is not there".into()))
    }

    async fn append(&self, append: &Append) -> Result<OrderNumber, AppendError> {
        let answers = self.db.batch(statements(append)?).await.map_err(append_error)?;
        let docs = answers.last().map_or(&[][..], Vec::as_slice);
        let number = decode(docs).map_err(PortError::from)?.pop();
        number.ok_or_else(|| PortError::Unexpected("an order without a number".into()).into())
    }

    async fn list(&self, before: Option<OrderNumber>, most: u32) -> Result<Vec<ListedOrder>, PortError> {
        let statement =
            Statement::new(sql::list()).bind(before.map(|number| number.0)).bind(most.min(MOST_LISTED));
        Ok(rows(self.db.as_ref(), statement).await?)
    }
}

#[async_trait]
impl UntoldOrders for OrderStore {
    async fn untold(&self, before: i64, most: u32) -> Result<Vec<UntoldOrder>, PortError> {
        Ok(rows(self.db.as_ref(), Statement::new(sql::UNTOLD).bind(before).bind(most)).await?)
    }

    async fn told(&self, token: &OrderToken) -> Result<(), PortError> {
        self.db.batch(vec![Statement::new(sql::TOLD).bind(token.as_str())]).await?;
        Ok(())
    }
}

#[async_trait]
impl Variants for OrderStore {
    async fn variants(&self, ids: &[VariantId]) -> Result<Vec<CartVariant>, PortError> {
        let statement = Statement::new(sql::VARIANTS).bind(json(&ids)?);
        Ok(rows(self.db.as_ref(), statement).await?)
    }
}

/// All that an event writes, as one transaction. The last statement answers the order's number.
fn statements(append: &Append) -> Result<Vec<Statement>, PortError> {
    let Append { token, key, request, recorded, summary, account, counted } = append;
    let token = token.as_str();
    let mut batch = Vec::new();
    if let Event::Placed(_) = recorded.event {
        batch.push(Statement::new(sql::STREAM).bind(token));
    }
    let event = json(&recorded.event)?;
    batch.push(Statement::new(sql::EVENT).bind(token).bind(recorded.version).bind(recorded.at).bind(event));
    let done = Statement::new(sql::REQUEST).bind(token).bind(recorded.version);
    batch.push(done.bind(key.as_str()).bind(request.as_str()));
    match &recorded.event {
        Event::Placed(placed) => {
            batch.push(Statement::new(sql::RESERVE).bind(token).bind(json(&placed.lines)?));
            batch.push(Statement::new(sql::TAKE_STOCK).bind(token));
        }
        Event::Cancelled { restock: true, .. } => {
            batch.push(Statement::new(sql::GIVE_STOCK_BACK).bind(token));
            batch.push(Statement::new(sql::RELEASE).bind(token));
        }
        _ => {}
    }
    batch.push(project(&[Projected { token: &append.token, summary }])?);
    if let Some(account) = account {
        batch.push(Statement::new(sql::OWN).bind(token).bind(account.as_str()));
    }
    if let Some(sender) = counted {
        batch.push(Statement::new(sql::COUNT).bind(token).bind(key.as_str()).bind(json(sender)?));
    }
    batch.push(Statement::new(sql::NUMBER).bind(token));
    Ok(batch)
}

fn project(rows: &[Projected<'_>]) -> Result<Statement, PortError> {
    Ok(Statement::new(sql::PROJECT).bind(json(&rows)?))
}

/// Which race a constraint's name tells of. The names are those of `migrations/0002_orders.sql`.
fn append_error(error: DbError) -> AppendError {
    let races = [
        ("order_requests.key", Race::Key),
        ("order_events.stream", Race::Version),
        ("order_streams.token", Race::Token),
        ("stock_is_not_negative", Race::Stock),
        ("price_is_as_quoted", Race::Price),
        ("reservations.unit_minor", Race::Price),
    ];
    let lost = match &error {
        DbError::Constraint(message) => races.iter().find(|(name, _)| message.contains(name)),
        _ => None,
    };
    match lost {
        Some((_, race)) => AppendError::Lost(*race),
        None => AppendError::Port(error.into()),
    }
}

/// Events (by order, then by version) as orders.
fn streams(events: Vec<EventRow>) -> Vec<StoredOrder> {
    let mut orders: BTreeMap<OrderNumber, StoredOrder> = BTreeMap::new();
    for EventRow { number, token, recorded } in events {
        let order = orders.entry(number).or_insert_with(|| StoredOrder { number, token, history: vec![] });
        order.history.push(recorded);
    }
    orders.into_values().collect()
}

fn json(value: &impl Serialize) -> Result<String, PortError> {
    serde_json::to_string(value).map_err(|error| PortError::Unexpected(error.to_string()))
}
