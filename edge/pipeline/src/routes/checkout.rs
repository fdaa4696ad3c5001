//! From the cart to an order, and the order's page.

use super::events::{counted, order_placed};
use crate::account::{Keeper, Places, signed_in};
use crate::visit::{Headers, Segment, Visit, cart_cookie};
use crate::{Team, form, reply};
use axum::body::Bytes;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use orilla_orders::{
    AddressBook, AddressChange, Cart, Checkout, CheckoutForm, Command, Country, Destination, FieldFault,
    Fingerprint, IdempotencyKey, OrderToken, Quote, Recipient, ShippingMethod, Text,
};
use orilla_shop::PortError;
use orilla_shop::checkout::{
    CommandOrder, CommandOutcome, PlaceOrder, PlaceOutcome, PlaceRefusal, Till, command_order, place_order,
    quote_cart,
};
use orilla_storefront::pages::{self, CheckoutPage, CheckoutStep, OrderPage};
use std::sync::Arc;

/// The flag that says whether the form has one step or two: `one`, `two`.
const STEPS: &str = "checkout-steps";
/// The most fields of a form.
const MOST_FIELDS: usize = 100;

/// `GET /en/checkout`: a form for the country that the visitor seems to be in; of who keeps addresses, with the one that
/// `?to=ID` names, or the default.
pub async fn show(visit: Visit, headers: Headers, places: Places) -> Response {
    let mut form = CheckoutForm {
        country: guessed_country(&headers.0).code().to_owned(),
        shipping: ShippingMethod::Standard.token().to_owned(),
        payment: visit.host.config.payments.first().map_or("", |p| p.method().token()).to_owned(),
        ..CheckoutForm::default()
    };
    let step = match visit.variants().text(STEPS, "one").as_str() {
        "two" => CheckoutStep::Address,
        _ => CheckoutStep::Whole,
    };
    let kept = kept(&visit, places).await;
    let asked = form::fields(visit.query.as_bytes(), MOST_FIELDS).remove("to").unwrap_or_default();
    if let Some(to) = kept.as_ref().and_then(|book| book.get(&asked).or_else(|| book.preferred())) {
        form = form.with_recipient(&to.to);
    }
    let shown = Shown { cart: visit.cart.clone(), form, step, kept, ..Shown::default() };
    answer(&visit, render(&visit, shown).await).await
}

/// The addresses of who is signed in. Without them it is a form as any guest's.
async fn kept(visit: &Visit, places: Places) -> Option<AddressBook> {
    let found = Keeper::of(visit, places).await;
    found
        .unwrap_or_else(|error| {
            visit.host.complain(&format!("no kept addresses: {error}"));
            None
        })
        .map(|(_, book)| book)
}

/// Keeps the address of the order with this key, whose shopper wants that. The order does not depend on it.
pub(super) async fn keep(visit: &Visit, keeper: &Keeper, key: &IdempotencyKey, to: Recipient) {
    // One order, one wish: its key with another end.
    let Ok(key) = IdempotencyKey::parse(&format!("{}-address", key.as_str())) else { return };
    let kept = keeper.change(&key, AddressChange::Add { to, is_default: false }).await;
    if let Err(error) = kept {
        visit.host.complain(&format!("an address is not kept: {error}"));
    }
}

/// Cloudflare knows the country of an address; without it, the shop's own.
fn guessed_country(headers: &HeaderMap) -> Country {
    let code = headers.get("x-orilla-country").and_then(|value| value.to_str().ok());
    code.and_then(|code| Country::parse(code).ok()).unwrap_or(Country::ES)
}

/// What the form is shown with.
#[derive(Default)]
pub(super) struct Shown {
    pub cart: Cart,
    pub form: CheckoutForm,
    faults: Vec<FieldFault>,
    pub changed: bool,
    pub refusal: Option<String>,
    key: Option<String>,
    step: CheckoutStep,
    /// The addresses of who keeps some.
    pub kept: Option<AddressBook>,
    /// Whether the address is to be kept.
    pub keeps: bool,
}

