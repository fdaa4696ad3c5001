//! What shipping costs: one table. To change what the shop offers, edit [`RATES`] and [`HOME`].

use crate::Country;
use orilla_money::{Currency, Money};
use serde::{Deserialize, Serialize};

/// Where the shop sends from.
pub const HOME: Country = Country::ES;

/// A way for goods to reach the shopper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShippingMethod {
    /// By post.
    Standard,
    /// By courier.
    Express,
    /// The shopper comes to the shop.
    Pickup,
}

impl ShippingMethod {
    /// All, in the order in which a page shows them.
    pub const ALL: [ShippingMethod; 3] =
        [ShippingMethod::Standard, ShippingMethod::Express, ShippingMethod::Pickup];

    /// The name in forms, JSON and the store.
    pub fn token(self) -> &'static str {
        match self {
            ShippingMethod::Standard => "standard",
            ShippingMethod::Express => "express",
            ShippingMethod::Pickup => "pickup",
        }
    }

    /// Reads a token.
    pub fn parse(token: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.token() == token)
    }
}

/// How far away a country is, in prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    /// The shop's own country.
    Home,
    /// The rest of the European Union.
    EuropeanUnion,
    /// Everywhere else.
    World,
}

impl Zone {
    /// The zone of a country.
    pub fn of(country: Country) -> Self {
        match country {
            HOME => Zone::Home,
            country if country.is_in_european_union() => Zone::EuropeanUnion,
            _ => Zone::World,
        }
    }
}

/// A line of the table of prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The method.
    pub method: ShippingMethod,
    /// The zone.
    pub zone: Zone,
    /// What it costs, in the currency of the cart.
    pub price: Money,
    /// From which subtotal on it is free, in minor units of the same currency; `None`: never.
    pub free_from: Option<i64>,
    /// After how many working days it arrives: the fewest and the most.
    pub days: (u8, u8),
}

/// What the shop offers. A method that has no line for a zone and currency is not offered there; pickup is free in
/// every currency and needs none. Prices are in minor units: 490 is €4.90.
pub const RATES: &[Rate] = &[
    rate(ShippingMethod::Standard, Zone::Home, Currency::EUR, 490, Some(6_000), (2, 4)),
    rate(ShippingMethod::Standard, Zone::EuropeanUnion, Currency::EUR, 990, Some(12_000), (3, 7)),
    rate(ShippingMethod::Standard, Zone::World, Currency::EUR, 1_990, Some(25_000), (7, 15)),
    rate(ShippingMethod::Express, Zone::Home, Currency::EUR, 990, None, (1, 1)),
    rate(ShippingMethod::Express, Zone::EuropeanUnion, Currency::EUR, 1_990, None, (1, 3)),
    rate(ShippingMethod::Express, Zone::World, Currency::EUR, 3_990, None, (3, 6)),
    rate(ShippingMethod::Standard, Zone::Home, Currency::USD, 550, Some(7_000), (2, 4)),
    rate(ShippingMethod::Standard, Zone::EuropeanUnion, Currency::USD, 1_090, Some(14_000), (3, 7)),
    rate(ShippingMethod::Standard, Zone::World, Currency::USD, 2_190, Some(28_000), (7, 15)),
    rate(ShippingMethod::Express, Zone::Home, Currency::USD, 1_090, None, (1, 1)),
    rate(ShippingMethod::Express, Zone::EuropeanUnion, Currency::USD, 2_190, None, (1, 3)),
    rate(ShippingMethod::Express, Zone::World, Currency::USD, 4_390, None, (3, 6)),
];

const fn rate(
    method: ShippingMethod,
    zone: Zone,
    currency: Currency,
    minor: i64,
    free_from: Option<i64>,
    days: (u8, u8),
) -> Rate {
    Rate { method, zone, price: Money::new(minor, currency), free_from, days }
}

/// The usual delivery in the shop's own country, if it is offered in this currency.
pub fn usual_rate(currency: Currency) -> Option<Rate> {
    let is_usual = |rate: &&Rate| {
        rate.method == ShippingMethod::Standard && rate.zone == Zone::Home && rate.price.currency == currency
    };
    RATES.iter().find(is_usual).copied()
}

/// A method as it is offered for a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingOffer {
    /// The method.
    pub method: ShippingMethod,
    /// What it costs for this cart.
    pub price: Money,
    /// The subtotal from which on it is free, if this cart has not reached it and can: to encourage.
    pub free_from: Option<Money>,
    /// After how many working days it arrives: the fewest and the most. 0 to 0: it does not travel.
    pub days: (u8, u8),
}

/// What is offered to a country for goods of `subtotal`, in the order of [`ShippingMethod::ALL`].
/// In a currency without [`RATES`] that is pickup alone, in the shop's country, and nothing elsewhere.
pub fn shipping_offers(country: Country, subtotal: Money) -> Vec<ShippingOffer> {
    let zone = Zone::of(country);
    let fits = |rate: &&Rate| rate.zone == zone && rate.price.currency == subtotal.currency;
    let mut offers: Vec<ShippingOffer> = RATES.iter().filter(fits).map(|rate| rate.offer(subtotal)).collect();
    if zone == Zone::Home {
        let price = Money::zero(subtotal.currency);
        offers.push(ShippingOffer { method: ShippingMethod::Pickup, price, free_from: None, days: (0, 0) });
    }
    offers
}

impl Rate {
    fn offer(&self, subtotal: Money) -> ShippingOffer {
        let currency = self.price.currency;
        let is_free = self.free_from.is_some_and(|from| subtotal.minor >= from);
        ShippingOffer {
            method: self.method,
            price: if is_free { Money::zero(currency) } else { self.price },
            free_from: self.free_from.filter(|_| !is_free).map(|from| Money::new(from, currency)),
            days: self.days,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(country: &str, subtotal: i64, currency: &str, expected: &[(ShippingMethod, i64)]) {
        let subtotal = Money::new(subtotal, Currency::parse(currency).unwrap());
        let offers = shipping_offers(Country::parse(country).unwrap(), subtotal);
        assert!(offers.iter().all(|offer| offer.price.currency == subtotal.currency));
        let prices: Vec<_> = offers.iter().map(|offer| (offer.method, offer.price.minor)).collect();
        assert_eq!(prices, expected);
    }

    #[test]
    fn depends_on_zone_subtotal_and_currency() {
        use ShippingMethod::{Express, Pickup, Standard};
        check("ES", 5_999, "EUR", &[(Standard, 490), (Express, 990), (Pickup, 0)]);
        check("ES", 6_000, "EUR", &[(Standard, 0), (Express, 990), (Pickup, 0)]);
        check("PT", 6_000, "EUR", &[(Standard, 990), (Express, 1_990)]);
        check("PT", 12_000, "EUR", &[(Standard, 0), (Express, 1_990)]);
        check("GB", 12_000, "EUR", &[(Standard, 1_990), (Express, 3_990)]);
        check("US", 0, "USD", &[(Standard, 2_190), (Express, 4_390)]);
        check("ES", 100, "JPY", &[(Pickup, 0)]);
        check("US", 100, "JPY", &[]);
    }

    #[test]
    fn the_table_has_each_line_once() {
        for (index, rate) in RATES.iter().enumerate() {
            let key = |r: &Rate| (r.method, r.zone, r.price.currency);
            assert!(RATES[..index].iter().all(|other| key(other) != key(rate)), "{rate:?}");
            assert!(rate.price.minor >= 0 && rate.days.0 <= rate.days.1);
        }
    }
}
