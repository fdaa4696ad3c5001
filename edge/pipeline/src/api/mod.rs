//! The public HTTP API, version 1.

use axum::Router;

/// The routes below `/api/v1`.
pub fn router() -> Router {
    Router::new()
}
