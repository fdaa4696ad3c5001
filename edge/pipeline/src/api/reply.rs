//! Answers as JSON.

use crate::Problem;
use crate::reply::{with_header, with_type};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::Serialize;

/// What is the same for everyone who asks in one language.
pub fn shared(value: &impl Serialize) -> Response {
    let response = with_header(json(StatusCode::OK, value), header::CACHE_CONTROL, "no-cache");
    with_header(response, header::VARY, "accept-language")
}

/// What belongs to one visitor, or to the team.
pub fn private(status: StatusCode, value: &impl Serialize) -> Response {
    with_header(json(status, value), header::CACHE_CONTROL, "private, no-store")
}

fn json(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => {
            let mut response = with_type("application/json", text);
            *response.status_mut() = status;
            response
        }
        Err(error) => Problem::internal(error.to_string()).into_response(),
    }
}
