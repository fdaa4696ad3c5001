//! A message for one subscription (RFC 8291): only the browser that made the keys can read it.

use crate::keys::{Keys, point};
use crate::record::{OVERHEAD, Records, header};
use hkdf::Hkdf;
use p256::SecretKey;
use p256::ecdh::diffie_hellman;
use sha2::Sha256;

/// The size of a record, which is the whole message (section 4).
const RECORD: usize = 4_096;
/// Salt, size and the sender's key, in bytes.
const HEADER: usize = 16 + 4 + 1 + 65;
/// The longest text, in bytes: a push service has to take bodies of 4,096 bytes and no more (section 4).
pub const LONGEST: usize = RECORD - HEADER - OVERHEAD;

/// Random bytes of a cryptographic source, for one message alone.
#[derive(Clone)]
pub struct Fresh {
    /// The sender's private key.
    pub secret: [u8; 32],
    /// The salt.
    pub salt: [u8; 16],
}

impl Fresh {
    /// Three draws.
    pub fn from_random(one: [u8; 16], two: [u8; 16], salt: [u8; 16]) -> Self {
        let mut secret = [0; 32];
        for (byte, drawn) in secret.iter_mut().zip(one.into_iter().chain(two)) {
            *byte = drawn;
        }
        Fresh { secret, salt }
    }
}

/// Why a text can't be a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncryptError {
    /// More than [`LONGEST`] bytes.
    #[error("a message has at most {LONGEST} bytes")]
    TooLong,
    /// One of 2³² draws is no private key: draw again.
    #[error("the random bytes are no private key: draw again")]
    Draw,
}

/// The body of a message, with padding up to `padded` bytes of text, so that its length tells nothing.
///
/// # Errors
/// See [`EncryptError`].
pub fn encrypt(keys: &Keys, text: &[u8], padded: usize, fresh: &Fresh) -> Result<Vec<u8>, EncryptError> {
    if text.len() > LONGEST {
        return Err(EncryptError::TooLong);
    }
    let padding = padded.min(LONGEST).saturating_sub(text.len());
    let secret = SecretKey::from_slice(&fresh.secret).map_err(|_| EncryptError::Draw)?;
    let ours = point(&secret.public_key());
    let shared = diffie_hellman(secret.to_nonzero_scalar(), keys.public().as_affine());
    // Section 3.4: the secret of both, for these two keys alone.
    let info = [b"WebPush: info\0".as_slice(), &point(keys.public()), &ours].concat();
    let mut material = [0; 32];
    let combined = Hkdf::<Sha256>::new(Some(keys.secret()), shared.raw_secret_bytes());
    // HKDF fails for more than 8,160 bytes alone.
    let _ = combined.expand(&info, &mut material);
    let size = u32::try_from(RECORD).unwrap_or(u32::MAX);
    let mut body = header(&fresh.salt, size, &ours).ok_or(EncryptError::TooLong)?;
    let record = Records::new(&material, &fresh.salt).seal(0, text, padding, true);
    body.extend(record.ok_or(EncryptError::TooLong)?);
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::{decode, encode};
    use aes_gcm::aead::{Aead, KeyInit};
    use aes_gcm::{Aes128Gcm, Nonce};
    use p256::PublicKey;
    use proptest::prelude::*;

    /// The example of section 5, whose steps are in appendix A.
    const P256DH: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const PRIVATE: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
    const BODY: &str = concat!(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_",
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    );

    fn keys() -> Keys {
        Keys::parse(P256DH, AUTH).unwrap()
    }

    /// What the browser does.
    fn decrypt(body: &[u8]) -> Vec<u8> {
        let (salt, ours) = (&body[..16], PublicKey::from_sec1_bytes(&body[21..86]).unwrap());
        let mine = SecretKey::from_slice(&decode(PRIVATE).unwrap()).unwrap();
        let shared = diffie_hellman(mine.to_nonzero_scalar(), ours.as_affine());
        let info = [b"WebPush: info\0".as_slice(), &decode(P256DH).unwrap(), &body[21..86]].concat();
        let mut material = [0; 32];
        let both = Hkdf::<Sha256>::new(Some(&decode(AUTH).unwrap()), shared.raw_secret_bytes());
        both.expand(&info, &mut material).unwrap();
        let keys = Hkdf::<Sha256>::new(Some(salt), &material);
        let (mut key, mut nonce) = ([0; 16], [0; 12]);
        keys.expand(b"Content-Encoding: aes128gcm\0", &mut key).unwrap();
        keys.expand(b"Content-Encoding: nonce\0", &mut nonce).unwrap();
        let plain = Aes128Gcm::new(&key.into()).decrypt(&Nonce::from(nonce), &body[86..]).unwrap();
        let end = plain.iter().rposition(|byte| *byte != 0).unwrap();
        assert_eq!(plain[end], 2);
        plain[..end].to_vec()
    }

    #[test]
    fn the_example_of_the_rfc_comes_out() {
        let fresh = Fresh {
            secret: decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw").unwrap().try_into().unwrap(),
            salt: decode("DGv6ra1nlYgDCS1FRnbzlw").unwrap().try_into().unwrap(),
        };
        let text = b"When I grow up, I want to be a watermelon";
        let body = encrypt(&keys(), text, 0, &fresh).unwrap();
        assert_eq!(encode(&body), BODY);
        assert_eq!(decrypt(&body), text);
    }

    #[test]
    fn what_is_too_long_or_no_key_is_refused() {
        let fresh = Fresh { secret: [7; 32], salt: [1; 16] };
        assert_eq!(encrypt(&keys(), &[b'a'; LONGEST], 0, &fresh).unwrap().len(), 4_096);
        assert_eq!(encrypt(&keys(), &[b'a'; LONGEST + 1], 0, &fresh), Err(EncryptError::TooLong));
        for secret in [[0; 32], [255; 32]] {
            let none = Fresh { secret, salt: [1; 16] };
            assert_eq!(encrypt(&keys(), b"a", 0, &none), Err(EncryptError::Draw));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn the_browser_reads_what_was_written(
            text in proptest::collection::vec(any::<u8>(), 0..600),
            padded in 0..5_000usize,
            one: [u8; 16],
            two: [u8; 16],
            salt: [u8; 16],
        ) {
            let body = encrypt(&keys(), &text, padded, &Fresh::from_random(one, two, salt)).unwrap();
            prop_assert_eq!(body.len(), HEADER + OVERHEAD + text.len().max(padded.min(LONGEST)));
            prop_assert_eq!(decrypt(&body), text);
        }
    }
}
