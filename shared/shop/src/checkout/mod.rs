//! From a cart to an order, and what happens to it then.
//!
//! Four promises, for whatever order requests and retries come in:
//! - a request (by its idempotency key) has the effect of once, and the same answer each time after that;
//! - an order is placed only for the pieces and prices that the shopper saw ([`PlaceOrder::seen`]);
//! - a request that is withdrawn was done before, or never will be, whenever copies of it arrive;
//! - no piece is sold twice: the store checks price and stock in the transaction that writes the event.

mod command;
mod payment;
mod place;
mod ports;
mod withdraw;

pub use command::{CommandOrder, CommandOutcome, Commanded, command_order};
pub use payment::{
    BankTransfer, InvalidAccount, OnDelivery, Payment, PaymentAnswer, PaymentRefusal, PaymentRequest,
};
pub use place::{PlaceOrder, PlaceOutcome, PlaceRefusal, Till, place_order, quote_cart};
pub use ports::{
    Append, AppendError, DoneRequest, Earlier, ListedOrder, Orders, Race, StoredOrder, Variants,
};
pub use withdraw::{Withdrawal, withdraw_order};

use crate::PortError;
use orilla_orders::Fingerprint;
use serde::Serialize;

/// How often a request that lost a race reads again and decides anew. Each loss means that another request won.
const MOST_TRIES: usize = 5;

/// What makes a request the same as another one: all that was asked, but for time and randomness.
fn request_fingerprint(request: &impl Serialize) -> Result<Fingerprint, PortError> {
    let text = serde_json::to_string(request).map_err(|error| PortError::Unexpected(error.to_string()))?;
    Ok(Fingerprint::of(&text))
}

fn too_busy(race: Race) -> PortError {
    PortError::Unavailable(format!("lost {MOST_TRIES} races in a row, the last for {race:?}"))
}

#[cfg(test)]
mod tests;
