//! Whoever has shown that they may gets in: by a passkey, or by a link in a mail.

use super::cart;
use super::shopper::{session_cookie, visitor_of};
use crate::Team;
use crate::gateway::ahead::forget_everything;
use crate::gateway::visitor::identity::forget_visitor;
use crate::gateway::visitor::viewed::forget_viewed;
use crate::visit::{Visit, text};
use axum::response::Response;
use http::{HeaderMap, header};
use orilla_shop::PortError;
use orilla_shop::team::sign_in;

/// Begins the session of an account, with which the answer leaves. From now on the browser is counted as the account's
/// others are, and has their cart; what somebody else has left there goes. `passkey` is the number of the one that opened
/// it; none: a link did.
pub async fn welcome(
    visit: &Visit,
    team: &Team,
    headers: &HeaderMap,
    (account, passkey): (&str, Option<i64>),
    mut response: Response,
) -> Result<Response, PortError> {
    let (sessions, shown) = (&*team.shoppers.sessions, cart::shown(headers));
    // A session that ran out leaves a browser as it is. Whoever is not the one before is not counted as them either.
    let (is_next, nobody) = (shown.is_of_another(account), HeaderMap::new());
    let known = if is_next { &nobody } else { headers };
    let visitor = visitor_of(visit, team, known, Some(account), visit.visitor.consent()).await?;
    let (random, agent) = (visit.host.random.bytes()?, text(headers, header::USER_AGENT));
    let brought = shown.brought_to(account, &*visit.host.random)?;
    let begun = sign_in(sessions, account, passkey, agent, random, visit.host.clock.now()).await?;
    response.headers_mut().append(header::SET_COOKIE, session_cookie(Some(&begun)));
    // What a guest has put into this browser's cart goes to the account with the next page; what another one did, does not.
    cart::tell(response.headers_mut(), &shown, &brought);
    if is_next {
        forget_everything(response.headers_mut());
        for cookie in [forget_visitor(), forget_viewed()] {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    if let Some((visitor, keys)) = visitor {
        response.headers_mut().append(header::SET_COOKIE, visitor.cookie(keys));
    }
    Ok(response)
}
