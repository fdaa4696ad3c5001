//! The cart of who is signed in is the account's, on all browsers alike. A guest's is the cookie, and needs nothing of this.
//!
//! What pages and scripts read, and what a device changes without a network, is the cookie all the same. Beside it a
//! signed-in browser has another one that says which copy of the account's cart that is ([`Held`]); what a request makes of
//! the cart, and what was done on the device since, follows from the two ([`SharedCart`]).

use super::leave::wiped;
use super::shopper::{has_key, session_of, state_of};
use crate::ceremony::answer;
use crate::form::fields;
use crate::gateway::visitor::cookie::{Readable, cookie, pairs, set_cookie};
use crate::visit::{CART_COOKIE, Headers, Visit, cart_cookie, cart_in_cookie};
use crate::{Host, Problem, Team};
use axum::body::Bytes;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::Entry;
use http::{HeaderMap, HeaderValue, header};
use orilla_orders::{BrowserId, Cart, Held, Synced};
use orilla_shop::accounts::SharedCart;
use orilla_shop::team::SessionState;
use orilla_shop::{PortError, Random};
use orilla_ui::Locale;
use serde_json::json;

/// The cookie that says which copy of the account's cart this browser has.
const HELD: &str = "__Host-cart-copy";
/// A year, in seconds, as the cart's: longer than any session, so that who signs in again is known again.
const HELD_AGE: u32 = 365 * 24 * 3600;
/// The most fields of a form.
const MOST_FIELDS: usize = 4;

/// What a browser shows of its cart.
pub struct Shown {
    /// Which copy of the account's it is. `None`: the browser has not been told yet who it is.
    pub held: Option<Held>,
    /// The cart in the cookie. `None`: it has none, because that one is empty, or because the browser has lost it.
    pub own: Option<Cart>,
}

impl Shown {
    /// Reads it.
    pub fn of(headers: &HeaderMap) -> Self {
        Shown { held: cookie(headers, HELD).and_then(Held::parse), own: cart_in_cookie(headers) }
    }

    /// A browser that was not told yet who it is, is told so first: with the request that shows that it knows its cart is
    /// merged, so a guest's cart is merged once, however many answers get lost.
    pub fn held_or_new(&self, random: &dyn Random) -> Result<Held, PortError> {
        match self.held {
            Some(held) => Ok(held),
            None => {
                let [.., a, b, c, d, e, f, g, h] = random.bytes()?;
                Ok(Held { browser: BrowserId::from_random([a, b, c, d, e, f, g, h]), copy: 0 })
            }
        }
    }
}

/// The `Set-Cookie` with that. Scripts see by it that others share the cart ([`refresh`]).
pub fn held_cookie(held: Held) -> HeaderValue {
    set_cookie(HELD, &held.to_string(), HELD_AGE, Readable::ByScripts)
}

/// Ends it.
pub fn forget_held() -> HeaderValue {
    set_cookie(HELD, "", 0, Readable::ByScripts)
}

/// Around a handler that reads or changes the cart: it gets that of the account, and what it makes of it is the account's.
/// If the account is out of reach, the browser's own cart is what there is, and what happens to it is merged another time.
pub async fn share(mut request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    let (true, Some(host), Some(team)) =
        (has_key(request.headers()), extensions.get::<Host>().cloned(), extensions.get::<Team>().cloned())
    else {
        return next.run(request).await;
    };
    let session = match session_of(&host, &team, request.headers()).await {
        Ok(Some(session)) => session,
        // It has ended elsewhere: what is left here is wiped by `refresh`, or on the account's page.
        Ok(None) => return next.run(request).await,
        Err(error) => return alone(&host, request, next, &error).await,
    };
    let Shown { held: Some(held), own } = Shown::of(request.headers()) else {
        let held = Shown::of(request.headers()).held_or_new(&*host.random);
        let response = next.run(request).await;
        return match held {
            Ok(held) => with_cookie(response, held_cookie(held)),
            Err(_) => response,
        };
    };
    let accounts = &*team.shoppers.accounts;
    let shared = match SharedCart::open(accounts, &session.member, held, own.as_ref(), host.clock.now()).await
    {
        Ok(shared) => shared,
        Err(error) => return alone(&host, request, next, &error).await,
    };
    let seen = shared.cart().clone();
    let own = own.unwrap_or_default();
    put_cart(request.headers_mut(), &seen);
    let mut response = next.run(request).await;
    let changed = take_cart(response.headers_mut());
    let kept = shared.keep(changed.as_ref()).await.unwrap_or_else(|error| {
        host.complain(&not_shared(&error));
        // As if the device had done it.
        Synced { cart: own.changed(&seen, changed.as_ref().unwrap_or(&seen)), held }
    });
    keep(response.headers_mut(), &own, held, &kept);
    response
}

