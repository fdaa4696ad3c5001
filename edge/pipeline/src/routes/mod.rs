//! Which handler answers which path.

mod cart;
mod catalog;
mod checkout;
mod consent;
mod device;
pub mod events;
mod health;
mod notices;
mod pictures;
pub mod publish;
mod seo;
pub mod studio;
mod waiting;

pub use catalog::place;
pub use device::out_of_reach as needs_network;

use crate::account;
use crate::api;
use crate::gateway::body::{LARGEST_FORM, LARGEST_IMPORT, LARGEST_STUDIO_FORM};
use crate::gateway::metrics;
use crate::navigation;
use crate::visit::Visit;
use crate::{Problem, reply};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{StatusCode, Uri};
use orilla_storefront::pages::{ADDRESSES, OWN_REVIEWS};
use orilla_ui::Locale;

/// The routes of the shop.
pub fn router() -> Router {
    // A route per language, rather than one with a variable: another first segment is no page.
    let router = Locale::ALL.into_iter().fold(Router::new(), |router, locale| pages(router, locale.code()));
    let router = router
        .route("/", get(catalog::choose_language))
        .route("/fn/qa", post(consent::end_qa))
        .route("/fn/seen", post(navigation::seen))
        .merge(cart::functions())
        .route("/e", post(events::collect))
        .route("/sw.js", get(device::script))
        .route("/device/current", get(device::current))
        .route("/device/file/{hash}", get(device::file))
        .route("/art/{name}", get(pictures::drawn))
        .route("/img/{id}", get(pictures::remote))
        .route("/robots.txt", get(seo::robots))
        .route("/sitemap.xml", get(seo::sitemap))
        .route("/health", get(health::health))
        .route("/metrics", get(metrics::show))
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method);
    #[cfg(feature = "bench")]
    let router = router.merge(crate::bench::routes());
    #[cfg(feature = "trial")]
    let router = router.merge(crate::held::routes());
    router
}

/// The routes of a device that the shop is out of reach of.
pub fn away_router() -> Router {
    let router = Locale::ALL.into_iter().fold(Router::new(), |router, locale| {
        let at = |path: &str| format!("/{}{path}", locale.code());
        pages(router, locale.code())
            .route(&at("/checkout"), get(checkout::show).post(waiting::place))
            .route(&at(ADDRESSES), get(account::addresses::show).post(account::addresses::act))
            .route(&at(OWN_REVIEWS), get(account::reviews::list))
            .route(
                &at(&format!("{OWN_REVIEWS}/{{handle}}")),
                get(account::reviews::show).post(account::reviews::act),
            )
            .route(&at("/orders/waiting"), get(waiting::list))
            .route(&at("/orders/waiting/{key}"), get(waiting::show).post(waiting::act))
    });
    router
        .route("/", get(catalog::choose_language))
        .merge(cart::functions())
        .route("/fn/consent", post(consent::answer_away))
        .route("/fn/qa", post(consent::end_qa))
        .route("/e", post(events::collect))
        .route("/art/{name}", get(pictures::drawn))
        .route("/img/{id}", get(pictures::remote))
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .fallback(device::not_here)
        .method_not_allowed_fallback(wrong_method)
}

/// The routes of what is asked over the counter: orders and accounts, by their pages, the cart of who is signed in, and
/// the HTTP API, which has the rest too.
pub fn counter_router() -> Router {
    let orders = Locale::ALL.into_iter().fold(Router::new(), |router, locale| {
        let at = |path: &str| format!("/{}{path}", locale.code());
        let router = router
            .route(&at("/cart"), get(cart::show).layer(from_fn(account::share)))
            .route(&at("/checkout"), get(checkout::show).post(checkout::place).layer(from_fn(account::share)))
            .route(&at("/orders/{token}"), get(checkout::order))
            .route(&at("/orders/{token}/cancel"), post(checkout::cancel))
            .route(&at("/orders/{token}/notices"), post(notices::wish))
            .route(&at("/orders/notices"), post(notices::renew));
        account::routes(router, locale)
    });
    let orders = orders
        .merge(cart::changes().route_layer(from_fn(account::share)))
        .route("/fn/cart", post(account::refresh))
        // Who is signed in may agree to be counted: that is for the database to say, too.
        .route("/fn/consent", post(consent::answer));
    api::router()
        .merge(api::ofrep())
        .merge(orders.layer(DefaultBodyLimit::max(LARGEST_FORM)))
        .fallback(nothing_at_the_counter)
        .method_not_allowed_fallback(wrong_method)
}

/// The routes of the shop's team.
pub fn team_router() -> Router {
    api::team_router()
        .merge(crate::studio::router().layer(DefaultBodyLimit::max(LARGEST_STUDIO_FORM)))
        .merge(crate::studio::upload_router().layer(DefaultBodyLimit::max(LARGEST_IMPORT)))
        // A module of its own, with a memory of its own: it counts for itself.
        .route("/studio/api/metrics", get(metrics::show))
        .fallback(crate::studio::nothing_here)
        .method_not_allowed_fallback(wrong_method)
}

/// The pages in one language.
fn pages(router: Router, language: &str) -> Router {
    let at = |path: &str| format!("/{language}{path}");
    router
        .route(&at(""), get(catalog::home))
        .route(&at("/search"), get(catalog::search))
        .route(&at("/c/{*slug}"), get(catalog::category))
        .route(&at("/p/{handle}"), get(catalog::product))
        .route(&at("/about"), get(catalog::about))
        .route(&at("/privacy"), get(catalog::privacy))
        .route(&at("/cart"), get(cart::show))
        .route(&at("/app.webmanifest"), get(device::manifest))
}

async fn nothing_here(visit: Visit) -> Response {
    reply::not_found(&visit).await
}

async fn nothing_at_the_counter(visit: Visit, uri: Uri) -> Response {
    if uri.path().starts_with("/api/") {
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
