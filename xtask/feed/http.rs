//! Requests to the shop.

use crate::{Result, Shop};
use std::time::Duration;

/// Sends a request and returns the body of a 200. What may pass (no connection, 429, 5xx) is tried three times more:
/// every request here has the effect of one when it is repeated.
///
/// # Errors
/// The shop's own words, or that it can't be reached.
pub fn send(shop: &Shop, method: minreq::Method, path: &str, body: &[u8]) -> Result<String> {
    let mut wait = Duration::from_millis(500);
    for last in [false, false, false, true] {
        let request = minreq::Request::new(method.clone(), format!("{}{path}", shop.url))
            .with_header("Authorization", format!("Bearer {}", shop.token))
            .with_header("Content-Type", "application/x-ndjson")
            .with_timeout(60);
        let request = if body.is_empty() { request } else { request.with_body(body) };
        let message = match request.send() {
            Ok(answer) if answer.status_code == 200 => {
                return answer.as_str().map(str::to_owned).map_err(|error| format!("{path}: {error}"));
            }
            Ok(answer) if answer.status_code == 401 || answer.status_code == 403 => {
                return Err(format!(
                    "{} does not accept this staff token: give --token or STUDIO_TOKEN",
                    shop.url
                ));
            }
            Ok(answer) => {
                let message = format!(
                    "{path} answered {}: {}",
                    answer.status_code,
                    answer.as_str().unwrap_or_default()
                );
                if answer.status_code < 500 && answer.status_code != 429 {
                    return Err(message);
                }
                message
            }
            Err(error) => format!("{} can't be reached ({error}): is the shop running?", shop.url),
        };
        if last {
            return Err(message);
        }
        std::thread::sleep(wait);
        wait *= 2;
    }
    Err(String::new())
}

/// Text as a value in a query.
pub fn escape(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
