//! One line per request, as JSON, without personal data: a route's template for the address, no query, no cookie, no IP
//! address, and of an error's text what [`scrub`] leaves.

mod scrub;

use super::metrics::CacheVerdict;
use super::visitor::cookie::cookie_values;
use http::{HeaderMap, Method, Uri};
use percent_encoding::percent_decode_str;
pub use scrub::scrub;
use serde::Serialize;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Info,
    /// Something was worked around, or somebody was sent away.
    Warn,
    /// The shop failed.
    Error,
}

/// Where lines go.
pub trait LogSink: Send + Sync {
    /// Takes a line: JSON without a line break.
    fn line(&self, level: Level, line: &str);
}

/// Which requests are logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogWhat {
    /// All.
    #[default]
    All,
    /// Those with something to say: from [`Level::Warn`] on.
    Troubles,
}

/// A request in the log.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RequestLine<'a> {
    /// How much it matters.
    pub level: Level,
    /// The method; `_OTHER` if it is none that HTTP knows.
    pub method: &'a str,
    /// The address's template.
    pub route: &'a str,
    /// The status of the answer.
    pub status: u16,
    /// Milliseconds. At Cloudflare clocks stand still between two waits, so this is time spent waiting.
    pub duration_ms: i64,
    /// What the memo said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheVerdict>,
    /// The request's name.
    pub request_id: &'a str,
    /// The trace that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// What went wrong, scrubbed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl RequestLine<'_> {
    /// The line as JSON.
    pub fn text(&self) -> String {
        // A struct of texts and numbers can be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// How much an answer matters. `is_odd`: it has something to say beside its status.
pub fn level_of(status: u16, is_odd: bool) -> Level {
    match (status, is_odd) {
        (500.., _) => Level::Error,
        (429, _) | (_, true) => Level::Warn,
        _ => Level::Info,
    }
}

/// A method as logs and counters name it: those of HTTP, and one name for whatever else somebody sends.
pub fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::CONNECT => "CONNECT",
        Method::TRACE => "TRACE",
        _ => "_OTHER",
    }
}

/// An error's text for the log of this request: without what came with the request, and without what looks like a
/// person.
pub fn error_text(text: &str, uri: &Uri, headers: &HeaderMap) -> String {
    let mut values: Vec<&str> = cookie_values(headers).collect();
    values.extend(headers.get("authorization").and_then(|value| value.to_str().ok()));
    let query = uri.query().unwrap_or_default();
    values.extend(query.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, value)| value));
    let decoded: Vec<String> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(_, value)| percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned())
        .collect();
    values.extend(decoded.iter().map(String::as_str));
    // The longest first: it may hold another.
    orilla_sorting::sort_by_key(&mut values, |value| std::cmp::Reverse(value.len()));
    scrub(text, &values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing::headers;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_json_with_what_there_is() {
        let line = RequestLine {
            level: Level::Info,
            method: "GET",
            route: "/{locale}/orders/{token}",
            status: 200,
            duration_ms: 3,
            cache: None,
            request_id: "8f3c0a7e5d2b1c4f-MAD",
            trace_id: None,
            error: None,
        };
        assert_eq!(
            line.text(),
            r#"{"level":"info","method":"GET","route":"/{locale}/orders/{token}","status":200,"duration_ms":3,"request_id":"8f3c0a7e5d2b1c4f-MAD"}"#
        );
        let line = RequestLine {
            level: Level::Error,
            cache: Some(CacheVerdict::Stale),
            trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4736".into()),
            error: Some("two\nlines \"quoted\"".into()),
            ..line
        };
        assert!(line.text().ends_with(
            r#""cache":"stale","request_id":"8f3c0a7e5d2b1c4f-MAD","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","error":"two\nlines \"quoted\""}"#
        ));
    }

    #[track_caller]
    fn check_level(status: u16, is_odd: bool, expected: Level) {
        assert_eq!(level_of(status, is_odd), expected, "{status} {is_odd}");
    }

    #[test]
    fn failures_matter_most() {
        check_level(200, false, Level::Info);
        check_level(404, false, Level::Info);
        check_level(200, true, Level::Warn);
        check_level(429, false, Level::Warn);
        check_level(503, false, Level::Error);
    }

    #[test]
    fn a_strange_method_has_no_name() {
        assert_eq!(method_name(&Method::from_bytes(b"BREW").unwrap()), "_OTHER");
        assert_eq!(method_name(&Method::PATCH), "PATCH");
    }

    proptest! {
        #[test]
        fn what_came_with_a_request_is_not_in_its_error(cookie in "[a-zA-Z0-9.!-]{4,40}", word in "[g-z]{5,12} [g-z]{5,12}") {
            let encoded = word.replace(' ', "+");
            let uri: Uri = format!("https://shop.example/en/search?q={encoded}&page=2").parse().unwrap();
            let headers = headers(&[("cookie", &format!("a=b; __Host-cart={cookie}"))]);
            let text = format!("row {cookie}: {word} / {encoded}");
            let found = error_text(&text, &uri, &headers);
            for value in [cookie, word, encoded] {
                prop_assert!(!found.contains(&value) || "row [value]: [value] / [value]".contains(&value), "{}", found);
            }
        }
    }
}
