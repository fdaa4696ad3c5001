//! What a cart costs right now, and what of it can be bought.

use crate::{Cart, CartLine, Country, Fingerprint, Quantity, ShippingMethod, ShippingOffer, shipping_offers};
use orilla_catalog::{Handle, ImageId, ProductId, VariantId};
use orilla_money::{Currency, Money, MoneyError};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// A variant as the store has it now, with what a cart shows of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartVariant {
    /// The variant.
    pub id: VariantId,
    /// Its product.
    pub product: ProductId,
    /// The product's name in URLs.
    pub handle: Handle,
    /// What the product is called.
    pub title: String,
    /// The value of each option: "Large", "Navy".
    pub options: Vec<String>,
    /// The shop's number.
    pub sku: Option<String>,
    /// What one piece costs, tax included.
    pub unit: Money,
    /// Pieces that can be sold.
    pub available: u32,
    /// The product's main picture; none: it is drawn.
    pub image: Option<ImageId>,
    /// The name of the product's category, for the drawing.
    pub category: Option<String>,
}

/// Where the goods go, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// How.
    pub method: ShippingMethod,
    /// Where.
    pub country: Country,
}

/// A line of a quote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteLine {
    /// What.
    pub variant: CartVariant,
    /// How many the shopper wants.
    pub wanted: Quantity,
    /// How many can be bought: 0 to `wanted`. The quote and an order made of it count these.
    pub quantity: u32,
    /// What these cost.
    pub total: Money,
}

/// Why a quote is not for all that the cart asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Issue {
    /// The variant is no longer on sale; it has no line in the quote.
    Gone {
        /// Which.
        variant: VariantId,
    },
    /// None is left.
    SoldOut {
        /// Which.
        variant: VariantId,
    },
    /// There are not as many as wanted.
    Fewer {
        /// Which.
        variant: VariantId,
        /// How many were wanted.
        wanted: Quantity,
        /// How many there are.
        available: u32,
    },
    /// It is sold in another currency than what stands above it, so that it needs an order of its own.
    OtherCurrency {
        /// Which.
        variant: VariantId,
        /// Its currency.
        currency: Currency,
    },
    /// The chosen method does not go to the chosen country for this cart: choose one of the offers.
    NotShipped {
        /// What was chosen.
        destination: Destination,
    },
}

impl Issue {
    /// A stable name, for translations and the API.
    pub fn code(&self) -> &'static str {
        match self {
            Issue::Gone { .. } => "gone",
            Issue::SoldOut { .. } => "sold_out",
            Issue::Fewer { .. } => "fewer",
            Issue::OtherCurrency { .. } => "other_currency",
            Issue::NotShipped { .. } => "not_shipped",
        }
    }
}

/// Why no order can be made of a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOrderable {
    /// The cart is empty, or none of it can be bought.
    #[error("nothing in the cart can be bought now: add something that is in stock")]
    Empty,
    /// No shipping method was chosen, or not one that is offered.
    #[error("this way of shipping is not offered there: choose another one")]
    NotShipped,
}

impl NotOrderable {
    /// A stable name, for translations and the API.
    pub fn code(self) -> &'static str {
        match self {
            NotOrderable::Empty => "cart_empty",
            NotOrderable::NotShipped => "not_shipped",
        }
    }
}

/// What a cart costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The lines whose variants are on sale, in the cart's order.
    pub lines: Vec<QuoteLine>,
    /// What they cost together, tax included.
    pub subtotal: Money,
    /// What can be chosen for the country, if one is known.
    pub offers: Vec<ShippingOffer>,
    /// The chosen one, if it is offered.
    pub shipping: Option<ShippingOffer>,
    /// Subtotal and shipping (if chosen) together.
    pub total: Money,
    /// What of the cart can't be had as it was wanted.
    pub issues: Vec<Issue>,
}

