//! What islands ask of the shop: server functions. They run where the shop renders, at the edge or on the device, and
//! their addresses are plain form targets for browsers without scripts.

use crate::call::Call;
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, PostUrl};
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

/// Where a form without scripts sends what goes into the cart.
pub const ADD_TO_CART: &str = "/fn/add_to_cart";
/// Where a form without scripts sends a new quantity.
pub const SET_QUANTITY: &str = "/fn/set_quantity";

/// Puts pieces of a variant into the cart.
#[server(prefix = "/fn", endpoint = "add_to_cart", protocol = Call<PostUrl>)]
pub async fn add_to_cart(locale: String, variant: i64, quantity: u32) -> Result<CartChange, ServerFnError> {
    cart::context()?.add(&locale, variant, quantity).await
}

/// Sets how many pieces of a variant are in the cart; 0 takes it out.
#[server(prefix = "/fn", endpoint = "set_quantity", protocol = Call<PostUrl>)]
pub async fn set_quantity(locale: String, variant: i64, quantity: u32) -> Result<CartChange, ServerFnError> {
    cart::context()?.set(&locale, variant, quantity).await
}

/// Up to eight products that fit what was typed.
#[server(prefix = "/fn", endpoint = "suggest", protocol = Call<GetUrl>)]
pub async fn suggest(locale: String, q: String) -> Result<Vec<SuggestionData>, ServerFnError> {
    cart::context()?.suggest(&locale, &q).await
}

#[cfg(feature = "ssr")]
pub use cart::{ServerContext, cart_data, register};

#[cfg(feature = "ssr")]
#[path = "server_cart.rs"]
mod cart;

#[cfg(feature = "hydrate")]
#[path = "server_browser.rs"]
mod browser;