/// `POST /en/checkout`: shows the form again with the delivery of the chosen country, or places the order.
pub async fn place(visit: Visit, team: Team, Headers(headers): Headers, body: Bytes) -> Response {
    let account =
        signed_in(&visit, &team, &headers).await.map(|session| session.map(|session| session.member));
    let found = match account.as_ref().ok().cloned().flatten() {
        Some(name) => Keeper::Account(Box::new(team.clone()), name).with_book().await.ok().flatten(),
        None => None,
    };
    let (keeper, book) = found.unzip();
    let Ready { mut shown, checkout, key, seen } = match read(&visit, &body, book).await {
        Ok(ready) => ready,
        Err(answer) => return *answer,
    };
    let random = match visit.host.random.bytes() {
        Ok(random) => random,
        Err(error) => return reply::failure(&visit, &error).await,
    };
    let account = match account {
        Ok(account) => account,
        Err(error) => return reply::failure(&visit, &error).await,
    };
    let (cart, now) = (shown.cart.clone(), visit.host.clock.now());
    let wish = PlaceOrder { cart, checkout, seen, key, account, counted: counted(&visit), now, random };
    let till = Till {
        orders: &*team.placed,
        variants: &*visit.host.variants,
        payments: &visit.host.config.payments,
        currency: visit.host.config.currency,
    };
    match place_order(till, &wish).await {
        Ok(PlaceOutcome::Placed { token, .. }) => {
            order_placed(&visit, &team, &token, &wish);
            if let Some(keeper) = keeper.filter(|_| shown.keeps) {
                keep(&visit, &keeper, &wish.key, wish.checkout.recipient()).await;
            }
            let to_order = format!("{}?placed=1", visit.url(&format!("/orders/{}", token.as_str())));
            // What was put in since the form was shown stays.
            let left = visit.cart.changed(&wish.cart, &Cart::default());
            let mut response = reply::redirect(StatusCode::SEE_OTHER, &to_order);
            response.headers_mut().append(header::SET_COOKIE, cart_cookie(&left));
            visit.has_ordered();
            response
        }
        Ok(PlaceOutcome::Changed { .. }) => {
            show_with(&visit, Shown { changed: true, ..shown }, StatusCode::CONFLICT).await
        }
        Ok(PlaceOutcome::Refused(reason)) => {
            // A key that has done something else is spent: the form gets a new one.
            let is_spent = matches!(reason, PlaceRefusal::KeyReused | PlaceRefusal::Withdrawn);
            let key = shown.key.take().filter(|_| !is_spent);
            let refusal = Some(refusal_text(&visit, &reason));
            show_with(&visit, Shown { refusal, key, ..shown }, StatusCode::CONFLICT).await
        }
        Err(error) => reply::failure(&visit, &error).await,
    }
}

/// A form that asks for an order, and is filled in rightly.
pub(super) struct Ready {
    pub shown: Shown,
    pub checkout: Checkout,
    pub key: IdempotencyKey,
    /// The fingerprint of the quote that the shopper saw.
    pub seen: Fingerprint,
}

/// Reads a form.
///
/// # Errors
/// The answer, if it asks for no order or is not filled in rightly.
pub(super) async fn read(
    visit: &Visit,
    body: &[u8],
    kept: Option<AddressBook>,
) -> Result<Ready, Box<Response>> {
    let mut fields = form::fields(body, MOST_FIELDS);
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    let (intent, key, seen) = (take("intent"), take("key"), take("seen"));
    let (keeps, to) = (take("keep") == "1", take("to"));
    // A form that was begun in two steps goes on so, whatever the flag says by now.
    let step = CheckoutStep::parse(&take("step"));
    // The order is for the cart that this form showed: another tab may have changed the cookie, and after a first click
    // on the button it is empty.
    let cart = Cart::parse(&take("cart")).unwrap_or_else(|_| visit.cart.clone());
    let mut form = form::checkout(&mut fields);
    if intent == "use"
        && let Some(to) = kept.as_ref().and_then(|book| book.get(&to))
    {
        form = form.with_recipient(&to.to);
    }
    let mut shown = Shown { cart, form, key: Some(key.clone()), step, kept, keeps, ..Shown::default() };
    if intent == "update" || intent == "use" {
        return Err(Box::new(show_with(visit, shown, StatusCode::OK).await));
    }
    if intent == "back" || intent == "continue" {
        return Err(Box::new(turn(visit, shown, intent == "continue").await));
    }
    let checkout = match shown.form.check() {
        Ok(checkout) => checkout,
        Err(faults) => {
            if step == CheckoutStep::Paying
                && faults.iter().any(|fault| CheckoutStep::asks_first(fault.field))
            {
                shown.step = CheckoutStep::Address;
            }
            shown.faults = faults;
            return Err(Box::new(show_with(visit, shown, StatusCode::UNPROCESSABLE_ENTITY).await));
        }
    };
    // A form that was not made here has no key and saw nothing: it is shown once more, with both.
    let (Ok(key), Some(seen)) = (IdempotencyKey::parse(&key), Fingerprint::parse(&seen)) else {
        let shown = Shown { changed: true, key: None, ..shown };
        return Err(Box::new(show_with(visit, shown, StatusCode::CONFLICT).await));
    };
    Ok(Ready { shown, checkout, key, seen })
}

/// The page, with a status.
pub(super) async fn show_with(visit: &Visit, shown: Shown, status: StatusCode) -> Response {
    let html = render(visit, shown).await;
    with_status(answer(visit, html).await, status)
}

