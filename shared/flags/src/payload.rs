//! Payloads of GrowthBook's SDK endpoint, plain or encrypted.

use crate::definition::Flags;
use aes::Aes128;
use aes::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::Pkcs7};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

/// The encrypted fields of a payload, and where each goes.
const ENCRYPTED_FIELDS: [(&str, &str); 4] = [
    ("encryptedFeatures", "features"),
    ("encryptedExperiments", "experiments"),
    ("encryptedSavedGroups", "savedGroups"),
    ("encryptedContextualBandits", "contextualBandits"),
];

/// Why a payload can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// It is no JSON object.
    #[error("the payload is not a JSON object: {0}")]
    NotJson(String),
    /// The text or the key is malformed, or they don't belong together.
    #[error("the payload can't be decrypted: is the key the right one?")]
    NotDecrypted,
    /// It is encrypted, and there is no key.
    #[error("the payload is encrypted: give its decryption key")]
    KeyMissing,
}

impl Flags {
    /// Compiles the payload that a GrowthBook SDK would read, and tolerates what an SDK tolerates.
    ///
    /// # Errors
    /// [`PayloadError`] if it is no JSON object, or is encrypted and can't be read with `decryption_key` (base64, 128
    /// bits).
    pub fn from_payload(json: &str, decryption_key: Option<&str>) -> Result<Flags, PayloadError> {
        let payload = serde_json::from_str(json).map_err(not_json)?;
        Ok(Flags::read(&open_payload(payload, decryption_key)?).0)
    }
}

fn not_json(error: serde_json::Error) -> PayloadError {
    PayloadError::NotJson(error.to_string())
}

/// The document in a payload of GrowthBook's SDK endpoint, to be imported: decrypted, if it has to be.
///
/// # Errors
/// As [`Flags::from_payload`].
pub fn open_payload(mut payload: Value, decryption_key: Option<&str>) -> Result<Value, PayloadError> {
    let Value::Object(fields) = &mut payload else {
        return Err(PayloadError::NotJson("it is another value".into()));
    };
    for (encrypted, plain) in ENCRYPTED_FIELDS {
        let Some(Value::String(text)) = fields.remove(encrypted) else { continue };
        if text.is_empty() {
            continue;
        }
        let text = decrypt(&text, decryption_key.ok_or(PayloadError::KeyMissing)?)?;
        fields.insert(plain.into(), serde_json::from_str(&text).map_err(not_json)?);
    }
    Ok(payload)
}

/// Decrypts `iv.ciphertext` (both base64; AES-128-CBC, PKCS #7) with a key of 128 bits in base64.
///
/// # Errors
/// [`PayloadError::NotDecrypted`] if anything about them is malformed or they don't belong together.
pub fn decrypt(encrypted: &str, key: &str) -> Result<String, PayloadError> {
    let decode = |text: &str| STANDARD.decode(text).map_err(|_| PayloadError::NotDecrypted);
    let (iv, ciphertext) = encrypted.split_once('.').ok_or(PayloadError::NotDecrypted)?;
    let (key, iv, ciphertext) = (decode(key)?, decode(iv)?, decode(ciphertext)?);
    let cipher =
        cbc::Decryptor::<Aes128>::new_from_slices(&key, &iv).map_err(|_| PayloadError::NotDecrypted)?;
    let plain = cipher.decrypt_padded_vec::<Pkcs7>(&ciphertext).map_err(|_| PayloadError::NotDecrypted)?;
    String::from_utf8(plain).map_err(|_| PayloadError::NotDecrypted)
}
