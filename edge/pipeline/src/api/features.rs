//! The published flags for stock GrowthBook SDKs.

use super::client_key::is_client_key;
use super::extract::Named;
use crate::published::Current;
use crate::reply::{with_header, with_type};
use crate::visit::{Headers, text};
use crate::{Host, Problem};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use orilla_flags::for_growthbook;
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

/// An SDK has its own timer; a proxy between may hold the answer for as long as a publish may take to be seen.
const FRESH: &str = "public, max-age=5, stale-while-revalidate=60";

/// `GET /api/v1/features/{client-key}`.
pub async fn features(
    host: Host,
    current: Current,
    Headers(headers): Headers,
    Named(key): Named,
) -> Result<Response, Problem> {
    if !is_client_key(&host, &key) {
        return Err(Problem::not_found("client key"));
    }
    let document = current.flags.document(&host).await?;
    let mut payload = for_growthbook(&document, host.clock.now());
    if let Some(fields) = payload.as_object_mut() {
        fields.insert("status".to_owned(), Value::from(200));
    }
    let body = payload.to_string();
    let tag = format!("\"{:016x}\"", xxh3_64(body.as_bytes()));
    let known = text(&headers, header::IF_NONE_MATCH).split(',').any(|known| known.trim() == tag);
    let response =
        if known { StatusCode::NOT_MODIFIED.into_response() } else { with_type("application/json", body) };
    let mut response = with_header(response, header::CACHE_CONTROL, FRESH);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}