/// Between the two steps: on, if what the first asks for is right, and back.
async fn turn(visit: &Visit, mut shown: Shown, is_on: bool) -> Response {
    if is_on {
        let mut faults = shown.form.check().err().unwrap_or_default();
        faults.retain(|fault| CheckoutStep::asks_first(fault.field));
        shown.faults = faults;
    }
    let is_right = shown.faults.is_empty();
    shown.step = if is_on && is_right { CheckoutStep::Paying } else { CheckoutStep::Address };
    let status = if is_right { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    show_with(visit, shown, status).await
}

pub(super) fn refusal_text(visit: &Visit, reason: &PlaceRefusal) -> String {
    match reason {
        PlaceRefusal::NotOrderable(_) => visit.locale.checkout_not_shipped().to_owned(),
        PlaceRefusal::Payment(_) => visit.locale.payment_not_offered().to_owned(),
        PlaceRefusal::TooLarge(_) | PlaceRefusal::KeyReused | PlaceRefusal::Withdrawn => {
            visit.locale.notice_failed().to_owned()
        }
    }
}

/// The checkout page with the cart's price of this moment.
async fn render(visit: &Visit, shown: Shown) -> Result<String, PortError> {
    let quote = quote(visit, &shown.cart, &shown.form).await?;
    let key = match shown.key.filter(|key| IdempotencyKey::parse(key).is_ok()) {
        Some(key) => key,
        None => new_key(visit)?,
    };
    let page = CheckoutPage {
        cart: shown.cart.to_string(),
        form: shown.form,
        faults: shown.faults,
        quote,
        changed: shown.changed,
        refusal: shown.refusal,
        payments: visit.host.config.payments.iter().map(|payment| payment.method()).collect(),
        key,
        step: shown.step,
        is_away: visit.host.away.is_some(),
        kept: shown.kept,
        keeps: shown.keeps,
    };
    let mut frame = visit.page().await;
    Arc::make_mut(&mut frame).slots.exposures = visit.exposures(&[STEPS]);
    Ok(pages::checkout(frame, page))
}

pub(super) async fn quote(visit: &Visit, cart: &Cart, form: &CheckoutForm) -> Result<Quote, PortError> {
    let method = ShippingMethod::parse(&form.shipping).unwrap_or(ShippingMethod::Standard);
    let destination = Country::parse(&form.country).ok().map(|country| Destination { method, country });
    let quote = quote_cart(&*visit.host.variants, cart, destination, visit.host.config.currency).await?;
    quote.map_err(|error| PortError::Unexpected(error.to_string()))
}

/// A name for a request that will be sent, perhaps more than once.
fn new_key(visit: &Visit) -> Result<String, PortError> {
    Ok(IdempotencyKey::from_random(visit.host.random.bytes()?).into())
}

/// `GET /en/orders/TOKEN`.
pub async fn order(visit: Visit, team: Team, Segment(token): Segment) -> Response {
    let stored = match OrderToken::parse(&token) {
        Ok(token) => team.placed.order(&token).await,
        Err(_) => Ok(None),
    };
    let html = match stored {
        Ok(Some(stored)) => match stored.order() {
            Ok(order) => {
                let cancel_key = if order.can_be_withdrawn() { new_key(&visit).ok() } else { None };
                let page = OrderPage {
                    number: stored.number,
                    order,
                    history: stored.history,
                    just_placed: visit.query == "placed=1",
                    cancel_key,
                    notices_key: notices_key(&visit, &team),
                };
                pages::order(visit.page().await, page)
            }
            Err(error) => return reply::failure(&visit, &error).await,
        },
        Ok(None) => {
            let html = pages::order_not_found(visit.page().await);
            return reply::private_page(StatusCode::NOT_FOUND, html);
        }
        Err(error) => return reply::failure(&visit, &error).await,
    };
    // The link is the key to the order: it must not leak to another host.
    let response = reply::private_page(StatusCode::OK, html);
    reply::with_header(response, header::REFERRER_POLICY, "same-origin")
}

/// The key for which a browser asks its push service, if the shop may tell anything: the service worker hears it.
fn notices_key(visit: &Visit, team: &Team) -> Option<String> {
    let vapid = team.notices.vapid.as_ref().filter(|_| visit.host.config.on_devices)?;
    Some(vapid.public_key().to_owned())
}

/// `POST /en/orders/TOKEN/cancel`: by the shopper, while nobody has begun with it.
pub async fn cancel(visit: Visit, team: Team, Segment(token): Segment, body: Bytes) -> Response {
    let key = form::fields(&body, MOST_FIELDS).remove("key").unwrap_or_default();
    let (Ok(token), Ok(key), Ok(reason)) = (
        OrderToken::parse(&token),
        IdempotencyKey::parse(&key),
        Text::at_most("cancelled by the shopper", 100),
    ) else {
        return reply::not_found(&visit).await;
    };
    let back = visit.url(&format!("/orders/{}", token.as_str()));
    let command = Command::Withdraw { reason };
    let wish = CommandOrder { token, command, key, now: visit.host.clock.now() };
    match command_order(&*team.placed, &wish).await {
        Ok(CommandOutcome::NotFound) => {
            reply::private_page(StatusCode::NOT_FOUND, pages::order_not_found(visit.page().await))
        }
        // The page says what state the order is in, whether it was this request or another.
        Ok(_) => reply::redirect(StatusCode::SEE_OTHER, &back),
        Err(error) => reply::failure(&visit, &error).await,
    }
}

async fn answer(visit: &Visit, html: Result<String, PortError>) -> Response {
    match html {
        Ok(html) => reply::private_page(StatusCode::OK, html),
        Err(error) => reply::failure(visit, &error).await,
    }
}

/// Sets the status of an answer that went well so far.
fn with_status(mut response: Response, status: StatusCode) -> Response {
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    response
}
