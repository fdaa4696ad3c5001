//! On a device: orders that wait there until the shop is in reach.

use super::checkout::{Ready, keep, quote, read, refusal_text, show_with};
use crate::account::{Keeper, Places, owner_of};
use crate::visit::Headers;
use crate::visit::{Segment, Visit, cart_cookie};
use crate::{form, reply};
use axum::Extension;
use axum::body::Bytes;
use axum::response::Response;
use http::{StatusCode, header};
use orilla_orders::{Cart, Fingerprint, Owner, Quote};
use orilla_shop::PortError;
use orilla_shop::checkout::PlaceRefusal;
use orilla_shop::outbox::{Command, Outbox, Seen, State, Waiting, WaitingOrder};
use orilla_storefront::pages::{self, AWAY_QUERY, RefusedRequest, WaitingPage};

/// The most fields of a form.
const MOST_FIELDS: usize = 10;

/// `POST /en/checkout`: leaves the order on the device.
pub async fn place(
    visit: Visit,
    Extension(outbox): Extension<Outbox>,
    places: Places,
    body: Bytes,
) -> Response {
    let (keeper, book) = Keeper::of(&visit, places).await.ok().flatten().unzip();
    let Ready { mut shown, checkout, key, seen: agreed } = match read(&visit, &body, book).await {
        Ok(ready) => ready,
        Err(answer) => return *answer,
    };
    // The shop's own form was sent to the shop before it came here.
    let is_own = visit.query == AWAY_QUERY;
    let seen = match quote(&visit, &shown.cart, &shown.form).await {
        Ok(quote) if quote.fingerprint() == agreed => match orderable(&visit, quote) {
            Ok(seen) => Some(seen),
            Err(refusal) => {
                shown.refusal = Some(refusal);
                return show_with(&visit, shown, StatusCode::CONFLICT).await;
            }
        },
        Ok(_) if is_own => {
            shown.changed = true;
            return show_with(&visit, shown, StatusCode::CONFLICT).await;
        }
        Err(error) if is_own => return reply::failure(&visit, &error).await,
        // The shop's form had the shop's prices, and the device has older ones, or not this product.
        _ => None,
    };
    let prices_from = visit.host.away.map_or(0, |away| away.since);
    let left = visit.cart.changed(&shown.cart, &Cart::default());
    let to = checkout.recipient();
    let order = WaitingOrder { cart: shown.cart, checkout, agreed, seen, prices_from };
    if let Err(error) = outbox.leave(&key, order, !is_own).await {
        return reply::failure(&visit, &error).await;
    }
    if let Some(keeper) = keeper.filter(|_| shown.keeps) {
        keep(&visit, &keeper, &key, to).await;
    }
    let mut response = reply::redirect(StatusCode::SEE_OTHER, &address(&visit, key.as_str()));
    response.headers_mut().append(header::SET_COOKIE, cart_cookie(&left));
    response
}

/// A quote that the shopper agreed to, or why no order can be made of it.
fn orderable(visit: &Visit, quote: Quote) -> Result<Seen, String> {
    match quote.orderable() {
        Ok(_) => Ok(Seen::from(&quote)),
        Err(reason) => Err(refusal_text(visit, &PlaceRefusal::NotOrderable(reason))),
    }
}

fn address(visit: &Visit, key: &str) -> String {
    visit.url(&format!("/orders/waiting/{key}"))
}

/// `GET /en/orders/waiting`.
pub async fn list(visit: Visit, Extension(outbox): Extension<Outbox>, Headers(headers): Headers) -> Response {
    match listed(&visit, &outbox, owner_of(&headers)).await {
        Ok((orders, refused)) => {
            let html = pages::waiting_list(visit.page().await, &orders, &refused, ahead(&visit));
            reply::private_page(StatusCode::OK, html)
        }
        Err(error) => reply::failure(&visit, &error).await,
    }
}

