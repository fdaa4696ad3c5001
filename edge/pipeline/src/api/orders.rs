//! A shopper's orders.

use super::cart::cart;
use super::command;
use super::extract::{Json, KEY_HEADER, Key, Named};
use super::reply::private;
use super::types::{Order, OrderRequest, PlacedOrder, Quote, Withdrawal};
use crate::account::signed_in;
use crate::problem::FieldProblem;
use crate::routes::events::{counted, order_placed};
use crate::visit::{Headers, Visit};
use crate::{Problem, Team};
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use orilla_orders::{
    Checkout, CheckoutForm, Command, FieldFault, Fingerprint, NotOrderable, OrderToken, Text,
};
use orilla_shop::checkout::{
    Orders, PlaceOrder, PlaceOutcome, PlaceRefusal, StoredOrder, Till, Withdrawal as Taken, place_order,
    withdraw_order,
};

/// `POST /api/v1/orders`.
pub async fn place(
    visit: Visit,
    team: Team,
    Headers(headers): Headers,
    Key(key): Key,
    Json(request): Json<OrderRequest>,
) -> Result<Response, Problem> {
    let cart = cart(&request.lines)?;
    let seen = Fingerprint::parse(&request.seen).ok_or_else(|| {
        Problem::field("seen", "invalid", "send the fingerprint of a quote of /api/v1/cart/quote")
    })?;
    let checkout = checkout(request)?;
    let host = &visit.host;
    // A program has no account; a shopper's device, on which the order waited for a network, may have one.
    let account = signed_in(&visit, &team, &headers).await?.map(|session| session.member);
    let wish = PlaceOrder {
        cart,
        checkout,
        seen,
        key,
        account,
        counted: counted(&visit),
        now: host.clock.now(),
        random: host.random.bytes()?,
    };
    let till = Till {
        orders: &*team.placed,
        variants: &*host.variants,
        payments: &host.config.payments,
        currency: host.config.currency,
    };
    match place_order(till, &wish).await? {
        PlaceOutcome::Placed { token, number } => {
            // From a device, the visitor's cookie comes along.
            order_placed(&visit, &team, &token, &wish);
            visit.has_ordered();
            let placed = PlacedOrder::new(&visit, &token, number);
            let location = HeaderValue::from_str(&placed.links.api);
            let mut response = private(StatusCode::CREATED, &placed);
            if let Ok(location) = location {
                response.headers_mut().insert(header::LOCATION, location);
            }
            Ok(response)
        }
        PlaceOutcome::Changed { quote } => Err(Problem {
            quote: Some(Box::new(Quote::from(*quote))),
            ..Problem::new(
                StatusCode::CONFLICT,
                "quote_changed",
                "Prices, stock or delivery are no longer what was seen. Show the new quote, and send its fingerprint.",
            )
        }),
        PlaceOutcome::Refused(reason) => Err(refused(&reason)),
    }
}

/// `DELETE /api/v1/orders`: by the device that has sent it, or may have. The key opens the order, so only those count that
/// nobody guesses.
pub async fn withdraw(visit: Visit, team: Team, Key(key): Key) -> Result<Response, Problem> {
    if !key.is_unguessable() {
        let said = "This key is not one of the shop's own pages. Cancel the order by its token.";
        let fault = FieldProblem::new(KEY_HEADER, "guessable", said);
        return Err(Problem::fields(vec![fault]));
    }
    let answer = match withdraw_order(&*team.placed, &key, visit.host.clock.now()).await? {
        Taken::Withdrawn => Withdrawal { withdrawn: true, placed: None },
        Taken::Placed { token, number } => {
            Withdrawal { withdrawn: false, placed: Some(PlacedOrder::new(&visit, &token, number)) }
        }
        Taken::KeyReused => return Err(refused(&PlaceRefusal::KeyReused)),
    };
    Ok(private(StatusCode::OK, &answer))
}

/// The fields of the checkout, checked.
fn checkout(request: OrderRequest) -> Result<Checkout, Problem> {
    let (contact, address) = (request.contact, request.address);
    let form = CheckoutForm {
        email: contact.email,
        name: contact.name,
        phone: contact.phone.unwrap_or_default(),
        address1: address.address1,
        address2: address.address2.unwrap_or_default(),
        city: address.city,
        region: address.region.unwrap_or_default(),
        postcode: address.postcode.unwrap_or_default(),
        country: address.country,
        shipping: request.shipping,
        payment: request.payment,
    };
    form.check().map_err(|faults| Problem::fields(faults.into_iter().map(field_problem).collect()))
}

/// A fault of the flat form, where the request has it.
fn field_problem(fault: FieldFault) -> FieldProblem {
    let object = match fault.field {
        "email" | "name" | "phone" => "contact.",
        "shipping" | "payment" => "",
        _ => "address.",
    };
    // The code's name is the one that it has in JSON.
    let code = serde_json::to_value(fault.code).ok();
    let code = code.as_ref().and_then(serde_json::Value::as_str).unwrap_or("invalid");
    FieldProblem::new(format!("{object}{}", fault.field), code, fault.message)
}

fn refused(reason: &PlaceRefusal) -> Problem {
    let field = match reason {
        // Nothing of the request is wrong: what it asks for is sold out, or it came too late.
        PlaceRefusal::NotOrderable(NotOrderable::Empty) | PlaceRefusal::Withdrawn => {
            return Problem::new(StatusCode::CONFLICT, reason.code(), reason.to_string());
        }
        PlaceRefusal::NotOrderable(NotOrderable::NotShipped) => "shipping",
        PlaceRefusal::Payment(_) => "payment",
        PlaceRefusal::TooLarge(_) => "lines",
        PlaceRefusal::KeyReused => "Idempotency-Key",
    };
    Problem::field(field, reason.code(), reason.to_string())
}

/// `GET /api/v1/orders/{token}`.
pub async fn order(visit: Visit, team: Team, Named(token): Named) -> Result<Response, Problem> {
    let stored = stored(&*team.placed, &token).await?;
    Ok(private(StatusCode::OK, &Order::new(&visit, stored)?))
}

/// `POST /api/v1/orders/{token}/cancel`: by the shopper, while nobody has begun with it.
pub async fn cancel(
    visit: Visit,
    team: Team,
    Named(token): Named,
    Key(key): Key,
) -> Result<Response, Problem> {
    let token = OrderToken::parse(&token).map_err(|_| Problem::not_found("order"))?;
    let reason =
        Text::parse("cancelled by the shopper").map_err(|error| Problem::internal(error.to_string()))?;
    command::run(&visit, &*team.placed, token, Command::Withdraw { reason }, key).await
}

/// The order with this token.
async fn stored(orders: &dyn Orders, token: &str) -> Result<StoredOrder, Problem> {
    let not_found = || Problem::not_found("order");
    let token = OrderToken::parse(token).map_err(|_| not_found())?;
    orders.order(&token).await?.ok_or_else(not_found)
}
