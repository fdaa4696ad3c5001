//! What staff and shoppers ask of an order, and why it may be refused.

use super::{Event, Goods, Order};
use crate::Text;
use orilla_money::Money;
use serde::{Deserialize, Serialize};

/// Something that is asked of a placed order. In JSON an object with a `type`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// The whole amount has arrived. Also of a cancelled order: money comes when it comes, and is refunded then.
    Pay,
    /// Put it in a parcel. If it is paid in advance, only then; not once all of its money has been given back.
    Pack,
    /// Hand the parcel over; not once all of its money has been given back.
    Ship {
        /// Who carries it.
        carrier: Text,
        /// The carrier's number.
        #[serde(default)]
        tracking: Option<Text>,
    },
    /// The shopper has it.
    Deliver,
    /// Don't send it. Only while it is in the shop. Also of a refunded order: this is what frees its pieces.
    Cancel {
        /// Why.
        reason: Text,
        /// Whether the pieces can be sold again: not those that are broken or missing.
        restock: bool,
    },
    /// The shopper changes their mind: only while nobody has begun with the order, so neither paid nor packed.
    Withdraw {
        /// What is noted as the reason.
        reason: Text,
    },
    /// Give money back: at most what was paid.
    Refund {
        /// How much: more than nothing, in the order's currency.
        amount: Money,
    },
}

/// Why a command has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Paid twice.
    #[error("this order is already paid")]
    AlreadyPaid,
    /// The money has to come first.
    #[error("this order is not paid: wait for the transfer, or mark it as paid")]
    NotPaid,
    /// Packed twice.
    #[error("this order is already packed")]
    AlreadyPacked,
    /// Shipped before it was packed.
    #[error("this order is not packed: pack it first")]
    NotPacked,
    /// It has left the shop.
    #[error("this order has left the shop: refund it instead, when it comes back")]
    AlreadyShipped,
    /// Delivered before it was shipped.
    #[error("this order has not left the shop: ship it first")]
    NotShipped,
    /// Delivered twice.
    #[error("this order is already delivered")]
    AlreadyDelivered,
    /// It is cancelled.
    #[error("this order is cancelled")]
    Cancelled,
    /// Sent although nothing of its price is left.
    #[error("this order is refunded in full: cancel it, so that its pieces can be sold again")]
    Refunded,
    /// A refund in another currency.
    #[error("refund in the currency of the order")]
    OtherCurrency,
    /// A refund of nothing, or less.
    #[error("refund more than nothing")]
    NothingToRefund,
    /// More than what was paid and not yet given back.
    #[error("only {left} of what was paid is left: refund at most that")]
    TooMuch {
        /// What is left.
        left: Money,
    },
}

impl Refusal {
    /// A stable name, for translations and the API.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::AlreadyPaid => "already_paid",
            Refusal::NotPaid => "not_paid",
            Refusal::AlreadyPacked => "already_packed",
            Refusal::NotPacked => "not_packed",
            Refusal::AlreadyShipped => "already_shipped",
            Refusal::NotShipped => "not_shipped",
            Refusal::AlreadyDelivered => "already_delivered",
            Refusal::Cancelled => "cancelled",
            Refusal::Refunded => "refunded",
            Refusal::OtherCurrency => "other_currency",
            Refusal::NothingToRefund => "nothing_to_refund",
            Refusal::TooMuch { .. } => "too_much",
        }
    }
}

impl Order {
    /// What happens if this is asked now.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn decide(&self, command: &Command) -> Result<Event, Refusal> {
        match command {
            Command::Pay if self.paid_at.is_some() => Err(Refusal::AlreadyPaid),
            Command::Pay => Ok(Event::Paid),
            Command::Pack => self.decide_pack(),
            Command::Ship { carrier, tracking } => {
                self.decide_ship()?;
                Ok(Event::Shipped { carrier: carrier.clone(), tracking: tracking.clone() })
            }
            Command::Deliver => self.decide_deliver(),
            Command::Cancel { reason, restock } => {
                self.decide_cancel()?;
                Ok(Event::Cancelled { reason: reason.clone(), restock: *restock })
            }
            Command::Withdraw { reason } => {
                self.decide_withdraw()?;
                Ok(Event::Cancelled { reason: reason.clone(), restock: true })
            }
            Command::Refund { amount } => self.decide_refund(*amount),
        }
    }

    /// Whether the shopper may still change their mind ([`Command::Withdraw`]).
    pub fn can_be_withdrawn(&self) -> bool {
        self.decide_withdraw().is_ok()
    }

    fn decide_withdraw(&self) -> Result<(), Refusal> {
        self.decide_cancel()?;
        match self.goods {
            Goods::Packed => Err(Refusal::AlreadyPacked),
            _ if self.paid_at.is_some() => Err(Refusal::AlreadyPaid),
            _ => Ok(()),
        }
    }

    fn decide_pack(&self) -> Result<Event, Refusal> {
        match self.goods {
            Goods::Reserved if self.is_refunded() => Err(Refusal::Refunded),
            Goods::Reserved if self.paid_at.is_none() && self.placed.payment.method().is_in_advance() => {
                Err(Refusal::NotPaid)
            }
            Goods::Reserved => Ok(Event::Packed),
            Goods::Packed => Err(Refusal::AlreadyPacked),
            Goods::Shipped { .. } | Goods::Delivered => Err(Refusal::AlreadyShipped),
            Goods::Cancelled { .. } => Err(Refusal::Cancelled),
        }
    }

    fn decide_ship(&self) -> Result<(), Refusal> {
        match self.goods {
            Goods::Reserved | Goods::Packed if self.is_refunded() => Err(Refusal::Refunded),
            Goods::Packed => Ok(()),
            Goods::Reserved => Err(Refusal::NotPacked),
            Goods::Shipped { .. } | Goods::Delivered => Err(Refusal::AlreadyShipped),
            Goods::Cancelled { .. } => Err(Refusal::Cancelled),
        }
    }

    fn decide_deliver(&self) -> Result<Event, Refusal> {
        match self.goods {
            Goods::Shipped { .. } => Ok(Event::Delivered),
            Goods::Reserved | Goods::Packed => Err(Refusal::NotShipped),
            Goods::Delivered => Err(Refusal::AlreadyDelivered),
            Goods::Cancelled { .. } => Err(Refusal::Cancelled),
        }
    }

    fn decide_cancel(&self) -> Result<(), Refusal> {
        match self.goods {
            Goods::Reserved | Goods::Packed => Ok(()),
            Goods::Shipped { .. } | Goods::Delivered => Err(Refusal::AlreadyShipped),
            Goods::Cancelled { .. } => Err(Refusal::Cancelled),
        }
    }

    fn decide_refund(&self, amount: Money) -> Result<Event, Refusal> {
        let total = self.placed.total;
        if self.paid_at.is_none() {
            return Err(Refusal::NotPaid);
        }
        if amount.currency != total.currency {
            return Err(Refusal::OtherCurrency);
        }
        if amount.minor <= 0 {
            return Err(Refusal::NothingToRefund);
        }
        let left = Money::new(total.minor - self.refunded.minor, total.currency);
        if amount.minor > left.minor {
            return Err(Refusal::TooMuch { left });
        }
        Ok(Event::Refunded { amount })
    }
}
