//! Products, categories, search.

use super::cursor;
use super::extract::{Named, Query, limit};
use super::reply::shared;
use super::types::{
    Categories, Category, Product, ProductPage, ProductSummary, SearchPage, SuggestedProduct, Suggestions,
};
use crate::Problem;
use crate::visit::Visit;
use axum::response::Response;
use orilla_catalog::{Handle, ProductId};
use schemars::JsonSchema;
use serde::Deserialize;

/// The name of the list of all products in cursors.
const PRODUCTS: &str = "products";
/// The most products of one page, and how many it has by default.
const MOST: u32 = 100;
const USUAL: u32 = 50;
/// Suggestions in one answer.
const SUGGESTIONS: u32 = 8;
/// The longest text for which there are suggestions, in characters.
const LONGEST: usize = 100;

/// A page of a list.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many products.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
}

/// `GET /api/v1/products`.
pub async fn products(visit: Visit, Query(query): Query<PageQuery>) -> Result<Response, Problem> {
    let limit = limit(query.limit, MOST, USUAL)?;
    let after = query.cursor.map_or(Ok(0), |cursor| cursor::read(&cursor, PRODUCTS))?;
    let mut cards = visit.catalog().page_by_id(ProductId(after), limit + 1).await?;
    // One more than asked for tells whether there is another page.
    let has_more = cards.len() > limit as usize;
    cards.truncate(limit as usize);
    let next_cursor = cards.last().filter(|_| has_more).map(|card| cursor::write(card.id.0, PRODUCTS));
    let products = cards.into_iter().map(|card| ProductSummary::new(&visit, card)).collect();
    Ok(shared(&ProductPage { products, next_cursor }))
}

/// `GET /api/v1/products/{handle}`.
pub async fn product(visit: Visit, Named(handle): Named) -> Result<Response, Problem> {
    let not_found = || Problem::not_found("product");
    let handle = Handle::parse(&handle).map_err(|_| not_found())?;
    let product = visit.catalog().product(&handle).await?.ok_or_else(not_found)?;
    Ok(shared(&Product::new(&visit, product)))
}

/// `GET /api/v1/categories`.
pub async fn categories(visit: Visit) -> Result<Response, Problem> {
    let categories = visit.catalog().categories().await?;
    let categories = categories.into_iter().map(|category| Category::new(&visit, category)).collect();
    Ok(shared(&Categories { categories }))
}

/// `GET /api/v1/search`.
pub async fn search(visit: Visit) -> Result<Response, Problem> {
    let asked = super::search::Asked::parse(&visit.query)?;
    let Some((listing, next_cursor)) = asked.answer(&*visit.catalog()).await? else {
        return Err(Problem::field(
            "category",
            "unknown",
            "there is no such category: see /api/v1/categories",
        ));
    };
    Ok(shared(&SearchPage::new(&visit, listing, next_cursor)))
}

/// What was typed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SuggestQuery {
    /// The beginning of a title, a brand or a number: 1 to 100 characters.
    #[schemars(length(min = 1, max = 100))]
    q: String,
}

/// `GET /api/v1/suggest?q=…`.
pub async fn suggest(visit: Visit, Query(query): Query<SuggestQuery>) -> Result<Response, Problem> {
    let typed = query.q.trim();
    if typed.is_empty() {
        return Err(Problem::field("q", "required", "write at least one character"));
    }
    if typed.chars().count() > LONGEST {
        return Err(Problem::field("q", "too_long", format!("write at most {LONGEST} characters")));
    }
    let found = visit.host.search.suggest(typed, SUGGESTIONS).await?;
    let suggestions = found.into_iter().map(|found| SuggestedProduct::new(&visit, found)).collect();
    Ok(shared(&Suggestions { suggestions }))
}
