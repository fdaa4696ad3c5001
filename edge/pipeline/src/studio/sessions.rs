//! Who is signed in, and ending it.

use super::member::Member;
use super::{failure, fields, page};
use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use orilla_studio::pages::{self, Told};

/// `GET /studio/sessions`.
pub async fn show(member: Member) -> Response {
    list(&member, StatusCode::OK, Told::Nothing).await
}

/// `POST /studio/sessions`: ends the session that the form names. One that has ended already stays so.
pub async fn end(member: Member, body: Bytes) -> Response {
    let session = fields(&body).remove("session").and_then(|id| id.parse::<i64>().ok());
    let Some(session) = session.filter(|id| (1..1 << 53).contains(id)) else {
        let told = Told::Refused(member.studio.words().form_stale().to_owned());
        return list(&member, StatusCode::UNPROCESSABLE_ENTITY, told).await;
    };
    if let Err(error) = member.team.sessions.end(session, None).await {
        return failure(&member.studio, &error);
    }
    let told = Told::Done(member.studio.words().session_ended().to_owned());
    list(&member, StatusCode::OK, told).await
}

async fn list(member: &Member, status: StatusCode, told: Told) -> Response {
    let now = member.visit.host.clock.now();
    match member.team.sessions.list(None).await {
        Ok(mut sessions) => {
            sessions.retain(|session| session.is_open(member.team.sessions.lifetime(), now));
            page(status, pages::sessions(&member.studio, &sessions, member.session, told))
        }
        Err(error) => failure(&member.studio, &error),
    }
}
