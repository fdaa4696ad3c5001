//! The HTTP API: `/api/v1` for everyone, `/studio/api` for the team.
//!
//! [`operations`] is its table. The router and the OpenAPI document are both made of it: the router at run time, the
//! document, a static file, by a test, which keeps it as the code says.

pub mod any_origin;
mod cart;
mod catalog;
mod client_key;
mod command;
mod cursor;
#[cfg(test)]
mod document;
pub mod extract;
mod features;
mod flags;
mod ofrep;
mod operation;
mod orders;
pub mod reply;
mod search;
pub mod types;

#[cfg(test)]
mod contract;
#[cfg(test)]
mod tests;

use crate::account::share;
use crate::gateway::body::{IMPORT_OPERATION, LARGEST_DOCUMENT, LARGEST_FLAGS, LARGEST_IMPORT};
use crate::routes::{publish, studio};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
pub use ofrep::router as ofrep;
use operation::Operation;
use types::{
    Categories, CommandDone, CommandRequest, Order, OrderPage, OrderRequest, PlacedOrder, Product,
    ProductPage, Quote, QuoteRequest, SearchPage, Suggestions, Withdrawal,
};

/// The routes of the API for everyone.
pub fn router() -> Router {
    operation::router(public_operations())
}

/// The routes of the API for the team.
pub fn team_router() -> Router {
    operation::router(team_operations())
}

/// All operations of the API.
#[cfg(test)]
fn operations() -> Vec<Operation> {
    public_operations().into_iter().chain(team_operations()).collect()
}

fn public_operations() -> Vec<Operation> {
    let mut operations = shop_operations();
    operations.extend(order_operations());
    operations.into_iter().map(with_limit).collect()
}

fn team_operations() -> Vec<Operation> {
    let mut operations: Vec<_> = staff_operations().into_iter().map(with_limit).collect();
    let flags = DefaultBodyLimit::max(LARGEST_FLAGS);
    operations.extend(
        flag_operations().into_iter().map(|operation| operation.handled(|handler| handler.layer(flags))),
    );
    let large = DefaultBodyLimit::max(LARGEST_IMPORT);
    operations.push(
        Operation::post::<studio::ImportReport, _, _>(
            "importProducts",
            IMPORT_OPERATION,
            "Puts products into the catalogue, from a file of any format that it reads",
            studio::import,
        )
        .query::<studio::ImportQuery>()
        .any_body()
        .staff()
        .handled(|handler| handler.layer(large)),
    );
    operations
}

fn with_limit(operation: Operation) -> Operation {
    operation.handled(|handler| handler.layer(DefaultBodyLimit::max(LARGEST_DOCUMENT)))
}

fn shop_operations() -> Vec<Operation> {
    vec![
        Operation::get::<ProductPage, _, _>(
            "listProducts",
            "/api/v1/products",
            "All products, in the order in which they came in",
            catalog::products,
        )
        .query::<catalog::PageQuery>(),
        Operation::get::<Product, _, _>(
            "getProduct",
            "/api/v1/products/{handle}",
            "A product",
            catalog::product,
        ),
        Operation::get::<Categories, _, _>(
            "listCategories",
            "/api/v1/categories",
            "All categories, parents before children",
            catalog::categories,
        ),
        Operation::get::<SearchPage, _, _>(
            "search",
            "/api/v1/search",
            "Products that fit a question, with facets to narrow it",
            catalog::search,
        )
        .query::<search::SearchQuery>(),
        Operation::get::<Suggestions, _, _>(
            "suggest",
            "/api/v1/suggest",
            "Products that fit what was typed so far",
            catalog::suggest,
        )
        .query::<catalog::SuggestQuery>(),
        Operation::get::<serde_json::Value, _, _>(
            "getFeatures",
            "/api/v1/features/{client_key}",
            "The published feature flags, for GrowthBook's SDKs",
            features::features,
        ),
        Operation::post::<Quote, _, _>(
            "quoteCart",
            "/api/v1/cart/quote",
            "What a cart costs now, and what of it can be had; nothing is kept",
            cart::quote,
        )
        .body::<QuoteRequest>(),
    ]
}

