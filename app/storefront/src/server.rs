//! What islands ask of the shop, and what it answers. The addresses are answered where the shop renders, at the edge or
//! on the device, and are plain form targets for browsers without scripts.

use crate::ask;
use serde::{Deserialize, Serialize};

/// A line of the cart, ready to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartLineData {
    /// The variant.
    pub variant: i64,
    /// The product.
    pub title: String,
    /// Its options: "Large / navy".
    pub options: String,
    /// The product page, with this variant chosen.
    pub href: String,
    /// The picture.
    pub picture: String,
    /// The price of one piece.
    pub unit: String,
    /// Pieces wanted.
    pub quantity: u32,
    /// The most that can be asked for.
    pub most: u32,
    /// The price of all pieces.
    pub total: String,
    /// What is wrong with the line, if anything.
    pub problem: Option<String>,
}

/// The cart, ready to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartData {
    /// The lines.
    pub lines: Vec<CartLineData>,
    /// The price of everything, before delivery.
    pub subtotal: String,
    /// Pieces in it, for the badge.
    pub pieces: u32,
    /// Whether something in it can be ordered.
    pub orderable: bool,
}

/// What became of a change of the cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartChange {
    /// Whether it was done as asked.
    pub done: bool,
    /// What to tell the shopper.
    pub message: String,
    /// The cart as it is now.
    pub cart: CartData,
}

/// A product that fits what was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestionData {
    /// The product page.
    pub href: String,
    /// The title.
    pub title: String,
    /// The brand.
    pub brand: Option<String>,
    /// The price, or from what price.
    pub price: String,
}

/// Where pieces are put into the cart: `locale`, `variant` and `quantity`.
pub const ADD_TO_CART: &str = "/fn/add_to_cart";
/// Where a quantity in the cart is set; 0 takes it out. The same fields.
pub const SET_QUANTITY: &str = "/fn/set_quantity";
/// Where products are asked for that fit what was typed: `locale` and `q`.
pub const SUGGEST: &str = "/fn/suggest";

/// Puts pieces of a variant into the cart. `None`: the shop can't be reached, or refuses.
pub async fn add_to_cart(locale: &str, variant: i64, quantity: u32) -> Option<CartChange> {
    change(ADD_TO_CART, locale, variant, quantity).await
}

/// Sets how many pieces of a variant are in the cart; 0 takes it out. `None`: the shop can't be reached, or refuses.
pub async fn set_quantity(locale: &str, variant: i64, quantity: u32) -> Option<CartChange> {
    change(SET_QUANTITY, locale, variant, quantity).await
}

async fn change(path: &str, locale: &str, variant: i64, quantity: u32) -> Option<CartChange> {
    let (variant, quantity) = (variant.to_string(), quantity.to_string());
    ask::post(path, &[("locale", locale), ("variant", &variant), ("quantity", &quantity)]).await
}

/// Up to eight products that fit what was typed; none if the shop can't be reached or refuses.
pub async fn suggest(locale: &str, typed: &str) -> Vec<SuggestionData> {
    ask::get(SUGGEST, &[("locale", locale), ("q", typed)]).await.unwrap_or_default()
}

#[cfg(feature = "ssr")]
pub use cart::{Changed, Desk, cart_data, suggestions};

#[cfg(feature = "ssr")]
#[path = "server_cart.rs"]
mod cart;

#[cfg(feature = "hydrate")]
mod reading {
    use super::{CartChange, CartData, CartLineData, SuggestionData};
    use crate::json::read_members;

    read_members!(CartLineData {
        variant,
        title,
        options,
        href,
        picture,
        unit,
        quantity,
        most,
        total,
        problem
    });
    read_members!(CartData { lines, subtotal, pieces, orderable });
    read_members!(CartChange { done, message, cart });
    read_members!(SuggestionData { href, title, brand, price });
}
