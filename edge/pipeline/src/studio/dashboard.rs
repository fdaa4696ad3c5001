//! The first page of the Studio.

use super::member::Member;
use super::{failure, page};
use crate::routes::publish::press;
use axum::response::Response;
use http::StatusCode;
use orilla_catalog::Status;
use orilla_shop::PortError;
use orilla_shop::publish::pending;
use orilla_shop::reviews::{ReviewState, count_in};
use orilla_shop::team::{OrderFilter, OrderQuery, ProductQuery, StockFilter};
use orilla_studio::pages::{self, DashboardPage};

/// Orders on the first page.
const ORDERS: usize = 10;
/// Requests of imports on the first page.
const IMPORTS: u32 = 5;
/// Milliseconds of a day.
const DAY: i64 = 24 * 3600 * 1000;

/// `GET /studio`.
pub async fn show(member: Member) -> Response {
    match data(&member).await {
        Ok(data) => page(StatusCode::OK, pages::dashboard(&member.studio, &data)),
        Err(error) => failure(&member.studio, &error),
    }
}

async fn data(member: &Member) -> Result<DashboardPage, PortError> {
    let host = &member.visit.host;
    let query = OrderQuery { filter: OrderFilter::ToDo, page: 1, ..OrderQuery::default() };
    let mut found = member.team.orders.find(&query).await?;
    found.orders.truncate(ORDERS);
    let now = host.clock.now();
    let low = ProductQuery {
        status: Some(Status::Active),
        stock: Some(StockFilter::Low),
        page: 1,
        ..ProductQuery::default()
    };
    Ok(DashboardPage {
        to_do: found.total,
        orders: found.orders,
        // Days begin at midnight of UTC, as all times of the Studio are told in it.
        standing: member.team.orders.standing(now - now.rem_euclid(DAY)).await?,
        low: member.team.products.find(&low).await?.total,
        sold_out: member.team.products.sold_out().await?,
        reviews: count_in(&member.team.shoppers.reviews.counts().await?, ReviewState::Waiting),
        pending: pending(press(host, &member.team.writer)).await?,
        publication: host.publications.current().await?,
        imports: member.team.products.imports(IMPORTS).await?,
    })
}
