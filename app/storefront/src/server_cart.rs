//! The server's side of the server functions.

use super::{AddToCart, CartChange, CartData, CartLineData, SetQuantity, Suggest, SuggestionData};
use crate::present::picture;
use leptos::prelude::*;
use orilla_catalog::VariantId;
use orilla_money::Currency;
use orilla_orders::{Cart, CartError, Issue, Quantity, Quote};
use orilla_shop::PortError;
use orilla_shop::catalog::Search;
use orilla_shop::checkout::{Variants, quote_cart};
use orilla_ui::Locale;
use server_fn::axum::register_explicit;
use std::sync::{Arc, Mutex};

/// Suggestions shown at once.
const SUGGESTIONS: u32 = 8;

/// What the pipeline hands to a server function, and what comes back beside its value.
#[derive(Clone)]
pub struct ServerContext {
    /// The search, for suggestions.
    pub search: Arc<dyn Search>,
    /// The variants in the cart.
    pub variants: Arc<dyn Variants>,
    /// The shop's currency.
    pub currency: Currency,
    /// The cart as it came, and then as it became.
    pub cart: Arc<Mutex<Cart>>,
    /// Where a browser without scripts goes next.
    pub next: Arc<Mutex<Option<String>>>,
    /// The failure of the store, if that is why a function has failed.
    pub failure: Arc<Mutex<Option<PortError>>>,
}

/// Makes the server functions known: on wasm there are no link-time constructors to rely on.
pub fn register() {
    register_explicit::<AddToCart>();
    register_explicit::<SetQuantity>();
    register_explicit::<Suggest>();
}

/// The context of the running server function.
pub(super) fn context() -> Result<ServerContext, ServerFnError> {
    use_context::<ServerContext>().ok_or_else(|| ServerFnError::new("no server context"))
}

impl ServerContext {
    /// Leaves the failure for the pipeline; the shopper's browser need not know what it was.
    fn failed(&self, error: PortError) -> ServerFnError {
        if let Ok(mut failure) = self.failure.lock() {
            *failure = Some(error);
        }
        ServerFnError::new("the shop can't reach its data")
    }

    pub(super) async fn add(
        &self,
        locale: &str,
        variant: i64,
        quantity: u32,
    ) -> Result<CartChange, ServerFnError> {
        let locale = Locale::from_segment(locale).unwrap_or_default();
        let known =
            self.variants.variants(&[VariantId(variant)]).await.map_err(|error| self.failed(error))?;
        let mut cart = self.current();
        let outcome = match known.first() {
            None => Err(locale.cart_sold_out("")),
            Some(found) if found.available == 0 => Err(locale.cart_sold_out(&found.title)),
            Some(found) => Quantity::new(quantity)
                .and_then(|more| cart.add(found.id, more))
                .map(|()| locale.notice_added(&found.title))
                .map_err(|error| explain(locale, error)),
        };
        let done = outcome.is_ok();
        self.leave(cart.clone(), locale, if done { "?notice=added" } else { "?notice=failed" });
        self.change(locale, &cart, done, outcome.unwrap_or_else(|message| message)).await
    }

    pub(super) async fn set(
        &self,
        locale: &str,
        variant: i64,
        quantity: u32,
    ) -> Result<CartChange, ServerFnError> {
        let locale = Locale::from_segment(locale).unwrap_or_default();
        let id = VariantId(variant);
        let mut cart = self.current();
        let before = cart.quantity(id).map_or(0, Quantity::get);
        if quantity == 0 {
            cart.remove(id);
            self.leave(cart.clone(), locale, &format!("?removed={variant}x{before}"));
            return self.change(locale, &cart, true, locale.notice_updated().to_owned()).await;
        }
        let outcome = Quantity::new(quantity)
            .and_then(|quantity| cart.set(id, quantity))
            .map_err(|error| explain(locale, error));
        let done = outcome.is_ok();
        self.leave(cart.clone(), locale, if done { "?notice=updated" } else { "?notice=failed" });
        self.change(locale, &cart, done, outcome.map_or_else(|e| e, |()| locale.notice_updated().to_owned()))
            .await
    }

    pub(super) async fn suggest(
        &self,
        locale: &str,
        typed: &str,
    ) -> Result<Vec<SuggestionData>, ServerFnError> {
        let locale = Locale::from_segment(locale).unwrap_or_default();
        let typed: String = typed.chars().take(100).collect();
        let found = self.search.suggest(&typed, SUGGESTIONS).await.map_err(|error| self.failed(error))?;
        Ok(found
            .into_iter()
            .map(|suggestion| SuggestionData {
                href: format!("/{}/p/{}", locale.code(), suggestion.handle),
                title: suggestion.title,
                brand: suggestion.brand,
                price: locale.money(suggestion.price_from),
            })
            .collect())
    }

    fn current(&self) -> Cart {
        self.cart.lock().map(|cart| cart.clone()).unwrap_or_default()
    }

    /// Leaves the new cart, and where to go next, for the pipeline.
    fn leave(&self, cart: Cart, locale: Locale, query: &str) {
        if let Ok(mut slot) = self.cart.lock() {
            *slot = cart;
        }
        if let Ok(mut next) = self.next.lock() {
            *next = Some(format!("/{}/cart{query}", locale.code()));
        }
    }

    async fn change(
        &self,
        locale: Locale,
        cart: &Cart,
        done: bool,
        message: String,
    ) -> Result<CartChange, ServerFnError> {
        let quote = quote_cart(&*self.variants, cart, None, self.currency).await;
        let quote = quote
            .map_err(|error| self.failed(error))?
            .map_err(|error| ServerFnError::new(error.to_string()))?;
        Ok(CartChange { done, message, cart: cart_data(locale, cart, &quote) })
    }
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
