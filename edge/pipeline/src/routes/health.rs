//! `/health`: what a monitor asks.

use crate::Host;
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

/// Version, build, the publication that this isolate shows, and whether the database answers: 200 if it does, 503 if not.
pub async fn health(host: Host) -> Response {
    let reachable = host.health.database().await.is_ok();
    let status = if reachable { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "status": if reachable { "ok" } else { "unavailable" },
        "version": env!("CARGO_PKG_VERSION"),
        "build": host.config.build,
        "publication": host.isolate.publication(),
        "database": if reachable { "reachable" } else { "unreachable" },
    });
    (status, [("cache-control", "no-store")], Json(body)).into_response()
}
