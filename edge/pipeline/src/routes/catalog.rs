//! The pages of the catalogue: each a function of what it reads, which the memo keeps.

use crate::canonical::encode_path;
use crate::memo::{self, Outcome, Page, PageVisit, Place, Render, Rendering};
use crate::reply;
use crate::visit::{Segment, Visit};
use axum::response::Response;
use http::{StatusCode, header};
use orilla_catalog::Handle;
use orilla_catalog::query::{ListQuery, PAGE_SIZE};
use orilla_orders::usual_rate;
use orilla_shop::PortError;
use orilla_shop::catalog::Catalog;
use orilla_storefront::PageContext;
use orilla_storefront::pages::{self, ListData, ProductData};
use orilla_ui::CardLayout;
use std::sync::Arc;

/// Cards on the home page.
const FEATURED: u32 = 12;
/// Cards of related products.
const RELATED: u32 = 4;

/// The page that everybody shares at this path behind the language, decoded; `None` if there is none. The handlers of
/// these pages know the same of their addresses.
pub fn place(path: &str, query: &str) -> Option<Place> {
    match path {
        "" => Some(Place::of(&Home, String::new())),
        "/search" => Some(place_of_list(None, query)),
        "/about" => Some(Place::of(&Text(pages::about), String::new())),
        "/privacy" => Some(Place::of(&Text(pages::privacy), String::new())),
        _ => match path.strip_prefix("/c/") {
            Some(slug) => Some(place_of_list(Some(slug), query)),
            None => {
                let handle = Handle::parse(path.strip_prefix("/p/")?).ok()?;
                let (page, query) = Product::asked(handle, query);
                Some(Place::of(&page, query))
            }
        },
    }
}

fn place_of_list(category: Option<&str>, query: &str) -> Place {
    let list = List(ListQuery::parse(category, query));
    let canonical = list.0.to_query_string();
    Place::of(&list, canonical)
}

/// `/`: to the home page in the visitor's language.
pub async fn choose_language(visit: Visit) -> Response {
    let to_home = reply::redirect(StatusCode::FOUND, &visit.url(""));
    reply::with_header(to_home, header::VARY, "accept-language")
}

/// `/en`.
pub async fn home(visit: PageVisit) -> Response {
    memo::answer(visit, String::new(), Home).await
}

#[derive(Clone)]
struct Home;

impl Page for Home {
    const KIND: &'static str = "home";

    fn render<'a>(&'a self, from: &'a Render) -> Rendering<'a> {
        Box::pin(async {
            let featured = from.catalog.featured(FEATURED).await?;
            Ok(Outcome::Page(pages::home(from.page().await?, &featured)))
        })
    }
}

/// `/en/search?q=…`.
pub async fn search(visit: PageVisit) -> Response {
    list(visit, None).await
}

/// `/en/c/lighting/lanterns?…`.
pub async fn category(visit: PageVisit, Segment(slug): Segment) -> Response {
    list(visit, Some(slug.trim_end_matches('/'))).await
}

async fn list(visit: PageVisit, category: Option<&str>) -> Response {
    let query = ListQuery::parse(category, visit.query());
    // One question has one URL: what is spelled differently is sent there.
    let canonical = query.to_query_string();
    if canonical != visit.query() {
        return reply::redirect(StatusCode::FOUND, &address(&visit.url(visit.path()), &canonical));
    }
    memo::answer(visit, canonical, List(query)).await
}

#[derive(Clone)]
struct List(ListQuery);

impl List {
    /// What stands where there is no such category: the way to where the team has moved it.
    async fn moved(&self, from: &Render) -> Result<Outcome, PortError> {
        let slug = self.0.category.as_deref().unwrap_or_default();
        let Some(now) = from.catalog.host.search.moved(slug).await? else { return Ok(Outcome::NotFound) };
        let path = format!("/{}/c/{now}", from.locale.code());
        let address = address(&encode_path(&path), &self.0.to_query_string());
        Ok(Outcome::Elsewhere(StatusCode::PERMANENT_REDIRECT, address))
    }
}

impl Page for List {
    const KIND: &'static str = "list";

    /// What a search finds no snapshot knows, and of names and numbers in an address there is no end.
    fn is_near(&self) -> bool {
        let ListQuery { text, brands, attributes, price, .. } = &self.0;
        text.is_empty() && brands.is_empty() && attributes.is_empty() && price.is_none()
    }

    fn render<'a>(&'a self, from: &'a Render) -> Rendering<'a> {
        Box::pin(async {
            let Some(listing) = from.catalog.list(&self.0).await? else { return self.moved(from).await };
            let layout = CardLayout::named(&from.flags().text("card-layout", "grid"));
            let page = from.page().await?;
            let last = listing.total.div_ceil(PAGE_SIZE).max(1);
            if self.0.page > last {
                let query = self.0.at_page(last).to_query_string();
                return Ok(Outcome::Elsewhere(StatusCode::FOUND, address(&page.url(&from.path), &query)));
            }
            Ok(Outcome::Page(pages::list(page, ListData { query: self.0.clone(), listing, layout })))
        })
    }
}

/// A path with a query string, if there is one.
fn address(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// `/en/p/storm-lantern?variant=12`.
pub async fn product(visit: PageVisit, Segment(handle): Segment) -> Response {
    let Ok(handle) = Handle::parse(&handle) else { return visit.not_found().await };
    let (page, query) = Product::asked(handle, visit.query());
    memo::answer(visit, query, page).await
}

#[derive(Clone)]
struct Product {
    handle: Handle,
    variant: Option<i64>,
}

impl Product {
    /// The page, and what it reads of a query string: whatever else that holds, it does not read.
    fn asked(handle: Handle, query: &str) -> (Self, String) {
        let variant = pages::variant_of(query);
        let query = variant.map(|id| format!("variant={id}")).unwrap_or_default();
        (Product { handle, variant }, query)
    }
}

impl Page for Product {
    const KIND: &'static str = "product";

    fn render<'a>(&'a self, from: &'a Render) -> Rendering<'a> {
        Box::pin(async {
            let Some(product) = from.catalog.product(&self.handle).await? else {
                return Ok(Outcome::NotFound);
            };
            // There are as many pages of a product as it has variants, whatever an address asks for.
            if self.variant.is_some_and(|asked| product.variants.iter().all(|known| known.id.0 != asked)) {
                return Ok(Outcome::Elsewhere(
                    StatusCode::FOUND,
                    format!("/{}{}", from.locale.code(), from.path),
                ));
            }
            from.is_of(product.id);
            let related = from.catalog.related(product.id, RELATED).await?;
            let is_promised = from.flags().on("delivery-promise");
            let promise = if is_promised { usual_rate(from.catalog.host.config.currency) } else { None };
            let data = ProductData { related, variant: self.variant, product, promise };
            Ok(Outcome::Page(pages::product(from.page().await?, &data)))
        })
    }
}

/// `/en/about`.
pub async fn about(visit: PageVisit) -> Response {
    memo::answer(visit, String::new(), Text(pages::about)).await
}

/// `/en/privacy`.
pub async fn privacy(visit: PageVisit) -> Response {
    memo::answer(visit, String::new(), Text(pages::privacy)).await
}

/// A page that says the same whatever the catalogue holds, but for the menu.
#[derive(Clone)]
struct Text(fn(Arc<PageContext>) -> String);

impl Page for Text {
    const KIND: &'static str = "text";

    fn render<'a>(&'a self, from: &'a Render) -> Rendering<'a> {
        Box::pin(async { Ok(Outcome::Page((self.0)(from.page().await?))) })
    }
}
