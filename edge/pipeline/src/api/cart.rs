//! What a cart costs.

use super::extract::Json;
use super::reply::private;
use super::types::{LineInput, Quote, QuoteRequest};
use crate::Problem;
use crate::visit::Visit;
use axum::response::Response;
use http::StatusCode;
use orilla_catalog::VariantId;
use orilla_orders::{Cart, CartError, Country, Destination, Quantity, ShippingMethod};
use orilla_shop::checkout::quote_cart;

/// `POST /api/v1/cart/quote`: nothing is kept.
pub async fn quote(visit: Visit, Json(request): Json<QuoteRequest>) -> Result<Response, Problem> {
    let cart = cart(&request.lines)?;
    let country = request.country.as_deref().map(Country::parse).transpose();
    let country = country.map_err(|error| Problem::field("country", "unknown", error.to_string()))?;
    if country.is_none() && request.shipping.is_some() {
        return Err(Problem::field("country", "required", "say where it is to be sent"));
    }
    let method = request.shipping.map_or(ShippingMethod::Standard, ShippingMethod::from);
    let destination = country.map(|country| Destination { method, country });
    let quote = quote_cart(&*visit.host.variants, &cart, destination, visit.host.config.currency).await?;
    let quote = quote.map_err(|error| Problem::field("lines", "too_large", error.to_string()))?;
    Ok(private(StatusCode::OK, &Quote::from(quote)))
}

/// Reads the lines of a cart.
///
/// # Errors
/// 422 that names the line.
pub fn cart(lines: &[LineInput]) -> Result<Cart, Problem> {
    let mut cart = Cart::default();
    for (index, line) in lines.iter().enumerate() {
        let problem = |error: CartError| {
            let field = match error {
                CartError::Full => "lines".to_owned(),
                CartError::Quantity => format!("lines[{index}].quantity"),
                _ => format!("lines[{index}].variant"),
            };
            Problem::field(&field, error.code(), error.to_string())
        };
        let (variant, quantity) = (VariantId(line.variant), Quantity::new(line.quantity).map_err(problem)?);
        if cart.quantity(variant).is_some() {
            return Err(problem(CartError::Twice));
        }
        cart.set(variant, quantity).map_err(problem)?;
    }
    Ok(cart)
}
