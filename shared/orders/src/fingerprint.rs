//! A short name for a document: equal documents have equal names, others do not.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::fmt::Write as _;

/// 32 hexadecimal digits: the first half of the SHA-256 of a text. Nobody can make two texts with one fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of a text.
    pub fn of(text: &str) -> Self {
        Fingerprint(hex(Sha256::digest(text).iter().take(16).copied()))
    }

    /// Reads 32 lower-case hexadecimal digits; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        (text.len() == 32 && text.bytes().all(fits)).then(|| Fingerprint(text.to_owned()))
    }

    /// The fingerprint as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn hex(bytes: impl Iterator<Item = u8>) -> String {
    bytes.fold(String::new(), |mut out, byte| {
        // Writing to a String never fails.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Fingerprint::parse(&text).ok_or("a fingerprint has 32 digits of 0-9 and a-f")
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> String {
        fingerprint.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_half_a_sha_256() {
        let of_nothing = Fingerprint::of("");
        assert_eq!(of_nothing.as_str(), "e3b0c44298fc1c149afbf4c8996fb924");
        assert_eq!(Fingerprint::parse(of_nothing.as_str()), Some(of_nothing));
        for text in ["", "E3B0C44298FC1C149AFBF4C8996FB924", "e3b0", "g3b0c44298fc1c149afbf4c8996fb924"] {
            assert_eq!(Fingerprint::parse(text), None);
        }
    }
}
