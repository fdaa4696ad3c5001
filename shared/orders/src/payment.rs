//! How an order is paid, and what the shopper must do for it.

use crate::Text;
use orilla_money::Money;
use serde::{Deserialize, Serialize};

/// A way to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// The shopper sends money to the shop's account; the parcel leaves when it has arrived.
    BankTransfer,
    /// The shopper pays when the parcel is handed over.
    OnDelivery,
}

impl PaymentMethod {
    /// All, in the order in which a page shows them.
    pub const ALL: [PaymentMethod; 2] = [PaymentMethod::BankTransfer, PaymentMethod::OnDelivery];

    /// The name in forms, JSON and the store.
    pub fn token(self) -> &'static str {
        match self {
            PaymentMethod::BankTransfer => "bank_transfer",
            PaymentMethod::OnDelivery => "on_delivery",
        }
    }

    /// Reads a token.
    pub fn parse(token: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.token() == token)
    }

    /// Whether the goods leave only when they are paid.
    pub fn is_in_advance(self) -> bool {
        self == PaymentMethod::BankTransfer
    }
}

/// What the shopper must do to pay; kept with the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Instructions {
    /// Send the amount to this account, with the reference.
    BankTransfer {
        /// Whose account it is.
        holder: Text,
        /// The IBAN, without spaces.
        iban: String,
        /// The BIC, if payers abroad need it.
        bic: Option<String>,
        /// What to write on the transfer, so that the shop knows which order it pays.
        reference: String,
        /// How much.
        amount: Money,
        /// Until when, in milliseconds since 1970.
        due_at: i64,
    },
    /// Have the amount ready when the parcel comes.
    OnDelivery {
        /// How much.
        amount: Money,
    },
}

impl Instructions {
    /// The way to pay that these are for.
    pub fn method(&self) -> PaymentMethod {
        match self {
            Instructions::BankTransfer { .. } => PaymentMethod::BankTransfer,
            Instructions::OnDelivery { .. } => PaymentMethod::OnDelivery,
        }
    }
}
