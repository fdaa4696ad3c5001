//! Refuses writes that another site sends with a shopper's cookies (cross-site request forgery), after OWASP's
//! cheat sheet: Fetch Metadata first, the origin where a browser is too old for it, and `SameSite` cookies below both.
//!
//! Nothing is changed by GET, HEAD or OPTIONS. What carries no cookie has nothing that could be abused: programs send
//! neither `Origin` nor cookies, and the team's token is a header that no other site can make a browser send.

use crate::Problem;
use http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Where questions are asked by POST: of flags, with a key in a header. Nothing is changed there, and no cookie counts.
const QUESTIONS: &str = "/ofrep/";

/// Lets a write through if it comes from a page of the shop, or carries no cookie.
///
/// # Errors
/// 403.
pub fn refuse_forged_write(method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
    let is_question =
        matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) || uri.path().starts_with(QUESTIONS);
    if is_question || is_ours(uri, headers) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "cross_site", "Writes are taken from the shop's own pages only."))
}

/// Whether the first header that says where a request comes from says: from here. `none` is the visitor's own doing,
/// as typing an address; `same-site` is another host of the same domain, which is not ours.
fn is_ours(uri: &Uri, headers: &HeaderMap) -> bool {
    if let Some(site) = one(headers, &SEC_FETCH_SITE) {
        return matches!(site, "same-origin" | "none");
    }
    if let Some(origin) = one(headers, &header::ORIGIN) {
        return is_our_origin(uri, headers, origin);
    }
    match one(headers, &header::REFERER) {
        Some(page) => is_our_origin(uri, headers, origin_of(page)),
        None => !headers.contains_key(header::COOKIE),
    }
}

/// A header's text; `""`, which is nobody's origin, if it is there twice or is no text.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    Some(if values.next().is_none() { first.to_str().unwrap_or_default() } else { "" })
}

/// `https://shop.example` of `https://shop.example/en/cart`.
fn origin_of(page: &str) -> &str {
    let host = page.find("://").map_or(page.len(), |at| at + 3);
    let length =
        page.bytes().skip(host).position(|byte| b"/?#".contains(&byte)).map_or(page.len(), |at| host + at);
    page.get(..length).unwrap_or_default()
}

/// Whether scheme, host and port are those to which the request was sent.
fn is_our_origin(uri: &Uri, headers: &HeaderMap, origin: &str) -> bool {
    let Some((scheme, host)) = origin.split_once("://") else { return false };
    let ours = match uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => one(headers, &header::HOST),
    };
    // A host that does not say by which scheme it was asked is asked by either.
    let is_scheme = uri.scheme_str().map_or(matches!(scheme, "https" | "http"), |ours| ours == scheme);
    is_scheme && ours.is_some_and(|ours| ours.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing;

    #[track_caller]
    fn check_at(uri: &str, method: Method, headers: &[(&'static str, &str)], allowed: bool) {
        let found = refuse_forged_write(&method, &uri.parse().unwrap(), &testing::headers(headers));
        assert_eq!(found.is_ok(), allowed, "{method} {headers:?}");
    }

    #[track_caller]
    fn check(method: Method, headers: &[(&'static str, &str)], allowed: bool) {
        check_at("https://shop.example/fn/add_to_cart", method.clone(), headers, allowed);
        // A cookie changes nothing where the browser says where it comes from.
        let with_cookie: Vec<_> = headers.iter().copied().chain([("cookie", "a=b")]).collect();
        let says = !headers.is_empty() || method == Method::GET;
        check_at("https://shop.example/fn/add_to_cart", method, &with_cookie, allowed && says);
    }

    #[test]
    fn whatever_is_read_is_given() {
        check(Method::GET, &[("sec-fetch-site", "cross-site")], true);
        check(Method::HEAD, &[("origin", "https://evil.example")], true);
        check(Method::OPTIONS, &[("origin", "https://evil.example")], true);
    }

    #[test]
    fn a_question_may_be_posted_from_anywhere() {
        let app = [("origin", "https://app.example"), ("sec-fetch-site", "cross-site"), ("cookie", "a=b")];
        check_at("https://shop.example/ofrep/v1/evaluate/flags", Method::POST, &app, true);
        check_at("https://shop.example/api/v1/orders?/ofrep/", Method::POST, &app, false);
    }

    #[test]
    fn fetch_metadata_decides_first() {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            check(method.clone(), &[("sec-fetch-site", "same-origin")], true);
            check(method.clone(), &[("sec-fetch-site", "none")], true);
            check(method.clone(), &[("sec-fetch-site", "same-site")], false);
            check(method, &[("sec-fetch-site", "cross-site")], false);
        }
        check(Method::POST, &[("origin", "https://shop.example"), ("sec-fetch-site", "cross-site")], false);
        check(Method::POST, &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], false);
        check(Method::POST, &[("sec-fetch-site", "a new word")], false);
    }

    #[test]
    fn then_the_origin_and_then_the_referrer() {
        check(Method::POST, &[("origin", "https://shop.example")], true);
        check(Method::POST, &[("origin", "https://SHOP.example")], true);
        for origin in [
            "http://shop.example",
            "https://shop.example:8443",
            "https://shop.example.evil.example",
            "https://evil.example",
            "shop.example",
            "null",
            "é",
            "",
        ] {
            check(Method::POST, &[("origin", origin)], false);
        }
        check(Method::POST, &[("referer", "https://shop.example/en/cart?x=https://evil.example")], true);
        check(Method::POST, &[("referer", "https://shop.example")], true);
        check(Method::POST, &[("referer", "https://evil.example/https://shop.example/")], false);
        check(Method::POST, &[("referer", "https://shop.example@evil.example/")], false);
        check(Method::POST, &[("referer", "https://evil.example?://shop.example")], false);
        check(Method::POST, &[("origin", "null"), ("referer", "https://shop.example/")], false);
    }

    #[test]
    fn what_says_nothing_may_have_no_cookie() {
        check(Method::POST, &[], true);
        check_at("https://shop.example/", Method::POST, &[("cookie", "__Host-cart=1.1x1")], false);
    }

    #[test]
    fn a_host_that_gets_paths_only_knows_itself_by_the_host_header() {
        let at =
            |headers: &[(&'static str, &str)], allowed| check_at("/fn/x", Method::POST, headers, allowed);
        at(&[("origin", "http://localhost:8787"), ("host", "localhost:8787")], true);
        at(&[("origin", "ftp://localhost:8787"), ("host", "localhost:8787")], false);
        at(&[("origin", "https://evil.example"), ("host", "shop.example")], false);
        at(&[("origin", "https://shop.example")], false);
    }
}
