//! The order: a stream of events, and what follows from it.

mod command;
mod event;

pub use command::{Command, Refusal};
pub use event::{Event, OrderLine, Placed, Recorded};

use orilla_money::Money;
use serde::{Deserialize, Serialize};

/// An order as its events have made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// What was ordered, by whom, for how much.
    pub placed: Placed,
    /// When, in milliseconds since 1970.
    pub placed_at: i64,
    /// How many events there were: the version of the last.
    pub version: u32,
    /// When the last one was, in milliseconds since 1970.
    pub changed_at: i64,
    /// Where the goods are.
    pub goods: Goods,
    /// When it was paid, in milliseconds since 1970.
    pub paid_at: Option<i64>,
    /// What was given back, in all.
    pub refunded: Money,
}

/// Where the goods of an order are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Goods {
    /// In the shop, reserved.
    Reserved,
    /// In a parcel, in the shop.
    Packed,
    /// On the way.
    Shipped {
        /// Who carries it.
        carrier: crate::Text,
        /// The carrier's number.
        tracking: Option<crate::Text>,
    },
    /// With the shopper.
    Delivered,
    /// Not sold after all.
    Cancelled {
        /// Why.
        reason: crate::Text,
        /// Whether they can be sold again.
        restock: bool,
    },
}

/// An order in one word, for lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Neither paid nor packed.
    Placed,
    /// Paid, not yet packed.
    Paid,
    /// Packed.
    Packed,
    /// On the way.
    Shipped,
    /// With the shopper.
    Delivered,
    /// Cancelled.
    Cancelled,
    /// All that was paid has been given back.
    Refunded,
}

impl Status {
    /// All of them, in the order in which an order usually has them.
    pub const ALL: [Status; 7] = [
        Status::Placed,
        Status::Paid,
        Status::Packed,
        Status::Shipped,
        Status::Delivered,
        Status::Cancelled,
        Status::Refunded,
    ];

    /// The name in JSON and the store.
    pub fn token(self) -> &'static str {
        match self {
            Status::Placed => "placed",
            Status::Paid => "paid",
            Status::Packed => "packed",
            Status::Shipped => "shipped",
            Status::Delivered => "delivered",
            Status::Cancelled => "cancelled",
            Status::Refunded => "refunded",
        }
    }
}

/// Why a stream of events is no order: the store or this program is broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
    /// There is no event.
    #[error("an order without events")]
    Empty,
    /// The first event is another one than `placed`, or a later one is `placed`.
    #[error("event {version}: only the first places an order")]
    Placed {
        /// The event.
        version: u32,
    },
    /// The versions are not 1, 2, 3, ….
    #[error("event {found} stands where {expected} belongs")]
    Version {
        /// What it should be.
        expected: u32,
        /// What it is.
        found: u32,
    },
    /// The amounts given back are of another currency, or too large.
    #[error("event {version}: its amount can't be added")]
    Amount {
        /// The event.
        version: u32,
    },
}

impl Order {
    /// The order that these events have made, oldest first.
    ///
    /// # Errors
    /// See [`HistoryError`]: none of them can be written by this program.
    pub fn replay(history: &[Recorded]) -> Result<Order, HistoryError> {
        let (first, later) = history.split_first().ok_or(HistoryError::Empty)?;
        let mut order = Order::begin(first)?;
        for recorded in later {
            order.apply(recorded)?;
        }
        Ok(order)
    }

    fn begin(first: &Recorded) -> Result<Order, HistoryError> {
        let Event::Placed(placed) = &first.event else {
            return Err(HistoryError::Placed { version: first.version });
        };
        if first.version != 1 {
            return Err(HistoryError::Version { expected: 1, found: first.version });
        }
        Ok(Order {
            refunded: Money::zero(placed.total.currency),
            placed: placed.as_ref().clone(),
            placed_at: first.at,
            version: 1,
            changed_at: first.at,
            goods: Goods::Reserved,
            paid_at: None,
        })
    }

    /// Takes the next event in.
    ///
    /// # Errors
    /// See [`HistoryError`]; the order has not changed then.
    pub fn apply(&mut self, recorded: &Recorded) -> Result<(), HistoryError> {
        let version = recorded.version;
        let expected = self.version.saturating_add(1);
        if version != expected {
            return Err(HistoryError::Version { expected, found: version });
        }
        match &recorded.event {
            Event::Placed(_) => return Err(HistoryError::Placed { version }),
            Event::Paid => self.paid_at = Some(recorded.at),
            Event::Packed => self.goods = Goods::Packed,
            Event::Shipped { carrier, tracking } => {
                self.goods = Goods::Shipped { carrier: carrier.clone(), tracking: tracking.clone() };
            }
            Event::Delivered => self.goods = Goods::Delivered,
            Event::Cancelled { reason, restock } => {
                self.goods = Goods::Cancelled { reason: reason.clone(), restock: *restock };
            }
            Event::Refunded { amount } => {
                self.refunded = self.refunded.plus(*amount).map_err(|_| HistoryError::Amount { version })?;
            }
        }
        self.version = version;
        self.changed_at = recorded.at;
        Ok(())
    }

    /// The order in one word.
    pub fn status(&self) -> Status {
        if self.is_refunded() {
            return Status::Refunded;
        }
        match self.goods {
            Goods::Reserved if self.paid_at.is_some() => Status::Paid,
            Goods::Reserved => Status::Placed,
            Goods::Packed => Status::Packed,
            Goods::Shipped { .. } => Status::Shipped,
            Goods::Delivered => Status::Delivered,
            Goods::Cancelled { .. } => Status::Cancelled,
        }
    }

    /// Whether all that was paid has been given back.
    fn is_refunded(&self) -> bool {
        self.refunded.minor > 0 && self.refunded == self.placed.total
    }

    /// Whether the pieces of its lines are taken out of stock: reserved, or with the shopper.
    pub fn holds_stock(&self) -> bool {
        !matches!(self.goods, Goods::Cancelled { restock: true, .. })
    }

    /// What a list shows of it.
    pub fn summary(&self) -> Summary {
        Summary {
            status: self.status(),
            version: self.version,
            email: self.placed.contact.email.to_string(),
            name: self.placed.contact.name.to_string(),
            country: self.placed.address.country,
            payment: self.placed.payment.method(),
            pieces: self.placed.lines.iter().map(|line| line.quantity.get()).sum(),
            total: self.placed.total,
            refunded: self.refunded,
            is_paid: self.paid_at.is_some(),
            placed_at: self.placed_at,
            changed_at: self.changed_at,
        }
    }
}

/// An order in a list: a projection of its events, kept beside them and rebuilt from them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The order in one word.
    pub status: Status,
    /// The version of the last event.
    pub version: u32,
    /// Where the confirmation went.
    pub email: String,
    /// Who bought.
    pub name: String,
    /// Where it goes.
    pub country: crate::Country,
    /// How it is paid.
    pub payment: crate::PaymentMethod,
    /// How many pieces.
    pub pieces: u32,
    /// What it costs.
    pub total: Money,
    /// What was given back.
    pub refunded: Money,
    /// Whether the money has arrived.
    pub is_paid: bool,
    /// When it was placed, in milliseconds since 1970.
    pub placed_at: i64,
    /// When the last event was, in milliseconds since 1970.
    pub changed_at: i64,
}

#[cfg(test)]
mod tests;
