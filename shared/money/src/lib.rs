//! Money as an integer of minor units with an ISO 4217 currency. No floating point anywhere.
//!
//! ```
//! use orilla_money::{Currency, Money};
//! let price = Money::parse("12.50", Currency::EUR).unwrap();
//! assert_eq!(price.minor, 1250);
//! assert_eq!(price.decimal(), "12.50");
//! ```
#![deny(missing_docs)]

mod currency;

pub use currency::{Currency, UnknownCurrency};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An amount of money: `minor` minor units (cents, yen, …) of `currency`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// The amount in minor units of the currency: 1250 is €12.50, ¥1250. Negative for a refund.
    pub minor: i64,
    /// The ISO 4217 currency.
    pub currency: Currency,
}

/// Why a text or a sum is no amount of money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The text is not a decimal number such as `12.50`.
    #[error("\"{0}\" is not an amount: write a decimal number such as 12.50")]
    NotANumber(String),
    /// More decimals than the currency has.
    #[error("\"{text}\" has more than the {allowed} decimals that {currency} has")]
    TooPrecise {
        /// What was read.
        text: String,
        /// The decimals that the currency has.
        allowed: u8,
        /// The currency.
        currency: Currency,
    },
    /// The amount does not fit (the limit is ±9,000,000,000,000,000 minor units, so that every
    /// amount is exact as a JavaScript number too).
    #[error("the amount is too large")]
    TooLarge,
    /// Two currencies in one sum.
    #[error("{0} and {1} can't be added")]
    Mixed(Currency, Currency),
}

/// The largest amount, in minor units: below 2^53, so that it survives JavaScript and D1.
const LIMIT: i64 = 9_000_000_000_000_000;

impl Money {
    /// An amount from minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Money { minor, currency }
    }

    /// No money, in `currency`.
    pub const fn zero(currency: Currency) -> Self {
        Money { minor: 0, currency }
    }

    /// Reads a decimal number with `.` as its separator (`12`, `12.5`, `12.50`, `-3.00`).
    /// Trailing zeros beyond the currency's decimals are accepted (`12.500` is €12.50).
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let not_a_number = || MoneyError::NotANumber(text.to_owned());
        let trimmed = text.trim();
        let (sign, digits) = match trimmed.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, trimmed),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let digits_only = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits_only(whole) || !digits_only(fraction) {
            return Err(not_a_number());
        }
        let decimals = currency.decimals();
        let significant = fraction.trim_end_matches('0');
        if significant.len() > usize::from(decimals) {
            return Err(MoneyError::TooPrecise { text: text.to_owned(), allowed: decimals, currency });
        }
        let padded = format!("{whole}{significant:0<width$}", width = usize::from(decimals));
        let minor: i64 = padded.parse().map_err(|_| MoneyError::TooLarge)?;
        Self::bounded(sign * minor, currency)
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError::Mixed`] for two currencies, [`MoneyError::TooLarge`] beyond the limit.
    pub fn plus(self, other: Money) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Mixed(self.currency, other.currency));
        }
        Self::bounded(self.minor.checked_add(other.minor).ok_or(MoneyError::TooLarge)?, self.currency)
    }

    /// The price of `quantity` pieces.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] beyond the limit.
    pub fn times(self, quantity: u32) -> Result<Self, MoneyError> {
        Self::bounded(self.minor.checked_mul(i64::from(quantity)).ok_or(MoneyError::TooLarge)?, self.currency)
    }

    /// The amount as a plain decimal number with a `.`, as feeds and JSON-LD write it: `12.50`.
    pub fn decimal(self) -> String {
        let decimals = usize::from(self.currency.decimals());
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = self.minor.unsigned_abs().to_string();
        if decimals == 0 {
            return format!("{sign}{digits}");
        }
        let padded = format!("{digits:0>width$}", width = decimals + 1);
        let (whole, fraction) = padded.split_at(padded.len() - decimals);
        format!("{sign}{whole}.{fraction}")
    }

    fn bounded(minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        if minor.abs() > LIMIT { Err(MoneyError::TooLarge) } else { Ok(Money { minor, currency }) }
    }
}

/// `12.50 EUR`: for logs and messages; pages use the locale's format.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, currency: Currency, expected: Result<i64, MoneyError>) {
        assert_eq!(Money::parse(text, currency).map(|m| m.minor), expected);
    }

    #[test]
    fn reads_decimals_of_the_currency() {
        let yen = Currency::parse("JPY").unwrap();
        check("12", Currency::EUR, Ok(1200));
        check(" 12.5 ", Currency::EUR, Ok(1250));
        check("0.05", Currency::EUR, Ok(5));
        check("-3.10", Currency::EUR, Ok(-310));
        check("12.5000", Currency::EUR, Ok(1250));
        check("1200", yen, Ok(1200));
        check("1200.00", yen, Ok(1200));
        check("1.234", Currency::parse("KWD").unwrap(), Ok(1234));
    }

    #[test]
    fn refuses_what_is_no_amount() {
        for text in ["", ".", ".5", "1,50", "1e3", "--1", "12.5.0", "€12", "NaN", "+1", "1 000"] {
            check(text, Currency::EUR, Err(MoneyError::NotANumber(text.into())));
        }
        assert!(matches!(Money::parse("1.999", Currency::EUR), Err(MoneyError::TooPrecise { .. })));
        check("99999999999999999999", Currency::EUR, Err(MoneyError::TooLarge));
        check("90000000000000.01", Currency::EUR, Err(MoneyError::TooLarge));
    }

    #[test]
    fn writes_what_it_reads() {
        for minor in [0, 1, 9, 10, 99, 100, 12345, -1, -250, LIMIT, -LIMIT] {
            for code in ["EUR", "JPY", "KWD"] {
                let money = Money::new(minor, Currency::parse(code).unwrap());
                assert_eq!(Money::parse(&money.decimal(), money.currency), Ok(money));
            }
        }
    }

    #[test]
    fn sums_are_checked() {
        let eur = |minor| Money::new(minor, Currency::EUR);
        assert_eq!(eur(1).plus(eur(2)), Ok(eur(3)));
        assert_eq!(eur(250).times(3), Ok(eur(750)));
        assert_eq!(eur(LIMIT).plus(eur(1)), Err(MoneyError::TooLarge));
        assert_eq!(eur(LIMIT).times(2), Err(MoneyError::TooLarge));
        assert_eq!(
            eur(1).plus(Money::zero(Currency::USD)),
            Err(MoneyError::Mixed(Currency::EUR, Currency::USD))
        );
    }
}
