//! Signing out, and deleting the account: this browser forgets what is personal.

use super::cart::{forget_held, shown};
use super::shopper::session_cookie;
use super::{fields, nobody, signed_in, to_account};
use crate::gateway::visitor::cookie::{Readable, set_cookie};
use crate::gateway::visitor::identity::{Identified, forget_visitor};
use crate::gateway::visitor::viewed::forget_viewed;
use crate::visit::{Headers, Visit, cart_cookie};
use crate::{Team, reply};
use axum::body::Bytes;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use orilla_orders::Cart;
use orilla_shop::PortError;
use orilla_shop::accounts::leave_cart;
use orilla_storefront::pages::AccountNotice;

/// The cookie that says that somebody has left this browser, until the service worker has forgotten them and removes it. An
/// address would not do: anybody can lead a guest to one, and what waits of theirs would be lost.
pub const LEFT: &str = "__Host-left";
/// A year, in seconds: the device may be opened again whenever.
const LEFT_AGE: u32 = 365 * 24 * 3600;

/// `POST /en/account/sign-out`: ends this session, or (`where=everywhere`) all of the account's.
pub async fn sign_out(visit: Visit, team: Team, Headers(headers): Headers, body: Bytes) -> Response {
    let is_everywhere = fields(&body).remove("where").is_some_and(|place| place == "everywhere");
    match end(&visit, &team, &headers, is_everywhere).await {
        Ok(()) => {}
        Err(error) => return reply::failure(&visit, &error).await,
    }
    let notice = if is_everywhere { AccountNotice::SignedOutEverywhere } else { AccountNotice::SignedOut };
    let leaving = reply::redirect(StatusCode::SEE_OTHER, &to_account(&visit, notice));
    wiped(&visit, leaving)
}

/// A session that has ended already is as good.
async fn end(visit: &Visit, team: &Team, headers: &HeaderMap, is_everywhere: bool) -> Result<(), PortError> {
    let (sessions, found) = (&team.shoppers.sessions, signed_in(visit, team, headers).await?);
    let Some(session) = found else { return Ok(()) };
    let brought = shown(headers).brought_to(&session.member, &*visit.host.random)?;
    let (accounts, now) = (&*team.shoppers.accounts, visit.host.clock.now());
    leave_cart(accounts, &session.member, brought.held, brought.own.as_ref(), now).await?;
    sessions.end(session.id, Some(&session.member)).await?;
    if is_everywhere {
        for other in sessions.list(Some(&session.member)).await? {
            sessions.end(other.id, Some(&session.member)).await?;
        }
    }
    Ok(())
}

/// `POST /en/account/delete`: the account, with all that is its own.
pub async fn delete(visit: Visit, team: Team, Headers(headers): Headers) -> Response {
    let session = match signed_in(&visit, &team, &headers).await {
        Ok(Some(session)) => session,
        Ok(None) => return nobody(&visit, &team).await,
        Err(error) => return reply::failure(&visit, &error).await,
    };
    if let Err(error) = team.shoppers.accounts.delete(&session.member).await {
        return reply::failure(&visit, &error).await;
    }
    let leaving = reply::redirect(StatusCode::SEE_OTHER, &to_account(&visit, AccountNotice::Deleted));
    wiped(&visit, leaving)
}

/// The answer, with which the browser forgets the session, the cart, what was looked at, and who it was counted as: if
/// its owner agreed to be counted, it is somebody new from now on. By one cookie more the service worker knows that it has
/// to forget its part ([`LEFT`]).
pub fn wiped(visit: &Visit, mut response: Response) -> Response {
    let keys = visit.host.gate.settings.visitor_keys.as_ref();
    let agreed = visit.visitor.consent().is_some_and(|consent| consent.any());
    let new = keys.filter(|_| agreed).and_then(|keys| {
        // Without dice there is nobody rather than the one before.
        Some(Identified::new(&*visit.host.random, visit.host.clock.now()).ok()?.cookie(keys))
    });
    let visitor = new.unwrap_or_else(forget_visitor);
    let cart = cart_cookie(&Cart::default());
    let left = set_cookie(LEFT, "1", LEFT_AGE, Readable::ByScripts);
    for cookie in [session_cookie(None), visitor, forget_viewed(), cart, forget_held(), left] {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
