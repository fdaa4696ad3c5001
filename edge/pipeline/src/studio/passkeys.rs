//! Passkeys: signing in with one, adding one, removing one. What `app/ui/js/passkeys.js` sends and is answered is
//! JSON; problems say in the visitor's language what to do.

use super::member::{Member, browser_cookie, browser_key, session_cookie};
use super::sign_in::target;
use super::{failure, fields, page};
use crate::api::extract::Json;
use crate::ceremony::{self, Made, Signed, answer};
use crate::staff::is_token;
use crate::visit::{Headers, Visit, text};
use crate::{Problem, Team};
use axum::body::Bytes;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use orilla_orders::Text;
use orilla_passkeys::{NoParty, RelyingParty};
use orilla_shop::passkeys::{
    Binding, NAME_LENGTH, PasskeyError, Removal, Remove, begin_adding, begin_sign_in, finish_adding,
    finish_sign_in,
};
use orilla_shop::team::{MEMBER_LENGTH, SessionKey, sign_in as begin_session};
use orilla_studio::Words;
use orilla_studio::pages::{self, PasskeysPage, Told};
use serde_json::json;

/// The site that the team's passkeys are for.
pub fn party(visit: &Visit) -> Result<RelyingParty, NoParty> {
    RelyingParty::new(&visit.origin, &format!("{} Studio", visit.host.config.shop_name))
}

/// `GET /studio/passkeys`.
pub async fn show(member: Member) -> Response {
    let told = match member.visit.query.as_str() {
        "done=added" => Told::Done(member.studio.words().passkey_added().to_owned()),
        _ => Told::Nothing,
    };
    list(&member, StatusCode::OK, told).await
}

/// `POST /studio/passkeys`: removes the passkey that the form names. Everybody of the team may: a colleague who leaves
/// does not do it. Without the token as another way in, nobody removes the last of their own.
pub async fn remove(member: Member, body: Bytes) -> Response {
    let words = member.studio.words();
    let passkey = fields(&body).remove("passkey").and_then(|id| id.parse::<i64>().ok());
    let Some(passkey) = passkey.filter(|id| (1..1 << 53).contains(id)) else {
        return list(&member, StatusCode::UNPROCESSABLE_ENTITY, Told::Refused(words.form_stale().to_owned()))
            .await;
    };
    let has_token = is_token(&member.visit.host, "").is_some();
    let keep_one_of = if has_token { None } else { Some(member.name()) };
    match member
        .team
        .passkeys
        .remove(Remove { passkey, of: None, keep_one_of, or_address: false, session: member.session })
        .await
    {
        Ok(Removal::Done) => {
            list(&member, StatusCode::OK, Told::Done(words.passkey_removed().to_owned())).await
        }
        Ok(Removal::Last) => {
            list(&member, StatusCode::CONFLICT, Told::Refused(words.passkey_last().to_owned())).await
        }
        Err(error) => failure(&member.studio, &error),
    }
}

async fn list(member: &Member, status: StatusCode, told: Told) -> Response {
    let words = member.studio.words();
    let refused = match (party(&member.visit), member.session) {
        (Err(NoParty), _) => Some(words.passkey_no_party()),
        (Ok(_), None) => Some(words.passkey_no_session()),
        (Ok(_), Some(_)) => None,
    };
    match member.team.passkeys.list(None).await {
        Ok(passkeys) => {
            page(status, pages::passkeys(&member.studio, &PasskeysPage { passkeys, told, refused }))
        }
        Err(error) => failure(&member.studio, &error),
    }
}

/// `POST /studio/passkeys/begin`: what the browser is to be asked, to make a passkey for who is signed in.
pub async fn begin_add(member: Member) -> Result<Response, Problem> {
    let (party, session) = may_add(&member)?;
    let (passkeys, random, now) = (&*member.team.passkeys, &*member.visit.host.random, now(&member.visit));
    let name = named(&member, member.name(), MEMBER_LENGTH)?;
    let asked = begin_adding(passkeys, &party, &name, None, Binding::session(session), random, now).await;
    Ok(answer(&asked.map_err(|error| problem(&member.visit, error))?))
}

