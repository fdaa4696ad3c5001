//! The first page of the Studio.

use super::member::Member;
use super::{failure, page};
use axum::response::Response;
use http::StatusCode;
use orilla_shop::PortError;
use orilla_shop::team::{OrderFilter, OrderQuery};
use orilla_studio::pages::{self, DashboardPage};

/// Orders on the first page.
const ORDERS: usize = 10;
/// Requests of imports on the first page.
const IMPORTS: u32 = 5;

/// `GET /studio`.
pub async fn show(member: Member) -> Response {
    match data(&member).await {
        Ok(data) => page(StatusCode::OK, pages::dashboard(&member.studio, &data)),
        Err(error) => failure(&member.studio, &error),
    }
}

async fn data(member: &Member) -> Result<DashboardPage, PortError> {
    let query = OrderQuery { filter: OrderFilter::ToDo, page: 1, ..OrderQuery::default() };
    let mut found = member.team.orders.find(&query).await?;
    found.orders.truncate(ORDERS);
    Ok(DashboardPage {
        to_do: found.total,
        orders: found.orders,
        sold_out: member.team.products.sold_out().await?,
        publication: member.visit.host.publications.current().await?,
        imports: member.team.products.imports(IMPORTS).await?,
    })
}
