//! Passkeys of an account: opening one with it, signing in, adding and removing. What `app/ui/js/passkeys.js` sends and is
//! answered is JSON; problems say in the page's language what to do.

use super::link::Post;
use super::shopper::{browser_cookie, browser_key, signed_in};
use super::welcome::welcome;
use super::{fields, nobody, overview, reviews, to_account};
use crate::api::extract::Json;
use crate::ceremony::{self, Made, Signed, answer};
use crate::visit::{Headers, Visit};
use crate::{Problem, Team, reply};
use axum::body::Bytes;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use orilla_orders::Text;
use orilla_passkeys::{NoParty, RelyingParty};
use orilla_shop::passkeys::{self, Binding, NAME_LENGTH, PasskeyError, Removal, Remove};
use orilla_shop::team::{Session, SessionKey};
use orilla_storefront::pages::AccountNotice;
use serde_json::json;

/// The site that shoppers' passkeys are for.
pub fn party(visit: &Visit) -> Result<RelyingParty, NoParty> {
    RelyingParty::new(&visit.origin, &visit.host.config.shop_name)
}

fn site(visit: &Visit) -> Result<RelyingParty, Problem> {
    let no_party =
        |NoParty| Problem::new(StatusCode::CONFLICT, "no_host_name", visit.locale.account_no_party());
    party(visit).map_err(no_party)
}

/// `POST /en/account/sign-in/begin`: what the browser is to be asked. A cookie says which browser it was.
pub async fn begin_sign_in(visit: Visit, team: Team, headers: Headers) -> Result<Response, Problem> {
    let (party, key) = (site(&visit)?, this_browser(&visit, &headers.0)?);
    let (store, random, now) = (&*team.shoppers.passkeys, &*visit.host.random, now(&visit));
    let asked = passkeys::begin_sign_in(store, &party, Binding::browser(&key), random, now).await?;
    Ok(asked_of(&key, &asked))
}

/// `POST /en/account/sign-in/finish`: begins a session.
pub async fn finish_sign_in(
    visit: Visit,
    team: Team,
    headers: Headers,
    signed: Json<Signed>,
) -> Result<Response, Problem> {
    let (party, bound_to) = (site(&visit)?, begun_by(&visit, &headers.0)?);
    let store = &*team.shoppers.passkeys;
    let found = passkeys::finish_sign_in(store, &party, &signed.0.credential, &bound_to, now(&visit)).await;
    let found = found.map_err(|error| problem(&visit, error))?;
    begin(&visit, &team, &headers.0, (&found.account.name, found.id), AccountNotice::SignedIn).await
}

/// `POST /en/account/open/begin`: what the browser is to be asked, to make the first passkey of an account.
pub async fn begin_opening(visit: Visit, team: Team, headers: Headers) -> Result<Response, Problem> {
    let (party, key) = (site(&visit)?, this_browser(&visit, &headers.0)?);
    let (store, random, now) = (&*team.shoppers.passkeys, &*visit.host.random, now(&visit));
    // Nobody is asked for a name: the day tells two accounts apart where a device lists them.
    let shown = visit.locale.account_on_device(&visit.locale.date(now));
    let asked = passkeys::begin_opening(store, &party, &shown, Binding::browser(&key), random, now).await?;
    Ok(asked_of(&key, &asked))
}

/// `POST /en/account/open/finish`: opens the account, and begins a session.
pub async fn finish_opening(
    visit: Visit,
    team: Team,
    headers: Headers,
    made: Json<Made>,
) -> Result<Response, Problem> {
    let (party, bound_to) = (site(&visit)?, begun_by(&visit, &headers.0)?);
    let name = named(&visit, visit.locale.account_first_passkey())?;
    let (store, made, now) = (&*team.shoppers.passkeys, &made.0.credential, now(&visit));
    let opened = passkeys::finish_opening(store, &party, made, &name, &bound_to, now).await;
    let (account, passkey) = opened.map_err(|error| problem(&visit, error))?;
    begin(&visit, &team, &headers.0, (&account.name, passkey), AccountNotice::Opened).await
}

/// Begins the session of an account by a passkey.
async fn begin(
    visit: &Visit,
    team: &Team,
    headers: &HeaderMap,
    (account, passkey): (&str, i64),
    notice: AccountNotice,
) -> Result<Response, Problem> {
    // What the visitor came for, if that was a review.
    let next = reviews::asked_for(visit).unwrap_or_else(|| to_account(visit, notice));
    let response = answer(&json!({ "next": next }));
    Ok(welcome(visit, team, headers, (account, Some(passkey)), response).await?)
}

