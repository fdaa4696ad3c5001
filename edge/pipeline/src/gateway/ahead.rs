//! What a browser is told to forget: pages that it has brought beforehand, or all that lies there.

use super::visitor::viewed::VIEWED_COOKIE;
use http::{HeaderMap, HeaderName, HeaderValue, Response, header};

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
/// What a browser is told to forget (<https://w3c.github.io/webappsec-clear-site-data/>, and its extension by the
/// prefetch and prerendering specifications; Chromium 138). One that does not know the names leaves it.
const PREFETCHED: HeaderValue = HeaderValue::from_static("\"prefetchCache\", \"prerenderCache\"");

/// The same, and what waits and lies on the device: the service worker goes, and what scripts have stored.
const EVERYTHING: HeaderValue =
    HeaderValue::from_static("\"prefetchCache\", \"prerenderCache\", \"storage\"");

/// Somebody else uses the browser now: nothing that the one before has left on it is theirs.
pub fn forget_everything(headers: &mut HeaderMap) {
    headers.insert(CLEAR_SITE_DATA, EVERYTHING);
}

/// A page that was brought beforehand shows the cart of then. When something of the visitor changes, which is always told
/// by a cookie, such pages are old; but not for what was looked at, which changes with each page.
pub fn forget_prefetched<B>(mut response: Response<B>) -> Response<B> {
    let headers = response.headers_mut();
    let changes = |cookie: &HeaderValue| !cookie.as_bytes().starts_with(VIEWED_COOKIE.as_bytes());
    if headers.get_all(header::SET_COOKIE).iter().any(changes) {
        headers.entry(CLEAR_SITE_DATA).or_insert(PREFETCHED);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_the_visitor_makes_pages_old() {
        let plain = forget_prefetched(Response::new(()));
        assert!(plain.headers().is_empty());
        let told = |cookie: &'static str| {
            let mut response = Response::new(());
            response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static("__Host-viewed=1.12"));
            response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static(cookie));
            forget_prefetched(response).headers().get("clear-site-data").cloned()
        };
        assert_eq!(told("__Host-cart=1.1x1").unwrap(), "\"prefetchCache\", \"prerenderCache\"");
        assert_eq!(told("__Host-viewed=1.12"), None);
        let mut response = Response::new(());
        forget_everything(response.headers_mut());
        response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static("__Host-cart=1.1x1"));
        let told = forget_prefetched(response);
        assert!(told.headers()["clear-site-data"].to_str().unwrap().ends_with("\"storage\""));
    }
}
