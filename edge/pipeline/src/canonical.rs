//! One page has one address: without slashes at its end.

use http::{Method, Uri};

/// Where a request for another spelling of an address is sent: `/en/cart/?a=1` → `/en/cart?a=1`. `None` if the
/// address is fine as it is. Only for what is read: a form that is sent elsewhere would lose its fields.
pub fn canonical_address(method: &Method, uri: &Uri) -> Option<String> {
    let path = uri.path();
    let trimmed = path.trim_end_matches('/');
    // `//host/` must not become a redirect to another host.
    if !matches!(*method, Method::GET | Method::HEAD) || trimmed.len() == path.len() || path.starts_with("//")
    {
        return None;
    }
    let root = if trimmed.is_empty() { "/" } else { trimmed };
    (root != path).then(|| uri.query().map_or_else(|| root.to_owned(), |query| format!("{root}?{query}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(method: Method, address: &str, expected: Option<&str>) {
        let uri: Uri = format!("https://shop.example{address}").parse().unwrap();
        assert_eq!(canonical_address(&method, &uri).as_deref(), expected);
    }

    #[test]
    fn slashes_at_the_end_are_dropped() {
        check(Method::GET, "/", None);
        check(Method::GET, "/en", None);
        check(Method::GET, "/en/", Some("/en"));
        check(Method::HEAD, "/en/cart//?a=1", Some("/en/cart?a=1"));
        check(Method::GET, "//evil.example/", None);
        check(Method::GET, "//", None);
        check(Method::POST, "/fn/add_to_cart/", None);
    }
}
