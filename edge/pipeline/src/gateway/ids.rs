//! What a request is called in the log, so that a shopper's report, the log and a trace can be laid side by side.

use http::HeaderMap;
use orilla_shop::Random;
use std::fmt::{self, Write};

/// The longest name that is taken from the platform.
const LONGEST: usize = 64;

/// The name of a request: the platform's own, so that its logs and ours can be joined, or a random one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// Cloudflare's `cf-ray`: `8f3c0a7e5d2b1c4f-MAD`. `None` without it.
    pub fn given(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get("cf-ray").and_then(|value| value.to_str().ok()).filter(|text| is_name(text));
        text.map(|text| RequestId(text.to_owned()))
    }

    /// 32 random hex digits; `-` where the host has no randomness to give: a request is answered even then.
    pub fn random(random: &dyn Random) -> Self {
        RequestId(random.bytes().map_or_else(|_| "-".to_owned(), |bytes| hex(&bytes)))
    }

    /// The name as text: letters, digits and `-`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_name(text: &str) -> bool {
    (8..=LONGEST).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Bytes as lower-case hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing::{Dice, NoDice, headers};

    #[track_caller]
    fn check(ray: &str, expected: Option<&str>) {
        let found = RequestId::given(&headers(&[("cf-ray", ray)]));
        assert_eq!(found.as_ref().map(RequestId::as_str), expected);
    }

    #[test]
    fn the_platforms_name_is_kept_if_it_is_one() {
        check("8f3c0a7e5d2b1c4f-MAD", Some("8f3c0a7e5d2b1c4f-MAD"));
        check("", None);
        check("short", None);
        check("8f3c0a7e\"},{\"evil\":1", None);
        check(&"a".repeat(64), Some(&"a".repeat(64)));
        check(&"a".repeat(65), None);
        assert_eq!(RequestId::given(&HeaderMap::new()), None);
    }

    #[test]
    fn another_name_is_random() {
        assert_eq!(RequestId::random(&Dice(7)).to_string(), "07".repeat(16));
        assert_eq!(RequestId::random(&NoDice).as_str(), "-");
    }
}
