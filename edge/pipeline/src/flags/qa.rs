//! Links that force the values of flags for one browser, so that the team can see what others see:
//! `/en?orilla-qa=TOKEN` sets a cookie, and leads to the page without it.
//!
//! TOKEN is JSON in base64url, a dot, and its HMAC by the key that signs visitors' ids: only the Studio makes one, and it
//! ends by itself. Who comes by one is not counted. Scripts may read the cookie: without a network the service worker
//! shows the same values. A link itself needs the shop, which alone knows whether it made it.

use crate::gateway::visitor::Visitor;
use crate::gateway::visitor::cookie::{Readable, set_cookie};
use crate::gateway::visitor::identity::VisitorKeys;
use crate::{Host, reply};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderValue, Method, StatusCode, Uri, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The cookie with the token.
pub const COOKIE: &str = "__Host-qa";
/// The parameter of a link.
const PARAMETER: &str = "orilla-qa";
/// What the signature is for.
const SUBJECT: &str = "orilla qa ";
/// The longest token, in bytes: a cookie may have four thousand.
const LONGEST: usize = 1_500;
/// The longest time for which a link may be good, in milliseconds: two weeks.
pub const LONGEST_LIFE: i64 = 14 * 24 * 3600 * 1000;

/// Values that are forced, by flag.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forced {
    /// Until when, in milliseconds since 1970.
    #[serde(rename = "u")]
    pub until: i64,
    /// Flag and value.
    #[serde(rename = "f")]
    pub values: Vec<(String, Value)>,
}

impl Forced {
    /// The token; `None` if it is too long for a cookie.
    pub fn token(&self, keys: &VisitorKeys) -> Option<String> {
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).ok()?);
        let token = format!("{text}.{}", keys.sign(SUBJECT, &text)?);
        (token.len() <= LONGEST).then_some(token)
    }

    /// What a token forces now, if we made it and it has not ended.
    fn parse(token: &str, keys: &VisitorKeys, now: i64) -> Option<Self> {
        let (text, mac) = token.split_once('.').filter(|_| token.len() <= LONGEST)?;
        if !keys.have_signed(SUBJECT, text, mac) {
            return None;
        }
        let forced: Forced = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        (now..=now + LONGEST_LIFE).contains(&forced.until).then_some(forced)
    }

    /// What is forced for this visitor.
    pub fn of(visitor: &Visitor, keys: Option<&VisitorKeys>, now: i64) -> Option<Self> {
        Forced::parse(visitor.qa()?, keys?, now)
    }
}

/// The answer to somebody who follows a link: the cookie, and the way to the page without the token. A token that is no
/// good sets nothing, and is taken away all the same.
pub fn follow(host: &Host, method: &Method, uri: &Uri) -> Option<Response> {
    let query = uri.query().filter(|query| *method == Method::GET && query.contains(PARAMETER))?;
    // `//host/` must not become a redirect to another host.
    if uri.path().starts_with("//") {
        return None;
    }
    let is_token = |part: &&str| part.strip_prefix(PARAMETER).is_some_and(|rest| rest.starts_with('='));
    let token = query.split('&').find(is_token)?.get(PARAMETER.len() + 1..)?;
    let others: Vec<&str> = query.split('&').filter(|part| !is_token(part)).collect();
    let mark = if others.is_empty() { "" } else { "?" };
    let page = format!("{}{mark}{}", uri.path(), others.join("&"));
    let mut response = reply::redirect(StatusCode::SEE_OTHER, &page);
    let now = host.clock.now();
    let keys = host.gate.settings.visitor_keys.as_ref().filter(|_| host.away.is_none());
    if let Some(forced) = keys.and_then(|keys| Forced::parse(token, keys, now)) {
        let seconds = u32::try_from((forced.until - now) / 1000).unwrap_or_default();
        let cookie = set_cookie(COOKIE, token, seconds, Readable::ByScripts);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Some(response)
}

/// The `Set-Cookie` that ends it.
pub fn end() -> HeaderValue {
    set_cookie(COOKIE, "", 0, Readable::ByScripts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_760_000_000_000;

    fn keys() -> VisitorKeys {
        VisitorKeys::new("a key for tests only, 32 bytes or more", None).unwrap()
    }

    fn forced(until: i64) -> Forced {
        Forced { until, values: vec![("card-layout".into(), json!("rows"))] }
    }

    #[test]
    fn a_token_is_good_until_it_ends_and_for_our_key_only() {
        let token = forced(NOW + 1000).token(&keys()).unwrap();
        assert_eq!(Forced::parse(&token, &keys(), NOW), Some(forced(NOW + 1000)));
        assert_eq!(Forced::parse(&token, &keys(), NOW + 1001), None);
        let other = VisitorKeys::new("another key for tests, 32 bytes or so", None).unwrap();
        assert_eq!(Forced::parse(&token, &other, NOW), None);
        let for_ever = forced(NOW + LONGEST_LIFE + 1).token(&keys()).unwrap();
        assert_eq!(Forced::parse(&for_ever, &keys(), NOW), None);
        for at in 0..token.len() {
            let mut bad = token.clone().into_bytes();
            bad[at] = if bad[at] == b'A' { b'B' } else { b'A' };
            let bad = String::from_utf8(bad).unwrap();
            // The last digit of a hash has bits that stand for nothing.
            if at + 1 < token.len() {
                assert_eq!(Forced::parse(&bad, &keys(), NOW), None, "{at}");
            }
        }
        for bad in ["", ".", "x", "x.y"] {
            assert_eq!(Forced::parse(bad, &keys(), NOW), None);
        }
    }

    #[test]
    fn what_does_not_fit_a_cookie_has_no_token() {
        let long = Forced { until: NOW, values: vec![("a".into(), json!("x".repeat(2_000)))] };
        assert_eq!(long.token(&keys()), None);
    }
}
