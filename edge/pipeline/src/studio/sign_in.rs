//! Signing in with the team's token, and out.

use super::member::{Member, session_cookie};
use super::passkeys::party;
use super::{context, failure, fields, page, see};
use crate::Team;
use crate::staff::is_token;
use crate::visit::{Headers, Visit, text};
use axum::body::Bytes;
use axum::response::Response;
use http::{StatusCode, header};
use orilla_orders::Text;
use orilla_shop::PortError;
use orilla_shop::team::{Begun, MEMBER_LENGTH, sign_in as begin};
use orilla_studio::StudioContext;
use orilla_studio::pages::{self, FormFault, SignInPage, Told};

/// Where one gets if no page of the Studio is named.
const HOME: &str = "/studio";

/// `GET /studio/sign-in?next=/studio/orders`.
pub async fn show(visit: Visit) -> Response {
    let studio = context(&visit, None);
    let next = form_urlencoded::parse(visit.query.as_bytes()).find(|(name, _)| name == "next");
    let next = next.map_or_else(|| HOME.to_owned(), |(_, value)| target(&value).to_owned());
    let (has_passkeys, told) = (party(&visit).is_ok(), not_configured(&visit, &studio));
    let data = SignInPage { next, has_passkeys, told, ..SignInPage::default() };
    page(StatusCode::OK, pages::sign_in(&studio, data))
}

/// `POST /studio/sign-in`. How often somebody may try is for what stands in front of the routes: the address is one of
/// its own.
pub async fn sign_in(visit: Visit, team: Team, headers: Headers, body: Bytes) -> Response {
    let studio = context(&visit, None);
    let mut fields = fields(&body);
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    let (name, token, next) = (take("name"), take("token"), take("next"));
    let member = Text::at_most(&name, MEMBER_LENGTH);
    let mut faults = Vec::new();
    if let Err(error) = &member {
        let message = pages::text_fault(&studio, error).to_owned();
        faults.push(FormFault { field: "name".into(), message });
    }
    let configured = is_token(&visit.host, &token);
    if configured == Some(false) {
        faults.push(FormFault { field: "token".into(), message: studio.words().sign_in_wrong().to_owned() });
    }
    let (Ok(member), Some(true)) = (member, configured) else {
        let status = match configured {
            None => StatusCode::SERVICE_UNAVAILABLE,
            Some(false) => StatusCode::UNAUTHORIZED,
            Some(true) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let told = not_configured(&visit, &studio);
        let has_passkeys = party(&visit).is_ok();
        let data = SignInPage { next: target(&next).to_owned(), has_passkeys, name, faults, told };
        return page(status, pages::sign_in(&studio, data));
    };
    match session(&visit, &team, &member, text(&headers.0, header::USER_AGENT)).await {
        Ok(begun) => {
            let mut response = see(target(&next));
            response.headers_mut().append(header::SET_COOKIE, session_cookie(Some(&begun)));
            response
        }
        Err(error) => failure(&studio, &error),
    }
}

async fn session(visit: &Visit, team: &Team, member: &Text, agent: &str) -> Result<Begun, PortError> {
    let random = visit.host.random.bytes()?;
    begin(&*team.sessions, member.as_str(), None, agent, random, visit.host.clock.now()).await
}

/// `POST /studio/sign-out`: ends this session.
pub async fn sign_out(member: Member) -> Response {
    if let Some(session) = member.session
        && let Err(error) = member.team.sessions.end(session, None).await
    {
        return failure(&member.studio, &error);
    }
    let mut response = see("/studio/sign-in");
    response.headers_mut().append(header::SET_COOKIE, session_cookie(None));
    response
}

fn not_configured(visit: &Visit, studio: &StudioContext) -> Told {
    match is_token(&visit.host, "") {
        Some(_) => Told::Nothing,
        None => Told::Refused(studio.words().sign_in_not_configured().to_owned()),
    }
}

/// Where to go after signing in: a page of the Studio, never another host.
pub fn target(next: &str) -> &str {
    let rest = next.strip_prefix(HOME);
    let fits = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    if fits && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') { next } else { HOME }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(next: &str, expected: &str) {
        assert_eq!(target(next), expected, "{next:?}");
    }

    #[test]
    fn after_signing_in_one_stays_in_the_studio() {
        check("/studio/orders?status=todo&q=a%20b", "/studio/orders?status=todo&q=a%20b");
        check("/studio?a=b", "/studio?a=b");
        for other in
            ["", "//evil.example", "https://evil.example/studio", "/en", "/studiox", "/studio/\r\nx: y"]
        {
            check(other, "/studio");
        }
    }
}