impl Quote {
    /// Prices a cart with the variants as they are now. `currency` is that of an empty quote; a quote with lines is
    /// in the currency of the first that can be bought.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] if a sum is beyond what [`Money`] holds.
    pub fn new(
        cart: &Cart,
        variants: &[CartVariant],
        destination: Option<Destination>,
        currency: Currency,
    ) -> Result<Quote, MoneyError> {
        let find = |line: &CartLine| variants.iter().find(|variant| variant.id == line.variant);
        let can_be_bought = |line: &CartLine| find(line).filter(|variant| variant.available > 0);
        let currency = cart.lines().iter().find_map(can_be_bought).map_or(currency, |v| v.unit.currency);
        let mut lines = Vec::new();
        let mut issues = Vec::new();
        let mut subtotal = Money::zero(currency);
        for line in cart.lines() {
            let Some(variant) = find(line) else {
                issues.push(Issue::Gone { variant: line.variant });
                continue;
            };
            let (quantity, issue) = sellable(variant, line.quantity, currency);
            issues.extend(issue);
            let total = variant.unit.times(quantity)?;
            if quantity > 0 {
                subtotal = subtotal.plus(total)?;
            }
            lines.push(QuoteLine { variant: variant.clone(), wanted: line.quantity, quantity, total });
        }
        let offers = destination.map_or_else(Vec::new, |to| shipping_offers(to.country, subtotal));
        let shipping = destination.and_then(|to| offers.iter().find(|o| o.method == to.method).copied());
        issues.extend(
            destination.filter(|_| shipping.is_none()).map(|destination| Issue::NotShipped { destination }),
        );
        let total = shipping.map_or(Ok(subtotal), |offer| subtotal.plus(offer.price))?;
        Ok(Quote { lines, subtotal, offers, shipping, total, issues })
    }

    /// The lines with pieces that can be bought.
    pub fn sold_lines(&self) -> impl Iterator<Item = &QuoteLine> {
        self.lines.iter().filter(|line| line.quantity > 0)
    }

    /// Whether an order can be made of it, for what [`Quote::sold_lines`] counts.
    ///
    /// # Errors
    /// See [`NotOrderable`].
    pub fn orderable(&self) -> Result<ShippingOffer, NotOrderable> {
        if self.sold_lines().next().is_none() {
            return Err(NotOrderable::Empty);
        }
        self.shipping.ok_or(NotOrderable::NotShipped)
    }

    /// A name for what the shopper agrees to: pieces, unit prices, shipping and total. It goes into the page's form;
    /// if it differs when the form comes back, the shopper is asked again.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut text = format!("quote 1 {} {}", self.total, self.subtotal);
        for line in self.sold_lines() {
            let _ = write!(text, " | {} {} x {}", line.variant.id.0, line.variant.unit, line.quantity);
        }
        if let Some(shipping) = &self.shipping {
            let _ = write!(text, " | {} {}", shipping.method.token(), shipping.price);
        }
        Fingerprint::of(&text)
    }
}

