//! The pages of the catalogue.

use crate::reply;
use crate::visit::{Segment, Visit};
use axum::response::Response;
use http::{StatusCode, header};
use orilla_catalog::Handle;
use orilla_catalog::query::{ListQuery, PAGE_SIZE};
use orilla_shop::PortError;
use orilla_storefront::pages::{self, ListData, ProductData};

/// Cards on the home page.
const FEATURED: u32 = 12;
/// Cards of related products.
const RELATED: u32 = 4;

/// `/`: to the home page in the visitor's language.
pub async fn choose_language(visit: Visit) -> Response {
    let to_home = reply::redirect(StatusCode::FOUND, &visit.url(""));
    reply::with_header(to_home, header::VARY, "accept-language")
}

/// `/en`.
pub async fn home(visit: Visit) -> Response {
    answer(&visit, async {
        let featured = visit.host.catalog.featured(FEATURED).await?;
        Ok(Some(pages::home(visit.page().await, &featured)))
    })
    .await
}

/// `/en/search?q=…`.
pub async fn search(visit: Visit) -> Response {
    list(&visit, None).await
}

/// `/en/c/lighting/lanterns?…`.
pub async fn category(visit: Visit, Segment(slug): Segment) -> Response {
    list(&visit, Some(slug.trim_end_matches('/'))).await
}

async fn list(visit: &Visit, category: Option<&str>) -> Response {
    let query = ListQuery::parse(category, &visit.query);
    // One question has one URL: what is spelled differently is sent there.
    let canonical = query.to_query_string();
    if canonical != visit.query {
        return reply::redirect(StatusCode::FOUND, &address(visit, &query));
    }
    let listing = match visit.host.catalog.list(&query).await {
        Ok(Some(listing)) => listing,
        Ok(None) => return reply::not_found(visit).await,
        Err(error) => return reply::failure(visit, &error).await,
    };
    let last = listing.total.div_ceil(PAGE_SIZE).max(1);
    if query.page > last {
        return reply::redirect(StatusCode::FOUND, &address(visit, &query.at_page(last)));
    }
    let html = pages::list(visit.page().await, ListData { query, listing });
    reply::page(visit, StatusCode::OK, html)
}

/// The one address of a question, on this page.
fn address(visit: &Visit, query: &ListQuery) -> String {
    match query.to_query_string() {
        plain if plain.is_empty() => visit.url(&visit.path),
        query => format!("{}?{query}", visit.url(&visit.path)),
    }
}

/// `/en/p/storm-lantern?variant=12`.
pub async fn product(visit: Visit, Segment(handle): Segment) -> Response {
    answer(&visit, async {
        let Ok(handle) = Handle::parse(&handle) else { return Ok(None) };
        let Some(product) = visit.host.catalog.product(&handle).await? else { return Ok(None) };
        let data = ProductData {
            related: visit.host.catalog.related(product.id, RELATED).await?,
            variant: pages::variant_of(&visit.query),
            product,
        };
        Ok(Some(pages::product(visit.page().await, &data)))
    })
    .await
}

/// `/en/about`.
pub async fn about(visit: Visit) -> Response {
    let html = pages::about(visit.page().await);
    reply::page(&visit, StatusCode::OK, html)
}

/// `/en/privacy`.
pub async fn privacy(visit: Visit) -> Response {
    let html = pages::privacy(visit.page().await);
    reply::page(&visit, StatusCode::OK, html)
}

/// 200 with the page, 404 for `None`, the failure page for an error.
async fn answer(visit: &Visit, html: impl Future<Output = Result<Option<String>, PortError>>) -> Response {
    match html.await {
        Ok(Some(html)) => reply::page(visit, StatusCode::OK, html),
        Ok(None) => reply::not_found(visit).await,
        Err(error) => reply::failure(visit, &error).await,
    }
}
