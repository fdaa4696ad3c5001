//! `POST /e`: what pages tell of their visitors. It is not looked into here: the queue's consumer reads it, and keeps
//! what it can't read with the reason.

use crate::gateway::visitor::identity::VisitorKeys;
use crate::gateway::visitor::{Visitor, agent};
use crate::visit::Visit;
use crate::{Host, Problem, Team};
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use orilla_events::{Device, Event, EventId, LONGEST_BODY, Message, Origin, Sender, What};
use orilla_orders::OrderToken;
use orilla_shop::PortError;
use orilla_shop::checkout::PlaceOrder;
use orilla_shop::events::UntoldOrder;

/// Who did something, if it may be counted: somebody with an id of this shop's, who agreed to be counted and is no
/// program. Whoever a page says that it is, is not asked.
pub fn counted(visit: &Visit) -> Option<Sender> {
    let Visit { visitor, host, .. } = visit;
    if !visitor.counts() {
        return None;
    }
    let id = visitor.id(host.gate.settings.visitor_keys.as_ref(), host.clock.now())?;
    let country = visitor.country().map(|country| country.code().to_owned());
    Some(Sender { visitor: id.text(), country, device: device(visitor) })
}

/// As whom a browser with these cookies (the text of the header) is counted, as its own device sees it; whether that is
/// so the edge decides.
pub fn counted_away(cookies: &str, now: i64) -> Option<String> {
    let cookies = HeaderValue::from_str(cookies).ok()?;
    let visitor = Visitor::of(&HeaderMap::from_iter([(header::COOKIE, cookies)]), &Extensions::new());
    let id = visitor.id(Some(&VisitorKeys::of_own_device()), now)?;
    visitor.may_be_counted().then(|| id.text())
}

fn device(visitor: &Visitor) -> Device {
    match visitor.device() {
        agent::Device::Phone => Device::Phone,
        agent::Device::Tablet => Device::Tablet,
        agent::Device::Desktop => Device::Desktop,
    }
}

/// Takes a batch of events; on a device, where they wait for a network. The answer is the same for who is counted and who is not; 204 means that the queue has it
/// (or that nobody wants it), anything else that it has to be sent again.
pub async fn collect(visit: Visit, body: Bytes) -> Response {
    if body.len() > LONGEST_BODY {
        let text = "Send smaller batches: at most 16 KB.";
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", text).into_response();
    }
    let (Some(sender), false) = (counted(&visit), body.is_empty()) else { return nothing() };
    let body = String::from_utf8_lossy(&body).into_owned();
    let message = Message { sender, received: visit.host.clock.now(), origin: Origin::Page(body) };
    match visit.host.events.put(&message).await {
        Ok(()) => nothing(),
        Err(error) => Problem::from(error).into_response(),
    }
}

fn nothing() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Tells the queue of a placed order, after the answer. If that fails, or the isolate ends before, [`tell_untold`] does it.
pub fn order_placed(visit: &Visit, team: &Team, token: &OrderToken, wish: &PlaceOrder) {
    let Some(sender) = wish.counted.clone() else { return };
    let (host, team) = (visit.host.clone(), team.clone());
    let order = UntoldOrder { token: token.clone(), key: wish.key.clone(), sender };
    visit.host.background.run(Box::pin(async move {
        if let Err(error) = tell(&host, &team, order).await {
            complain(&host, &error);
        }
    }));
}

/// Milliseconds for which a placed order is left to the request that placed it.
const PATIENCE: i64 = 60_000;
/// Orders of one call: it is called every minute, and a request may ask a Worker's services a thousand times.
const MOST_ORDERS: u32 = 100;

/// Tells the queue of the orders that it was not told of when they were placed.
///
/// # Errors
/// The store's, and the queue's: what is left comes again.
pub async fn tell_untold(host: &Host, team: &Team) -> Result<(), PortError> {
    for order in team.untold.untold(host.clock.now() - PATIENCE, MOST_ORDERS).await? {
        match tell(host, team, order).await {
            // A queue that is away is not asked once for each.
            Err(error @ PortError::Unavailable(_)) => return Err(error),
            Err(error) => complain(host, &error),
            Ok(()) => {}
        }
    }
    Ok(())
}

fn complain(host: &Host, error: &PortError) {
    host.complain(&format!("an order is not counted yet: {error}"));
}

async fn tell(host: &Host, team: &Team, order: UntoldOrder) -> Result<(), PortError> {
    let unexpected = |text: String| PortError::Unexpected(text);
    let UntoldOrder { token, key, sender } = order;
    let Some(stored) = team.placed.order(&token).await? else {
        return Err(unexpected("no order".to_owned()));
    };
    let placed_at = stored.history.first().map(|first| first.at);
    let at = placed_at.ok_or_else(|| unexpected("an order without events".to_owned()))?;
    let what = What::OrderPlaced { revenue: stored.order()?.placed.total };
    // The key of the form is the event's name: a form that is sent twice is one order and one event.
    let id = EventId::parse(key.as_str()).map_err(|error| unexpected(error.to_string()))?;
    let origin = Origin::Shop(Event { id, at, what });
    host.events.put(&Message { sender, received: host.clock.now(), origin }).await?;
    team.untold.told(&token).await
}

#[cfg(test)]
mod tests;