/// How many of the wanted pieces can be bought in this currency, and what stands in the way of the others.
fn sellable(variant: &CartVariant, wanted: Quantity, currency: Currency) -> (u32, Option<Issue>) {
    let id = variant.id;
    let available = variant.available;
    if available == 0 {
        return (0, Some(Issue::SoldOut { variant: id }));
    }
    if variant.unit.currency != currency {
        return (0, Some(Issue::OtherCurrency { variant: id, currency: variant.unit.currency }));
    }
    if available < wanted.get() {
        return (available, Some(Issue::Fewer { variant: id, wanted, available }));
    }
    (wanted.get(), None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn variant(id: i64, minor: i64, available: u32) -> CartVariant {
        CartVariant {
            id: VariantId(id),
            product: ProductId(id),
            handle: Handle::parse("lantern").unwrap(),
            title: "Lantern".into(),
            options: vec![],
            sku: None,
            unit: Money::new(minor, Currency::EUR),
            available,
            image: None,
            category: None,
        }
    }

    fn to(method: ShippingMethod, country: &str) -> Option<Destination> {
        Some(Destination { method, country: Country::parse(country).unwrap() })
    }

    fn quote(cart: &str, variants: &[CartVariant], destination: Option<Destination>) -> Quote {
        Quote::new(&Cart::parse(cart).unwrap(), variants, destination, Currency::EUR).unwrap()
    }

    #[track_caller]
    fn check(quote: &Quote, quantities: &[u32], subtotal: i64, total: i64, issues: &[&str]) {
        assert_eq!(quote.lines.iter().map(|line| line.quantity).collect::<Vec<_>>(), quantities);
        assert_eq!((quote.subtotal.minor, quote.total.minor), (subtotal, total));
        assert_eq!(quote.issues.iter().map(Issue::code).collect::<Vec<_>>(), issues);
    }

    #[test]
    fn counts_what_can_be_bought() {
        let mut dollars = variant(4, 100, 9);
        dollars.unit.currency = Currency::USD;
        let variants = [variant(1, 1_000, 5), variant(2, 250, 2), variant(3, 70, 0), dollars];
        let standard = to(ShippingMethod::Standard, "ES");
        check(&quote("1.1x2", &variants, None), &[2], 2_000, 2_000, &[]);
        check(&quote("1.1x2", &variants, standard), &[2], 2_000, 2_490, &[]);
        check(&quote("1.2x3", &variants, standard), &[2], 500, 990, &["fewer"]);
        check(&quote("1.3x1-1x1", &variants, standard), &[0, 1], 1_000, 1_490, &["sold_out"]);
        check(&quote("1.9x1-1x1", &variants, standard), &[1], 1_000, 1_490, &["gone"]);
        check(&quote("1.1x1-4x1", &variants, standard), &[1, 0], 1_000, 1_490, &["other_currency"]);
        check(&quote("1.4x1-1x1", &variants, standard), &[1, 0], 100, 650, &["other_currency"]);
        check(&quote("1.3x1", &variants, standard), &[0], 0, 490, &["sold_out"]);
        check(&quote("1.", &variants, None), &[], 0, 0, &[]);
        check(
            &quote("1.1x1", &variants, to(ShippingMethod::Pickup, "US")),
            &[1],
            1_000,
            1_000,
            &["not_shipped"],
        );
    }

    #[test]
    fn says_why_it_is_no_order() {
        let variants = [variant(1, 1_000, 5), variant(3, 70, 0)];
        let standard = to(ShippingMethod::Standard, "ES");
        assert_eq!(quote("1.", &variants, standard).orderable(), Err(NotOrderable::Empty));
        assert_eq!(quote("1.3x1-9x9", &variants, standard).orderable(), Err(NotOrderable::Empty));
        assert_eq!(quote("1.1x1", &variants, None).orderable(), Err(NotOrderable::NotShipped));
        assert_eq!(
            quote("1.1x1", &variants, to(ShippingMethod::Pickup, "PT")).orderable(),
            Err(NotOrderable::NotShipped)
        );
        assert!(quote("1.1x1-3x1", &variants, standard).orderable().is_ok());
    }

    #[test]
    fn a_sum_that_does_not_fit_is_refused() {
        let dear = [variant(1, 9_000_000_000_000_000, 9)];
        let cart = Cart::parse("1.1x2").unwrap();
        assert_eq!(Quote::new(&cart, &dear, None, Currency::EUR), Err(MoneyError::TooLarge));
    }

    #[test]
    fn the_fingerprint_moves_with_what_the_shopper_sees() {
        let standard = to(ShippingMethod::Standard, "ES");
        let seen = quote("1.1x2", &[variant(1, 1_000, 5)], standard).fingerprint();
        let mut renamed = variant(1, 1_000, 2);
        renamed.title = "Storm lantern".into();
        assert_eq!(quote("1.1x2", &[renamed], standard).fingerprint(), seen);
        for other in [
            quote("1.1x2", &[variant(1, 1_001, 5)], standard),
            quote("1.1x2", &[variant(1, 1_000, 1)], standard),
            quote("1.1x3", &[variant(1, 1_000, 5)], standard),
            quote("1.1x2", &[variant(1, 1_000, 5)], to(ShippingMethod::Express, "ES")),
            quote("1.1x2", &[variant(1, 1_000, 5)], to(ShippingMethod::Standard, "PT")),
            quote("1.1x2", &[variant(1, 1_000, 5)], None),
            quote("1.2x2", &[variant(2, 1_000, 5)], standard),
        ] {
            assert_ne!(other.fingerprint(), seen);
        }
    }

    proptest! {
        #[test]
        fn the_total_is_the_sum_of_what_is_seen(
            stock in prop::collection::vec((1i64..100_000, 0u32..5), 1..6),
            wanted in prop::collection::vec(1u32..=99, 1..6),
        ) {
            let variants: Vec<_> = stock.iter().zip(1..).map(|((p, a), id)| variant(id, *p, *a)).collect();
            let mut cart = Cart::default();
            for (quantity, id) in wanted.iter().zip(1..) {
                cart.set(VariantId(id), Quantity::new(*quantity).unwrap()).unwrap();
            }
            let quote = Quote::new(&cart, &variants, to(ShippingMethod::Standard, "FR"), Currency::EUR).unwrap();
            let sum: i64 = quote.lines.iter().map(|l| l.variant.unit.minor * i64::from(l.quantity)).sum();
            prop_assert_eq!(quote.subtotal.minor, sum);
            prop_assert_eq!(quote.total.minor, sum + quote.shipping.unwrap().price.minor);
            prop_assert!(quote.lines.iter().all(|l| l.quantity <= l.wanted.get().min(l.variant.available)));
        }
    }
}
