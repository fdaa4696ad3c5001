//! Routes of the bench pages, and what provokes each kind of answer of the memo.

use crate::Host;
use crate::memo::{self, Outcome, Page, PageVisit, Render, Rendering};
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use orilla_storefront::{bench, render};

/// `/bench/list` and `/bench/product/{id}`, which frameworks are compared on; `/bench/forget`, which empties the memory of
/// the isolate; `/bench/slots/{milliseconds}`, a kept page with two slots, each of which waits so long (0: not at all).
pub fn routes() -> Router {
    Router::new()
        .route("/bench/list", get(async || Html(list())))
        .route(
            "/bench/product/{id}",
            get(async |Path(id): Path<u32>| product(id).map(Html).into_response_or_404()),
        )
        .route("/bench/forget", get(async |host: Host| host.isolate.pages.forget()))
        .route("/bench/slots/{milliseconds}", get(slots))
}

async fn slots(visit: PageVisit, Path(milliseconds): Path<u32>) -> Response {
    memo::answer(visit, String::new(), Slots(milliseconds)).await
}

#[derive(Clone)]
struct Slots(u32);

impl Page for Slots {
    const KIND: &'static str = "bench-slots";

    fn render<'a>(&'a self, from: &'a Render) -> Rendering<'a> {
        Box::pin(async {
            let [one, two] = [(); 2].map(|()| from.bench_slot(self.0));
            let shared = "<p>What everybody shares.</p>".repeat(100);
            Ok(Outcome::Page(format!("<!DOCTYPE html>{shared}{one}{shared}{two}{shared}")))
        })
    }
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
