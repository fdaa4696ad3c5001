//! What staff and shoppers do with an order that is placed.

use super::{Append, AppendError, Earlier, MOST_TRIES, Orders, Race, request_fingerprint, too_busy};
use crate::PortError;
use orilla_orders::{
    Command, Fingerprint, IdempotencyKey, OrderNumber, OrderToken, Recorded, Refusal, Status,
};

/// A request to do something with an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandOrder {
    /// Which order.
    pub token: OrderToken,
    /// What.
    pub command: Command,
    /// The name of this request.
    pub key: IdempotencyKey,
    /// Now, in milliseconds since 1970.
    pub now: i64,
}

/// What a command has made of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commanded {
    /// The order.
    pub number: OrderNumber,
    /// The event that the command wrote.
    pub version: u32,
    /// The order after that event.
    pub status: Status,
}

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandOutcome {
    /// It is done (by this request, or by an earlier one with the same key and content).
    Done(Commanded),
    /// The order is not in a state for it; nothing has changed.
    Refused(Refusal),
    /// There is no such order.
    NotFound,
    /// Another request had this key.
    KeyReused,
}

/// Does something with an order, once for each key.
///
/// # Errors
/// [`PortError`] if the store failed: send the same request with the same key again.
pub async fn command_order(orders: &dyn Orders, wish: &CommandOrder) -> Result<CommandOutcome, PortError> {
    let request = request_fingerprint(&("command", &wish.token, &wish.command))?;
    let mut lost = Race::Version;
    for _ in 0..MOST_TRIES {
        if let Some(outcome) = earlier_outcome(orders, wish, &request).await? {
            return Ok(outcome);
        }
        let Some(stored) = orders.order(&wish.token).await? else {
            return Ok(CommandOutcome::NotFound);
        };
        let mut order = stored.order()?;
        let event = match order.decide(&wish.command) {
            Ok(event) => event,
            Err(refusal) => return Ok(CommandOutcome::Refused(refusal)),
        };
        let recorded = Recorded { version: order.version.saturating_add(1), at: wish.now, event };
        order.apply(&recorded).map_err(|error| PortError::Unexpected(error.to_string()))?;
        let (status, version) = (order.status(), order.version);
        let append = Append {
            token: wish.token.clone(),
            key: wish.key.clone(),
            request: request.clone(),
            recorded,
            summary: order.summary(),
            account: None,
            counted: None,
        };
        match orders.append(&append).await {
            Ok(number) => return Ok(CommandOutcome::Done(Commanded { number, version, status })),
            Err(AppendError::Lost(race)) => lost = race,
            Err(AppendError::Port(error)) => return Err(error),
        }
    }
    Err(too_busy(lost))
}

/// What an earlier request with this key has come to.
async fn earlier_outcome(
    orders: &dyn Orders,
    wish: &CommandOrder,
    request: &Fingerprint,
) -> Result<Option<CommandOutcome>, PortError> {
    let done = match orders.done(&wish.key).await? {
        Some(Earlier::Done(done)) => done,
        Some(Earlier::Withdrawn) => return Ok(Some(CommandOutcome::KeyReused)),
        None => return Ok(None),
    };
    if done.request != *request {
        return Ok(Some(CommandOutcome::KeyReused));
    }
    let stored = orders.order(&done.token).await?;
    let stored = stored.ok_or_else(|| PortError::Unexpected(format!("order {} is gone", done.number)))?;
    let status = stored.order_at(done.version)?.status();
    Ok(Some(CommandOutcome::Done(Commanded { number: done.number, version: done.version, status })))
}
