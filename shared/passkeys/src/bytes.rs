//! The binary values of WebAuthn, as the base64url texts in which they travel.

use passki::Passki;
use serde::{Deserialize, Serialize};

/// The most bytes of a credential's id: what level 3 of the standard lets an authenticator make.
const LONGEST_ID: usize = 1_023;

/// What a device signs, to show that it answers now: 256 random bits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge(String);

impl Challenge {
    /// A challenge of two draws from a cryptographic random source.
    pub fn from_random(one: [u8; 16], two: [u8; 16]) -> Self {
        Challenge(Passki::base64_encode(&[one, two].concat()))
    }

    /// The challenge as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        Passki::base64_decode(&self.0).unwrap_or_default()
    }
}

/// What a device knows an account by: 128 random bits, nothing of the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserHandle(String);

impl UserHandle {
    /// A handle from 16 bytes of a cryptographic random source.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        UserHandle(Passki::base64_encode(&bytes))
    }

    /// The handle as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name that a device gave a credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialId(String);

impl CredentialId {
    /// Reads an id: base64url of 1 to 1,023 bytes. `None` if the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        // Four characters are three bytes.
        let fits = text.len() <= LONGEST_ID.div_ceil(3) * 4;
        let bytes = fits.then(|| Passki::base64_decode(text).ok()).flatten()?;
        (1..=LONGEST_ID).contains(&bytes.len()).then(|| CredentialId(text.to_owned()))
    }

    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        CredentialId::parse(&Passki::base64_encode(bytes))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        Passki::base64_decode(&self.0).unwrap_or_default()
    }
}
