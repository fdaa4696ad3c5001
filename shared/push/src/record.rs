//! The content coding `aes128gcm` (RFC 8188): a header, and records that are encrypted one by one.

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes128Gcm, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;

/// What AES-GCM adds to a record: its tag, in bytes.
const TAG: usize = 16;
/// What says where the text of a record ends, in bytes.
const DELIMITER: usize = 1;
/// What a record holds beside text and padding, in bytes.
pub const OVERHEAD: usize = DELIMITER + TAG;

/// The keys of one coded body.
pub struct Records {
    cipher: Aes128Gcm,
    nonce: [u8; 12],
}

impl Records {
    /// The keys that a secret and a salt make (section 2.2 and 2.3). The two together are for one body, never for another.
    pub fn new(secret: &[u8], salt: &[u8; 16]) -> Self {
        let keys = Hkdf::<Sha256>::new(Some(salt), secret);
        let (mut key, mut nonce) = ([0; 16], [0; 12]);
        // HKDF fails for more than 8,160 bytes alone.
        let _ = keys.expand(b"Content-Encoding: aes128gcm\0", &mut key);
        let _ = keys.expand(b"Content-Encoding: nonce\0", &mut nonce);
        Records { cipher: Aes128Gcm::new(&key.into()), nonce }
    }

    /// The record at this place, from 0 on, with so many bytes of padding. `None` for more than AES-GCM can take (64 GiB).
    pub fn seal(&self, place: u64, text: &[u8], padding: usize, is_last: bool) -> Option<Vec<u8>> {
        let mut plain = Vec::with_capacity(text.len() + DELIMITER + padding);
        plain.extend_from_slice(text);
        plain.push(if is_last { 2 } else { 1 });
        plain.resize(plain.len() + padding, 0);
        self.cipher.encrypt(&Nonce::from(self.nonce_of(place)), plain.as_slice()).ok()
    }

    /// The nonce with the record's place in its last bytes (section 2.3).
    fn nonce_of(&self, place: u64) -> [u8; 12] {
        let mut nonce = self.nonce;
        for (byte, counted) in nonce.iter_mut().rev().zip(place.to_be_bytes().iter().rev()) {
            *byte ^= counted;
        }
        nonce
    }
}

/// The header of a coded body (section 2.1): `size` is that of its records, in bytes. `None` for a key id of more than 255
/// bytes.
pub fn header(salt: &[u8; 16], size: u32, key_id: &[u8]) -> Option<Vec<u8>> {
    let length = u8::try_from(key_id.len()).ok()?;
    Some([salt, size.to_be_bytes().as_slice(), &[length], key_id].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::{decode, encode};

    #[track_caller]
    fn check(secret: &str, salt: &str, size: u32, key_id: &str, records: &[(&str, usize)], expected: &str) {
        let salt = decode(salt).unwrap().try_into().unwrap();
        let keys = Records::new(&decode(secret).unwrap(), &salt);
        let mut body = header(&salt, size, key_id.as_bytes()).unwrap();
        for (place, (text, padding)) in records.iter().enumerate() {
            let is_last = place + 1 == records.len();
            let record =
                keys.seal(u64::try_from(place).unwrap(), text.as_bytes(), *padding, is_last).unwrap();
            assert!(record.len() <= usize::try_from(size).unwrap());
            body.extend(record);
        }
        assert_eq!(encode(&body), expected);
    }

    #[test]
    fn the_examples_of_the_rfc_come_out() {
        // Section 3.1.
        check(
            "yqdlZ-tYemfogSmv7Ws5PQ",
            "I1BsxtFttlv3u_Oo94xnmw",
            4096,
            "",
            &[("I am the walrus", 0)],
            "I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg",
        );
        // Section 3.2: two records, the first with a byte of padding.
        check(
            "BO3ZVPxUlnLORbVGMpbT1Q",
            "uNCkWiNYzKTnBN9ji3-qWA",
            25,
            "a1",
            &[("I am th", 1), ("e walrus", 0)],
            "uNCkWiNYzKTnBN9ji3-qWAAAABkCYTHOG8chz_gnvgOqdGYovxyjuqRyJFjEDyoF1Fvkj6hQPdPHI51OEUKEpgz3SsLWIqS_uA",
        );
    }

    #[test]
    fn a_key_id_has_at_most_255_bytes() {
        assert!(header(&[0; 16], 4096, &[0; 255]).is_some());
        assert!(header(&[0; 16], 4096, &[0; 256]).is_none());
    }
}
