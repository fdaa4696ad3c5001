//! A shopper's account: what it shows, and leaving it. Signing in is in [`passkeys`] and [`link`]. Guests never come here.

pub mod addresses;
#[cfg(test)]
mod addresses_tests;
mod cart;
#[cfg(test)]
mod cart_tests;
mod keeper;
mod leave;
mod link;
#[cfg(test)]
mod link_tests;
mod own_reviews;
mod passkeys;
mod requests;
pub mod reviews;
#[cfg(test)]
mod reviews_tests;
mod shopper;
#[cfg(test)]
pub(crate) mod tests;
mod welcome;

pub use cart::{refresh, share};
pub use keeper::{Keeper, Places, owner_of};
#[cfg(test)]
pub use leave::LEFT;
pub use shopper::{SESSION, signed_in, visitor_of};

use crate::reply;
use crate::visit::{Headers, Visit};
use crate::{Team, form, routes};
use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;
use orilla_shop::PortError;
use orilla_shop::team::{Session, SessionState};
use orilla_storefront::pages::{self, AccountNotice, AccountPage, LinkForm};
use orilla_ui::Locale;

/// The most fields of a form.
const MOST_FIELDS: usize = 20;

/// The account's pages in one language.
pub fn routes(router: Router, locale: Locale) -> Router {
    let at = |path: &str| format!("/{}/account{path}", locale.code());
    router
        .route(&at(""), get(show))
        .route(&at("/sign-in/begin"), post(passkeys::begin_sign_in))
        .route(&at("/sign-in/finish"), post(passkeys::finish_sign_in))
        .route(&at("/open/begin"), post(passkeys::begin_opening))
        .route(&at("/open/finish"), post(passkeys::finish_opening))
        .route(&at("/passkeys"), post(passkeys::remove))
        .route(&at("/passkeys/begin"), post(passkeys::begin_adding))
        .route(&at("/passkeys/finish"), post(passkeys::finish_adding))
        .route(&at("/link"), post(link::ask))
        .route(&at("/link/{key}"), get(link::show).post(link::enter))
        .route(&at("/address/remove"), post(link::remove))
        .route(&at("/addresses"), get(addresses::show).post(addresses::act))
        .route(&at("/addresses/book"), get(addresses::book))
        .route(&at("/addresses/change"), post(addresses::change))
        .route(&at("/reviews"), get(reviews::list))
        .route(&at("/reviews/{handle}"), get(reviews::show).post(reviews::act))
        // Beside them: "change" may be what a product is called.
        .route(&at("/review-change"), post(reviews::change))
        .route(&at("/sign-out"), post(leave::sign_out))
        .route(&at("/delete"), post(leave::delete))
}

/// `GET /en/account`: the account of who is signed in, or how to get into one.
async fn show(visit: Visit, team: Team, Headers(headers): Headers) -> Response {
    let notice = AccountNotice::parse(&visit.query);
    match shopper::state_of(&visit.host, &team, &headers).await {
        Ok(SessionState::Open(session)) => overview(&visit, &team, &session, StatusCode::OK, notice).await,
        // It was ended elsewhere: what is personal goes here, too.
        Ok(SessionState::Ended) => {
            let door = door(&visit, &team, StatusCode::OK, Some(AccountNotice::Ended)).await;
            leave::wiped(&visit, door)
        }
        // Nobody has ended it, and nothing is lost.
        Ok(SessionState::Over) => {
            let notice = if shopper::has_key(&headers) { Some(AccountNotice::Over) } else { notice };
            cart::set_aside(door(&visit, &team, StatusCode::OK, notice).await, &cart::shown(&headers))
        }
        Err(error) => reply::failure(&visit, &error).await,
    }
}

/// What the account holds.
async fn overview(
    visit: &Visit,
    team: &Team,
    session: &Session,
    status: StatusCode,
    notice: Option<AccountNotice>,
) -> Response {
    overview_with(visit, team, session, status, notice, link::form(visit, team)).await
}

/// The same with this form for a link.
async fn overview_with(
    visit: &Visit,
    team: &Team,
    session: &Session,
    status: StatusCode,
    notice: Option<AccountNotice>,
    link: Option<LinkForm>,
) -> Response {
    match account_page(visit, team, session, notice, link).await {
        Ok(page) => reply::private_page(status, pages::account(visit.page().await, page)),
        Err(error) => reply::failure(visit, &error).await,
    }
}

async fn account_page(
    visit: &Visit,
    team: &Team,
    session: &Session,
    notice: Option<AccountNotice>,
    link: Option<LinkForm>,
) -> Result<AccountPage, PortError> {
    let (name, shoppers) = (session.member.as_str(), &team.shoppers);
    let account = shoppers.accounts.account(name).await?;
    Ok(AccountPage {
        orders: shoppers.accounts.orders(name).await?,
        passkeys: shoppers.passkeys.list(Some(name)).await?,
        can_add: passkeys::party(visit).is_ok(),
        address: account.and_then(|account| account.address).map(|address| address.as_str().to_owned()),
        link,
        notice,
    })
}

/// How one gets in.
async fn door(visit: &Visit, team: &Team, status: StatusCode, notice: Option<AccountNotice>) -> Response {
    door_with(visit, status, notice, link::form(visit, team)).await
}

/// The same with this form for a link.
async fn door_with(
    visit: &Visit,
    status: StatusCode,
    notice: Option<AccountNotice>,
    link: Option<LinkForm>,
) -> Response {
    let html = pages::account_door(visit.page().await, passkeys::party(visit).is_ok(), link, notice);
    reply::private_page(status, html)
}

/// What a form is answered whose sender is not signed in, or not any more.
async fn nobody(visit: &Visit, team: &Team) -> Response {
    door(visit, team, StatusCode::UNAUTHORIZED, Some(AccountNotice::Ended)).await
}

/// What a page of the account is answered with where nobody is known: at the edge, the account's door; a device has nothing
/// to show.
async fn nobody_here(visit: &Visit) -> Response {
    match visit.host.away {
        Some(_) => routes::needs_network(visit).await,
        None => reply::redirect(StatusCode::SEE_OTHER, &visit.url("/account")),
    }
}

/// To the account's page, which says what has happened.
fn to_account(visit: &Visit, notice: AccountNotice) -> String {
    visit.url(&format!("/account?done={}", notice.name()))
}

fn fields(body: &[u8]) -> std::collections::HashMap<String, String> {
    form::fields(body, MOST_FIELDS)
}
