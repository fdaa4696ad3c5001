//! What happens to a request, in order; the same for every host.
//!
//! [`answer`] takes the ports of one request and the request, and gives the response; [`answer_team`] does so for the
//! shop's team, for programs, and for checkouts. The order is in [`through`], the steps are in [`gateway`]: begin to watch, refuse a forged write, send
//! other spellings of an address to the one, refuse what is too much or too large, let the router find the handler, add the security
//! headers, count and log.
//!
//! There are two so that a host can keep what only those need out of the module that every shopper's request loads.

mod account;
mod api;
#[cfg(test)]
mod away;
#[cfg(test)]
mod bad_input;
#[cfg(feature = "bench")]
mod bench;
mod canonical;
mod ceremony;
mod flags;
mod form;
pub mod gateway;
#[cfg(feature = "trial")]
mod held;
mod host;
mod importing;
mod isolate;
mod memo;
mod navigation;
#[cfg(test)]
mod navigation_tests;
mod notices;
mod problem;
mod published;
mod reply;
mod rollouts;
mod routes;
mod schedule;
mod staff;
mod studio;
#[cfg(test)]
mod testing;
mod visit;
mod web_app;

pub use host::{Away, Config, Host, Notices, Shoppers, Team, Writer};
pub use isolate::Isolate;
pub use memo::inspect;
pub use navigation::publish as publish_likely_pages;
pub use notices::deliver as deliver_notices;
pub use orilla_studio::Assets as StudioAssets;
pub use orilla_ui::Language;
pub use problem::{FieldProblem, Problem};
pub use reply::Logged;
pub use routes::events::counted_away;
pub use schedule::drive;
pub use studio::SESSION_COOKIE;

use crate::api::any_origin;
use crate::gateway::ahead::forget_prefetched;
use crate::gateway::body::refuse_unread;
use crate::gateway::forgery::refuse_forged_write;
use crate::gateway::refusal::refuse_too_many;
use crate::gateway::security_headers::{add_security_headers, is_encrypted};
use crate::gateway::watch::Watch;
use crate::published::Current;
use crate::rollouts::Met;
use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse;
use http::{Request, Response, StatusCode};
use orilla_shop::PortError;
use orilla_shop::outbox::Outbox;
use orilla_shop::team::record_delivery;
use std::convert::Infallible;
use tower::Service;

thread_local! {
    /// Built once per isolate, as the next one: they hold no port and no JavaScript handle, which come with each request.
    static SHOP: Router = routes::router();
    static TEAM: Router = routes::team_router();
    static COUNTER: Router = routes::counter_router();
    static AWAY: Router = routes::away_router();
}

/// Where the team's addresses begin.
const TEAM_PATHS: &str = "/studio";
/// Where the addresses begin that only programs ask for; and those where somebody agrees to be counted, who may have an
/// account, or shares the account's cart.
const PROGRAM_PATHS: [&str; 4] = ["/api/", "/ofrep/", "/fn/consent", "/fn/cart"];
/// How the addresses go on, behind the language, of orders and accounts. Nobody shares those pages.
const ORDER_PATHS: [&str; 3] = ["/checkout", "/orders/", "/account"];
/// The functions that change the cart, and behind the language its page: of who is signed in, it is the account's.
const CART_PATHS: [&str; 2] = ["/fn/add_to_cart", "/fn/set_quantity"];
const CART_PAGE: &str = "/cart";

/// Whether [`answer_team`] answers this path for a browser with these cookies (the header's text), rather than [`answer`].
pub fn is_for_team(path: &str, cookies: &str) -> bool {
    path.starts_with(TEAM_PATHS)
        || is_for_counter(path)
        || (is_about_the_cart(path) && cookies.contains(account::SESSION))
}

fn is_about_the_cart(path: &str) -> bool {
    let behind_language = path.get("/en".len()..).unwrap_or_default();
    behind_language.starts_with(CART_PAGE) || CART_PATHS.iter().any(|begin| path.starts_with(begin))
}

