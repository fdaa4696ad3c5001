//! What happens to a request, in order; the same for every host.
//!
//! [`answer`] takes the ports of one request and the request, and gives the response; [`answer_team`] does so for the
//! shop's team. The order is in [`through`]: refuse a forged write, send other spellings of an address to the one, let
//! the router find the handler, add the security headers.
//!
//! There are two so that a host can keep the team's code out of the module that every shopper's request loads.

mod api;
#[cfg(test)]
mod bad_input;
#[cfg(feature = "bench")]
mod bench;
mod canonical;
mod form;
pub mod gateway;
mod host;
mod isolate;
mod memo;
#[cfg(test)]
mod memo_tests;
mod problem;
mod published;
mod reply;
mod routes;
mod security;
mod staff;
mod studio;
#[cfg(test)]
mod testing;
mod visit;

pub use host::{Config, Host, Team, Writer};
pub use isolate::Isolate;
pub use orilla_studio::Assets as StudioAssets;
pub use orilla_ui::Language;
pub use problem::{FieldProblem, Problem};
pub use reply::Logged;

use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse;
use http::{Request, Response, StatusCode};
use std::convert::Infallible;
use tower::Service;

thread_local! {
    /// Built once per isolate, as the next one: they hold no port and no JavaScript handle, which come with each request.
    static SHOP: Router = routes::router();
    static TEAM: Router = routes::team_router();
}

/// Where the team's addresses begin.
pub const TEAM_PATHS: &str = "/studio";

/// Answers a shopper's request: any address but the team's.
pub async fn answer(host: Host, mut request: Request<Body>) -> Response<Body> {
    let (host, current) = published::open(host).await;
    request.extensions_mut().insert(current);
    through(host, request, SHOP.with(Clone::clone)).await
}

/// Answers a request to an address that begins with [`TEAM_PATHS`].
pub async fn answer_team(host: Host, team: Team, mut request: Request<Body>) -> Response<Body> {
    request.extensions_mut().insert(team.writer.clone());
    request.extensions_mut().insert(team);
    through(host, request, TEAM.with(Clone::clone)).await
}

async fn through(host: Host, mut request: Request<Body>, mut router: Router) -> Response<Body> {
    if let Err(problem) = security::refuse_forged_write(request.method(), request.headers()) {
        return security::add_headers(problem.into_response());
    }
    if let Some(address) = canonical::canonical_address(request.method(), request.uri()) {
        return security::add_headers(reply::redirect(StatusCode::PERMANENT_REDIRECT, &address));
    }
    request.extensions_mut().insert(host);
    let response: Result<Response<Body>, Infallible> = router.call(request).await;
    match response {
        Ok(response) => security::add_headers(response),
        Err(never) => match never {},
    }
}
