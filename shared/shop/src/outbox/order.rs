//! What waits on a device: orders, and what is told of visitors.

use super::{Report, Request};
use orilla_money::Money;
use orilla_orders::{Cart, Checkout, Fingerprint, OrderNumber, OrderToken, Quote};
use orilla_outbox::Entry;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What waits on a device. The id of an order is the key of its form. Written down on devices, and read there by later
/// builds: change a type here only so that old JSON can still be read.
pub type Waiting = Entry<Command, Placed, Asked, String>;

/// What the shop is to be told when it is in reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Command {
    /// An order.
    Order(Box<WaitingOrder>),
    /// Something else that somebody asks of the shop.
    Request(Box<Request>),
    /// What a visitor did. Nobody waits for an answer: it is forgotten when the shop has it.
    Report(Report),
}

impl Command {
    /// The order, if it is one.
    pub fn order(&self) -> Option<&WaitingOrder> {
        match self {
            Command::Order(order) => Some(order),
            Command::Request(_) | Command::Report(_) => None,
        }
    }
}

/// What a shopper has ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingOrder {
    /// What.
    pub cart: Cart,
    /// Who, where and how.
    pub checkout: Checkout,
    /// The fingerprint of the quote that the shopper agreed to.
    pub agreed: Fingerprint,
    /// That quote. None: the shop made it, and the device has other prices.
    pub seen: Option<Seen>,
    /// From when the prices are that the shopper agreed to, in milliseconds since 1970.
    pub prices_from: i64,
}

/// A quote as a shopper sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// What can be bought.
    pub lines: Vec<Line>,
    /// What delivery costs.
    pub shipping: Option<Money>,
    /// What everything costs.
    pub total: Money,
}

/// A line of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What the product is called.
    pub title: String,
    /// The value of each option.
    pub options: Vec<String>,
    /// How many.
    pub quantity: u32,
    /// What they cost together.
    pub total: Money,
}

/// What the shop asks: whether the order is wanted as it is possible now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What it costs now.
    pub now: Seen,
    /// The fingerprint of that.
    pub fingerprint: Fingerprint,
    /// Whether it can be ordered at all.
    pub orderable: bool,
}

/// The order that the shop has made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// The order's link.
    pub token: OrderToken,
    /// The order's number.
    pub number: OrderNumber,
}

impl From<&Quote> for Seen {
    fn from(quote: &Quote) -> Self {
        let line = |line: &orilla_orders::QuoteLine| Line {
            title: line.variant.title.clone(),
            options: line.variant.options.clone(),
            quantity: line.quantity,
            total: line.total,
        };
        Seen {
            lines: quote.sold_lines().map(line).collect(),
            shipping: quote.shipping.map(|offer| offer.price),
            total: quote.total,
        }
    }
}

impl WaitingOrder {
    /// The body of `POST /api/v1/orders`.
    pub(super) fn request(&self) -> String {
        let Checkout { contact, address, shipping, payment } = &self.checkout;
        let lines: Vec<_> = self.cart.lines().iter().map(|line| json!(line)).collect();
        let request = json!({
            "lines": lines,
            "contact": contact,
            "address": address,
            "shipping": shipping.token(),
            "payment": payment.token(),
            "seen": self.agreed,
        });
        request.to_string()
    }
}
