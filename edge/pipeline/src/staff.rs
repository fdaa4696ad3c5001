//! Who may use the team's endpoints.

use crate::visit::text;
use crate::{Host, Problem};
use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};

/// A request that carries the team's token. A handler that takes one is open to nobody else.
pub struct Staff;

impl<S: Sync> FromRequestParts<S> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let host = Host::from_request_parts(parts, state).await.map_err(|_| Problem::internal("no host"))?;
        authorise(&host, &parts.headers)?;
        Ok(Staff)
    }
}

/// Lets the request through if it carries the team's token.
///
/// # Errors
/// 401 without the right token, 503 if the operator has not set one.
pub fn authorise(host: &Host, headers: &HeaderMap) -> Result<(), Problem> {
    let given = text(headers, header::AUTHORIZATION).strip_prefix("Bearer ").unwrap_or_default();
    match is_token(host, given) {
        Some(true) => Ok(()),
        Some(false) => Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "Send the team's token: Authorization: Bearer …",
        )),
        None => Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "not_configured",
            "The secret STUDIO_TOKEN is not set (at least 16 characters): wrangler secret put STUDIO_TOKEN",
        )),
    }
}

/// Whether this is the team's token; `None` if the operator has not set one.
pub fn is_token(host: &Host, given: &str) -> Option<bool> {
    let expected = host.config.studio_token.as_ref()?;
    Some(same(given.as_bytes(), expected.as_bytes()))
}

/// Compares in a time that says nothing of where the texts differ.
fn same(given: &[u8], expected: &[u8]) -> bool {
    // `subtle` compares only equal lengths in constant time; the length of a random token is no secret.
    bool::from(subtle::ConstantTimeEq::ct_eq(given, expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_compared_whole() {
        assert!(same(b"0123456789abcdef", b"0123456789abcdef"));
        for other in ["", "0123456789abcde", "0123456789abcdeg", "0123456789abcdef0"] {
            assert!(!same(other.as_bytes(), b"0123456789abcdef"), "{other}");
        }
    }
}
