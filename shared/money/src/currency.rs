//! The currencies of ISO 4217 and how many decimals each has.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An ISO 4217 currency, by its three-letter code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// A code that ISO 4217 does not list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a currency: use a code of ISO 4217 such as EUR")]
pub struct UnknownCurrency(pub String);

/// The active codes of ISO 4217 (list one, 2024) with two decimals.
const TWO_DECIMALS: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN \
BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ \
GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT \
MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR \
SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST \
XCD YER ZAR ZMW ZWG";
/// Those without decimals.
const NO_DECIMALS: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
/// Those with three decimals.
const THREE_DECIMALS: &str = "BHD IQD JOD KWD LYD OMR TND";

impl Currency {
    /// The euro.
    pub const EUR: Currency = Currency(*b"EUR");
    /// The US dollar.
    pub const USD: Currency = Currency(*b"USD");

    /// Reads a code, in upper or lower case.
    ///
    /// # Errors
    /// [`UnknownCurrency`] if ISO 4217 does not list it.
    pub fn parse(code: &str) -> Result<Self, UnknownCurrency> {
        let upper = code.trim().to_ascii_uppercase();
        let unknown = || UnknownCurrency(code.chars().take(20).collect());
        let bytes: [u8; 3] = upper.as_bytes().try_into().map_err(|_| unknown())?;
        if decimals_of(&upper).is_none() {
            return Err(unknown());
        }
        Ok(Currency(bytes))
    }

    /// How many decimals an amount has: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn decimals(self) -> u8 {
        decimals_of(self.code()).unwrap_or(2)
    }

    /// The code, as `EUR`.
    pub fn code(&self) -> &str {
        // Only ASCII letters get in, so this never falls back.
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

fn decimals_of(code: &str) -> Option<u8> {
    // The codes stand in lists rather than in an enum: nothing branches on a currency.
    [(TWO_DECIMALS, 2), (NO_DECIMALS, 0), (THREE_DECIMALS, 3)]
        .into_iter()
        .find(|(codes, _)| codes.split_ascii_whitespace().any(|c| c == code))
        .map(|(_, decimals)| decimals)
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl TryFrom<String> for Currency {
    type Error = UnknownCurrency;
    fn try_from(code: String) -> Result<Self, Self::Error> {
        Currency::parse(&code)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.code().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_codes_and_their_decimals() {
        for (code, decimals) in [("EUR", 2), ("usd", 2), (" BRL ", 2), ("JPY", 0), ("KWD", 3)] {
            assert_eq!(Currency::parse(code).unwrap().decimals(), decimals, "{code}");
        }
        for code in ["", "EU", "EURO", "XYZ", "€", "E R", "ÄÖÜ"] {
            assert_eq!(Currency::parse(code), Err(UnknownCurrency(code.into())));
        }
    }

    #[test]
    fn is_its_code_in_json() {
        assert_eq!(serde_json::to_string(&Currency::EUR).unwrap(), "\"EUR\"");
        assert!(serde_json::from_str::<Currency>("\"EURO\"").is_err());
    }
}
