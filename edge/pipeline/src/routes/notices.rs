//! A browser asks to be told of an order, and no more. Scripts do so alone: the order's page says the same without.

use crate::visit::{Segment, Visit};
use crate::{FieldProblem, Notices, Problem, Team, reply};
use axum::Json;
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use orilla_orders::OrderToken;
use orilla_push::{Endpoint, Keys};
use orilla_shop::checkout::StoredOrder;
use orilla_shop::notices::{Added, Subscribe, announce};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

/// The largest request, in bytes.
const LARGEST: usize = 4 * 1024;

/// A subscription as `PushSubscription.toJSON()` writes it.
#[derive(Deserialize)]
struct Subscription {
    endpoint: String,
    keys: KeyTexts,
}

#[derive(Deserialize)]
struct KeyTexts {
    p256dh: String,
    auth: String,
}

/// What a page asks.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Wish {
    /// Is this browser told?
    Ask { endpoint: String },
    /// Tell it.
    Begin { subscription: Subscription },
    /// Don't.
    End { endpoint: String },
}

/// What a browser says of its endpoint.
#[derive(Deserialize)]
#[serde(untagged)]
enum Change {
    /// Its push service gave it another one.
    Renewed { old: String, subscription: Subscription },
    /// It is to be told of nothing any more: who was told has signed out.
    Ended { ended: String },
}

/// `POST /en/orders/TOKEN/notices`: answers whether this browser is told of the order.
pub async fn wish(
    visit: Visit,
    team: Team,
    Segment(token): Segment,
    body: Bytes,
) -> Result<Response, Problem> {
    let notices = offered(&visit, &team)?;
    let token = OrderToken::parse(&token).map_err(|_| Problem::not_found("order"))?;
    let stored = team.placed.order(&token).await?.ok_or_else(|| Problem::not_found("order"))?;
    let is_told = match read(&body)? {
        Wish::Ask { endpoint } => notices.subscriptions.has(&token, &endpoint).await?,
        Wish::End { endpoint } => {
            notices.subscriptions.remove(&token, &endpoint).await?;
            false
        }
        Wish::Begin { subscription } => {
            let (endpoint, keys) = checked(&subscription, notices)?;
            let known = version(&stored);
            let wish = Subscribe {
                token,
                endpoint,
                keys,
                language: visit.locale.code().to_owned(),
                site: visit.origin.clone(),
                known,
            };
            if notices.subscriptions.add(&wish, visit.host.clock.now()).await? == Added::TooMany {
                let text = "As many devices as can be are told of this order. Open its page on one of them to end that.";
                return Err(Problem::new(StatusCode::CONFLICT, "too_many_devices", text));
            }
            // What happened to the order in between found nobody to be told.
            let stands = team.placed.order(&wish.token).await?.map_or(known, |stored| version(&stored));
            if stands > known {
                announce(&*notices.subscriptions, &*notices.queue, &wish.token).await?;
            }
            true
        }
    };
    let answer = Json(json!({ "told": is_told })).into_response();
    Ok(reply::with_header(answer, header::CACHE_CONTROL, "private, no-store"))
}

fn version(stored: &StoredOrder) -> u32 {
    stored.history.last().map_or(0, |last| last.version)
}

/// `POST /en/orders/notices`: whoever knows the endpoint of before may say which one has come in its place, or that none
/// has.
pub async fn renew(visit: Visit, team: Team, body: Bytes) -> Result<Response, Problem> {
    let notices = offered(&visit, &team)?;
    let is_told = match read(&body)? {
        Change::Renewed { old, subscription } => {
            let (endpoint, keys) = checked(&subscription, notices)?;
            notices.subscriptions.renew(&old, &endpoint, &keys).await?
        }
        Change::Ended { ended } => {
            notices.subscriptions.forget(&ended).await?;
            false
        }
    };
    let answer = Json(json!({ "told": is_told })).into_response();
    Ok(reply::with_header(answer, header::CACHE_CONTROL, "private, no-store"))
}

/// What is needed, if the shop tells anybody anything.
fn offered<'a>(visit: &Visit, team: &'a Team) -> Result<&'a Notices, Problem> {
    let is_offered = team.notices.vapid.is_some() && visit.host.config.on_devices;
    if is_offered { Ok(&team.notices) } else { Err(Problem::not_found("address")) }
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    if body.len() > LARGEST {
        return Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "A subscription has at most 4 KB.",
        ));
    }
    serde_json::from_slice(body).map_err(|error| Problem::malformed(format!("Send JSON: {error}.")))
}

/// The subscription, if it may be written to.
fn checked(subscription: &Subscription, notices: &Notices) -> Result<(String, Keys), Problem> {
    let Subscription { endpoint, keys: KeyTexts { p256dh, auth } } = subscription;
    let endpoint = Endpoint::parse(endpoint, notices.loopback.as_ref())
        .map_err(|error| FieldProblem::new("subscription.endpoint", "invalid_endpoint", error.to_string()));
    let keys = Keys::parse(p256dh, auth)
        .map_err(|error| FieldProblem::new("subscription.keys", "invalid_keys", error.to_string()));
    match (endpoint, keys) {
        (Ok(endpoint), Ok(keys)) => Ok((endpoint.as_str().to_owned(), keys)),
        (endpoint, keys) => Err(Problem::fields(endpoint.err().into_iter().chain(keys.err()).collect())),
    }
}
