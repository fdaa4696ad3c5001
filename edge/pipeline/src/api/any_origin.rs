//! What apps of other origins may read: feature flags, with a client key and without cookies
//! (CORS, <https://fetch.spec.whatwg.org/#http-cors-protocol>). Refusals too, whichever step makes them: an app that
//! can't read that it is one too many can't wait.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};

/// What a browser is told in every answer. The tag is what the next request names.
const READ: [(HeaderName, &str); 2] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_EXPOSE_HEADERS, "etag, retry-after"),
];
/// What it is told when it asks before it sends: for a day.
const SEND: [(HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, if-none-match, x-api-key"),
    (header::ACCESS_CONTROL_MAX_AGE, "86400"),
];

/// What begins so is for apps of any origin.
const PATHS: [&str; 3] = ["/ofrep/", "/api/v1/features/", "/api/features/"];

/// Whether apps of any origin may read what an address answers.
pub fn is_open(path: &str) -> bool {
    PATHS.iter().any(|begin| path.starts_with(begin))
}

/// Lets apps of any origin read the answer.
pub fn readable(mut response: Response) -> Response {
    add(&mut response, &READ);
    response
}

/// What a browser asks before it sends a request with headers of its own.
pub async fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    add(&mut response, &SEND);
    response
}

fn add(response: &mut Response, headers: &[(HeaderName, &'static str)]) {
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}