fn order_operations() -> Vec<Operation> {
    vec![
        Operation::post::<PlacedOrder, _, _>(
            "placeOrder",
            "/api/v1/orders",
            "Places an order for what a quote has shown; 409 with the new quote if that has changed",
            orders::place,
        )
        .body::<OrderRequest>()
        .keyed()
        .status(201)
        .refuses(&[409])
        // A shopper's device sends it along with its cart, from which what was ordered is gone.
        .handled(|handler| handler.layer(from_fn(share))),
        Operation::delete::<Withdrawal, _, _>(
            "withdrawOrder",
            "/api/v1/orders",
            "Takes back the request to place an order that has this key: it was done before, or never will be",
            orders::withdraw,
        )
        .keyed()
        .refuses(&[422]),
        Operation::get::<Order, _, _>("getOrder", "/api/v1/orders/{token}", "An order", orders::order),
        Operation::post::<CommandDone, _, _>(
            "cancelOrder",
            "/api/v1/orders/{token}/cancel",
            "Cancels an order, while the shop has not begun with it",
            orders::cancel,
        )
        .keyed()
        .refuses(&[409, 422]),
    ]
}

fn staff_operations() -> Vec<Operation> {
    vec![
        Operation::get::<OrderPage, _, _>(
            "listOrders",
            "/studio/api/orders",
            "All orders, the newest first",
            command::list,
        )
        .query::<command::OrdersQuery>()
        .staff(),
        Operation::post::<CommandDone, _, _>(
            "commandOrder",
            "/studio/api/orders/{token}/commands",
            "Does something with an order: pay, pack, ship, deliver, cancel, refund",
            command::command,
        )
        .body::<CommandRequest>()
        .keyed()
        .staff()
        .refuses(&[409]),
        Operation::get::<serde_json::Value, _, _>(
            "exportProducts",
            "/studio/api/export",
            "A page of all products as NDJSON; empty after the last",
            studio::export,
        )
        .query::<studio::ExportQuery>()
        .media_type("application/x-ndjson")
        .staff(),
        Operation::post::<publish::Published, _, _>(
            "publish",
            "/studio/api/publish",
            "Makes what the team wrote what pages show, within five seconds everywhere",
            publish::publish,
        )
        .body::<publish::PublishRequest>()
        .staff()
        .refuses(&[409]),
        Operation::get::<publish::Publications, _, _>(
            "listPublications",
            "/studio/api/publications",
            "What was published, the newest first",
            publish::history,
        )
        .query::<publish::HistoryQuery>()
        .staff(),
        Operation::post::<publish::Publication, _, _>(
            "rollBack",
            "/studio/api/publications/{number}/rollback",
            "Makes an earlier publication what pages show; what the team wrote stays",
            publish::roll_back,
        )
        .staff()
        .refuses(&[409]),
    ]
}

fn flag_operations() -> Vec<Operation> {
    vec![
        Operation::get::<flags::FlagsVersion, _, _>(
            "getFlags",
            "/studio/api/flags",
            "The feature flags as they were last saved",
            flags::show,
        )
        .staff(),
        Operation::put::<flags::FlagsSaved, _, _>(
            "saveFlags",
            "/studio/api/flags",
            "Saves the feature flags as a new version, and publishes them if asked to",
            flags::save,
        )
        .body::<flags::FlagsRequest>()
        .keyed()
        .staff()
        .refuses(&[409]),
        Operation::get::<flags::FlagsHistory, _, _>(
            "listFlagVersions",
            "/studio/api/flags/versions",
            "Who changed which flags, when and why, the last version first",
            flags::history,
        )
        .query::<flags::FlagsHistoryQuery>()
        .staff(),
        Operation::get::<flags::FlagsVersion, _, _>(
            "getFlagVersion",
            "/studio/api/flags/versions/{version}",
            "The feature flags of an earlier version",
            flags::one,
        )
        .staff(),
        Operation::post::<flags::FlagsSaved, _, _>(
            "publishFlags",
            "/studio/api/flags/publish",
            "Makes the saved flags what pages show, within five seconds everywhere, and nothing else",
            flags::publish,
        )
        .staff()
        .refuses(&[409]),
        Operation::post::<flags::FlagsSaved, _, _>(
            "importFlags",
            "/studio/api/flags/import",
            "Saves the flags of a GrowthBook SDK payload as a new version",
            flags::import,
        )
        .body::<flags::FlagsImport>()
        .keyed()
        .staff()
        .refuses(&[409]),
        Operation::get::<serde_json::Value, _, _>(
            "exportFlags",
            "/studio/api/flags/export",
            "The saved flags as a payload for GrowthBook's SDKs",
            flags::export,
        )
        .staff(),
    ]
}
