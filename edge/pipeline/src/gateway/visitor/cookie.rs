//! Reads and writes cookies (RFC 6265). All of ours are `__Host-`: of this host alone, and sent over TLS only
//! (browsers count localhost as safe).

use http::{HeaderMap, HeaderValue, header};

/// Pairs that are looked at in one request.
const MOST_COOKIES: usize = 100;

/// The value of the first cookie of this name.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    pairs(headers).find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// The values of all cookies: what must not be logged.
pub fn cookie_values(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    pairs(headers).map(|(_, value)| value)
}

/// Names and values. Another cookie may hold bytes that are no text.
pub fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b';').take(MOST_COOKIES))
        .filter_map(|pair| std::str::from_utf8(pair).ok()?.trim().split_once('='))
}

/// Whether scripts of the page may read a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readable {
    /// By the host alone.
    ByHost,
    /// By the page's scripts, too.
    ByScripts,
}

/// A `Set-Cookie` that other sites' requests do not bring along, except when somebody follows a link (`Lax`). An age of
/// 0 seconds removes the cookie. `value` is ASCII without `;`.
pub fn set_cookie(name: &str, value: &str, seconds: u32, readable: Readable) -> HeaderValue {
    let http_only = if readable == Readable::ByHost { "; HttpOnly" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; Secure{http_only}; SameSite=Lax");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing::headers;

    #[track_caller]
    fn check(cookies: &str, expected: Option<&str>) {
        assert_eq!(cookie(&headers(&[("cookie", cookies)]), "__Host-a"), expected, "{cookies}");
    }

    #[test]
    fn a_cookie_is_found_by_its_name() {
        check("__Host-a=1", Some("1"));
        check("b=2; __Host-a=1; c=3", Some("1"));
        check("b=café;__Host-a=1=2", Some("1=2"));
        check("__Host-a=", Some(""));
        check("__Host-a=1; __Host-a=2", Some("1"));
        check("__host-a=1", None);
        check("x__Host-a=1", None);
        check("__Host-a", None);
        check("", None);
        check(&format!("{}__Host-a=1", "b=2; ".repeat(99)), Some("1"));
        check(&format!("{}__Host-a=1", "b=2; ".repeat(100)), None);
    }

    #[test]
    fn a_cookie_is_for_this_host_alone() {
        let cookie = set_cookie("__Host-a", "1", 60, Readable::ByHost);
        assert_eq!(cookie, "__Host-a=1; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax");
        let cookie = set_cookie("__Host-a", "", 0, Readable::ByScripts);
        assert_eq!(cookie, "__Host-a=; Path=/; Max-Age=0; Secure; SameSite=Lax");
    }
}
