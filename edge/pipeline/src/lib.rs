//! What happens to a request, in order; the same for every host.
//!
//! [`answer`] takes the ports of one request and the request, and gives the response. The order is in
//! [`answer`]: refuse a forged write, send other spellings of an
//! address to the one, let the router find the handler, add the security headers.

mod api;
#[cfg(test)]
mod bad_input;
#[cfg(feature = "bench")]
mod bench;
mod canonical;
mod host;
mod problem;
mod reply;
mod routes;
mod security;
mod staff;
#[cfg(test)]
mod testing;
mod visit;

pub use host::{Config, Host};
pub use problem::{FieldProblem, Problem};
pub use reply::Logged;

use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse;
use http::{Request, Response, StatusCode};
use std::convert::Infallible;
use tower::Service;

thread_local! {
    /// Built once per isolate. Holds no port and no JavaScript handle: those come with each request.
    static ROUTER: Router = routes::router();
}

/// Answers a request.
pub async fn answer(host: Host, mut request: Request<Body>) -> Response<Body> {
    if let Err(problem) = security::refuse_forged_write(request.method(), request.headers()) {
        return security::add_headers(problem.into_response());
    }
    if let Some(address) = canonical::canonical_address(request.method(), request.uri()) {
        return security::add_headers(reply::redirect(StatusCode::PERMANENT_REDIRECT, &address));
    }
    request.extensions_mut().insert(host);
    let mut router = ROUTER.with(Clone::clone);
    let response: Result<Response<Body>, Infallible> = router.call(request).await;
    match response {
        Ok(response) => security::add_headers(response),
        Err(never) => match never {},
    }
}
