//! Requests to the shop.

use crate::{Result, Shop};
use std::time::Duration;

/// The largest answer: a page of the export.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// What keeps the connections.
pub fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)));
    config.build().into()
}

/// What a POST sends.
#[derive(Clone, Copy)]
pub struct Content<'a> {
    /// `application/x-ndjson` or `application/json`.
    pub media_type: &'static str,
    /// The text.
    pub text: &'a str,
}

/// Sends a GET, or a POST of a text, and returns the body of a 200. What may pass (no connection, 429, 5xx) is tried
/// three times more: every request here has the effect of one when it is repeated.
///
/// # Errors
/// The shop's own words, or that it can't be reached.
pub fn send(shop: &Shop, path: &str, body: Option<Content>) -> Result<String> {
    let mut wait = Duration::from_millis(500);
    for _ in 0..3 {
        match once(shop, path, body) {
            Ok(text) => return Ok(text),
            Err(Failure { message, lasting: true }) => return Err(message),
            Err(_) => std::thread::sleep(wait),
        }
        wait *= 2;
    }
    once(shop, path, body).map_err(|failure| failure.message)
}

/// Sends a POST under a key of its own, which each repetition of this one has too.
///
/// # Errors
/// As [`send`].
pub fn send_keyed(shop: &Shop, path: &str, body: Content) -> Result<String> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let key = format!("{:x}-{:x}", now.as_nanos(), std::process::id());
    let agent = shop.agent.clone();
    let keyed = Shop { url: shop.url.clone(), token: shop.token.clone(), agent, key: Some(key) };
    send(&keyed, path, Some(body))
}

struct Failure {
    message: String,
    lasting: bool,
}

fn once(shop: &Shop, path: &str, body: Option<Content>) -> std::result::Result<String, Failure> {
    let url = format!("{}{path}", shop.url);
    let staff = format!("Bearer {}", shop.token);
    let answer = match body {
        Some(body) => {
            let mut request = shop.agent.post(url).header("Content-Type", body.media_type);
            if let Some(key) = &shop.key {
                request = request.header("Idempotency-Key", key);
            }
            request.header("Authorization", staff).send(body.text)
        }
        None => shop.agent.get(url).header("Authorization", staff).call(),
    };
    let read = answer.and_then(|mut answer| {
        let text = answer.body_mut().with_config().limit(MOST_BYTES).read_to_string()?;
        Ok((answer.status().as_u16(), text))
    });
    let (message, lasting) = match read {
        Ok((200, text)) => return Ok(text),
        Ok((401 | 403, _)) => (format!("{} does not accept this staff token: see --token", shop.url), true),
        Ok((status, text)) => (format!("{path} answered {status}: {text}"), status < 500 && status != 429),
        Err(error) => (format!("{} can't be reached ({error}): is the shop running?", shop.url), false),
    };
    Err(Failure { message, lasting })
}

/// Text as a value in a query.
pub fn escape(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
