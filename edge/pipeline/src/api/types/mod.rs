//! What the API takes and gives, as JSON. The OpenAPI document is made of these types and their comments.

mod catalog;
mod order;
mod quote;
mod staff;

pub use catalog::*;
pub use order::*;
pub use quote::*;
pub use staff::*;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Amount {
    /// In minor units of the currency: 1250 is €12.50, or ¥1250.
    minor: i64,
    /// ISO 4217.
    currency: String,
    /// The same as a decimal number, with the currency's decimals.
    text: String,
}

impl From<orilla_money::Money> for Amount {
    fn from(money: orilla_money::Money) -> Self {
        Amount { minor: money.minor, currency: money.currency.code().to_owned(), text: money.decimal() }
    }
}

/// An amount of money in a request.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AmountInput {
    /// In minor units of the currency: 1250 is €12.50, or ¥1250.
    pub minor: i64,
    /// ISO 4217.
    pub currency: String,
}
