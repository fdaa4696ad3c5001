//! What is done with orders that are placed, and the team's list of them.

use super::cursor;
use super::extract::{Json, Key, Named, Query, limit};
use super::reply::private;
use super::types::{
    AmountInput, CommandDone, CommandKind, CommandRequest, OrderLinks, OrderPage, OrderSummary,
};
use crate::staff::Staff;
use crate::visit::Visit;
use crate::{Problem, Team};
use axum::response::Response;
use http::StatusCode;
use orilla_money::{Currency, Money};
use orilla_orders::{Command, IdempotencyKey, OrderNumber, OrderToken, Refusal, Text};
use orilla_shop::checkout::{CommandOrder, CommandOutcome, Orders, command_order};
use schemars::JsonSchema;
use serde::Deserialize;

/// The name of the list of orders in cursors.
const ORDERS: &str = "orders";
/// The most orders of one page, and how many it has by default.
const MOST: u32 = 100;
const USUAL: u32 = 50;

/// `POST /studio/api/orders/{token}/commands`.
pub async fn command(
    _: Staff,
    visit: Visit,
    team: Team,
    Named(token): Named,
    Key(key): Key,
    Json(request): Json<CommandRequest>,
) -> Result<Response, Problem> {
    let token = OrderToken::parse(&token).map_err(|_| Problem::not_found("order"))?;
    run(&visit, &*team.placed, token, read(request)?, key).await
}

/// Does something with an order.
///
/// # Errors
/// 404, 409 or 422 with the code of the refusal.
pub async fn run(
    visit: &Visit,
    orders: &dyn Orders,
    token: OrderToken,
    command: Command,
    key: IdempotencyKey,
) -> Result<Response, Problem> {
    let wish = CommandOrder { token, command, key, now: visit.host.clock.now() };
    match command_order(orders, &wish).await? {
        CommandOutcome::Done(done) => {
            let done = CommandDone {
                number: done.number.0,
                version: done.version,
                status: done.status.into(),
                links: OrderLinks::new(visit, &wish.token),
            };
            Ok(private(StatusCode::OK, &done))
        }
        CommandOutcome::Refused(reason) => Err(refused(reason)),
        CommandOutcome::NotFound => Err(Problem::not_found("order")),
        CommandOutcome::KeyReused => Err(Problem::field(
            "Idempotency-Key",
            "key_reused",
            "this key belongs to another request: send a new one",
        )),
    }
}

fn refused(reason: Refusal) -> Problem {
    match reason {
        Refusal::OtherCurrency | Refusal::NothingToRefund | Refusal::TooMuch { .. } => {
            Problem::field("amount", reason.code(), reason.to_string())
        }
        _ => Problem::new(StatusCode::CONFLICT, reason.code(), reason.to_string()),
    }
}

/// Reads a command: each kind has its own fields.
fn read(request: CommandRequest) -> Result<Command, Problem> {
    let CommandRequest { r#type: kind, carrier, tracking, reason, restock, amount } = request;
    let is_for = |only: CommandKind, field: &str, is_sent: bool| match is_sent && kind != only {
        true => Err(Problem::field(field, "unknown", "this command has no such field")),
        false => Ok(()),
    };
    is_for(CommandKind::Ship, "carrier", carrier.is_some())?;
    is_for(CommandKind::Ship, "tracking", tracking.is_some())?;
    is_for(CommandKind::Cancel, "reason", reason.is_some())?;
    is_for(CommandKind::Cancel, "restock", restock.is_some())?;
    is_for(CommandKind::Refund, "amount", amount.is_some())?;
    Ok(match kind {
        CommandKind::Pay => Command::Pay,
        CommandKind::Pack => Command::Pack,
        CommandKind::Deliver => Command::Deliver,
        CommandKind::Ship => {
            let carrier = text("carrier", &needed("carrier", carrier)?)?;
            let tracking = tracking.map(|tracking| text("tracking", &tracking)).transpose()?;
            Command::Ship { carrier, tracking }
        }
        CommandKind::Cancel => {
            let reason = text("reason", &needed("reason", reason)?)?;
            Command::Cancel { reason, restock: needed("restock", restock)? }
        }
        CommandKind::Refund => Command::Refund { amount: money(&needed("amount", amount)?)? },
    })
}

fn needed<T>(field: &str, value: Option<T>) -> Result<T, Problem> {
    value.ok_or_else(|| Problem::field(field, "required", "this command needs it"))
}

fn text(field: &str, typed: &str) -> Result<Text, Problem> {
    Text::parse(typed).map_err(|error| Problem::field(field, "invalid", error.to_string()))
}

fn money(amount: &AmountInput) -> Result<Money, Problem> {
    let currency = Currency::parse(&amount.currency)
        .map_err(|error| Problem::field("amount.currency", "unknown", error.to_string()))?;
    Ok(Money::new(amount.minor, currency))
}

/// A page of the list of orders.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrdersQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many orders.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
}

/// `GET /studio/api/orders`.
pub async fn list(
    _: Staff,
    visit: Visit,
    team: Team,
    Query(query): Query<OrdersQuery>,
) -> Result<Response, Problem> {
    let limit = limit(query.limit, MOST, USUAL)?;
    let before = query.cursor.map(|cursor| cursor::read(&cursor, ORDERS)).transpose()?;
    let mut orders = team.placed.list(before.map(OrderNumber), limit + 1).await?;
    // One more than asked for tells whether there is another page.
    let has_more = orders.len() > limit as usize;
    orders.truncate(limit as usize);
    let next_cursor = orders.last().filter(|_| has_more).map(|order| cursor::write(order.number.0, ORDERS));
    let orders = orders.into_iter().map(|order| OrderSummary::new(&visit, order)).collect();
    Ok(private(StatusCode::OK, &OrderPage { orders, next_cursor }))
}
