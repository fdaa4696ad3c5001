//! One page has one address: without slashes at its end, and with nothing encoded that may stand as it is.

use http::{Method, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::borrow::Cow;

/// What is encoded in a path: all but the characters of a segment and the slash (RFC 3986, section 3.3, `pchar`).
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'/');

/// The one spelling of a path that is not encoded yet: `/en/p/灯台` → `/en/p/%E7%81%AF%E5%8F%B0`.
pub fn encode_path(path: &str) -> Cow<'_, str> {
    utf8_percent_encode(path, PATH).into()
}

/// Where a request for another spelling of an address is sent: `/en/%63art/?a=1` → `/en/cart?a=1`. `None` if the
/// address is fine as it is, or is none: not UTF-8. Only for what is read: a form that is sent elsewhere would lose
/// its fields.
pub fn canonical_address(method: &Method, uri: &Uri) -> Option<String> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let path = percent_decode_str(uri.path()).decode_utf8().ok()?;
    // `//host/` must not become a redirect to another host, nor `..%2F` one to another folder.
    if path.starts_with("//") || path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return None;
    }
    let trimmed = path.trim_end_matches('/');
    let one = if trimmed.is_empty() { Cow::Borrowed("/") } else { encode_path(trimmed) };
    (one != uri.path()).then(|| match uri.query() {
        Some(query) => format!("{one}?{query}"),
        None => one.into_owned(),
    })
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

    #[test]
    fn nothing_is_encoded_without_need() {
        check(Method::GET, "/en/c/%6Cight", Some("/en/c/light"));
        check(Method::GET, "/%65n/c/%6cight%2Flanterns%2f?a=%6C", Some("/en/c/light/lanterns?a=%6C"));
        check(Method::GET, "/en/p/%e7%81%af", Some("/en/p/%E7%81%AF"));
        check(Method::GET, "/en/p/%E7%81%AF", None);
        check(Method::GET, "/art/..%2F..%2Fetc", None);
        check(Method::GET, "/art/%2e%2e/etc", None);
        check(Method::GET, "/en/p/a!$&'()*+,;=:@-._~", None);
        check(Method::GET, "/en/p/%256C", None);
        check(Method::GET, "/en/p/%2%36C", Some("/en/p/%2526C"));
        check(Method::GET, "/en/p/%0D%0ASet-Cookie", None);
        check(Method::GET, "/en/p/%3F%23", None);
        check(Method::GET, "/%2Fevil.example", None);
        check(Method::GET, "/%5Cevil.example", None);
        check(Method::GET, "/en/p/%FF", None);
        check(Method::POST, "/en/%63heckout", None);
    }

    #[test]
    fn the_one_spelling_is_kept() {
        for byte in 0..=u8::MAX {
            let uri: Uri = format!("https://shop.example/en/p/x%{byte:02x}").parse().unwrap();
            if let Some(address) = canonical_address(&Method::GET, &uri) {
                let uri: Uri = format!("https://shop.example{address}").parse().unwrap();
                assert_eq!(canonical_address(&Method::GET, &uri), None, "{address}");
            }
        }
    }
}
