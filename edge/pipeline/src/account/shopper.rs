//! Who is signed in to the shop, and as whom they are counted.

use crate::gateway::visitor::consent::Consent;
use crate::gateway::visitor::cookie::{Readable, set_cookie};
use crate::gateway::visitor::identity::{Identified, VisitorKeys};
use crate::visit::{Visit, cookies};
use crate::{Host, Team};
use http::{HeaderMap, HeaderValue};
use orilla_shop::PortError;
use orilla_shop::accounts::stitch_browser;
use orilla_shop::passkeys::LIVES;
use orilla_shop::team::{Begun, Session, SessionKey, SessionState, session_state, who};

/// The cookie with the session's key. Lax: a link in a message opens the account as well.
pub const SESSION: &str = "__Host-account";
/// The cookie that says which browser began to sign in.
const BROWSER: &str = "__Host-account-browser";

/// The session of who is signed in; its member is the account's name.
///
/// # Errors
/// [`PortError`] of the store.
pub async fn signed_in(
    visit: &Visit,
    team: &Team,
    headers: &HeaderMap,
) -> Result<Option<Session>, PortError> {
    match key(headers, SESSION) {
        Some(key) => who(&*team.shoppers.sessions, &key, visit.host.clock.now()).await,
        None => Ok(None),
    }
}

/// How the session of a browser stands. One whose cookie has run out is over.
///
/// # Errors
/// [`PortError`] of the store.
pub async fn state_of(host: &Host, team: &Team, headers: &HeaderMap) -> Result<SessionState, PortError> {
    match key(headers, SESSION) {
        Some(key) => session_state(&*team.shoppers.sessions, &key, host.clock.now()).await,
        None => Ok(SessionState::Over),
    }
}

/// Whether the browser has been signed in, and has not signed out.
pub fn has_key(headers: &HeaderMap) -> bool {
    key(headers, SESSION).is_some()
}

/// What tells the browser that began to sign in from others.
pub fn browser_key(headers: &HeaderMap) -> Option<SessionKey> {
    key(headers, BROWSER)
}

fn key(headers: &HeaderMap, name: &str) -> Option<SessionKey> {
    cookies(headers, name).find_map(SessionKey::parse)
}

/// The `Set-Cookie` with that, for as long as an answer is waited for.
pub fn browser_cookie(key: &SessionKey) -> HeaderValue {
    cookie(BROWSER, key.as_str(), LIVES / 1_000)
}

/// The `Set-Cookie` that keeps a session, or removes it.
pub fn session_cookie(begun: Option<&Begun>) -> HeaderValue {
    let (key, age) = begun.map_or(("", 0), |begun| (begun.key.as_str(), begun.seconds));
    cookie(SESSION, key, age)
}

fn cookie(name: &str, key: &str, seconds: i64) -> HeaderValue {
    set_cookie(name, key, u32::try_from(seconds).unwrap_or_default(), Readable::ByHost)
}

/// Who a browser is counted as whose owner agreed to `consent`: the account's visitor if it is signed in to one, else
/// the one that it is already, or a new one. `None`: nobody, without consent or without keys.
///
/// # Errors
/// [`PortError`] of the store or of the dice.
pub async fn visitor_of<'a>(
    visit: &'a Visit,
    team: &Team,
    headers: &HeaderMap,
    account: Option<&str>,
    consent: Option<Consent>,
) -> Result<Option<(Identified, &'a VisitorKeys)>, PortError> {
    let keys = visit.host.gate.settings.visitor_keys.as_ref().filter(|_| consent.is_some_and(Consent::any));
    let Some(keys) = keys else { return Ok(None) };
    let now = visit.host.clock.now();
    let own =
        Identified::of(headers, keys, now).map_or_else(|| Identified::new(&*visit.host.random, now), Ok)?;
    let Some(account) = account else { return Ok(Some((own, keys))) };
    let accounts = &*team.shoppers.accounts;
    let identity = stitch_browser(accounts, account, own.identity(), Identified::day_of(now)).await?;
    Ok(Some((Identified::from_identity(&identity).unwrap_or(own), keys)))
}
