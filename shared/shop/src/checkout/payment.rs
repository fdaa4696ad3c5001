//! How an order is paid: the port, and the two ways that need nobody else.

use crate::PortError;
use async_trait::async_trait;
use orilla_money::Money;
use orilla_orders::{
    Destination, IdempotencyKey, Instructions, OrderToken, PaymentMethod, ShippingMethod, Text, Zone,
};

/// A way to pay.
#[async_trait]
pub trait Payment: Send + Sync {
    /// Which way it is.
    fn method(&self) -> PaymentMethod;

    /// Says how this order is to be paid, or that it can't be paid so. Called before the order is written, and again
    /// when a request is repeated: it must move no money, and answer the same for the same key.
    async fn prepare(&self, request: &PaymentRequest) -> Result<PaymentAnswer, PortError>;
}

/// An order that is about to be placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRequest {
    /// What is to be paid.
    pub total: Money,
    /// Where the goods go, and how.
    pub destination: Destination,
    /// The order's token.
    pub token: OrderToken,
    /// The key of the shopper's request.
    pub key: IdempotencyKey,
    /// Now, in milliseconds since 1970.
    pub now: i64,
}

/// What a way to pay says to an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentAnswer {
    /// It can be paid so; what the shopper must do.
    Accepted(Instructions),
    /// It can't.
    Refused(PaymentRefusal),
}

/// Why an order can't be paid in the way that was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaymentRefusal {
    /// The shop has not set this way up.
    #[error("this way to pay is not offered: choose another one")]
    NotOffered,
    /// There is nothing to transfer.
    #[error("there is nothing to pay: choose payment on delivery")]
    NothingToPay,
    /// Nobody collects money there.
    #[error("no money is collected in this country: choose a bank transfer")]
    NotCollectedThere,
    /// Too much to be handed to a courier.
    #[error("at most {most} is paid on delivery: choose a bank transfer")]
    TooMuch {
        /// The most.
        most: Money,
    },
}

impl PaymentRefusal {
    /// A stable name, for translations and the API.
    pub fn code(self) -> &'static str {
        match self {
            PaymentRefusal::NotOffered => "payment_not_offered",
            PaymentRefusal::NothingToPay => "nothing_to_pay",
            PaymentRefusal::NotCollectedThere => "not_collected_there",
            PaymentRefusal::TooMuch { .. } => "too_much_on_delivery",
        }
    }
}

/// The shopper sends money to the shop's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankTransfer {
    holder: Text,
    iban: String,
    bic: Option<String>,
    days: u16,
}

/// An account that can't be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAccount {
    /// Wrong characters, length or check digits.
    #[error("this is not an IBAN: its check digits (ISO 13616) don't fit; copy it from the bank's statement")]
    Iban,
    /// Wrong characters or length.
    #[error("this is not a BIC: it has 8 or 11 letters and digits (ISO 9362)")]
    Bic,
}

impl BankTransfer {
    /// Transfers to this account, due after `days`. Spaces in the numbers are left out.
    ///
    /// # Errors
    /// See [`InvalidAccount`].
    pub fn new(holder: Text, iban: &str, bic: Option<&str>, days: u16) -> Result<Self, InvalidAccount> {
        let compact = |text: &str| text.split_whitespace().collect::<String>().to_ascii_uppercase();
        let iban = compact(iban);
        if !is_iban(&iban) {
            return Err(InvalidAccount::Iban);
        }
        let bic = bic.map(compact);
        let is_bic =
            |bic: &String| matches!(bic.len(), 8 | 11) && bic.bytes().all(|b| b.is_ascii_alphanumeric());
        if !bic.iter().all(is_bic) {
            return Err(InvalidAccount::Bic);
        }
        Ok(BankTransfer { holder, iban, bic, days })
    }
}

/// ISO 13616: the first four characters go to the end, letters count as 10 to 35, and the number leaves 1 when it is
/// divided by 97.
fn is_iban(iban: &str) -> bool {
    let well_formed = (15..=34).contains(&iban.len())
        && iban.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        && iban.bytes().take(2).all(|b| b.is_ascii_uppercase());
    let rotated = iban.chars().skip(4).chain(iban.chars().take(4));
    let remainder = rotated
        .filter_map(|c| c.to_digit(36))
        .fold(0, |remainder, value| (remainder * if value < 10 { 10 } else { 100 } + value) % 97);
    well_formed && remainder == 1
}

