//! Answers with HTML, redirects and plain files.

use crate::visit::Visit;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use orilla_shop::PortError;
use orilla_storefront::pages;

/// A page that shows nothing of the visitor but the cart's badge: kept by nobody while the cart holds something.
pub fn page(visit: &Visit, status: StatusCode, html: impl IntoResponse) -> Response {
    let mut response = with_type("text/html; charset=utf-8", html);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CACHE_CONTROL, cache_control(visit));
    response
}

/// What browsers may do with such a page.
pub fn cache_control(visit: &Visit) -> HeaderValue {
    let may_keep = visit.cart.is_empty();
    HeaderValue::from_static(if may_keep { "private, no-cache" } else { "private, no-store" })
}

/// A page that shows what belongs to one visitor: nobody may keep it, not even the browser's history.
pub fn private_page(status: StatusCode, html: String) -> Response {
    let mut response = with_type("text/html; charset=utf-8", html);
    *response.status_mut() = status;
    with_header(response, header::CACHE_CONTROL, "private, no-store")
}

/// What an answer says that shows something of one visitor.
pub const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-store");

/// A document of JSON for one visitor.
pub fn private_json(document: String) -> Response {
    with_header(with_type("application/json", document), header::CACHE_CONTROL, "private, no-store")
}

/// The page of the shop that says that there is nothing here.
pub async fn not_found(visit: &Visit) -> Response {
    page(visit, StatusCode::NOT_FOUND, pages::not_found(visit.page().await))
}

/// The page that says that the shop can't answer, 503 if trying again can help.
pub async fn failure(visit: &Visit, error: &PortError) -> Response {
    let (status, again) = match error {
        PortError::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, true),
        PortError::Unexpected(_) => (StatusCode::INTERNAL_SERVER_ERROR, false),
    };
    let mut response = page(visit, status, pages::failure(visit.page().await, again));
    if again {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
    }
    response.extensions_mut().insert(Logged(error.to_string()));
    response
}

/// What an answer does not say and the log should.
#[derive(Clone, Debug)]
pub struct Logged(pub String);

/// 303 after a form, 308 to the one form of an URL.
pub fn redirect(status: StatusCode, location: &str) -> Response {
    let mut response = status.into_response();
    let location = HeaderValue::from_str(location).unwrap_or_else(|_| HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, location);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A body with its media type.
pub fn with_type(media_type: &'static str, body: impl IntoResponse) -> Response {
    with_header(body.into_response(), header::CONTENT_TYPE, media_type)
}

/// Sets a header.
pub fn with_header(mut response: Response, name: HeaderName, value: &'static str) -> Response {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    response
}
