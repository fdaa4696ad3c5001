//! What the team asks of orders.

use super::{Amount, AmountInput, OrderLinks, Status};
use crate::visit::Visit;
use orilla_shop::checkout::ListedOrder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a command has made of an order.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CommandDone {
    pub number: i64,
    /// The order's version after the command.
    pub version: u32,
    /// Its status after the command.
    pub status: Status,
    pub links: OrderLinks,
}

/// Something to do with an order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommandRequest {
    pub r#type: CommandKind,
    /// Who carries it; needed for `ship`, at most 200 characters.
    #[serde(default)]
    pub carrier: Option<String>,
    /// The carrier's number; for `ship`, at most 200 characters.
    #[serde(default)]
    pub tracking: Option<String>,
    /// Why; needed for `cancel`, at most 200 characters.
    #[serde(default)]
    pub reason: Option<String>,
    /// Whether the pieces can be sold again; needed for `cancel`.
    #[serde(default)]
    pub restock: Option<bool>,
    /// How much; needed for `refund`.
    #[serde(default)]
    pub amount: Option<AmountInput>,
}

/// What can be done with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CommandKind {
    /// The whole amount has arrived.
    Pay,
    /// It is in a parcel.
    Pack,
    /// The parcel leaves.
    Ship,
    /// The shopper has it.
    Deliver,
    /// It will not be sent.
    Cancel,
    /// Money goes back.
    Refund,
}

/// A page of all orders, the newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderPage {
    pub orders: Vec<OrderSummary>,
    /// Where the next page begins; null: this is the last.
    pub next_cursor: Option<String>,
}

/// An order in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderSummary {
    number: i64,
    token: String,
    status: Status,
    version: u32,
    email: String,
    name: String,
    /// ISO 3166-1 alpha-2.
    country: String,
    /// `bank_transfer` or `on_delivery`.
    payment: String,
    pieces: u32,
    total: Amount,
    refunded: Amount,
    is_paid: bool,
    /// In milliseconds since 1970.
    placed_at: i64,
    /// In milliseconds since 1970.
    changed_at: i64,
    links: OrderLinks,
}

impl OrderSummary {
    pub fn new(visit: &Visit, listed: ListedOrder) -> Self {
        let summary = listed.summary;
        OrderSummary {
            links: OrderLinks::new(visit, &listed.token),
            number: listed.number.0,
            token: listed.token.to_string(),
            status: summary.status.into(),
            version: summary.version,
            email: summary.email,
            name: summary.name,
            country: summary.country.code().to_owned(),
            payment: summary.payment.token().to_owned(),
            pieces: summary.pieces,
            total: summary.total.into(),
            refunded: summary.refunded.into(),
            is_paid: summary.is_paid,
            placed_at: summary.placed_at,
            changed_at: summary.changed_at,
        }
    }
}
