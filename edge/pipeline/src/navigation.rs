//! Counts which page follows on which, of nobody in particular.
//!
//! A page that was asked for is known by its request: `Referer` says where from, and the browser says that it navigates.
//! A page that a browser had brought beforehand makes no request when it is shown; if those were not counted, a good guess
//! would make itself look bad. So `loader.js` says it once, to [`seen`], when the page is shown. One that is never shown
//! is never counted.

use crate::gateway::log::Level;
use crate::gateway::metrics::{Arrival, count_arrival};
use crate::gateway::visitor::Purpose;
use crate::routes::publish::press;
use crate::visit::{Visit, split_locale};
use crate::{Host, Team};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use orilla_catalog::Handle;
use orilla_prefetch::{PageKey, Step};
use orilla_shop::navigation::{day_of, publish_likely_pages};
use orilla_shop::publish::PublishError;
use percent_encoding::percent_decode_str;
use serde_json::json;
use std::sync::PoisonError;

/// A page of the shop, as an address names it.
struct Named {
    key: PageKey,
    /// Whether the address asks for all of the page: not for the results of a search or a part of a list.
    is_whole: bool,
}

/// A page is answered. What costs a question to the host is asked only if a page of the shop led here.
pub fn arrived(visit: &Visit) {
    let visitor = &visit.visitor;
    let from = visitor.referrer().and_then(|address| page_at(address, &visit.origin));
    let Some(step) = from.and_then(|from| step(from, page(&visit.path, &visit.query)?)) else { return };
    if !visitor.navigates() || visitor.is_bot() {
        return;
    }
    if visitor.purpose() == Purpose::Visit {
        count(visit, step, Arrival::Asked);
    } else {
        count_arrival(Arrival::Ahead);
    }
}

/// `POST /fn/seen`: the page that says so had been brought beforehand, and is shown now. The body is the address of the
/// page that led to it.
pub async fn seen(visit: Visit, body: String) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let page_at = |address: &str| page_at(address, &visit.origin);
    let to = visit.visitor.referrer().and_then(page_at);
    if let Some(cookie) = to.as_ref().and_then(|to| looked_at(&visit, to)) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    if let Some(step) = page_at(&body).zip(to).and_then(|(from, to)| step(from, to))
        && !visit.visitor.is_bot()
    {
        count(&visit, step, Arrival::Activated);
    }
    response
}

/// What was brought was not noted as looked at; now it is, if the visitor has agreed to that.
fn looked_at(visit: &Visit, page: &Named) -> Option<HeaderValue> {
    let viewed = visit.visitor.viewed()?;
    let product = visit.current.snapshot.as_ref().ok()?.find(&Handle::parse(page.key.handle()?).ok()?)?;
    Some(viewed.with(product)).filter(|noted| *noted != viewed).map(|noted| noted.cookie())
}

/// The step between two pages, if it is one that could be guessed.
fn step(from: Named, to: Named) -> Option<Step> {
    (to.is_whole && from.key != to.key).then_some(Step { from: from.key, to: to.key })
}

/// The page at an address of this shop.
fn page_at(address: &str, origin: &str) -> Option<Named> {
    let rest = address.strip_prefix(origin)?;
    let rest = rest.split('#').next().unwrap_or_default();
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (Some(_), path) = split_locale(path) else { return None };
    page(path, query)
}

/// The page at a path behind the language, if the address asks for all of it.
pub fn whole_page(path: &str, query: &str) -> Option<PageKey> {
    page(path, query).filter(|page| page.is_whole).map(|page| page.key)
}

/// The page at a path behind the language.
fn page(path: &str, query: &str) -> Option<Named> {
    let key = PageKey::parse(&percent_decode_str(path).decode_utf8().ok()?)?;
    Some(Named { is_whole: query.is_empty() || key.handle().is_some(), key })
}

/// Counts a step, and stores what was counted when it is time: beside the answer, and once. What is lost on the way, or
/// with the isolate, is a few of many.
fn count(visit: &Visit, step: Step, arrival: Arrival) {
    count_arrival(arrival);
    let host = &visit.host;
    let now = host.clock.now();
    let due = {
        let mut steps = host.isolate.steps.lock().unwrap_or_else(PoisonError::into_inner);
        steps.count(step, now);
        steps.due(now)
    };
    let Some(steps) = due else { return };
    let navigations = host.navigations.clone();
    host.background.run(Box::pin(async move {
        let _ = navigations.add(day_of(now), &steps).await;
    }));
}

/// Makes the pages current that are likely by what was counted until now, and says so in the log: a shop whose team does not
/// publish for weeks has its counts all the same, and last season's are forgotten.
///
/// # Errors
/// See [`PublishError`]: nothing is lost, the next time does it.
pub async fn publish(host: &Host, team: &Team) -> Result<(), PublishError> {
    let now = host.clock.now();
    let done = publish_likely_pages(press(host, &team.writer), &*team.navigations, now).await?;
    if let Some(done) = done.filter(|done| done.is_new) {
        let (number, bytes) = (done.publication.number, done.bytes);
        let line =
            json!({ "level": Level::Info, "what": "likely pages", "publication": number, "bytes": bytes });
        host.gate.log.line(Level::Info, &line.to_string());
    }
    Ok(())
}
