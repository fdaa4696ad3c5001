//! What names an order, and what names a request.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// The number that people use for an order: 1001, 1002, …. Known to all, so it opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderNumber(pub i64);

impl fmt::Display for OrderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The unguessable name of an order: who has it sees the order. 128 random bits in 26 characters of `a-z2-7`
/// (RFC 4648 base32, lower case, no padding), which survive being read aloud and typed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrderToken(String);

/// A text that is no order token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not the link of an order: open the one in your confirmation")]
pub struct InvalidToken;

const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const TOKEN_LENGTH: usize = 26;

impl OrderToken {
    /// A token from 16 bytes of a cryptographic random source.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        OrderToken(base32(&bytes))
    }

    /// Reads a token.
    ///
    /// # Errors
    /// [`InvalidToken`] if it is not 26 characters of `a-z2-7`.
    pub fn parse(text: &str) -> Result<Self, InvalidToken> {
        if text.len() == TOKEN_LENGTH && text.bytes().all(|b| BASE32.contains(&b)) {
            Ok(OrderToken(text.to_owned()))
        } else {
            Err(InvalidToken)
        }
    }

    /// The token as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a shopper writes on a bank transfer: `ORI-` and 8 characters that follow from the token and do not
    /// lead back to it, for bank statements have many readers.
    pub fn payment_reference(&self) -> String {
        let digest = Sha256::digest(format!("payment reference of {}", self.0));
        let code: String = base32(&digest).chars().take(8).collect();
        format!("ORI-{}", code.to_ascii_uppercase())
    }
}

/// RFC 4648 base32 in lower case without padding.
fn base32(bytes: &[u8]) -> String {
    let bit = |index: usize| bytes.get(index / 8).map_or(0, |byte| byte >> (7 - index % 8) & 1);
    (0..(bytes.len() * 8).div_ceil(5))
        .filter_map(|digit| {
            let value = (0..5).fold(0, |value, i| value << 1 | bit(digit * 5 + i));
            BASE32.get(usize::from(value)).map(|b| char::from(*b))
        })
        .collect()
}

impl fmt::Display for OrderToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for OrderToken {
    type Error = InvalidToken;
    fn try_from(text: String) -> Result<Self, InvalidToken> {
        OrderToken::parse(&text)
    }
}

impl From<OrderToken> for String {
    fn from(token: OrderToken) -> String {
        token.0
    }
}

/// The name that a sender gives a request, so that sending it again has no second effect: 8 to 128 visible ASCII
/// characters. A random one (a UUID, say): a key names one request in the whole shop.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IdempotencyKey(String);

/// A text that is no idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key has 8 to 128 visible ASCII characters: send a new UUID with each new request")]
pub struct InvalidKey;

impl IdempotencyKey {
    /// Reads a key.
    ///
    /// # Errors
    /// [`InvalidKey`] for another length, spaces, control characters and what is not ASCII.
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        let fits = (8..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| IdempotencyKey(text.to_owned())).ok_or(InvalidKey)
    }

    /// A key as the shop's own pages and devices have them: as unguessable as an order's token.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        IdempotencyKey(OrderToken::from_random(bytes).0)
    }

    /// Whether nobody guesses it: who has it has sent the request. What else apps choose, others may choose as well.
    pub fn is_unguessable(&self) -> bool {
        OrderToken::parse(&self.0).is_ok()
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for IdempotencyKey {
    type Error = InvalidKey;
    fn try_from(text: String) -> Result<Self, InvalidKey> {
        IdempotencyKey::parse(&text)
    }
}

impl From<IdempotencyKey> for String {
    fn from(key: IdempotencyKey) -> String {
        key.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn base32_is_that_of_the_rfc() {
        for (text, expected) in [("", ""), ("f", "my"), ("fo", "mzxq"), ("foobar", "mzxw6ytboi")] {
            assert_eq!(base32(text.as_bytes()), expected);
        }
    }

    #[test]
    fn refuses_other_texts() {
        let token = OrderToken::from_random([255; 16]);
        for text in ["", "a", &"A".repeat(26), &"1".repeat(26), &"a".repeat(27), &"é".repeat(13)] {
            assert_eq!(OrderToken::parse(text), Err(InvalidToken), "{text}");
        }
        assert!(!token.payment_reference().contains(token.as_str()));
        assert_eq!(token.payment_reference().len(), 12);
    }

    #[test]
    fn keys_are_visible_ascii_of_a_bounded_length() {
        assert!(IdempotencyKey::parse("0190e5a2-7b1f").is_ok());
        for text in ["", "short", "with a space", "tab\there", "ñandúñandú", "nul\0nul\0", &"x".repeat(129)]
        {
            assert_eq!(IdempotencyKey::parse(text), Err(InvalidKey), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_token_is_read_again_and_is_its_own(a in any::<[u8; 16]>(), b in any::<[u8; 16]>()) {
            let token = OrderToken::from_random(a);
            prop_assert_eq!(OrderToken::parse(token.as_str()), Ok(token.clone()));
            prop_assert_eq!(token == OrderToken::from_random(b), a == b);
        }
    }
}
