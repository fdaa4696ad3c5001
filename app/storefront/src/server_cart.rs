//! What becomes of the cart, and what fits what was typed: the answers to what islands ask.

use super::{CartChange, CartData, CartLineData, SuggestionData};
use crate::present::picture;
use orilla_catalog::VariantId;
use orilla_money::Currency;
use orilla_orders::{Cart, CartError, Issue, Quantity, Quote};
use orilla_shop::PortError;
use orilla_shop::catalog::Search;
use orilla_shop::checkout::{Variants, quote_cart};
use orilla_ui::Locale;

/// Suggestions shown at once.
const SUGGESTIONS: u32 = 8;

/// Where a shopper changes their cart.
pub struct Desk<'a> {
    /// The variants that there are.
    pub variants: &'a dyn Variants,
    /// The shop's currency.
    pub currency: Currency,
    /// The shopper's language.
    pub locale: Locale,
}

/// A cart after a change, or after one that could not be.
pub struct Changed {
    /// The cart as it is now.
    pub cart: Cart,
    /// Where a browser without scripts goes next.
    pub next: String,
    /// What an island is told.
    pub change: CartChange,
}

impl Desk<'_> {
    /// Puts so many pieces of a variant into a cart.
    ///
    /// # Errors
    /// If the variants can't be read.
    pub async fn add(&self, mut cart: Cart, variant: VariantId, quantity: u32) -> Result<Changed, PortError> {
        let known = self.variants.variants(&[variant]).await?;
        let outcome = match known.first() {
            None => Err(self.locale.cart_sold_out("")),
            Some(found) if found.available == 0 => Err(self.locale.cart_sold_out(&found.title)),
            Some(found) => Quantity::new(quantity)
                .and_then(|more| cart.add(found.id, more))
                .map(|()| self.locale.notice_added(&found.title))
                .map_err(|error| explain(self.locale, error)),
        };
        let query = if outcome.is_ok() { "?notice=added" } else { "?notice=failed" };
        self.changed(cart, query, outcome).await
    }

    /// Sets how many pieces of a variant are in a cart; 0 takes it out.
    ///
    /// # Errors
    /// If the variants can't be read.
    pub async fn set(&self, mut cart: Cart, variant: VariantId, quantity: u32) -> Result<Changed, PortError> {
        let updated = || self.locale.notice_updated().to_owned();
        let before = cart.quantity(variant).map_or(0, Quantity::get);
        if quantity == 0 {
            cart.remove(variant);
            let query = format!("?removed={}x{before}", variant.0);
            return self.changed(cart, &query, Ok(updated())).await;
        }
        let outcome = Quantity::new(quantity)
            .and_then(|quantity| cart.set(variant, quantity))
            .map(|()| updated())
            .map_err(|error| explain(self.locale, error));
        let query = if outcome.is_ok() { "?notice=updated" } else { "?notice=failed" };
        self.changed(cart, query, outcome).await
    }

    async fn changed(
        &self,
        cart: Cart,
        query: &str,
        outcome: Result<String, String>,
    ) -> Result<Changed, PortError> {
        let quote = quote_cart(self.variants, &cart, None, self.currency).await?;
        // A sum beyond what money can count: nobody gets there by shopping.
        let quote = quote.map_err(|error| PortError::Unexpected(error.to_string()))?;
        let data = cart_data(self.locale, &cart, &quote);
        let change = CartChange {
            done: outcome.is_ok(),
            message: outcome.unwrap_or_else(|message| message),
            cart: data,
        };
        Ok(Changed { cart, next: format!("/{}/cart{query}", self.locale.code()), change })
    }
}

/// Products that fit what was typed.
///
/// # Errors
/// If the search can't be asked.
pub async fn suggestions(
    search: &dyn Search,
    locale: Locale,
    typed: &str,
) -> Result<Vec<SuggestionData>, PortError> {
    let typed: String = typed.chars().take(100).collect();
    let found = search.suggest(&typed, SUGGESTIONS).await?;
    let suggestion = |found: orilla_catalog::read::Suggestion| SuggestionData {
        href: format!("/{}/p/{}", locale.code(), found.handle),
        title: found.title,
        brand: found.brand,
        price: locale.money(found.price_from),
    };
    Ok(found.into_iter().map(suggestion).collect())
}

fn explain(locale: Locale, error: CartError) -> String {
    match error {
        CartError::Full => locale.cart_full().to_owned(),
        CartError::Quantity => locale.fault_quantity(&Quantity::MOST.to_string()),
        _ => locale.notice_failed().to_owned(),
    }
}

/// The cart, ready to show.
pub fn cart_data(locale: Locale, cart: &Cart, quote: &Quote) -> CartData {
    let lines = quote
        .lines
        .iter()
        .map(|line| {
            let variant = &line.variant;
            let problem = quote.issues.iter().find_map(|issue| match issue {
                Issue::SoldOut { variant: id } if *id == variant.id => Some(locale.stock_out().to_owned()),
                Issue::Fewer { variant: id, available, .. } if *id == variant.id => {
                    Some(locale.stock_low(u64::from(*available)))
                }
                Issue::OtherCurrency { variant: id, .. } if *id == variant.id => {
                    Some(locale.notice_failed().to_owned())
                }
                _ => None,
            });
            CartLineData {
                variant: variant.id.0,
                title: variant.title.clone(),
                options: variant.options.join(" / "),
                href: format!("/{}/p/{}?variant={}", locale.code(), variant.handle, variant.id.0),
                picture: picture(variant.image, &variant.title, variant.category.as_deref(), None).src,
                unit: locale.money(variant.unit),
                quantity: line.wanted.get(),
                most: variant.available.clamp(1, Quantity::MOST),
                total: locale.money(line.total),
                problem,
            }
        })
        .collect();
    CartData {
        lines,
        subtotal: locale.money(quote.subtotal),
        pieces: cart.pieces(),
        orderable: quote.sold_lines().next().is_some(),
    }
}
