//! Orders.

use super::{Amount, LineInput, ShippingMethod};
use crate::visit::Visit;
use orilla_orders::{Event, Goods, Instructions, OrderNumber, OrderToken, Recorded};
use orilla_shop::PortError;
use orilla_shop::checkout::StoredOrder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An order to be placed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderRequest {
    /// Each with another variant.
    #[schemars(length(min = 1, max = 50))]
    pub lines: Vec<LineInput>,
    pub contact: ContactInput,
    pub address: AddressInput,
    /// `standard`, `express` or `pickup`: one of the quote's offers.
    pub shipping: String,
    /// `bank_transfer` or `on_delivery`.
    pub payment: String,
    /// The fingerprint of the quote that the shopper has seen and agrees to.
    #[schemars(regex(pattern = "^[0-9a-f]{32}$"))]
    pub seen: String,
}

/// Who buys.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactInput {
    /// Where the confirmation goes.
    pub email: String,
    /// Who receives the parcel: at most 100 characters.
    pub name: String,
    /// For the courier's questions.
    #[serde(default)]
    pub phone: Option<String>,
}

/// Where the parcel goes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressInput {
    /// Street and house number: at most 100 characters.
    pub address1: String,
    /// Flat, floor, company: at most 100 characters.
    #[serde(default)]
    pub address2: Option<String>,
    /// At most 80 characters.
    pub city: String,
    /// The state, province or prefecture, where addresses need it.
    #[serde(default)]
    pub region: Option<String>,
    /// Where addresses need it.
    #[serde(default)]
    pub postcode: Option<String>,
    /// An ISO 3166-1 alpha-2 code.
    pub country: String,
}

/// An order that was placed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlacedOrder {
    /// The unguessable name of the order: who has it sees the order.
    pub token: String,
    /// The number that people use.
    pub number: i64,
    pub links: OrderLinks,
}

impl PlacedOrder {
    pub fn new(visit: &Visit, token: &OrderToken, number: OrderNumber) -> Self {
        PlacedOrder { token: token.to_string(), number: number.0, links: OrderLinks::new(visit, token) }
    }
}

/// What became of a request that was taken back.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Withdrawal {
    /// Whether nothing was placed, and nothing will be.
    pub withdrawn: bool,
    /// The order, if the request had come before.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub placed: Option<PlacedOrder>,
}

/// Where an order is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderLinks {
    /// In this API.
    #[serde(rename = "self")]
    pub api: String,
    /// Its page in the shop.
    pub page: String,
}

impl OrderLinks {
    pub fn new(visit: &Visit, token: &OrderToken) -> Self {
        OrderLinks {
            api: visit.absolute(&format!("/api/v1/orders/{token}")),
            page: visit.absolute(&visit.url(&format!("/orders/{token}"))),
        }
    }
}

/// An order.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Order {
    token: String,
    number: i64,
    status: Status,
    /// Grows by one with each thing that happens to the order.
    version: u32,
    /// In milliseconds since 1970.
    placed_at: i64,
    /// When something last happened to it, in milliseconds since 1970.
    changed_at: i64,
    /// When it was paid, in milliseconds since 1970.
    paid_at: Option<i64>,
    lines: Vec<OrderLine>,
    subtotal: Amount,
    shipping: ShippingMethod,
    shipping_price: Amount,
    total: Amount,
    /// What was given back.
    refunded: Amount,
    contact: Contact,
    address: Address,
    payment: Payment,
    /// Who carries it, once it has left.
    shipment: Option<Shipment>,
    /// What has happened, the oldest first.
    history: Vec<HistoryEntry>,
    /// Whether the shopper may cancel it.
    can_be_cancelled: bool,
    links: OrderLinks,
}

impl Order {
    /// # Errors
    /// [`PortError::Unexpected`] if what is stored makes no order.
    pub fn new(visit: &Visit, stored: StoredOrder) -> Result<Self, PortError> {
        let order = stored.order()?;
        let can_be_cancelled = order.can_be_withdrawn();
        let status = order.status().into();
        let placed = order.placed;
        Ok(Order {
            links: OrderLinks::new(visit, &stored.token),
            token: stored.token.to_string(),
            number: stored.number.0,
            status,
            version: order.version,
            placed_at: order.placed_at,
            changed_at: order.changed_at,
            paid_at: order.paid_at,
            lines: placed.lines.into_iter().map(OrderLine::from).collect(),
            subtotal: placed.subtotal.into(),
            shipping: placed.shipping.into(),
            shipping_price: placed.shipping_price.into(),
            total: placed.total.into(),
            refunded: order.refunded.into(),
            contact: placed.contact.into(),
            address: placed.address.into(),
            payment: placed.payment.into(),
            shipment: match order.goods {
                Goods::Shipped { carrier, tracking } => {
                    Some(Shipment { carrier: carrier.into(), tracking: tracking.map(String::from) })
                }
                _ => None,
            },
            history: stored.history.iter().map(HistoryEntry::from).collect(),
            can_be_cancelled,
        })
    }
}

