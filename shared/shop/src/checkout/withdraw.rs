//! Taking back a request to place an order, of which nobody knows whether it has arrived.

use super::{DoneRequest, Earlier, Orders};
use crate::PortError;
use orilla_orders::{IdempotencyKey, OrderNumber, OrderToken};

/// What became of a withdrawal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    /// Nothing was placed, and nothing will be: a copy of the request that comes later is refused.
    Withdrawn,
    /// The request had arrived before: the order is placed. It can be cancelled as any other.
    Placed {
        /// The order's link.
        token: OrderToken,
        /// The order's number.
        number: OrderNumber,
    },
    /// The key is that of another kind of request.
    KeyReused,
}

/// Withdraws the request with this key. Asked again, it answers the same.
///
/// # Errors
/// [`PortError`] if the store failed: ask again.
pub async fn withdraw_order(
    orders: &dyn Orders,
    key: &IdempotencyKey,
    now: i64,
) -> Result<Withdrawal, PortError> {
    Ok(match orders.withdraw(key, now).await? {
        Earlier::Withdrawn => Withdrawal::Withdrawn,
        // The first event of an order is the one that places it.
        Earlier::Done(DoneRequest { version: 1, token, number, .. }) => Withdrawal::Placed { token, number },
        Earlier::Done(_) => Withdrawal::KeyReused,
    })
}
