//! Who sends a message (RFC 8292, VAPID): a push service takes messages for a subscription from one key alone.

use crate::bytes::{decode, encode};
use crate::endpoint::Endpoint;
use crate::keys::point;
use p256::SecretKey;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde::Serialize;

/// How long a token holds, in seconds: at most a day (section 2).
const LASTS: i64 = 12 * 60 * 60;

/// The shop's key.
pub struct Vapid {
    key: SigningKey,
    public: String,
}

/// A text that is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a private key of P-256 is 32 bytes: 64 hexadecimal digits, or base64url")]
pub struct NoVapidKey;

/// The claims of a token, in the order of the RFC's example.
#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
}

impl Vapid {
    /// Reads a private key: 64 hexadecimal digits (`openssl rand -hex 32`), or base64url of 32 bytes, as other shops'
    /// tools write it.
    ///
    /// # Errors
    /// [`NoVapidKey`].
    pub fn parse(text: &str) -> Result<Vapid, NoVapidKey> {
        let bytes = if text.len() == 64 { from_hex(text) } else { decode(text) };
        let bytes = bytes.filter(|bytes| bytes.len() == 32).ok_or(NoVapidKey)?;
        let secret = SecretKey::from_slice(&bytes).map_err(|_| NoVapidKey)?;
        let public = encode(&point(&secret.public_key()));
        Ok(Vapid { key: SigningKey::from(&secret), public })
    }

    /// The public key: base64url, as `PushManager.subscribe` takes it as `applicationServerKey`.
    pub fn public_key(&self) -> &str {
        &self.public
    }

    /// The header `Authorization` of a message to this endpoint. `subject` is where the push service finds the operator:
    /// `https:` or `mailto:`. `now` is milliseconds since 1970.
    pub fn authorization(&self, endpoint: &Endpoint, subject: Option<&str>, now: i64) -> String {
        let exp = now.div_euclid(1_000).saturating_add(LASTS);
        let token = signed_part(&Claims { aud: endpoint.origin(), exp, sub: subject });
        // Deterministic (RFC 6979): no dice.
        let signature: Signature = self.key.sign(token.as_bytes());
        format!("vapid t={token}.{}, k={}", encode(&signature.to_bytes()), self.public)
    }
}

/// The header and the claims of a token (RFC 7515).
fn signed_part(claims: &Claims<'_>) -> String {
    let claims = serde_json::to_vec(claims).unwrap_or_default();
    format!("{}.{}", encode(br#"{"typ":"JWT","alg":"ES256"}"#), encode(&claims))
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    digits?
        .chunks(2)
        .map(|pair| u8::try_from(pair.iter().fold(0, |sum, digit| sum * 16 + digit)).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier;

    const KEY: &str = "c9f58f89813e9f8e872e71f42aa64e1757c9254dcc62b72ddc010bb4043ea11c";

    /// Whether `t` of the header is signed by its `k`; the signed part.
    fn verified(header: &str) -> Option<String> {
        let (token, key) = header.strip_prefix("vapid t=")?.split_once(", k=")?;
        let (signed, signature) = token.rsplit_once('.')?;
        let key = VerifyingKey::from_sec1_bytes(&decode(key)?).ok()?;
        let signature = Signature::from_slice(&decode(signature)?).ok()?;
        key.verify(signed.as_bytes(), &signature).ok()?;
        Some(signed.to_owned())
    }

    #[test]
    fn the_example_of_the_rfc_is_understood() {
        // Section 2.4.
        let example = "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAi\
            OjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9o\
            jFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA, k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA\
            5aq9ojSwk5Y2EmClBPs";
        let claims = Claims {
            aud: "https://push.example.net",
            exp: 1_453_523_768,
            sub: Some("mailto:push@example.com"),
        };
        assert_eq!(verified(example).unwrap(), signed_part(&claims));
        assert_eq!(verified(&example.replace("i3CYb7", "i3CYb8")), None);
    }

    #[test]
    fn a_token_is_for_one_push_service_and_half_a_day() {
        let vapid = Vapid::parse(KEY).unwrap();
        let endpoint =
            Endpoint::parse("https://push.example.net/p/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV", None).unwrap();
        let header = vapid.authorization(&endpoint, Some("https://shop.example"), 1_453_480_568_999);
        assert!(header.ends_with(&format!(", k={}", vapid.public_key())), "{header}");
        let signed = verified(&header).unwrap();
        let claims = decode(signed.split_once('.').unwrap().1).unwrap();
        assert_eq!(
            String::from_utf8(claims).unwrap(),
            r#"{"aud":"https://push.example.net","exp":1453523768,"sub":"https://shop.example"}"#
        );
        assert_eq!(header, vapid.authorization(&endpoint, Some("https://shop.example"), 1_453_480_568_000));
    }

    #[test]
    fn a_key_is_read_in_both_spellings() {
        let public =
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
        let base64url = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
        for text in [KEY, &KEY.to_uppercase(), base64url] {
            assert_eq!(Vapid::parse(text).unwrap().public_key(), public, "{text}");
        }
        for text in [
            "",
            "00",
            &"0".repeat(64),
            &"f".repeat(64),
            &"g".repeat(64),
            base64url.trim_start_matches('y'),
            public,
        ] {
            assert!(Vapid::parse(text).is_err(), "{text}");
        }
    }
}