/// `POST /en/account/passkeys/begin`: what the browser is to be asked, to make one more passkey.
pub async fn begin_adding(visit: Visit, team: Team, headers: Headers) -> Result<Response, Problem> {
    let (party, session) = (site(&visit)?, member(&visit, &team, &headers.0).await?);
    let (store, random, now) = (&*team.shoppers.passkeys, &*visit.host.random, now(&visit));
    let name = Text::at_most(&session.member, NAME_LENGTH);
    let name = name.map_err(|_| Problem::internal("an account without a name"))?;
    let bound_to = Binding::shopper(session.id);
    let shown = visit.locale.account_on_device(&visit.locale.date(now));
    let asked = passkeys::begin_adding(store, &party, &name, Some(&shown), bound_to, random, now).await;
    Ok(answer(&asked.map_err(|error| problem(&visit, error))?))
}

/// `POST /en/account/passkeys/finish`: adds it.
pub async fn finish_adding(
    visit: Visit,
    team: Team,
    headers: Headers,
    made: Json<Made>,
) -> Result<Response, Problem> {
    let (party, session) = (site(&visit)?, member(&visit, &team, &headers.0).await?);
    let name = named(&visit, &made.0.name)?;
    let (store, bound_to) = (&*team.shoppers.passkeys, Binding::shopper(session.id));
    passkeys::finish_adding(store, &party, &made.0.credential, &name, &bound_to, now(&visit))
        .await
        .map_err(|error| problem(&visit, error))?;
    Ok(answer(&json!({"next": to_account(&visit, AccountNotice::PasskeyAdded)})))
}

/// `POST /en/account/passkeys`: removes the passkey that the form names, and ends the sessions that it began but this
/// one. The last one stays, unless links are sent to the account's address: there is no other way in.
pub async fn remove(visit: Visit, team: Team, Headers(headers): Headers, body: Bytes) -> Response {
    let session = match signed_in(&visit, &team, &headers).await {
        Ok(Some(session)) => session,
        Ok(None) => return nobody(&visit, &team).await,
        Err(error) => return reply::failure(&visit, &error).await,
    };
    let passkey = fields(&body).remove("passkey").and_then(|id| id.parse::<i64>().ok());
    let Some(passkey) = passkey.filter(|id| (1..1 << 53).contains(id)) else {
        return overview(&visit, &team, &session, StatusCode::UNPROCESSABLE_ENTITY, None).await;
    };
    let own = Some(session.member.as_str());
    let or_address = Post::of(&visit, &team).is_some();
    let wish = Remove { passkey, of: own, keep_one_of: own, or_address, session: Some(session.id) };
    let (status, notice) = match team.shoppers.passkeys.remove(wish).await {
        Ok(Removal::Done) => (StatusCode::OK, AccountNotice::PasskeyRemoved),
        Ok(Removal::Last) => (StatusCode::CONFLICT, AccountNotice::PasskeyLast),
        Err(error) => return reply::failure(&visit, &error).await,
    };
    overview(&visit, &team, &session, status, Some(notice)).await
}

/// Who is signed in; a problem, if nobody is.
async fn member(visit: &Visit, team: &Team, headers: &HeaderMap) -> Result<Session, Problem> {
    let ended = || Problem::new(StatusCode::UNAUTHORIZED, "signed_out", visit.locale.account_ended());
    signed_in(visit, team, headers).await?.ok_or_else(ended)
}

fn named(visit: &Visit, name: &str) -> Result<Text, Problem> {
    let name = Text::at_most(name, NAME_LENGTH);
    name.map_err(|_| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "name", visit.locale.account_passkey_unnamed())
    })
}

/// The key by which this browser is known again: the one that it has, or a new one.
fn this_browser(visit: &Visit, headers: &HeaderMap) -> Result<SessionKey, Problem> {
    match browser_key(headers) {
        Some(key) => Ok(key),
        None => Ok(SessionKey::from_random(visit.host.random.bytes()?)),
    }
}

fn asked_of(key: &SessionKey, asked: &serde_json::Value) -> Response {
    let mut response = answer(asked);
    response.headers_mut().append(header::SET_COOKIE, browser_cookie(key));
    response
}

/// From where the answer must come that this browser sends.
fn begun_by(visit: &Visit, headers: &HeaderMap) -> Result<Binding, Problem> {
    let key = browser_key(headers).ok_or(PasskeyError::Expired);
    Ok(Binding::browser(&key.map_err(|error| problem(visit, error))?))
}

fn now(visit: &Visit) -> i64 {
    visit.host.clock.now()
}

fn problem(visit: &Visit, error: PasskeyError) -> Problem {
    ceremony::problem(visit.locale, visit.locale.account_passkey_unknown(), error)
}