fn not_shared(error: &PortError) -> String {
    format!("a cart is not shared: {error}")
}

async fn alone(host: &Host, request: Request, next: Next, error: &PortError) -> Response {
    host.complain(&not_shared(error));
    next.run(request).await
}

/// Has the browser keep what is new to it.
fn keep(headers: &mut HeaderMap, own: &Cart, held: Held, kept: &Synced) {
    // Both or none: an answer that comes late must not leave one of another's.
    if kept.cart != *own || kept.held != held {
        headers.append(header::SET_COOKIE, cart_cookie(&kept.cart));
        headers.append(header::SET_COOKIE, held_cookie(kept.held));
    }
}

/// `POST /fn/cart`: the page of a browser that shares its cart asks what is in it by now, in the language `locale`; what
/// was done there without a network is merged. A browser whose session has ended elsewhere is wiped.
pub async fn refresh(visit: Visit, team: Team, Headers(headers): Headers, body: Bytes) -> Response {
    let locale = fields(&body, MOST_FIELDS).remove("locale");
    let locale = locale.and_then(|code| Locale::from_segment(&code)).unwrap_or(visit.locale);
    let shown = Shown::of(&headers);
    let own = shown.own.clone().unwrap_or_default();
    let session = match state_of(&visit.host, &team, &headers).await {
        Ok(SessionState::Open(session)) => session,
        Ok(SessionState::Ended) => return wiped(&visit, told(locale, &Cart::default(), true)),
        // Who signs in again is known again; until then nobody asks here.
        Ok(SessionState::Over) => {
            let answer = told(locale, &own, false);
            let hidden = |held: Held| set_cookie(HELD, &held.to_string(), HELD_AGE, Readable::ByHost);
            return match shown.held {
                Some(held) => with_cookie(answer, hidden(held)),
                None => answer,
            };
        }
        Err(error) => return Problem::from(error).into_response(),
    };
    let Some(held) = shown.held else {
        return match shown.held_or_new(&*visit.host.random) {
            Ok(held) => with_cookie(told(locale, &own, false), held_cookie(held)),
            Err(error) => Problem::from(error).into_response(),
        };
    };
    match merged(&visit.host, &team, &session.member, held, shown.own.as_ref()).await {
        Ok(kept) => {
            let mut response = told(locale, &kept.cart, false);
            keep(response.headers_mut(), &own, held, &kept);
            response
        }
        Err(error) => Problem::from(error).into_response(),
    }
}

async fn merged(
    host: &Host,
    team: &Team,
    account: &str,
    held: Held,
    own: Option<&Cart>,
) -> Result<Synced, PortError> {
    let accounts = &*team.shoppers.accounts;
    SharedCart::open(accounts, account, held, own, host.clock.now()).await?.keep(None).await
}

/// What the badge says.
fn told(locale: Locale, cart: &Cart, has_ended: bool) -> Response {
    let pieces = cart.pieces();
    let label = match pieces {
        0 => locale.nav_cart().to_owned(),
        some => locale.nav_cart_items(some.into()),
    };
    answer(&json!({ "pieces": pieces, "label": label, "ended": has_ended }))
}

fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// Puts another cart into a request.
fn put_cart(headers: &mut HeaderMap, cart: &Cart) {
    let others = pairs(headers).filter(|(name, _)| *name != CART_COOKIE);
    let mut text: String = others.map(|(name, value)| format!("{name}={value}; ")).collect();
    text.push_str(&format!("{CART_COOKIE}={cart}"));
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.insert(header::COOKIE, value);
    }
}

/// Takes the cart out of an answer that sets it.
fn take_cart(headers: &mut HeaderMap) -> Option<Cart> {
    let Entry::Occupied(set) = headers.entry(header::SET_COOKIE) else { return None };
    let (_, all) = set.remove_entry_mult();
    let (carts, others): (Vec<_>, Vec<_>) = all.partition(|cookie| cart_in(cookie).is_some());
    for cookie in others {
        headers.append(header::SET_COOKIE, cookie);
    }
    carts.last().and_then(cart_in)
}

fn cart_in(cookie: &HeaderValue) -> Option<Cart> {
    let value = cookie.to_str().ok()?.strip_prefix(CART_COOKIE)?.strip_prefix('=')?;
    Some(Cart::parse(value.split(';').next()?).unwrap_or_default())
}