/// `POST /studio/passkeys/finish`: adds it.
pub async fn finish_add(member: Member, made: Json<Made>) -> Result<Response, Problem> {
    let (party, session) = may_add(&member)?;
    let name = named(&member, &made.0.name, NAME_LENGTH)?;
    let (passkeys, bound_to, now) = (&*member.team.passkeys, Binding::session(session), now(&member.visit));
    finish_adding(passkeys, &party, &made.0.credential, &name, &bound_to, now)
        .await
        .map_err(|error| problem(&member.visit, error))?;
    Ok(answer(&json!({"next": "/studio/passkeys?done=added"})))
}

/// Who adds a passkey is signed in, at an address that can have some.
fn may_add(member: &Member) -> Result<(RelyingParty, i64), Problem> {
    let words = member.studio.words();
    let no_session = || Problem::new(StatusCode::FORBIDDEN, "no_session", words.passkey_no_session());
    Ok((site(&member.visit, words)?, member.session.ok_or_else(no_session)?))
}

fn site(visit: &Visit, words: Words) -> Result<RelyingParty, Problem> {
    party(visit)
        .map_err(|NoParty| Problem::new(StatusCode::CONFLICT, "no_host_name", words.passkey_no_party()))
}

fn named(member: &Member, name: &str, most: usize) -> Result<Text, Problem> {
    let text = |error| pages::text_fault(&member.studio, &error);
    Text::at_most(name, most)
        .map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "name", text(error)))
}

/// `POST /studio/sign-in/begin`: what the browser is to be asked. A cookie says which browser it was.
pub async fn begin(visit: Visit, team: Team, headers: Headers) -> Result<Response, Problem> {
    let words = Words::from(visit.locale);
    let party = site(&visit, words)?;
    let key = match browser_key(&headers.0) {
        Some(key) => key,
        None => SessionKey::from_random(visit.host.random.bytes()?),
    };
    let (random, now) = (&*visit.host.random, now(&visit));
    let asked = begin_sign_in(&*team.passkeys, &party, Binding::browser(&key), random, now).await?;
    let mut response = answer(&asked);
    response.headers_mut().append(header::SET_COOKIE, browser_cookie(&key));
    Ok(response)
}

/// `POST /studio/sign-in/finish`: begins a session.
pub async fn finish(
    visit: Visit,
    team: Team,
    headers: Headers,
    signed: Json<Signed>,
) -> Result<Response, Problem> {
    let words = Words::from(visit.locale);
    let (party, now) = (site(&visit, words)?, now(&visit));
    let bound_to = browser(&headers.0).ok_or(PasskeyError::Expired);
    let bound_to = bound_to.map_err(|error| problem(&visit, error))?;
    let found = finish_sign_in(&*team.passkeys, &party, &signed.0.credential, &bound_to, now).await;
    let found = found.map_err(|error| problem(&visit, error))?;
    let (random, agent) = (visit.host.random.bytes()?, text(&headers.0, header::USER_AGENT));
    let sessions = &*team.sessions;
    let begun = begin_session(sessions, &found.account.name, Some(found.id), agent, random, now).await?;
    let mut response = answer(&json!({"next": target(&signed.0.next)}));
    response.headers_mut().append(header::SET_COOKIE, session_cookie(Some(&begun)));
    Ok(response)
}

fn browser(headers: &HeaderMap) -> Option<Binding> {
    browser_key(headers).map(|key| Binding::browser(&key))
}

fn now(visit: &Visit) -> i64 {
    visit.host.clock.now()
}

fn problem(visit: &Visit, error: PasskeyError) -> Problem {
    ceremony::problem(visit.locale, Words::from(visit.locale).passkey_unknown(), error)
}
