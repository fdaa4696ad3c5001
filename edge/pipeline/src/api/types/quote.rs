//! What a cart costs.

use super::Amount;
use orilla_orders::{Issue, ShippingOffer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A line of a cart.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LineInput {
    /// The id of the variant.
    #[schemars(range(min = 1, max = 9_007_199_254_740_991_i64))]
    pub variant: i64,
    /// How many pieces.
    #[schemars(range(min = 1, max = 99))]
    pub quantity: u32,
}

/// A cart to be priced.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteRequest {
    /// Each with another variant.
    #[schemars(length(max = 50))]
    pub lines: Vec<LineInput>,
    /// Where the goods go, as an ISO 3166-1 alpha-2 code. With it, the quote holds what delivery costs.
    #[serde(default)]
    pub country: Option<String>,
    /// How they go there: one of the offers. By default the standard way.
    #[serde(default)]
    pub shipping: Option<ShippingMethod>,
}

/// A way for goods to reach the shopper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShippingMethod {
    Standard,
    Express,
    Pickup,
}

impl From<orilla_orders::ShippingMethod> for ShippingMethod {
    fn from(method: orilla_orders::ShippingMethod) -> Self {
        match method {
            orilla_orders::ShippingMethod::Standard => ShippingMethod::Standard,
            orilla_orders::ShippingMethod::Express => ShippingMethod::Express,
            orilla_orders::ShippingMethod::Pickup => ShippingMethod::Pickup,
        }
    }
}

impl From<ShippingMethod> for orilla_orders::ShippingMethod {
    fn from(method: ShippingMethod) -> Self {
        match method {
            ShippingMethod::Standard => orilla_orders::ShippingMethod::Standard,
            ShippingMethod::Express => orilla_orders::ShippingMethod::Express,
            ShippingMethod::Pickup => orilla_orders::ShippingMethod::Pickup,
        }
    }
}

/// What a cart costs at this moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Quote {
    /// The lines whose variants are on sale, in the order of the request.
    lines: Vec<QuoteLine>,
    /// What the lines cost together, tax included.
    subtotal: Amount,
    /// The ways of delivery to the country.
    offers: Vec<Offer>,
    /// The chosen one, if it is offered.
    shipping: Option<Offer>,
    /// Subtotal and delivery (if chosen) together.
    total: Amount,
    /// What of the cart can't be had as it was wanted.
    issues: Vec<QuoteIssue>,
    /// Whether an order can be made of it.
    orderable: bool,
    /// A name for what was quoted: send it as `seen` with the order.
    fingerprint: String,
}

/// A line of a quote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct QuoteLine {
    variant: i64,
    /// The product's name in addresses.
    handle: String,
    title: String,
    /// The value of each option.
    options: Vec<String>,
    sku: Option<String>,
    /// What one piece costs, tax included.
    unit: Amount,
    /// How many were asked for.
    wanted: u32,
    /// How many can be bought: what the totals count.
    quantity: u32,
    /// Pieces in stock.
    available: u32,
    total: Amount,
}

/// A way of delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Offer {
    method: ShippingMethod,
    price: Amount,
    /// The subtotal from which on it is free, if this cart has not reached it and can.
    free_from: Option<Amount>,
    /// The fewest working days until it arrives.
    days_from: u8,
    /// The most.
    days_to: u8,
}

/// What can't be had as it was wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct QuoteIssue {
    code: IssueCode,
    /// The variant it is about; null for `not_shipped`.
    variant: Option<i64>,
    /// How many there are; with `fewer`.
    available: Option<u32>,
}

/// Why a line, or the delivery, is not as it was wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IssueCode {
    /// It is no longer on sale, and has no line.
    Gone,
    /// None is left.
    SoldOut,
    /// There are not as many as wanted.
    Fewer,
    /// It is sold in another currency than the lines above it.
    OtherCurrency,
    /// The chosen delivery does not go there.
    NotShipped,
}

impl From<Issue> for QuoteIssue {
    fn from(issue: Issue) -> Self {
        let (code, variant, available) = match issue {
            Issue::Gone { variant } => (IssueCode::Gone, Some(variant), None),
            Issue::SoldOut { variant } => (IssueCode::SoldOut, Some(variant), None),
            Issue::Fewer { variant, available, .. } => (IssueCode::Fewer, Some(variant), Some(available)),
            Issue::OtherCurrency { variant, .. } => (IssueCode::OtherCurrency, Some(variant), None),
            Issue::NotShipped { .. } => (IssueCode::NotShipped, None, None),
        };
        QuoteIssue { code, variant: variant.map(|id| id.0), available }
    }
}

impl From<ShippingOffer> for Offer {
    fn from(offer: ShippingOffer) -> Self {
        Offer {
            method: offer.method.into(),
            price: offer.price.into(),
            free_from: offer.free_from.map(Amount::from),
            days_from: offer.days.0,
            days_to: offer.days.1,
        }
    }
}

impl From<orilla_orders::QuoteLine> for QuoteLine {
    fn from(line: orilla_orders::QuoteLine) -> Self {
        QuoteLine {
            variant: line.variant.id.0,
            handle: line.variant.handle.to_string(),
            title: line.variant.title,
            options: line.variant.options,
            sku: line.variant.sku,
            unit: line.variant.unit.into(),
            wanted: line.wanted.get(),
            quantity: line.quantity,
            available: line.variant.available,
            total: line.total.into(),
        }
    }
}

impl From<orilla_orders::Quote> for Quote {
    fn from(quote: orilla_orders::Quote) -> Self {
        Quote {
            orderable: quote.orderable().is_ok(),
            fingerprint: quote.fingerprint().to_string(),
            lines: quote.lines.into_iter().map(QuoteLine::from).collect(),
            subtotal: quote.subtotal.into(),
            offers: quote.offers.into_iter().map(Offer::from).collect(),
            shipping: quote.shipping.map(Offer::from),
            total: quote.total.into(),
            issues: quote.issues.into_iter().map(QuoteIssue::from).collect(),
        }
    }
}
