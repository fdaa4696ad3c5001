//! Routes of the bench pages.

use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use orilla_storefront::{bench, render};

/// `/bench/list` and `/bench/product/{id}`.
pub fn routes() -> Router {
    Router::new().route("/bench/list", get(async || Html(list()))).route(
        "/bench/product/{id}",
        get(async |Path(id): Path<u32>| product(id).map(Html).into_response_or_404()),
    )
}

fn list() -> String {
    render(|| bench::list(&bench::products()))
}

fn product(id: u32) -> Option<String> {
    let products = bench::products();
    let product = products.iter().find(|product| product.id == id)?.clone();
    let related: Vec<_> = products.iter().filter(|other| other.id != id).take(8).cloned().collect();
    Some(render(|| bench::product(product, &related)))
}

trait OrNotFound {
    fn into_response_or_404(self) -> Response;
}

impl<T: IntoResponse> OrNotFound for Option<T> {
    fn into_response_or_404(self) -> Response {
        self.map_or_else(|| StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response)
    }
}