/// An order in one word.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Placed,
    Paid,
    Packed,
    Shipped,
    Delivered,
    Cancelled,
    Refunded,
}

impl From<orilla_orders::Status> for Status {
    fn from(status: orilla_orders::Status) -> Self {
        match status {
            orilla_orders::Status::Placed => Status::Placed,
            orilla_orders::Status::Paid => Status::Paid,
            orilla_orders::Status::Packed => Status::Packed,
            orilla_orders::Status::Shipped => Status::Shipped,
            orilla_orders::Status::Delivered => Status::Delivered,
            orilla_orders::Status::Cancelled => Status::Cancelled,
            orilla_orders::Status::Refunded => Status::Refunded,
        }
    }
}

/// A line of an order, as it was when the order was placed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderLine {
    variant: i64,
    handle: String,
    title: String,
    /// The value of each option.
    options: Vec<String>,
    sku: Option<String>,
    /// What one piece cost, tax included.
    unit: Amount,
    quantity: u32,
    total: Amount,
}

impl From<orilla_orders::OrderLine> for OrderLine {
    fn from(line: orilla_orders::OrderLine) -> Self {
        OrderLine {
            variant: line.variant.0,
            handle: line.handle.to_string(),
            title: line.title,
            options: line.options,
            sku: line.sku,
            unit: line.unit.into(),
            quantity: line.quantity.get(),
            total: line.total.into(),
        }
    }
}

/// Who bought.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Contact {
    email: String,
    name: String,
    phone: Option<String>,
}

impl From<orilla_orders::Contact> for Contact {
    fn from(contact: orilla_orders::Contact) -> Self {
        Contact {
            email: contact.email.into(),
            name: contact.name.into(),
            phone: contact.phone.map(String::from),
        }
    }
}

/// Where it goes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Address {
    address1: String,
    address2: Option<String>,
    city: String,
    region: Option<String>,
    postcode: Option<String>,
    /// ISO 3166-1 alpha-2.
    country: String,
}

impl From<orilla_orders::Address> for Address {
    fn from(address: orilla_orders::Address) -> Self {
        Address {
            address1: address.address1.into(),
            address2: address.address2.map(String::from),
            city: address.city.into(),
            region: address.region.map(String::from),
            postcode: address.postcode.map(String::from),
            country: address.country.code().to_owned(),
        }
    }
}

/// How it is paid.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Payment {
    /// Send the amount to this account.
    BankTransfer {
        /// Whose account it is.
        holder: String,
        iban: String,
        /// If payers abroad need it.
        bic: Option<String>,
        /// What to write on the transfer.
        reference: String,
        amount: Amount,
        /// Until when, in milliseconds since 1970.
        due_at: i64,
    },
    /// Have the amount ready when the parcel comes.
    OnDelivery { amount: Amount },
}

impl From<Instructions> for Payment {
    fn from(instructions: Instructions) -> Self {
        match instructions {
            Instructions::BankTransfer { holder, iban, bic, reference, amount, due_at } => {
                let (holder, amount) = (holder.into(), amount.into());
                Payment::BankTransfer { holder, iban, bic, reference, amount, due_at }
            }
            Instructions::OnDelivery { amount } => Payment::OnDelivery { amount: amount.into() },
        }
    }
}

/// Who carries the parcel.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Shipment {
    carrier: String,
    /// The carrier's number.
    tracking: Option<String>,
}

/// Something that happened to an order.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HistoryEntry {
    version: u32,
    /// In milliseconds since 1970.
    at: i64,
    r#type: EventKind,
}

/// What can happen to an order.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    Placed,
    Paid,
    Packed,
    Shipped,
    Delivered,
    Cancelled,
    Refunded,
}

impl From<&Recorded> for HistoryEntry {
    fn from(recorded: &Recorded) -> Self {
        let kind = match recorded.event {
            Event::Placed(_) => EventKind::Placed,
            Event::Paid => EventKind::Paid,
            Event::Packed => EventKind::Packed,
            Event::Shipped { .. } => EventKind::Shipped,
            Event::Delivered => EventKind::Delivered,
            Event::Cancelled { .. } => EventKind::Cancelled,
            Event::Refunded { .. } => EventKind::Refunded,
        };
        HistoryEntry { version: recorded.version, at: recorded.at, r#type: kind }
    }
}