/// The orders that are open, and what this person has asked for beside them and the shop has refused.
async fn listed(
    visit: &Visit,
    outbox: &Outbox,
    owner: Option<Owner>,
) -> Result<(Vec<Waiting>, Vec<RefusedRequest>), PortError> {
    let mut orders = outbox.all().await?;
    orders.retain(|waiting| !matches!(waiting.state(), State::Done { .. }));
    let Some(owner) = owner else { return Ok((orders, Vec::new())) };
    let mut refused = outbox.requests(owner).await?;
    refused.retain(|waiting| matches!(waiting.state(), State::Refused { .. }));
    let with_product = |waiting: Waiting| {
        let request = waiting.body().and_then(Command::request);
        let product = request.and_then(|request| request.wish.review()).map(|change| &change.product);
        let product = product.and_then(|product| visit.current.title(product).ok().flatten());
        RefusedRequest { waiting, product }
    };
    Ok((orders, refused.into_iter().map(with_product).collect()))
}

/// `GET /en/orders/waiting/KEY`: leads to the order once the shop has it.
pub async fn show(visit: Visit, Extension(outbox): Extension<Outbox>, Segment(key): Segment) -> Response {
    let waiting = match outbox.get(&key).await {
        Ok(Some(waiting)) => waiting,
        Ok(None) => {
            return reply::private_page(StatusCode::NOT_FOUND, pages::order_not_found(visit.page().await));
        }
        Err(error) => return reply::failure(&visit, &error).await,
    };
    if let State::Done { answer } = waiting.state() {
        let order = visit.url(&format!("/orders/{}", answer.token));
        return reply::redirect(StatusCode::SEE_OTHER, &format!("{order}?placed=1"));
    }
    let page = WaitingPage { waiting, ahead: ahead(&visit) };
    reply::private_page(StatusCode::OK, pages::waiting(visit.page().await, page))
}

fn ahead(visit: &Visit) -> i32 {
    visit.host.away.map_or(0, |away| away.ahead)
}

/// `POST /en/orders/waiting/KEY`: sends it now, agrees to what the shop has asked, or takes it back.
pub async fn act(
    visit: Visit,
    Extension(outbox): Extension<Outbox>,
    Segment(key): Segment,
    Headers(headers): Headers,
    body: Bytes,
) -> Response {
    let mut fields = form::fields(&body, MOST_FIELDS);
    let done = match fields.remove("intent").unwrap_or_default().as_str() {
        "drop" => return drop_request(&visit, &outbox, &key, owner_of(&headers)).await,
        "confirm" => match fields.remove("seen").as_deref().and_then(Fingerprint::parse) {
            // What the page shows next says what became of it.
            Some(seen) => outbox.confirm(&key, &seen).await.map(|_| None),
            None => Ok(None),
        },
        "back" => outbox.take_back(&key).await,
        _ => outbox.hurry(&key).await.map(|()| None),
    };
    match done {
        Ok(None) => reply::redirect(StatusCode::SEE_OTHER, &address(&visit, &key)),
        Ok(Some(order)) => into_cart(&visit, &order),
        Err(error) => reply::failure(&visit, &error).await,
    }
}

/// What the shop has refused is let go.
async fn drop_request(visit: &Visit, outbox: &Outbox, key: &str, owner: Option<Owner>) -> Response {
    let dropped = match owner {
        Some(owner) => outbox.take_request_back(key, owner).await.map(drop),
        None => Ok(()),
    };
    match dropped {
        Ok(()) => reply::redirect(StatusCode::SEE_OTHER, &visit.url("/orders/waiting")),
        Err(error) => reply::failure(visit, &error).await,
    }
}

/// To the cart, with what was ordered in it; what does not fit into it stays out.
fn into_cart(visit: &Visit, order: &WaitingOrder) -> Response {
    let mut cart = visit.cart.clone();
    for line in order.cart.lines() {
        cart.add(line.variant, line.quantity).ok();
    }
    let mut response = reply::redirect(StatusCode::SEE_OTHER, &visit.url("/cart"));
    response.headers_mut().append(header::SET_COOKIE, cart_cookie(&cart));
    response
}
