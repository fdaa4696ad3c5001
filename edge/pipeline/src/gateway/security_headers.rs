//! The security headers that every answer carries.

use super::csp::{InlineScripts, policy};
use http::{HeaderName, HeaderValue, Response, Uri, header};

/// Two years, as the preload list wants it. Not `includeSubDomains`: other hosts of the operator's domain are not ours
/// to close to plain HTTP.
const TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// Features of the browser that no page of the shop uses. Only what Chromium knows: it warns of every other name.
const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), \
                           magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=(), \
                           xr-spatial-tracking=()";

const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");

const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), SAME_ORIGIN),
    (HeaderName::from_static("cross-origin-resource-policy"), SAME_ORIGIN),
    (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS)),
];

/// Whether a visitor asks by a connection that nobody can read. Only then does a browser listen to
/// `Strict-Transport-Security` (RFC 6797, section 8.1).
pub fn is_encrypted(uri: &Uri) -> bool {
    uri.scheme() == Some(&http::uri::Scheme::HTTPS)
}

/// Adds the security headers, unless a handler set a stricter one of its own.
pub fn add_security_headers<B>(mut response: Response<B>, is_encrypted: bool) -> Response<B> {
    let scripts = response.extensions_mut().remove::<InlineScripts>().unwrap_or_default();
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| policy(&scripts.0));
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(value);
    }
    if is_encrypted {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TRANSPORT);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::csp::ScriptHash;

    #[track_caller]
    fn check(response: Response<()>, uri: &str, name: &str, expected: Option<&str>) {
        let response = add_security_headers(response, is_encrypted(&uri.parse().unwrap()));
        let found = response.headers().get(name).map(|value| value.to_str().unwrap());
        assert_eq!(found, expected, "{name}");
    }

    #[test]
    fn every_answer_has_them() {
        for (name, expected) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "strict-origin-when-cross-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("permissions-policy", PERMISSIONS),
            ("content-security-policy", policy(&[]).to_str().unwrap()),
        ] {
            check(Response::new(()), "http://localhost:8787/en", name, Some(expected));
        }
    }

    #[test]
    fn only_an_encrypted_answer_asks_for_encryption() {
        let name = "strict-transport-security";
        check(Response::new(()), "https://shop.example/", name, Some("max-age=63072000"));
        check(Response::new(()), "http://localhost:8787/", name, None);
        check(Response::new(()), "/en", name, None);
    }

    #[test]
    fn a_handler_may_be_stricter() {
        let mut response = Response::new(());
        response
            .headers_mut()
            .insert("content-security-policy", HeaderValue::from_static("default-src 'none'"));
        check(response, "/", "content-security-policy", Some("default-src 'none'"));
    }

    #[test]
    fn a_page_says_which_scripts_stand_in_it() {
        let hash = ScriptHash::of("go()");
        let mut response = Response::new(());
        response.extensions_mut().insert(InlineScripts(vec![hash.clone()]));
        let expected = policy(&[hash]);
        check(response, "/", "content-security-policy", Some(expected.to_str().unwrap()));
    }
}