/// Whether a program or a checkout asks for this path: what is published answers, and the database.
fn is_for_counter(path: &str) -> bool {
    let behind_language = path.get("/en".len()..).unwrap_or_default();
    PROGRAM_PATHS.iter().any(|begin| path.starts_with(begin))
        || ORDER_PATHS.iter().any(|begin| behind_language.starts_with(begin))
}

/// Answers a shopper's request: any but those that are for [`answer_team`].
pub async fn answer(host: Host, request: Request<Body>) -> Response<Body> {
    answer_from_published(host, request, SHOP.with(Clone::clone)).await
}

/// Answers a shopper's request where the shop itself is out of reach, from what is published: pages, pictures, the
/// cart, and the checkout, whose orders wait in the outbox. What only the shop can do says so.
pub async fn answer_away(host: Host, outbox: Outbox, mut request: Request<Body>) -> Response<Body> {
    request.extensions_mut().insert(outbox);
    answer_from_published(host, request, AWAY.with(Clone::clone)).await
}

/// Answers a request that [`is_for_team`].
pub async fn answer_team(host: Host, team: Team, mut request: Request<Body>) -> Response<Body> {
    request.extensions_mut().insert(team.writer.clone());
    request.extensions_mut().insert(notices::telling(&host, team));
    let path = request.uri().path();
    if is_for_counter(path) || is_about_the_cart(path) {
        return answer_from_published(host, request, COUNTER.with(Clone::clone)).await;
    }
    through(host, request, TEAM.with(Clone::clone)).await
}

/// Records what the queue of events delivers. Answers when all of it is kept and may be acknowledged.
///
/// # Errors
/// If the store failed: all of it has to be delivered again.
pub async fn record_events(host: &Host, team: &Team, messages: &[String]) -> Result<(), PortError> {
    record_delivery(&*team.events, messages, host.clock.now()).await
}

/// Answers a request for what is published; what happens to the people of a rollout is measured around it.
async fn answer_from_published(host: Host, mut request: Request<Body>, router: Router) -> Response<Body> {
    let current = Current::of(&host).await;
    let met = Met::begin(&current.flags).map(|met| (met, host.clone(), host.clock.now()));
    if let Some((met, ..)) = &met {
        request.extensions_mut().insert(met.clone());
    }
    request.extensions_mut().insert(current);
    let response = through(host, request, router).await;
    if let Some((met, host, began)) = met {
        met.end(&host, response.status(), began);
    }
    response
}

/// What happens to every request, in order. Each step is a function of its own in [`gateway`].
async fn through(host: Host, request: Request<Body>, router: Router) -> Response<Body> {
    let mut watch = Watch::begin(host.instruments(), &request);
    let is_encrypted = is_encrypted(request.uri());
    let is_open = any_origin::is_open(request.uri().path());
    let response = forget_prefetched(admitted(host, &mut watch, request, router).await);
    let response = if is_open { any_origin::readable(response) } else { response };
    watch.end(add_security_headers(response, is_encrypted))
}

