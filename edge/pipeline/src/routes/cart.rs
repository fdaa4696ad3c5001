//! The cart's page, and the server functions that change it.

use crate::gateway::body::LARGEST_FORM;
use crate::visit::{Visit, cart_cookie, text};
use crate::{Problem, reply};
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use orilla_orders::Issue;
use orilla_shop::PortError;
use orilla_shop::checkout::quote_cart;
use orilla_storefront::pages::{self, CartNotice, CartPage};
use orilla_storefront::server::{ServerContext, cart_data};
use std::sync::{Arc, Mutex};

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

/// `/fn/…`: the server functions. A browser without scripts sends its forms here too, and is sent on to the cart.
pub async fn server_function(visit: Visit, request: Request) -> Response {
    let context = ServerContext {
        search: visit.host.search.clone(),
        variants: visit.host.variants.clone(),
        currency: visit.host.config.currency,
        cart: Arc::new(Mutex::new(visit.cart.clone())),
        next: Arc::new(Mutex::new(None)),
        failure: Arc::new(Mutex::new(None)),
    };
    // The library reads a body of any size.
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_FORM).await else {
        let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The form is too large.");
        return problem.into_response();
    };
    let request = Request::from_parts(parts, Body::from(body));
    let is_form = text(request.headers(), header::ACCEPT).contains("text/html");
    let provided = context.clone();
    let provide = move || leptos::prelude::provide_context(provided.clone());
    let answer = leptos_axum::handle_server_fns_with_context(provide, request).await.into_response();
    // The store's failure is the shop's, whatever the library says of it; the cart stays as it was.
    if let Some(error) = context.failure.lock().ok().and_then(|mut failure| failure.take()) {
        return if is_form {
            reply::failure(&visit, &error).await
        } else {
            Problem::from(error).into_response()
        };
    }
    let mut answer = if is_form { after_form(&visit, &context) } else { blame_the_sender(answer) };
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    let cart = context.cart.lock().map(|cart| cart.clone()).unwrap_or_default();
    if cart != visit.cart {
        answer.headers_mut().append(header::SET_COOKIE, cart_cookie(&cart));
    }
    answer
}

/// Where a form leads: the cart with a notice, or with the notice that it did not work.
fn after_form(visit: &Visit, context: &ServerContext) -> Response {
    let next = context.next.lock().ok().and_then(|next| next.clone());
    let failed = || format!("/{}/cart?notice=failed", visit.locale.code());
    reply::redirect(StatusCode::SEE_OTHER, &next.unwrap_or_else(failed))
}

/// Errors of the arguments are the sender's: the library answers them with 500, and an unknown name with 400.
fn blame_the_sender(answer: Response) -> Response {
    match answer.status() {
        StatusCode::INTERNAL_SERVER_ERROR => {
            let (mut parts, body) = answer.into_parts();
            parts.status = StatusCode::UNPROCESSABLE_ENTITY;
            Response::from_parts(parts, body)
        }
        StatusCode::BAD_REQUEST => Problem::not_found("function").into_response(),
        _ => answer,
    }
}
