//! Who asks for a page of the Studio.

use super::passkeys::party;
use super::{context, failure, page, see};
use crate::Team;
use crate::staff::authorise;
use crate::visit::{Visit, cookies};
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use orilla_shop::passkeys::LIVES;
use orilla_shop::team::{Begun, SessionKey, who};
use orilla_studio::StudioContext;
use orilla_studio::pages::{self, SignInPage};
use percent_encoding::percent_decode_str;

/// The cookie with the session's key. Strict: no link of another site opens a page of the Studio.
pub const SESSION_COOKIE: &str = "__Host-studio";
/// The cookie that says which browser began to sign in with a passkey.
const BROWSER: &str = "__Host-passkey-browser";
/// What stands for the name of who uses the token itself, in a header.
const PROGRAM: &str = "API";

/// A request of someone who is signed in, or carries the team's token. A handler that takes one is open to nobody else.
pub struct Member {
    /// The request.
    pub visit: Visit,
    /// The team's ports.
    pub team: Team,
    /// What each page needs, who it is among it.
    pub studio: StudioContext,
    /// The session, unless it is the token that opens.
    pub session: Option<i64>,
}

impl Member {
    /// Who it is, for the history.
    pub fn name(&self) -> &str {
        self.studio.member.as_deref().unwrap_or(PROGRAM)
    }

    /// What stands behind the last slash of the path, decoded.
    pub fn segment(&self) -> String {
        let last = self.visit.path.rsplit('/').next().unwrap_or_default();
        percent_decode_str(last).decode_utf8_lossy().into_owned()
    }
}

impl<S: Sync> FromRequestParts<S> for Member {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let visit = Visit::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        let team = Team::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        if authorise(&visit.host, &parts.headers).is_ok() {
            let studio = context(&visit, Some(PROGRAM));
            return Ok(Member { visit, team, studio, session: None });
        }
        let found = match session_key(&parts.headers) {
            Some(key) => who(&*team.sessions, &key, visit.host.clock.now()).await,
            None => Ok(None),
        };
        match found {
            Ok(Some(session)) => {
                let studio = context(&visit, Some(&session.member));
                Ok(Member { visit, team, studio, session: Some(session.id) })
            }
            Ok(None) => Err(nobody(&visit, &parts.method)),
            Err(error) => Err(failure(&context(&visit, None), &error)),
        }
    }
}

/// Sends who is not signed in to do so. A form has no page to come back to: its answer is 401.
fn nobody(visit: &Visit, method: &Method) -> Response {
    if matches!(*method, Method::GET | Method::HEAD) {
        let mark = if visit.query.is_empty() { "" } else { "?" };
        let next = format!("{}{mark}{}", visit.path, visit.query);
        let next = form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>();
        return see(&format!("/studio/sign-in?next={next}"));
    }
    let has_passkeys = party(visit).is_ok();
    let data = SignInPage { next: visit.path.clone(), has_passkeys, ..SignInPage::default() };
    page(StatusCode::UNAUTHORIZED, pages::sign_in(&context(visit, None), data))
}

fn session_key(headers: &HeaderMap) -> Option<SessionKey> {
    cookies(headers, SESSION_COOKIE).find_map(SessionKey::parse)
}

/// What tells the browser that began to sign in from others.
pub fn browser_key(headers: &HeaderMap) -> Option<SessionKey> {
    cookies(headers, BROWSER).find_map(SessionKey::parse)
}

/// The `Set-Cookie` with that, for as long as an answer is waited for.
pub fn browser_cookie(key: &SessionKey) -> HeaderValue {
    cookie(BROWSER, key.as_str(), LIVES / 1_000)
}

/// The `Set-Cookie` that keeps a session, or removes it.
pub fn session_cookie(begun: Option<&Begun>) -> HeaderValue {
    let (key, age) = begun.map_or(("", 0), |begun| (begun.key.as_str(), begun.seconds));
    cookie(SESSION_COOKIE, key, age)
}

fn cookie(name: &str, key: &str, age: i64) -> HeaderValue {
    let cookie = format!("{name}={key}; Path=/; Max-Age={age}; Secure; HttpOnly; SameSite=Strict");
    // A key is digits and letters.
    HeaderValue::from_str(&cookie).unwrap_or_else(|_| HeaderValue::from_static(""))
}
