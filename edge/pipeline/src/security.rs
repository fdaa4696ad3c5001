//! What every answer carries, and which writes are refused before a handler sees them.

use crate::Problem;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};

/// What a page may load and where it may send: this host alone. Pages hold no inline script and no inline style.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
img-src 'self' data:; connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; \
form-action 'self'; frame-ancestors 'none'";

const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
];

/// Adds the security headers, unless a handler set a stricter one of its own.
pub fn add_headers<B>(mut response: Response<B>) -> Response<B> {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Refuses a write that another site sends with a shopper's cookies. Browsers say where a request comes from in
/// `Sec-Fetch-Site`, older ones in `Origin`; what sends neither (curl, a server) has no cookies to abuse.
///
/// # Errors
/// 403.
pub fn refuse_forged_write(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let same_site = match (text(HeaderName::from_static("sec-fetch-site")), text(header::ORIGIN)) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text(header::HOST)
        }
        (None, None) => true,
    };
    if same_site {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "cross_site", "Writes are taken from the shop's own pages only."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(method: Method, headers: &[(&'static str, &'static str)], allowed: bool) {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        assert_eq!(refuse_forged_write(&method, &headers).is_ok(), allowed);
    }

    #[test]
    fn only_own_pages_write() {
        check(Method::GET, &[("sec-fetch-site", "cross-site")], true);
        check(Method::POST, &[], true);
        check(Method::POST, &[("sec-fetch-site", "same-origin")], true);
        check(Method::POST, &[("sec-fetch-site", "none")], true);
        check(Method::POST, &[("sec-fetch-site", "same-site")], false);
        check(Method::POST, &[("sec-fetch-site", "cross-site")], false);
        check(Method::DELETE, &[("origin", "https://evil.example"), ("host", "shop.example")], false);
        check(Method::POST, &[("origin", "https://shop.example"), ("host", "shop.example")], true);
        check(Method::POST, &[("origin", "null"), ("host", "shop.example")], false);
        check(
            Method::POST,
            &[("origin", "https://shop.example"), ("host", "shop.example"), ("sec-fetch-site", "cross-site")],
            false,
        );
    }

    #[test]
    fn a_handler_may_be_stricter() {
        let mut response = Response::new(());
        response
            .headers_mut()
            .insert("content-security-policy", HeaderValue::from_static("default-src 'none'"));
        let response = add_headers(response);
        assert_eq!(response.headers()["content-security-policy"], "default-src 'none'");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    }
}
