//! The cart's page, and what changes it.

use crate::form::fields;
use crate::visit::{Headers, Visit, cart_cookie, text};
use crate::{FieldProblem, Problem, reply};
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode, header};
use orilla_catalog::VariantId;
use orilla_orders::Issue;
use orilla_shop::PortError;
use orilla_shop::checkout::quote_cart;
use orilla_storefront::pages::{self, CartNotice, CartPage};
use orilla_storefront::server::{ADD_TO_CART, Changed, Desk, SET_QUANTITY, SUGGEST, cart_data, suggestions};
use orilla_ui::Locale;
use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

/// Fields that are read of a form.
const MOST_FIELDS: usize = 8;

/// `/en/cart`.
pub async fn show(visit: Visit) -> Response {
    let variants = &*visit.host.variants;
    let quote = match quote_cart(variants, &visit.cart, None, visit.host.config.currency).await {
        Ok(Ok(quote)) => quote,
        // A sum beyond what money can count: nobody gets there by shopping.
        Ok(Err(error)) => return reply::failure(&visit, &PortError::Unexpected(error.to_string())).await,
        Err(error) => return reply::failure(&visit, &error).await,
    };
    // What is no longer on sale leaves the cart, as the page says.
    let mut cart = visit.cart.clone();
    let mut gone = 0;
    for issue in &quote.issues {
        if let Issue::Gone { variant } = issue {
            cart.remove(*variant);
            gone += 1;
        }
    }
    let page = CartPage {
        cart: cart_data(visit.locale, &cart, &quote),
        gone,
        notice: CartNotice::parse(&visit.query),
    };
    let mut frame = (*visit.page().await).clone();
    frame.slots.cart = pages::cart_badge(visit.locale, cart.pieces());
    let html = pages::cart(Arc::new(frame), page);
    let mut response = reply::private_page(StatusCode::OK, html);
    if gone > 0 {
        response.headers_mut().append(header::SET_COOKIE, cart_cookie(&cart));
    }
    response
}

/// `/fn/…`: what islands ask, and where forms of browsers without scripts go.
pub fn functions() -> Router {
    let unknown = || async { Problem::not_found("function") };
    changes().route(SUGGEST, get(suggest)).route("/fn/{*name}", any(unknown))
}

/// Those of them that change the cart.
pub fn changes() -> Router {
    Router::new().route(ADD_TO_CART, post(add)).route(SET_QUANTITY, post(set))
}

async fn add(visit: Visit, Headers(headers): Headers, body: Bytes) -> Response {
    let added = async {
        let wish = Wish::parse(&body)?;
        Ok(wish.desk(&visit).add(visit.cart.clone(), wish.variant, wish.quantity).await?)
    };
    answer(&visit, &headers, added.await).await
}

async fn set(visit: Visit, Headers(headers): Headers, body: Bytes) -> Response {
    let set = async {
        let wish = Wish::parse(&body)?;
        Ok(wish.desk(&visit).set(visit.cart.clone(), wish.variant, wish.quantity).await?)
    };
    answer(&visit, &headers, set.await).await
}

async fn suggest(visit: Visit) -> Result<Response, Problem> {
    let fields = fields(visit.query.as_bytes(), MOST_FIELDS);
    let (locale, typed) = (locale(&fields), text_of(&fields, "q"));
    let (Ok(locale), Ok(typed)) = (&locale, &typed) else {
        return Err(Problem::fields(locale.err().into_iter().chain(typed.err()).collect()));
    };
    let found = suggestions(&*visit.host.search, *locale, typed).await?;
    Ok(([(header::CACHE_CONTROL, reply::PRIVATE)], Json(found)).into_response())
}

/// What a form asks of the cart.
struct Wish {
    locale: Locale,
    variant: VariantId,
    quantity: u32,
}

impl Wish {
    fn parse(body: &[u8]) -> Result<Wish, Failed> {
        let fields = fields(body, MOST_FIELDS);
        let (locale, variant, quantity) =
            (locale(&fields), number(&fields, "variant"), number(&fields, "quantity"));
        match (locale, variant, quantity) {
            (Ok(locale), Ok(variant), Ok(quantity)) => {
                Ok(Wish { locale, variant: VariantId(variant), quantity })
            }
            (locale, variant, quantity) => {
                let faults = locale.err().into_iter().chain(variant.err()).chain(quantity.err());
                Err(Failed::Asked(Problem::fields(faults.collect())))
            }
        }
    }

    fn desk<'v>(&self, visit: &'v Visit) -> Desk<'v> {
        Desk { variants: &*visit.host.variants, currency: visit.host.config.currency, locale: self.locale }
    }
}

type Fields = HashMap<String, String>;

fn text_of<'f>(fields: &'f Fields, name: &str) -> Result<&'f str, FieldProblem> {
    fields.get(name).map(String::as_str).ok_or_else(|| FieldProblem::new(name, "required", "is missing"))
}

fn number<T: FromStr>(fields: &Fields, name: &str) -> Result<T, FieldProblem> {
    let malformed = |_| FieldProblem::new(name, "malformed", "must be a whole number, such as 1");
    text_of(fields, name)?.parse().map_err(malformed)
}

/// The language of what is said; English for one that the shop does not speak.
fn locale(fields: &Fields) -> Result<Locale, FieldProblem> {
    text_of(fields, "locale").map(|locale| Locale::from_segment(locale).unwrap_or_default())
}

/// Why there is no new cart.
enum Failed {
    /// The question is none.
    Asked(Problem),
    /// The shop can't answer it.
    Store(PortError),
}

impl From<PortError> for Failed {
    fn from(error: PortError) -> Self {
        Failed::Store(error)
    }
}

/// The answer to an island; a browser without scripts is led to the cart, which tells it the same.
async fn answer(visit: &Visit, headers: &HeaderMap, changed: Result<Changed, Failed>) -> Response {
    let is_form = text(headers, header::ACCEPT).contains("text/html");
    let led_to = |path: &str| reply::redirect(StatusCode::SEE_OTHER, path);
    let changed = match changed {
        Ok(changed) => changed,
        Err(Failed::Asked(_)) if is_form => {
            return led_to(&format!("/{}/cart?notice=failed", visit.locale.code()));
        }
        Err(Failed::Asked(problem)) => return problem.into_response(),
        Err(Failed::Store(error)) if is_form => return reply::failure(visit, &error).await,
        Err(Failed::Store(error)) => return Problem::from(error).into_response(),
    };
    let mut answer = if is_form { led_to(&changed.next) } else { Json(&changed.change).into_response() };
    answer.headers_mut().insert(header::CACHE_CONTROL, reply::PRIVATE);
    if changed.cart != visit.cart {
        answer.headers_mut().append(header::SET_COOKIE, cart_cookie(&changed.cart));
    }
    answer
}
