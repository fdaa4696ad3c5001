//! What happened to an order. Stored for ever: change a type here only so that old JSON can still be read.

use crate::{Address, Checkout, Contact, Instructions, NotOrderable, Quantity, Quote, ShippingMethod, Text};
use orilla_catalog::{Handle, VariantId};
use orilla_money::Money;
use serde::{Deserialize, Serialize};

/// Something that happened to an order. In JSON an object with a `type`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A shopper placed it.
    Placed(Box<Placed>),
    /// The whole amount arrived.
    Paid,
    /// It is in a parcel.
    Packed,
    /// The parcel left.
    Shipped {
        /// Who carries it.
        carrier: Text,
        /// The carrier's number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tracking: Option<Text>,
    },
    /// The shopper has it.
    Delivered,
    /// It will not be sent.
    Cancelled {
        /// Why.
        reason: Text,
        /// Whether the pieces can be sold again.
        restock: bool,
    },
    /// Money was given back.
    Refunded {
        /// How much: more than nothing.
        amount: Money,
    },
}

impl Event {
    /// The `type` in JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Event::Placed(_) => "placed",
            Event::Paid => "paid",
            Event::Packed => "packed",
            Event::Shipped { .. } => "shipped",
            Event::Delivered => "delivered",
            Event::Cancelled { .. } => "cancelled",
            Event::Refunded { .. } => "refunded",
        }
    }
}

/// An event at its place in the stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// 1 for the first event of an order, then 2, 3, ….
    pub version: u32,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What.
    pub event: Event,
}

/// A line of an order, as it was when the order was placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// What.
    pub variant: VariantId,
    /// The product's name in URLs.
    pub handle: Handle,
    /// What the product was called.
    pub title: String,
    /// The value of each option.
    pub options: Vec<String>,
    /// The shop's number.
    pub sku: Option<String>,
    /// What one piece cost, tax included.
    pub unit: Money,
    /// How many.
    pub quantity: Quantity,
    /// What they cost together.
    pub total: Money,
}

/// What was ordered, by whom, for how much.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// At least one.
    pub lines: Vec<OrderLine>,
    /// What the lines cost.
    pub subtotal: Money,
    /// How it is sent.
    pub shipping: ShippingMethod,
    /// What that costs.
    pub shipping_price: Money,
    /// What the shopper pays: subtotal and shipping.
    pub total: Money,
    /// Who buys.
    pub contact: Contact,
    /// Where it goes.
    pub address: Address,
    /// How it is paid.
    pub payment: Instructions,
}

impl Placed {
    /// The order that a quote and a checkout make, for the pieces that can be bought.
    ///
    /// # Errors
    /// As [`Quote::orderable`].
    pub fn new(quote: &Quote, checkout: &Checkout, payment: Instructions) -> Result<Placed, NotOrderable> {
        let shipping = quote.orderable()?;
        let lines = quote.sold_lines().filter_map(|line| {
            let variant = line.variant.clone();
            Some(OrderLine {
                variant: variant.id,
                handle: variant.handle,
                title: variant.title,
                options: variant.options,
                sku: variant.sku,
                unit: variant.unit,
                quantity: Quantity::new(line.quantity).ok()?,
                total: line.total,
            })
        });
        Ok(Placed {
            lines: lines.collect(),
            subtotal: quote.subtotal,
            shipping: shipping.method,
            shipping_price: shipping.price,
            total: quote.total,
            contact: checkout.contact.clone(),
            address: checkout.address.clone(),
            payment,
        })
    }
}
