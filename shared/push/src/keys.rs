//! The keys of a subscription.

use crate::bytes::{decode, encode};
use p256::PublicKey;
use p256::elliptic_curve::sec1::ToSec1Point;
use serde::{Deserialize, Serialize};

/// The keys for which a browser asked to be written to: `p256dh` and `auth` of its `PushSubscription`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Texts", into = "Texts")]
pub struct Keys {
    public: PublicKey,
    auth: [u8; 16],
}

/// As a browser writes them: base64url.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Texts {
    p256dh: String,
    auth: String,
}

/// Texts that are no keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoKeys {
    /// No point of the curve P-256 in 65 bytes.
    #[error("p256dh is base64url of the 65 bytes of a point of P-256")]
    Public,
    /// No 16 bytes.
    #[error("auth is base64url of 16 bytes")]
    Auth,
}

impl Keys {
    /// Reads what `PushSubscription.toJSON().keys` holds.
    ///
    /// # Errors
    /// [`NoKeys`] says which of the two is none.
    pub fn parse(p256dh: &str, auth: &str) -> Result<Keys, NoKeys> {
        // Uncompressed, as the Push API hands it out; the length is told first, so that nothing long is decoded.
        let public = (p256dh.len() <= 88).then(|| decode(p256dh)).flatten().filter(|point| point.len() == 65);
        let public =
            public.and_then(|point| PublicKey::from_sec1_bytes(&point).ok()).ok_or(NoKeys::Public)?;
        let auth = (auth.len() <= 24).then(|| decode(auth)).flatten();
        let auth = auth.and_then(|auth| auth.try_into().ok()).ok_or(NoKeys::Auth)?;
        Ok(Keys { public, auth })
    }

    /// The browser's public key as base64url.
    pub fn p256dh(&self) -> String {
        encode(&point(&self.public))
    }

    /// The browser's secret as base64url.
    pub fn auth(&self) -> String {
        encode(&self.auth)
    }

    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    pub(crate) fn secret(&self) -> &[u8; 16] {
        &self.auth
    }
}

impl TryFrom<Texts> for Keys {
    type Error = NoKeys;

    fn try_from(texts: Texts) -> Result<Self, NoKeys> {
        Keys::parse(&texts.p256dh, &texts.auth)
    }
}

impl From<Keys> for Texts {
    fn from(keys: Keys) -> Self {
        Texts { p256dh: keys.p256dh(), auth: keys.auth() }
    }
}

/// A public key as the 65 bytes of an uncompressed point.
pub(crate) fn point(key: &PublicKey) -> Vec<u8> {
    key.to_sec1_point(false).as_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    const P256DH: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    #[test]
    fn keys_are_read_and_written() {
        let json = format!("{{\"p256dh\":\"{P256DH}\",\"auth\":\"{AUTH}\"}}");
        let keys: Keys = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&keys).unwrap(), json);
        assert_eq!(Keys::parse(&format!("{P256DH}="), &format!("{AUTH}==")), Ok(keys));
    }

    #[test]
    fn other_lengths_and_points_off_the_curve_are_no_keys() {
        let compressed = encode(&[&[2u8], &decode(P256DH).unwrap()[1..33]].concat());
        let off = encode(&[4; 65]);
        for wrong in [
            "",
            "!",
            P256DH.trim_end_matches("iw4"),
            &format!("{P256DH}AAAA"),
            &compressed,
            &off,
            &encode(&[0; 65]),
        ] {
            assert_eq!(Keys::parse(wrong, AUTH), Err(NoKeys::Public), "{wrong}");
        }
        for wrong in ["", "!", "BTBZMqHH6r4Tts7J_aSI", "BTBZMqHH6r4Tts7J_aSIggAA"] {
            assert_eq!(Keys::parse(P256DH, wrong), Err(NoKeys::Auth), "{wrong}");
        }
    }
}
