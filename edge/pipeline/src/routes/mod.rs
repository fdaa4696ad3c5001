//! Which handler answers which path.

mod cart;
mod catalog;
mod checkout;
mod health;
mod pictures;
mod seo;
pub mod studio;

use crate::api;
use crate::visit::Visit;
use crate::{Problem, reply};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::StatusCode;

/// The largest form, in bytes.
const LARGEST_FORM: usize = 64 * 1024;

/// The routes of the shop.
pub fn router() -> Router {
    orilla_storefront::server::register();
    let router = Router::new()
        .route("/", get(catalog::choose_language))
        .route("/{locale}", get(catalog::home))
        .route("/{locale}/search", get(catalog::search))
        .route("/{locale}/c/{*slug}", get(catalog::category))
        .route("/{locale}/p/{handle}", get(catalog::product))
        .route("/{locale}/about", get(catalog::about))
        .route("/{locale}/privacy", get(catalog::privacy))
        .route("/{locale}/cart", get(cart::show))
        .route("/{locale}/checkout", get(checkout::show).post(checkout::place))
        .route("/{locale}/orders/{token}", get(checkout::order))
        .route("/{locale}/orders/{token}/cancel", post(checkout::cancel))
        .route("/fn/{*name}", get(cart::server_function).post(cart::server_function))
        .route("/art/{name}", get(pictures::drawn))
        .route("/img/{id}", get(pictures::remote))
        .route("/robots.txt", get(seo::robots))
        .route("/sitemap.xml", get(seo::sitemap))
        .route("/health", get(health::health))
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .merge(api::router())
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method);
    #[cfg(feature = "bench")]
    let router = router.merge(crate::bench::routes());
    router
}

async fn nothing_here(visit: Visit) -> Response {
    if visit.path.starts_with("/api/") || visit.path.starts_with("/studio/api/") {
        return Problem::not_found("address").into_response();
    }
    reply::not_found(&visit).await
}

async fn wrong_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "This address does not take this method. The header Allow says which it takes.",
    )
}
