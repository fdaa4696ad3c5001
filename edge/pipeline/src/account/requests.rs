//! What a device was asked without a network, and what it is answered (`orilla_shop::outbox::Request`).

use super::signed_in;
use crate::api::reply::private;
use crate::visit::Visit;
use crate::{Problem, Team};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use orilla_orders::Owner;
use orilla_shop::outbox::{ANOTHER, Request};
use orilla_shop::team::Session;
use serde_json::json;

/// Who is signed in; a problem, if nobody is.
pub async fn member(visit: &Visit, team: &Team, headers: &HeaderMap) -> Result<Session, Problem> {
    let signed_out =
        || Problem::new(StatusCode::UNAUTHORIZED, "signed_out", "Sign in: this belongs to an account.");
    signed_in(visit, team, headers).await?.ok_or_else(signed_out)
}

/// The account of who has asked for this, if they are signed in; a problem, if somebody else is.
pub async fn asked_by(
    visit: &Visit,
    team: &Team,
    headers: &HeaderMap,
    request: &Request,
) -> Result<String, Problem> {
    let session = member(visit, team, headers).await?;
    if Owner::of(&session.member) != request.owner {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            ANOTHER,
            "Somebody else is signed in: nothing is changed.",
        ));
    }
    Ok(session.member)
}

/// It is done, or never will be.
pub fn answer(came: Result<(), (&'static str, String)>) -> Result<Response, Problem> {
    match came {
        Ok(()) => Ok(private(StatusCode::OK, &json!({ "done": true }))),
        Err((code, why)) => Err(Problem::new(StatusCode::CONFLICT, code, why)),
    }
}
