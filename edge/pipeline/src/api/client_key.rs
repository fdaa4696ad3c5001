//! The keys by which programs may read flags: not secret, as they stand in apps and pages; they open nothing else.

use crate::visit::text;
use crate::{Host, Problem};
use axum::extract::FromRequestParts;
use http::StatusCode;
use http::header::{AUTHORIZATION, HeaderName};
use http::request::Parts;

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Whether an operator has given out this key.
pub fn is_client_key(host: &Host, key: &str) -> bool {
    host.config.client_keys.iter().any(|known| known == key)
}

/// A request with a client key in `Authorization: Bearer …` or `X-API-Key`, as the providers of OpenFeature send it.
pub struct Client;

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let host = Host::from_request_parts(parts, state).await.map_err(|_| Problem::internal("no host"))?;
        let bearer = text(&parts.headers, AUTHORIZATION).strip_prefix("Bearer ");
        let key = bearer.unwrap_or_else(|| text(&parts.headers, API_KEY));
        if is_client_key(&host, key) {
            return Ok(Client);
        }
        Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "Send a client key of this shop: Authorization: Bearer …, or X-API-Key. The operator names them in CLIENT_KEYS.",
        ))
    }
}
