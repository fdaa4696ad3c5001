//! The protocol between a shop and a push service (RFC 8030).

use crate::bytes::encode;
use crate::endpoint::Endpoint;
use crate::keys::Keys;
use crate::message::{EncryptError, Fresh, encrypt};
use crate::vapid::Vapid;
use sha2::{Digest, Sha256};
use std::time::UNIX_EPOCH;

/// How soon a browser that saves its battery wants to hear of it (section 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// When it is awake anyway.
    Low,
    /// When it has power or is used.
    Normal,
    /// At once.
    High,
}

impl Urgency {
    /// The header's value.
    pub fn token(self) -> &'static str {
        match self {
            Urgency::Low => "low",
            Urgency::Normal => "normal",
            Urgency::High => "high",
        }
    }
}

/// What is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice<'a> {
    /// What the service worker gets.
    pub text: &'a [u8],
    /// The length to which it is padded, in bytes, so that its length tells nothing.
    pub padded: usize,
    /// How long the push service keeps it for a browser that is away, in seconds (section 5.2).
    pub ttl: u32,
    /// How soon.
    pub urgency: Urgency,
    /// A later message of the same topic replaces one that still waits (section 5.4): see [`topic`].
    pub topic: &'a str,
}

/// What to send: a `POST`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Where to.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The encrypted message.
    pub body: Vec<u8>,
}

impl Request {
    /// The request that tells this to one subscription. `subject` is where the push service finds the operator; `now` is
    /// milliseconds since 1970.
    ///
    /// # Errors
    /// [`EncryptError`].
    pub fn new(
        (endpoint, keys): (&Endpoint, &Keys),
        notice: &Notice<'_>,
        (vapid, subject): (&Vapid, Option<&str>),
        fresh: &Fresh,
        now: i64,
    ) -> Result<Request, EncryptError> {
        let body = encrypt(keys, notice.text, notice.padded, fresh)?;
        let headers = vec![
            ("authorization", vapid.authorization(endpoint, subject, now)),
            ("content-encoding", "aes128gcm".to_owned()),
            ("content-type", "application/octet-stream".to_owned()),
            ("ttl", notice.ttl.to_string()),
            ("urgency", notice.urgency.token().to_owned()),
            ("topic", notice.topic.to_owned()),
        ];
        Ok(Request { url: endpoint.as_str().to_owned(), headers, body })
    }
}

/// A topic that tells nothing of what it is about: 32 characters of base64url, the most that there may be.
pub fn topic(about: &str) -> String {
    let digest = Sha256::digest(about.as_bytes());
    encode(digest.get(..24).unwrap_or_default())
}

/// What a push service said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has the message.
    Taken,
    /// The subscription is no more: forget it.
    Gone,
    /// Send it again, after so many seconds if it said when.
    Later(Option<u32>),
    /// It takes no such message, ever.
    Refused(u16),
}

impl Answer {
    /// What a status and the header `Retry-After` mean; `now` is milliseconds since 1970.
    pub fn of(status: u16, retry_after: Option<&str>, now: i64) -> Answer {
        match status {
            200..=299 => Answer::Taken,
            404 | 410 => Answer::Gone,
            408 | 425 | 429 | 500.. => Answer::Later(retry_after.and_then(|text| seconds(text.trim(), now))),
            _ => Answer::Refused(status),
        }
    }
}

/// `Retry-After` is seconds or a date (RFC 9110, section 10.2.3).
fn seconds(text: &str, now: i64) -> Option<u32> {
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let date = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    let wait = i64::try_from(date.as_secs()).ok()?.saturating_sub(now.div_euclid(1_000));
    u32::try_from(wait.max(0)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_what_the_protocol_wants() {
        let keys = Keys::parse(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "BTBZMqHH6r4Tts7J_aSIgg",
        );
        let endpoint = Endpoint::parse("https://push.net/send/1", None).unwrap();
        let vapid = Vapid::parse(&"1".repeat(64)).unwrap();
        let topic = topic("an order");
        let notice =
            Notice { text: b"shipped", padded: 300, ttl: 86_400, urgency: Urgency::Normal, topic: &topic };
        let fresh = Fresh { secret: [5; 32], salt: [6; 16] };
        let request = Request::new((&endpoint, &keys.unwrap()), &notice, (&vapid, None), &fresh, 0).unwrap();
        assert_eq!((request.url.as_str(), request.body.len()), ("https://push.net/send/1", 86 + 300 + 17));
        let of =
            |name: &str| request.headers.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str());
        assert_eq!(of("content-encoding"), Some("aes128gcm"));
        assert_eq!(
            (of("ttl"), of("urgency"), of("topic")),
            (Some("86400"), Some("normal"), Some(topic.as_str()))
        );
        assert!(of("authorization").unwrap().starts_with("vapid t="));
    }

    #[test]
    fn a_topic_is_32_characters_of_base64url_and_tells_nothing() {
        let (one, two) = (topic("order 1001"), topic("order 1002"));
        assert_ne!(one, two);
        assert_eq!(one, topic("order 1001"));
        assert_eq!(one.len(), 32);
        assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    }

    #[test]
    fn an_answer_says_what_to_do() {
        let now = 784_111_777_000; // Sun, 06 Nov 1994 08:49:37 GMT
        for (status, retry_after, expected) in [
            (201, None, Answer::Taken),
            (202, None, Answer::Taken),
            (404, None, Answer::Gone),
            (410, None, Answer::Gone),
            (429, Some("120"), Answer::Later(Some(120))),
            (429, Some(" 0 "), Answer::Later(Some(0))),
            (429, None, Answer::Later(None)),
            (503, Some("Sun, 06 Nov 1994 08:50:37 GMT"), Answer::Later(Some(60))),
            (503, Some("Sun, 06 Nov 1994 08:00:00 GMT"), Answer::Later(Some(0))),
            (500, Some("soon"), Answer::Later(None)),
            (500, Some("-5"), Answer::Later(None)),
            (301, None, Answer::Refused(301)),
            (400, None, Answer::Refused(400)),
            (401, None, Answer::Refused(401)),
            (403, None, Answer::Refused(403)),
            (413, None, Answer::Refused(413)),
        ] {
            assert_eq!(Answer::of(status, retry_after, now), expected, "{status} {retry_after:?}");
        }
    }
}
