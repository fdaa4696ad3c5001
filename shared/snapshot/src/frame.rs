//! The envelope of every file of a snapshot: `ORILLA`, kind (1 byte), format (1 byte), XXH3-64 of the payload (8
//! bytes, little-endian), payload.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;
use xxhash_rust::xxh3::xxh3_64;

const MAGIC: &[u8; 6] = b"ORILLA";
/// The version of the format. It grows with each change of the bytes' meaning. It did not for the reviews behind a document
/// (`Document::encode`), so that a shop without any stays as it is: a release from before them can't read those products.
const FORMAT: u8 = 2;
/// Format 1 knew no attachments; its files are otherwise the same. It is read, so that a shop that is published does not
/// go dark with the release that brings format 2.
pub(crate) const WITHOUT_ATTACHMENTS: u8 = 1;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Manifest = b'M' as isize,
    Index = b'I' as isize,
    Documents = b'D' as isize,
    Flags = b'F' as isize,
    Next = b'N' as isize,
}

/// SHA-256 of a segment's bytes: its name in the store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Hash(Sha256::digest(bytes).into())
    }
}

/// 64 hexadecimal digits.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A text is no hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 hexadecimal digits in lower case")]
pub struct NoHash;

impl FromStr for Hash {
    type Err = NoHash;

    fn from_str(text: &str) -> Result<Self, NoHash> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(NoHash),
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let bytes: Result<Vec<u8>, NoHash> =
            pairs.iter().map(|[high, low]| Ok(digit(*high)? << 4 | digit(*low)?)).collect();
        if rest.is_empty() { bytes?.try_into().map(Hash).map_err(|_| NoHash) } else { Err(NoHash) }
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A segment, as a manifest names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SegmentRef {
    /// Its name.
    pub hash: Hash,
    /// Its size.
    pub bytes: u32,
    /// XXH3-64 of its payload: what tells at each load, ten times as fast as SHA-256, that it is this one.
    pub checksum: u64,
}

/// Why bytes are not what they should be. What was there before stays in use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Shorter than an envelope.
    #[error("the file ends within its first {HEAD} bytes")]
    Truncated,
    /// No file of a snapshot.
    #[error("this is no file of a snapshot")]
    Foreign,
    /// A file of another kind: a manifest instead of an index segment, say.
    #[error("this is a file of the kind {0}")]
    OtherKind(char),
    /// A file that another release wrote.
    #[error("this file has the format {0}; this release reads up to {FORMAT}")]
    OtherFormat(u8),
    /// Bytes were lost or changed on the way.
    #[error("the checksum does not fit the content")]
    Damaged,
    /// A good file, but not the one that the manifest names.
    #[error("this is another segment than the manifest names")]
    OtherSegment,
    /// The checksum fits, but the content contradicts itself: a wrong writer.
    #[error("the content is wrong: {0}")]
    Content(&'static str),
}

/// The bytes before the payload.
const HEAD: usize = 16;

/// A file of this payload.
pub(crate) fn seal(kind: Kind, payload: &[u8]) -> Vec<u8> {
    let mut file = Vec::with_capacity(HEAD + payload.len());
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&[kind as u8, FORMAT]);
    file.extend_from_slice(&xxh3_64(payload).to_le_bytes());
    file.extend_from_slice(payload);
    file
}

/// How a manifest names this file.
pub(crate) fn reference(file: &[u8]) -> SegmentRef {
    let checksum = file.get(HEAD..).map_or(0, xxh3_64);
    SegmentRef { hash: Hash::of(file), bytes: u32::try_from(file.len()).unwrap_or(u32::MAX), checksum }
}

/// The payload of a file, if it is whole and of this kind.
pub(crate) fn open(kind: Kind, file: &[u8]) -> Result<&[u8], FormatError> {
    let (head, payload) = file.split_at_checked(HEAD).ok_or(FormatError::Truncated)?;
    let (magic, rest) = head.split_first_chunk::<6>().ok_or(FormatError::Truncated)?;
    let ([found, format], checksum) = rest.split_first_chunk::<2>().ok_or(FormatError::Truncated)?;
    if magic != MAGIC {
        return Err(FormatError::Foreign);
    }
    if *format != FORMAT && *format != WITHOUT_ATTACHMENTS {
        return Err(FormatError::OtherFormat(*format));
    }
    if *found != kind as u8 {
        return Err(FormatError::OtherKind(char::from(*found)));
    }
    if checksum != xxh3_64(payload).to_le_bytes() {
        return Err(FormatError::Damaged);
    }
    Ok(payload)
}

/// The payload of the segment that a manifest names.
pub(crate) fn open_named<'a>(
    kind: Kind,
    named: &SegmentRef,
    file: &'a [u8],
) -> Result<&'a [u8], FormatError> {
    let payload = open(kind, file)?;
    let same = usize::try_from(named.bytes) == Ok(file.len())
        && file.get(8..HEAD).is_some_and(|checksum| checksum == named.checksum.to_le_bytes());
    if same { Ok(payload) } else { Err(FormatError::OtherSegment) }
}

/// Plain data as postcard. Writing to memory can't fail for the types of this crate: no maps, no unknown lengths.
pub(crate) fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_allocvec(value).unwrap_or_default()
}

/// Reads what [`encode`] wrote, all of it.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FormatError> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err(FormatError::Content("more bytes than the content needs")),
        Err(_) => Err(FormatError::Content("not readable")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let hash = Hash::of(b"lantern");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        let text = hash.to_string();
        for other in [
            "",
            "00",
            &text.to_uppercase(),
            &format!("{text}0"),
            &text.replace('a', "g"),
            &text.replacen(char::is_alphanumeric, "", 1),
        ] {
            assert_eq!(other.parse::<Hash>(), Err(NoHash), "{other}");
        }
    }
}
