//! The cart of who is signed in is the account's, on all browsers alike. A guest's is the cookie, and needs nothing of this.
//!
//! What pages and scripts read, and what a device changes without a network, is the cookie all the same. Beside it a
//! signed-in browser has another one that says which copy of the account's cart that is ([`Held`]); what a request makes of
//! the cart, and what was done on the device since, follows from the two ([`SharedCart`]).

use super::leave::wiped;
use super::shopper::{has_key, state_of};
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
use orilla_orders::{Cart, Held, Synced};
use orilla_shop::PortError;
use orilla_shop::accounts::{Brought, SharedCart, Shown};
use orilla_shop::team::SessionState;
use orilla_ui::Locale;
use serde_json::json;

/// The cookie that says which copy of the account's cart this browser has.
const HELD: &str = "__Host-cart-copy";
/// A year, in seconds, as the cart's: longer than any session, so that who signs in again is known again.
const HELD_AGE: u32 = 365 * 24 * 3600;
/// What stands between the copy and the cart that was left.
const LEFT: char = '~';
/// The most fields of a form.
const MOST_FIELDS: usize = 4;

/// What a browser shows of its cart. Behind its copy may stand what it had when its session was seen to be over.
pub fn shown(headers: &HeaderMap) -> Shown {
    let value = cookie(headers, HELD).unwrap_or_default();
    let (held, left) = value.split_once(LEFT).unwrap_or((value, ""));
    Shown { held: Held::parse(held), own: cart_in_cookie(headers), left: Cart::parse(left).ok() }
}

/// The cookies of a browser that is told now who it is; of what it shows it keeps what is that one's.
pub fn tell(headers: &mut HeaderMap, shown: &Shown, brought: &Brought) {
    if brought.own != shown.own {
        headers.append(header::SET_COOKIE, cart_cookie(&brought.own.clone().unwrap_or_default()));
    }
    headers.append(header::SET_COOKIE, held_cookie(brought.held));
}

/// The session is over, and nobody has ended it: the cart stays. Who signs in again is known again; whoever else does
/// gets nothing of what stands in it now; until then no script asks here.
pub fn set_aside(mut response: Response, shown: &Shown) -> Response {
    if let Some((held, left)) = shown.set_aside() {
        let value = format!("{held}{LEFT}{left}");
        let cookie = set_cookie(HELD, &value, HELD_AGE, Readable::ByHost);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The `Set-Cookie` with a copy. Scripts see by it that others share the cart ([`refresh`]).
fn held_cookie(held: Held) -> HeaderValue {
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
    let shown = shown(request.headers());
    let session = match state_of(&host, &team, request.headers()).await {
        Ok(SessionState::Open(session)) => session,
        Ok(SessionState::Over) => return set_aside(next.run(request).await, &shown),
        // It has ended elsewhere: what is left here is wiped by `refresh`, or on the account's page.
        Ok(SessionState::Ended) => return next.run(request).await,
        Err(error) => return alone(&host, request, next, &error).await,
    };
    let brought = match shown.brought_to(&session.member, &*host.random) {
        Ok(brought) => brought,
        Err(error) => return alone(&host, request, next, &error).await,
    };
    if !brought.is_told {
        return first(request, next, &shown, &brought).await;
    }
    let Brought { held, own, .. } = brought;
    let accounts = &*team.shoppers.accounts;
    let shared = match SharedCart::open(accounts, &session.member, held, own.as_ref(), host.clock.now()).await
    {
        Ok(shared) => shared,
        Err(error) => return alone(&host, request, next, &error).await,
    };
    let own = own.unwrap_or_default();
    let seen = shared.cart().clone();
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

/// The browser is told who it is, and what it does is done to its own cart.
async fn first(mut request: Request, next: Next, shown: &Shown, brought: &Brought) -> Response {
    if brought.own != shown.own {
        put_cart(request.headers_mut(), &brought.own.clone().unwrap_or_default());
    }
    let mut response = next.run(request).await;
    let own = take_cart(response.headers_mut()).or_else(|| brought.own.clone());
    tell(response.headers_mut(), shown, &Brought { own, ..brought.clone() });
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
    let shown = shown(&headers);
    let own = shown.own.clone().unwrap_or_default();
    let session = match state_of(&visit.host, &team, &headers).await {
        Ok(SessionState::Open(session)) => session,
        Ok(SessionState::Ended) => return wiped(&visit, told(locale, &Cart::default(), true)),
        Ok(SessionState::Over) => return set_aside(told(locale, &own, false), &shown),
        Err(error) => return Problem::from(error).into_response(),
    };
    match refreshed(&visit.host, &team, &session.member, &shown).await {
        Ok((cart, cookies)) => {
            let mut response = told(locale, &cart, false);
            response.headers_mut().extend(cookies);
            response
        }
        Err(error) => Problem::from(error).into_response(),
    }
}

/// What is in the cart of who is signed in by now, and the cookies that the browser is to keep.
async fn refreshed(
    host: &Host,
    team: &Team,
    account: &str,
    shown: &Shown,
) -> Result<(Cart, HeaderMap), PortError> {
    let mut cookies = HeaderMap::new();
    let brought = shown.brought_to(account, &*host.random)?;
    if !brought.is_told {
        tell(&mut cookies, shown, &brought);
        return Ok((brought.own.unwrap_or_default(), cookies));
    }
    let (held, own) = (brought.held, brought.own);
    let accounts = &*team.shoppers.accounts;
    let shared = SharedCart::open(accounts, account, held, own.as_ref(), host.clock.now()).await?;
    let kept = shared.keep(None).await?;
    keep(&mut cookies, &own.unwrap_or_default(), held, &kept);
    Ok((kept.cart, cookies))
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
