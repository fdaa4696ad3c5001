//! The browser's side of the server functions: how their arguments are sent, and how their answers are read.

use super::{AddToCart, CartChange, CartData, CartLineData, SetQuantity, Suggest, SuggestionData};
use crate::call::Question;
use crate::json::read_members;

read_members!(CartLineData { variant, title, options, href, picture, unit, quantity, most, total, problem });
read_members!(CartData { lines, subtotal, pieces, orderable });
read_members!(CartChange { done, message, cart });
read_members!(SuggestionData { href, title, brand, price });

impl Question for AddToCart {
    fn query(self) -> String {
        line(&self.locale, self.variant, self.quantity)
    }
}

impl Question for SetQuantity {
    fn query(self) -> String {
        line(&self.locale, self.variant, self.quantity)
    }
}

impl Question for Suggest {
    fn query(self) -> String {
        let typed = String::from(js_sys::encode_uri_component(&self.q));
        format!("locale={}&q={typed}", self.locale)
    }
}

/// The language's code has no character that would have to be encoded.
fn line(locale: &str, variant: i64, quantity: u32) -> String {
    format!("locale={locale}&variant={variant}&quantity={quantity}")
}