/// The answer of the first step that has one: a refusal, another address, or the handler.
async fn admitted(
    host: Host,
    watch: &mut Watch,
    mut request: Request<Body>,
    mut router: Router,
) -> Response<Body> {
    let (method, uri, headers) = (request.method(), request.uri(), request.headers());
    if let Err(problem) = refuse_forged_write(method, uri, headers) {
        return problem.into_response();
    }
    if let Some(address) = canonical::canonical_address(method, uri) {
        return reply::redirect(StatusCode::PERMANENT_REDIRECT, &address);
    }
    if let Some(answer) = flags::qa::follow(&host, method, uri) {
        return answer;
    }
    if let Some(refusal) = refuse_too_many(&host, watch, &request).await {
        return refusal;
    }
    if let Err(problem) = refuse_unread(request.extensions()) {
        return problem.into_response();
    }
    if let Some(span) = watch.span() {
        request.extensions_mut().insert(span.clone());
    }
    request.extensions_mut().insert(host);
    let mark = watch.mark();
    let response: Result<Response<Body>, Infallible> = router.call(request).await;
    watch.step("handler", mark);
    match response {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_sends_the_same_addresses_to_the_second_module() {
        let entry = include_str!("../../worker/src/entry.js");
        let begins: Vec<_> = std::iter::once(TEAM_PATHS).chain(PROGRAM_PATHS).collect();
        assert!(entry.contains(&format!("const TEAM_PATHS = {begins:?};")), "{begins:?}");
        assert!(entry.contains(&format!("const ORDER_PATHS = {ORDER_PATHS:?};")), "{ORDER_PATHS:?}");
        assert!(entry.contains(&format!("const CART_PATHS = {CART_PATHS:?};")), "{CART_PATHS:?}");
        assert!(entry.contains(&format!("const CART_PAGE = {CART_PAGE:?};")), "{CART_PAGE:?}");
        assert!(entry.contains(&format!("const ACCOUNT = {:?};", account::SESSION)));
    }

    #[test]
    fn the_host_knows_its_cron_triggers() {
        let entry = include_str!("../../worker/src/entry.js");
        let (_, rest) = entry.split_once("const DAILY = ").unwrap();
        let daily = rest.split(';').next().unwrap();
        let configuration = include_str!("../../../wrangler.toml");
        assert!(configuration.contains(&format!("crons = [\"* * * * *\", {daily}]")), "{daily}");
    }

    #[test]
    fn the_host_knows_the_queue_of_notices() {
        let entry = include_str!("../../worker/src/entry.js");
        let (_, rest) = entry.split_once("const NOTICES = \"").unwrap();
        let queue = rest.split('"').next().unwrap();
        let configuration = include_str!("../../../wrangler.toml");
        let producer = format!("binding = \"NOTICES\"\nqueue = \"{queue}\"\n");
        let consumer = format!("[[queues.consumers]]\nqueue = \"{queue}\"\n");
        assert!(configuration.contains(&producer) && configuration.contains(&consumer), "{queue}");
    }

    #[test]
    fn the_service_worker_knows_the_languages_of_pages() {
        let script = include_str!("../../device/src/sw.js");
        let codes: Vec<_> = orilla_ui::Locale::ALL.iter().map(|locale| locale.code()).collect();
        assert!(
            script.contains(&format!("const PAGES = /^\\/(?:{})(?:\\/|$)|^\\/$/;", codes.join("|"))),
            "{codes:?}"
        );
    }

    #[test]
    fn the_service_worker_and_pages_know_the_cookie_of_who_has_left() {
        let script = include_str!("../../device/src/cookies.js");
        assert!(script.contains(&format!("const LEFT = {:?};", account::LEFT)));
        assert!(include_str!("../../../app/client/js/account.js").contains(&format!("{}=", account::LEFT)));
    }

    #[test]
    fn what_pages_do_not_need_is_for_the_second_module() {
        for (path, team, counter) in [
            ("/api/v1/products", true, true),
            ("/ofrep/v1/evaluate/flags", true, true),
            ("/studio", true, false),
            ("/studio/api/import", true, false),
            ("/en", false, false),
            ("/en/api/v1", false, false),
            ("/fn/suggest", false, false),
            ("/fn/consent", true, true),
            ("/fn/cart", true, true),
            ("/es/account", true, true),
            ("/en/account/sign-in/begin", true, true),
            ("/en/checkout", true, true),
            ("/pt/orders/abcdef/cancel", true, true),
            ("/en/cart", false, false),
            ("/checkout", false, false),
            ("/en/p/checkout", false, false),
            ("/", false, false),
            ("/é", false, false),
        ] {
            assert_eq!((is_for_team(path, ""), is_for_counter(path)), (team, counter), "{path}");
        }
    }

    #[test]
    fn the_cart_of_who_is_signed_in_is_for_the_second_module() {
        for (path, expected) in [
            ("/en/cart", true),
            ("/fn/add_to_cart", true),
            ("/fn/set_quantity", true),
            ("/fn/suggest", false),
            ("/en", false),
            ("/en/p/cart", false),
        ] {
            assert_eq!(is_for_team(path, "__Host-cart=1.1x1; __Host-account=key"), expected, "{path}");
            assert!(!is_for_team(path, "__Host-cart=1.1x1; __Host-cart-copy=1.0123456789abcdef.7"), "{path}");
        }
    }
}
