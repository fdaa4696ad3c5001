//! The Studio: the pages of the shop's team. Each asks for a session ([`member::Member`]).

mod app;
mod categories;
mod dashboard;
mod experiments;
mod flags;
mod imports;
mod member;
mod metrics;
mod new_product;
mod orders;
mod pages;
mod passkeys;
mod product_form;
mod products;
mod publish;
mod reviews;
mod rollouts;
mod sessions;
mod sign_in;
mod stock;
#[cfg(test)]
pub(crate) mod tests;
mod upload;

pub use member::SESSION_COOKIE;

use crate::reply::{self, Logged};
use crate::visit::Visit;
use crate::{Problem, form};
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderValue, StatusCode, Uri, header};
use orilla_shop::PortError;
use orilla_studio::{StudioContext, pages as shown};
use std::collections::HashMap;

/// The most fields of a form: a product has up to 500 variants with ten fields each, and 500 attributes with five.
const MOST_FIELDS: usize = 8_000;

/// The Studio's pages.
pub fn router() -> Router {
    Router::new()
        .route("/studio", get(dashboard::show))
        .route("/studio/app.webmanifest", get(app::manifest))
        .route("/studio/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/studio/sign-in/begin", post(passkeys::begin))
        .route("/studio/sign-in/finish", post(passkeys::finish))
        .route("/studio/passkeys", get(passkeys::show).post(passkeys::remove))
        .route("/studio/passkeys/begin", post(passkeys::begin_add))
        .route("/studio/passkeys/finish", post(passkeys::finish_add))
        .route("/studio/sign-out", post(sign_in::sign_out))
        .route("/studio/sessions", get(sessions::show).post(sessions::end))
        .route("/studio/orders", get(orders::list))
        .route("/studio/orders/{number}", get(orders::show).post(orders::command))
        .route("/studio/categories", get(categories::list).post(categories::create))
        .route("/studio/categories/{id}", get(categories::show).post(categories::save))
        .route("/studio/categories/{id}/delete", post(categories::delete))
        .route("/studio/pages", get(pages::show))
        .route("/studio/reviews", get(reviews::list).post(reviews::decide))
        .route("/studio/import/{run}", get(imports::report))
        .route("/studio/import/{run}/events", get(imports::events))
        .route("/studio/import/{run}/rejected.csv", get(imports::rejected))
        .route("/studio/flags", get(flags::list).post(flags::create))
        .route("/studio/flags/publish", post(flags::publish))
        .route("/studio/flags/history", get(flags::history))
        .route("/studio/flags/revert", post(flags::revert))
        .route("/studio/flags/document", get(flags::document).post(flags::save_document))
        .route("/studio/flags/flag/{key}", get(flags::show).post(flags::change))
        .route("/studio/publish", get(publish::show).post(publish::publish))
        .route("/studio/publish/back", post(publish::roll_back))
        .route("/studio/experiments", get(experiments::list))
        .route("/studio/experiments/{key}", get(experiments::show).post(experiments::act))
        .route("/studio/events", get(metrics::refused))
        .route("/studio/metrics", get(metrics::list))
        .route("/studio/metrics/{key}", get(metrics::show).post(metrics::save))
        .route("/studio/rollouts", get(rollouts::list).post(rollouts::begin))
        .route("/studio/rollouts/{id}", get(rollouts::show).post(rollouts::command))
        .route("/studio/products", get(products::list))
        .route("/studio/new-product", get(new_product::show).post(new_product::create))
        .route("/studio/products/{handle}", get(products::show).post(products::save))
        .route("/studio/products/{handle}/undo", post(products::undo))
        .route("/studio/products/{handle}/stock", post(stock::adjust))
}

/// The form that takes a file: its body may be as large as an import's.
pub fn upload_router() -> Router {
    Router::new().route(crate::gateway::body::IMPORT_PAGE, get(imports::show).post(imports::upload))
}

/// What the team's addresses answer where there is nothing.
pub async fn nothing_here(visit: Visit, uri: Uri) -> Response {
    if uri.path().starts_with("/studio/api/") {
        return Problem::not_found("address").into_response();
    }
    error(&context(&visit, None), StatusCode::NOT_FOUND)
}

/// What a page needs beside its data.
fn context(visit: &Visit, member: Option<&str>) -> StudioContext {
    StudioContext {
        locale: visit.locale,
        assets: visit.host.config.studio_assets,
        shop_name: visit.host.config.shop_name.clone(),
        path: visit.path.clone(),
        member: member.map(str::to_owned),
    }
}

/// The fields of a form.
fn fields(body: &[u8]) -> HashMap<String, String> {
    form::fields(body, MOST_FIELDS)
}

/// Nobody keeps a page of the Studio.
fn page(status: StatusCode, html: String) -> Response {
    reply::private_page(status, html)
}

/// 303 to a page of the Studio.
fn see(path: &str) -> Response {
    reply::redirect(StatusCode::SEE_OTHER, path)
}

fn error(studio: &StudioContext, status: StatusCode) -> Response {
    page(status, shown::error(studio, status.as_u16()))
}

/// The page that says that the shop can't answer, 503 if trying again can help.
fn failure(studio: &StudioContext, problem: &PortError) -> Response {
    let again = matches!(problem, PortError::Unavailable(_));
    let status = if again { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR };
    let mut response = error(studio, status);
    if again {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response.extensions_mut().insert(Logged(problem.to_string()));
    response
}