const DAY: i64 = 24 * 60 * 60 * 1000;

#[async_trait]
impl Payment for BankTransfer {
    fn method(&self) -> PaymentMethod {
        PaymentMethod::BankTransfer
    }

    async fn prepare(&self, request: &PaymentRequest) -> Result<PaymentAnswer, PortError> {
        if request.total.minor <= 0 {
            return Ok(PaymentAnswer::Refused(PaymentRefusal::NothingToPay));
        }
        Ok(PaymentAnswer::Accepted(Instructions::BankTransfer {
            holder: self.holder.clone(),
            iban: self.iban.clone(),
            bic: self.bic.clone(),
            reference: request.token.payment_reference(),
            amount: request.total,
            due_at: request.now.saturating_add(i64::from(self.days) * DAY),
        }))
    }
}

/// The shopper pays when the goods are handed over: in the shop's own country, to a courier at most `most` minor
/// units of any currency, in the shop (pickup) any amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnDelivery {
    /// The most that a courier collects, in minor units.
    pub most: i64,
}

#[async_trait]
impl Payment for OnDelivery {
    fn method(&self) -> PaymentMethod {
        PaymentMethod::OnDelivery
    }

    async fn prepare(&self, request: &PaymentRequest) -> Result<PaymentAnswer, PortError> {
        let Destination { method, country } = request.destination;
        let total = request.total;
        let refusal = if Zone::of(country) != Zone::Home {
            Some(PaymentRefusal::NotCollectedThere)
        } else if method != ShippingMethod::Pickup && total.minor > self.most {
            Some(PaymentRefusal::TooMuch { most: Money::new(self.most, total.currency) })
        } else {
            None
        };
        Ok(match refusal {
            Some(refusal) => PaymentAnswer::Refused(refusal),
            None => PaymentAnswer::Accepted(Instructions::OnDelivery { amount: total }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use orilla_money::Currency;
    use orilla_orders::Country;

    const IBAN: &str = "ES91 2100 0418 4502 0005 1332";

    fn transfer(iban: &str, bic: Option<&str>) -> Result<BankTransfer, InvalidAccount> {
        BankTransfer::new(Text::parse("Orilla").unwrap(), iban, bic, 7)
    }

    #[track_caller]
    fn check(
        payment: &dyn Payment,
        minor: i64,
        method: ShippingMethod,
        country: &str,
        refusal: Option<&str>,
    ) {
        let request = PaymentRequest {
            total: Money::new(minor, Currency::EUR),
            destination: Destination { method, country: Country::parse(country).unwrap() },
            token: OrderToken::from_random([7; 16]),
            key: IdempotencyKey::parse("key-12345").unwrap(),
            now: 1_000,
        };
        match block_on(payment.prepare(&request)).unwrap() {
            PaymentAnswer::Accepted(instructions) => {
                assert_eq!(refusal, None);
                assert_eq!(instructions.method(), payment.method());
            }
            PaymentAnswer::Refused(refused) => assert_eq!(Some(refused.code()), refusal),
        }
    }

    #[test]
    fn each_way_has_its_limits() {
        use ShippingMethod::{Pickup, Standard};
        let transfer = transfer(IBAN, None).unwrap();
        check(&transfer, 1, Standard, "US", None);
        check(&transfer, 0, Pickup, "ES", Some("nothing_to_pay"));
        let on_delivery = OnDelivery { most: 50_000 };
        check(&on_delivery, 50_000, Standard, "ES", None);
        check(&on_delivery, 50_001, Standard, "ES", Some("too_much_on_delivery"));
        check(&on_delivery, 50_001, Pickup, "ES", None);
        check(&on_delivery, 100, Standard, "PT", Some("not_collected_there"));
    }

    #[test]
    fn accounts_are_checked() {
        assert_eq!(transfer(IBAN, Some("CAIXESBB")).unwrap().iban, "ES9121000418450200051332");
        for iban in ["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000", "NO93 8601 1117 947"] {
            assert!(transfer(iban, None).is_ok(), "{iban}");
        }
        for iban in ["", "ES91 2100 0418 4502 0005 1333", "9121000418450200051332", "ES91-2100", "ñ", "ES01"]
        {
            assert_eq!(transfer(iban, None), Err(InvalidAccount::Iban), "{iban}");
        }
        assert_eq!(transfer(IBAN, Some("CAIX")), Err(InvalidAccount::Bic));
    }
}
