//! OpenFeature's remote evaluation protocol (OFREP 0.3): <https://github.com/open-feature/protocol>. Evaluations are
//! answered from the published flags and counted nowhere: who evaluates reports its own exposures. A client key opens
//! them and no cookie counts, so apps of any origin may ask.

use super::any_origin::preflight;
use super::client_key::Client;
use super::extract::{Body, Named};
use super::features::features;
use crate::published::Current;
use crate::reply::{with_header, with_type};
use crate::visit::{Headers, text};
use crate::{Host, Problem};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderValue, StatusCode, header};
use orilla_flags::{ErrorCode, Evaluation, Reason, Visitor, names};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use xxhash_rust::xxh3::xxh3_64;

/// The largest request, in bytes.
const LARGEST: usize = 16 * 1024;
/// The most attributes of a context.
const MOST_ATTRIBUTES: usize = 100;
/// What the protocol calls the attribute [`names::ID`].
const TARGETING_KEY: &str = "targetingKey";

/// The routes of the protocol, and the address that is built into GrowthBook's SDKs.
pub fn router() -> Router {
    Router::new()
        .route("/api/features/{client_key}", get(features))
        .route("/ofrep/v1/evaluate/flags", post(all).options(preflight))
        .route("/ofrep/v1/evaluate/flags/{key}", post(one).options(preflight))
        .layer(DefaultBodyLimit::max(LARGEST))
}

#[derive(Deserialize)]
struct Request {
    context: Map<String, Value>,
}

/// Why a context can't be evaluated.
struct Refused {
    code: &'static str,
    details: String,
}

/// The attributes of a request: what buckets are made from, and what conditions name.
fn attributes(body: &[u8]) -> Result<Map<String, Value>, Refused> {
    let refused = |code, details: String| Refused { code, details };
    let document: Value = serde_json::from_slice(body)
        .map_err(|error| refused("PARSE_ERROR", format!("The request is not JSON: {error}")))?;
    let Request { context: mut attributes } = serde_json::from_value(document)
        .map_err(|error| refused("INVALID_CONTEXT", format!("Send {{\"context\": {{…}}}}: {error}")))?;
    let Some(Value::String(id)) = attributes.remove(TARGETING_KEY).filter(|key| *key != "") else {
        let details = "The context needs a targetingKey: a text that names the visitor, the same each time.";
        return Err(refused("INVALID_CONTEXT", details.to_owned()));
    };
    attributes.insert(names::ID.to_owned(), Value::String(id));
    if attributes.len() > MOST_ATTRIBUTES {
        let details = format!("The context has more than {MOST_ATTRIBUTES} attributes.");
        return Err(refused("INVALID_CONTEXT", details));
    }
    Ok(attributes)
}

/// The visitor of a context. An address counts without its query, which anybody can write variations into.
fn visitor(attributes: &Map<String, Value>) -> Visitor<'_> {
    let url = attributes.get(names::URL).and_then(Value::as_str).unwrap_or_default();
    Visitor::from_json(attributes).at_url(url.split(['?', '#']).next().unwrap_or_default())
}

/// `POST /ofrep/v1/evaluate/flags/{key}`.
async fn one(
    _: Client,
    host: Host,
    current: Current,
    Named(key): Named,
    Body(body): Body,
) -> Result<Response, Problem> {
    let attributes = match attributes(&body) {
        Ok(attributes) => attributes,
        Err(Refused { code, details }) => {
            let failure = json!({ "key": key, "errorCode": code, "errorDetails": details });
            return Ok(answer(StatusCode::BAD_REQUEST, failure.to_string()));
        }
    };
    let visitor = visitor(&attributes);
    let evaluation = current.flags.flags.evaluate(&key, &visitor, host.clock.now());
    let status = match evaluation.failure() {
        None => StatusCode::OK,
        Some(ErrorCode::FlagNotFound) => StatusCode::NOT_FOUND,
        Some(_) => StatusCode::BAD_REQUEST,
    };
    Ok(answer(status, written(&evaluation).to_string()))
}

/// `POST /ofrep/v1/evaluate/flags`.
async fn all(
    _: Client,
    host: Host,
    current: Current,
    Headers(headers): Headers,
    Body(body): Body,
) -> Result<Response, Problem> {
    let attributes = match attributes(&body) {
        Ok(attributes) => attributes,
        Err(Refused { code, details }) => {
            let failure = json!({ "errorCode": code, "errorDetails": details });
            return Ok(answer(StatusCode::BAD_REQUEST, failure.to_string()));
        }
    };
    let (visitor, now) = (visitor(&attributes), host.clock.now());
    let flags = &current.flags.flags;
    let mut keys: Vec<&str> = flags.keys().collect();
    keys.sort_unstable();
    let evaluated: Vec<Value> =
        keys.into_iter().map(|key| written(&flags.evaluate(key, &visitor, now))).collect();
    let version = format!("{:016x}", current.flags.version());
    let body = json!({ "flags": evaluated, "metadata": { "version": version } }).to_string();
    let tag = format!("\"{:016x}\"", xxh3_64(body.as_bytes()));
    let is_known = text(&headers, header::IF_NONE_MATCH)
        .split(',')
        .any(|known| known.trim().trim_start_matches("W/").trim_matches('"') == tag.trim_matches('"'));
    let mut response = match is_known {
        true => with_header(StatusCode::NOT_MODIFIED.into_response(), header::CACHE_CONTROL, PRIVATE),
        false => answer(StatusCode::OK, body),
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

const PRIVATE: &str = "private, no-store";

fn answer(status: StatusCode, body: String) -> Response {
    let mut response = with_header(with_type("application/json", body), header::CACHE_CONTROL, PRIVATE);
    *response.status_mut() = status;
    response
}

/// An evaluation in the words of the protocol.
fn written(evaluation: &Evaluation<'_>) -> Value {
    if let Some(error) = evaluation.failure() {
        let details = match error {
            ErrorCode::FlagNotFound => format!("There is no flag \"{}\".", evaluation.key),
            ErrorCode::TargetingKeyMissing => format!(
                "The context has no \"{}\", from which this flag makes its buckets.",
                evaluation.missing_attribute.unwrap_or(names::ID)
            ),
            ErrorCode::TypeMismatch | ErrorCode::General => {
                "The flag depends on itself, or on too many others.".to_owned()
            }
        };
        return json!({ "key": evaluation.key, "errorCode": error.code(), "errorDetails": details });
    }
    // The protocol has no word for a flag none of whose rules matched.
    let reason = match evaluation.reason {
        Reason::Default => "UNKNOWN",
        reason => reason.code(),
    };
    let mut metadata = Map::new();
    metadata.insert("source".to_owned(), evaluation.source.name().into());
    if !evaluation.rule_id.is_empty() {
        metadata.insert("ruleId".to_owned(), evaluation.rule_id.into());
    }
    if let Some(assignment) = &evaluation.assignment {
        metadata.insert("experiment".to_owned(), assignment.experiment.key().into());
    }
    let mut answer = Map::new();
    answer.insert("key".to_owned(), evaluation.key.into());
    answer.insert("reason".to_owned(), reason.into());
    if let Some(variation) = evaluation.variation() {
        answer.insert("variant".to_owned(), variation.into_owned().into());
    }
    // Without a value, the caller's default counts.
    if !evaluation.value.is_null() {
        answer.insert("value".to_owned(), evaluation.value.clone());
    }
    answer.insert("metadata".to_owned(), metadata.into());
    answer.into()
}

#[cfg(test)]
mod tests;
